//! The slots that a line named last, and what its later entries can lean on of each.

use crate::format::limit::RECENT_SLOTS;

/// What is known of a slot's prices of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Side {
    /// Code of the last price; 0: none, or an escape.
    pub(crate) code: u8,
    /// Epoch of coded prices, once one was given.
    pub(crate) epoch: Option<u8>,
}

/// Of each kind of price: bid, ask, trade.
pub(crate) type Sides = [Side; 3];

/// The slots, the latest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recent {
    slots: [u16; RECENT_SLOTS],
    sides: [Sides; RECENT_SLOTS],
}

/// Larger than any slot: no slot here.
const EMPTY: u16 = u16::MAX;

impl Recent {
    pub(crate) const NEW: Self = Self {
        slots: [EMPTY; RECENT_SLOTS],
        sides: [[Side { code: 0, epoch: None }; 3]; RECENT_SLOTS],
    };

    /// The slot in front.
    #[inline]
    pub(crate) fn front(&self) -> Option<u16> {
        self.at(0)
    }

    /// The slot at a place, counted from 0.
    #[inline]
    pub(crate) fn at(&self, rank: usize) -> Option<u16> {
        self.slots.get(rank).copied().filter(|&slot| slot != EMPTY)
    }

    /// Where the slot stands.
    #[inline]
    pub(crate) fn rank(&self, slot: u16) -> Option<usize> {
        if self.slots[0] == slot {
            return Some(0);
        }
        self.slots.iter().position(|&other| other == slot)
    }

    /// What is known of the slot at a place; nothing of one that is in none.
    #[inline]
    pub(crate) fn sides(&self, rank: Option<usize>) -> Sides {
        rank.and_then(|rank| self.sides.get(rank)).copied().unwrap_or_default()
    }

    /// Brings a slot to the front, from its place or from outside.
    #[inline]
    pub(crate) fn name(&mut self, slot: u16, rank: Option<usize>) {
        if rank == Some(0) {
            return;
        }
        let sides = self.sides(rank);
        let hole = rank.unwrap_or(RECENT_SLOTS - 1);
        self.slots.copy_within(0..hole, 1);
        self.sides.copy_within(0..hole, 1);
        self.slots[0] = slot;
        self.sides[0] = sides;
    }

    /// Notes a coded or exact price of the slot in front.
    #[inline]
    pub(crate) fn price(&mut self, kind: usize, side: Side) {
        self.sides[0][kind] = side;
    }

    /// Forgets what is known of a slot's prices, of one kind or of all; it keeps its place.
    pub(crate) fn forget(&mut self, slot: u16, kind: Option<usize>) {
        if let Some(rank) = self.rank(slot) {
            match kind {
                Some(kind) => self.sides[rank][kind] = Side::default(),
                None => self.sides[rank] = Sides::default(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Recent, Side, RECENT_SLOTS};

    #[test]
    fn a_slot_named_again_comes_back_with_its_prices_and_the_eighth_is_forgotten() {
        let mut recent = Recent::NEW;
        let side = |slot: u16| Side { code: slot as u8 + 1, epoch: Some(3) };
        for slot in 0..RECENT_SLOTS as u16 {
            assert_eq!(recent.rank(slot), None);
            recent.name(slot, None);
            recent.price(1, side(slot));
        }
        assert_eq!(recent.rank(2), Some(RECENT_SLOTS - 3));
        recent.name(2, recent.rank(2));
        assert_eq!((recent.front(), recent.sides(Some(0))[1]), (Some(2), side(2)));
        assert_eq!(recent.at(1), Some(RECENT_SLOTS as u16 - 1));
        assert_eq!(recent.rank(0), Some(RECENT_SLOTS - 1));
        recent.name(99, None);
        assert_eq!((recent.rank(0), recent.sides(Some(0))), (None, [Side::default(); 3]));
        recent.forget(2, Some(1));
        assert_eq!((recent.rank(2), recent.sides(Some(1))), (Some(1), [Side::default(); 3]));
    }
}
