//! `escapement replay`.

use std::path::{Path, PathBuf};

use clap::Args;
use escapement_card::{CardConfig, FrameMode, SoftCard};
use escapement_sim::{SimCard, Spacing};
use serde_json::json;

use super::{print, write_json};
use crate::failure::Failure;
use crate::outputs;
use crate::replay::latency::ModeLatency;
use crate::replay::pace::Speed;
use crate::replay::recovery::Servers;
use crate::replay::report::Report;
use crate::replay::run::{replay, Options, Outcome};
use crate::replay::settings::{CardKind, Prepared, Settings};
use crate::replay::tick_file::TickFormat;

/// Packets over which the latency of the mode that was not asked for is measured.
const OTHER_MODE_PACKETS: u64 = 20_000;

#[derive(Args)]
pub(super) struct Arguments {
    /// Captures: pcap, pcapng or Nasdaq's ITCH files, plain, gzip or zstd; several of one group are merged by time, those of
    /// two groups of one feed are lines A and B in the order given
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Which card: sim, the Verilated RTL in process, or soft, the golden model
    #[arg(long, value_name = "sim|soft", default_value = "sim")]
    card: CardKind,
    #[command(flatten)]
    settings: Settings,
    /// Pace: max, line (frames back to back on the line; latencies are those of a full line), or a factor of real time
    /// such as 1x
    #[arg(long, value_name = "max|line|Nx", default_value = "max")]
    speed: Speed,
    /// Compare every entry and every line with the golden model
    #[arg(long)]
    check: bool,
    /// Write ticks as CSV (packed if the name ends in .gz or .zst), Parquet or Databento's DBN
    #[arg(long, value_name = "OUT.csv|.parquet|.dbn.zst")]
    ticks: Option<PathBuf>,
    /// Append the hardware stamp to each tick's row (DBN has it as ts_recv always)
    #[arg(long, requires = "ticks")]
    hw_time: bool,
    #[command(flatten)]
    servers: Servers,
    /// Write JSON here (- for stdout instead of the report)
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments.check_outputs()?;
    let report = match arguments.report() {
        Ok(report) => report,
        Err(failure) => {
            if let Some(path) = &arguments.json {
                write_json(
                    path,
                    &json!({"captures": arguments.captures, "error": failure.to_string()}),
                )?;
            }
            return Err(failure);
        }
    };
    if let Some(path) = &arguments.json {
        write_json(path, &report.json())?;
    }
    if !arguments.json_to_stdout() {
        print(&report.text())?;
    }
    report.verdict()
}

impl Arguments {
    fn json_to_stdout(&self) -> bool {
        self.json.as_ref().is_some_and(|path| path.as_os_str() == "-")
    }

    /// What can be said of the outputs before anything is read.
    fn check_outputs(&self) -> Result<(), Failure> {
        if let Some(path) = &self.ticks {
            TickFormat::of(path).map_err(Failure::input)?;
        }
        let captures = || self.captures.iter().map(PathBuf::as_path);
        let json = self.json.as_deref().filter(|_| !self.json_to_stdout());
        let outputs: Vec<&Path> = self.ticks.as_deref().into_iter().chain(json).collect();
        outputs::refuse_overwriting(captures().chain(self.settings.instrument_file()), &outputs)?;
        outputs::refuse_streams(captures())?;
        json.map_or(Ok(()), outputs::assure_writable)
    }

    fn report(&self) -> Result<Report, Failure> {
        let arguments = self;
        arguments.settings.assure_fits(arguments.card)?;
        let prepared = arguments.settings.prepare(&arguments.captures)?;
        for hint in prepared.survey.hints() {
            eprintln!("escapement: hint: {hint}");
        }
        arguments.servers.assure_fits(&prepared.config, prepared.protocol)?;
        if !arguments.servers.is_empty() && !prepared.changes.is_empty() {
            return Err(Failure::input(
                "--recover-mold and --recover-glimpse do not go with from and until in the instrument file yet",
            ));
        }
        let options = Options {
            speed: arguments.speed,
            check: arguments.check,
            ticks: arguments.ticks.clone(),
            hw_time: arguments.hw_time,
            packets_max: None,
            read_lines: true,
            bare: false,
            servers: arguments.servers.clone(),
            changes: prepared.changes.clone(),
        };
        let outcome = on_card(arguments.card, &prepared, &prepared.config, &options)?;
        let (early, whole) = latencies(arguments, &prepared, &outcome)?;
        warn(&outcome);
        let mut outputs = Vec::new();
        outputs.extend(arguments.ticks.clone().map(|path| ("ticks", path)));
        outputs.extend(arguments.json.clone().map(|path| ("report", path)));
        Ok(Report {
            prepared,
            mode: arguments.settings.mode_name(),
            outcome,
            early,
            whole,
            outputs,
        })
    }
}

/// Replays on a fresh card of this kind.
pub(super) fn on_card(
    kind: CardKind,
    prepared: &Prepared,
    config: &CardConfig,
    options: &Options,
) -> Result<Outcome, Failure> {
    match kind {
        CardKind::Sim => {
            let mut card = SimCard::new()?;
            if options.speed == Speed::Line {
                card.set_spacing(Spacing::BackToBack);
            }
            replay(card, prepared, config, options)
        }
        CardKind::Soft => {
            replay(SoftCard::with_params(prepared.soft_params), prepared, config, options)
        }
    }
}

/// Latencies of early and whole mode; the one that did not run is measured over the first packets.
fn latencies(
    arguments: &Arguments,
    prepared: &Prepared,
    outcome: &Outcome,
) -> Result<(Option<ModeLatency>, Option<ModeLatency>), Failure> {
    let ran = outcome.latency.clone().map(|report| ModeLatency { report, frames: outcome.packets });
    if ran.is_none() || outcome.card_error.is_some() {
        return Ok((None, None));
    }
    let mut config = prepared.config.clone();
    config.frame_mode = match config.frame_mode {
        FrameMode::Whole => FrameMode::Early,
        FrameMode::Early => FrameMode::Whole,
    };
    let options = Options {
        speed: if arguments.speed == Speed::Line { Speed::Line } else { Speed::Max },
        check: false,
        ticks: None,
        hw_time: false,
        packets_max: Some(OTHER_MODE_PACKETS),
        read_lines: false,
        bare: false,
        servers: Servers::default(),
        changes: Vec::new(),
    };
    let other = on_card(arguments.card, prepared, &config, &options)?;
    let other = other.latency.map(|report| ModeLatency { report, frames: other.packets });
    Ok(match prepared.config.frame_mode {
        FrameMode::Whole => (other, ran),
        FrameMode::Early => (ran, other),
    })
}

fn warn(outcome: &Outcome) {
    if outcome.cut_packets > 0 {
        eprintln!(
            "escapement: warning: {} packet(s) cut at the end of a capture, handed to the card as far as they go ({})",
            outcome.cut_packets,
            outcome.cut_at.as_deref().unwrap_or("without a byte")
        );
    }
    if outcome.empty_packets > 0 {
        eprintln!(
            "escapement: warning: {} packet(s) without a byte were left out",
            outcome.empty_packets
        );
    }
}
