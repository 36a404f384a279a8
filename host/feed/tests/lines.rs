//! Two lines: who wins, what waits, what is lost, and when (docs/card-model.md, section 4).

mod support;

use escapement_codec::Entry;
use escapement_feed::{
    CardConfig, CardModel, Destination, Event, FrameDisposition, FrameMode, Line,
    MessageDisposition as D, Protocol,
};
use support::itch::system_event;
use support::wire::{card, FrameMaker, GROUP, PORT};

use Line::{A, B};

const B_GROUP: u32 = GROUP + 1;

fn config(reorder_log2: u8) -> CardConfig {
    let mut config = card(Protocol::Itch);
    config.orders.sets_log2 = 2;
    config.lines.configured = 3;
    config.lines.b = Destination { group: B_GROUP, port: PORT };
    config.lines.gap_window_ns = 1000;
    config.lines.reorder_log2 = reorder_log2;
    config
}

struct Bench {
    model: CardModel,
    now: u64,
    session: u32,
}

/// What an entry says, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Event byte and stamp of a system event.
    Message(u8, u64),
    /// First, count, stamp.
    Gap(u64, u64, u64),
    /// Low 64 bits of the session.
    Restart,
    /// First, count.
    Void(u64, u64),
}

use Told::{Gap, Message, Restart, Void};

fn told(entry: Entry) -> Told {
    match entry {
        Entry::Tick(tick) => Message(tick.side, tick.hw_time),
        Entry::Gap { first, count, hw_time, .. } => Gap(first, count, hw_time),
        Entry::Restart { .. } => Restart,
        Entry::Void { first, count, .. } => Void(first, count),
        other => panic!("{other:?}"),
    }
}

impl Bench {
    fn new(config: CardConfig) -> Self {
        Self { model: CardModel::new(config).unwrap(), now: 100, session: 7 }
    }

    fn maker(&self, line: Line, first: u64, events: &[u8]) -> FrameMaker {
        let messages = events.iter().map(|&event| system_event(event)).collect();
        let mut maker = FrameMaker::new(Protocol::Itch, first, messages);
        maker.session = self.session;
        if line == B {
            maker.group = B_GROUP;
        }
        maker
    }

    /// A packet of system events, one a nanosecond.
    fn send(&mut self, line: Line, first: u64, events: &[u8]) -> Vec<Told> {
        let bytes = self.maker(line, first, events).bytes();
        self.send_bytes(line, &bytes, false)
    }

    fn send_bytes(&mut self, line: Line, bytes: &[u8], fcs_bad: bool) -> Vec<Told> {
        self.now += 1;
        self.collect(|model, now, out| model.frame(line, now, bytes, fcs_bad, out))
    }

    fn flush(&mut self) -> Vec<Told> {
        self.collect(|model, _, out| model.flush(out))
    }

    fn collect(
        &mut self,
        act: impl FnOnce(&mut CardModel, u64, &mut &mut dyn FnMut(Entry)),
    ) -> Vec<Told> {
        let mut all = Vec::new();
        let mut push = |entry| all.push(told(entry));
        let mut out: &mut dyn FnMut(Entry) = &mut push;
        act(&mut self.model, self.now, &mut out);
        assert!(self.model.conserved());
        all
    }

    fn event(&self, event: Event) -> u64 {
        self.model.counters().events(event)
    }

    fn count(&self, disposition: D) -> u64 {
        self.model.counters().disposition(disposition)
    }
}

#[test]
fn the_first_copy_wins_and_the_second_is_a_duplicate_of_its_line() {
    let mut bench = Bench::new(config(4));
    assert_eq!(bench.send(A, 1, b"ab"), [Message(b'a', 101), Message(b'b', 101)]);
    assert_eq!(bench.send(B, 1, b"abc"), [Message(b'c', 102)]);
    assert_eq!(bench.send(A, 3, b"c"), []);
    assert_eq!((bench.event(Event::DeliveredA), bench.event(Event::DeliveredB)), (2, 1));
    let counters = bench.model.counters();
    assert_eq!((counters.copies_in(A), counters.copies_in(B)), (3, 3));
    assert_eq!((bench.count(D::Duplicate), counters.refused_b(D::Duplicate)), (3, 2));
    assert_eq!((bench.model.last_seen(A), bench.model.last_seen(B)), (103, 102));
}

#[test]
fn what_comes_early_waits_with_its_own_stamp_and_is_counted_in_flight() {
    let mut bench = Bench::new(config(4));
    bench.send(B, 1, b"a");
    assert_eq!(bench.send(A, 3, b"cd"), []);
    assert_eq!(bench.model.counters().in_flight, 2);
    // the other line's copy of what waits is a duplicate, also before it is delivered
    assert_eq!(bench.send(A, 4, b"d"), []);
    assert_eq!(bench.count(D::Duplicate), 1);
    assert_eq!(
        bench.send(B, 2, b"b"),
        [Message(b'b', 104), Message(b'c', 102), Message(b'd', 102)]
    );
    assert_eq!(bench.model.counters().in_flight, 0);
    assert_eq!((bench.event(Event::DeliveredA), bench.event(Event::DeliveredB)), (2, 2));
    assert_eq!(bench.event(Event::Gaps), 0);
}

#[test]
fn numbers_end_before_they_wrap() {
    const LAST: u64 = u64::MAX - 1; // of a message; u64::MAX is named as the next one
    let mut bench = Bench::new(config(4));
    bench.send(A, 1, b"a");
    bench.send(A, LAST, b"");
    assert_eq!(bench.send(B, LAST, b""), [Gap(2, LAST - 2, 103)]);
    assert_eq!(bench.send(A, LAST, b"y"), [Message(b'y', 104)]);
    for first in [LAST, u64::MAX, u64::MAX - 2] {
        // no message of a packet whose count runs past the last number, not even those that have one
        let beyond = vec![b'z'; (u64::MAX - first) as usize + 1];
        assert_eq!(
            (bench.send(A, first, &beyond), bench.send(B, first, &beyond)),
            (vec![], vec![])
        );
    }
    let counters = bench.model.counters();
    let wrong = Line::ALL.map(|line| counters.frames(line, FrameDisposition::TransportLength));
    assert_eq!((wrong, bench.model.next_sequence()), ([3, 3], u64::MAX));
    assert_eq!((bench.send(A, u64::MAX, b""), bench.send(B, 1, b"a")), (vec![], vec![]));
    assert_eq!((bench.count(D::Duplicate), bench.model.next_sequence()), (1, u64::MAX));
}

#[test]
fn a_number_is_lost_when_every_configured_line_has_passed_it() {
    let mut bench = Bench::new(config(4));
    bench.send(A, 1, b"a");
    assert_eq!(bench.send(A, 3, b"c"), [], "line B may still bring 2");
    // B passes 2 with its packet of 4, and its 3 is not needed
    assert_eq!(bench.send(B, 4, b"d"), [Gap(2, 1, 103), Message(b'c', 102), Message(b'd', 103)]);
    // a heartbeat passes as well as data: 5 and 6
    assert_eq!(bench.send(A, 7, b""), []);
    assert_eq!(bench.send(B, 7, b""), [Gap(5, 2, 105)]);
    assert_eq!((bench.event(Event::Gaps), bench.event(Event::Lost)), (2, 3));
    // what comes after its gap is late, what was delivered a duplicate
    assert_eq!(bench.send(A, 4, b"def"), []);
    assert_eq!((bench.count(D::Late), bench.count(D::Duplicate)), (2, 1));
    assert_eq!(bench.model.counters().refused_b(D::Late), 0);
    assert_eq!(bench.send(B, 6, b"f"), []);
    assert_eq!(bench.model.counters().refused_b(D::Late), 1);
}

#[test]
fn both_passed_may_tell_several_gaps_with_messages_between() {
    let mut bench = Bench::new(config(4));
    bench.send(A, 1, b"a");
    assert_eq!(bench.send(A, 3, b"c"), []);
    assert_eq!(bench.send(A, 5, b"e"), []);
    assert_eq!(
        bench.send(B, 7, b"g"),
        [Gap(2, 1, 104), Message(b'c', 102), Gap(4, 1, 104), Message(b'e', 103)],
        "line A has not passed 6"
    );
    assert_eq!(bench.send(A, 7, b""), [Gap(6, 1, 105), Message(b'g', 104)]);
}

#[test]
fn the_window_declares_on_card_time_and_before_a_visit_of_the_same_time() {
    let mut config = config(4);
    config.refresh_interval_ns = 500;
    let mut bench = Bench::new(config);
    let mut entries = Vec::new();
    let frame =
        |bench: &Bench, line, first, events: &[u8]| bench.maker(line, first, events).bytes();
    let (a, c, e) =
        (frame(&bench, A, 1, b"a"), frame(&bench, A, 3, b"c"), frame(&bench, A, 5, b"e"));
    let mut out = |entry| entries.push(entry);
    bench.model.frame(A, 0, &a, false, &mut out);
    // opens at 1000 - 500 = 500 with line A's 3
    bench.model.frame(A, 500, &c, false, &mut out);
    bench.model.frame(A, 700, &e, false, &mut out);
    assert_eq!(bench.model.next_index(), 1);
    // due at 1500: the window first, then the visit; what moves reopens from the deadline: 2500
    assert!(!bench.model.time_step(2600, 4, &mut out));
    assert!(bench.model.time_step(2600, 100, &mut out));
    let place = |wanted: &dyn Fn(&Entry) -> bool| entries.iter().position(wanted);
    let first_gap = place(&|e| matches!(e, Entry::Gap { first: 2, count: 1, hw_time: 1500, .. }));
    let beats: Vec<u64> = entries
        .iter()
        .filter_map(
            |e| if let Entry::Heartbeat { hw_time, .. } = e { Some(*hw_time) } else { None },
        )
        .collect();
    assert_eq!(beats, [500, 2500], "four slots, one visit each 500 ns");
    let second_gap = place(&|e| matches!(e, Entry::Gap { first: 4, count: 1, hw_time: 2500, .. }));
    let second_beat = place(&|e| matches!(e, Entry::Heartbeat { hw_time: 2500, .. }));
    assert!(first_gap.is_some() && second_gap.is_some() && second_gap < second_beat);
    let c_told =
        place(&|e| matches!(e, Entry::Tick(tick) if tick.side == b'c' && tick.hw_time == 500));
    assert_eq!(c_told, first_gap.map(|gap| gap + 1), "with the stamp of its own frame");
    assert_eq!(bench.event(Event::GapWindow), 2);
    assert_eq!(bench.model.next_index(), 3);
}

#[test]
fn a_window_closes_when_nothing_is_missing_and_starts_anew_when_something_moves() {
    let mut bench = Bench::new(config(4));
    bench.send(A, 1, b"a");
    bench.send(A, 3, b"c");
    let opened = bench.now;
    bench.now += 900;
    assert_eq!(bench.send(B, 2, b"b").len(), 2);
    bench.now = opened + 1000;
    assert_eq!(bench.send(A, 4, b""), [], "closed");
    assert_eq!(bench.event(Event::GapWindow), 0);
    bench.send(A, 5, b"e");
    bench.send(A, 7, b"g");
    bench.now += 500;
    assert_eq!(bench.send(B, 4, b"d").len(), 2, "d and e; 6 is missing now");
    bench.now += 990;
    assert_eq!(bench.send(B, 6, b""), []);
    bench.now += 20;
    let deadline = bench.now - 20 - 991 + 1000;
    assert_eq!(bench.send(B, 6, b"").first(), Some(&Gap(6, 1, deadline)));
}

#[test]
fn a_dead_line_costs_the_window_and_no_more() {
    let mut bench = Bench::new(config(4));
    bench.send(A, 1, b"a");
    bench.send(B, 1, b"a");
    // B dies; A loses 2
    bench.send(A, 3, b"c");
    bench.now += 2000;
    let entries = bench.send(A, 4, b"d");
    assert_eq!(entries.len(), 3, "{entries:?}");
    assert!(matches!(entries[0], Gap(2, 1, _)));
    assert_eq!(bench.model.last_seen(B), 102, "the dead line is named by its stamp");
    // taken out of the configured lines, the other's word is enough
    bench.model.configure_lines(1);
    let now = bench.now;
    assert_eq!(bench.send(A, 6, b"f"), [Gap(5, 1, now + 1), Message(b'f', now + 1)]);
    // it comes back and its copies count
    bench.model.configure_lines(3);
    assert_eq!(bench.send(B, 5, b"efg"), [Message(b'g', now + 2)]);
    assert_eq!(bench.count(D::Late), 1);
}

#[test]
fn a_full_reorder_memory_declares_the_oldest_gap_early() {
    let mut bench = Bench::new(config(2));
    bench.send(A, 1, b"a");
    assert_eq!(bench.send(A, 3, b"cd"), []);
    assert_eq!(bench.event(Event::ReorderFull), 0);
    // 6 is four behind 2: the numbers up to 3 go, then c and d, and 6 waits for 5
    assert_eq!(bench.send(A, 6, b"f"), [Gap(2, 1, 103), Message(b'c', 102), Message(b'd', 102)]);
    assert_eq!(bench.event(Event::ReorderFull), 1);
    // far ahead of everything: up to what is held, then up to the message itself
    assert_eq!(
        bench.send(A, 50, b"z"),
        [Gap(5, 1, 104), Message(b'f', 103), Gap(7, 43, 104), Message(b'z', 104)]
    );
    assert_eq!((bench.event(Event::ReorderFull), bench.event(Event::Gaps)), (3, 3));
    assert_eq!(bench.event(Event::Lost), 1 + 1 + 43);
}

#[test]
fn neighbouring_lost_numbers_are_one_gap_in_several_entries() {
    let mut bench = Bench::new(config(2));
    bench.send(A, 1, b"a");
    assert_eq!(bench.send(A, 4, b""), []);
    assert_eq!(bench.send(B, 4, b""), [Gap(2, 2, 103)]);
    assert_eq!(bench.send(A, 6, b""), []);
    assert_eq!(bench.send(B, 6, b""), [Gap(4, 2, 105)]);
    assert_eq!((bench.event(Event::Gaps), bench.event(Event::Lost)), (1, 4));
    assert_eq!(bench.send(A, 2, b"bcde"), []);
    assert_eq!(bench.count(D::Late), 4);
}

#[test]
fn flush_lets_go_of_everything() {
    let mut bench = Bench::new(config(4));
    assert_eq!(bench.flush(), [], "before any packet");
    bench.send(A, 2, b"b");
    bench.send(A, 4, b"d");
    assert_eq!(bench.send(A, 9, b""), [], "line B may still bring all of it");
    assert_eq!(
        bench.flush(),
        [Gap(1, 1, 103), Message(b'b', 101), Gap(3, 1, 103), Message(b'd', 102), Gap(5, 4, 103)]
    );
    assert_eq!(bench.flush(), []);
    assert_eq!(bench.model.counters().in_flight, 0);
    bench.now += 5000;
    assert_eq!(bench.send(A, 9, b"i").len(), 1, "no window was left behind");
    assert_eq!(bench.event(Event::GapWindow), 0);
}

#[test]
fn a_new_session_flushes_restarts_and_makes_the_old_one_stale() {
    let mut bench = Bench::new(config(4));
    bench.send(A, 1, b"a");
    bench.send(A, 3, b"c");
    bench.session = 8;
    // B's word of the new session: what waited of the old goes first
    assert_eq!(
        bench.send(B, 1, b"x"),
        [Gap(2, 1, 103), Message(b'c', 102), Restart, Message(b'x', 103)]
    );
    bench.session = 7;
    assert_eq!(bench.send(A, 4, b"de"), []);
    assert_eq!(
        (bench.count(D::StaleSession), bench.model.counters().refused_b(D::StaleSession)),
        (2, 0)
    );
    assert_eq!(bench.model.last_seen(A), 104, "a stale frame was seen all the same");
    bench.session = 8;
    assert_eq!(bench.send(A, 1, b"xy"), [Message(b'y', 105)]);
    // four sessions are remembered, the fifth before is forgotten and restarts again
    for session in 9..12 {
        bench.session = session;
        assert_eq!(bench.send(A, 1, b"x")[0], Restart);
    }
    for (session, stale) in [(8, true), (7, true), (12, false), (7, false)] {
        bench.session = session;
        assert_eq!(bench.send(B, 1, b"x").is_empty(), stale, "{session}");
    }
    assert_eq!(bench.event(Event::Restarts), 6);
}

#[test]
fn the_end_of_a_session_names_the_next_number_and_takes_none() {
    let mut bench = Bench::new(config(4));
    bench.send(A, 1, b"a");
    for line in [A, B] {
        let mut maker = bench.maker(line, 3, b"");
        maker.count = Some(0xffff);
        let entries = bench.send_bytes(line, &maker.bytes(), false);
        assert_eq!(entries.len(), usize::from(line == B), "{entries:?}");
    }
    assert_eq!((bench.event(Event::EndOfSession), bench.event(Event::Heartbeats)), (2, 0));
    assert_eq!(bench.event(Event::Lost), 1);
}

#[test]
fn a_bad_frame_on_one_line_is_made_good_by_the_other_in_whole_mode() {
    let mut bench = Bench::new(config(4));
    let bytes = bench.maker(A, 1, b"ab").bytes();
    assert_eq!(bench.send_bytes(A, &bytes, true), []);
    assert_eq!(bench.send(B, 1, b"ab").len(), 2);
    assert_eq!(bench.event(Event::Lost), 0);
    assert_eq!(bench.event(Event::VoidedMessages), 2);
}

#[test]
fn in_early_mode_a_bad_frame_voids_what_it_gave_held_or_delivered() {
    let mut config = config(4);
    config.frame_mode = FrameMode::Early;
    let mut bench = Bench::new(config);
    bench.send(A, 2, b"");
    let bytes = bench.maker(A, 2, b"bc").bytes();
    assert_eq!(bench.send_bytes(A, &bytes, true), [Void(2, 2)], "both wait");
    assert_eq!(bench.send(B, 1, b"a").len(), 3);
    assert_eq!(bench.send_bytes(A, &bytes, true), [], "two known copies");
    assert_eq!(bench.count(D::Duplicate), 2);
    assert_eq!(bench.event(Event::VoidedMessages), 0);
}

#[test]
fn in_early_mode_a_line_is_believed_where_its_last_good_frame_left_off() {
    let mut config = config(4);
    config.frame_mode = FrameMode::Early;
    let mut bench = Bench::new(config);
    // (good, first number, told): what is not believed before its end is told only if it proves good
    let steps: [(bool, u64, &[Told]); 9] = [
        (false, 1, &[]), // nothing is known of the line yet
        (true, 1, &[Message(b'x', 102)]),
        (false, 2, &[Message(b'x', 103), Void(2, 1)]),
        (true, 2, &[]), // a duplicate of what was voided
        (true, 3, &[Message(b'x', 105)]),
        (false, 5, &[]), // ahead
        (false, 3, &[]), // behind
        (true, 4, &[Message(b'x', 108)]),
        (true, 6, &[]), // ahead and good: it waits for 5
    ];
    for (good, first, wanted) in steps {
        let bytes = bench.maker(A, first, b"x").bytes();
        assert_eq!(bench.send_bytes(A, &bytes, !good), wanted, "{first}");
    }
    // each line has its own place
    let bytes = bench.maker(B, 5, b"x").bytes();
    assert_eq!(bench.send_bytes(B, &bytes, true), []);
    assert_eq!(bench.event(Event::VoidedMessages), 4);
}

#[test]
fn a_broken_header_in_early_mode_is_not_believed() {
    // session, first number, messages
    for (session, first, events) in
        [(8, 2, &b"b"[..]), (7, 1 << 40, b"b"), (7, 1 << 40, b""), (7, 3, b"b"), (8, 1, b"b")]
    {
        let mut config = config(4);
        config.frame_mode = FrameMode::Early;
        let mut bench = Bench::new(config);
        bench.send(A, 1, b"a");
        bench.send(B, 1, b"a");
        let mut broken = bench.maker(A, first, events);
        broken.session = session;
        assert_eq!(bench.send_bytes(A, &broken.bytes(), true), [], "{session} {first}");
        assert_eq!(bench.event(Event::VoidedMessages), events.len() as u64);
        // the feed goes on as if it had not been there: nothing is lost, refused or flagged
        let good = bench.maker(A, 2, b"bc").bytes();
        let mut flags = Vec::new();
        bench.model.frame(A, 200, &good, false, &mut |entry| match entry {
            Entry::Tick(tick) => flags.push(tick.flags),
            other => panic!("{other:?}"),
        });
        assert_eq!(flags, [0, 0]);
        bench.now = 300;
        assert_eq!(bench.send(B, 2, b"bcd"), [Message(b'd', 301)]);
        assert_eq!((bench.event(Event::Restarts), bench.event(Event::Lost)), (0, 0));
        assert_eq!((bench.count(D::StaleSession), bench.count(D::Late)), (0, 0));
    }
    let mut whole = Bench::new(config(4));
    whole.send(A, 1, b"a");
    let mut broken = whole.maker(A, 2, b"b");
    broken.session ^= 1;
    assert_eq!(whole.send_bytes(A, &broken.bytes(), true), []);
    assert_eq!(whole.send(A, 2, b"b"), [Message(b'b', 103)]);
}

#[test]
fn frames_of_the_other_lines_group_are_foreign() {
    let mut bench = Bench::new(config(4));
    let bytes = bench.maker(A, 1, b"a").bytes();
    assert_eq!(bench.send_bytes(B, &bytes, false), []);
    let counters = bench.model.counters();
    use escapement_feed::FrameDisposition as F;
    assert_eq!((counters.frames(B, F::WrongGroup), counters.frames(A, F::WrongGroup)), (1, 0));
    assert_eq!(bench.model.last_seen(B), 0);
}

#[test]
fn an_endless_window_never_ends() {
    let mut config = config(4);
    config.lines.gap_window_ns = u64::MAX;
    let mut bench = Bench::new(config);
    bench.send(A, 2, b"b");
    bench.now = u64::MAX - 5;
    assert_eq!(bench.send(A, 3, b"c"), []);
    assert_eq!(bench.event(Event::GapWindow), 0);
}
