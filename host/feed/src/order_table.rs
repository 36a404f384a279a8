//! The order table: orders by reference, in sets of bounded size as in the card's memory.

use crate::config::OrderGeometry;
use crate::protocol::Side;

/// A displayed order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Day-unique id.
    pub reference: u64,
    /// Price, 1e-4.
    pub price: u32,
    /// Shares left.
    pub shares: u32,
    /// Slot of its instrument.
    pub slot: u16,
    /// Its side.
    pub side: Side,
}

const FREE: Order = Order { reference: 0, price: 0, shares: 0, slot: 0, side: Side::Bid };

/// Set-associative: which set an order belongs to decides only what finds no room. The orders of a set are in its first
/// ways. Memory goes way by way, not set by set: what is in use is dense, as most sets hold few orders, and stays in the
/// processor's caches (on a flow of some thousand live orders this made a message a third faster).
#[derive(Debug, Clone)]
pub struct OrderTable {
    /// Way `w` of set `s` stands at `w * sets + s`.
    orders: Vec<Order>,
    /// Orders in each set.
    counts: Vec<u8>,
    ways: usize,
    mask: usize,
    live: usize,
}

/// Where an order stands, until the table changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    set: usize,
    at: usize,
}

/// Set of a reference: low bits of the reference folded by XOR, 16 bits at a time.
#[inline]
#[must_use]
pub fn set_index(reference: u64, sets_log2: u8) -> usize {
    folded(reference) & ((1 << sets_log2) - 1)
}

#[inline]
fn folded(reference: u64) -> usize {
    (reference ^ reference >> 16 ^ reference >> 32 ^ reference >> 48) as usize
}

#[inline]
fn prefetch(order: &Order) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_mm_prefetch, _MM_HINT_T0};
        // SAFETY: a prefetch reads nothing into the program and faults on no address; this one is even valid.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(core::ptr::from_ref(order).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = order;
}

impl OrderTable {
    /// An empty table. All of its memory is touched now, none later for the first time.
    #[must_use]
    pub fn new(geometry: OrderGeometry) -> Self {
        let sets = 1usize << geometry.sets_log2;
        let ways = usize::from(geometry.ways);
        // Not a value of zero bytes: pages of zeroes would be mapped one by one when orders come.
        let touched = Order { reference: u64::MAX, ..FREE };
        Self {
            orders: vec![touched; sets * ways],
            counts: vec![0; sets],
            ways,
            mask: sets - 1,
            live: 0,
        }
    }

    /// Orders in the table.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// True if it holds no order.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Asks the processor's caches for what [`OrderTable::find`] of this reference will read: nearly always the first way
    /// and no more. Ways behind those in use are left alone: they are in no cache.
    #[inline]
    pub fn prefetch(&self, reference: u64) {
        let set = folded(reference) & self.mask;
        prefetch(&self.orders[set]);
        for way in 1..usize::from(self.counts[set]) {
            prefetch(&self.orders[way * self.counts.len() + set]);
        }
    }

    /// Where the order of this reference stands.
    #[inline]
    #[must_use]
    pub fn find(&self, reference: u64) -> Option<Place> {
        let set = folded(reference) & self.mask;
        let sets = self.counts.len();
        let mut at = set;
        // not `step_by`: it divides to know its length
        for _ in 0..self.counts[set] {
            if self.orders[at].reference == reference {
                return Some(Place { set, at });
            }
            at += sets;
        }
        None
    }

    /// The order there.
    #[inline]
    #[must_use]
    pub fn get(&self, place: Place) -> Order {
        self.orders[place.at]
    }

    /// Sets the shares of the order there.
    #[inline]
    pub fn set_shares(&mut self, place: Place, shares: u32) {
        self.orders[place.at].shares = shares;
    }

    /// Takes the order there out.
    #[inline]
    pub fn remove(&mut self, place: Place) {
        self.counts[place.set] -= 1;
        let last = usize::from(self.counts[place.set]) * self.counts.len() + place.set;
        self.orders[place.at] = self.orders[last];
        self.live -= 1;
    }

    /// Stores an order whose reference is not in the table; false if its set is full.
    #[inline]
    #[must_use]
    pub fn insert(&mut self, order: Order) -> bool {
        let set = folded(order.reference) & self.mask;
        let count = usize::from(self.counts[set]);
        if count == self.ways {
            return false;
        }
        let at = count * self.counts.len() + set;
        self.orders[at] = order;
        self.counts[set] += 1;
        self.live += 1;
        true
    }

    /// Every order, set by set in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        let sets = self.counts.len();
        let of_set =
            move |set: usize| (0..usize::from(self.counts[set])).map(move |way| way * sets + set);
        (0..sets).flat_map(of_set).map(|at| &self.orders[at])
    }

    /// Forgets all orders.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.live = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{set_index, Order, OrderGeometry, OrderTable, Side};

    fn order(reference: u64) -> Order {
        Order { reference, price: 5, shares: 7, slot: 3, side: Side::Ask }
    }

    #[test]
    fn references_fold_all_their_bits() {
        assert_eq!(set_index(0x0001_0020_0300_4000, 16), 0x4321);
        assert_eq!(set_index(0x4000_0300_0020_0001, 16), 0x4321);
        assert_eq!(set_index(0x0001_0020_0300_4000, 4), 1);
    }

    #[test]
    fn a_full_set_takes_no_more_until_one_leaves() {
        let mut table = OrderTable::new(OrderGeometry { sets_log2: 2, ways: 3 });
        let rivals: Vec<u64> = (0..).filter(|&r| set_index(r, 2) == 1).take(4).collect();
        assert!(rivals[..3].iter().all(|&reference| table.insert(order(reference))));
        assert!(!table.insert(order(rivals[3])));
        assert_eq!((table.find(rivals[3]), table.len()), (None, 3));
        let first = table.find(rivals[0]).unwrap();
        table.set_shares(first, 1);
        assert_eq!(table.get(first).shares, 1);
        table.remove(first);
        assert_eq!(table.find(rivals[0]), None);
        assert_eq!(table.find(rivals[2]).map(|place| table.get(place)), Some(order(rivals[2])));
        assert!(table.insert(order(rivals[3])));
        assert!(table.insert(order(0)), "reference 0 is one like any other");
        assert_eq!(table.len(), 4);
        table.clear();
        assert!(table.is_empty() && rivals.iter().all(|&r| table.find(r).is_none()));
    }

    #[test]
    fn a_table_holds_what_a_list_holds() {
        let geometry = OrderGeometry { sets_log2: 3, ways: 2 };
        let mut table = OrderTable::new(geometry);
        let mut list: Vec<Order> = Vec::new();
        let mut state = 1u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let reference = (state >> 33) % 64;
            let known = list.iter().position(|order| order.reference == reference);
            let place = table.find(reference);
            assert_eq!(place.map(|place| table.get(place)), known.map(|at| list[at]));
            match (place, known) {
                (Some(place), Some(at)) => {
                    table.remove(place);
                    list.remove(at);
                }
                _ => {
                    let set = set_index(reference, geometry.sets_log2);
                    let full = list
                        .iter()
                        .filter(|o| set_index(o.reference, geometry.sets_log2) == set)
                        .count()
                        == usize::from(geometry.ways);
                    assert_eq!(table.insert(order(reference)), !full);
                    if !full {
                        list.push(order(reference));
                    }
                }
            }
            assert_eq!(table.len(), list.len());
        }
    }
}
