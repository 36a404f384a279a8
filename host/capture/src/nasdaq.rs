//! Nasdaq's files of ITCH 5.0 messages: each under its length (2 bytes, big-endian), one behind the other.
//!
//! They hold no packets. Each message is given as the MoldUDP64 packet that would have carried it alone: sequence number
//! by position from 1, stamped with its own time (ns since midnight, 48 bits at offset 5).

use escapement_abi::itch::message_bytes;

/// Group of the packets made, 233.54.12.111.
pub const NASDAQ_FILE_GROUP: u32 = 0xe936_0c6f;
/// UDP port of the packets made.
pub const NASDAQ_FILE_PORT: u16 = 26477;
/// MoldUDP64 session of the packets made.
pub const NASDAQ_FILE_SESSION: &[u8; 10] = b"NASDAQITCH";

/// Bytes of the length in front of each message.
pub(crate) const LENGTH_BYTES: usize = 2;
/// Longest message that is believed; it still fits an Ethernet frame. The longest of ITCH 5.0 has 50 bytes.
pub(crate) const MESSAGE_BYTES_MAX: u32 = 1400;

const ETHERNET_BYTES: usize = 14;
const IP_BYTES: usize = 20;
const UDP_BYTES: usize = 8;
const MOLD_BYTES: usize = 20;
const HEADERS_BYTES: usize = ETHERNET_BYTES + IP_BYTES + UDP_BYTES + MOLD_BYTES;
/// MoldUDP64's count for "no more of this session".
const END_OF_SESSION: u16 = 0xffff;

/// Whether a file with these first bytes is one: a type of ITCH 5.0 behind exactly its length (the first is a system
/// event in every file seen). No capture begins so.
pub(crate) fn starts_a_file(head: &[u8]) -> bool {
    let &[high, low, kind, ..] = head else { return false };
    message_bytes(kind) == Some(usize::from(u16::from_be_bytes([high, low])))
}

/// Makes packets of messages.
pub(crate) struct Packets {
    next_sequence: u64,
    frame: Vec<u8>,
}

impl Packets {
    pub(crate) fn new() -> Self {
        Self { next_sequence: 1, frame: Vec::with_capacity(HEADERS_BYTES + 64) }
    }

    /// The packet made last.
    pub(crate) fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// A packet around one message; around none, the end of the session.
    pub(crate) fn make(&mut self, message: Option<&[u8]>) {
        let blocks = message.map_or(0, |data| LENGTH_BYTES + data.len());
        let udp_length = (UDP_BYTES + MOLD_BYTES + blocks) as u16;
        let frame = &mut self.frame;
        frame.clear();
        let group = NASDAQ_FILE_GROUP.to_be_bytes();
        frame.extend([0x01, 0x00, 0x5e, group[1] & 0x7f, group[2], group[3]]);
        frame.extend([2, 0, 0, 0, 0, 1, 8, 0]);
        let ip_at = frame.len();
        frame.extend([0x45, 0]);
        frame.extend((IP_BYTES as u16 + udp_length).to_be_bytes());
        frame.extend([0, 0, 0x40, 0, 16, 17, 0, 0, 10, 0, 0, 1]);
        frame.extend(group);
        let sum = header_checksum(&frame[ip_at..]);
        frame[ip_at + 10..ip_at + 12].copy_from_slice(&sum.to_be_bytes());
        frame.extend(NASDAQ_FILE_PORT.to_be_bytes());
        frame.extend(NASDAQ_FILE_PORT.to_be_bytes());
        frame.extend(udp_length.to_be_bytes());
        // no UDP checksum
        frame.extend([0, 0]);
        frame.extend(NASDAQ_FILE_SESSION);
        frame.extend(self.next_sequence.to_be_bytes());
        match message {
            Some(data) => {
                frame.extend(1u16.to_be_bytes());
                frame.extend((data.len() as u16).to_be_bytes());
                frame.extend(data);
                self.next_sequence += 1;
            }
            None => frame.extend(END_OF_SESSION.to_be_bytes()),
        }
    }
}

/// The message's own time, ns since midnight; none if it is too short to have one.
pub(crate) fn time_ns(message: &[u8]) -> Option<u64> {
    let time = message.get(5..11)?;
    Some(time.iter().fold(0, |ns, &byte| ns << 8 | u64::from(byte)))
}

fn header_checksum(header: &[u8]) -> u16 {
    let words =
        header.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
