//! Which feed a capture holds: the first datagram that is valid for a known protocol says it.

use crate::config::{Checks, Feed};
use crate::frame::{self, FrameFilter};
use crate::iex::Protocol;
use escapement_abi::FrameDisposition;

/// The feed of a frame, if it is a whole IEX-TP segment of a known protocol; give it one frame after the other until it
/// answers. The channel is the segment's own.
#[must_use]
pub fn detect_feed(bytes: &[u8], checks: Checks) -> Option<Feed> {
    let frame = frame::parse(bytes, false, &FrameFilter { checks, ..FrameFilter::default() });
    if frame.disposition != FrameDisposition::Ok {
        return None;
    }
    let segment = frame.segment?;
    let protocol = Protocol::from_id(segment.header.protocol)?;
    Some(Feed {
        group: segment.group,
        port: segment.port,
        protocol,
        channel: segment.header.channel,
    })
}
