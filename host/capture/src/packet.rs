//! One captured packet.

/// A packet, borrowed from the reader until the next one is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Capture time, ns since 1970-01-01 UTC.
    pub stamp_ns: u64,
    /// Bytes on the wire, as the capture says.
    pub wire_len: u32,
    /// The captured bytes, from the Ethernet destination address on.
    pub data: &'a [u8],
    /// The file ends inside this packet; `data` is what there is.
    pub cut: bool,
    /// Index of the file in the order in which files were given.
    pub file: usize,
    /// Offset of the packet's record in the decompressed file.
    pub offset: u64,
}

impl Packet<'_> {
    /// The capture kept fewer bytes than were on the wire (snap length).
    pub fn is_snapped(&self) -> bool {
        !self.cut && (self.data.len() as u64) < u64::from(self.wire_len)
    }
}
