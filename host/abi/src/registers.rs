// Generated from hdl/regs/escapement.rdl by `make generate`. Do not edit.
//! The registers on BAR0, one type each.

use crate::access::{Readable, Register, Writable};

/// Bytes of BAR0 that the map uses.
pub const MAP_BYTES: usize = 0x1408;

/// Byte offsets of the registers on BAR0.
pub mod offset {
    /// Magic: ASCII ESCAPEMT, byte 0 first.
    pub const MAGIC: usize = 0x0;
    /// ABI version: the driver refuses any other major and any smaller minor.
    pub const ABI_VERSION: usize = 0x8;
    /// Build hash: first 8 bytes of the sha256 over the RTL sources.
    pub const BUILD_HASH: usize = 0x10;
    /// Parameters.
    pub const PARAMS: usize = 0x18;
    /// Board: 0 simulation.
    pub const BOARD: usize = 0x20;
    /// Scratch.
    pub const SCRATCH: usize = 0x28;
    /// Parameters 2.
    pub const PARAMS2: usize = 0x30;
    /// Control.
    pub const CONTROL: usize = 0x100;
    /// Status.
    pub const STATUS: usize = 0x108;
    /// Checks.
    pub const CHECKS: usize = 0x110;
    /// Feed group.
    pub const FEED_GROUP: usize = 0x118;
    /// Feed protocol.
    pub const FEED_PROTOCOL: usize = 0x120;
    /// Feed group of line B.
    pub const FEED_GROUP_B: usize = 0x128;
    /// Lines.
    pub const LINES: usize = 0x130;
    /// Gap window: ns of card time that a missing number is waited for while not every configured line has passed it.
    pub const GAP_WINDOW: usize = 0x138;
    /// Line A last seen: stamp of its last accepted frame, ns.
    pub const LINE_SEEN_A: usize = 0x140;
    /// Line B last seen: stamp of its last accepted frame, ns.
    pub const LINE_SEEN_B: usize = 0x148;
    /// Card time: ns.
    pub const CARD_TIME: usize = 0x180;
    /// Set card time: writing sets the counter (free mode).
    pub const TIME_SET: usize = 0x188;
    /// Time rate: ns added each core cycle, 32.32 fixed point.
    pub const TIME_RATE: usize = 0x190;
    /// Time quality: written by the host's time discipline.
    pub const TIME_QUALITY: usize = 0x198;
    /// Refresh interval: ns between two slot visits, 0 = off.
    pub const REFRESH_INTERVAL: usize = 0x1a0;
    /// Recentre run: out-of-range prices in a row that move a centre.
    pub const RECENTRE_RUN: usize = 0x1a8;
    /// Line clock.
    pub const LINE_CLOCK: usize = 0x1b0;
    /// Ring base: IOVA of line 0, 64-byte aligned.
    pub const RING_BASE: usize = 0x200;
    /// Ring control.
    pub const RING_CONTROL: usize = 0x208;
    /// Ring tail: lines consumed by the host, absolute count (credit mode).
    pub const RING_TAIL: usize = 0x210;
    /// Ring head: lines written by the card, absolute count.
    pub const RING_HEAD: usize = 0x218;
    /// Interrupt control.
    pub const IRQ_CONTROL: usize = 0x220;
    /// Map symbol: 8 symbol bytes, byte 0 first.
    pub const MAP_SYMBOL: usize = 0x300;
    /// Map command: writing stores MAP_SYMBOL at table\[way\]\[index\].
    pub const MAP_COMMAND: usize = 0x308;
    /// Slot tick.
    pub const SLOT_TICK: usize = 0x310;
    /// Slot centre: initial centre, feed price units.
    pub const SLOT_CENTRE: usize = 0x318;
    /// Slot command: writing stores SLOT_TICK (kind 3) or SLOT_CENTRE (kind 0 bid, 1 ask, 2 trade) for the slot.
    pub const SLOT_COMMAND: usize = 0x320;
    /// Load data 0: bytes 0..7 of a message, byte 0 first.
    pub const LOAD_DATA0: usize = 0x340;
    /// Load data 1: bytes 8..15.
    pub const LOAD_DATA1: usize = 0x348;
    /// Load data 2: bytes 16..23.
    pub const LOAD_DATA2: usize = 0x350;
    /// Load data 3: bytes 24..31.
    pub const LOAD_DATA3: usize = 0x358;
    /// Load data 4: bytes 32..39.
    pub const LOAD_DATA4: usize = 0x360;
    /// Load sequence: stamp: the card takes a load only while this is the number that it expects next.
    pub const LOAD_SEQUENCE: usize = 0x368;
    /// Load command: writing asks for a load; one at a time.
    pub const LOAD_COMMAND: usize = 0x370;
    /// Load status.
    pub const LOAD_STATUS: usize = 0x378;
    /// Next sequence: the number that the card expects next.
    pub const NEXT_SEQUENCE: usize = 0x380;
}

/// Fixed values that the card answers with.
pub mod expected {
    /// Value of MAGIC.
    pub const MAGIC: u64 = 0x544d455041435345;
    /// `minor` of ABI_VERSION.
    pub const ABI_MINOR: u64 = 0;
    /// `major` of ABI_VERSION.
    pub const ABI_MAJOR: u64 = 3;
    /// `line_format` of ABI_VERSION.
    pub const ABI_LINE_FORMAT: u64 = 2;
}

/// Magic: ASCII ESCAPEMT, byte 0 first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Magic(pub u64);
impl Magic {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl Register for Magic {
    const NAME: &'static str = "MAGIC";
    const OFFSET: usize = 0x0;
    const RESET: u64 = 0x544d455041435345;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for Magic {}

/// ABI version: the driver refuses any other major and any smaller minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AbiVersion(pub u64);
impl AbiVersion {
    /// Minor. (bits 15:0)
    #[must_use]
    pub const fn minor(self) -> u64 {
        self.0 & 0xffff
    }
    /// Major. (bits 31:16)
    #[must_use]
    pub const fn major(self) -> u64 {
        (self.0 >> 16) & 0xffff
    }
    /// Line_format. (bits 39:32)
    #[must_use]
    pub const fn line_format(self) -> u64 {
        (self.0 >> 32) & 0xff
    }
}

impl Register for AbiVersion {
    const NAME: &'static str = "ABI_VERSION";
    const OFFSET: usize = 0x8;
    const RESET: u64 = 0x200030000;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for AbiVersion {}

/// Build hash: first 8 bytes of the sha256 over the RTL sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BuildHash(pub u64);
impl BuildHash {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl Register for BuildHash {
    const NAME: &'static str = "BUILD_HASH";
    const OFFSET: usize = 0x10;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for BuildHash {}

/// Parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Params(pub u64);
impl Params {
    /// Instrument slots. (bits 15:0)
    #[must_use]
    pub const fn slots(self) -> u64 {
        self.0 & 0xffff
    }
    /// Ladder depth, codes. (bits 31:16)
    #[must_use]
    pub const fn ladder(self) -> u64 {
        (self.0 >> 16) & 0xffff
    }
    /// Log2 of level store sets. (bits 39:32)
    #[must_use]
    pub const fn level_sets_log2(self) -> u64 {
        (self.0 >> 32) & 0xff
    }
    /// Level store ways. (bits 47:40)
    #[must_use]
    pub const fn level_ways(self) -> u64 {
        (self.0 >> 40) & 0xff
    }
    /// Log2 entries of each symbol table. (bits 55:48)
    #[must_use]
    pub const fn map_log2(self) -> u64 {
        (self.0 >> 48) & 0xff
    }
    /// MAC ports. (bits 63:56)
    #[must_use]
    pub const fn ports(self) -> u64 {
        (self.0 >> 56) & 0xff
    }
}

impl Register for Params {
    const NAME: &'static str = "PARAMS";
    const OFFSET: usize = 0x18;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for Params {}

/// Board: 0 simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Board(pub u64);
impl Board {
    /// Id. (bits 31:0)
    #[must_use]
    pub const fn id(self) -> u64 {
        self.0 & 0xffffffff
    }
}

impl Register for Board {
    const NAME: &'static str = "BOARD";
    const OFFSET: usize = 0x20;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for Board {}

/// Scratch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scratch(pub u64);
impl Scratch {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
    /// Sets `value`.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for Scratch {
    const NAME: &'static str = "SCRATCH";
    const OFFSET: usize = 0x28;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for Scratch {}
impl Writable for Scratch {}

/// Parameters 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Params2(pub u64);
impl Params2 {
    /// Log2 of order table sets, 0 with 0 ways: none. (bits 7:0)
    #[must_use]
    pub const fn order_sets_log2(self) -> u64 {
        self.0 & 0xff
    }
    /// Order table ways. (bits 15:8)
    #[must_use]
    pub const fn order_ways(self) -> u64 {
        (self.0 >> 8) & 0xff
    }
    /// Log2 messages of the reorder memory. (bits 23:16)
    #[must_use]
    pub const fn reorder_log2(self) -> u64 {
        (self.0 >> 16) & 0xff
    }
}

impl Register for Params2 {
    const NAME: &'static str = "PARAMS2";
    const OFFSET: usize = 0x30;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for Params2 {}

bitflags::bitflags! {
    /// Control.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct Control: u64 {
        /// Accept frames.
        const ENABLE = 0x1;
        /// 0 whole, 1 early.
        const EARLY = 0x2;
        /// Card time follows frame stamps (simulation, replay).
        const TIME_FOLLOW = 0x4;
        /// Write 1: copy all counters to the snapshot.
        const SNAPSHOT = 0x100;
        /// Write 1: clear books, session, time, counters; configuration stays.
        const CORE_RESET = 0x200;
        /// Write 1: refresh every slot once, now.
        const REFRESH_NOW = 0x400;
        /// Write 1: when the input is empty, deliver what is held and declare what is missing.
        const FLUSH = 0x800;
    }
}

impl Register for Control {
    const NAME: &'static str = "CONTROL";
    const OFFSET: usize = 0x100;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self::from_bits_retain(bits)
    }
    fn into_raw(self) -> u64 {
        self.bits()
    }
}
impl Readable for Control {}
impl Writable for Control {}

/// Status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(pub u64);
impl Status {
    /// Nothing in flight between MAC and write port. (bits 0:0)
    #[must_use]
    pub const fn idle(self) -> bool {
        self.0 & 1 != 0
    }
    /// Core clock domain out of reset. (bits 1:1)
    #[must_use]
    pub const fn core_up(self) -> bool {
        (self.0 >> 1) & 1 != 0
    }
    /// Messages counted in but not yet disposed. (bits 47:16)
    #[must_use]
    pub const fn in_flight(self) -> u64 {
        (self.0 >> 16) & 0xffffffff
    }
}

impl Register for Status {
    const NAME: &'static str = "STATUS";
    const OFFSET: usize = 0x108;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for Status {}

bitflags::bitflags! {
    /// Checks.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct Checks: u64 {
        /// Drop frames with a bad IPv4 header checksum.
        const IP_CHECKSUM = 0x1;
        /// Drop frames with a bad UDP checksum.
        const UDP_CHECKSUM = 0x2;
    }
}

impl Register for Checks {
    const NAME: &'static str = "CHECKS";
    const OFFSET: usize = 0x110;
    const RESET: u64 = 0x1;
    fn from_raw(bits: u64) -> Self {
        Self::from_bits_retain(bits)
    }
    fn into_raw(self) -> u64 {
        self.bits()
    }
}
impl Readable for Checks {}
impl Writable for Checks {}

/// Feed group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeedGroup(pub u64);
impl FeedGroup {
    /// Multicast address, 224.0.0.1 = 0xe0000001. (bits 31:0)
    #[must_use]
    pub const fn address(self) -> u64 {
        self.0 & 0xffffffff
    }
    /// Sets `address`.
    ///
    /// # Panics
    /// If `value` does not fit 32 bits.
    #[must_use]
    pub const fn with_address(self, value: u64) -> Self {
        assert!(value <= 0xffffffff, "address has 32 bits");
        Self((self.0 & !0xffffffff) | (value))
    }
    /// UDP port. (bits 47:32)
    #[must_use]
    pub const fn port(self) -> u64 {
        (self.0 >> 32) & 0xffff
    }
    /// Sets `port`.
    ///
    /// # Panics
    /// If `value` does not fit 16 bits.
    #[must_use]
    pub const fn with_port(self, value: u64) -> Self {
        assert!(value <= 0xffff, "port has 16 bits");
        Self((self.0 & !0xffff00000000) | (value << 32))
    }
    /// Feed id carried in lines. (bits 55:48)
    #[must_use]
    pub const fn feed(self) -> u64 {
        (self.0 >> 48) & 0xff
    }
    /// Sets `feed`.
    ///
    /// # Panics
    /// If `value` does not fit 8 bits.
    #[must_use]
    pub const fn with_feed(self, value: u64) -> Self {
        assert!(value <= 0xff, "feed has 8 bits");
        Self((self.0 & !0xff000000000000) | (value << 48))
    }
}

impl Register for FeedGroup {
    const NAME: &'static str = "FEED_GROUP";
    const OFFSET: usize = 0x118;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for FeedGroup {}
impl Writable for FeedGroup {}

/// Feed protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeedProtocol(pub u64);
impl FeedProtocol {
    /// IEX-TP message protocol id: 0x8003 TOPS 1.6, 0x8004 DEEP 1.0. (bits 15:0)
    #[must_use]
    pub const fn id(self) -> u64 {
        self.0 & 0xffff
    }
    /// Sets `id`.
    ///
    /// # Panics
    /// If `value` does not fit 16 bits.
    #[must_use]
    pub const fn with_id(self, value: u64) -> Self {
        assert!(value <= 0xffff, "id has 16 bits");
        Self((self.0 & !0xffff) | (value))
    }
    /// 0 IEX-TP, 1 MoldUDP64 with ITCH 5.0 (id and channel are not compared). (bits 16:16)
    #[must_use]
    pub const fn transport(self) -> bool {
        (self.0 >> 16) & 1 != 0
    }
    /// Sets `transport`.
    #[must_use]
    pub const fn with_transport(self, value: bool) -> Self {
        Self((self.0 & !0x10000) | ((value as u64) << 16))
    }
    /// Channel id, 0 = any. (bits 63:32)
    #[must_use]
    pub const fn channel(self) -> u64 {
        (self.0 >> 32) & 0xffffffff
    }
    /// Sets `channel`.
    ///
    /// # Panics
    /// If `value` does not fit 32 bits.
    #[must_use]
    pub const fn with_channel(self, value: u64) -> Self {
        assert!(value <= 0xffffffff, "channel has 32 bits");
        Self((self.0 & !0xffffffff00000000) | (value << 32))
    }
}

impl Register for FeedProtocol {
    const NAME: &'static str = "FEED_PROTOCOL";
    const OFFSET: usize = 0x120;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for FeedProtocol {}
impl Writable for FeedProtocol {}

/// Feed group of line B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeedGroupB(pub u64);
impl FeedGroupB {
    /// Multicast address. (bits 31:0)
    #[must_use]
    pub const fn address(self) -> u64 {
        self.0 & 0xffffffff
    }
    /// Sets `address`.
    ///
    /// # Panics
    /// If `value` does not fit 32 bits.
    #[must_use]
    pub const fn with_address(self, value: u64) -> Self {
        assert!(value <= 0xffffffff, "address has 32 bits");
        Self((self.0 & !0xffffffff) | (value))
    }
    /// UDP port. (bits 47:32)
    #[must_use]
    pub const fn port(self) -> u64 {
        (self.0 >> 32) & 0xffff
    }
    /// Sets `port`.
    ///
    /// # Panics
    /// If `value` does not fit 16 bits.
    #[must_use]
    pub const fn with_port(self, value: u64) -> Self {
        assert!(value <= 0xffff, "port has 16 bits");
        Self((self.0 & !0xffff00000000) | (value << 32))
    }
}

impl Register for FeedGroupB {
    const NAME: &'static str = "FEED_GROUP_B";
    const OFFSET: usize = 0x128;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for FeedGroupB {}
impl Writable for FeedGroupB {}

/// Lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lines(pub u64);
impl Lines {
    /// Bit 0 line A, bit 1 line B: lines that a number must have passed before it is lost. (bits 1:0)
    #[must_use]
    pub const fn configured(self) -> u64 {
        self.0 & 0x3
    }
    /// Sets `configured`.
    ///
    /// # Panics
    /// If `value` does not fit 2 bits.
    #[must_use]
    pub const fn with_configured(self, value: u64) -> Self {
        assert!(value <= 0x3, "configured has 2 bits");
        Self((self.0 & !0x3) | (value))
    }
}

impl Register for Lines {
    const NAME: &'static str = "LINES";
    const OFFSET: usize = 0x130;
    const RESET: u64 = 0x1;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for Lines {}
impl Writable for Lines {}

/// Gap window: ns of card time that a missing number is waited for while not every configured line has passed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GapWindow(pub u64);
impl GapWindow {
    /// Ns. (bits 63:0)
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.0
    }
    /// Sets `ns`.
    #[must_use]
    pub const fn with_ns(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for GapWindow {
    const NAME: &'static str = "GAP_WINDOW";
    const OFFSET: usize = 0x138;
    const RESET: u64 = 0xf4240;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for GapWindow {}
impl Writable for GapWindow {}

/// Line A last seen: stamp of its last accepted frame, ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineSeenA(pub u64);
impl LineSeenA {
    /// Ns. (bits 63:0)
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.0
    }
}

impl Register for LineSeenA {
    const NAME: &'static str = "LINE_SEEN_A";
    const OFFSET: usize = 0x140;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LineSeenA {}

/// Line B last seen: stamp of its last accepted frame, ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineSeenB(pub u64);
impl LineSeenB {
    /// Ns. (bits 63:0)
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.0
    }
}

impl Register for LineSeenB {
    const NAME: &'static str = "LINE_SEEN_B";
    const OFFSET: usize = 0x148;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LineSeenB {}

/// Card time: ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardTime(pub u64);
impl CardTime {
    /// Ns. (bits 63:0)
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.0
    }
}

impl Register for CardTime {
    const NAME: &'static str = "CARD_TIME";
    const OFFSET: usize = 0x180;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for CardTime {}

/// Set card time: writing sets the counter (free mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeSet(pub u64);
impl TimeSet {
    /// Ns. (bits 63:0)
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.0
    }
    /// Sets `ns`.
    #[must_use]
    pub const fn with_ns(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for TimeSet {
    const NAME: &'static str = "TIME_SET";
    const OFFSET: usize = 0x188;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for TimeSet {}
impl Writable for TimeSet {}

/// Time rate: ns added each core cycle, 32.32 fixed point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeRate(pub u64);
impl TimeRate {
    /// Inc. (bits 63:0)
    #[must_use]
    pub const fn inc(self) -> u64 {
        self.0
    }
    /// Sets `inc`.
    #[must_use]
    pub const fn with_inc(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for TimeRate {
    const NAME: &'static str = "TIME_RATE";
    const OFFSET: usize = 0x190;
    const RESET: u64 = 0x666666666;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for TimeRate {}
impl Writable for TimeRate {}

/// Time quality: written by the host's time discipline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeQuality(pub u64);
impl TimeQuality {
    /// Value. (bits 7:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0 & 0xff
    }
    /// Sets `value`.
    ///
    /// # Panics
    /// If `value` does not fit 8 bits.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        assert!(value <= 0xff, "value has 8 bits");
        Self((self.0 & !0xff) | (value))
    }
}

impl Register for TimeQuality {
    const NAME: &'static str = "TIME_QUALITY";
    const OFFSET: usize = 0x198;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for TimeQuality {}
impl Writable for TimeQuality {}

/// Refresh interval: ns between two slot visits, 0 = off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefreshInterval(pub u64);
impl RefreshInterval {
    /// Ns. (bits 63:0)
    #[must_use]
    pub const fn ns(self) -> u64 {
        self.0
    }
    /// Sets `ns`.
    #[must_use]
    pub const fn with_ns(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for RefreshInterval {
    const NAME: &'static str = "REFRESH_INTERVAL";
    const OFFSET: usize = 0x1a0;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for RefreshInterval {}
impl Writable for RefreshInterval {}

/// Recentre run: out-of-range prices in a row that move a centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecentreRun(pub u64);
impl RecentreRun {
    /// Value. (bits 7:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0 & 0xff
    }
    /// Sets `value`.
    ///
    /// # Panics
    /// If `value` does not fit 8 bits.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        assert!(value <= 0xff, "value has 8 bits");
        Self((self.0 & !0xff) | (value))
    }
}

impl Register for RecentreRun {
    const NAME: &'static str = "RECENTRE_RUN";
    const OFFSET: usize = 0x1a8;
    const RESET: u64 = 0x2;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for RecentreRun {}
impl Writable for RecentreRun {}

/// Line clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineClock(pub u64);
impl LineClock {
    /// Signed: by how many units of 900 s card time is ahead of feed time, about; lines lean on it, whatever it is. Set it while frames are not accepted. (bits 23:0)
    #[must_use]
    pub const fn units(self) -> u64 {
        self.0 & 0xffffff
    }
    /// Sets `units`.
    ///
    /// # Panics
    /// If `value` does not fit 24 bits.
    #[must_use]
    pub const fn with_units(self, value: u64) -> Self {
        assert!(value <= 0xffffff, "units has 24 bits");
        Self((self.0 & !0xffffff) | (value))
    }
}

impl Register for LineClock {
    const NAME: &'static str = "LINE_CLOCK";
    const OFFSET: usize = 0x1b0;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LineClock {}
impl Writable for LineClock {}

/// Ring base: IOVA of line 0, 64-byte aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RingBase(pub u64);
impl RingBase {
    /// Iova. (bits 63:0)
    #[must_use]
    pub const fn iova(self) -> u64 {
        self.0
    }
    /// Sets `iova`.
    #[must_use]
    pub const fn with_iova(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for RingBase {
    const NAME: &'static str = "RING_BASE";
    const OFFSET: usize = 0x200;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for RingBase {}
impl Writable for RingBase {}

/// Ring control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RingControl(pub u64);
impl RingControl {
    /// Log2 of the ring's lines, 1..=32. (bits 5:0)
    #[must_use]
    pub const fn size_log2(self) -> u64 {
        self.0 & 0x3f
    }
    /// Sets `size_log2`.
    ///
    /// # Panics
    /// If `value` does not fit 6 bits.
    #[must_use]
    pub const fn with_size_log2(self, value: u64) -> Self {
        assert!(value <= 0x3f, "size_log2 has 6 bits");
        Self((self.0 & !0x3f) | (value))
    }
    /// 0 credit, 1 broadcast. (bits 8:8)
    #[must_use]
    pub const fn broadcast(self) -> bool {
        (self.0 >> 8) & 1 != 0
    }
    /// Sets `broadcast`.
    #[must_use]
    pub const fn with_broadcast(self, value: bool) -> Self {
        Self((self.0 & !0x100) | ((value as u64) << 8))
    }
    /// Write lines. (bits 9:9)
    #[must_use]
    pub const fn enable(self) -> bool {
        (self.0 >> 9) & 1 != 0
    }
    /// Sets `enable`.
    #[must_use]
    pub const fn with_enable(self, value: bool) -> Self {
        Self((self.0 & !0x200) | ((value as u64) << 9))
    }
}

impl Register for RingControl {
    const NAME: &'static str = "RING_CONTROL";
    const OFFSET: usize = 0x208;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for RingControl {}
impl Writable for RingControl {}

/// Ring tail: lines consumed by the host, absolute count (credit mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RingTail(pub u64);
impl RingTail {
    /// Lines. (bits 63:0)
    #[must_use]
    pub const fn lines(self) -> u64 {
        self.0
    }
    /// Sets `lines`.
    #[must_use]
    pub const fn with_lines(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for RingTail {
    const NAME: &'static str = "RING_TAIL";
    const OFFSET: usize = 0x210;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for RingTail {}
impl Writable for RingTail {}

/// Ring head: lines written by the card, absolute count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RingHead(pub u64);
impl RingHead {
    /// Lines. (bits 63:0)
    #[must_use]
    pub const fn lines(self) -> u64 {
        self.0
    }
}

impl Register for RingHead {
    const NAME: &'static str = "RING_HEAD";
    const OFFSET: usize = 0x218;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for RingHead {}

/// Interrupt control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IrqControl(pub u64);
impl IrqControl {
    /// Raise an interrupt after new lines. (bits 0:0)
    #[must_use]
    pub const fn enable(self) -> bool {
        self.0 & 1 != 0
    }
    /// Sets `enable`.
    #[must_use]
    pub const fn with_enable(self, value: bool) -> Self {
        Self((self.0 & !0x1) | (value as u64))
    }
    /// At least this many ns between two. (bits 63:32)
    #[must_use]
    pub const fn holdoff_ns(self) -> u64 {
        (self.0 >> 32) & 0xffffffff
    }
    /// Sets `holdoff_ns`.
    ///
    /// # Panics
    /// If `value` does not fit 32 bits.
    #[must_use]
    pub const fn with_holdoff_ns(self, value: u64) -> Self {
        assert!(value <= 0xffffffff, "holdoff_ns has 32 bits");
        Self((self.0 & !0xffffffff00000000) | (value << 32))
    }
}

impl Register for IrqControl {
    const NAME: &'static str = "IRQ_CONTROL";
    const OFFSET: usize = 0x220;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for IrqControl {}
impl Writable for IrqControl {}

/// Map symbol: 8 symbol bytes, byte 0 first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MapSymbol(pub u64);
impl MapSymbol {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
    /// Sets `value`.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for MapSymbol {
    const NAME: &'static str = "MAP_SYMBOL";
    const OFFSET: usize = 0x300;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for MapSymbol {}
impl Writable for MapSymbol {}

/// Map command: writing stores MAP_SYMBOL at table\[way\]\[index\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MapCommand(pub u64);
impl MapCommand {
    /// Which hash table, 0 or 1. (bits 0:0)
    #[must_use]
    pub const fn way(self) -> bool {
        self.0 & 1 != 0
    }
    /// Sets `way`.
    #[must_use]
    pub const fn with_way(self, value: bool) -> Self {
        Self((self.0 & !0x1) | (value as u64))
    }
    /// Row. (bits 19:4)
    #[must_use]
    pub const fn index(self) -> u64 {
        (self.0 >> 4) & 0xffff
    }
    /// Sets `index`.
    ///
    /// # Panics
    /// If `value` does not fit 16 bits.
    #[must_use]
    pub const fn with_index(self, value: u64) -> Self {
        assert!(value <= 0xffff, "index has 16 bits");
        Self((self.0 & !0xffff0) | (value << 4))
    }
    /// Slot it names. (bits 31:20)
    #[must_use]
    pub const fn slot(self) -> u64 {
        (self.0 >> 20) & 0xfff
    }
    /// Sets `slot`.
    ///
    /// # Panics
    /// If `value` does not fit 12 bits.
    #[must_use]
    pub const fn with_slot(self, value: u64) -> Self {
        assert!(value <= 0xfff, "slot has 12 bits");
        Self((self.0 & !0xfff00000) | (value << 20))
    }
    /// Entry valid. (bits 32:32)
    #[must_use]
    pub const fn valid(self) -> bool {
        (self.0 >> 32) & 1 != 0
    }
    /// Sets `valid`.
    #[must_use]
    pub const fn with_valid(self, value: bool) -> Self {
        Self((self.0 & !0x100000000) | ((value as u64) << 32))
    }
    /// Any write strobes. (bits 33:33)
    #[must_use]
    pub const fn go(self) -> bool {
        (self.0 >> 33) & 1 != 0
    }
    /// Sets `go`.
    #[must_use]
    pub const fn with_go(self, value: bool) -> Self {
        Self((self.0 & !0x200000000) | ((value as u64) << 33))
    }
}

impl Register for MapCommand {
    const NAME: &'static str = "MAP_COMMAND";
    const OFFSET: usize = 0x308;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for MapCommand {}
impl Writable for MapCommand {}

/// Slot tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SlotTick(pub u64);
impl SlotTick {
    /// Tick size in feed price units, 1..2^24-1. (bits 23:0)
    #[must_use]
    pub const fn tick(self) -> u64 {
        self.0 & 0xffffff
    }
    /// Sets `tick`.
    ///
    /// # Panics
    /// If `value` does not fit 24 bits.
    #[must_use]
    pub const fn with_tick(self, value: u64) -> Self {
        assert!(value <= 0xffffff, "tick has 24 bits");
        Self((self.0 & !0xffffff) | (value))
    }
    /// Ceil(2^32 / tick), 33 bits. (bits 56:24)
    #[must_use]
    pub const fn recip(self) -> u64 {
        (self.0 >> 24) & 0x1ffffffff
    }
    /// Sets `recip`.
    ///
    /// # Panics
    /// If `value` does not fit 33 bits.
    #[must_use]
    pub const fn with_recip(self, value: u64) -> Self {
        assert!(value <= 0x1ffffffff, "recip has 33 bits");
        Self((self.0 & !0x1ffffffff000000) | (value << 24))
    }
}

impl Register for SlotTick {
    const NAME: &'static str = "SLOT_TICK";
    const OFFSET: usize = 0x310;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for SlotTick {}
impl Writable for SlotTick {}

/// Slot centre: initial centre, feed price units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SlotCentre(pub u64);
impl SlotCentre {
    /// Price. (bits 63:0)
    #[must_use]
    pub const fn price(self) -> u64 {
        self.0
    }
    /// Sets `price`.
    #[must_use]
    pub const fn with_price(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for SlotCentre {
    const NAME: &'static str = "SLOT_CENTRE";
    const OFFSET: usize = 0x318;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for SlotCentre {}
impl Writable for SlotCentre {}

/// Slot command: writing stores SLOT_TICK (kind 3) or SLOT_CENTRE (kind 0 bid, 1 ask, 2 trade) for the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SlotCommand(pub u64);
impl SlotCommand {
    /// Slot. (bits 11:0)
    #[must_use]
    pub const fn slot(self) -> u64 {
        self.0 & 0xfff
    }
    /// Sets `slot`.
    ///
    /// # Panics
    /// If `value` does not fit 12 bits.
    #[must_use]
    pub const fn with_slot(self, value: u64) -> Self {
        assert!(value <= 0xfff, "slot has 12 bits");
        Self((self.0 & !0xfff) | (value))
    }
    /// Kind. (bits 17:16)
    #[must_use]
    pub const fn kind(self) -> u64 {
        (self.0 >> 16) & 0x3
    }
    /// Sets `kind`.
    ///
    /// # Panics
    /// If `value` does not fit 2 bits.
    #[must_use]
    pub const fn with_kind(self, value: u64) -> Self {
        assert!(value <= 0x3, "kind has 2 bits");
        Self((self.0 & !0x30000) | (value << 16))
    }
    /// Any write strobes. (bits 18:18)
    #[must_use]
    pub const fn go(self) -> bool {
        (self.0 >> 18) & 1 != 0
    }
    /// Sets `go`.
    #[must_use]
    pub const fn with_go(self, value: bool) -> Self {
        Self((self.0 & !0x40000) | ((value as u64) << 18))
    }
}

impl Register for SlotCommand {
    const NAME: &'static str = "SLOT_COMMAND";
    const OFFSET: usize = 0x320;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for SlotCommand {}
impl Writable for SlotCommand {}

/// Load data 0: bytes 0..7 of a message, byte 0 first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadData0(pub u64);
impl LoadData0 {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
    /// Sets `value`.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for LoadData0 {
    const NAME: &'static str = "LOAD_DATA0";
    const OFFSET: usize = 0x340;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LoadData0 {}
impl Writable for LoadData0 {}

/// Load data 1: bytes 8..15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadData1(pub u64);
impl LoadData1 {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
    /// Sets `value`.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for LoadData1 {
    const NAME: &'static str = "LOAD_DATA1";
    const OFFSET: usize = 0x348;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LoadData1 {}
impl Writable for LoadData1 {}

/// Load data 2: bytes 16..23.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadData2(pub u64);
impl LoadData2 {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
    /// Sets `value`.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for LoadData2 {
    const NAME: &'static str = "LOAD_DATA2";
    const OFFSET: usize = 0x350;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LoadData2 {}
impl Writable for LoadData2 {}

/// Load data 3: bytes 24..31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadData3(pub u64);
impl LoadData3 {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
    /// Sets `value`.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for LoadData3 {
    const NAME: &'static str = "LOAD_DATA3";
    const OFFSET: usize = 0x358;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LoadData3 {}
impl Writable for LoadData3 {}

/// Load data 4: bytes 32..39.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadData4(pub u64);
impl LoadData4 {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
    /// Sets `value`.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for LoadData4 {
    const NAME: &'static str = "LOAD_DATA4";
    const OFFSET: usize = 0x360;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LoadData4 {}
impl Writable for LoadData4 {}

/// Load sequence: stamp: the card takes a load only while this is the number that it expects next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadSequence(pub u64);
impl LoadSequence {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
    /// Sets `value`.
    #[must_use]
    pub const fn with_value(self, value: u64) -> Self {
        let _ = self;
        Self(value)
    }
}

impl Register for LoadSequence {
    const NAME: &'static str = "LOAD_SEQUENCE";
    const OFFSET: usize = 0x368;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LoadSequence {}
impl Writable for LoadSequence {}

/// Load command: writing asks for a load; one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoadCommand(pub u64);
impl LoadCommand {
    /// Message: its length in bytes, at most 40. (bits 5:0)
    #[must_use]
    pub const fn length(self) -> u64 {
        self.0 & 0x3f
    }
    /// Sets `length`.
    ///
    /// # Panics
    /// If `value` does not fit 6 bits.
    #[must_use]
    pub const fn with_length(self, value: u64) -> Self {
        assert!(value <= 0x3f, "length has 6 bits");
        Self((self.0 & !0x3f) | (value))
    }
    /// 0 a message, 1 the slot's book is proven, 2 it is not, 3 the feed is, 4 the slot is released, 5 it is assigned (symbol in LOAD_DATA0). (bits 10:8)
    #[must_use]
    pub const fn kind(self) -> u64 {
        (self.0 >> 8) & 0x7
    }
    /// Sets `kind`.
    ///
    /// # Panics
    /// If `value` does not fit 3 bits.
    #[must_use]
    pub const fn with_kind(self, value: u64) -> Self {
        assert!(value <= 0x7, "kind has 3 bits");
        Self((self.0 & !0x700) | (value << 8))
    }
    /// Kinds 1, 2, 4 and 5. (bits 27:16)
    #[must_use]
    pub const fn slot(self) -> u64 {
        (self.0 >> 16) & 0xfff
    }
    /// Sets `slot`.
    ///
    /// # Panics
    /// If `value` does not fit 12 bits.
    #[must_use]
    pub const fn with_slot(self, value: u64) -> Self {
        assert!(value <= 0xfff, "slot has 12 bits");
        Self((self.0 & !0xfff0000) | (value << 16))
    }
    /// Any write strobes. (bits 32:32)
    #[must_use]
    pub const fn go(self) -> bool {
        (self.0 >> 32) & 1 != 0
    }
    /// Sets `go`.
    #[must_use]
    pub const fn with_go(self, value: bool) -> Self {
        Self((self.0 & !0x100000000) | ((value as u64) << 32))
    }
    /// Kinds 4 and 5: number of the assignment, told in its entry. (bits 47:40)
    #[must_use]
    pub const fn generation(self) -> u64 {
        (self.0 >> 40) & 0xff
    }
    /// Sets `generation`.
    ///
    /// # Panics
    /// If `value` does not fit 8 bits.
    #[must_use]
    pub const fn with_generation(self, value: u64) -> Self {
        assert!(value <= 0xff, "generation has 8 bits");
        Self((self.0 & !0xff0000000000) | (value << 40))
    }
}

impl Register for LoadCommand {
    const NAME: &'static str = "LOAD_COMMAND";
    const OFFSET: usize = 0x370;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for LoadCommand {}
impl Writable for LoadCommand {}

bitflags::bitflags! {
    /// Load status.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct LoadStatus: u64 {
        /// The last command waits for a pause in the input.
        const PENDING = 0x1;
        /// The last command was refused: its stamp was not the number expected.
        const REFUSED = 0x2;
    }
}

impl Register for LoadStatus {
    const NAME: &'static str = "LOAD_STATUS";
    const OFFSET: usize = 0x378;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self::from_bits_retain(bits)
    }
    fn into_raw(self) -> u64 {
        self.bits()
    }
}
impl Readable for LoadStatus {}

/// Next sequence: the number that the card expects next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NextSequence(pub u64);
impl NextSequence {
    /// Value. (bits 63:0)
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl Register for NextSequence {
    const NAME: &'static str = "NEXT_SEQUENCE";
    const OFFSET: usize = 0x380;
    const RESET: u64 = 0x0;
    fn from_raw(bits: u64) -> Self {
        Self(bits)
    }
    fn into_raw(self) -> u64 {
        self.0
    }
}
impl Readable for NextSequence {}
