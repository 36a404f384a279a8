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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(folder: &tempfile::TempDir, lines: &[&str]) -> std::path::PathBuf {
        let path = folder.path().join("a.jsonl.gz");
        let file = std::fs::File::create(&path).unwrap();
        let mut file = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        file.write_all(lines.join("\n").as_bytes()).unwrap();
        file.finish().unwrap();
        path
    }

    const TICKER: &str = r#"7000001 {"stream":"x@bookTicker","data":{"b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":6}}"#;
    const TRADE: &str =
        r#"7000002 {"stream":"x@trade","data":{"T":6,"p":"61800.30","q":"0.006","m":true}}"#;

    #[test]
    fn quotes_and_trades_are_exact() {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = r#"7000003 {"lastUpdateId":1,"bids":[]}"#;
        let history = usdm(&packed(&folder, &[TICKER, TICKER, TRADE, snapshot])).unwrap();
        assert_eq!(history.lines, 4);
        let told: Vec<_> = history
            .ticks
            .iter()
            .map(|tick| (tick.kind, tick.msg_index, tick.price, tick.size, tick.side))
            .collect();
        assert_eq!(
            told,
            [
                (TickKind::Bid, 0, Some(618_002_000), 2_507, 0),
                (TickKind::Ask, 0, Some(618_003_000), 2_510, 0),
                (TickKind::Trade, 2, Some(618_003_000), 6, 2),
            ]
        );
        let trade = history.ticks[2];
        assert_eq!((trade.feed_time, trade.hw_time), (6_000_000, 7_000_002));
    }

    #[test]
    fn what_is_no_event_is_named_by_line() {
        let folder = tempfile::tempdir().unwrap();
        for (bad, reason) in [
            (r#"7 {"data":{}}"#, "no stream"),
            (r#"7 {"stream":"x@kline","data":{}}"#, "stream \"kline\""),
            (r#"{"stream":"x@depth"}"#, "no blank"),
            ("7 {", "EOF"),
            (&TRADE.replace("0.006", "0.0061"), "q is \"0.0061\""),
        ] {
            let error = usdm(&packed(&folder, &[TICKER, bad])).err().unwrap();
            assert!(error.contains("a.jsonl.gz: line 2: "), "{error}");
            assert!(error.contains(reason), "{error}");
        }
    }
}
