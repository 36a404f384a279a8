"""event_queue: a queue of Python beside it, cycle by cycle: what comes out, when, and when there is room."""

import os
import random
from collections import deque

import cocotb
from cocotb.triggers import ReadOnly, RisingEdge, Timer
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.structs import EV

DEPTH = int(os.environ.get("DEPTH", 8))

COVERAGE = Coverage(f"event_queue of {DEPTH}")
COVERAGE.bins("held", list(range(DEPTH + 1)))
COVERAGE.bins("cycle", ["through", "straight into the queue", "in and out", "refused", "idle", "reset while held"])


def word():
    """Any event."""
    return EV.pack({"seq": random.getrandbits(64), "count": random.getrandbits(64), "hw_time": random.getrandbits(64),
                    "msg_index": random.getrandbits(40), "data": random.getrandbits(400)})


@cocotb.test()
async def as_a_queue(dut):
    dut.core_reset_i.value = dut.valid_i.value = dut.ready_i.value = 0
    dut.ev_i.value = word()
    await start_clock(dut)
    await reset(dut)
    held, offered = deque(), None
    # Phases fill it, empty it, and let most of it through.
    for cycle in COVERAGE.rounds(2_000):
        wants, takes = random.choice([(0.9, 0.2), (0.2, 0.9), (0.6, 0.6), (1.0, 1.0)]) if cycle % 40 == 0 else (wants, takes)
        await Timer(1, "ns")
        if offered is None and random.random() < wants:
            offered = word()
        ready, empties = random.random() < takes, random.random() < 0.003
        dut.valid_i.value = int(offered is not None and not empties)
        if offered is not None:
            dut.ev_i.value = offered
        dut.ready_i.value = int(ready and not empties)
        dut.core_reset_i.value = int(empties)
        await ReadOnly()
        COVERAGE.hit(held=len(held))
        if empties:
            if held:
                COVERAGE.hit(cycle="reset while held")
            held.clear()
            offered = None
            await RisingEdge(dut.clk_i)
            continue
        room = len(held) < DEPTH
        assert dut.ready_o.value == room, f"cycle {cycle}: {len(held)} held"
        first = held[0] if held else offered
        assert dut.valid_o.value == (first is not None)
        if first is not None:
            assert int(dut.ev_o.value) == first, f"cycle {cycle}: another event"
        taken_in, taken_out = offered is not None and room, first is not None and ready
        if offered is None:
            COVERAGE.hit(cycle="idle")
        elif not room:
            COVERAGE.hit(cycle="refused")
        elif taken_out:
            COVERAGE.hit(cycle="in and out" if held else "through")
        else:
            COVERAGE.hit(cycle="straight into the queue")
        if taken_in:
            held.append(offered)
            offered = None
        if taken_out:
            held.popleft()
        await RisingEdge(dut.clk_i)
    COVERAGE.check()


def test_event_queue():
    """As in the card, but smaller: full soon."""
    run("event_queue", ["event_queue.sv"], {"Depth": DEPTH})


def test_event_queue_of_two():
    """The smallest."""
    run("event_queue", ["event_queue.sv"], {"Depth": 2}, extra_env={"DEPTH": "2"})
