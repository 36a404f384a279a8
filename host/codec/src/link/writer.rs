//! Entries to link frames: the golden link writer.

use super::{FRAME_BYTES_MAX, FRAME_OVERHEAD, PLACES};
use crate::crc32c::crc32c;
use crate::entry::Entry;
use crate::format::{self, link_offset, link_size};
use crate::layout::INDEX_MASK;
use crate::running::Clock;
use crate::writer::{BodyWriter, PushError};

/// Packs entries into the frames of one stream.
///
/// ```
/// use escapement_codec::link::{FrameWriter, LinkFrame, FRAME_BYTES_MAX};
/// use escapement_codec::{Clock, Entry, LineItem};
///
/// let entry = Entry::Restart { hw_time: 5, next_index: 0, session: 1 };
/// let mut writer = FrameWriter::new(1, 0x77, Clock::default(), 1_400);
/// writer.push(&entry).unwrap();
/// let mut bytes = [0; FRAME_BYTES_MAX];
/// let length = writer.finish(9, &mut bytes);
/// let frame = LinkFrame::check(&bytes[..length]).unwrap();
/// assert_eq!((frame.frame_seq, frame.sent(), frame.ticks), (0, Some(9), 0));
/// assert_eq!(frame.entries().next(), Some(Ok(LineItem::Control(entry))));
/// ```
#[derive(Debug, Clone)]
pub struct FrameWriter {
    body: BodyWriter<{ link_size::BODY }, PLACES>,
    feed: u8,
    stream: u16,
    frame_seq: u32,
    /// In the frames before, and in the one in hand.
    ticks: u32,
    ticks_in_hand: u32,
}

impl FrameWriter {
    /// The first frame of a stream, none longer than `payload_max` bytes (74 at least, [`FRAME_BYTES_MAX`] at most).
    #[must_use]
    pub fn new(feed: u8, stream: u16, clock: Clock, payload_max: usize) -> Self {
        let body = BodyWriter::with_limit(clock, payload_max.saturating_sub(FRAME_OVERHEAD));
        Self { body, feed, stream, frame_seq: 0, ticks: 0, ticks_in_hand: 0 }
    }

    /// Nothing is in hand.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Entries in hand.
    #[must_use]
    pub fn count(&self) -> usize {
        self.body.count()
    }

    /// Stores one entry; [`PushError::LineFull`] asks to finish first.
    ///
    /// # Errors
    /// As [`BodyWriter::push`].
    #[inline]
    pub fn push(&mut self, entry: &Entry) -> Result<(), PushError> {
        self.body.push(entry)?;
        self.ticks_in_hand += u32::from(matches!(entry, Entry::Tick(_)));
        Ok(())
    }

    /// Writes the frame in hand, sent at `now` (card time, ns), and begins the next one. Returns its length.
    ///
    /// # Panics
    /// If nothing was pushed: [`FrameWriter::heartbeat`] makes a frame of nothing.
    pub fn finish(&mut self, now: u64, out: &mut [u8; FRAME_BYTES_MAX]) -> usize {
        assert!(!self.is_empty(), "a frame of no entry is a heartbeat");
        let used = self.body.nibbles().div_ceil(2);
        let body = link_offset::BODY..link_offset::BODY + used;
        out[body].copy_from_slice(&self.body.body()[..used]);
        let (hw_time, msg_index) = (self.body.first_hw_time(), self.body.first_index());
        let length = self.seal(hw_time, now, msg_index, used, out);
        self.ticks = self.ticks.wrapping_add(self.ticks_in_hand);
        self.ticks_in_hand = 0;
        self.body.clear();
        length
    }

    /// Writes a frame of no entry: the stream is alive at `now` (card time, ns), and the next message has this index. What is
    /// in hand stays there, so finish it first. Returns the frame's length.
    pub fn heartbeat(
        &mut self,
        now: u64,
        next_index: u64,
        out: &mut [u8; FRAME_BYTES_MAX],
    ) -> usize {
        self.seal(now, now, next_index & INDEX_MASK, 0, out)
    }

    fn seal(
        &mut self,
        hw_time: u64,
        now: u64,
        msg_index: u64,
        body_bytes: usize,
        out: &mut [u8; FRAME_BYTES_MAX],
    ) -> usize {
        let delay = u32::try_from(now.saturating_sub(hw_time)).unwrap_or(super::SEND_DELAY_LONG);
        let mut put = |at: usize, bytes: usize, value: u64| {
            out[at..at + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
        };
        let version = u64::from(format::VERSION) << 4;
        put(link_offset::VERSION_FLAGS, link_size::VERSION_FLAGS, version);
        put(link_offset::FEED, link_size::FEED, self.feed.into());
        put(link_offset::STREAM, link_size::STREAM, self.stream.into());
        put(link_offset::FRAME_SEQ, link_size::FRAME_SEQ, self.frame_seq.into());
        put(link_offset::HW_TIME, link_size::HW_TIME, hw_time);
        put(link_offset::SEND_DELAY, link_size::SEND_DELAY, delay.into());
        put(link_offset::MSG_INDEX, link_size::MSG_INDEX, msg_index);
        put(link_offset::CLOCK, link_size::CLOCK, self.body.clock().bits().into());
        put(link_offset::TICKS, link_size::TICKS, self.ticks.into());
        let end = link_offset::BODY + body_bytes;
        let crc = crc32c(&out[..end]);
        out[end..end + link_size::CRC].copy_from_slice(&crc.to_le_bytes());
        self.frame_seq = self.frame_seq.wrapping_add(1);
        end + link_size::CRC
    }
}
