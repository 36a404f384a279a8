//! The card model's rules, one by one.

mod support;

use std::collections::HashMap;

use escapement_codec::{Entry, PriceKind, RefreshState, Tick, TickKind};
use escapement_feed::{
    CardConfig, CardModel, ConfigError, Event, FrameDisposition, FrameMode, Instrument,
    LevelGeometry, Line, Load, MessageDisposition as D, Protocol,
};
use support::wire::{card, level, quote, status, symbol, system_event, trade, FrameMaker};

use Protocol::{Deep, Tops};

struct Bench {
    model: CardModel,
    protocol: Protocol,
    stamp: u64,
}

impl Bench {
    fn new(config: CardConfig) -> Self {
        let protocol = config.feed.protocol;
        Self { model: CardModel::new(config).unwrap(), protocol, stamp: 1000 }
    }

    fn send(&mut self, first: u64, messages: Vec<Vec<u8>>) -> Vec<Entry> {
        self.send_frame(&FrameMaker::new(self.protocol, first, messages))
    }

    fn send_frame(&mut self, maker: &FrameMaker) -> Vec<Entry> {
        self.send_bytes(&maker.bytes(), false)
    }

    fn send_bytes(&mut self, bytes: &[u8], fcs_bad: bool) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.stamp += 10;
        self.model.frame(Line::A, self.stamp, bytes, fcs_bad, &mut |entry| entries.push(entry));
        assert!(self.model.conserved());
        assert_eq!(self.model.counters().in_flight, 0);
        entries
    }

    fn count(&self, disposition: D) -> u64 {
        self.model.counters().disposition(disposition)
    }

    fn event(&self, event: Event) -> u64 {
        self.model.counters().events(event)
    }
}

fn ticks(entries: &[Entry]) -> Vec<Tick> {
    entries
        .iter()
        .filter_map(|entry| if let Entry::Tick(tick) = entry { Some(*tick) } else { None })
        .collect()
}

/// Kind, price and size of each tick.
fn told(entries: &[Entry]) -> Vec<(TickKind, Option<i64>, u64)> {
    ticks(entries).iter().map(|tick| (tick.kind, tick.price, tick.size)).collect()
}

const BID: TickKind = TickKind::Bid;
const ASK: TickKind = TickKind::Ask;

#[test]
fn a_quote_ticks_each_side_that_changed() {
    let mut bench = Bench::new(card(Tops));
    assert_eq!(told(&bench.send(1, vec![quote("A", (0, 0), (0, 0))])), []);
    assert_eq!(
        told(&bench.send(2, vec![quote("A", (1, 100), (2, 200))])),
        [(BID, Some(100), 1), (ASK, Some(200), 2)]
    );
    assert_eq!(told(&bench.send(3, vec![quote("A", (1, 100), (2, 200))])), []);
    assert_eq!(told(&bench.send(4, vec![quote("A", (1, 100), (3, 200))])), [(ASK, Some(200), 3)]);
    assert_eq!(told(&bench.send(5, vec![quote("A", (0, 77), (3, 200))])), [(BID, None, 0)]);
    assert_eq!(told(&bench.send(6, vec![quote("A", (0, 78), (3, 200))])), []);
    assert_eq!(told(&bench.send(7, vec![quote("C", (1, 1), (1, 1))])), []);
    assert_eq!(
        (bench.count(D::Ticked), bench.count(D::NoChange), bench.count(D::Unmapped)),
        (3, 3, 1)
    );
}

#[test]
fn deep_publishes_both_sides_only_when_the_event_is_complete() {
    let mut bench = Bench::new(card(Deep));
    let sent = vec![
        level(b'8', false, "A", 10, 100),
        level(b'5', true, "B", 5, 900),
        trade("A", 1, 100),
        level(b'5', true, "A", 7, 300),
    ];
    let entries = bench.send(1, sent);
    let slots: Vec<_> =
        ticks(&entries).iter().map(|tick| (tick.slot, tick.kind, tick.msg_index)).collect();
    assert_eq!(slots, [(1, ASK, 1), (0, TickKind::Trade, 2), (0, BID, 3), (0, ASK, 3)]);
    assert_eq!(bench.count(D::EventOpen), 1);
    // An absent level changes nothing, but its event flag counts.
    assert_eq!(told(&bench.send(5, vec![level(b'8', false, "A", 0, 100)])), []);
    assert_eq!(told(&bench.send(6, vec![level(b'8', true, "A", 0, 55)])), [(BID, None, 0)]);
    assert_eq!(bench.event(Event::AbsentLevel), 1);
}

#[test]
fn message_dispositions_come_in_the_pages_order() {
    let mut bench = Bench::new(card(Tops));
    let mut long = quote("A", (1, 100), (0, 0));
    long.extend([9; 100]);
    let messages = vec![
        vec![],
        vec![b'Z'],
        vec![b'8'; 30],
        vec![b'E'; 18],
        quote("A", (1, 1), (1, 1))[..41].to_vec(),
        vec![b'D'; 30],
        vec![b'D'; 31],
        vec![b'X'; 26],
        status("C", b'T'),
        system_event(b'O')[..9].to_vec(),
        system_event(b'O'),
        long,
    ];
    let entries = bench.send(1, messages);
    assert_eq!(told(&entries), [(TickKind::Status, None, 0), (BID, Some(100), 1)]);
    let expected = [
        (D::Empty, 1),
        (D::UnknownType, 3),
        (D::Short, 3),
        (D::NotBookRelevant, 2),
        (D::Unmapped, 1),
        (D::Ticked, 2),
    ];
    for (disposition, count) in expected {
        assert_eq!(bench.count(disposition), count, "{}", disposition.name());
    }
    let counters = bench.model.counters();
    let types: Vec<u64> = b"QDZ8ESX".iter().map(|&byte| counters.messages_of_type(byte)).collect();
    assert_eq!(types, [2, 2, 2, 1, 1, 2, 1], "empty and unknown types share one");
}

#[test]
fn lost_numbers_stand_in_gaps_and_late_copies_are_told_from_duplicates() {
    let mut bench = Bench::new(card(Tops));
    let event = || vec![system_event(b'O')];
    // Two numbers lost at the start, then three.
    assert!(matches!(
        bench.send(3, event())[0],
        Entry::Gap { first: 1, count: 2, next_index: 0, .. }
    ));
    assert!(matches!(
        bench.send(7, event())[0],
        Entry::Gap { first: 4, count: 3, next_index: 1, .. }
    ));
    for (first, late, duplicate) in [(2, 1, 0), (3, 1, 1), (6, 2, 1), (7, 2, 2)] {
        assert_eq!(bench.send(first, event()), []);
        assert_eq!((bench.count(D::Late), bench.count(D::Duplicate)), (late, duplicate), "{first}");
    }
    // Partly known packets give what is new.
    let entries = bench.send(6, vec![system_event(b'S'); 3]);
    assert_eq!(ticks(&entries).len(), 1);
    assert_eq!(ticks(&entries)[0].msg_index, 2);
    // A heartbeat reveals a gap too.
    assert!(matches!(
        bench.send(20, vec![])[..],
        [Entry::Gap { first: 9, count: 11, next_index: 3, .. }]
    ));
    assert_eq!((bench.event(Event::Gaps), bench.event(Event::Lost)), (3, 16));
    assert_eq!(bench.event(Event::Heartbeats), 1);
    // What follows with nothing delivered between is the same gap, and the same range.
    bench.send(22, event());
    assert_eq!((bench.event(Event::Gaps), bench.event(Event::Lost)), (3, 18));
    // The ninth range pushes out the first.
    for round in 1..7 {
        bench.send(22 + 2 * round, event());
        assert_eq!(bench.event(Event::LostRangeEvicted), u64::from(round == 6), "{round}");
    }
    let before = bench.count(D::Late);
    bench.send(1, event());
    assert_eq!(bench.count(D::Late), before, "forgotten");
    bench.send(4, event());
    assert_eq!(bench.count(D::Late), before + 1);
    // The tenth pushes out the second.
    bench.send(40, event());
    bench.send(4, event());
    assert_eq!(bench.count(D::Late), before + 1, "forgotten too");
    bench.send(9, event());
    assert_eq!(bench.count(D::Late), before + 2);
}

#[test]
fn a_gap_flags_every_instrument_but_no_system_event_until_a_restart() {
    let mut bench = Bench::new(card(Tops));
    bench.send(1, vec![quote("A", (1, 100), (0, 0))]);
    let entries =
        bench.send(3, vec![quote("A", (2, 100), (0, 0)), system_event(b'R'), trade("B", 1, 1)]);
    assert_eq!(ticks(&entries).iter().map(|tick| tick.flags).collect::<Vec<_>>(), [4, 0, 4]);
    let mut again = FrameMaker::new(Tops, 1, vec![quote("A", (2, 100), (0, 0))]);
    again.send_time = 1_000_000;
    let entries = bench.send_frame(&again);
    assert!(matches!(entries[0], Entry::Restart { session: 7, next_index: 4, .. }));
    assert_eq!(told(&entries), [(BID, Some(100), 2)], "no emptied tick, and the book starts anew");
    assert_eq!(ticks(&entries)[0].flags, 0);
    // The same packet again is a duplicate: its send time is not later.
    assert_eq!(bench.send_frame(&again), []);
    assert_eq!(bench.event(Event::Restarts), 1);
    // Another session restarts whatever its numbers say.
    let mut other = FrameMaker::new(Tops, 5, vec![]);
    other.session = 8;
    let entries = bench.send_frame(&other);
    assert!(matches!(
        entries[..],
        [Entry::Restart { session: 8, .. }, Entry::Gap { first: 1, count: 4, .. }]
    ));
}

#[test]
fn a_full_set_flags_the_slot_from_the_next_message_on() {
    let mut config = card(Deep);
    config.levels = LevelGeometry { sets_log2: 0, ways: 2 };
    let mut bench = Bench::new(config);
    let add = |price| level(b'8', true, "A", 1, price);
    let entries =
        bench.send(1, vec![add(100), add(200), add(300), trade("A", 1, 1), trade("B", 1, 1)]);
    let flags: Vec<_> =
        ticks(&entries).iter().map(|tick| (tick.slot, tick.price, tick.flags)).collect();
    assert_eq!(flags, [(0, Some(100), 0), (0, Some(200), 0), (0, Some(1), 4), (1, Some(1), 0)]);
    assert_eq!(bench.event(Event::LevelOverflow), 1);
    assert_eq!(bench.count(D::NoChange), 1, "the third level is not stored");
}

#[test]
fn bad_frames_are_unseen_in_whole_mode() {
    let mut bench = Bench::new(card(Tops));
    let frame =
        FrameMaker::new(Tops, 1, vec![trade("A", 1, 1), trade("A", 2, 2), trade("A", 3, 3)])
            .bytes();
    assert_eq!(bench.send_bytes(&frame, true), []);
    assert_eq!(bench.event(Event::VoidedMessages), 3);
    // Cut inside the third message.
    assert_eq!(bench.send_bytes(&frame[..frame.len() - 1], false), []);
    assert_eq!(bench.event(Event::VoidedMessages), 5);
    assert_eq!(bench.model.counters().frames(Line::A, FrameDisposition::BadFcs), 1);
    assert_eq!(bench.model.counters().frames(Line::A, FrameDisposition::CutDatagram), 1);
    assert_eq!(bench.model.counters().copies_in(Line::A), 0);
    assert_eq!(told(&bench.send_bytes(&frame, false)).len(), 3);
    assert_eq!(bench.event(Event::Gaps), 0);
}

#[test]
fn early_mode_voids_what_it_released_of_a_bad_frame() {
    let mut config = card(Tops);
    config.frame_mode = FrameMode::Early;
    let mut bench = Bench::new(config);
    bench.send(1, vec![trade("A", 1, 1)]);
    let frame =
        FrameMaker::new(Tops, 2, vec![trade("A", 2, 2), trade("A", 3, 3), trade("A", 4, 4)])
            .bytes();
    let entries = bench.send_bytes(&frame[..frame.len() - 41], false);
    assert_eq!(told(&entries), [(TickKind::Trade, Some(2), 2)], "one whole, two cut");
    let disposition = FrameDisposition::CutDatagram as u8;
    assert!(matches!(
        entries.last(),
        Some(&Entry::Void { first: 2, count: 1, next_index: 2, disposition: d, .. }) if d == disposition
    ));
    assert_eq!(ticks(&entries)[0].flags, 0);
    assert_eq!(bench.event(Event::VoidedMessages), 0);
    // Known copies only: no void entry, and flags from then on.
    assert_eq!(bench.send_bytes(&frame[..frame.len() - 41], true), []);
    let entries = bench.send(3, vec![trade("A", 3, 3)]);
    assert_eq!(ticks(&entries)[0].flags, 4);
}

#[test]
fn a_broken_send_time_or_number_of_iex_neither_restarts_nor_keeps_a_restart_away() {
    let mut config = card(Tops);
    config.frame_mode = FrameMode::Early;
    let mut bench = Bench::new(config);
    bench.send(1, vec![trade("A", 1, 1)]);
    let mut starts_over = FrameMaker::new(Tops, 1, vec![trade("A", 2, 2)]);
    starts_over.send_time = 1_000_000;
    assert_eq!(bench.send_bytes(&starts_over.bytes(), true), [], "not believed before its end");
    let mut late = FrameMaker::new(Tops, 2, vec![trade("A", 2, 2)]);
    late.send_time = u64::MAX;
    let entries = bench.send_bytes(&late.bytes(), true);
    assert!(matches!(entries[..], [Entry::Tick(_), Entry::Void { first: 2, count: 1, .. }]));
    let entries = bench.send_frame(&starts_over);
    assert!(matches!(entries[0], Entry::Restart { .. }), "{entries:?}");
    assert_eq!(ticks(&entries)[0].flags, 0);
    // heartbeats before the first message: number 1 is next, and still may start over
    starts_over.send_time += 1;
    starts_over.messages.clear();
    bench.send_frame(&starts_over);
    starts_over.send_time += 1;
    assert_eq!(bench.send_bytes(&starts_over.bytes(), true), []);
    assert_eq!(bench.event(Event::Restarts), 2);
}

#[test]
fn blocks_that_do_not_add_up_are_events_of_good_frames() {
    let mut bench = Bench::new(card(Tops));
    let mut maker = FrameMaker::new(Tops, 1, vec![trade("A", 1, 1)]);
    maker.count = Some(3);
    maker.trailing = 1;
    assert_eq!(told(&bench.send_frame(&maker)).len(), 1);
    let mut maker = FrameMaker::new(Tops, 2, vec![trade("A", 1, 1)]);
    maker.trailing = 5;
    assert_eq!(told(&bench.send_frame(&maker)).len(), 1);
    assert_eq!((bench.event(Event::MalformedBlock), bench.event(Event::TrailingBytes)), (1, 1));
    bench.send_bytes(&maker.bytes(), true);
    assert_eq!((bench.event(Event::MalformedBlock), bench.event(Event::TrailingBytes)), (1, 1));
}

#[test]
fn recentres_stand_after_the_last_tick_of_the_message_that_caused_them() {
    let mut config = card(Tops);
    config.instruments[0] =
        Instrument::new(0, symbol("A"), 100).with_centre(PriceKind::Bid, 10_000);
    let mut bench = Bench::new(config);
    let entries = bench.send(1, vec![quote("A", (1, 10_100), (1, 10_250))]);
    assert!(matches!(entries[0], Entry::Tick(Tick { kind: BID, code: 129, epoch: 0, .. })));
    assert!(matches!(entries[1], Entry::Tick(Tick { kind: ASK, code: 0, epoch: 0, .. })));
    let recentre = Entry::Recentre {
        hw_time: bench.stamp,
        next_index: 0,
        slot: 0,
        kind: PriceKind::Ask,
        epoch: 1,
        centre: 10_200,
    };
    assert_eq!(entries[2..], [recentre]);
    // Off the grid but in range: an escape that moves nothing.
    let entries = bench.send(2, vec![quote("A", (1, 10_150), (1, 10_250))]);
    assert!(matches!(
        entries[..],
        [Entry::Tick(Tick { kind: BID, code: 0, price: Some(10_150), .. })]
    ));
    // Far prints: the second in a row moves the centre, and the other side's tick does not wait for it.
    bench.send(3, vec![quote("A", (1, 900_000), (1, 10_250))]);
    let entries = bench.send(4, vec![quote("A", (1, 900_010), (2, 10_200))]);
    assert!(matches!(
        entries[..],
        [
            Entry::Tick(Tick { kind: BID, code: 0, .. }),
            Entry::Tick(Tick { kind: ASK, code: 128, epoch: 1, .. }),
            Entry::Recentre { kind: PriceKind::Bid, epoch: 1, centre: 900_000, next_index: 3, .. },
        ]
    ));
    assert_eq!((bench.model.counters().escapes, bench.model.counters().recentres), (4, 2));
    // Both sides at once: both ticks, then both moves.
    let entries = bench.send(5, vec![quote("B", (1, 150), (1, 250))]);
    assert_eq!(ticks(&entries[..2]).iter().map(|t| t.kind).collect::<Vec<_>>(), [BID, ASK]);
    assert!(matches!(
        entries[2..],
        [
            Entry::Recentre { kind: PriceKind::Bid, centre: 100, epoch: 1, .. },
            Entry::Recentre { kind: PriceKind::Ask, centre: 200, epoch: 1, .. },
        ]
    ));
}

#[test]
fn refresh_visits_slots_in_turn_before_the_packet_that_finds_them_due() {
    let mut config = card(Tops);
    config.refresh_interval_ns = 100;
    let mut bench = Bench::new(config);
    // The first packet starts the timer.
    bench.stamp = 990;
    let sent = vec![quote("B", (1, 10_050), (0, 0)), status("B", b'T')];
    assert_eq!(told(&bench.send(1, sent)).len(), 2);
    bench.stamp = 1189;
    assert_eq!(
        bench.send(3, vec![])[..],
        [Entry::Heartbeat { hw_time: 1100, next_index: 2, next_seq: 3 }]
    );
    bench.stamp = 1390;
    // 1200: slot 1, then 1300 and 1400: slots 2 and 3 of which nothing was said; then a gap.
    let entries = bench.send(4, vec![trade("B", 1, 5)]);
    let state = |centre, quote, known, epoch| RefreshState {
        centre,
        quote,
        known,
        epoch,
        flags: 0,
        status: b'T',
    };
    let refresh =
        |kind, state| Entry::Refresh { hw_time: 1200, next_index: 2, slot: 1, kind, state };
    assert_eq!(
        entries[..3],
        [
            refresh(PriceKind::Bid, state(Some(10_000), Some((10_050, 1)), true, 1)),
            refresh(PriceKind::Ask, state(None, None, true, 0)),
            refresh(PriceKind::Trade, state(None, None, false, 0)),
        ]
    );
    assert!(matches!(entries[3], Entry::Gap { .. }));
    assert_eq!(ticks(&entries).len(), 1);
    assert_eq!(bench.model.counters().refreshes, 3);
    // Stamps that step back do not move card time.
    bench.stamp = 500;
    assert_eq!(bench.send(5, vec![]), []);
    assert_eq!(bench.model.card_time(), 1400);
    let mut all = Vec::new();
    bench.model.refresh_now(&mut |entry| all.push(entry));
    assert_eq!(all.len(), 4);
    assert!(matches!(
        all[3],
        Entry::Refresh { state: RefreshState { flags: 4, known: false, .. }, .. }
    ));
}

#[test]
fn rejected_frames_and_time_steps_make_the_visits_that_are_due() {
    let mut config = card(Tops);
    config.refresh_interval_ns = 100;
    let slots = u64::from(config.slots);
    let mut bench = Bench::new(config);
    let beats = |entries: &[Entry]| -> Vec<u64> {
        entries
            .iter()
            .filter(|e| matches!(e, Entry::Heartbeat { .. }))
            .map(Entry::hw_time)
            .collect()
    };
    // The first frame starts the timer, although it is rejected; so does the time of any other.
    bench.stamp = 990;
    assert_eq!(bench.send_bytes(&[0; 60], false), []);
    bench.stamp = 1089;
    assert_eq!(bench.send_bytes(&[0; 60], false), []);
    let entries = bench.send_bytes(&[0; 60], true);
    assert_eq!(beats(&entries), [1100]);
    // A step makes a bounded number of visits and says whether more are due.
    let mut entries = Vec::new();
    let next_round = 1100 + slots * 100;
    let mut calls = 0;
    while !bench.model.time_step(next_round, 3, &mut |e| entries.push(e)) {
        calls += 1;
    }
    assert_eq!((beats(&entries), calls), (vec![next_round], slots.div_ceil(3) - 1));
    assert!(bench.model.time_step(next_round, 3, &mut |_| panic!("visited twice")));
    // A step back moves nothing, and what a step did the packet finds done.
    assert!(bench.model.time_step(5, 1, &mut |_| panic!("time went back")));
    bench.stamp = next_round;
    assert_eq!(bench.send(1, vec![]), []);
    assert_eq!(bench.model.card_time(), next_round + 10);
}

#[test]
fn refresh_tells_of_restart_and_of_centres_set_by_the_host() {
    let mut config = card(Tops);
    config.instruments[0] = Instrument::new(0, symbol("A"), 100).with_centre(PriceKind::Trade, 5);
    let mut bench = Bench::new(config);
    bench.send(1, vec![quote("B", (1, 10_000), (0, 0)), status("B", b'T')]);
    let mut other = FrameMaker::new(Tops, 1, vec![]);
    other.session = 8;
    bench.send_frame(&other);
    let mut all = Vec::new();
    bench.model.refresh_now(&mut |entry| all.push(entry));
    let states: HashMap<_, _> = all
        .iter()
        .filter_map(|entry| match *entry {
            Entry::Refresh { slot, kind, state, .. } => Some(((slot, kind), state)),
            _ => None,
        })
        .collect();
    assert_eq!(states.len(), 6);
    let nothing =
        RefreshState { centre: None, quote: None, known: false, epoch: 0, flags: 0, status: 0 };
    assert_eq!(states[&(0, PriceKind::Trade)], RefreshState { centre: Some(5), ..nothing });
    assert_eq!(
        states[&(1, PriceKind::Bid)],
        RefreshState { centre: Some(10_000), epoch: 1, ..nothing }
    );
}

#[test]
fn configurations_that_no_card_takes_are_named() {
    let broken = |change: &dyn Fn(&mut CardConfig)| {
        let mut config = card(Tops);
        change(&mut config);
        CardModel::new(config).expect_err("must be refused")
    };
    assert!(matches!(broken(&|c| c.instruments[0].tick = 0), ConfigError::Tick { tick: 0, .. }));
    assert!(matches!(broken(&|c| c.instruments[0].tick = 1 << 24), ConfigError::Tick { .. }));
    assert!(matches!(
        broken(&|c| c.instruments[1].symbol = symbol("A")),
        ConfigError::SymbolTwice { slots: [0, 1], .. }
    ));
    assert!(matches!(
        broken(&|c| c.instruments[1].slot = 0),
        ConfigError::SlotTwice { slot: 0, .. }
    ));
    assert!(matches!(
        broken(&|c| c.instruments[1].slot = 4),
        ConfigError::NoSuchSlot { slot: 4, slots: 4 }
    ));
    assert!(matches!(broken(&|c| c.slots = 0), ConfigError::Slots(0)));
    assert!(matches!(broken(&|c| c.recentre_run = 0), ConfigError::RecentreRun));
    assert!(matches!(broken(&|c| c.levels.ways = 0), ConfigError::Levels(_)));
    assert_eq!(
        broken(&|c| c.instruments[0].tick = 0).to_string(),
        "tick size of A must be 1 to 16777215 price units, not 0"
    );
}

#[test]
fn reset_gives_a_fresh_card() {
    let mut bench = Bench::new(card(Tops));
    let first = bench.send(1, vec![quote("A", (1, 100), (2, 200))]);
    bench.model.reset();
    bench.stamp -= 10;
    assert_eq!(bench.send(1, vec![quote("A", (1, 100), (2, 200))]), first);
    assert_eq!(bench.model.counters().frames_in(), 1);
}

#[test]
fn a_slot_that_changed_hands_tells_its_best_again() {
    let mut bench = Bench::new(card(Deep));
    assert_eq!(ticks(&bench.send(1, vec![level(b'8', true, "A", 5, 10_000)])).len(), 1);
    for assigned in [false, true] {
        let load = if assigned {
            Load::SlotAssigned { slot: 0, generation: 2, symbol: *b"A       " }
        } else {
            Load::SlotReleased { slot: 0, generation: 1 }
        };
        let next = 2 + u64::from(assigned);
        let mut told = Vec::new();
        assert!(bench.model.load(next, load, &mut |entry| told.push(entry)));
        assert_eq!(told.len(), 1, "{told:?}");
        // A level behind the best: only what was forgotten makes it a tick.
        let behind = level(b'8', true, "A", 7, 9_900 - 100 * next as i64);
        let ticks = ticks(&bench.send(next, vec![behind]));
        if assigned {
            assert_eq!(ticks.len(), 1, "{ticks:?}");
            assert_eq!((ticks[0].price, ticks[0].size), (Some(10_000), 5));
        } else {
            assert!(ticks.is_empty(), "released: {ticks:?}");
        }
    }
}
