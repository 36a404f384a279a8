//! What a line says, before a reader's centres are applied.

use crate::entry::{Entry, Tick, TickKind};

/// A price as it stands on the line, before the centre is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinePrice {
    /// No price.
    None,
    /// The escape: the exact price, feed units.
    Exact(i64),
    /// An offset code against a centre of this epoch.
    Coded {
        /// 1 to 255.
        code: u8,
        /// Epoch of the centre.
        epoch: u8,
    },
}

/// A tick as it stands on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineTick {
    /// Kind.
    pub kind: TickKind,
    /// Instrument slot, or 0xfff.
    pub slot: u16,
    /// Message index modulo 2^40.
    pub msg_index: u64,
    /// Feed time, raw as sent.
    pub feed_time: i64,
    /// Card time of the frame, ns.
    pub hw_time: u64,
    /// Price, possibly coded.
    pub price: LinePrice,
    /// Size, trade id, or 0.
    pub size: u64,
    /// Aggressor side of a trade, status byte of a status, else 0.
    pub side: u8,
    /// DBN flag bits.
    pub flags: u8,
}

impl LineTick {
    /// The whole tick, at the price that its line stands for.
    #[must_use]
    pub const fn with_price(&self, price: Option<i64>) -> Tick {
        let (code, epoch) = match self.price {
            LinePrice::Coded { code, epoch } => (code, epoch),
            LinePrice::None | LinePrice::Exact(_) => (0, 0),
        };
        Tick {
            kind: self.kind,
            slot: self.slot,
            msg_index: self.msg_index,
            feed_time: self.feed_time,
            hw_time: self.hw_time,
            price,
            code,
            epoch,
            size: self.size,
            side: self.side,
            flags: self.flags,
        }
    }
}

/// One entry of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineItem {
    /// A tick; [`CentreTable`](crate::CentreTable) gives its price.
    Tick(LineTick),
    /// A control entry, complete.
    Control(Entry),
    /// A control kind that this reader does not know; skipped.
    Unknown {
        /// Its number.
        kind: u8,
        /// Nibbles of its payload.
        nibbles: u8,
    },
}
