//! IEX-TP, sessions, messages and books: any run of segments leaves every ledger balanced, and every entry that the
//! model makes goes through a line and back.
//!
//! Input: an options byte, then segments under their length (u16, little-endian; bit 15 marks a bad frame).
#![no_main]

use escapement_codec::{decode_line, Entry, LineItem, LineWriter, PushError};
use escapement_feed::{
    CardConfig, CardModel, Feed, FrameMode, Instrument, LevelGeometry, Protocol, Symbol,
};
use escapement_fuzz::frames::{udp_frame, GROUP, PORT};
use libfuzzer_sys::fuzz_target;

const SEGMENT_BYTES_MAX: usize = 1_900;

fn card(options: u8) -> CardModel {
    let protocol = if options & 1 == 0 { Protocol::Tops } else { Protocol::Deep };
    let mut config = CardConfig::new(Feed { group: GROUP, port: PORT, protocol, channel: 0 });
    config.frame_mode = if options & 2 == 0 { FrameMode::Whole } else { FrameMode::Early };
    // a small store and often moving centres, so that overflow and recentres are found soon
    config.levels = LevelGeometry { sets_log2: 1, ways: 2 };
    config.refresh_interval_ns = if options & 4 == 0 { 0 } else { 500 };
    config.recentre_run = 1 + (options >> 3 & 3);
    config.slots = 4;
    config.instruments = [*b"AIG     ", *b"B       "]
        .iter()
        .enumerate()
        .map(|(slot, symbol)| Instrument::new(slot as u16, Symbol(*symbol), 100))
        .collect();
    CardModel::new(config).expect("this configuration is legal")
}

fn check_line(line: &[u8; 64], entries: &mut Vec<Entry>) {
    let items: Vec<_> = decode_line(line)
        .expect("a written line is read")
        .map(|item| item.expect("each entry is legal"))
        .collect();
    assert_eq!(items.len(), entries.len());
    for (item, entry) in items.iter().zip(entries.drain(..)) {
        match (item, entry) {
            (LineItem::Tick(read), Entry::Tick(made)) => {
                assert_eq!((read.kind, read.slot, read.size), (made.kind, made.slot, made.size));
                assert_eq!((read.feed_time, read.hw_time), (made.feed_time, made.hw_time));
                assert_eq!((read.side, read.flags), (made.side, made.flags));
                assert_eq!(read.msg_index, made.msg_index & ((1 << 40) - 1));
            }
            (LineItem::Control(read), made) => assert_eq!(read.as_on_line(), made.as_on_line()),
            (read, made) => panic!("wrote {made:?}, read {read:?}"),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&options, mut rest)) = bytes.split_first() else { return };
    let mut card = card(options);
    let mut writer = LineWriter::new();
    let mut in_line = Vec::new();
    let mut stamp = 0;
    let mut ticks = 0u64;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let word = u16::from_le_bytes(*length);
        let length = usize::from(word & 0x7fff).min(after.len()).min(SEGMENT_BYTES_MAX);
        let (segment, next) = after.split_at(length);
        rest = next;
        stamp += 100;
        card.frame(stamp, &udp_frame(segment), word >> 15 != 0, &mut |entry| {
            ticks += u64::from(matches!(entry, Entry::Tick(_)));
            match writer.push(&entry) {
                Ok(()) => {}
                Err(PushError::LineFull) => {
                    check_line(&writer.finish(0, 1), &mut in_line);
                    writer.push(&entry).expect("an entry fits an empty line");
                }
                Err(other) => panic!("the model made {entry:?}: {other:?}"),
            }
            in_line.push(entry);
        });
        assert!(card.conserved(), "every copy has its disposition");
    }
    assert_eq!(card.counters().ticks_made(), ticks, "every tick is counted");
    if !writer.is_empty() {
        check_line(&writer.finish(0, 1), &mut in_line);
    }
});
