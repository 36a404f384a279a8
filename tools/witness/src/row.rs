//! Rows of a tick file.

use std::fmt;

/// First line of a tick file.
pub const HEADER: &str = "msg_index,seq,ts_ns,venue,symbol,kind,price,size,side,flags";

/// What a tick is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Bid,
    Ask,
    Trade,
    TradeBreak,
    Status,
}

impl Kind {
    /// As in the column `kind`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bid => "bid",
            Self::Ask => "ask",
            Self::Trade => "trade",
            Self::TradeBreak => "trade_break",
            Self::Status => "status",
        }
    }
}

/// One tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Delivered messages before its message.
    pub msg_index: u64,
    /// Sequence of its message.
    pub seq: u64,
    /// Time of its message, ns since midnight.
    pub ts_ns: u64,
    /// Symbol without its padding; empty for an event of the whole market.
    pub symbol: String,
    /// What it is.
    pub kind: Kind,
    /// Price, 1e-4.
    pub price: Option<u32>,
    /// Shares; match number of a broken trade.
    pub size: u64,
    /// Aggressor or code.
    pub side: Option<u8>,
    /// The book cannot be proven.
    pub maybe_bad: bool,
}

impl fmt::Display for Row {
    /// A line of the file, without its end.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (symbol, kind) = (&self.symbol, self.kind.name());
        write!(out, "{},{},{},XNAS,{symbol},{kind},", self.msg_index, self.seq, self.ts_ns)?;
        if let Some(price) = self.price {
            write!(out, "{price}")?;
        }
        write!(out, ",{},", self.size)?;
        if let Some(side) = self.side {
            write!(out, "{}", char::from(side))?;
        }
        write!(out, ",{}", if self.maybe_bad { "MAYBE_BAD_BOOK" } else { "" })
    }
}
