//! Messages to ticks: instruments, orders, flags (the tick semantics, chapter ITCH 5.0).

use std::collections::{HashMap, HashSet};

use crate::book::{Book, Order, Side};
use crate::message::{Body, Message, Stock};
use crate::row::{Kind, Row};
use crate::table::{Bounds, Occupancy};

/// Counts of the teller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Messages delivered.
    pub messages: u64,
    /// Rows made.
    pub ticks: u64,
    /// Rows with a flag.
    pub flagged: u64,
    /// Empty, of unknown type, or too short.
    pub unreadable: u64,
    /// E C X D U about an order that is not known.
    pub unknown_references: u64,
    /// References used again while their order lived.
    pub reused_references: u64,
    /// More taken off an order than it had.
    pub over_executions: u64,
    /// Orders that did not fit the bounded table.
    pub overflows: u64,
    /// Most orders alive at once.
    pub live_orders_max: u64,
    /// Most price levels alive at once in one instrument.
    pub depth_max: u64,
}

/// An order that did not fit the bounded table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untracked {
    /// Index and sequence of the message that brought it.
    pub msg_index: u64,
    /// Sequence of that message.
    pub seq: u64,
    /// Its reference.
    pub reference: u64,
    /// Its symbol.
    pub symbol: Stock,
}

#[derive(Debug, Clone)]
struct Instrument {
    stock: Stock,
    published: [Option<(u32, u64)>; 2],
    bad: bool,
    untracked: u32,
    /// Of references of orders that did not fit: how often each came, less how often it went.
    hidden: HashMap<u64, i64>,
}

/// What a message says of an order that is not shown.
enum Hidden {
    Stays,
    Leaves(u64),
    Renamed(u64, u64),
}

/// Tells ticks. The book is exact; with [`Bounds`], a second book holds only what a table of that size would.
pub struct Teller {
    chosen: Option<HashSet<Stock>>,
    instruments: Vec<Instrument>,
    by_stock: HashMap<Stock, usize>,
    /// None: an instrument that was not chosen.
    locates: HashMap<u16, Option<usize>>,
    /// All orders that the stream told of, since its start or restart.
    all: Book,
    /// Those that fit, where there are bounds.
    fitting: Option<(Book, Occupancy)>,
    bounds: Option<Bounds>,
    feed_bad: bool,
    counts: Told,
    untracked: Vec<Untracked>,
    keep_untracked: bool,
    rows: Vec<Row>,
    /// Index, sequence and time of the message being told.
    now: (u64, u64, u64),
}

impl Teller {
    /// A teller of all instruments, or of the chosen ones alone.
    #[must_use]
    pub fn new(chosen: Option<HashSet<Stock>>, bounds: Option<Bounds>) -> Self {
        Self {
            chosen,
            instruments: Vec::new(),
            by_stock: HashMap::new(),
            locates: HashMap::new(),
            all: Book::default(),
            fitting: bounds.map(|bounds| (Book::default(), Occupancy::new(bounds))),
            bounds,
            feed_bad: false,
            counts: Told::default(),
            untracked: Vec::new(),
            keep_untracked: false,
            rows: Vec::new(),
            now: (0, 0, 0),
        }
    }

    /// Remembers each order that does not fit, for [`Teller::untracked`].
    #[must_use]
    pub fn keeping_untracked(mut self) -> Self {
        self.keep_untracked = true;
        self
    }

    /// Counts so far.
    #[must_use]
    pub fn counts(&self) -> Told {
        self.counts
    }

    /// Orders that did not fit, in their order.
    #[must_use]
    pub fn untracked(&self) -> &[Untracked] {
        &self.untracked
    }

    /// The exact book, unbounded.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.all
    }

    /// The symbol of an instrument of the book.
    #[must_use]
    pub fn stock(&self, instrument: usize) -> Stock {
        self.instruments[instrument].stock
    }

    /// True best of a side, whatever fits; None if the instrument was never named.
    #[must_use]
    pub fn true_best(&self, symbol: &str, side: Side) -> Option<Option<(u32, u64)>> {
        let mut stock = [b' '; 8];
        stock.get_mut(..symbol.len())?.copy_from_slice(symbol.as_bytes());
        self.by_stock.get(&stock).map(|&instrument| self.all.best(instrument, side))
    }

    /// Numbers were lost: every book is doubtful from the next message on.
    pub fn gap(&mut self) {
        self.feed_bad = true;
    }

    /// A new session: all as at the start, but for the message index.
    pub fn restart(&mut self) {
        self.instruments.clear();
        self.by_stock.clear();
        self.locates.clear();
        self.all = Book::default();
        self.fitting = self.bounds.map(|bounds| (Book::default(), Occupancy::new(bounds)));
        self.feed_bad = false;
    }

    /// Takes the next message; returns its ticks.
    pub fn message(&mut self, seq: u64, data: &[u8]) -> &[Row] {
        self.rows.clear();
        let msg_index = self.counts.messages;
        self.counts.messages += 1;
        match Message::parse(data) {
            None => self.counts.unreadable += 1,
            Some(message) => {
                self.now = (msg_index, seq, message.time_ns);
                self.tell(&message);
            }
        }
        self.counts.ticks += self.rows.len() as u64;
        self.counts.flagged += self.rows.iter().filter(|row| row.maybe_bad).count() as u64;
        self.counts.live_orders_max = self.counts.live_orders_max.max(self.all.len() as u64);
        &self.rows
    }

    fn tell(&mut self, message: &Message) {
        let locate = message.locate;
        match message.body {
            Body::SystemEvent { code } => self.row(None, Kind::Status, None, 0, Some(code), false),
            Body::Directory { stock } => {
                let instrument = self.named(stock);
                self.locates.insert(locate, instrument);
            }
            Body::TradingAction { stock, state } => {
                if let Some(instrument) = self.of_locate_or(locate, stock) {
                    let flag = self.flag(instrument);
                    self.row(Some(instrument), Kind::Status, None, 0, Some(state), flag);
                }
            }
            Body::Add { reference, is_ask, shares, stock, price } => {
                let instrument = self.of_locate_or(locate, stock);
                self.locates.entry(locate).or_insert(instrument);
                match instrument {
                    Some(instrument) => {
                        let side = if is_ask { Side::Ask } else { Side::Bid };
                        self.add(reference, Order { instrument, side, price, shares });
                    }
                    None => self.taken_by_a_stranger(reference),
                }
            }
            Body::Executed { reference, shares, at } => {
                self.reduce(locate, reference, shares, true, at);
            }
            Body::Cancel { reference, shares } => {
                self.reduce(locate, reference, shares, false, None)
            }
            Body::Delete { reference } => self.delete(locate, reference),
            Body::Replace { original, reference, shares, price } => {
                self.replace(locate, original, reference, shares, price);
            }
            Body::Trade { stock, shares, price, is_cross } => {
                if let Some(instrument) = self.of_locate_or(locate, stock) {
                    if shares > 0 || !is_cross {
                        let flag = self.flag(instrument);
                        self.row(Some(instrument), Kind::Trade, Some(price), shares, None, flag);
                    }
                }
            }
            Body::Broken { match_number } => {
                if let Some(&Some(instrument)) = self.locates.get(&locate) {
                    let flag = self.flag(instrument);
                    self.row(Some(instrument), Kind::TradeBreak, None, match_number, None, flag);
                }
            }
            Body::Other => {}
        }
    }

    /// The instrument of a symbol, known from now on; None if it was not chosen.
    fn named(&mut self, stock: Stock) -> Option<usize> {
        if self.chosen.as_ref().is_some_and(|chosen| !chosen.contains(&stock)) {
            return None;
        }
        let next = self.instruments.len();
        let instrument = *self.by_stock.entry(stock).or_insert(next);
        if instrument == next {
            self.instruments.push(Instrument {
                stock,
                published: [None; 2],
                bad: false,
                untracked: 0,
                hidden: HashMap::new(),
            });
        }
        Some(instrument)
    }

    /// The locate's instrument; the one of the message's own stock field where the locate is not known.
    fn of_locate_or(&mut self, locate: u16, stock: Stock) -> Option<usize> {
        match self.locates.get(&locate) {
            Some(&known) => known,
            None => self.named(stock),
        }
    }

    /// The flag that a message of this instrument carries now.
    fn flag(&self, instrument: usize) -> bool {
        let instrument = &self.instruments[instrument];
        self.feed_bad || instrument.bad || instrument.untracked > 0
    }

    /// The book that ticks are told from.
    fn shown(&self) -> &Book {
        self.fitting.as_ref().map_or(&self.all, |(book, _)| book)
    }

    fn add(&mut self, reference: u64, order: Order) {
        let flag = self.flag(order.instrument);
        let old = self.put(reference, order);
        self.publish_after_put(old, order.instrument, flag);
    }

    /// Tells what `put` changed, the instrument that lost an order first; `flag` is that of before the message. An order
    /// that did not fit is missing in what its own message tells (a replace took the original out), so that is flagged
    /// already: a best without a flag is the true one.
    fn publish_after_put(&mut self, old: Option<usize>, instrument: usize, flag: bool) {
        let flag = flag || self.instruments[instrument].untracked > 0;
        if let Some(other) = old.filter(|&old| old != instrument) {
            // `put` has flagged nothing of another instrument
            let other_flag = self.flag(other);
            self.publish(other, other_flag);
        }
        self.publish(instrument, flag);
        for doubtful in old.into_iter().chain(old.map(|_| instrument)) {
            self.instruments[doubtful].bad = true;
        }
    }

    /// Puts an order into the books; returns the instrument of a living order whose reference it took.
    fn put(&mut self, reference: u64, order: Order) -> Option<usize> {
        let old = self.shown().order(reference).map(|old| old.instrument);
        self.take_out(reference);
        if old.is_some() {
            self.counts.reused_references += 1;
        }
        self.all.insert(reference, order);
        let depth = self.all.depth(order.instrument) as u64;
        self.counts.depth_max = self.counts.depth_max.max(depth);
        if let Some((book, table)) = &mut self.fitting {
            if table.admit(reference) {
                book.insert(reference, order);
            } else {
                self.counts.overflows += 1;
                let instrument = &mut self.instruments[order.instrument];
                instrument.untracked = instrument.untracked.saturating_add(1);
                *instrument.hidden.entry(reference).or_default() += 1;
                if self.keep_untracked {
                    let (msg_index, seq, _) = self.now;
                    let symbol = instrument.stock;
                    self.untracked.push(Untracked { msg_index, seq, reference, symbol });
                }
            }
        }
        old
    }

    /// An instrument that was not chosen has an order of this reference: whatever lived under it is gone, and its
    /// instrument becomes doubtful.
    fn taken_by_a_stranger(&mut self, reference: u64) {
        let old =
            self.shown().order(reference).map(|old| (old.instrument, self.flag(old.instrument)));
        self.take_out(reference);
        if let Some((instrument, flag)) = old {
            self.counts.reused_references += 1;
            self.publish(instrument, flag);
            self.instruments[instrument].bad = true;
        }
    }

    fn take_out(&mut self, reference: u64) {
        self.all.remove(reference);
        if let Some((book, table)) = &mut self.fitting {
            if book.remove(reference).is_some() {
                table.release(reference);
            }
        }
    }

    fn reduce(
        &mut self,
        locate: u16,
        reference: u64,
        shares: u32,
        is_trade: bool,
        at: Option<(bool, u32)>,
    ) {
        let Some(order) = self.shown().order(reference) else {
            self.all.reduce(reference, shares);
            return self.unknown(locate, Hidden::Stays);
        };
        let flag = self.flag(order.instrument);
        let taken = self.all.reduce(reference, shares);
        if let Some((book, table)) = &mut self.fitting {
            book.reduce(reference, shares);
            if book.order(reference).is_none() {
                table.release(reference);
            }
        }
        if is_trade {
            let aggressor = match order.side {
                Side::Bid => b'S',
                Side::Ask => b'B',
            };
            let (printable, price) = at.unwrap_or((true, order.price));
            if printable {
                // as told, also where the order had less: the book alone is clamped
                let (size, side) = (u64::from(shares), Some(aggressor));
                self.row(Some(order.instrument), Kind::Trade, Some(price), size, side, flag);
            }
        }
        self.publish(order.instrument, flag);
        if taken < shares {
            self.counts.over_executions += 1;
            self.instruments[order.instrument].bad = true;
        }
    }

    fn delete(&mut self, locate: u16, reference: u64) {
        let Some(order) = self.shown().order(reference) else {
            self.all.remove(reference);
            return self.unknown(locate, Hidden::Leaves(reference));
        };
        let flag = self.flag(order.instrument);
        self.take_out(reference);
        self.publish(order.instrument, flag);
    }

    fn replace(&mut self, locate: u16, original: u64, reference: u64, shares: u32, price: u32) {
        let Some(order) = self.shown().order(original) else {
            if let Some(hidden) = self.all.remove(original) {
                // the exchange knows this order; here its reference in `all` is free or that of another order
                if self.all.order(reference).is_none() {
                    self.all.insert(reference, Order { price, shares, ..hidden });
                }
            }
            return self.unknown(locate, Hidden::Renamed(original, reference));
        };
        let flag = self.flag(order.instrument);
        self.take_out(original);
        let old = self.put(reference, Order { price, shares, ..order });
        self.publish_after_put(old, order.instrument, flag);
    }

    /// A message about an order that is not shown: the instrument of its locate becomes doubtful, unless the order may
    /// be one that did not fit; such a one is gone with its delete. When as many went as came, they must be the same, or the
    /// instrument stays doubtful.
    fn unknown(&mut self, locate: u16, order: Hidden) {
        let instrument = match self.locates.get(&locate) {
            Some(None) => return,
            Some(&Some(instrument)) => Some(instrument),
            None => None,
        };
        self.counts.unknown_references += 1;
        let Some(instrument) = instrument else { return };
        let instrument = &mut self.instruments[instrument];
        if instrument.untracked == 0 {
            instrument.bad = true;
            return;
        }
        match order {
            Hidden::Stays => {}
            Hidden::Leaves(reference) => {
                instrument.untracked -= 1;
                *instrument.hidden.entry(reference).or_default() -= 1;
                if instrument.untracked == 0 {
                    instrument.bad |= instrument.hidden.values().any(|&balance| balance != 0);
                    instrument.hidden.clear();
                }
            }
            Hidden::Renamed(from, to) => {
                *instrument.hidden.entry(from).or_default() -= 1;
                *instrument.hidden.entry(to).or_default() += 1;
            }
        }
    }

    /// Tells the sides that are no longer as published.
    fn publish(&mut self, instrument: usize, flag: bool) {
        for (place, side, kind) in [(0, Side::Bid, Kind::Bid), (1, Side::Ask, Kind::Ask)] {
            let best = self.shown().best(instrument, side);
            let published = &mut self.instruments[instrument].published[place];
            if *published != best {
                *published = best;
                let (price, size) = best.map_or((None, 0), |(price, size)| (Some(price), size));
                self.row(Some(instrument), kind, price, size, None, flag);
            }
        }
    }

    fn row(
        &mut self,
        instrument: Option<usize>,
        kind: Kind,
        price: Option<u32>,
        size: u64,
        side: Option<u8>,
        maybe_bad: bool,
    ) {
        let (msg_index, seq, ts_ns) = self.now;
        let symbol = instrument.map_or(String::new(), |instrument| {
            String::from_utf8_lossy(&self.instruments[instrument].stock).trim_end().to_string()
        });
        self.rows.push(Row { msg_index, seq, ts_ns, symbol, kind, price, size, side, maybe_bad });
    }
}
