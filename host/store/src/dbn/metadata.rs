//! The metadata in front of the records (DBN version 3).

use std::io;

/// Bytes of a symbol and of the dataset's name, their closing 0 included.
const SYMBOL_BYTES: usize = 71;
const DATASET_BYTES: usize = 16;
const RESERVED_BYTES: usize = 53;
/// `schema` of a stream of several schemas.
const SCHEMA_MIXED: u16 = u16::MAX;
const STYPE_INSTRUMENT_ID: u8 = 0;
const STYPE_RAW_SYMBOL: u8 = 1;

/// The feed, in Databento's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feed {
    /// Dataset, such as `XNAS.ITCH`: at most 15 bytes of ASCII.
    pub dataset: &'static str,
    /// Databento's number of the publisher; 0 = it has none.
    pub publisher_id: u16,
}

/// An instrument's number in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Symbol, ASCII.
    pub symbol: String,
    /// Number in the records, from 1.
    pub instrument_id: u32,
}

/// Time that the file spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First moment, ns since 1970-01-01 UTC.
    pub start_ns: u64,
    /// One past the last moment.
    pub end_ns: u64,
    /// First day of the mappings (UTC), as the number YYYYMMDD.
    pub first_day: u32,
    /// The day after their last, as the number YYYYMMDD.
    pub end_day: u32,
}

/// The bytes of the metadata.
pub(super) fn encode(feed: &Feed, span: &Span, mappings: &[Mapping]) -> io::Result<Vec<u8>> {
    let mut body = Vec::with_capacity(256 + 300 * mappings.len());
    text(&mut body, feed.dataset, DATASET_BYTES)?;
    body.extend(SCHEMA_MIXED.to_le_bytes());
    body.extend(span.start_ns.to_le_bytes());
    body.extend(span.end_ns.to_le_bytes());
    body.extend(0u64.to_le_bytes()); // no limit
    body.extend([STYPE_RAW_SYMBOL, STYPE_INSTRUMENT_ID, 0]);
    body.extend((SYMBOL_BYTES as u16).to_le_bytes());
    body.extend([0; RESERVED_BYTES]);
    count(&mut body, 0); // length of a schema definition
    count(&mut body, mappings.len());
    for one in mappings {
        text(&mut body, &one.symbol, SYMBOL_BYTES)?;
    }
    count(&mut body, 0); // partly resolved
    count(&mut body, 0); // not found
    count(&mut body, mappings.len());
    for one in mappings {
        text(&mut body, &one.symbol, SYMBOL_BYTES)?;
        count(&mut body, 1);
        body.extend(span.first_day.to_le_bytes());
        body.extend(span.end_day.to_le_bytes());
        text(&mut body, &one.instrument_id.to_string(), SYMBOL_BYTES)?;
    }
    // records behind it stay aligned
    body.resize(body.len().next_multiple_of(8), 0);
    let mut bytes = b"DBN\x03".to_vec();
    count(&mut bytes, body.len());
    bytes.append(&mut body);
    Ok(bytes)
}

fn count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend((count as u32).to_le_bytes());
}

fn text(bytes: &mut Vec<u8>, text: &str, length: usize) -> io::Result<()> {
    if !text.is_ascii() || text.len() >= length {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{text:?} does not fit DBN: expected ASCII of less than {length} bytes"),
        ));
    }
    bytes.extend(text.bytes());
    bytes.resize(bytes.len() + length - text.len(), 0);
    Ok(())
}
