//! A tick with all that its row says.

use std::io;

use escapement_codec::{Price, TickKind};

/// Feed price units (1e-4) to 1e-9.
const NANOS_PER_UNIT: i64 = 100_000;

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Index of the delivered message, from 0.
    pub msg_index: u64,
    /// The feed's own sequence number.
    pub seq: u64,
    /// Feed time, ns since New York midnight of its own day.
    pub since_midnight_ns: i64,
    /// Feed time, ns since 1970-01-01 UTC.
    pub time_ns: i64,
    /// Number of the instrument, the same as long as the file; 0 = none (a system event).
    pub instrument_id: u32,
    /// Market identifier code.
    pub venue: &'a str,
    /// Symbol without its filling; empty for a system event.
    pub symbol: &'a str,
    /// Kind.
    pub kind: TickKind,
    /// Price, feed units (1e-4).
    pub price: Price,
    /// Size, trade id of a break, or 0.
    pub size: u64,
    /// Aggressor of a trade (1 buy, 2 sell), status byte of a status, else 0.
    pub side: u8,
    /// MAYBE_BAD_BOOK.
    pub doubtful: bool,
    /// Not the card told it, but a repair of the record.
    pub repaired: bool,
    /// Card time of the frame, ns since 1970-01-01 UTC; none if it came in no frame.
    pub hw_time_ns: Option<u64>,
}

impl Row<'_> {
    /// The price in 1e-9, below `limit` in size; none if there is none or it is not known.
    ///
    /// # Errors
    /// A price that does not fit: which, and of which message.
    pub(crate) fn nano_price(&self, limit: i64, format: &str) -> io::Result<Option<i64>> {
        let Price::Known(units) = self.price else { return Ok(None) };
        match units.checked_mul(NANOS_PER_UNIT) {
            Some(nanos) if nanos.unsigned_abs() < limit.unsigned_abs() => Ok(Some(nanos)),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "message {}: price {units} x 1e-4 does not fit {format}, CSV takes it",
                    self.msg_index
                ),
            )),
        }
    }
}

/// Name of a kind in rows and reports.
#[must_use]
pub const fn kind_name(kind: TickKind) -> &'static str {
    match kind {
        TickKind::Bid => "bid",
        TickKind::Ask => "ask",
        TickKind::Trade => "trade",
        TickKind::TradeBreak => "trade_break",
        TickKind::Status => "status",
    }
}

/// What a row's flags say, in words.
#[must_use]
pub const fn flag_words(doubtful: bool, repaired: bool) -> &'static str {
    match (doubtful, repaired) {
        (false, false) => "",
        (true, false) => "MAYBE_BAD_BOOK",
        (false, true) => "REPAIRED",
        (true, true) => "MAYBE_BAD_BOOK|REPAIRED",
    }
}

/// Text of a row's side: at most four bytes of ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideText {
    bytes: [u8; 4],
    length: usize,
}

impl SideText {
    /// The text; empty if there is none.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// `B` or `S` for the aggressor of a trade, the status byte of a status (escaped if it does not print), else nothing.
#[must_use]
pub fn side_text(kind: TickKind, side: u8) -> SideText {
    let mut text = SideText { bytes: [0; 4], length: 0 };
    let code = match (kind, side) {
        (TickKind::Trade, 1) => b'B',
        (TickKind::Trade, 2) => b'S',
        (TickKind::Status, code) => code,
        _ => return text,
    };
    for byte in std::ascii::escape_default(code) {
        text.bytes[text.length] = byte;
        text.length += 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_told_as_text() {
        assert_eq!(side_text(TickKind::Trade, 1).bytes(), b"B");
        assert_eq!(side_text(TickKind::Trade, 2).bytes(), b"S");
        assert_eq!(side_text(TickKind::Trade, 0).bytes(), b"");
        assert_eq!(side_text(TickKind::Bid, 1).bytes(), b"");
        assert_eq!(side_text(TickKind::Status, b'H').bytes(), b"H");
        assert_eq!(side_text(TickKind::Status, 0xff).bytes(), b"\\xff");
    }
}
