//! The live orders behind a generated ITCH stream, by stock, side and price.

use std::collections::{BTreeMap, VecDeque};

/// A live order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Live {
    pub reference: u64,
    pub stock: usize,
    pub is_ask: bool,
    pub price: u32,
    pub shares: u32,
    /// Where it stands in its stock's list.
    place: usize,
}

#[derive(Debug, Default)]
struct Shelf {
    /// All live orders of the stock, in no order.
    all: Vec<usize>,
    /// Orders by price, first come first; bids and asks.
    sides: [BTreeMap<u32, VecDeque<usize>>; 2],
}

/// Orders by number; numbers are used again.
#[derive(Debug)]
pub(super) struct Orders {
    orders: Vec<Live>,
    free: Vec<usize>,
    shelves: Vec<Shelf>,
}

impl Orders {
    pub(super) fn new(stocks: usize) -> Self {
        let shelves = (0..stocks).map(|_| Shelf::default()).collect();
        Self { orders: Vec::new(), free: Vec::new(), shelves }
    }

    /// All live orders.
    pub(super) fn count(&self) -> usize {
        self.orders.len() - self.free.len()
    }

    /// Live orders of a stock.
    pub(super) fn count_of(&self, stock: usize) -> usize {
        self.shelves[stock].all.len()
    }

    pub(super) fn get(&self, id: usize) -> Live {
        self.orders[id]
    }

    pub(super) fn insert(
        &mut self,
        reference: u64,
        stock: usize,
        is_ask: bool,
        price: u32,
        shares: u32,
    ) {
        let shelf = &mut self.shelves[stock];
        let place = shelf.all.len();
        let order = Live { reference, stock, is_ask, price, shares, place };
        let id = match self.free.pop() {
            Some(id) => {
                self.orders[id] = order;
                id
            }
            None => {
                self.orders.push(order);
                self.orders.len() - 1
            }
        };
        shelf.all.push(id);
        shelf.sides[usize::from(is_ask)].entry(price).or_default().push_back(id);
    }

    pub(super) fn remove(&mut self, id: usize) {
        let order = self.orders[id];
        let shelf = &mut self.shelves[order.stock];
        shelf.all.swap_remove(order.place);
        if let Some(&moved) = shelf.all.get(order.place) {
            self.orders[moved].place = order.place;
        }
        let side = &mut shelf.sides[usize::from(order.is_ask)];
        if let Some(queue) = side.get_mut(&order.price) {
            queue.retain(|&other| other != id);
            if queue.is_empty() {
                side.remove(&order.price);
            }
        }
        self.free.push(id);
    }

    /// Takes shares off an order, fewer than it has.
    pub(super) fn shrink(&mut self, id: usize, shares: u32) {
        self.orders[id].shares -= shares;
    }

    /// Best price of a side.
    pub(super) fn best(&self, stock: usize, is_ask: bool) -> Option<u32> {
        let side = &self.shelves[stock].sides[usize::from(is_ask)];
        let entry = if is_ask { side.first_key_value() } else { side.last_key_value() };
        entry.map(|(&price, _)| price)
    }

    /// First order at the level of this rank from the best; at the worst level if there are fewer.
    pub(super) fn at_rank(&self, stock: usize, is_ask: bool, rank: usize) -> Option<usize> {
        let side = &self.shelves[stock].sides[usize::from(is_ask)];
        let rank = rank.min(side.len().checked_sub(1)?);
        let queue = if is_ask { side.values().nth(rank) } else { side.values().nth_back(rank) };
        queue.and_then(|queue| queue.front().copied())
    }

    /// Some order of a stock, by a number that is taken modulo their count.
    pub(super) fn any(&self, stock: usize, draw: usize) -> Option<usize> {
        let all = &self.shelves[stock].all;
        all.get(draw % all.len().max(1)).copied()
    }

    /// All orders of a side within `distance` of its best price.
    pub(super) fn near_best(&self, stock: usize, is_ask: bool, distance: u32) -> Vec<usize> {
        let Some(best) = self.best(stock, is_ask) else { return Vec::new() };
        let side = &self.shelves[stock].sides[usize::from(is_ask)];
        let range = if is_ask {
            best..=best.saturating_add(distance)
        } else {
            best.saturating_sub(distance)..=best
        };
        side.range(range).flat_map(|(_, queue)| queue.iter().copied()).collect()
    }
}
