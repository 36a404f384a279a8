//! Which messages a feed carries, and what carries them.

use crate::{iex, itch};

/// How packets are framed and numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Transport {
    /// IEX-TP 1.25.
    #[default]
    IexTp,
    /// MoldUDP64 1.00.
    MoldUdp64,
}

impl Transport {
    /// Bytes of the packet header.
    #[must_use]
    pub const fn header_bytes(self) -> usize {
        match self {
            Self::IexTp => crate::iex_tp::HEADER_BYTES,
            Self::MoldUdp64 => crate::mold_udp64::HEADER_BYTES,
        }
    }
}

/// Which message table applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// IEX TOPS 1.6, quotes.
    Tops,
    /// IEX DEEP 1.0, price levels.
    Deep,
    /// Nasdaq TotalView-ITCH 5.0, orders.
    Itch,
}

impl Protocol {
    /// Message protocol id in the segment header (IEX-TP); 0 where the transport carries none.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::Tops => 0x8003,
            Self::Deep => 0x8004,
            Self::Itch => 0,
        }
    }

    /// The IEX protocol of this id, if known.
    #[must_use]
    pub const fn from_id(id: u16) -> Option<Self> {
        match id {
            0x8003 => Some(Self::Tops),
            0x8004 => Some(Self::Deep),
            _ => None,
        }
    }

    /// The protocol that this transport carries under this id (`FEED_PROTOCOL`), if known.
    #[must_use]
    pub const fn of(transport: Transport, id: u16) -> Option<Self> {
        match transport {
            Transport::IexTp => Self::from_id(id),
            Transport::MoldUdp64 => Some(Self::Itch),
        }
    }

    /// What carries it.
    #[must_use]
    pub const fn transport(self) -> Transport {
        match self {
            Self::Tops | Self::Deep => Transport::IexTp,
            Self::Itch => Transport::MoldUdp64,
        }
    }

    /// Its name, as in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tops => "TOPS 1.6",
            Self::Deep => "DEEP 1.0",
            Self::Itch => "ITCH 5.0",
        }
    }

    /// Market identifier code of its venue.
    #[must_use]
    pub const fn venue(self) -> &'static str {
        match self {
            Self::Tops | Self::Deep => "IEXG",
            Self::Itch => "XNAS",
        }
    }

    /// Bytes that a message of this type has at least; none if the type is not of this feed.
    #[must_use]
    pub const fn message_bytes(self, type_byte: u8) -> Option<usize> {
        match self {
            Self::Tops | Self::Deep => iex::message_bytes(self, type_byte),
            Self::Itch => itch::message_bytes(type_byte),
        }
    }
}

/// Side of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Buyers.
    Bid = 0,
    /// Sellers.
    Ask = 1,
}

/// Why a message gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecoded {
    /// Length 0.
    Empty,
    /// The type is not of this feed.
    UnknownType,
    /// Shorter than its type.
    Short,
}
