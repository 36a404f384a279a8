//! IEX-TP, sessions, messages and books: any run of segments leaves every ledger balanced, and every entry that the
//! model makes goes through a line and back.
//!
//! Input: an options byte, then segments under their length (u16, little-endian; bit 15 marks a bad frame).
#![no_main]

use escapement_codec::Entry;
use escapement_feed::{
    CardConfig, CardModel, Feed, FrameMode, Instrument, LevelGeometry, Line, Protocol, Symbol,
};
use escapement_fuzz::entries::Lines;
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

fuzz_target!(|bytes: &[u8]| {
    let Some((&options, mut rest)) = bytes.split_first() else { return };
    let mut card = card(options);
    let mut lines = Lines::default();
    let mut stamp = 0;
    let mut ticks = 0u64;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let word = u16::from_le_bytes(*length);
        let length = usize::from(word & 0x7fff).min(after.len()).min(SEGMENT_BYTES_MAX);
        let (segment, next) = after.split_at(length);
        rest = next;
        stamp += 100;
        card.frame(Line::A, stamp, &udp_frame(segment), word >> 15 != 0, &mut |entry| {
            ticks += u64::from(matches!(entry, Entry::Tick(_)));
            lines.push(entry);
        });
        assert!(card.conserved(), "every copy has its disposition");
    }
    assert_eq!(card.counters().ticks_made(), ticks, "every tick is counted");
    lines.end();
});
