# Generated from hdl/regs/escapement.rdl by `make generate`. Do not edit.
"""Registers, counters and dispositions."""

from typing import NamedTuple


class Field(NamedTuple):
    """Bits high:low of a register."""

    low: int
    high: int

    def get(self, value: int) -> int:
        return value >> self.low & ((1 << (self.high - self.low + 1)) - 1)

    def put(self, value: int) -> int:
        if not 0 <= value < 1 << (self.high - self.low + 1):
            raise ValueError(f"{value:#x} does not fit bits {self.high}:{self.low}")
        return value << self.low


class Register(NamedTuple):
    """A 64-bit register: byte offset, reset value, fields, what software may do."""

    offset: int
    reset: int
    access: str
    fields: dict[str, Field]

    def pack(self, **values: int) -> int:
        """The register's value from field values; the others are 0."""
        return sum(self.fields[name].put(value) for name, value in values.items())


REGISTERS = {
    "MAGIC": Register(0x0, 0x544d455041435345, "r", {
        "value": Field(0, 63),
    }),
    "ABI_VERSION": Register(0x8, 0x200030000, "r", {
        "minor": Field(0, 15),
        "major": Field(16, 31),
        "line_format": Field(32, 39),
    }),
    "BUILD_HASH": Register(0x10, 0x0, "r", {
        "value": Field(0, 63),
    }),
    "PARAMS": Register(0x18, 0x0, "r", {
        "slots": Field(0, 15),
        "ladder": Field(16, 31),
        "level_sets_log2": Field(32, 39),
        "level_ways": Field(40, 47),
        "map_log2": Field(48, 55),
        "ports": Field(56, 63),
    }),
    "BOARD": Register(0x20, 0x0, "r", {
        "id": Field(0, 31),
    }),
    "SCRATCH": Register(0x28, 0x0, "rw", {
        "value": Field(0, 63),
    }),
    "PARAMS2": Register(0x30, 0x0, "r", {
        "order_sets_log2": Field(0, 7),
        "order_ways": Field(8, 15),
        "reorder_log2": Field(16, 23),
    }),
    "CONTROL": Register(0x100, 0x0, "rw", {
        "enable": Field(0, 0),
        "early": Field(1, 1),
        "time_follow": Field(2, 2),
        "snapshot": Field(8, 8),
        "core_reset": Field(9, 9),
        "refresh_now": Field(10, 10),
        "flush": Field(11, 11),
    }),
    "STATUS": Register(0x108, 0x0, "r", {
        "idle": Field(0, 0),
        "core_up": Field(1, 1),
        "in_flight": Field(16, 47),
    }),
    "CHECKS": Register(0x110, 0x1, "rw", {
        "ip_checksum": Field(0, 0),
        "udp_checksum": Field(1, 1),
    }),
    "FEED_GROUP": Register(0x118, 0x0, "rw", {
        "address": Field(0, 31),
        "port": Field(32, 47),
        "feed": Field(48, 55),
    }),
    "FEED_PROTOCOL": Register(0x120, 0x0, "rw", {
        "id": Field(0, 15),
        "transport": Field(16, 16),
        "channel": Field(32, 63),
    }),
    "FEED_GROUP_B": Register(0x128, 0x0, "rw", {
        "address": Field(0, 31),
        "port": Field(32, 47),
    }),
    "LINES": Register(0x130, 0x1, "rw", {
        "configured": Field(0, 1),
    }),
    "GAP_WINDOW": Register(0x138, 0xf4240, "rw", {
        "ns": Field(0, 63),
    }),
    "LINE_SEEN_A": Register(0x140, 0x0, "r", {
        "ns": Field(0, 63),
    }),
    "LINE_SEEN_B": Register(0x148, 0x0, "r", {
        "ns": Field(0, 63),
    }),
    "CARD_TIME": Register(0x180, 0x0, "r", {
        "ns": Field(0, 63),
    }),
    "TIME_SET": Register(0x188, 0x0, "rw", {
        "ns": Field(0, 63),
    }),
    "TIME_RATE": Register(0x190, 0x666666666, "rw", {
        "inc": Field(0, 63),
    }),
    "TIME_QUALITY": Register(0x198, 0x0, "rw", {
        "value": Field(0, 7),
    }),
    "REFRESH_INTERVAL": Register(0x1a0, 0x0, "rw", {
        "ns": Field(0, 63),
    }),
    "RECENTRE_RUN": Register(0x1a8, 0x2, "rw", {
        "value": Field(0, 7),
    }),
    "LINE_CLOCK": Register(0x1b0, 0x0, "rw", {
        "units": Field(0, 23),
    }),
    "RING_BASE": Register(0x200, 0x0, "rw", {
        "iova": Field(0, 63),
    }),
    "RING_CONTROL": Register(0x208, 0x0, "rw", {
        "size_log2": Field(0, 5),
        "broadcast": Field(8, 8),
        "enable": Field(9, 9),
    }),
    "RING_TAIL": Register(0x210, 0x0, "rw", {
        "lines": Field(0, 63),
    }),
    "RING_HEAD": Register(0x218, 0x0, "r", {
        "lines": Field(0, 63),
    }),
    "IRQ_CONTROL": Register(0x220, 0x0, "rw", {
        "enable": Field(0, 0),
        "holdoff_ns": Field(32, 63),
    }),
    "MAP_SYMBOL": Register(0x300, 0x0, "rw", {
        "value": Field(0, 63),
    }),
    "MAP_COMMAND": Register(0x308, 0x0, "rw", {
        "way": Field(0, 0),
        "index": Field(4, 19),
        "slot": Field(20, 31),
        "valid": Field(32, 32),
        "go": Field(33, 33),
    }),
    "SLOT_TICK": Register(0x310, 0x0, "rw", {
        "tick": Field(0, 23),
        "recip": Field(24, 56),
    }),
    "SLOT_CENTRE": Register(0x318, 0x0, "rw", {
        "price": Field(0, 63),
    }),
    "SLOT_COMMAND": Register(0x320, 0x0, "rw", {
        "slot": Field(0, 11),
        "kind": Field(16, 17),
        "go": Field(18, 18),
    }),
    "LOAD_DATA0": Register(0x340, 0x0, "rw", {
        "value": Field(0, 63),
    }),
    "LOAD_DATA1": Register(0x348, 0x0, "rw", {
        "value": Field(0, 63),
    }),
    "LOAD_DATA2": Register(0x350, 0x0, "rw", {
        "value": Field(0, 63),
    }),
    "LOAD_DATA3": Register(0x358, 0x0, "rw", {
        "value": Field(0, 63),
    }),
    "LOAD_DATA4": Register(0x360, 0x0, "rw", {
        "value": Field(0, 63),
    }),
    "LOAD_SEQUENCE": Register(0x368, 0x0, "rw", {
        "value": Field(0, 63),
    }),
    "LOAD_COMMAND": Register(0x370, 0x0, "rw", {
        "length": Field(0, 5),
        "kind": Field(8, 10),
        "slot": Field(16, 27),
        "go": Field(32, 32),
        "generation": Field(40, 47),
    }),
    "LOAD_STATUS": Register(0x378, 0x0, "r", {
        "pending": Field(0, 0),
        "refused": Field(1, 1),
    }),
    "NEXT_SEQUENCE": Register(0x380, 0x0, "r", {
        "value": Field(0, 63),
    }),
}

MAGIC = REGISTERS["MAGIC"]
ABI_VERSION = REGISTERS["ABI_VERSION"]
BUILD_HASH = REGISTERS["BUILD_HASH"]
PARAMS = REGISTERS["PARAMS"]
BOARD = REGISTERS["BOARD"]
SCRATCH = REGISTERS["SCRATCH"]
PARAMS2 = REGISTERS["PARAMS2"]
CONTROL = REGISTERS["CONTROL"]
STATUS = REGISTERS["STATUS"]
CHECKS = REGISTERS["CHECKS"]
FEED_GROUP = REGISTERS["FEED_GROUP"]
FEED_PROTOCOL = REGISTERS["FEED_PROTOCOL"]
FEED_GROUP_B = REGISTERS["FEED_GROUP_B"]
LINES = REGISTERS["LINES"]
GAP_WINDOW = REGISTERS["GAP_WINDOW"]
LINE_SEEN_A = REGISTERS["LINE_SEEN_A"]
LINE_SEEN_B = REGISTERS["LINE_SEEN_B"]
CARD_TIME = REGISTERS["CARD_TIME"]
TIME_SET = REGISTERS["TIME_SET"]
TIME_RATE = REGISTERS["TIME_RATE"]
TIME_QUALITY = REGISTERS["TIME_QUALITY"]
REFRESH_INTERVAL = REGISTERS["REFRESH_INTERVAL"]
RECENTRE_RUN = REGISTERS["RECENTRE_RUN"]
LINE_CLOCK = REGISTERS["LINE_CLOCK"]
RING_BASE = REGISTERS["RING_BASE"]
RING_CONTROL = REGISTERS["RING_CONTROL"]
RING_TAIL = REGISTERS["RING_TAIL"]
RING_HEAD = REGISTERS["RING_HEAD"]
IRQ_CONTROL = REGISTERS["IRQ_CONTROL"]
MAP_SYMBOL = REGISTERS["MAP_SYMBOL"]
MAP_COMMAND = REGISTERS["MAP_COMMAND"]
SLOT_TICK = REGISTERS["SLOT_TICK"]
SLOT_CENTRE = REGISTERS["SLOT_CENTRE"]
SLOT_COMMAND = REGISTERS["SLOT_COMMAND"]
LOAD_DATA0 = REGISTERS["LOAD_DATA0"]
LOAD_DATA1 = REGISTERS["LOAD_DATA1"]
LOAD_DATA2 = REGISTERS["LOAD_DATA2"]
LOAD_DATA3 = REGISTERS["LOAD_DATA3"]
LOAD_DATA4 = REGISTERS["LOAD_DATA4"]
LOAD_SEQUENCE = REGISTERS["LOAD_SEQUENCE"]
LOAD_COMMAND = REGISTERS["LOAD_COMMAND"]
LOAD_STATUS = REGISTERS["LOAD_STATUS"]
NEXT_SEQUENCE = REGISTERS["NEXT_SEQUENCE"]

COUNTER_BASE = 0x1000
NUM_COUNTERS = 129

#: Full counter name -> index in the bank.
COUNTERS = {
    "copies_in_a": 0,
    "copies_in_b": 1,
    "frames_ok": 2,
    "frames_bad_fcs": 3,
    "frames_oversize": 4,
    "frames_short_frame": 5,
    "frames_not_ipv4": 6,
    "frames_bad_ip_header": 7,
    "frames_bad_ip_checksum": 8,
    "frames_fragment": 9,
    "frames_not_udp": 10,
    "frames_wrong_group": 11,
    "frames_wrong_port": 12,
    "frames_bad_udp_length": 13,
    "frames_transport_short": 14,
    "frames_transport_version": 15,
    "frames_wrong_protocol": 16,
    "frames_wrong_channel": 17,
    "frames_transport_length": 18,
    "frames_cut_datagram": 19,
    "frames_bad_udp_checksum": 20,
    "frames_overrun": 21,
    "frames_fifo_full": 22,
    "bframes_ok": 23,
    "bframes_bad_fcs": 24,
    "bframes_oversize": 25,
    "bframes_short_frame": 26,
    "bframes_not_ipv4": 27,
    "bframes_bad_ip_header": 28,
    "bframes_bad_ip_checksum": 29,
    "bframes_fragment": 30,
    "bframes_not_udp": 31,
    "bframes_wrong_group": 32,
    "bframes_wrong_port": 33,
    "bframes_bad_udp_length": 34,
    "bframes_transport_short": 35,
    "bframes_transport_version": 36,
    "bframes_wrong_protocol": 37,
    "bframes_wrong_channel": 38,
    "bframes_transport_length": 39,
    "bframes_cut_datagram": 40,
    "bframes_bad_udp_checksum": 41,
    "bframes_overrun": 42,
    "bframes_fifo_full": 43,
    "dispositions_ticked": 44,
    "dispositions_no_change": 45,
    "dispositions_event_open": 46,
    "dispositions_not_book_relevant": 47,
    "dispositions_unmapped": 48,
    "dispositions_unknown_ref": 49,
    "dispositions_unknown_type": 50,
    "dispositions_short": 51,
    "dispositions_empty": 52,
    "dispositions_duplicate": 53,
    "dispositions_late": 54,
    "dispositions_stale_session": 55,
    "bcopies_duplicate": 56,
    "bcopies_late": 57,
    "bcopies_stale_session": 58,
    "events_ip_checksum_bad": 59,
    "events_udp_checksum_bad": 60,
    "events_malformed_block": 61,
    "events_trailing_bytes": 62,
    "events_heartbeats": 63,
    "events_end_of_session": 64,
    "events_restarts": 65,
    "events_gaps": 66,
    "events_lost": 67,
    "events_gap_window": 68,
    "events_reorder_full": 69,
    "events_lost_range_evicted": 70,
    "events_delivered_a": 71,
    "events_delivered_b": 72,
    "events_absent_level": 73,
    "events_level_overflow": 74,
    "events_level_clamped": 75,
    "events_table_overflow": 76,
    "events_reused_ref": 77,
    "events_over_execution": 78,
    "events_recentre_held": 79,
    "events_refill_stalls": 80,
    "events_refill_cycles": 81,
    "events_voided_messages": 82,
    "messages_type_S": 83,
    "messages_type_D": 84,
    "messages_type_H": 85,
    "messages_type_I": 86,
    "messages_type_O": 87,
    "messages_type_E": 88,
    "messages_type_Q": 89,
    "messages_type_8": 90,
    "messages_type_5": 91,
    "messages_type_P": 92,
    "messages_type_T": 93,
    "messages_type_X": 94,
    "messages_type_B": 95,
    "messages_type_A": 96,
    "messages_type_R": 97,
    "messages_type_Y": 98,
    "messages_type_L": 99,
    "messages_type_V": 100,
    "messages_type_W": 101,
    "messages_type_K": 102,
    "messages_type_J": 103,
    "messages_type_lower_h": 104,
    "messages_type_F": 105,
    "messages_type_C": 106,
    "messages_type_U": 107,
    "messages_type_N": 108,
    "messages_type_other": 109,
    "ticks_bid": 110,
    "ticks_ask": 111,
    "ticks_trade": 112,
    "ticks_trade_break": 113,
    "ticks_status": 114,
    "output_ticks_made": 115,
    "output_ticks_written": 116,
    "output_ticks_dropped": 117,
    "output_control_dropped": 118,
    "output_escapes": 119,
    "output_recentres": 120,
    "output_refreshes": 121,
    "output_entries_written": 122,
    "output_lines_written": 123,
    "output_lines_refused": 124,
    "output_interrupts": 125,
    "loads_messages": 126,
    "loads_marks": 127,
    "loads_refused": 128,
}

#: Group -> names inside the group, in bank order.
COUNTER_GROUPS = {
    "copies": [
        "in_a",
        "in_b",
    ],
    "frames": [
        "ok",
        "bad_fcs",
        "oversize",
        "short_frame",
        "not_ipv4",
        "bad_ip_header",
        "bad_ip_checksum",
        "fragment",
        "not_udp",
        "wrong_group",
        "wrong_port",
        "bad_udp_length",
        "transport_short",
        "transport_version",
        "wrong_protocol",
        "wrong_channel",
        "transport_length",
        "cut_datagram",
        "bad_udp_checksum",
        "overrun",
        "fifo_full",
    ],
    "bframes": [
        "ok",
        "bad_fcs",
        "oversize",
        "short_frame",
        "not_ipv4",
        "bad_ip_header",
        "bad_ip_checksum",
        "fragment",
        "not_udp",
        "wrong_group",
        "wrong_port",
        "bad_udp_length",
        "transport_short",
        "transport_version",
        "wrong_protocol",
        "wrong_channel",
        "transport_length",
        "cut_datagram",
        "bad_udp_checksum",
        "overrun",
        "fifo_full",
    ],
    "dispositions": [
        "ticked",
        "no_change",
        "event_open",
        "not_book_relevant",
        "unmapped",
        "unknown_ref",
        "unknown_type",
        "short",
        "empty",
        "duplicate",
        "late",
        "stale_session",
    ],
    "bcopies": [
        "duplicate",
        "late",
        "stale_session",
    ],
    "events": [
        "ip_checksum_bad",
        "udp_checksum_bad",
        "malformed_block",
        "trailing_bytes",
        "heartbeats",
        "end_of_session",
        "restarts",
        "gaps",
        "lost",
        "gap_window",
        "reorder_full",
        "lost_range_evicted",
        "delivered_a",
        "delivered_b",
        "absent_level",
        "level_overflow",
        "level_clamped",
        "table_overflow",
        "reused_ref",
        "over_execution",
        "recentre_held",
        "refill_stalls",
        "refill_cycles",
        "voided_messages",
    ],
    "messages": [
        "type_S",
        "type_D",
        "type_H",
        "type_I",
        "type_O",
        "type_E",
        "type_Q",
        "type_8",
        "type_5",
        "type_P",
        "type_T",
        "type_X",
        "type_B",
        "type_A",
        "type_R",
        "type_Y",
        "type_L",
        "type_V",
        "type_W",
        "type_K",
        "type_J",
        "type_lower_h",
        "type_F",
        "type_C",
        "type_U",
        "type_N",
        "type_other",
    ],
    "ticks": [
        "bid",
        "ask",
        "trade",
        "trade_break",
        "status",
    ],
    "output": [
        "ticks_made",
        "ticks_written",
        "ticks_dropped",
        "control_dropped",
        "escapes",
        "recentres",
        "refreshes",
        "entries_written",
        "lines_written",
        "lines_refused",
        "interrupts",
    ],
    "loads": [
        "messages",
        "marks",
        "refused",
    ],
}

#: Frame disposition -> number.
FRAME_DISPOSITIONS = {
    "ok": 0,
    "bad_fcs": 1,
    "oversize": 2,
    "short_frame": 3,
    "not_ipv4": 4,
    "bad_ip_header": 5,
    "bad_ip_checksum": 6,
    "fragment": 7,
    "not_udp": 8,
    "wrong_group": 9,
    "wrong_port": 10,
    "bad_udp_length": 11,
    "transport_short": 12,
    "transport_version": 13,
    "wrong_protocol": 14,
    "wrong_channel": 15,
    "transport_length": 16,
    "cut_datagram": 17,
    "bad_udp_checksum": 18,
    "overrun": 19,
    "fifo_full": 20,
}

#: Message disposition -> number.
MESSAGE_DISPOSITIONS = {
    "ticked": 0,
    "no_change": 1,
    "event_open": 2,
    "not_book_relevant": 3,
    "unmapped": 4,
    "unknown_ref": 5,
    "unknown_type": 6,
    "short": 7,
    "empty": 8,
    "duplicate": 9,
    "late": 10,
    "stale_session": 11,
}
