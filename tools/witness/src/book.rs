//! Orders and price levels without any bound.

use std::collections::{BTreeMap, HashMap};

/// A side of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Buy orders; the highest price is best.
    Bid,
    /// Sell orders; the lowest price is best.
    Ask,
}

/// A live order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Index of the instrument.
    pub instrument: usize,
    /// Its side.
    pub side: Side,
    /// Price, 1e-4.
    pub price: u32,
    /// Shares left.
    pub shares: u32,
}

/// Price levels of one instrument: all displayed shares at a price.
#[derive(Debug, Clone, Default)]
struct Levels {
    bids: BTreeMap<u32, u64>,
    asks: BTreeMap<u32, u64>,
}

/// Orders by reference, levels by instrument and price.
#[derive(Debug, Clone, Default)]
pub struct Book {
    orders: HashMap<u64, Order>,
    levels: Vec<Levels>,
}

impl Book {
    /// The order of a reference.
    #[must_use]
    pub fn order(&self, reference: u64) -> Option<Order> {
        self.orders.get(&reference).copied()
    }

    /// All live orders.
    pub fn orders(&self) -> impl Iterator<Item = (u64, Order)> + '_ {
        self.orders.iter().map(|(&reference, &order)| (reference, order))
    }

    /// Number of live orders.
    #[must_use]
    pub fn len(&self) -> usize {
        self.orders.len()
    }

    /// No order lives.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    /// Best price of a side with all shares there.
    #[must_use]
    pub fn best(&self, instrument: usize, side: Side) -> Option<(u32, u64)> {
        let levels = self.levels.get(instrument)?;
        let best = match side {
            Side::Bid => levels.bids.last_key_value(),
            Side::Ask => levels.asks.first_key_value(),
        };
        best.map(|(&price, &shares)| (price, shares))
    }

    /// Number of price levels of an instrument, both sides.
    #[must_use]
    pub fn depth(&self, instrument: usize) -> usize {
        self.levels.get(instrument).map_or(0, |levels| levels.bids.len() + levels.asks.len())
    }

    /// Puts an order in; the reference must be free.
    pub fn insert(&mut self, reference: u64, order: Order) {
        let before = self.orders.insert(reference, order);
        assert!(before.is_none(), "order {reference} is there already");
        if self.levels.len() <= order.instrument {
            self.levels.resize(order.instrument + 1, Levels::default());
        }
        if order.shares > 0 {
            *self.side(order).entry(order.price).or_default() += u64::from(order.shares);
        }
    }

    /// Takes an order out.
    pub fn remove(&mut self, reference: u64) -> Option<Order> {
        let order = self.orders.remove(&reference)?;
        self.take(order, order.shares);
        Some(order)
    }

    /// Takes shares off an order, at most all; an order with none left goes. Returns what was taken.
    pub fn reduce(&mut self, reference: u64, shares: u32) -> u32 {
        let Some(order) = self.orders.get_mut(&reference) else { return 0 };
        let taken = shares.min(order.shares);
        order.shares -= taken;
        let order = *order;
        if order.shares == 0 {
            self.orders.remove(&reference);
        }
        self.take(order, taken);
        taken
    }

    fn side(&mut self, order: Order) -> &mut BTreeMap<u32, u64> {
        let levels = &mut self.levels[order.instrument];
        match order.side {
            Side::Bid => &mut levels.bids,
            Side::Ask => &mut levels.asks,
        }
    }

    fn take(&mut self, order: Order, shares: u32) {
        if shares == 0 {
            return;
        }
        let side = self.side(order);
        let left = side.get(&order.price).and_then(|&total| total.checked_sub(u64::from(shares)));
        match left {
            Some(0) => drop(side.remove(&order.price)),
            Some(left) => drop(side.insert(order.price, left)),
            None => unreachable!("a level holds the shares of its orders"),
        }
    }
}
