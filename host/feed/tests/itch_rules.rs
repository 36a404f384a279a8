//! The rules of ITCH 5.0, one by one (docs/card-model.md, section 5).

mod support;

use escapement_codec::{Entry, Tick, TickKind};
use escapement_feed::{
    CardConfig, CardModel, Event, Line, Load, MessageDisposition as D, OrderGeometry, Protocol,
};
use support::itch::*;
use support::wire::{card, FrameMaker};

const BID: TickKind = TickKind::Bid;
const ASK: TickKind = TickKind::Ask;
const TRADE: TickKind = TickKind::Trade;
/// Locates of A (slot 0) and B (slot 1), and of a symbol without a slot.
const A: u16 = 10;
const B: u16 = 11;
const C: u16 = 12;

struct Bench {
    model: CardModel,
    next: u64,
    session: u32,
}

impl Bench {
    /// Locates A, B, C learned.
    fn new() -> Self {
        let mut bench = Self::blank(small());
        bench.send(vec![directory(A, "A"), directory(B, "B"), directory(C, "C")]);
        bench
    }

    fn blank(config: CardConfig) -> Self {
        Self { model: CardModel::new(config).unwrap(), next: 1, session: 7 }
    }

    fn send(&mut self, messages: Vec<Vec<u8>>) -> Vec<Entry> {
        let count = messages.len() as u64;
        let mut maker = FrameMaker::new(Protocol::Itch, self.next, messages);
        maker.session = self.session;
        self.next += count;
        let mut entries = Vec::new();
        self.model.frame(Line::A, 50, &maker.bytes(), false, &mut |entry| entries.push(entry));
        assert!(self.model.conserved());
        assert_eq!(self.model.counters().in_flight, 0);
        entries
    }

    /// Sends one message: its ticks as kind, price, size, and what became of it.
    fn told(&mut self, message: Vec<u8>) -> (Vec<(TickKind, Option<i64>, u64)>, D) {
        let before: Vec<u64> = self.dispositions();
        let entries = self.send(vec![message]);
        let after = self.dispositions();
        let disposition =
            D::ALL.iter().zip(before.iter().zip(&after)).find(|(_, (b, a))| b < a).unwrap().0;
        (ticks(&entries).iter().map(|t| (t.kind, t.price, t.size)).collect(), *disposition)
    }

    fn ticks(&mut self, message: Vec<u8>) -> Vec<Tick> {
        ticks(&self.send(vec![message]))
    }

    fn dispositions(&self) -> Vec<u64> {
        D::ALL.iter().map(|&d| self.model.counters().disposition(d)).collect()
    }

    fn event(&self, event: Event) -> u64 {
        self.model.counters().events(event)
    }

    /// Whether the next tick of this slot's instrument is flagged.
    fn flagged(&mut self, locate: u16) -> bool {
        let name = if locate == A { "A" } else { "B" };
        self.ticks(trade(locate, name, 1, 1))[0].flags == 4
    }
}

fn small() -> CardConfig {
    let mut config = card(Protocol::Itch);
    config.orders = OrderGeometry { sets_log2: 0, ways: 4 };
    config
}

fn ticks(entries: &[Entry]) -> Vec<Tick> {
    entries.iter().filter_map(|e| if let Entry::Tick(t) = e { Some(*t) } else { None }).collect()
}

#[test]
fn orders_make_levels_and_levels_make_the_best() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.told(add(A, "A", 1, b'B', 100, 5000)),
        (vec![(BID, Some(5000), 100)], D::Ticked)
    );
    assert_eq!(
        bench.told(add(A, "A", 2, b'B', 50, 5000)),
        (vec![(BID, Some(5000), 150)], D::Ticked)
    );
    assert_eq!(bench.told(add(A, "A", 3, b'B', 9, 4900)), (vec![], D::NoChange));
    assert_eq!(bench.told(add(A, "A", 4, b'S', 7, 5100)).0, [(ASK, Some(5100), 7)]);
    assert_eq!(bench.told(cancel(A, 1, 30)).0, [(BID, Some(5000), 120)]);
    assert_eq!(bench.told(delete(A, 2)).0, [(BID, Some(5000), 70)]);
    assert_eq!(bench.told(delete(A, 1)).0, [(BID, Some(4900), 9)]);
    assert_eq!(bench.told(delete(A, 3)).0, [(BID, None, 0)]);
    let tick = bench.ticks(delete(A, 4))[0];
    assert_eq!((tick.kind, tick.price, tick.feed_time, tick.hw_time), (ASK, None, TIME as i64, 50));
    assert!(bench.model.orders().unwrap().is_empty() && bench.model.book().levels().is_empty());
}

#[test]
fn executions_are_trades_before_the_book_and_have_an_aggressor() {
    let mut bench = Bench::new();
    bench.send(vec![add(A, "A", 1, b'B', 100, 5000), add(A, "A", 2, b'S', 100, 5100)]);
    let sold = bench.ticks(executed(A, 1, 40));
    assert_eq!(
        sold.iter().map(|t| (t.kind, t.size, t.side)).collect::<Vec<_>>(),
        [(TRADE, 40, 2), (BID, 60, 0)]
    );
    let bought = bench.ticks(executed_at(A, 2, 100, b'Y', 5050));
    assert_eq!(
        bought.iter().map(|t| (t.kind, t.price, t.size, t.side)).collect::<Vec<_>>(),
        [(TRADE, Some(5050), 100, 1), (ASK, None, 0, 0)]
    );
    // not printable: the book moves, no trade
    assert_eq!(
        bench.told(executed_at(A, 1, 10, b'N', 4000)),
        (vec![(BID, Some(5000), 50)], D::Ticked)
    );
    assert!(!bench.flagged(A));
}

#[test]
fn an_over_execution_is_told_as_printed_clamped_in_the_book_and_flags_what_follows() {
    let mut bench = Bench::new();
    bench.send(vec![add(A, "A", 1, b'S', 4, 5000), add(A, "A", 2, b'S', 5, 6000)]);
    let entries = bench.ticks(executed(A, 1, 9));
    assert_eq!(
        entries.iter().map(|t| (t.kind, t.price, t.size, t.flags)).collect::<Vec<_>>(),
        [(TRADE, Some(5000), 9, 0), (ASK, Some(6000), 5, 0)]
    );
    assert_eq!(bench.event(Event::OverExecution), 1);
    assert!(bench.flagged(A) && !bench.flagged(B));
    assert_eq!(bench.told(cancel(A, 2, 50)).0, [(ASK, None, 0)]);
    assert_eq!((bench.event(Event::OverExecution), bench.event(Event::LevelClamped)), (2, 0));
}

#[test]
fn a_replacement_is_one_message() {
    let mut bench = Bench::new();
    bench.send(vec![add(A, "A", 1, b'B', 100, 5000), add(A, "A", 2, b'B', 5, 4000)]);
    assert_eq!(
        bench.told(replace(A, 1, 3, 100, 5000)),
        (vec![], D::NoChange),
        "the same level and total"
    );
    assert_eq!(bench.told(replace(A, 3, 4, 80, 5100)).0, [(BID, Some(5100), 80)]);
    assert_eq!(bench.told(replace(A, 4, 4, 70, 5100)).0, [(BID, Some(5100), 70)], "onto itself");
    assert_eq!(bench.event(Event::ReusedRef), 0);
    assert_eq!(bench.told(delete(A, 3)).1, D::UnknownRef);
    assert_eq!(bench.told(replace(A, 99, 5, 1, 1)), (vec![], D::UnknownRef), "adds nothing");
    assert_eq!(bench.told(delete(A, 5)).1, D::UnknownRef);
}

#[test]
fn a_reused_reference_replaces_the_old_order_and_flags_both_slots() {
    let mut bench = Bench::new();
    bench.send(vec![add(A, "A", 1, b'B', 100, 5000), add(B, "B", 2, b'B', 7, 900)]);
    // in another slot: that one is compared first
    let entries = bench.ticks(add(B, "B", 1, b'S', 3, 950));
    let told: Vec<_> = entries.iter().map(|t| (t.slot, t.kind, t.size, t.flags)).collect();
    assert_eq!(told, [(0, BID, 0, 0), (1, ASK, 3, 0)]);
    assert!(bench.flagged(A) && bench.flagged(B));
    // a replacement onto a living reference of the same slot
    let told = bench.told(replace(B, 2, 1, 8, 901));
    assert_eq!(told.0, [(BID, Some(901), 8), (ASK, None, 0)]);
    assert_eq!(bench.event(Event::ReusedRef), 2);
    // the message ticked although only the other slot changed: 2^0 sets of 4 ways and an ask behind the best
    bench.send(vec![add(A, "A", 50, b'S', 1, 10), add(B, "B", 51, b'S', 1, 10)]);
    let (told, disposition) = bench.told(add(B, "B", 50, b'S', 1, 11));
    assert_eq!((told, disposition), (vec![(ASK, None, 0)], D::Ticked));
}

#[test]
fn a_reference_reused_by_an_instrument_without_a_slot_takes_the_old_order_out_and_flags_its_slot() {
    let mut bench = Bench::new();
    bench.send((1..=3).map(|number| add(A, "A", number, b'B', 5, 1000 * number as u32)).collect());
    assert_eq!(bench.told(add(C, "C", 9, b'B', 1, 7)), (vec![], D::Unmapped), "a fresh one");
    assert!(!bench.flagged(A));
    let entries = bench.ticks(add(C, "C", 3, b'S', 1, 7));
    let told: Vec<_> = entries.iter().map(|t| (t.slot, t.kind, t.price, t.flags)).collect();
    assert_eq!(told, [(0, BID, Some(2000), 0)]);
    assert!(bench.flagged(A) && !bench.flagged(B));
    // behind the best: nothing to tell; a locate that is not learned yet, by its symbol
    assert_eq!(bench.told(add(C + 1, "C", 1, b'S', 1, 7)), (vec![], D::NoChange));
    assert_eq!((bench.event(Event::ReusedRef), bench.model.orders().unwrap().len()), (2, 1));
    assert_eq!(bench.told(delete(A, 2)).0, [(BID, None, 0)], "no other level is left");
}

#[test]
fn an_order_that_never_was_does_not_end_the_flag_of_one_that_is() {
    for (messages, flagged) in [
        // the wrong one leaves, then the right one, which is unknown by then
        (vec![delete(A, 99)], true),
        (vec![delete(A, 99), delete(A, 5)], true),
        (vec![add(A, "A", 6, b'B', 9, 200), delete(A, 99), delete(A, 6)], true),
        (vec![replace(A, 98, 99, 1, 1), delete(A, 5)], true),
        (vec![replace(A, 5, 6, 1, 1), delete(A, 5)], true),
        // whatever their order, the same as came
        (vec![add(A, "A", 6, b'B', 9, 200), delete(A, 6), delete(A, 5)], false),
        (vec![add(A, "A", 5, b'B', 9, 200), delete(A, 5), delete(A, 5)], false),
        (
            vec![replace(A, 5, 6, 1, 1), replace(A, 6, 5, 1, 1), cancel(A, 5, 1), delete(A, 5)],
            false,
        ),
    ] {
        let mut bench = Bench::new();
        bench.send((1..=5).map(|number| add(A, "A", number, b'B', 1, 100)).collect());
        assert_eq!(bench.model.book().untracked(0), 1);
        bench.send(messages.clone());
        assert_eq!(
            (bench.model.book().untracked(0), bench.flagged(A)),
            (0, flagged),
            "{messages:?}"
        );
        assert!(!bench.flagged(B));
        // the sum begins anew with the count
        bench.model.load(bench.next, Load::SlotProven(0), &mut |_| {});
        bench.send(vec![add(A, "A", 5, b'B', 1, 100), delete(A, 5)]);
        assert!(!bench.flagged(A), "{messages:?}");
    }
}

#[test]
fn a_full_order_set_is_counted_flagged_and_forgiven_when_the_order_leaves() {
    let mut bench = Bench::new();
    bench.send((1..=4).map(|reference| add(A, "A", reference, b'B', 1, 100)).collect());
    assert_eq!(bench.told(add(A, "A", 5, b'B', 9, 200)), (vec![], D::NoChange));
    assert_eq!(bench.event(Event::TableOverflow), 1);
    assert_eq!(bench.model.book().untracked(0), 1);
    assert!(bench.flagged(A) && !bench.flagged(B));
    // messages for it are not known, and leave the count, until it goes
    assert_eq!(bench.told(cancel(A, 5, 1)).1, D::UnknownRef);
    assert_eq!(bench.model.book().untracked(0), 1);
    assert_eq!(bench.told(delete(A, 5)).1, D::UnknownRef);
    assert!(!bench.flagged(A), "no untracked order is left");
    // under another name, by way of a replacement
    bench.send(vec![add(A, "A", 7, b'B', 9, 200), replace(A, 7, 8, 9, 300), delete(A, 8)]);
    assert_eq!((bench.model.book().untracked(0), bench.flagged(A)), (0, false));
    // without untracked orders an unknown reference is a doubt that stays
    assert_eq!(bench.told(delete(A, 5)).1, D::UnknownRef);
    assert!(bench.flagged(A));
    // a replacement that finds no room: the old one is gone, so its room is there
    let told = bench.told(replace(A, 1, 6, 2, 300));
    assert_eq!((told.0, bench.event(Event::TableOverflow)), (vec![(BID, Some(300), 2)], 2));
}

#[test]
fn locates_are_learned_from_directories_and_from_orders() {
    let mut bench = Bench::blank(small());
    assert_eq!(bench.told(delete(A, 1)).1, D::UnknownRef, "nothing learned, nothing flagged");
    assert_eq!(bench.told(broken(A, 77)).1, D::Unmapped);
    assert_eq!(bench.told(action(A, "A", b'T')).1, D::Ticked, "by its name");
    assert_eq!(bench.told(broken(A, 77)).1, D::Unmapped, "which teaches nothing");
    assert_eq!(bench.told(add(A, "A", 1, b'B', 1, 5)).1, D::Ticked);
    let tick = bench.ticks(broken(A, u64::MAX))[0];
    assert_eq!((tick.kind, tick.size, tick.price), (TickKind::TradeBreak, u64::MAX, None));
    // the order's locate wins over the message's
    assert_eq!(bench.told(cancel(B, 1, 0)).1, D::NoChange);
    assert_eq!(bench.told(add(C, "C", 2, b'B', 1, 5)).1, D::Unmapped);
    assert_eq!(bench.told(delete(C, 2)).1, D::Unmapped);
    // a locate once learned beats the name, and a directory teaches again
    assert_eq!(bench.told(trade(C, "A", 1, 5)).1, D::Unmapped);
    assert_eq!(bench.told(directory(C, "B")).1, D::NotBookRelevant);
    assert_eq!(bench.ticks(trade(C, "A", 1, 5))[0].slot, 1);
    // a new session knows no locate and no order
    bench.session = 8;
    bench.next = 1;
    assert_eq!(bench.told(broken(A, 77)).1, D::Unmapped);
    assert_eq!(bench.told(cancel(A, 1, 1)).1, D::UnknownRef);
}

#[test]
fn crosses_and_hidden_trades_have_no_aggressor_and_empty_crosses_no_tick() {
    let mut bench = Bench::new();
    let hidden = bench.ticks(trade(A, "A", 7, 12))[0];
    assert_eq!((hidden.kind, hidden.price, hidden.size, hidden.side), (TRADE, Some(12), 7, 0));
    assert_eq!(bench.told(cross(A, "A", 0, 0)), (vec![], D::NoChange));
    assert_eq!(bench.told(cross(A, "A", 1 << 40, 13)).0, [(TRADE, Some(13), 1 << 40)]);
    let event = bench.ticks(system_event(b'Q'))[0];
    assert_eq!((event.slot, event.side, event.flags), (0xfff, b'Q', 0));
}

#[test]
fn totals_beyond_32_bits_are_exact() {
    let mut bench = Bench::new();
    bench.send(vec![add(A, "A", 1, b'B', u32::MAX, 5), add(A, "A", 2, b'B', u32::MAX, 5)]);
    let all = 2 * u64::from(u32::MAX);
    assert_eq!(bench.told(cancel(A, 1, 1)).0, [(BID, Some(5), all - 1)]);
}

#[test]
fn messages_that_say_nothing_of_books_are_so_disposed_whatever_their_symbol() {
    let mut bench = Bench::new();
    for type_byte in *b"YLVWKJhINO" {
        let mut message = vec![b' '; escapement_feed::itch::message_bytes(type_byte).unwrap()];
        message[0] = type_byte;
        assert_eq!(bench.told(message.clone()), (vec![], D::NotBookRelevant), "{type_byte}");
        message.pop();
        assert_eq!(bench.told(message).1, D::Short);
    }
    assert_eq!(bench.told(vec![]).1, D::Empty);
    assert_eq!(bench.told(b"Z".to_vec()).1, D::UnknownType);
    assert_eq!(bench.model.counters().messages_of_type(b'h'), 2);
    assert_eq!(bench.model.counters().messages_of_type(b'H'), 0);
}
