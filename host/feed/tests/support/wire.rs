//! Frames made byte by byte, each field open to be wrong.

use escapement_feed::{checksum, CardConfig, Feed, Instrument, Protocol, Symbol, Transport};

/// 224.2.3.10, a feed's group.
pub const GROUP: u32 = 0xe002_030a;
/// A feed's port.
pub const PORT: u16 = 16648;

/// The fields of a frame; the rest follows from them.
#[derive(Debug, Clone)]
pub struct FrameMaker {
    pub transport: Transport,
    pub tags: Vec<u16>,
    pub ethertype: u16,
    pub version_ihl: u8,
    pub options: usize,
    pub option_byte: u8,
    pub total_length: Option<u16>,
    pub fragment: u16,
    pub protocol: u8,
    pub bad_ip_checksum: bool,
    pub group: u32,
    pub port: u16,
    pub udp_length: Option<u16>,
    pub udp_checksum: UdpChecksum,
    pub transport_version: u8,
    pub message_protocol: u16,
    pub channel: u32,
    pub session: u32,
    pub payload_length: Option<u16>,
    pub count: Option<u16>,
    pub offset: u64,
    pub first: u64,
    pub send_time: u64,
    pub messages: Vec<Vec<u8>>,
    pub trailing: usize,
    pub padding: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UdpChecksum {
    None,
    Right,
    Wrong,
}

impl FrameMaker {
    pub fn new(protocol: Protocol, first: u64, messages: Vec<Vec<u8>>) -> Self {
        Self {
            transport: protocol.transport(),
            tags: vec![],
            ethertype: 0x0800,
            version_ihl: 0x45,
            options: 0,
            option_byte: 1,
            total_length: None,
            fragment: 0x4000,
            protocol: 17,
            bad_ip_checksum: false,
            group: GROUP,
            port: PORT,
            udp_length: None,
            udp_checksum: UdpChecksum::None,
            transport_version: 1,
            message_protocol: protocol.id(),
            channel: 1,
            session: 7,
            payload_length: None,
            count: None,
            offset: 1000 * (first - first.min(1)),
            first,
            send_time: 1_000 + first,
            messages,
            trailing: 0,
            padding: 0,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let segment = match self.transport {
            Transport::IexTp => self.segment(),
            Transport::MoldUdp64 => self.downstream_packet(),
        };
        let mut udp = vec![0x12, 0x34];
        udp.extend(self.port.to_be_bytes());
        udp.extend(self.udp_length.unwrap_or(segment.len() as u16 + 8).to_be_bytes());
        udp.extend([0, 0]);
        udp.extend(segment);
        let source = [10u8, 1, 2, 3];
        if self.udp_checksum != UdpChecksum::None {
            let mut all = Vec::from(source);
            all.extend(self.group.to_be_bytes());
            all.extend([0, 17]);
            all.extend((udp.len() as u16).to_be_bytes());
            all.extend(&udp);
            let right = match !checksum::sum(&all) {
                0 => 0xffff,
                sum => sum,
            };
            let value =
                if self.udp_checksum == UdpChecksum::Right { right } else { right ^ 0x0100 };
            udp[6..8].copy_from_slice(&value.to_be_bytes());
        }

        let header_bytes = 20 + self.options;
        let mut ip = vec![self.version_ihl + (self.options / 4) as u8, 0];
        ip.extend(self.total_length.unwrap_or((header_bytes + udp.len()) as u16).to_be_bytes());
        ip.extend([0, 1]);
        ip.extend(self.fragment.to_be_bytes());
        ip.extend([64, self.protocol, 0, 0]);
        ip.extend(source);
        ip.extend(self.group.to_be_bytes());
        ip.extend(std::iter::repeat_n(self.option_byte, self.options));
        let right = !checksum::sum(&ip) ^ u16::from(self.bad_ip_checksum);
        ip[10..12].copy_from_slice(&right.to_be_bytes());

        let mut frame = vec![1, 0, 0x5e, 2, 3, 10, 2, 0, 0, 0, 0, 1];
        for tag in &self.tags {
            frame.extend(tag.to_be_bytes());
            frame.extend([0, 5]);
        }
        frame.extend(self.ethertype.to_be_bytes());
        frame.extend(ip);
        frame.extend(udp);
        frame.extend(std::iter::repeat_n(0, self.padding));
        frame
    }
}

impl FrameMaker {
    fn blocks(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        for message in &self.messages {
            let length = message.len() as u16;
            payload.extend(match self.transport {
                Transport::IexTp => length.to_le_bytes(),
                Transport::MoldUdp64 => length.to_be_bytes(),
            });
            payload.extend(message);
        }
        payload.extend(std::iter::repeat_n(0xee, self.trailing));
        payload
    }

    fn segment(&self) -> Vec<u8> {
        let payload = self.blocks();
        let mut segment = vec![self.transport_version, 0];
        segment.extend(self.message_protocol.to_le_bytes());
        segment.extend(self.channel.to_le_bytes());
        segment.extend(self.session.to_le_bytes());
        segment.extend(self.payload_length.unwrap_or(payload.len() as u16).to_le_bytes());
        segment.extend(self.count.unwrap_or(self.messages.len() as u16).to_le_bytes());
        segment.extend(self.offset.to_le_bytes());
        segment.extend(self.first.to_le_bytes());
        segment.extend(self.send_time.to_le_bytes());
        segment.extend(payload);
        segment
    }

    fn downstream_packet(&self) -> Vec<u8> {
        let mut packet = format!("{:010}", self.session).into_bytes();
        packet.extend(self.first.to_be_bytes());
        packet.extend(self.count.unwrap_or(self.messages.len() as u16).to_be_bytes());
        packet.extend(self.blocks());
        packet
    }
}

/// The made-up feed.
pub fn feed(protocol: Protocol) -> Feed {
    let channel = u32::from(protocol.transport() == Transport::IexTp);
    Feed { group: GROUP, port: PORT, protocol, channel }
}

/// Symbol of a short name.
pub fn symbol(name: &str) -> Symbol {
    Symbol::new(name).unwrap()
}

/// A card with A on slot 0 and B on slot 1, tick 100.
pub fn card(protocol: Protocol) -> CardConfig {
    let mut config = CardConfig::new(feed(protocol));
    config.slots = 4;
    config.instruments =
        vec![Instrument::new(0, symbol("A"), 100), Instrument::new(1, symbol("B"), 100)];
    config
}

fn head(type_byte: u8, code: u8, time: i64, name: &str) -> Vec<u8> {
    let mut message = vec![type_byte, code];
    message.extend(time.to_le_bytes());
    message.extend(symbol(name).0);
    message
}

pub fn quote(name: &str, bid: (u32, i64), ask: (u32, i64)) -> Vec<u8> {
    let mut message = head(b'Q', 0, 50, name);
    message.extend(bid.0.to_le_bytes());
    message.extend(bid.1.to_le_bytes());
    message.extend(ask.1.to_le_bytes());
    message.extend(ask.0.to_le_bytes());
    message
}

pub fn level(side: u8, complete: bool, name: &str, size: u32, price: i64) -> Vec<u8> {
    let mut message = head(side, complete.into(), 51, name);
    message.extend(size.to_le_bytes());
    message.extend(price.to_le_bytes());
    message
}

pub fn trade(name: &str, size: u32, price: i64) -> Vec<u8> {
    let mut message = head(b'T', 0, 52, name);
    message.extend(size.to_le_bytes());
    message.extend(price.to_le_bytes());
    message.extend(99i64.to_le_bytes());
    message
}

pub fn status(name: &str, code: u8) -> Vec<u8> {
    let mut message = head(b'H', code, 53, name);
    message.extend(*b"    ");
    message
}

pub fn system_event(code: u8) -> Vec<u8> {
    let mut message = vec![b'S', code];
    message.extend(54i64.to_le_bytes());
    message
}
