//! Any entries survive lines; any damage is seen; nothing but the writer's own form is read.

mod support;

use std::collections::HashMap;

use escapement_codec::{
    crc32c, decode_line, BodyReader, BodyWriter, CentreTable, Clock, Entry, LineError, LineItem,
    LinePrice, LineWriter, PriceKind, PushError, Resolved, Tick, TickKind,
};
use escapement_codec::{offset_code, places_of};
use proptest::prelude::*;
use support::{clock, entries, price, step, table, SLOTS};

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
