//! A coding under measurement: entries in, packets of bytes out, ticks back.

use escapement_codec::{Entry, Tick};

use super::stream::Stream;

/// UDP payload that yardsticks and datagrams of lines are filled to.
pub(crate) const PAYLOAD_MAX: usize = 1_400;
/// What a datagram costs on Ethernet beside its UDP payload: preamble 8, Ethernet 14, IPv4 20, UDP 8, FCS 4, gap 12.
pub(crate) const DATAGRAM_OVERHEAD: usize = 66;

/// A way to write entries. A packet stands alone, given what [`Coding::reader`] learned from those before.
pub(crate) trait Coding {
    /// Name in reports.
    fn name(&self) -> &'static str;

    /// Appends packet number `sequence` with as many of `entries` as go in, from the first on. Returns how many those are,
    /// at least one of a non-empty slice.
    ///
    /// # Errors
    /// An entry that the coding has no place for.
    fn fill(&self, entries: &[Entry], sequence: u64, out: &mut Vec<u8>) -> Result<usize, String>;

    /// A reader at the start of the stream.
    fn reader<'a>(&'a self, stream: &'a Stream) -> Box<dyn Reader + 'a>;

    /// Packets that a datagram of [`PAYLOAD_MAX`] takes.
    fn packets_a_datagram(&self) -> usize {
        1
    }

    /// The hardware stamps are kept. Without them a coding is only for comparison with figures made without.
    fn keeps_stamps(&self) -> bool {
        true
    }
}

/// Reads the packets of a stream in order.
pub(crate) trait Reader {
    /// Appends the ticks of one packet.
    ///
    /// # Errors
    /// The packet is no such packet, or says a price that cannot be told.
    fn packet(&mut self, bytes: &[u8], ticks: &mut Vec<Tick>) -> Result<(), String>;
}

/// Packets one behind the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packets {
    pub(crate) bytes: Vec<u8>,
    /// Where each ends.
    pub(crate) ends: Vec<usize>,
}

impl Packets {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, &end)| &self.bytes[begin..end])
    }
}

/// Writes all entries into packets that are as full as they get.
pub(crate) fn encode(
    coding: &dyn Coding,
    entries: &[Entry],
    packets: &mut Packets,
) -> Result<(), String> {
    encode_watched(coding, entries, packets, || {})
}

/// The same, with a call behind each packet.
pub(crate) fn encode_watched(
    coding: &dyn Coding,
    entries: &[Entry],
    packets: &mut Packets,
    mut packet_done: impl FnMut(),
) -> Result<(), String> {
    packets.clear();
    let mut rest = entries;
    while !rest.is_empty() {
        let sequence = packets.ends.len() as u64;
        let taken = coding.fill(rest, sequence, &mut packets.bytes)?;
        packets.ends.push(packets.bytes.len());
        packet_done();
        rest = rest.get(taken.max(1)..).unwrap_or_default();
    }
    Ok(())
}

/// Reads all packets of a stream.
pub(crate) fn decode(
    coding: &dyn Coding,
    stream: &Stream,
    packets: &Packets,
    ticks: &mut Vec<Tick>,
) -> Result<(), String> {
    ticks.clear();
    let mut reader = coding.reader(stream);
    for (number, packet) in packets.iter().enumerate() {
        reader.packet(packet, ticks).map_err(|error| {
            format!("{}: packet {number} of {} bytes: {error}", coding.name(), packet.len())
        })?;
    }
    Ok(())
}
