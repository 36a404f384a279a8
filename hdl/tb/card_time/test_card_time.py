"""card_time: free mode adds the rate exactly, follow mode never goes back."""

import random

import cocotb
from cocotb.triggers import RisingEdge
from lib.bench import run
from lib.clocking import reset, start_clock

MASK96 = (1 << 96) - 1


async def prepare(dut, follow, rate):
    for name, value in (("time_follow_i", follow), ("rate_i", rate), ("set_valid_i", 0), ("follow_valid_i", 0), ("step_valid_i", 0)):
        getattr(dut, name).value = value
    await start_clock(dut)
    await reset(dut)


@cocotb.test()
async def free_mode_adds_the_rate_without_drift(dut):
    for rate in (0x666666666, 0x7FFFFFFFFFFFFFFF, 1, random.getrandbits(40)):
        await prepare(dut, 0, rate)
        start = random.choice((0, 2**64 - 50, random.getrandbits(63)))
        dut.set_ns_i.value = start
        dut.set_valid_i.value = 1
        await RisingEdge(dut.clk_i)
        dut.set_valid_i.value = 0
        await RisingEdge(dut.clk_i)
        for cycle in range(300):
            want = ((start << 32) + cycle * rate & MASK96) >> 32
            assert int(dut.time_ns_o.value) == want, f"cycle {cycle}"
            await RisingEdge(dut.clk_i)
        dut.rst_ni.value = 0


@cocotb.test()
async def follow_mode_is_the_largest_stamp_or_step(dut):
    await prepare(dut, 1, 1 << 40)
    largest = 0
    for _ in range(500):
        stamp = random.choice((random.getrandbits(64), largest, max(0, largest - 1), largest + 1)) & (2**64 - 1)
        step = random.choice((random.getrandbits(64), largest + 2, stamp)) & (2**64 - 1)
        valid, step_valid = random.getrandbits(1), random.getrandbits(1)
        dut.step_ns_i.value = step
        dut.step_valid_i.value = step_valid
        dut.follow_ns_i.value = stamp
        dut.follow_valid_i.value = valid
        dut.set_valid_i.value = random.getrandbits(1)  # has no effect in follow mode
        dut.set_ns_i.value = random.getrandbits(64)
        await RisingEdge(dut.clk_i)
        if valid:
            largest = max(largest, stamp)
        if step_valid:
            largest = max(largest, step)
        dut.follow_valid_i.value = 0
        dut.step_valid_i.value = 0
        await RisingEdge(dut.clk_i)
        assert int(dut.time_ns_o.value) == largest


def test_card_time():
    run("card_time", ["card_time.sv"])
