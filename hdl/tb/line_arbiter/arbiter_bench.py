"""The arbiter with its streams, card time beside it, its pulses counted; and the comparison with the reference."""

import random
from collections import Counter, deque

import cocotb
from cocotb.triggers import FallingEdge, ReadOnly, RisingEdge
from lib import stream
from lib.arbiter_reference import Arbiter
from lib.clocking import reset
from lib.structs import EV, EV_KIND, PKT, REC, REC_KIND

KIND = {number: name for name, number in EV_KIND.items()}
FIELDS = {"EvMsg": ("seq", "len", "data", "first_of_frame"), "EvGap": ("seq", "count"), "EvRestart": ("count",),
          "EvVoid": ("seq", "count", "len"), "EvVisit": ("len",), "EvHeartbeat": ("seq",),
          "EvSlot": ("seq", "count", "len")}
PULSES = ("late", "duplicate", "stale", "gaps", "gap_window", "reorder_full", "restarts", "load_message", "load_mark", "load_refusal",
          "lost_range_evicted")


def plain(item):
    """The fields of an event that its kind defines."""
    kind = KIND[item["kind"]]
    return {"kind": kind, **{k: item[k] for k in ("hw_time", "msg_index", "bad") + FIELDS[kind]}}


def records(p):
    """The records of a packet, as words."""
    pkt = {"stamp": p.stamp, "send_time": p.send_time, "offset": p.offset, "first_seq": p.first_seq, "session": p.session,
           "count": len(p.messages)}
    yield REC.pack({"kind": REC_KIND["RecPkt"], "data": PKT.pack(pkt)})
    for m in p.messages:
        yield REC.pack({"kind": REC_KIND["RecMsg"], "len": len(m), "data": int.from_bytes(m[:50], "little"),
                        "t_in": random.getrandbits(32), "unloaded": random.getrandbits(1)})
    if p.bad is not None:
        yield REC.pack({"kind": REC_KIND["RecEnd"], "data": p.bad})


class Bench:
    """The module in one mode, and the reference in the same."""

    def __init__(self, dut, slots, places, *, follow=True, interval=0, mold=False, lines=1, window=1_000_000,
                 stall_a=stream.always, stall_b=stream.always, stall_out=stream.always, ns_per_cycle=6):
        self.dut, self.follow, self.ns = dut, follow, ns_per_cycle
        self.ref = Arbiter(slots, interval, places, mold, lines, window)
        self.count, self.types, self.time, self.times = Counter(), [], 0, []
        for name, value in (("time_follow", follow), ("mold", mold), ("lines", lines), ("gap_window", window),
                            ("refresh_interval", interval), ("refresh_now", 0), ("flush", 0), ("time_ns", 0), ("step_valid", 0),
                            ("step_ns", 0), ("load_go", 0), ("load_seq", 0), ("load_kind", 0), ("load_slot", 0), ("load_len", 0), ("load_generation", 0),
                            ("load_data", 0), ("cycle", 0)):
            getattr(dut, f"{name}_i").value = int(value)
        self.sources = [stream.source(dut, "rec_a", dut.clk_i, REC, stall_a), stream.source(dut, "rec_b", dut.clk_i, REC, stall_b)]
        self.sink = stream.sink(dut, "ev", dut.clk_i, EV, stall_out, on_item=lambda *_: self.times.append(self.time))
        self.packets = [deque(), deque()]  # sent, not begun
        self.running = [deque(), deque()]  # messages (or the end) of the packet that runs
        self.last_line = None  # of the packet sent last, for tests that keep an order
        self.order = None  # with a list: what was taken, in the order seen at the ports
        self.task = cocotb.start_soon(self._watch())

    async def _watch(self):
        dut = self.dut
        while True:
            await RisingEdge(dut.clk_i)
            if dut.rst_ni.value != 1:
                continue
            if self.order is not None:
                # A packet begins one cycle before this pulse, so before what is taken now.
                if dut.follow_valid_o.value == 1:
                    self.order.append(("packet", int(dut.follow_ns_o.value)))
                for line, name in enumerate("ab"):
                    if getattr(dut, f"rec_{name}_valid_i").value == 1 and getattr(dut, f"rec_{name}_ready_o").value == 1:
                        if REC.unpack(int(getattr(dut, f"rec_{name}_i").value))["kind"] != REC_KIND["RecPkt"]:
                            self.order.append(("record", line))
            for name in PULSES:
                self.count[name] += getattr(dut, f"{name}_o").value == 1
            for name in ("late", "duplicate", "stale"):
                if getattr(dut, f"{name}_o").value == 1:
                    self.count["b", name] += int(dut.refused_b_o.value)
            for name in ("copies", "delivered"):
                pulses = int(getattr(dut, f"{name}_o").value)
                self.count[name, 0] += pulses & 1
                self.count[name, 1] += pulses >> 1
                if name == "delivered" and pulses:
                    self.types.append(None if dut.type_none_o.value == 1 else int(dut.type_o.value))
            if dut.lost_valid_o.value == 1:
                self.count["lost"] += int(dut.lost_o.value)
            if self.follow:
                if dut.follow_valid_o.value == 1:
                    self.time = max(self.time, int(dut.follow_ns_o.value))
                if dut.step_valid_i.value == 1:
                    self.time = max(self.time, int(dut.step_ns_i.value))
            else:
                self.time += self.ns
            dut.time_ns_i.value = self.time

    async def start(self):
        await reset(self.dut)

    async def settle(self, quiet_cycles=10):
        """Until everything sent is done."""
        for source in self.sources:
            await source.drained()
        quiet = 0
        while quiet < quiet_cycles:
            await RisingEdge(self.dut.clk_i)
            quiet = 0 if self.dut.busy_o.value == 1 else quiet + 1

    async def pulse(self, name, **values):
        """One cycle of an input, with the levels that belong to it."""
        for key, value in values.items():
            getattr(self.dut, key).value = value
        getattr(self.dut, name).value = 1
        await RisingEdge(self.dut.clk_i)
        getattr(self.dut, name).value = 0

    async def step(self, now, settled=True):
        """A time step; `settled`: when everything before it is done, and waits until its timers are."""
        if settled:
            await self.settle()
        self.ref.time_passes(now)
        await self.pulse("step_valid_i", step_ns_i=now)
        if settled:
            await ReadOnly()
            await RisingEdge(self.dut.clk_i)
            while self.dut.busy_o.value == 1:
                await RisingEdge(self.dut.clk_i)

    async def flush(self):
        """CONTROL.flush once everything before it is done."""
        await self.settle()
        self.ref.flush()
        await self.pulse("flush_i")

    async def load(self, stamp, kind, slot=0, data=b"", settled=True, generation=0):
        """A load by the host; `settled`: when everything before it is done."""
        if settled:
            await self.settle()
            self.ref.load(stamp, kind, slot, data, generation)
        await self.pulse("load_go_i", load_seq_i=stamp, load_kind_i=kind, load_slot_i=slot, load_len_i=len(data),
                         load_generation_i=generation, load_data_i=int.from_bytes(data[:40], "little"))
        while self.dut.load_pending_o.value == 1:
            await RisingEdge(self.dut.clk_i)
        return self.dut.load_refused_o.value == 0

    async def set_lines(self, lines):
        """LINES.configured."""
        await self.settle()
        self.ref.configured = lines
        self.dut.lines_i.value = lines

    def send(self, line, p):
        """A packet of one line; the reference takes it at once."""
        self.ref.packet(p, line)
        for word in records(p):
            self.sources[line].send(word)

    async def send_both(self, packets_a, packets_b):
        """Packets of both lines, all there at once: the stamps decide. Gives the kinds of choices made."""
        chosen = Counter()
        queues = [[(p, m) for p in packets for m in [None, *p.messages, *([p.bad] if p.bad is not None else [])]]
                  for packets in (packets_a, packets_b)]
        at = [0, 0]
        while at[0] < len(queues[0]) or at[1] < len(queues[1]):
            heads = [queue[i] if i < len(queue) else None for queue, i in zip(queues, at)]
            if heads[0] and heads[1]:
                a, b = heads[0][0].stamp, heads[1][0].stamp
                line = int(b < a)
                chosen["tie" if a == b else "B smaller" if line else "A smaller"] += 1
            else:
                line = int(heads[0] is None)
            p, item = heads[line]
            at[line] += 1
            if item is None:
                self.ref.begin(line, p)
            elif isinstance(item, bytes):
                self.ref.message(line, item)
            else:
                self.ref.end(line, item)
        await self.settle()
        await FallingEdge(self.dut.clk_i)
        for line, packets in enumerate((packets_a, packets_b)):
            for p in packets:
                for word in records(p):
                    self.sources[line].send(word)
        await self.settle()
        return chosen

    def send_watched(self, line, p):
        """A packet for the reference to take in the order seen at the ports; its stamp is of no other packet."""
        self.order = [] if self.order is None else self.order
        self.packets[line].append(p)
        for word in records(p):
            self.sources[line].send(word)

    async def replay_order(self):
        """The reference takes what was sent by `send_watched`, as the module took it."""
        await self.settle()
        for what, value in self.order:
            if what == "packet":
                (line,) = (n for n in (0, 1) if self.packets[n] and self.packets[n][0].stamp == value)
                p = self.packets[line].popleft()
                self.running[line] = deque([*p.messages, *([p.bad] if p.bad is not None else [])])
                self.ref.begin(line, p)
            else:
                item = self.running[value].popleft()
                if isinstance(item, bytes):
                    self.ref.message(value, item)
                else:
                    self.ref.end(value, item)
        self.order = []
        assert not any(self.packets) and not any(self.running)

    async def compare(self):
        """Everything that came out, and everything counted, with the reference; ends the bench."""
        await self.settle()
        got = [plain(i) for i in self.sink.items]
        for number, (have, want) in enumerate(zip(got, self.ref.events)):
            assert have == want, f"event {number}: {have} instead of {want}"
        assert len(got) == len(self.ref.events), (len(got), len(self.ref.events), got[-3:], self.ref.events[-3:])
        c, r = self.count, self.ref.count
        names = [*PULSES[:-1], "lost", ("b", "late"), ("b", "duplicate"), ("b", "stale")]
        names += [(n, line) for n in ("copies", "delivered") for line in (0, 1)]
        assert {n: c[n] for n in names} == {n: r[n] for n in names}
        assert c["lost_range_evicted"] == r["evicted"]
        assert self.types == self.ref.types
        copies = c["copies", 0] + c["copies", 1]
        assert copies == c["late"] + c["duplicate"] + c["stale"] + self.ref.delivered() + self.ref.in_flight()
        seen = int(self.dut.seen_o.value)
        assert [seen & (1 << 64) - 1, seen >> 64] == [line.last_seen for line in self.ref.lines]
        self.stop()

    def stop(self):
        self.task.cancel()
        for source in self.sources:
            source.stop()
        self.sink.stop()
