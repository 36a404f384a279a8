//! How fast the golden model eats a capture: `cargo run --release -p escapement-feed --example replay_speed -- CAPTURE`.
//!
//! The capture is held in memory, so that only frame parsing, session, decoding and books are timed, on one thread;
//! with `--lines` also packing into lines, reading them back and resolving prices.

use std::process::ExitCode;
use std::time::Instant;

use escapement_capture::CaptureReader;
use escapement_codec::{decode_line, CentreTable, Clock, Entry, LineWriter, PushError, Resolved};
use escapement_feed::{detect_feed, CardConfig, CardModel, Checks, Instrument, Line, SymbolCensus};

const ROUNDS: u32 = 5;

fn main() -> ExitCode {
    let mut path = None;
    let mut lines = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--lines" => lines = true,
            _ => path = Some(argument),
        }
    }
    let Some(path) = path else {
        eprintln!("usage: replay_speed [--lines] CAPTURE");
        return ExitCode::from(2);
    };
    match measure(&path, lines) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn measure(path: &str, lines: bool) -> Result<(), Box<dyn std::error::Error>> {
    let mut frames: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut reader = CaptureReader::open(path)?;
    while let Some(packet) = reader.next_packet()? {
        frames.push((packet.stamp_ns, packet.data.to_vec()));
    }
    let feed = frames
        .iter()
        .find_map(|(_, bytes)| detect_feed(bytes, Checks::default()).map(|found| found.feed))
        .ok_or("no datagram of a known protocol")?;
    let mut census = SymbolCensus::new(feed, Checks::default());
    for (_, bytes) in &frames {
        census.frame(bytes);
    }
    let mut config = CardConfig::new(feed);
    config.instruments = census
        .top(usize::from(config.slots))
        .into_iter()
        .enumerate()
        .map(|(slot, (symbol, _))| Instrument::new(slot as u16, symbol, 100))
        .collect();

    let mut best = f64::INFINITY;
    let mut messages = 0;
    let mut outcome = Outcome::default();
    for _ in 0..ROUNDS {
        let mut model = CardModel::new(config.clone())?;
        let mut round = Outcome::default();
        let start = Instant::now();
        if lines {
            let mut ring = Ring::new(&config);
            for (stamp, bytes) in &frames {
                model.frame(Line::A, *stamp, bytes, false, &mut |entry| ring.push(&entry));
            }
            ring.flush();
            round = ring.outcome;
        } else {
            for (stamp, bytes) in &frames {
                model.frame(Line::A, *stamp, bytes, false, &mut |entry| {
                    round.entries += 1;
                    round.ticks += u64::from(matches!(entry, Entry::Tick(_)));
                });
            }
        }
        best = best.min(start.elapsed().as_secs_f64());
        messages = model.next_index();
        outcome = round;
    }
    println!(
        "{} frames, {messages} messages, {} entries, {} ticks",
        frames.len(),
        outcome.entries,
        outcome.ticks
    );
    println!(
        "best of {ROUNDS}: {:.1} ms, {:.2} M messages/s",
        best * 1e3,
        messages as f64 / best / 1e6
    );
    if lines {
        let per_tick = outcome.lines as f64 * 64.0 / outcome.ticks as f64;
        println!("{} lines when filled, {per_tick:.2} bytes per tick", outcome.lines);
    }
    Ok(())
}

#[derive(Default)]
struct Outcome {
    entries: u64,
    ticks: u64,
    lines: u64,
}

/// Lines filled to the brim, each read back at once.
struct Ring {
    writer: LineWriter,
    table: Box<CentreTable<64>>,
    outcome: Outcome,
}

impl Ring {
    fn new(config: &CardConfig) -> Self {
        let mut table = Box::new(CentreTable::new());
        for instrument in &config.instruments {
            table.set_tick(instrument.slot, instrument.tick);
        }
        Self { writer: LineWriter::new(Clock::default()), table, outcome: Outcome::default() }
    }

    fn push(&mut self, entry: &Entry) {
        if self.writer.push(entry) == Err(PushError::LineFull) {
            self.flush();
            self.writer.push(entry).expect("an entry fits into an empty line");
        }
    }

    fn flush(&mut self) {
        if self.writer.is_empty() {
            return;
        }
        let line = self.writer.finish(self.outcome.lines as u32, 0);
        self.outcome.lines += 1;
        for item in decode_line(&line).expect("own line") {
            let resolved = self.table.resolve(item.expect("own entry"));
            let Resolved::Entry(entry) = resolved else {
                panic!("own centre is unknown: {resolved:?}")
            };
            self.outcome.entries += 1;
            self.outcome.ticks += u64::from(matches!(entry, Entry::Tick(_)));
        }
    }
}
