//! Messages of LOBSTER with the ten-level book behind each.

use std::path::Path;

use escapement_codec::TickKind;

use super::rows::{decimal, fields, number, Rows};
use super::source::text;
use super::History;

/// 0.01, prices in 1e-4.
const CENT: u32 = 100;
/// Prices of levels that are not there are this far out.
const NO_LEVEL: i64 = 9_999_999_999;

/// `seconds,type,order,size,price,direction`: types 4 and 5 are trades against a resting order of that direction (so the aggressor is the other side),
/// others only move the book; the first level of the row of the book beside it makes bid and ask ticks where it changes.
pub(super) fn messages(path: &Path) -> Result<History, String> {
    let name = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into());
    let messages = text(path)?;
    let books = text(&path.with_file_name(name.replace("_message_", "_orderbook_")))?;
    let mut book_lines = books.lines();
    let mut rows = Rows::new();
    let slot = rows.slot("AAPL")?;
    for (at, line) in messages.lines() {
        let mut row = || {
            let [time, kind, _order, size, price, direction] = fields(line)?;
            rows.row(decimal("time", time, 9)?, None);
            let aggressor = match direction {
                "1" => 2,
                "-1" => 1,
                other => return Err(format!("direction is {other:?}, expected 1 or -1")),
            };
            match kind {
                "4" | "5" => {
                    rows.trade(slot, number("price", price)?, number("size", size)?, aggressor, 0);
                }
                "1" | "2" | "3" => {}
                other => return Err(format!("type is {other:?}, expected 1 to 5")),
            }
            Ok(())
        };
        row().map_err(|reason: String| messages.at(at, &reason))?;
        let Some((at, line)) = book_lines.next() else {
            return Err(books.at(at, "nothing, expected the book of a message"));
        };
        let mut row = || {
            let mut fields = line.split(',');
            let mut side = |kind| {
                let price: i64 = number("price", fields.next().unwrap_or(""))?;
                let size = number("size", fields.next().unwrap_or(""))?;
                rows.quote(kind, slot, Some(price).filter(|at| at.abs() != NO_LEVEL), size, 0);
                Ok(())
            };
            side(TickKind::Ask)?;
            side(TickKind::Bid)
        };
        row().map_err(|reason: String| books.at(at, &reason))?;
    }
    if let Some((at, _)) = book_lines.next() {
        return Err(books.at(at, "a book without a message"));
    }
    Ok(rows.finish("LOBSTER messages and book", CENT))
}
