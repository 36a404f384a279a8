"""The whole card in the bench: three drifting clocks, a MAC, an AXI4-Lite host, the ring in a Python memory."""

import logging
import random
from collections import deque

import cocotb
from cocotb.triggers import RisingEdge, Timer
from cocotbext.axi import AxiLiteBus, AxiLiteMaster
from card_lib.clock import DriftingClock
from card_lib.host import Suffixed
from contract.regs import COUNTERS, REGISTERS
from lib.structs import MAC_BEAT, PROBE
from line_model.crc import crc32c
from line_model.decode import decode_line

import frames

M64 = (1 << 64) - 1


class Card:
    """Drives `escapement_top`. `ring` maps addresses to lines, `lines` holds them in order of arrival."""

    def __init__(self, dut, rx_ps=6400, core_ps=6400, host_ps=4000):
        self.dut = dut
        self.clocks = {"rx": DriftingClock(dut.rx_clk_i, rx_ps), "rx_b": DriftingClock(dut.rx_b_clk_i, rx_ps),
                       "core": DriftingClock(dut.core_clk_i, core_ps), "host": DriftingClock(dut.host_clk_i, host_ps)}
        for name in ("rx", "rx_b", "core", "host"):
            getattr(dut, f"{name}_rst_ni").value = 0
        dut.rx_valid_i.value = dut.rx_b_valid_i.value = 0
        dut.rx_beat_i.value = dut.rx_b_beat_i.value = 0
        dut.time_step_valid_i.value = 0
        dut.time_step_ns_i.value = 0
        dut.wr_ready_i.value = 0
        logging.getLogger(f"cocotb.{dut._name}.s_axil").setLevel(logging.WARNING)
        bus = AxiLiteBus.from_prefix(Suffixed(dut), "s_axil")
        self.axil = AxiLiteMaster(bus, dut.host_clk_i, dut.host_rst_ni, reset_active_level=False)
        self.memory, self.lines, self.writes = {}, [], []
        self.write_stall = lambda: False
        self.irqs = []
        self.probes, self.latencies = deque(), []
        self.accepts, self.counts = deque(), deque()
        self.queue = deque()
        self.sending = False
        self.tasks = [cocotb.start_soon(c) for c in (self._mac(), self._host(), self._probe())]

    async def reset(self, *sides):
        """Resets the given sides (all by default) for a while."""
        for side in sides or ("rx", "rx_b", "core", "host"):
            getattr(self.dut, f"{side}_rst_ni").value = 0
        await Timer(random.randint(60_000, 120_000), "ps")
        for side in sides or ("rx", "rx_b", "core", "host"):
            getattr(self.dut, f"{side}_rst_ni").value = 1
        await Timer(200_000, "ps")

    # Registers.
    async def read(self, name):
        return await self.read_at(REGISTERS[name].offset)

    async def read_at(self, offset):
        answer = await self.axil.read(offset, 8)
        assert int(answer.resp) == 0, f"read of {offset:#x}: response {int(answer.resp)}"
        return int.from_bytes(answer.data, "little")

    async def write(self, name, value=None, **fields):
        value = REGISTERS[name].pack(**fields) if value is None else value
        answer = await self.axil.write(REGISTERS[name].offset, value.to_bytes(8, "little"))
        assert int(answer.resp) == 0, f"write of {name}: response {int(answer.resp)}"

    async def counters(self, *prefixes):
        """Snapshot, then all counters whose names start with one of the prefixes (all without any)."""
        await self.write("CONTROL", self.control | 1 << 8)
        names = [name for name in COUNTERS if not prefixes or name.startswith(prefixes)]
        return {name: await self.read_at(0x1000 + 8 * COUNTERS[name]) for name in names}

    async def configure(self, symbols, *, protocol=frames.TOPS, early=False, size_log2=8, broadcast=False, refresh=0, feed=5,
                        base=0x1_0000_0000, tick=100):
        """Everything that the driver would write before the start. `symbols`: list, slot = place."""
        self.base, self.size_log2, self.feed, self.broadcast = base, size_log2, feed, broadcast
        await self.write("FEED_GROUP", address=frames.GROUP, port=frames.PORT, feed=feed)
        await self.write("FEED_PROTOCOL", id=protocol, channel=0)
        await self.write("RING_BASE", iova=base)
        await self.write("RING_TAIL", lines=0)
        await self.write("RING_CONTROL", size_log2=size_log2, broadcast=int(broadcast), enable=1)
        await self.write("REFRESH_INTERVAL", ns=refresh)
        for slot, name in enumerate(symbols):
            symbol = frames.symbol(name)
            row = crc32c(symbol) & 0xFF
            await self.write("MAP_SYMBOL", value=int.from_bytes(symbol, "little"))
            await self.write("MAP_COMMAND", way=0, index=row, slot=slot, valid=1, go=1)
            await self.write("SLOT_TICK", tick=tick, recip=-(-(1 << 32) // tick))
            await self.write("SLOT_COMMAND", slot=slot, kind=3, go=1)
        self.control = REGISTERS["CONTROL"].pack(enable=1, early=int(early), time_follow=1)
        await self.write("CONTROL", self.control)

    # MAC.
    def send(self, data, stamp, bad=False, gap=3, line="a"):
        """Queues a frame of a line. Frames of both lines come one after the other."""
        self.queue.append((data, stamp, bad, gap, line))

    async def drained(self, cycles=200_000):
        """All frames in, nothing in flight, everything in memory."""
        quiet = 0
        for _ in range(cycles):
            await RisingEdge(self.dut.core_clk_i)
            # The core is idle when the last write has left it; a stalling host may leave it on offer for long.
            busy = self.queue or self.sending or self.dut.idle_o.value != 1 or self.dut.wr_valid_o.value == 1
            quiet = 0 if busy else quiet + 1
            if quiet == 60:
                return
        raise AssertionError("the card never came to rest")

    async def _mac(self):
        dut = self.dut
        ports = {"a": (dut.rx_valid_i, dut.rx_beat_i, dut.rx_room_o, RisingEdge(dut.rx_clk_i)),
                 "b": (dut.rx_b_valid_i, dut.rx_b_beat_i, dut.rx_b_room_o, RisingEdge(dut.rx_b_clk_i))}
        before = "a"
        while True:
            if not self.queue:
                await ports["a"][3]
                continue
            valid, port, room, edge = ports[self.queue[0][4]]
            if self.queue[0][4] != before:
                before = self.queue[0][4]
                # The line before is through its front end: then the order is that of the stamps.
                for _ in range(12):
                    await edge
                while int(dut.rx_busy_o.value):
                    await edge
                await edge
            if room.value != 1:
                await edge
                continue
            self.sending = True
            data, stamp, bad, gap, _ = self.queue.popleft()
            for at in range(0, len(data), 8):
                part = data[at:at + 8]
                last = at + 8 >= len(data)
                port.value = MAC_BEAT.pack({"stamp": stamp, "err": int(bad and last), "last": int(last),
                                            "keep": (1 << len(part)) - 1, "data": int.from_bytes(part, "little")})
                valid.value = 1
                await edge
            valid.value = 0
            for _ in range(gap):
                await edge
            self.sending = False

    # Host side of the write port.
    async def _host(self):
        dut, edge, held = self.dut, RisingEdge(self.dut.host_clk_i), None
        while True:
            ready = not self.write_stall()
            dut.wr_ready_i.value = int(ready)
            await edge
            if dut.host_rst_ni.value != 1:
                held = None
                continue
            if dut.irq_o.value == 1:
                self.irqs.append(len(self.lines))
            if dut.wr_valid_o.value != 1:
                assert held is None, "a write was withdrawn"
                continue
            item = (int(dut.wr_addr_o.value), int(dut.wr_data_o.value))
            assert held is None or held == item, "a write changed before it was taken"
            held = None if ready else item
            if ready:
                address, line = item[0], item[1].to_bytes(64, "little")
                self.memory[address] = line
                self.lines.append(line)
                self.writes.append(address)
                self.counts.append(len(decode_line(line)[1]))
                self._match()

    async def _probe(self):
        dut, edge = self.dut, RisingEdge(self.dut.core_clk_i)
        while True:
            await edge
            if dut.core_rst_ni.value != 1:
                continue
            if dut.probe_valid_o.value == 1:
                self.probes.append(PROBE.unpack(int(dut.probe_o.value)))
            if dut.line_accept_o.value == 1:
                self.accepts.append((int(dut.core_cycle_o.value), int(dut.line_entries_o.value)))
                self._match()

    def _match(self):
        while self.accepts and self.counts:
            (cycle, entries), count = self.accepts.popleft(), self.counts.popleft()
            assert entries == count, f"a line of {count} entries was said to have {entries}"
            for _ in range(count):
                probe = self.probes.popleft()
                self.latencies.append((cycle - probe["t_in"] & 0xFFFFFFFF, probe))

    def forget(self):
        """After a reset: what was seen so far does not count."""
        self.memory.clear()
        for log in (self.lines, self.writes, self.irqs, self.latencies):
            log.clear()
        for log in (self.probes, self.accepts, self.counts, self.queue):
            log.clear()

    def entries(self):
        """All entries of all lines; checks sequence, feed and addresses on the way."""
        result = []
        for k, (line, address) in enumerate(zip(self.lines, self.writes)):
            header, entries = decode_line(line)
            assert header["seq"] == k and header["feed"] == self.feed, f"line {k}: {header}"
            assert address == self.base + (k % (1 << self.size_log2)) * 64, f"line {k} at {address:#x}"
            result += entries
        return result

    def stop(self):
        """Ends all tasks, so that the next test starts anew."""
        for task in [*self.tasks, *(clock.task for clock in self.clocks.values())]:
            task.cancel()


