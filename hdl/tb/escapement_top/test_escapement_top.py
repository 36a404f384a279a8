"""escapement_top: real IEX frames in, ticks in a ring in memory out, across three unrelated drifting clocks."""

import random
from collections import Counter
from pathlib import Path

import cocotb
from cocotb.triggers import ClockCycles, Timer
from contract.regs import REGISTERS
from lib.bench import RTL, run
from lib.coverage import Coverage
from lib.stream import bursts, stalls
from line_model.build import WHOLE
from line_model.decode import decode_line

import frames
from card import Card
from tops_model import TopsModel, ticks_of

SYMBOLS = ["AAPL", "SPY", "IBM", "ZIEXT"]
TICK = 100
WRITES = {
    "Q": lambda v: frames.quote(v["time"], frames.symbol(v["symbol"]), v["bid"], v["bid_size"], v["ask"], v["ask_size"]),
    "T": lambda v: frames.trade(v["time"], frames.symbol(v["symbol"]), v["price"], v["size"]),
    "B": lambda v: frames.trade_break(v["time"], frames.symbol(v["symbol"]), v["price"], v["size"], v["id"]),
    "H": lambda v: frames.status(v["time"], frames.symbol(v["symbol"]), v["code"]),
    "P": lambda v: frames.short_sale(v["time"], frames.symbol(v["symbol"])),
    "S": lambda v: frames.system_event(v["time"], v["code"]),
}


def wire(message):
    """Bytes of one message."""
    return WRITES[message[0]](message[1])


class Market:
    """Random TOPS messages around walking prices."""

    def __init__(self):
        self.time = 1_500_000_000_000_000_000
        self.mid = {name: random.randint(10, 500) * 10_000 for name in [*SYMBOLS, "OTHER"]}

    def message(self):
        self.time += random.choice([0, 10, 1000, 100_000])
        kind = random.choices("QTBHPS", [10, 5, 1, 1, 1, 1])[0]
        name = random.choice([*SYMBOLS, "OTHER"])
        self.mid[name] += random.choice([0, 0, 100, -100, 50, 40_000, -40_000]) if random.random() < 0.5 else 0
        mid, v = self.mid[name], {"time": self.time, "symbol": name}
        if kind == "Q":
            v.update(bid=mid - 100, ask=mid + random.choice([100, 200]), bid_size=random.choice([0, 100, 100, 300]),
                     ask_size=random.choice([100, 100, 200]))
            v["bid"] = v["bid"] if v["bid_size"] else 0
        elif kind in "TB":
            v.update(price=mid, size=random.choice([100, 1, 50_000]), id=random.getrandbits(40))
        elif kind in "HS":
            v.update(code=random.choice([b"T", b"H"]))
        return kind, v

    def messages(self, most=6):
        return [self.message() for _ in range(random.randint(0, most))]


#: Events of the book's insides: its own bench checks them.
NOT_MODELLED = ("recentre_held", "refill_stalls", "refill_cycles")
DAMAGE = {"fcs": "bad_fcs", "group": "wrong_group", "port": "wrong_port", "ip": "bad_ip_checksum"}


def model():
    return TopsModel({name: slot for slot, name in enumerate(SYMBOLS)})


def nonzero(counters, group):
    """Counters of a group that counted, without the group's name."""
    return {name.removeprefix(f"{group}_"): n for name, n in counters.items() if name.startswith(f"{group}_") and n}


async def check_ledgers(card, want):
    """All counters from one snapshot: the three ledgers, and what the model or the lines say of each group."""
    c = await card.counters()
    in_flight = REGISTERS["STATUS"].fields["in_flight"].get(await card.read("STATUS"))
    disposed = nonzero(c, "dispositions")
    assert c["copies_in_a"] + c["copies_in_b"] == sum(disposed.values()) + in_flight
    assert in_flight == 0 and disposed == dict(want.dispositions), (disposed, want.dispositions)
    assert c["output_ticks_made"] == c["output_ticks_written"] + c["output_ticks_dropped"] == len(want.ticks), c
    assert nonzero(c, "ticks") == Counter(t["kind"] for t in want.ticks)
    assert nonzero(c, "frames") == +want.frames and nonzero(c, "messages") == +want.types
    assert {name: n for name, n in nonzero(c, "events").items() if name not in NOT_MODELLED} == +want.events
    entries = card.entries()
    if not c["output_ticks_dropped"] + c["output_control_dropped"]:
        kinds = Counter(e["kind"] for e in entries)
        assert c["output_recentres"] == kinds["recentre"] and c["output_refreshes"] == kinds["refresh"]
        assert c["output_escapes"] == sum(e["kind"] in ("bid", "ask", "trade") and e["code"] == 0 and "price" in e for e in entries)
        assert kinds["gap"] == want.declared
    assert c["output_interrupts"] == len(card.irqs)
    assert c["output_lines_written"] == len(card.lines) == await card.read("RING_HEAD")
    assert c["output_entries_written"] == sum(len(decode_line(line)[1]) for line in card.lines)
    return c


async def traffic(card, count, market, want, seq, stamp, bad_share=0.0, coverage=None):
    """Sends frames; returns the next sequence and stamp. Bad frames are repeated, as a B line would."""
    for _ in coverage.rounds(count, "frame") if coverage else range(count):
        messages = market.messages()
        payload = frames.segment([wire(m) for m in messages], seq, send_time=market.time)
        stamp += random.choice([100, 5_000, 1_000_000])
        damage = random.choice(["fcs", "group", "port", "ip"]) if random.random() < bad_share else None
        if damage:
            bad = frames.frame(payload, group=frames.GROUP + (damage == "group"), port=frames.PORT + (damage == "port"),
                               bad_ip_checksum=damage == "ip")
            card.send(bad, stamp, bad=damage == "fcs")
            want.bad_frame(DAMAGE[damage], messages)
        if random.random() < 0.1 and messages and seq > 1:
            card.send(frames.frame(payload), stamp)
            want.packet(seq, messages, stamp)
            coverage and coverage.hit(frame="copy")
        card.send(frames.frame(payload), stamp, gap=random.choice([3, 3, 10, 80]))
        want.packet(seq, messages, stamp)
        seq += len(messages)
        if random.random() < 0.03:
            seq += random.randint(1, 5)
            coverage and coverage.hit(frame="gap")
        coverage and coverage.hit(frame=damage or "good")
    return seq, stamp


@cocotb.test()
async def frames_become_the_ticks_of_the_model(dut):
    """Random TOPS traffic with damaged frames, copies, gaps and a stalling host, at several ratios of the clocks."""
    cov = Coverage("escapement_top")
    cov.bins("frame", ["good", "fcs", "group", "port", "ip", "copy", "gap"])
    cov.bins("clocks", ["rx slow", "rx fast", "host slow", "host fast"])
    for rx, core, host, stall, refresh in [(6400, 6400, 4000, None, 0), (6500, 5100, 9700, stalls(0.5), 300_000),
                                           (5900, 6600, 3100, bursts(20, 30), 0)]:
        card = Card(dut, rx, core, host)
        await card.reset()
        card.write_stall = stall or card.write_stall
        await card.configure(SYMBOLS, size_log2=12, refresh=refresh)
        want, market = model(), Market()
        await traffic(card, 120, market, want, 1, 10**18, bad_share=0.15, coverage=cov)
        await card.drained()
        assert ticks_of(card.entries(), TICK) == want.ticks
        counters = await check_ledgers(card, want)
        assert counters["output_ticks_dropped"] == 0
        assert (counters["output_refreshes"] > 0) == (refresh > 0)
        cov.hit(clocks="rx slow" if rx > core else "rx fast")
        cov.hit(clocks="host slow" if host > core else "host fast")
        card.stop()
    cov.check()


def unloaded_latencies(card, early, start):
    """(all that count, those behind a recentre of their own message): cycles of unloaded ticks from entry `start` on."""
    free, behind, last = [], [], None
    for number, ((cycles, probe), e) in enumerate(zip(card.latencies, card.entries(), strict=True)):
        if number >= start and probe["is_tick"] and probe["unloaded"] and (early or probe["first_of_frame"]):
            # The book writes a recentre between two ticks of one message; the second waits for its division.
            (behind if last == "recentre" else free).append(cycles)
        last = e["kind"]
    return free, behind


@cocotb.test()
async def unloaded_latency_is_within_the_budget(dut):
    """Last byte in to acceptance at the core's write port: 20 core cycles in early mode, 24 in whole mode."""
    for early, budget in [(True, 20), (False, 24)]:
        for messages in (1, 5):
            card = Card(dut)
            await card.reset()
            await card.configure(SYMBOLS, early=early)
            want, market, seq, stamp, start = model(), Market(), 1, 10**18, None
            for _ in range(61):
                batch = [market.message() for _ in range(messages)]
                stamp += 10_000
                card.send(frames.frame(frames.segment([wire(m) for m in batch], seq)), stamp)
                want.packet(seq, batch, stamp)
                seq += messages
                await card.drained()
                if start is None:
                    start = len(card.entries())  # early mode holds the first frame of a session until its end
            assert ticks_of(card.entries(), TICK) == want.ticks
            free, behind = unloaded_latencies(card, early, start)
            print(f"{'early' if early else 'whole'}, {messages} messages a frame: unloaded {min(free)}..{max(free)} cycles "
                  f"({len(free)} ticks), behind an own recentre up to {max(behind, default=0)} ({len(behind)} ticks), "
                  f"all ticks up to {max(c for c, p in card.latencies)}", flush=True)
            assert len(free) > 10
            assert max(free) <= budget
            card.stop()


@cocotb.test()
async def early_mode_voids_what_a_bad_frame_gave(dut):
    """Ticks of a bad frame that goes on where the line left off are out already: a void entry names exactly them, later ticks are
    flagged. Of others there is no trace."""
    card = Card(dut, 6400, 6300, 4100)
    await card.reset()
    await card.configure(SYMBOLS, early=True, size_log2=12)
    want, market, seq, stamp, voids = model(), Market(), 1, 10**18, []
    comes, held = None, 0  # the number that the line's next frame must begin with to be believed
    for _ in range(120):
        messages = market.messages()
        data = frames.frame(frames.segment([wire(m) for m in messages], seq))
        stamp += 100_000
        if random.random() < 0.2:
            card.send(data, stamp, bad=True, gap=20)
            first = max(want.expected, seq)
            released = seq == comes and seq != 1
            want.bad_frame("bad_fcs", messages, early=released)
            if released:
                want.packet(seq, messages, stamp, good=False)
                if want.expected > first:
                    voids.append((first, want.expected - first, 1))
                want.bad = 4
            held += not released
        if random.random() < 0.7:
            card.send(data, stamp, gap=20)
            want.packet(seq, messages, stamp)
            comes = seq + len(messages)
        seq += len(messages)
    await card.drained()
    entries = card.entries()
    assert ticks_of(entries, TICK) == want.ticks
    assert held and voids and [(e["first"], e["count"], e["disposition"]) for e in entries if e["kind"] == "void"] == voids
    await check_ledgers(card, want)
    card.stop()


@cocotb.test()
async def credit_is_never_overrun_and_drops_are_told(dut):
    """A ring of four lines with a slow reader: no unread line is overwritten; what was dropped is announced exactly."""
    card = Card(dut)
    await card.reset()
    await card.configure(SYMBOLS, size_log2=2)
    want, market = model(), Market()
    await traffic(card, 300, market, want, 1, 10**18)
    tail = 0
    for _ in range(20_000):
        await Timer(random.randint(100, 3000), "ns")
        assert len(card.lines) <= tail + 4, f"line {len(card.lines)} with tail {tail}"
        if len(card.lines) > tail and (random.random() < 0.02 or not (card.queue or card.sending)):
            tail = random.randint(tail + 1, len(card.lines))
            await card.write("RING_TAIL", lines=tail)
        if not (card.queue or card.sending) and dut.idle_o.value == 1 and tail == len(card.lines):
            break
    else:
        raise AssertionError("the ring never emptied")
    entries = card.entries()
    counters = await check_ledgers(card, want)
    told = sum(e["count"] for e in entries if e["kind"] == "ticks_dropped" and e["slot"] != 0xFFE)
    controls = sum(e["count"] for e in entries if e["kind"] == "ticks_dropped" and e["slot"] == 0xFFE)
    assert told == counters["output_ticks_dropped"] > 0, counters
    assert controls == counters["output_control_dropped"]
    assert counters["output_lines_refused"] > 0
    got = {(e["msg_index"], e["kind"]) for e in entries if "msg_index" in e}
    assert got <= {(t["msg_index"], t["kind"]) for t in want.ticks} and len(got) == counters["output_ticks_written"]
    card.stop()


@cocotb.test()
async def broadcast_wraps_and_interrupts_follow_lines(dut):
    """Broadcast mode goes round without a tail; interrupts keep their distance and come behind their lines."""
    card = Card(dut)
    await card.reset()
    await card.configure(SYMBOLS, size_log2=1, broadcast=True)
    await card.write("IRQ_CONTROL", enable=1, holdoff_ns=2_000_000)
    want, market = model(), Market()
    await traffic(card, 60, market, want, 1, 10**18)
    await card.drained()
    assert ticks_of(card.entries(), TICK) == want.ticks
    assert len(card.memory) == 2 and len(card.lines) > 20
    counters = await check_ledgers(card, want)
    assert counters["output_interrupts"] == len(card.irqs) > 1
    assert all(lines > 0 for lines in card.irqs) and len(set(card.irqs)) == len(card.irqs), card.irqs
    card.stop()


@cocotb.test()
async def each_side_may_be_reset_alone(dut):
    """MAC, core and host side, one at a time and in the middle of traffic; the card works on, or again, afterwards."""
    for side in ("rx", "host", "core"):
        card = Card(dut, 6300, 6500, 4100)
        await card.reset()
        await card.configure(SYMBOLS, broadcast=True, size_log2=4)
        market = Market()
        await traffic(card, 30, market, model(), 1, 10**18)
        await Timer(random.randint(2000, 6000), "ns")
        card.queue.clear()
        await card.reset(side)
        await card.drained()
        if side == "rx":
            # A frame cut by the reset is a bad one: nothing of it may show; the rest is counted on.
            counters = await card.counters("copies", "dispositions")
            assert counters["copies_in_a"] == sum(counters.values()) - counters["copies_in_a"]
        if side == "core":
            assert await card.read("SCRATCH") == 0
            assert await card.read("RING_HEAD") == 0
            await card.configure(SYMBOLS, broadcast=True, size_log2=4)
        await card.write("CONTROL", card.control | 1 << 9)
        await Timer(2000, "ns")
        card.forget()
        want = model()
        await traffic(card, 30, market, want, 1, 2 * 10**18)
        await card.drained()
        assert ticks_of(card.entries(), TICK) == want.ticks, side
        await check_ledgers(card, want)
        card.stop()


@cocotb.test()
async def core_reset_clears_the_books_and_keeps_the_configuration(dut):
    """CONTROL.core_reset again and again in the middle of frames: the rest of a cut frame never counts."""
    card = Card(dut)
    await card.reset()
    await card.configure(SYMBOLS, broadcast=True, size_log2=6)
    await card.write("SCRATCH", value=0x1234)
    market = Market()
    for _ in range(8):
        await traffic(card, 10, market, model(), 1, 10**18)
        await Timer(random.randint(200, 3000), "ns")
        await card.write("CONTROL", card.control | 1 << 9)
        card.queue.clear()
        while card.sending:
            await Timer(100, "ns")
        await Timer(500, "ns")
        counters = await card.counters("frames")
        assert all(n == 0 for name, n in counters.items() if name != "frames_ok"), counters
        await card.write("CONTROL", card.control | 1 << 9)
        await Timer(1000, "ns")
        card.forget()
        want = model()
        await traffic(card, 8, market, want, 1, 2 * 10**18)
        await card.drained()
        assert ticks_of(card.entries(), TICK) == want.ticks
        await check_ledgers(card, want)
        card.forget()
        await card.write("CONTROL", card.control | 1 << 9)
        await Timer(1000, "ns")
    assert await card.read("SCRATCH") == 0x1234
    card.stop()


@cocotb.test()
async def two_lines_give_the_ticks_of_one_without_losses(dut):
    """Both ports, each line with losses and bad frames of its own, never the same: as if nothing had been lost."""
    card, market, want = Card(dut), Market(), model()
    await card.reset()
    await card.configure(SYMBOLS)
    await card.write("FEED_GROUP_B", address=frames.GROUP + 9, port=frames.PORT + 1)
    await card.write("LINES", configured=3)
    seq, stamp, sent, frames_of, last_seen = 1, 1000, {"a": 0, "b": 0}, {"a": 0, "b": 0}, {}
    for number in range(90):
        messages = market.messages() or [market.message()]
        payload = frames.segment([wire(m) for m in messages], seq, send_time=1)
        stamp += random.choice([500, 5_000, 200_000])
        want.packet(seq, messages, stamp + (50 if number % 5 in (1, 2) else 0))
        for line, late in (("a", 0), ("b", 50)):
            port = (frames.GROUP, frames.PORT) if line == "a" else (frames.GROUP + 9, frames.PORT + 1)
            lost = number % 5 == (1 if line == "a" else 3)
            bad = number % 5 == (2 if line == "a" else 4)
            if not lost:
                card.send(frames.frame(payload, *port), stamp + late, bad=bad, line=line)
                frames_of[line] += 1
            if not (lost or bad):
                sent[line] += len(messages)
                last_seen[line] = stamp + late
        seq += len(messages)
    await card.drained()
    assert ticks_of(card.entries(), TICK) == want.ticks
    c = await card.counters("copies", "bcopies", "frames", "bframes", "dispositions", "events")
    assert (c["copies_in_a"], c["copies_in_b"]) == (sent["a"], sent["b"])
    assert c["events_delivered_a"] + c["events_delivered_b"] == seq - 1 and c["events_delivered_b"] > 0
    assert c["dispositions_duplicate"] == sent["a"] + sent["b"] - (seq - 1) and c["events_gaps"] == 0
    assert c["bcopies_duplicate"] == sent["b"] - c["events_delivered_b"]
    assert c["frames_ok"] + c["frames_bad_fcs"] == frames_of["a"] and c["frames_bad_fcs"] == 18
    assert c["bframes_ok"] + c["bframes_bad_fcs"] == frames_of["b"] and c["bframes_bad_fcs"] == 18
    assert (await card.read("LINE_SEEN_A"), await card.read("LINE_SEEN_B")) == (last_seen["a"], last_seen["b"])
    # The other line's group is not this line's: each port looks for its own.
    card.send(frames.frame(payload, frames.GROUP + 9, frames.PORT + 1), stamp + 100)
    card.send(frames.frame(payload), stamp + 100, line="b")
    await card.drained()
    c = await card.counters("frames", "bframes")
    assert (c["frames_wrong_group"], c["bframes_wrong_group"]) == (1, 1)
    card.stop()


@cocotb.test()
async def a_dead_core_answers_with_an_error(dut):
    """Core clock standing, or core in reset: reads and writes end in SLVERR, and work again afterwards."""
    card = Card(dut)
    await card.reset()
    assert await card.read("MAGIC") == REGISTERS["MAGIC"].reset
    for how in ("clock", "reset"):
        if how == "clock":
            card.clocks["core"].running = False
        else:
            dut.core_rst_ni.value = 0
        for _ in range(3):
            assert int((await card.axil.read(0, 8)).resp) == 2
            assert int((await card.axil.write(REGISTERS["SCRATCH"].offset, bytes(8))).resp) == 2
        card.clocks["core"].running = True
        dut.core_rst_ni.value = 1
        await ClockCycles(dut.host_clk_i, 200)
        for value in (1, 2, 3):
            await card.write("SCRATCH", value=value)
            assert await card.read("SCRATCH") == value
        assert await card.read("MAGIC") == REGISTERS["MAGIC"].reset
    card.stop()


def sources():
    """The file list of the card."""
    names = [line for line in (RTL / "escapement.f").read_text().splitlines() if line and not line.startswith("//")]
    return [*[name for name in names if Path(name).name.endswith("_pkg.sv")], "gen/escapement_regs.vlt",
            *[name for name in names if not Path(name).name.endswith("_pkg.sv")]]


def test_escapement_top():
    run("escapement_top", sources(), {"CsrTimeout": 256}, build_args=WHOLE)
