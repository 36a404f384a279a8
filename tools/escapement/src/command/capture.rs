//! `escapement capture info|gen|mutate`.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use escapement_capture::Merged;
use serde_json::json;

use super::{capture_itch, print, write_json};
use crate::capture_output::{self, open, shown};
use crate::failure::Failure;
use crate::generator::{self, Feed, Length, Made, Plan};
use crate::mutator::{Mutator, Rates};
use crate::outputs;
use crate::progress::Progress;
use crate::survey::{self, FeedChoice};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Say what is in captures: format, packets, times, feed, messages by symbol
    Info(Info),
    /// Make a realistic capture of a feed from a seed
    Gen(Generate),
    /// Damage captures by seed: lost, repeated, late, flipped and cut packets
    Mutate(Mutate),
}

#[derive(Args)]
pub(super) struct Info {
    /// Captures, merged by time
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Write JSON here (- for stdout)
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FeedName {
    /// IEX TOPS 1.6
    Tops,
    /// IEX DEEP 1.0
    Deep,
    /// Nasdaq TotalView-ITCH 5.0 over MoldUDP64
    Itch,
}

#[derive(Args)]
pub(super) struct Generate {
    /// Which feed
    #[arg(long, value_enum)]
    feed: FeedName,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Stop after so many packets
    #[arg(long, conflicts_with = "messages", value_parser = clap::value_parser!(u64).range(1..))]
    packets: Option<u64>,
    /// Stop after so many messages [default: 100000]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    messages: Option<u64>,
    /// Number of symbols
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    instruments: u16,
    #[command(flatten)]
    itch: capture_itch::Options,
    /// Nanosecond pcap to write (- for stdout); gzip when it ends in .gz
    #[arg(short, value_name = "FILE")]
    output: PathBuf,
    /// Overwrite the files
    #[arg(short)]
    force: bool,
}

#[derive(Args)]
pub(super) struct Mutate {
    /// Captures, merged by time
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rate of packets lost
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = parse_rate)]
    loss: f64,
    /// Rate of packets that come twice, the second time up to 16 packets later
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = parse_rate)]
    duplicate: f64,
    /// Rate of packets that come up to 16 packets late
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = parse_rate)]
    reorder: f64,
    /// Rate of packets with 1 to 3 flipped bits
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = parse_rate)]
    flip: f64,
    /// Rate of packets whose end is missing
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = parse_rate)]
    cut: f64,
    /// Nanosecond pcap to write (- for stdout); gzip when it ends in .gz
    #[arg(short, value_name = "FILE")]
    output: PathBuf,
    /// Overwrite the file
    #[arg(short)]
    force: bool,
}

pub(super) fn parse_rate(text: &str) -> Result<f64, String> {
    let rate = match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse(),
    };
    match rate {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err("expected a rate from 0 to 1, or from 0% to 100%".into()),
    }
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Info(arguments) => info(arguments),
        Command::Gen(arguments) => generate(arguments),
        Command::Mutate(arguments) => mutate(arguments),
    }
}

fn generate(arguments: &Generate) -> Result<(), Failure> {
    let length = match (arguments.packets, arguments.messages) {
        (Some(packets), _) => Length::Packets(packets),
        (None, messages) => Length::Messages(messages.unwrap_or(100_000)),
    };
    let feed = match arguments.feed {
        FeedName::Tops => Feed::Tops,
        FeedName::Deep => Feed::Deep,
        FeedName::Itch => {
            let stream = capture_itch::Stream {
                seed: arguments.seed,
                length,
                instruments: arguments.instruments,
            };
            return arguments.itch.generate(&stream, &arguments.output, arguments.force);
        }
    };
    arguments.itch.refuse_for("tops and deep")?;
    let plan = Plan { feed, seed: arguments.seed, length, instruments: arguments.instruments };
    let path = &arguments.output;
    let fail = |error: std::io::Error| Failure::input(format!("{}: {error}", shown(path)));
    let mut output = open(path, arguments.force)?;
    let (unit, total) = match length {
        Length::Packets(packets) => ("packets", Some(packets)),
        Length::Messages(_) => ("packets", None),
    };
    let mut progress = Progress::new("generating", unit, total);
    let made = generator::write(&plan, &mut output, |_: &Made| progress.step()).map_err(fail)?;
    output.finish().and_then(|mut writer| writer.flush()).map_err(fail)?;
    drop(progress);
    let text = format!("{}: {} messages in {} packets\n", shown(path), made.messages, made.packets);
    capture_output::tell(&text, &[path])
}

fn mutate(arguments: &Mutate) -> Result<(), Failure> {
    let path = &arguments.output;
    let fail = |error: std::io::Error| Failure::input(format!("{}: {error}", shown(path)));
    outputs::refuse_overwriting(arguments.captures.iter().map(PathBuf::as_path), &[path])?;
    let mut captures = Merged::open(&arguments.captures)?;
    let mut output = open(path, arguments.force)?;
    let rates = Rates {
        loss: arguments.loss,
        duplicate: arguments.duplicate,
        reorder: arguments.reorder,
        flip: arguments.flip,
        cut: arguments.cut,
    };
    let mut mutator = Mutator::new(arguments.seed, rates);
    let mut write = |stamp_ns, data: &[u8]| output.packet(stamp_ns, data);
    let mut progress = Progress::new("damaging", "packets", None);
    let broken = loop {
        match captures.next_packet() {
            Ok(Some(packet)) => {
                mutator.packet(packet.stamp_ns, packet.data, &mut write).map_err(fail)?;
                progress.step();
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    let damage = mutator.finish(&mut write).map_err(fail)?;
    output.finish().and_then(|mut writer| writer.flush()).map_err(fail)?;
    drop(progress);
    let text = format!(
        "{}: {} packets of {}: {} lost, {} twice, {} late, {} flipped, {} cut\n",
        shown(path),
        damage.packets_out,
        damage.packets_in,
        damage.lost,
        damage.duplicated,
        damage.reordered,
        damage.flipped,
        damage.cut,
    );
    capture_output::tell(&text, &[path])?;
    broken.map_or(Ok(()), |error| Err(error.into()))
}

fn info(arguments: &Info) -> Result<(), Failure> {
    let survey = survey::take(&arguments.captures, FeedChoice::First)?;
    let value = json!({
        "files": survey.files.iter().map(|file| json!({
            "file": file.name, "format": file.format, "compression": file.compression, "bytes": file.bytes,
            "line": file.line.name(),
        })).collect::<Vec<_>>(),
        "packets": survey.packets,
        "captured_bytes": survey.captured_bytes,
        "cut_packets": survey.cut_packets,
        "snapped_packets": survey.snapped_packets,
        "first_ns": survey.first_ns,
        "last_ns": survey.last_ns,
        "feed": survey.feed.as_ref().map(|feed| json!({
            "group": feed.group.ip().to_string(), "port": feed.group.port(),
            "group_b": feed.group_b.map(|b| b.to_string()), "name": feed.protocol.name(),
            "protocol": format!("{:#06x}", feed.protocol.id()), "channel": feed.channel,
        })),
        "other_lines": survey.other_lines.iter().map(|(to, packets)| json!({
            "group": to.ip().to_string(), "port": to.port(), "packets": packets,
        })).collect::<Vec<_>>(),
        "messages": survey.messages,
        "symbols": survey.symbols.len(),
        "messages_beyond_symbols": survey.beyond_symbols,
        "error": survey.error.as_ref().map(ToString::to_string),
    });
    match &arguments.json {
        Some(path) => write_json(path, &value)?,
        None => print(&survey.text())?,
    }
    match survey.error {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
