//! The instrument file: which symbols the card carries, with tick size and, if known, centres.
//!
//! ```toml
//! [[instrument]]
//! venue = "IEXG"
//! symbol = "AIG"
//! tick = 0.01
//! centre = 49.50        # or bid_centre, ask_centre, trade_centre
//! ```
//!
//! Numbers are read as decimals from the text, never through binary floating point.
//!
//! An instrument that the card does not carry all the time has `from` or `until`, or both, as strings with a moment of capture time
//! (RFC 3339 with an offset, up to nanoseconds): `from = "2019-01-30T14:30:00Z"`. It is carried from the first moment up to, not
//! including, the second. A symbol may come back. What must fit the card's slots are the instruments of any one moment.

use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use crate::price;

/// Slots of the card.
pub const SLOTS: usize = 64;
/// Tick sizes must be below this, in feed units (24 bits on the card).
pub const TICK_LIMIT: i64 = 1 << 24;
/// Longest instrument file read; 64 instruments need far less.
pub const FILE_BYTES_MAX: usize = 1 << 20;

/// One instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Market identifier code.
    pub venue: String,
    /// Symbol bytes as on the wire, filled with spaces.
    pub symbol: [u8; 8],
    /// Tick size in feed units (1e-4).
    pub tick: u32,
    /// Initial centres of bid, ask and trade, in feed units.
    pub centres: [Option<i64>; 3],
    /// Capture time, ns since 1970, from which on the card carries it; none = from the start.
    pub from: Option<u64>,
    /// Capture time up to which, not including it; none = to the end.
    pub until: Option<u64>,
}

impl Instrument {
    /// An instrument without centres.
    #[must_use]
    pub fn plain(venue: &str, symbol: [u8; 8], tick: u32) -> Self {
        Self { venue: venue.into(), symbol, tick, centres: [None; 3], from: None, until: None }
    }

    /// It is carried at this moment of capture time, ns since 1970.
    #[must_use]
    pub fn carried_at(&self, moment: u64) -> bool {
        self.from.is_none_or(|from| from <= moment) && self.until.is_none_or(|until| moment < until)
    }

    /// Both are carried at some moment.
    fn meets(&self, other: &Self) -> bool {
        let starts_before_end =
            |one: &Self, two: &Self| two.until.is_none_or(|end| one.from.unwrap_or(0) < end);
        starts_before_end(self, other) && starts_before_end(other, self)
    }

    /// The symbol without its filling; bytes that are no printable ASCII show as `\xNN`.
    #[must_use]
    pub fn name(&self) -> String {
        symbol_name(&self.symbol)
    }
}

/// A wire symbol as text.
#[must_use]
pub fn symbol_name(symbol: &[u8; 8]) -> String {
    let used = symbol.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    symbol[..used]
        .iter()
        .flat_map(|&byte| std::ascii::escape_default(byte))
        .map(char::from)
        .collect()
}

/// What is wrong with an instrument file, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentError {
    /// Line, from 1.
    pub line: usize,
    /// Byte offset in the file.
    pub offset: usize,
    /// What was found and what was expected.
    pub reason: String,
}

impl fmt::Display for InstrumentError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {} (offset {}): {}", self.line, self.offset, self.reason)
    }
}

impl std::error::Error for InstrumentError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    instrument: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    venue: Spanned<String>,
    symbol: Spanned<String>,
    tick: Spanned<toml::Value>,
    centre: Option<Spanned<toml::Value>>,
    bid_centre: Option<Spanned<toml::Value>>,
    ask_centre: Option<Spanned<toml::Value>>,
    trade_centre: Option<Spanned<toml::Value>>,
    from: Option<Spanned<String>>,
    until: Option<Spanned<String>>,
}

/// Reads an instrument file; `venue` is the one that the feed of the capture belongs to.
///
/// # Errors
/// Not TOML, an unknown or missing key, a duplicate `(venue, symbol)`, another venue, a symbol that is empty, longer
/// than 8 bytes or not printable ASCII, a tick of 0 or out of range, a price that is no decimal of at most 4 places, none or more than 64
/// instruments. The line is named.
pub fn parse(text: &str, venue: &str) -> Result<Vec<Instrument>, InstrumentError> {
    let at = |offset: usize, reason: String| InstrumentError {
        line: 1 + text.as_bytes()[..offset.min(text.len())]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count(),
        offset,
        reason,
    };
    if text.len() > FILE_BYTES_MAX {
        return Err(at(
            FILE_BYTES_MAX,
            format!("the file has {} bytes, expected at most {FILE_BYTES_MAX}", text.len()),
        ));
    }
    let file: File = toml::from_str(text).map_err(|error| {
        at(error.span().map_or(0, |span| span.start), error.message().replace('\n', " "))
    })?;
    let mut found: Vec<(Instrument, usize)> = Vec::new();
    for spanned in &file.instrument {
        let start = spanned.span().start;
        let row = spanned.get_ref();
        let instrument =
            read_row(text, row, venue).map_err(|(offset, reason)| at(offset, reason))?;
        let earlier = found.iter().find(|(other, _)| {
            other.venue == instrument.venue
                && other.symbol == instrument.symbol
                && other.meets(&instrument)
        });
        if let Some((_, first)) = earlier {
            let line = at(*first, String::new()).line;
            let reason = format!(
                "duplicate instrument ({}, {}), first on line {line}",
                instrument.venue,
                instrument.name()
            );
            return Err(at(row.symbol.span().start, reason));
        }
        // The most are carried when one of them begins.
        let fullest = found
            .iter()
            .map(|(one, _)| one)
            .chain([&instrument])
            .map(|one| one.from.unwrap_or(0))
            .filter(|&moment| instrument.carried_at(moment))
            .map(|moment| found.iter().filter(|(one, _)| one.carried_at(moment)).count())
            .max();
        if fullest.is_some_and(|others| others >= SLOTS) {
            return Err(at(
                start,
                format!("more than {SLOTS} instruments at a time, the card has {SLOTS} slots"),
            ));
        }
        found.push((instrument, row.symbol.span().start));
    }
    if found.is_empty() {
        return Err(at(0, "no [[instrument]] in the file".into()));
    }
    Ok(found.into_iter().map(|(instrument, _)| instrument).collect())
}

fn read_row(text: &str, row: &Row, venue: &str) -> Result<Instrument, (usize, String)> {
    if row.venue.get_ref() != venue {
        return Err((
            row.venue.span().start,
            format!("unknown venue {:?}, expected {venue:?}", row.venue.get_ref()),
        ));
    }
    let name = row.symbol.get_ref().trim_end_matches(' ');
    if name.is_empty() || name.len() > 8 {
        let reason = format!("symbol {name:?} has {} bytes, expected 1 to 8", name.len());
        return Err((row.symbol.span().start, reason));
    }
    if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        let reason = format!("symbol {name:?}, expected printable ASCII without spaces");
        return Err((row.symbol.span().start, reason));
    }
    let mut symbol = [b' '; 8];
    symbol[..name.len()].copy_from_slice(name.as_bytes());
    let tick = decimal(text, &row.tick, "tick")?;
    if tick <= 0 || tick >= TICK_LIMIT {
        let reason = format!(
            "tick size is {}, expected 0.0001 to {}",
            price::format(tick),
            price::format(TICK_LIMIT - 1)
        );
        return Err((row.tick.span().start, reason));
    }
    let centre = |own: &Option<Spanned<toml::Value>>, key| {
        let value = own.as_ref().or(row.centre.as_ref());
        value
            .map(|value| on_grid(decimal(text, value, key)?, tick, value.span().start, key))
            .transpose()
    };
    let centres = [
        centre(&row.bid_centre, "bid_centre")?,
        centre(&row.ask_centre, "ask_centre")?,
        centre(&row.trade_centre, "trade_centre")?,
    ];
    let moment = |text: &Option<Spanned<String>>, key| {
        text.as_ref().map(|text| capture_time(text, key)).transpose()
    };
    let (from, until) = (moment(&row.from, "from")?, moment(&row.until, "until")?);
    if let (Some(text), true) = (&row.until, until.is_some_and(|until| until <= from.unwrap_or(0)))
    {
        let reason = "until is not after the beginning, expected a later moment".to_string();
        return Err((text.span().start, reason));
    }
    let centre = [&row.centre, &row.bid_centre, &row.ask_centre, &row.trade_centre]
        .into_iter()
        .flatten()
        .next();
    if let (Some(centre), Some(_)) = (centre, from) {
        let reason =
            "a centre of an instrument with from, expected none: centres are set before the start";
        return Err((centre.span().start, reason.to_string()));
    }
    Ok(Instrument { venue: venue.to_string(), symbol, tick: tick as u32, centres, from, until })
}

/// Nanoseconds since 1970 of an RFC 3339 moment.
fn capture_time(text: &Spanned<String>, key: &str) -> Result<u64, (usize, String)> {
    let parsed = text.get_ref().parse::<jiff::Timestamp>().ok();
    parsed.and_then(|moment| u64::try_from(moment.as_nanosecond()).ok()).ok_or_else(|| {
        let reason = format!(
            "{key} is {:?}, expected a moment from 1970 on with an offset, as in \"2019-01-30T14:30:00.5Z\"",
            text.get_ref()
        );
        (text.span().start, reason)
    })
}

fn on_grid(centre: i64, tick: i64, offset: usize, key: &str) -> Result<i64, (usize, String)> {
    if centre.rem_euclid(tick) == 0 {
        return Ok(centre);
    }
    let (centre, tick) = (price::format(centre), price::format(tick));
    Err((offset, format!("{key} is {centre}, expected a multiple of the tick {tick}")))
}

/// The exact decimal that stands in the text, as a number or as a string.
fn decimal(text: &str, value: &Spanned<toml::Value>, key: &str) -> Result<i64, (usize, String)> {
    let span = value.span();
    let source = match value.get_ref() {
        toml::Value::String(string) => string.as_str(),
        _ => text.get(span.clone()).unwrap_or(""),
    };
    price::parse(source).ok_or_else(|| {
        (span.start, format!("{key} is {source}, expected a decimal number of at most 4 places"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const IEX_VENUE: &str = "IEXG";

    fn error(text: &str) -> String {
        parse(text, IEX_VENUE).expect_err(text).to_string()
    }

    #[test]
    fn a_file_with_centres_is_read_exactly() {
        let text = r#"
            [[instrument]]
            venue = "IEXG"
            symbol = "AIG"
            tick = 0.01
            centre = 49.5
            ask_centre = "49.51"
            [[instrument]]
            venue = "IEXG"
            symbol = "ZVZZT-8C"
            tick = "0.0001"
        "#;
        let found = parse(text, IEX_VENUE).unwrap();
        assert_eq!(found[0].symbol, *b"AIG     ");
        assert_eq!(
            (found[0].tick, found[0].centres),
            (100, [Some(495_000), Some(495_100), Some(495_000)])
        );
        assert_eq!((found[1].tick, found[1].centres), (1, [None; 3]));
        assert_eq!(found[1].name(), "ZVZZT-8C");
    }

    #[test]
    fn each_bad_file_names_its_line() {
        let row = |venue: &str, symbol: &str, tick: &str| {
            format!("[[instrument]]\nvenue = \"{venue}\"\nsymbol = \"{symbol}\"\ntick = {tick}\n")
        };
        let twice = row("IEXG", "A", "1") + &row("IEXG", "A ", "1");
        assert_eq!(
            error(&twice),
            "line 7 (offset 91): duplicate instrument (IEXG, A), first on line 3"
        );
        assert!(error(&row("IEXG", "A", "0"))
            .starts_with("line 4 (offset 50): tick size is 0, expected 0.0001"));
        assert!(error(&row("IEXG", "A", "-1")).contains("tick size is -1"));
        assert!(error(&row("IEXG", "A", "1677.7216")).contains("tick size is 1677.7216"));
        assert!(error(&row("IEXG", "A", "0.00001")).contains("tick is 0.00001, expected a decimal"));
        assert!(
            error(&row("XNAS", "A", "1")).starts_with("line 2 (offset 23): unknown venue \"XNAS\"")
        );
        assert!(error(&row("IEXG", "ABCDEFGHI", "1")).contains("symbol \"ABCDEFGHI\" has 9 bytes"));
        assert!(error(&row("IEXG", "", "1")).contains("symbol \"\" has 0 bytes"));
        for symbol in ["\u{c4}A", "A B", "A\\u0000", " A", "\\t"] {
            assert!(error(&row("IEXG", symbol, "1")).contains("expected printable ASCII"));
        }
        assert!(error("[[instrument]]\nvenue = \"IEXG\"\n").contains("missing field `symbol`"));
        assert!(error(&(row("IEXG", "A", "1") + "color = 1"))
            .contains("line 5 (offset 52): unknown field `color`"));
        assert!(error(&(row("IEXG", "A", "0.02") + "centre = 0.03"))
            .contains("centre is 0.03, expected a multiple of the tick 0.02"));
        assert!(error("x = ").starts_with("line 1"));
        assert_eq!(error(""), "line 1 (offset 0): no [[instrument]] in the file");
        let many: String = (0..65).map(|index| row("IEXG", &format!("S{index}"), "1")).collect();
        assert!(error(&many).contains("more than 64 instruments at a time"));
    }

    #[test]
    fn instruments_that_come_and_go() {
        let row = |symbol: &str, more: &str| {
            format!("[[instrument]]\nvenue = \"IEXG\"\nsymbol = \"{symbol}\"\ntick = 1\n{more}\n")
        };
        let noon = "2019-01-30T12:00:00Z";
        let text = row("A", &format!("until = \"{noon}\""))
            + &row("B", "from = \"2019-01-30T07:00:00.000000001-05:00\"")
            + &row("A", "from = \"2019-01-30T13:00:00Z\"");
        let found = parse(&text, IEX_VENUE).unwrap();
        let noon_ns = 1_548_849_600_000_000_000;
        assert_eq!((found[0].from, found[0].until), (None, Some(noon_ns)));
        assert_eq!((found[1].from, found[1].until), (Some(noon_ns + 1), None));
        assert!(found[0].carried_at(noon_ns - 1) && !found[0].carried_at(noon_ns));
        assert!(error(
            &(row("A", &format!("until = \"{noon}\""))
                + &row("A", "from = \"2019-01-30T11:59:59Z\""))
        )
        .contains("duplicate instrument"));
        for moment in
            ["noon", "12:00:00", "2019-01-30", "2019-01-30T12:00:00", "1969-12-31T23:59:59Z", ""]
        {
            assert!(
                error(&row("A", &format!("from = \"{moment}\"")))
                    .starts_with("line 5 (offset 59): from is"),
                "{moment}"
            );
        }
        assert!(error(&row("A", "from = 3")).starts_with("line 5"));
        assert!(error(&row("A", &format!("from = \"{noon}\"\nuntil = \"{noon}\"")))
            .starts_with("line 6 (offset 90): until is not after the beginning"));
        assert!(error(&row("A", &format!("from = \"{noon}\"\ncentre = 2")))
            .contains("a centre of an instrument with from"));
        let early: String =
            (0..64).map(|n| row(&format!("S{n}"), &format!("until = \"{noon}\""))).collect();
        let late: String =
            (64..128).map(|n| row(&format!("S{n}"), &format!("from = \"{noon}\""))).collect();
        assert_eq!(parse(&(early.clone() + &late), IEX_VENUE).unwrap().len(), 128);
        assert!(error(&(late + &early + &row("X", "from = \"2019-01-30T11:00:00Z\"")))
            .contains("more than 64 instruments at a time"));
    }
}
