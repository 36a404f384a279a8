//! Any entries survive lines; any damage is seen; nothing but the writer's own form is read.

use std::collections::HashMap;

use escapement_codec::{
    crc32c, decode_line, BodyReader, BodyWriter, CentreTable, Clock, Entry, LineError, LineItem,
    LinePrice, LineWriter, PriceKind, PushError, RefreshState, Resolved, Tick, TickKind,
};
use escapement_codec::{offset_code, places_of};
use proptest::prelude::*;

const SLOTS: usize = 10;
const TICK_SIZES: [u32; SLOTS] = [100, 1, 313, 5, 25, 25, 25, 50, 25, 25];

/// What happens next; times and indices are steps, so that the sequences look like a card's.
#[derive(Debug, Clone)]
enum Step {
    Tick {
        kind: TickKind,
        slot: u8,
        price: Option<i64>,
        index: u64,
        time: i64,
        hw: Hw,
        size: u64,
        side: u8,
        flags: u8,
    },
    Move {
        slot: u8,
        kind: PriceKind,
        centre: i64,
    },
    Announce {
        slot: u8,
        kind: PriceKind,
        quote: Option<(i64, u64)>,
        flags: u8,
        status: u8,
    },
    Control(u8, u64, u64),
}

/// What card time does with a tick.
#[derive(Debug, Clone, Copy)]
enum Hw {
    Stays,
    /// Moves as feed time does: the lag stays.
    AsFeedTime,
    Moves(u64),
}

fn price() -> impl Strategy<Value = i64> {
    prop_oneof![8 => (0i64..400).prop_map(|step| 100_000 + step * 25), 1 => any::<i64>()]
}

/// Mostly one slot, so that entries lean on each other; more of them than a line remembers.
fn slot() -> impl Strategy<Value = u8> {
    prop_oneof![6 => Just(0u8), 3 => 0u8..4, 1 => 0u8..SLOTS as u8]
}

fn clock() -> impl Strategy<Value = Clock> {
    prop_oneof![Just(0), -2i32..3, -(1i32 << 23)..1 << 23]
        .prop_map(|units| Clock::new(units).unwrap())
}

fn small_or_any() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0u64..3, 4 => 0u64..5000, 4 => (0u64..300).prop_map(|lots| 100 * lots), 1 => any::<u64>()]
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        8 => Just(TickKind::Bid), 4 => Just(TickKind::Ask), 3 => Just(TickKind::Trade),
        1 => Just(TickKind::TradeBreak), 1 => Just(TickKind::Status)
    ];
    let price_kind = || prop_oneof![3 => Just(PriceKind::Bid), 1 => Just(PriceKind::Ask), 1 => Just(PriceKind::Trade)];
    let time = prop_oneof![3 => Just(0i64), 3 => 0i64..300, 3 => 0i64..1 << 30, 1 => 0i64..1 << 50, 1 => -1000i64..0, 1 => any::<i64>()];
    let hw = prop_oneof![6 => Just(Hw::Stays), 3 => Just(Hw::AsFeedTime), 2 => (0u64..100_000).prop_map(Hw::Moves), 1 => any::<u64>().prop_map(Hw::Moves)];
    let index = prop_oneof![4 => Just(1), 4 => 0u64..20, 1 => 0u64..1 << 39];
    let flags = prop_oneof![8 => Just(0u8), 1 => Just(4u8), 1 => any::<u8>()];
    let tick =
        (
            kind,
            slot(),
            proptest::option::weighted(0.9, price()),
            index,
            time,
            hw,
            small_or_any(),
            0u8..16,
            flags,
        )
            .prop_map(|(kind, slot, price, index, time, hw, size, side, flags)| {
                Step::Tick { kind, slot, price, index, time, hw, size, side, flags }
            });
    let moved = (slot(), price_kind(), price()).prop_map(|(slot, kind, centre)| Step::Move {
        slot,
        kind,
        centre,
    });
    let quote = proptest::option::of((price(), small_or_any()));
    let announce = (slot(), price_kind(), quote, any::<u8>(), any::<u8>()).prop_map(
        |(slot, kind, quote, flags, status)| Step::Announce { slot, kind, quote, flags, status },
    );
    let control =
        (0u8..8, any::<u64>(), small_or_any()).prop_map(|(which, a, b)| Step::Control(which, a, b));
    prop_oneof![20 => tick, 2 => moved, 1 => announce, 1 => control]
}

/// Makes entries of the steps as a card would: codes and epochs follow from the centres.
fn entries(steps: &[Step]) -> Vec<Entry> {
    let mut centres: HashMap<(u16, PriceKind), (i64, u8)> = HashMap::new();
    // They go on when a slot changes hands.
    let mut epochs: HashMap<(u16, PriceKind), u8> = HashMap::new();
    let (mut msg_index, mut feed_time, mut hw_time) = (0u64, 1_500_000_000i64, 1_500_000_100u64);
    let mask = (1u64 << 40) - 1;
    let mut entries = Vec::new();
    for step in steps {
        entries.push(match *step {
            Step::Tick { kind, slot, price, index, time, hw, size, side, flags } => {
                msg_index = (msg_index + index) & mask;
                feed_time = feed_time.wrapping_add(time);
                hw_time = hw_time.wrapping_add(match hw {
                    Hw::Stays => 0,
                    Hw::AsFeedTime => time as u64,
                    Hw::Moves(step) => step,
                });
                let slot = u16::from(slot);
                let price_kind = PriceKind::of_tick(kind);
                let price = price_kind.and(price);
                let (mut code, mut epoch) = (0, 0);
                if let (Some(price), Some(price_kind)) = (price, price_kind) {
                    if let Some(&(centre, of)) = centres.get(&(slot, price_kind)) {
                        code = offset_code::encode(price, centre, TICK_SIZES[slot as usize]).code;
                        epoch = if code == 0 { 0 } else { of };
                    }
                }
                let side = match kind {
                    TickKind::Trade => side,
                    TickKind::Status => side | 0x40,
                    _ => 0,
                };
                Entry::Tick(Tick {
                    kind,
                    slot,
                    msg_index,
                    feed_time,
                    hw_time,
                    price,
                    code,
                    epoch,
                    size,
                    side,
                    flags,
                })
            }
            Step::Move { slot, kind, centre } => {
                let slot = u16::from(slot);
                let epoch = epochs.entry((slot, kind)).or_insert(255);
                *epoch = epoch.wrapping_add(1);
                centres.insert((slot, kind), (centre, *epoch));
                Entry::Recentre {
                    hw_time,
                    next_index: msg_index,
                    slot,
                    kind,
                    epoch: *epoch,
                    centre,
                }
            }
            Step::Announce { slot, kind, quote, flags, status } => {
                let slot = u16::from(slot);
                let centre = centres.get(&(slot, kind));
                let epoch = centre.map_or(0, |&(_, epoch)| epoch);
                let centre = centre.map(|&(centre, _)| centre);
                let state =
                    RefreshState { centre, quote, known: status & 1 != 0, epoch, flags, status };
                Entry::Refresh { hw_time, next_index: msg_index, slot, kind, state }
            }
            Step::Control(which, a, b) => match which {
                0 => Entry::Gap { hw_time, next_index: msg_index, first: a, count: b },
                1 => Entry::Void {
                    hw_time,
                    next_index: msg_index,
                    first: a,
                    count: b,
                    disposition: a as u8,
                },
                2 => Entry::TicksDropped {
                    hw_time,
                    next_index: msg_index,
                    slot: a as u16 % SLOTS as u16,
                    count: b,
                },
                3 => Entry::Heartbeat { hw_time, next_index: msg_index, next_seq: a },
                4 => Entry::Restart { hw_time, next_index: msg_index, session: b },
                5 | 6 => {
                    // the slot changes hands: no centre any more
                    let slot = a as u16 % SLOTS as u16;
                    centres.retain(|&(other, _), _| other != slot);
                    let (generation, next_index) = (b as u8, msg_index);
                    if which == 5 {
                        let symbol = b.to_le_bytes();
                        Entry::SlotAssigned { hw_time, next_index, slot, generation, symbol }
                    } else {
                        Entry::SlotReleased { hw_time, next_index, slot, generation }
                    }
                }
                _ => Entry::TimeStep { hw_time, next_index: msg_index, step: a as i64 },
            },
        });
    }
    entries
}

fn pack(entries: &[Entry], clock: Clock) -> Vec<[u8; 64]> {
    let mut lines = Vec::new();
    let mut writer = LineWriter::new(clock);
    for entry in entries {
        if writer.push(entry) == Err(PushError::LineFull) {
            lines.push(writer.finish(lines.len() as u32, 3));
            writer.push(entry).expect("any entry fits into an empty line");
        }
    }
    if !writer.is_empty() {
        lines.push(writer.finish(lines.len() as u32, 3));
    }
    lines
}

fn table() -> CentreTable<SLOTS> {
    let mut table = CentreTable::new();
    for (slot, &tick) in TICK_SIZES.iter().enumerate() {
        assert!(table.set_tick(slot as u16, tick));
    }
    table
}

/// Entries that would give these items; codes stand for prices of their own.
fn as_entry(item: LineItem) -> Option<Entry> {
    match item {
        LineItem::Control(entry) => Some(entry),
        LineItem::Tick(tick) => {
            let price = match tick.price {
                LinePrice::None => None,
                LinePrice::Exact(price) => Some(price),
                LinePrice::Coded { code, epoch } => {
                    Some(i64::MIN / 2 + 256 * i64::from(epoch) + i64::from(code))
                }
            };
            Some(Entry::Tick(tick.with_price(price)))
        }
        _ => None,
    }
}

fn seal(line: &mut [u8; 64]) {
    let crc = crc32c(&line[..60]);
    line[60..].copy_from_slice(&crc.to_le_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_entries_come_back_from_lines(steps in proptest::collection::vec(step(), 1..80), clock in clock()) {
        let entries = entries(&steps);
        let mut table = table();
        let mut back = Vec::new();
        for (number, line) in pack(&entries, clock).iter().enumerate() {
            let decoded = decode_line(line).unwrap();
            prop_assert_eq!((decoded.line_seq, decoded.feed, decoded.clock), (number as u32, 3, clock));
            for item in decoded {
                match table.resolve(item.unwrap()) {
                    Resolved::Entry(entry) => back.push(entry.as_on_line()),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
        let sent: Vec<_> = entries.iter().map(|entry| entry.as_on_line()).collect();
        prop_assert_eq!(back, sent);
        prop_assert_eq!(table.unknown_centres(), 0);
    }

    #[test]
    fn any_entries_come_back_from_long_bodies(steps in proptest::collection::vec(step(), 1..40), clock in clock()) {
        let entries = entries(&steps);
        let mut body = BodyWriter::<1400, { places_of(1400) }>::new(clock);
        for entry in &entries {
            body.push(entry).unwrap();
        }
        let reader = BodyReader::<{ places_of(1400) }>::new(body.body(), body.first_hw_time(), body.first_index(), clock);
        let mut table = table();
        let mut back = Vec::new();
        for item in reader {
            let Resolved::Entry(entry) = table.resolve(item.unwrap()) else { panic!("unresolved") };
            back.push(entry.as_on_line());
        }
        prop_assert_eq!(back, entries.iter().map(|entry| entry.as_on_line()).collect::<Vec<_>>());
    }

    #[test]
    fn any_one_or_two_flipped_bits_fail_the_crc(
        steps in proptest::collection::vec(step(), 1..8), clock in clock(), first in 0usize..512, second in 0usize..512,
    ) {
        let mut line = pack(&entries(&steps), clock)[0];
        line[first / 8] ^= 1 << (first % 8);
        if second != first {
            line[second / 8] ^= 1 << (second % 8);
        }
        let refused = matches!(decode_line(&line), Err(LineError::Crc { .. }));
        prop_assert!(refused);
    }

    #[test]
    fn what_is_read_is_exactly_what_the_writer_gives(
        steps in proptest::collection::vec(step(), 1..12),
        damage in proptest::collection::vec((8usize..120, 0u8..16), 0..3), clock in clock(),
    ) {
        for mut line in pack(&entries(&steps), clock) {
            for &(nibble, value) in &damage {
                if nibble / 2 != 17 {
                    line[nibble / 2] ^= value << (4 * (nibble % 2));
                }
            }
            seal(&mut line);
            let Ok(decoded) = decode_line(&line) else { continue };
            let (seq, clock) = (decoded.line_seq, decoded.clock);
            let Ok(items) = decoded.collect::<Result<Vec<_>, _>>() else { continue };
            let entries: Option<Vec<Entry>> = items.into_iter().map(as_entry).collect();
            let Some(entries) = entries else { continue };
            let mut writer = LineWriter::new(clock);
            for entry in &entries {
                prop_assert_eq!(writer.push(entry), Ok(()));
            }
            prop_assert_eq!(writer.finish(seq, line[18]), line);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(mut line in proptest::array::uniform32(any::<u8>()), tail in proptest::array::uniform32(any::<u8>())) {
        line[17] = 0x20;
        let mut whole = [0u8; 64];
        whole[..32].copy_from_slice(&line);
        whole[32..].copy_from_slice(&tail);
        seal(&mut whole);
        let mut table = table();
        if let Ok(decoded) = decode_line(&whole) {
            for item in decoded.flatten() {
                let _ = table.resolve(item);
            }
        }
    }

    #[test]
    fn a_lost_line_gives_no_wrong_price(
        steps in proptest::collection::vec(step(), 30..120), lost in proptest::collection::vec(any::<bool>(), 64),
    ) {
        // Epochs come round after 256 moves; the card's bound keeps readers from that, and so does this length.
        let entries = entries(&steps);
        let mut true_prices = HashMap::new();
        let mut at = 0;
        let mut table = table();
        for (number, line) in pack(&entries, Clock::default()).iter().enumerate() {
            for item in decode_line(line).unwrap() {
                let item = item.unwrap();
                if !lost[number % 64] {
                    if let Resolved::Entry(Entry::Tick(tick)) = table.resolve(item) {
                        true_prices.insert(at, tick.price);
                    }
                }
                at += 1;
            }
        }
        for (at, price) in true_prices {
            let Entry::Tick(tick) = entries[at] else { panic!("entry {at} is no tick") };
            prop_assert_eq!(price, tick.price);
        }
    }

    #[test]
    fn both_crc_forms_agree(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        prop_assert_eq!(crc32c(&bytes), escapement_codec::crc32c::crc32c_tables(&bytes));
    }

    #[test]
    fn every_code_is_the_price_or_the_escape(price in price(), centre in price(), tick in 1u32..1 << 24) {
        let coding = offset_code::encode(price, centre, tick);
        let distance = i128::from(price) - i128::from(centre);
        let tick_wide = i128::from(tick);
        prop_assert_eq!(coding.in_range, distance.abs() <= 127 * tick_wide);
        if coding.in_range && distance % tick_wide == 0 {
            prop_assert_eq!(offset_code::decode(coding.code, centre, tick), Some(price));
        } else {
            prop_assert_eq!(coding.code, 0);
        }
    }
}

#[test]
fn a_price_of_an_unknown_or_older_centre_is_not_told() {
    let tick = Tick {
        kind: TickKind::Ask,
        slot: 1,
        msg_index: 0,
        feed_time: 0,
        hw_time: 0,
        price: Some(10),
        code: 130,
        epoch: 2,
        size: 1,
        side: 0,
        flags: 0,
    };
    let line = pack(&[Entry::Tick(tick)], Clock::default())[0];
    let resolve = |table: &mut CentreTable<SLOTS>| {
        table.resolve(decode_line(&line).unwrap().next().unwrap().unwrap())
    };
    let mut table = table();
    assert!(matches!(resolve(&mut table), Resolved::UnknownCentre(_)));
    table.set_centre(1, PriceKind::Ask, 8, 1);
    assert!(matches!(resolve(&mut table), Resolved::UnknownCentre(_)));
    assert_eq!(table.unknown_centres(), 2);
    table.set_centre(1, PriceKind::Ask, 8, 2);
    assert_eq!(resolve(&mut table), Resolved::Entry(Entry::Tick(tick)));
    table.forget(1);
    assert!(matches!(resolve(&mut table), Resolved::UnknownCentre(_)));
    assert!(!table.set_tick(SLOTS as u16, 1), "there is no such slot");
}
