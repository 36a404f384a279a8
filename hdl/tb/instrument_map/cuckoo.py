"""Host side of the instrument map: where each symbol goes in the two tables."""

import random

from book.reference import crc32c


def rows(symbol, map_log2):
    """Row of a symbol (8 bytes) in table 0 and table 1."""
    crc = crc32c(symbol)
    return crc & (1 << map_log2) - 1, crc >> 16 & (1 << map_log2) - 1


def place(symbols, map_log2):
    """{(way, row): symbol} by cuckoo hashing, or None when it does not fit."""
    table = {}
    for symbol in symbols:
        way = random.getrandbits(1)
        for _ in range(200):
            key = way, rows(symbol, map_log2)[way]
            symbol, table[key] = table.get(key), symbol
            if symbol is None:
                break
            way ^= 1
        else:
            return None
    return table
