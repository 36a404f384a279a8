"""rx_cdc: frames cross whole or not at all; every dropped one is counted; a truncated one is never good."""

import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer
from lib.bench import run
from lib.coverage import Coverage
from lib.frames import beats
from lib.structs import MAC_BEAT

COVERAGE = Coverage("rx_cdc")
COVERAGE.bins("frame", ["crossed", "dropped", "too long", "lost in a reset", "cut by a reset"])
COVERAGE.bins("clocks", ["rx faster", "core faster", "near"])
COVERAGE.bins("reset", ["rx", "core"])


class Bench:
    """MAC side (no ready), core side with stalls; frames carry their number in the stamp."""

    def __init__(self, dut, ready_p):
        self.dut, self.ready_p = dut, ready_p
        self.sent, self.frames, self.open, self.overruns = {}, [], b"", 0
        self.number = 0
        self.tasks = [cocotb.start_soon(self._core())]

    async def _core(self):
        dut = self.dut
        held = None
        while True:
            ready = int(random.random() < self.ready_p)
            dut.beat_ready_i.value = ready
            await RisingEdge(dut.core_clk_i)
            if dut.core_rst_ni.value != 1:
                self.open, held = b"", None
                continue
            self.overruns += int(dut.overrun_o.value)
            if dut.beat_valid_o.value != 1:
                assert held is None, "an offered beat vanished"
                continue
            word = int(dut.beat_o.value)
            assert held in (None, word), "beat changed while offered"
            held = None if ready else word
            if ready:
                beat = MAC_BEAT.unpack(word)
                self.open += beat["data"].to_bytes(8, "little")[: beat["keep"].bit_count()]
                if beat["last"]:
                    self.frames.append((beat["stamp"], self.open, beat["err"]))
                    self.open = b""

    async def send(self, data, err, gap_p, stop_when=None):
        """One frame at MAC pace. Returns False when `stop_when` (a reset) cut it."""
        dut = self.dut
        self.number += 1
        self.sent[self.number] = (data, err)
        for beat in beats(data, err, self.number):
            while random.random() < gap_p:
                dut.rx_valid_i.value = 0
                await RisingEdge(dut.rx_clk_i)
            dut.rx_valid_i.value = 1
            dut.rx_i.value = MAC_BEAT.pack(beat)
            await RisingEdge(dut.rx_clk_i)
            if stop_when is not None and stop_when():
                dut.rx_valid_i.value = 0
                return False
        dut.rx_valid_i.value = 0
        return True

    def stop(self):
        for task in self.tasks:
            task.cancel()


CLOCKS = []


async def start(dut, rx_ps, core_ps, ready_p):
    while CLOCKS:
        CLOCKS.pop().cancel()
    for name in ("rx_rst_ni", "core_rst_ni", "rx_valid_i", "beat_ready_i"):
        getattr(dut, name).value = 0
    await Timer(1, "ns")
    CLOCKS.append(cocotb.start_soon(Clock(dut.rx_clk_i, rx_ps, "ps").start()))
    CLOCKS.append(cocotb.start_soon(Clock(dut.core_clk_i, core_ps, "ps").start()))
    await Timer(60, "ns")
    dut.rx_rst_ni.value = 1
    dut.core_rst_ni.value = 1
    bench = Bench(dut, ready_p)
    while dut.room_o.value != 1:
        await RisingEdge(dut.rx_clk_i)
    return bench


def random_data():
    return random.randbytes(random.choice((1, 7, 8, 9, 60, 64, 100, 700, 1500, 2040, 2048)))


@cocotb.test()
async def frames_cross_whole_or_are_counted(dut):
    ways = ((6400, 6398, "near", 1.0), (4000, 6400, "rx faster", 0.5), (6400, 2500, "core faster", 0.35), (6400, 6402, "near", 0.25))
    by_reset = ("frame='lost in a reset'", "frame='cut by a reset'")
    for number in COVERAGE.rounds(len(ways), "frame", "clocks", but=by_reset):
        rx_ps, core_ps, name, ready_p = ways[number % len(ways)]
        bench = await start(dut, rx_ps, core_ps, ready_p)
        for _ in range(90):
            err = random.random() < 0.2
            data = random_data()
            if random.random() < 0.1:
                data = random.randbytes(random.choice((2049, 2056, 2057, 2064, 3000, 9000)))
            await bench.send(data, err, random.choice((0, 0.1, 0.6)))
            for _ in range(random.choice((0, 0, 2, 30))):
                await RisingEdge(dut.rx_clk_i)
        bench.ready_p = 1.0
        for _ in range(1500):
            await RisingEdge(dut.core_clk_i)
        assert dut.busy_o.value == 0 and not bench.open
        numbers = [n for n, _, _ in bench.frames]
        assert numbers == sorted(set(numbers)), "doubled or out of order"
        for number, data, err in bench.frames:
            want, want_err = bench.sent[number]
            assert err == want_err
            if len(want) <= 2056:
                assert data == want
                COVERAGE.hit(frame="too long" if len(want) > 2048 else "crossed")
            else:
                assert 2048 < len(data) <= 2056 and data[:2048] == want[:2048]
                COVERAGE.hit(frame="too long")
        assert bench.overruns == len(bench.sent) - len(bench.frames), "a dropped frame was not counted"
        if bench.overruns:
            COVERAGE.hit(frame="dropped")
        COVERAGE.hit(clocks=name)
        bench.stop()


@cocotb.test()
async def a_reset_never_makes_a_good_frame_of_a_piece(dut):
    for number in COVERAGE.rounds(24, "frame", "reset"):
        side = ("rx", "core")[number % 2]
        bench = await start(dut, 6400, random.choice((6398, 4000, 9000)), random.choice((1.0, 0.4)))
        signal = dut.rx_rst_ni if side == "rx" else dut.core_rst_ni
        cut = [False]

        async def reset_later(signal=signal, cut=cut, side=side):
            await Timer(random.randint(1000, 1_200_000), "ps")
            signal.value = 0
            if side == "rx":  # the same reset silences the MAC
                dut.rx_valid_i.value = 0
                cut[0] = True
            # Also far shorter than a cycle; but the core side of this bench must see its own reset.
            await Timer(random.choice((500, 30_000)) if side == "rx" else 30_000, "ps")
            signal.value = 1

        task = cocotb.start_soon(reset_later())
        for _ in range(6):
            if not await bench.send(random.randbytes(random.choice((200, 400, 700))), False, 0.05, lambda: cut[0]):
                for _ in range(40):  # a MAC in reset sends nothing
                    await RisingEdge(dut.rx_clk_i)
                cut[0] = False
        await task
        bench.ready_p = 1.0
        for _ in range(60):
            await RisingEdge(dut.rx_clk_i)
        probe = random.randbytes(100)
        await bench.send(probe, False, 0)
        for _ in range(400):
            await RisingEdge(dut.core_clk_i)
        assert bench.frames and bench.frames[-1][1] == probe and not bench.frames[-1][2], "dead after a reset"
        assert dut.busy_o.value == 0
        good = 0
        for number, data, err in bench.frames:
            if err:
                assert bench.sent[number][0].startswith(data), "an aborted frame is not the front of a frame"
                COVERAGE.hit(frame="cut by a reset")
            else:
                assert data == bench.sent[number][0], "a piece of a frame came out as good"
                good += 1
        if good < len(bench.sent):
            COVERAGE.hit(frame="lost in a reset")
        COVERAGE.hit(reset=side)
        bench.stop()


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_rx_cdc():
    run("rx_cdc", ["sync2.sv", "reset_link.sv", "async_fifo.sv", "rx_cdc.sv"], {"Depth": 512})
