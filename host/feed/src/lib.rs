//! The golden model of the card: bytes of frames in, logical entries out, exactly as `docs/card-model.md` says.
//!
//! [`CardModel`] is the whole card; the modules below it are its stages, in the order of the pipeline:
//! [`frame`] (Ethernet, IPv4, UDP), [`iex_tp`] (segments), [`session`] (sequence), [`iex`] (messages), [`book`].
//! [`detect`] and [`census`] look at a capture before a card is configured for it.

pub mod book;
pub mod census;
pub mod checksum;
pub mod config;
pub mod counters;
pub mod detect;
pub mod frame;
pub mod iex;
pub mod iex_tp;
pub mod levels;
pub mod model;
pub mod recentre;
pub mod refresh;
pub mod session;
pub mod symbol_map;

pub use census::SymbolCensus;
pub use config::{CardConfig, Checks, ConfigError, Feed, FrameMode, Instrument, LevelGeometry};
pub use counters::Counters;
pub use detect::detect_feed;
pub use escapement_abi::{Event, FrameDisposition, MessageDisposition};
pub use iex::{Protocol, Symbol};
pub use model::CardModel;
