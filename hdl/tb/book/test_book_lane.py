"""The book's fast lane: orders as close as two cycles, all hazards, against the same reference; how many cycles they take."""

import os
import random
from collections import Counter, deque

import cocotb
from cocotb.triggers import RisingEdge

from book.test_book import SETS_LOG2, SLOTS, SOURCES, WAYS, Bench
from lib.bench import run
from lib.coverage import Coverage
from lib.stream import always, bursts, stalls
from lib.structs import OP

#: A store of few sets, where close operations meet in one.
CROWDED = SETS_LOG2 < 4
SCALE = float(os.environ.get("ESCAPEMENT_SCALE", "1"))
BASE, TICK = 1_000_000, 100
#: 10 GbE is full with an operation every so many cycles.
LINE_RATE = 2.6


def paced(cycles):
    """Stall rule: an item every `cycles` on average, as close to evenly as whole cycles allow."""
    credit = [0.0]

    def rule():
        credit[0] = min(credit[0] + 1 / cycles, 2.0)
        if credit[0] < 1:
            return True
        credit[0] -= 1
        return False

    return rule


class Lane(Bench):
    """A bench that watches the hazards and who does the work."""

    def __init__(self, dut, cov, stall_in=always, stall_out=always, recentre_run=2):
        super().__init__(dut, [TICK] * SLOTS, [(BASE,) * 3] * SLOTS, recentre_run, stall_in, stall_out)
        self.cov, self.work = cov, Counter()
        self.recent = deque(maxlen=3)

    async def watch(self):
        """Counts operations of each engine and kills."""
        dut = self.dut
        while True:
            await RisingEdge(dut.clk_i)
            for name in ("lane_issue", "lane_kill", "engine_take"):
                self.work[name] += int(getattr(dut, name).value)

    async def begin(self):
        """Start; every slot has seen a tick and both sides of an order."""
        await self.start()
        cocotb.start_soon(self.watch())
        for slot in range(SLOTS):
            self.send({"op": "OpTrade", "slot": slot, "price0": BASE, "size0": 1})
            for ask in (0, 1):
                self.order(slot, ask, BASE - TICK * (100 - 200 * ask), 10)
        await self.settle()

    def shares(self, slot, ask, price, shares, **fields):
        """One change of a level; watches what came before."""
        book = self.reference
        before = book.slots[slot].levels[ask].get(price, 0)
        best = book.slots[slot].best(ask)
        entries = self.order(slot, ask, price, shares, **fields)
        after = book.slots[slot].levels[ask].get(price, 0)
        act = "none" if before == after else "insert" if not before else "remove" if not after else "resize"
        key, row = (slot, ask, price), book._set_of(slot, ask, price)
        for distance, (old_key, old_row, old_act) in enumerate(reversed(self.recent), 1):
            if old_key == key:
                self.cov.hit(same_level=(distance, old_act, act))
                break
            if CROWDED and old_row == row and old_act in ("insert", "remove") and act == "insert":
                self.cov.hit(same_set=(distance, old_act))
        self.recent.append((key, row, act))
        where = "none" if best is None else "best" if price == best[0] else "better" if (price > best[0]) != ask else "behind"
        self.cov.hit(where=(act, where))
        return entries

    async def settle(self):
        """Waits; what comes next is close to nothing."""
        await super().settle()
        self.recent.clear()

    def sweep(self):
        """Takes every level away that does not lie at the ends of the window."""
        for slot in range(SLOTS):
            for ask in (0, 1):
                for price, total in list(self.reference.slots[slot].levels[ask].items()):
                    if abs(price - BASE) < 100 * TICK:
                        self.order(slot, ask, price, -total)

    def total(self, slot, ask, price):
        """Shares of a level, 0 if absent."""
        return self.reference.slots[slot].levels[ask].get(price, 0)


ACTS = ("insert", "resize", "remove", "none")


def coverage(name):
    """Hazards: what an operation finds that those just before it left."""
    cov = Coverage(name)
    legal = {("insert", "resize"), ("insert", "remove"), ("insert", "none"), ("resize", "resize"), ("resize", "remove"),
             ("resize", "none"), ("remove", "insert"), ("remove", "none"), ("none", "insert"), ("none", "resize"),
             ("none", "remove"), ("none", "none")}
    cov.bins("same_level", [(d, a, b) for d in (1, 2, 3) for a in ACTS for b in ACTS if (a, b) in legal])
    if CROWDED:
        cov.bins("same_set", [(d, a) for d in (1, 2, 3) for a in ("insert", "remove")])
    cov.bins("where", [(act, where) for act in ACTS for where in ("none", "best", "better", "behind")
                       if (act, where) not in (("insert", "best"), ("resize", "none"), ("resize", "better"),
                                               ("remove", "none"), ("remove", "better"))])
    return cov


def flap(bench, slot, ask):
    """A level in front of all others comes and goes: each operation changes the best."""
    price = BASE
    total = bench.total(slot, ask, price)
    bench.shares(slot, ask, price, -total if total else random.randint(1, 1000))


class Walk:
    """The best walks up a hundred places, level by level, and down again."""

    def __init__(self):
        self.place = Counter()
        self.down = set()

    def __call__(self, bench, slot, ask):
        key = slot, ask
        step = -TICK if ask else TICK
        price = BASE + step * (self.place[key] - 50)
        if key in self.down:
            bench.shares(slot, ask, price - step, -bench.total(slot, ask, price - step))
            self.place[key] -= 1
        else:
            bench.shares(slot, ask, price, random.randint(1, 1000))
            self.place[key] += 1
        if self.place[key] == 100:
            self.down.add(key)
        elif self.place[key] == 0:
            self.down.discard(key)


def resize(bench, slot, ask):
    """The best level gains and loses, one time in three with a trade."""
    price = BASE
    total = bench.total(slot, ask, price)
    if total < 100 or random.random() < 0.5:
        bench.shares(slot, ask, price, random.randint(1, 1000))
    else:
        trade = {"order_trade": 1, "price1": BASE + random.randint(-3, 3), "size1": 5, "code": 2 - ask}
        bench.shares(slot, ask, price, -random.randint(1, total), **(trade if random.random() < 0.6 else {}))


def replace(bench, slot, ask):
    """One message: a level falls, another gains."""
    levels = bench.reference.slots[slot].levels[ask]
    old = random.choice([p for p in levels if abs(p - BASE) < 50 * TICK] or [None])
    new = BASE + TICK * random.randint(-4, 4)
    if old is None:
        bench.shares(slot, ask, new, random.randint(1, 300))
        return
    bench.shares(slot, ask, old, -random.choice([levels[old], random.randint(1, levels[old])]) or -1, complete=0, last=0)
    bench.shares(slot, ask, new, random.randint(1, 300))


def crowd(bench, slot, ask):
    """A few levels, all kinds of changes close together; nothing too, and more than there is."""
    price = BASE + TICK * random.randint(-3, 3)
    total = bench.total(slot, ask, price)
    what = random.random()
    if what < 0.35:
        bench.shares(slot, ask, price, random.randint(1, 1000))
    elif what < 0.7:
        bench.shares(slot, ask, price, -(total or random.randint(1, 9)))
    elif what < 0.85:
        bench.shares(slot, ask, price, -random.randint(1, max(1, total - 1)))
    elif what < 0.93:
        bench.shares(slot, ask, price, 0, order_add=random.getrandbits(1))
    else:
        bench.shares(slot, ask, price, -min(total + 5, (1 << 32) - 1))


def other_levels(bench, count, row):
    """Operations on levels of other sets."""
    prices = [p for p in range(BASE, BASE + 90 * TICK, TICK) if bench.reference._set_of(2, 1, p) != row]
    for price in random.sample(prices, count):
        bench.shares(2, 1, price, random.randint(1, 9))


def do(bench, act, ask, price):
    """An operation that does `act` to a level of slot 1."""
    total = bench.total(1, ask, price)
    shares = {"insert": 100, "resize": -1, "remove": -total, "none": 0 if total else -5}[act]
    bench.shares(1, ask, price, shares)


def each_pair_on_one_level(bench):
    """Every pair of changes of one level, next to each other and with one or two operations between."""
    pairs = [key for key in bench.cov._bins["same_level"]]
    random.shuffle(pairs)
    for distance, old, new in pairs:
        ask, price = random.getrandbits(1), BASE + TICK * random.randint(-40, 40)
        row = bench.reference._set_of(1, ask, price)
        there = old in ("resize", "remove") or (old == "none" and new in ("resize", "remove"))
        total = bench.total(1, ask, price)
        if there and not total:
            bench.shares(1, ask, price, 100)
        elif total and not there:
            bench.shares(1, ask, price, -total)
        other_levels(bench, 3, row)
        do(bench, old, ask, price)
        other_levels(bench, distance - 1, row)
        do(bench, new, ask, price)
        other_levels(bench, 3, row)


def each_pair_in_one_set(bench):
    """A level appears or goes just before another of its set appears; the set has room for one, or for none."""
    for _ in range(3):
        for distance, old in bench.cov._bins["same_set"]:
            bench.restart()
            bench.recent.clear()
            bench.order(1, 0, BASE + 60 * TICK, 5)
            ask, first = random.getrandbits(1), BASE + TICK * random.randint(-40, 40)
            row = bench.reference._set_of(1, ask, first)
            mates = [p for p in range(BASE - 90 * TICK, BASE + 90 * TICK, TICK)
                     if bench.reference._set_of(1, ask, p) == row and p != first and not bench.total(1, ask, p)]
            random.shuffle(mates)
            if old == "remove":
                bench.shares(1, ask, first, 7)
            while bench.reference.sets[row] < WAYS - random.getrandbits(1) and len(mates) > 1:
                bench.shares(1, ask, mates.pop(), 3)
            other_levels(bench, 3, row)
            do(bench, old, ask, first)
            other_levels(bench, distance - 1, row)
            bench.shares(1, ask, mates.pop(), 9)


def levels_out_of_the_ladder(bench):
    """Plain orders of slot 3 while its best is off the grid, and while all its other levels are behind the window."""
    for ask in (0, 1):
        step = -TICK if ask else TICK
        for price, total in list(bench.reference.slots[3].levels[ask].items()):
            bench.shares(3, ask, price, -total)
        bench.shares(3, ask, BASE, 10)
        bench.shares(3, ask, BASE + step // 2, 5)
        for n in range(6):
            bench.shares(3, ask, BASE - step * n, 7)
        other_levels(bench, 8, None)
        for n in range(6):
            bench.shares(3, ask, BASE, 10 if n % 2 else -1)
        bench.shares(3, ask, BASE + step // 2, -5)
        for price, total in list(bench.reference.slots[3].levels[ask].items()):
            bench.shares(3, ask, price, -total)
        bench.shares(3, ask, BASE - 150 * step, 20)
        for n in range(6):
            bench.shares(3, ask, BASE, -10 if n % 2 else 10)
            other_levels(bench, n, None)
        bench.shares(3, ask, BASE - 150 * step, -20)


@cocotb.test()
async def line_rate_of_the_shortest_messages(dut):
    """10,000 operations, each of which changes the best: on one side of one instrument, and spread over all."""
    cov = coverage("book lane, line rate")
    bench = Lane(dut, cov)
    await bench.begin()
    for name, change in (("flap", flap), ("walk", Walk), ("resize", resize)):
        for spread in (False, True):
            act = change() if change is Walk else change
            bench.sweep()
            await bench.settle()
            count = int((2500 if name == "resize" else 1500) * SCALE)
            ticks, work = bench.seen["ticks"], bench.work.copy()
            for n in range(count):
                act(bench, n % SLOTS if spread else 1, n // SLOTS % 2 if spread else 0)
            start = bench.sink.cycle
            await bench.source.drained()
            cycles = (bench.sink.cycle - start) / count
            await bench.settle()
            print(f"{name}, {'spread' if spread else 'one side'}: {cycles:.3f} cycles an operation, "
                  f"{(bench.seen['ticks'] - ticks) / count:.2f} ticks, {dict(bench.work - work)}", flush=True)
            assert bench.work["lane_kill"] == work["lane_kill"], "the lane gave back what is plain"
            assert cycles <= 2.1, f"{name}: {cycles} cycles an operation"
            assert bench.seen["ticks"] - ticks >= 0.99 * count, "not every operation changed the best"


@cocotb.test()
async def what_the_lane_gives_back_costs_little(dut):
    """Orders behind the window, alone and among plain ones: the lane is not asked in vain each time."""
    cov = coverage("book lane, far orders")
    bench = Lane(dut, cov)
    await bench.begin()
    for share, most in ((1.0, 9.0), (0.5, 9.0), (0.1, 6.0)):
        work = bench.work.copy()
        for _ in range(600):
            if random.random() < share:
                price = BASE - TICK * random.randint(200, 210)
                total = bench.total(1, 0, price)
                bench.shares(1, 0, price, -total if total else 50)
            else:
                flap(bench, 1, 0)
        start = bench.sink.cycle
        await bench.source.drained()
        cycles = (bench.sink.cycle - start) / 600
        await bench.settle()
        print(f"{share:.0%} far: {cycles:.2f} cycles an operation, {dict(bench.work - work)}", flush=True)
        assert cycles <= most, f"{share:.0%} far: {cycles} cycles an operation"
        assert bench.work["lane_issue"] > work["lane_issue"], "the lane was never tried"


@cocotb.test()
async def hazards_of_close_operations(dut):
    """Operations two and three cycles apart on few levels, with what the lane must give back among them."""
    cov = coverage("book lane, hazards")
    cov.bins("pace", ["back to back", "line rate", "three cycles", "bursts", "stalled output"])
    paces = {"back to back": always, "line rate": paced(LINE_RATE), "three cycles": paced(3), "bursts": bursts(10, 20),
             "stalled output": always}
    bench = Lane(dut, cov, recentre_run=random.choice([1, 2, 3]))
    await bench.begin()
    levels_out_of_the_ladder(bench)
    await bench.settle()
    each_pair_on_one_level(bench)
    await bench.settle()
    if CROWDED:
        each_pair_in_one_set(bench)
        await bench.settle()
    changes = [flap, Walk(), resize, replace, crowd, crowd]
    names = list(paces)
    for number in cov.rounds(int(30 * SCALE)):
        pace = names[number % len(names)]
        cov.hit(pace=pace)
        bench.source.stall = paces[pace]
        bench.sink.stall = stalls(0.7) if pace == "stalled output" else always
        change, one = random.choice(changes), random.getrandbits(1)
        strange = random.choice([0, 0, 0.02, 0.2])
        for n in range(120):
            slot, ask = (1, 0) if one else (random.randrange(SLOTS), random.getrandbits(1))
            if random.random() < strange:
                odd(bench, slot, ask)
            else:
                change(bench, slot, ask)
        await bench.settle()
        if random.random() < 0.1:
            bench.restart()
            bench.recent.clear()
            for slot in range(SLOTS):
                bench.order(slot, 0, BASE, 5)
                bench.order(slot, 1, BASE + TICK, 5)
    print(f"{dict(bench.work)}, counts {dict(bench.seen)}", flush=True)
    assert bench.work["lane_kill"] > 10 and bench.work["lane_issue"] > 1000, bench.work
    cov.check()


def odd(bench, slot, ask):
    """What is not for the lane, or turns out not to be."""
    far = random.choice([-1, 1]) * random.randint(128, 400) * TICK
    what = random.randrange(9)
    if what < 3:
        price = BASE + far
        total = bench.total(slot, ask, price)
        bench.shares(slot, ask, price, -total if total else 50)
    elif what == 3:
        price = BASE + random.randint(-9, 9)
        bench.shares(slot, ask, price, -bench.total(slot, ask, price) or 7)
    elif what == 4:  # the ladder's last levels go
        for price in sorted(bench.reference.slots[slot].levels[ask], reverse=not ask):
            if abs(price - BASE) <= 127 * TICK:
                bench.shares(slot, ask, price, -bench.total(slot, ask, price))
    elif what == 5:
        bench.send({"op": "OpTrade", "slot": slot, "price0": BASE + random.choice([0, far]), "size0": 1})
    elif what == 6:
        bench.shares(slot, ask, BASE, 5, mark_bad=1, untracked=random.getrandbits(1))
    elif what == 7:
        bench.visit(slot)
    else:
        trade = {"order_trade": 1, "price1": BASE + far, "size1": 5, "code": 1}
        bench.shares(slot, ask, BASE, -1, **trade)


@cocotb.test()
async def orders_outside_the_window_follow_at_once(dut):
    """Where the lane gives nearly all back, the slow engine takes orders that make no tick in less than a line's time."""
    cov = Coverage("book, orders that follow at once")
    cov.bins("follows", [(end, place) for end in ("early", "late") for place in ("same place", "other side", "other slot")])
    bench = Lane(dut, cov)
    await bench.begin()
    engine = dut.u_engine

    async def watch():
        while True:
            await RisingEdge(dut.clk_i)
            if dut.engine_take.value == 1 and dut.engine_chain.value == 1:
                last = OP.unpack(int(engine.op_q.value))
                now = OP.unpack(int(dut.engine_op.value))
                place = "other slot" if last["slot"] != now["slot"] else \
                    "same place" if last["ask_side"] == now["ask_side"] else "other side"
                if last["complete"]:
                    cov.hit(follows=("late" if engine.late.value == 1 else "early", place))

    watcher = cocotb.start_soon(watch())
    prices = {(slot, ask): [(BASE + TICK * (5_000 + 7 * i) * (1 if ask else -1)) for i in range(6)]
              for slot in range(min(SLOTS, 3)) for ask in (0, 1)}
    for number in cov.rounds(int(10 * SCALE)):
        begin = bench.sink.cycle
        for _ in range(150):
            (slot, ask), levels = random.choice(list(prices.items()))
            if random.random() < 0.03:
                # A best inside the window comes or goes.
                price = BASE - TICK * (10 - 20 * ask)
                bench.order(slot, ask, price, -bench.total(slot, ask, price) or 100)
                continue
            price = random.choice(levels)
            held = bench.total(slot, ask, price)
            if held and random.random() < 0.6:
                bench.order(slot, ask, price, -held if random.random() < 0.5 else -random.randrange(1, held + 1))
            else:
                bench.order(slot, ask, price, random.randrange(1, 1_000))
            if random.random() < 0.1:
                # The first half of a U, and what follows its second.
                bench.order(slot, ask, levels[0], -1, complete=0, last=0)
                bench.order(slot, ask, levels[1], 50)
        await bench.source.drained()
        if number == 0:
            print(f"{(bench.sink.cycle - begin) / 150:.2f} cycles an order outside the window", flush=True)
        await bench.settle()
    watcher.cancel()
    cov.check()


def test_book_lane():
    """Usual sizes."""
    run("book", SOURCES, {"Slots": 8, "LevelSetsLog2": 10, "LevelWays": 4}, testname="book.test_book_lane")


def test_book_lane_small_store():
    """Few sets: close operations meet in the same set, and sets are full."""
    run("book", SOURCES, {"Slots": 8, "LevelSetsLog2": 3, "LevelWays": 8}, testname="book.test_book_lane",
        testcase="hazards_of_close_operations", extra_env={"BOOK_SETS_LOG2": "3", "BOOK_WAYS": "8"})
