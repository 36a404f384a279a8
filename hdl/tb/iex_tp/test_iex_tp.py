"""iex_tp alone: blocks split over beats at every alignment, tiny blocks without loss, frame ends and events."""

import random

import cocotb
from cocotb.triggers import RisingEdge
from lib import frames, stream
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.frame_reference import NUMBER
from lib.structs import PKT, REC, REC_KIND, UDP_BEAT

PROTOCOL, CHANNEL = 0x8004, 3

COVERAGE = Coverage("iex_tp")
COVERAGE.bins("first_bytes", range(1, 9))
COVERAGE.bins("end", ["exact", "malformed", "trailing"])
COVERAGE.bins("finish", ["last beat with bytes", "last beat empty"])
COVERAGE.bins("disposition", ["ok", "bad_fcs", "oversize", "transport_version", "wrong_protocol", "wrong_channel",
                              "transport_length", "cut_datagram", "bad_udp_checksum", "fifo_full"])
COVERAGE.bins("early", [0, 1])
COVERAGE.bins("per_beat", ["none", "one", "two or more"])
COVERAGE.cross("disposition x early", "disposition", "early", ignore=lambda d, e: (d, e) == ("fifo_full", 1))
COVERAGE.cross("first_bytes x end", "first_bytes", "end")
COVERAGE.cross("first_bytes x per_beat", "first_bytes", "per_beat")


def cut_into_beats(payload, first_bytes, udp_length, last, stamp):
    """Beats as eth_ip_udp makes them; `last` is bad, disp and whether the last beat is empty."""
    bad, disp, empty = last
    parts = [payload[:first_bytes]] + [payload[i : i + 8] for i in range(first_bytes, len(payload), 8)]
    if empty:
        parts.append(b"")
    for i, part in enumerate(parts):
        end = i == len(parts) - 1
        yield {"stamp": stamp, "udp_payload_len": udp_length, "cycle": i, "unloaded": 1, "first": int(i == 0), "last": int(end),
               "bad": int(bad and end), "disp": disp if end else 0, "keep": (1 << len(part)) - 1,
               "data": int.from_bytes(part, "little")}


class Watch:
    """Pulses of the module."""

    def __init__(self, dut):
        self.dut, self.disp, self.events, self.voided = dut, [], {}, 0
        self.task = cocotb.start_soon(self._run())

    async def _run(self):
        dut = self.dut
        names = ("udp_checksum_bad", "malformed_block", "trailing_bytes", "heartbeat")
        while True:
            await RisingEdge(dut.clk_i)
            if dut.rst_ni.value != 1:
                continue
            if dut.disp_valid_o.value == 1:
                self.disp.append(int(dut.disp_o.value))
            for name in names:
                if getattr(dut, f"{name}_o").value == 1:
                    self.events[name] = self.events.get(name, 0) + 1
            if dut.voided_valid_o.value == 1:
                self.voided += int(dut.voided_o.value)


class RecordSink:
    """Takes transfers of the record port with random stalls."""

    def __init__(self, dut, stall):
        self.dut, self.stall, self.transfers = dut, stall, []
        dut.rec_ready_i.value = 0
        self.task = cocotb.start_soon(self._run())

    async def _run(self):
        dut, ready = self.dut, 0
        held = None
        while True:
            ready = int(not self.stall())
            dut.rec_ready_i.value = ready
            await RisingEdge(dut.clk_i)
            if dut.rst_ni.value != 1 or dut.rec_valid_o.value != 1:
                assert held is None, "valid fell before the transfer was taken"
                continue
            now = (int(dut.rec_has_o.value), int(dut.rec_end_o.value), int(dut.rec_ok_o.value),
                   int(dut.rec_o.value) if dut.rec_has_o.value == 1 else None)
            assert held is None or held == now, "transfer changed while offered"
            held = None if ready else now
            if ready:
                self.transfers.append(now)


@cocotb.test()
async def every_block_becomes_one_record(dut):
    await start_clock(dut)
    for run_number in COVERAGE.rounds(2):
        early = run_number % 2
        for name, value in (("early_i", early), ("protocol_i", PROTOCOL), ("channel_i", CHANNEL), ("pipe_idle_i", 1),
                            ("rec_overflow_i", 0)):
            getattr(dut, name).value = value
        source = stream.source(dut, "udp", dut.clk_i, UDP_BEAT, stream.stalls(0.1))
        sink = RecordSink(dut, stream.stalls(0.25))
        watch = Watch(dut)
        await reset(dut)
        for number in range(420):
            await one_frame(dut, number, early, source, sink, watch)
        source.stop()
        sink.task.cancel()
        watch.task.cancel()


async def one_frame(dut, number, early, source, sink, watch):
    want = random.choice(("ok",) * 6 + tuple(COVERAGE._bins["disposition"]))
    if want == "fifo_full" and early:
        want = "ok"
    dut.rec_overflow_i.value = int(want == "fifo_full")
    messages = frames.random_messages()
    end = random.choice(("exact", "exact", "malformed", "trailing"))
    tail = {"exact": b"", "malformed": random.choice((b"", b"\x09", b"\x40\x00xy")), "trailing": random.randbytes(random.randrange(1, 25))}[end]
    fields = {"version": 1, "protocol": PROTOCOL, "channel": CHANNEL, "first_seq": random.getrandbits(64),
              "session": random.getrandbits(32), "offset": random.getrandbits(64), "send_time": random.getrandbits(64)}
    count = len(messages) + (random.randrange(1, 9) if end == "malformed" else 0)
    if want == "transport_version":
        fields["version"] = random.choice((0, 3, 129))
    elif want == "wrong_protocol":
        fields["protocol"] ^= 1 << random.randrange(16)
    elif want == "wrong_channel":
        fields["channel"] ^= 1 << random.randrange(32)
    payload = frames.segment(messages, count=count, tail=tail, **fields)
    udp_length = len(payload)
    if want == "transport_length":
        udp_length += random.choice((1, 2, 256, 1000))
    whole = messages
    if want == "cut_datagram":
        payload = payload[: random.randrange(1, len(payload))]
        whole, at = [], 40
        for m in messages:
            at += 2 + len(m)
            if at <= len(payload):
                whole.append(m)
    first_bytes = number % 8 + 1 if len(payload) >= 8 else len(payload)
    checksum_event = want == "bad_udp_checksum" or (want == "ok" and random.random() < 0.2)
    bad = want in ("bad_fcs", "oversize", "cut_datagram", "bad_udp_checksum")
    disp = NUMBER["bad_udp_checksum"] if checksum_event else NUMBER[want] if bad else 0
    empty = random.random() < 0.5
    stamp = random.getrandbits(64)
    sink.transfers.clear()
    watch.disp.clear()
    watch.events.clear()
    watch.voided = 0
    for beat in cut_into_beats(payload, first_bytes, udp_length, (bad, disp, empty), stamp):
        source.send(beat)
    await source.drained()
    for _ in range(400):
        await RisingEdge(dut.clk_i)
        if dut.busy_o.value == 0:
            break
    for _ in range(3):
        await RisingEdge(dut.clk_i)

    headed = want not in ("transport_version", "wrong_protocol", "wrong_channel", "transport_length") and len(payload) >= 40
    expected = []
    if headed:
        pkt = {k: fields[k] for k in ("send_time", "offset", "first_seq", "session")}
        expected.append((REC_KIND["RecPkt"], None, PKT.pack({**pkt, "stamp": stamp, "count": count})))
        expected += [(REC_KIND["RecMsg"], len(m), int.from_bytes(m[:50], "little")) for m in whole]
        if early and want != "ok":
            expected.append((REC_KIND["RecEnd"], None, NUMBER[want]))
    got = []
    for has, _, _, word in sink.transfers:
        if has:
            rec = REC.unpack(word)
            got.append((rec["kind"], rec["len"] if rec["kind"] == REC_KIND["RecMsg"] else None, rec["data"]))
    assert got == expected, (want, end, len(got), len(expected))
    assert [e for _, e, _, _ in sink.transfers] == [0] * (len(sink.transfers) - 1) + [1], "not exactly one end"
    if not early:
        assert sink.transfers[-1][2] == int(want == "ok"), "commit does not follow the disposition"
    assert watch.disp == [NUMBER[want]], (watch.disp, want)
    ok = want == "ok"
    want_events = {"udp_checksum_bad": int(checksum_event), "malformed_block": int(ok and end == "malformed"),
                   "trailing_bytes": int(ok and end == "trailing"), "heartbeat": int(ok and count == 0)}
    assert watch.events == {k: v for k, v in want_events.items() if v}, (watch.events, want_events)
    assert watch.voided == (len(whole) if headed and not ok and not early else 0)

    COVERAGE.hit(disposition=want, early=early)
    COVERAGE.hit(finish="last beat empty" if empty else "last beat with bytes")
    if headed and want != "cut_datagram":
        at, ends = 40, {}
        for m in messages:
            at += 2 + len(m)
            beat = (at - 1 - first_bytes) // 8
            ends[beat] = ends.get(beat, 0) + 1
        for most in set(ends.values()) or {0}:
            COVERAGE.hit(first_bytes=first_bytes, end=end, per_beat="two or more" if most > 1 else "one" if most else "none")
        COVERAGE.hit(first_bytes=first_bytes, end=end, per_beat="none")


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_iex_tp():
    run("iex_tp", ["gen/esc_counter_pkg.sv", "iex_tp.sv"])
