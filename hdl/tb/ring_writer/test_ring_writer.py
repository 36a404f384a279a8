"""ring_writer: every line once, in order, at its place; never over an unread line; nothing withdrawn."""

import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge
from lib.bench import run
from lib.coverage import Coverage
from lib.stream import always, bursts, stalls
from line_model.build import WHOLE

FIFO = 64
M64 = (1 << 64) - 1
TASKS = []  # of the bench before: a test may make several
COVERAGE = Coverage("ring_writer")
COVERAGE.bins("size_log2", range(1, 33))
COVERAGE.bins("mode", ["credit", "broadcast"])
COVERAGE.bins("event", ["full ring", "full fifo", "wrap", "refused", "irq", "irq held off", "disabled", "bypass", "illegal size"])
COVERAGE.cross("size x mode", "size_log2", "mode")


class Bench:
    """Feeds numbered lines, takes writes, keeps the reader's tail."""

    def __init__(self, dut, size_log2, broadcast, *, base=None, line_stall=always, write_stall=always, reader=0.05):
        self.dut, self.size_log2, self.broadcast = dut, size_log2, broadcast
        self.base = random.getrandbits(58) << 6 if base is None else base
        self.line_stall, self.write_stall, self.reader = line_stall, write_stall, reader
        self.sent = self.written = self.tail = 0
        self.to_send = 0
        self.refused = self.irqs = self.time = 0
        self.ticks, self.entries = [], []
        self.irq_log = []
        self.full_fifo = False
        self.seq0 = 0
        self.latency = set()
        self.offered_at, self.cycle = {}, 0

    async def start(self):
        dut = self.dut
        while TASKS:
            TASKS.pop().cancel()
        TASKS.append(cocotb.start_soon(Clock(dut.clk_i, 6, "ns").start()))
        for name in ("valid_i", "wr_ready_i", "irq_ready_i", "irq_enable_i", "irq_holdoff_ns_i", "card_time_i", "tail_i"):
            getattr(dut, name).value = 0
        dut.base_i.value = self.base
        dut.size_log2_i.value = self.size_log2
        dut.broadcast_i.value = int(self.broadcast)
        dut.enable_i.value = 1
        dut.rst_ni.value = 0
        await ClockCycles(dut.clk_i, 3)
        dut.rst_ni.value = 1
        await RisingEdge(dut.clk_i)
        TASKS.append(cocotb.start_soon(self._run()))

    def line(self, k):
        """Line k: number in front, the rest from k alone."""
        rng = random.Random(k)
        data = bytearray(rng.randbytes(64))
        data[0:4] = (k & 0xFFFFFFFF).to_bytes(4, "little")
        return int.from_bytes(data, "little")

    async def _run(self):
        dut, edge, held, offered = self.dut, RisingEdge(self.dut.clk_i), None, False
        while True:
            if not offered and self.sent < self.to_send and not self.line_stall():
                dut.line_i.value = self.line(self.sent)
                dut.ticks_i.value = self.sent % 21
                dut.entries_i.value = self.sent % 25 + 1
                offered = True
                self.offered_at[self.sent] = self.cycle
            dut.valid_i.value = int(offered)
            ready = not self.write_stall()
            dut.wr_ready_i.value = int(ready)
            if self.tail < self.written and random.random() < self.reader:
                self.tail = random.randint(self.tail + 1, self.written)
            dut.tail_i.value = self.tail
            await edge
            self.cycle += 1
            if offered and dut.ready_o.value == 1:
                self.sent += 1
                offered = False
            elif offered:
                self.full_fifo = True
            self.refused += int(dut.line_refused_o.value)
            if dut.wr_valid_o.value != 1:
                assert held is None, "a write was withdrawn"
                continue
            item = (int(dut.wr_addr_o.value), int(dut.wr_data_o.value))
            assert held is None or held == item, "a write changed before it was taken"
            if held is None and self.written in self.offered_at:
                self.latency.add(self.cycle - self.offered_at[self.written])
            held = None if ready else item
            k = self.written
            assert item == (self.base + (k % (1 << self.size_log2)) * 64 & M64, self.line(k)), f"line {k}"
            if not self.broadcast:
                assert k < self.tail + (1 << self.size_log2), f"line {k} over an unread one, tail {self.tail}"
            if ready:
                assert dut.line_written_o.value == 1
                self.ticks.append(int(dut.ticks_written_o.value))
                self.entries.append(int(dut.entries_written_o.value))
                self.written += 1
            else:
                assert dut.line_written_o.value == 0

    async def finish(self, count, timeout=60_000):
        """Until `count` lines are written."""
        self.to_send = max(self.to_send, count)
        for _ in range(timeout):
            if self.written >= count:
                break
            await RisingEdge(self.dut.clk_i)
        else:
            raise AssertionError(f"{self.written} of {count} lines")
        await ClockCycles(self.dut.clk_i, 4)
        assert int(self.dut.head_o.value) == self.written == count and self.dut.busy_o.value == 0
        assert self.ticks == [k % 21 for k in range(count)], "ticks of the lines"
        assert self.entries == [k % 25 + 1 for k in range(count)], "entries of the lines"


@cocotb.test()
async def every_size_in_both_modes(dut):
    """All legal sizes; small ones wrap many times."""
    for size_log2 in range(1, 33):
        for broadcast in (False, True):
            bench = Bench(dut, size_log2, broadcast, line_stall=stalls(random.choice([0, 0.3, 0.8])),
                          write_stall=random.choice([always, stalls(0.5), bursts(20, 40)]), reader=random.choice([0.02, 0.5]))
            await bench.start()
            await bench.finish(150)
            COVERAGE.hit(size_log2=size_log2, mode="broadcast" if broadcast else "credit")
            if size_log2 < 7:
                COVERAGE.hit(event="wrap")
            if bench.refused:
                COVERAGE.hit(event="refused")
            assert not (broadcast and bench.refused)


@cocotb.test()
async def a_full_ring_stops_and_backs_up(dut):
    """No reader: exactly `size` lines leave, the FIFO fills, ready falls; each tail step lets exactly that many go.

    A ring that is just full has refused nothing: only a line that waits for room is refused."""
    for size_log2 in (1, 3, 5):
        bench = Bench(dut, size_log2, False, reader=0.0)
        await bench.start()
        size = 1 << size_log2
        bench.to_send = size
        await ClockCycles(dut.clk_i, 100)
        assert bench.written == size and bench.refused == 0, "refused without a line that waits"
        bench.to_send = 400
        await ClockCycles(dut.clk_i, 300)
        assert bench.written == size and bench.full_fifo and dut.room_o.value == 0
        assert FIFO <= bench.sent - bench.written <= FIFO + 2, "lines inside"
        assert bench.refused == 1, "refused once a line"
        COVERAGE.hit(event="full ring")
        COVERAGE.hit(event="full fifo")
        for step in (1, 2, size):
            bench.tail += min(step, bench.written - bench.tail)
            await ClockCycles(dut.clk_i, 100)
            assert bench.written == bench.tail + size
        bench.tail = 1 << 40  # nonsense from the host: a tail beyond the head gives no credit
        written = bench.written
        await ClockCycles(dut.clk_i, 100)
        assert bench.written == written
        bench.tail = bench.written
        bench.reader = 0.5
        await bench.finish(400)


@cocotb.test()
async def a_lone_line_leaves_the_next_cycle(dut):
    """Empty FIFO, room and a ready port: one cycle from packer to port; back to back lines go one a cycle."""
    bench = Bench(dut, 20, True)
    await bench.start()
    for k in range(20):
        await bench.finish(k + 1)
        await ClockCycles(dut.clk_i, random.randint(1, 9))
    assert bench.latency == {2}, bench.latency  # offered in cycle 1, taken from the port in cycle 2
    COVERAGE.hit(event="bypass")
    before = bench.cycle
    await bench.finish(220)
    assert bench.cycle - before < 215


@cocotb.test()
async def a_backlog_leaves_at_one_line_a_cycle(dut):
    """Also what waited in the FIFO, and while more comes behind it."""
    bench = Bench(dut, 20, True, write_stall=lambda: True)
    await bench.start()
    bench.to_send = 3 * FIFO
    await ClockCycles(dut.clk_i, 2 * FIFO)
    assert bench.full_fifo
    bench.write_stall = always
    before, left = bench.cycle, 3 * FIFO - bench.written
    await bench.finish(3 * FIFO)
    assert bench.cycle - before <= left + 8, f"{bench.cycle - before} cycles for {left} lines"


@cocotb.test()
async def disabled_or_without_a_size_nothing_leaves(dut):
    """enable = 0, size 0 or above 32: no write, and above 32 no room. A write on offer stays on offer when the host stops the ring."""
    for size_log2, enable in [(5, 0), (0, 1), (33, 1), (63, 1)]:
        bench = Bench(dut, size_log2, size_log2 <= 32)
        await bench.start()
        dut.enable_i.value = enable
        await ClockCycles(dut.clk_i, 3)
        bench.to_send = 10
        await ClockCycles(dut.clk_i, 60)
        assert bench.written == 0 and bench.sent == 10
        assert size_log2 <= 32 or bench.refused == 1, "above 32 there is no ring, so the line found no room"
        COVERAGE.hit(event="illegal size" if enable else "disabled")
        bench.size_log2 = 5
        dut.size_log2_i.value = 5
        dut.enable_i.value = 1
        await bench.finish(10)
    bench = Bench(dut, 5, True)
    await bench.start()
    bench.write_stall = lambda: True
    bench.to_send = 3
    await ClockCycles(dut.clk_i, 20)
    dut.enable_i.value = 0
    await ClockCycles(dut.clk_i, 20)
    assert dut.wr_valid_o.value == 1
    bench.write_stall = always
    await ClockCycles(dut.clk_i, 20)
    assert 1 <= bench.written <= 2
    dut.enable_i.value = 1
    await bench.finish(3)


@cocotb.test()
async def interrupts_keep_their_distance(dut):
    """One request after new lines, none without, at least holdoff apart on card time; held until taken."""
    bench = Bench(dut, 10, True)
    await bench.start()
    dut.irq_enable_i.value = 1
    dut.irq_holdoff_ns_i.value = 1000
    time, requests, heads, before, head_then = 5000, [], [], 0, 0
    was_taken, ahead = False, 0  # lines ahead of the last interrupt: written before it or beside it
    for step in range(6000):
        # Lines come in bursts: what follows an interrupt may be no line at all.
        if step % 7 == 0 and step % 400 < 150 and step < 5500:
            bench.to_send += random.randint(0, 1)
        time += random.choice([1, 6, 6, 50])
        dut.card_time_i.value = time
        taken = random.random() < 0.08
        dut.irq_ready_i.value = int(taken)
        await RisingEdge(dut.clk_i)
        if dut.irq_valid_o.value == 1 and not before:
            requests.append(time)
            # The head that let it go is the one of the cycle before: a line may be written in the same cycle.
            heads.append(head_then)
            assert head_then > ahead, "an interrupt for lines that were ahead of the last one"
            COVERAGE.hit(event="irq")
        elif not before and heads and head_then > heads[-1]:
            COVERAGE.hit(event="irq held off")
        head_then = int(dut.head_o.value)
        if was_taken:
            ahead = head_then
        was_taken = dut.irq_valid_o.value == 1 and taken
        # held until taken
        assert dut.irq_valid_o.value == 1 or not before
        before = dut.irq_valid_o.value == 1 and not taken
    # The request shows one cycle after the time that let it go: two steps of time are the measuring error.
    assert len(requests) > 10 and all(b - a >= 1000 - 100 for a, b in zip(requests, requests[1:])), requests
    assert all(a < b for a, b in zip([0, *heads], heads)), "an interrupt without a new line"
    quiet = len(requests)
    for _ in range(200):
        time += 100
        dut.card_time_i.value = time
        dut.irq_ready_i.value = 1
        await RisingEdge(dut.clk_i)
        if dut.irq_valid_o.value == 1 and not before:
            requests.append(time)
        before = False
    assert len(requests) - quiet <= 1, "interrupts without new lines"


@cocotb.test()
async def functional_coverage_is_complete(dut):
    """Last: every declared bin was hit by the tests above."""
    COVERAGE.check()


def test_ring_writer():
    run("ring_writer", ["gen/esc_line_pkg.sv", "line_fifo.sv", "ring_writer.sv"], {"FifoDepth": FIFO}, build_args=WHOLE)
