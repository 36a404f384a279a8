//! The messages of ITCH 5.0. Prices are in 1e-4 (MWCB levels in 1e-8), times in ns since midnight US Eastern.

use crate::protocol::Side;
use crate::symbol::Symbol;

/// Fields that every message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Names the instrument for a day; 0 where there is none.
    pub locate: u16,
    /// Nasdaq internal.
    pub tracking: u16,
    /// 48 bits, ns since midnight.
    pub time: u64,
}

/// The order of an `A` or `F`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddOrder {
    /// Day-unique id.
    pub reference: u64,
    /// `B` is a bid, anything else an ask.
    pub side: Side,
    /// Displayed shares.
    pub shares: u32,
    /// Instrument.
    pub stock: Symbol,
    /// Display price.
    pub price: u32,
}

/// One decoded message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// `S`.
    SystemEvent {
        /// Common fields.
        head: Head,
        /// O S Q M E C.
        event: u8,
    },
    /// `R`: names the locate.
    StockDirectory {
        /// Common fields.
        head: Head,
        /// Instrument.
        stock: Symbol,
        /// Listing market.
        market_category: u8,
        /// Code.
        financial_status: u8,
        /// Shares per round lot.
        round_lot_size: u32,
        /// Y or N.
        round_lots_only: u8,
        /// Code.
        classification: u8,
        /// Code, 1 or 2 characters.
        sub_type: [u8; 2],
        /// P live, T test.
        authenticity: u8,
        /// Y, N or space.
        short_sale_threshold: u8,
        /// Y, N, Z or space.
        ipo_flag: u8,
        /// 1, 2 or space.
        luld_tier: u8,
        /// Y, N or space.
        etp_flag: u8,
        /// Integer factor.
        etp_leverage: u32,
        /// Y or N.
        inverse: u8,
    },
    /// `H`.
    TradingAction {
        /// Common fields.
        head: Head,
        /// Instrument.
        stock: Symbol,
        /// H P Q T.
        state: u8,
        /// Filled with spaces.
        reason: [u8; 4],
    },
    /// `Y`.
    RegSho {
        /// Common fields.
        head: Head,
        /// Instrument.
        stock: Symbol,
        /// 0, 1 or 2.
        action: u8,
    },
    /// `L`.
    ParticipantPosition {
        /// Common fields.
        head: Head,
        /// MPID.
        participant: [u8; 4],
        /// Instrument.
        stock: Symbol,
        /// Y or N.
        primary: u8,
        /// N P S R L.
        mode: u8,
        /// A E W S D.
        state: u8,
    },
    /// `V`: S&P 500 decline levels in 1e-8.
    MwcbDecline {
        /// Common fields.
        head: Head,
        /// Levels 1, 2, 3.
        levels: [u64; 3],
    },
    /// `W`.
    MwcbStatus {
        /// Common fields.
        head: Head,
        /// 1, 2 or 3.
        level: u8,
    },
    /// `K`.
    IpoQuoting {
        /// Common fields.
        head: Head,
        /// Instrument.
        stock: Symbol,
        /// s since midnight.
        release_time: u32,
        /// A or C.
        qualifier: u8,
        /// IPO price.
        price: u32,
    },
    /// `J`.
    LuldCollar {
        /// Common fields.
        head: Head,
        /// Instrument.
        stock: Symbol,
        /// Centre of the collar.
        reference_price: u32,
        /// Upper bound.
        upper_price: u32,
        /// Lower bound.
        lower_price: u32,
        /// Extensions so far.
        extension: u32,
    },
    /// `h`.
    OperationalHalt {
        /// Common fields.
        head: Head,
        /// Instrument.
        stock: Symbol,
        /// Q B X.
        market: u8,
        /// H or T.
        action: u8,
    },
    /// `A`, and `F` with attribution.
    Add {
        /// Common fields.
        head: Head,
        /// The order.
        order: AddOrder,
        /// MPID of an `F`.
        attribution: Option<[u8; 4]>,
    },
    /// `E`.
    Executed {
        /// Common fields.
        head: Head,
        /// Order hit.
        reference: u64,
        /// Shares taken off it.
        shares: u32,
        /// Day-unique.
        match_number: u64,
    },
    /// `C`.
    ExecutedWithPrice {
        /// Common fields.
        head: Head,
        /// Order hit.
        reference: u64,
        /// Shares taken off it.
        shares: u32,
        /// Day-unique.
        match_number: u64,
        /// The execution is to be told as a trade.
        printable: bool,
        /// Execution price.
        price: u32,
    },
    /// `X`.
    Cancel {
        /// Common fields.
        head: Head,
        /// Order reduced.
        reference: u64,
        /// Shares taken off it.
        shares: u32,
    },
    /// `D`.
    Delete {
        /// Common fields.
        head: Head,
        /// Order removed.
        reference: u64,
    },
    /// `U`.
    Replace {
        /// Common fields.
        head: Head,
        /// Order removed.
        original: u64,
        /// Order that takes its place.
        reference: u64,
        /// Displayed shares of the new one.
        shares: u32,
        /// Its price.
        price: u32,
    },
    /// `P`: a hidden match.
    Trade {
        /// Common fields.
        head: Head,
        /// 0.
        reference: u64,
        /// `B`, whatever the hidden side.
        side: u8,
        /// Shares.
        shares: u32,
        /// Instrument.
        stock: Symbol,
        /// Match price.
        price: u32,
        /// Day-unique.
        match_number: u64,
    },
    /// `Q`.
    CrossTrade {
        /// Common fields.
        head: Head,
        /// Shares, may be 0.
        shares: u64,
        /// Instrument.
        stock: Symbol,
        /// Price of the cross.
        price: u32,
        /// Day-unique.
        match_number: u64,
        /// O C H A I.
        cross_type: u8,
    },
    /// `B`.
    BrokenTrade {
        /// Common fields.
        head: Head,
        /// Of the execution broken.
        match_number: u64,
    },
    /// `I`.
    Imbalance {
        /// Common fields.
        head: Head,
        /// Matched at the reference price.
        paired_shares: u64,
        /// Not matched.
        imbalance_shares: u64,
        /// B S N O P.
        direction: u8,
        /// Instrument.
        stock: Symbol,
        /// 0 when not computed.
        far_price: u32,
        /// 0 when not computed.
        near_price: u32,
        /// Price that it is calculated at.
        reference_price: u32,
        /// O C H A.
        cross_type: u8,
        /// Code.
        variation: u8,
    },
    /// `N`.
    RetailInterest {
        /// Common fields.
        head: Head,
        /// Instrument.
        stock: Symbol,
        /// B S A N.
        flag: u8,
    },
    /// `O`.
    DirectListing {
        /// Common fields.
        head: Head,
        /// Instrument.
        stock: Symbol,
        /// Y or N.
        eligible: u8,
        /// Lowest price at which it may open.
        minimum_price: u32,
        /// Highest price at which it may open.
        maximum_price: u32,
        /// Near execution price.
        near_price: u32,
        /// When that was set.
        near_time: u64,
        /// Lower collar.
        lower_collar: u32,
        /// Upper collar.
        upper_collar: u32,
    },
}

impl Message {
    /// The common fields.
    #[must_use]
    pub fn head(&self) -> Head {
        match *self {
            Self::SystemEvent { head, .. }
            | Self::StockDirectory { head, .. }
            | Self::TradingAction { head, .. }
            | Self::RegSho { head, .. }
            | Self::ParticipantPosition { head, .. }
            | Self::MwcbDecline { head, .. }
            | Self::MwcbStatus { head, .. }
            | Self::IpoQuoting { head, .. }
            | Self::LuldCollar { head, .. }
            | Self::OperationalHalt { head, .. }
            | Self::Add { head, .. }
            | Self::Executed { head, .. }
            | Self::ExecutedWithPrice { head, .. }
            | Self::Cancel { head, .. }
            | Self::Delete { head, .. }
            | Self::Replace { head, .. }
            | Self::Trade { head, .. }
            | Self::CrossTrade { head, .. }
            | Self::BrokenTrade { head, .. }
            | Self::Imbalance { head, .. }
            | Self::RetailInterest { head, .. }
            | Self::DirectListing { head, .. } => head,
        }
    }

    /// The symbol that it names, if its type has one.
    #[must_use]
    pub fn stock(&self) -> Option<Symbol> {
        match *self {
            Self::StockDirectory { stock, .. }
            | Self::TradingAction { stock, .. }
            | Self::RegSho { stock, .. }
            | Self::ParticipantPosition { stock, .. }
            | Self::IpoQuoting { stock, .. }
            | Self::LuldCollar { stock, .. }
            | Self::OperationalHalt { stock, .. }
            | Self::Add { order: AddOrder { stock, .. }, .. }
            | Self::Trade { stock, .. }
            | Self::CrossTrade { stock, .. }
            | Self::Imbalance { stock, .. }
            | Self::RetailInterest { stock, .. }
            | Self::DirectListing { stock, .. } => Some(stock),
            Self::SystemEvent { .. }
            | Self::MwcbDecline { .. }
            | Self::MwcbStatus { .. }
            | Self::Executed { .. }
            | Self::ExecutedWithPrice { .. }
            | Self::Cancel { .. }
            | Self::Delete { .. }
            | Self::Replace { .. }
            | Self::BrokenTrade { .. } => None,
        }
    }

    /// Its type byte.
    #[must_use]
    pub fn type_byte(&self) -> u8 {
        match self {
            Self::SystemEvent { .. } => b'S',
            Self::StockDirectory { .. } => b'R',
            Self::TradingAction { .. } => b'H',
            Self::RegSho { .. } => b'Y',
            Self::ParticipantPosition { .. } => b'L',
            Self::MwcbDecline { .. } => b'V',
            Self::MwcbStatus { .. } => b'W',
            Self::IpoQuoting { .. } => b'K',
            Self::LuldCollar { .. } => b'J',
            Self::OperationalHalt { .. } => b'h',
            Self::Add { attribution: None, .. } => b'A',
            Self::Add { attribution: Some(_), .. } => b'F',
            Self::Executed { .. } => b'E',
            Self::ExecutedWithPrice { .. } => b'C',
            Self::Cancel { .. } => b'X',
            Self::Delete { .. } => b'D',
            Self::Replace { .. } => b'U',
            Self::Trade { .. } => b'P',
            Self::CrossTrade { .. } => b'Q',
            Self::BrokenTrade { .. } => b'B',
            Self::Imbalance { .. } => b'I',
            Self::RetailInterest { .. } => b'N',
            Self::DirectListing { .. } => b'O',
        }
    }
}
