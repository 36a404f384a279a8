//! Logical entries: what a line says, independent of where lines break.

/// Slot of a tick that belongs to no instrument (system events).
pub const SLOT_NONE: u16 = 0xfff;
/// Slot of a `TicksDropped` that counts control entries.
pub const SLOT_CONTROL: u16 = 0xffe;
/// DBN flag bit MAYBE_BAD_BOOK.
pub const MAYBE_BAD_BOOK: u8 = 4;

/// Which centre a price is coded against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum PriceKind {
    /// Best bid.
    Bid = 0,
    /// Best ask.
    Ask = 1,
    /// Trade.
    Trade = 2,
}

/// Kinds of ticks, with their numbers on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum TickKind {
    /// Best bid: price and total size; no price and size 0 when emptied.
    Bid = 1,
    /// Best ask.
    Ask = 2,
    /// Trade; `side` is the aggressor (0 none, 1 buy, 2 sell).
    Trade = 3,
    /// Trade break; `size` is the trade id.
    TradeBreak = 4,
    /// Status; `side` is the status or event byte.
    Status = 5,
}

/// One tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// Kind.
    pub kind: TickKind,
    /// Instrument slot, or [`SLOT_NONE`].
    pub slot: u16,
    /// Index of the delivered message, from 0 (40 bits on the line).
    pub msg_index: u64,
    /// Feed time, raw as sent.
    pub feed_time: i64,
    /// Card time of the frame, ns.
    pub hw_time: u64,
    /// Exact price in feed units; none for an emptied side, a status, a break.
    pub price: Option<i64>,
    /// Offset code, 0 = escape (also when there is no price).
    pub code: u8,
    /// Epoch of the centre that `code` refers to (0 when `code` is 0).
    pub epoch: u8,
    /// Size, trade id, or 0.
    pub size: u64,
    /// Aggressor side of a trade, status byte of a status, else 0.
    pub side: u8,
    /// DBN flag bits.
    pub flags: u8,
}

/// State bits of a refresh entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshState {
    /// Centre, if valid.
    pub centre: Option<i64>,
    /// Published price and size, if the side is not empty.
    pub quote: Option<(i64, u64)>,
    /// The side was published at least once since start or restart.
    pub known: bool,
    /// Epoch of the centre.
    pub epoch: u8,
    /// DBN flag bits.
    pub flags: u8,
    /// Last trading status byte, 0 = none.
    pub status: u8,
}

/// One logical entry of the line stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// A tick.
    Tick(Tick),
    /// Sequence numbers `first .. first + count` were lost.
    Gap { hw_time: u64, next_index: u64, first: u64, count: u64 },
    /// Ticks of `slot` dropped at the card.
    TicksDropped { hw_time: u64, next_index: u64, slot: u16, count: u64 },
    /// The centre of `slot` and `kind` moved.
    Recentre { hw_time: u64, next_index: u64, slot: u16, kind: PriceKind, epoch: u8, centre: i64 },
    /// State of one side, re-announced.
    Refresh { hw_time: u64, next_index: u64, slot: u16, kind: PriceKind, state: RefreshState },
    /// Messages `first .. first + count` came from a frame that proved bad.
    Void { hw_time: u64, next_index: u64, first: u64, count: u64, disposition: u8 },
    /// Card time was stepped.
    TimeStep { hw_time: u64, next_index: u64, step: i64 },
    /// Index and sequence of the next message.
    Heartbeat { hw_time: u64, next_index: u64, next_seq: u64 },
    /// The session restarted.
    Restart { hw_time: u64, next_index: u64, session: u64 },
}
