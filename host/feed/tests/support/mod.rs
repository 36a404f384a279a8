//! Captures, reference ticks and made-up frames for the tests.
#![allow(dead_code)] // each test binary uses a part

pub mod itch;
pub mod wire;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use escapement_capture::{CaptureReader, Merged};
use escapement_codec::{Entry, SequenceTrack, TickKind};
use escapement_feed::{
    detect_feed, CardConfig, CardModel, Checks, Destination, Detected, Feed, Instrument, Line,
    Protocol, Symbol, SymbolCensus,
};
use jiff::tz::TimeZone;
use jiff::Timestamp;

/// The data folder, or none with a loud word: the test that asked proves nothing then.
///
/// A relative `ESCAPEMENT_DATA` counts from the repository's root.
pub fn data() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let given = std::env::var_os("ESCAPEMENT_DATA");
    let folder = root.join(given.as_deref().unwrap_or("../shared/data".as_ref()));
    if folder.join("derived").is_dir() {
        return Some(folder);
    }
    // Past the test harness, which would keep the word of a test that passes.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: no data in {}; set ESCAPEMENT_DATA",
        folder.display()
    );
    None
}

/// All packets of a capture, whole or cut, with their stamps.
pub fn for_each_packet(path: &Path, mut act: impl FnMut(u64, &[u8])) {
    let mut reader = CaptureReader::open(path).unwrap_or_else(|error| panic!("{error}"));
    while let Some(packet) = reader.next_packet().unwrap_or_else(|error| panic!("{error}")) {
        act(packet.stamp_ns, packet.data);
    }
}

/// The feed that a capture holds.
pub fn detected(path: &Path) -> Detected {
    let mut found = None;
    for_each_packet(path, |_, bytes| {
        found = found.or_else(|| detect_feed(bytes, Checks::default()));
    });
    found.unwrap_or_else(|| panic!("{}: no feed found", path.display()))
}

/// The feed that a capture holds.
pub fn feed_of(path: &Path) -> Feed {
    detected(path).feed
}

/// Symbols with most messages.
pub fn auto_symbols(path: &Path, feed: Feed, most: usize) -> Vec<Symbol> {
    let mut census = SymbolCensus::new(feed, Checks::default());
    for_each_packet(path, |_, bytes| {
        census.frame(bytes);
    });
    census.top(most).into_iter().map(|(symbol, _)| symbol).collect()
}

/// A card for this feed with these symbols on slots 0, 1, ..., tick 0.01.
pub fn card_for(feed: Feed, symbols: &[Symbol]) -> CardConfig {
    let mut config = CardConfig::new(feed);
    config.slots = config.slots.max(symbols.len() as u16);
    config.instruments = symbols
        .iter()
        .enumerate()
        .map(|(slot, &symbol)| Instrument::new(slot as u16, symbol, 100))
        .collect();
    config
}

/// Replays a capture through the model.
pub fn replay(path: &Path, config: CardConfig) -> (CardModel, Vec<Entry>) {
    replay_lines(&[path], config)
}

/// Replays line A and perhaps line B, in the order of stamps, through the model.
pub fn replay_lines(paths: &[&Path], mut config: CardConfig) -> (CardModel, Vec<Entry>) {
    if let Some(b) = paths.get(1) {
        let Feed { group, port, .. } = feed_of(b);
        config.lines.b = Destination { group, port };
        config.lines.configured = 3;
    }
    let mut model = CardModel::new(config).unwrap_or_else(|error| panic!("{error}"));
    let mut entries = Vec::new();
    let mut captures = Merged::open(paths).unwrap_or_else(|error| panic!("{error}"));
    while let Some(packet) = captures.next_packet().unwrap_or_else(|error| panic!("{error}")) {
        let line = Line::ALL[packet.file];
        model.frame(line, packet.stamp_ns, packet.data, false, &mut |entry| entries.push(entry));
    }
    model.flush(&mut |entry| entries.push(entry));
    (model, entries)
}

/// The text of a gzip file.
pub fn gunzip(path: &Path) -> String {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text
}

/// Time elapsed since New York midnight of the day of this time.
struct NewYork {
    zone: TimeZone,
    /// UTC ns from which and before which `midnight` holds.
    day: (i64, i64),
}

impl NewYork {
    fn new() -> Self {
        Self { zone: TimeZone::get("America/New_York").unwrap(), day: (0, 0) }
    }

    fn since_midnight(&mut self, time: i64) -> i64 {
        if !(self.day.0..self.day.1).contains(&time) {
            let stamp = Timestamp::from_nanosecond(i128::from(time)).unwrap();
            let date = stamp.to_zoned(self.zone.clone()).date();
            let start = |date: jiff::civil::Date| {
                date.to_zoned(self.zone.clone()).unwrap().timestamp().as_nanosecond() as i64
            };
            self.day = (start(date), start(date.tomorrow().unwrap()));
        }
        time - self.day.0
    }
}

/// Ticks as rows of the reference: msg_index,seq,ts_ns,venue,symbol,kind,price,size,side,flags.
pub fn rows(protocol: Protocol, entries: &[Entry], symbols: &[Symbol]) -> Vec<String> {
    let mut new_york = NewYork::new();
    let mut track = SequenceTrack::new();
    let mut rows = Vec::new();
    for entry in entries {
        track.follow(entry);
        let Entry::Tick(tick) = entry else { continue };
        let kind = match tick.kind {
            TickKind::Bid => "bid",
            TickKind::Ask => "ask",
            TickKind::Trade => "trade",
            TickKind::TradeBreak => "trade_break",
            TickKind::Status => "status",
        };
        let side = match (tick.kind, tick.side) {
            (TickKind::Status, code) => (code as char).to_string(),
            (TickKind::Trade, 1) => "B".into(),
            (TickKind::Trade, 2) => "S".into(),
            _ => String::new(),
        };
        rows.push(format!(
            "{},{},{},{},{},{kind},{},{},{side},{}",
            tick.msg_index,
            track.sequence(tick.msg_index),
            match protocol {
                Protocol::Itch => tick.feed_time,
                Protocol::Tops | Protocol::Deep => new_york.since_midnight(tick.feed_time),
            },
            protocol.venue(),
            symbols.get(usize::from(tick.slot)).map(Symbol::name).unwrap_or_default(),
            tick.price.map(|price| price.to_string()).unwrap_or_default(),
            tick.size,
            if tick.flags & 4 != 0 { "MAYBE_BAD_BOOK" } else { "" },
        ));
    }
    rows
}

/// The reference rows of the mapped instruments and of the feed itself.
pub fn reference_rows(path: &Path, symbols: &[Symbol]) -> Vec<String> {
    let names: std::collections::HashSet<String> = symbols.iter().map(Symbol::name).collect();
    let text = gunzip(path);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("msg_index,seq,ts_ns,venue,symbol,kind,price,size,side,flags"));
    lines
        .filter(|line| {
            let symbol = line.split(',').nth(4).unwrap();
            symbol.is_empty() || names.contains(symbol)
        })
        .map(str::to_owned)
        .collect()
}

/// Compares row by row and shows the first difference with its place.
pub fn assert_rows_equal(ours: &[String], reference: &[String]) {
    for (row, (our, theirs)) in ours.iter().zip(reference).enumerate() {
        assert_eq!(our, theirs, "row {row}");
    }
    assert_eq!(ours.len(), reference.len(), "number of rows");
}
