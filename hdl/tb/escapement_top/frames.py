"""IEX frames as bytes, built from the specifications: Ethernet, IPv4, UDP, IEX-TP segment, TOPS and DEEP messages."""

import struct

GROUP = 0xE9D7151E  # 233.215.21.30
PORT = 10378
TOPS, DEEP = 0x8003, 0x8004


def ip_checksum(header):
    """Ones' complement sum over 16-bit words."""
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def frame(payload, group=GROUP, port=PORT, bad_ip_checksum=False):
    """A whole frame without FCS around a UDP payload, padded to 60 bytes."""
    udp = struct.pack(">HHHH", 40000, port, 8 + len(payload), 0) + payload
    header = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 1, 0x4000, 16, 17, 0, 0x0A000001, group)
    check = ip_checksum(header) ^ (0x5555 if bad_ip_checksum else 0)
    header = header[:10] + struct.pack(">H", check) + header[12:]
    mac = bytes([0x01, 0x00, 0x5E]) + struct.pack(">I", group & 0x7FFFFF)[1:] + bytes.fromhex("020000000001") + b"\x08\x00"
    data = mac + header + udp
    return data + bytes(max(0, 60 - len(data)))


def segment(messages, first, session=1, send_time=0, protocol=TOPS, offset=0, channel=1):
    """UDP payload: segment header and message blocks."""
    blocks = b"".join(struct.pack("<H", len(m)) + m for m in messages)
    header = struct.pack("<BBHIIHHqqq", 1, 0, protocol, channel, session, len(blocks), len(messages), offset, first, send_time)
    return header + blocks


def quote(time, symbol, bid, bid_size, ask, ask_size):
    return struct.pack("<cBq8sIqqI", b"Q", 0, time, symbol, bid_size, bid, ask, ask_size)


def trade(time, symbol, price, size, trade_id=1):
    return struct.pack("<cBq8sIqq", b"T", 0, time, symbol, size, price, trade_id)


def trade_break(time, symbol, price, size, trade_id):
    return struct.pack("<cBq8sIqq", b"B", 0, time, symbol, size, price, trade_id)


def status(time, symbol, code):
    return struct.pack("<ccq8s4s", b"H", code, time, symbol, b"    ")


def system_event(time, code):
    return struct.pack("<ccq", b"S", code, time)


def short_sale(time, symbol):
    return struct.pack("<cBq8sc", b"P", 0, time, symbol, b" ")


def level(time, symbol, price, size, buy, complete=True):
    return struct.pack("<cBq8sIq", b"8" if buy else b"5", int(complete), time, symbol, size, price)


def symbol(name):
    """Eight bytes, filled with spaces."""
    return name.encode().ljust(8)
