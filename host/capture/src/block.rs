//! Fields of pcapng blocks (draft-ietf-opsawg-pcapng). Pure functions over bytes.

use crate::classic::{u16_at, u32_at};

pub(crate) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
pub(crate) const INTERFACE_DESCRIPTION: u32 = 1;
pub(crate) const OBSOLETE_PACKET: u32 = 2;
pub(crate) const SIMPLE_PACKET: u32 = 3;
pub(crate) const ENHANCED_PACKET: u32 = 6;

/// Block type and total length.
pub(crate) const BLOCK_HEADER_BYTES: usize = 8;
/// The smallest block: header and the length repeated at the end.
pub(crate) const BLOCK_BYTES_MIN: u32 = 12;

/// Byte order from a section header's byte-order magic.
pub(crate) fn byte_order(magic: [u8; 4]) -> Option<bool> {
    match magic {
        [0x1a, 0x2b, 0x3c, 0x4d] => Some(true),
        [0x4d, 0x3c, 0x2b, 0x1a] => Some(false),
        _ => None,
    }
}

/// One interface of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) link_type: u32,
    pub(crate) snap_len: u32,
    /// `if_tsresol`: bit 7 clear: units of 10^-n s, set: units of 2^-n s.
    pub(crate) resolution: u8,
    /// `if_tsoffset`, seconds added to each stamp.
    pub(crate) offset_s: i64,
}

impl Interface {
    /// Reads an interface description's body (after the block header, without the trailing length).
    pub(crate) fn parse(big_endian: bool, body: &[u8]) -> Option<Self> {
        if body.len() < 8 {
            return None;
        }
        let mut interface = Self {
            link_type: u32::from(u16_at(big_endian, body, 0)),
            snap_len: u32_at(big_endian, body, 4),
            resolution: 6,
            offset_s: 0,
        };
        let mut options = &body[8..];
        while options.len() >= 4 {
            let code = u16_at(big_endian, options, 0);
            let length = usize::from(u16_at(big_endian, options, 2));
            let padded = length.div_ceil(4) * 4;
            let Some(value) = options.get(4..4 + length) else { break };
            match code {
                0 => break,
                9 if length == 1 => interface.resolution = value[0],
                14 if length == 8 => {
                    let eight = <[u8; 8]>::try_from(value).ok()?;
                    interface.offset_s = if big_endian {
                        i64::from_be_bytes(eight)
                    } else {
                        i64::from_le_bytes(eight)
                    };
                }
                _ => {}
            }
            options = options.get(4 + padded..).unwrap_or(&[]);
        }
        Some(interface)
    }

    /// Nanoseconds since the epoch of a stamp in this interface's units; clamped into u64.
    pub(crate) fn stamp_ns(&self, units: u64) -> u64 {
        let exponent = u32::from(self.resolution & 0x7f);
        let units = u128::from(units);
        let ns = if self.resolution & 0x80 != 0 {
            // 2^-n s; a shift of more than 94 leaves nothing of 64 + 30 bits
            (units * 1_000_000_000).checked_shr(exponent).unwrap_or(0)
        } else if exponent <= 9 {
            units * 10u128.pow(9 - exponent)
        } else {
            10u128.checked_pow(exponent - 9).map_or(0, |divisor| units / divisor)
        };
        let shifted = i128::try_from(ns)
            .unwrap_or(i128::MAX)
            .saturating_add(i128::from(self.offset_s) * 1_000_000_000);
        u64::try_from(shifted.max(0)).unwrap_or(u64::MAX)
    }
}

/// The fixed part of a packet block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PacketFields {
    pub(crate) interface: u32,
    /// None in simple packets.
    pub(crate) units: Option<u64>,
    /// None in simple packets: the smaller of the wire length and the snap length.
    pub(crate) captured: Option<u32>,
    pub(crate) wire_len: u32,
}

impl PacketFields {
    /// Bytes between the block header and the packet's data, if `kind` is a packet block.
    pub(crate) fn bytes(kind: u32) -> Option<usize> {
        match kind {
            ENHANCED_PACKET | OBSOLETE_PACKET => Some(20),
            SIMPLE_PACKET => Some(4),
            _ => None,
        }
    }

    /// Reads the fixed part; `fields` has [`PacketFields::bytes`] of `kind`.
    pub(crate) fn parse(big_endian: bool, kind: u32, fields: &[u8]) -> Self {
        if kind == SIMPLE_PACKET {
            return Self {
                interface: 0,
                units: None,
                captured: None,
                wire_len: u32_at(big_endian, fields, 0),
            };
        }
        let interface = if kind == OBSOLETE_PACKET {
            u32::from(u16_at(big_endian, fields, 0))
        } else {
            u32_at(big_endian, fields, 0)
        };
        let high = u64::from(u32_at(big_endian, fields, 4));
        let low = u64::from(u32_at(big_endian, fields, 8));
        Self {
            interface,
            units: Some(high << 32 | low),
            captured: Some(u32_at(big_endian, fields, 12)),
            wire_len: u32_at(big_endian, fields, 16),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(resolution: u8, offset_s: i64) -> Interface {
        Interface { link_type: 1, snap_len: 0, resolution, offset_s }
    }

    #[test]
    fn stamps_follow_resolution_and_offset() {
        assert_eq!(interface(6, 0).stamp_ns(1_500_000), 1_500_000_000);
        assert_eq!(interface(9, 1).stamp_ns(7), 1_000_000_007);
        assert_eq!(interface(0x80 | 10, 0).stamp_ns(1 << 9), 500_000_000);
        assert_eq!(interface(12, 0).stamp_ns(5_000), 5);
        assert_eq!(interface(9, -1).stamp_ns(5), 0);
        assert_eq!(interface(0, 0).stamp_ns(u64::MAX), u64::MAX);
        assert_eq!(interface(0xff, 0).stamp_ns(u64::MAX), 0);
        assert_eq!(interface(0x7f, 0).stamp_ns(u64::MAX), 0);
    }

    #[test]
    fn options_are_read_and_broken_ones_ignored() {
        let mut body = vec![1, 0, 0, 0, 0, 0, 1, 0];
        body.extend([9, 0, 1, 0, 9, 0, 0, 0, 14, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        body.extend([5, 0, 0xff, 0xff]);
        let parsed = Interface::parse(false, &body).unwrap();
        assert_eq!((parsed.resolution, parsed.offset_s, parsed.snap_len), (9, 2, 65_536));
        assert_eq!(Interface::parse(false, &body[..7]), None);
    }
}
