//! Two lines under loss, skew, reordering, repetition and death, against the stream that loses nothing.

mod support;

use escapement_codec::{Entry, SequenceTrack};
use escapement_feed::{
    CardConfig, CardModel, Destination, Event, FrameMode, Line, MessageDisposition as D, Protocol,
};
use proptest::prelude::*;
use support::itch::trade;
use support::wire::{card, FrameMaker, GROUP, PORT};

/// What happens to one packet on one line.
#[derive(Debug, Clone, Copy)]
struct Fate {
    lost: bool,
    /// Beside the line's own delay.
    delay: u64,
    repeated: bool,
}

#[derive(Debug, Clone)]
struct Sent {
    messages: u64,
    fates: [Fate; 2],
}

fn fate(loss: f64, delay: std::ops::Range<u64>) -> impl Strategy<Value = Fate> {
    (proptest::bool::weighted(loss), delay, proptest::bool::weighted(0.1))
        .prop_map(|(lost, delay, repeated)| Fate { lost, delay, repeated })
}

fn sent(loss: f64, delay: std::ops::Range<u64>) -> impl Strategy<Value = Sent> {
    (0u64..5, fate(loss, delay.clone()), fate(loss, delay))
        .prop_map(|(messages, a, b)| Sent { messages, fates: [a, b] })
}

fn config(reorder_log2: u8, gap_window_ns: u64) -> CardConfig {
    let mut config = card(Protocol::Itch);
    config.orders.sets_log2 = 0;
    config.refresh_interval_ns = 170;
    config.lines.configured = 3;
    config.lines.b = Destination { group: GROUP + 1, port: PORT };
    config.lines.gap_window_ns = gap_window_ns;
    config.lines.reorder_log2 = reorder_log2;
    config
}

/// A packet of trades; the price of each is its sequence number.
fn packet(line: Line, first: u64, messages: u64) -> Vec<u8> {
    let trades = (first..first + messages).map(|sequence| trade(0, "A", 1, sequence as u32));
    let mut maker = FrameMaker::new(Protocol::Itch, first, trades.collect());
    maker.group += line as u32;
    maker.bytes()
}

/// The packets in order of arrival: time, line, first number, messages.
fn arrivals(
    all: &[Sent],
    skew: u64,
    dead: Option<(Line, usize, usize)>,
) -> Vec<(u64, Line, u64, u64)> {
    let mut first = 1;
    let mut arrivals = Vec::new();
    for (number, sent) in all.iter().enumerate() {
        for line in Line::ALL {
            let is_dead =
                dead.is_some_and(|(which, from, to)| which == line && (from..to).contains(&number));
            let fate = sent.fates[line as usize];
            if fate.lost || is_dead {
                continue;
            }
            let time = 100 * number as u64 + line as u64 * skew + fate.delay;
            arrivals.push((time, line, first, sent.messages));
            if fate.repeated {
                arrivals.push((time + 250, line, first, sent.messages));
            }
        }
        first += sent.messages;
    }
    arrivals.sort_by_key(|&(time, line, ..)| (time, line));
    arrivals
}

fn run(arrivals: &[(u64, Line, u64, u64)], config: CardConfig) -> (CardModel, Vec<Entry>) {
    let mut model = CardModel::new(config).unwrap();
    let mut entries = Vec::new();
    for &(time, line, first, messages) in arrivals {
        let bytes = packet(line, first, messages);
        model.frame(line, 1000 + time, &bytes, false, &mut |entry| entries.push(entry));
    }
    model.flush(&mut |entry| entries.push(entry));
    (model, entries)
}

/// The numbers that were delivered, by price; each must stand at its sequence number.
fn delivered(entries: &[Entry]) -> Vec<u64> {
    let mut track = SequenceTrack::new();
    let mut all = Vec::new();
    for entry in entries {
        track.follow(entry);
        if let Entry::Tick(tick) = entry {
            let sequence = tick.price.unwrap() as u64;
            assert_eq!(track.sequence(tick.msg_index), sequence);
            all.push(sequence);
        }
    }
    all
}

fn lost(entries: &[Entry]) -> Vec<u64> {
    entries
        .iter()
        .filter_map(|entry| match *entry {
            Entry::Gap { first, count, .. } => Some(first..first + count),
            _ => None,
        })
        .flatten()
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_number_is_delivered_once_or_declared_once_and_no_other_is(
        all in proptest::collection::vec(sent(0.15, 0..400), 1..60),
        skew in 0u64..600, reorder_log2 in 1u8..6, window in prop_oneof![Just(0u64), 1u64..2000, Just(u64::MAX)],
        dead in proptest::option::of((any::<bool>(), 0usize..60, 0usize..60)),
        early in any::<bool>(),
    ) {
        let dead = dead.map(|(b, from, to)| (if b { Line::B } else { Line::A }, from, to));
        let arrivals = arrivals(&all, skew, dead);
        let mut config = config(reorder_log2, window);
        config.frame_mode = if early { FrameMode::Early } else { FrameMode::Whole };
        let (model, entries) = run(&arrivals, config);
        let last = arrivals.iter().map(|&(_, _, first, messages)| first + messages - 1).max().unwrap_or(0);
        let (delivered, lost) = (delivered(&entries), lost(&entries));
        prop_assert!(delivered.is_sorted_by(|a, b| a < b), "{delivered:?}");
        prop_assert!(lost.is_sorted_by(|a, b| a < b), "{lost:?}");
        let mut both = [delivered.clone(), lost.clone()].concat();
        both.sort_unstable();
        prop_assert_eq!(both, (1..=last).collect::<Vec<_>>());
        // a number that no packet brought is lost
        for number in &delivered {
            prop_assert!(arrivals.iter().any(|&(_, _, first, n)| (first..first + n).contains(number)));
        }
        let counters = model.counters();
        prop_assert!(model.conserved());
        prop_assert_eq!(counters.in_flight, 0);
        prop_assert_eq!(counters.events(Event::Lost), lost.len() as u64);
        let copies: u64 = arrivals.iter().map(|&(_, _, _, messages)| messages).sum();
        prop_assert_eq!(counters.copies_in(Line::A) + counters.copies_in(Line::B), copies);
        let by_line = counters.events(Event::DeliveredA) + counters.events(Event::DeliveredB);
        prop_assert_eq!(by_line, delivered.len() as u64);
        // ticks are flagged exactly from the first gap on
        let first_gap = entries.iter().position(|entry| matches!(entry, Entry::Gap { .. }));
        for (place, entry) in entries.iter().enumerate() {
            if let Entry::Tick(tick) = entry {
                prop_assert_eq!(tick.flags != 0, first_gap.is_some_and(|gap| gap < place));
            }
        }
        // what came too late was declared lost before, as far as the ranges are remembered
        let late = counters.disposition(D::Late);
        prop_assert!(late == 0 || !lost.is_empty());
    }

    #[test]
    fn what_at_least_one_line_brings_in_time_equals_the_stream_that_loses_nothing(
        mut all in proptest::collection::vec(sent(0.3, 0..90), 1..60),
        skew in 0u64..600, spare in any::<proptest::sample::Index>(),
    ) {
        // on each line packets keep their order; no packet is lost on both; the window is longer than skew and delay
        for (number, sent) in all.iter_mut().enumerate() {
            if sent.fates[0].lost && sent.fates[1].lost {
                sent.fates[(number + spare.index(2)) % 2].lost = false;
            }
        }
        let arrivals = arrivals(&all, skew, None);
        let (model, entries) = run(&arrivals, config(11, 100_000));
        let end = 1 + all.iter().map(|sent| sent.messages).sum::<u64>();
        prop_assert_eq!(delivered(&entries), (1..end).collect::<Vec<_>>());
        prop_assert_eq!(lost(&entries), Vec::<u64>::new());
        prop_assert_eq!(model.counters().events(Event::GapWindow), 0);
        prop_assert_eq!(model.counters().disposition(D::Late), 0);
        let copies: u64 = arrivals.iter().map(|&(_, _, _, messages)| messages).sum();
        prop_assert_eq!(model.counters().disposition(D::Duplicate), copies - (end - 1));
    }

    #[test]
    fn a_line_without_losses_makes_the_other_one_needless(
        mut all in proptest::collection::vec(sent(0.5, 0..1000), 1..60), skew in 0u64..3000,
    ) {
        for sent in &mut all {
            sent.fates[0] = Fate { lost: false, delay: 0, repeated: false };
        }
        let arrivals = arrivals(&all, skew, None);
        let both = run(&arrivals, config(4, 0));
        let end = 1 + all.iter().map(|sent| sent.messages).sum::<u64>();
        prop_assert_eq!(delivered(&both.1), (1..end).collect::<Vec<_>>());
        prop_assert_eq!(both.0.counters().events(Event::DeliveredB), 0);
    }
}
