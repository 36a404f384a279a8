//! Logical entries: what a line says, independent of where lines break.

use crate::layout::INDEX_MASK;

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

impl PriceKind {
    /// All three, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Bid, Self::Ask, Self::Trade];

    /// The price kind of ticks of this kind; none for breaks and statuses.
    #[must_use]
    pub const fn of_tick(kind: TickKind) -> Option<Self> {
        match kind {
            TickKind::Bid => Some(Self::Bid),
            TickKind::Ask => Some(Self::Ask),
            TickKind::Trade => Some(Self::Trade),
            TickKind::TradeBreak | TickKind::Status => None,
        }
    }

    /// The price kind of this number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Bid),
            1 => Some(Self::Ask),
            2 => Some(Self::Trade),
            _ => None,
        }
    }
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

impl TickKind {
    /// All kinds, in the order of their numbers from 1.
    pub const ALL: [Self; 5] = [Self::Bid, Self::Ask, Self::Trade, Self::TradeBreak, Self::Status];

    /// The kind of this number on the line.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Bid),
            2 => Some(Self::Ask),
            3 => Some(Self::Trade),
            4 => Some(Self::TradeBreak),
            5 => Some(Self::Status),
            _ => None,
        }
    }
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
    Gap {
        /// Card time in ns: stamp of the causing frame, or when the timer was due.
        hw_time: u64,
        /// Index of the next message.
        next_index: u64,
        /// First sequence number.
        first: u64,
        /// How many sequence numbers.
        count: u64,
    },
    /// Ticks of `slot` dropped at the card.
    TicksDropped {
        /// Card time in ns: stamp of the causing frame, or when the timer was due.
        hw_time: u64,
        /// Index of the next message; not on the line but where the entry is the first (else a reader sees the running index).
        next_index: u64,
        /// Instrument slot, [`SLOT_NONE`] or [`SLOT_CONTROL`].
        slot: u16,
        /// How many ticks (control entries for [`SLOT_CONTROL`]).
        count: u64,
    },
    /// The centre of `slot` and `kind` moved.
    Recentre {
        /// Card time in ns: stamp of the causing frame, or when the timer was due.
        hw_time: u64,
        /// Index of the message that moved the centre.
        next_index: u64,
        /// Instrument slot.
        slot: u16,
        /// Whose centre.
        kind: PriceKind,
        /// Epoch of the new centre.
        epoch: u8,
        /// New centre, feed price units.
        centre: i64,
    },
    /// State of one side, re-announced.
    Refresh {
        /// Card time in ns: stamp of the causing frame, or when the timer was due.
        hw_time: u64,
        /// Index of the next message; not on the line but where the entry is the first (else a reader sees the running index).
        next_index: u64,
        /// Instrument slot.
        slot: u16,
        /// Which side.
        kind: PriceKind,
        /// What is re-announced.
        state: RefreshState,
    },
    /// Messages `first .. first + count` came from a frame that proved bad.
    Void {
        /// Card time in ns: stamp of the causing frame, or when the timer was due.
        hw_time: u64,
        /// Index of the next message; not on the line but where the entry is the first (else a reader sees the running index).
        next_index: u64,
        /// First sequence number.
        first: u64,
        /// How many sequence numbers.
        count: u64,
        /// Number of the frame disposition.
        disposition: u8,
    },
    /// Card time was stepped.
    TimeStep {
        /// Card time in ns: stamp of the causing frame, or when the timer was due.
        hw_time: u64,
        /// Index of the next message; not on the line but where the entry is the first (else a reader sees the running index).
        next_index: u64,
        /// Signed step in ns.
        step: i64,
    },
    /// Index and sequence of the next message.
    Heartbeat {
        /// Card time in ns: stamp of the causing frame, or when the timer was due.
        hw_time: u64,
        /// Index of the next message.
        next_index: u64,
        /// Sequence number expected next.
        next_seq: u64,
    },
    /// The slot carries another instrument from here on.
    SlotAssigned {
        /// Card time in ns when the host said so.
        hw_time: u64,
        /// Index of the next message; not on the line but where the entry is the first (else a reader sees the running index).
        next_index: u64,
        /// Instrument slot.
        slot: u16,
        /// Number of the assignment, given by the host.
        generation: u8,
        /// Symbol as on the wire.
        symbol: [u8; 8],
    },
    /// The slot carries no instrument from here on.
    SlotReleased {
        /// Card time in ns when the host said so.
        hw_time: u64,
        /// Index of the next message; not on the line but where the entry is the first (else a reader sees the running index).
        next_index: u64,
        /// Instrument slot.
        slot: u16,
        /// Number of the assignment that ended.
        generation: u8,
    },
    /// The session restarted.
    Restart {
        /// Card time in ns: stamp of the causing frame, or when the timer was due.
        hw_time: u64,
        /// Index of the next message.
        next_index: u64,
        /// New session id.
        session: u64,
    },
}

impl Entry {
    /// Message index: of a tick its own, of a control entry that of the next message (of a recentre, the causing one).
    #[must_use]
    pub const fn msg_index(&self) -> u64 {
        match *self {
            Self::Tick(tick) => tick.msg_index,
            Self::Gap { next_index, .. }
            | Self::TicksDropped { next_index, .. }
            | Self::Recentre { next_index, .. }
            | Self::Refresh { next_index, .. }
            | Self::Void { next_index, .. }
            | Self::TimeStep { next_index, .. }
            | Self::Heartbeat { next_index, .. }
            | Self::SlotAssigned { next_index, .. }
            | Self::SlotReleased { next_index, .. }
            | Self::Restart { next_index, .. } => next_index,
        }
    }

    /// Card time in ns.
    #[must_use]
    pub const fn hw_time(&self) -> u64 {
        match *self {
            Self::Tick(tick) => tick.hw_time,
            Self::Gap { hw_time, .. }
            | Self::TicksDropped { hw_time, .. }
            | Self::Recentre { hw_time, .. }
            | Self::Refresh { hw_time, .. }
            | Self::Void { hw_time, .. }
            | Self::TimeStep { hw_time, .. }
            | Self::Heartbeat { hw_time, .. }
            | Self::SlotAssigned { hw_time, .. }
            | Self::SlotReleased { hw_time, .. }
            | Self::Restart { hw_time, .. } => hw_time,
        }
    }

    /// The same entry with what a line does not carry taken out: `next_index` of kinds whose payload lacks it becomes 0,
    /// other indices keep their low 40 bits.
    /// Two entries that a reader cannot tell apart are equal in this form.
    #[must_use]
    pub fn as_on_line(mut self) -> Self {
        match &mut self {
            Self::TicksDropped { next_index, .. }
            | Self::Recentre { next_index, .. }
            | Self::Refresh { next_index, .. }
            | Self::Void { next_index, .. }
            | Self::SlotAssigned { next_index, .. }
            | Self::SlotReleased { next_index, .. }
            | Self::TimeStep { next_index, .. } => *next_index = 0,
            Self::Tick(Tick { msg_index: next_index, .. })
            | Self::Gap { next_index, .. }
            | Self::Heartbeat { next_index, .. }
            | Self::Restart { next_index, .. } => *next_index &= INDEX_MASK,
        }
        self
    }
}
