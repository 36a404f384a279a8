//! Messages to datagrams: IEX-TP segments with sequence and stream offset, UDP, IPv4 and Ethernet around them.

use std::io;

use super::message::Message;
use super::Feed;

/// Multicast group of generated captures.
pub const GROUP: [u8; 4] = [233, 215, 21, 3];
/// UDP port of generated captures.
pub const PORT: u16 = 10_377;

const SOURCE: [u8; 4] = [23, 226, 155, 131];
/// Largest segment payload: a 1,500-byte IP packet less IP, UDP and segment headers.
const PAYLOAD_BYTES_MAX: usize = 1_500 - 20 - 8 - 40;
/// A segment leaves when its first message is this old.
const SEGMENT_AGE_NS: u64 = 20_000;
/// From a segment's last message to its capture.
const FLIGHT_NS: u64 = 5_000;
/// A silent feed sends a heartbeat each second.
const HEARTBEAT_NS: u64 = 1_000_000_000;
/// Wire time of a byte at 10 Gbit/s, in tenths of a nanosecond.
const BYTE_TENTH_NS: u64 = 8;

/// Gathers messages and emits frames.
pub struct Segmenter {
    protocol: u16,
    session: u32,
    sequence: u64,
    stream_offset: u64,
    payload: Vec<u8>,
    count: u16,
    first_ns: u64,
    last_ns: u64,
    sent_ns: Option<u64>,
    stamp_ns: u64,
    ip_id: u16,
    frame: Vec<u8>,
}

impl Segmenter {
    /// A new session.
    #[must_use]
    pub fn new(feed: Feed, seed: u64) -> Self {
        Self {
            protocol: match feed {
                Feed::Tops => 0x8003,
                Feed::Deep => 0x8004,
            },
            session: 0x4a00_0000 | (seed as u32 & 0x00ff_ffff),
            sequence: 1,
            stream_offset: 0,
            payload: Vec::with_capacity(PAYLOAD_BYTES_MAX),
            count: 0,
            first_ns: 0,
            last_ns: 0,
            sent_ns: None,
            stamp_ns: 0,
            ip_id: 0,
            frame: Vec::with_capacity(2_048),
        }
    }

    /// Adds a message; emits the frames that must leave before it, heartbeats of a silent feed among them.
    ///
    /// # Errors
    /// What `emit` returns.
    pub fn push(
        &mut self,
        message: &Message,
        mut emit: impl FnMut(u64, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.sent_ns.is_none() {
            self.send(message.time_ns.saturating_sub(HEARTBEAT_NS), &mut emit)?;
        }
        let is_full = self.payload.len() + 2 + message.data.len() > PAYLOAD_BYTES_MAX;
        if self.count > 0 && (is_full || message.time_ns > self.first_ns + SEGMENT_AGE_NS) {
            self.send(self.last_ns, &mut emit)?;
        }
        while let Some(sent) =
            self.sent_ns.filter(|sent| self.count == 0 && sent + HEARTBEAT_NS < message.time_ns)
        {
            self.send(sent + HEARTBEAT_NS, &mut emit)?;
        }
        if self.count == 0 {
            self.first_ns = message.time_ns;
        }
        self.last_ns = message.time_ns.max(self.last_ns);
        self.payload.extend((message.data.len() as u16).to_le_bytes());
        self.payload.extend(&message.data);
        self.count += 1;
        Ok(())
    }

    /// Emits what is left and a last heartbeat.
    ///
    /// # Errors
    /// What `emit` returns.
    pub fn finish(&mut self, mut emit: impl FnMut(u64, &[u8]) -> io::Result<()>) -> io::Result<()> {
        if self.count > 0 {
            self.send(self.last_ns, &mut emit)?;
        }
        self.send(self.last_ns + HEARTBEAT_NS, &mut emit)
    }

    fn send(
        &mut self,
        time_ns: u64,
        emit: &mut impl FnMut(u64, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.build(time_ns);
        let wire_ns = (self.frame.len() as u64 + 24) * BYTE_TENTH_NS / 10;
        self.stamp_ns = (time_ns + FLIGHT_NS).max(self.stamp_ns + wire_ns);
        emit(self.stamp_ns, &self.frame)?;
        self.sequence += u64::from(self.count);
        self.stream_offset += self.payload.len() as u64;
        self.payload.clear();
        self.count = 0;
        self.sent_ns = Some(time_ns);
        self.ip_id = self.ip_id.wrapping_add(1);
        Ok(())
    }

    fn build(&mut self, time_ns: u64) {
        let udp_bytes = (8 + 40 + self.payload.len()) as u16;
        let frame = &mut self.frame;
        frame.clear();
        frame.extend([0x01, 0x00, 0x5e, GROUP[1] & 0x7f, GROUP[2], GROUP[3]]);
        frame.extend([0x02, 0x45, 0x53, 0x43, 0x41, 0x50, 0x08, 0x00]);
        frame.extend([0x45, 0x00]);
        frame.extend((20 + udp_bytes).to_be_bytes());
        frame.extend(self.ip_id.to_be_bytes());
        frame.extend([0x40, 0x00, 0x10, 17, 0, 0]);
        frame.extend(SOURCE);
        frame.extend(GROUP);
        let ip_sum = checksum(0, &frame[14..34]);
        frame[24..26].copy_from_slice(&ip_sum.to_be_bytes());
        frame.extend(PORT.to_be_bytes());
        frame.extend(PORT.to_be_bytes());
        frame.extend(udp_bytes.to_be_bytes());
        frame.extend([0, 0]);
        frame.extend([1, 0]);
        frame.extend(self.protocol.to_le_bytes());
        frame.extend(1u32.to_le_bytes());
        frame.extend(self.session.to_le_bytes());
        frame.extend((self.payload.len() as u16).to_le_bytes());
        frame.extend(self.count.to_le_bytes());
        frame.extend(self.stream_offset.to_le_bytes());
        frame.extend(self.sequence.to_le_bytes());
        frame.extend(time_ns.to_le_bytes());
        frame.extend(&self.payload);
        let pseudo_header = u32::from(udp_bytes) + 17;
        let addresses = frame[26..34]
            .chunks_exact(2)
            .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
            .sum::<u32>();
        let udp_sum = checksum(pseudo_header + addresses, &frame[34..]);
        // RFC 768: a sum of zero is sent as all ones
        let udp_sum = if udp_sum == 0 { 0xffff } else { udp_sum };
        frame[40..42].copy_from_slice(&udp_sum.to_be_bytes());
    }
}

/// Internet checksum (RFC 1071) over `bytes`, starting from `sum`.
pub(super) fn checksum(mut sum: u32, bytes: &[u8]) -> u16 {
    for pair in bytes.chunks(2) {
        sum += u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
