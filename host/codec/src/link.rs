//! Frames of the narrow link: the entries of lines, in bodies as long as a datagram lets them be.
//!
//! A frame stands alone as a line does: it leans on nothing but the reader's centres. Header and length come from
//! `[link_header]` of line_format.toml.

mod frame;
mod writer;

use crate::format::{link_offset, link_size};

pub use frame::{LinkError, LinkFrame};
pub use writer::FrameWriter;

/// Bytes of a frame beside its body.
pub const FRAME_OVERHEAD: usize = link_offset::BODY + link_size::CRC;
/// Longest frame: the UDP payload of an Ethernet frame of 1,500 bytes.
pub const FRAME_BYTES_MAX: usize = FRAME_OVERHEAD + link_size::BODY;
/// Places for slots in the longest body.
const PLACES: usize = crate::places_of(link_size::BODY);
/// A delay of this many ns or more.
pub const SEND_DELAY_LONG: u32 = u32::MAX;
