//! `escapement bench card`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{json, Value};

use super::replay::on_card;
use super::{print, write_json};
use crate::failure::Failure;
use crate::replay::pace::Speed;
use crate::replay::recovery::Servers;
use crate::replay::run::Options;
use crate::replay::settings::{CardKind, Settings};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Packets and messages per second of each card on a capture, frames back to back
    Card(Card),
}

#[derive(Args)]
pub(super) struct Card {
    /// Captures, as for replay; read into memory before the clock runs
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    /// Only this card [default: sim and soft]
    #[arg(long, value_name = "sim|soft")]
    card: Option<CardKind>,
    /// Only the first packets
    #[arg(long, value_name = "N")]
    packets: Option<u64>,
    /// Runs of each card; the one with the least time on a core counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    runs: u32,
    /// Write JSON here (- for stdout, the default)
    #[arg(long, value_name = "OUT", default_value = "-")]
    json: PathBuf,
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let Command::Card(arguments) = command;
    let prepared = arguments.settings.prepare(&arguments.captures)?;
    let kinds = arguments.card.map_or(vec![CardKind::Sim, CardKind::Soft], |kind| vec![kind]);
    let options = Options {
        speed: Speed::Line,
        check: false,
        ticks: None,
        hw_time: false,
        packets_max: arguments.packets,
        read_lines: true,
        bare: true,
        servers: Servers::default(),
    };
    let mut cards = serde_json::Map::new();
    for kind in kinds {
        let mut runs: Vec<(f64, Value)> = Vec::new();
        for _ in 0..arguments.runs {
            let outcome = on_card(kind, &prepared, &prepared.config, &options)?;
            if let Some(error) = outcome.card_error {
                return Err(error.into());
            }
            let wall_s = outcome.wall.as_secs_f64().max(1e-9);
            let cpu_s = outcome.cpu.as_secs_f64().max(1e-9);
            let messages = outcome.counters.ledgers().copies_in;
            let value = json!({
                "packets": outcome.packets,
                "messages": messages,
                "ticks": outcome.tally.ticks_read(),
                "core_cycles": outcome.core_cycles,
                "wall_s": wall_s,
                "packets_per_s": outcome.packets as f64 / wall_s,
                "messages_per_s": messages as f64 / wall_s,
                "cpu_s": cpu_s,
                "messages_per_cpu_s": messages as f64 / cpu_s,
                "core_cycles_per_s": outcome.core_cycles.map(|cycles| cycles as f64 / wall_s),
            });
            runs.push((cpu_s, value));
        }
        let all: Vec<f64> = runs.iter().map(|run| run.0).collect();
        let fastest = runs.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let mut value = fastest.map_or(Value::Null, |run| run.1);
        value["cpu_s_of_runs"] = json!(all);
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
