//! No input makes the model panic or lose count, and what must not matter does not.

mod support;

use escapement_codec::Entry;
use escapement_feed::census::SYMBOLS_MAX;
use escapement_feed::{
    detect_feed, CardModel, Checks, Event, FrameMode, Line, MessageDisposition, Protocol,
    SymbolCensus,
};
use proptest::prelude::*;
use support::wire::{card, feed, level, quote, status, system_event, trade, FrameMaker};

fn message() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![Just("A"), Just("B"), Just("C")];
    let price = prop_oneof![6 => (0i64..40).prop_map(|step| 10_000 + 50 * step), 1 => any::<i64>()];
    let size = prop_oneof![1 => Just(0u32), 4 => 1u32..500, 1 => any::<u32>()];
    (0u8..9, name, size.clone(), price.clone(), size, price, any::<bool>(), any::<u8>()).prop_map(
        |(which, name, size, price, other_size, other_price, complete, byte)| match which {
            0 => quote(name, (size, price), (other_size, other_price)),
            1..=3 => level(b'8', complete, name, size, price),
            4 | 5 => level(b'5', complete, name, size, price),
            6 => trade(name, size, price),
            7 => status(name, byte),
            _ => {
                if byte < 128 {
                    system_event(byte)
                } else {
                    vec![byte; usize::from(byte) / 3]
                }
            }
        },
    )
}

#[derive(Debug, Clone)]
struct Sent {
    first: u64,
    messages: Vec<Vec<u8>>,
    session: u32,
    send_time: u64,
    step: u64,
    damage: Option<(usize, u8)>,
    cut: Option<usize>,
    fcs_bad: bool,
}

fn sent() -> impl Strategy<Value = Sent> {
    let damage = proptest::option::weighted(0.1, (0usize..200, any::<u8>()));
    let cut = proptest::option::weighted(0.1, 0usize..300);
    let session = prop_oneof![12 => Just(7u32), 1 => Just(8u32)];
    (
        prop_oneof![10 => 1u64..60, 1 => any::<u64>()],
        proptest::collection::vec(message(), 0..6),
        session,
        0u64..1000,
        0u64..2000,
        damage,
        cut,
        proptest::bool::weighted(0.05),
    )
        .prop_map(|(first, messages, session, send_time, step, damage, cut, fcs_bad)| Sent {
            first,
            messages,
            session,
            send_time,
            step,
            damage,
            cut,
            fcs_bad,
        })
}

fn frame(sent: &Sent, protocol: Protocol) -> Vec<u8> {
    let mut maker = FrameMaker::new(protocol, 1, sent.messages.clone());
    maker.first = sent.first;
    maker.session = sent.session;
    maker.send_time = sent.send_time;
    maker.offset = sent.first.wrapping_sub(1);
    let mut bytes = maker.bytes();
    if let Some((at, value)) = sent.damage {
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= value;
        }
    }
    bytes.truncate(sent.cut.unwrap_or(usize::MAX));
    bytes
}

fn run(all: &[Sent], protocol: Protocol, mode: FrameMode) -> (CardModel, Vec<Entry>) {
    let mut config = card(protocol);
    config.frame_mode = mode;
    config.refresh_interval_ns = 500;
    config.levels.sets_log2 = 2;
    config.levels.ways = 2;
    let mut model = CardModel::new(config).unwrap();
    let mut entries = Vec::new();
    let mut stamp = 0;
    for sent in all {
        stamp += sent.step;
        model.frame(Line::A, stamp, &frame(sent, protocol), sent.fcs_bad, &mut |entry| {
            entries.push(entry)
        });
    }
    (model, entries)
}

/// Gaps of neighbouring lost numbers, as the entries tell them.
fn gaps(entries: &[Entry]) -> u64 {
    let mut newest = None;
    let mut gaps = 0;
    for entry in entries {
        match *entry {
            Entry::Gap { next_index, first, count, .. } => {
                gaps += u64::from(newest != Some((next_index, first)));
                newest = Some((next_index, first.wrapping_add(count)));
            }
            Entry::Restart { .. } => newest = None,
            _ => {}
        }
    }
    gaps
}

fn protocol() -> impl Strategy<Value = Protocol> {
    prop_oneof![Just(Protocol::Tops), Just(Protocol::Deep)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ledgers_hold_and_entries_agree_with_counters(
        all in proptest::collection::vec(sent(), 1..30), protocol in protocol(), early in any::<bool>(),
    ) {
        let mode = if early { FrameMode::Early } else { FrameMode::Whole };
        let (model, entries) = run(&all, protocol, mode);
        let counters = model.counters();
        prop_assert!(model.conserved());
        prop_assert_eq!(counters.in_flight, 0);
        prop_assert_eq!(counters.frames_in(), all.len() as u64);
        let count = |wanted: fn(&Entry) -> bool| entries.iter().filter(|entry| wanted(entry)).count() as u64;
        prop_assert_eq!(count(|entry| matches!(entry, Entry::Tick(_))), counters.ticks_made());
        prop_assert_eq!(count(|entry| matches!(entry, Entry::Recentre { .. })), counters.recentres);
        prop_assert_eq!(count(|entry| matches!(entry, Entry::Refresh { .. })), counters.refreshes);
        prop_assert_eq!(gaps(&entries), counters.events(Event::Gaps));
        prop_assert_eq!(count(|entry| matches!(entry, Entry::Restart { .. })), counters.events(Event::Restarts));
        let escapes = count(|entry| matches!(entry, Entry::Tick(tick) if tick.price.is_some() && tick.code == 0));
        prop_assert_eq!(escapes, counters.escapes);
        let lost = entries.iter().fold(0u64, |sum, entry| match entry {
            Entry::Gap { count, .. } => sum.wrapping_add(*count),
            _ => sum,
        });
        prop_assert_eq!(lost, counters.events(Event::Lost));
        let copies = MessageDisposition::Duplicate as usize;
        let dropped: u64 = MessageDisposition::ALL[copies..].iter().map(|&d| counters.disposition(d)).sum();
        prop_assert_eq!(counters.copies_in(Line::A) - dropped, counters.messages());
        prop_assert_eq!(model.next_index(), counters.messages());
    }

    #[test]
    fn modes_agree_while_frames_are_good(
        mut all in proptest::collection::vec(sent(), 1..30), protocol in protocol(),
    ) {
        for sent in &mut all {
            (sent.damage, sent.cut, sent.fcs_bad) = (None, None, false);
        }
        let (whole, whole_entries) = run(&all, protocol, FrameMode::Whole);
        let (early, early_entries) = run(&all, protocol, FrameMode::Early);
        prop_assert_eq!(whole_entries, early_entries);
        prop_assert_eq!(whole.counters(), early.counters());
    }

    #[test]
    fn a_bad_frame_in_whole_mode_leaves_no_trace_but_its_count(
        all in proptest::collection::vec(sent(), 1..20), bad in sent(), at in 0usize..20, protocol in protocol(),
    ) {
        let mut with = all.clone();
        // Not first: it would start the timer of the visits, which is all that a rejected frame can do.
        with.insert(at.clamp(1, all.len()), Sent { fcs_bad: true, step: 0, ..bad });
        prop_assert_eq!(run(&all, protocol, FrameMode::Whole).1, run(&with, protocol, FrameMode::Whole).1);
    }

    #[test]
    fn the_best_of_a_slot_is_the_best_of_its_levels(
        updates in proptest::collection::vec((any::<bool>(), 0u32..4, 0i64..12), 1..60),
    ) {
        // A plain reference: a list of levels, searched whole. The store is large enough never to overflow.
        let messages: Vec<_> = updates
            .iter()
            .map(|&(ask, size, price)| level(if ask { b'5' } else { b'8' }, true, "A", size, price))
            .collect();
        let mut model = CardModel::new(card(Protocol::Deep)).unwrap();
        let mut ticks = Vec::new();
        for (number, message) in messages.into_iter().enumerate() {
            let frame = FrameMaker::new(Protocol::Deep, number as u64 + 1, vec![message]).bytes();
            model.frame(Line::A, 0, &frame, false, &mut |entry| if let Entry::Tick(tick) = entry {
                ticks.push((tick.msg_index, tick.kind as u8 == 2, tick.price, tick.size));
            });
        }
        let mut levels: Vec<(bool, i64, u32)> = Vec::new();
        let mut published = [(None, 0u64); 2];
        let mut expected = Vec::new();
        for (number, &(ask, size, price)) in updates.iter().enumerate() {
            levels.retain(|&(of_ask, at, _)| (of_ask, at) != (ask, price));
            if size > 0 {
                levels.push((ask, price, size));
            }
            for side in [false, true] {
                let here = levels.iter().filter(|level| level.0 == side);
                let best = if side { here.min_by_key(|level| level.1) } else { here.max_by_key(|level| level.1) };
                let now = best.map_or((None, 0), |&(_, price, size)| (Some(price), u64::from(size)));
                if published[usize::from(side)] != now {
                    published[usize::from(side)] = now;
                    expected.push((number as u64, side, now.0, now.1));
                }
            }
        }
        prop_assert_eq!(ticks, expected);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2100), fcs_bad in any::<bool>()) {
        let mut model = CardModel::new(card(Protocol::Tops)).unwrap();
        model.frame(Line::A, 0, &bytes, fcs_bad, &mut |_| {});
        let _ = detect_feed(&bytes, Checks { ip_checksum: false, udp_checksum: false });
        SymbolCensus::new(feed(Protocol::Tops), Checks::default()).frame(&bytes);
    }
}

#[test]
fn the_census_orders_by_count_then_by_bytes() {
    let mut census = SymbolCensus::new(feed(Protocol::Tops), Checks::default());
    let sent = vec![
        trade("B", 1, 1),
        trade("C", 1, 1),
        trade("A", 1, 1),
        trade("C", 1, 1),
        system_event(b'O'),
    ];
    let mut other = FrameMaker::new(Protocol::Tops, 1, vec![trade("D", 1, 1); 9]);
    other.port ^= 1;
    census.frame(&FrameMaker::new(Protocol::Tops, 1, sent).bytes());
    census.frame(&other.bytes());
    let top: Vec<_> = census.top(2).iter().map(|(symbol, count)| (symbol.name(), *count)).collect();
    assert_eq!(top, [("C".to_owned(), 2), ("A".to_owned(), 1)]);
    assert_eq!(census.symbols(), 3);
}

#[test]
fn a_census_of_endless_symbols_stays_small_and_says_what_it_left_out() {
    let mut census = SymbolCensus::new(feed(Protocol::Tops), Checks::default());
    let (per_frame, beyond) = (16, 160);
    for first in (0..SYMBOLS_MAX + beyond).step_by(per_frame) {
        let sent = (first..first + per_frame).map(|n| trade(&format!("{n:08}"), 1, 1)).collect();
        census.frame(&FrameMaker::new(Protocol::Tops, 1 + first as u64, sent).bytes());
    }
    let again = vec![trade("00000007", 1, 1), trade(&format!("{SYMBOLS_MAX:08}"), 1, 1)];
    census.frame(&FrameMaker::new(Protocol::Tops, 1, again).bytes());
    assert_eq!((census.symbols(), census.beyond()), (SYMBOLS_MAX, beyond as u64 + 1));
    assert_eq!(
        census.top(1).first().map(|(symbol, count)| (symbol.name(), *count)),
        Some(("00000007".into(), 2))
    );
}

#[test]
fn the_feed_is_that_of_the_first_valid_datagram() {
    let mut maker = FrameMaker::new(Protocol::Deep, 1, vec![]);
    maker.channel = 5;
    let found = detect_feed(&maker.bytes(), Checks::default()).unwrap().feed;
    assert_eq!(
        (found.group, found.port, found.protocol, found.channel),
        (maker.group, maker.port, Protocol::Deep, 5)
    );
    maker.message_protocol = 0x8002;
    assert_eq!(detect_feed(&maker.bytes(), Checks::default()), None);
    maker.message_protocol = 0x8003;
    maker.payload_length = Some(3);
    assert_eq!(detect_feed(&maker.bytes(), Checks::default()), None);
}
