"""card_time: free mode adds the rate exactly, follow mode never goes back."""

import random

import cocotb
from cocotb.triggers import ReadOnly, RisingEdge
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage

M64 = (1 << 64) - 1
MASK96 = (1 << 96) - 1


async def prepare(dut, follow, rate):
    for name, value in (("time_follow_i", follow), ("rate_i", rate), ("set_valid_i", 0), ("follow_valid_i", 0), ("step_valid_i", 0)):
        getattr(dut, name).value = value
    await start_clock(dut)
    await reset(dut)


COVERAGE = Coverage("card_time")
COVERAGE.bins("rate", ["0", "under 1 ns", "1 ns and more", "the largest"])
COVERAGE.bins("free", ["carry from the fraction", "past 64 bits", "set", "set drops the fraction", "stamp and step ignored"])
COVERAGE.bins("stamp", ["none", "older", "equal", "newer"])
COVERAGE.bins("step", ["none", "older", "equal", "newer"])
COVERAGE.bins("both", ["stamp leads", "step leads", "the same"])
COVERAGE.bins("mode", ["follow after free", "free after follow"])
COVERAGE.cross("stamp x step", "stamp", "step")


def name_of(rate):
    """Bin of a rate (32.32 fixed point)."""
    return "0" if rate == 0 else "the largest" if rate == M64 else "under 1 ns" if rate >> 32 == 0 else "1 ns and more"


@cocotb.test()
async def free_mode_adds_the_rate_without_drift(dut):
    """The time is start + cycles * rate to the last of 32 bits of fraction; a set begins anew, in the middle too."""
    for rate in (0, 0x666666666, 0x7FFFFFFFFFFFFFFF, 1, M64, 0xFFFFFFFF, random.getrandbits(40)):
        await prepare(dut, 0, rate)
        COVERAGE.hit(rate=name_of(rate))
        want = 0
        for start in (0, M64 - 50, random.getrandbits(63)):
            if want & 0xFFFFFFFF:
                COVERAGE.hit(free="set drops the fraction")
            dut.set_ns_i.value = start
            dut.set_valid_i.value = 1
            await RisingEdge(dut.clk_i)
            dut.set_valid_i.value = 0
            COVERAGE.hit(free="set")
            await RisingEdge(dut.clk_i)
            want = start << 32
            for cycle in range(300):
                assert int(dut.time_ns_o.value) == want >> 32, f"rate {rate:#x}, start {start:#x}, cycle {cycle}"
                if (want & 0xFFFFFFFF) + (rate & 0xFFFFFFFF) >> 32:
                    COVERAGE.hit(free="carry from the fraction")
                if want + rate > MASK96:
                    COVERAGE.hit(free="past 64 bits")
                want = want + rate & MASK96
                # Nothing but the rate and a set moves it in this mode.
                follow, step = random.getrandbits(1), random.getrandbits(1)
                dut.follow_valid_i.value, dut.step_valid_i.value = follow, step
                dut.follow_ns_i.value, dut.step_ns_i.value = M64, M64
                if follow and step:
                    COVERAGE.hit(free="stamp and step ignored")
                await RisingEdge(dut.clk_i)
            dut.follow_valid_i.value = dut.step_valid_i.value = 0
        dut.rst_ni.value = 0


@cocotb.test()
async def follow_mode_is_the_largest_stamp_or_step(dut):
    """Each order of time, stamp and step; a set has no effect."""
    await prepare(dut, 1, 1 << 40)
    largest = 0
    for number in COVERAGE.rounds(500, "stamp", "step", "both", "stamp x step"):
        if number % 100 == 0:
            largest = 0
            await reset(dut)
        # Now and then at the end of 64 bits.
        far = M64 - largest if number % 100 == 98 else random.choice((1, 2, 1000, 1 << 32, 1 << 40))
        how, time = {}, {}
        for what in ("stamp", "step"):
            how[what] = random.choice(("none", "older", "equal", "newer"))
            if how[what] == "older" and largest == 0 or how[what] == "newer" and largest == M64:
                how[what] = "equal"
            earlier = random.randint(0, largest - 1) if largest else 0
            time[what] = {"none": M64, "older": earlier, "equal": largest, "newer": largest + random.randint(1, max(1, far))}[how[what]]
            time[what] = min(time[what], M64)
        if random.random() < 0.2 and "none" not in how.values():
            time["step"], how["step"] = time["stamp"], how["stamp"]
        for what, name in (("stamp", "follow"), ("step", "step")):
            getattr(dut, f"{name}_ns_i").value = time[what]
            getattr(dut, f"{name}_valid_i").value = int(how[what] != "none")
        dut.set_valid_i.value = random.getrandbits(1)
        dut.set_ns_i.value = random.getrandbits(64)
        await RisingEdge(dut.clk_i)
        largest = max([largest] + [time[what] for what in how if how[what] != "none"])
        COVERAGE.hit(**how)
        if how["stamp"] == how["step"] == "newer":
            order = (time["stamp"] > time["step"]) - (time["stamp"] < time["step"])
            COVERAGE.hit(both=("the same", "stamp leads", "step leads")[order])
        dut.follow_valid_i.value = 0
        dut.step_valid_i.value = 0
        await RisingEdge(dut.clk_i)
        assert int(dut.time_ns_o.value) == largest, f"round {number}: {how}"
    dut.set_valid_i.value = 0


@cocotb.test()
async def a_change_of_mode_goes_on_from_where_it_is(dut):
    """Free to follow: the whole nanoseconds stay, the fraction goes. Follow to free: from the last stamp on."""
    await prepare(dut, 0, 3 << 31)
    for number in range(20):
        for _ in range(2 * random.randint(1, 20) + 1):  # half a nanosecond is left
            await RisingEdge(dut.clk_i)
        dut.time_follow_i.value = 1
        await RisingEdge(dut.clk_i)
        await ReadOnly()
        stood = int(dut.time_ns_o.value)
        for _ in range(random.randint(1, 5)):
            await RisingEdge(dut.clk_i)
            await ReadOnly()
            assert int(dut.time_ns_o.value) == stood, "time went on by itself"
        COVERAGE.hit(mode="follow after free")
        await RisingEdge(dut.clk_i)
        dut.time_follow_i.value = 0
        for cycle in range(1, 12):
            await RisingEdge(dut.clk_i)
            await ReadOnly()
            assert int(dut.time_ns_o.value) == stood + (3 * cycle >> 1), f"change {number}, cycle {cycle}"
        COVERAGE.hit(mode="free after follow")
        await RisingEdge(dut.clk_i)


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_card_time():
    run("card_time", ["card_time.sv"])
