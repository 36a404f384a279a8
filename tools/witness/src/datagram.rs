//! Ethernet frame to UDP datagram (IEEE 802.3, 802.1Q, RFC 791, RFC 768).

use std::net::Ipv4Addr;

/// Where a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    /// IPv4 destination.
    pub address: Ipv4Addr,
    /// UDP destination port.
    pub port: u16,
}

/// A whole UDP datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Where it goes.
    pub destination: Destination,
    /// What it carries.
    pub payload: &'a [u8],
}

impl<'a> Datagram<'a> {
    /// Finds the datagram in a frame. None for anything else, and for what counts as lost: fragments, frames cut
    /// short, a wrong IP header checksum (a wrong UDP checksum does not count).
    #[must_use]
    pub fn in_frame(frame: &'a [u8]) -> Option<Self> {
        let mut at = 12;
        for _ in 0..2 {
            if matches!(be16(frame, at)?, 0x8100 | 0x88a8) {
                at += 4;
            }
        }
        if be16(frame, at)? != 0x0800 {
            return None;
        }
        let packet = frame.get(at + 2..)?;
        let first = *packet.first()?;
        let header_bytes = usize::from(first & 0xf) * 4;
        let total_bytes = usize::from(be16(packet, 2)?);
        let header = packet.get(..header_bytes)?;
        let is_fragment = be16(packet, 6)? & 0x3fff != 0;
        if first >> 4 != 4 || header_bytes < 20 || total_bytes < header_bytes || is_fragment {
            return None;
        }
        if header[9] != 17 || !sums_to_all_ones(header) {
            return None;
        }
        let udp = &packet[header_bytes..];
        let udp_bytes = usize::from(be16(udp, 4)?);
        if udp_bytes < 8 || udp_bytes > total_bytes - header_bytes {
            return None;
        }
        let destination = Destination {
            address: Ipv4Addr::new(header[16], header[17], header[18], header[19]),
            port: be16(udp, 2)?,
        };
        Some(Self { destination, payload: udp.get(8..udp_bytes)? })
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
}

/// RFC 1071 over an IPv4 header, whose length is even.
fn sums_to_all_ones(header: &[u8]) -> bool {
    let sum: u32 =
        header.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    (sum & 0xffff) + (sum >> 16) == 0xffff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Vec<u8> {
        let mut frame = vec![0; 12];
        frame.extend([8, 0, 0x45, 0, 0, 31, 0, 0, 0, 0, 1, 17, 0, 0, 10, 0, 0, 1, 233, 1, 2, 3]);
        let sum: u32 = frame[14..34]
            .chunks_exact(2)
            .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
            .sum();
        let sum = !(((sum & 0xffff) + (sum >> 16)) as u16);
        frame[24..26].copy_from_slice(&sum.to_be_bytes());
        frame.extend([0, 9, 0x67, 0x6d, 0, 11, 0, 0, 1, 2, 3, 0xee, 0xee]);
        frame
    }

    #[test]
    fn a_datagram_is_found_behind_no_one_or_two_tags() {
        let mut frame = frame();
        for _ in 0..3 {
            let found = Datagram::in_frame(&frame).unwrap();
            assert_eq!(found.payload, [1, 2, 3], "padding behind the datagram is none of it");
            assert_eq!(found.destination.address, Ipv4Addr::new(233, 1, 2, 3));
            assert_eq!(found.destination.port, 26_477);
            frame.splice(12..12, [0x81, 0, 0, 5]);
        }
        assert_eq!(Datagram::in_frame(&frame), None, "three tags");
    }

    #[test]
    fn what_is_cut_or_wrong_is_no_datagram() {
        let whole = frame();
        for length in 0..whole.len() - 2 {
            assert_eq!(Datagram::in_frame(&whole[..length]), None, "{length} bytes");
        }
        for (byte, value) in
            [(12, 9), (14, 0x55), (20, 0x20), (23, 6), (24, 0x99), (39, 7), (39, 12)]
        {
            let mut frame = whole.clone();
            frame[byte] = value;
            assert_eq!(Datagram::in_frame(&frame), None, "byte {byte} = {value:#x}");
        }
    }
}
