"""line_arbiter: first copies, duplicates, held messages, gaps, restarts, voids, and the timers in both time modes."""

import random

import cocotb
from cocotb.triggers import RisingEdge
from lib import stream
from lib.arbiter_reference import Packet
from lib.bench import run
from lib.clocking import start_clock
from lib.coverage import Coverage
from line_arbiter.arbiter_bench import Bench, plain
from line_arbiter.packets import message, shaped, stream_of_two

SLOTS, PLACES = 5, 256
A, B = 0, 1

SHAPES = ["in step", "gap", "overlap", "old", "heartbeat", "heartbeat ahead", "new session", "restart with gap", "first with gap",
          "wraps", "sequence 0", "far"]
IEX_SHAPES, MOLD_SHAPES = ["sequence restart", "old send time"], ["stale"]

COVERAGE = Coverage("line_arbiter")
COVERAGE.bins("transport", ["iex", "mold"])
COVERAGE.bins("packet", SHAPES + IEX_SHAPES + MOLD_SHAPES)
COVERAGE.cross("transport x packet", "transport", "packet",
               ignore=lambda t, p: p in (MOLD_SHAPES if t == "iex" else IEX_SHAPES))
COVERAGE.bins("verdict", ["late", "duplicate", "stale", "delivered", "held", "held twice", "void", "bad but nothing taken", "evicted",
                          "longer"])
COVERAGE.bins("line", ["A", "B"])
COVERAGE.cross("verdict x line", "verdict", "line", ignore=lambda v, _: v in ("evicted", "longer"))
COVERAGE.bins("declared by", ["packet", "restart", "flush", "window", "room"])
COVERAGE.bins("declared", ["to a held one", "to the bound"])
COVERAGE.cross("declared by x how far", "declared by", "declared")
COVERAGE.bins("configured", [0, 1, 2, 3])
COVERAGE.bins("choice", ["A smaller", "B smaller", "tie"])
COVERAGE.bins("next held", ["same word", "another word", "same word, round"])
COVERAGE.bins("visits_before_packet", ["0", "1", "2..", f"{SLOTS}.."])
COVERAGE.bins("steps", ["arms", "0 visits", "1 visit", "2.. visits", "back", "window"])
COVERAGE.bins("order of timers", ["window first", "visit first", "same time"])
COVERAGE.bins("restart", ["cuts the other line's packet"])
COVERAGE.bins("load", ["message", "proven", "doubtful", "feed", "released", "assigned", "unused kind", "no such slot", "too long", "refused", "while busy", "behind a gap"])
COVERAGE.bins("free", ["visit while idle", "window while idle", "refresh now", "refresh now while busy"])


def new_bench(dut, **options):
    return Bench(dut, SLOTS, PLACES, **options)


def sample(ref, before, line):
    """Verdicts since `before` (a copy of the reference's counts) of packets of one line."""
    name = "AB"[line]
    now = ref.count
    for verdict in ("late", "duplicate", "stale"):
        of_b = now["b", verdict] - before["b", verdict]
        if of_b if line else now[verdict] - before[verdict] - of_b:
            COVERAGE.hit(verdict=verdict, line=name)
    if now["delivered", line] != before["delivered", line]:
        COVERAGE.hit(verdict="delivered", line=name)
    for verdict in ("held", "held twice"):
        if now[verdict] != before[verdict]:
            COVERAGE.hit(verdict=verdict, line=name)
    for verdict in ("evicted", "longer"):
        if now[verdict] != before[verdict]:
            COVERAGE.hit(verdict=verdict)
    declarations(ref, before)


def declarations(ref, before):
    for why in COVERAGE._bins["declared by"]:
        for how in COVERAGE._bins["declared"]:
            if ref.count[why, how] != before[why, how]:
                COVERAGE.hit(**{"declared by": why, "declared": how})


async def give(bench, line, packet, shape=None):
    """One packet to both; samples the coverage. A packet of the other line waits until those before it are done."""
    ref = bench.ref
    if bench.last_line not in (None, line):
        await bench.settle(1)
    bench.last_line = line
    before, events = ref.count.copy(), len(ref.events)
    bench.send(line, packet)
    visits = sum(e["kind"] == "EvVisit" for e in ref.events[events:])
    if shape:
        COVERAGE.hit(transport="mold" if ref.mold else "iex", packet="in step" if shape == "first" else shape)
    COVERAGE.hit(visits_before_packet="0" if visits == 0 else "1" if visits == 1 else "2.." if visits < SLOTS else f"{SLOTS}..")
    sample(ref, before, line)
    if packet.bad is not None:
        taken = ref.lines[line].taken
        COVERAGE.hit(verdict="void" if taken else "bad but nothing taken", line="AB"[line])


def numbered(ref, first, count, stamp, **more):
    """A packet of the reference's session with numbers from `first`."""
    fields = {"session": ref.session if ref.have else 7, "offset": 0 if ref.mold else 5,
              "send_time": 0 if ref.mold else ref.last_send + 1, **more}
    return Packet(stamp, first_seq=first, messages=[message() for _ in range(count)], **fields)


@cocotb.test()
async def one_line_every_shape_and_wait(dut):
    """Every shape after every wait, on each line alone, both transports."""
    await start_clock(dut)
    interval = 50
    for mold in (False, True):
        for line in (A, B):
            bench = new_bench(dut, interval=interval, mold=mold, lines=1 << line, window=200, stall_out=stream.stalls(0.2))
            await bench.start()
            COVERAGE.hit(configured=1 << line)
            ref, stamp = bench.ref, random.getrandbits(40)
            await give(bench, line, shaped(ref, stamp, "first with gap"), "first with gap")
            for _ in range(2):
                for shape in SHAPES + (MOLD_SHAPES if mold else IEX_SHAPES):
                    if shape == "first with gap":
                        continue
                    for wait in (0, interval, 3 * interval, 2 * SLOTS * interval):
                        stamp += wait
                        if shape == "stale" and not ref.old:
                            await give(bench, line, shaped(ref, stamp, "new session"), "new session")
                        await give(bench, line, shaped(ref, stamp, shape), shape)
            await bench.compare()


@cocotb.test()
async def one_line_refuses_and_forgets(dut):
    """Nine gaps of one session: of the first nothing is remembered, of the second everything. Ends of bad frames."""
    await start_clock(dut)
    for line in (A, B):
        bench = new_bench(dut, lines=1 << line)
        await bench.start()
        ref = bench.ref
        await give(bench, line, numbered(ref, 1, 1, 5))
        first_lost = []
        for _ in range(9):
            first_lost.append(ref.expected)
            await give(bench, line, numbered(ref, ref.expected + 2, 1, 5))
        assert ref.count["evicted"] == 1
        late, duplicate = ref.count["late"], ref.count["duplicate"]
        await give(bench, line, numbered(ref, first_lost[0], 2, 5))
        await give(bench, line, numbered(ref, first_lost[1], 2, 5))
        assert (ref.count["late"], ref.count["duplicate"]) == (late + 2, duplicate + 2)
        await give(bench, line, numbered(ref, ref.expected, 3, 5, bad=4))
        await give(bench, line, numbered(ref, ref.expected - 1, 1, 5, bad=4))
        await bench.compare()


@cocotb.test()
async def the_send_time_of_a_bad_frame_is_taken_back(dut):
    """IEX-TP: what a frame that proved bad said of its send time keeps no restart away; what a good one said does, also the other line's."""
    await start_clock(dut)
    bench = new_bench(dut, lines=3)
    await bench.start()
    ref = bench.ref

    async def sends(line, send, first=None, bad=None):
        before = ref.count["restarts"]
        first = ref.expected if first is None else first
        await give(bench, line, Packet(5, 1, first, 0 if first == 1 else 9, send, [message()], bad))
        return ref.count["restarts"] - before

    await sends(A, 10)
    for line, other in ((A, B), (B, A)):
        top = ref.last_send
        await sends(line, top + 10)
        await sends(other, top + 20)
        await sends(line, top + 1000, bad=3)
        assert await sends(line, top + 20, first=1) == 0
        assert await sends(other, top + 21, first=1) == 1
        await sends(other, top + 30)
        await sends(line, top + 25)
        await sends(other, 2**64 - 1, bad=3)
        await sends(other, top + 40, bad=3)
        assert await sends(line, top + 30, first=1) == 0
        assert await sends(line, top + 31, first=1) == 1
    await bench.compare()


@cocotb.test()
async def sessions_that_ended_are_stale_until_five_others_ended(dut):
    await start_clock(dut)
    bench = new_bench(dut, mold=True, lines=3)
    await bench.start()
    ref = bench.ref
    for session in range(1, 7):
        await give(bench, A, numbered(ref, 1, 2, 5, session=session << 70 | 3))
        if session == 5:
            for old in range(1, 5):
                await give(bench, old & 1, numbered(ref, 3, 2, 5, session=old << 70 | 3), "stale")
            assert ref.count["stale"] == 8 and ref.count["b", "stale"] == 4 and ref.count["restarts"] == 4
            await give(bench, B, numbered(ref, 3, 2, 6, session=2 << 70 | 3, bad=3), "stale")
    # The first has fallen out of the memory: it is new.
    await give(bench, B, numbered(ref, 1, 2, 7, session=1 << 70 | 3))
    assert ref.count["restarts"] == 6
    await bench.compare()


@cocotb.test()
async def two_lines_every_reason_to_declare(dut):
    """Each way in which a number becomes lost, to a held message and to its bound; each way to hold and refuse."""
    await start_clock(dut)
    for a, b in ((A, B), (B, A)):
        for mold in (False, True):
            bench = new_bench(dut, mold=mold, lines=3, window=1000, stall_out=stream.stalls(0.3))
            await bench.start()
            COVERAGE.hit(configured=3)
            ref = bench.ref

            async def go(line, first, count, stamp, **more):
                await give(bench, line, numbered(ref, first, count, stamp, **more))

            async def after(action):
                before = ref.count.copy()
                await action
                declarations(ref, before)

            await go(a, 1, 2, 10)
            # Both passed: to a held one, then to the bound.
            await go(a, 7, 2, 11)
            await go(a, 7, 2, 11)  # held twice
            await go(b, 12, 0, 12)
            assert ref.expected == 9 and ref.deadline == 1012
            await go(a, 12, 0, 13)
            assert ref.expected == 12 and ref.deadline is None and ref.count["longer"] == 0
            # The window: to a held one, then (no packet came) to the bound.
            await go(a, 14, 1, 20)
            await go(a, 17, 0, 21)
            await after(bench.step(1019))
            assert ref.expected == 12
            await after(bench.step(1020))
            assert ref.expected == 15 and ref.deadline == 2020
            await after(bench.step(2020))
            assert ref.expected == 17 and ref.deadline is None
            # No room: to a held one, then to the number itself.
            await go(a, 20, 1, 2100)
            await go(a, 17 + PLACES, 1, 2101)
            assert ref.expected == 21 and ref.count["reorder_full"] == 1
            await go(b, 20, 1, 2102)  # a late one, and a duplicate
            await go(b, 17, 1, 2102)
            await after(bench.flush())
            assert ref.expected == 18 + PLACES
            await go(a, ref.expected + 2 * PLACES, 3, 2103)
            assert ref.count["reorder_full"] == 2
            # Twice without room in one record: the held one is far too.
            far = ref.expected + PLACES - 1
            await go(a, far, 1, 2104)
            await go(a, far + 2 * PLACES, 1, 2105)
            assert ref.count["reorder_full"] == 4
            # Two declarations beside each other are one gap.
            longer = ref.count["longer"]
            await go(a, ref.expected + 3, 0, 2106)
            await after(bench.step(4000))
            await go(a, ref.expected + 3, 0, 4001)
            await go(b, ref.expected + 3, 0, 4001)
            assert ref.count["longer"] == longer + 1
            # Flush and restart: to a held one and to the bound.
            for flush in (True, False):
                await go(a, ref.expected + 2, 1, 4100)
                await go(a, ref.expected + 9, 0, 4100)
                if flush:
                    await after(bench.flush())
                else:
                    await go(b, 1, 1, 4200, session=8)
                    assert ref.count["restarts"] == 1 and ref.expected == 2
            # Bad frames: taken means delivered or held.
            for bad in (5, 6):
                await go(a, ref.expected + 1, 2, 4300, bad=bad)
                await go(b, ref.expected + 1, 2, 4300, bad=bad)
                await go(b, ref.expected, 2, 4300, bad=bad)
            await bench.compare()


@cocotb.test()
async def held_messages_are_found_wherever_they_stand(dut):
    """After a delivery the nearest held message is searched: in the same word of the map, in others, and all the way round."""
    await start_clock(dut)
    bench = new_bench(dut, lines=3, mold=True)
    await bench.start()
    ref = bench.ref
    await give(bench, A, numbered(ref, 1, 1, 1))
    for name, step in (("same word", 3), ("another word", 70), ("another word", 130), ("same word, round", PLACES - 5)):
        for offset in (10, 30, 63) if name == "another word" else (10, 30):
            # Bring `expected` so that the run ends at this offset in a word.
            target = (ref.expected // PLACES + 1) * PLACES + offset - 2
            for line in (A, B):
                await give(bench, line, numbered(ref, target, 0, 1))
            assert ref.expected == target
            await give(bench, A, numbered(ref, target + 1, 1, 1))
            await give(bench, A, numbered(ref, target + 2 + step, 1, 1))
            before = ref.expected + 2
            await give(bench, B, numbered(ref, target, 1, 1))
            assert ref.expected == before and list(ref.held) == [before + step]
            same = before % PLACES // 64 == (before + step) % PLACES // 64
            assert same == name.startswith("same")
            COVERAGE.hit(**{"next held": name})
            for line in (A, B):
                await give(bench, line, numbered(ref, ref.expected + step + 4, 0, 1))
    await bench.compare()


@cocotb.test()
async def lines_are_configured_while_running(dut):
    await start_clock(dut)
    bench = new_bench(dut, lines=3, window=500)
    await bench.start()
    ref, stamp = bench.ref, 100
    await give(bench, A, shaped(ref, stamp, "first"))
    for _ in range(3):
        for lines in (0, 1, 2, 3):
            await bench.set_lines(lines)
            COVERAGE.hit(configured=lines)
            for _ in range(12):
                stamp += random.choice((1, 30, 300))
                line = random.choice((A, B))
                await give(bench, line, shaped(ref, stamp, random.choice(("in step", "gap", "overlap", "heartbeat ahead", "in step"))))
            if random.random() < 0.5:
                await bench.flush()
    await bench.compare()


@cocotb.test()
async def the_smaller_stamp_goes_first(dut):
    """Both lines have everything at hand: the order is that of the stamps, A on ties."""
    await start_clock(dut)
    for round_number in range(12):
        mold = bool(round_number % 2)
        bench = new_bench(dut, lines=3, mold=mold, window=random.choice((0, 150, 100_000)), interval=random.choice((0, 400)),
                          stall_out=random.choice((stream.always, stream.stalls(0.3), stream.bursts(20, 20))))
        await bench.start()
        first, stamp = 1, 1000
        for _ in range(3):
            lines = stream_of_two(7, first, stamp, 40, loss=random.choice((0, 0.1, 0.3)), skew=random.choice((0, 30, 200)), mold=mold,
                                  swaps=0.1, bad=random.choice((0, 0.1)))
            before = bench.ref.count.copy()
            for name, count in (await bench.send_both(*lines)).items():
                if count:
                    COVERAGE.hit(choice=name)
            declarations(bench.ref, before)
            last = max((p for p in (*lines[0], *lines[1])), key=lambda p: p.first_seq, default=None)
            if last:
                first, stamp = last.first_seq + len(last.messages), last.stamp + 500
            if random.random() < 0.5:
                await bench.flush()
        await bench.compare()
    # For sure: a tie, and each line smaller.
    bench = new_bench(dut, lines=3)
    await bench.start()
    ref = bench.ref
    chosen = await bench.send_both([numbered(ref, 1, 2, 10), numbered(ref, 3, 2, 20)],
                                   [numbered(ref, 1, 2, 10), numbered(ref, 3, 2, 15), numbered(ref, 5, 1, 30)])
    for name in ("A smaller", "B smaller", "tie"):
        assert chosen[name]
        COVERAGE.hit(choice=name)
    await bench.compare()


@cocotb.test()
async def packets_of_two_lines_in_any_order(dut):
    """Random stalls on every port; the reference takes the records in the order in which they went in."""
    await start_clock(dut)
    for round_number in range(10):
        mold = bool(round_number % 2)
        bench = new_bench(dut, lines=random.choice((1, 2, 3, 3, 3)), mold=mold, window=random.choice((0, 150, 100_000)),
                          interval=random.choice((0, 300)), stall_a=random.choice((stream.always, stream.stalls(0.5))),
                          stall_b=random.choice((stream.always, stream.stalls(0.5))),
                          stall_out=random.choice((stream.always, stream.stalls(0.3), stream.bursts(20, 20))))
        await bench.start()
        stamp, session, first = 1000, 7, 1
        for _ in range(4):
            lines = stream_of_two(session, first, stamp, 40, loss=random.choice((0, 0.1, 0.3)), skew=random.choice((0, 30, 200)),
                                  mold=mold, swaps=0.1, bad=random.choice((0, 0.1)))
            for line, packets in enumerate(lines):
                for p in packets:
                    p.stamp = 2 * p.stamp + line  # stamps of the two lines differ
                    bench.send_watched(line, p)
            await bench.replay_order()
            stamp, session, first = stamp + 3000, session + random.choice((0, 0, 1)), random.choice((1, first + 90))
        await bench.compare()


@cocotb.test()
async def a_restart_cuts_the_other_lines_packet(dut):
    await start_clock(dut)
    for a, b in ((A, B), (B, A)):
        for mold in (False, True):
            bench = new_bench(dut, lines=3, mold=mold)
            await bench.start()
            ref = bench.ref
            bench.send(a, numbered(ref, 1, 1, 10))
            await bench.settle()
            bench.send_watched(b, numbered(ref, 2, 40, 21))
            for _ in range(12):
                await RisingEdge(dut.clk_i)
            bench.send_watched(a, numbered(ref, 1, 3, 20, session=9))
            before = ref.count.copy()
            await bench.replay_order()
            sample(ref, before, b)
            assert ref.count["stale"] > 20 and ref.count["restarts"] == 1
            COVERAGE.hit(restart="cuts the other line's packet")
            await bench.compare()


@cocotb.test()
async def random_packets_of_one_or_two_lines(dut):
    """Any shape on any line, one packet after the other, with timers."""
    await start_clock(dut)
    for interval, stall_in, stall_out in ((0, stream.always, stream.always), (50, stream.stalls(0.2), stream.stalls(0.4)),
                                          (1000, stream.always, stream.bursts(20, 20))):
        for mold in (False, True):
            bench = new_bench(dut, interval=interval, mold=mold, lines=random.choice((1, 3)), window=random.choice((0, 60, 5000)),
                              stall_a=stall_in, stall_b=stall_in, stall_out=stall_out)
            await bench.start()
            ref, stamp = bench.ref, random.getrandbits(50)
            await give(bench, A, shaped(ref, stamp, "first"), "first")
            rare = ["new session", "restart with gap", "wraps", "sequence 0", "far"] + (["stale"] if mold else IEX_SHAPES)
            for _ in range(150):
                stamp += random.choice((0, 1, 49, 50, 51, 120, 900, 2000))
                if random.random() < 0.1:
                    stamp -= 300
                shape = random.choice(rare if random.random() < 0.1 else SHAPES[:6])
                if shape == "stale" and not ref.old:
                    shape = "in step"
                packet = shaped(ref, stamp, shape)
                packet.bad = random.randrange(1, 19) if random.random() < 0.08 else None
                await give(bench, random.choice((A, B)), packet, shape)
            await bench.compare()


@cocotb.test()
async def steps_of_follow_mode_fire_what_is_due_before_the_next_packet(dut):
    await start_clock(dut)
    for interval, stall in ((40, stream.always), (300, stream.stalls(0.4)), (0, stream.always)):
        bench = new_bench(dut, interval=interval, lines=3, window=random.choice((100, 400)), stall_out=stall)
        await bench.start()
        ref, stamp = bench.ref, random.getrandbits(40)
        for number in COVERAGE.rounds(120, "steps") if interval else range(120):
            stamp += random.choice((0, 1, 30, 40, 41, 200, 700))
            told = max(0, stamp - random.choice((0, 0, 0, 35, 1500)))
            # The first run begins with a step: only that sets the first visit's time.
            if random.random() < 0.6 or (number == 0 and interval == 40):
                visits, before, armed, back = len(ref.events), ref.count.copy(), ref.next_due is not None, told < ref.time
                await bench.step(told)
                visits = sum(e["kind"] == "EvVisit" for e in ref.events[visits:])
                if interval:
                    COVERAGE.hit(steps="arms" if not armed else "0 visits" if visits == 0 else "1 visit" if visits == 1 else "2.. visits")
                    if back:
                        COVERAGE.hit(steps="back")
                    if ref.count["gap_window"] != before["gap_window"]:
                        COVERAGE.hit(steps="window")
                # The step itself did it: nothing waits for a packet.
                assert len(bench.sink.items) == len(ref.events), f"step {number}"
            if random.random() < 0.7:
                shape = random.choice(("in step", "in step", "gap", "overlap", "heartbeat ahead")) if ref.have else "first"
                await give(bench, random.choice((A, B)), shaped(ref, stamp, shape))
        await bench.compare()


@cocotb.test()
async def windows_and_visits_stand_in_the_order_of_time(dut):
    await start_clock(dut)
    for name, window in (("window first", 90), ("visit first", 130), ("same time", 100)):
        for by_step in (False, True):
            bench = new_bench(dut, interval=100, lines=3, window=window)
            await bench.start()
            ref = bench.ref
            await give(bench, A, numbered(ref, 1, 1, 1000))
            await give(bench, A, numbered(ref, 3, 1, 1000))
            if by_step:
                await bench.step(1450)
            else:
                await give(bench, B, numbered(ref, 9, 1, 1450))
            kinds = [e["kind"] for e in ref.events if e["kind"] in ("EvGap", "EvVisit")]
            assert kinds[0] == ("EvVisit" if name == "visit first" else "EvGap") and kinds.count("EvVisit") == 4
            COVERAGE.hit(**{"order of timers": name})
            await bench.compare()


@cocotb.test()
async def a_step_right_before_a_packet_changes_no_order(dut):
    await start_clock(dut)
    bench = new_bench(dut, interval=25, stall_out=stream.stalls(0.3))
    await bench.start()
    ref, stamp = bench.ref, 1000
    for number in range(80):
        stamp += random.choice((1, 24, 60, 300))
        await bench.settle()
        # The packet reaches the input while the visits of the step go on.
        await bench.step(stamp, settled=False)
        for _ in range(random.randrange(4)):
            await RisingEdge(dut.clk_i)
        await give(bench, A, shaped(ref, stamp, "in step" if number else "first"))
    await bench.compare()


@cocotb.test()
async def free_mode_fires_on_time_also_when_idle(dut):
    await start_clock(dut)
    interval, ns, window = 200, 6, 330
    bench = new_bench(dut, follow=False, interval=interval, ns_per_cycle=ns, lines=3, window=window)
    await bench.start()
    messages, first_stamp, gaps = 0, None, []
    for number in range(60):
        for _ in range(random.choice((0, 3, 40, 200))):
            await RisingEdge(dut.clk_i)
        stamp = bench.time
        first_stamp = stamp if first_stamp is None else first_stamp
        bench.send(A, Packet(stamp, 9, messages + 1, 5, number, [b"x" * 10] * 3))
        messages += 3
        await bench.settle(2)
        if number % 8 == 7:
            # Line A loses two numbers, and B never comes: only the clock can tell.
            bench.send(A, Packet(stamp, 9, messages + 3, 5, number, [b"y" * 10]))
            messages += 3
            gaps.append(bench.time)
            for _ in range(2 * window // ns):
                await RisingEdge(dut.clk_i)
    for _ in range(400):
        await RisingEdge(dut.clk_i)
    items = [plain(i) for i in bench.sink.items]
    visits = [(i, t) for i, t in zip(items, bench.times) if i["kind"] == "EvVisit"]
    assert len(visits) > 30
    for k, (visit, now) in enumerate(visits):
        assert visit["hw_time"] == first_stamp + (k + 1) * interval and visit["len"] == k % SLOTS
        assert visit["hw_time"] <= now <= visit["hw_time"] + 16 * ns, "a visit before its time, or held back"
    found = [(i, t) for i, t in zip(items, bench.times) if i["kind"] == "EvGap"]
    assert len(found) == len(gaps) and all(i["count"] == 2 for i, _ in found)
    for (gap, now), opened in zip(found, gaps):
        assert opened + window <= gap["hw_time"] <= opened + window + 12 * ns
        assert gap["hw_time"] <= now <= gap["hw_time"] + 16 * ns, "a gap before its window's end, or held back"
    beats = [i for i in items if i["kind"] == "EvHeartbeat"]
    assert len(beats) == sum(v["len"] == 0 for v, _ in visits)
    for a, b in zip(items, items[1:]):
        assert a["kind"] != "EvHeartbeat" or (b["kind"] == "EvVisit" and b["len"] == 0 and a["hw_time"] == b["hw_time"])
    COVERAGE.hit(free="visit while idle")
    COVERAGE.hit(free="window while idle")
    bench.stop()


@cocotb.test()
async def refresh_now_visits_every_slot_once(dut):
    await start_clock(dut)
    bench = new_bench(dut, follow=False, stall_out=stream.stalls(0.3))
    await bench.start()
    for busy in (False, True):
        bench.sink.items.clear()
        if busy:
            for number in range(20):
                bench.send(A, Packet(1, 9, 1 + 5 * number, 5, number, [b"abcdefghij"] * 5))
            for _ in range(15):
                await RisingEdge(dut.clk_i)
        await bench.pulse("refresh_now_i")
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
async def loads_are_taken_between_messages_while_the_stamp_is_the_next_number(dut):
    """Section 11: every kind, at the right stamp and beside it; they move neither number nor index, and only one clears the flag."""
    await start_clock(dut)
    for stall in (stream.always, stream.stalls(0.4)):
        bench = new_bench(dut, lines=3, mold=True, window=500, stall_out=stall)
        await bench.start()
        ref, stamp = bench.ref, 1000
        await give(bench, A, numbered(ref, 1, 3, stamp))
        for round_number in range(48):
            kind = round_number % 8
            if kind == 0:
                stamp += 10
                for line in (A, B):
                    await give(bench, line, numbered(ref, ref.expected + 2, 2, stamp))
                assert ref.bad
                COVERAGE.hit(load="behind a gap")
            slot = random.choice((0, SLOTS - 1, SLOTS, 4095)) if kind else 0
            data = message()[:50] if round_number % 16 else bytes(random.getrandbits(8) for _ in range(50))
            generation = random.getrandbits(8)
            wrong = ref.expected + random.choice((-1, 1, 1 << 63))
            assert not await bench.load(wrong & (1 << 64) - 1, kind, slot, data, generation=generation)
            assert int(dut.expected_o.value) == ref.expected
            assert await bench.load(ref.expected, kind, slot, data, generation=generation)
            COVERAGE.hit(load="refused")
            COVERAGE.hit(load=("message", "proven", "doubtful", "feed", "released", "assigned", "unused kind", "unused kind")[kind])
            if kind == 0 and len(data) > 40:
                COVERAGE.hit(load="too long")
            if kind in (1, 2, 4, 5) and slot >= SLOTS:
                COVERAGE.hit(load="no such slot")
            stamp += 10
            await give(bench, random.choice((A, B)), numbered(ref, ref.expected, 2, stamp))
        await bench.load(ref.expected, 1, SLOTS)
        COVERAGE.hit(load="no such slot")
        await bench.load(ref.expected, 0, 0, bytes(range(48)))
        COVERAGE.hit(load="too long")
        await bench.compare()
    # Asked for in the middle of packets: it waits for a pause, and the number has moved on.
    bench = new_bench(dut)
    await bench.start()
    for number in range(10):
        bench.send(A, numbered(bench.ref, 1 + 20 * number, 20, 5))
    for _ in range(25):
        await RisingEdge(dut.clk_i)
    assert not await bench.load(11, 0, 0, b"abc", settled=False)
    bench.ref.load(11, 0, 0, b"abc")
    COVERAGE.hit(load="while busy")
    await bench.compare()


@cocotb.test()
async def a_message_a_cycle(dut):
    """Delivered, refused or held: 1 cycle a message, 2 a packet; held messages leave 1 a cycle. Both lines at once, too."""
    await start_clock(dut)
    for lines, both in ((1, False), (3, True)):
        bench = new_bench(dut, lines=lines)
        await bench.start()
        ref = bench.ref
        await bench.send_both([numbered(ref, 1, 1, 1)], [])
        packets = [[numbered(ref, 2 + 50 * n, 50, 10 * (n + 1) + line) for n in range(4)] for line in (A, B)]
        began = bench.sink.cycle
        await bench.send_both(packets[0], packets[1] if both else [])
        took = bench.sink.cycles[-1] - bench.sink.cycles[1]
        copies = 400 if both else 200
        assert took <= copies + 3 * (8 if both else 4), f"{copies} copies in {took} cycles after {began}"
        # A hundred numbers ahead are held at once and leave at once when the one before them comes.
        start = ref.expected
        await bench.send_both([numbered(ref, start + 1, 100, 100)], [])
        await bench.send_both([numbered(ref, start, 1, 101)] if not both else [], [numbered(ref, start, 1, 101)] if both else [])
        if both:
            cycles = list(bench.sink.cycles)[-101:]
            assert cycles[-1] - cycles[0] <= 103, "held messages do not leave one a cycle"
        await bench.compare()


@cocotb.test()
async def coverage_is_complete(_dut):
    COVERAGE.check()


def test_line_arbiter():
    run("line_arbiter", ["lost_ranges.sv", "sync_ram.sv", "held_map.sv", "feed_session.sv", "line_arbiter.sv"],
        {"Slots": SLOTS, "ReorderSlots": PLACES})
