# Generated from hdl/line/line_format.toml by `make generate`. Do not edit.
"""Constants of the 64-byte tick line; in words: docs/line-format.md."""

VERSION = 1
LINE_BYTES = 64
BODY_NIBBLES = 80
FIRST_CONTROL = 8

#: Header field -> byte offset.
OFFSET = {
    "line_seq": 0,
    "hw_time": 4,
    "msg_index": 12,
    "version_flags": 17,
    "feed": 18,
    "count": 19,
    "body": 20,
    "crc": 60,
}

#: Header field -> bytes.
SIZE = {
    "line_seq": 4,
    "hw_time": 8,
    "msg_index": 5,
    "version_flags": 1,
    "feed": 1,
    "count": 1,
    "body": 40,
    "crc": 4,
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

#: Field of the 16-bit descriptor -> bit.
FULL_BIT = {
    "has_slot": 7,
    "has_flags": 8,
    "has_hw": 9,
    "has_time": 10,
    "has_step": 11,
    "has_epoch": 14,
    "has_size": 15,
}

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
