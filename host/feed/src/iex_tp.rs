//! IEX-TP 1.25: segment header and message blocks.

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
}

/// How a segment's payload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlocksEnd {
    /// All blocks, and nothing behind them.
    Exact,
    /// Fewer whole blocks than announced.
    Malformed,
    /// All blocks, and bytes behind them.
    Trailing,
}

/// The whole message blocks of a payload, at most as many as announced.
#[derive(Debug, Clone)]
pub struct Blocks<'a> {
    rest: &'a [u8],
    left: u16,
}

impl<'a> Blocks<'a> {
    /// Splits `payload`, which may be cut short.
    #[must_use]
    pub fn new(payload: &'a [u8], message_count: u16) -> Self {
        Self { rest: payload, left: message_count }
    }

    /// How it ended; meaningful once the iterator gave none.
    #[must_use]
    pub fn end(&self) -> BlocksEnd {
        match (self.left, self.rest.is_empty()) {
            (0, true) => BlocksEnd::Exact,
            (0, false) => BlocksEnd::Trailing,
            _ => BlocksEnd::Malformed,
        }
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.left == 0 || self.rest.len() < 2 {
            return None;
        }
        let length = usize::from(u16::from_le_bytes([self.rest[0], self.rest[1]]));
        let data = self.rest.get(2..2 + length)?;
        self.rest = &self.rest[2 + length..];
        self.left -= 1;
        Some(data)
    }
}

#[cfg(test)]
mod tests {
    use super::{Blocks, BlocksEnd};

    fn split(payload: &[u8], count: u16) -> (Vec<&[u8]>, BlocksEnd) {
        let mut blocks = Blocks::new(payload, count);
        let data = blocks.by_ref().collect();
        (data, blocks.end())
    }

    #[test]
    fn whole_blocks_before_a_malformed_one_count() {
        let payload = [1, 0, b'a', 0, 0, 5, 0, b'b'];
        assert_eq!(split(&payload, 3), (vec![&b"a"[..], b""], BlocksEnd::Malformed));
        assert_eq!(split(&payload[..5], 2), (vec![&b"a"[..], b""], BlocksEnd::Exact));
        assert_eq!(split(&payload[..5], 1), (vec![&b"a"[..]], BlocksEnd::Trailing));
        assert_eq!(split(&payload[..4], 2), (vec![&b"a"[..]], BlocksEnd::Malformed));
        assert_eq!(split(&[], 0), (vec![], BlocksEnd::Exact));
    }
}
