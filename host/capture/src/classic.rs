//! The classic pcap format: a 24-byte file header, then 16-byte record headers, each followed by its packet.
//!
//! Source: draft-ietf-opsawg-pcap, sections 4 and 5. Pure functions over bytes.

/// Bytes of the file header.
pub(crate) const FILE_HEADER_BYTES: usize = 24;
/// Bytes of a record header.
pub(crate) const RECORD_HEADER_BYTES: usize = 16;

/// Byte order and time unit, from the magic number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) big_endian: bool,
    pub(crate) nanoseconds: bool,
}

impl Layout {
    pub(crate) fn from_magic(magic: [u8; 4]) -> Option<Self> {
        let (big_endian, nanoseconds) = match magic {
            [0xd4, 0xc3, 0xb2, 0xa1] => (false, false),
            [0xa1, 0xb2, 0xc3, 0xd4] => (true, false),
            [0x4d, 0x3c, 0xb2, 0xa1] => (false, true),
            [0xa1, 0xb2, 0x3c, 0x4d] => (true, true),
            _ => return None,
        };
        Some(Self { big_endian, nanoseconds })
    }

    fn u32_at(self, bytes: &[u8], at: usize) -> u32 {
        u32_at(self.big_endian, bytes, at)
    }

    /// Link type of the file header: the low 16 bits (above them stand the FCS length and flags).
    pub(crate) fn link_type(self, header: &[u8; FILE_HEADER_BYTES]) -> u32 {
        self.u32_at(header, 20) & 0xffff
    }

    pub(crate) fn record(self, header: &[u8; RECORD_HEADER_BYTES]) -> Record {
        let seconds = u64::from(self.u32_at(header, 0));
        let fraction = u64::from(self.u32_at(header, 4));
        let unit_ns = if self.nanoseconds { 1 } else { 1_000 };
        Record {
            stamp_ns: seconds * 1_000_000_000 + fraction * unit_ns,
            captured: self.u32_at(header, 8),
            wire_len: self.u32_at(header, 12),
        }
    }
}

/// What a record header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) stamp_ns: u64,
    pub(crate) captured: u32,
    pub(crate) wire_len: u32,
}

/// Reads four bytes in the given order; `at + 4` must be inside `bytes`.
pub(crate) fn u32_at(big_endian: bool, bytes: &[u8], at: usize) -> u32 {
    let four = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    if big_endian {
        u32::from_be_bytes(four)
    } else {
        u32::from_le_bytes(four)
    }
}

/// Reads two bytes in the given order; `at + 2` must be inside `bytes`.
pub(crate) fn u16_at(big_endian: bool, bytes: &[u8], at: usize) -> u16 {
    let two = [bytes[at], bytes[at + 1]];
    if big_endian {
        u16::from_be_bytes(two)
    } else {
        u16::from_le_bytes(two)
    }
}
