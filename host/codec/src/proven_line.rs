//! A line whose CRC was checked, so that nobody behind checks it again.

use crate::crc32c::crc32c;
use crate::error::LineError;
use crate::format::{self, offset};
use crate::reader::{read_header, Line};

/// The 64 bytes of a line whose CRC is right. [`ProvenLine::check`] is the only way to one, and the bytes cannot be
/// changed, so what holds one need not check again.
///
/// ```
/// use escapement_codec::{Clock, Entry, LineError, LineItem, LineWriter, ProvenLine};
///
/// let entry = Entry::Heartbeat { hw_time: 5, next_index: 0, next_seq: 1 };
/// let mut writer = LineWriter::new(Clock::default());
/// writer.push(&entry).unwrap();
/// let mut bytes = writer.finish(0, 7);
/// let line = ProvenLine::check(bytes).unwrap();
/// assert_eq!(line.decode().unwrap().next(), Some(Ok(LineItem::Control(entry))));
/// bytes[30] ^= 1;
/// assert!(matches!(ProvenLine::check(bytes), Err(LineError::Crc { .. })));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvenLine([u8; format::LINE_BYTES]);

impl ProvenLine {
    /// Takes the bytes if their CRC is right.
    ///
    /// # Errors
    /// [`LineError::Crc`], with both numbers.
    #[inline]
    pub fn check(bytes: [u8; format::LINE_BYTES]) -> Result<Self, LineError> {
        check_crc(&bytes)?;
        Ok(Self(bytes))
    }

    /// The bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8; format::LINE_BYTES] {
        &self.0
    }

    /// Checks the header and gives the entries, each checked as it is read.
    ///
    /// # Errors
    /// Of another version, with unknown flags, or empty.
    #[inline]
    pub fn decode(&self) -> Result<Line<'_>, LineError> {
        read_header(&self.0)
    }
}

/// Whether the last four bytes are the CRC of those before.
#[inline]
pub(crate) fn check_crc(line: &[u8; format::LINE_BYTES]) -> Result<(), LineError> {
    let (covered, stored) = line.split_at(offset::CRC);
    let mut word = [0; format::size::CRC];
    word.copy_from_slice(stored);
    let (stored, computed) = (u32::from_le_bytes(word), crc32c(covered));
    if stored == computed {
        Ok(())
    } else {
        Err(LineError::Crc { stored, computed })
    }
}
