//! Building frames: what the seeds and the transport target wrap their payloads in.

/// Group that the targets listen to.
pub const GROUP: u32 = 0xe9d7_1503;
/// Port that the targets listen to.
pub const PORT: u16 = 10_377;

fn folded_sum(words: impl Iterator<Item = u16>) -> u16 {
    let mut sum: u32 = words.map(u32::from).sum();
    while sum >> 16 != 0 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// An Ethernet, IPv4 and UDP frame to [`GROUP`] around `payload` (at most 1,900 bytes), headers right, no UDP checksum.
#[must_use]
pub fn udp_frame(payload: &[u8]) -> Vec<u8> {
    udp_frame_to(GROUP, payload)
}

/// The same to another group.
#[must_use]
pub fn udp_frame_to(group: u32, payload: &[u8]) -> Vec<u8> {
    let udp_length = (8 + payload.len()) as u16;
    let mut ip = vec![0x45, 0];
    ip.extend_from_slice(&(20 + udp_length).to_be_bytes());
    ip.extend_from_slice(&[0, 0, 0x40, 0, 8, 17, 0, 0, 10, 0, 0, 1]);
    ip.extend_from_slice(&group.to_be_bytes());
    let words = ip.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let checksum = !folded_sum(words);
    ip[10..12].copy_from_slice(&checksum.to_be_bytes());

    let mut frame = vec![1, 0, 0x5e, 0x57, 0x15, 3, 2, 0, 0, 0, 0, 1, 8, 0];
    frame.extend_from_slice(&ip);
    frame.extend_from_slice(&40_000u16.to_be_bytes());
    frame.extend_from_slice(&PORT.to_be_bytes());
    frame.extend_from_slice(&udp_length.to_be_bytes());
    frame.extend_from_slice(&[0, 0]);
    frame.extend_from_slice(payload);
    frame
}

/// Group of line B.
pub const GROUP_B: u32 = 0xe9d7_1504;

/// A downstream packet (MoldUDP64 1.00) of these messages.
#[must_use]
pub fn downstream_packet(session: &[u8; 10], first: u64, messages: &[Vec<u8>]) -> Vec<u8> {
    let mut packet = session.to_vec();
    packet.extend_from_slice(&first.to_be_bytes());
    packet.extend_from_slice(&(messages.len() as u16).to_be_bytes());
    for message in messages {
        packet.extend_from_slice(&(message.len() as u16).to_be_bytes());
        packet.extend_from_slice(message);
    }
    packet
}

/// A segment header (IEX-TP 1.25) for `payload_length` bytes of blocks.
#[must_use]
pub fn segment_header(
    protocol: u16,
    session: u32,
    payload_length: u16,
    count: u16,
    offset: i64,
    first: i64,
    send_time: i64,
) -> Vec<u8> {
    let mut header = vec![1, 0];
    header.extend_from_slice(&protocol.to_le_bytes());
    header.extend_from_slice(&1u32.to_le_bytes());
    header.extend_from_slice(&session.to_le_bytes());
    header.extend_from_slice(&payload_length.to_le_bytes());
    header.extend_from_slice(&count.to_le_bytes());
    for field in [offset, first, send_time] {
        header.extend_from_slice(&field.to_le_bytes());
    }
    header
}
