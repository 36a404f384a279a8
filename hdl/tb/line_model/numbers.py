"""Numbers as nibbles, for the encoder."""

M64 = (1 << 64) - 1
M40 = (1 << 40) - 1


def signed(value, bits=64):
    """Two's complement reading."""
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def zigzag(value):
    """Signed 64-bit value (given as its bits) to unsigned: 0, -1, 1, -2 -> 0, 1, 2, 3."""
    value = signed(value & M64)
    return (value << 1 if value >= 0 else (-value << 1) - 1) & M64


def fixed(value, nibbles):
    """`nibbles` nibbles, low first."""
    assert value >> 4 * nibbles == 0
    return [value >> 4 * i & 15 for i in range(nibbles)]


def pn(value):
    """Prefixed nibbles."""
    count = (value.bit_length() + 3) // 4
    return [15, *fixed(value, 16)] if count >= 15 else [count, *fixed(value, count)]
