//! MoldUDP64 1.00 packets: requests, and what answers them. Big-endian.

/// Bytes of the header; a request has no more.
pub const HEADER_BYTES: usize = 20;
/// Count of a packet that ends its session.
pub const END_OF_SESSION: u16 = 0xffff;
/// Most messages that a packet can carry and a request can ask for.
pub const COUNT_MAX: u16 = 0xfffe;

/// Session, sequence and count: the head of a downstream packet, all of a request packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Session.
    pub session: [u8; 10],
    /// Sequence of the first message told or wanted.
    pub sequence: u64,
    /// Messages told or wanted; 0 and [`END_OF_SESSION`] are special downstream.
    pub count: u16,
}

impl Header {
    /// The 20 bytes.
    ///
    /// ```
    /// use escapement_recovery::mold::Header;
    /// let wanted = Header { session: *b"000010059B", sequence: 7, count: 3 };
    /// assert_eq!(&wanted.encode(), b"000010059B\0\0\0\0\0\0\0\x07\0\x03");
    /// ```
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..10].copy_from_slice(&self.session);
        bytes[10..18].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[18..].copy_from_slice(&self.count.to_be_bytes());
        bytes
    }

    /// Reads a header and what follows it.
    #[must_use]
    pub fn split(packet: &[u8]) -> Option<(Self, &[u8])> {
        let (head, rest) = packet.split_first_chunk::<HEADER_BYTES>()?;
        let mut session = [0; 10];
        session.copy_from_slice(&head[..10]);
        let mut sequence = [0; 8];
        sequence.copy_from_slice(&head[10..18]);
        let count = u16::from_be_bytes([head[18], head[19]]);
        Some((Self { session, sequence: u64::from_be_bytes(sequence), count }, rest))
    }
}

/// The message blocks behind a header. Ends early at a block that is not whole.
#[derive(Debug, Clone)]
pub struct Blocks<'a> {
    rest: &'a [u8],
    left: u16,
}

impl<'a> Blocks<'a> {
    /// Blocks of a downstream packet; none in a heartbeat or end of session.
    #[must_use]
    pub fn new(header: &Header, rest: &'a [u8]) -> Self {
        Self { rest, left: if header.count == END_OF_SESSION { 0 } else { header.count } }
    }

    /// The blocks fill the packet exactly and all are whole.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let mut all = self.clone();
        let whole = all.by_ref().count();
        whole == usize::from(self.left) && all.rest.is_empty()
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.left == 0 {
            return None;
        }
        let (length, behind) = self.rest.split_first_chunk::<2>()?;
        let (data, rest) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        self.left -= 1;
        self.rest = rest;
        Some(data)
    }
}
