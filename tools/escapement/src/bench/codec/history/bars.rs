//! Bars, walked: minute bars of Lean as their four prices, the bars of the Swiss franc tick by tick.

use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::rows::{decimal, fields, number, Rows};
use super::source::{members, text};
use super::History;

const NS_PER_MS: i64 = 1_000_000;
/// 0.01, prices in 1e-4.
const CENT: u32 = 100;
/// Seed of the paths between the prices of a bar.
const SEED: u64 = 20_150_115;
/// Length of a bar.
const BAR_NS: i64 = 300_000_000_000;
/// Places of a price: the tick of the Swiss franc bars is 1e-5.
const PLACES: usize = 5;

/// Bars of a minute, `ms,open*1e4,high*1e4,low*1e4,close*1e4,volume`: a trade at each of the four prices, high before low,
/// 15 s apart, the volume with the close, size 1 with the others. One slot.
pub(super) fn minutes(path: &Path) -> Result<History, String> {
    let mut rows = Rows::new();
    for text in members(path)? {
        for (at, line) in text.lines() {
            let mut row = || {
                let [time, open, high, low, close, volume] = fields(line)?;
                let time: i64 = number("time", time)?;
                let slot = rows.slot("bars")?;
                let volume = number("volume", volume)?;
                for (quarter, price, size) in
                    [(0, open, 1), (1, high, 1), (2, low, 1), (3, close, volume)]
                {
                    rows.row((time + 15_000 * quarter) * NS_PER_MS, None);
                    rows.trade(slot, number("price", price)?, size, 0, 0);
                }
                Ok(())
            };
            row().map_err(|reason: String| text.at(at, &reason))?;
        }
    }
    Ok(rows.finish("Lean minute bars", CENT))
}

/// Bars of five minutes, `time,open,high,low,close` under a heading: every price from the close before over open, high and low (which of them first
/// is drawn with a fixed seed) to the close, one tick of 1e-5 after the other, as trades, evenly over the bar. One slot.
pub(super) fn walk(path: &Path) -> Result<History, String> {
    let text = text(path)?;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(SEED);
    let mut rows = Rows::new();
    let slot = rows.slot("bars")?;
    let mut before: Option<i64> = None;
    for (bar, (at, line)) in (0..).zip(text.lines().filter(|&(at, _)| at > 1)) {
        let read = || {
            let [_time, open, high, low, close] = fields(line)?;
            let price = |what, text| decimal(what, text, PLACES);
            Ok([
                price("open", open)?,
                price("high", high)?,
                price("low", low)?,
                price("close", close)?,
            ])
        };
        let [open, high, low, close] = read().map_err(|reason: String| text.at(at, &reason))?;
        if !(low..=high).contains(&open) || !(low..=high).contains(&close) {
            return Err(text.at(at, "open and close, expected between low and high"));
        }
        let mut turns = [open, high, low, close];
        if random.random() {
            turns.swap(1, 2);
        }
        let path = path_over(before.unwrap_or(open), &turns);
        let step_ns = BAR_NS / path.len() as i64;
        for (step, price) in (0..).zip(path) {
            rows.row(bar * BAR_NS + step * step_ns, None);
            rows.trade(slot, price, 1, 0, 0);
        }
        before = Some(close);
    }
    Ok(rows.finish("bars of the Swiss franc", 1))
}

/// Every price on the way from `from` to each of `turns`, the first one included.
fn path_over(from: i64, turns: &[i64]) -> Vec<i64> {
    let mut path = vec![from];
    let mut price = from;
    for &turn in turns {
        while price != turn {
            price += (turn - price).signum();
            path.push(price);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_leaves_no_price_out() {
        assert_eq!(path_over(5, &[5, 7, 4, 6]), [5, 6, 7, 6, 5, 4, 5, 6]);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x_5min_ohlc.csv");
        let heading = "time_utc,open,high,low,close\n";
        std::fs::write(&file, format!("{heading}a,1.20095,1.20100,1.20094,1.20098\n")).unwrap();
        let history = walk(&file).unwrap();
        let prices: Vec<i64> = history.ticks.iter().filter_map(|tick| tick.price).collect();
        assert!(prices.windows(2).all(|pair| (pair[1] - pair[0]).abs() == 1), "{prices:?}");
        assert_eq!((prices.iter().max(), prices.iter().min()), (Some(&120_100), Some(&120_094)));
        std::fs::write(&file, format!("{heading}a,1.3,1.2,1.1,1.2\n")).unwrap();
        assert!(walk(&file).err().unwrap().contains("line 2: open and close"));
    }
}
