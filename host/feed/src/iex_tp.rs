//! IEX-TP 1.25: the segment header.

use crate::packet::PacketHeader;

/// Bytes of the segment header.
pub const HEADER_BYTES: usize = 40;

/// The 40-byte segment header (IEX-TP 1.25, "Outbound segment").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Transport version, 1.
    pub version: u8,
    /// Which message layout follows.
    pub protocol: u16,
    /// Stream of sequenced messages.
    pub channel: u32,
    /// Session.
    pub session: u32,
    /// Bytes behind the header.
    pub payload_length: u16,
    /// Message blocks in the payload; 0 is a heartbeat.
    pub message_count: u16,
    /// Offset of the first payload byte in the session's byte stream.
    pub stream_offset: u64,
    /// Sequence number of the first block, of the next message in a heartbeat.
    pub first_sequence: u64,
    /// ns since 1970-01-01 UTC, compared unsigned.
    pub send_time: u64,
}

impl SegmentHeader {
    /// Reads the fields; says nothing about their sense.
    #[inline]
    #[must_use]
    pub fn parse(bytes: &[u8; HEADER_BYTES]) -> Self {
        let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let u32_at = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
        Self {
            version: bytes[0],
            protocol: u16_at(2),
            channel: u32_at(4),
            session: u32_at(8),
            payload_length: u16_at(12),
            message_count: u16_at(14),
            stream_offset: u64_at(16),
            first_sequence: u64_at(24),
            send_time: u64_at(32),
        }
    }

    /// What the stages behind it need.
    #[inline]
    #[must_use]
    pub fn packet(&self) -> PacketHeader {
        PacketHeader {
            session: u128::from(self.session),
            first_sequence: self.first_sequence,
            count: self.message_count,
            end_of_session: false,
            stream_offset: self.stream_offset,
            send_time: self.send_time,
        }
    }
}
