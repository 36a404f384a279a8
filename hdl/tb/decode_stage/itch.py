"""ITCH 5.0 messages as bytes: lengths and field places of the Nasdaq TotalView-ITCH 5.0 specification."""

import random

#: Length of each type.
LENGTHS = {"S": 12, "R": 39, "H": 25, "Y": 20, "L": 26, "V": 35, "W": 12, "K": 28, "J": 35, "h": 21, "A": 36, "F": 40,
           "E": 31, "C": 36, "X": 23, "D": 19, "U": 35, "P": 44, "Q": 40, "B": 19, "I": 50, "N": 20, "O": 48}
#: Types that the book has no use for.
NOT_BOOK = "RYLVWKJhINO"
#: Field: offset and length, by type. Every message has locate and time.
COMMON = {"locate": (1, 2), "time": (5, 6)}
_ADD = {"ref": (11, 8), "side": (19, 1), "shares": (20, 4), "stock": (24, 8), "price": (32, 4)}
FIELDS = {
    "S": {"event": (11, 1)},
    "R": {"stock": (11, 8)},
    "H": {"stock": (11, 8), "state": (19, 1)},
    "A": _ADD,
    "F": _ADD,
    "E": {"ref": (11, 8), "shares": (19, 4)},
    "C": {"ref": (11, 8), "shares": (19, 4), "printable": (31, 1), "price": (32, 4)},
    "X": {"ref": (11, 8), "shares": (19, 4)},
    "D": {"ref": (11, 8)},
    "U": {"ref": (11, 8), "new_ref": (19, 8), "shares": (27, 4), "price": (31, 4)},
    "P": {"ref": (11, 8), "side": (19, 1), "shares": (20, 4), "stock": (24, 8), "price": (32, 4)},
    "Q": {"shares": (11, 8), "stock": (19, 8), "price": (27, 4)},
    "B": {"match": (11, 8)},
}


def build(kind, **fields):
    """A whole message of a type: the fields given (integers, or bytes), the rest random."""
    data = bytearray(random.randbytes(LENGTHS[kind]))
    data[0] = ord(kind)
    for name, value in fields.items():
        at, length = {**COMMON, **FIELDS.get(kind, {})}[name]
        raw = value if isinstance(value, bytes) else value.to_bytes(length, "big")
        if len(raw) != length:
            raise ValueError(f"{kind}.{name}: {len(raw)} bytes, want {length}")
        data[at:at + length] = raw
    return bytes(data)


def field(data, name):
    """A field of a message as an integer (big-endian)."""
    at, length = {**COMMON, **FIELDS.get(chr(data[0]), {})}[name]
    return int.from_bytes(data[at:at + length], "big")


def stock(data):
    """The stock field as bytes."""
    at, length = FIELDS[chr(data[0])]["stock"]
    return data[at:at + length]
