"""held_map: bits set and cleared one at a time, read both ways, and the nearest held place found from anywhere."""

import os
import random

import cocotb
from cocotb.triggers import RisingEdge
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage

PLACES = int(os.environ.get("PLACES", 256))
WORD = 64 if PLACES >= 128 else PLACES // 2

COVERAGE = Coverage(f"held_map of {PLACES}")
COVERAGE.bins("found", ["same word", "next word", "another word", "same word, round"])


def where(start, found):
    if start // WORD == found // WORD:
        return "same word" if found > start else "same word, round"
    return "next word" if (start // WORD + 1) % (PLACES // WORD) == found // WORD else "another word"


async def put(dut, held, place, on):
    """Sets or clears one place."""
    dut.set_i.value, dut.clr_i.value = int(on), int(not on)
    dut.set_place_i.value = dut.clr_place_i.value = place
    await RisingEdge(dut.clk_i)
    dut.set_i.value = dut.clr_i.value = 0
    (held.add if on else held.discard)(place)


async def look(dut, held, place):
    """Both ways to ask for one place."""
    dut.test_place_i.value = dut.read_place_i.value = place
    dut.read_i.value = 1
    await RisingEdge(dut.clk_i)
    dut.read_i.value = 0
    dut.read_place_i.value = (place + 1) % PLACES
    assert dut.test_o.value == (place in held)
    for _ in range(random.randrange(1, 3)):
        await RisingEdge(dut.clk_i)
        assert dut.read_o.value == (place in held)
    assert dut.empty_o.value == (not held)


async def find(dut, held, start):
    """The nearest held place behind `start`, in three cycles."""
    dut.find_i.value, dut.find_from_i.value = 1, start
    await RisingEdge(dut.clk_i)
    dut.find_i.value = 0
    for cycle in range(4):
        await RisingEdge(dut.clk_i)
        assert (dut.found_o.value == 1) == (cycle == 2), f"answer in cycle {cycle}"
        if cycle == 2:
            found = int(dut.found_place_o.value)
    assert found == next(p % PLACES for p in range(start + 1, start + PLACES) if p % PLACES in held)
    COVERAGE.hit(found=where(start, found))


@cocotb.test()
async def every_place_and_every_distance(dut):
    await start_clock(dut)
    for name in ("set", "set_place", "clr", "clr_place", "test_place", "read", "read_place", "find", "find_from"):
        getattr(dut, f"{name}_i").value = 0
    await reset(dut)
    held = set()
    # One held place, asked for from the places that matter around words.
    for place in random.sample(range(PLACES), min(PLACES, 24)) + [0, PLACES - 1]:
        if place in held:
            continue
        await put(dut, held, place, True)
        for back in {1, WORD - 1, WORD, WORD + 1, 2 * WORD, PLACES - 1}:
            start = (place - back) % PLACES
            if start not in held:
                await find(dut, held, start)
        await put(dut, held, place, False)
        await look(dut, held, place)
    # As it comes.
    for _ in range(400):
        place = random.randrange(PLACES)
        await put(dut, held, place, place not in held)
        await look(dut, held, random.choice((place, random.randrange(PLACES))))
        free = [p for p in range(PLACES) if p not in held]
        if held and free:
            await find(dut, held, random.choice(free))
    # Until all are held, and none.
    for on in (True, False):
        for place in [p for p in range(PLACES) if (p in held) != on]:
            await put(dut, held, place, on)
        await look(dut, held, 0)
    COVERAGE.check() if PLACES // WORD > 2 else COVERAGE.report()


def test_held_map():
    for places in (4, 256, 2048):
        run("held_map", ["held_map.sv"], {"Places": places}, extra_env={"PLACES": str(places)})
