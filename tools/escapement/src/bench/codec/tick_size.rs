//! The tick size of an instrument as its listing would say it, from the first of its prices.

use std::collections::HashSet;

use escapement_codec::Entry;

/// Prices that are looked at.
const PRICES: usize = 1_000;
/// Fewer different ones tell no grid.
const DIFFERENT_MIN: usize = 16;
/// Multiples of the tick size given, the coarsest first; times a power of ten they are the grids in use.
const MULTIPLES: [u32; 9] = [10_000, 5_000, 2_500, 1_000, 500, 100, 50, 25, 5];

/// The coarsest grid that the first prices of `slot` all lie on, at least `tick`.
pub(crate) fn coarsest(entries: &[Entry], slot: u16, tick: u32) -> u32 {
    let price = |entry: &Entry| match entry {
        Entry::Tick(tick) if tick.slot == slot => tick.price,
        _ => None,
    };
    let prices: HashSet<i64> = entries.iter().filter_map(price).take(PRICES).collect();
    if prices.len() < DIFFERENT_MIN {
        return tick;
    }
    let on_grid = |grid: u32| prices.iter().all(|price| price % i64::from(grid) == 0);
    let grids = MULTIPLES.iter().filter_map(|multiple| tick.checked_mul(*multiple));
    let listed = grids.filter(|&grid| grid < 1 << 24);
    listed.into_iter().find(|&grid| on_grid(grid)).unwrap_or(tick)
}

#[cfg(test)]
mod tests {
    use escapement_codec::{Tick, TickKind};

    use super::*;

    fn bids(prices: impl Iterator<Item = i64>) -> Vec<Entry> {
        let bid = |price| Tick {
            kind: TickKind::Bid,
            slot: 3,
            msg_index: 0,
            feed_time: 0,
            hw_time: 0,
            price: Some(price),
            code: 0,
            epoch: 0,
            size: 1,
            side: 0,
            flags: 0,
        };
        prices.map(|price| Entry::Tick(bid(price))).collect()
    }

    #[test]
    fn a_quarter_is_found_and_few_prices_tell_nothing() {
        let quarters = bids((0..40).map(|n| 48_000_000 + 2_500 * n));
        assert_eq!(coarsest(&quarters, 3, 100), 2_500);
        assert_eq!(coarsest(&quarters, 2, 100), 100, "no price of that slot");
        assert_eq!(coarsest(&quarters[..10], 3, 100), 100);
        let cents = bids((0..40).map(|n| 100 * n));
        assert_eq!(coarsest(&cents, 3, 100), 100);
        assert_eq!(coarsest(&bids(0..40), 3, 100), 100, "never finer than was given");
    }
}
