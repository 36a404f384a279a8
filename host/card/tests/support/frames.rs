//! Ethernet frames with IEX-TP segments, built from the specification.

use super::{GROUP, PORT};

/// A frame that owns its bytes.
#[derive(Debug, Clone)]
pub struct OwnedFrame {
    pub bytes: Vec<u8>,
    pub stamp_ns: u64,
    pub fcs_bad: bool,
}

impl OwnedFrame {
    pub fn as_frame(&self) -> escapement_card::Frame<'_> {
        escapement_card::Frame {
            line: escapement_card::Line::A,
            bytes: &self.bytes,
            stamp_ns: self.stamp_ns,
            fcs_bad: self.fcs_bad,
        }
    }
}

/// IEX-TP segment header fields that tests choose.
#[derive(Debug, Clone, Copy)]
pub struct Segment {
    pub protocol: u16,
    pub session: u32,
    pub offset: u64,
    pub first_sequence: u64,
    pub send_time: u64,
}

/// One UDP datagram to the group: header and message blocks.
pub fn datagram(segment: &Segment, messages: &[Vec<u8>]) -> Vec<u8> {
    let mut payload = Vec::new();
    for message in messages {
        payload.extend_from_slice(&(message.len() as u16).to_le_bytes());
        payload.extend_from_slice(message);
    }
    let mut out = vec![1, 0];
    out.extend_from_slice(&segment.protocol.to_le_bytes());
    out.extend_from_slice(&1u32.to_le_bytes());
    out.extend_from_slice(&segment.session.to_le_bytes());
    out.extend_from_slice(&(payload.len() as u16).to_le_bytes());
    out.extend_from_slice(&(messages.len() as u16).to_le_bytes());
    out.extend_from_slice(&segment.offset.to_le_bytes());
    out.extend_from_slice(&segment.first_sequence.to_le_bytes());
    out.extend_from_slice(&segment.send_time.to_le_bytes());
    out.extend_from_slice(&payload);
    out
}

/// Ethernet, `tags` VLAN tags, IPv4, UDP around `payload`, padded to 60 bytes.
pub fn ethernet(payload: &[u8], tags: usize) -> Vec<u8> {
    let group = GROUP.octets();
    let mut frame = vec![0x01, 0x00, 0x5e, group[1] & 0x7f, group[2], group[3]];
    frame.extend_from_slice(&[2, 0, 0, 0, 0, 1]);
    for tag in 0..tags {
        frame.extend_from_slice(if tag == 0 && tags == 2 { &[0x88, 0xa8] } else { &[0x81, 0] });
        frame.extend_from_slice(&[0, 42]);
    }
    frame.extend_from_slice(&[8, 0]);
    let ip_at = frame.len();
    let total = (28 + payload.len()) as u16;
    frame.extend_from_slice(&[0x45, 0]);
    frame.extend_from_slice(&total.to_be_bytes());
    frame.extend_from_slice(&[0, 0, 0x40, 0, 16, 17, 0, 0, 10, 0, 0, 1]);
    frame.extend_from_slice(&group);
    let sum = checksum(&frame[ip_at..]);
    frame[ip_at + 10..ip_at + 12].copy_from_slice(&sum.to_be_bytes());
    frame.extend_from_slice(&12345u16.to_be_bytes());
    frame.extend_from_slice(&PORT.to_be_bytes());
    frame.extend_from_slice(&(8 + payload.len() as u16).to_be_bytes());
    frame.extend_from_slice(&[0, 0]);
    frame.extend_from_slice(payload);
    if frame.len() < 60 {
        frame.resize(60, 0);
    }
    frame
}

fn checksum(header: &[u8]) -> u16 {
    let mut sum: u32 =
        header.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
