//! What the host tells the card before start, checked whole.

use core::fmt;
use std::collections::HashMap;

use escapement_codec::PriceKind;

use crate::frame::FrameFilter;
use crate::line::Line;
use crate::protocol::{Protocol, Transport};
use crate::symbol::Symbol;

/// Tick sizes are below this.
pub const TICK_LIMIT: u32 = 1 << 24;
/// Slot numbers are below this; the two above have a meaning of their own.
pub const SLOT_LIMIT: u16 = 0xffe;

/// A multicast feed, by its line A.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Feed {
    /// Destination address, 224.0.0.1 = 0xe000_0001.
    pub group: u32,
    /// UDP destination port.
    pub port: u16,
    /// Message table.
    pub protocol: Protocol,
    /// Channel id, 0 = any.
    pub channel: u32,
}

impl Feed {
    /// What frames to this destination must match.
    #[must_use]
    pub fn filter(&self, group: u32, port: u16, checks: Checks) -> FrameFilter {
        let iex = self.protocol.transport() == Transport::IexTp;
        FrameFilter {
            transport: self.protocol.transport(),
            group: Some(group),
            port: Some(port),
            protocol: iex.then_some(self.protocol.id()),
            channel: (iex && self.channel != 0).then_some(self.channel),
            checks,
        }
    }
}

/// Where the frames of a line go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Destination {
    /// Destination address, 224.0.0.1 = 0xe000_0001.
    pub group: u32,
    /// UDP destination port.
    pub port: u16,
}

/// The lines of a feed and how long a missing number is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// Bit 0 line A, bit 1 line B: lines that a number must have passed before it is lost.
    pub configured: u8,
    /// Where line B's frames go.
    pub b: Destination,
    /// ns of card time that a missing number is waited for while not every configured line has passed it.
    pub gap_window_ns: u64,
    /// log2 of the messages that the reorder memory holds.
    pub reorder_log2: u8,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            configured: Line::A.bit(),
            b: Destination::default(),
            gap_window_ns: 1_000_000,
            reorder_log2: 11,
        }
    }
}

/// Size of the order table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderGeometry {
    /// log2 of the number of sets, at most 20.
    pub sets_log2: u8,
    /// Orders in a set, 1 or more.
    pub ways: u8,
}

impl Default for OrderGeometry {
    fn default() -> Self {
        Self { sets_log2: 16, ways: 16 }
    }
}

/// Checksums that decide; the others are only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checks {
    /// Drop frames with a wrong IPv4 header checksum.
    pub ip_checksum: bool,
    /// Drop frames with a wrong UDP checksum.
    pub udp_checksum: bool,
}

impl Default for Checks {
    fn default() -> Self {
        Self { ip_checksum: true, udp_checksum: false }
    }
}

/// When messages are released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FrameMode {
    /// When the whole frame is known good.
    #[default]
    Whole,
    /// When their last byte is in; a frame that proves bad is voided.
    Early,
}

/// Size of the exact price-level store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LevelGeometry {
    /// log2 of the number of sets, at most 20.
    pub sets_log2: u8,
    /// Levels in a set, 1 or more.
    pub ways: u8,
}

impl Default for LevelGeometry {
    fn default() -> Self {
        Self { sets_log2: 14, ways: 16 }
    }
}

/// One slot's instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instrument {
    /// Slot number.
    pub slot: u16,
    /// Symbol on the wire.
    pub symbol: Symbol,
    /// Tick size, feed price units.
    pub tick: u32,
    /// Initial centres of bid, ask and trade, epoch 0.
    pub centres: [Option<i64>; 3],
}

impl Instrument {
    /// An instrument without initial centres.
    #[must_use]
    pub fn new(slot: u16, symbol: Symbol, tick: u32) -> Self {
        Self { slot, symbol, tick, centres: [None; 3] }
    }

    /// Sets the initial centre of one kind.
    #[must_use]
    pub fn with_centre(mut self, kind: PriceKind, centre: i64) -> Self {
        self.centres[kind as usize] = Some(centre);
        self
    }
}

/// The whole configuration of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardConfig {
    /// The feed to follow.
    pub feed: Feed,
    /// Its lines.
    pub lines: Lines,
    /// Feed id carried in lines.
    pub feed_id: u8,
    /// Checksums that decide.
    pub checks: Checks,
    /// When messages are released.
    pub frame_mode: FrameMode,
    /// ns of card time between two slot visits, 0 = off.
    pub refresh_interval_ns: u64,
    /// Prices out of range in a row that move a centre, 1 or more.
    pub recentre_run: u8,
    /// Instrument slots of the card.
    pub slots: u16,
    /// Instruments, at most one a slot.
    pub instruments: Vec<Instrument>,
    /// Level store.
    pub levels: LevelGeometry,
    /// Order table (ITCH).
    pub orders: OrderGeometry,
}

impl CardConfig {
    /// A card of 64 slots with the registers' reset values.
    #[must_use]
    pub fn new(feed: Feed) -> Self {
        Self {
            feed,
            lines: Lines::default(),
            feed_id: 0,
            checks: Checks::default(),
            frame_mode: FrameMode::Whole,
            refresh_interval_ns: 0,
            recentre_run: 2,
            slots: 64,
            instruments: Vec::new(),
            levels: LevelGeometry::default(),
            orders: OrderGeometry::default(),
        }
    }

    /// What the frames of a line must match.
    #[must_use]
    pub fn filter(&self, line: Line) -> FrameFilter {
        let Destination { group, port } = match line {
            Line::A => Destination { group: self.feed.group, port: self.feed.port },
            Line::B => self.lines.b,
        };
        self.feed.filter(group, port, self.checks)
    }

    /// Finds the first thing that cannot be.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.slots == 0 || self.slots > SLOT_LIMIT {
            return Err(ConfigError::Slots(self.slots));
        }
        if self.recentre_run == 0 {
            return Err(ConfigError::RecentreRun);
        }
        if self.levels.sets_log2 > 20 || self.levels.ways == 0 {
            return Err(ConfigError::Levels(self.levels));
        }
        if self.orders.sets_log2 > 20 || self.orders.ways == 0 {
            return Err(ConfigError::Orders(self.orders));
        }
        if self.lines.configured > 3 || self.lines.reorder_log2 > 20 {
            return Err(ConfigError::Lines(self.lines));
        }
        let mut symbols = HashMap::new();
        let mut taken = HashMap::new();
        for instrument in &self.instruments {
            let Instrument { slot, symbol, tick, .. } = *instrument;
            if slot >= self.slots {
                return Err(ConfigError::NoSuchSlot { slot, slots: self.slots });
            }
            if tick == 0 || tick >= TICK_LIMIT {
                return Err(ConfigError::Tick { symbol, tick });
            }
            if let Some(other) = symbols.insert(symbol, slot) {
                return Err(ConfigError::SymbolTwice { symbol, slots: [other, slot] });
            }
            if let Some(other) = taken.insert(slot, symbol) {
                return Err(ConfigError::SlotTwice { slot, symbols: [other, symbol] });
            }
        }
        Ok(())
    }
}

/// A configuration that no card takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// Number of slots.
    Slots(u16),
    /// The recentre run is 0.
    RecentreRun,
    /// Level store geometry.
    Levels(LevelGeometry),
    /// Order table geometry.
    Orders(OrderGeometry),
    /// Lines that no card has.
    Lines(Lines),
    /// A slot that the card does not have.
    NoSuchSlot {
        /// The slot.
        slot: u16,
        /// How many there are.
        slots: u16,
    },
    /// A tick size of 0 or of 2^24 and more.
    Tick {
        /// Whose.
        symbol: Symbol,
        /// The size.
        tick: u32,
    },
    /// One symbol on two slots.
    SymbolTwice {
        /// The symbol.
        symbol: Symbol,
        /// The slots.
        slots: [u16; 2],
    },
    /// Two symbols on one slot.
    SlotTwice {
        /// The slot.
        slot: u16,
        /// The symbols.
        symbols: [Symbol; 2],
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slots(slots) => write!(f, "a card has 1 to {SLOT_LIMIT} slots, not {slots}"),
            Self::RecentreRun => f.write_str("the recentre run is 1 to 255, not 0"),
            Self::Levels(levels) => write!(
                f,
                "the level store has at most 2^20 sets of at least one way, not 2^{} of {}",
                levels.sets_log2, levels.ways
            ),
            Self::Orders(orders) => write!(
                f,
                "the order table has at most 2^20 sets of at least one way, not 2^{} of {}",
                orders.sets_log2, orders.ways
            ),
            Self::Lines(lines) => write!(
                f,
                "a card has lines A and B (mask 1 to 3) and a reorder memory of at most 2^20, not mask {} and 2^{}",
                lines.configured, lines.reorder_log2
            ),
            Self::NoSuchSlot { slot, slots } => {
                write!(f, "slot {slot} is beyond the card's {slots} slots")
            }
            Self::Tick { symbol, tick } => {
                write!(
                    f,
                    "tick size of {symbol} must be 1 to {} price units, not {tick}",
                    TICK_LIMIT - 1
                )
            }
            Self::SymbolTwice { symbol, slots } => {
                write!(f, "symbol {symbol} stands on slots {} and {}", slots[0], slots[1])
            }
            Self::SlotTwice { slot, symbols } => {
                write!(f, "slot {slot} is given to {} and to {}", symbols[0], symbols[1])
            }
        }
    }
}

impl std::error::Error for ConfigError {}
