"""offset_code equals exact integer arithmetic, for every kind of distance, pipelined and stalled."""

import random
from collections import deque

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer

from lib.bench import run
from lib.coverage import Coverage

MAX, MIN = (1 << 63) - 1, -(1 << 63)
M64 = (1 << 64) - 1


def expect(price, centre, valid, tick):
    """(in range, code) by definition."""
    d = price - centre
    in_range = valid and abs(d) <= 127 * tick
    return in_range, d // tick + 128 if in_range and d % tick == 0 else 0


def draw(tick):
    """A price and a centre."""
    centre = random.choice([0, MIN, MAX, random.randint(MIN, MAX), random.randint(-10**7, 10**7)])
    how = random.random()
    if how < 0.4:
        d = random.randint(-127, 127) * tick
    elif how < 0.6:
        d = random.choice([-128, -127, 127, 128]) * tick + random.choice([-1, 0, 1])
    elif how < 0.8:
        d = random.randint(-130 * tick, 130 * tick)
    else:
        d = random.choice([random.randint(MIN, MAX), MAX - centre, MIN - centre, 1 << 31, -(1 << 31), 1 << 32,
                           (1 << 32) + random.randint(-127, 127) * tick])
    return max(MIN, min(MAX, centre + d)), centre


@cocotb.test()
async def code_is_exact(dut):
    """Batches of prices with one tick size, starts and takes at random."""
    for name in ("clear_i", "start_i", "cancel_i", "take_i", "rst_ni"):
        getattr(dut, name).value = 0
    await Timer(1, unit="ns")
    cocotb.start_soon(Clock(dut.clk_i, 2, unit="ns").start())
    await RisingEdge(dut.clk_i)
    dut.rst_ni.value = 1
    await RisingEdge(dut.clk_i)
    cov = Coverage("offset_code")
    cov.bins("code", range(256))
    cov.bins("in_range", [False, True])
    cov.bins("cancelled", [False, True])
    for _ in cov.rounds(150):
        tick = random.choice([1, 2, 3, 5, 7, 100, (1 << 24) - 1, 1 << 23, (1 << 23) + 1, random.randint(1, (1 << 24) - 1)])
        dut.tick_i.value = tick
        dut.recip_i.value = -(-(1 << 32) // tick)
        waiting = deque()
        to_send, started, cycles = 60, False, 0
        while to_send or waiting or started:
            cycles += 1
            assert cycles < 5000, "coder lost a price"
            await Timer(1, unit="ns")  # after the edge: outputs are settled
            done = dut.done_o.value == 1
            take = done and random.random() < 0.7
            dut.take_i.value = int(take)
            if done:
                want = expect(*waiting[0])
                got = dut.in_range_o.value == 1, int(dut.code_o.value)
                assert got == want, f"{waiting[0]}: want {want}, got {got}"
                if take:
                    waiting.popleft()
                    cov.hit(code=want[1], in_range=want[0])
            ready = not done or take
            cancel = started and ready and random.random() < 0.05
            dut.cancel_i.value = int(cancel)
            if cancel:
                waiting.pop()
            if started:
                cov.hit(cancelled=cancel)
            start = bool(ready and to_send and random.random() < 0.8)
            dut.start_i.value = int(start)
            if start:
                price, centre = draw(tick)
                valid = random.random() < 0.9
                dut.price_i.value, dut.centre_i.value, dut.centre_valid_i.value = price & M64, centre & M64, int(valid)
                waiting.append((price, centre, valid, tick))
                to_send -= 1
            # A start stands in stage 1 until the pipeline moves.
            started = start or (started and not ready)
            await RisingEdge(dut.clk_i)
    cov.check()


def test_offset_code():
    """The only size there is."""
    run("offset_code", ["book_pkg.sv", "offset_code.sv"], testname="offset_code.test_offset_code")
