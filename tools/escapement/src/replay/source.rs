//! Where a replay's packets come from: the captures as they stream in, or all of them held in memory first.

use std::path::PathBuf;

use escapement_capture::{CaptureError, Merged, Packet};

/// Packets that are held in memory, in bytes; a longer capture is held as far as that.
const HELD_BYTES_MAX: usize = 1 << 30;

/// Packets in the order of time.
pub(crate) enum Source {
    /// Read when they are needed.
    Streamed(Box<Merged<'static>>),
    /// Read before.
    Held(Held),
}

/// Packets in memory.
pub(crate) struct Held {
    bytes: Vec<u8>,
    packets: Vec<HeldPacket>,
    next: usize,
}

struct HeldPacket {
    at: usize,
    bytes: usize,
    stamp_ns: u64,
    wire_len: u32,
    cut: bool,
    file: usize,
    offset: u64,
}

impl Source {
    /// Packets as they stream in.
    pub(crate) fn streamed(captures: &[PathBuf]) -> Result<Self, CaptureError> {
        Ok(Self::Streamed(Box::new(Merged::open(captures)?)))
    }

    /// Reads the first `packets_max` packets now.
    pub(crate) fn held(captures: &[PathBuf], packets_max: u64) -> Result<Self, CaptureError> {
        let mut merged = Merged::open(captures)?;
        let mut held = Held { bytes: Vec::new(), packets: Vec::new(), next: 0 };
        while (held.packets.len() as u64) < packets_max && held.bytes.len() < HELD_BYTES_MAX {
            let Some(packet) = merged.next_packet()? else { break };
            held.packets.push(HeldPacket {
                at: held.bytes.len(),
                bytes: packet.data.len(),
                stamp_ns: packet.stamp_ns,
                wire_len: packet.wire_len,
                cut: packet.cut,
                file: packet.file,
                offset: packet.offset,
            });
            held.bytes.extend_from_slice(packet.data);
        }
        Ok(Self::Held(held))
    }

    /// The next packet, or none at the end.
    pub(crate) fn next_packet(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        match self {
            Self::Streamed(merged) => merged.next_packet(),
            Self::Held(held) => Ok(held.next_packet()),
        }
    }

    /// Packets delivered although their file ends inside them.
    pub(crate) fn cut_packets(&self) -> u64 {
        match self {
            Self::Streamed(merged) => merged.cut_packets(),
            Self::Held(held) => {
                held.packets[..held.next].iter().map(|packet| u64::from(packet.cut)).sum()
            }
        }
    }
}

impl Held {
    fn next_packet(&mut self) -> Option<Packet<'_>> {
        let packet = self.packets.get(self.next)?;
        self.next += 1;
        Some(Packet {
            stamp_ns: packet.stamp_ns,
            wire_len: packet.wire_len,
            data: &self.bytes[packet.at..packet.at + packet.bytes],
            cut: packet.cut,
            file: packet.file,
            offset: packet.offset,
        })
    }
}
