// Generated from hdl/regs/escapement.rdl by `make generate`. Do not edit.
//! The counter bank: groups, names and offsets. Read a coherent set: write `Control::SNAPSHOT`, then read.

/// Byte offset of counter 0 on BAR0.
pub const BASE: usize = 0x1000;
/// Number of counters.
pub const COUNT: usize = 129;

/// What a group of counters counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Message copies in accepted frames, by line.
    Copies,
    /// Frames of line A by disposition.
    Frames,
    /// Frames of line B by disposition, in the order of those of line A.
    Bframes,
    /// Message copies of both lines by disposition.
    Dispositions,
    /// Of these, refused copies of line B.
    Bcopies,
    /// Events, in no sum.
    Events,
    /// Delivered messages by type byte.
    Messages,
    /// Ticks made by kind.
    Ticks,
    /// Entries and lines on their way out.
    Output,
    /// What the host loaded: messages (in ledger 1 like copies), marks of slots and feed, and loads refused.
    Loads,
}
impl Group {
    /// All groups, in bank order.
    pub const ALL: &'static [Group] = &[
        Group::Copies,
        Group::Frames,
        Group::Bframes,
        Group::Dispositions,
        Group::Bcopies,
        Group::Events,
        Group::Messages,
        Group::Ticks,
        Group::Output,
        Group::Loads,
    ];
    /// Name as in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Group::Copies => "copies",
            Group::Frames => "frames",
            Group::Bframes => "bframes",
            Group::Dispositions => "dispositions",
            Group::Bcopies => "bcopies",
            Group::Events => "events",
            Group::Messages => "messages",
            Group::Ticks => "ticks",
            Group::Output => "output",
            Group::Loads => "loads",
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
    /// `bframes`: `ok`.
    BframesOk = 23,
    /// `bframes`: `bad_fcs`.
    BframesBadFcs = 24,
    /// `bframes`: `oversize`.
    BframesOversize = 25,
    /// `bframes`: `short_frame`.
    BframesShortFrame = 26,
    /// `bframes`: `not_ipv4`.
    BframesNotIpv4 = 27,
    /// `bframes`: `bad_ip_header`.
    BframesBadIpHeader = 28,
    /// `bframes`: `bad_ip_checksum`.
    BframesBadIpChecksum = 29,
    /// `bframes`: `fragment`.
    BframesFragment = 30,
    /// `bframes`: `not_udp`.
    BframesNotUdp = 31,
    /// `bframes`: `wrong_group`.
    BframesWrongGroup = 32,
    /// `bframes`: `wrong_port`.
    BframesWrongPort = 33,
    /// `bframes`: `bad_udp_length`.
    BframesBadUdpLength = 34,
    /// `bframes`: `transport_short`.
    BframesTransportShort = 35,
    /// `bframes`: `transport_version`.
    BframesTransportVersion = 36,
    /// `bframes`: `wrong_protocol`.
    BframesWrongProtocol = 37,
    /// `bframes`: `wrong_channel`.
    BframesWrongChannel = 38,
    /// `bframes`: `transport_length`.
    BframesTransportLength = 39,
    /// `bframes`: `cut_datagram`.
    BframesCutDatagram = 40,
    /// `bframes`: `bad_udp_checksum`.
    BframesBadUdpChecksum = 41,
    /// `bframes`: `overrun`.
    BframesOverrun = 42,
    /// `bframes`: `fifo_full`.
    BframesFifoFull = 43,
    /// `dispositions`: `ticked`.
    DispositionsTicked = 44,
    /// `dispositions`: `no_change`.
    DispositionsNoChange = 45,
    /// `dispositions`: `event_open`.
    DispositionsEventOpen = 46,
    /// `dispositions`: `not_book_relevant`.
    DispositionsNotBookRelevant = 47,
    /// `dispositions`: `unmapped`.
    DispositionsUnmapped = 48,
    /// `dispositions`: `unknown_ref`.
    DispositionsUnknownRef = 49,
    /// `dispositions`: `unknown_type`.
    DispositionsUnknownType = 50,
    /// `dispositions`: `short`.
    DispositionsShort = 51,
    /// `dispositions`: `empty`.
    DispositionsEmpty = 52,
    /// `dispositions`: `duplicate`.
    DispositionsDuplicate = 53,
    /// `dispositions`: `late`.
    DispositionsLate = 54,
    /// `dispositions`: `stale_session`.
    DispositionsStaleSession = 55,
    /// `bcopies`: `duplicate`.
    BcopiesDuplicate = 56,
    /// `bcopies`: `late`.
    BcopiesLate = 57,
    /// `bcopies`: `stale_session`.
    BcopiesStaleSession = 58,
    /// `events`: `ip_checksum_bad`.
    EventsIpChecksumBad = 59,
    /// `events`: `udp_checksum_bad`.
    EventsUdpChecksumBad = 60,
    /// `events`: `malformed_block`.
    EventsMalformedBlock = 61,
    /// `events`: `trailing_bytes`.
    EventsTrailingBytes = 62,
    /// `events`: `heartbeats`.
    EventsHeartbeats = 63,
    /// `events`: `end_of_session`.
    EventsEndOfSession = 64,
    /// `events`: `restarts`.
    EventsRestarts = 65,
    /// `events`: `gaps`.
    EventsGaps = 66,
    /// `events`: `lost`.
    EventsLost = 67,
    /// `events`: `gap_window`.
    EventsGapWindow = 68,
    /// `events`: `reorder_full`.
    EventsReorderFull = 69,
    /// `events`: `lost_range_evicted`.
    EventsLostRangeEvicted = 70,
    /// `events`: `delivered_a`.
    EventsDeliveredA = 71,
    /// `events`: `delivered_b`.
    EventsDeliveredB = 72,
    /// `events`: `absent_level`.
    EventsAbsentLevel = 73,
    /// `events`: `level_overflow`.
    EventsLevelOverflow = 74,
    /// `events`: `level_clamped`.
    EventsLevelClamped = 75,
    /// `events`: `table_overflow`.
    EventsTableOverflow = 76,
    /// `events`: `reused_ref`.
    EventsReusedRef = 77,
    /// `events`: `over_execution`.
    EventsOverExecution = 78,
    /// `events`: `recentre_held`.
    EventsRecentreHeld = 79,
    /// `events`: `refill_stalls`.
    EventsRefillStalls = 80,
    /// `events`: `refill_cycles`.
    EventsRefillCycles = 81,
    /// `events`: `voided_messages`.
    EventsVoidedMessages = 82,
    /// `messages`: `type_S`.
    MessagesTypeS = 83,
    /// `messages`: `type_D`.
    MessagesTypeD = 84,
    /// `messages`: `type_H`.
    MessagesTypeH = 85,
    /// `messages`: `type_I`.
    MessagesTypeI = 86,
    /// `messages`: `type_O`.
    MessagesTypeO = 87,
    /// `messages`: `type_E`.
    MessagesTypeE = 88,
    /// `messages`: `type_Q`.
    MessagesTypeQ = 89,
    /// `messages`: `type_8`.
    MessagesType8 = 90,
    /// `messages`: `type_5`.
    MessagesType5 = 91,
    /// `messages`: `type_P`.
    MessagesTypeP = 92,
    /// `messages`: `type_T`.
    MessagesTypeT = 93,
    /// `messages`: `type_X`.
    MessagesTypeX = 94,
    /// `messages`: `type_B`.
    MessagesTypeB = 95,
    /// `messages`: `type_A`.
    MessagesTypeA = 96,
    /// `messages`: `type_R`.
    MessagesTypeR = 97,
    /// `messages`: `type_Y`.
    MessagesTypeY = 98,
    /// `messages`: `type_L`.
    MessagesTypeL = 99,
    /// `messages`: `type_V`.
    MessagesTypeV = 100,
    /// `messages`: `type_W`.
    MessagesTypeW = 101,
    /// `messages`: `type_K`.
    MessagesTypeK = 102,
    /// `messages`: `type_J`.
    MessagesTypeJ = 103,
    /// `messages`: `type_lower_h`.
    MessagesTypeLowerH = 104,
    /// `messages`: `type_F`.
    MessagesTypeF = 105,
    /// `messages`: `type_C`.
    MessagesTypeC = 106,
    /// `messages`: `type_U`.
    MessagesTypeU = 107,
    /// `messages`: `type_N`.
    MessagesTypeN = 108,
    /// `messages`: `type_other`.
    MessagesTypeOther = 109,
    /// `ticks`: `bid`.
    TicksBid = 110,
    /// `ticks`: `ask`.
    TicksAsk = 111,
    /// `ticks`: `trade`.
    TicksTrade = 112,
    /// `ticks`: `trade_break`.
    TicksTradeBreak = 113,
    /// `ticks`: `status`.
    TicksStatus = 114,
    /// `output`: `ticks_made`.
    OutputTicksMade = 115,
    /// `output`: `ticks_written`.
    OutputTicksWritten = 116,
    /// `output`: `ticks_dropped`.
    OutputTicksDropped = 117,
    /// `output`: `control_dropped`.
    OutputControlDropped = 118,
    /// `output`: `escapes`.
    OutputEscapes = 119,
    /// `output`: `recentres`.
    OutputRecentres = 120,
    /// `output`: `refreshes`.
    OutputRefreshes = 121,
    /// `output`: `entries_written`.
    OutputEntriesWritten = 122,
    /// `output`: `lines_written`.
    OutputLinesWritten = 123,
    /// `output`: `lines_refused`.
    OutputLinesRefused = 124,
    /// `output`: `interrupts`.
    OutputInterrupts = 125,
    /// `loads`: `messages`.
    LoadsMessages = 126,
    /// `loads`: `marks`.
    LoadsMarks = 127,
    /// `loads`: `refused`.
    LoadsRefused = 128,
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
        Counter::BframesOk,
        Counter::BframesBadFcs,
        Counter::BframesOversize,
        Counter::BframesShortFrame,
        Counter::BframesNotIpv4,
        Counter::BframesBadIpHeader,
        Counter::BframesBadIpChecksum,
        Counter::BframesFragment,
        Counter::BframesNotUdp,
        Counter::BframesWrongGroup,
        Counter::BframesWrongPort,
        Counter::BframesBadUdpLength,
        Counter::BframesTransportShort,
        Counter::BframesTransportVersion,
        Counter::BframesWrongProtocol,
        Counter::BframesWrongChannel,
        Counter::BframesTransportLength,
        Counter::BframesCutDatagram,
        Counter::BframesBadUdpChecksum,
        Counter::BframesOverrun,
        Counter::BframesFifoFull,
        Counter::DispositionsTicked,
        Counter::DispositionsNoChange,
        Counter::DispositionsEventOpen,
        Counter::DispositionsNotBookRelevant,
        Counter::DispositionsUnmapped,
        Counter::DispositionsUnknownRef,
        Counter::DispositionsUnknownType,
        Counter::DispositionsShort,
        Counter::DispositionsEmpty,
        Counter::DispositionsDuplicate,
        Counter::DispositionsLate,
        Counter::DispositionsStaleSession,
        Counter::BcopiesDuplicate,
        Counter::BcopiesLate,
        Counter::BcopiesStaleSession,
        Counter::EventsIpChecksumBad,
        Counter::EventsUdpChecksumBad,
        Counter::EventsMalformedBlock,
        Counter::EventsTrailingBytes,
        Counter::EventsHeartbeats,
        Counter::EventsEndOfSession,
        Counter::EventsRestarts,
        Counter::EventsGaps,
        Counter::EventsLost,
        Counter::EventsGapWindow,
        Counter::EventsReorderFull,
        Counter::EventsLostRangeEvicted,
        Counter::EventsDeliveredA,
        Counter::EventsDeliveredB,
        Counter::EventsAbsentLevel,
        Counter::EventsLevelOverflow,
        Counter::EventsLevelClamped,
        Counter::EventsTableOverflow,
        Counter::EventsReusedRef,
        Counter::EventsOverExecution,
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
        Counter::MessagesTypeR,
        Counter::MessagesTypeY,
        Counter::MessagesTypeL,
        Counter::MessagesTypeV,
        Counter::MessagesTypeW,
        Counter::MessagesTypeK,
        Counter::MessagesTypeJ,
        Counter::MessagesTypeLowerH,
        Counter::MessagesTypeF,
        Counter::MessagesTypeC,
        Counter::MessagesTypeU,
        Counter::MessagesTypeN,
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
        Counter::LoadsMessages,
        Counter::LoadsMarks,
        Counter::LoadsRefused,
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
            b'R' => Counter::MessagesTypeR,
            b'Y' => Counter::MessagesTypeY,
            b'L' => Counter::MessagesTypeL,
            b'V' => Counter::MessagesTypeV,
            b'W' => Counter::MessagesTypeW,
            b'K' => Counter::MessagesTypeK,
            b'J' => Counter::MessagesTypeJ,
            b'h' => Counter::MessagesTypeLowerH,
            b'F' => Counter::MessagesTypeF,
            b'C' => Counter::MessagesTypeC,
            b'U' => Counter::MessagesTypeU,
            b'N' => Counter::MessagesTypeN,
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
    (Group::Bframes, "ok"),
    (Group::Bframes, "bad_fcs"),
    (Group::Bframes, "oversize"),
    (Group::Bframes, "short_frame"),
    (Group::Bframes, "not_ipv4"),
    (Group::Bframes, "bad_ip_header"),
    (Group::Bframes, "bad_ip_checksum"),
    (Group::Bframes, "fragment"),
    (Group::Bframes, "not_udp"),
    (Group::Bframes, "wrong_group"),
    (Group::Bframes, "wrong_port"),
    (Group::Bframes, "bad_udp_length"),
    (Group::Bframes, "transport_short"),
    (Group::Bframes, "transport_version"),
    (Group::Bframes, "wrong_protocol"),
    (Group::Bframes, "wrong_channel"),
    (Group::Bframes, "transport_length"),
    (Group::Bframes, "cut_datagram"),
    (Group::Bframes, "bad_udp_checksum"),
    (Group::Bframes, "overrun"),
    (Group::Bframes, "fifo_full"),
    (Group::Dispositions, "ticked"),
    (Group::Dispositions, "no_change"),
    (Group::Dispositions, "event_open"),
    (Group::Dispositions, "not_book_relevant"),
    (Group::Dispositions, "unmapped"),
    (Group::Dispositions, "unknown_ref"),
    (Group::Dispositions, "unknown_type"),
    (Group::Dispositions, "short"),
    (Group::Dispositions, "empty"),
    (Group::Dispositions, "duplicate"),
    (Group::Dispositions, "late"),
    (Group::Dispositions, "stale_session"),
    (Group::Bcopies, "duplicate"),
    (Group::Bcopies, "late"),
    (Group::Bcopies, "stale_session"),
    (Group::Events, "ip_checksum_bad"),
    (Group::Events, "udp_checksum_bad"),
    (Group::Events, "malformed_block"),
    (Group::Events, "trailing_bytes"),
    (Group::Events, "heartbeats"),
    (Group::Events, "end_of_session"),
    (Group::Events, "restarts"),
    (Group::Events, "gaps"),
    (Group::Events, "lost"),
    (Group::Events, "gap_window"),
    (Group::Events, "reorder_full"),
    (Group::Events, "lost_range_evicted"),
    (Group::Events, "delivered_a"),
    (Group::Events, "delivered_b"),
    (Group::Events, "absent_level"),
    (Group::Events, "level_overflow"),
    (Group::Events, "level_clamped"),
    (Group::Events, "table_overflow"),
    (Group::Events, "reused_ref"),
    (Group::Events, "over_execution"),
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
    (Group::Messages, "type_R"),
    (Group::Messages, "type_Y"),
    (Group::Messages, "type_L"),
    (Group::Messages, "type_V"),
    (Group::Messages, "type_W"),
    (Group::Messages, "type_K"),
    (Group::Messages, "type_J"),
    (Group::Messages, "type_lower_h"),
    (Group::Messages, "type_F"),
    (Group::Messages, "type_C"),
    (Group::Messages, "type_U"),
    (Group::Messages, "type_N"),
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
    (Group::Loads, "messages"),
    (Group::Loads, "marks"),
    (Group::Loads, "refused"),
];
