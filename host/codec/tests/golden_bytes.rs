//! Lines worked out by hand from `hdl/line/line_format.toml`, so that writer and reader cannot drift together.

use escapement_codec::entry::SLOT_NONE;
use escapement_codec::{
    crc32c, decode_line, Entry, LineError, LineItem, LinePrice, LineWriter, PriceKind, Tick,
    TickKind,
};

/// Packs nibbles, the low one of each byte first, as the format counts them.
fn body(nibbles: &str) -> [u8; 40] {
    let mut body = [0u8; 40];
    let digits = nibbles.chars().filter(char::is_ascii_hexdigit);
    for (at, digit) in digits.enumerate() {
        body[at / 2] |= (digit.to_digit(16).unwrap() as u8) << (4 * (at % 2));
    }
    body
}

fn line(seq: u32, hw_time: u64, index: u64, feed: u8, count: u8, nibbles: &str) -> [u8; 64] {
    let mut line = [0u8; 64];
    line[..4].copy_from_slice(&seq.to_le_bytes());
    line[4..12].copy_from_slice(&hw_time.to_le_bytes());
    line[12..17].copy_from_slice(&index.to_le_bytes()[..5]);
    line[17] = 0x10;
    line[18] = feed;
    line[19] = count;
    line[20..60].copy_from_slice(&body(nibbles));
    let crc = crc32c(&line[..60]);
    line[60..].copy_from_slice(&crc.to_le_bytes());
    line
}

fn pack(entries: &[Entry], seq: u32, feed: u8) -> [u8; 64] {
    let mut writer = LineWriter::new();
    for entry in entries {
        writer.push(entry).unwrap();
    }
    writer.finish(seq, feed)
}

const TICK: Tick = Tick {
    kind: TickKind::Bid,
    slot: 0x12,
    msg_index: 100,
    feed_time: 1000,
    hw_time: 1000,
    price: Some(5000),
    code: 0,
    epoch: 0,
    size: 0x123,
    side: 0,
    flags: 0,
};

#[test]
fn heartbeat() {
    let entry = Entry::Heartbeat { hw_time: 0x0102_0304_0506_0708, next_index: 0, next_seq: 1 };
    // Descriptor 14 << 2 = 0x0038; payload of 3 nibbles: PN 0, PN 1.
    assert_eq!(
        pack(&[entry], 0xdead_beef, 9),
        line(0xdead_beef, 0x0102_0304_0506_0708, 0, 9, 1, "8300 30 0 11")
    );
}

#[test]
fn full_then_compact_forms() {
    let entries = [
        Entry::Tick(TICK),
        // Recentre of the running slot: no slot field; clears what is known of bids.
        Entry::Recentre {
            hw_time: 1000,
            next_index: 100,
            slot: 0x12,
            kind: PriceKind::Bid,
            epoch: 1,
            centre: 5000,
        },
        Entry::Tick(Tick { code: 128, epoch: 1, msg_index: 101, feed_time: 1001, size: 5, ..TICK }),
        Entry::Tick(Tick {
            code: 129,
            epoch: 1,
            price: Some(5100),
            msg_index: 103,
            feed_time: 1001,
            size: 0x100,
            ..TICK
        }),
        Entry::Tick(Tick {
            code: 129,
            epoch: 1,
            price: Some(5100),
            msg_index: 106,
            feed_time: 1257,
            size: 0,
            ..TICK
        }),
    ];
    let nibbles = [
        // kind 1 << 2 | slot | code | size = 0x9084; slot; escape; PN zigzag 10000 = 0x2710; PN 0x123
        "4809 210 00 40172 3321",
        // kind 10 << 2 = 0x28; payload 1n kind, 2n epoch, PN 0x2710: 8 nibbles
        "8200 80 0 10 40172",
        // kind 1 << 2 | time | step | code | epoch | size = 0xdc84 - slot = 0xdc04; PN zigzag 1 = 2; PN 1; epoch; code 0x80; PN 5
        "40cd 12 11 10 08 15",
        // compact: kind 1, step 2, no time, 3 size nibbles = 0x91; code 0x81; size 0x100
        "19 18 001",
        // compact: kind 1, same price, step 3, four time nibbles = 0x5d; 0x100; size 0
        "d5 0010 00",
    ];
    assert_eq!(pack(&entries, 1, 0), line(1, 1000, 100, 0, 5, &nibbles.concat()));
}

#[test]
fn every_control_kind() {
    let state = escapement_codec::RefreshState {
        centre: Some(-1),
        quote: Some((2, 3)),
        known: true,
        epoch: 0xab,
        flags: 4,
        status: b'T',
    };
    let entries = [
        Entry::Restart { hw_time: 10, next_index: 7, session: 0x10 },
        Entry::Gap { hw_time: 12, next_index: 7, first: 1, count: 1 << 56 },
        Entry::Refresh { hw_time: 11, next_index: 7, slot: 3, kind: PriceKind::Ask, state },
        Entry::TicksDropped { hw_time: 11, next_index: 7, slot: 3, count: 9 },
    ];
    let nibbles = [
        "4400 50 201 17", // 17 << 2 = 0x44
    ];
    // Gap: 8 << 2 | hw = 0x220; PN zigzag 2 = 4; payload PN 1, PN 2^56 (L = 15, 16 nibbles), PN 7 = 21 nibbles = 0x15.
    let gap = "0220 14 51 11 F0000000000000010 17";
    // Refresh: 11 << 2 | slot | hw = 0x2ac; slot 3; PN zigzag -1 = 1; payload 1 + 1 + 2 + 2 + 2 + (1,1) + (1,4) + (1,3) = 14.
    let refresh = "ca20 300 11 E0 1 7 ba 40 45 11 14 13";
    // 9 << 2 = 0x24.
    let dropped = "4200 20 19";
    let all = [nibbles[0], gap, refresh, dropped].concat();
    assert_eq!(pack(&entries, 0, 0), line(0, 10, 7, 0, 4, &all));
    let entries = [
        Entry::Void { hw_time: 5, next_index: 7, first: 2, count: 0, disposition: 0x11 },
        Entry::TimeStep { hw_time: 5, next_index: 7, step: -3 },
    ];
    assert_eq!(pack(&entries, 0, 0), line(0, 5, 7, 0, 2, "0300 50 12 0 11  4300 20 15"));
}

#[test]
fn a_slot_that_changes_hands_has_no_price_to_repeat() {
    let tick = Tick { size: 1, ..TICK };
    let (slot, symbol) = (TICK.slot, *b"AAPL    ");
    let entries = [
        Entry::Tick(tick),
        Entry::SlotReleased { hw_time: 1000, next_index: 100, slot, generation: 0 },
        Entry::SlotAssigned { hw_time: 1001, next_index: 100, slot, generation: 1, symbol },
    ];
    // Bid: 1 << 2 | slot | code | size = 0x9084; PN zigzag 5000 = 0x2710. Released: 16 << 2 = 0x40, payload 2 nibbles.
    // Assigned: 15 << 2 | hw = 0x23c; PN zigzag 1 = 2; payload 2 + 17 nibbles = 0x13; the symbol's first byte is the lowest.
    let nibbles = "4809 210 00 40172 11  0400 20 00  c320 12 31 10 F 14 14 05 c4 02 02 02 02";
    assert_eq!(pack(&entries, 0, 0), line(0, 1000, 100, 0, 3, nibbles));
    // The same price again is told whole: no "same price" of the instrument before.
    let again = [entries[0], entries[1], Entry::Tick(tick)];
    let read: Vec<_> = decode_line(&pack(&again, 0, 0)).unwrap().map(Result::unwrap).collect();
    let nibbles = "4809 210 00 40172 11  0400 20 00  10 00 40172 10";
    assert_eq!(pack(&again, 0, 0), line(0, 1000, 100, 0, 3, nibbles));
    assert!(matches!(read[2], LineItem::Tick(tick) if tick.price == LinePrice::Exact(5000)));
}

#[test]
fn status_break_and_emptied_side() {
    let base = Tick { price: None, size: 0, ..TICK };
    let entries = [
        Entry::Tick(Tick { kind: TickKind::Status, slot: SLOT_NONE, side: b'O', ..base }),
        Entry::Tick(Tick { kind: TickKind::TradeBreak, size: u64::MAX, flags: 4, ..base }),
        Entry::Tick(Tick { flags: 4, feed_time: 999, ..base }),
    ];
    // Status: 5 << 2 | slot = 0x94. Break: 4 << 2 | slot | flags | size = 0x8190. Bid: 1 << 2 | time = 0x404.
    let nibbles = "4900 fff f4  0918 210 40 Fffffffffffffffff  4040 11";
    assert_eq!(pack(&entries, 0, 0), line(0, 1000, 100, 0, 3, nibbles));
}

#[test]
fn unknown_controls_are_skipped_by_their_length() {
    // Kind 31, 5 payload nibbles, then the heartbeat.
    let line = line(0, 0, 0, 0, 2, "C700 50 12345 8300 30 0 11");
    let items: Result<Vec<_>, _> = decode_line(&line).unwrap().collect();
    assert_eq!(
        items.unwrap(),
        [
            LineItem::Unknown { kind: 31, nibbles: 5 },
            LineItem::Control(Entry::Heartbeat { hw_time: 0, next_index: 0, next_seq: 1 })
        ]
    );
}

/// The error of the only wrong entry.
fn error(count: u8, nibbles: &str) -> String {
    let line = line(0, 0, 0, 0, count, nibbles);
    let result: Result<Vec<_>, LineError> = decode_line(&line).unwrap().collect();
    result.unwrap_err().to_string()
}

#[test]
fn longer_forms_are_refused_by_name_and_nibble() {
    assert_eq!(
        error(1, "8300 30 0 20"),
        "entry 0, nibble 10: next sequence is not in its shortest form"
    );
    assert_eq!(
        error(1, "8300 40 0 11"),
        "entry 0, nibble 9: payload is declared 4 nibbles long but its fields take 3"
    );
    assert_eq!(
        error(1, "8300 30 0 11 1"),
        "entry 1, nibble 9: nibbles behind the last entry are not zero"
    );
    assert_eq!(error(1, "8100"), "entry 0, nibble 4: kind 6 is not legal");
    assert_eq!(error(1, "19"), "entry 0, nibble 2: compact form as the first entry is not legal");
    assert_eq!(error(1, "4000"), "entry 0, nibble 4: no slot was named yet");
    // A code with no epoch before it.
    assert_eq!(error(1, "4809 100 18 11"), "entry 0, nibble 9: code without an epoch is not legal");
    // Full form where the compact one says the same: bid, escape, size 1, twice.
    assert_eq!(
        error(2, "4809 100 00 11 11 4009 00 12 11"),
        "entry 1, nibble 23: descriptor is not in its shortest form"
    );
    // Ends inside a payload: count says 11 entries of nothing.
    assert!(error(200, "").contains("kind 0 is not legal"));
}

#[test]
fn headers_are_checked_before_entries() {
    let good = line(0, 0, 0, 0, 1, "8300 30 0 11");
    let with = |at: usize, value: u8| {
        let mut line = good;
        line[at] = value;
        let crc = crc32c(&line[..60]);
        line[60..].copy_from_slice(&crc.to_le_bytes());
        line
    };
    assert_eq!(decode_line(&with(17, 0x20)).err(), Some(LineError::Version(2)));
    assert_eq!(decode_line(&with(17, 0x13)).err(), Some(LineError::Flags(3)));
    assert_eq!(decode_line(&with(19, 0)).err(), Some(LineError::Empty));
    let mut torn = good;
    torn[30] ^= 1;
    assert!(matches!(decode_line(&torn), Err(LineError::Crc { .. })));
}

#[test]
fn prices_of_a_line_are_exact_or_coded() {
    let line = pack(&[Entry::Tick(TICK)], 0, 0);
    let Some(Ok(LineItem::Tick(tick))) = decode_line(&line).unwrap().next() else {
        panic!("no tick")
    };
    assert_eq!(tick.price, LinePrice::Exact(5000));
}
