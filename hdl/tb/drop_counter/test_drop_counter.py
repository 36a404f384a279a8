"""drop_counter: each dropped entry is announced once, by slot, in order; the heartbeat behind says where the stream stands."""

import os
import random
from collections import Counter

import cocotb
from cocotb.triggers import ReadOnly, RisingEdge, Timer
from contract.line import KIND, SLOT
from lib.bench import run
from lib.clocking import reset, start_clock
from lib.coverage import Coverage
from lib.structs import ENTRY
from line_model.build import WHOLE
from line_model.entries import Stream
from line_packer.drops import Position

SLOTS = int(os.environ.get("DROP_SLOTS", "5"))
NONE, CONTROL = SLOT["none"], SLOT["control"]

COVERAGE = Coverage("drop_counter")
COVERAGE.bins("dropped", [*range(SLOTS), NONE, CONTROL])
COVERAGE.bins("while_announcing", ["announced already", "on offer", "still to come", "heartbeat on offer"])
COVERAGE.bins("told", ["one", "more"])
COVERAGE.bins("rounds", ["1", "2", "3.."])
COVERAGE.bins("last_seen", ["tick", "gap", "recentre", "refresh", "void", "heartbeat", "restart", "slot_assigned", "slot_released"])
COVERAGE.bins("what", ["slots only", "none only", "control only", "all of them"])


def place(e):
    """Where a dropped entry is counted."""
    return e["slot"] if e["is_tick"] else CONTROL


class Model:
    """What was dropped and not told yet; what the announcement under way has told."""

    def __init__(self):
        self.position = Position()
        self.untold = Counter()
        self.round, self.rounds = [], 0
        self.positions = [self.position.seen()]  # since the last heartbeat
        self.told = Counter()
        self.begun, self.start = False, self.position.seen()  # of the round: where the stream stood when it began

    def begins(self):
        """A cycle that an announcement may begin in: its entries speak of where the stream stands now."""
        if not self.begun:
            self.start = self.position.seen()

    def see(self, e, dropped):
        self.position.see(e)
        self.positions.append(self.position.seen())
        if dropped:
            self.untold[place(e)] += 1

    def take(self, item, done):
        """An entry of the announcement was taken."""
        if item["kind"] == KIND["ticks_dropped"]:
            slot, count = item["slot"], item["size"]
            assert (item["msg_index"], item["hw_time"]) == (self.start[0], self.start[2]), f"not where the round began: {self.start}"
            order = {NONE: 0x1000, CONTROL: 0x1001}.get(slot, slot)
            assert not self.round or self.round[-1] < order, "slots must ascend"
            self.round.append(order)
            assert 0 < count <= self.untold[slot], f"slot {slot:#x}: {count} told, {self.untold[slot]} dropped"
            self.untold[slot] -= count
            self.told[slot] += count
            COVERAGE.hit(told="one" if count == 1 else "more")
            return
        assert item["kind"] == KIND["heartbeat"], item
        where = item["msg_index"], item["price"], item["hw_time"]
        assert where in self.positions, f"{where}: the stream was never there since the last heartbeat"
        self.round.clear()
        self.rounds += 1
        self.start, self.begun = self.position.seen(), not done
        if done:
            assert where == self.position.seen(), f"{where} at the end, the stream is at {self.position.seen()}"
            assert not +self.untold, f"not told: {+self.untold}"
            COVERAGE.hit(rounds=str(self.rounds) if self.rounds < 3 else "3..", last_seen=self.position.kind)
            slots = any(s < SLOTS for s in self.told)
            known = {(True, False, False): "slots only", (False, True, False): "none only", (False, False, True): "control only",
                     (True, True, True): "all of them"}.get((slots, NONE in self.told, CONTROL in self.told))
            if known:
                COVERAGE.hit(what=known)
            self.rounds = 0
            self.told.clear()
        self.positions = self.positions[-1:] if done else self.positions


async def one_run(dut, cycles, style):
    """Random entries, drops, announcements and takes; the model after each cycle."""
    for name in ("seen_valid_i", "seen_i", "drop_valid_i", "announce_i", "entry_ready_i"):
        getattr(dut, name).value = 0
    await reset(dut)
    model, announce, pulse, held = Model(), False, (0, 0), None
    stream = Stream(slots=SLOTS, calm=0.5, controls={"controls": 1.0, "ticks": 0.0, "slots": 0.0}.get(style, 0.4))
    busy, pace = random.choice((0.9, 0.3, 0.05)), 1  # pace: how much slower entries come while drops are announced
    drain = False
    for cycle in range(10 * cycles):
        drain = cycle > cycles
        if drain and not announce and not +model.untold:
            break
        wanted = bool(+model.untold)
        if not announce and wanted and random.random() < (1.0 if drain else 0.05):
            announce, pace = True, random.choice((1, 0.1, 0.01))
        dut.announce_i.value = int(announce)
        dut.seen_valid_i.value = dut.drop_valid_i.value = 0
        await Timer(1, "ns")
        assert int(dut.any_o.value) == wanted or announce, "any_o"
        e = stream.entry() if not drain and random.random() < busy * (pace if announce else 1) else None
        if e and e["is_tick"] and style in ("none", "slots"):
            e["slot"] = NONE if style == "none" else e["slot"] % SLOTS
        # While an announcement runs, everything is dropped; before it, what the packer cannot store.
        drop = e is not None and (announce or random.random() < 0.3)
        if drop and dut.drop_ready_o.value != 1:
            e = None
        ready = int(random.random() < 0.6)
        if e:
            dut.seen_valid_i.value, dut.drop_valid_i.value, dut.seen_i.value = 1, int(drop), ENTRY.pack(e)
        dut.entry_ready_i.value = ready
        await Timer(1, "ns")
        await ReadOnly()
        assert (int(dut.tick_dropped_o.value), int(dut.control_dropped_o.value)) == pulse
        valid, done = int(dut.entry_valid_o.value), int(dut.done_o.value)
        assert announce or not valid, "an entry without being asked"
        item = ENTRY.unpack(int(dut.entry_o.value)) if valid else None
        assert held is None or item == held, "an entry on offer changed"
        assert not done or (valid and ready)
        if drop and e and announce and model.untold:
            at = place(e)
            on_offer = item and item["kind"] == KIND["ticks_dropped"] and item["slot"] == at
            before = model.round and at < SLOTS and at <= model.round[-1]
            COVERAGE.hit(while_announcing="heartbeat on offer" if item and item["kind"] == KIND["heartbeat"] else
                         "on offer" if on_offer else "announced already" if before else "still to come")
        model.begins()
        model.begun |= announce and wanted and not (e and drop)
        if valid and ready:
            model.take(item, done)
        held = item if valid and not ready else None
        if e:
            model.see(e, drop)
            if drop:
                COVERAGE.hit(dropped=place(e))
        pulse = (int(bool(e and drop and e["is_tick"])), int(bool(e and drop and not e["is_tick"])))
        if done:
            announce = False
        await RisingEdge(dut.clk_i)
    assert not +model.untold and not announce, "the announcement never ended"


@cocotb.test()
async def every_drop_is_told_once(dut):
    await start_clock(dut)
    for number in COVERAGE.rounds(20):
        await one_run(dut, 1200, ("mixed", "ticks", "controls", "none", "slots")[number % 5])
    COVERAGE.check()


def test_drop_counter():
    """Five slots: all of their interleavings come soon; no power of two."""
    run("drop_counter", ["gen/esc_line_pkg.sv", "drop_counter.sv"], {"Slots": 5}, build_args=WHOLE)


def test_drop_counter_of_64_slots():
    """As the card has it."""
    run("drop_counter", ["gen/esc_line_pkg.sv", "drop_counter.sv"], {"Slots": 64}, build_args=WHOLE, extra_env={"DROP_SLOTS": "64"})
