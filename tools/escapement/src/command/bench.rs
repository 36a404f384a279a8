//! `escapement bench`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{json, Value};

use super::replay::on_card;
use super::{print, write_json};
use crate::failure::Failure;
use crate::generator::itch::full_line::{full_line, FullLinePlan, Mix, MIXES};
use crate::instruments::SLOTS;
use crate::line_rate;
use crate::replay::pace::Speed;
use crate::replay::recovery::Servers;
use crate::replay::run::{Options, Outcome};
use crate::replay::settings::{CardKind, Prepared, Settings};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Packets and messages per second of each card on a capture, frames back to back
    Card(Card),
    /// Bytes per tick and time of the codec on captures and histories, beside what others would send
    Codec(super::bench_codec::Arguments),
}

#[derive(Args)]
pub(super) struct Card {
    /// Captures, as for replay; read into memory before the clock runs
    #[arg(required_unless_present = "line_rate", value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    /// Only this card [default: sim and soft]
    #[arg(long, value_name = "sim|soft")]
    card: Option<CardKind>,
    /// Only the first packets
    #[arg(long, value_name = "N")]
    packets: Option<u64>,
    /// Runs of each card; the one with the least time on a core counts. The soft card runs twice as often: with a reader that
    /// decodes every line, and up to the ring
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    runs: u32,
    /// Through the Verilated card, frames as 10 GbE lines bring them, waiting for nothing: generated ones on both lines,
    /// or those of the captures. Exit code 1 if anything is dropped or not as the golden model says
    #[arg(long, conflicts_with_all = ["packets", "runs"])]
    line_rate: bool,
    #[command(flatten)]
    generated: Generated,
    /// Write JSON here (- for stdout, the default)
    #[arg(long, value_name = "OUT", default_value = "-")]
    json: PathBuf,
}

/// Messages of `--line-rate` without captures.
#[derive(Args)]
struct Generated {
    /// Messages of each run, those that build the books not counted
    #[arg(long, value_name = "N", default_value_t = 1_000_000, requires = "line_rate")]
    messages: u64,
    /// Only these messages: delete, add-delete, execute, cancel, replace or mixed [default: all, one after the other]
    #[arg(long, value_name = "MIX", value_parser = parse_mix, requires = "line_rate")]
    mix: Option<(&'static str, Mix)>,
    /// Only on so many instruments [default: 1, then 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=SLOTS as i64), requires = "line_rate")]
    spread: Option<u16>,
    /// Each frame of line B begins so many cycles of 6.4 ns behind that of line A
    #[arg(long, value_name = "CYCLES", default_value_t = 90, requires = "line_rate")]
    skew_cycles: u64,
    /// Seed of the mixed messages
    #[arg(long, value_name = "N", default_value_t = 1, requires = "line_rate")]
    seed: u64,
}

fn parse_mix(text: &str) -> Result<(&'static str, Mix), String> {
    let known = || MIXES.map(|(name, _)| name).join(", ");
    MIXES
        .into_iter()
        .find(|(name, _)| *name == text)
        .ok_or_else(|| format!("expected one of {}", known()))
}

/// Runs of `--line-rate`; the first that is no good is the failure, told after all have been written.
fn line_rate(arguments: &Card) -> Result<(), Failure> {
    if arguments.card == Some(CardKind::Soft) {
        return Err(Failure::input("--line-rate is for --card sim: the soft card has no clock"));
    }
    let mut runs = Vec::new();
    let mut failure = None;
    let mut finish = |what: String, mut value: Value, outcome: &line_rate::Outcome| {
        eprintln!(
            "{what}: {:.2} million messages a second, {}",
            outcome.messages_per_s() / 1e6,
            outcome.problem().unwrap_or_else(|| "nothing dropped, as the golden model".into())
        );
        if let (Some(problem), true) = (outcome.problem(), failure.is_none()) {
            failure = Some(Failure::check(format!("{what}: {problem}")));
        }
        value["run"] = outcome.json();
        runs.push(value);
    };
    if arguments.captures.is_empty() {
        let generated = &arguments.generated;
        let mixes = generated.mix.map_or(MIXES.to_vec(), |mix| vec![mix]);
        let spreads = generated.spread.map_or(vec![1, SLOTS as u16], |spread| vec![spread]);
        for (name, mix) in mixes {
            for &instruments in &spreads {
                let plan = FullLinePlan {
                    mix,
                    messages: generated.messages,
                    instruments,
                    skew_cycles: generated.skew_cycles,
                    seed: generated.seed,
                };
                let (frames, _) = full_line(&plan);
                let config = line_rate::config(instruments, arguments.settings.frame_mode());
                let outcome = line_rate::play(&config, &frames)?;
                let value = json!({"mix": name, "instruments": instruments, "lines": 2,
                    "skew_cycles": plan.skew_cycles});
                finish(format!("{name} on {instruments}"), value, &outcome);
            }
        }
    } else {
        let prepared = arguments.settings.prepare(&arguments.captures)?;
        let frames = line_rate::of_captures(&prepared)?;
        let outcome = line_rate::play(&prepared.config, &frames)?;
        let names: Vec<String> =
            arguments.captures.iter().map(|path| path.display().to_string()).collect();
        finish(names.join(" + "), json!({"captures": names}), &outcome);
    }
    let value = json!({"mode": arguments.settings.mode_name(), "line_rate": runs});
    write_json(&arguments.json, &value)?;
    failure.map_or(Ok(()), Err)
}

/// What the figures of a run count.
const WHOLE: &str = "frames to ticks: the card, the driver, and a reader that decodes every line and resolves its prices";
/// What the figures of a run without decoding count.
const TO_RING: &str = "frames to lines: the card and the driver; every line is taken out of the ring and its CRC checked, none is decoded";

/// Runs of one kind, each with its time on a core.
#[derive(Default)]
struct Runs(Vec<(f64, Value)>);

impl Runs {
    fn add(&mut self, outcome: &Outcome) {
        let wall_s = outcome.wall.as_secs_f64().max(1e-9);
        let cpu_s = outcome.cpu.as_secs_f64().max(1e-9);
        let messages = outcome.counters.ledgers().copies_in;
        let value = json!({
            "packets": outcome.packets,
            "messages": messages,
            "lines": outcome.driver.ring.lines,
            "ticks_written": outcome.counters.ledgers().ticks_written,
            "ticks": outcome.tally.ticks_read(),
            "core_cycles": outcome.core_cycles,
            "wall_s": wall_s,
            "packets_per_s": outcome.packets as f64 / wall_s,
            "messages_per_s": messages as f64 / wall_s,
            "cpu_s": cpu_s,
            "messages_per_cpu_s": messages as f64 / cpu_s,
            "core_cycles_per_s": outcome.core_cycles.map(|cycles| cycles as f64 / wall_s),
        });
        self.0.push((cpu_s, value));
    }

    /// The one with the least time on a core, with the times of all.
    fn fastest(self, counts: &str) -> Value {
        let all: Vec<f64> = self.0.iter().map(|run| run.0).collect();
        let fastest = self.0.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let mut value = fastest.map_or(Value::Null, |run| run.1);
        value["counts"] = json!(counts);
        value["cpu_s_of_runs"] = json!(all);
        value
    }
}

/// Plays the captures through a fresh card.
fn one_run(
    kind: CardKind,
    prepared: &Prepared,
    packets_max: Option<u64>,
    read_lines: bool,
) -> Result<Outcome, Failure> {
    let options = Options {
        speed: Speed::Line,
        check: false,
        ticks: None,
        hw_time: false,
        packets_max,
        read_lines,
        bare: true,
        servers: Servers::default(),
        changes: Vec::new(),
    };
    let outcome = on_card(kind, prepared, &prepared.config, &options)?;
    match outcome.card_error {
        Some(error) => Err(error.into()),
        None => Ok(outcome),
    }
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let arguments = match command {
        Command::Card(arguments) => arguments,
        Command::Codec(arguments) => return super::bench_codec::run(arguments),
    };
    if arguments.line_rate {
        return line_rate(arguments);
    }
    let prepared = arguments.settings.prepare(&arguments.captures)?;
    let kinds = arguments.card.map_or(vec![CardKind::Sim, CardKind::Soft], |kind| vec![kind]);
    let mut cards = serde_json::Map::new();
    for kind in kinds {
        let mut runs = Runs::default();
        let mut runs_to_ring = Runs::default();
        for _ in 0..arguments.runs {
            runs.add(&one_run(kind, &prepared, arguments.packets, true)?);
            // In the Verilated card's time the reader cannot be seen.
            if kind == CardKind::Soft {
                runs_to_ring.add(&one_run(kind, &prepared, arguments.packets, false)?);
            }
        }
        let mut value = runs.fastest(WHOLE);
        if kind == CardKind::Soft {
            value["to_ring"] = runs_to_ring.fastest(TO_RING);
        }
        cards.insert(kind.name().to_string(), value);
    }
    let value = json!({
        "captures": arguments.captures.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "mode": arguments.settings.mode_name(),
        "cards": cards,
    });
    if arguments.json.as_os_str() == "-" {
        return print(&format!("{value:#}\n"));
    }
    write_json(&arguments.json, &value)
}
