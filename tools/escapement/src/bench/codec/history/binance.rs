//! Streams of Binance as JSON, one event a line behind its time of receipt.

use std::path::Path;

use escapement_codec::TickKind;
use serde::Deserialize;

use super::rows::{decimal, number, Rows};
use super::source::text;
use super::History;

const NS_PER_MS: i64 = 1_000_000;
/// Places of a price: the unit of the feeds of the card.
const PRICE_PLACES: usize = 4;

/// Which kind of event it is; `data` is read when that is known.
#[derive(Deserialize)]
struct Event<'a> {
    stream: Option<&'a str>,
    /// The answer to a request for a snapshot of the book has this, and no stream.
    #[serde(rename = "lastUpdateId")]
    snapshot: Option<u64>,
}

#[derive(Deserialize)]
struct Told<T> {
    data: T,
}

#[derive(Deserialize)]
#[allow(non_snake_case)] // names of the feed
struct BookTicker<'a> {
    b: &'a str,
    B: &'a str,
    a: &'a str,
    A: &'a str,
    T: Option<i64>,
}

#[derive(Deserialize)]
#[allow(non_snake_case)] // names of the feed
struct Trade<'a> {
    p: &'a str,
    q: &'a str,
    T: i64,
    m: bool,
}

/// USD-M futures: tick 0.1, sizes in 0.001.
pub(super) fn usdm(path: &Path) -> Result<History, String> {
    read(path, "Binance USD-M stream", 1_000, 3)
}

/// Spot: tick 0.01, sizes in 0.00001.
pub(super) fn spot(path: &Path) -> Result<History, String> {
    read(path, "Binance spot stream", 100, 5)
}

/// `bookTicker` makes bid and ask ticks where they change, `trade` a trade (a maker that bought: the aggressor sold). `depth` and snapshots are
/// more than the best price and make none, but are messages. Feed time is the event's (of a `bookTicker` without one, that of receipt); the stamp is the time of receipt.
fn read(
    path: &Path,
    form: &'static str,
    tick_size: u32,
    size_places: usize,
) -> Result<History, String> {
    let text = text(path)?;
    let mut rows = Rows::new();
    let slot = rows.slot("BTCUSDT")?;
    for (at, line) in text.lines() {
        let mut row = || {
            let (stamp, json) =
                line.split_once(' ').ok_or("no blank, expected the time of receipt and JSON")?;
            let stamp: u64 = number("time of receipt", stamp)?;
            let event: Event<'_> = serde_json::from_str(json).map_err(|error| error.to_string())?;
            let kind = match (event.stream, event.snapshot) {
                (Some(stream), _) => stream.split('@').nth(1).unwrap_or_default(),
                (None, Some(_)) => "depth",
                (None, None) => return Err("no stream, expected one".into()),
            };
            let size = |what, text| decimal(what, text, size_places).map(|size| size as u64);
            let price = |what, text| decimal(what, text, PRICE_PLACES);
            let time = |ms: i64| {
                ms.checked_mul(NS_PER_MS)
                    .ok_or_else(|| format!("time is {ms}, expected ms since 1970"))
            };
            match kind {
                "bookTicker" => {
                    let told: Told<BookTicker<'_>> =
                        serde_json::from_str(json).map_err(|error| error.to_string())?;
                    let quote = told.data;
                    let feed_time = quote.T.map_or(Ok(stamp as i64), time)?;
                    rows.row(feed_time, Some(stamp));
                    for (kind, at, size) in [
                        (TickKind::Bid, price("b", quote.b)?, size("B", quote.B)?),
                        (TickKind::Ask, price("a", quote.a)?, size("A", quote.A)?),
                    ] {
                        rows.quote(kind, slot, Some(at), size, 0);
                    }
                }
                "trade" => {
                    let told: Told<Trade<'_>> =
                        serde_json::from_str(json).map_err(|error| error.to_string())?;
                    let trade = told.data;
                    rows.row(time(trade.T)?, Some(stamp));
                    let side = if trade.m { 2 } else { 1 };
                    rows.trade(slot, price("p", trade.p)?, size("q", trade.q)?, side, 0);
                }
                "depth" => rows.row(stamp as i64, Some(stamp)),
                other => {
                    return Err(format!("stream {other:?}, expected bookTicker, trade or depth"))
                }
            }
            Ok(())
        };
        row().map_err(|reason: String| text.at(at, &reason))?;
    }
    Ok(rows.finish(form, tick_size))
}
