//! ITCH messages into operations on the books: locates are learned, orders are tracked, each message's changes of
//! levels are compared once, at its end (docs/card-model.md, section 5, "ITCH 5.0").

use escapement_abi::{Event, MessageDisposition};
use escapement_codec::Entry;

use crate::book::{At, Book, Delivered};
use crate::config::OrderGeometry;
use crate::counters::Counters;
use crate::itch::{AddOrder, Head, Message};
use crate::locate_table::{Locate, LocateTable};
use crate::order_table::{Order, OrderTable};
use crate::protocol::Side;
use crate::symbol::Symbol;
use crate::symbol_map::SymbolMap;

/// What is learned from a session: locates and orders.
#[derive(Debug, Clone)]
pub struct ItchFlow {
    locates: LocateTable,
    orders: OrderTable,
}

#[inline]
fn long(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..at + 8)?.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

/// Side of the aggressor against a resting order: 1 buy, 2 sell.
fn aggressor(resting: Side) -> u8 {
    match resting {
        Side::Bid => 2,
        Side::Ask => 1,
    }
}

impl ItchFlow {
    /// Nothing learned yet.
    #[must_use]
    pub fn new(orders: OrderGeometry) -> Self {
        Self { locates: LocateTable::default(), orders: OrderTable::new(orders) }
    }

    /// A new session: all orders and locates go.
    pub fn restart(&mut self) {
        self.locates.clear();
        self.orders.clear();
    }

    /// Looks ahead: a packet's messages are known before the first is taken, and orders lie all over a large table.
    #[inline]
    pub fn prefetch(&self, data: &[u8]) {
        // Whatever else stands there does no harm, and asking for the type would be one more branch that cannot be foretold.
        if let Some(reference) = long(data, 11) {
            self.orders.prefetch(reference);
        }
        if let (Some(b'U'), Some(new)) = (data.first(), long(data, 19)) {
            self.orders.prefetch(new);
        }
    }

    /// The locates learned so far.
    #[must_use]
    pub fn locates(&self) -> &LocateTable {
        &self.locates
    }

    /// The orders tracked now.
    #[must_use]
    pub fn orders(&self) -> &OrderTable {
        &self.orders
    }

    /// Takes one decoded message; its ticks and recentres go to `out`.
    #[inline(always)]
    pub fn message(
        &mut self,
        message: &Message,
        delivered: Delivered,
        map: &SymbolMap,
        book: &mut Book,
        counters: &mut Counters,
        out: &mut impl FnMut(Entry),
    ) -> MessageDisposition {
        use MessageDisposition as D;
        let mut on = On { flow: self, map, book, delivered, counters, out };
        match *message {
            Message::Add { head, order, .. } => on.add(head, &order),
            Message::Executed { head, reference, shares, .. } => {
                on.reduce(head, reference, shares, Trade::AtItsPrice)
            }
            Message::ExecutedWithPrice { head, reference, shares, printable, price, .. } => {
                let trade = if printable { Trade::At(price) } else { Trade::None };
                on.reduce(head, reference, shares, trade)
            }
            Message::Cancel { head, reference, shares } => {
                on.reduce(head, reference, shares, Trade::None)
            }
            Message::Delete { head, reference } => on.delete(head, reference),
            Message::Replace { head, original, reference, shares, price } => {
                on.replace(head, original, reference, shares, price)
            }
            Message::Trade { head, stock, shares, price, .. } => {
                on.named(head, stock, |mut at| at.trade(i64::from(price), u64::from(shares)))
            }
            Message::CrossTrade { head, stock, shares, price, .. } => {
                on.named(head, stock, |mut at| {
                    if shares == 0 {
                        return D::NoChange;
                    }
                    at.trade(i64::from(price), shares)
                })
            }
            Message::BrokenTrade { head, match_number } => match on.flow.locates.get(head.locate) {
                Locate::Slot(slot) => on.at(slot, head).trade_break(match_number),
                Locate::Unmapped | Locate::Unlearned => D::Unmapped,
            },
            Message::TradingAction { head, stock, state, .. } => {
                on.named(head, stock, |mut at| at.status(state))
            }
            Message::SystemEvent { head, event } => {
                on.book.system_event(event, head.time as i64, delivered, on.counters, on.out)
            }
            Message::StockDirectory { head, stock, .. } => {
                on.flow.locates.learn(head.locate, map.slot(stock));
                D::NotBookRelevant
            }
            Message::RegSho { .. }
            | Message::ParticipantPosition { .. }
            | Message::MwcbDecline { .. }
            | Message::MwcbStatus { .. }
            | Message::IpoQuoting { .. }
            | Message::LuldCollar { .. }
            | Message::OperationalHalt { .. }
            | Message::Imbalance { .. }
            | Message::RetailInterest { .. }
            | Message::DirectListing { .. } => D::NotBookRelevant,
        }
    }
}

/// The trade that an execution is told as.
enum Trade {
    None,
    AtItsPrice,
    At(u32),
}

/// What a message says of an order that is not in the table.
enum Unknown {
    Stays,
    Leaves(u64),
    Renamed { from: u64, to: u64 },
}

/// One message and all that it works on.
struct On<'a, F> {
    flow: &'a mut ItchFlow,
    map: &'a SymbolMap,
    book: &'a mut Book,
    delivered: Delivered,
    counters: &'a mut Counters,
    out: &'a mut F,
}

impl<F: FnMut(Entry)> On<'_, F> {
    #[inline]
    fn at(&mut self, slot: u16, head: Head) -> At<'_, F> {
        self.book.at(slot, head.time as i64, self.delivered, self.counters, self.out)
    }

    /// A message that names its instrument: the locate says the slot if it was learned, else the name does.
    fn named(
        &mut self,
        head: Head,
        stock: Symbol,
        act: impl FnOnce(At<'_, F>) -> MessageDisposition,
    ) -> MessageDisposition {
        let slot = match self.flow.locates.get(head.locate) {
            Locate::Slot(slot) => Some(slot),
            Locate::Unmapped => None,
            Locate::Unlearned => self.map.slot(stock),
        };
        slot.map_or(MessageDisposition::Unmapped, |slot| act(self.at(slot, head)))
    }

    #[inline]
    fn add(&mut self, head: Head, order: &AddOrder) -> MessageDisposition {
        let slot = match self.flow.locates.get(head.locate) {
            Locate::Slot(slot) => Some(slot),
            Locate::Unmapped => None,
            Locate::Unlearned => {
                let slot = self.map.slot(order.stock);
                self.flow.locates.learn(head.locate, slot);
                slot
            }
        };
        let AddOrder { reference, side, shares, price, .. } = *order;
        let Some(slot) = slot else { return self.stranger(head, reference) };
        self.place(head, Order { reference, price, shares, slot, side }, None)
    }

    /// An order of an instrument without a slot. A living order cannot be what it was when its reference is another's.
    fn stranger(&mut self, head: Head, reference: u64) -> MessageDisposition {
        let Some(place) = self.flow.orders.find(reference) else {
            return MessageDisposition::Unmapped;
        };
        let old = self.flow.orders.get(place);
        self.flow.orders.remove(place);
        self.counters.event(Event::ReusedRef);
        let mut at = self.at(old.slot, head);
        at.lose(old.side, i64::from(old.price), old.shares);
        at.mark();
        at.publish_best(None)
    }

    /// Puts an order on the book, after the one that it replaces left (out of the table already), and compares.
    #[inline]
    fn place(&mut self, head: Head, order: Order, replaced: Option<Order>) -> MessageDisposition {
        let mut elsewhere = MessageDisposition::NoChange;
        let (mut reused, mut flagged) = (None, false);
        if let Some(place) = self.flow.orders.find(order.reference) {
            let old = self.flow.orders.get(place);
            self.flow.orders.remove(place);
            self.counters.event(Event::ReusedRef);
            flagged = true;
            if old.slot == order.slot {
                reused = Some(old);
            } else {
                let mut at = self.at(old.slot, head);
                at.lose(old.side, i64::from(old.price), old.shares);
                at.mark();
                elsewhere = at.publish_best(None);
            }
        }
        let stored = self.flow.orders.insert(order);
        let mut at = self.at(order.slot, head);
        for gone in replaced.iter().chain(&reused) {
            at.lose(gone.side, i64::from(gone.price), gone.shares);
        }
        if flagged {
            at.mark();
        }
        if stored {
            at.gain(order.side, i64::from(order.price), order.shares);
        } else {
            at.event(Event::TableOverflow);
            at.order_untracked(order.reference);
        }
        match at.publish_best(None) {
            MessageDisposition::Ticked => MessageDisposition::Ticked,
            _ => elsewhere,
        }
    }

    #[inline]
    fn reduce(
        &mut self,
        head: Head,
        reference: u64,
        shares: u32,
        trade: Trade,
    ) -> MessageDisposition {
        let Some(place) = self.flow.orders.find(reference) else {
            return self.unknown(head, Unknown::Stays);
        };
        let order = self.flow.orders.get(place);
        let taken = shares.min(order.shares);
        if taken == order.shares {
            self.flow.orders.remove(place);
        } else {
            self.flow.orders.set_shares(place, order.shares - taken);
        }
        let mut at = self.at(order.slot, head);
        if shares > order.shares {
            at.event(Event::OverExecution);
            at.mark();
        }
        at.lose(order.side, i64::from(order.price), taken);
        let price = match trade {
            Trade::None => None,
            Trade::AtItsPrice => Some(order.price),
            Trade::At(price) => Some(price),
        };
        at.publish_best(price.map(|price| {
            // the trade is as it was printed, whatever the order had left
            (i64::from(price), u64::from(shares), aggressor(order.side))
        }))
    }

    #[inline]
    fn delete(&mut self, head: Head, reference: u64) -> MessageDisposition {
        let Some(place) = self.flow.orders.find(reference) else {
            return self.unknown(head, Unknown::Leaves(reference));
        };
        let order = self.flow.orders.get(place);
        self.flow.orders.remove(place);
        let mut at = self.at(order.slot, head);
        at.lose(order.side, i64::from(order.price), order.shares);
        at.publish_best(None)
    }

    #[inline]
    fn replace(
        &mut self,
        head: Head,
        original: u64,
        reference: u64,
        shares: u32,
        price: u32,
    ) -> MessageDisposition {
        let Some(place) = self.flow.orders.find(original) else {
            return self.unknown(head, Unknown::Renamed { from: original, to: reference });
        };
        let old = self.flow.orders.get(place);
        self.flow.orders.remove(place);
        let order = Order { reference, price, shares, ..old };
        self.place(head, order, Some(old))
    }

    /// A reference that is not in the table: it may be that of an untracked order, else the slot's book is in doubt.
    #[cold]
    fn unknown(&mut self, head: Head, order: Unknown) -> MessageDisposition {
        match self.flow.locates.get(head.locate) {
            Locate::Unmapped => return MessageDisposition::Unmapped,
            Locate::Unlearned => {}
            Locate::Slot(slot) if self.book.untracked(slot) > 0 => match order {
                Unknown::Stays => {}
                Unknown::Leaves(reference) => self.book.untracked_order_left(slot, reference),
                Unknown::Renamed { from, to } => self.book.untracked_order_renamed(slot, from, to),
            },
            Locate::Slot(slot) => self.book.mark(slot),
        }
        MessageDisposition::UnknownRef
    }
}
