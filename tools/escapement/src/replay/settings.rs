//! What a replay is told about feed, instruments and card, made into a card configuration.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use escapement_card::{
    CardConfig, CardParams, FeedConfig, FrameMode, InstrumentConfig, Line, LinesConfig, RingConfig,
    RingMode, SOFT_PARAMS,
};
use escapement_feed::Protocol;

use super::slots::{self, Change};
use crate::failure::Failure;
use crate::instruments::{self, Instrument, SLOTS};
use crate::price;
use crate::survey::{self, FeedChoice, Survey};

/// Which card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CardKind {
    /// The Verilated RTL, in process
    Sim,
    /// The golden model
    Soft,
}

impl std::str::FromStr for CardKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split(':').next() {
            Some("sim") if text == "sim" => Ok(Self::Sim),
            Some("soft") if text == "soft" => Ok(Self::Soft),
            Some("vfio" | "vfio-user") => {
                Err("cards over VFIO are not built yet, expected sim or soft".into())
            }
            _ => Err("expected sim or soft".into()),
        }
    }
}

impl CardKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sim => "sim",
            Self::Soft => "soft",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// A frame's messages go on when its last byte is known good
    Whole,
    /// Messages go on as soon as they are complete
    Early,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RingChoice {
    /// A full ring drops ticks at the card, counted and announced
    Credit,
    /// A full ring is overwritten
    Broadcast,
}

/// Flags about the card and the feed.
#[derive(Args, Debug, Clone)]
pub(crate) struct Settings {
    /// Instrument file, or auto: the 64 symbols with most messages naming them
    #[arg(long, value_name = "FILE|auto", default_value = "auto")]
    instruments: PathBuf,
    /// Tick size of automatic instruments
    #[arg(long, value_name = "T", default_value = "0.01", value_parser = parse_tick)]
    tick: u32,
    /// When a frame's messages go on
    #[arg(long, value_enum, default_value = "whole")]
    mode: Mode,
    /// Every slot's centres and state are told again within this time; off = never
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = crate::duration::parse_ns)]
    refresh: u64,
    /// Lines of the ring, a power of two
    #[arg(long, value_name = "N", default_value = "131072", value_parser = parse_ring_lines)]
    ring_lines: u8,
    /// What a full ring does
    #[arg(long, value_enum, default_value = "credit")]
    ring_mode: RingChoice,
    /// Listen to this group; else the destination of the first datagram of a known protocol
    #[arg(long, value_name = "A.B.C.D:PORT")]
    group: Option<std::net::SocketAddrV4>,
    /// How long a missing number is waited for while not every line has passed it, in card time; off = for ever
    #[arg(long, value_name = "TIME", default_value = "1ms", value_parser = crate::duration::parse_limit_ns)]
    gap_window: u64,
    /// Order table of the soft card, sets (a power of two) and ways, as a card of that size is built [default: 65536,16]
    #[arg(long, value_name = "SETS,WAYS", value_parser = parse_order_table)]
    order_table: Option<(u8, u8)>,
}

/// A survey of the captures and what follows from it.
pub(crate) struct Prepared {
    pub(crate) survey: Survey,
    pub(crate) protocol: Protocol,
    /// The captures of line A, then those of line B, each in the order given: of equal stamps line A goes first.
    pub(crate) captures: Vec<PathBuf>,
    /// The line of each capture.
    pub(crate) lines: Vec<Line>,
    /// Those that the card carries from the start, by slot.
    pub(crate) instruments: Vec<Instrument>,
    /// Slots that change hands later, in the order of time.
    pub(crate) changes: Vec<Change>,
    pub(crate) config: CardConfig,
    /// How the soft card is built.
    pub(crate) soft_params: CardParams,
}

impl Settings {
    /// When a frame's messages go on.
    pub(crate) fn frame_mode(&self) -> FrameMode {
        match self.mode {
            Mode::Whole => FrameMode::Whole,
            Mode::Early => FrameMode::Early,
        }
    }

    /// The mode, as in reports.
    pub(crate) fn mode_name(&self) -> &'static str {
        match self.mode {
            Mode::Whole => "whole",
            Mode::Early => "early",
        }
    }

    /// What is asked for is built by this kind of card.
    pub(crate) fn assure_fits(&self, kind: CardKind) -> Result<(), Failure> {
        if self.order_table.is_some() && kind != CardKind::Soft {
            return Err(Failure::input(
                "--order-table is for --card soft: other cards have the table they were built with",
            ));
        }
        Ok(())
    }

    /// The instrument file, if one is read.
    pub(crate) fn instrument_file(&self) -> Option<&Path> {
        Some(self.instruments.as_path()).filter(|path| *path != Path::new("auto"))
    }

    /// Looks through the captures and makes the configuration. Nothing but the instrument file and the captures is read.
    pub(crate) fn prepare(&self, captures: &[PathBuf]) -> Result<Prepared, Failure> {
        let listed = self.instrument_text()?;
        let choice = self.group.map_or(FeedChoice::First, FeedChoice::Group);
        let survey = survey::take(captures, choice)?;
        let Some(found) = survey.feed else {
            return Err(survey.no_feed());
        };
        let venue = found.protocol.venue();
        let instruments = match listed {
            Some((name, text)) => instruments::parse(&text, venue)
                .map_err(|error| Failure::input(format!("{name}: {error}")))?,
            None => {
                if let Some(left_out) = survey.left_out() {
                    eprintln!("escapement: warning: --instruments auto: {left_out}");
                }
                let busiest = survey.busiest(SLOTS).into_iter();
                busiest.map(|symbol| Instrument::plain(venue, symbol, self.tick)).collect()
            }
        };
        let (instruments, changes) = slots::plan(instruments);
        if !changes.is_empty() && found.protocol != Protocol::Itch {
            let name = self.instruments.display();
            return Err(Failure::input(format!(
                "{name}: from and until are for ITCH feeds, this is {}",
                found.protocol.venue()
            )));
        }
        let mut order: Vec<usize> = (0..captures.len()).collect();
        order.sort_by_key(|&file| survey.files[file].line);
        let lines = order.iter().map(|&file| survey.files[file].line).collect();
        let captures = order.iter().map(|&file| captures[file].clone()).collect();
        let configured = instruments
            .iter()
            .map(|one| InstrumentConfig {
                symbol: one.symbol,
                tick: one.tick,
                centres: one.centres,
            })
            .collect();
        let feed = FeedConfig {
            group: *found.group.ip(),
            port: found.group.port(),
            feed_id: 1,
            transport: found.protocol.transport(),
            protocol: found.protocol.id(),
            channel: found.channel,
        };
        let mut config = CardConfig::new(feed, configured);
        config.lines = LinesConfig { b: found.group_b, gap_window_ns: self.gap_window };
        config.clock = survey.clock;
        config.frame_mode = self.frame_mode();
        config.refresh_interval_ns = match self.refresh {
            0 => 0,
            round_ns => (round_ns / SLOTS as u64).max(1),
        };
        config.ring = RingConfig {
            lines_log2: self.ring_lines,
            mode: match self.ring_mode {
                RingChoice::Credit => RingMode::Credit,
                RingChoice::Broadcast => RingMode::Broadcast,
            },
        };
        let mut soft_params = SOFT_PARAMS;
        if let Some((sets_log2, ways)) = self.order_table {
            soft_params.order_sets_log2 = sets_log2;
            soft_params.order_ways = ways;
        }
        let protocol = found.protocol;
        Ok(Prepared {
            survey,
            protocol,
            captures,
            lines,
            instruments,
            changes,
            config,
            soft_params,
        })
    }

    /// Name and text of the instrument file, if one is read.
    fn instrument_text(&self) -> Result<Option<(String, String)>, Failure> {
        let Some(path) = self.instrument_file() else {
            return Ok(None);
        };
        let name = path.display().to_string();
        let bytes =
            std::fs::read(path).map_err(|error| Failure::input(format!("{name}: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            Failure::input(format!("{name}: offset {offset}: not UTF-8 text, expected TOML"))
        })?;
        Ok(Some((name, text)))
    }
}

fn parse_tick(text: &str) -> Result<u32, String> {
    let tick = price::parse(text).ok_or("expected a decimal number of at most 4 places")?;
    if tick <= 0 || tick >= instruments::TICK_LIMIT {
        let largest = price::format(instruments::TICK_LIMIT - 1);
        return Err(format!("tick size is {}, expected 0.0001 to {largest}", price::format(tick)));
    }
    Ok(tick as u32)
}

fn parse_order_table(text: &str) -> Result<(u8, u8), String> {
    let parse = || {
        let (sets, ways) = text.split_once(',')?;
        Some((sets.parse::<u32>().ok()?, ways.parse::<u8>().ok()?))
    };
    match parse() {
        Some((sets, ways))
            if sets.is_power_of_two() && sets <= 1 << 24 && (1..=64).contains(&ways) =>
        {
            Ok((sets.trailing_zeros() as u8, ways))
        }
        _ => {
            Err("expected a power of two of sets up to 16777216, and 1 to 64 ways, as in 1024,4"
                .into())
        }
    }
}

fn parse_ring_lines(text: &str) -> Result<u8, String> {
    match text.parse::<u32>() {
        Ok(lines) if lines.is_power_of_two() && (2..=1 << 24).contains(&lines) => {
            Ok(lines.trailing_zeros() as u8)
        }
        _ => Err("expected a power of two from 2 to 16777216".into()),
    }
}
