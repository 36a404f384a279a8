"""csr, axil_cdc, counter_bank: every register from the host's clock to the core and back; coherent counter snapshots."""

import logging
import random

import cocotb
from cocotb.triggers import ClockCycles, RisingEdge, Timer
from cocotbext.axi import AxiLiteBus, AxiLiteMaster
from card_lib.clock import DriftingClock
from card_lib.host import Suffixed
from contract.regs import COUNTERS, REGISTERS
from lib.bench import RTL, run
from lib.coverage import Coverage
from lib.structs import _parse
from line_model.build import WHOLE

_, _, STRUCTS = _parse((RTL / "csr_pkg.sv").read_text())
CONFIG, STROBE = STRUCTS["config_t"], STRUCTS["strobe_t"]
BASE = 0x1000
AMOUNT = {"events_lost": "lost_i", "events_voided_messages": "voided_i", "output_ticks_written": "ticks_written_i",
          "output_entries_written": "entries_written_i"}
DISPOSITIONS = [name for name in COUNTERS if name.startswith("dispositions_")]

# Register field -> field of config_t; what is not here is a strobe or kept by the register block alone.
FIELDS = {
    "CONTROL": {"enable": "enable", "early": "early", "time_follow": "time_follow"},
    "CHECKS": {"ip_checksum": "ip_checksum", "udp_checksum": "udp_checksum"},
    "FEED_GROUP": {"address": "group", "port": "port", "feed": "feed"},
    "FEED_GROUP_B": {"address": "group_b", "port": "port_b"}, "LINES": {"configured": "lines"}, "GAP_WINDOW": {"ns": "gap_window_ns"},
    "FEED_PROTOCOL": {"id": "protocol", "transport": "mold", "channel": "channel"},
    "TIME_SET": {"ns": "time_set_ns"}, "TIME_RATE": {"inc": "time_rate"}, "REFRESH_INTERVAL": {"ns": "refresh_interval_ns"},
    "RECENTRE_RUN": {"value": "recentre_run"}, "LINE_CLOCK": {"units": "line_clock"}, "RING_BASE": {"iova": "ring_base"},
    "RING_CONTROL": {"size_log2": "ring_size_log2", "broadcast": "ring_broadcast", "enable": "ring_enable"},
    "RING_TAIL": {"lines": "ring_tail"}, "IRQ_CONTROL": {"enable": "irq_enable", "holdoff_ns": "irq_holdoff_ns"},
    "MAP_SYMBOL": {"value": "map_symbol"},
    "MAP_COMMAND": {"way": "map_way", "index": "map_index", "slot": "map_slot", "valid": "map_valid"},
    "SLOT_TICK": {"tick": "slot_tick", "recip": "slot_recip"}, "SLOT_CENTRE": {"price": "slot_centre"},
    "SLOT_COMMAND": {"slot": "slot", "kind": "slot_kind"},
    **{f"LOAD_DATA{i}": {"value": f"load_data{i}"} for i in range(5)}, "LOAD_SEQUENCE": {"value": "load_stamp"},
    "LOAD_COMMAND": {"length": "load_length", "kind": "load_kind", "slot": "load_slot"},
}
PULSES = {("CONTROL", "snapshot"): "snapshot", ("CONTROL", "core_reset"): "core_reset", ("CONTROL", "refresh_now"): "refresh_now",
          ("CONTROL", "flush"): "flush"}
ON_WRITE = {"TIME_SET": "time_set", "MAP_COMMAND": "map_go", "SLOT_COMMAND": "slot_go", "LOAD_COMMAND": "load_go"}
STRIPPED = {("CONTROL", name) for name in ("snapshot", "core_reset", "refresh_now", "flush")}


class Bench:
    """Host with an AXI4-Lite master; core side with a monitor of strobes and a model of the counters."""

    def __init__(self, dut, host_ps, core_ps):
        self.dut = dut
        dut.host_rst_ni.value = dut.core_rst_ni.value = 0
        self.clocks = {"host": DriftingClock(dut.host_clk_i, host_ps), "core": DriftingClock(dut.core_clk_i, core_ps)}
        for name in ("card_time_i", "ring_head_i", "line_seen_a_i", "line_seen_b_i", "load_pending_i", "load_refused_i",
                     "next_sequence_i", "idle_i", "clear_i", "inc_i", "inc2_i", *AMOUNT.values()):
            getattr(dut, name).value = 0
        logging.getLogger(f"cocotb.{dut._name}.s_axil").setLevel(logging.WARNING)
        bus = AxiLiteBus.from_prefix(Suffixed(dut), "s_axil")
        self.axil = AxiLiteMaster(bus, dut.host_clk_i, dut.host_rst_ni, reset_active_level=False)
        self.strobes = []
        self.counts, self.snapshot = [0] * len(COUNTERS), [0] * len(COUNTERS)
        self.in_flight = self.snapshot_in_flight = 0
        self.count_p = 0.0
        self.task = cocotb.start_soon(self._core())

    async def reset(self):
        await Timer(100, "ns")
        assert int(self.dut.strobe_o.value) == 0, "a strobe in a reset"
        self.dut.host_rst_ni.value = self.dut.core_rst_ni.value = 1
        await Timer(200, "ns")

    async def read(self, offset):
        answer = await self.axil.read(offset, 8)
        assert int(answer.resp) == 0
        return int.from_bytes(answer.data, "little")

    async def write(self, offset, value):
        answer = await self.axil.write(offset, value.to_bytes(8, "little"))
        assert int(answer.resp) == 0

    def config(self):
        return CONFIG.unpack(int(self.dut.config_o.value))

    async def _core(self):
        dut, edge, before = self.dut, RisingEdge(self.dut.core_clk_i), {}
        while True:
            inc = inc2 = 0
            amounts = dict.fromkeys(AMOUNT, 0)
            if random.random() < self.count_p:
                inc, inc2, amounts = self._random_counts()
            dut.inc_i.value, dut.inc2_i.value = inc, inc2
            for name, amount in amounts.items():
                getattr(dut, AMOUNT[name]).value = amount
            await edge
            strobe = STROBE.unpack(int(dut.strobe_o.value))
            for name, on in strobe.items():
                assert not (on and before.get(name)), f"{name} for two cycles"
                if on:
                    self.strobes.append((name, self.config()))
            before = strobe
            if strobe["snapshot"]:
                self.snapshot, self.snapshot_in_flight = list(self.counts), self.in_flight
            for i in range(len(COUNTERS)):
                self.counts[i] += (inc >> i & 1) + (inc2 >> i & 1)
            for name, amount in amounts.items():
                self.counts[COUNTERS[name]] = self.counts[COUNTERS[name]] + amount & (1 << 64) - 1
            self.in_flight += sum(inc >> COUNTERS[name] & 1 for name in ("copies_in_a", "copies_in_b", "loads_messages"))
            self.in_flight -= sum((inc >> COUNTERS[name] & 1) + (inc2 >> COUNTERS[name] & 1) for name in DISPOSITIONS)

    def _random_counts(self):
        if random.random() < 0.3:
            return self._one_count()
        inc, inc2 = random.getrandbits(len(COUNTERS)), 0
        for name, i in COUNTERS.items():
            if name in AMOUNT or (name in DISPOSITIONS and random.random() < 0.7):
                inc &= ~(1 << i)
        for name, i in COUNTERS.items():
            if name.startswith(("frames_", "bframes_")) or (name in DISPOSITIONS and random.random() < 0.1):
                inc2 |= random.getrandbits(1) << i
        if sum((inc >> COUNTERS[name] & 1) + (inc2 >> COUNTERS[name] & 1) for name in DISPOSITIONS) > min(self.in_flight, 8):
            for name in DISPOSITIONS:
                inc &= ~(1 << COUNTERS[name])
                inc2 &= ~(1 << COUNTERS[name])
        return inc, inc2, {"events_lost": random.choice([0, 1, random.getrandbits(60)]), "events_voided_messages": random.getrandbits(11),
                           "output_ticks_written": random.getrandbits(5), "output_entries_written": random.getrandbits(5)}

    def _one_count(self):
        """A single counter moves, once or, if it can, by its second pulse alone."""
        name, i = random.choice(list(COUNTERS.items()))
        if name in AMOUNT or (name in DISPOSITIONS and not self.in_flight):
            name, i = "copies_in_a", COUNTERS["copies_in_a"]
        second = name in DISPOSITIONS or name.startswith(("frames_", "bframes_"))
        inc, inc2 = (0, 1 << i) if second and random.random() < 0.5 else (1 << i, 0)
        return inc, inc2, dict.fromkeys(AMOUNT, 0)

    def stop(self):
        for task in [self.task, *(clock.task for clock in self.clocks.values())]:
            task.cancel()


def stored(name, value):
    """What a register keeps of a written value: its fields, without self-clearing bits."""
    register = REGISTERS[name]
    return sum(f.put(f.get(value)) for field, f in register.fields.items() if (name, field) not in STRIPPED)


@cocotb.test()
async def registers_hold_what_is_written(dut):
    """Every register, random values, at several clock ratios: read back, seen by the core, strobes once a write."""
    cov = Coverage("csr")
    cov.bins("written", [name for name, r in REGISTERS.items() if "w" in r.access])
    cov.bins("read", list(REGISTERS))
    cov.bins("strobe", [*PULSES.values(), *ON_WRITE.values()])
    assert set(FIELDS) | {"SCRATCH", "TIME_QUALITY"} == {name for name, r in REGISTERS.items() if "w" in r.access}
    for host_ps, core_ps in [(4000, 6400), (9000, 3000), (6400, 6390)]:
        bench = Bench(dut, host_ps, core_ps)
        await bench.reset()
        values = {name: stored(name, register.reset) for name, register in REGISTERS.items()}
        for name in values:
            if "w" in REGISTERS[name].access:
                assert await bench.read(REGISTERS[name].offset) == values[name], f"{name} after reset"
        # Each register once with all bits set, so that every strobe is given, then any.
        plan = [(name, (1 << 64) - 1) for name in random.sample(list(REGISTERS), len(REGISTERS))]
        plan += [(random.choice(list(REGISTERS)), random.getrandbits(64)) for _ in range(120)]
        for name, value in plan:
            register = REGISTERS[name]
            if "w" in register.access:
                strobe_mark = len(bench.strobes)
                await bench.write(register.offset, value)
                await ClockCycles(dut.core_clk_i, 3)
                values[name] = stored(name, value)
                cov.hit(written=name)
                config = bench.config()
                for field, seen in FIELDS.get(name, {}).items():
                    assert config[seen] == register.fields[field].get(value), f"{name}.{field}"
                want = [PULSES[name, f] for f, where in register.fields.items() if (name, f) in PULSES and where.get(value)]
                want += [ON_WRITE[name]] if name in ON_WRITE else []
                got = bench.strobes[strobe_mark:]
                assert sorted(n for n, _ in got) == sorted(want), f"{name}: strobes {got}"
                for strobe, at in got:
                    cov.hit(strobe=strobe)
                    for field, seen in FIELDS[name].items():
                        assert at[seen] == register.fields[field].get(value), f"{name}.{field} late for {strobe}"
            elif random.random() < 0.3:
                await bench.write(register.offset, random.getrandbits(64))  # read only: nothing happens
            if "w" in register.access or name in ("MAGIC", "ABI_VERSION"):
                assert await bench.read(register.offset) == values[name], name
            cov.hit(read=name)
        bench.stop()
    cov.check()


@cocotb.test()
async def the_core_shows_through(dut):
    """Status, time, head, build hash and parameters."""
    bench = Bench(dut, 4000, 6400)
    await bench.reset()
    for _ in range(10):
        time, head, idle = random.getrandbits(64), random.getrandbits(64), random.getrandbits(1)
        seen_a, seen_b = random.getrandbits(64), random.getrandbits(64)
        dut.card_time_i.value, dut.ring_head_i.value, dut.idle_i.value = time, head, idle
        dut.line_seen_a_i.value, dut.line_seen_b_i.value = seen_a, seen_b
        await ClockCycles(dut.core_clk_i, 2)
        assert await bench.read(REGISTERS["CARD_TIME"].offset) == time
        assert await bench.read(REGISTERS["RING_HEAD"].offset) == head
        assert await bench.read(REGISTERS["LINE_SEEN_A"].offset) == seen_a
        assert await bench.read(REGISTERS["LINE_SEEN_B"].offset) == seen_b
        assert await bench.read(REGISTERS["STATUS"].offset) == 2 | idle
        pending, refused, sequence = random.getrandbits(1), random.getrandbits(1), random.getrandbits(64)
        dut.load_pending_i.value, dut.load_refused_i.value, dut.next_sequence_i.value = pending, refused, sequence
        await ClockCycles(dut.core_clk_i, 2)
        assert await bench.read(REGISTERS["LOAD_STATUS"].offset) == refused << 1 | pending
        assert await bench.read(REGISTERS["NEXT_SEQUENCE"].offset) == sequence
    assert await bench.read(REGISTERS["BUILD_HASH"].offset) == 0x0123456789ABCDEF
    assert await bench.read(REGISTERS["BOARD"].offset) == 7
    params = REGISTERS["PARAMS"].pack(slots=64, ladder=256, level_sets_log2=14, level_ways=16, map_log2=8, ports=2)
    assert await bench.read(REGISTERS["PARAMS"].offset) == params
    params = REGISTERS["PARAMS2"].pack(order_sets_log2=16, order_ways=16, reorder_log2=11)
    assert await bench.read(REGISTERS["PARAMS2"].offset) == params
    bench.stop()


@cocotb.test()
async def snapshots_are_coherent(dut):
    """Counters run on while they are read; a snapshot is one moment, ledger and messages in flight included."""
    bench = Bench(dut, 4000, 6400)
    await bench.reset()
    bench.count_p = 0.7
    for _ in range(4):
        await Timer(random.randint(6, 20), "us")  # long enough that every counter counts
        await bench.write(REGISTERS["CONTROL"].offset, 1 << 8)
        got = {name: await bench.read(BASE + 8 * i) for name, i in COUNTERS.items()}
        in_flight = REGISTERS["STATUS"].fields["in_flight"].get(await bench.read(REGISTERS["STATUS"].offset))
        assert got == {name: bench.snapshot[i] for name, i in COUNTERS.items()}
        assert in_flight == bench.snapshot_in_flight
        assert got["copies_in_a"] + got["copies_in_b"] + got["loads_messages"] == sum(got[name] for name in DISPOSITIONS) + in_flight
        assert all(got.values()), "a counter never counted"
    await bench.write(BASE, 5)  # counters cannot be written
    assert await bench.read(BASE) == bench.snapshot[0]
    bench.count_p = 0
    await ClockCycles(dut.core_clk_i, 2)
    dut.clear_i.value = 1
    await ClockCycles(dut.core_clk_i, 2)
    dut.clear_i.value = 0
    assert [await bench.read(BASE + 8 * i) for i in range(5)] == [0] * 5
    bench.stop()


@cocotb.test()
async def partial_writes_touch_their_bytes(dut):
    """Byte strobes."""
    bench = Bench(dut, 5000, 6400)
    await bench.reset()
    offset, value = REGISTERS["SCRATCH"].offset, 0
    for _ in range(30):
        start = random.randrange(8)
        data = random.randbytes(random.randint(1, 8 - start))
        await bench.axil.write(offset + start, data)
        mask = (1 << 8 * len(data)) - 1 << 8 * start
        value = value & ~mask | int.from_bytes(data, "little") << 8 * start
        assert await bench.read(offset) == value
    bench.stop()


@cocotb.test()
async def reads_and_writes_may_come_together(dut):
    """Both channels at once, many outstanding at the master: each gets its own answer, in order."""
    bench = Bench(dut, 4000, 6400)
    await bench.reset()
    order = []

    async def reader():
        for _ in range(40):
            assert await bench.read(0) == REGISTERS["MAGIC"].reset
            order.append("r")

    async def writer():
        for i in range(40):
            await bench.write(REGISTERS["SCRATCH"].offset, i)
            order.append("w")

    async def busy():
        """The crossing is busy from the request to the answer."""
        while True:
            await RisingEdge(dut.host_clk_i)
            answering = dut.s_axil_rvalid_o.value == 1 or dut.s_axil_bvalid_o.value == 1
            assert not answering or dut.axil_busy_o.value == 1, "an answer on offer, and not busy"

    watch = cocotb.start_soon(busy())
    tasks = [cocotb.start_soon(reader()), cocotb.start_soon(writer()), cocotb.start_soon(reader())]
    for task in tasks:
        await task
    watch.cancel()
    await Timer(300, "ns")
    assert dut.axil_busy_o.value == 0, "busy without an access"
    assert await bench.read(REGISTERS["SCRATCH"].offset) == 39
    assert "w" in order[:6] and "r" in order[:6], "one direction starves"
    bench.stop()


@cocotb.test()
async def a_dead_core_never_hangs_the_host(dut):
    """Core in reset or without clock at any moment: SLVERR in time, no late answer taken for a new one, then life again."""
    bench = Bench(dut, 4000, 6400)
    await bench.reset()
    failed = 0
    for round_ in range(30):
        dead = random.choice(["clock", "reset"])

        async def die(how=dead):
            await Timer(random.randint(1, 150), "ns")
            if how == "clock":
                bench.clocks["core"].running = False
            else:
                dut.core_rst_ni.value = 0
            await Timer(random.choice([50, 3000]), "ns")
            bench.clocks["core"].running = True
            dut.core_rst_ni.value = 1

        killer = cocotb.start_soon(die())
        for _ in range(6):
            answer = await bench.axil.read(0, 8)
            assert int(answer.resp) in (0, 2)
            if int(answer.resp) == 0:
                assert int.from_bytes(answer.data, "little") == REGISTERS["MAGIC"].reset
            else:
                failed += 1
                assert answer.data == b"\xff" * 8
            value = random.getrandbits(64)
            if int((await bench.axil.write(REGISTERS["SCRATCH"].offset, value.to_bytes(8, "little"))).resp) == 2:
                failed += 1
        await killer
        await Timer(2, "us")
        await bench.write(REGISTERS["SCRATCH"].offset, round_)
        assert await bench.read(REGISTERS["SCRATCH"].offset) == round_
    assert failed > 10, f"only {failed} accesses failed"
    bench.stop()


def test_csr():
    run("csr_bench", ["gen/escapement_regs.vlt", "gen/esc_counter_pkg.sv", "csr_pkg.sv", "gen/escapement_regs_pkg.sv", "sync2.sv",
                      "reset_link.sv", "async_fifo.sv", "axil_cdc.sv", "counter_bank.sv", "gen/escapement_regs.sv", "csr.sv",
                      "csr/csr_bench.sv"], {"Timeout": 256}, testname="test_csr", build_args=WHOLE)
