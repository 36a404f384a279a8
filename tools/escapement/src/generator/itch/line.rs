//! A multicast line: packets to frames, with what a network does to them.

use std::io;
use std::ops::Range;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::packets::Sent;
use crate::generator::segment::checksum;

/// Groups of lines A and B; the port is the same.
pub const GROUPS: [[u8; 4]; 2] = [[233, 54, 12, 111], [233, 49, 196, 111]];
/// UDP port of both lines.
pub const PORT: u16 = 26_477;

/// Wire time of a byte at 10 Gbit/s, in tenths of a nanosecond.
const BYTE_TENTH_NS: u64 = 8;

/// What happens on a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trouble {
    /// Rate of packets lost, 0 to 1.
    pub loss: f64,
    /// Rate of packets that come twice.
    pub duplicates: f64,
    /// Rate of packets that come behind the next one.
    pub reorder: f64,
    /// Packets come up to this much later, ns.
    pub skew_ns: u64,
    /// Nothing comes in this time, ns since the first packet of the feed.
    pub dead_ns: Option<Range<u64>>,
}

/// What was done to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineMade {
    /// Frames written.
    pub packets: u64,
    /// Packets lost, those of its dead time among them.
    pub lost: u64,
    /// Packets that came twice.
    pub duplicated: u64,
    /// Packets that came behind the next one.
    pub reordered: u64,
}

/// One line of a feed.
pub(super) struct Line {
    group: [u8; 4],
    trouble: Trouble,
    random: Xoshiro256PlusPlus,
    /// Payload that the next packet overtakes.
    overtaken: Option<Vec<u8>>,
    began_ns: Option<u64>,
    stamp_ns: u64,
    ip_id: u16,
    frame: Vec<u8>,
    made: LineMade,
}

impl Line {
    /// Line A (0) or B (1).
    pub(super) fn new(number: usize, seed: u64, trouble: Trouble) -> Self {
        Self {
            group: GROUPS[number % GROUPS.len()],
            trouble,
            random: Xoshiro256PlusPlus::seed_from_u64(seed ^ (0x1111 * (number as u64 + 1))),
            overtaken: None,
            began_ns: None,
            stamp_ns: 0,
            ip_id: 0,
            frame: Vec::with_capacity(2_048),
            made: LineMade::default(),
        }
    }

    pub(super) fn made(&self) -> LineMade {
        self.made
    }

    /// Carries a packet; `emit` is given frames in order of their stamps.
    pub(super) fn carry(
        &mut self,
        sent: Sent<'_>,
        emit: &mut impl FnMut(u64, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let since_start = sent.time_ns - *self.began_ns.get_or_insert(sent.time_ns);
        // drawn for every packet, so that one setting does not move the dice of another
        let dice: [f64; 3] = std::array::from_fn(|_| self.draw());
        let delay_ns = self.random.random_range(0..=self.trouble.skew_ns);
        let is_dead = self.trouble.dead_ns.as_ref().is_some_and(|dead| dead.contains(&since_start));
        if is_dead || dice[0] < self.trouble.loss {
            self.made.lost += 1;
            return Ok(());
        }
        let time_ns = sent.time_ns + delay_ns;
        if dice[1] < self.trouble.reorder && self.overtaken.is_none() {
            self.made.reordered += 1;
            self.overtaken = Some(sent.payload.to_vec());
            return Ok(());
        }
        let copies = 1 + u32::from(dice[2] < self.trouble.duplicates);
        self.made.duplicated += u64::from(copies - 1);
        for _ in 0..copies {
            self.send(time_ns, sent.payload, emit)?;
        }
        match self.overtaken.take() {
            Some(payload) => self.send(time_ns, &payload, emit),
            None => Ok(()),
        }
    }

    /// Lets go of a packet that nothing came behind.
    pub(super) fn finish(
        &mut self,
        emit: &mut impl FnMut(u64, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        match self.overtaken.take() {
            Some(payload) => self.send(self.stamp_ns, &payload, emit),
            None => Ok(()),
        }
    }

    fn draw(&mut self) -> f64 {
        f64::from(self.random.random::<u32>()) / 4_294_967_296.0
    }

    fn send(
        &mut self,
        time_ns: u64,
        payload: &[u8],
        emit: &mut impl FnMut(u64, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.build(payload);
        // preamble, FCS and gap are on the wire too; the stamp is that of the frame's end
        let wire_ns = (self.frame.len().max(60) as u64 + 24) * BYTE_TENTH_NS / 10;
        self.stamp_ns = time_ns.max(self.stamp_ns + wire_ns);
        self.ip_id = self.ip_id.wrapping_add(1);
        self.made.packets += 1;
        emit(self.stamp_ns, &self.frame)
    }

    fn build(&mut self, payload: &[u8]) {
        let udp_bytes = (8 + payload.len()) as u16;
        let (group, frame) = (self.group, &mut self.frame);
        frame.clear();
        frame.extend([0x01, 0x00, 0x5e, group[1] & 0x7f, group[2], group[3]]);
        frame.extend([0x02, 0x45, 0x53, 0x43, 0x41, 0x50, 0x08, 0x00]);
        frame.extend([0x45, 0x00]);
        frame.extend((20 + udp_bytes).to_be_bytes());
        frame.extend(self.ip_id.to_be_bytes());
        frame.extend([0x40, 0x00, 0x10, 17, 0, 0, 192, 0, 2, 1]);
        frame.extend(group);
        let ip_sum = checksum(0, &frame[14..34]);
        frame[24..26].copy_from_slice(&ip_sum.to_be_bytes());
        frame.extend(PORT.to_be_bytes());
        frame.extend(PORT.to_be_bytes());
        frame.extend(udp_bytes.to_be_bytes());
        frame.extend([0, 0]);
        frame.extend(payload);
        let addresses = frame[26..34]
            .chunks_exact(2)
            .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
            .sum::<u32>();
        let udp_sum = checksum(u32::from(udp_bytes) + 17 + addresses, &frame[34..]);
        // RFC 768: a sum of zero is sent as all ones
        let udp_sum = if udp_sum == 0 { 0xffff } else { udp_sum };
        frame[40..42].copy_from_slice(&udp_sum.to_be_bytes());
    }
}
