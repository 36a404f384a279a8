"""The front ends of both lines end to end: frames in, events in sequence out, against the page; and the latency budget."""

import random
from collections import Counter

import cocotb
from cocotb.triggers import RisingEdge
from lib import frames, stream
from lib.arbiter_reference import Arbiter, Packet
from lib.bench import RTL, run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.frame_reference import DISPOSITIONS, NUMBER, Config, LinePlace, judge
from lib.structs import EV, EV_KIND, MAC_BEAT, _parse

SOURCES = ["gen/esc_counter_pkg.sv", "csr_pkg.sv", "front_pkg.sv", "rx_gate.sv", "eth_ip_udp.sv", "iex_tp.sv", "mold_udp64.sv",
           "line_place.sv", "block_splitter.sv", "frame_fifo.sv", "line_front.sv", "card_time.sv", "lost_ranges.sv", "held_map.sv", "sync_ram.sv",
           "feed_session.sv", "line_arbiter.sv", "front_end_bench.sv"]
CONFIG = _parse((RTL / "csr_pkg.sv").read_text())[2]["config_t"]
COUNT = _parse((RTL / "front_pkg.sv").read_text())[2]["front_count_t"]
KIND = {number: name for name, number in EV_KIND.items()}
# Last byte of a message in at cycle 0 -> ev_valid; last beat of the frame -> first EvMsg.
EARLY_CYCLES_MAX, WHOLE_CYCLES_MAX = 6, 9

COVERAGE = Coverage("front_end")
COVERAGE.bins("mode", ["whole", "early"])
COVERAGE.bins("transport", ["iex", "mold"])
COVERAGE.bins("early frame", ["released", "held"])
COVERAGE.bins("good", [False, True])
COVERAGE.cross("early frame x good", "transport", "early frame", "good")
COVERAGE.bins("disposition", [d for d in DISPOSITIONS if d not in ("overrun", "fifo_full")])
COVERAGE.bins("event", ["ip_checksum_bad", "udp_checksum_bad", "malformed_block", "trailing_bytes", "heartbeats", "end_of_session", "voided",
                        "gaps", "restarts", "late", "duplicate", "stale", "evicted"])
COVERAGE.bins("kind", [k for k in EV_KIND if k != "EvSlot"])  # no host here: bench line_arbiter
COVERAGE.bins("length", ["empty", "1", "2..9", "10..50", "51.."])
COVERAGE.bins("lane", range(8))  # lane of the payload in which a message's length stands
IEX_ONLY = ("transport_version", "wrong_protocol", "wrong_channel")
COVERAGE.cross("mode x disposition", "transport", "mode", "disposition", ignore=lambda t, _, d: t == "mold" and d in IEX_ONLY)
COVERAGE.cross("mode x kind", "mode", "kind", ignore=lambda m, k: (m, k) == ("whole", "EvVoid"))
COVERAGE.cross("length x lane", "length", "lane")


class Bench:
    def __init__(self, dut, cfg, early, interval, stall_in=stream.always, stall_out=stream.always):
        self.dut = dut
        self.count = Counter()
        self.disp = []
        dut.cfg_i.value = CONFIG.pack({
            "enable": 1, "early": early, "mold": cfg.mold, "group": cfg.group, "port": cfg.port, "group_b": cfg.group, "port_b": cfg.port,
            "ip_checksum": cfg.ip_checksum, "udp_checksum": cfg.udp_checksum, "protocol": cfg.protocol, "channel": cfg.channel,
            "refresh_interval_ns": interval, "lines": 1, "gap_window_ns": 10**6})
        self.source = stream.source(dut, "a", dut.clk_i, MAC_BEAT, stall_in)
        self.source_b = stream.source(dut, "b", dut.clk_i, MAC_BEAT, stall_in)
        self.latest = []
        self.sink = stream.sink(dut, "ev", dut.clk_i, EV, stall_out, on_item=self._on_event)
        self.task = cocotb.start_soon(self._watch())

    def _on_event(self, item, _):
        self.latest.append((item, int(self.dut.cycle_o.value)))

    async def _watch(self):
        dut, edge = self.dut, RisingEdge(self.dut.clk_i)
        pulses = [(getattr(dut, f"{n}_o"), n) for n in ("late", "duplicate", "stale", "gaps", "restarts", "lost_range_evicted")]
        while True:
            await edge
            if dut.rst_ni.value != 1:
                continue
            for handle, name in pulses:
                if handle.value == 1:
                    self.count[name] += 1
            self.count["copies_valid"] += int(dut.copies_o.value).bit_count()
            self.count["type_valid"] += int(dut.delivered_o.value).bit_count()
            if dut.lost_valid_o.value == 1:
                self.count["lost"] += int(dut.lost_o.value)
            counts = int(dut.count_o.value)
            for line in (0, 1):
                c = COUNT.unpack(counts >> line * COUNT.width & (1 << COUNT.width) - 1)
                for where in ("header", "transport"):
                    if c[f"{where}_valid"]:
                        self.disp.append(c[f"{where}_disp"])
                for name in ("ip_checksum_bad", "udp_checksum_bad", "malformed_block", "trailing_bytes", "heartbeat",
                             "end_of_session"):
                    self.count[name] += c[name]
                self.count["voided"] += c["voided"]

    async def settle(self):
        await self.source.drained()
        await self.source_b.drained()
        quiet = 0
        while quiet < 12:
            await RisingEdge(self.dut.clk_i)
            quiet = 0 if self.dut.busy_o.value == 1 else quiet + 1

    def stop(self):
        self.task.cancel()
        self.source.stop()
        self.source_b.stop()
        self.sink.stop()


class Feed:
    """Sequence numbers of a feed that loses, repeats and restarts."""

    def __init__(self, restarts=True, mold=False):
        self.restarts, self.mold, self.old = restarts, mold, []
        self.session, self.next, self.offset, self.time, self.stamp = random.getrandbits(32), 1, 0, 10**18, 10**18

    def header(self):
        self.stamp += random.choice((0, 10, 500, 4000)) if random.random() < 0.98 else -300
        self.time += random.randrange(1, 1000)
        roll = random.random() * (1.0 if self.restarts else 0.92)
        if roll < 0.70:
            pass
        elif roll < (0.80 if self.restarts else 0.88):
            self.next = (self.next + random.randrange(1, 40)) % 2**64
        elif roll < 0.92:
            self.next = max(1, self.next - random.randrange(1, 60))
        elif roll < 0.94:
            self.old.append(self.session)
            self.session = random.getrandbits(80 if self.mold else 32)
            self.next = random.choice((1, 1, 5))
        elif roll < 0.98 and self.mold and self.old:
            # A late packet of a session that ended.
            return {"first_seq": self.next, "session": random.choice(self.old[-4:]), "send_time": 0, "offset": 0}
        elif roll < 0.98:
            self.next = 1
        else:
            self.next = random.choice((0, 2**64 - 2, 2**63))
        return {"first_seq": self.next, "session": self.session, "send_time": self.time,
                "offset": 0 if self.next == 1 else random.getrandbits(64)}

    def advance(self, count):
        self.next = (self.next + count) % 2**64


def expect(session, verdict, stamp, early, place, line=0):
    """Runs the reference on one frame's verdict; `place` is the line's. Returns the messages that were split for nothing."""
    if verdict.header is None:
        return 0
    h, good = verdict.header, verdict.disposition == "ok"
    released = early and place.fits(h)
    if early:
        COVERAGE.hit(**{"transport": "mold" if place.mold else "iex", "early frame": "released" if released else "held", "good": good})
    if good:
        place.move_behind(h)
    elif not released:
        return len(verdict.messages)
    bad = None if good else NUMBER[verdict.disposition]
    session.packet(Packet(stamp, h["session"], h["first_seq"], h["offset"], h["send_time"], verdict.messages, bad), line)
    return 0


def check(bench, session, verdicts, voided, early, mold):
    got = []
    for item in bench.sink.items:
        entry = {"kind": KIND[item["kind"]], **{k: item[k] for k in ("hw_time", "msg_index", "bad")}}
        if entry["kind"] == "EvMsg":
            entry.update({k: item[k] for k in ("seq", "len", "data", "first_of_frame")})
        elif entry["kind"] == "EvVisit":
            entry["len"] = item["len"]
        elif entry["kind"] == "EvHeartbeat":
            entry["seq"] = item["seq"]
        elif entry["kind"] == "EvRestart":
            entry["count"] = item["count"]
        else:
            entry.update({"seq": item["seq"], "count": item["count"]})
            if entry["kind"] == "EvVoid":
                entry["len"] = item["len"]
        got.append(entry)
    for number, (have, want) in enumerate(zip(got, session.events)):
        assert have == want, f"event {number}: {have} instead of {want}"
    assert len(got) == len(session.events), (len(got), len(session.events))
    # Dispositions come from two modules, so not in order.
    assert Counter(bench.disp) == Counter(NUMBER[v.disposition] for v in verdicts)
    events = Counter(e for v in verdicts for e in v.events)
    c = bench.count
    for event, name in (("ip_checksum_bad",) * 2, ("udp_checksum_bad",) * 2, ("malformed_block",) * 2, ("trailing_bytes",) * 2,
                        ("heartbeats", "heartbeat"), ("end_of_session",) * 2):
        assert c[name] == events[event], (event, c[name], events[event])
    assert c["voided"] == voided, (c["voided"], voided)
    s = session.count
    copies, delivered = s["copies", 0] + s["copies", 1], session.delivered()
    assert (c["copies_valid"], c["late"], c["duplicate"], c["stale"], c["type_valid"], c["gaps"], c["lost"], c["restarts"],
            c["lost_range_evicted"]) == (copies, s["late"], s["duplicate"], s["stale"], delivered, s["gaps"], s["lost"],
                                         s["restarts"], s["evicted"])
    assert copies == s["late"] + s["duplicate"] + s["stale"] + delivered + session.in_flight()
    mode = "early" if early else "whole"
    for v in verdicts:
        COVERAGE.hit(transport="mold" if mold else "iex", mode=mode, disposition=v.disposition)
        for event in v.events:
            COVERAGE.hit(event=event)
        at = 20 if mold else 40
        for m in v.messages:
            size = len(m)
            name = "empty" if size == 0 else "1" if size == 1 else "2..9" if size < 10 else "10..50" if size <= 50 else "51.."
            COVERAGE.hit(length=name, lane=at % 8)
            at += 2 + size
    for e in session.events:
        COVERAGE.hit(mode=mode, kind=e["kind"])
    for name in ("gaps", "restarts", "late", "duplicate", "stale", "evicted"):
        if s[name]:
            COVERAGE.hit(event=name)
    if voided:
        COVERAGE.hit(event="voided")


async def random_run(dut, early, frames_count, interval, stall_in, stall_out, cfg, restarts):
    bench = Bench(dut, cfg, early, interval, stall_in, stall_out)
    await reset(dut)
    feed, session, verdicts = Feed(restarts, cfg.mold), Arbiter(4, interval, 64, mold=cfg.mold), []
    place, voided = LinePlace(cfg.mold), 0
    for number in range(frames_count):
        # Every fault twice for sure, then mostly good frames.
        fault = random.choice(("none", "none", "none", random.choice(frames.FAULTS)))
        if number < 2 * len(frames.FAULTS):
            fault = frames.FAULTS[number % len(frames.FAULTS)]
        data, fcs_bad, _ = frames.random_frame(cfg, fault, **feed.header())
        verdict = judge(data, fcs_bad, cfg)
        verdicts.append(verdict)
        voided += expect(session, verdict, feed.stamp, early, place)
        if verdict.disposition == "ok" and (not cfg.mold or verdict.header["session"] == feed.session):
            feed.advance(len(verdict.messages))
        for beat in frames.beats(data, fcs_bad, feed.stamp):
            bench.source.send(beat)
    await bench.settle()
    check(bench, session, verdicts, voided, early, cfg.mold)
    bench.stop()


@cocotb.test()
async def frames_give_the_events_of_the_page(dut):
    await start_clock(dut)
    for run_number in COVERAGE.rounds(3):
        number = run_number % 3
        for early in (False, True):
            for mold in (False, True):
                cfg = Config(channel=(1, 0)[number % 2], udp_checksum=number == 1, ip_checksum=number != 2, mold=mold)
                await random_run(dut, early, 160, (700, 0, 3000)[number],
                                 (stream.always, stream.always, stream.stalls(0.3))[number],
                                 (stream.always, stream.stalls(0.5), stream.bursts(30, 60))[number], cfg,
                                 restarts=number != 1)


@cocotb.test()
async def the_other_line_has_a_port_of_its_own(dut):
    """The same frames on both ports, B behind A: every copy of B is a duplicate; what A's FCS spoils comes from B."""
    await start_clock(dut)
    cfg = Config(mold=True)
    for early in (False, True):
        bench = Bench(dut, cfg, early, 0)
        await reset(dut)
        ref, seq, places = Arbiter(4, 0, 64, mold=True), 1, [LinePlace(True), LinePlace(True)]
        for number in range(60):
            messages = [random.randbytes(random.choice((19, 31, 36))) for _ in range(random.randrange(1, 6))]
            for line in (0, 1):
                data = frames.frame(frames.mold_packet(messages, first_seq=seq), cfg)
                bad = line == 0 and number % 7 == 3
                stamp = 1000 * number + 10 * line
                expect(ref, judge(data, bad, cfg), stamp, early, places[line], line)
                for beat in frames.beats(data, bad, stamp):
                    (bench.source_b if line else bench.source).send(beat)
                # The other line's frame ends when this one is through the front end.
                await (bench.source_b if line else bench.source).drained()
                while int(dut.frame_busy_o.value):
                    await RisingEdge(dut.clk_i)
            seq += len(messages)
        await bench.settle()
        got = [(i["seq"], i["data"]) for i in bench.sink.items if KIND[i["kind"]] == "EvMsg"]
        assert got == [(e["seq"], e["data"]) for e in ref.events if e["kind"] == "EvMsg"] and len(got) == seq - 1
        assert bench.count["duplicate"] == ref.count["duplicate"] > 0 and ref.count["gaps"] == 0
        assert bench.count["type_valid"] == seq - 1
        bench.stop()


@cocotb.test()
async def a_broken_header_is_not_believed(dut):
    """Early mode, both lines: bad frames that name other sessions and numbers leave no trace; a bad send time keeps no restart away."""
    await start_clock(dut)
    for mold in (True, False):
        cfg = Config(mold=mold)
        bench = Bench(dut, cfg, True, 0)
        await reset(dut)
        ref, places, stamp = Arbiter(4, 0, 64, mold=mold), [LinePlace(mold), LinePlace(mold)], 1000
        verdicts, voided = [], 0

        async def give(line, first, bad=False, session=1, send_time=5, offset=9, count=2):
            nonlocal stamp, voided
            stamp += 10
            messages = [b"x" * 20] * count
            pack = frames.mold_packet(messages, first_seq=first, session=session) if mold else frames.segment(
                messages, first_seq=first, session=session, send_time=send_time, offset=offset)
            data = frames.frame(pack, cfg)
            verdicts.append(judge(data, bad, cfg))
            voided += expect(ref, verdicts[-1], stamp, True, places[line], line)
            source = bench.source_b if line else bench.source
            for beat in frames.beats(data, bad, stamp):
                source.send(beat)
            await bench.settle()

        for line in (0, 1):
            await give(line, 1, offset=0)
        for number in range(12):
            line, first = number % 2, 3 + 2 * (number // 2)
            wrong = ({"session": 1 ^ 1 << random.randrange(32)}, {"first": first + (1 << random.randrange(1, 63))},
                     {"first": 1, "offset": 0, "send_time": 6}, {"first": 2**63, "count": 0})[number // 2 % 4]
            await give(line, **{"first": first, "bad": True, **wrong})
            await give(line, first)
        assert ref.count["restarts"] == ref.count["lost"] == ref.bad == 0 and ref.expected == 15
        await give(0, 15, bad=True, send_time=2**64 - 1)
        assert ref.bad == 1
        await give(1, 1, offset=0, send_time=7)
        assert ref.count["restarts"] == int(not mold)
        check(bench, ref, verdicts, voided, True, mold)
        bench.stop()


@cocotb.test()
async def latency_is_in_the_budget(dut):
    await start_clock(dut)
    cfg = Config()
    for early in (False, True):
        bench = Bench(dut, cfg, early, 0)
        await reset(dut)
        # The first frame is held also in early mode, and so is number 1 of IEX-TP.
        for beat in frames.beats(frames.frame(frames.segment([], first_seq=2), cfg), False, 5):
            bench.source.send(beat)
        await bench.settle()
        worst, seq, samples = 0, 2, 0
        for round_number in range(160):
            sizes = [random.choice((10, 18, 22, 30, 31, 38, 42)) for _ in range(random.randrange(1, 6))]
            if round_number % 4 == 0:
                sizes = [random.choice((10, 22, 30, 42))]
            data = frames.frame(frames.segment([random.randbytes(n) for n in sizes], first_seq=seq), cfg,
                                tags=round_number % 3, options=random.choice((0, 0, 1)))
            seq += len(sizes)
            taken = {}  # index of beat -> cycle in which it was accepted
            bench.latest.clear()
            for number, beat in enumerate(frames.beats(data, False, 5)):
                bench.source.send(beat)
            position = 0
            while position * 8 < len(data):
                await RisingEdge(dut.clk_i)
                if dut.a_valid_i.value == 1 and dut.a_ready_o.value == 1:
                    taken[position] = int(dut.cycle_o.value)
                    position += 1
            await bench.settle()
            assert len(bench.latest) == len(sizes)
            at = len(data) - sum(n + 2 for n in sizes)
            for number, ((event, out_cycle), size) in enumerate(zip(bench.latest, sizes)):
                at += 2 + size
                last_in = taken[(at - 1) // 8] if early else taken[(len(data) - 1) // 8]
                assert event["t_in"] == last_in, "t_in is not the cycle of the last byte"
                if number == 0:
                    assert event["unloaded"] == 1
                if early or number == 0:
                    worst = max(worst, out_cycle - last_in)
                    samples += 1
        name, limit = ("early", EARLY_CYCLES_MAX) if early else ("whole", WHOLE_CYCLES_MAX)
        print(f"latency {name}: worst {worst} cycles over {samples} messages (budget {limit})", flush=True)
        assert samples >= 160 and 0 < worst <= limit
        bench.stop()


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_front_end():
    run("front_end_bench", SOURCES, testname="test_front_end")
