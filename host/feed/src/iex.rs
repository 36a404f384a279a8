//! IEX TOPS 1.6 and DEEP 1.0 messages, every type with its fields.

pub use crate::protocol::{Protocol, Side, Undecoded};
pub use crate::symbol::Symbol;

/// Bytes that a message of this type has at least; none if the type is not of this feed.
#[must_use]
pub const fn message_bytes(protocol: Protocol, type_byte: u8) -> Option<usize> {
    match (type_byte, protocol) {
        (_, Protocol::Itch) => None,
        (b'S', _) => Some(10),
        (b'D', _) => Some(31),
        (b'H', _) => Some(22),
        (b'I' | b'O', _) | (b'E', Protocol::Deep) => Some(18),
        (b'P', _) => Some(19),
        (b'Q', Protocol::Tops) => Some(42),
        (b'8' | b'5', Protocol::Deep) => Some(30),
        (b'T' | b'B', _) => Some(38),
        (b'X', _) => Some(26),
        (b'A', _) => Some(80),
        _ => None,
    }
}

/// Fields that every message with a symbol has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Flags, status or event byte behind the type; its sense depends on the type.
    pub code: u8,
    /// ns since 1970-01-01 UTC, as sent.
    pub time: i64,
    /// Instrument.
    pub symbol: Symbol,
}

/// One decoded message. Prices are in 1e-4 units, times in ns since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// `S`: state of the feed.
    SystemEvent {
        /// O S R M E C.
        event: u8,
        /// ns since 1970-01-01 UTC.
        time: i64,
    },
    /// `D`; `head.code` holds flags.
    SecurityDirectory {
        /// Common fields.
        head: Head,
        /// Shares in a round lot.
        round_lot_size: u32,
        /// Adjusted previous official close.
        adjusted_close: i64,
        /// 0, 1 or 2.
        luld_tier: u8,
    },
    /// `H`; `head.code` is the status H O P T.
    TradingStatus {
        /// Common fields.
        head: Head,
        /// Filled with spaces.
        reason: [u8; 4],
    },
    /// `I`; `head.code` is space, A, B or C.
    RetailLiquidity {
        /// Common fields.
        head: Head,
    },
    /// `O`; `head.code` is O or N.
    OperationalHalt {
        /// Common fields.
        head: Head,
    },
    /// `P`; `head.code` is 0 or 1.
    ShortSalePriceTest {
        /// Common fields.
        head: Head,
        /// Space, A, C, D or N.
        detail: u8,
    },
    /// `E`, DEEP; `head.code` is O or C.
    SecurityEvent {
        /// Common fields.
        head: Head,
    },
    /// `Q`, TOPS; `head.code` holds flags. Size 0 is an empty side.
    Quote {
        /// Common fields.
        head: Head,
        /// Shares at the best bid.
        bid_size: u32,
        /// Best bid.
        bid_price: i64,
        /// Best ask.
        ask_price: i64,
        /// Shares at the best ask.
        ask_size: u32,
    },
    /// `8` or `5`, DEEP; bit 0 of `head.code` says that the event is complete.
    PriceLevel {
        /// Common fields.
        head: Head,
        /// Side of the level.
        side: Side,
        /// Shares at the level; 0 removes it.
        size: u32,
        /// The level.
        price: i64,
    },
    /// `T`; `head.code` holds sale condition flags.
    Trade {
        /// Common fields.
        head: Head,
        /// Shares.
        size: u32,
        /// Price.
        price: i64,
        /// Unique within a day.
        trade_id: i64,
    },
    /// `X`; `head.code` is Q (opening) or M (closing).
    OfficialPrice {
        /// Common fields.
        head: Head,
        /// The price.
        price: i64,
    },
    /// `B`; fields are those of the trade that is broken.
    TradeBreak {
        /// Common fields.
        head: Head,
        /// Shares.
        size: u32,
        /// Price.
        price: i64,
        /// Of the broken trade.
        trade_id: i64,
    },
    /// `A`; `head.code` is O C I H or V.
    Auction {
        /// Common fields.
        head: Head,
        /// Paired at the reference price.
        paired_shares: u32,
        /// Reference price.
        reference_price: i64,
        /// Indicative clearing price.
        indicative_price: i64,
        /// Unpaired at the reference price.
        imbalance_shares: u32,
        /// B S N.
        imbalance_side: u8,
        /// Automatic extensions so far.
        extensions: u8,
        /// s since 1970-01-01 UTC, 0 when none is set.
        scheduled_time: u32,
        /// Clearing price of the auction book.
        auction_book_price: i64,
        /// 0 when unused.
        collar_reference_price: i64,
        /// 0 when unused.
        lower_collar: i64,
        /// 0 when unused.
        upper_collar: i64,
    },
}

/// Reads the message in `data`; bytes behind its type's length are ignored.
#[inline]
pub fn decode(protocol: Protocol, data: &[u8]) -> Result<Message, Undecoded> {
    let &type_byte = data.first().ok_or(Undecoded::Empty)?;
    let needed = message_bytes(protocol, type_byte).ok_or(Undecoded::UnknownType)?;
    let data = Fields(data.get(..needed).ok_or(Undecoded::Short)?);
    if type_byte == b'S' {
        return Ok(Message::SystemEvent { event: data.byte(1), time: data.long(2) });
    }
    let head = Head { code: data.byte(1), time: data.long(2), symbol: Symbol(data.array(10)) };
    Ok(match type_byte {
        b'D' => Message::SecurityDirectory {
            head,
            round_lot_size: data.word(18),
            adjusted_close: data.long(22),
            luld_tier: data.byte(30),
        },
        b'H' => Message::TradingStatus { head, reason: data.array(18) },
        b'I' => Message::RetailLiquidity { head },
        b'O' => Message::OperationalHalt { head },
        b'P' => Message::ShortSalePriceTest { head, detail: data.byte(18) },
        b'E' => Message::SecurityEvent { head },
        b'Q' => Message::Quote {
            head,
            bid_size: data.word(18),
            bid_price: data.long(22),
            ask_price: data.long(30),
            ask_size: data.word(38),
        },
        b'8' | b'5' => Message::PriceLevel {
            head,
            side: if type_byte == b'8' { Side::Bid } else { Side::Ask },
            size: data.word(18),
            price: data.long(22),
        },
        b'T' => Message::Trade {
            head,
            size: data.word(18),
            price: data.long(22),
            trade_id: data.long(30),
        },
        b'X' => Message::OfficialPrice { head, price: data.long(18) },
        b'B' => Message::TradeBreak {
            head,
            size: data.word(18),
            price: data.long(22),
            trade_id: data.long(30),
        },
        b'A' => Message::Auction {
            head,
            paired_shares: data.word(18),
            reference_price: data.long(22),
            indicative_price: data.long(30),
            imbalance_shares: data.word(38),
            imbalance_side: data.byte(42),
            extensions: data.byte(43),
            scheduled_time: data.word(44),
            auction_book_price: data.long(48),
            collar_reference_price: data.long(56),
            lower_collar: data.long(64),
            upper_collar: data.long(72),
        },
        _ => return Err(Undecoded::UnknownType),
    })
}

/// The timestamp that all messages have at the same place, ns since 1970-01-01 UTC; of any message long enough.
#[must_use]
pub fn time(data: &[u8]) -> Option<i64> {
    Some(i64::from_le_bytes(*data.get(2..)?.first_chunk()?))
}

/// Symbol that a message names; none if it cannot be decoded or has none.
#[must_use]
pub fn symbol(protocol: Protocol, data: &[u8]) -> Option<Symbol> {
    let needed = message_bytes(protocol, *data.first()?)?;
    let data = data.get(..needed)?;
    (data[0] != b'S').then(|| Symbol(Fields(data).array(10)))
}

/// Little-endian fields of a message whose length was checked.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    #[inline]
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.0[at..at + N]);
        bytes
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.0[at]
    }

    #[inline]
    fn word(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    #[inline]
    fn long(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.array(at))
    }
}
