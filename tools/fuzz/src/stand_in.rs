//! Entries that would give what was read: codes stand for prices of their own.

use escapement_codec::reader::LinePrice;
use escapement_codec::{Entry, LineItem};

/// Prices that stand for a code of an epoch: out of the way of exact prices, different for each.
fn stand_in(code: u8, epoch: u8) -> i64 {
    0x5eed_5eed_5eed_0000 | i64::from(epoch) << 8 | i64::from(code)
}

/// The entry that would give this item; none for a kind that this reader does not know.
pub fn entry(item: &LineItem) -> Option<Entry> {
    match item {
        LineItem::Control(entry) => Some(*entry),
        LineItem::Tick(tick) => {
            let price = match tick.price {
                LinePrice::None => None,
                LinePrice::Exact(price) => Some(price),
                LinePrice::Coded { code, epoch } => Some(stand_in(code, epoch)),
            };
            Some(Entry::Tick(tick.with_price(price)))
        }
        _ => None,
    }
}
