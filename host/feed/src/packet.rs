//! What the card needs of a packet, whatever transport carries it.

use crate::protocol::Transport;

/// A packet header (IEX-TP 1.25, segment header; MoldUDP64 1.00, downstream packet).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketHeader {
    /// 80 bits: the 32 bits of IEX-TP, or the 10 bytes of MoldUDP64 as a big-endian number.
    pub session: u128,
    /// Sequence number of the first block; of the next message when there is none.
    pub first_sequence: u64,
    /// Message blocks in the payload, 0 for a heartbeat and for an end of session.
    pub count: u16,
    /// MoldUDP64: no message of this session will follow.
    pub end_of_session: bool,
    /// IEX-TP: offset of the first payload byte in the session's byte stream; else 0.
    pub stream_offset: u64,
    /// IEX-TP: ns since 1970-01-01 UTC, compared unsigned; else 0.
    pub send_time: u64,
}

impl PacketHeader {
    /// Whether more messages are announced than there are numbers: the one behind the last must be one too.
    #[inline]
    #[must_use]
    pub fn runs_out_of_numbers(&self) -> bool {
        self.first_sequence.checked_add(u64::from(self.count)).is_none()
    }
}

/// How a packet's payload ended.
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
    big_endian: bool,
}

impl<'a> Blocks<'a> {
    /// Splits `payload`, which may be cut short.
    #[must_use]
    pub fn new(transport: Transport, payload: &'a [u8], count: u16) -> Self {
        Self { rest: payload, left: count, big_endian: transport == Transport::MoldUdp64 }
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
        if self.left == 0 {
            return None;
        }
        let (length, rest) = self.rest.split_first_chunk::<2>()?;
        let length = u16::from_le_bytes(*length);
        let length = usize::from(if self.big_endian { length.swap_bytes() } else { length });
        let (data, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        self.left -= 1;
        Some(data)
    }
}

#[cfg(test)]
mod tests {
    use super::{Blocks, BlocksEnd, Transport};

    fn split(payload: &[u8], count: u16) -> (Vec<&[u8]>, BlocksEnd) {
        let mut blocks = Blocks::new(Transport::IexTp, payload, count);
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

    #[test]
    fn each_transport_has_its_byte_order() {
        let payload = [0, 1, b'a', 1, 0];
        let mut mold = Blocks::new(Transport::MoldUdp64, &payload, 2);
        assert_eq!(mold.next(), Some(&b"a"[..]));
        assert_eq!((mold.next(), mold.end()), (None, BlocksEnd::Malformed));
        let mut iex = Blocks::new(Transport::IexTp, &payload, 1);
        assert_eq!((iex.next(), iex.end()), (None, BlocksEnd::Malformed));
    }
}
