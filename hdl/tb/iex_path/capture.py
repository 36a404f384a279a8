"""Delivered IEX messages of a real pcap capture: just enough of Ethernet, UDP and IEX-TP to read a clean file."""

import gzip
import struct


def packets(path):
    """UDP payloads of a little-endian pcap file."""
    with gzip.open(path, "rb") as file:
        file.read(24)
        while len(head := file.read(16)) == 16:
            frame = file.read(struct.unpack("<IIII", head)[2])
            udp = 14 + 4 * (frame[14] & 15)
            length, = struct.unpack_from(">H", frame, udp + 4)
            if udp + length <= len(frame):  # the last datagram of the file is cut
                yield frame[udp + 8:udp + length]


def messages(path):
    """('restart' | 'message', bytes) in order; sessions restart when the sequence starts again."""
    expected = 1
    for payload in packets(path):
        if len(payload) < 40:
            continue
        blocks, = struct.unpack_from("<H", payload, 14)
        offset, first = struct.unpack_from("<qq", payload, 16)
        if first == 1 and offset == 0 and expected > 1:
            yield "restart", b""
            expected = 1
        at = 40
        for i in range(blocks):
            length, = struct.unpack_from("<H", payload, at)
            if first + i >= expected and at + 2 + length <= len(payload):
                yield "message", payload[at + 2:at + 2 + length]
                expected = first + i + 1
            at += 2 + length
