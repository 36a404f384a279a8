//! A first look through captures: which feed, which symbols, how much of everything.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;

use escapement_capture::{CaptureError, Compression, Format, Merged};
use escapement_codec::Clock;
use escapement_feed::census::SYMBOLS_MAX;
use escapement_feed::frame::{self, FrameFilter};
use escapement_feed::{
    detect_feed, Checks, Destination, Detected, FrameDisposition, Line, Protocol, SymbolCensus,
    Transport,
};

use crate::failure::Failure;
use crate::instruments::symbol_name;
use crate::progress::Progress;

/// Sessions of one feed that are kept; after so many a file is of another feed.
const SESSIONS_MAX: usize = 64;

/// Destinations of the feed's datagrams that are counted beside those of its lines.
const LEFT_OUT_MAX: usize = 64;
/// Fewer datagrams to another destination are no line, but damaged ones: a flipped bit of a port goes unnoticed.
const LEFT_OUT_MIN: u64 = 8;
/// So are those that are less than this part of the line's own.
const LEFT_OUT_PART: u64 = 20;

/// Which feed to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeedChoice {
    /// The destination of the first datagram that is valid for a known protocol.
    First,
    /// This destination.
    Group(SocketAddrV4),
}

/// A feed found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoundFeed {
    /// Where line A's frames go.
    pub(crate) group: SocketAddrV4,
    /// Where line B's frames go, if captures of two lines were given.
    pub(crate) group_b: Option<SocketAddrV4>,
    pub(crate) protocol: Protocol,
    pub(crate) channel: u32,
}

/// One file.
pub(crate) struct SurveyedFile {
    pub(crate) name: String,
    pub(crate) format: &'static str,
    pub(crate) compression: &'static str,
    /// Decompressed bytes.
    pub(crate) bytes: u64,
    /// The line that it was captured on.
    pub(crate) line: Line,
}

/// What is in the captures.
pub(crate) struct Survey {
    pub(crate) files: Vec<SurveyedFile>,
    pub(crate) packets: u64,
    pub(crate) captured_bytes: u64,
    pub(crate) cut_packets: u64,
    pub(crate) snapped_packets: u64,
    /// Packets without a single byte, which no MAC could have delivered.
    pub(crate) empty_packets: u64,
    pub(crate) first_ns: Option<u64>,
    pub(crate) last_ns: Option<u64>,
    pub(crate) feed: Option<FoundFeed>,
    /// Frames of the feed, heartbeats among them, and messages in them.
    pub(crate) segments: u64,
    pub(crate) heartbeats: u64,
    pub(crate) messages: u64,
    /// All symbols with the number of messages naming them, most first, ties by byte order.
    pub(crate) symbols: Vec<([u8; 8], u64)>,
    /// Messages naming symbols beyond those that a census tells apart.
    pub(crate) beyond_symbols: u64,
    /// Other destinations of datagrams of the feed's session, with how many went there: a line that is in the same capture as
    /// another. Not looked for where the group was chosen.
    pub(crate) other_lines: Vec<(SocketAddrV4, u64)>,
    /// By how much stamps are ahead of feed time, at the first message.
    pub(crate) clock: Clock,
    /// What ended the captures early.
    pub(crate) error: Option<CaptureError>,
    /// The first datagram that could have been a feed: file, offset, what it was.
    nearest: Option<(String, u64, String)>,
}

/// Looks through captures merged by time. A capture that breaks off is surveyed up to there.
pub(crate) fn take(paths: &[PathBuf], choice: FeedChoice) -> Result<Survey, Failure> {
    let mut captures = Merged::open(paths)?;
    let mut looking = Looking::new(choice, paths.len());
    let mut survey = Survey {
        files: Vec::new(),
        packets: 0,
        captured_bytes: 0,
        cut_packets: 0,
        snapped_packets: 0,
        empty_packets: 0,
        first_ns: None,
        last_ns: None,
        feed: None,
        segments: 0,
        heartbeats: 0,
        messages: 0,
        symbols: Vec::new(),
        beyond_symbols: 0,
        other_lines: Vec::new(),
        clock: Clock::default(),
        error: None,
        nearest: None,
    };
    let mut progress = Progress::new("surveying", "packets", None);
    loop {
        match captures.next_packet() {
            Ok(Some(packet)) => {
                survey.packets += 1;
                survey.captured_bytes += packet.data.len() as u64;
                survey.snapped_packets += u64::from(packet.is_snapped());
                survey.empty_packets += u64::from(packet.data.is_empty());
                survey.first_ns.get_or_insert(packet.stamp_ns);
                survey.last_ns = survey.last_ns.max(Some(packet.stamp_ns));
                if let Some(near) = looking.frame(packet.file, packet.data) {
                    let name = paths[packet.file].display().to_string();
                    survey.nearest = Some((name, packet.offset, near));
                }
                looking.note_clock(packet.stamp_ns);
                progress.step();
            }
            Ok(None) => break,
            Err(error) => {
                survey.error = Some(error);
                break;
            }
        }
    }
    survey.clock = looking.clock.unwrap_or_default();
    survey.cut_packets = captures.cut_packets();
    survey.feed = looking.feed(paths)?;
    survey.files = captures
        .readers()
        .iter()
        .enumerate()
        .map(|(file, reader)| SurveyedFile::of(reader, looking.line(file, survey.feed.as_ref())))
        .collect();
    if let Some(census) = &looking.census {
        survey.segments = census.packets();
        survey.heartbeats = census.heartbeats();
        survey.messages = census.messages();
        let all = census.top(census.symbols()).into_iter();
        survey.symbols = all.map(|(symbol, count)| (symbol.0, count)).collect();
        survey.beyond_symbols = census.beyond();
    }
    survey.other_lines = looking.other_lines();
    Ok(survey)
}

/// The search for the feed and its lines, then the count of its messages.
struct Looking {
    choice: FeedChoice,
    /// What the first datagram of a known protocol in each file belongs to; in a line of the feed that joined it
    /// later, the datagram that did.
    found: Vec<Option<Detected>>,
    /// Files whose datagrams are of the feed: its lines.
    is_line: Vec<bool>,
    /// The first of them in time.
    first: Option<Detected>,
    /// Sessions of the feed, kept while some file may still turn out to be a line.
    sessions: Vec<u128>,
    /// Counts over all lines found so far.
    census: Option<SymbolCensus>,
    /// Where other datagrams of the feed's session went, and how many.
    left_out: Vec<(Destination, u64)>,
    told: bool,
    clock: Option<Clock>,
}

fn destination(detected: &Detected) -> Destination {
    Destination { group: detected.feed.group, port: detected.feed.port }
}

fn address(destination: Destination) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::from(destination.group), destination.port)
}

impl Looking {
    fn new(choice: FeedChoice, files: usize) -> Self {
        Self {
            choice,
            found: vec![None; files],
            is_line: vec![false; files],
            first: None,
            sessions: Vec::new(),
            census: None,
            left_out: Vec::new(),
            told: false,
            clock: None,
        }
    }

    /// Behind a frame of this stamp: with the first feed time known, so is the clock.
    fn note_clock(&mut self, stamp_ns: u64) {
        if self.clock.is_none() {
            let time = self.census.as_ref().and_then(SymbolCensus::first_time);
            self.clock = time.map(|time| Clock::nearest(stamp_ns, time));
        }
    }

    /// Looks at a frame; returns a description of the first that was almost a feed.
    fn frame(&mut self, file: usize, bytes: &[u8]) -> Option<String> {
        let near = if self.is_line.contains(&false) { self.look(file, bytes) } else { None };
        if self.census.as_mut().is_some_and(|census| !census.frame(bytes)) {
            self.leave_out(bytes);
        }
        near
    }

    /// A frame to no line of the feed: it may be one of a line that is in the same file as another.
    fn leave_out(&mut self, bytes: &[u8]) {
        let (FeedChoice::First, Some(first)) = (self.choice, self.first) else { return };
        let found = detect_feed(bytes, Checks::default()).filter(|found| same_feed(&first, found));
        let Some(found) = found else { return };
        let to = destination(&found);
        if let Some((_, count)) = self.left_out.iter_mut().find(|(known, _)| *known == to) {
            *count += 1;
        } else if self.left_out.len() < LEFT_OUT_MAX && self.sessions.contains(&found.session) {
            self.left_out.push((to, 1));
        }
    }

    /// Destinations left out, where so many datagrams went that it is a line. One may have proved a line of its own later.
    fn other_lines(&self) -> Vec<(SocketAddrV4, u64)> {
        let lines = self.destinations();
        let read = self.census.as_ref().map_or(0, SymbolCensus::packets);
        let least = LEFT_OUT_MIN.max(read / LEFT_OUT_PART);
        let others = self.left_out.iter();
        let others = others.filter(|(to, count)| !lines.contains(to) && *count >= least);
        others.map(|&(to, count)| (address(to), count)).collect()
    }

    fn look(&mut self, file: usize, bytes: &[u8]) -> Option<String> {
        let any = detect_feed(bytes, Checks::default());
        let found = any.filter(|found| match self.choice {
            FeedChoice::First => true,
            FeedChoice::Group(group) => address(destination(found)) == group,
        });
        let Some(found) = found else {
            if self.told || self.first.is_some() {
                return None;
            }
            let near = match (any, self.choice) {
                (Some(other), FeedChoice::Group(group)) => Some(format!(
                    "{} to {}, not to {group}",
                    match other.feed.protocol.transport() {
                        Transport::IexTp => "an IEX-TP datagram",
                        Transport::MoldUdp64 => "a MoldUDP64 datagram",
                    },
                    address(destination(&other))
                )),
                _ => describe(bytes),
            };
            self.told |= near.is_some();
            return near;
        };
        let first = *self.first.get_or_insert(found);
        let known = self.destinations().contains(&destination(&found));
        let line = same_feed(&first, &found)
            && (self.sessions.is_empty() || known || self.sessions.contains(&found.session));
        // Another line may have been silent until a session that comes later.
        if line && !self.sessions.contains(&found.session) && self.sessions.len() < SESSIONS_MAX {
            self.sessions.push(found.session);
        }
        if self.is_line[file] {
            return None;
        }
        if line || self.found[file].is_none() {
            self.found[file] = Some(found);
        }
        self.is_line[file] = line;
        self.census = match self.census.take() {
            None => Some(SymbolCensus::new(found.feed, Checks::default())),
            Some(census) if line && !known => Some(census.with_line(destination(&found))),
            census => census,
        };
        None
    }

    /// Where the lines of the feed go, in the order of the files.
    fn destinations(&self) -> Vec<Destination> {
        let mut all = Vec::new();
        let lines = self.found.iter().zip(&self.is_line).filter(|(_, &is_line)| is_line);
        for found in lines.filter_map(|(found, _)| found.as_ref()) {
            if !all.contains(&destination(found)) {
                all.push(destination(found));
            }
        }
        all
    }

    fn feed(&self, paths: &[PathBuf]) -> Result<Option<FoundFeed>, Failure> {
        let Some(first) = &self.first else { return Ok(None) };
        let lines = self.destinations();
        if lines.len() > Line::ALL.len() {
            let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
            let groups: Vec<_> = lines.iter().map(|&line| address(line).to_string()).collect();
            return Err(Failure::input(format!(
                "{}: the captures hold {} groups of one feed ({}), expected lines A and B at most",
                names.join(", "),
                groups.len(),
                groups.join(", ")
            )));
        }
        Ok(Some(FoundFeed {
            group: address(lines[0]),
            group_b: lines.get(1).map(|&line| address(line)),
            protocol: first.feed.protocol,
            channel: first.feed.channel,
        }))
    }

    /// The line of a file: B if its datagrams go to line B's group, else A.
    fn line(&self, file: usize, feed: Option<&FoundFeed>) -> Line {
        let group = self.found[file].as_ref().map(|found| address(destination(found)));
        match feed.and_then(|feed| feed.group_b) {
            Some(b) if group == Some(b) => Line::B,
            _ => Line::A,
        }
    }
}

/// Whether two datagrams can be of two lines of one feed, if they are of one session too.
fn same_feed(one: &Detected, other: &Detected) -> bool {
    let what = |found: &Detected| (found.feed.protocol, found.feed.channel);
    what(one) == what(other)
}

/// Describes a UDP datagram that no known protocol claims.
fn describe(bytes: &[u8]) -> Option<String> {
    let any = FrameFilter { checks: Checks::default(), ..FrameFilter::default() };
    let frame = frame::parse(bytes, false, &any);
    if let Some(packet) = frame.packet {
        let to = format!("to {}:{}", Ipv4Addr::from(packet.group), packet.port);
        return Some(match Protocol::from_id(packet.protocol) {
            Some(_) if frame.disposition == FrameDisposition::Ok => {
                format!("an IEX-TP datagram {to}")
            }
            Some(_) => format!("an IEX-TP datagram {to} ({})", frame.disposition.name()),
            None => format!("an IEX-TP datagram {to} of unknown protocol {:#06x}", packet.protocol),
        });
    }
    use FrameDisposition::{
        BadUdpLength, CutDatagram, TransportLength, TransportShort, TransportVersion,
    };
    let is_datagram = matches!(
        frame.disposition,
        TransportShort | TransportVersion | TransportLength | BadUdpLength | CutDatagram
    );
    is_datagram
        .then(|| format!("a UDP datagram of an unknown protocol ({})", frame.disposition.name()))
}

impl SurveyedFile {
    fn of(reader: &escapement_capture::CaptureReader<'_>, line: Line) -> Self {
        let format = match reader.format() {
            Format::Pcap { nanoseconds: true, big_endian: false } => "pcap, nanoseconds",
            Format::Pcap { nanoseconds: true, big_endian: true } => "pcap, nanoseconds, big-endian",
            Format::Pcap { nanoseconds: false, big_endian: false } => "pcap, microseconds",
            Format::Pcap { nanoseconds: false, big_endian: true } => {
                "pcap, microseconds, big-endian"
            }
            Format::PcapNg => "pcapng",
            Format::NasdaqItch => "Nasdaq ITCH messages",
        };
        let compression = match reader.compression() {
            Compression::Plain => "none",
            packed => packed.name(),
        };
        Self {
            name: reader.file().display().to_string(),
            format,
            compression,
            bytes: reader.offset(),
            line,
        }
    }
}

impl Survey {
    /// What the count of symbols left out, in words.
    pub(crate) fn left_out(&self) -> Option<String> {
        (self.beyond_symbols > 0).then(|| {
            format!(
                "{} messages name symbols beyond the first {} different ones",
                self.beyond_symbols, SYMBOLS_MAX
            )
        })
    }

    /// For each line that a capture holds beside the one that is read: that it is left out, and what to do about it.
    pub(crate) fn hints(&self) -> impl Iterator<Item = String> + '_ {
        self.other_lines.iter().map(|(to, count)| {
            format!(
                "{count} datagrams of the same session go to {to}, another line in the same capture, and are left out: --group {to} \
                 reads that line instead; lines A and B are read together from a capture each"
            )
        })
    }

    /// The symbols that most messages name. A blank symbol names no instrument.
    pub(crate) fn busiest(&self, most: usize) -> Vec<[u8; 8]> {
        let named = self.symbols.iter().map(|(symbol, _)| *symbol);
        named
            .filter(|symbol| symbol.iter().any(|&byte| byte != b' ' && byte != 0))
            .take(most)
            .collect()
    }

    /// The failure of captures that hold no known feed.
    pub(crate) fn no_feed(self) -> Failure {
        if let Some(error) = self.error {
            return error.into();
        }
        let expected =
            "expected IEX-TP version 1 with protocol 0x8003 (TOPS 1.6) or 0x8004 (DEEP 1.0), or MoldUDP64 with ITCH 5.0";
        if let Some((file, offset, what)) = self.nearest {
            return Failure::input(format!(
                "{file}: offset {offset}: unknown protocol: first datagram is {what}, {expected}"
            ));
        }
        let files: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        let bytes: u64 = self.files.iter().map(|file| file.bytes).sum();
        Failure::input(format!(
            "{}: offset {bytes}: unknown protocol: no datagram of a known protocol in {} packets, {expected}",
            files.join(", "),
            self.packets
        ))
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for file in &self.files {
            let _ = writeln!(
                text,
                "{}: {}, compression {}, {} bytes",
                file.name, file.format, file.compression, file.bytes
            );
        }
        let mut row = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<12}{value}");
        };
        row("packets", format!("{} ({} captured bytes)", self.packets, self.captured_bytes));
        row("cut", format!("{} packet(s), {} snapped", self.cut_packets, self.snapped_packets));
        if let (Some(first), Some(last)) = (self.first_ns, self.last_ns) {
            row("from", utc(first));
            row("to", utc(last));
        }
        match &self.feed {
            Some(feed) => {
                let (protocol, a) = (feed.protocol.name(), feed.group);
                let lines = match feed.group_b {
                    Some(b) => format!("{protocol}, line A on {a}, line B on {b}"),
                    None => format!("{protocol} on {a}"),
                };
                let channel = match feed.protocol {
                    Protocol::Itch => String::new(),
                    Protocol::Tops | Protocol::Deep => format!(", channel {}", feed.channel),
                };
                row("feed", lines + &channel);
                row("segments", format!("{} ({} heartbeats)", self.segments, self.heartbeats));
                row("messages", self.messages.to_string());
                row("symbols", self.symbols.len().to_string());
                for (to, count) in &self.other_lines {
                    row("other line", format!("{count} datagrams of the same session to {to}"));
                }
                if let Some(left_out) = self.left_out() {
                    row("left out", left_out);
                }
                for (symbol, count) in self.symbols.iter().take(8) {
                    row("", format!("{:<9}{count:>9} messages", symbol_name(symbol)));
                }
            }
            None => row("feed", "none of a known protocol".into()),
        }
        text
    }
}

/// A stamp as UTC.
fn utc(stamp_ns: u64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(stamp_ns))
        .map_or_else(|_| format!("{stamp_ns} ns"), |time| time.to_string())
}
