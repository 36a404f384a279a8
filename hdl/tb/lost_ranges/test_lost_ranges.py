"""lost_ranges: the last ranges added since the clear, to the number at both ends; what falls out is told."""

import os
import random

import cocotb
from cocotb.triggers import ReadOnly, RisingEdge
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage

RANGES = int(os.environ.get("LOST_RANGES", "8"))
M64 = (1 << 64) - 1

COVERAGE = Coverage("lost_ranges")
COVERAGE.bins("query", ["before the first", "the first", "the last", "behind the last", "in one that fell out", "in one cleared"])
COVERAGE.bins("place", range(RANGES))  # age of the range that a query meets, 0 the newest
COVERAGE.bins("add", ["into room", "evicts", "longer", "longer again"])
COVERAGE.bins("clear", ["empty", "some", "full"])
COVERAGE.bins("ends", ["0", "2^64 - 1"])


class Model:
    """Ranges as (first, end), oldest first; those that fell out or were cleared are kept aside, to be asked for."""

    def __init__(self):
        self.ranges, self.fallen, self.cleared = [], [], []
        self.lengthened = False  # the newest one

    def add(self, first, end):
        """Whether a range fell out."""
        self.lengthened = False
        self.ranges.append((first, end))
        if len(self.ranges) <= RANGES:
            return False
        self.fallen.append(self.ranges.pop(0))
        return True

    def lengthen(self, end):
        """The newest range reaches further; whether it had been lengthened before."""
        self.ranges[-1] = (self.ranges[-1][0], end)
        before, self.lengthened = self.lengthened, True
        return before

    def clear(self):
        self.cleared, self.ranges = self.ranges, []

    def holds(self, number):
        return any(first <= number < end for first, end in self.ranges)


def draw_query(model):
    """A number worth asking for, and what it is."""
    pools = {"in one that fell out": model.fallen[-3:], "in one cleared": model.cleared}
    kinds = ["before the first", "the first", "the last", "behind the last"] if model.ranges else []
    kinds += [kind for kind, pool in pools.items() if pool]
    if not kinds:
        return random.getrandbits(64), None
    kind = random.choice(kinds)
    first, end = random.choice(pools.get(kind) or model.ranges)
    number = {"before the first": first - 1, "the first": first, "the last": end - 1, "behind the last": end}.get(kind)
    return (random.randrange(first, end) if number is None else number) & M64, kind


def draw_range():
    """Now and then at the ends of the numbers; mostly small and close, so that ranges touch."""
    first = random.choice((0, 1, random.randrange(200), random.randrange(200), random.getrandbits(63), M64 - 5))
    end = min(M64, first + random.choice((1, 1, 2, 30)))
    return first, end


@cocotb.test()
async def the_last_ranges_are_known_exactly(dut):
    await start_clock(dut)
    for name in ("clear_i", "add_valid_i", "query_valid_i"):
        getattr(dut, name).value = 0
    await reset(dut)
    model, asked = Model(), None
    for _ in COVERAGE.rounds(4000):
        what = random.choices(("clear", "add", "none"), (2, 25, 73))[0]
        first, end = draw_range()
        longer = what == "add" and bool(model.ranges) and model.ranges[-1][1] < M64 and random.random() < 0.3
        if longer:
            first = model.ranges[-1][1]
            end = min(M64, first + random.choice((1, 1, 2, 30)))
        query, kind = draw_query(model)
        ask = random.random() < 0.7
        dut.clear_i.value, dut.add_valid_i.value = int(what == "clear"), int(what == "add")
        dut.add_longer_i.value = int(longer or what != "add" and random.random() < 0.5)
        dut.add_first_i.value, dut.add_end_i.value = first, end
        dut.query_valid_i.value, dut.query_seq_i.value = int(ask), query
        await ReadOnly()
        if asked is not None:
            number, want = asked
            assert int(dut.lost_o.value) == want, f"{number:#x}: want {want}"
        # A query in the cycle of a change sees the state before it.
        asked = (query, model.holds(query)) if ask else None
        if ask and kind:
            COVERAGE.hit(query=kind)
            for age, (low, high) in enumerate(reversed(model.ranges)):
                if low <= query < high:
                    COVERAGE.hit(place=age)
        evicted = False
        if longer:
            COVERAGE.hit(add="longer again" if model.lengthen(end) else "longer")
        elif what == "add":
            evicted = model.add(first, end)
            COVERAGE.hit(add="evicts" if evicted else "into room")
            if first == 0 or end == M64:
                COVERAGE.hit(ends="0" if first == 0 else "2^64 - 1")
        elif what == "clear":
            COVERAGE.hit(clear="empty" if not model.ranges else "full" if len(model.ranges) == RANGES else "some")
            model.clear()
        assert int(dut.evicted_o.value) == evicted
        await RisingEdge(dut.clk_i)
    COVERAGE.check()


def test_lost_ranges():
    """Eight ranges, as the session has them."""
    run("lost_ranges", ["lost_ranges.sv"], {"Ranges": 8})


def test_two_lost_ranges():
    """The fewest there may be."""
    run("lost_ranges", ["lost_ranges.sv"], {"Ranges": 2}, extra_env={"LOST_RANGES": "2"})
