//! `escapement capture gen --feed itch`.

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::capture::parse_rate;
use crate::capture_output::{self, open, shown};
use crate::duration::parse_ns;
use crate::failure::Failure;
use crate::generator::itch::{self, ItchMade, ItchPlan, LineMade, Profile, Trouble};
use crate::generator::Length;
use crate::outputs;
use crate::progress::Progress;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProfileName {
    /// Mixed as on a trading day
    Day,
    /// Prices walk 2,000 ticks, spreads of 10,000 ticks, orders off the grid, deep books
    Walk,
    /// Many live orders (--live-orders)
    Deep,
    /// 512 messages within a microsecond or two, again and again
    Burst,
    /// Against the feed's rules: unknown and reused references, over-execution, short and unknown messages
    Odd,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LineName {
    A,
    B,
}

#[derive(Args)]
#[command(next_help_heading = "ITCH only")]
pub(super) struct Options {
    /// Character of the stream [default: day]
    #[arg(long, value_enum)]
    profile: Option<ProfileName>,
    /// Live orders of the deep profile, all instruments together [default: 300000]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    live_orders: Option<u32>,
    /// Write line B here (- for stdout); -o is line A
    #[arg(long, value_name = "FILE")]
    line_b: Option<PathBuf>,
    /// Write the feed without any trouble here (- for stdout)
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Rate of packets lost, on each line for itself
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    loss: Option<f64>,
    /// Rate of packets that come twice
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    duplicates: Option<f64>,
    /// Rate of packets that come behind the next one
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    reorder: Option<f64>,
    /// Packets of line B come up to this much later, those of A up to an eighth of it (30us; ns, us, ms or s)
    #[arg(long, value_name = "TIME", value_parser = parse_ns, requires = "line_b")]
    skew: Option<u64>,
    /// The line that is dead for a while [default: b]
    #[arg(long, value_enum, requires = "dead_from")]
    dead_line: Option<LineName>,
    /// Nothing comes on that line from this time after the first packet
    #[arg(long, value_name = "TIME", value_parser = parse_ns)]
    dead_from: Option<u64>,
    /// Until this time [default: to the end]
    #[arg(long, value_name = "TIME", value_parser = parse_ns, requires = "dead_from")]
    dead_until: Option<u64>,
}

/// What every feed's generator is told.
pub(super) struct Stream {
    pub(super) seed: u64,
    pub(super) length: Length,
    pub(super) instruments: u16,
}

impl Options {
    /// Options given to another feed are a mistake.
    pub(super) fn refuse_for(&self, feeds: &str) -> Result<(), Failure> {
        let given = [
            ("--profile", self.profile.is_some()),
            ("--live-orders", self.live_orders.is_some()),
            ("--line-b", self.line_b.is_some()),
            ("--truth", self.truth.is_some()),
            ("--loss", self.loss.is_some()),
            ("--duplicates", self.duplicates.is_some()),
            ("--reorder", self.reorder.is_some()),
            ("--dead-from", self.dead_from.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((name, _)) => {
                Err(Failure::input(format!("{name} is for --feed itch, not for {feeds}")))
            }
            None => Ok(()),
        }
    }

    fn dead(&self) -> Result<Option<Range<u64>>, Failure> {
        let Some(from) = self.dead_from else { return Ok(None) };
        let until = self.dead_until.unwrap_or(u64::MAX);
        if until <= from {
            return Err(Failure::input("--dead-until is not after --dead-from"));
        }
        Ok(Some(from..until))
    }

    /// Troubles of a line.
    fn trouble(&self, line: LineName) -> Result<Trouble, Failure> {
        let no_b = if self.line_b.is_some() { LineName::B } else { LineName::A };
        let dead_line = self.dead_line.unwrap_or(no_b);
        if dead_line == LineName::B && self.line_b.is_none() {
            return Err(Failure::input("--dead-line b without --line-b"));
        }
        let skew_ns = self.skew.unwrap_or(0);
        Ok(Trouble {
            loss: self.loss.unwrap_or(0.0),
            duplicates: self.duplicates.unwrap_or(0.0),
            reorder: self.reorder.unwrap_or(0.0),
            skew_ns: if line == LineName::B { skew_ns } else { skew_ns / 8 },
            dead_ns: self.dead()?.filter(|_| dead_line == line),
        })
    }

    pub(super) fn generate(
        &self,
        stream: &Stream,
        output: &Path,
        force: bool,
    ) -> Result<(), Failure> {
        let profile = match self.profile.unwrap_or(ProfileName::Day) {
            ProfileName::Day => Profile::Day,
            ProfileName::Walk => Profile::Walk,
            ProfileName::Deep => Profile::Deep,
            ProfileName::Burst => Profile::Burst,
            ProfileName::Odd => Profile::Odd,
        };
        if self.live_orders.is_some() && profile != Profile::Deep {
            return Err(Failure::input("--live-orders is for --profile deep"));
        }
        let plan = ItchPlan {
            profile,
            seed: stream.seed,
            length: stream.length,
            instruments: stream.instruments,
            live_orders: self.live_orders.unwrap_or(300_000) as usize,
        };
        let mut lines = vec![(0, self.trouble(LineName::A)?)];
        let mut paths = vec![output];
        if let Some(path) = &self.line_b {
            lines.push((1, self.trouble(LineName::B)?));
            paths.push(path);
        }
        if let Some(path) = &self.truth {
            lines.push((0, Trouble::default()));
            paths.push(path);
        }
        outputs::refuse_overwriting([], &paths)?;
        let mut files =
            paths.iter().map(|path| open(path, force)).collect::<Result<Vec<_>, _>>()?;
        let mut progress = Progress::new("generating", "packets", None);
        let mut failed = 0;
        let made = itch::write(
            &plan,
            &lines,
            |line, stamp, frame| {
                failed = line;
                files[line].packet(stamp, frame)
            },
            || progress.step(),
        );
        let fail = |line: usize, error: std::io::Error| {
            Failure::input(format!("{}: {error}", shown(paths[line])))
        };
        let made = made.map_err(|error| fail(failed, error))?;
        for (line, file) in files.into_iter().enumerate() {
            file.finish().and_then(|mut file| file.flush()).map_err(|error| fail(line, error))?;
        }
        drop(progress);
        capture_output::tell(&report(&made, &paths), &paths)
    }
}

fn report(made: &ItchMade, paths: &[&Path]) -> String {
    let mut text = format!(
        "{} messages in {} packets, at most {} live orders\n",
        made.messages, made.packets, made.live_max
    );
    for (&kind, count) in &made.by_type {
        let name = if kind == 0 { "empty".into() } else { char::from(kind).to_string() };
        text += &format!("{name} {count}  ");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    for (path, line) in paths.iter().zip(&made.lines) {
        let LineMade { packets, lost, duplicated, reordered } = line;
        text += &format!(
            "{}: {packets} packets: {lost} lost, {duplicated} twice, {reordered} late\n",
            shown(path)
        );
    }
    text
}
