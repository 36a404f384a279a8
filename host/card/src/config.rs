//! One configuration for a card, validated whole before any register is written.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddrV4};

use escapement_codec::Clock;
use escapement_feed::Transport;

use crate::symbol_map::{self, Placement};

/// Card parameters that bound a configuration, from the `PARAMS` register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardParams {
    /// Instrument slots.
    pub slots: u16,
    /// Codes of a ladder.
    pub ladder: u16,
    /// log2 of the level store's sets.
    pub level_sets_log2: u8,
    /// Ways of the level store.
    pub level_ways: u8,
    /// log2 rows of each symbol table.
    pub map_log2: u8,
    /// MAC ports.
    pub ports: u8,
    /// log2 of the order table's sets.
    pub order_sets_log2: u8,
    /// Ways of the order table; 0 if the card has none.
    pub order_ways: u8,
    /// log2 of the messages that the reorder memory holds.
    pub reorder_log2: u8,
}

/// When a frame's messages go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FrameMode {
    /// When the frame is known to be good.
    #[default]
    Whole,
    /// As soon as each is complete; a frame that proves bad is voided in band.
    Early,
}

/// Where card time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeMode {
    /// It follows the stamps of frames (simulation, replay).
    #[default]
    Follow,
    /// The counter runs.
    Free,
}

/// What the card does when the ring is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RingMode {
    /// It never overwrites an unread line; ticks that find no room are dropped, counted and announced.
    #[default]
    Credit,
    /// It overwrites; slow readers are told how many lines they lost.
    Broadcast,
}

/// The feed that the card listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedConfig {
    /// Destination address.
    pub group: Ipv4Addr,
    /// UDP destination port.
    pub port: u16,
    /// Feed id carried in lines.
    pub feed_id: u8,
    /// What carries the messages: IEX-TP, or MoldUDP64 with ITCH 5.0.
    pub transport: Transport,
    /// IEX-TP message protocol id: 0x8003 TOPS 1.6, 0x8004 DEEP 1.0. MoldUDP64: 0.
    pub protocol: u16,
    /// IEX-TP channel, 0 = any.
    pub channel: u32,
}

/// The lines of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinesConfig {
    /// Where line B's frames go; none: the feed has line A only.
    pub b: Option<SocketAddrV4>,
    /// ns of card time that a missing number is waited for while not every line has passed it.
    pub gap_window_ns: u64,
}

impl Default for LinesConfig {
    fn default() -> Self {
        Self { b: None, gap_window_ns: 1_000_000 }
    }
}

impl LinesConfig {
    /// `LINES.configured`: bit 0 line A, bit 1 line B.
    #[must_use]
    pub fn configured(&self) -> u8 {
        if self.b.is_some() {
            3
        } else {
            1
        }
    }
}

/// One instrument; its slot is its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstrumentConfig {
    /// Symbol as on the wire, padded with spaces.
    pub symbol: [u8; 8],
    /// Tick size in feed price units.
    pub tick: u32,
    /// Initial centres of bid, ask and trade.
    pub centres: [Option<i64>; 3],
}

/// The ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingConfig {
    /// log2 of the number of lines.
    pub lines_log2: u8,
    /// What happens when it is full.
    pub mode: RingMode,
}

/// Interrupts for readers that sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterruptConfig {
    /// Least time between two, ns.
    pub holdoff_ns: u32,
}

/// Everything that a card is told before it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardConfig {
    /// The feed.
    pub feed: FeedConfig,
    /// Its lines.
    pub lines: LinesConfig,
    /// Drop frames with a wrong IPv4 header checksum.
    pub check_ip_checksum: bool,
    /// Drop frames with a wrong UDP checksum.
    pub check_udp_checksum: bool,
    /// When messages go on.
    pub frame_mode: FrameMode,
    /// Where card time comes from.
    pub time_mode: TimeMode,
    /// ns between the refresh visits of two slots, 0 = off. A whole round takes this times the card's slots.
    pub refresh_interval_ns: u64,
    /// Out-of-range prices in a row that move a centre, at least 1.
    pub recentre_run: u8,
    /// By how much card time is ahead of feed time, about: lines are shorter when it fits.
    pub clock: Clock,
    /// Instruments by slot.
    pub instruments: Vec<InstrumentConfig>,
    /// The ring.
    pub ring: RingConfig,
    /// Interrupts; `None` = off.
    pub interrupt: Option<InterruptConfig>,
}

impl CardConfig {
    /// A configuration for `feed` with every choice at its default: whole frames, IP checksum checked, UDP checksum not,
    /// card time follows frames, line A only, no refresh, centres move after 2 prices, a credit ring of 2^16 lines, no interrupts.
    #[must_use]
    pub fn new(feed: FeedConfig, instruments: Vec<InstrumentConfig>) -> Self {
        Self {
            feed,
            lines: LinesConfig::default(),
            check_ip_checksum: true,
            check_udp_checksum: false,
            frame_mode: FrameMode::default(),
            time_mode: TimeMode::default(),
            refresh_interval_ns: 0,
            recentre_run: 2,
            clock: Clock::default(),
            instruments,
            ring: RingConfig { lines_log2: 16, mode: RingMode::default() },
            interrupt: None,
        }
    }

    /// Checks everything against the card's parameters and places the symbols.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self, params: &CardParams) -> Result<Vec<Placement>, ConfigError> {
        if self.feed.group.is_unspecified() {
            return Err(ConfigError::Group { group: self.feed.group });
        }
        if self.feed.port == 0 {
            return Err(ConfigError::Port);
        }
        let iex = self.feed.transport == Transport::IexTp;
        if iex && !matches!(self.feed.protocol, 0x8003 | 0x8004) {
            return Err(ConfigError::Protocol { id: self.feed.protocol });
        }
        if !iex && params.order_ways == 0 {
            return Err(ConfigError::NoOrderTable);
        }
        if let Some(b) = self.lines.b {
            if params.ports < 2 {
                return Err(ConfigError::NoLineB { ports: params.ports });
            }
            if b.ip().is_unspecified() {
                return Err(ConfigError::Group { group: *b.ip() });
            }
            if b.port() == 0 {
                return Err(ConfigError::Port);
            }
        }
        if self.recentre_run == 0 {
            return Err(ConfigError::RecentreRun);
        }
        if !(1..=31).contains(&self.ring.lines_log2) {
            return Err(ConfigError::RingSize { lines_log2: self.ring.lines_log2 });
        }
        if self.instruments.len() > usize::from(params.slots) {
            return Err(ConfigError::TooManyInstruments {
                given: self.instruments.len(),
                slots: params.slots,
            });
        }
        let mut slots = HashMap::with_capacity(self.instruments.len());
        for (slot, instrument) in self.instruments.iter().enumerate() {
            check_instrument(slot, instrument)?;
            if let Some(first) = slots.insert(instrument.symbol, slot) {
                return Err(ConfigError::DuplicateSymbol {
                    symbol: shown(&instrument.symbol),
                    first,
                    second: slot,
                });
            }
        }
        symbol_map::place(self.instruments.iter().map(|i| i.symbol), params.map_log2)
    }
}

fn check_instrument(slot: usize, instrument: &InstrumentConfig) -> Result<(), ConfigError> {
    let symbol = || shown(&instrument.symbol);
    if instrument.tick == 0 || instrument.tick >= 1 << 24 {
        return Err(ConfigError::Tick { slot, symbol: symbol(), tick: instrument.tick });
    }
    if instrument.symbol.iter().all(|&b| b == b' ' || b == 0) {
        return Err(ConfigError::EmptySymbol { slot });
    }
    for centre in instrument.centres.into_iter().flatten() {
        if centre.rem_euclid(i64::from(instrument.tick)) != 0 {
            return Err(ConfigError::CentreOffGrid {
                slot,
                symbol: symbol(),
                centre,
                tick: instrument.tick,
            });
        }
    }
    Ok(())
}

/// A symbol without its padding, for messages.
pub(crate) fn shown(symbol: &[u8; 8]) -> String {
    String::from_utf8_lossy(symbol).trim_end().to_owned()
}

/// `ceil(2^32 / tick)`, which the card multiplies by instead of dividing.
#[must_use]
pub fn tick_reciprocal(tick: u32) -> u64 {
    (1u64 << 32).div_ceil(u64::from(tick))
}

/// Why a configuration was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The destination address is none.
    #[error("feed group {group} is not an address that frames can be sent to")]
    Group {
        /// The address.
        group: Ipv4Addr,
    },
    /// UDP port 0.
    #[error("feed port is 0; a UDP port is 1 to 65535")]
    Port,
    /// Not a protocol of this card.
    #[error("message protocol {id:#06x} is not known to this card; 0x8003 is TOPS 1.6, 0x8004 is DEEP 1.0")]
    Protocol {
        /// The id given.
        id: u16,
    },
    /// Orders without a table to keep them in.
    #[error(
        "the feed tells orders, but the card was built without an order table; build it with one"
    )]
    NoOrderTable,
    /// A second line without a port for it.
    #[error("the feed has lines A and B, but the card has {ports} MAC port; leave out line B or build the card with two")]
    NoLineB {
        /// Ports of the card.
        ports: u8,
    },
    /// A run of 0.
    #[error("recentre run is 0; a centre moves after at least 1 out-of-range price")]
    RecentreRun,
    /// The ring's size.
    #[error("ring of 2^{lines_log2} lines; a ring has 2^1 to 2^31 lines")]
    RingSize {
        /// log2 of the lines given.
        lines_log2: u8,
    },
    /// More instruments than slots.
    #[error("{given} instruments, but the card has {slots} slots; choose fewer or build the card with more")]
    TooManyInstruments {
        /// Number given.
        given: usize,
        /// Number that fits.
        slots: u16,
    },
    /// The same symbol twice.
    #[error("symbol {symbol} stands in slot {first} and again in slot {second}")]
    DuplicateSymbol {
        /// The symbol.
        symbol: String,
        /// Its first slot.
        first: usize,
        /// Its second slot.
        second: usize,
    },
    /// A symbol of spaces.
    #[error("slot {slot}: the symbol is empty")]
    EmptySymbol {
        /// The slot.
        slot: usize,
    },
    /// A tick that the card cannot divide by.
    #[error("slot {slot} ({symbol}): tick {tick} is not between 1 and 2^24 - 1 feed price units")]
    Tick {
        /// The slot.
        slot: usize,
        /// Its symbol.
        symbol: String,
        /// The tick given.
        tick: u32,
    },
    /// A centre between two ticks.
    #[error("slot {slot} ({symbol}): centre {centre} is not a multiple of the tick {tick}")]
    CentreOffGrid {
        /// The slot.
        slot: usize,
        /// Its symbol.
        symbol: String,
        /// The centre given.
        centre: i64,
        /// The slot's tick.
        tick: u32,
    },
    /// The symbols do not fit the card's hash tables.
    #[error("symbol {symbol} finds no place in the card's symbol tables (2 x {rows} rows, {symbols} symbols): leave out one of {cycle}")]
    SymbolPlacement {
        /// The symbol that was left over.
        symbol: String,
        /// Rows of each table.
        rows: usize,
        /// Number of symbols.
        symbols: usize,
        /// The symbols that contend for the same rows.
        cycle: String,
    },
}
