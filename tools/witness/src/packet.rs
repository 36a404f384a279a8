//! MoldUDP64 downstream packets (MoldUDP64 1.00).

/// Bytes of the packet header.
const HEADER_BYTES: usize = 20;
/// Message count of a packet that ends the session.
const END_OF_SESSION: u16 = 0xffff;

/// A downstream packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The session's name.
    pub session: [u8; 10],
    /// Sequence of the first message; of the next one to be sent if there is none.
    pub sequence: u64,
    /// Messages told by the header; 0 in a heartbeat and at the end of a session.
    pub count: u16,
    /// The packet ends its session.
    pub ends_session: bool,
    blocks: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads the header. None if the payload is no packet: too short, or bytes behind a heartbeat or end of session.
    #[must_use]
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        let (header, blocks) = payload.split_at_checked(HEADER_BYTES)?;
        let count = u16::from_be_bytes([header[18], header[19]]);
        let is_special = count == 0 || count == END_OF_SESSION;
        if is_special && !blocks.is_empty() {
            return None;
        }
        Some(Self {
            session: header[..10].try_into().ok()?,
            sequence: u64::from_be_bytes(header[10..18].try_into().ok()?),
            count: if is_special { 0 } else { count },
            ends_session: count == END_OF_SESSION,
            blocks,
        })
    }

    /// The messages that are whole; a block that runs past the packet ends it.
    pub fn messages(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut rest = self.blocks;
        (0..self.count).map_while(move |_| {
            let (length, behind) = rest.split_first_chunk::<2>()?;
            let (data, next) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            rest = next;
            Some(data)
        })
    }

    /// The blocks fill the packet exactly, as in every packet of a sane sender.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let mut whole = 0;
        let bytes: usize = self.messages().inspect(|_| whole += 1).map(|data| data.len() + 2).sum();
        whole == self.count && bytes == self.blocks.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(count: u16, blocks: &[u8]) -> Vec<u8> {
        let mut payload = b"SESSION001".to_vec();
        payload.extend(7u64.to_be_bytes());
        payload.extend(count.to_be_bytes());
        payload.extend(blocks);
        payload
    }

    #[test]
    fn messages_up_to_the_first_that_is_not_whole() {
        let payload = packet(4, &[0, 1, b'a', 0, 0, 0, 2, b'b', b'c', 0, 2, b'd']);
        let found = Packet::parse(&payload).unwrap();
        let messages: Vec<_> = found.messages().collect();
        assert_eq!(messages, [&b"a"[..], b"", b"bc"]);
        assert!(!found.is_exact());
        let payload = packet(1, &[0, 1, b'a', 9]);
        assert_eq!(
            Packet::parse(&payload).unwrap().messages().count(),
            1,
            "bytes behind are ignored"
        );
        assert!(!Packet::parse(&payload).unwrap().is_exact());
    }

    #[test]
    fn special_packets_have_no_blocks() {
        for (count, ends) in [(0, false), (0xffff, true)] {
            let payload = packet(count, &[]);
            let found = Packet::parse(&payload).unwrap();
            assert_eq!((found.sequence, found.count, found.ends_session), (7, 0, ends));
            assert_eq!(Packet::parse(&packet(count, &[0])), None);
        }
        assert_eq!(Packet::parse(&packet(0, &[])[..19]), None);
    }
}
