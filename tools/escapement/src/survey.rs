//! A first look through captures: which feed, which symbols, how much of everything.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;

use escapement_capture::{CaptureError, Compression, Format, Merged};
use escapement_feed::census::SYMBOLS_MAX;
use escapement_feed::frame::{self, FrameFilter};
use escapement_feed::iex_tp::Blocks;
use escapement_feed::{detect_feed, Checks, FrameDisposition, Protocol, SymbolCensus};

use crate::failure::Failure;
use crate::instruments::symbol_name;
use crate::progress::Progress;

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
    pub(crate) group: Ipv4Addr,
    pub(crate) port: u16,
    pub(crate) protocol: u16,
    pub(crate) channel: u32,
}

/// One file.
pub(crate) struct SurveyedFile {
    pub(crate) name: String,
    pub(crate) format: &'static str,
    pub(crate) compression: &'static str,
    /// Decompressed bytes.
    pub(crate) bytes: u64,
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
    /// What ended the captures early.
    pub(crate) error: Option<CaptureError>,
    /// The first datagram that could have been a feed: file, offset, what it was.
    nearest: Option<(String, u64, String)>,
}

/// Looks through captures merged by time. A capture that breaks off is surveyed up to there.
pub(crate) fn take(paths: &[PathBuf], choice: FeedChoice) -> Result<Survey, Failure> {
    let mut captures = Merged::open(paths)?;
    let mut looking = Looking::new(choice);
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
                if let Some(near) = looking.frame(packet.data, &mut survey) {
                    let name = paths[packet.file].display().to_string();
                    survey.nearest = Some((name, packet.offset, near));
                }
                progress.step();
            }
            Ok(None) => break,
            Err(error) => {
                survey.error = Some(error);
                break;
            }
        }
    }
    survey.cut_packets = captures.cut_packets();
    survey.files = captures.readers().iter().map(SurveyedFile::of).collect();
    survey.symbols = looking.symbols();
    survey.beyond_symbols = looking.following.as_ref().map_or(0, |(census, _)| census.beyond());
    Ok(survey)
}

/// The search for the feed, then the count of its messages.
struct Looking {
    choice: FeedChoice,
    following: Option<(SymbolCensus, FrameFilter)>,
    told: bool,
}

impl Looking {
    fn new(choice: FeedChoice) -> Self {
        Self { choice, following: None, told: false }
    }

    /// Looks at a frame; returns a description of the first that was almost a feed.
    fn frame(&mut self, bytes: &[u8], survey: &mut Survey) -> Option<String> {
        if self.following.is_none() {
            let found = detect_feed(bytes, Checks::default()).filter(|feed| match self.choice {
                FeedChoice::First => true,
                FeedChoice::Group(group) => {
                    feed.group == u32::from(*group.ip()) && feed.port == group.port()
                }
            });
            let Some(feed) = found else {
                let near = if self.told { None } else { describe(bytes) };
                self.told |= near.is_some();
                return near;
            };
            survey.feed = Some(FoundFeed {
                group: Ipv4Addr::from(feed.group),
                port: feed.port,
                protocol: feed.protocol.id(),
                channel: feed.channel,
            });
            let filter = FrameFilter {
                group: Some(feed.group),
                port: Some(feed.port),
                protocol: Some(feed.protocol.id()),
                channel: (feed.channel != 0).then_some(feed.channel),
                checks: Checks::default(),
            };
            self.following = Some((SymbolCensus::new(feed, Checks::default()), filter));
        }
        let (census, filter) = self.following.as_mut()?;
        census.frame(bytes);
        let frame = frame::parse(bytes, false, filter);
        if let (FrameDisposition::Ok, Some(segment)) = (frame.disposition, frame.segment) {
            survey.segments += 1;
            survey.heartbeats += u64::from(segment.header.message_count == 0);
            survey.messages +=
                Blocks::new(segment.payload, segment.header.message_count).count() as u64;
        }
        None
    }

    fn symbols(&self) -> Vec<([u8; 8], u64)> {
        let all = |census: &SymbolCensus| {
            census.top(census.symbols()).into_iter().map(|(symbol, count)| (symbol.0, count))
        };
        self.following.as_ref().map_or_else(Vec::new, |(census, _)| all(census).collect())
    }
}

/// Describes a UDP datagram that no known protocol claims.
fn describe(bytes: &[u8]) -> Option<String> {
    let any = FrameFilter { checks: Checks::default(), ..FrameFilter::default() };
    let frame = frame::parse(bytes, false, &any);
    if let Some(segment) = frame.segment {
        let to = format!("to {}:{}", Ipv4Addr::from(segment.group), segment.port);
        return Some(match Protocol::from_id(segment.header.protocol) {
            Some(_) if frame.disposition == FrameDisposition::Ok => {
                format!("an IEX-TP datagram {to}")
            }
            Some(_) => format!("an IEX-TP datagram {to} ({})", frame.disposition.name()),
            None => format!(
                "an IEX-TP datagram {to} of unknown protocol {:#06x}",
                segment.header.protocol
            ),
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
    fn of(reader: &escapement_capture::CaptureReader<'_>) -> Self {
        let format = match reader.format() {
            Format::Pcap { nanoseconds: true, big_endian: false } => "pcap, nanoseconds",
            Format::Pcap { nanoseconds: true, big_endian: true } => "pcap, nanoseconds, big-endian",
            Format::Pcap { nanoseconds: false, big_endian: false } => "pcap, microseconds",
            Format::Pcap { nanoseconds: false, big_endian: true } => {
                "pcap, microseconds, big-endian"
            }
            Format::PcapNg => "pcapng",
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
            "expected IEX-TP version 1 with protocol 0x8003 (TOPS 1.6) or 0x8004 (DEEP 1.0)";
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
                let protocol =
                    Protocol::from_id(feed.protocol).map_or("unknown", |protocol| match protocol {
                        Protocol::Tops => "TOPS 1.6",
                        Protocol::Deep => "DEEP 1.0",
                    });
                row(
                    "feed",
                    format!("{protocol} on {}:{}, channel {}", feed.group, feed.port, feed.channel),
                );
                row("segments", format!("{} ({} heartbeats)", self.segments, self.heartbeats));
                row("messages", self.messages.to_string());
                row("symbols", self.symbols.len().to_string());
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
