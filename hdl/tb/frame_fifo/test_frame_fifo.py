"""frame_fifo: commit and roll back, released frames, the frame's values in whole mode, frames that cannot fit."""

import random

import cocotb
from cocotb.triggers import ReadWrite, RisingEdge
from lib import stream
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.structs import REC, REC_KIND

DEPTH = 16

COVERAGE = Coverage("frame_fifo")
COVERAGE.bins("frame", ["whole committed", "whole rolled back", "held committed", "held rolled back", "released", "does not fit"])
COVERAGE.bins("seen", ["writer waited", "reader waited", "through the empty FIFO"])
COVERAGE.bins("size", ["1", "2..", f"{DEPTH - 1}", f"{DEPTH}.."])
COVERAGE.cross("frame x size", "frame", "size",
               ignore=lambda f, s: (f == "does not fit") != (s == f"{DEPTH}..") and f != "released" and not f.endswith("rolled back"))


class Writer:
    """Sends transfers by hand: the end must carry ok = 0 when `overflow_o` says so."""

    def __init__(self, dut):
        self.dut, self.waited = dut, False

    async def frame(self, records, early, hold, good, end_alone, end_cycle, unloaded):
        """Returns whether the frame went in."""
        dut = self.dut
        dut.wr_early_i.value, dut.wr_hold_i.value = early, hold
        dut.wr_end_cycle_i.value = end_cycle
        dut.wr_unloaded_i.value = unloaded
        steps = [(r, 0) for r in records]
        if end_alone:
            steps.append((None, 1))
        else:
            steps[-1] = (steps[-1][0], 1)
        overflow = False
        for record, end in steps:
            while random.random() < 0.15:
                dut.wr_valid_i.value = 0
                await RisingEdge(dut.clk_i)
            dut.wr_valid_i.value = 1
            dut.wr_has_i.value = int(record is not None)
            dut.wr_end_i.value = end
            dut.wr_rec_i.value = REC.pack(record) if record else random.getrandbits(REC.width)
            while True:
                # ok follows overflow_o in the same cycle, as in block_splitter.
                await ReadWrite()
                overflow = dut.overflow_o.value == 1
                dut.wr_ok_i.value = int(good and not overflow) if hold else 1
                await RisingEdge(dut.clk_i)
                if dut.wr_ready_o.value == 1:
                    break
                self.waited = True
        dut.wr_valid_i.value = 0
        return good and not overflow


async def watch_reader(dut):
    """A record on offer that is not taken."""
    while True:
        await RisingEdge(dut.clk_i)
        if dut.rec_valid_o.value == 1 and dut.rec_ready_i.value == 0:
            COVERAGE.hit(seen="reader waited")


@cocotb.test()
async def only_good_frames_come_out_whole_and_in_order(dut):
    await start_clock(dut)
    dut.wr_valid_i.value = 0
    stall = stream.bursts(40, 40)
    sink = stream.sink(dut, "rec", dut.clk_i, REC, stall)
    await reset(dut)
    watch = cocotb.start_soon(watch_reader(dut))
    writer = Writer(dut)
    expected = []
    for number in COVERAGE.rounds(700, but=("seen='through the empty FIFO'",)):
        early = int((number // 100) % 2)
        if number % 100 == 0:
            while dut.busy_o.value == 1:  # the mode changes between frames in the card too
                await RisingEdge(dut.clk_i)
        hold = int(not early or random.random() < 0.5)  # early mode holds some
        good = not hold or random.random() < 0.7
        size = random.choice((1, 2, 3, 5, 8, DEPTH - 1, DEPTH + 1, DEPTH + 9))
        end_cycle, unloaded = random.getrandbits(32), random.getrandbits(1)
        records = []
        for i in range(size):
            records.append({"kind": REC_KIND["RecMsg"] if i else REC_KIND["RecPkt"], "unloaded": random.getrandbits(1),
                            "t_in": random.getrandbits(32), "len": random.getrandbits(16), "data": random.getrandbits(400)})
        in_it = await writer.frame(records, early, hold, good, random.random() < 0.5, end_cycle, unloaded)
        fits = not hold or size < DEPTH
        assert in_it == bool(good and fits), (size, good, early, in_it)
        if in_it:
            expected += [r if early else {**r, "t_in": end_cycle, "unloaded": unloaded} for r in records]
        mode = "held" if early else "whole"
        name = "released" if not hold else "does not fit" if good and not fits else f"{mode} {'committed' if good else 'rolled back'}"
        bucket = "1" if size == 1 else "2.." if size < DEPTH - 1 else f"{DEPTH - 1}" if size == DEPTH - 1 else f"{DEPTH}.."
        COVERAGE.hit(frame=name, size=bucket)
        if writer.waited:
            COVERAGE.hit(seen="writer waited")
    for _ in range(3000):
        await RisingEdge(dut.clk_i)
        if dut.busy_o.value == 0:
            break
    assert dut.busy_o.value == 0
    got = list(sink.items)
    for number, (have, want) in enumerate(zip(got, expected)):
        assert have == want, f"record {number}"
    assert len(got) == len(expected)
    sink.stop()
    watch.cancel()


@cocotb.test()
async def released_takes_one_cycle_and_held_two(dut):
    await start_clock(dut)
    dut.wr_valid_i.value = 0
    dut.rec_ready_i.value = 1
    await reset(dut)
    for early, hold, cycles in ((1, 0, 1), (0, 1, 2), (1, 1, 2)):
        for name, value in (("early", early), ("hold", hold), ("end", 1), ("ok", 1), ("has", 1), ("end_cycle", 5), ("unloaded", 1)):
            getattr(dut, f"wr_{name}_i").value = value
        dut.wr_rec_i.value = REC.pack({"kind": 0, "data": 99})
        dut.wr_valid_i.value = 1
        await RisingEdge(dut.clk_i)
        dut.wr_valid_i.value = 0
        waited = 0
        while True:
            await RisingEdge(dut.clk_i)
            waited += 1
            if dut.rec_valid_o.value == 1:
                break
            assert waited < 10
        assert waited == cycles, f"early={early}, hold={hold}: {waited} cycles"
        for _ in range(3):
            await RisingEdge(dut.clk_i)
    COVERAGE.hit(seen="through the empty FIFO")


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_frame_fifo():
    run("frame_fifo", ["frame_fifo.sv"], {"Depth": DEPTH})
