//! The exact price-level store: what the card's set-associative memory holds, kept sorted for the best.

use escapement_codec::crc32c;

use crate::config::LevelGeometry;
use crate::iex::Side;

/// What a change of a level did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Stored, changed or removed.
    Done,
    /// There was no such level to remove.
    Absent,
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

#[derive(Debug, Clone, Copy)]
struct Level {
    /// Rank: greater is better, for both sides.
    rank: i64,
    size: u32,
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
        // No side can hold more; reserving it keeps the allocator out of the hot path.
        let most = (sets * usize::from(geometry.ways)).min(4096);
        let side = || Vec::with_capacity(most);
        Self {
            sides: (0..slots).map(|_| [side(), side()]).collect(),
            occupied: vec![0; sets],
            ways: geometry.ways,
        }
    }

    /// Sets a level's size; 0 removes it.
    pub fn set(&mut self, slot: u16, side: Side, price: i64, size: u32) -> Change {
        let sets_log2 = self.occupied.len().trailing_zeros() as u8;
        let levels = &mut self.sides[usize::from(slot)][side as usize];
        let rank = ranked(side, price);
        match (levels.binary_search_by_key(&rank, |level| level.rank), size) {
            (Ok(at), 0) => {
                levels.remove(at);
                self.occupied[set_index(slot, side, price, sets_log2)] -= 1;
                Change::Done
            }
            (Ok(at), size) => {
                levels[at].size = size;
                Change::Done
            }
            (Err(_), 0) => Change::Absent,
            (Err(at), size) => {
                let occupied = &mut self.occupied[set_index(slot, side, price, sets_log2)];
                if *occupied == self.ways {
                    return Change::Overflow;
                }
                *occupied += 1;
                levels.insert(at, Level { rank, size });
                Change::Done
            }
        }
    }

    /// Best price and its size.
    #[inline]
    #[must_use]
    pub fn best(&self, slot: u16, side: Side) -> Option<(i64, u32)> {
        let best = self.sides[usize::from(slot)][side as usize].last()?;
        Some((ranked(side, best.rank), best.size))
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
    use crate::iex::Side;

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
}
