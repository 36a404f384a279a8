//! What a tick file says of itself: captures, feed, time, and the numbers of instruments.

use std::collections::HashMap;

use escapement_abi::registers::expected;
use escapement_feed::Protocol;
use escapement_store::{Feed, Mapping, Source, Span};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::settings::Prepared;
use crate::instruments::{symbol_name, Instrument};

/// Where ticks come from.
pub(crate) struct TickOrigin {
    names: String,
    abi: String,
    pub(crate) feed: Feed,
    pub(crate) span: Span,
    /// Every instrument that is ever carried, numbered from 1.
    pub(crate) mappings: Vec<Mapping>,
    ids: HashMap<[u8; 8], u32>,
}

impl TickOrigin {
    pub(crate) fn new(prepared: &Prepared) -> Self {
        let names: Vec<String> =
            prepared.captures.iter().map(|path| path.display().to_string()).collect();
        let mut origin = Self {
            names: names.join(";"),
            abi: format!("{}.{}", expected::ABI_MAJOR, expected::ABI_MINOR),
            feed: feed(prepared.protocol),
            span: span(prepared.survey.first_ns, prepared.survey.last_ns),
            mappings: Vec::new(),
            ids: HashMap::new(),
        };
        let later = prepared.changes.iter().map(|change| &change.instrument);
        for one in prepared.instruments.iter().chain(later) {
            let next = origin.mappings.len() as u32 + 1;
            origin.ids.entry(one.symbol).or_insert_with(|| {
                let symbol = symbol_name(&one.symbol);
                origin.mappings.push(Mapping { symbol, instrument_id: next });
                next
            });
        }
        origin
    }

    /// What the metadata of Parquet says.
    pub(crate) fn source(&self) -> Source<'_> {
        Source { names: &self.names, abi: &self.abi }
    }

    /// An instrument's number; the venue is that of the feed, so the symbol names it.
    pub(crate) fn id(&self, one: &Instrument) -> Option<u32> {
        self.ids.get(&one.symbol).copied()
    }
}

/// The feed in Databento's terms; it has no DEEP.
fn feed(protocol: Protocol) -> Feed {
    let (dataset, publisher_id) = match protocol {
        Protocol::Itch => ("XNAS.ITCH", 2),
        Protocol::Tops => ("IEXG.TOPS", 38),
        Protocol::Deep => ("IEXG.DEEP", 0),
    };
    Feed { dataset, publisher_id }
}

/// From the first stamp of the captures to the last, in whole days for the mappings.
fn span(first_ns: Option<u64>, last_ns: Option<u64>) -> Span {
    let start_ns = first_ns.unwrap_or(0);
    let end_ns = last_ns.unwrap_or(start_ns).max(start_ns).saturating_add(1);
    Span { start_ns, end_ns, first_day: day(start_ns, 0), end_day: day(end_ns, 1) }
}

/// The UTC day of a moment, or days later, as the number YYYYMMDD.
fn day(moment_ns: u64, later: i32) -> u32 {
    let date = Timestamp::from_nanosecond(i128::from(moment_ns))
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(TimeZone::UTC)
        .date();
    let date = date.checked_add(later.days()).unwrap_or(date);
    (i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mappings_cover_every_day_of_the_captures() {
        // 2012-06-21T13:30Z to the first moment of 2012-06-23
        let found = span(Some(1_340_285_400_000_000_000), Some(1_340_409_600_000_000_000));
        assert_eq!((found.first_day, found.end_day), (20_120_621, 20_120_624));
        assert_eq!(found.end_ns, 1_340_409_600_000_000_001);
        assert_eq!(span(None, None).first_day, 19_700_101);
    }
}
