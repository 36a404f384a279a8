//! Tick files of QuantConnect's Lean: CSV members of a zip archive, a quote or a trade a row.

use std::path::Path;

use escapement_codec::TickKind;

use super::rows::{decimal, fields, number, Rows, SUSPICIOUS};
use super::source::{members, Text};
use super::History;

const NS_PER_MS: i64 = 1_000_000;
/// 0.01, prices in 1e-4.
const CENT: u32 = 100;
/// 0.1, prices in 1e-4.
const TENTH: u32 = 1_000;

/// Gives each line of each member to `row`; its errors get file and line.
fn each_row(
    path: &Path,
    mut row: impl FnMut(&mut Rows, &Text, &str) -> Result<(), String>,
) -> Result<Rows, String> {
    let mut rows = Rows::new();
    for text in members(path)? {
        for (number, line) in text.lines() {
            row(&mut rows, &text, line).map_err(|reason| text.at(number, &reason))?;
        }
    }
    Ok(rows)
}

fn flags(suspicious: &str) -> Result<u8, String> {
    match suspicious {
        "0" => Ok(0),
        "1" => Ok(SUSPICIOUS),
        other => Err(format!("suspicious is {other:?}, expected 0 or 1")),
    }
}

fn ms(text: &str) -> Result<i64, String> {
    let ms: i64 = number("time", text)?;
    ms.checked_mul(NS_PER_MS).ok_or_else(|| format!("time is {text:?}, expected ms of a day"))
}

/// Best bid and ask, US equities: `ms,bid*1e4,size,ask*1e4,size,venue,condition,suspicious`; a side of price 0 is not told. A slot a venue.
pub(super) fn equity_quotes(path: &Path) -> Result<History, String> {
    let rows = each_row(path, |rows, _, line| {
        let [time, bid, bid_size, ask, ask_size, venue, _condition, suspicious] = fields(line)?;
        rows.row(ms(time)?, None);
        let slot = rows.slot(venue)?;
        let flags = flags(suspicious)?;
        for (kind, price, size) in [(TickKind::Bid, bid, bid_size), (TickKind::Ask, ask, ask_size)]
        {
            let (price, size): (i64, u64) = (number("price", price)?, number("size", size)?);
            if price != 0 {
                rows.quote(kind, slot, Some(price), size, flags);
            }
        }
        Ok(())
    })?;
    Ok(rows.finish("Lean equity quotes", CENT))
}

/// Trades, US equities: `ms,price*1e4,size,venue,condition,suspicious`. A slot a venue.
pub(super) fn equity_trades(path: &Path) -> Result<History, String> {
    let rows = each_row(path, |rows, _, line| {
        let [time, price, size, venue, _condition, suspicious] = fields(line)?;
        rows.row(ms(time)?, None);
        let slot = rows.slot(venue)?;
        rows.trade(slot, number("price", price)?, number("size", size)?, 0, flags(suspicious)?);
        Ok(())
    })?;
    Ok(rows.finish("Lean equity trades", CENT))
}

/// Trades of futures: `ms,price,size,venue,condition,suspicious`, a member an expiry. A slot an expiry.
pub(super) fn future_trades(path: &Path) -> Result<History, String> {
    let rows = each_row(path, |rows, text, line| {
        let [time, price, size, _venue, _condition, suspicious] = fields(line)?;
        rows.row(ms(time)?, None);
        let slot = rows.slot(&text.member)?;
        let (price, size) = (decimal("price", price, 4)?, number("size", size)?);
        rows.trade(slot, price, size, 0, flags(suspicious)?);
        Ok(())
    })?;
    Ok(rows.finish("Lean future trades", TENTH))
}

/// Quotes without sizes: `ms,bid,ask`. Their size is given as 1: a size of 0 is an empty side.
fn plain_quotes(path: &Path, form: &'static str, places: usize) -> Result<History, String> {
    let rows = each_row(path, |rows, _, line| {
        let [time, bid, ask] = fields(line)?;
        rows.row(decimal("time", time, 6)?, None);
        let slot = rows.slot("quote")?;
        rows.quote(TickKind::Bid, slot, Some(decimal("bid", bid, places)?), 1, 0);
        rows.quote(TickKind::Ask, slot, Some(decimal("ask", ask, places)?), 1, 0);
        Ok(())
    })?;
    Ok(rows.finish(form, 1))
}

/// Foreign exchange, prices in 1e-5, tick 1e-5.
pub(super) fn fxcm_quotes(path: &Path) -> Result<History, String> {
    plain_quotes(path, "Lean FX quotes", 5)
}

/// Gold, prices in 1e-3, tick 1e-3; times have fractions of ms.
pub(super) fn oanda_quotes(path: &Path) -> Result<History, String> {
    plain_quotes(path, "Lean CFD quotes", 3)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn archive(folder: &tempfile::TempDir, text: &str) -> std::path::PathBuf {
        let path = folder.path().join("a.zip");
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        zip.start_file("a.csv", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
        zip.finish().unwrap();
        path
    }

    #[test]
    fn quotes_become_ticks_where_they_change() {
        let folder = tempfile::tempdir().unwrap();
        let text =
            "100,481800,100,0,0,P,1,0\n100,481800,100,491000,300,P,1,1\n101,481800,200,0,0,Q,1,0\n";
        let history = equity_quotes(&archive(&folder, text)).unwrap();
        let told: Vec<_> = history
            .ticks
            .iter()
            .map(|tick| (tick.kind, tick.slot, tick.msg_index, tick.price, tick.size, tick.flags))
            .collect();
        assert_eq!(
            told,
            [
                (TickKind::Bid, 0, 0, Some(481_800), 100, 0),
                (TickKind::Ask, 0, 1, Some(491_000), 300, SUSPICIOUS),
                (TickKind::Bid, 1, 2, Some(481_800), 200, 0),
            ]
        );
        let times: Vec<_> =
            history.ticks.iter().map(|tick| (tick.feed_time, tick.hw_time)).collect();
        assert_eq!(
            times,
            [(100_000_000, 100_005_000), (100_000_000, 100_005_068), (101_000_000, 101_005_000)]
        );
        assert_eq!(history.slots, ["P", "Q"]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let good = "100,1.39147,1.39148\n";
        for (bad, reason) in [
            ("100,1.3\n", "2 fields, expected 3"),
            ("100,1.391471,1\n", "bid is \"1.391471\", expected a decimal number"),
            ("x,1,1\n", "time is \"x\""),
        ] {
            let path = archive(&folder, &format!("{good}{bad}"));
            let error = fxcm_quotes(&path).err().unwrap();
            assert!(error.contains("a.zip: a.csv: line 2: "), "{error}");
            assert!(error.contains(reason), "{error}");
        }
        let path = folder.path().join("no.zip");
        std::fs::write(&path, "no archive").unwrap();
        assert!(fxcm_quotes(&path).err().unwrap().contains("expected a zip archive"));
    }
}
