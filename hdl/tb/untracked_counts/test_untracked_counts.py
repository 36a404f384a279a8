"""untracked_counts against a dictionary: counting up to saturation and down, sums of hashes, generations, sweeps."""

import os
import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer

from lib.bench import run
from lib.coverage import Coverage

SLOTS = int(os.environ.get("COUNT_SLOTS", "5"))
COUNT_BITS = int(os.environ.get("COUNT_BITS", "2"))
TOP = (1 << COUNT_BITS) - 1


@cocotb.test()
async def counts_saturate_and_are_forgotten(dut):
    """Every count in every state, gone up, down, renamed, asked, in this and in another generation."""
    cov = Coverage("untracked_counts")
    cov.bins("before", range(TOP + 1))
    cov.bins("change", ["add", "sub", "rename", "none"])
    cov.cross("before x change", "before", "change", ignore=lambda b, c: b == 0 and c in ("sub", "rename"))
    cov.bins("last", ["right", "wrong"])
    cov.bins("stale", [False, True])
    for name in ("gen_i", "read_i", "slot_i", "add_i", "sub_i", "rename_i", "hash_i", "new_hash_i", "sweep_i", "sweep_slot_i"):
        getattr(dut, name).value = 0
    await Timer(1, "ns")
    cocotb.start_soon(Clock(dut.clk_i, 2, unit="ns").start())
    edge = RisingEdge(dut.clk_i)
    await edge

    async def sweep():
        for slot in range(SLOTS):
            dut.sweep_i.value, dut.sweep_slot_i.value = 1, slot
            await edge
        dut.sweep_i.value = 0

    async def step(slot, wanted):
        before, total = counts.get(slot, 0), sums.get(slot, 0)
        hashed = random.choice((total, random.getrandbits(32)))  # often the one that is left
        renamed = random.getrandbits(32)
        dut.read_i.value, dut.slot_i.value = 1, slot
        await edge
        dut.read_i.value, dut.slot_i.value = 0, random.randrange(SLOTS)
        for _ in range(random.choice([0, 0, 1, 3])):
            await edge
        await Timer(1, "step")
        assert int(dut.more_o.value) == (before > 0), f"slot {slot}: count {before}"
        dut.hash_i.value, dut.new_hash_i.value = hashed, renamed
        await Timer(1, "step")
        assert int(dut.odd_o.value) == (before == 1 and total != hashed), f"slot {slot}: count {before}"
        change = wanted if wanted not in ("sub", "rename") or before else "none"
        cov.hit(before=before, change=change, stale=slot in stale)
        dut.add_i.value, dut.sub_i.value, dut.rename_i.value = (int(change == name) for name in ("add", "sub", "rename"))
        await edge
        dut.add_i.value = dut.sub_i.value = dut.rename_i.value = 0
        if change == "none":
            return
        stale.discard(slot)
        if change == "sub" and before == 1:
            cov.hit(last="right" if total == hashed else "wrong")
            counts[slot] = sums[slot] = 0
            return
        counts[slot] = {"add": min(before + 1, TOP), "sub": before - 1, "rename": before}[change]
        sums[slot] = (total + {"add": hashed, "sub": -hashed, "rename": renamed - hashed}[change]) % 2**32

    stale = set()
    for _ in range(3):
        dut.gen_i.value = 1
        await sweep()
        counts, sums = {}, {}
        for generation in (1, 2, 3):
            stale |= set(counts)
            counts, sums = {}, {}
            dut.gen_i.value = generation
            for slot in range(SLOTS):  # up to the top, over it, and down; a stale one first
                for change in ["none"] * (slot % 2) + [x for n in range(TOP) for x in ("none", "rename", "sub", "add", "add")] + ["none", "rename", "add", "none"]:
                    await step(slot, change)
                for _ in range(TOP + 1):
                    await step(slot, "sub")
                await step(slot, "add")
            for _ in range(200):
                await step(random.randrange(SLOTS), random.choice(["add", "sub", "sub", "rename", "none"]))
        stale |= set(counts)
    cov.check()


def test_untracked_counts():
    """Two bits, five slots."""
    run("untracked_counts", ["sync_ram.sv", "untracked_counts.sv"], {"Slots": 5, "CountBits": 2, "GenBits": 2},
        testname="untracked_counts.test_untracked_counts", extra_env={"COUNT_SLOTS": "5", "COUNT_BITS": "2"})
