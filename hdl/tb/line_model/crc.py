"""CRC-32C (Castagnoli), bit by bit."""


def crc32c(data):
    """CRC of bytes: reflected, init and final xor all ones."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
