//! Which feed a capture holds: the first datagram that is valid for a known protocol says it.

use crate::config::{Checks, Feed};
use crate::frame::{self, FrameFilter, Packet};
use crate::itch;
use crate::packet::{Blocks, BlocksEnd};
use crate::protocol::{Protocol, Transport};
use escapement_abi::FrameDisposition;

/// A feed that a datagram belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The feed; the channel is the segment's own.
    pub feed: Feed,
    /// Session of the packet.
    pub session: u128,
}

/// The feed of a frame, if it is a whole IEX-TP segment of a known protocol or a MoldUDP64 packet of ITCH 5.0; give it
/// one frame after the other until it answers. IEX-TP is tried first: its header says more.
#[must_use]
pub fn detect_feed(bytes: &[u8], checks: Checks) -> Option<Detected> {
    let found = |transport, protocol: &dyn Fn(&Packet<'_>) -> Option<Protocol>| {
        let filter = FrameFilter { transport, checks, ..FrameFilter::default() };
        let frame = frame::parse(bytes, false, &filter);
        let packet = frame.packet.filter(|_| frame.disposition == FrameDisposition::Ok)?;
        let Packet { group, port, channel, header, .. } = packet;
        let feed = Feed { group, port, protocol: protocol(&packet)?, channel };
        Some(Detected { feed, session: header.session })
    };
    found(Transport::IexTp, &|packet| Protocol::from_id(packet.protocol)).or_else(|| {
        found(Transport::MoldUdp64, &|packet| is_itch(packet).then_some(Protocol::Itch))
    })
}

/// Nothing in a MoldUDP64 header says what it is. So: with messages, they fill the payload exactly and the first is one
/// of ITCH 5.0, whole; without, the session is text and numbers start at 1.
fn is_itch(packet: &Packet<'_>) -> bool {
    let header = &packet.header;
    if header.count == 0 {
        let session = header.session.to_be_bytes();
        let text = session[6..].iter().all(|byte| matches!(byte, b' '..=b'~'));
        return text && header.first_sequence >= 1;
    }
    let mut blocks = Blocks::new(Transport::MoldUdp64, packet.payload, header.count);
    let first = blocks.next().is_some_and(|data| itch::decode(data).is_ok());
    first && {
        while blocks.next().is_some() {}
        blocks.end() == BlocksEnd::Exact
    }
}
