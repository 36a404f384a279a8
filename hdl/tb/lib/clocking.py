"""One clock and one reset: `clk_i` at 156.25 MHz, `rst_ni`. Everything starts random, so reset comes first."""

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer

CORE_PERIOD_PS = 6400


async def start_clock(dut, period_ps=CORE_PERIOD_PS):
    """Asserts the reset, then starts the clock: no edge sees the random start values out of reset."""
    dut.rst_ni.value = 0
    await Timer(1, "ns")
    cocotb.start_soon(Clock(dut.clk_i, period_ps, "ps").start())


async def reset(dut, cycles=3):
    """Holds `rst_ni` low for some cycles."""
    dut.rst_ni.value = 0
    for _ in range(cycles):
        await RisingEdge(dut.clk_i)
    dut.rst_ni.value = 1
    await RisingEdge(dut.clk_i)
