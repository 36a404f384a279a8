//! Ethernet, VLAN, IPv4, UDP and the packet header: a frame's disposition and its payload.

use crate::checksum;
use crate::config::Checks;
use crate::iex_tp::SegmentHeader;
use crate::mold_udp64::DownstreamHeader;
use crate::packet::PacketHeader;
use crate::protocol::Transport;
use escapement_abi::FrameDisposition;

/// Longest frame accepted, bytes without check sequence.
pub const MAX_FRAME_BYTES: usize = 2048;

const ETHERNET_BYTES: usize = 14;
const TAG_BYTES: usize = 4;
const UDP_BYTES: usize = 8;
const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_TAGS: [u16; 2] = [0x8100, 0x88a8];
const PROTOCOL_UDP: u8 = 17;
const MORE_FRAGMENTS: u16 = 0x2000;
const FRAGMENT_OFFSET: u16 = 0x1fff;

/// What a frame must match. `None` matches all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameFilter {
    /// What carries the messages.
    pub transport: Transport,
    /// Destination address, 224.0.0.1 = 0xe000_0001.
    pub group: Option<u32>,
    /// UDP destination port.
    pub port: Option<u16>,
    /// Message protocol id (IEX-TP).
    pub protocol: Option<u16>,
    /// Channel id (IEX-TP).
    pub channel: Option<u32>,
    /// Which checksums decide.
    pub checks: Checks,
}

/// A packet whose headers passed every check. Its frame may still be bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Destination address.
    pub group: u32,
    /// UDP destination port.
    pub port: u16,
    /// Message protocol id (IEX-TP, else 0).
    pub protocol: u16,
    /// Channel id (IEX-TP, else 0).
    pub channel: u32,
    /// Packet header.
    pub header: PacketHeader,
    /// The payload as far as the frame holds it.
    pub payload: &'a [u8],
}

/// A frame after all checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What becomes of it.
    pub disposition: FrameDisposition,
    /// Event: its IPv4 header checksum is wrong.
    pub ip_checksum_bad: bool,
    /// Event: its UDP checksum is wrong.
    pub udp_checksum_bad: bool,
    /// Its packet, if the headers passed; present also in a bad frame.
    pub packet: Option<Packet<'a>>,
}

/// Walks through a frame. `fcs_bad` is the MAC's word on it.
#[must_use]
pub fn parse<'a>(bytes: &'a [u8], fcs_bad: bool, filter: &FrameFilter) -> Frame<'a> {
    let seen = &bytes[..bytes.len().min(MAX_FRAME_BYTES)];
    let mut walk = Walk { ip_checksum_bad: false, addresses: &[], datagram_at: 0, udp_length: 0 };
    let headers = walk.headers(seen, filter);
    let mut frame = Frame {
        disposition: FrameDisposition::Ok,
        ip_checksum_bad: walk.ip_checksum_bad,
        udp_checksum_bad: false,
        packet: headers.ok(),
    };
    if fcs_bad || bytes.len() > MAX_FRAME_BYTES {
        frame.ip_checksum_bad = false;
        frame.disposition =
            if fcs_bad { FrameDisposition::BadFcs } else { FrameDisposition::Oversize };
        return frame;
    }
    if let Err(disposition) = headers {
        frame.disposition = disposition;
        return frame;
    }
    let Some(datagram) = seen.get(walk.datagram_at..walk.datagram_at + walk.udp_length) else {
        frame.disposition = FrameDisposition::CutDatagram;
        return frame;
    };
    frame.udp_checksum_bad =
        datagram[6..8] != [0, 0] && !checksum::udp_ok(walk.addresses, datagram);
    if frame.udp_checksum_bad && filter.checks.udp_checksum {
        frame.disposition = FrameDisposition::BadUdpChecksum;
    }
    frame
}

struct Walk<'a> {
    ip_checksum_bad: bool,
    addresses: &'a [u8],
    datagram_at: usize,
    udp_length: usize,
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

impl<'a> Walk<'a> {
    /// Each check when its field has arrived, in the order of the card model's table.
    fn headers(
        &mut self,
        bytes: &'a [u8],
        filter: &FrameFilter,
    ) -> Result<Packet<'a>, FrameDisposition> {
        use FrameDisposition as D;
        let need = |end: usize| if bytes.len() < end { Err(D::ShortFrame) } else { Ok(()) };
        need(ETHERNET_BYTES)?;
        let mut ethertype_at = 12;
        for _ in 0..2 {
            if !ETHERTYPE_TAGS.contains(&be16(bytes, ethertype_at)) {
                break;
            }
            ethertype_at += TAG_BYTES;
            need(ethertype_at + 2)?;
        }
        if be16(bytes, ethertype_at) != ETHERTYPE_IPV4 {
            return Err(D::NotIpv4);
        }

        let ip = ethertype_at + 2;
        need(ip + 20)?;
        let header_bytes = usize::from(bytes[ip] & 0xf) * 4;
        let total_length = usize::from(be16(bytes, ip + 2));
        if bytes[ip] >> 4 != 4 || header_bytes < 20 || total_length < header_bytes {
            return Err(D::BadIpHeader);
        }
        let udp = ip + header_bytes;
        need(udp)?;
        self.ip_checksum_bad = !checksum::ipv4_header_ok(&bytes[ip..udp]);
        if self.ip_checksum_bad && filter.checks.ip_checksum {
            return Err(D::BadIpChecksum);
        }
        if be16(bytes, ip + 6) & (MORE_FRAGMENTS | FRAGMENT_OFFSET) != 0 {
            return Err(D::Fragment);
        }
        if bytes[ip + 9] != PROTOCOL_UDP {
            return Err(D::NotUdp);
        }
        let group =
            u32::from_be_bytes([bytes[ip + 16], bytes[ip + 17], bytes[ip + 18], bytes[ip + 19]]);
        if filter.group.is_some_and(|wanted| wanted != group) {
            return Err(D::WrongGroup);
        }

        need(udp + UDP_BYTES)?;
        let port = be16(bytes, udp + 2);
        if filter.port.is_some_and(|wanted| wanted != port) {
            return Err(D::WrongPort);
        }
        let udp_length = usize::from(be16(bytes, udp + 4));
        if udp_length < UDP_BYTES || udp_length > total_length - header_bytes {
            return Err(D::BadUdpLength);
        }
        let payload_length = udp_length - UDP_BYTES;
        let header_bytes = filter.transport.header_bytes();
        if payload_length < header_bytes {
            return Err(D::TransportShort);
        }

        let datagram = bytes.get(udp + UDP_BYTES..).ok_or(D::CutDatagram)?;
        let (protocol, channel, header) = match filter.transport {
            Transport::IexTp => {
                let header = datagram.first_chunk().ok_or(D::CutDatagram)?;
                iex_tp(&SegmentHeader::parse(header), payload_length - header_bytes, filter)?
            }
            Transport::MoldUdp64 => {
                let header = datagram.first_chunk().ok_or(D::CutDatagram)?;
                let header = DownstreamHeader::parse(header);
                if header.is_empty() && payload_length != header_bytes {
                    return Err(D::TransportLength);
                }
                (0, 0, header.packet())
            }
        };
        if header.runs_out_of_numbers() {
            return Err(D::TransportLength);
        }
        self.addresses = &bytes[ip + 12..ip + 20];
        self.datagram_at = udp;
        self.udp_length = udp_length;
        let payload = &datagram[header_bytes..datagram.len().min(payload_length)];
        Ok(Packet { group, port, protocol, channel, header, payload })
    }
}

/// The checks of an IEX-TP segment header: message protocol, channel, and what else is in it.
fn iex_tp(
    header: &SegmentHeader,
    payload_length: usize,
    filter: &FrameFilter,
) -> Result<(u16, u32, PacketHeader), FrameDisposition> {
    use FrameDisposition as D;
    if header.version != 1 {
        return Err(D::TransportVersion);
    }
    if filter.protocol.is_some_and(|wanted| wanted != header.protocol) {
        return Err(D::WrongProtocol);
    }
    if filter.channel.is_some_and(|wanted| wanted != header.channel) {
        return Err(D::WrongChannel);
    }
    if usize::from(header.payload_length) != payload_length {
        return Err(D::TransportLength);
    }
    Ok((header.protocol, header.channel, header.packet()))
}
