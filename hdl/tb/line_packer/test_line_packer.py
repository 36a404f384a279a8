"""line_packer: lines hold exactly what the format says of the entries put in; drops are counted and announced."""

import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge
from contract.line import BODY_NIBBLES, FORMS
from lib.bench import run
from lib.coverage import Coverage
from lib.stream import always, bursts, source, stalls
from lib.structs import ENTRY, PROBE
from line_model.build import WHOLE
from line_model.encode import NAME, Running, fits, lay_out
from line_model.entries import Stream

from drops import Checker

SLOTS = 64
TASKS = []  # of the round before: a test has several
SOURCES = ["gen/esc_line_pkg.sv", "packer_pkg.sv", "line_crc.sv", "recent_slots.sv", "entry_fields.sv", "entry_nibbles.sv", "drop_counter.sv",
           "line_packer.sv"]


class Bench:
    """Packer with a source of entries, a stalling line port and a monitor of everything."""

    def __init__(self, dut, feed=7, clock=0, entry_stall=always, line_stall=always):
        self.dut, self.feed, self.clock, self.line_stall = dut, feed, clock, line_stall
        self.entry_stall = entry_stall
        self.checker = Checker(feed, clock)
        self.lines, self.line_cycles, self.ticks = [], [], []
        self.probes, self.expected_probes = [], []
        self.dropped_ticks = self.dropped_controls = 0
        self.taken_cycles = []
        self.cycle = 0
        self.no_fit = 0
        self.drops_while_announcing = 0

    async def start(self):
        dut = self.dut
        while TASKS:
            TASKS.pop().cancel()
        TASKS.append(cocotb.start_soon(Clock(dut.clk_i, 6, "ns").start()))
        dut.rst_ni.value = 0
        dut.feed_i.value = self.feed
        dut.clock_i.value = self.clock & 0xFFFFFF
        dut.early_i.value = 0
        dut.upstream_busy_i.value = 0
        dut.line_ready_i.value = 0
        dut.room_i.value = 1
        self.source = source(dut, "entry", dut.clk_i, ENTRY, self.entry_stall)
        TASKS.append(self.source._task)
        await ClockCycles(dut.clk_i, 4)
        dut.rst_ni.value = 1
        await RisingEdge(dut.clk_i)
        TASKS.append(cocotb.start_soon(self._monitor()))

    async def _monitor(self):
        dut, pending, held = self.dut, None, None
        while True:
            ready = not self.line_stall()
            dut.line_ready_i.value = int(ready)
            await RisingEdge(dut.clk_i)
            self.cycle += 1
            if pending is not None:
                tick, control = dut.tick_dropped_o.value == 1, dut.control_dropped_o.value == 1
                assert not (tick and control)
                if tick or control:
                    assert tick == bool(pending["is_tick"])
                self.dropped_ticks += tick
                self.dropped_controls += control
                self.checker.take(pending, tick or control)
                if not (tick or control):
                    self.expected_probes.append(pending)
                elif dut.mode_q.value == 2:
                    self.drops_while_announcing += 1
            pending = None
            if dut.entry_valid_i.value == 1 and dut.entry_ready_o.value == 1:
                pending = ENTRY.unpack(int(dut.entry_i.value))
                self.taken_cycles.append(self.cycle)
            if dut.probe_valid_o.value == 1:
                self.probes.append(PROBE.unpack(int(dut.probe_o.value)))
            self.no_fit += int(dut.reopen.value)
            if dut.line_valid_o.value == 1:
                word = int(dut.line_o.value)
                assert held is None or held == word, "line changed before it was taken"
                held = word
                if held is not None and ready:
                    self.lines.append(word.to_bytes(64, "little"))
                    self.ticks.append((int(dut.line_ticks_o.value), int(dut.line_entries_o.value)))
                    self.line_cycles.append(self.cycle)
                    held = None
            else:
                assert held is None, "line valid fell"

    async def drain(self, cycles=20000):
        """Everything out: source empty, packer idle."""
        await self.source.drained()
        self.dut.upstream_busy_i.value = 0
        for _ in range(cycles):
            await RisingEdge(self.dut.clk_i)
            if self.dut.busy_o.value == 0:
                break
        else:
            raise AssertionError("packer never idle")
        await ClockCycles(self.dut.clk_i, 3)

    def check(self):
        """All lines against the model. Returns the entries line by line."""
        result = []
        for line, ticks in zip(self.lines, self.ticks):
            entries = self.checker.line(line)
            assert ticks == (sum(e.get("is_tick", 0) for e in entries), len(entries)), "ticks and entries of the line"
            result.append(entries)
        self.checker.end()
        kept = [p for p in self.probes if p["t_in"] or p["is_tick"]]
        want = [{k: e[k] for k in PROBE.unpack(0)} for e in self.expected_probes]
        assert kept == want, "probes do not follow the entries"
        return result


def cover(cov, lines, clock):
    """Samples how everything packed was laid out, and what did not fit."""
    running = None
    for entries in lines:
        if running and entries[0]["kind"] <= 3:
            cov.hit(next_line=running.slot_class(entries[0]["slot"]))
        running, used = Running(entries[0], clock), 0
        cov.hit(line_entries=str(len(entries)) if len(entries) < 5 else "5 or 6" if len(entries) < 7 else "7 and more")
        for e in entries:
            form = lay_out(e, running)
            used += len(form.nibbles)
            cov.hit(kind=NAME[e["kind"]], layout=form.name, length=min(len(form.nibbles) // 8, 8), **{
                name: value for name, value in form.details.items() if name != "full"})
            for name in form.details.get("full", []):
                cov.hit(full=name)
        cov.hit(end={0: "full", 1: "lone nibble"}.get(BODY_NIBBLES - used, "end mark"))


def coverage():
    """Every kind in every form it can have."""
    cov = Coverage("line_packer")
    priced, others = ["bid", "ask", "trade"], ["trade_break", "status"]
    controls = ["gap", "recentre", "refresh", "void", "heartbeat", "restart", "slot_assigned", "slot_released"]
    cov.bins("kind", priced + others + controls + ["ticks_dropped"])
    cov.bins("layout", ["first", "compact", "full first", "full", "control"])
    cov.bins("form", FORMS)
    cov.bins("time", ["none", "short", "medium", "long", "long with step", "frame_short", "frame_medium", "frame_long"])
    cov.bins("size", ["nibble", "hundreds", "byte", "number of hundreds", "number"])
    cov.bins("lag", ["none", "stays", "short", "number"])
    cov.bins("slot_class", [0, 1, 2, 3, 4, 5, 7])  # behind 7 slots a line has no room for the one at place 6
    cov.bins("full", [f"has_{what}" for what in ("slot", "flags", "lag", "time", "step", "size")] + [f"price {how}" for how in ("none", "code", "same")])
    cov.bins("control", ["neither", "slot", "hw", "slot and hw"])
    cov.bins("end", ["full", "lone nibble", "end mark"])
    cov.bins("next_line", range(8))  # place of the slot that opens a line in the list of the line before
    cov.bins("length", range(9))
    cov.bins("line_entries", ["1", "2", "3", "4", "5 or 6", "7 and more"])
    cov.bins("announced_behind", ["tick", *controls])  # the last entry, which says where the stream stands
    cov.bins("event", ["no_fit", "drop_tick", "drop_control", "drop_announcing", "urgent", "early"])
    cov.cross("kind x layout", "kind", "layout",
              ignore=lambda kind, layout: (layout == "control") == (kind in priced + others)
              or (kind in others and layout in ("first", "compact")))
    return cov


CLOCKS = [0, 1, -1, 1_900_000, (1 << 23) - 1, -(1 << 23)]


async def random_round(dut, cov, count, **options):
    """One reset, one random stream, everything compared."""
    calm, controls, unloaded = options.get("calm", 0.8), options.get("controls", 0.15), options.get("unloaded", 0.0)
    clock = random.choice(CLOCKS)
    bench = Bench(dut, random.getrandbits(8), clock, options.get("entry_stall", always), options.get("line_stall", always))
    await bench.start()
    dut.early_i.value = early = options.get("early", 0)
    stream = Stream(slots=SLOTS, calm=calm, controls=controls, unloaded=unloaded, dense=options.get("dense", False))
    for _ in range(count):
        bench.source.send(stream.entry())
    busy_p, room_p = options.get("busy", 0.5), options.get("room", 1.0)
    while not bench.source.idle():
        dut.upstream_busy_i.value = int(random.random() < busy_p)
        dut.room_i.value = int(random.random() < room_p)
        await ClockCycles(dut.clk_i, random.randint(1, 12))
    dut.room_i.value = 1
    bench.line_stall = always
    await bench.drain()
    lines = bench.check()
    cover(cov, lines, clock)
    for name, count in [("no_fit", bench.no_fit), ("drop_tick", bench.dropped_ticks), ("drop_announcing", bench.drops_while_announcing),
                        ("drop_control", bench.dropped_controls), ("early", early)]:
        if count:
            cov.hit(event=name)
    for kind in bench.checker.behind:
        cov.hit(announced_behind=kind)
    urgent = [e for entries in lines for e in entries if is_urgent(e, early)]
    if urgent:
        cov.hit(event="urgent")
    for entries in lines:
        assert not any(is_urgent(e, early) for e in entries[:-1]), "an urgent tick was held back"
    if busy_p == 1.0:
        # Nothing but a full line (or an urgent tick) closes a line while more is on the way.
        for entries, after in zip(lines, lines[1:]):
            assert is_urgent(entries[-1], early) or not fits([*entries, after[0]], clock), "line closed too early"
    return bench, lines


def is_urgent(e, early):
    """The rule: an unloaded tick that is the first of its frame, or any unloaded one in early mode."""
    return bool(e.get("is_tick") and e["unloaded"] and (e["first_of_frame"] or early))


@cocotb.test()
async def lines_equal_the_reference(dut):
    """Free line port: random streams of every temper, byte for byte; nothing is dropped."""
    cov = COVERAGE
    tempers = [
        {"busy": 1.0}, {"busy": 1.0, "calm": 0.99, "controls": 0.02}, {"busy": 0.5}, {"busy": 0.0},
        {"busy": 1.0, "controls": 1.0}, {"busy": 1.0, "calm": 0.0}, {"busy": 0.9, "unloaded": 0.3},
        {"busy": 1.0, "unloaded": 0.5, "early": 1}, {"busy": 0.8, "entry_stall": stalls(0.5)},
        {"busy": 0.3, "entry_stall": bursts(5, 15)}, {"busy": 1.0, "controls": 0.0, "dense": True, "calm": 1.0},
        {"busy": 1.0, "controls": 0.02, "dense": True, "calm": 0.3},
    ]
    by_drops = [hole for hole in cov.holes() if "drop" in hole or "announced" in hole]
    for number in cov.rounds(len(tempers), but=by_drops):
        options = tempers[number % len(tempers)]
        bench, _ = await random_round(dut, cov, 600, **options)
        assert bench.dropped_ticks == bench.dropped_controls == 0, "dropped although the port was free"


@cocotb.test()
async def seven_slots_fill_a_line(dut):
    """The shortest prices there are (0, escaped): seven slots fill a body to the last nibble. Each place of the list is named, and
    is where the slot stood that opens the next line."""
    for place, fits_in in [(place, True) for place in range(6)] + [(place, False) for place in range(3, 7)]:
        bench = Bench(dut)
        await bench.start()
        dut.upstream_busy_i.value = 1
        stream = Stream(controls=0.0)
        stream.time = stream.hw  # the first feed time is a lone nibble
        before = random.sample(range(SLOTS), 6 if fits_in else place + 1)
        for number, slot in enumerate([*before, before[-1 - place]]):
            e = stream.base("bid")
            e.update(slot=slot, feed_time=stream.time, is_tick=1, has_price=1, size=random.randrange(16))
            if number == len(before) and not fits_in:
                e.update(price=1 << 62, size=1 << 62)  # 40 nibbles
            bench.source.send(e)
        await bench.drain()
        lines = bench.check()
        assert [len(entries) for entries in lines] == ([7] if fits_in else [place + 1, 1])
        cover(COVERAGE, lines, 0)


@cocotb.test()
async def drops_are_counted_and_announced(dut):
    """Stalling line port: what is dropped is announced once, by slot, in place, with a heartbeat behind it."""
    cov = COVERAGE
    dropped = 0
    ways = [(stalls(0.9), 1.0), (bursts(30, 60), 1.0), (bursts(20, 200), 0.3), (stalls(0.97), 0.5), (bursts(4, 40), 1.0)]
    for number in cov.rounds(len(ways)):
        stall, room = ways[number % len(ways)]
        bench, _ = await random_round(dut, cov, 800, line_stall=stall, room=room, controls=0.1 if number % 5 < 3 else 0.6)
        dropped += bench.dropped_ticks
    assert dropped > 500, f"only {dropped} drops"


@cocotb.test()
async def a_lone_entry_takes_four_cycles(dut):
    """Unloaded: entry offered at cycle 0, line valid at cycle 4 at the latest; also for the second of two ticks, one later."""
    bench = Bench(dut)
    await bench.start()
    stream = Stream(controls=0.0, unloaded=1.0)
    for number in range(40):
        await bench.drain()
        # The first of a frame, or any in early mode; more is on the way all the time.
        first_of_frame, early = [(1, 0), (0, 1), (1, 1)][number % 3]
        dut.early_i.value = early
        before = len(bench.lines)
        first, second = stream.tick(), stream.tick()
        for e in (first, second):
            e.update(unloaded=1, first_of_frame=first_of_frame)
            bench.source.send(e)
        dut.upstream_busy_i.value = 1
        await bench.source.drained()
        await ClockCycles(dut.clk_i, 10)
        taken, out = bench.taken_cycles[-2:], bench.line_cycles[before:]
        assert len(out) == 2
        assert [line - entry for line, entry in zip(out, taken)] == [4, 4], (taken, out)
        assert taken[1] == taken[0] + 1, "the second tick had to wait"
    bench.check()


@cocotb.test()
async def an_open_line_leaves_when_nothing_follows(dut):
    """Held while something is on the way, gone two cycles after nothing is; never empty."""
    bench = Bench(dut)
    await bench.start()
    stream = Stream(controls=0.0)
    for _ in range(20):
        dut.upstream_busy_i.value = 1
        bench.source.send(stream.tick())
        await bench.source.drained()
        await ClockCycles(dut.clk_i, 30)
        held = len(bench.lines)
        await ClockCycles(dut.clk_i, 5)
        assert len(bench.lines) == held, "left although more was announced"
        dut.upstream_busy_i.value = 0
        await ClockCycles(dut.clk_i, 4)
        assert len(bench.lines) == held + 1, "held although nothing is on the way"
    await ClockCycles(dut.clk_i, 50)
    assert len(bench.lines) == 20
    bench.check()


@cocotb.test()
async def a_reset_forgets_what_is_in_flight(dut):
    """Wherever entries are when it comes: behind it the packer is idle, and lines begin anew."""
    for _ in range(30):
        bench = Bench(dut, line_stall=stalls(0.5))
        await bench.start()
        dut.upstream_busy_i.value = 1
        stream = Stream()
        for _ in range(20):
            bench.source.send(stream.entry())
        await ClockCycles(dut.clk_i, random.randint(2, 18))
        bench = Bench(dut)
        await bench.start()
        assert dut.busy_o.value == 0 and dut.line_valid_o.value == 0, "something survived the reset"
        stream = Stream()
        for _ in range(3):
            bench.source.send(stream.entry())
        await bench.drain()
        assert bench.check(), "nothing came out"


@cocotb.test()
async def functional_coverage_is_complete(dut):
    """Last: every declared bin was hit by the tests above."""
    COVERAGE.check()


COVERAGE = coverage()


def test_line_packer():
    run("line_packer", SOURCES, {"Slots": SLOTS}, build_args=WHOLE)
