//! A slot of a running card changes hands: what is loaded to take the old instrument's orders out, and to bring in those that a
//! new one has already (docs/card-model.md, section 12).

use escapement_feed::locate_table::Locate;
use escapement_feed::order_table::Order;
use escapement_feed::{CardModel, Symbol};

use crate::patch::UNTRACKED_MAX;
use crate::words;

fn locates_of(model: &CardModel, slot: u16) -> Vec<u16> {
    let Some(table) = model.locates() else { return Vec::new() };
    (0..=u16::MAX).filter(|&locate| table.get(locate) == Locate::Slot(slot)).collect()
}

fn orders_of(model: &CardModel, slot: u16) -> Vec<Order> {
    let orders = model.orders().into_iter().flat_map(|orders| orders.iter());
    orders.filter(|order| order.slot == slot).copied().collect()
}

/// First, while the locates still name the slot: its orders that found no room in the card's table are taken back.
/// `mirror` is a golden model of the card; `time` is the feed time told, ns since midnight.
#[must_use]
pub fn take_back_untracked(mirror: &CardModel, slot: u16, time: u64) -> Vec<Vec<u8>> {
    let count = mirror.book().untracked(slot).min(UNTRACKED_MAX) as usize;
    let (Some(&locate), Some(orders)) = (locates_of(mirror, slot).first(), mirror.orders()) else {
        return Vec::new();
    };
    let unknown = (0..=u64::MAX).rev().filter(|&reference| orders.find(reference).is_none());
    unknown.take(count).map(|reference| words::delete(time, locate, reference)).collect()
}

/// Then, when `symbol` names no slot any more: its locates are unlearned, its orders deleted.
#[must_use]
pub fn take_out(mirror: &CardModel, slot: u16, symbol: Symbol, time: u64) -> Vec<Vec<u8>> {
    let locates = locates_of(mirror, slot);
    let locate = locates.first().copied().unwrap_or(0);
    let directories = locates.iter().map(|&locate| words::directory(time, locate, symbol));
    let deletes = orders_of(mirror, slot);
    let deletes = deletes.iter().map(|order| words::delete(time, locate, order.reference));
    directories.chain(deletes).collect()
}

/// When the slot is assigned: the locate, the orders and the status that the instrument has in `library`, a golden model that
/// carries it in slot `there`.
#[must_use]
pub fn bring_in(library: &CardModel, there: u16, symbol: Symbol, time: u64) -> Vec<Vec<u8>> {
    let locates = locates_of(library, there);
    let locate = locates.first().copied().unwrap_or(0);
    let orders = orders_of(library, there);
    let status = library.book().status(there);
    locates
        .iter()
        .map(|&locate| words::directory(time, locate, symbol))
        .chain(orders.iter().map(|order| words::add(time, locate, symbol, order)))
        .chain((status != 0).then(|| words::status(time, locate, symbol, status)))
        .collect()
}
