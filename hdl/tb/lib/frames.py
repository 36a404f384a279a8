"""Builds IEX-TP and MoldUDP64 frames with scapy (an independent builder) and breaks them in every way that has a disposition."""

import random
import struct

from scapy.layers.inet import IP, UDP, IPOption
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether

MESSAGE_SIZES = (10, 18, 22, 30, 31, 38, 42, 80)


def segment(messages, first_seq=1, session=0x11223344, offset=0, send_time=0, protocol=0x8003, channel=1, version=1,
            count=None, payload_length=None, tail=b""):
    """Segment: header and blocks, `tail` behind the last block."""
    blocks = b"".join(struct.pack("<H", len(m)) + m for m in messages) + tail
    header = struct.pack("<BBHIIHHQQQ", version, random.getrandbits(8), protocol, channel, session,
                         len(blocks) if payload_length is None else payload_length,
                         len(messages) if count is None else count, offset, first_seq, send_time)
    return header + blocks


def mold_packet(messages, first_seq=1, session=0x30303030313030353942, count=None, tail=b""):
    """MoldUDP64 downstream packet; `session` as a number, `tail` behind the last block."""
    blocks = b"".join(struct.pack(">H", len(m)) + m for m in messages) + tail
    return session.to_bytes(10, "big") + struct.pack(">QH", first_seq, len(messages) if count is None else count) + blocks


def frame(payload, cfg, tags=0, options=0, padding=0, udp_checksum="good", group=None, port=None):
    """Ethernet frame around a UDP payload. `options` is the number of 32-bit option words (0..10)."""
    ether = Ether(dst="01:00:5e:57:15:04", src="02:00:00:00:00:01")
    for i in range(tags):
        ether = ether / (Dot1AD if tags == 2 and i == 0 and random.random() < 0.5 else Dot1Q)(vlan=random.randrange(4096))
    address = ".".join(str(b) for b in (cfg.group if group is None else group).to_bytes(4, "big"))
    udp = UDP(sport=random.randrange(65536), dport=cfg.port if port is None else port)
    if udp_checksum == "none":
        udp.chksum = 0
    elif udp_checksum == "bad":
        udp.chksum = random.randrange(1, 65536)
    ip = IP(src="23.226.155.132", dst=address, flags=random.choice(("DF", 0)), id=random.randrange(65536),
            ttl=random.randrange(256), options=[IPOption(b"\x01" * (4 * options))] if options else [])
    return bytes(ether / ip / udp / payload) + random.randbytes(padding)


def random_messages():
    """Messages of one segment: usual sizes, tiny ones, empty ones, long ones."""
    style = random.choice(("usual", "usual", "mixed", "tiny", "empty", "long", "none"))
    if style == "none":
        return []
    if style == "usual":
        sizes = random.choices(MESSAGE_SIZES, k=random.randrange(1, 12))
    elif style == "mixed":
        sizes = [random.randrange(0, 60) for _ in range(random.randrange(1, 20))]
    elif style == "tiny":
        sizes = [random.randrange(0, 6) for _ in range(random.randrange(1, 60))]
    elif style == "empty":
        sizes = [0] * random.randrange(1, 80)
    else:
        sizes = [random.randrange(60, 400) for _ in range(random.randrange(1, 4))]
    return [random.randbytes(size) for size in sizes]


FAULTS = ("none", "bad_fcs", "oversize", "cut", "not_ipv4", "three_tags", "ip_version", "ihl_small", "total_small",
          "ip_checksum", "fragment", "not_udp", "group", "port", "udp_length_big", "udp_length_small", "transport_short",
          "version", "protocol", "channel", "payload_length", "cut_payload", "udp_checksum", "malformed", "trailing")


def _fix_ip_checksum(data, ip):
    ihl = data[ip] & 15
    data[ip + 10 : ip + 12] = b"\0\0"
    header = bytes(data[ip : ip + 4 * ihl])
    total = sum(struct.unpack(f">{len(header) // 2}H", header[: len(header) // 2 * 2]))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    struct.pack_into(">H", data, ip + 10, ~total & 0xFFFF)


def random_frame(cfg, fault, **header):
    """One frame with the fault asked for: (bytes, fcs_bad, shape). The judge says what it is; faults may meet."""
    tags, options = random.choice((0, 0, 0, 1, 2)), random.choice((0, 0, 0, 1, 2, 5, 10))
    messages, more = random_messages(), {}
    if fault == "malformed":
        more["count"] = len(messages) + random.randrange(1, 5)
        more["tail"] = random.choice((b"", b"\x05", b"\x20\x00abc", b"\x00\x20abc", b"\xff\xff"))
    elif fault == "trailing":
        more["tail"] = random.randbytes(random.randrange(1, 20))
    elif cfg.mold and fault == "payload_length":
        messages, more["count"], more["tail"] = [], random.choice((0, 0xFFFF)), random.randbytes(random.randrange(1, 60))
    elif cfg.mold and fault in ("none", "udp_checksum") and not messages:
        more["count"] = random.choice((0, 0xFFFF))
    elif cfg.mold and fault in ("version", "protocol", "channel"):
        pass  # nothing of the kind in this header
    elif fault == "version":
        more["version"] = random.choice((0, 2, 255))
    elif fault == "protocol":
        more["protocol"] = cfg.protocol ^ (1 << random.randrange(16))
    elif fault == "channel":
        more["channel"] = cfg.channel ^ (1 << random.randrange(32))
    elif fault == "payload_length":
        more["payload_length"] = random.randrange(0, 2000)
    elif fault == "oversize":
        messages = [random.randbytes(40) for _ in range(random.randrange(48, 56))]
    if cfg.mold:
        header = {k: v for k, v in header.items() if k in ("first_seq", "session")}
        payload = mold_packet(messages, **header, **more)
    else:
        header = {"channel": cfg.channel or random.getrandbits(32), "protocol": cfg.protocol, **header, **more}
        payload = segment(messages, **header)
    if fault == "transport_short":
        payload = payload[: random.randrange(0, cfg.header_bytes)]
    padding = 0 if fault == "cut_payload" else random.choice((0, 0, 0, 1, 5, 18, 46))
    udp_checksum = "bad" if fault == "udp_checksum" else random.choice(("good", "good", "none"))
    group = cfg.group ^ (1 << random.randrange(32)) if fault == "group" else None
    port = cfg.port ^ (1 << random.randrange(16)) if fault == "port" else None
    data = bytearray(frame(payload, cfg, tags, options, padding, udp_checksum, group, port))
    ip = 14 + 4 * tags
    udp = ip + 20 + 4 * options
    keep_ip_sum = True
    if fault == "oversize" and len(data) <= 2048:
        data += random.randbytes(random.choice((2049, 2050, 2056, 2057, 2500)) - len(data))
    elif fault == "cut":
        data = data[: random.randrange(1, max(2, udp + 8 + cfg.header_bytes))]
    elif fault == "cut_payload":
        data = data[: random.randrange(udp + 8, max(udp + 9, len(data)))]
    elif fault == "not_ipv4":
        data[ip - 2 : ip] = random.choice((b"\x86\xdd", b"\x08\x06", b"\x00\x40"))
    elif fault == "three_tags":
        data[12:12] = b"\x81\x00\x00\x01" * (3 - tags)
    elif fault == "ip_version":
        data[ip] = random.choice((0x60, 0x00, 0x50)) | data[ip] & 15
    elif fault == "ihl_small":
        data[ip] = data[ip] & 0xF0 | random.randrange(0, 5)
    elif fault == "total_small":
        struct.pack_into(">H", data, ip + 2, random.randrange(0, 20))
    elif fault == "ip_checksum":
        data[ip + random.randrange(10, 12)] ^= 1 << random.randrange(8)
        keep_ip_sum = False
    elif fault == "fragment":
        struct.pack_into(">H", data, ip + 6, random.choice((0x2000, 0x0001, 0x1FFF, 0x2004)))
    elif fault == "not_udp":
        data[ip + 9] = random.choice((1, 2, 6, 16, 18))
    elif fault == "udp_length_big":
        (old,) = struct.unpack_from(">H", data, udp + 4)
        struct.pack_into(">H", data, udp + 4, min(65535, old + random.randrange(1, 100)))
    elif fault == "udp_length_small":
        struct.pack_into(">H", data, udp + 4, random.choice((0, 7, 8, 20, 27, 28, 47, 48)))
    if keep_ip_sum and fault not in ("none", "cut", "three_tags", "oversize") and len(data) >= ip + 20:
        _fix_ip_checksum(data, ip)
    shape = {"tags": tags, "options": options, "padded": padding > 0}
    return bytes(data), fault == "bad_fcs", shape


def beats(data, err=False, stamp=0):
    """MAC beats of a frame, as dictionaries of `mac_beat_t`."""
    count = max(1, -(-len(data) // 8))
    for i in range(count):
        part = data[8 * i : 8 * i + 8]
        last = i == count - 1
        yield {"stamp": stamp, "err": int(err and last), "last": int(last), "keep": (1 << len(part)) - 1,
               "data": int.from_bytes(part, "little")}
