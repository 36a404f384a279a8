//! What became of each frame and each message, and the events counted beside. Names and order are the registers'.

macro_rules! named {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name { $($(#[$inner])* $variant,)+ }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// Name in registers and reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

named! {
    /// What became of a frame: exactly one each. The number (`as u8`) is the one in void entries.
    FrameDisposition {
        /// Accepted.
        Ok = "ok",
        /// The MAC found the check sequence wrong.
        BadFcs = "bad_fcs",
        /// More than 2,048 bytes.
        Oversize = "oversize",
        /// The frame ends inside a header.
        ShortFrame = "short_frame",
        /// EtherType behind at most two tags is not IPv4.
        NotIpv4 = "not_ipv4",
        /// Version, header length or total length cannot be.
        BadIpHeader = "bad_ip_header",
        /// Header checksum wrong, and configured to matter.
        BadIpChecksum = "bad_ip_checksum",
        /// Part of a fragmented datagram.
        Fragment = "fragment",
        /// Another protocol over IPv4.
        NotUdp = "not_udp",
        /// Another destination address.
        WrongGroup = "wrong_group",
        /// Another destination port.
        WrongPort = "wrong_port",
        /// UDP length below 8 or beyond the IPv4 payload.
        BadUdpLength = "bad_udp_length",
        /// Too short for a segment header.
        TransportShort = "transport_short",
        /// IEX-TP version is not 1.
        TransportVersion = "transport_version",
        /// Another message protocol.
        WrongProtocol = "wrong_protocol",
        /// Another channel.
        WrongChannel = "wrong_channel",
        /// Segment and UDP lengths disagree.
        TransportLength = "transport_length",
        /// The frame has fewer bytes than its UDP length says.
        CutDatagram = "cut_datagram",
        /// UDP checksum wrong, and configured to matter.
        BadUdpChecksum = "bad_udp_checksum",
        /// Hardware only: the crossing FIFO was full.
        Overrun = "overrun",
        /// Hardware only: the frame FIFO was full.
        FifoFull = "fifo_full",
    }
}

named! {
    /// What became of each copy of a message: exactly one each.
    MessageDisposition {
        /// Gave at least one tick.
        Ticked = "ticked",
        /// Changed nothing that is published.
        NoChange = "no_change",
        /// Level update inside an atomic event.
        EventOpen = "event_open",
        /// A type that says nothing about the book.
        NotBookRelevant = "not_book_relevant",
        /// Its symbol has no slot.
        Unmapped = "unmapped",
        /// Type byte is not of this feed.
        UnknownType = "unknown_type",
        /// Shorter than its type.
        Short = "short",
        /// Length 0.
        Empty = "empty",
        /// Seen before.
        Duplicate = "duplicate",
        /// Came after its gap was declared.
        Late = "late",
    }
}

named! {
    /// Counted beside, in no sum.
    Event {
        /// IPv4 header checksum wrong.
        IpChecksumBad = "ip_checksum_bad",
        /// UDP checksum wrong.
        UdpChecksumBad = "udp_checksum_bad",
        /// Fewer whole blocks than the segment says.
        MalformedBlock = "malformed_block",
        /// Bytes behind the last block.
        TrailingBytes = "trailing_bytes",
        /// Segments without messages.
        Heartbeats = "heartbeats",
        /// Sequence restarts and new sessions.
        Restarts = "restarts",
        /// Gaps declared.
        Gaps = "gaps",
        /// Sequence numbers lost.
        Lost = "lost",
        /// Lost ranges that the memory of 8 dropped.
        LostRangeEvicted = "lost_range_evicted",
        /// Removal of a level that is not there.
        AbsentLevel = "absent_level",
        /// New level whose set was full.
        LevelOverflow = "level_overflow",
        /// Recentre withheld until the slot's next refresh.
        RecentreHeld = "recentre_held",
        /// Hardware only: ladder refills that stalled the pipe.
        RefillStalls = "refill_stalls",
        /// Hardware only: cycles of these.
        RefillCycles = "refill_cycles",
        /// Whole messages of frames that proved bad (whole mode).
        VoidedMessages = "voided_messages",
    }
}
