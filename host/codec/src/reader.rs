//! Lines to entries, strictly: only the one form that the writer gives is legal.

mod body;
mod control;
mod item;
mod tick;

use crate::error::LineError;
use crate::format::{self, offset};
use crate::proven_line::check_crc;
use crate::recent::places_of;
use crate::running::Clock;

pub use body::BodyReader;
pub use item::{LineItem, LinePrice, LineTick};

/// A line whose CRC and header are right; iterates over its entries.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Low 32 bits of the line's number.
    pub line_seq: u32,
    /// Hardware time of the first entry, ns.
    pub hw_time: u64,
    /// Message index of the first entry, low 40 bits.
    pub msg_index: u64,
    /// Feed id.
    pub feed: u8,
    /// By how much card time is ahead of feed time, about.
    pub clock: Clock,
    entries: BodyReader<'a, { places_of(format::size::BODY) }>,
}

impl Iterator for Line<'_> {
    type Item = Result<LineItem, LineError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next()
    }
}

/// Low 32 bits of a line's number, without any check: what a reader polls.
#[must_use]
pub fn line_seq(line: &[u8; format::LINE_BYTES]) -> u32 {
    u32::from_le_bytes([line[0], line[1], line[2], line[3]])
}

/// Checks CRC and header of a line and gives its entries, each checked as it is read.
#[inline]
pub fn decode_line(line: &[u8; format::LINE_BYTES]) -> Result<Line<'_>, LineError> {
    check_crc(line)?;
    read_header(line)
}

/// The same of a line whose CRC is right.
#[inline]
pub(crate) fn read_header(line: &[u8; format::LINE_BYTES]) -> Result<Line<'_>, LineError> {
    let version = line[offset::VERSION_FLAGS] >> 4;
    if version != format::VERSION {
        return Err(LineError::Version(version));
    }
    let flags = line[offset::VERSION_FLAGS] & 0xf;
    if flags != 0 {
        return Err(LineError::Flags(flags));
    }
    let hw_time = word(line, offset::HW_TIME, format::size::HW_TIME);
    let msg_index = word(line, offset::MSG_INDEX, format::size::MSG_INDEX);
    let body = &line[offset::BODY..offset::BODY + format::size::BODY];
    let clock = Clock::from_bits(word(line, offset::CLOCK, format::size::CLOCK) as u32);
    if body[0] == 0 {
        return Err(LineError::Empty);
    }
    Ok(Line {
        line_seq: line_seq(line),
        hw_time,
        msg_index,
        feed: line[offset::FEED],
        clock,
        entries: BodyReader::new(body, hw_time, msg_index, clock),
    })
}

#[inline]
fn word(line: &[u8; format::LINE_BYTES], at: usize, bytes: usize) -> u64 {
    let mut word = [0u8; 8];
    word[..bytes].copy_from_slice(&line[at..at + bytes]);
    u64::from_le_bytes(word)
}
