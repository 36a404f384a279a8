//! What a reader knows about centres, and the prices it may therefore believe.

use crate::entry::{Entry, PriceKind};
use crate::offset_code;
use crate::reader::{LineItem, LinePrice, LineTick};

/// A price after the centre was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// The tick has no price.
    None,
    /// Exact, feed units.
    Known(i64),
    /// The code's centre is not known to this reader (missed, or of another epoch).
    UnknownCentre,
}

/// A line's entry after its price was resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolved {
    /// A complete entry.
    Entry(Entry),
    /// A tick whose price cannot be told; everything else of it is right.
    UnknownCentre(LineTick),
    /// A control kind that this reader does not know.
    Unknown {
        /// Its number.
        kind: u8,
    },
}

#[derive(Debug, Clone, Copy)]
struct Centre {
    price: i64,
    epoch: u8,
    known: bool,
}

const UNKNOWN: Centre = Centre { price: 0, epoch: 0, known: false };

/// Centres per slot and price kind, for slots `0..SLOTS`, as a reader of one feed's lines has seen them.
#[derive(Debug, Clone)]
pub struct CentreTable<const SLOTS: usize> {
    centres: [[Centre; 3]; SLOTS],
    ticks: [u32; SLOTS],
    unknown_centres: u64,
}

impl<const SLOTS: usize> Default for CentreTable<SLOTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SLOTS: usize> CentreTable<SLOTS> {
    /// Nothing known; tick sizes still unset.
    #[must_use]
    pub fn new() -> Self {
        Self { centres: [[UNKNOWN; 3]; SLOTS], ticks: [0; SLOTS], unknown_centres: 0 }
    }

    /// Sets a slot's tick size, feed price units; 0 makes its coded prices unknown. False if there is no such slot.
    pub fn set_tick(&mut self, slot: u16, tick: u32) -> bool {
        match self.ticks.get_mut(slot as usize) {
            Some(place) => {
                *place = tick;
                true
            }
            None => false,
        }
    }

    /// Makes a centre known, as the host set it before start (epoch 0) or as an entry told. False if there is no such slot.
    pub fn set_centre(&mut self, slot: u16, kind: PriceKind, price: i64, epoch: u8) -> bool {
        match self.centres.get_mut(slot as usize) {
            Some(kinds) => {
                kinds[kind as usize] = Centre { price, epoch, known: true };
                true
            }
            None => false,
        }
    }

    /// The known centre and its epoch.
    #[must_use]
    pub fn centre(&self, slot: u16, kind: PriceKind) -> Option<(i64, u8)> {
        let centre = self.centres.get(slot as usize)?[kind as usize];
        centre.known.then_some((centre.price, centre.epoch))
    }

    /// Forgets a slot's centres: not seen for longer than the refresh bound, so that epochs could have come round.
    pub fn forget(&mut self, slot: u16) {
        if let Some(kinds) = self.centres.get_mut(slot as usize) {
            *kinds = [UNKNOWN; 3];
        }
    }

    /// Forgets all centres.
    pub fn forget_all(&mut self) {
        self.centres = [[UNKNOWN; 3]; SLOTS];
    }

    /// How many prices were refused so far because their centre was not known.
    #[must_use]
    pub fn unknown_centres(&self) -> u64 {
        self.unknown_centres
    }

    /// The price of a tick. Counts it when it cannot be told.
    #[inline]
    pub fn price(&mut self, tick: &LineTick) -> Price {
        match tick.price {
            LinePrice::None => Price::None,
            LinePrice::Exact(price) => Price::Known(price),
            LinePrice::Coded { code, epoch } => match self.coded(tick, code, epoch) {
                Some(price) => Price::Known(price),
                None => {
                    self.unknown_centres += 1;
                    Price::UnknownCentre
                }
            },
        }
    }

    fn coded(&self, tick: &LineTick, code: u8, epoch: u8) -> Option<i64> {
        let kind = PriceKind::of_tick(tick.kind)?;
        let size = *self.ticks.get(tick.slot as usize)?;
        let centre = self.centres.get(tick.slot as usize)?[kind as usize];
        if size == 0 || !centre.known || centre.epoch != epoch {
            return None;
        }
        offset_code::decode(code, centre.price, size)
    }

    /// Learns from a control entry: recentre and refresh tell centres, a slot that changes hands has none; all others tell nothing.
    pub fn learn(&mut self, entry: &Entry) {
        match *entry {
            Entry::Recentre { slot, kind, epoch, centre, .. } => {
                self.set_centre(slot, kind, centre, epoch);
            }
            Entry::Refresh { slot, kind, state, .. } => {
                if let Some(kinds) = self.centres.get_mut(slot as usize) {
                    kinds[kind as usize] = match state.centre {
                        Some(price) => Centre { price, epoch: state.epoch, known: true },
                        None => UNKNOWN,
                    };
                }
            }
            Entry::SlotAssigned { slot, .. } | Entry::SlotReleased { slot, .. } => {
                self.forget(slot)
            }
            _ => {}
        }
    }

    /// Turns a line's entry into a logical one: learns from it, and applies the centre to its price.
    #[inline]
    pub fn resolve(&mut self, item: LineItem) -> Resolved {
        match item {
            LineItem::Control(entry) => {
                self.learn(&entry);
                Resolved::Entry(entry)
            }
            LineItem::Unknown { kind, .. } => Resolved::Unknown { kind },
            LineItem::Tick(tick) => {
                let price = match self.price(&tick) {
                    Price::None => None,
                    Price::Known(price) => Some(price),
                    Price::UnknownCentre => return Resolved::UnknownCentre(tick),
                };
                Resolved::Entry(Entry::Tick(tick.with_price(price)))
            }
        }
    }
}
