"""reset_link: whatever side is reset, both are cleared before both work again, and nobody clears under a working far side."""

import random

import cocotb
from cocotb.triggers import ReadOnly, RisingEdge, Timer
from card_lib.clock import DriftingClock
from lib.bench import run
from lib.coverage import Coverage

COVERAGE = Coverage("reset_link")
COVERAGE.bins("clocks", ["a faster", "b faster", "near"])
COVERAGE.bins("reset", ["a", "b", "both", "again on the same side", "then the other side", "far clock stands"])
COVERAGE.bins("length", ["far under a cycle", "cycles"])
COVERAGE.bins("state", ["both up", "one up", "none up"])  # when a reset comes
COVERAGE.cross("reset x length", "reset", "length")


class Bench:
    """Both sides watched at each of their clock edges."""

    def __init__(self, dut, a_ps, b_ps):
        self.dut = dut
        self.clock = {"a": DriftingClock(dut.a_clk_i, a_ps), "b": DriftingClock(dut.b_clk_i, b_ps)}
        self.period = max(a_ps, b_ps)
        self.used = {"a": True, "b": True}  # was up since its last clear
        self.owed = set()  # sides that were used before a reset and must be cleared before both work again
        self.checking = False
        self.tasks = [cocotb.start_soon(self._watch(side, far)) for side, far in (("a", "b"), ("b", "a"))]

    def up(self, side):
        return getattr(self.dut, f"{side}_up_o").value == 1

    async def _watch(self, side, far):
        """A clear counts at the edge that carries it out; then nobody may be up."""
        clear = getattr(self.dut, f"{side}_clear_o")
        edge = RisingEdge(getattr(self.dut, f"{side}_clk_i"))
        while True:
            await edge
            if self.up(side):
                self.used[side] = True
            if clear.value == 1:
                self.used[side] = False
                self.owed.discard(side)
                if self.checking:
                    assert not self.up(side), f"{side} clears while it works"
                    assert not self.up(far), f"{side} clears what {far} works with"

    async def pulse(self, *sides, ps):
        """A reset of some sides."""
        self.owed |= {side for side, used in self.used.items() if used}
        for side in sides:
            getattr(self.dut, f"{side}_rst_ni").value = 0
        await Timer(1, "ps")
        await ReadOnly()
        assert not any(self.up(side) for side in sides), "up in its own reset"
        await Timer(max(1, ps - 1), "ps")
        for side in sides:
            getattr(self.dut, f"{side}_rst_ni").value = 1

    async def both_up(self):
        for _ in range(200):
            await Timer(self.period, "ps")
            if self.up("a") and self.up("b"):
                assert not self.owed, f"both work again, but {self.owed} was never cleared"
                return
        raise AssertionError("the sides never came up together")

    def stop(self):
        for task in [*self.tasks, *(clock.task for clock in self.clock.values())]:
            task.cancel()


async def one_reset(bench, kind):
    """A reset of some kind at any moment; in the end both sides are up and were cleared."""
    await Timer(random.randint(1, 14 * bench.period), "ps")
    COVERAGE.hit(state=("none up", "one up", "both up")[bench.up("a") + bench.up("b")])
    ps = random.choice((100, 700)) if random.random() < 0.5 else random.randint(2, 9) * bench.period
    first = {"a": "a", "b": "b"}.get(kind) or random.choice("ab")
    other = "b" if first == "a" else "a"
    far = bench.clock[other]
    if kind == "far clock stands":
        far.running = False
        await Timer(3 * bench.period, "ps")
    await bench.pulse(*("ab" if kind == "both" else first), ps=ps)
    if kind in ("again on the same side", "then the other side"):
        await Timer(random.randint(1, 14 * bench.period), "ps")
        await bench.pulse(first if kind == "again on the same side" else other, ps=ps)
    if kind == "far clock stands":
        await Timer(random.randint(10, 60) * bench.period, "ps")
        assert not bench.up(first), "up although the far side cannot have cleared anything"
        far.running = True
    COVERAGE.hit(reset=kind, length="far under a cycle" if ps < 1000 else "cycles")
    if random.random() < 0.7:
        await bench.both_up()  # else the next reset comes in the middle


@cocotb.test()
async def both_sides_clear_before_both_work(dut):
    kinds = ["a", "b", "both", "again on the same side", "then the other side", "far clock stands"]
    for number in COVERAGE.rounds(9):
        a_ps, b_ps, name = ((6400, 2900, "b faster"), (3000, 7100, "a faster"), (6400, 6390, "near"))[number % 3]
        dut.a_rst_ni.value = dut.b_rst_ni.value = 0
        bench = Bench(dut, a_ps, b_ps)
        await Timer(30, "ns")
        dut.a_rst_ni.value = dut.b_rst_ni.value = 1
        await bench.both_up()  # whatever the links' registers began with
        bench.checking = True
        COVERAGE.hit(clocks=name)
        for kind in random.sample(4 * kinds, 24):
            await one_reset(bench, kind)
        await bench.both_up()
        bench.stop()
    COVERAGE.check()


def test_reset_link():
    run("reset_link_bench", ["sync2.sv", "reset_link.sv", "reset_link/reset_link_bench.sv"], testname="test_reset_link")
