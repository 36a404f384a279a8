"""The front end end to end: frames in, session events out, against the page; and the latency budget."""

import random
from collections import Counter

import cocotb
from cocotb.triggers import RisingEdge
from lib import frames, stream
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.frame_reference import DISPOSITIONS, NUMBER, Config, judge
from lib.session_reference import Packet, Session
from lib.structs import EV, EV_KIND, MAC_BEAT

SOURCES = ["gen/esc_counter_pkg.sv", "eth_ip_udp.sv", "iex_tp.sv", "frame_fifo.sv", "card_time.sv", "lost_ranges.sv",
           "session.sv", "front_end_bench.sv"]
KIND = {number: name for name, number in EV_KIND.items()}
# Last byte of a message in at cycle 0 -> ev_valid; last beat of the frame -> first EvMsg.
EARLY_CYCLES_MAX, WHOLE_CYCLES_MAX = 6, 9

COVERAGE = Coverage("front_end")
COVERAGE.bins("mode", ["whole", "early"])
COVERAGE.bins("disposition", [d for d in DISPOSITIONS if d not in ("overrun", "fifo_full")])
COVERAGE.bins("event", ["ip_checksum_bad", "udp_checksum_bad", "malformed_block", "trailing_bytes", "heartbeats", "voided",
                        "gaps", "restarts", "late", "duplicate", "evicted"])
COVERAGE.bins("kind", list(EV_KIND))
COVERAGE.bins("length", ["empty", "1", "2..9", "10..50", "51.."])
COVERAGE.bins("lane", range(8))  # lane of the payload in which a message's length stands
COVERAGE.cross("mode x disposition", "mode", "disposition")
COVERAGE.cross("mode x kind", "mode", "kind", ignore=lambda m, k: (m, k) == ("whole", "EvVoid"))
COVERAGE.cross("length x lane", "length", "lane")


class Bench:
    def __init__(self, dut, cfg, early, interval, stall_in=stream.always, stall_out=stream.always):
        self.dut = dut
        self.count = Counter()
        self.disp = []
        for name, value in (("early_i", early), ("group_i", cfg.group), ("port_i", cfg.port),
                            ("ip_checksum_i", cfg.ip_checksum), ("udp_checksum_i", cfg.udp_checksum),
                            ("protocol_i", cfg.protocol), ("channel_i", cfg.channel), ("refresh_interval_i", interval)):
            getattr(dut, name).value = int(value)
        self.source = stream.source(dut, "beat", dut.clk_i, MAC_BEAT, stall_in)
        self.latest = []
        self.sink = stream.sink(dut, "ev", dut.clk_i, EV, stall_out, on_item=self._on_event)
        self.task = cocotb.start_soon(self._watch())

    def _on_event(self, item, _):
        self.latest.append((item, int(self.dut.cycle_o.value)))

    async def _watch(self):
        dut, edge = self.dut, RisingEdge(self.dut.clk_i)
        pulses = [(getattr(dut, f"{n}_o"), n) for n in (
            "ip_checksum_bad", "udp_checksum_bad", "malformed_block", "trailing_bytes", "heartbeat", "copies_valid",
            "late", "duplicate", "type_valid", "restarts", "lost_range_evicted")]
        while True:
            await edge
            if dut.rst_ni.value != 1:
                continue
            for handle, name in pulses:
                if handle.value == 1:
                    self.count[name] += 1
            if dut.gaps_o.value == 1:
                self.count["gaps"] += 1
                self.count["lost"] += int(dut.lost_o.value)
            if dut.voided_valid_o.value == 1:
                self.count["voided"] += int(dut.voided_o.value)
            for valid, disp in ((dut.eth_disp_valid_o, dut.eth_disp_o), (dut.iex_disp_valid_o, dut.iex_disp_o)):
                if valid.value == 1:
                    self.disp.append(int(disp.value))

    async def settle(self):
        await self.source.drained()
        quiet = 0
        while quiet < 12:
            await RisingEdge(self.dut.clk_i)
            quiet = 0 if self.dut.busy_o.value == 1 else quiet + 1

    def stop(self):
        self.task.cancel()
        self.source.stop()
        self.sink.stop()


class Feed:
    """Sequence numbers of a feed that loses, repeats and restarts."""

    def __init__(self, restarts=True):
        self.restarts = restarts
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
            self.session = random.getrandbits(32)
            self.next = random.choice((1, 1, 5))
        elif roll < 0.98:
            self.next = 1
        else:
            self.next = random.choice((0, 2**64 - 2, 2**63))
        return {"first_seq": self.next, "session": self.session, "send_time": self.time,
                "offset": 0 if self.next == 1 else random.getrandbits(64)}

    def advance(self, count):
        self.next = (self.next + count) % 2**64


def expect(session, verdict, stamp, early):
    """Runs the reference session on one frame's verdict."""
    if verdict.header is None or (verdict.disposition != "ok" and not early):
        return
    h = verdict.header
    bad = None if verdict.disposition == "ok" else NUMBER[verdict.disposition]
    session.packet(Packet(stamp, h["session"], h["first_seq"], h["offset"], h["send_time"], verdict.messages, bad))


def check(bench, session, verdicts, early):
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
                        ("heartbeats", "heartbeat")):
        assert c[name] == events[event], (event, c[name], events[event])
    voided = 0 if early else sum(len(v.messages) for v in verdicts if v.disposition != "ok")
    assert c["voided"] == voided, (c["voided"], voided)
    s = session.count
    assert (c["copies_valid"], c["late"], c["duplicate"], c["type_valid"], c["gaps"], c["lost"], c["restarts"],
            c["lost_range_evicted"]) == (s["copies"], s["late"], s["duplicate"], s["delivered"], s["gaps"], s["lost"],
                                         s["restarts"], s["evicted"])
    assert s["copies"] == s["late"] + s["duplicate"] + s["delivered"]
    mode = "early" if early else "whole"
    for v in verdicts:
        COVERAGE.hit(mode=mode, disposition=v.disposition)
        for event in v.events:
            COVERAGE.hit(event=event)
        at = 40
        for m in v.messages:
            size = len(m)
            name = "empty" if size == 0 else "1" if size == 1 else "2..9" if size < 10 else "10..50" if size <= 50 else "51.."
            COVERAGE.hit(length=name, lane=at % 8)
            at += 2 + size
    for e in session.events:
        COVERAGE.hit(mode=mode, kind=e["kind"])
    for name in ("gaps", "restarts", "late", "duplicate", "evicted"):
        if s[name]:
            COVERAGE.hit(event=name)
    if voided:
        COVERAGE.hit(event="voided")


async def random_run(dut, early, frames_count, interval, stall_in, stall_out, cfg, restarts):
    bench = Bench(dut, cfg, early, interval, stall_in, stall_out)
    await reset(dut)
    feed, session, verdicts = Feed(restarts), Session(4, interval), []
    for number in range(frames_count):
        # Every fault twice for sure, then mostly good frames.
        fault = random.choice(("none", "none", "none", random.choice(frames.FAULTS)))
        if number < 2 * len(frames.FAULTS):
            fault = frames.FAULTS[number % len(frames.FAULTS)]
        data, fcs_bad, _ = frames.random_frame(cfg, fault, **feed.header())
        verdict = judge(data, fcs_bad, cfg)
        verdicts.append(verdict)
        expect(session, verdict, feed.stamp, early)
        if verdict.disposition == "ok":
            feed.advance(len(verdict.messages))
        for beat in frames.beats(data, fcs_bad, feed.stamp):
            bench.source.send(beat)
    await bench.settle()
    check(bench, session, verdicts, early)
    bench.stop()


@cocotb.test()
async def frames_give_the_events_of_the_page(dut):
    await start_clock(dut)
    for run_number in COVERAGE.rounds(3):
        number = run_number % 3
        for early in (False, True):
            cfg = Config(channel=(1, 0)[number % 2], udp_checksum=number == 1, ip_checksum=number != 2)
            await random_run(dut, early, 200, (700, 0, 3000)[number],
                             (stream.always, stream.always, stream.stalls(0.3))[number],
                             (stream.always, stream.stalls(0.5), stream.bursts(30, 60))[number], cfg,
                             restarts=number != 1)


@cocotb.test()
async def latency_is_in_the_budget(dut):
    await start_clock(dut)
    cfg = Config()
    for early in (False, True):
        bench = Bench(dut, cfg, early, 0)
        await reset(dut)
        worst, seq, samples = 0, 1, 0
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
                if dut.beat_valid_i.value == 1 and dut.beat_ready_o.value == 1:
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
