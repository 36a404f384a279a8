//! Link frames, checked and read.

use core::fmt;

use super::{FRAME_BYTES_MAX, FRAME_OVERHEAD, PLACES, SEND_DELAY_LONG};
use crate::crc32c::crc32c;
use crate::format::{self, link_offset, link_size};
use crate::reader::BodyReader;
use crate::running::Clock;

/// Why a datagram is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkError {
    /// Shorter or longer than any frame: its bytes.
    Length(usize),
    /// Cut or corrupt: the CRC does not match.
    Crc {
        /// CRC in the frame.
        stored: u32,
        /// CRC of its bytes.
        computed: u32,
    },
    /// Another format version.
    Version(u8),
    /// Flags that this version does not know.
    Flags(u8),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(bytes) => {
                write!(f, "{bytes} bytes, a link frame has {FRAME_OVERHEAD} to {FRAME_BYTES_MAX}")
            }
            Self::Crc { stored, computed } => {
                write!(f, "frame CRC is {stored:#010x}, its bytes give {computed:#010x}")
            }
            Self::Version(found) => {
                write!(f, "frame of version {found}, this reader knows {}", format::VERSION)
            }
            Self::Flags(found) => write!(f, "frame flags {found:#x} are not known"),
        }
    }
}

impl core::error::Error for LinkError {}

/// A frame whose CRC and version are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkFrame<'a> {
    /// Feed id.
    pub feed: u8,
    /// Run of the sender.
    pub stream: u16,
    /// Number in the stream, modulo 2^32.
    pub frame_seq: u32,
    /// Hardware time of the first entry, ns; of a heartbeat when it was sent.
    pub hw_time: u64,
    /// ns from there to the sending, or [`SEND_DELAY_LONG`].
    pub send_delay: u32,
    /// Message index of the first entry, low 40 bits; of a heartbeat that of the next message.
    pub msg_index: u64,
    /// By how much card time is ahead of feed time, about.
    pub clock: Clock,
    /// Ticks in earlier frames of the stream, modulo 2^32.
    pub ticks: u32,
    body: &'a [u8],
}

impl<'a> LinkFrame<'a> {
    /// Takes the payload of a datagram for a frame, if it is one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(payload: &'a [u8]) -> Result<Self, LinkError> {
        if !(FRAME_OVERHEAD..=FRAME_BYTES_MAX).contains(&payload.len()) {
            return Err(LinkError::Length(payload.len()));
        }
        let (covered, crc) = payload.split_at(payload.len() - link_size::CRC);
        let field = |at: usize, bytes: usize| word(&covered[at..at + bytes]);
        let (stored, computed) = (word(crc) as u32, crc32c(covered));
        if stored != computed {
            return Err(LinkError::Crc { stored, computed });
        }
        let version = covered[link_offset::VERSION_FLAGS];
        if version >> 4 != format::VERSION {
            return Err(LinkError::Version(version >> 4));
        }
        if version & 0xf != 0 {
            return Err(LinkError::Flags(version & 0xf));
        }
        Ok(Self {
            feed: covered[link_offset::FEED],
            stream: field(link_offset::STREAM, link_size::STREAM) as u16,
            frame_seq: field(link_offset::FRAME_SEQ, link_size::FRAME_SEQ) as u32,
            hw_time: field(link_offset::HW_TIME, link_size::HW_TIME),
            send_delay: field(link_offset::SEND_DELAY, link_size::SEND_DELAY) as u32,
            msg_index: field(link_offset::MSG_INDEX, link_size::MSG_INDEX),
            clock: Clock::from_bits(field(link_offset::CLOCK, link_size::CLOCK) as u32),
            ticks: field(link_offset::TICKS, link_size::TICKS) as u32,
            body: &covered[link_offset::BODY..],
        })
    }

    /// No entry is in it.
    #[must_use]
    pub fn is_heartbeat(&self) -> bool {
        self.body.is_empty()
    }

    /// Card time when it was sent, ns; none if it lay longer than the header can say.
    #[must_use]
    pub fn sent(&self) -> Option<u64> {
        let known = self.send_delay != SEND_DELAY_LONG;
        known.then(|| self.hw_time.wrapping_add(self.send_delay.into()))
    }

    /// Its entries, each checked as it is read.
    #[must_use]
    pub fn entries(&self) -> BodyReader<'a, PLACES> {
        BodyReader::new(self.body, self.hw_time, self.msg_index, self.clock)
    }
}

/// A little-endian number of at most 8 bytes.
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}
