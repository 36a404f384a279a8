// Generated from hdl/regs/escapement.rdl by `make generate`. Do not edit.
//! The counter bank: groups, names and offsets. Read a coherent set: write `Control::SNAPSHOT`, then read.

/// Byte offset of counter 0 on BAR0.
pub const BASE: usize = 0x1000;
/// Number of counters.
pub const COUNT: usize = 79;

/// What a group of counters counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Message copies in accepted frames, by line.
    Copies,
    /// Frames by disposition.
    Frames,
    /// Message copies by disposition.
    Dispositions,
    /// Events, in no sum.
    Events,
    /// Delivered messages by type byte.
    Messages,
    /// Ticks made by kind.
    Ticks,
    /// Entries and lines on their way out.
    Output,
}
impl Group {
    /// All groups, in bank order.
    pub const ALL: &'static [Group] = &[
        Group::Copies,
        Group::Frames,
        Group::Dispositions,
        Group::Events,
        Group::Messages,
        Group::Ticks,
        Group::Output,
    ];
    /// Name as in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Group::Copies => "copies",
            Group::Frames => "frames",
            Group::Dispositions => "dispositions",
            Group::Events => "events",
            Group::Messages => "messages",
            Group::Ticks => "ticks",
            Group::Output => "output",
        }
    }
}

/// Counters by name; the number is the index in the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Counter {
    /// `copies`: `in_a`.
    CopiesInA = 0,
    /// `copies`: `in_b`.
    CopiesInB = 1,
    /// `frames`: `ok`.
    FramesOk = 2,
    /// `frames`: `bad_fcs`.
    FramesBadFcs = 3,
    /// `frames`: `oversize`.
    FramesOversize = 4,
    /// `frames`: `short_frame`.
    FramesShortFrame = 5,
    /// `frames`: `not_ipv4`.
    FramesNotIpv4 = 6,
    /// `frames`: `bad_ip_header`.
    FramesBadIpHeader = 7,
    /// `frames`: `bad_ip_checksum`.
    FramesBadIpChecksum = 8,
    /// `frames`: `fragment`.
    FramesFragment = 9,
    /// `frames`: `not_udp`.
    FramesNotUdp = 10,
    /// `frames`: `wrong_group`.
    FramesWrongGroup = 11,
    /// `frames`: `wrong_port`.
    FramesWrongPort = 12,
    /// `frames`: `bad_udp_length`.
    FramesBadUdpLength = 13,
    /// `frames`: `transport_short`.
    FramesTransportShort = 14,
    /// `frames`: `transport_version`.
    FramesTransportVersion = 15,
    /// `frames`: `wrong_protocol`.
    FramesWrongProtocol = 16,
    /// `frames`: `wrong_channel`.
    FramesWrongChannel = 17,
    /// `frames`: `transport_length`.
    FramesTransportLength = 18,
    /// `frames`: `cut_datagram`.
    FramesCutDatagram = 19,
    /// `frames`: `bad_udp_checksum`.
    FramesBadUdpChecksum = 20,
    /// `frames`: `overrun`.
    FramesOverrun = 21,
    /// `frames`: `fifo_full`.
    FramesFifoFull = 22,
    /// `dispositions`: `ticked`.
    DispositionsTicked = 23,
    /// `dispositions`: `no_change`.
    DispositionsNoChange = 24,
    /// `dispositions`: `event_open`.
    DispositionsEventOpen = 25,
    /// `dispositions`: `not_book_relevant`.
    DispositionsNotBookRelevant = 26,
    /// `dispositions`: `unmapped`.
    DispositionsUnmapped = 27,
    /// `dispositions`: `unknown_type`.
    DispositionsUnknownType = 28,
    /// `dispositions`: `short`.
    DispositionsShort = 29,
    /// `dispositions`: `empty`.
    DispositionsEmpty = 30,
    /// `dispositions`: `duplicate`.
    DispositionsDuplicate = 31,
    /// `dispositions`: `late`.
    DispositionsLate = 32,
    /// `events`: `ip_checksum_bad`.
    EventsIpChecksumBad = 33,
    /// `events`: `udp_checksum_bad`.
    EventsUdpChecksumBad = 34,
    /// `events`: `malformed_block`.
    EventsMalformedBlock = 35,
    /// `events`: `trailing_bytes`.
    EventsTrailingBytes = 36,
    /// `events`: `heartbeats`.
    EventsHeartbeats = 37,
    /// `events`: `restarts`.
    EventsRestarts = 38,
    /// `events`: `gaps`.
    EventsGaps = 39,
    /// `events`: `lost`.
    EventsLost = 40,
    /// `events`: `lost_range_evicted`.
    EventsLostRangeEvicted = 41,
    /// `events`: `absent_level`.
    EventsAbsentLevel = 42,
    /// `events`: `level_overflow`.
    EventsLevelOverflow = 43,
    /// `events`: `recentre_held`.
    EventsRecentreHeld = 44,
    /// `events`: `refill_stalls`.
    EventsRefillStalls = 45,
    /// `events`: `refill_cycles`.
    EventsRefillCycles = 46,
    /// `events`: `voided_messages`.
    EventsVoidedMessages = 47,
    /// `messages`: `type_S`.
    MessagesTypeS = 48,
    /// `messages`: `type_D`.
    MessagesTypeD = 49,
    /// `messages`: `type_H`.
    MessagesTypeH = 50,
    /// `messages`: `type_I`.
    MessagesTypeI = 51,
    /// `messages`: `type_O`.
    MessagesTypeO = 52,
    /// `messages`: `type_E`.
    MessagesTypeE = 53,
    /// `messages`: `type_Q`.
    MessagesTypeQ = 54,
    /// `messages`: `type_8`.
    MessagesType8 = 55,
    /// `messages`: `type_5`.
    MessagesType5 = 56,
    /// `messages`: `type_P`.
    MessagesTypeP = 57,
    /// `messages`: `type_T`.
    MessagesTypeT = 58,
    /// `messages`: `type_X`.
    MessagesTypeX = 59,
    /// `messages`: `type_B`.
    MessagesTypeB = 60,
    /// `messages`: `type_A`.
    MessagesTypeA = 61,
    /// `messages`: `type_other`.
    MessagesTypeOther = 62,
    /// `ticks`: `bid`.
    TicksBid = 63,
    /// `ticks`: `ask`.
    TicksAsk = 64,
    /// `ticks`: `trade`.
    TicksTrade = 65,
    /// `ticks`: `trade_break`.
    TicksTradeBreak = 66,
    /// `ticks`: `status`.
    TicksStatus = 67,
    /// `output`: `ticks_made`.
    OutputTicksMade = 68,
    /// `output`: `ticks_written`.
    OutputTicksWritten = 69,
    /// `output`: `ticks_dropped`.
    OutputTicksDropped = 70,
    /// `output`: `control_dropped`.
    OutputControlDropped = 71,
    /// `output`: `escapes`.
    OutputEscapes = 72,
    /// `output`: `recentres`.
    OutputRecentres = 73,
    /// `output`: `refreshes`.
    OutputRefreshes = 74,
    /// `output`: `entries_written`.
    OutputEntriesWritten = 75,
    /// `output`: `lines_written`.
    OutputLinesWritten = 76,
    /// `output`: `lines_refused`.
    OutputLinesRefused = 77,
    /// `output`: `interrupts`.
    OutputInterrupts = 78,
}
impl Counter {
    /// All counters, in bank order.
    pub const ALL: &'static [Counter; COUNT] = &[
        Counter::CopiesInA,
        Counter::CopiesInB,
        Counter::FramesOk,
        Counter::FramesBadFcs,
        Counter::FramesOversize,
        Counter::FramesShortFrame,
        Counter::FramesNotIpv4,
        Counter::FramesBadIpHeader,
        Counter::FramesBadIpChecksum,
        Counter::FramesFragment,
        Counter::FramesNotUdp,
        Counter::FramesWrongGroup,
        Counter::FramesWrongPort,
        Counter::FramesBadUdpLength,
        Counter::FramesTransportShort,
        Counter::FramesTransportVersion,
        Counter::FramesWrongProtocol,
        Counter::FramesWrongChannel,
        Counter::FramesTransportLength,
        Counter::FramesCutDatagram,
        Counter::FramesBadUdpChecksum,
        Counter::FramesOverrun,
        Counter::FramesFifoFull,
        Counter::DispositionsTicked,
        Counter::DispositionsNoChange,
        Counter::DispositionsEventOpen,
        Counter::DispositionsNotBookRelevant,
        Counter::DispositionsUnmapped,
        Counter::DispositionsUnknownType,
        Counter::DispositionsShort,
        Counter::DispositionsEmpty,
        Counter::DispositionsDuplicate,
        Counter::DispositionsLate,
        Counter::EventsIpChecksumBad,
        Counter::EventsUdpChecksumBad,
        Counter::EventsMalformedBlock,
        Counter::EventsTrailingBytes,
        Counter::EventsHeartbeats,
        Counter::EventsRestarts,
        Counter::EventsGaps,
        Counter::EventsLost,
        Counter::EventsLostRangeEvicted,
        Counter::EventsAbsentLevel,
        Counter::EventsLevelOverflow,
        Counter::EventsRecentreHeld,
        Counter::EventsRefillStalls,
        Counter::EventsRefillCycles,
        Counter::EventsVoidedMessages,
        Counter::MessagesTypeS,
        Counter::MessagesTypeD,
        Counter::MessagesTypeH,
        Counter::MessagesTypeI,
        Counter::MessagesTypeO,
        Counter::MessagesTypeE,
        Counter::MessagesTypeQ,
        Counter::MessagesType8,
        Counter::MessagesType5,
        Counter::MessagesTypeP,
        Counter::MessagesTypeT,
        Counter::MessagesTypeX,
        Counter::MessagesTypeB,
        Counter::MessagesTypeA,
        Counter::MessagesTypeOther,
        Counter::TicksBid,
        Counter::TicksAsk,
        Counter::TicksTrade,
        Counter::TicksTradeBreak,
        Counter::TicksStatus,
        Counter::OutputTicksMade,
        Counter::OutputTicksWritten,
        Counter::OutputTicksDropped,
        Counter::OutputControlDropped,
        Counter::OutputEscapes,
        Counter::OutputRecentres,
        Counter::OutputRefreshes,
        Counter::OutputEntriesWritten,
        Counter::OutputLinesWritten,
        Counter::OutputLinesRefused,
        Counter::OutputInterrupts,
    ];
    /// Index in the bank.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
    /// Byte offset on BAR0.
    #[must_use]
    pub const fn offset(self) -> usize {
        BASE + 8 * self as usize
    }
    /// Name inside its group, as in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        NAMES[self as usize].1
    }
    /// Group.
    #[must_use]
    pub const fn group(self) -> Group {
        NAMES[self as usize].0
    }
    /// Counters of one group, in bank order.
    pub fn of(group: Group) -> impl Iterator<Item = Counter> {
        Self::ALL.iter().copied().filter(move |c| c.group() == group)
    }
    /// Counter of a delivered message by its type byte.
    #[must_use]
    pub const fn of_message_type(message_type: u8) -> Counter {
        match message_type {
            b'S' => Counter::MessagesTypeS,
            b'D' => Counter::MessagesTypeD,
            b'H' => Counter::MessagesTypeH,
            b'I' => Counter::MessagesTypeI,
            b'O' => Counter::MessagesTypeO,
            b'E' => Counter::MessagesTypeE,
            b'Q' => Counter::MessagesTypeQ,
            b'8' => Counter::MessagesType8,
            b'5' => Counter::MessagesType5,
            b'P' => Counter::MessagesTypeP,
            b'T' => Counter::MessagesTypeT,
            b'X' => Counter::MessagesTypeX,
            b'B' => Counter::MessagesTypeB,
            b'A' => Counter::MessagesTypeA,
            _ => Counter::MessagesTypeOther,
        }
    }
}

/// Group and name of each counter, in bank order.
const NAMES: [(Group, &str); COUNT] = [
    (Group::Copies, "in_a"),
    (Group::Copies, "in_b"),
    (Group::Frames, "ok"),
    (Group::Frames, "bad_fcs"),
    (Group::Frames, "oversize"),
    (Group::Frames, "short_frame"),
    (Group::Frames, "not_ipv4"),
    (Group::Frames, "bad_ip_header"),
    (Group::Frames, "bad_ip_checksum"),
    (Group::Frames, "fragment"),
    (Group::Frames, "not_udp"),
    (Group::Frames, "wrong_group"),
    (Group::Frames, "wrong_port"),
    (Group::Frames, "bad_udp_length"),
    (Group::Frames, "transport_short"),
    (Group::Frames, "transport_version"),
    (Group::Frames, "wrong_protocol"),
    (Group::Frames, "wrong_channel"),
    (Group::Frames, "transport_length"),
    (Group::Frames, "cut_datagram"),
    (Group::Frames, "bad_udp_checksum"),
    (Group::Frames, "overrun"),
    (Group::Frames, "fifo_full"),
    (Group::Dispositions, "ticked"),
    (Group::Dispositions, "no_change"),
    (Group::Dispositions, "event_open"),
    (Group::Dispositions, "not_book_relevant"),
    (Group::Dispositions, "unmapped"),
    (Group::Dispositions, "unknown_type"),
    (Group::Dispositions, "short"),
    (Group::Dispositions, "empty"),
    (Group::Dispositions, "duplicate"),
    (Group::Dispositions, "late"),
    (Group::Events, "ip_checksum_bad"),
    (Group::Events, "udp_checksum_bad"),
    (Group::Events, "malformed_block"),
    (Group::Events, "trailing_bytes"),
    (Group::Events, "heartbeats"),
    (Group::Events, "restarts"),
    (Group::Events, "gaps"),
    (Group::Events, "lost"),
    (Group::Events, "lost_range_evicted"),
    (Group::Events, "absent_level"),
    (Group::Events, "level_overflow"),
    (Group::Events, "recentre_held"),
    (Group::Events, "refill_stalls"),
    (Group::Events, "refill_cycles"),
    (Group::Events, "voided_messages"),
    (Group::Messages, "type_S"),
    (Group::Messages, "type_D"),
    (Group::Messages, "type_H"),
    (Group::Messages, "type_I"),
    (Group::Messages, "type_O"),
    (Group::Messages, "type_E"),
    (Group::Messages, "type_Q"),
    (Group::Messages, "type_8"),
    (Group::Messages, "type_5"),
    (Group::Messages, "type_P"),
    (Group::Messages, "type_T"),
    (Group::Messages, "type_X"),
    (Group::Messages, "type_B"),
    (Group::Messages, "type_A"),
    (Group::Messages, "type_other"),
    (Group::Ticks, "bid"),
    (Group::Ticks, "ask"),
    (Group::Ticks, "trade"),
    (Group::Ticks, "trade_break"),
    (Group::Ticks, "status"),
    (Group::Output, "ticks_made"),
    (Group::Output, "ticks_written"),
    (Group::Output, "ticks_dropped"),
    (Group::Output, "control_dropped"),
    (Group::Output, "escapes"),
    (Group::Output, "recentres"),
    (Group::Output, "refreshes"),
    (Group::Output, "entries_written"),
    (Group::Output, "lines_written"),
    (Group::Output, "lines_refused"),
    (Group::Output, "interrupts"),
];
