//! The exact price-level store: what the card's set-associative memory holds, kept sorted for the best.

use escapement_codec::crc32c;

use crate::config::LevelGeometry;
use crate::protocol::Side;

/// Levels of a side for which memory is reserved at start; a deeper side makes it grow.
const DEPTH_RESERVED: usize = 4096;
/// Levels from the best that are searched one by one.
const NEAR_THE_BEST: usize = 8;

/// What a change of a level did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Stored, changed or removed.
    Done,
    /// There was no such level to remove or reduce.
    Absent,
    /// It had less than was to be taken off it, and is removed.
    Clamped,
    /// A new level whose set is full: not stored.
    Overflow,
}

/// Levels of all slots. The set index decides only what overflows, as in the hardware.
#[derive(Debug, Clone)]
pub struct LevelStore {
    /// Per slot and side, levels from worst to best.
    sides: Vec<[Vec<Level>; 2]>,
    /// Levels in each set.
    occupied: Vec<u8>,
    ways: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Level {
    /// Rank: greater is better, for both sides.
    rank: i64,
    size: u64,
}

/// Price to rank and back: an ask is better when it is lower, and `!price` reverses the order without overflow.
fn ranked(side: Side, price: i64) -> i64 {
    match side {
        Side::Bid => price,
        Side::Ask => !price,
    }
}

/// Set index: low bits of the CRC-32C over price, slot and side.
#[must_use]
pub fn set_index(slot: u16, side: Side, price: i64, sets_log2: u8) -> usize {
    let mut key = [0u8; 11];
    key[..8].copy_from_slice(&price.to_le_bytes());
    key[8..10].copy_from_slice(&slot.to_le_bytes());
    key[10] = side as u8;
    crc32c(&key) as usize & ((1 << sets_log2) - 1)
}

impl LevelStore {
    /// An empty store for this many slots.
    #[must_use]
    pub fn new(geometry: LevelGeometry, slots: u16) -> Self {
        let sets = 1usize << geometry.sets_log2;
        // Reserved, not touched: it keeps the allocator out of the hot path up to this depth of a side.
        let most = (sets * usize::from(geometry.ways)).min(DEPTH_RESERVED);
        let side = || Vec::with_capacity(most);
        Self {
            sides: (0..slots).map(|_| [side(), side()]).collect(),
            occupied: vec![0; sets],
            ways: geometry.ways,
        }
    }

    /// Sets a level's size; 0 removes it.
    pub fn set(&mut self, slot: u16, side: Side, price: i64, size: u64) -> Change {
        match (self.place(slot, side, price), size) {
            (Ok(at), 0) => {
                self.remove(slot, side, price, at);
                Change::Done
            }
            (Ok(at), size) => {
                self.sides[usize::from(slot)][side as usize][at].size = size;
                Change::Done
            }
            (Err(_), 0) => Change::Absent,
            (Err(at), size) => self.insert(slot, side, price, at, size),
        }
    }

    /// Adds shares to a level; 0 shares do nothing.
    #[inline]
    pub fn gain(&mut self, slot: u16, side: Side, price: i64, shares: u32) -> Change {
        if shares == 0 {
            return Change::Done;
        }
        match self.place(slot, side, price) {
            Ok(at) => {
                let level = &mut self.sides[usize::from(slot)][side as usize][at];
                level.size = level.size.saturating_add(u64::from(shares));
                Change::Done
            }
            Err(at) => self.insert(slot, side, price, at, u64::from(shares)),
        }
    }

    /// Takes shares off a level, which goes when none are left; 0 shares do nothing.
    #[inline]
    pub fn lose(&mut self, slot: u16, side: Side, price: i64, shares: u32) -> Change {
        if shares == 0 {
            return Change::Done;
        }
        let Ok(at) = self.place(slot, side, price) else {
            return Change::Absent;
        };
        let level = &mut self.sides[usize::from(slot)][side as usize][at];
        let had = level.size;
        level.size = had.saturating_sub(u64::from(shares));
        if level.size == 0 {
            self.remove(slot, side, price, at);
        }
        if had < u64::from(shares) {
            Change::Clamped
        } else {
            Change::Done
        }
    }

    /// Where the level stands, or would.
    #[inline]
    fn place(&self, slot: u16, side: Side, price: i64) -> Result<usize, usize> {
        let levels = &self.sides[usize::from(slot)][side as usize];
        let rank = ranked(side, price);
        // Most changes are near the best, at the end.
        let near = levels.len().saturating_sub(NEAR_THE_BEST);
        for (at, level) in levels.iter().enumerate().skip(near).rev() {
            if level.rank <= rank {
                return if level.rank == rank { Ok(at) } else { Err(at + 1) };
            }
        }
        levels[..near].binary_search_by_key(&rank, |level| level.rank)
    }

    fn insert(&mut self, slot: u16, side: Side, price: i64, at: usize, size: u64) -> Change {
        let set = set_index(slot, side, price, self.sets_log2());
        if self.occupied[set] == self.ways {
            return Change::Overflow;
        }
        self.occupied[set] += 1;
        let level = Level { rank: ranked(side, price), size };
        self.sides[usize::from(slot)][side as usize].insert(at, level);
        Change::Done
    }

    fn remove(&mut self, slot: u16, side: Side, price: i64, at: usize) {
        let set = set_index(slot, side, price, self.sets_log2());
        self.occupied[set] -= 1;
        self.sides[usize::from(slot)][side as usize].remove(at);
    }

    fn sets_log2(&self) -> u8 {
        self.occupied.len().trailing_zeros() as u8
    }

    /// Best price and its size.
    #[inline]
    #[must_use]
    pub fn best(&self, slot: u16, side: Side) -> Option<(i64, u64)> {
        let best = self.sides[usize::from(slot)][side as usize].last()?;
        Some((ranked(side, best.rank), best.size))
    }

    /// Whether a slot has the same levels in another store.
    #[must_use]
    pub fn same_slot(&self, other: &Self, slot: u16) -> bool {
        self.sides[usize::from(slot)] == other.sides[usize::from(slot)]
    }

    /// Levels held in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sides.iter().flatten().map(Vec::len).sum()
    }

    /// Levels of the fullest side of a slot.
    #[must_use]
    pub fn deepest(&self) -> usize {
        self.sides.iter().flatten().map(Vec::len).max().unwrap_or(0)
    }

    /// True if no level is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all levels.
    pub fn clear(&mut self) {
        self.sides.iter_mut().flatten().for_each(Vec::clear);
        self.occupied.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::{set_index, Change, LevelStore};
    use crate::config::LevelGeometry;
    use crate::protocol::Side;

    #[test]
    fn the_best_is_exact_at_the_ends_of_the_price_range() {
        let mut store = LevelStore::new(LevelGeometry::default(), 1);
        for price in [0, i64::MIN, i64::MAX, -1] {
            assert_eq!(store.set(0, Side::Bid, price, 5), Change::Done);
            assert_eq!(store.set(0, Side::Ask, price, 7), Change::Done);
        }
        assert_eq!(store.best(0, Side::Bid), Some((i64::MAX, 5)));
        assert_eq!(store.best(0, Side::Ask), Some((i64::MIN, 7)));
        assert_eq!(store.set(0, Side::Ask, i64::MIN, 0), Change::Done);
        assert_eq!(store.best(0, Side::Ask), Some((-1, 7)));
        assert_eq!(store.set(0, Side::Ask, i64::MIN, 0), Change::Absent);
    }

    #[test]
    fn only_a_new_level_in_a_full_set_overflows() {
        let geometry = LevelGeometry { sets_log2: 2, ways: 1 };
        let mut store = LevelStore::new(geometry, 2);
        let set = |price| set_index(1, Side::Bid, price, 2);
        let rival = (1..).find(|&price| set(price) == set(0)).unwrap();
        assert_eq!(store.set(1, Side::Bid, 0, 1), Change::Done);
        assert_eq!(store.set(1, Side::Bid, rival, 1), Change::Overflow);
        assert_eq!(store.set(1, Side::Bid, 0, 2), Change::Done);
        assert_eq!(store.set(1, Side::Bid, rival, 0), Change::Absent);
        assert_eq!(store.best(1, Side::Bid), Some((0, 2)));
        assert_eq!(store.set(1, Side::Bid, 0, 0), Change::Done);
        assert_eq!(store.set(1, Side::Bid, rival, 1), Change::Done);
        assert_eq!(store.len(), 1);
        store.clear();
        assert!(store.is_empty());
        assert_eq!(store.set(1, Side::Bid, 0, 1), Change::Done);
    }

    #[test]
    fn gains_and_losses_keep_exact_totals_beyond_32_bits() {
        let mut store = LevelStore::new(LevelGeometry::default(), 1);
        assert_eq!(store.lose(0, Side::Ask, 5, 1), Change::Absent);
        assert_eq!(store.gain(0, Side::Ask, 5, 0), Change::Done);
        assert!(store.is_empty());
        for _ in 0..3 {
            assert_eq!(store.gain(0, Side::Ask, 5, u32::MAX), Change::Done);
        }
        let all = 3 * u64::from(u32::MAX);
        assert_eq!(store.best(0, Side::Ask), Some((5, all)));
        assert_eq!(store.lose(0, Side::Ask, 5, 7), Change::Done);
        assert_eq!(store.best(0, Side::Ask), Some((5, all - 7)));
        assert_eq!(store.set(0, Side::Ask, 5, 9), Change::Done);
        assert_eq!(store.lose(0, Side::Ask, 5, 0), Change::Done);
        assert_eq!(store.lose(0, Side::Ask, 5, 10), Change::Clamped);
        assert!(store.is_empty());
        assert_eq!(store.gain(0, Side::Ask, 5, 4), Change::Done);
        assert_eq!(store.lose(0, Side::Ask, 5, 4), Change::Done);
        assert!(store.is_empty());
    }

    #[test]
    fn deep_sides_are_searched_right_at_every_depth() {
        let mut store = LevelStore::new(LevelGeometry { sets_log2: 10, ways: 8 }, 1);
        for price in (0..200).map(|step| step * 37 % 200) {
            assert_eq!(store.gain(0, Side::Bid, price, 1 + price as u32), Change::Done);
        }
        for price in (0..200).map(|step| step * 73 % 200) {
            assert_eq!(store.lose(0, Side::Bid, price, price as u32), Change::Done);
            assert_eq!(store.lose(0, Side::Bid, price + 1000, 1), Change::Absent);
            assert_eq!(store.lose(0, Side::Bid, -1 - price, 1), Change::Absent);
        }
        for price in (0..200).rev() {
            assert_eq!(store.best(0, Side::Bid), Some((price, 1)));
            assert_eq!(store.lose(0, Side::Bid, price, 1), Change::Done);
        }
        assert!(store.is_empty());
    }
}
