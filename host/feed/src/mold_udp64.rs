//! MoldUDP64 1.00: the header of a downstream packet.

use crate::packet::PacketHeader;

/// Bytes of the packet header.
pub const HEADER_BYTES: usize = 20;
/// Message count of an end-of-session packet.
pub const END_OF_SESSION: u16 = 0xffff;

/// The 20-byte header (MoldUDP64 1.00, "Downstream packet").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownstreamHeader {
    /// Session, ASCII.
    pub session: [u8; 10],
    /// Sequence number of the first block; of the next message in a packet without any.
    pub sequence: u64,
    /// Message blocks; 0 is a heartbeat, 0xFFFF the end of the session.
    pub count: u16,
}

impl DownstreamHeader {
    /// Reads the fields; says nothing about their sense.
    #[inline]
    #[must_use]
    pub fn parse(bytes: &[u8; HEADER_BYTES]) -> Self {
        let mut session = [0; 10];
        session.copy_from_slice(&bytes[..10]);
        let mut sequence = [0; 8];
        sequence.copy_from_slice(&bytes[10..18]);
        Self {
            session,
            sequence: u64::from_be_bytes(sequence),
            count: u16::from_be_bytes([bytes[18], bytes[19]]),
        }
    }

    /// Whether it is a heartbeat or an end of session, which have no blocks.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.count, 0 | END_OF_SESSION)
    }

    /// What the stages behind it need.
    #[inline]
    #[must_use]
    pub fn packet(&self) -> PacketHeader {
        let mut session = [0; 16];
        session[6..].copy_from_slice(&self.session);
        PacketHeader {
            session: u128::from_be_bytes(session),
            first_sequence: self.sequence,
            count: if self.is_empty() { 0 } else { self.count },
            end_of_session: self.count == END_OF_SESSION,
            stream_offset: 0,
            send_time: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DownstreamHeader;

    #[test]
    fn the_header_is_big_endian_and_two_counts_mean_no_block() {
        let mut bytes = *b"000010059B\0\0\0\0\0\0\x01\x02\0\x26";
        let header = DownstreamHeader::parse(&bytes);
        assert_eq!((&header.session, header.sequence, header.count), (b"000010059B", 258, 38));
        let packet = header.packet();
        assert_eq!(packet.session, 0x3030_3030_3130_3035_3942);
        assert_eq!((packet.first_sequence, packet.count, packet.end_of_session), (258, 38, false));
        bytes[18..].fill(0xff);
        let packet = DownstreamHeader::parse(&bytes).packet();
        assert_eq!((packet.count, packet.end_of_session), (0, true));
        bytes[18..].fill(0);
        let packet = DownstreamHeader::parse(&bytes).packet();
        assert_eq!((packet.count, packet.end_of_session), (0, false));
    }
}
