//! Lines worked out by hand from `hdl/line/line_format.toml`, so that writer and reader cannot drift together.

use escapement_codec::entry::SLOT_NONE;
use escapement_codec::places_of;
use escapement_codec::{
    crc32c, decode_line, BodyWriter, Clock, Entry, LineError, LineItem, LinePrice, LineTick,
    LineWriter, PriceKind, Tick, TickKind,
};

/// Packs nibbles, the low one of each byte first, as the format counts them.
fn body(nibbles: &str) -> [u8; 38] {
    let mut body = [0u8; 38];
    let digits = nibbles.chars().filter(char::is_ascii_hexdigit);
    for (at, digit) in digits.enumerate() {
        body[at / 2] |= (digit.to_digit(16).unwrap() as u8) << (4 * (at % 2));
    }
    body
}

fn line(seq: u32, hw_time: u64, index: u64, feed: u8, nibbles: &str) -> [u8; 64] {
    let mut line = [0u8; 64];
    line[..4].copy_from_slice(&seq.to_le_bytes());
    line[4..12].copy_from_slice(&hw_time.to_le_bytes());
    line[12..17].copy_from_slice(&index.to_le_bytes()[..5]);
    line[17] = 0x20;
    line[18] = feed;
    line[22..60].copy_from_slice(&body(nibbles));
    let crc = crc32c(&line[..60]);
    line[60..].copy_from_slice(&crc.to_le_bytes());
    line
}

fn pack(entries: &[Entry], seq: u32, feed: u8) -> [u8; 64] {
    let mut writer = LineWriter::new(Clock::default());
    for entry in entries {
        writer.push(entry).unwrap();
    }
    writer.finish(seq, feed)
}

/// The nibbles of a longer body, and how they should be.
fn long_body(entries: &[Entry], expected: &str) -> [String; 2] {
    let mut body = BodyWriter::<256, { places_of(256) }>::new(Clock::default());
    entries.iter().for_each(|entry| body.push(entry).unwrap());
    let nibble = |at: usize| u32::from(body.body()[at / 2] >> (4 * (at % 2)) & 0xf);
    let made = (0..body.nibbles()).filter_map(|at| char::from_digit(nibble(at), 16)).collect();
    [made, expected.chars().filter(char::is_ascii_hexdigit).collect()]
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
    // Control: 06; kind 14 = 0x0e; payload of 3 nibbles: PN 0, PN 1.
    assert_eq!(
        pack(&[entry], 0xdead_beef, 9),
        line(0xdead_beef, 0x0102_0304_0506_0708, 0, 9, "60 e0 30 0 11")
    );
}

#[test]
fn compact_forms_of_one_frame() {
    let coded = |code, step: u64, time, size| Tick {
        code,
        epoch: 1,
        msg_index: TICK.msg_index + step,
        feed_time: TICK.feed_time + time,
        size,
        ..TICK
    };
    let entries = [
        Entry::Tick(TICK),
        // Recentre of the slot in front: no slot field.
        Entry::Recentre {
            hw_time: 1000,
            next_index: 100,
            slot: 0x12,
            kind: PriceKind::Bid,
            epoch: 1,
            centre: 5000,
        },
        Entry::Tick(coded(128, 1, 1, 5)),
        Entry::Tick(coded(127, 4, 0x101, 300)),
        Entry::Tick(coded(127, 24, 0x101, 25_600)),
        Entry::Tick(coded(135, 25, 0x1102, 0xff)),
        Entry::Tick(coded(143, 27, 0x2102, 0)),
        Entry::Tick(Tick { kind: TickKind::Trade, side: 2, ..coded(143, 27, 0x2102, 25_700) }),
    ];
    let nibbles = [
        // time none | number | bid code = 0x20 + 0x18 + 4; slot; feed time as card time; escape; PN zigzag 10000; PN 0x123
        "c3 210 0 00 40172 3321",
        // control; kind 10; payload 1n kind, 2n epoch, PN 0x2710: 8 nibbles
        "60 a0 80 0 10 40172",
        // time short | nibble | bid code = 0x44; code, epoch; time step 1; size
        "44 08 10 10 5",
        // time medium | hundreds | bid delta = 0x72; -1; 0x100, index step 3; three hundreds
        "27 f 001 3 2",
        // time medium | number | bid same = 0x78; 0, index step 15 + PN 20; 0 and 256 hundreds
        "87 000 f241 0 ff",
        // time long | byte | bid code = 0x8c: by 8 is too far for a nibble; PN 0x1001; 0xff
        "c8 78 41001 ff",
        // time long | nibble | bid code; 13, index step 2, PN 0x1000
        "48 f8 d 2 40001 0",
        // time none | number | trade code = 0x3f; side; its own code and epoch; 257 hundreds have no short form
        "f3 2 f8 10 44646",
    ];
    let [made, expected] = long_body(&entries, &nibbles.concat());
    assert_eq!(made, expected);
}

#[test]
fn prefixes_and_new_frames() {
    let tick = |slot, step: u64, feed_time, hw_time| {
        Entry::Tick(Tick {
            slot,
            msg_index: 100 + step,
            feed_time,
            hw_time,
            code: 9,
            epoch: 3,
            size: 1,
            ..TICK
        })
    };
    let entries = [
        tick(1, 0, 1000, 1000),
        tick(2, 1, 1000, 1000),
        tick(1, 2, 1000, 1000),
        // a new frame, lag as before
        tick(1, 3, 1010, 1010),
        // another with a lag of 2, then one of -70,000 and another slot
        tick(1, 4, 0x10_0000 + 1010, 0x10_0000 + 1012),
        tick(2, 6, 0x10_0000 + 1010, 0x10_0000 + 1010 - 70_000),
    ];
    let nibbles = [
        "42 100 0 90 30 1",
        // prefix lag stays | other slot = 0x0f; slot; time short | nibble | bid code; code, epoch; 0; size
        "f0 200 44 90 30 00 1",
        // prefix lag stays | place 1 = 0x09; time short | nibble | bid same
        "90 04 00 1",
        // time frame short | nibble | bid same = 0xa0
        "0a a0000 1",
        // prefix lag short | in front = 0x10: zigzag 2; time frame medium = 0xc0
        "01 4000 0c 0000010 1",
        // prefix lag number | place 1 = 0x19: zigzag -70,002 = 0x222e3; time frame long = 0xe0: PN 0, index step 2
        "91 53e222 0e 0 2 1",
    ];
    assert_eq!(pack(&entries, 0, 0), line(0, 1000, 100, 0, &nibbles.concat()));
}

#[test]
fn a_clock_takes_the_zone_out_of_the_first_feed_time() {
    let hour_ns = 3_600_000_000_000;
    let tick = Tick { feed_time: 1_000, hw_time: 20 * hour_ns + 1_003, ..TICK };
    let mut writer = LineWriter::new(Clock::nearest(tick.hw_time, tick.feed_time));
    writer.push(&Entry::Tick(tick)).unwrap();
    let made = writer.finish(0, 0);
    // 80 quarters of an hour; 3 ns earlier than that: PN zigzag -3 = 5.
    assert_eq!(made[19..22], [80, 0, 0]);
    assert_eq!(made[22..60], body("c3 210 15 00 40172 3321"));
    let line = decode_line(&made).unwrap();
    assert_eq!(line.clock.units(), 80);
    let read: Vec<_> = line.map(Result::unwrap).collect();
    assert!(matches!(read[..], [LineItem::Tick(LineTick { feed_time: 1_000, .. })]), "{read:?}");
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
        "60 11 50 201 17", // kind 17 = 0x11
        // Gap: kind 8 | hw = 0x48; PN zigzag 2 = 4; payload PN 1, PN 2^56 (L = 15, 16 nibbles), PN 7 = 21 nibbles = 0x15.
        "60 84 14 51 11 F0000000000000010 17",
        // Refresh: kind 11 | slot | hw = 0x6b; slot 3; PN zigzag -1 = 1; payload 1 + 1 + 2 + 2 + 2 + (1,1) + (1,4) + (1,3) = 14.
        "60 b6 300 11 E0 1 7 ba 40 45 11 14 13",
        // No tick named the slot: it is told again. Kind 9 | slot = 0x29.
        "60 92 300 20 19",
    ];
    assert_eq!(pack(&entries, 0, 0), line(0, 10, 7, 0, &nibbles.concat()));
    let entries = [
        Entry::Void { hw_time: 5, next_index: 7, first: 2, count: 0, disposition: 0x11 },
        Entry::TimeStep { hw_time: 5, next_index: 7, step: -3 },
    ];
    assert_eq!(pack(&entries, 0, 0), line(0, 5, 7, 0, "60 c0 50 12 0 11  60 d0 20 15"));
}

#[test]
fn what_a_control_entry_takes_away_is_told_again() {
    let tick = Entry::Tick(Tick { code: 9, epoch: 3, size: 1, ..TICK });
    let (hw_time, next_index, slot, symbol) = (1000, 100, TICK.slot, *b"AAPL    ");
    let state = escapement_codec::RefreshState {
        centre: None,
        quote: None,
        known: false,
        epoch: 3,
        flags: 0,
        status: 0,
    };
    let first = "42 210 0 90 30 1";
    // time none | nibble | bid code = 0x24 where 0x20 would say the same
    let again = "42 90 30 1";
    // symbol: the first byte is the lowest
    let assigned = "60 f0 31 10 F 14 14 05 c4 02 02 02 02";
    for (control, nibbles) in [
        (Entry::SlotReleased { hw_time, next_index, slot, generation: 0 }, "60 01 20 00"),
        (Entry::SlotAssigned { hw_time, next_index, slot, generation: 1, symbol }, assigned),
        (
            Entry::Recentre {
                hw_time,
                next_index,
                slot,
                kind: PriceKind::Bid,
                epoch: 4,
                centre: 0,
            },
            "60 a0 40 0 40 0",
        ),
        (
            Entry::Refresh { hw_time, next_index, slot, kind: PriceKind::Bid, state },
            "60 b0 80 0 0 30 00 00",
        ),
    ] {
        let nibbles = [first, nibbles, again].concat();
        assert_eq!(
            pack(&[tick, control, tick], 0, 0),
            line(0, 1000, 100, 0, &nibbles),
            "{control:?}"
        );
    }
    // Of another kind or slot they take nothing; dropped ticks take the whole list: the slot is told again too.
    for (control, nibbles) in [
        (
            Entry::Recentre {
                hw_time,
                next_index,
                slot,
                kind: PriceKind::Ask,
                epoch: 4,
                centre: 0,
            },
            "60 a0 40 1 40 0 02 1",
        ),
        (
            Entry::SlotReleased { hw_time, next_index, slot: 1, generation: 0 },
            "60 03 100 20 00 02 1",
        ),
        (
            Entry::TicksDropped { hw_time, next_index, slot: 1, count: 1 },
            "60 92 100 20 11 f0 210 42 90 30 1",
        ),
    ] {
        let nibbles = [first, nibbles].concat();
        assert_eq!(
            pack(&[tick, control, tick], 0, 0),
            line(0, 1000, 100, 0, &nibbles),
            "{control:?}"
        );
    }
}

#[test]
fn the_eighth_slot_has_no_short_name_but_its_prices() {
    let tick = |slot| Entry::Tick(Tick { slot, code: 9, epoch: 3, size: 1, ..TICK });
    let entries = [0, 1, 2, 3, 4, 5, 6, 0, 7, 1].map(tick);
    let other = |slot: u8| format!("f0 {slot}00 42 90 30 1");
    // 0 is the seventh, at place 6; when 7 comes, 1 leaves the list.
    let mut nibbles = "42 000 0 90 30 1".to_string();
    nibbles.extend([1, 2, 3, 4, 5, 6].map(other));
    nibbles += "e0 02 1";
    nibbles += &other(7);
    nibbles += "f0 100 02 1";
    let [made, expected] = long_body(&entries, &nibbles);
    assert_eq!(made, expected);
}

#[test]
fn status_break_and_emptied_side() {
    let base = Tick { price: None, size: 0, ..TICK };
    let entries = [
        Entry::Tick(Tick { kind: TickKind::Status, slot: SLOT_NONE, side: b'O', ..base }),
        Entry::Tick(Tick { kind: TickKind::TradeBreak, size: u64::MAX, flags: 4, ..base }),
        Entry::Tick(Tick { flags: 4, feed_time: 999, hw_time: 1001, msg_index: 101, ..base }),
    ];
    // No tick has a price, so each names its slot. Status: slot. Break: slot | flags | size = 0x83. Bid: slot | lag | time |
    // step = 0x1d: lag from 0 to 2, zigzag 4; zigzag -1 = 1.
    let nibbles = "50 10 fff f4  40 38 210 40 Fffffffffffffffff  10 d1 210 14 11 11";
    assert_eq!(pack(&entries, 0, 0), line(0, 1000, 100, 0, nibbles));
}

#[test]
fn a_price_under_other_flags_takes_the_full_form() {
    let tick = Tick { code: 9, epoch: 3, size: 1, ..TICK };
    let entries = [
        Entry::Tick(tick),
        // bid; flags | price same | size = 0xc2
        Entry::Tick(Tick { flags: 4, ..tick }),
        // flags | price code | size = 0xa2
        Entry::Tick(Tick { code: 10, ..tick }),
        // time before the running one: time | price code | size = 0xa8
        Entry::Tick(Tick { code: 0, feed_time: 998, ..tick }),
    ];
    let nibbles = "42 210 0 90 30 1  10 2c 40 11  10 2a 00 a0 11  10 8a 13 00 40172 11";
    assert_eq!(pack(&entries, 0, 0), line(0, 1000, 100, 0, nibbles));
}

#[test]
fn unknown_controls_are_skipped_by_their_length() {
    // Kind 31, 5 payload nibbles, then the heartbeat.
    let line = line(0, 0, 0, 0, "60 f1 50 12345 60 e0 30 0 11");
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
fn error(nibbles: &str) -> String {
    let line = line(0, 1000, 0, 0, nibbles);
    let result: Result<Vec<_>, LineError> = decode_line(&line).unwrap().collect();
    result.unwrap_err().to_string()
}

#[test]
fn longer_forms_are_refused_by_name_and_nibble() {
    let is = |nibbles: &str, text: &str| assert_eq!(error(nibbles), text, "{nibbles}");
    is("60 e0 30 0 20", "entry 0, nibble 10: next sequence is not in its shortest form");
    is(
        "60 e0 40 0 11",
        "entry 0, nibble 9: payload is declared 4 nibbles long but its fields take 3",
    );
    is("60 e0 30 0 11 00 1", "entry 1, nibble 27: nibbles behind the last entry are not zero");
    is("70", "entry 0, nibble 2: kind 7 is not legal");
    is("10 00", "entry 0, nibble 4: no slot was named yet");
    is("f0 100 44", "entry 0, nibble 2: prefix of the first entry is not legal");
    is("44 210 0 90 30 00 1", "entry 0, nibble 5: time class of the first entry is not legal");
    is("02 210 0 1", "entry 0, nibble 6: same price as before, but there is none before");
    is("22 210 0 1 1", "entry 0, nibble 7: same price as before, but there is none before");
    // Bid at code 9 of epoch 3, size 1; then what is wrong.
    let behind = |nibbles: &str| error(&["42 210 0 90 30 1", nibbles].concat());
    let is = |nibbles: &str, text: &str| assert_eq!(behind(nibbles), text, "{nibbles}");
    is("42 90 1", "entry 1, nibble 15: price is not in its shortest form");
    is("42 a0 1", "entry 1, nibble 15: price is not in its shortest form");
    is("22 0 1", "entry 1, nibble 14: price is not in its shortest form");
    is("06 000 0 1", "entry 1, nibble 17: feed time and index is not in its shortest form");
    is("06 110 1 1", "entry 1, nibble 17: feed time and index is not in its shortest form");
    is("08 310 1", "entry 1, nibble 17: feed time and index is not in its shortest form");
    is("08 d 1 40001 1", "entry 1, nibble 20: feed time and index is not in its shortest form");
    is("08 e", "entry 1, nibble 14: feed time is not legal");
    is("0a 00000 1", "entry 1, nibble 19: new frame at the time of the running one is not legal");
    is("0c 0000000 1", "entry 1, nibble 20: feed time and index is not in its shortest form");
    is("0e 0 1 1", "entry 1, nibble 15: feed time and index is not in its shortest form");
    is("02 a 82 f", "entry 2, nibble 18: size is not in its shortest form");
    is("83 31", "entry 1, nibble 17: size is not in its shortest form");
    is("83 3c21", "entry 1, nibble 17: size is not in its shortest form");
    is("83 0f0", "entry 1, nibble 16: size is not in its shortest form");
    is("80 42 a0 1", "entry 1, nibble 13: prefix is not in its shortest form");
    is("f0 210 42 a0 1", "entry 1, nibble 16: slot is not in its shortest form");
    is("90 42 a0 1", "entry 1, nibble 13: no slot was named yet");
    is("01 0000", "entry 1, nibble 17: lag is not in its shortest form");
    is("81 110", "entry 1, nibble 15: lag is not in its shortest form");
    is("01 1000 02 1", "entry 1, nibble 20: lag of a tick of the running frame is not legal");
    is("f0 110 10", "entry 1, nibble 18: prefix of an entry that is not compact is not legal");
    is("10 1a 210", "entry 1, nibble 18: slot is not in its shortest form");
    // Full form where the compact one says the same.
    is("10 0a 90", "entry 1, nibble 17: price is not in its shortest form");
    is("10 0a 03 11", "entry 1, nibble 19: descriptor is not in its shortest form");
}

#[test]
fn headers_are_checked_before_entries() {
    let good = line(0, 0, 0, 0, "60 e0 30 0 11");
    let with = |at: usize, value: u8| {
        let mut line = good;
        line[at] = value;
        let crc = crc32c(&line[..60]);
        line[60..].copy_from_slice(&crc.to_le_bytes());
        line
    };
    assert_eq!(decode_line(&with(17, 0x10)).err(), Some(LineError::Version(1)));
    assert_eq!(decode_line(&with(17, 0x23)).err(), Some(LineError::Flags(3)));
    assert_eq!(decode_line(&with(22, 0)).err(), Some(LineError::Empty));
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
