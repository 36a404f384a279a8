"""instrument_map on IEX (ITCH: bench `decode_stage`): symbols of both tables found, all others unmapped, one operation a cycle, host writes at any time."""

import os
import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer

from instrument_map.cuckoo import place, rows
from lib.bench import run
from lib.coverage import Coverage
from lib.stream import always, sink, source, stalls
from lib.structs import CONSTANTS, OP, OP_KIND

SOURCES = ["gen/esc_counter_pkg.sv", "itch_pkg.sv", "sync_ram.sv", "key_hash.sv", "generation.sv", "symbol_table.sv",
           "locate_table.sv", "order_table.sv", "untracked_counts.sv", "instrument_map.sv"]
MAP_LOG2 = int(os.environ.get("MAP_LOG2", "8"))
SLOTS = int(os.environ.get("MAP_SLOTS", "64"))
#: Tables that IEX has no use for.
SMALL = {"OrderSetsLog2": 2, "OrderWays": 2, "LocateLog2": 4}
SYMBOL_OPS = ["OpQuote", "OpLevel", "OpTrade", "OpBreak", "OpStatus"]


async def start(dut):
    """Clock and reset."""
    for name in ("core_reset_i", "op_valid_i", "op_ready_i", "op_i", "cfg_valid_i", "early_valid_i", "itch_mode_i",
                 "itch_i", "rst_ni"):
        getattr(dut, name).value = 0
    await Timer(1, unit="ns")
    cocotb.start_soon(Clock(dut.clk_i, 2, unit="ns").start())
    for _ in range(3):
        await RisingEdge(dut.clk_i)
    dut.rst_ni.value = 1


async def write(dut, way, row, symbol, slot, valid=1):
    """One host write."""
    dut.cfg_way_i.value, dut.cfg_index_i.value, dut.cfg_slot_i.value = way, row, slot
    dut.cfg_symbol_i.value = int.from_bytes(symbol, "little")
    dut.cfg_entry_valid_i.value = valid
    dut.cfg_valid_i.value = 1
    await RisingEdge(dut.clk_i)
    dut.cfg_valid_i.value = 0


def symbols(count):
    """Distinct symbols as on the wire."""
    names = set()
    while len(names) < count:
        name = "".join(random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ.+-") for _ in range(random.randint(1, 8)))
        names.add(name.ljust(8).encode())
    return list(names)


@cocotb.test()
async def symbols_find_their_slots(dut):
    """Placed, unplaced, removed and out-of-range symbols; system and control operations pass."""
    await start(dut)
    cov = Coverage("instrument_map")
    cov.bins("found", ["way 0", "way 1", "no", "slot beyond", "removed"])
    cov.bins("op", [*SYMBOL_OPS, "OpSysStatus", "OpControl"])
    names = symbols(min(SLOTS, 2 ** MAP_LOG2))
    table = None
    while table is None:
        table = place(names, MAP_LOG2)
    slots = {name: slot for slot, name in enumerate(names)}
    where = {name: way for (way, _), name in table.items()}
    for (way, row), name in table.items():
        await write(dut, way, row, name, slots[name])
    used = set(table)
    beyond = next(s for s in symbols(4000) if s not in slots and (0, rows(s, MAP_LOG2)[0]) not in used)
    await write(dut, 0, rows(beyond, MAP_LOG2)[0], beyond, SLOTS)
    removed = names[0]
    await write(dut, where[removed], rows(removed, MAP_LOG2)[where[removed]], removed, 0, valid=0)
    strangers = [s for s in symbols(200) if s not in slots]
    by_way = [next(name for name in names[1:] if where[name] == way) for way in (0, 1)]

    unmapped = [0]

    async def count():
        while True:
            await RisingEdge(dut.clk_i)
            if dut.disp_valid_o.value == 1:
                assert int(dut.disp_o.value) == 4
                unmapped[0] += 1

    cocotb.start_soon(count())
    for stall_in, stall_out in ((always, always), (stalls(0.3), always), (stalls(0.1), stalls(0.4))):
        src = source(dut, "op", dut.clk_i, OP, stall_in)
        out = sink(dut, "op", dut.clk_i, OP, stall_out)
        want, missing = [], 0
        # Each operation and each way to be found or not once for sure, then any.
        sure = [(kind, names[1]) for kind in [*SYMBOL_OPS, "OpSysStatus", "OpControl"]]
        sure += [("OpTrade", name) for name in (beyond, removed, strangers[0], *by_way)]
        for i in range(800):
            kind = random.choice([*SYMBOL_OPS * 4, "OpSysStatus", "OpControl"])
            name = random.choice([*names, *strangers[:40], beyond, beyond, removed, removed])
            if i < len(sure):
                kind, name = sure[i]
            slot = random.choice([CONSTANTS["SlotNone"], random.randrange(SLOTS)])
            op = OP.unpack(random.getrandbits(OP.width)) | {
                "op": OP_KIND[kind], "ctl": 4, "untracked": 0, "mark_bad": 0, "slot": slot, "symbol": int.from_bytes(name, "little"), "msg_index": i}
            src.send(op)
            cov.hit(op=kind)
            if kind in SYMBOL_OPS:
                found = slots.get(name) if name != removed else None
                cov.hit(found="removed" if name == removed else "slot beyond" if name == beyond else
                        "no" if found is None else f"way {where[name]}")
                if found is None:
                    missing += 1
                    continue
                op = op | {"slot": found}
            want.append(op)
        await src.drained()
        for _ in range(30):
            await RisingEdge(dut.clk_i)
        assert dut.busy_o.value == 0
        items = list(out.items)
        assert items == want, next((g, w) for g, w in zip(items + [None], want + [None]) if g != w)
        assert unmapped[0] == missing, f"{unmapped[0]} unmapped, want {missing}"
        unmapped[0] = 0
        src.stop()
        out.stop()
        await RisingEdge(dut.clk_i)
    # Core reset keeps the tables.
    dut.core_reset_i.value = 1
    await RisingEdge(dut.clk_i)
    dut.core_reset_i.value = 0
    src, out = source(dut, "op", dut.clk_i, OP), sink(dut, "op", dut.clk_i, OP)
    src.send({"op": OP_KIND["OpTrade"], "symbol": int.from_bytes(names[1], "little")})
    await out.wait(1, 100)
    assert out.items[0]["slot"] == 1
    cov.check()


@cocotb.test()
async def unmapped_messages_cost_one_cycle(dut):
    """A feed of strangers passes at one message a cycle; a hit comes out two cycles after it went in."""
    await start(dut)
    name = b"AAPL    "
    await write(dut, 1, rows(name, MAP_LOG2)[1], name, 3)
    src, out = source(dut, "op", dut.clk_i, OP), sink(dut, "op", dut.clk_i, OP)
    await RisingEdge(dut.clk_i)
    for stranger in symbols(300):
        src.send({"op": OP_KIND["OpTrade"], "symbol": int.from_bytes(stranger, "little")})
    begin = out.cycle
    await src.drained()
    assert out.cycle - begin <= 302, out.cycle - begin
    for _ in range(5):
        await RisingEdge(dut.clk_i)
    src.send({"op": OP_KIND["OpTrade"], "symbol": int.from_bytes(name, "little")})
    await RisingEdge(dut.op_valid_i)
    cycles = 0
    while dut.op_valid_o.value != 1:
        await RisingEdge(dut.clk_i)
        await Timer(1, unit="step")
        cycles += 1
        assert cycles < 20
    assert cycles == 2, cycles


def test_instrument_map():
    """64 slots, rows four times as many in each table."""
    run("instrument_map", SOURCES, {"MapLog2": 8, "Slots": 64, **SMALL}, testname="instrument_map.test_instrument_map")


def test_instrument_map_large():
    """1,000 slots, no power of two."""
    run("instrument_map", SOURCES, {"MapLog2": 12, "Slots": 1000, **SMALL}, testname="instrument_map.test_instrument_map",
        extra_env={"MAP_LOG2": "12", "MAP_SLOTS": "1000"})
