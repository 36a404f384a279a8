//! The golden model of the card: bytes of frames in, logical entries out, exactly as `docs/card-model.md` says.
//!
//! [`CardModel`] is the whole card; the modules below it are its stages, in the order of the pipeline:
//! [`frame`] (Ethernet, IPv4, UDP), [`iex_tp`] and [`mold_udp64`] (packets), [`line_arbiter`] (two lines into one
//! sequence), [`iex`] and [`itch`] (messages), [`iex_flow`] and [`itch_flow`] (messages into operations), [`book`].
//! [`detect`] and [`census`] look at a capture before a card is configured for it.

pub mod book;
pub mod census;
pub mod checksum;
pub mod config;
pub mod counters;
pub mod detect;
pub mod frame;
pub mod iex;
pub mod iex_flow;
pub mod iex_tp;
pub mod itch;
pub mod itch_flow;
mod ladder;
pub mod levels;
pub mod line;
pub mod line_arbiter;
pub mod line_place;
pub mod load;
pub mod locate_table;
pub mod lost_ranges;
pub mod model;
pub mod mold_udp64;
pub mod order_table;
pub mod packet;
pub mod protocol;
pub mod recentre;
pub mod refresh;
pub mod reorder;
pub mod sequenced;
pub mod symbol;
pub mod symbol_map;
pub mod truth;

pub use census::SymbolCensus;
pub use config::{
    CardConfig, Checks, ConfigError, Destination, Feed, FrameMode, Instrument, LevelGeometry,
    Lines, OrderGeometry,
};
pub use counters::Counters;
pub use detect::{detect_feed, Detected};
pub use escapement_abi::{Event, FrameDisposition, MessageDisposition};
pub use line::Line;
pub use load::Load;
pub use model::CardModel;
pub use protocol::{Protocol, Transport};
pub use sequenced::{Sequenced, SequencedFeed};
pub use symbol::Symbol;
pub use truth::Truth;
