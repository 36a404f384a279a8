"""session: sequence, duplicates, late copies, gaps, restarts, voids, and the refresh timers in both time modes."""

import random
from collections import Counter

import cocotb
from cocotb.triggers import ReadOnly, RisingEdge
from lib import stream
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.session_reference import MASK, Packet, Session
from lib.structs import EV, EV_KIND, PKT, REC, REC_KIND

SLOTS = 5
KIND = {number: name for name, number in EV_KIND.items()}

COVERAGE = Coverage("session")
COVERAGE.bins("packet", ["in step", "gap", "overlap", "old", "heartbeat", "new session", "sequence restart",
                         "restart with gap", "first with gap", "wraps", "sequence 0", "old send time"])
COVERAGE.bins("verdict", ["late", "duplicate", "delivered", "void", "bad but nothing delivered", "evicted"])
COVERAGE.bins("visits_before_packet", ["0", "1", "2..", f"{SLOTS}.."])
COVERAGE.bins("steps", ["arms", "0 visits", "1 visit", "2.. visits", "back"])
COVERAGE.bins("free", ["visit while idle", "visit before a packet", "refresh now", "refresh now while busy"])


class Bench:
    """The module, card time emulated beside it."""

    def __init__(self, dut, follow, interval, stall_in, stall_out, ns_per_cycle=6):
        self.dut, self.follow, self.ns = dut, follow, ns_per_cycle
        self.count, self.types, self.time = Counter(), [], 0
        for name, value in (("time_follow_i", follow), ("refresh_interval_i", interval), ("refresh_now_i", 0), ("time_ns_i", 0),
                            ("step_valid_i", 0), ("step_ns_i", 0)):
            getattr(dut, name).value = value
        self.source = stream.source(dut, "rec", dut.clk_i, REC, stall_in)
        self.times = []
        self.sink = stream.sink(dut, "ev", dut.clk_i, EV, stall_out, on_item=self._on_event)
        self.task = cocotb.start_soon(self._watch())

    def _on_event(self, item, _):
        self.times.append(self.time)
        if not self.follow and KIND[item["kind"]] == "EvVisit" and self.dut.refresh_interval_i.value != 0:
            # A packet that waits for its visits was taken already; its messages stand at the input.
            COVERAGE.hit(free="visit before a packet" if self.dut.rec_valid_i.value == 1 else "visit while idle")

    async def _watch(self):
        dut = self.dut
        pulses = ("copies_valid", "late", "duplicate", "type_valid", "gaps", "restarts", "lost_range_evicted")
        while True:
            await RisingEdge(dut.clk_i)
            if dut.rst_ni.value != 1:
                continue
            for name in pulses:
                if getattr(dut, f"{name}_o").value == 1:
                    self.count[name] += 1
            if dut.gaps_o.value == 1:
                self.count["lost"] += int(dut.lost_o.value)
            if dut.type_valid_o.value == 1:
                self.types.append(None if dut.type_none_o.value == 1 else int(dut.type_o.value))
            if self.follow:
                if dut.follow_valid_o.value == 1:
                    self.time = max(self.time, int(dut.follow_ns_o.value))
                if dut.step_valid_i.value == 1:
                    self.time = max(self.time, int(dut.step_ns_i.value))
            else:
                self.time += self.ns
            dut.time_ns_i.value = self.time

    async def settle(self, quiet_cycles=10):
        await self.source.drained()
        quiet = 0
        while quiet < quiet_cycles:
            await RisingEdge(self.dut.clk_i)
            quiet = 0 if self.dut.busy_o.value == 1 else quiet + 1

    async def step(self, now, settled=True):
        """A time step; `settled`: when everything before it is done, and waits until its visits are."""
        if settled:
            await self.settle()
        self.dut.step_ns_i.value = now
        self.dut.step_valid_i.value = 1
        await RisingEdge(self.dut.clk_i)
        self.dut.step_valid_i.value = 0
        if settled:
            await ReadOnly()
            await RisingEdge(self.dut.clk_i)
            while self.dut.busy_o.value == 1:
                await RisingEdge(self.dut.clk_i)

    def send(self, p):
        pkt = {"stamp": p.stamp, "send_time": p.send_time, "offset": p.offset, "first_seq": p.first_seq,
               "session": p.session, "count": len(p.messages)}
        self.source.send({"kind": REC_KIND["RecPkt"], "data": PKT.pack(pkt)})
        for m in p.messages:
            self.source.send({"kind": REC_KIND["RecMsg"], "len": len(m), "data": int.from_bytes(m[:50], "little"),
                              "t_in": random.getrandbits(32), "unloaded": random.getrandbits(1)})
        if p.bad is not None:
            self.source.send({"kind": REC_KIND["RecEnd"], "data": p.bad})

    def stop(self):
        self.task.cancel()
        self.source.stop()
        self.sink.stop()


def plain(item):
    """The fields of an event that its kind defines."""
    kind = KIND[item["kind"]]
    extra = {"EvMsg": ("seq", "len", "data", "first_of_frame"), "EvGap": ("seq", "count"), "EvRestart": ("count",),
             "EvVoid": ("seq", "count", "len"), "EvVisit": ("len",), "EvHeartbeat": ("seq",)}[kind]
    return {"kind": kind, **{k: item[k] for k in ("hw_time", "msg_index", "bad") + extra}}


def random_packet(ref, stamp, shape=None):
    """A packet around the reference's state, and which shape it has (drawn, unless one is asked for)."""
    kinds = ["in step"] * 5 + ["gap"] * 2 + ["overlap", "overlap", "old", "old", "heartbeat", "sequence restart"]
    if random.random() < 0.25:
        kinds += ["new session", "restart with gap", "wraps", "sequence 0", "old send time"]
    shape = shape or (random.choice(kinds) if ref.have else "first with gap")
    session, first, offset, send = ref.session, ref.expected, random.getrandbits(64) | 1, ref.last_send + random.randrange(1, 99)
    messages = [random.randbytes(random.choice((0, 1, 10, 38, 50, 60))) for _ in range(random.randrange(1, 7))]
    if shape == "first with gap":
        session, first = random.getrandbits(32), random.choice((1, 1, 7))
        shape = "first with gap" if first > 1 else "in step"
    elif shape == "gap":
        first += random.choice((1, 2, 30))
    elif shape == "overlap":
        first = max(1, first - random.randrange(1, 4))
        messages += [b"more"] * 4
    elif shape == "old":
        first = max(1, first - random.randrange(1, 80))
        messages = messages[: max(0, ref.expected - first)]
    elif shape == "heartbeat":
        messages = []
    elif shape == "new session":
        session, first = session ^ (1 << random.randrange(32)), 1
    elif shape == "sequence restart":
        first, offset, messages = 1, 0, random.choice(([], messages))
    elif shape == "restart with gap":
        session, first = session ^ 1, random.randrange(2, 9)
    elif shape == "wraps":
        first = MASK - 2
    elif shape == "sequence 0":
        first = 0
    elif shape == "old send time":
        first, offset, send = 1, 0, ref.last_send
    bad = random.randrange(1, 19) if random.random() < 0.08 else None
    return shape, Packet(stamp, session, first & MASK, offset & MASK, send, messages, bad)


def give(bench, ref, shape, packet):
    """One packet to both; samples the coverage."""
    before, visits = dict(ref.count), len(ref.events)
    ref.packet(packet)
    bench.send(packet)
    visits = sum(e["kind"] == "EvVisit" for e in ref.events[visits:])
    COVERAGE.hit(packet=shape)
    COVERAGE.hit(visits_before_packet="0" if visits == 0 else "1" if visits == 1 else "2.." if visits < SLOTS else f"{SLOTS}..")
    delivered = ref.count["delivered"] - before["delivered"]
    for name in ("late", "duplicate", "delivered", "evicted"):
        if ref.count[name] != before[name]:
            COVERAGE.hit(verdict=name)
    if packet.bad is not None:
        COVERAGE.hit(verdict="void" if delivered else "bad but nothing delivered")


async def compare(bench, ref):
    """Everything that came out, and everything counted, with the reference; ends the bench."""
    await bench.settle()
    got = [plain(i) for i in bench.sink.items]
    for number, (have, want) in enumerate(zip(got, ref.events)):
        assert have == want, f"event {number}: {have} instead of {want}"
    assert len(got) == len(ref.events)
    c, r = bench.count, ref.count
    assert (c["copies_valid"], c["late"], c["duplicate"], c["type_valid"], c["gaps"], c["lost"], c["restarts"],
            c["lost_range_evicted"]) == (r["copies"], r["late"], r["duplicate"], r["delivered"], r["gaps"], r["lost"],
                                         r["restarts"], r["evicted"])
    assert c["copies_valid"] == c["late"] + c["duplicate"] + c["type_valid"]
    assert bench.types == ref.types
    bench.stop()


@cocotb.test()
async def every_shape_verdict_and_wait_is_met(dut):
    """Each bin on purpose: every shape after every wait, nine gaps of one session, ends of bad frames."""
    await start_clock(dut)
    interval = 50
    bench = Bench(dut, 1, interval, stream.always, stream.stalls(0.2))
    await reset(dut)
    ref, stamp = Session(SLOTS, interval), random.getrandbits(40)

    def packet(first, count, bad=None, session=7):
        messages = [random.randbytes(10) for _ in range(count)]
        return Packet(stamp, session, first, 5, ref.last_send + 1, messages, bad)

    give(bench, ref, "first with gap", packet(7, 2))
    for shape in ("in step", "gap", "overlap", "old", "heartbeat", "sequence restart", "in step", "old send time", "new session",
                  "restart with gap", "sequence 0", "wraps"):
        for wait in (0, interval, 3 * interval, 2 * SLOTS * interval):
            stamp += wait
            _, chosen = random_packet(ref, stamp, shape)
            chosen.bad = None
            give(bench, ref, shape, chosen)
    # Nine gaps: of the first nothing is remembered, of the second everything.
    give(bench, ref, "new session", packet(1, 1, session=8))
    first_lost = []
    for _ in range(9):
        first_lost.append(ref.expected)
        give(bench, ref, "gap", packet(ref.expected + 2, 1, session=8))
    evicted, late, duplicate = (ref.count[name] for name in ("evicted", "late", "duplicate"))
    assert evicted == 1
    give(bench, ref, "old", packet(first_lost[0], 2, session=8))
    give(bench, ref, "old", packet(first_lost[1], 2, session=8))
    assert (ref.count["late"], ref.count["duplicate"]) == (late + 2, duplicate + 2)
    give(bench, ref, "in step", packet(ref.expected, 3, bad=4, session=8))
    give(bench, ref, "old", packet(ref.expected - 1, 1, bad=4, session=8))
    await compare(bench, ref)
    assert bench.count["lost_range_evicted"] == 1


@cocotb.test()
async def events_follow_the_page(dut):
    await start_clock(dut)
    for interval, stall_in, stall_out in ((0, stream.always, stream.always), (50, stream.stalls(0.2), stream.stalls(0.4)),
                                          (1000, stream.always, stream.bursts(20, 20))):
        for _ in range(2):
            bench = Bench(dut, 1, interval, stall_in, stall_out)
            await reset(dut)
            ref, stamp = Session(SLOTS, interval), random.getrandbits(50)
            for _ in COVERAGE.rounds(170, "packet", "verdict", "visits_before_packet") if interval else range(170):
                stamp += random.choice((0, 1, 49, 50, 51, 120, 900, 2000))
                if random.random() < 0.1:
                    stamp -= 300
                give(bench, ref, *random_packet(ref, stamp))
            await compare(bench, ref)


@cocotb.test()
async def steps_of_follow_mode_fire_what_is_due_before_the_next_packet(dut):
    await start_clock(dut)
    for interval, stall in ((40, stream.always), (300, stream.stalls(0.4)), (0, stream.always)):
        bench = Bench(dut, 1, interval, stream.always, stall)
        await reset(dut)
        ref, stamp = Session(SLOTS, interval), random.getrandbits(40)
        for number in COVERAGE.rounds(120, "steps") if interval else range(120):
            stamp += random.choice((0, 1, 30, 40, 41, 200, 700))
            told = max(0, stamp - random.choice((0, 0, 0, 35, 1500)))
            # The first run begins with a step: only that sets the first visit's time.
            if random.random() < 0.6 or (number == 0 and interval == 40):
                visits = len(ref.events)
                armed = ref.next_due is not None
                ref.time_passes(told)
                visits = sum(e["kind"] == "EvVisit" for e in ref.events[visits:])
                if interval:
                    COVERAGE.hit(steps="arms" if not armed else "0 visits" if visits == 0 else "1 visit" if visits == 1 else "2.. visits")
                    if told < ref.time:
                        COVERAGE.hit(steps="back")
                await bench.step(told)
                # The step itself did it: nothing waits for a packet.
                assert len(bench.sink.items) == len(ref.events), f"step {number}"
            if random.random() < 0.7:
                _, packet = random_packet(ref, stamp)
                ref.packet(packet)
                bench.send(packet)
        await bench.settle()
        got = [plain(i) for i in bench.sink.items]
        for number, (have, want) in enumerate(zip(got, ref.events)):
            assert have == want, f"event {number}: {have} instead of {want}"
        assert len(got) == len(ref.events)
        bench.stop()


@cocotb.test()
async def a_step_right_before_a_packet_changes_no_order(dut):
    await start_clock(dut)
    bench = Bench(dut, 1, 25, stream.always, stream.stalls(0.3))
    await reset(dut)
    ref, stamp = Session(SLOTS, 25), 1000
    for number in range(80):
        stamp += random.choice((1, 24, 60, 300))
        _, packet = random_packet(ref, stamp)
        packet.bad = None
        ref.packet(packet)
        await bench.settle()
        # The packet reaches the input while the visits of the step go on.
        await bench.step(stamp, settled=False)
        for _ in range(random.randrange(4)):
            await RisingEdge(dut.clk_i)
        bench.send(packet)
    await bench.settle()
    assert [plain(i) for i in bench.sink.items] == ref.events
    bench.stop()


@cocotb.test()
async def free_mode_visits_on_time_also_when_idle(dut):
    await start_clock(dut)
    interval, ns = 200, 6
    bench = Bench(dut, 0, interval, stream.always, stream.always, ns)
    await reset(dut)
    messages, first_stamp = 0, None
    by_now = ("free='refresh now'", "free='refresh now while busy'")
    for number in COVERAGE.rounds(60, "free", but=by_now):
        for _ in range(random.choice((0, 3, 40, 200))):
            await RisingEdge(dut.clk_i)
        stamp = bench.time
        first_stamp = stamp if first_stamp is None else first_stamp
        bench.send(Packet(stamp, 9, messages + 1, 5, number, [b"x" * 10] * 3))
        messages += 3
        await bench.source.drained()
    for _ in range(400):
        await RisingEdge(dut.clk_i)
    items = [plain(i) for i in bench.sink.items]
    assert [i["seq"] for i in items if i["kind"] == "EvMsg"] == list(range(1, messages + 1))
    visits = [(i, t) for i, t in zip(items, bench.times) if i["kind"] == "EvVisit"]
    assert len(visits) > 30
    for k, (visit, now) in enumerate(visits):
        assert visit["hw_time"] == first_stamp + (k + 1) * interval and visit["len"] == k % SLOTS
        assert visit["hw_time"] <= now <= visit["hw_time"] + 12 * ns, "a visit before its time, or held back"
    beats = [i for i in items if i["kind"] == "EvHeartbeat"]
    assert len(beats) == sum(v["len"] == 0 for v, _ in visits)
    for a, b in zip(items, items[1:]):
        assert a["kind"] != "EvHeartbeat" or (b["kind"] == "EvVisit" and b["len"] == 0 and a["hw_time"] == b["hw_time"])
    bench.stop()


@cocotb.test()
async def refresh_now_visits_every_slot_once(dut):
    await start_clock(dut)
    bench = Bench(dut, 0, 0, stream.always, stream.stalls(0.3))
    await reset(dut)
    for busy in (False, True):
        bench.sink.items.clear()
        if busy:
            for number in range(20):
                bench.send(Packet(1, 9, 1 + 5 * number, 5, number, [b"abcdefghij"] * 5))
            for _ in range(15):
                await RisingEdge(dut.clk_i)
        dut.refresh_now_i.value = 1
        await RisingEdge(dut.clk_i)
        dut.refresh_now_i.value = 0
        asked = bench.time
        await bench.settle()
        items = [plain(i) for i in bench.sink.items]
        first = next(n for n, i in enumerate(items) if i["kind"] == "EvHeartbeat")
        block = items[first : first + SLOTS + 1]
        assert [i["kind"] for i in block] == ["EvHeartbeat"] + ["EvVisit"] * SLOTS
        assert [i["len"] for i in block[1:]] == list(range(SLOTS))
        assert len({i["hw_time"] for i in block}) == 1 and asked - 12 <= block[0]["hw_time"] <= asked + 600
        assert sum(i["kind"] == "EvVisit" for i in items) == SLOTS
        assert [i["seq"] for i in items if i["kind"] == "EvMsg"] == (list(range(1, 101)) if busy else [])
        if busy:
            done = sum(i["kind"] == "EvMsg" for i in items[:first])
            assert done % 5 == 0 and done < 100, "a refresh in the middle of a packet, or only after the burst"
        COVERAGE.hit(free="refresh now while busy" if busy else "refresh now")
    bench.stop()


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_session():
    run("session", ["lost_ranges.sv", "session.sv"], {"Slots": SLOTS})
