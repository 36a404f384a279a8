"""eth_ip_udp: each frame ends in exactly one way, and the payload of the good ones comes out whole."""

import random

import cocotb
from cocotb.triggers import RisingEdge
from lib import frames, stream
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.frame_reference import DISPOSITIONS, NUMBER, Config, judge
from lib.structs import MAC_BEAT, UDP_BEAT

# Found behind the payload, by block_splitter: for this module such a frame is good.
TRANSPORT = ("transport_version", "wrong_protocol", "wrong_channel", "transport_length")
SEEN_HERE = [d for d in DISPOSITIONS if d not in TRANSPORT + ("overrun", "fifo_full")]

COVERAGE = Coverage("eth_ip_udp")
COVERAGE.bins("disposition", SEEN_HERE)
COVERAGE.bins("tags", [0, 1, 2])
COVERAGE.bins("options", [0, 1, 2, 5, 10])
COVERAGE.bins("last_keep", range(1, 9))
COVERAGE.bins("padded", [False, True])
COVERAGE.bins("transport", ["iex", "mold"])
COVERAGE.bins("event", ["ip_checksum_bad", "udp_checksum_bad"])
COVERAGE.cross("tags x options", "tags", "options")
COVERAGE.cross("transport x disposition", "transport", "disposition")
COVERAGE.cross("disposition x last_keep", "disposition", "last_keep",
               ignore=lambda d, _: d in ("oversize",))


class Bench:
    """The module with its streams, its pulses gathered."""

    def __init__(self, dut, cfg, stall_in, stall_out):
        self.dut = dut
        self.disp, self.ip_bad = [], 0
        self.cycle = 0
        self.accepted = {}
        for name, value in (("enable_i", 1), ("group_i", cfg.group), ("port_i", cfg.port),
                            ("ip_checksum_i", int(cfg.ip_checksum)), ("udp_checksum_i", int(cfg.udp_checksum)),
                            ("mold_i", int(cfg.mold)), ("cycle_i", 0), ("core_idle_i", 1)):
            getattr(dut, name).value = value
        self.source = stream.source(dut, "beat", dut.clk_i, MAC_BEAT, stall_in)
        self.sink = stream.sink(dut, "udp", dut.clk_i, UDP_BEAT, stall_out)
        self.task = cocotb.start_soon(self._watch())

    async def _watch(self):
        edge = RisingEdge(self.dut.clk_i)
        while True:
            self.dut.cycle_i.value = self.cycle
            await edge
            if self.dut.rst_ni.value == 1:
                if self.dut.disp_valid_o.value == 1:
                    self.disp.append(int(self.dut.disp_o.value))
                self.ip_bad += int(self.dut.ip_checksum_bad_o.value)
            self.cycle += 1

    def stop(self):
        self.task.cancel()
        self.source.stop()
        self.sink.stop()


async def settle(bench, cycles=20):
    await bench.source.drained()
    quiet = 0
    while quiet < cycles:
        await RisingEdge(bench.dut.clk_i)
        quiet = 0 if bench.dut.udp_valid_o.value == 1 else quiet + 1


def check_frame(bench, verdict, stamp):
    """Compares what came out for one frame with the verdict."""
    out = []
    while bench.sink.items:
        out.append(bench.sink.items.popleft())
    if verdict.udp_payload is None or not verdict.udp_payload:
        assert not out, "a frame that failed a header check showed payload"
        assert bench.disp == [NUMBER[verdict.disposition]], (bench.disp, verdict.disposition)
    else:
        assert not bench.disp, f"two ends of one frame: {bench.disp}"
        payload = b"".join(b["data"].to_bytes(8, "little")[: b["keep"].bit_count()] for b in out)
        assert payload == verdict.udp_payload, "payload differs"
        assert [b["first"] for b in out] == [1] + [0] * (len(out) - 1)
        assert [b["last"] for b in out] == [0] * (len(out) - 1) + [1]
        assert all(b["udp_payload_len"] == verdict.udp_length - 8 and b["stamp"] == stamp for b in out)
        end = out[-1]
        here = "ok" if verdict.disposition in TRANSPORT else verdict.disposition
        if verdict.disposition in TRANSPORT or (verdict.disposition == "ok" and "udp_checksum_bad" in verdict.events):
            assert end["disp"] in (0, NUMBER["bad_udp_checksum"], NUMBER["cut_datagram"])
        else:
            assert end["bad"] == (here != "ok") and end["disp"] == NUMBER[here], (end, here)
        if verdict.disposition == "ok":
            assert end["bad"] == 0
            assert (end["disp"] == NUMBER["bad_udp_checksum"]) == ("udp_checksum_bad" in verdict.events)
    assert bench.ip_bad == ("ip_checksum_bad" in verdict.events)
    bench.disp.clear()
    bench.ip_bad = 0


@cocotb.test()
async def every_frame_ends_in_one_way(dut):
    await start_clock(dut)
    for round_number in range(4):
        cfg = Config(ip_checksum=round_number % 2 == 0, udp_checksum=round_number >= 2, mold=round_number in (1, 3))
        stall = (stream.always, stream.stalls(0.3))[round_number % 2]
        bench = Bench(dut, cfg, stall, stream.stalls(0.4) if round_number > 1 else stream.always)
        await reset(dut)
        for number in COVERAGE.rounds(450, "tags x options", "padded") if round_number == 3 else range(250):
            fault = frames.FAULTS[number % len(frames.FAULTS)] if number % 3 else random.choice(("none", "cut", "cut_payload"))
            data, fcs_bad, shape = frames.random_frame(cfg, fault)
            stamp = random.getrandbits(64)
            verdict = judge(data, fcs_bad, cfg)
            for beat in frames.beats(data, fcs_bad, stamp):
                bench.source.send(beat)
            await settle(bench, 6)
            check_frame(bench, verdict, stamp)
            seen = "ok" if verdict.disposition in TRANSPORT else verdict.disposition
            COVERAGE.hit(disposition=seen, last_keep=(len(data) - 1) % 8 + 1, padded=shape["padded"])
            COVERAGE.hit(tags=shape["tags"], options=shape["options"])
            for event in verdict.events & {"ip_checksum_bad", "udp_checksum_bad"}:
                COVERAGE.hit(event=event)
        bench.stop()


@cocotb.test()
async def each_end_at_each_length_of_the_last_beat(dut):
    """Fills the cross on purpose: padding moves the end of every faulty frame through all eight lanes."""
    await start_clock(dut)
    for mold in (False, True):
        await each_end(dut, Config(udp_checksum=True, mold=mold))


async def each_end(dut, cfg):
    bench = Bench(dut, cfg, stream.always, stream.always)
    await reset(dut)
    transport = "mold" if cfg.mold else "iex"
    for number in COVERAGE.rounds(8 * len(frames.FAULTS), "disposition x last_keep", "event"):
        fault, lane = frames.FAULTS[number // 8 % len(frames.FAULTS)], number % 8 + 1
        for attempt in range(400):
            data, fcs_bad, shape = frames.random_frame(cfg, fault)
            if fault not in ("cut", "cut_payload"):
                data += bytes((lane - len(data)) % 8)
            if (len(data) - 1) % 8 + 1 == lane and (fault != "transport_short" or attempt > 20):
                break
        verdict = judge(data, fcs_bad, cfg)
        for beat in frames.beats(data, fcs_bad, 7):
            bench.source.send(beat)
        await settle(bench, 6)
        check_frame(bench, verdict, 7)
        seen = "ok" if verdict.disposition in TRANSPORT else verdict.disposition
        COVERAGE.hit(disposition=seen, last_keep=(len(data) - 1) % 8 + 1)
        COVERAGE.hit(transport=transport, disposition=seen)
        for event in verdict.events & {"ip_checksum_bad", "udp_checksum_bad"}:
            COVERAGE.hit(event=event)
    for size in list(range(1, 60)) * 2:  # runts: cut in every header
        data, _, _ = frames.random_frame(cfg, "none")
        data = data[:size]
        verdict = judge(data, False, cfg)
        for beat in frames.beats(data, False, 9):
            bench.source.send(beat)
        await settle(bench, 6)
        check_frame(bench, verdict, 9)
        COVERAGE.hit(disposition=verdict.disposition, last_keep=(size - 1) % 8 + 1)
    bench.stop()


@cocotb.test()
async def a_frame_of_2048_bytes_is_good_and_one_of_2049_is_not(dut):
    """With the end in the last bytes' beat and in an empty beat behind it, by padding and by payload."""
    await start_clock(dut)
    cfg = Config()
    bench = Bench(dut, cfg, stream.always, stream.always)
    await reset(dut)
    headers = len(frames.frame(frames.segment([b""]), cfg))
    for size in (2040, 2041, 2047, 2048, 2049, 2050, 2055, 2056, 2057, 2064, 2065):
        for padding in (0, size - 2000):
            for empty_end in (False, True):
                data = frames.frame(frames.segment([random.randbytes(size - padding - headers)]), cfg, padding=padding)
                assert len(data) == size
                verdict = judge(data, False, cfg)
                assert verdict.disposition == ("ok" if size <= 2048 else "oversize")
                sent = list(frames.beats(data, False, 3))
                if empty_end and size % 8 == 0:
                    sent[-1]["last"] = 0
                    sent.append({**sent[-1], "last": 1, "keep": 0, "data": random.getrandbits(64)})
                for beat in sent:
                    bench.source.send(beat)
                await settle(bench, 6)
                check_frame(bench, verdict, 3)
    bench.stop()


@cocotb.test()
async def back_to_back_frames_and_disable(dut):
    await start_clock(dut)
    cfg = Config()
    bench = Bench(dut, cfg, stream.always, stream.bursts(20, 3))
    await reset(dut)
    verdicts = []
    for _ in range(150):
        data, fcs_bad, _ = frames.random_frame(cfg, random.choice(frames.FAULTS))
        verdicts.append(judge(data, fcs_bad, cfg))
        for beat in frames.beats(data, fcs_bad, 1):
            bench.source.send(beat)
    await settle(bench, 30)
    shown = [v for v in verdicts if v.udp_payload]
    hidden = [NUMBER[v.disposition] for v in verdicts if not v.udp_payload]
    assert bench.disp == hidden
    items = list(bench.sink.items)
    assert sum(b["last"] for b in items) == len(shown)
    joined = b"".join(b["data"].to_bytes(8, "little")[: b["keep"].bit_count()] for b in items)
    assert joined == b"".join(v.udp_payload for v in shown)
    assert bench.ip_bad == sum("ip_checksum_bad" in v.events for v in verdicts)
    assert dut.busy_o.value == 0

    dut.enable_i.value = 0
    bench.disp.clear()
    bench.sink.items.clear()
    for fault in ("none", "cut", "bad_fcs"):
        data, fcs_bad, _ = frames.random_frame(cfg, fault)
        for beat in frames.beats(data, fcs_bad, 1):
            bench.source.send(beat)
    await settle(bench, 30)
    assert not bench.disp and not bench.sink.items, "a disabled card took a frame"


@cocotb.test()
async def payload_leaves_one_cycle_after_it_came(dut):
    await start_clock(dut)
    cfg = Config()
    bench = Bench(dut, cfg, stream.always, stream.always)
    await reset(dut)
    data = frames.frame(frames.segment([bytes(30)]), cfg)
    for beat in frames.beats(data, False, 1):
        bench.source.send(beat)
    await settle(bench, 10)
    seen = list(zip(bench.sink.items, bench.sink.cycles))
    # `cycle` is the counter at acceptance; the sink counts the same clock from its own start.
    offsets = {cycle - item["cycle"] for item, cycle in seen}
    assert len(offsets) == 1, "latency differs between beats"
    assert all(item["unloaded"] == 1 for item, _ in seen)


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_eth_ip_udp():
    run("eth_ip_udp", ["gen/esc_counter_pkg.sv", "eth_ip_udp.sv"])
