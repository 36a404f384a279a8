//! Entries to lines: the golden packer.

mod control;
mod tick;

use core::fmt;

use crate::crc32c::crc32c;
use crate::entry::Entry;
use crate::format::{self, offset};
use crate::layout::INDEX_MASK;
use crate::nibbles::{Body, Scratch};
use crate::recent::places_of;
use crate::running::{Clock, Running};

/// Why an entry was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PushError {
    /// The entry does not fit behind those already stored. Finish the line, then push it again: an entry always fits
    /// into an empty body of a line.
    LineFull,
    /// A field has a value that the format has no place for (slot above 0xfff, side of a trade above 15).
    Unrepresentable,
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LineFull => "the line is full",
            Self::Unrepresentable => "the entry has a field that the line format cannot hold",
        })
    }
}

impl core::error::Error for PushError {}

/// Packs entries into a body of `N` bytes with places for `P` slots ([`places_of`]): 38 and 7 for a line, more for a link
/// frame.
///
/// Entries must come in the card's order: between two prices of the same slot and kind that hold the same code under
/// different centres stands the recentre entry.
#[derive(Debug, Clone)]
pub struct BodyWriter<const N: usize, const P: usize> {
    body: Body<N>,
    clock: Clock,
    /// Nibbles that may be used.
    limit: usize,
    count: usize,
    first_hw_time: u64,
    first_index: u64,
    running: Running<P>,
}

impl<const N: usize, const P: usize> BodyWriter<N, P> {
    /// An empty body, whose header has this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        const { assert!(P >= places_of(N), "each slot that a body can name needs a place") };
        const {
            assert!(
                N >= format::size::BODY,
                "a line's body holds any single entry, a shorter one does not"
            )
        };
        Self {
            body: Body::new(),
            clock,
            limit: 2 * N,
            count: 0,
            first_hw_time: 0,
            first_index: 0,
            running: Running::at(0, 0, clock),
        }
    }

    /// An empty body of which only so many bytes may be used, those of a line at least and `N` at most.
    #[must_use]
    pub fn with_limit(clock: Clock, bytes: usize) -> Self {
        Self { limit: 2 * bytes.clamp(format::size::BODY, N), ..Self::new(clock) }
    }

    /// The clock, for the header.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Entries stored.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// True while nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Nibbles used.
    #[must_use]
    pub fn nibbles(&self) -> usize {
        self.body.len()
    }

    /// The packed bytes; behind the entries they are zero.
    #[must_use]
    pub fn body(&self) -> &[u8; N] {
        self.body.bytes()
    }

    /// Hardware time of the first entry, for the header.
    #[must_use]
    pub fn first_hw_time(&self) -> u64 {
        self.first_hw_time
    }

    /// Message index of the first entry modulo 2^40, for the header.
    #[must_use]
    pub fn first_index(&self) -> u64 {
        self.first_index
    }

    /// Stores one entry, or says why not and leaves the body as it was.
    #[inline]
    pub fn push(&mut self, entry: &Entry) -> Result<(), PushError> {
        let first = self.count == 0;
        let (hw_time, msg_index) = (entry.hw_time(), entry.msg_index() & INDEX_MASK);
        if first {
            self.running.restart(hw_time, msg_index, self.clock);
        }
        let mut out = Scratch::new();
        let left = self.limit - self.body.len();
        match entry {
            Entry::Tick(entry) => {
                let fits = |out: &Scratch| out.len() <= left;
                tick::encode_tick(entry, first, &mut self.running, &mut out, fits)?;
            }
            entry => {
                control::encode_control(entry, &self.running, &mut out)?;
                if out.len() > left {
                    return Err(PushError::LineFull);
                }
                self.running.pass_control(entry);
            }
        }
        if first {
            self.first_hw_time = hw_time;
            self.first_index = msg_index;
        }
        self.body.append(&out);
        self.count += 1;
        Ok(())
    }

    /// Forgets all entries.
    #[inline]
    pub fn clear(&mut self) {
        // What entries lean on begins with the first one.
        self.body = Body::new();
        self.count = 0;
        self.first_hw_time = 0;
        self.first_index = 0;
    }
}

/// Packs entries into 64-byte lines.
///
/// ```
/// use escapement_codec::{decode_line, Clock, Entry, LineItem, LineWriter};
///
/// let entry = Entry::Heartbeat { hw_time: 5, next_index: 0, next_seq: 1 };
/// let mut writer = LineWriter::new(Clock::default());
/// writer.push(&entry).unwrap();
/// let line = writer.finish(0, 7);
/// let mut items = decode_line(&line).unwrap();
/// assert_eq!(items.next(), Some(Ok(LineItem::Control(entry))));
/// ```
#[derive(Debug, Clone)]
pub struct LineWriter {
    body: BodyWriter<{ format::size::BODY }, { places_of(format::size::BODY) }>,
}

impl LineWriter {
    /// An empty line. All lines will have this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { body: BodyWriter::new(clock) }
    }

    /// Entries stored.
    #[must_use]
    pub fn count(&self) -> usize {
        self.body.count()
    }

    /// True while nothing is stored; an empty line must not be finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Stores one entry; [`PushError::LineFull`] asks to finish first.
    #[inline]
    pub fn push(&mut self, entry: &Entry) -> Result<(), PushError> {
        self.body.push(entry)
    }

    /// Closes the line and starts the next one. `line_seq` is the low 32 bits of the line's number.
    ///
    /// # Panics
    /// If nothing was pushed: a line is never empty.
    pub fn finish(&mut self, line_seq: u32, feed: u8) -> [u8; format::LINE_BYTES] {
        assert!(!self.is_empty(), "a line holds at least one entry");
        let mut line = [0u8; format::LINE_BYTES];
        line[offset::LINE_SEQ..offset::LINE_SEQ + 4].copy_from_slice(&line_seq.to_le_bytes());
        line[offset::HW_TIME..offset::HW_TIME + 8]
            .copy_from_slice(&self.body.first_hw_time().to_le_bytes());
        line[offset::MSG_INDEX..offset::MSG_INDEX + 5]
            .copy_from_slice(&self.body.first_index().to_le_bytes()[..5]);
        line[offset::VERSION_FLAGS] = format::VERSION << 4;
        line[offset::FEED] = feed;
        line[offset::CLOCK..offset::CLOCK + format::size::CLOCK]
            .copy_from_slice(&self.body.clock().bits().to_le_bytes()[..format::size::CLOCK]);
        line[offset::BODY..offset::BODY + format::size::BODY].copy_from_slice(self.body.body());
        let crc = crc32c(&line[..offset::CRC]);
        line[offset::CRC..].copy_from_slice(&crc.to_le_bytes());
        self.body.clear();
        line
    }
}
