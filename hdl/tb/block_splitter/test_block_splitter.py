"""block_splitter alone, IEX-TP and MoldUDP64: blocks split over beats at every alignment, tiny blocks without loss, frame ends and events."""

import random

import cocotb
from cocotb.triggers import RisingEdge
from lib import frames, stream
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.frame_reference import NUMBER, LinePlace
from lib.structs import PKT, REC, REC_KIND, UDP_BEAT

PROTOCOL, CHANNEL = 0x8004, 3

IEX, MOLD = "iex", "mold"
IEX_ONLY = ("transport_version", "wrong_protocol", "wrong_channel")
EVENTS = ("udp_checksum_bad", "malformed_block", "trailing_bytes", "heartbeat", "end_of_session")

COVERAGE = Coverage("block_splitter")
COVERAGE.bins("transport", [IEX, MOLD])
COVERAGE.bins("first_bytes", range(1, 9))
COVERAGE.bins("end", ["exact", "malformed", "trailing"])
COVERAGE.bins("finish", ["last beat with bytes", "last beat empty"])
COVERAGE.bins("disposition", ["ok", "bad_fcs", "oversize", "transport_version", "wrong_protocol", "wrong_channel",
                              "transport_length", "cut_datagram", "bad_udp_checksum", "fifo_full"])
COVERAGE.bins("mode", ["whole", "released", "held"])  # held: early mode, but the header is not believed
COVERAGE.bins("per_beat", ["none", "one", "two or more"])
COVERAGE.bins("empty packet", ["heartbeat", "end of session"])
COVERAGE.bins("length split", [False, True])  # the two bytes of a block's length in two beats
COVERAGE.cross("disposition x mode", "transport", "disposition", "mode",
               ignore=lambda t, d, m: (d, m) == ("fifo_full", "released") or (t == MOLD and d in IEX_ONLY))
COVERAGE.bins("header", ["fits", "first of the line", "another session", "ahead", "behind", "number 1", "last numbers"])
COVERAGE.cross("transport x header", "transport", "header")
COVERAGE.bins("wrong length", ["bytes", "numbers"])  # the count runs past the last number
COVERAGE.cross("transport x wrong length", "transport", "wrong length")
COVERAGE.cross("first_bytes x end", "transport", "first_bytes", "end")
COVERAGE.cross("first_bytes x per_beat", "transport", "first_bytes", "per_beat")
COVERAGE.cross("transport x length split", "transport", "length split")


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
        while True:
            await RisingEdge(dut.clk_i)
            if dut.rst_ni.value != 1:
                continue
            if dut.disp_valid_o.value == 1:
                self.disp.append(int(dut.disp_o.value))
            for name in EVENTS:
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
                   int(dut.rec_o.value) if dut.rec_has_o.value == 1 else None, int(dut.rec_hold_o.value))
            assert held is None or held == now, "transfer changed while offered"
            held = None if ready else now
            if ready:
                self.transfers.append(now)


class Bench:
    """The module with its streams and pulses, set to one mode."""

    def __init__(self, dut, transport, early, stall_in, stall_out):
        self.dut, self.transport, self.early = dut, transport, early
        self.place = LinePlace(transport == MOLD)
        for name, value in (("early_i", early), ("mold_i", int(transport == MOLD)), ("protocol_i", PROTOCOL), ("channel_i", CHANNEL),
                            ("pipe_idle_i", 1), ("rec_overflow_i", 0)):
            getattr(dut, name).value = value
        self.source = stream.source(dut, "udp", dut.clk_i, UDP_BEAT, stall_in)
        self.sink = RecordSink(dut, stall_out)
        self.watch = Watch(dut)

    def stop(self):
        self.source.stop()
        self.sink.task.cancel()
        self.watch.task.cancel()


@cocotb.test()
async def every_block_becomes_one_record(dut):
    await start_clock(dut)
    for transport in (IEX, MOLD):
        wants = [d for d in COVERAGE._bins["disposition"] if transport == IEX or d not in IEX_ONLY]
        for early in (0, 1):
            bench = Bench(dut, transport, early, stream.stalls(0.1), stream.stalls(0.25))
            await reset(dut)
            # Every disposition, end and alignment on purpose, then as it comes.
            for number in range(24):
                await one_frame(bench, number, "ok", ("exact", "malformed", "trailing")[number // 8])
            for number, want in enumerate(wants * 2):
                # A count that runs out does not go on where the last frame left off.
                await one_frame(bench, number, want, None, header="fits" if number < len(wants) else "ahead", runs_out=False)
            for header in ("first of the line", "another session", "ahead", "behind"):
                await one_frame(bench, number, "ok", None, header=header)
                await one_frame(bench, number, "bad_fcs", None, header=header)
            # Heartbeats say that number 1 is next; in IEX-TP it may also start over.
            await one_frame(bench, 3, "ok", "exact", header="number 1", empty_count=0)
            await one_frame(bench, 3, "bad_fcs", "exact", header="number 1")
            # The last message has number 2^64 - 2, and a heartbeat names the number behind it.
            await one_frame(bench, 3, "ok", "exact", header="last numbers")
            await one_frame(bench, 3, "ok", "exact", header="fits", empty_count=0)
            await one_frame(bench, 3, "ok", "exact", header="number 1")
            for runs_out in (True, False):
                await one_frame(bench, 3, "transport_length", "exact", runs_out=runs_out)
            for number in range(240):
                await one_frame(bench, number, random.choice(("ok",) * 6 + tuple(wants)), None)
            for count in (0, 0xFFFF) if transport == MOLD else (0,):
                await one_frame(bench, 5, "ok", "exact", empty_count=count)
            bench.stop()


def place_of(bench, header, count):
    """Session and first number of a packet of `count` messages that lies so to the line's last good frame."""
    bits = 80 if bench.transport == MOLD else 32
    if header == "number 1":
        return (bench.place.last or (5, 0))[0], 1
    if bench.place.last is None:
        return random.getrandbits(bits), random.getrandbits(63)
    session, first = bench.place.last
    if header == "last numbers":
        return session, 2**64 - 1 - count
    if header == "fits":
        return session, first
    if header == "another session":
        session ^= 1 << random.randrange(bits)
    elif header == "ahead":
        first += 1 << random.randrange(62)
    elif header == "behind":
        first -= 1 << random.randrange(62)
    first %= 2**64
    return session, first if first + count < 2**64 else first // 2


def packet(bench, messages, count, tail, want, empty_count, header, runs_out):
    """A packet that deserves `want` as far as its header goes: its bytes and what its PKT record says."""
    transport, (session, first) = bench.transport, place_of(bench, header, count)
    if runs_out:
        first = 2**64 - random.randrange(1, count + 1)
    if transport == MOLD:
        fields = {"first_seq": first, "session": session}
        if want == "transport_length" and not runs_out:
            messages, count, tail = [], random.choice((0, 0xFFFF)), random.randbytes(random.randrange(1, 30))
        if empty_count is not None:
            count = empty_count
        pkt = {**fields, "count": 0 if count == 0xFFFF else count}
        return frames.mold_packet(messages, count=count, tail=tail, **fields), pkt
    fields = {"version": 1, "protocol": PROTOCOL, "channel": CHANNEL, "first_seq": first,
              "session": session, "offset": random.getrandbits(64), "send_time": random.getrandbits(64)}
    if want == "transport_version":
        fields["version"] = random.choice((0, 3, 129))
    elif want == "wrong_protocol":
        fields["protocol"] ^= 1 << random.randrange(16)
    elif want == "wrong_channel":
        fields["channel"] ^= 1 << random.randrange(32)
    pkt = {k: fields[k] for k in ("send_time", "offset", "first_seq", "session")}
    return frames.segment(messages, count=count, tail=tail, **fields), {**pkt, "count": count}


async def one_frame(bench, number, want, end, empty_count=None, header=None, runs_out=None):
    dut, early, transport = bench.dut, bench.early, bench.transport
    source, sink, watch = bench.source, bench.sink, bench.watch
    header = header or random.choice(("fits", "fits", "ahead", "behind", "another session"))
    if bench.place.last is None and header != "number 1":
        header = "first of the line"
    if want == "fifo_full" and early and header == "fits":
        want = "ok"  # a frame that is released always fits
    dut.rec_overflow_i.value = int(want == "fifo_full")
    directed = end is not None
    # Directed frames have all kinds of blocks: several in one beat, lengths at every lane.
    messages = [random.randbytes(n) for n in (1, 0, 2, 19, 11, 8, 24, 3, 0, 0, 30, 50, 80)] if directed else frames.random_messages()
    end = end or random.choice(("exact", "exact", "malformed", "trailing"))
    tail = {"exact": b"", "malformed": random.choice((b"", b"\x09", b"\x40\x40xy")), "trailing": random.randbytes(random.randrange(1, 25))}[end]
    if empty_count is not None:
        messages, tail = [], b""
    if transport == MOLD and not messages and end != "malformed":
        end, tail = "exact", b""  # more would be a wrong length
    count = len(messages) + (random.randrange(1, 9) if end == "malformed" else 0)
    if header == "fits" and empty_count is None and bench.place.last[1] + count >= 2**64:
        header = "number 1"
    if runs_out is None:
        runs_out = random.random() < 0.5
    runs_out = runs_out and want == "transport_length" and count > 0
    payload, pkt = packet(bench, messages, count, tail, want, empty_count, header, runs_out)
    released = early and bench.place.fits(pkt)
    udp_length = len(payload)
    if want == "transport_length":
        COVERAGE.hit(**{"transport": transport, "wrong length": "numbers" if runs_out else "bytes"})
        if transport == IEX and not runs_out:
            udp_length += random.choice((1, 2, 256, 1000))
        messages = []
    whole, header_bytes = messages, 20 if transport == MOLD else 40
    if want == "cut_datagram":
        payload = payload[: random.randrange(1, len(payload))]
        whole, at = [], header_bytes
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

    headed = want not in IEX_ONLY + ("transport_length",) and len(payload) >= header_bytes
    expected = []
    if headed:
        expected.append((REC_KIND["RecPkt"], None, PKT.pack({**pkt, "stamp": stamp})))
        expected += [(REC_KIND["RecMsg"], len(m), int.from_bytes(m[:50], "little")) for m in whole]
        if released and want != "ok":
            expected.append((REC_KIND["RecEnd"], None, NUMBER[want]))
    got = []
    for has, _, _, word, hold in sink.transfers:
        assert hold == int(not released) or not headed, "released and held are mixed up"
        if has:
            rec = REC.unpack(word)
            got.append((rec["kind"], rec["len"] if rec["kind"] == REC_KIND["RecMsg"] else None, rec["data"]))
    assert got == expected, (want, end, len(got), len(expected))
    assert [e for _, e, *_ in sink.transfers] == [0] * (len(sink.transfers) - 1) + [1], "not exactly one end"
    if headed:
        assert sink.transfers[-1][2] == int(released or want == "ok"), "commit does not follow the disposition"
    assert watch.disp == [NUMBER[want]], (watch.disp, want)
    ok = want == "ok"
    want_events = {"udp_checksum_bad": int(checksum_event), "malformed_block": int(ok and end == "malformed"),
                   "trailing_bytes": int(ok and end == "trailing"), "heartbeat": int(ok and count == 0 and not empty_count),
                   "end_of_session": int(ok and empty_count == 0xFFFF)}
    assert watch.events == {k: v for k, v in want_events.items() if v}, (watch.events, want_events)
    assert watch.voided == (len(whole) if headed and not ok and not released else 0)
    if ok:
        bench.place.move_behind(pkt)

    COVERAGE.hit(transport=transport, disposition=want, mode="released" if released else "held" if early else "whole")
    COVERAGE.hit(transport=transport, header=header)
    COVERAGE.hit(finish="last beat empty" if empty else "last beat with bytes")
    if empty_count is not None:
        COVERAGE.hit(**{"empty packet": "end of session" if empty_count else "heartbeat"})
    if headed and want != "cut_datagram":
        at, ends = header_bytes, {}
        for m in messages:
            COVERAGE.hit(**{"transport": transport, "length split": (at + 1 - first_bytes) % 8 == 0})
            at += 2 + len(m)
            beat = (at - 1 - first_bytes) // 8
            ends[beat] = ends.get(beat, 0) + 1
        for most in set(ends.values()) | {0}:
            COVERAGE.hit(transport=transport, first_bytes=first_bytes, end=end,
                         per_beat="two or more" if most > 1 else "one" if most else "none")


@cocotb.test()
async def shortest_itch_messages_take_no_cycle_more_than_their_beats(dut):
    """19-byte deletes back to back: a message every 2.6 beats, and the input never waits."""
    await start_clock(dut)
    for first_bytes in range(1, 9):
        bench = Bench(dut, MOLD, 0, stream.always, stream.always)
        await reset(dut)
        messages = [b"D" + random.randbytes(18) for _ in range(60)]
        payload = frames.mold_packet(messages, first_seq=7)
        beats = list(cut_into_beats(payload, first_bytes, len(payload), (0, 0, False), 5)) * 3
        for beat in beats:
            bench.source.send(beat)
        cycles = 0
        while not bench.source.idle():
            await RisingEdge(dut.clk_i)
            cycles += 1
        for _ in range(4):
            await RisingEdge(dut.clk_i)
        assert cycles <= len(beats) + 2, f"{len(beats)} beats took {cycles} cycles"
        records = [REC.unpack(word) for has, _, _, word, _ in bench.sink.transfers if has]
        got = [r["data"] for r in records if r["kind"] == REC_KIND["RecMsg"]]
        assert got == [int.from_bytes(m, "little") for m in messages] * 3
        bench.stop()


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_block_splitter():
    run("block_splitter", ["gen/esc_counter_pkg.sv", "iex_tp.sv", "mold_udp64.sv", "line_place.sv", "block_splitter.sv"])
