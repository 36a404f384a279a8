//! What a replay is told about feed, instruments and card, made into a card configuration.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use escapement_card::{CardConfig, FeedConfig, FrameMode, InstrumentConfig, RingConfig, RingMode};

use crate::failure::Failure;
use crate::instruments::{self, Instrument, IEX_VENUE, SLOTS};
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
}

/// A survey of the captures and what follows from it.
pub(crate) struct Prepared {
    pub(crate) survey: Survey,
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) config: CardConfig,
}

impl Settings {
    /// The mode, as in reports.
    pub(crate) fn mode_name(&self) -> &'static str {
        match self.mode {
            Mode::Whole => "whole",
            Mode::Early => "early",
        }
    }

    /// The instrument file, if one is read.
    pub(crate) fn instrument_file(&self) -> Option<&Path> {
        Some(self.instruments.as_path()).filter(|path| *path != Path::new("auto"))
    }

    /// Looks through the captures and makes the configuration. Nothing but the instrument file and the captures is read.
    pub(crate) fn prepare(&self, captures: &[PathBuf]) -> Result<Prepared, Failure> {
        let listed = self.listed()?;
        let choice = self.group.map_or(FeedChoice::First, FeedChoice::Group);
        let survey = survey::take(captures, choice)?;
        let Some(feed) = survey.feed else {
            return Err(survey.no_feed());
        };
        let instruments = match listed {
            Some(listed) => listed,
            None => {
                if let Some(left_out) = survey.left_out() {
                    eprintln!("escapement: warning: --instruments auto: {left_out}");
                }
                let busiest = survey.busiest(SLOTS).into_iter();
                busiest.map(|symbol| Instrument::iex(symbol, self.tick)).collect()
            }
        };
        let configured = instruments
            .iter()
            .map(|one| InstrumentConfig {
                symbol: one.symbol,
                tick: one.tick,
                centres: one.centres,
            })
            .collect();
        let feed = FeedConfig {
            group: feed.group,
            port: feed.port,
            feed_id: 1,
            protocol: feed.protocol,
            channel: feed.channel,
        };
        let mut config = CardConfig::new(feed, configured);
        config.frame_mode = match self.mode {
            Mode::Whole => FrameMode::Whole,
            Mode::Early => FrameMode::Early,
        };
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
        Ok(Prepared { survey, instruments, config })
    }

    fn listed(&self) -> Result<Option<Vec<Instrument>>, Failure> {
        let Some(path) = self.instrument_file() else {
            return Ok(None);
        };
        let name = path.display();
        let bytes =
            std::fs::read(path).map_err(|error| Failure::input(format!("{name}: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            Failure::input(format!("{name}: offset {offset}: not UTF-8 text, expected TOML"))
        })?;
        let list = instruments::parse(&text, IEX_VENUE)
            .map_err(|error| Failure::input(format!("{name}: {error}")))?;
        Ok(Some(list))
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

fn parse_ring_lines(text: &str) -> Result<u8, String> {
    match text.parse::<u32>() {
        Ok(lines) if lines.is_power_of_two() && (2..=1 << 24).contains(&lines) => {
            Ok(lines.trailing_zeros() as u8)
        }
        _ => Err("expected a power of two from 2 to 16777216".into()),
    }
}
