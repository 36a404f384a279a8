//! What turns the books of a card into those that they should be: messages, in ITCH's own words.

use escapement_feed::locate_table::Locate;
use escapement_feed::order_table::Order;
use escapement_feed::{CardModel, Symbol, Truth};

use crate::words;

/// Orders without a row that are taken back one by one, at most, in one patch of a slot.
pub(crate) const UNTRACKED_MAX: u32 = 4_096;

/// The messages (Nasdaq TotalView-ITCH 5.0) that make a card's locates, orders and statuses those of `truth`. `mirror` is
/// a golden model of that card, which got every frame and every load that the card got.
#[must_use]
pub fn patch(truth: &Truth, mirror: &CardModel) -> Vec<Vec<u8>> {
    let (Some(mirror_locates), Some(mirror_orders)) = (mirror.locates(), mirror.orders()) else {
        return Vec::new();
    };
    let mut patch = Patch::new(truth);
    for locate in 0..=u16::MAX {
        let (is, should) = (mirror_locates.get(locate), truth.flow().locates().get(locate));
        let name = match should {
            Locate::Slot(_) => truth.name(locate),
            Locate::Unmapped if matches!(is, Locate::Slot(_)) => truth.name(locate),
            _ => None,
        };
        if let Some(name) = name.filter(|_| is != should) {
            patch.directory(locate, name);
        }
    }
    let orders = truth.flow().orders();
    for is in mirror_orders.iter() {
        let should = orders.find(is.reference).map(|place| orders.get(place));
        match should {
            Some(should) if should == *is => {}
            Some(should) if (Order { shares: is.shares, ..should }) == *is => {
                if should.shares < is.shares {
                    patch.cancel(is, is.shares - should.shares);
                } else {
                    patch.delete(is.slot, is.reference);
                }
            }
            _ => patch.delete(is.slot, is.reference),
        }
    }
    for slot in 0..truth.book().slots() {
        let untracked = mirror.book().untracked(slot).min(UNTRACKED_MAX);
        let mut unknown = (0..=u64::MAX).rev().filter(|&reference| {
            orders.find(reference).is_none() && mirror_orders.find(reference).is_none()
        });
        for reference in unknown.by_ref().take(untracked as usize) {
            patch.delete(slot, reference);
        }
    }
    for should in orders.iter() {
        let is = mirror_orders.find(should.reference).map(|place| mirror_orders.get(place));
        let cut = is.is_some_and(|is| {
            (Order { shares: is.shares, ..*should }) == is && is.shares >= should.shares
        });
        if !cut {
            patch.add(should);
        }
    }
    for slot in 0..truth.book().slots() {
        let status = truth.book().status(slot);
        if status != mirror.book().status(slot) && status != 0 {
            patch.status(slot, status);
        }
    }
    patch.messages
}

/// Whether a slot of the mirror is as the truth is, and the truth itself is sure of it.
#[must_use]
pub fn proven(truth: &Truth, mirror: &CardModel, slot: u16) -> bool {
    let (should, is) = (truth.book(), mirror.book());
    !should.is_bad(slot)
        && is.untracked(slot) == 0
        && is.published(slot) == should.published(slot)
        && is.status(slot) == should.status(slot)
        && is.levels().same_slot(should.levels(), slot)
}

struct Patch<'a> {
    truth: &'a Truth,
    /// By slot: its locate and its symbol.
    slots: Vec<(u16, Symbol)>,
    messages: Vec<Vec<u8>>,
}

impl<'a> Patch<'a> {
    fn new(truth: &'a Truth) -> Self {
        let mut slots = vec![(0, Symbol(*b"        ")); usize::from(truth.book().slots())];
        for one in &truth.config().instruments {
            slots[usize::from(one.slot)].1 = one.symbol;
        }
        for locate in 0..=u16::MAX {
            if let Locate::Slot(slot) = truth.flow().locates().get(locate) {
                slots[usize::from(slot)].0 = locate;
            }
        }
        Self { truth, slots, messages: Vec::new() }
    }

    fn directory(&mut self, locate: u16, name: Symbol) {
        self.messages.push(words::directory(self.truth.time(), locate, name));
    }

    fn delete(&mut self, slot: u16, reference: u64) {
        let (locate, _) = self.slots[usize::from(slot)];
        self.messages.push(words::delete(self.truth.time(), locate, reference));
    }

    fn cancel(&mut self, order: &Order, shares: u32) {
        let (locate, _) = self.slots[usize::from(order.slot)];
        self.messages.push(words::cancel(self.truth.time(), locate, order.reference, shares));
    }

    fn add(&mut self, order: &Order) {
        let (locate, symbol) = self.slots[usize::from(order.slot)];
        self.messages.push(words::add(self.truth.time(), locate, symbol, order));
    }

    fn status(&mut self, slot: u16, status: u8) {
        let (locate, symbol) = self.slots[usize::from(slot)];
        self.messages.push(words::status(self.truth.time(), locate, symbol, status));
    }
}
