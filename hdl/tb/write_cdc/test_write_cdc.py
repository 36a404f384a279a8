"""write_cdc: every write and interrupt once and in order across unrelated clocks; a core reset withdraws nothing on offer."""

import random
from collections import deque

import cocotb
from cocotb.triggers import ReadOnly, RisingEdge, Timer
from card_lib.clock import DriftingClock
from lib.bench import run
from lib.coverage import Coverage

COVERAGE = Coverage("write_cdc")
COVERAGE.bins("clocks", ["host faster", "core faster", "near"])
COVERAGE.bins("item", ["write", "interrupt", "both"])
COVERAGE.bins("seen", ["full", "write waits at the host", "interrupt behind a waiting write"])
COVERAGE.bins("reset", ["core, a write on offer", "core, nothing on offer", "host"])


class Bench:
    """Core side with random writes and interrupts, host side with stalls; the log holds both in order."""

    def __init__(self, dut, core_ps, host_ps, offer=0.7, take=0.5):
        self.dut, self.offer, self.take = dut, offer, take
        self.put, self.got = deque(), []
        self.number = 0
        for name in ("core_rst_ni", "host_rst_ni", "wr_valid_i", "irq_valid_i", "wr_ready_i"):
            getattr(dut, name).value = 0
        self.clocks = [DriftingClock(dut.core_clk_i, core_ps), DriftingClock(dut.host_clk_i, host_ps)]
        self.tasks = []

    async def start(self):
        await Timer(60, "ns")
        self.dut.core_rst_ni.value = self.dut.host_rst_ni.value = 1
        await Timer(200, "ns")
        self.tasks = [cocotb.start_soon(self._core()), cocotb.start_soon(self._host())]

    def stop(self):
        for task in [*self.tasks, *(c.task for c in self.clocks)]:
            task.cancel()

    async def _core(self):
        """A write and an interrupt may go in together: the interrupt is asked for after the write."""
        dut, edge = self.dut, RisingEdge(self.dut.core_clk_i)
        write = irq = None
        while True:
            if dut.core_rst_ni.value != 1:
                write = irq = None
            if write is None and random.random() < self.offer:
                self.number += 1
                write = (random.getrandbits(58) << 6, self.number << 480 | random.getrandbits(480))
                dut.wr_addr_i.value, dut.wr_data_i.value = write
            if irq is None and random.random() < self.offer / 4:
                irq = "irq"
            dut.wr_valid_i.value, dut.irq_valid_i.value = int(write is not None), int(irq is not None)
            await ReadOnly()
            await edge
            if dut.core_rst_ni.value != 1:
                continue
            if write and dut.wr_ready_o.value == 1 or irq and dut.irq_ready_o.value == 1:
                COVERAGE.hit(item="both" if write and irq else "write" if write else "interrupt")
            if write and dut.wr_ready_o.value == 1:
                self.put.append(write)
                write = None
            elif write:
                COVERAGE.hit(seen="full")
            if irq and dut.irq_ready_o.value == 1:
                self.put.append(irq)
                irq = None

    async def _host(self):
        dut, edge, held = self.dut, RisingEdge(self.dut.host_clk_i), None
        while True:
            ready = int(random.random() < self.take)
            dut.wr_ready_i.value = ready
            await edge
            if dut.host_rst_ni.value != 1:
                assert dut.irq_o.value == 0 and dut.wr_valid_o.value == 0, "active in reset"
                held = None
                continue
            if dut.irq_o.value == 1:
                self.got.append("irq")
            if dut.wr_valid_o.value != 1:
                assert held is None, "a write was withdrawn"
                continue
            item = (int(dut.wr_addr_o.value), int(dut.wr_data_o.value))
            assert held in (None, item), "a write changed while on offer"
            held = None if ready else item
            if ready:
                self.got.append(item)
            else:
                COVERAGE.hit(seen="write waits at the host")

    async def drain(self):
        self.offer, self.take = 0.0, 1.0
        await Timer(3, "us")


@cocotb.test()
async def order_is_kept_and_nothing_is_lost(dut):
    for number in COVERAGE.rounds(3, "clocks", "item", "seen"):
        clocks = ((6400, 4000, "host faster"), (3000, 9100, "core faster"), (6400, 6390, "near"))
        core_ps, host_ps, name = clocks[number % len(clocks)]
        for offer, take in ((0.9, 0.3), (0.2, 0.9), (0.9, 1.0)):
            bench = Bench(dut, core_ps, host_ps, offer, take)
            await bench.start()
            await Timer(3, "us")
            await bench.drain()
            writes = [i for i in bench.put if i != "irq"]
            assert [i for i in bench.got if i != "irq"] == writes and len(writes) > 50
            # A request may not overtake a write that stood before it; it shows a cycle after that write was taken.
            want, have = list(bench.put), bench.got
            assert have.count("irq") == want.count("irq") > 3
            before = [sum(i != "irq" for i in want[:n]) for n, i in enumerate(want) if i == "irq"]
            after = [sum(i != "irq" for i in have[:n]) for n, i in enumerate(have) if i == "irq"]
            assert all(b <= a <= b + 1 for b, a in zip(before, after, strict=True)), (before, after)
            if any(a == b for b, a in zip(before, after)):
                COVERAGE.hit(seen="interrupt behind a waiting write")
            COVERAGE.hit(clocks=name)
            bench.stop()


@cocotb.test()
async def a_reset_of_one_side_leaves_the_other_in_order(dut):
    """Core reset: what is on offer stays until taken, the rest may be lost. Host reset: writes inside may be lost."""
    for number in COVERAGE.rounds(24, "reset"):
        side = "host" if number % 3 == 0 else "core"
        bench = Bench(dut, 6400, random.choice((4000, 9000)), 0.8, 0.0 if number % 3 == 1 else 0.4)
        await bench.start()
        if number % 3 == 2:
            bench.offer, bench.take = 0.02, 1.0
        await Timer(random.randint(500, 1500), "ns")
        on_offer = dut.wr_valid_o.value == 1
        getattr(dut, f"{side}_rst_ni").value = 0
        await Timer(random.randint(20, 200), "ns")
        getattr(dut, f"{side}_rst_ni").value = 1
        COVERAGE.hit(reset="host" if side == "host" else "core, a write on offer" if on_offer else "core, nothing on offer")
        await Timer(400, "ns")
        bench.offer = bench.take = 0.5
        mark = len(bench.put)
        await Timer(2, "us")
        await bench.drain()
        writes, got = [i for i in bench.put if i != "irq"], [i for i in bench.got if i != "irq"]
        assert all(i in writes for i in got), "a write that was never put in"
        places = [writes.index(i) for i in got]
        assert places == sorted(set(places)), "doubled or out of order"
        late = [i for i in list(bench.put)[mark:] if i != "irq"]
        assert len(late) > 20 and got[-len(late) + 5 :] == late[5:], "lost long after the reset"
        bench.stop()


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_write_cdc():
    run("write_cdc", ["sync2.sv", "reset_link.sv", "async_fifo.sv", "write_cdc.sv"], {"Depth": 8})
