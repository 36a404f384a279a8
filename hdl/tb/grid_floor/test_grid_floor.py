"""grid_floor equals price - price % tick, and says when that is below -2^63."""

import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer

from lib.bench import run
from lib.coverage import Coverage

MAX, MIN = (1 << 63) - 1, -(1 << 63)
M64 = (1 << 64) - 1


@cocotb.test()
async def floor_is_exact(dut):
    """Random and extreme prices and ticks; the time it takes is fixed."""
    dut.start_i.value = 0
    dut.tick_i.value = 1
    dut.rst_ni.value = 0
    await Timer(1, unit="ns")
    cocotb.start_soon(Clock(dut.clk_i, 2, unit="ns").start())
    await RisingEdge(dut.clk_i)
    await RisingEdge(dut.clk_i)
    dut.rst_ni.value = 1
    cov = Coverage("grid_floor")
    cov.bins("sign", [-1, 0, 1])
    cov.bins("on_grid", [False, True])
    cov.cross("sign x on_grid", "sign", "on_grid", ignore=lambda sign, on_grid: sign == 0 and not on_grid)
    cov.bins("representable", [False, True])
    for _ in cov.rounds(1500):
        tick = random.choice([1, 2, 3, 100, (1 << 24) - 1, 1 << 23, random.randint(1, (1 << 24) - 1)])
        price = random.choice([0, MIN, MAX, MIN + random.randint(0, 100), MAX - random.randint(0, 100),
                               random.randint(MIN, MAX), random.randint(-10**7, 10**7)])
        if random.random() < 0.3:
            price = max(MIN, min(MAX, price // tick * tick))
        dut.price_i.value = price & M64
        dut.tick_i.value = tick
        dut.start_i.value = 1
        await RisingEdge(dut.clk_i)
        dut.start_i.value = 0
        cycles = 0
        while True:
            await RisingEdge(dut.clk_i)
            cycles += 1
            if dut.done_o.value == 1:
                break
            assert cycles < 100
        want = price - price % tick
        ok = want >= MIN
        assert int(dut.representable_o.value) == ok, f"{price} / {tick}"
        if ok:
            assert int(dut.floor_o.value) == want & M64, f"{price} / {tick}: {int(dut.floor_o.value):#x}"
        cov.hit(sign=(price > 0) - (price < 0), on_grid=price % tick == 0, representable=ok)
    cov.check()


def test_grid_floor():
    """Two bits a cycle, as the book has it."""
    run("grid_floor", ["grid_floor.sv"], testname="grid_floor.test_grid_floor")


def test_grid_floor_four_bits():
    """Four bits a cycle."""
    run("grid_floor", ["grid_floor.sv"], {"BitsPerCycle": 4}, testname="grid_floor.test_grid_floor")
