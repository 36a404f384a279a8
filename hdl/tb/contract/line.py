# Generated from hdl/line/line_format.toml by `make generate`. Do not edit.
"""Constants of the 64-byte tick line; in words: docs/line-format.md."""

VERSION = 2
LINE_BYTES = 64
BODY_NIBBLES = 76
FIRST_CONTROL = 8

#: Header field -> byte offset.
OFFSET = {
    "line_seq": 0,
    "hw_time": 4,
    "msg_index": 12,
    "version_flags": 17,
    "feed": 18,
    "clock": 19,
    "body": 22,
    "crc": 60,
}

#: Header field -> bytes.
SIZE = {
    "line_seq": 4,
    "hw_time": 8,
    "msg_index": 5,
    "version_flags": 1,
    "feed": 1,
    "clock": 3,
    "body": 38,
    "crc": 4,
}

#: Field of a link frame -> byte offset.
LINK_OFFSET = {
    "version_flags": 0,
    "feed": 1,
    "stream": 2,
    "frame_seq": 4,
    "hw_time": 8,
    "send_delay": 16,
    "msg_index": 20,
    "clock": 25,
    "ticks": 28,
    "body": 32,
    "crc": 1468,
}

#: Entry kind -> number.
KIND = {
    "bid": 1,
    "ask": 2,
    "trade": 3,
    "trade_break": 4,
    "status": 5,
    "gap": 8,
    "ticks_dropped": 9,
    "recentre": 10,
    "refresh": 11,
    "void": 12,
    "time_step": 13,
    "heartbeat": 14,
    "slot_assigned": 15,
    "slot_released": 16,
    "restart": 17,
    "depth_level": 18,
    "bar": 19,
}

#: Control kinds that name a slot.
CONTROL_WITH_SLOT = {
    "ticks_dropped",
    "recentre",
    "refresh",
    "slot_assigned",
    "slot_released",
    "depth_level",
    "bar",
}

#: Form of a compact descriptor, bits 2:0.
FORMS = {
    "bid_same": 0,
    "ask_same": 1,
    "bid_delta": 2,
    "ask_delta": 3,
    "bid_code": 4,
    "ask_code": 5,
    "trade_same": 6,
    "trade_code": 7,
}

#: Size class of a compact descriptor, bits 4:3.
SIZE_CLASSES = {
    "nibble": 0,
    "byte": 1,
    "hundreds": 2,
    "number": 3,
}

#: Time class of a compact descriptor, bits 7:5.
TIME_CLASSES = {
    "none": 1,
    "short": 2,
    "medium": 3,
    "long": 4,
    "frame_short": 5,
    "frame_medium": 6,
    "frame_long": 7,
}

#: Lag class of a prefix, bits 4:3.
LAG_CLASSES = {
    "stays": 1,
    "short": 2,
    "number": 3,
}

#: Bit of a full tick's second byte.
FULL_BITS = {
    "has_slot": 0,
    "has_flags": 1,
    "has_lag": 2,
    "has_time": 3,
    "has_step": 4,
    "price": 5,
    "has_size": 7,
}

#: Bit of a control entry's second byte.
CONTROL_BITS = {
    "has_slot": 5,
    "has_hw": 6,
}

#: Limits and marks.
LIMITS = {
    "recent_slots": 7,
    "control": 6,
    "slot_other": 7,
    "long_step": 13,
}

CLOCK_UNIT_NS = 900000000000

#: Special slots.
SLOT = {
    "none": 0xfff,
    "control": 0xffe,
}

#: Aggressor sides.
SIDE = {
    "none": 0,
    "buy": 1,
    "sell": 2,
}

#: Price kinds inside recentre and refresh payloads.
PRICE_KIND = {
    "bid": 0,
    "ask": 1,
    "trade": 2,
}

#: Flag bits of a tick (DBN).
FLAG = {
    "last": 128,
    "tob": 64,
    "snapshot": 32,
    "mbp": 16,
    "bad_ts_recv": 8,
    "maybe_bad_book": 4,
    "publisher_specific": 2,
}
