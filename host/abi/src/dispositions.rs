// Generated from hdl/regs/escapement.rdl by `make generate`. Do not edit.
//! What became of a frame or of a message copy, and the events counted beside.

use crate::counters::Counter;

/// What became of a frame; exactly one each (docs/card-model.md, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum FrameDisposition {
    /// `ok`.
    Ok = 0,
    /// `bad_fcs`.
    BadFcs = 1,
    /// `oversize`.
    Oversize = 2,
    /// `short_frame`.
    ShortFrame = 3,
    /// `not_ipv4`.
    NotIpv4 = 4,
    /// `bad_ip_header`.
    BadIpHeader = 5,
    /// `bad_ip_checksum`.
    BadIpChecksum = 6,
    /// `fragment`.
    Fragment = 7,
    /// `not_udp`.
    NotUdp = 8,
    /// `wrong_group`.
    WrongGroup = 9,
    /// `wrong_port`.
    WrongPort = 10,
    /// `bad_udp_length`.
    BadUdpLength = 11,
    /// `transport_short`.
    TransportShort = 12,
    /// `transport_version`.
    TransportVersion = 13,
    /// `wrong_protocol`.
    WrongProtocol = 14,
    /// `wrong_channel`.
    WrongChannel = 15,
    /// `transport_length`.
    TransportLength = 16,
    /// `cut_datagram`.
    CutDatagram = 17,
    /// `bad_udp_checksum`.
    BadUdpChecksum = 18,
    /// `overrun`.
    Overrun = 19,
    /// `fifo_full`.
    FifoFull = 20,
}
impl FrameDisposition {
    /// How many there are.
    pub const COUNT: usize = 21;
    /// All, in the order of their numbers.
    pub const ALL: &'static [FrameDisposition; 21] = &[
        FrameDisposition::Ok,
        FrameDisposition::BadFcs,
        FrameDisposition::Oversize,
        FrameDisposition::ShortFrame,
        FrameDisposition::NotIpv4,
        FrameDisposition::BadIpHeader,
        FrameDisposition::BadIpChecksum,
        FrameDisposition::Fragment,
        FrameDisposition::NotUdp,
        FrameDisposition::WrongGroup,
        FrameDisposition::WrongPort,
        FrameDisposition::BadUdpLength,
        FrameDisposition::TransportShort,
        FrameDisposition::TransportVersion,
        FrameDisposition::WrongProtocol,
        FrameDisposition::WrongChannel,
        FrameDisposition::TransportLength,
        FrameDisposition::CutDatagram,
        FrameDisposition::BadUdpChecksum,
        FrameDisposition::Overrun,
        FrameDisposition::FifoFull,
    ];
    /// By number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<FrameDisposition> {
        if (number as usize) < 21 {
            Some(Self::ALL[number as usize])
        } else {
            None
        }
    }
    /// The counter that counts it.
    #[must_use]
    pub const fn counter(self) -> Counter {
        Counter::ALL[Counter::FramesOk.index() + self as usize]
    }
    /// Name as in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.counter().name()
    }
}

/// What became of a message copy; exactly one each (docs/card-model.md, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum MessageDisposition {
    /// `ticked`.
    Ticked = 0,
    /// `no_change`.
    NoChange = 1,
    /// `event_open`.
    EventOpen = 2,
    /// `not_book_relevant`.
    NotBookRelevant = 3,
    /// `unmapped`.
    Unmapped = 4,
    /// `unknown_ref`.
    UnknownRef = 5,
    /// `unknown_type`.
    UnknownType = 6,
    /// `short`.
    Short = 7,
    /// `empty`.
    Empty = 8,
    /// `duplicate`.
    Duplicate = 9,
    /// `late`.
    Late = 10,
    /// `stale_session`.
    StaleSession = 11,
}
impl MessageDisposition {
    /// How many there are.
    pub const COUNT: usize = 12;
    /// All, in the order of their numbers.
    pub const ALL: &'static [MessageDisposition; 12] = &[
        MessageDisposition::Ticked,
        MessageDisposition::NoChange,
        MessageDisposition::EventOpen,
        MessageDisposition::NotBookRelevant,
        MessageDisposition::Unmapped,
        MessageDisposition::UnknownRef,
        MessageDisposition::UnknownType,
        MessageDisposition::Short,
        MessageDisposition::Empty,
        MessageDisposition::Duplicate,
        MessageDisposition::Late,
        MessageDisposition::StaleSession,
    ];
    /// By number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<MessageDisposition> {
        if (number as usize) < 12 {
            Some(Self::ALL[number as usize])
        } else {
            None
        }
    }
    /// The counter that counts it.
    #[must_use]
    pub const fn counter(self) -> Counter {
        Counter::ALL[Counter::DispositionsTicked.index() + self as usize]
    }
    /// Name as in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.counter().name()
    }
}

/// Counted beside, in no sum (docs/card-model.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Event {
    /// `ip_checksum_bad`.
    IpChecksumBad = 0,
    /// `udp_checksum_bad`.
    UdpChecksumBad = 1,
    /// `malformed_block`.
    MalformedBlock = 2,
    /// `trailing_bytes`.
    TrailingBytes = 3,
    /// `heartbeats`.
    Heartbeats = 4,
    /// `end_of_session`.
    EndOfSession = 5,
    /// `restarts`.
    Restarts = 6,
    /// `gaps`.
    Gaps = 7,
    /// `lost`.
    Lost = 8,
    /// `gap_window`.
    GapWindow = 9,
    /// `reorder_full`.
    ReorderFull = 10,
    /// `lost_range_evicted`.
    LostRangeEvicted = 11,
    /// `delivered_a`.
    DeliveredA = 12,
    /// `delivered_b`.
    DeliveredB = 13,
    /// `absent_level`.
    AbsentLevel = 14,
    /// `level_overflow`.
    LevelOverflow = 15,
    /// `level_clamped`.
    LevelClamped = 16,
    /// `table_overflow`.
    TableOverflow = 17,
    /// `reused_ref`.
    ReusedRef = 18,
    /// `over_execution`.
    OverExecution = 19,
    /// `recentre_held`.
    RecentreHeld = 20,
    /// `refill_stalls`.
    RefillStalls = 21,
    /// `refill_cycles`.
    RefillCycles = 22,
    /// `voided_messages`.
    VoidedMessages = 23,
}
impl Event {
    /// How many there are.
    pub const COUNT: usize = 24;
    /// All, in the order of their numbers.
    pub const ALL: &'static [Event; 24] = &[
        Event::IpChecksumBad,
        Event::UdpChecksumBad,
        Event::MalformedBlock,
        Event::TrailingBytes,
        Event::Heartbeats,
        Event::EndOfSession,
        Event::Restarts,
        Event::Gaps,
        Event::Lost,
        Event::GapWindow,
        Event::ReorderFull,
        Event::LostRangeEvicted,
        Event::DeliveredA,
        Event::DeliveredB,
        Event::AbsentLevel,
        Event::LevelOverflow,
        Event::LevelClamped,
        Event::TableOverflow,
        Event::ReusedRef,
        Event::OverExecution,
        Event::RecentreHeld,
        Event::RefillStalls,
        Event::RefillCycles,
        Event::VoidedMessages,
    ];
    /// By number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Event> {
        if (number as usize) < 24 {
            Some(Self::ALL[number as usize])
        } else {
            None
        }
    }
    /// The counter that counts it.
    #[must_use]
    pub const fn counter(self) -> Counter {
        Counter::ALL[Counter::EventsIpChecksumBad.index() + self as usize]
    }
    /// Name as in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.counter().name()
    }
}
