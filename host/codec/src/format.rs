// Generated from hdl/line/line_format.toml by `make generate`. Do not edit.
//! Constants of the 64-byte tick line; the format in words is `docs/line-format.md`.

/// Format version, as in the line's `version_flags`.
pub const VERSION: u8 = 2;
/// Bytes of a line.
pub const LINE_BYTES: usize = 64;
/// Nibbles of the body.
pub const BODY_NIBBLES: usize = 76;
/// Nanoseconds of a unit of the header's `clock`.
pub const CLOCK_UNIT_NS: i64 = 900000000000;
/// First kind that is a control entry.
pub const FIRST_CONTROL: u8 = 8;

/// Byte offsets of the header fields.
pub mod offset {
    /// Low 32 bits of the line's sequence number; the first line is 0; a lap is visible.
    pub const LINE_SEQ: usize = 0;
    /// Hardware time (card ns) of the frame of the first entry.
    pub const HW_TIME: usize = 4;
    /// Message index base, low 40 bits: index of the first entry (a control entry's index is that of the next message).
    pub const MSG_INDEX: usize = 12;
    /// Bits 7:4 format version, bits 3:0 line flags (0 = sizes exact).
    pub const VERSION_FLAGS: usize = 17;
    /// Feed id.
    pub const FEED: usize = 18;
    /// Signed: by how many units of 900 s card time is ahead of feed time, about; the first entry's feed time leans on it.
    pub const CLOCK: usize = 19;
    /// Packed entries, then zero nibbles.
    pub const BODY: usize = 22;
    /// CRC-32C (Castagnoli, reflected, init and final xor 0xffffffff) over bytes 0..60.
    pub const CRC: usize = 60;
}

/// Sizes in bytes of the header fields.
pub mod size {
    /// Bytes of `line_seq`.
    pub const LINE_SEQ: usize = 4;
    /// Bytes of `hw_time`.
    pub const HW_TIME: usize = 8;
    /// Bytes of `msg_index`.
    pub const MSG_INDEX: usize = 5;
    /// Bytes of `version_flags`.
    pub const VERSION_FLAGS: usize = 1;
    /// Bytes of `feed`.
    pub const FEED: usize = 1;
    /// Bytes of `clock`.
    pub const CLOCK: usize = 3;
    /// Bytes of `body`.
    pub const BODY: usize = 38;
    /// Bytes of `crc`.
    pub const CRC: usize = 4;
}

/// Byte offsets in a link frame that is as long as it may be.
pub mod link_offset {
    /// As in a line.
    pub const VERSION_FLAGS: usize = 0;
    /// Feed id.
    pub const FEED: usize = 1;
    /// Run of the sender, another one after each start: frames of an earlier run are none of this one.
    pub const STREAM: usize = 2;
    /// Number of the frame in its stream; the first is 0, and it wraps.
    pub const FRAME_SEQ: usize = 4;
    /// Hardware time (card ns) of the frame of the first entry; of a heartbeat the time when it was sent.
    pub const HW_TIME: usize = 8;
    /// Ns from hw_time to the sending of this frame, 0xffffffff: that or more.
    pub const SEND_DELAY: usize = 16;
    /// Message index base, low 40 bits, as in a line; of a heartbeat the index of the next message.
    pub const MSG_INDEX: usize = 20;
    /// As in a line.
    pub const CLOCK: usize = 25;
    /// Ticks in all frames of the stream before this one, modulo 2^32: the ticks of lost frames are known by number.
    pub const TICKS: usize = 28;
    /// Packed entries as in a line, to the last byte used (this many at most); none: a heartbeat.
    pub const BODY: usize = 32;
    /// CRC-32C over all bytes before, right behind the body.
    pub const CRC: usize = 1468;
}

/// Sizes in bytes of the fields of a link frame.
pub mod link_size {
    /// Bytes of `version_flags`.
    pub const VERSION_FLAGS: usize = 1;
    /// Bytes of `feed`.
    pub const FEED: usize = 1;
    /// Bytes of `stream`.
    pub const STREAM: usize = 2;
    /// Bytes of `frame_seq`.
    pub const FRAME_SEQ: usize = 4;
    /// Bytes of `hw_time`.
    pub const HW_TIME: usize = 8;
    /// Bytes of `send_delay`.
    pub const SEND_DELAY: usize = 4;
    /// Bytes of `msg_index`.
    pub const MSG_INDEX: usize = 5;
    /// Bytes of `clock`.
    pub const CLOCK: usize = 3;
    /// Bytes of `ticks`.
    pub const TICKS: usize = 4;
    /// Bytes of `body`.
    pub const BODY: usize = 1436;
    /// Bytes of `crc`.
    pub const CRC: usize = 4;
}

/// Entry kinds.
pub mod kind {
    /// Best bid: price and total size; no price and size 0 when the side emptied.
    pub const BID: u8 = 1;
    /// Best ask.
    pub const ASK: u8 = 2;
    /// Trade with aggressor side.
    pub const TRADE: u8 = 3;
    /// Size is the trade id or match number.
    pub const TRADE_BREAK: u8 = 4;
    /// Trading status of the slot, or the feed's system event (slot none).
    pub const STATUS: u8 = 5;
    /// Control, payload `PN first lost sequence, PN count, PN next message index`.
    pub const GAP: u8 = 8;
    /// Control, payload `PN count`.
    pub const TICKS_DROPPED: u8 = 9;
    /// Control, payload `1n price kind, 2n epoch, PN zigzag centre`.
    pub const RECENTRE: u8 = 10;
    /// Control, payload `1n price kind, 1n state bits (0 centre valid, 1 price valid, 2 side known), 2n epoch, 2n flags, 2n status byte, PN zigzag centre if valid, PN zigzag price and PN size if price valid`.
    pub const REFRESH: u8 = 11;
    /// Control, payload `PN first sequence, PN count, 2n frame disposition number`.
    pub const VOID: u8 = 12;
    /// Control, payload `PN zigzag step in ns` (reserved, not built).
    pub const TIME_STEP: u8 = 13;
    /// Control, payload `PN next message index, PN next sequence`.
    pub const HEARTBEAT: u8 = 14;
    /// Control, payload `2n generation, PN symbol (8 bytes, the first is the lowest)`.
    pub const SLOT_ASSIGNED: u8 = 15;
    /// Control, payload `2n generation`.
    pub const SLOT_RELEASED: u8 = 16;
    /// Control, payload `PN session id, PN next message index`.
    pub const RESTART: u8 = 17;
    /// Control, payload `1n price kind, 2n level, 2n flags, PN zigzag price, PN size (0 = level gone)` (reserved, not built).
    pub const DEPTH_LEVEL: u8 = 18;
    /// Control, payload `2n bar length class, 2n flags, PN zigzag open, PN zigzag high-open, PN zigzag open-low, PN zigzag close-open, PN volume, PN trades` (reserved, not built).
    pub const BAR: u8 = 19;
}

/// Form of a compact descriptor, bits 2:0.
pub mod form {
    /// Bid same.
    pub const BID_SAME: u8 = 0;
    /// Ask same.
    pub const ASK_SAME: u8 = 1;
    /// Bid delta.
    pub const BID_DELTA: u8 = 2;
    /// Ask delta.
    pub const ASK_DELTA: u8 = 3;
    /// Bid code.
    pub const BID_CODE: u8 = 4;
    /// Ask code.
    pub const ASK_CODE: u8 = 5;
    /// Trade same.
    pub const TRADE_SAME: u8 = 6;
    /// Trade code.
    pub const TRADE_CODE: u8 = 7;
}

/// Size class of a compact descriptor, bits 4:3.
pub mod size_class {
    /// Nibble.
    pub const NIBBLE: u8 = 0;
    /// Byte.
    pub const BYTE: u8 = 1;
    /// Hundreds.
    pub const HUNDREDS: u8 = 2;
    /// Number.
    pub const NUMBER: u8 = 3;
}

/// Time class of a compact descriptor, bits 7:5.
pub mod time_class {
    /// None.
    pub const NONE: u8 = 1;
    /// Short.
    pub const SHORT: u8 = 2;
    /// Medium.
    pub const MEDIUM: u8 = 3;
    /// Long.
    pub const LONG: u8 = 4;
    /// Frame short.
    pub const FRAME_SHORT: u8 = 5;
    /// Frame medium.
    pub const FRAME_MEDIUM: u8 = 6;
    /// Frame long.
    pub const FRAME_LONG: u8 = 7;
}

/// Lag class of a prefix, bits 4:3.
pub mod lag_class {
    /// Stays.
    pub const STAYS: u8 = 1;
    /// Short.
    pub const SHORT: u8 = 2;
    /// Number.
    pub const NUMBER: u8 = 3;
}

/// Bit of a full tick's second byte.
pub mod full_bit {
    /// Has slot.
    pub const HAS_SLOT: u8 = 0;
    /// Has flags.
    pub const HAS_FLAGS: u8 = 1;
    /// Has lag.
    pub const HAS_LAG: u8 = 2;
    /// Has time.
    pub const HAS_TIME: u8 = 3;
    /// Has step.
    pub const HAS_STEP: u8 = 4;
    /// Price.
    pub const PRICE: u8 = 5;
    /// Has size.
    pub const HAS_SIZE: u8 = 7;
}

/// Bit of a control entry's second byte.
pub mod control_bit {
    /// Has slot.
    pub const HAS_SLOT: u8 = 5;
    /// Has hw.
    pub const HAS_HW: u8 = 6;
}

/// Limits and marks.
pub mod limit {
    /// Recent slots.
    pub const RECENT_SLOTS: usize = 7;
    /// Control.
    pub const CONTROL: usize = 6;
    /// Slot other.
    pub const SLOT_OTHER: usize = 7;
    /// Long step.
    pub const LONG_STEP: usize = 13;
}

/// What a kind needs to be skipped: whether it names a slot. `None`: not a control kind of this version.
#[must_use]
pub const fn control_names_slot(kind: u8) -> Option<bool> {
    match kind {
        kind::TICKS_DROPPED
        | kind::RECENTRE
        | kind::REFRESH
        | kind::SLOT_ASSIGNED
        | kind::SLOT_RELEASED
        | kind::DEPTH_LEVEL
        | kind::BAR => Some(true),
        kind::GAP | kind::VOID | kind::TIME_STEP | kind::HEARTBEAT | kind::RESTART => Some(false),
        _ => None,
    }
}

/// Special slots.
pub mod slot {
    /// Slot `none`.
    pub const NONE: u16 = 0xfff;
    /// Slot `control`.
    pub const CONTROL: u16 = 0xffe;
}

/// Aggressor sides.
pub mod side {
    /// Aggressor `none`.
    pub const NONE: u8 = 0;
    /// Aggressor `buy`.
    pub const BUY: u8 = 1;
    /// Aggressor `sell`.
    pub const SELL: u8 = 2;
}

/// Price kinds inside recentre and refresh payloads.
pub mod price_kind {
    /// Bid prices.
    pub const BID: u8 = 0;
    /// Ask prices.
    pub const ASK: u8 = 1;
    /// Trade prices.
    pub const TRADE: u8 = 2;
}

/// Flag bits of a tick, as in DBN.
pub mod flag {
    /// DBN `F_LAST`.
    pub const LAST: u8 = 128;
    /// DBN `F_TOB`.
    pub const TOB: u8 = 64;
    /// DBN `F_SNAPSHOT`.
    pub const SNAPSHOT: u8 = 32;
    /// DBN `F_MBP`.
    pub const MBP: u8 = 16;
    /// DBN `F_BAD_TS_RECV`.
    pub const BAD_TS_RECV: u8 = 8;
    /// DBN `F_MAYBE_BAD_BOOK`.
    pub const MAYBE_BAD_BOOK: u8 = 4;
    /// DBN `F_PUBLISHER_SPECIFIC`.
    pub const PUBLISHER_SPECIFIC: u8 = 2;
}
