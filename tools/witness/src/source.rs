//! Captures as one stream of packets in order of arrival; a capture is a line.

use std::path::{Path, PathBuf};

use escapement_capture::Merged;

use crate::{Datagram, Destination, Packet, WitnessError};

/// A packet as it arrives.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The line: index of the capture it is from.
    pub line: usize,
    /// Capture time, ns since 1970.
    pub stamp_ns: u64,
    /// The packet.
    pub packet: Packet<'a>,
}

/// Reads captures, one a line, merged by time; line A (the first) goes first on ties.
///
/// The feed of a line is the destination of its first datagram that is a MoldUDP64 packet; all else is other traffic.
pub struct Arrivals {
    merged: Merged<'static>,
    feeds: Vec<Option<Destination>>,
    given: bool,
    payload: Vec<u8>,
    /// Frames of other traffic or cut ones.
    other: u64,
}

impl Arrivals {
    /// Opens captures.
    ///
    /// # Errors
    /// One is no capture.
    pub fn open(captures: &[PathBuf]) -> Result<Self, WitnessError> {
        Ok(Self {
            merged: Merged::open(captures)?,
            feeds: vec![None; captures.len()],
            given: false,
            payload: Vec::with_capacity(2_048),
            other: 0,
        })
    }

    /// Takes this feed from every capture, whatever comes first.
    #[must_use]
    pub fn of_feed(mut self, feed: Option<Destination>) -> Self {
        self.given = feed.is_some();
        self.feeds.fill(feed);
        self
    }

    /// Lines, as configured: those that stay silent too.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.feeds.len()
    }

    /// Frames that were none of the feed's packets.
    #[must_use]
    pub fn other(&self) -> u64 {
        self.other
    }

    /// The next packet of the feed.
    ///
    /// # Errors
    /// A capture is broken at this place.
    pub fn next_arrival(&mut self) -> Result<Option<Arrival<'_>>, WitnessError> {
        loop {
            let Some(captured) = self.merged.next_packet()? else { return Ok(None) };
            let (line, stamp_ns) = (captured.file, captured.stamp_ns);
            let found = Datagram::in_frame(captured.data).and_then(|datagram| {
                let packet = Packet::parse(datagram.payload)?;
                let feed = match self.feeds[line] {
                    None if packet.is_exact() => self.feeds[line].insert(datagram.destination),
                    None => return None,
                    Some(ref mut feed) => feed,
                };
                (*feed == datagram.destination).then_some(datagram.payload)
            });
            let Some(payload) = found else {
                self.other += 1;
                continue;
            };
            // copied, so that the loop above may go on borrowing the captures
            self.payload.clear();
            self.payload.extend_from_slice(payload);
            break self.arrival(line, stamp_ns);
        }
    }

    fn arrival(&self, line: usize, stamp_ns: u64) -> Result<Option<Arrival<'_>>, WitnessError> {
        Ok(Packet::parse(&self.payload).map(|packet| Arrival { line, stamp_ns, packet }))
    }
}

/// A file of length-prefixed messages as Nasdaq publishes them; told by its name.
pub(crate) fn is_message_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    [".itch", ".itch.gz", "_itch50", "_itch50.gz"].iter().any(|end| name.ends_with(end))
}

/// Gives each message of such a file to `each`.
///
/// # Errors
/// The file cannot be read, or ends inside a message.
pub(crate) fn message_file(
    path: &Path,
    mut each: impl FnMut(&[u8]) -> Result<(), WitnessError>,
) -> Result<(), WitnessError> {
    use std::io::Read;
    let fail = |error| WitnessError::io(path, error);
    let file = std::fs::File::open(path).map_err(fail)?;
    let is_packed = path.extension().is_some_and(|extension| extension == "gz");
    let mut stream: Box<dyn Read> = if is_packed {
        Box::new(std::io::BufReader::new(flate2::read::MultiGzDecoder::new(file)))
    } else {
        Box::new(std::io::BufReader::new(file))
    };
    let (mut offset, mut data) = (0u64, Vec::new());
    loop {
        data.clear();
        let wanted = 2;
        stream.by_ref().take(wanted).read_to_end(&mut data).map_err(fail)?;
        if data.is_empty() {
            return Ok(());
        }
        let cut = |what: &str| {
            WitnessError::malformed(
                path,
                format!("offset {offset}"),
                format!("the file ends inside {what}"),
            )
        };
        let length = match data[..] {
            [high, low] => u16::from_be_bytes([high, low]),
            _ => return Err(cut("a message length of 2 bytes")),
        };
        data.clear();
        stream.by_ref().take(u64::from(length)).read_to_end(&mut data).map_err(fail)?;
        if data.len() < usize::from(length) {
            return Err(cut(&format!("a message of {length} bytes")));
        }
        each(&data)?;
        offset += 2 + u64::from(length);
    }
}
