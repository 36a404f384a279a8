//! What a body told of slots' prices: all that its later entries can lean on, and the slots that they can name shortly.

use crate::format::limit::RECENT_SLOTS;
use crate::reader::LinePrice;

/// What is known of a slot's prices of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Side {
    /// The last price.
    pub(crate) price: LinePrice,
    /// Epoch of coded prices, once one was given.
    pub(crate) epoch: Option<u8>,
}

impl Side {
    pub(crate) const NEW: Self = Self { price: LinePrice::None, epoch: None };

    /// The code of the last price; 0 if it had none.
    #[inline]
    pub(crate) fn code(self) -> u8 {
        match self.price {
            LinePrice::Coded { code, .. } => code,
            LinePrice::None | LinePrice::Exact(_) => 0,
        }
    }
}

/// Of each kind of price: bid, ask, trade.
pub(crate) type Sides = [Side; 3];

/// Slots that a body of so many bytes can tell prices of: the first takes 10 nibbles, each further one 11.
#[must_use]
pub const fn places_of(body_bytes: usize) -> usize {
    (2 * body_bytes).saturating_sub(10) / 11 + 1
}

/// A slot as the list has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// Place in the list, counted from 0, of the last few.
    pub(crate) rank: Option<usize>,
    /// Where its prices stand.
    place: Option<usize>,
}

/// Slots with prices in a body, `P` of them at most ([`places_of`]), and the last few in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recent<const P: usize> {
    slots: [u16; P],
    sides: [Sides; P],
    used: usize,
    /// The latest first: slot, and where it stands in `slots`.
    list: [(u16, u16); RECENT_SLOTS],
}

/// Larger than any slot: no slot here.
const EMPTY: u16 = u16::MAX;

impl<const P: usize> Recent<P> {
    pub(crate) const NEW: Self = Self {
        slots: [EMPTY; P],
        sides: [[Side::NEW; 3]; P],
        used: 0,
        list: [(EMPTY, 0); RECENT_SLOTS],
    };

    /// Forgets everything.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.used = 0;
        self.list = [(EMPTY, 0); RECENT_SLOTS];
    }

    /// The slot in front.
    #[inline]
    pub(crate) fn front(&self) -> Option<u16> {
        Some(self.list[0].0).filter(|&slot| slot != EMPTY)
    }

    /// The slot at a place of the list, counted from 0.
    #[inline]
    pub(crate) fn at(&self, rank: usize) -> Option<(u16, Found)> {
        let &(slot, place) = self.list.get(rank).filter(|(slot, _)| *slot != EMPTY)?;
        Some((slot, Found { rank: Some(rank), place: Some(place.into()) }))
    }

    /// Looks a slot up.
    #[inline]
    pub(crate) fn find(&self, slot: u16) -> Found {
        if self.list[0].0 == slot {
            return Found { rank: Some(0), place: Some(self.list[0].1.into()) };
        }
        if let Some(rank) = self.list.iter().position(|&(other, _)| other == slot) {
            return Found { rank: Some(rank), place: Some(self.list[rank].1.into()) };
        }
        let place = self.slots[..self.used].iter().position(|&other| other == slot);
        Found { rank: None, place }
    }

    /// What is known of a slot.
    #[inline]
    pub(crate) fn side(&self, found: Found, kind: usize) -> Side {
        found.place.map_or(Side::NEW, |place| self.sides[place][kind])
    }

    /// Notes a price of a slot, and brings it to the front.
    #[inline]
    pub(crate) fn price(&mut self, slot: u16, found: Found, kind: usize, side: Side) {
        let place = found.place.unwrap_or_else(|| self.new_place(slot));
        self.sides[place][kind] = side;
        if found.rank != Some(0) {
            self.list.copy_within(0..found.rank.unwrap_or(RECENT_SLOTS - 1), 1);
            self.list[0] = (slot, place as u16);
        }
    }

    #[inline]
    fn new_place(&mut self, slot: u16) -> usize {
        debug_assert!(self.used < P, "a body has no nibbles for more slots than places_of says");
        let place = self.used.min(P - 1);
        self.slots[place] = slot;
        self.sides[place] = [Side::NEW; 3];
        self.used = place + 1;
        place
    }

    /// Forgets what is known of a slot's prices, of one kind or of all; it keeps its place in the list.
    pub(crate) fn forget(&mut self, slot: u16, kind: Option<usize>) {
        if let Some(place) = self.find(slot).place {
            match kind {
                Some(kind) => self.sides[place][kind] = Side::NEW,
                None => self.sides[place] = [Side::NEW; 3],
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{places_of, LinePrice, Recent, Side, RECENT_SLOTS};

    #[test]
    fn a_slot_comes_back_with_its_prices_from_any_place() {
        let mut recent = Recent::<8>::NEW;
        let side = |slot: u16| Side { price: LinePrice::Exact(slot.into()), epoch: Some(3) };
        for slot in 0..8 {
            let found = recent.find(slot);
            assert_eq!((found.rank, recent.side(found, 1)), (None, Side::NEW));
            recent.price(slot, found, 1, side(slot));
        }
        let found = recent.find(2);
        assert_eq!((found.rank, recent.side(found, 1)), (Some(5), side(2)));
        recent.price(2, found, 0, side(9));
        assert_eq!(recent.front(), Some(2));
        assert_eq!(recent.at(1).map(|(slot, _)| slot), Some(7));
        // 0 is not in the list of seven any more, but is not forgotten.
        let found = recent.find(0);
        assert_eq!((found.rank, recent.side(found, 1)), (None, side(0)));
        assert_eq!(recent.find(1).rank, Some(RECENT_SLOTS - 1));
        recent.forget(0, Some(1));
        assert_eq!(recent.side(recent.find(0), 1), Side::NEW);
        recent.forget(2, None);
        assert_eq!((recent.find(2).rank, recent.side(recent.find(2), 0)), (Some(0), Side::NEW));
        recent.clear();
        assert_eq!((recent.front(), recent.find(2).rank), (None, None));
    }

    #[test]
    fn a_line_holds_seven_slots() {
        assert_eq!((places_of(38), places_of(37)), (7, 6));
    }
}
