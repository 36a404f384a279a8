"""rx_gate: outside a core reset everything passes; of a frame that a core reset met, nothing comes out after the reset."""

import random

import cocotb
from cocotb.triggers import ReadOnly, RisingEdge, Timer
from lib import stream
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.structs import MAC_BEAT

COVERAGE = Coverage("rx_gate")
COVERAGE.bins("reset", ["between frames", "in the middle of a frame", "two in one frame"])
COVERAGE.bins("frame", ["passed", "cut by a reset"])
COVERAGE.bins("beats", ["1", "2", "3.."])


@cocotb.test()
async def only_whole_frames_or_their_front_pass(dut):
    """The model knows the beats only: which frame each belongs to, and when the core was in reset."""
    await start_clock(dut)
    for _ in COVERAGE.rounds(1):
        await four_hundred_frames(dut)
    COVERAGE.check()


async def four_hundred_frames(dut):
    dut.core_reset_i.value = 0
    dut.ready_i.value = 0
    source = stream.Source(dut.clk_i, dut.valid_i, dut.ready_o, dut.beat_i, MAC_BEAT, stream.stalls(0.2), dut.rst_ni)
    await reset(dut)
    frames = {}
    for number in range(400):
        size = random.choice((1, 2, 3, 5, 9))
        COVERAGE.hit(beats=str(size) if size < 3 else "3..")
        frames[number] = size
        for i in range(size):
            source.send({"stamp": number, "data": i, "last": int(i == size - 1), "keep": 255})

    taken, out = [], []  # (frame, beat) accepted at the input; seen at the output
    doomed = set()  # frames of which a beat went in before a core reset, and not the last one
    inside, until = None, 0
    resets_in = {}
    cycle = 0
    while not source.idle():
        cycle += 1
        if cycle >= until:
            core_reset = int(random.random() < 0.04)
            until = cycle + (random.choice((1, 2, 7)) if core_reset else 1)
        ready = int(random.random() < 0.7)
        dut.core_reset_i.value, dut.ready_i.value = core_reset, ready
        await Timer(1, "ns")
        await ReadOnly()
        valid_in, ready_out, valid_out = (int(getattr(dut, n).value) for n in ("valid_i", "ready_o", "valid_o"))
        beat = MAC_BEAT.unpack(int(dut.beat_i.value)) if valid_in else None
        assert int(dut.busy_o.value) == int(inside is not None)
        if core_reset:
            assert not ready_out and not valid_out, "a beat passed during a core reset"
            if inside is not None:
                resets_in[inside] = resets_in.get(inside, 0) + (inside not in doomed or fresh)
                doomed.add(inside)
            else:
                COVERAGE.hit(reset="between frames")
            fresh = False
        else:
            fresh = True
        if valid_out:
            assert valid_in and int(dut.beat_o.value) == int(dut.beat_i.value), "a beat that is not at the input"
            assert beat["stamp"] not in doomed, "the rest of a frame that met a core reset came out"
            assert ready_out == ready
        elif valid_in and not core_reset:
            assert beat["stamp"] in doomed and ready_out, "a good beat is held back"
        if valid_in and ready_out:
            taken.append((beat["stamp"], beat["data"]))
            if valid_out:
                out.append(taken[-1])
            inside = None if beat["last"] else beat["stamp"]
        await RisingEdge(dut.clk_i)
    assert taken == [(n, i) for n, size in frames.items() for i in range(size)], "a beat was lost or doubled"
    for number, size in frames.items():
        seen = sum(n == number for n, _ in out)
        assert 0 < seen < size if number in doomed else seen == size, f"frame {number}: {seen} of {size} beats"
        COVERAGE.hit(frame="cut by a reset" if number in doomed else "passed")
    for times in resets_in.values():
        COVERAGE.hit(reset="in the middle of a frame" if times == 1 else "two in one frame")
    source.stop()


def test_rx_gate():
    run("rx_gate", ["rx_gate.sv"])
