"""IEX messages as bytes and what they say, from the tables of the TOPS 1.6 and DEEP 1.0 specifications."""

import random
import struct

TOPS, DEEP = 0x8003, 0x8004
# Shortest length of each type, and who carries it.
LENGTHS = {"S": 10, "D": 31, "H": 22, "I": 18, "O": 18, "P": 19, "E": 18, "Q": 42, "8": 30, "5": 30, "T": 38,
           "X": 26, "B": 38, "A": 80}
TABLES = {TOPS: "SDHIOPQTXBA", DEEP: "SDHIOPE85TXBA"}
BOOK_TYPES = "SHQ85TB"
M64 = (1 << 64) - 1


def disposition(data, protocol):
    """Name of the disposition that the decoder gives, or None when the message goes on."""
    if not data:
        return "empty"
    kind = chr(data[0])
    if kind not in TABLES.get(protocol, ""):
        return "unknown_type"
    if len(data) < LENGTHS[kind]:
        return "short"
    return None if kind in BOOK_TYPES else "not_book_relevant"


def operation(data):
    """Fields of op_t that a message with book relevance fills."""
    kind = chr(data[0])
    if kind == "S":
        _, code, time = struct.unpack_from("<BBq", data)
        return {"op": "OpSysStatus", "code": code, "feed_time": time & M64}
    _, second, time, symbol = struct.unpack_from("<BBq8s", data)
    op = {"feed_time": time & M64, "symbol": int.from_bytes(symbol, "little")}
    if kind == "H":
        return op | {"op": "OpStatus", "code": second}
    if kind == "Q":
        bid_size, bid, ask, ask_size = struct.unpack_from("<IqqI", data, 18)
        return op | {"op": "OpQuote", "price0": bid & M64, "size0": bid_size, "price1": ask & M64, "size1": ask_size}
    size, price = struct.unpack_from("<Iq", data, 18)
    if kind in "85":
        return op | {"op": "OpLevel", "price0": price & M64, "size0": size, "ask_side": int(kind == "5"),
                     "complete": second & 1}
    trade_id, = struct.unpack_from("<Q", data, 30)
    if kind == "T":
        return op | {"op": "OpTrade", "price0": price & M64, "size0": size, "code": 0}
    return op | {"op": "OpBreak", "size0": trade_id}


def build(kind, symbol, fill=random.randbytes):
    """A whole message of a type with random fields."""
    data = bytearray(fill(LENGTHS[kind]))
    data[0] = ord(kind)
    if kind != "S":
        data[10:18] = symbol
    return bytes(data)
