//! MoldUDP64, two lines, ITCH messages and books of orders: any run of packets leaves every ledger balanced, delivers or
//! declares each number at most once, and every entry that the model makes goes through a line and back.
//!
//! Input: an options byte, then packets under a word (u16, little-endian): bits 0 to 11 length, 12 and 13 time before it,
//! 14 line B, 15 bad frame.
#![no_main]

use escapement_codec::Entry;
use escapement_feed::{
    CardConfig, CardModel, Destination, Feed, FrameMode, Instrument, LevelGeometry, Line, Lines,
    OrderGeometry, Protocol, Symbol,
};
use escapement_fuzz::entries;
use escapement_fuzz::frames::{udp_frame_to, GROUP, GROUP_B, PORT};
use libfuzzer_sys::fuzz_target;

const PACKET_BYTES_MAX: usize = 1_900;
/// ns before a packet.
const STEPS: [u64; 4] = [0, 10, 120, 700];

fn card(options: u8) -> CardModel {
    let feed = Feed { group: GROUP, port: PORT, protocol: Protocol::Itch, channel: 0 };
    let mut config = CardConfig::new(feed);
    config.lines = Lines {
        configured: if options & 1 == 0 { 3 } else { 1 },
        b: Destination { group: GROUP_B, port: PORT },
        gap_window_ns: if options & 2 == 0 { 300 } else { u64::MAX },
        // small memories, so that they are full soon
        reorder_log2: 2,
    };
    config.frame_mode = if options & 4 == 0 { FrameMode::Whole } else { FrameMode::Early };
    config.levels = LevelGeometry { sets_log2: 1, ways: 2 };
    config.orders = OrderGeometry { sets_log2: 1, ways: 2 };
    config.refresh_interval_ns = if options & 8 == 0 { 0 } else { 250 };
    config.recentre_run = 1 + (options >> 4 & 3);
    config.slots = 4;
    config.instruments = [*b"AAPL    ", *b"B       "]
        .iter()
        .enumerate()
        .map(|(slot, symbol)| Instrument::new(slot as u16, Symbol(*symbol), 100))
        .collect();
    CardModel::new(config).expect("this configuration is legal")
}

/// What the entries say of numbers, which the counters must say too.
#[derive(Default)]
struct Told {
    ticks: u64,
    lost: u64,
}

impl Told {
    fn entry(&mut self, entry: &Entry) {
        match *entry {
            Entry::Tick(_) => self.ticks += 1,
            Entry::Gap { count, .. } => {
                assert!(count > 0, "an empty gap");
                self.lost = self.lost.wrapping_add(count);
            }
            _ => {}
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&options, mut rest)) = bytes.split_first() else { return };
    let mut card = card(options);
    let mut lines = entries::Lines::default();
    let mut told = Told::default();
    let mut stamp = 0;
    let mut out = |entry| {
        told.entry(&entry);
        lines.push(entry);
    };
    while let Some((word, after)) = rest.split_first_chunk::<2>() {
        let word = u16::from_le_bytes(*word);
        let length = usize::from(word & 0xfff).min(after.len()).min(PACKET_BYTES_MAX);
        let (packet, next) = after.split_at(length);
        rest = next;
        stamp += STEPS[usize::from(word >> 12 & 3)];
        let (line, group) = if word >> 14 & 1 == 0 { (Line::A, GROUP) } else { (Line::B, GROUP_B) };
        card.frame(line, stamp, &udp_frame_to(group, packet), word >> 15 != 0, &mut out);
        assert!(card.conserved(), "every copy has its disposition or waits");
    }
    card.flush(&mut out);
    assert!(card.conserved());
    let counters = card.counters();
    assert_eq!(counters.in_flight, 0, "nothing waits after a flush");
    assert_eq!(card.next_index(), counters.messages());
    assert_eq!(counters.ticks_made(), told.ticks, "every tick is counted");
    assert_eq!(counters.events(escapement_feed::Event::Lost), told.lost);
    lines.end();
});
