"""async_fifo: nothing lost, doubled or reordered across unrelated and drifting clocks; resets of either side alone."""

import random
from collections import deque

import cocotb
from cocotb.triggers import RisingEdge, Timer
from lib.bench import run
from lib.coverage import Coverage

SOURCES = ["sync2.sv", "reset_link.sv", "async_fifo.sv"]


TASKS = []


def spawn(coroutine):
    """Starts a task that `kill_tasks` ends."""
    TASKS.append(cocotb.start_soon(coroutine))


def kill_tasks():
    """Ends clocks, writer and reader of the round before."""
    while TASKS:
        TASKS.pop().cancel()


class Clock:
    """A clock whose period walks by up to `drift` each cycle, and which can stand still."""

    def __init__(self, signal, period_ps, drift):
        self.signal, self.period, self.drift, self.stopped = signal, period_ps, drift, False
        self.mean = period_ps
        spawn(self._run())

    async def _run(self):
        while True:
            while self.stopped:
                await Timer(self.mean, "ps")
            if self.drift:
                self.period += random.randint(-self.drift, self.drift)
                self.period = min(max(self.period, self.mean * 3 // 4), self.mean * 5 // 4)
            half = max(1, self.period // 2)
            self.signal.value = 1
            await Timer(half, "ps")
            self.signal.value = 0
            await Timer(half, "ps")


class Model:
    """Every item carries the epoch of its write; what is read must be the oldest write not yet read or flushed."""

    def __init__(self, dut, write_p, read_p):
        self.dut, self.write_p, self.read_p = dut, write_p, read_p
        self.written = deque()  # (value)
        self.next = random.getrandbits(31)
        self.reads = 0
        self.writes = 0
        self.flushed = 0
        self.full_seen = False
        self.empty_seen = False
        self.resetting = False
        spawn(self._writer())
        spawn(self._reader())

    async def _writer(self):
        dut, edge = self.dut, RisingEdge(self.dut.wr_clk_i)
        offered = False
        while True:
            if not offered and random.random() < self.write_p:
                self.next = (self.next + 1) % 2**32
                dut.wr_data_i.value = self.next
                offered = True
            dut.wr_valid_i.value = int(offered)
            await edge
            if offered and dut.wr_rst_ni.value == 1:
                if dut.wr_ready_o.value == 1:
                    self.written.append(self.next)
                    self.writes += 1
                    offered = False
                else:
                    self.full_seen = True

    async def _reader(self):
        dut, edge = self.dut, RisingEdge(self.dut.rd_clk_i)
        held = None
        while True:
            ready = random.random() < self.read_p
            dut.rd_ready_i.value = int(ready)
            await edge
            if dut.rd_rst_ni.value != 1 or dut.rd_valid_o.value != 1:
                if not self.resetting and dut.rd_up_o.value == 1:
                    assert held is None, "an offered item vanished without a reset"
                self.empty_seen |= dut.rd_valid_o.value == 0
                held = None
                continue
            value = int(dut.rd_data_o.value)
            if not self.resetting:
                assert held is None or held == value, "data changed while offered"
            held = value
            if ready:
                held = None
                self.take(value)

    def take(self, value):
        """Checks one read: in order, and only a reset may have dropped what stands before it."""
        assert value in self.written, f"{value:#x} was never written, or was already read or flushed"
        while self.written[0] != value:
            assert self.resets_since, f"{self.written[0]:#x} was lost without a reset"
            self.written.popleft()
            self.flushed += 1
        self.written.popleft()
        self.reads += 1

    resets_since = 0


async def up(dut, clock):
    for _ in range(400):
        await RisingEdge(clock)
        if dut.wr_up_o.value == 1 and dut.rd_up_o.value == 1:
            return
    raise TimeoutError("the sides did not come up together")


async def start(dut, wr_ps, rd_ps, drift, write_p, read_p):
    dut.wr_valid_i.value = 0
    dut.rd_ready_i.value = 0
    dut.wr_rst_ni.value = 0
    dut.rd_rst_ni.value = 0
    wr, rd = Clock(dut.wr_clk_i, wr_ps, drift), Clock(dut.rd_clk_i, rd_ps, drift)
    await Timer(5 * max(wr_ps, rd_ps), "ps")
    dut.wr_rst_ni.value = 1
    await Timer(random.randint(1, 3 * rd_ps), "ps")
    dut.rd_rst_ni.value = 1
    await up(dut, dut.wr_clk_i)
    return wr, rd, Model(dut, write_p, read_p)


COVERAGE = Coverage("async_fifo")
COVERAGE.bins("ratio", ["faster write", "faster read", "near"])
COVERAGE.bins("seen", ["full", "empty"])
RESETS = ["write side", "read side", "both", "twice", "far clock stopped"]
COVERAGE.bins("reset", RESETS)


@cocotb.test()
async def keeps_order_and_loses_nothing(dut):
    for wr_ps, rd_ps, name in ((6400, 4000, "faster read"), (3103, 6400, "faster write"), (6400, 6397, "near")):
        for write_p, read_p in ((0.9, 0.3), (0.3, 0.9), (1.0, 1.0)):
            wr, rd, model = await start(dut, wr_ps, rd_ps, random.choice((0, 40)), write_p, read_p)
            await Timer(1500 * max(wr_ps, rd_ps), "ps")
            model.write_p, model.read_p = 0.0, 1.0
            await Timer(150 * max(wr_ps, rd_ps), "ps")
            assert len(model.written) == 0, "items stayed inside"
            assert model.reads == model.writes > 300
            assert dut.rd_busy_o.value == 0 and dut.wr_busy_o.value == 0
            COVERAGE.hit(ratio=name)
            if model.full_seen:
                COVERAGE.hit(seen="full")
            if model.empty_seen:
                COVERAGE.hit(seen="empty")
            kill_tasks()


@cocotb.test()
async def a_reset_of_either_side_flushes_and_never_gives_garbage(dut):
    for _ in range(4):
        wr_ps, rd_ps = random.choice(((6400, 4000), (4000, 6400), (6400, 6399), (1900, 12000), (12000, 1900)))
        wr, rd, model = await start(dut, wr_ps, rd_ps, 30, 0.7, random.choice((0.3, 0.8)))
        for number in range(25):
            await Timer(random.randint(1, 60 * wr_ps), "ps")
            model.resetting = True
            model.resets_since = 1
            kind = RESETS[number % len(RESETS)]
            first = dut.wr_rst_ni if kind in ("write side", "both") or random.random() < 0.5 else dut.rd_rst_ni
            if kind == "read side":
                first = dut.rd_rst_ni
            far = rd if first is dut.wr_rst_ni else wr
            if kind == "far clock stopped":
                far.stopped = True
            first.value = 0
            if kind == "both":
                dut.rd_rst_ni.value = 0
            # Also far shorter than a cycle of the other clock.
            await Timer(random.choice((100, 900, 5000, 40000)), "ps")
            dut.wr_rst_ni.value = 1
            dut.rd_rst_ni.value = 1
            if kind == "twice":
                await Timer(random.randint(1, 12 * max(wr_ps, rd_ps)), "ps")
                again = random.choice((dut.wr_rst_ni, dut.rd_rst_ni))
                again.value = 0
                await Timer(random.choice((100, 5000)), "ps")
                again.value = 1
            if kind == "far clock stopped":
                await Timer(80 * max(wr_ps, rd_ps), "ps")
                near_up = dut.wr_up_o if far is rd else dut.rd_up_o
                assert near_up.value == 0, "a side went up without the other"
                far.stopped = False
            await Timer(40 * max(wr_ps, rd_ps), "ps")
            await up(dut, dut.wr_clk_i)
            model.resetting = False
            COVERAGE.hit(reset=kind)
        model.write_p, model.read_p = 0.0, 1.0
        await Timer(300 * max(wr_ps, rd_ps), "ps")
        before = model.reads
        model.written.clear()
        model.resets_since = 0
        model.write_p = 0.7
        await Timer(300 * max(wr_ps, rd_ps), "ps")
        assert model.reads > before + 20, "dead after resets"
        kill_tasks()


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_async_fifo():
    run("async_fifo", SOURCES, {"Depth": 16})
    run("async_fifo", SOURCES, {"Depth": 4}, testcase="a_reset_of_either_side_flushes_and_never_gives_garbage")
