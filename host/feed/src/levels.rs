//! The exact price-level store: what the card's set-associative memory holds, kept so that levels and the best are found soon.

use escapement_codec::crc32c;

use crate::config::LevelGeometry;
use crate::ladder::Ladder;
use crate::protocol::Side;

/// Levels of a side for which memory is reserved at start; a deeper side makes it grow.
const DEPTH_RESERVED: usize = 4096;
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
    /// Bid and ask of each slot.
    sides: Vec<LevelSide>,
    /// Levels in each set.
    occupied: Vec<u8>,
    ways: u8,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    /// Rank: greater is better, for both sides.
    rank: i64,
    size: u64,
}

/// Price to rank and back: an ask is better when it is lower, and `!price` reverses the order without overflow.
#[inline]
fn ranked(side: Side, price: i64) -> i64 {
    match side {
        Side::Bid => price,
        Side::Ask => !price,
    }
}

/// Set index: low bits of the CRC-32C over price, slot and side.
#[inline]
#[must_use]
pub fn set_index(slot: u16, side: Side, price: i64, sets_log2: u8) -> usize {
    let mut key = [0u8; 11];
    key[..8].copy_from_slice(&price.to_le_bytes());
    key[8..10].copy_from_slice(&slot.to_le_bytes());
    key[10] = side as u8;
    crc32c(&key) as usize & ((1 << sets_log2) - 1)
}

/// The levels of one side: those near the best in a ladder, the others sorted.
#[derive(Debug, Clone)]
struct LevelSide {
    ladder: Ladder,
    /// Levels without a step of the ladder, from worst to best.
    others: Vec<Level>,
    /// The best level changed since it was last asked for.
    moved: bool,
}

/// Where a level stands, or would.
#[derive(Clone, Copy)]
enum Place {
    /// In the ladder.
    Ladder(usize),
    /// Among the others.
    Other(usize),
    /// Not there; it would stand among the others.
    NewOther,
}

impl LevelSide {
    fn new(number: usize, most: usize) -> Self {
        Self { ladder: Ladder::new(number), others: Vec::with_capacity(most), moved: false }
    }

    fn clear(&mut self) {
        self.moved |= self.len() > 0;
        self.ladder.clear();
        self.others.clear();
    }

    fn len(&self) -> usize {
        self.ladder.len() + self.others.len()
    }

    #[inline]
    fn find(&self, rank: i64) -> Place {
        match self.ladder.step(rank) {
            Some(place) => Place::Ladder(place),
            None => self.find_other(rank),
        }
    }

    #[inline(never)]
    fn find_other(&self, rank: i64) -> Place {
        let found = self.others.binary_search_by_key(&rank, |level| level.rank);
        found.map_or(Place::NewOther, Place::Other)
    }

    /// Size of the level there, 0 for none.
    #[inline]
    fn size(&self, place: Place) -> u64 {
        match place {
            Place::Ladder(place) => self.ladder.size(place),
            Place::Other(at) => self.others[at].size,
            Place::NewOther => 0,
        }
    }

    /// Changes the size of the level there, not to 0.
    #[inline]
    fn resize(&mut self, place: Place, size: u64) {
        match place {
            Place::Ladder(place) => {
                self.moved |= self.ladder.is_best(place);
                self.ladder.resize(place, size);
            }
            Place::Other(at) => {
                self.moved |= at + 1 == self.others.len();
                self.others[at].size = size;
            }
            Place::NewOther => {}
        }
    }

    #[inline]
    fn remove(&mut self, place: Place) {
        match place {
            Place::Ladder(place) => {
                self.moved |= self.ladder.is_best(place);
                self.ladder.remove(place);
            }
            Place::Other(at) => {
                self.moved |= at + 1 == self.others.len();
                self.others.remove(at);
            }
            Place::NewOther => {}
        }
    }

    /// A new level, whose place was found.
    #[inline]
    fn insert(&mut self, place: Place, rank: i64, size: u64) {
        if let Place::Ladder(place) = place {
            self.moved |= self.ladder.is_best(place);
            self.ladder.insert(place, size);
        } else {
            self.insert_other(rank, size);
        }
    }

    #[inline(never)]
    fn insert_other(&mut self, rank: i64, size: u64) {
        self.moved = true;
        if self.ladder.should_move_to(rank) {
            self.move_ladder(rank);
            if let Some(place) = self.ladder.step(rank) {
                self.ladder.insert(place, size);
                return;
            }
        }
        let at = self.others.partition_point(|level| level.rank < rank);
        self.others.insert(at, Level { rank, size });
    }

    /// What loses its step of the ladder goes to the others, and what of these gets one leaves them.
    fn move_ladder(&mut self, rank: i64) {
        let Self { ladder, others, .. } = self;
        ladder.move_to(rank, |rank, size| {
            let at = others.partition_point(|level| level.rank < rank);
            others.insert(at, Level { rank, size });
        });
        let range = ladder.range();
        let from = others.partition_point(|level| level.rank < range.start);
        let to = others.partition_point(|level| level.rank < range.end);
        let mut kept = from;
        for at in from..to {
            let level = others[at];
            match ladder.step(level.rank) {
                Some(place) => ladder.insert(place, level.size),
                None => {
                    others[kept] = level;
                    kept += 1;
                }
            }
        }
        others.drain(kept..to);
    }

    #[inline]
    fn best(&self) -> Option<(i64, u64)> {
        let other = self.others.last().map(|level| (level.rank, level.size));
        // Ranks differ, so no sizes are compared; none is less than any.
        self.ladder.best().max(other)
    }

    fn iter(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        self.ladder.iter().chain(self.others.iter().map(|level| (level.rank, level.size)))
    }

    fn same(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|(rank, size)| other.size(other.find(rank)) == size)
    }
}

impl LevelStore {
    /// An empty store for this many slots.
    #[must_use]
    pub fn new(geometry: LevelGeometry, slots: u16) -> Self {
        let sets = 1usize << geometry.sets_log2;
        // Reserved, not touched: it keeps the allocator out of the hot path up to this depth of a side.
        let most = (sets * usize::from(geometry.ways)).min(DEPTH_RESERVED);
        Self {
            sides: (0..2 * usize::from(slots)).map(|number| LevelSide::new(number, most)).collect(),
            occupied: vec![0; sets],
            ways: geometry.ways,
        }
    }

    /// Tells the distance of a slot's prices while it has no levels. It decides only how fast they are found.
    pub fn set_tick(&mut self, slot: u16, tick: u32) {
        for side in [Side::Bid, Side::Ask] {
            let levels = self.side_mut(slot, side);
            if levels.len() == 0 {
                levels.ladder.set_tick(tick);
            }
        }
    }

    #[inline]
    fn side(&self, slot: u16, side: Side) -> &LevelSide {
        &self.sides[2 * usize::from(slot) + side as usize]
    }

    #[inline]
    fn side_mut(&mut self, slot: u16, side: Side) -> &mut LevelSide {
        &mut self.sides[2 * usize::from(slot) + side as usize]
    }

    /// Sets a level's size; 0 removes it.
    #[inline]
    pub fn set(&mut self, slot: u16, side: Side, price: i64, size: u64) -> Change {
        let levels = self.side_mut(slot, side);
        let place = levels.find(ranked(side, price));
        match (levels.size(place), size) {
            (0, 0) => Change::Absent,
            (0, size) => self.insert(slot, side, price, place, size),
            (_, 0) => {
                self.remove(slot, side, price, place);
                Change::Done
            }
            (_, size) => {
                levels.resize(place, size);
                Change::Done
            }
        }
    }

    /// Adds shares to a level; 0 shares do nothing.
    #[inline]
    pub fn gain(&mut self, slot: u16, side: Side, price: i64, shares: u32) -> Change {
        if shares == 0 {
            return Change::Done;
        }
        let levels = self.side_mut(slot, side);
        let place = levels.find(ranked(side, price));
        match levels.size(place) {
            0 => self.insert(slot, side, price, place, u64::from(shares)),
            had => {
                levels.resize(place, had.saturating_add(u64::from(shares)));
                Change::Done
            }
        }
    }

    /// Takes shares off a level, which goes when none are left; 0 shares do nothing.
    #[inline]
    pub fn lose(&mut self, slot: u16, side: Side, price: i64, shares: u32) -> Change {
        if shares == 0 {
            return Change::Done;
        }
        let levels = self.side_mut(slot, side);
        let place = levels.find(ranked(side, price));
        let had = levels.size(place);
        if had > u64::from(shares) {
            levels.resize(place, had - u64::from(shares));
            return Change::Done;
        }
        if had == 0 {
            return Change::Absent;
        }
        self.remove(slot, side, price, place);
        if had < u64::from(shares) {
            Change::Clamped
        } else {
            Change::Done
        }
    }

    #[inline]
    fn insert(&mut self, slot: u16, side: Side, price: i64, place: Place, size: u64) -> Change {
        let set = set_index(slot, side, price, self.sets_log2());
        if self.occupied[set] == self.ways {
            return Change::Overflow;
        }
        self.occupied[set] += 1;
        self.side_mut(slot, side).insert(place, ranked(side, price), size);
        Change::Done
    }

    #[inline]
    fn remove(&mut self, slot: u16, side: Side, price: i64, place: Place) {
        let set = set_index(slot, side, price, self.sets_log2());
        self.occupied[set] -= 1;
        self.side_mut(slot, side).remove(place);
    }

    fn sets_log2(&self) -> u8 {
        self.occupied.len().trailing_zeros() as u8
    }

    /// Best price and its size.
    #[inline]
    #[must_use]
    pub fn best(&self, slot: u16, side: Side) -> Option<(i64, u64)> {
        let (rank, size) = self.side(slot, side).best()?;
        Some((ranked(side, rank), size))
    }

    /// Whether the best of a side may have changed since the last time that this was asked.
    #[inline]
    #[must_use]
    pub fn take_moved(&mut self, slot: u16) -> bool {
        let bid = core::mem::take(&mut self.side_mut(slot, Side::Bid).moved);
        let ask = core::mem::take(&mut self.side_mut(slot, Side::Ask).moved);
        bid | ask
    }

    /// The next question whether a best of the slot has changed is answered with yes.
    pub fn mark_moved(&mut self, slot: u16) {
        for side in [Side::Bid, Side::Ask] {
            self.side_mut(slot, side).moved = true;
        }
    }

    /// Whether a slot has the same levels in another store.
    #[must_use]
    pub fn same_slot(&self, other: &Self, slot: u16) -> bool {
        let same = |side| self.side(slot, side).same(other.side(slot, side));
        same(Side::Bid) && same(Side::Ask)
    }

    /// Levels held in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sides.iter().map(LevelSide::len).sum()
    }

    /// Levels of the fullest side of a slot.
    #[must_use]
    pub fn deepest(&self) -> usize {
        self.sides.iter().map(LevelSide::len).max().unwrap_or(0)
    }

    /// True if no level is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all levels.
    pub fn clear(&mut self) {
        self.sides.iter_mut().for_each(LevelSide::clear);
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

    /// A store with ladders against a plain sorted map: prices on the grid and off it that wander, jump, and lie at the ends.
    #[test]
    fn ladders_change_nothing_but_time() {
        use std::collections::BTreeMap;
        let mut state = 7u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) % below
        };
        let mut moves = 0;
        for tick in [1u32, 100, 2500] {
            let mut store = LevelStore::new(LevelGeometry { sets_log2: 14, ways: 16 }, 2);
            store.set_tick(1, tick);
            let mut plain = [BTreeMap::<i64, u64>::new(), BTreeMap::new()];
            let mut middle = 1_000_000i64;
            for step in 0..60_000u64 {
                if random(200) == 0 {
                    middle += i64::from(tick) * (random(2000) as i64 - 1000);
                }
                let mut price =
                    (middle / i64::from(tick) + random(300) as i64 - 150) * i64::from(tick);
                match random(100) {
                    0 => price += 1,
                    1 => price = i64::MAX - random(3) as i64 * i64::from(tick),
                    2 => price = i64::MIN + random(3) as i64 * i64::from(tick),
                    _ => {}
                }
                let side = if random(2) == 0 { Side::Bid } else { Side::Ask };
                let levels = &mut plain[side as usize];
                let before = store.best(1, side);
                let _ = store.take_moved(1);
                let had = levels.get(&price).copied().unwrap_or(0);
                let shares = 1 + random(5) as u32;
                let (change, size) = match random(3) {
                    0 => (store.gain(1, side, price, shares), had + u64::from(shares)),
                    1 => {
                        (store.lose(1, side, price, shares), had.saturating_sub(u64::from(shares)))
                    }
                    _ => (store.set(1, side, price, step % 4), step % 4),
                };
                if size == 0 {
                    levels.remove(&price);
                } else {
                    levels.insert(price, size);
                }
                assert!(change != Change::Overflow);
                assert_eq!(change == Change::Absent, had == 0 && size == 0);
                let best = match side {
                    Side::Bid => levels.last_key_value(),
                    Side::Ask => levels.first_key_value(),
                };
                let best = best.map(|(&price, &size)| (price, size));
                assert_eq!(store.best(1, side), best, "step {step}");
                let moved = store.take_moved(1);
                assert!(moved || before == best, "a new best is told");
                moves += u32::from(moved);
                assert_eq!(store.len(), plain[0].len() + plain[1].len());
                if step % 4096 == 0 {
                    // the same levels without ladders
                    let mut other = LevelStore::new(LevelGeometry::default(), 2);
                    for (side, levels) in [Side::Bid, Side::Ask].into_iter().zip(&plain) {
                        for (&price, &size) in levels {
                            assert_eq!(other.set(1, side, price, size), Change::Done);
                        }
                    }
                    assert!(store.same_slot(&other, 1) && other.same_slot(&store, 1));
                    if let Some((price, size)) = best {
                        other.set(1, side, price, size + 1);
                        assert!(!store.same_slot(&other, 1));
                    }
                }
            }
        }
        assert!((1000..170_000).contains(&moves), "most changes are not of the best: {moves}");
    }
}
