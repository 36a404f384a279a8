"""What docs/card-model.md sections 2 and 3 say of one frame. Written from the page, byte by byte; no RTL in mind."""

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

MAX_FRAME_BYTES = 2048
RDL = Path(__file__).resolve().parents[2] / "regs" / "escapement.rdl"

# Numbers of the dispositions: the order of the registers.
DISPOSITIONS = re.findall(r"counter_t frames_(\w+) @", RDL.read_text())
NUMBER = {name: number for number, name in enumerate(DISPOSITIONS)}


@dataclass
class Config:
    """The registers that matter to a frame."""

    group: int = 0xE9D70415
    port: int = 10377
    ip_checksum: bool = True
    udp_checksum: bool = False
    protocol: int = 0x8003
    channel: int = 1
    mold: bool = False

    @property
    def header_bytes(self):
        """Of the transport's packet header."""
        return 20 if self.mold else 40


@dataclass
class Verdict:
    """Everything that must happen because of one frame."""

    disposition: str
    events: set = field(default_factory=set)
    udp_payload: bytes = None  # as far as it is there; None when a header check failed
    udp_length: int = 0
    header: dict = None  # the packet header when it passed
    messages: list = field(default_factory=list)  # whole messages, also of a bad frame


class LinePlace:
    """Where a line's last good frame left off (docs/card-model.md, section 4): in early mode only a packet that goes on
    there is released before its frame's end."""

    def __init__(self, mold):
        self.mold, self.last = mold, None

    def fits(self, header):
        """The same session and the next number; number 1 of IEX-TP may start over."""
        return (header["session"], header["first_seq"]) == self.last and (self.mold or header["first_seq"] != 1)

    def move_behind(self, header):
        """A good frame had this header. 0xffff, the end of a MoldUDP64 session, takes no numbers."""
        count = 0 if self.mold and header["count"] == 0xFFFF else header["count"]
        self.last = (header["session"], header["first_seq"] + count)


def ones_sum(data):
    """One's complement sum of big-endian 16-bit words, odd byte padded."""
    data = bytes(data) + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def judge(frame, fcs_bad, cfg):
    """The verdict on one frame (bytes without check sequence)."""
    verdict = Verdict("ok")
    reason = _headers(frame[:MAX_FRAME_BYTES], cfg, verdict)
    if fcs_bad:
        verdict.events.clear()
        verdict.disposition = "bad_fcs"
    elif len(frame) > MAX_FRAME_BYTES:
        verdict.events.clear()
        verdict.disposition = "oversize"
    else:
        verdict.disposition = reason
    if verdict.header is not None:
        _blocks(verdict, cfg)
    if verdict.disposition != "ok":
        verdict.events -= {"malformed_block", "trailing_bytes", "heartbeats", "end_of_session"}
    return verdict


def _headers(frame, cfg, verdict):
    size = len(frame)
    at = 12
    if size < 14:
        return "short_frame"
    for _ in range(2):
        if frame[at : at + 2] in (b"\x81\x00", b"\x88\xa8"):
            at += 4
            if size < at + 2:
                return "short_frame"
    if frame[at : at + 2] != b"\x08\x00":
        return "not_ipv4"
    ip = at + 2
    if size < ip + 20:
        return "short_frame"
    version, ihl = frame[ip] >> 4, frame[ip] & 15
    (total,) = struct.unpack_from(">H", frame, ip + 2)
    if version != 4 or ihl < 5 or total < 4 * ihl:
        return "bad_ip_header"
    udp = ip + 4 * ihl
    if size < udp:
        return "short_frame"
    if ones_sum(frame[ip:udp]) != 0xFFFF:
        verdict.events.add("ip_checksum_bad")
        if cfg.ip_checksum:
            return "bad_ip_checksum"
    (fragment,) = struct.unpack_from(">H", frame, ip + 6)
    if fragment & 0x3FFF:
        return "fragment"
    if frame[ip + 9] != 17:
        return "not_udp"
    if int.from_bytes(frame[ip + 16 : ip + 20], "big") != cfg.group:
        return "wrong_group"
    if size < udp + 8:
        return "short_frame"
    _, port, udp_length, checksum = struct.unpack_from(">4H", frame, udp)
    if port != cfg.port:
        return "wrong_port"
    if udp_length < 8 or udp_length > total - 4 * ihl:
        return "bad_udp_length"
    if udp_length - 8 < cfg.header_bytes:
        return "transport_short"
    verdict.udp_length = udp_length
    verdict.udp_payload = frame[udp + 8 : udp + udp_length]
    if len(verdict.udp_payload) < cfg.header_bytes:
        return "cut_datagram"
    header, wrong = (_mold_header if cfg.mold else _iex_header)(verdict.udp_payload, udp_length - 8, cfg)
    if wrong:
        return wrong
    verdict.header = header
    if size < udp + udp_length:
        return "cut_datagram"
    pseudo = frame[ip + 12 : ip + 20] + struct.pack(">BBH", 0, 17, udp_length)
    if checksum and ones_sum(pseudo + frame[udp : udp + udp_length]) != 0xFFFF:
        verdict.events.add("udp_checksum_bad")
        if cfg.udp_checksum:
            return "bad_udp_checksum"
    return "ok"


def _iex_header(payload, length, cfg):
    """IEX-TP 1.25, segment header: its fields, and what is wrong with it."""
    header = dict(zip(
        ("version", "reserved", "protocol", "channel", "session", "payload_length", "count", "offset", "first_seq", "send_time"),
        struct.unpack_from("<BBHIIHHQQQ", payload)))
    if header["version"] != 1:
        return header, "transport_version"
    if header["protocol"] != cfg.protocol:
        return header, "wrong_protocol"
    if cfg.channel and header["channel"] != cfg.channel:
        return header, "wrong_channel"
    wrong = header["payload_length"] != length - 40 or header["first_seq"] + header["count"] >= 2**64
    return header, "transport_length" if wrong else None


def _mold_header(payload, length, _cfg):
    """MoldUDP64 1.00, downstream packet: its fields, and what is wrong with it."""
    session, first_seq, count = struct.unpack_from(">10sQH", payload)
    header = {"session": int.from_bytes(session, "big"), "first_seq": first_seq, "count": count, "offset": 0, "send_time": 0}
    empty = count in (0, 0xFFFF)
    wrong = length != 20 if empty else first_seq + count >= 2**64
    return header, "transport_length" if wrong else None


def _blocks(verdict, cfg):
    rest, left = verdict.udp_payload[cfg.header_bytes :], verdict.header["count"]
    order = "big" if cfg.mold else "little"
    if cfg.mold and left == 0xFFFF:
        verdict.events.add("end_of_session")
        left = 0
    elif left == 0:
        verdict.events.add("heartbeats")
    while left:
        if len(rest) < 2 or len(rest) < 2 + int.from_bytes(rest[:2], order):
            verdict.events.add("malformed_block")
            return
        length = int.from_bytes(rest[:2], order)
        verdict.messages.append(rest[2 : 2 + length])
        rest = rest[2 + length :]
        left -= 1
    if rest:
        verdict.events.add("trailing_bytes")
