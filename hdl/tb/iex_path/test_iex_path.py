"""Decoder, map and book together: latency from the message to the first entry, and a real capture, bit for bit."""

import os
import random
from collections import Counter
from pathlib import Path

import cocotb
import pytest
from cocotb.clock import Clock
from cocotb.triggers import ReadOnly, RisingEdge, Timer

from book.reference import SLOT_NONE, Book
from contract.regs import MESSAGE_DISPOSITIONS
from iex_decoder.messages import DEEP, TOPS, build, disposition, operation
from iex_path.capture import messages
from instrument_map.cuckoo import place
from lib.bench import ROOT, run
from lib.stream import sink, source
from lib.structs import ENTRY, EV, EV_KIND

SOURCES = ["gen/esc_counter_pkg.sv", "gen/esc_line_pkg.sv", "book_pkg.sv", "itch_pkg.sv", "sync_ram.sv", "key_hash.sv",
           "generation.sv", "symbol_table.sv", "locate_table.sv", "order_table.sv", "untracked_counts.sv", "iex_decoder.sv",
           "itch_decoder.sv", "instrument_map.sv", "decode_stage.sv", "offset_code.sv", "grid_floor.sv", "ladder.sv", "level_store.sv",
           "slot_rows.sv", "level_change.sv", "book_side.sv", "book_entry.sv", "book_walk.sv", "fill_list.sv",
           "book_rebuild.sv", "book_engine.sv", "book_lane.sv", "book_queue.sv", "entry_queue.sv", "book.sv",
           "iex_path/iex_path.sv"]
DATA = Path(os.environ.get("ESCAPEMENT_DATA", ROOT.parent / "shared" / "data"))
CAPTURE = "iex_deep10_20170425.pcap.gz"
# All level updates and restarts are taken; of the rest, one in so many (the whole file is the replay's business).
KEEP_OTHER = int(os.environ.get("IEX_PATH_KEEP_OTHER", "25"))
NAMES = {number: name for name, number in MESSAGE_DISPOSITIONS.items()}


async def start(dut, protocol, symbols, tick=100, centre=None):
    """Clock, reset, map and slots."""
    for name in ("ev_valid_i", "ev_i", "entry_ready_i", "map_valid_i", "cfg_valid_i", "rst_ni"):
        getattr(dut, name).value = 0
    dut.protocol_i.value = protocol
    dut.recentre_run_i.value = 2
    await Timer(1, unit="ns")
    cocotb.start_soon(Clock(dut.clk_i, 2, unit="ns").start())
    for _ in range(3):
        await RisingEdge(dut.clk_i)
    dut.rst_ni.value = 1
    table = None
    while table is None:
        table = place(symbols, 8)
    for (way, row), symbol in table.items():
        dut.map_way_i.value, dut.map_index_i.value = way, row
        dut.map_symbol_i.value, dut.map_slot_i.value = int.from_bytes(symbol, "little"), symbols.index(symbol)
        dut.map_valid_i.value = 1
        await RisingEdge(dut.clk_i)
    dut.map_valid_i.value = 0
    for slot in range(len(symbols)):
        dut.cfg_slot_i.value, dut.cfg_tick_i.value, dut.cfg_recip_i.value = slot, tick, -(-(1 << 32) // tick)
        for kind in (3, 0, 1, 2) if centre is not None else (3,):
            dut.cfg_kind_i.value, dut.cfg_centre_i.value = kind, centre or 0
            dut.cfg_valid_i.value = 1
            await RisingEdge(dut.clk_i)
    dut.cfg_valid_i.value = 0


async def settled(dut):
    """Nothing on the way, and the sweep after reset is over."""
    quiet = 0
    while quiet < 4:
        await RisingEdge(dut.clk_i)
        quiet = 0 if dut.busy_o.value == 1 or dut.background_o.value == 1 else quiet + 1


def message(data, index, **fields):
    """An ev_t of a message."""
    return {"kind": EV_KIND["EvMsg"], "msg_index": index, "len": len(data),
            "data": int.from_bytes(data[:50], "little"), **fields}


@cocotb.test()
async def first_entry_within_nine_cycles(dut):
    """Message at the decoder's input in cycle 0: its first entry stands at the book's output by cycle 9."""
    symbol = b"ZXZZT   "
    base = 1_000_000
    worst = Counter()
    for protocol in (TOPS, DEEP):
        await start(dut, protocol, [symbol], centre=base)
        src, out = source(dut, "ev", dut.clk_i, EV), sink(dut, "entry", dut.clk_i, ENTRY)
        await settled(dut)

        async def measure(name, data):
            src.send(message(data, 0))
            await RisingEdge(dut.ev_valid_i)
            cycles = 0
            while dut.entry_valid_o.value != 1:
                await RisingEdge(dut.clk_i)
                await ReadOnly()
                cycles += 1
                assert cycles < 50, f"{name}: no entry"
            worst[name] = max(worst[name], cycles)
            await settled(dut)

        def level(kind, price, size):
            data = bytearray(build(kind, symbol))
            data[1] = 1
            data[18:22] = size.to_bytes(4, "little")
            data[22:30] = price.to_bytes(8, "little", signed=True)
            return bytes(data)

        def priced(kind, price):
            data = bytearray(build(kind, symbol))
            data[22:30] = price.to_bytes(8, "little", signed=True)
            return data

        for i in range(15):
            await measure("T", priced("T", base + 100 * i))
            if protocol == TOPS:
                quote = priced("Q", base + 100 * i)
                quote[30:38] = (base + 100 * (i + 1)).to_bytes(8, "little")
                quote[18:22] = b"\1\0\0\0"
                quote[38:42] = b"\1\0\0\0"
                await measure("Q both sides", quote)
                quote[38:42] = b"\2\0\0\0"
                await measure("Q ask only", quote)
            else:
                await measure("8 new best", level("8", base + 100 * i, 5))
                await measure("5 new best", level("5", base + 9000 - 100 * i, 5))
        if protocol == DEEP:
            for i in reversed(range(1, 15)):
                await measure("8 best gone", level("8", base + 100 * i, 0))
                await measure("5 best gone", level("5", base + 9000 - 100 * i, 0))
        src.stop()
        out.stop()
    print("cycles from the decoder's input to the first entry:", dict(worst), flush=True)
    assert max(worst.values()) <= 9, worst


@cocotb.test(skip=not (DATA / CAPTURE).exists())
async def real_capture_equals_the_reference(dut):
    """All level updates of the real DEEP capture, a sample of the rest: each entry and each disposition."""
    items = [(kind, data) for i, (kind, data) in enumerate(messages(DATA / CAPTURE))
             if kind == "restart" or data[0] in b"85" or i % KEEP_OTHER == 0]
    named = Counter(data[10:18] for kind, data in items if data[:1] and data[0] in b"85" and len(data) >= 18)
    symbols = [s for s, _ in named.most_common(64)]
    await start(dut, DEEP, symbols)
    src, out = source(dut, "ev", dut.clk_i, EV), sink(dut, "entry", dut.clk_i, ENTRY)
    reference = Book([100] * 64, [(None,) * 3] * 64)
    got, refill, ends, want = Counter(), Counter(), Counter(), []

    async def count():
        while True:
            await RisingEdge(dut.clk_i)
            valid = int(dut.disp_valid_o.value)
            if valid:
                disp = int(dut.disp_o.value)
                for i in range(3):
                    if valid >> i & 1:
                        got[NAMES[disp >> 4 * i & 15]] += 1
            if dut.refill_stall_o.value == 1:
                refill["stalls"] += 1
            if dut.refill_cycle_o.value == 1:
                refill["cycles"] += 1

    cocotb.start_soon(count())
    slots = {symbol: slot for slot, symbol in enumerate(symbols)}
    index = 0
    for kind, data in items:
        common = {"hw_time": random.getrandbits(63), "bad": 0, "unloaded": 0, "t_in": 0, "first_of_frame": 0,
                  "msg_index": index}
        if kind == "restart":
            src.send({"kind": EV_KIND["EvRestart"], **common, "count": 1})
            want += reference.apply({"op": "OpControl", "ctl": "EvRestart", "seq": 0, "count": 1,
                                     "slot": SLOT_NONE, "untracked": 0, "mtype": 0, **common})
            continue
        src.send({**message(data, index), **common})
        index += 1
        end = disposition(data, DEEP)
        if end is None:
            op = operation(data)
            slot = SLOT_NONE
            if op["op"] != "OpSysStatus":
                slot = slots.get(op["symbol"].to_bytes(8, "little"))
            if slot is None:
                end = "unmapped"
            else:
                want += reference.apply({**op, "slot": slot, "untracked": 0, "mtype": data[0], **common})
        if end:
            ends[end] += 1
    await src.drained()
    await settled(dut)
    for name in ("ticked", "no_change", "event_open"):
        ends[name] = reference.counts[f"disp_{name}"]
    print(f"{len(items)} items, {len(want)} entries, {out.cycle} cycles, refill {dict(refill)}, {dict(ends)}", flush=True)
    entries = list(out.items)
    for i, (have, entry) in enumerate(zip(entries, want)):
        entry = ENTRY.unpack(ENTRY.pack(entry))
        assert have == entry, f"entry {i}: (got, want) {({f: (have[f], entry[f]) for f in entry if have[f] != entry[f]})}\n{entry}"
    assert len(entries) == len(want)
    assert +got == +ends, f"dispositions: got {got}, want {ends}"


def test_iex_path():
    """Latency on made messages; exactness on a real capture when it is at hand."""
    if not (DATA / CAPTURE).exists():
        message = f"{DATA / CAPTURE} is absent: the real capture is NOT tested (set ESCAPEMENT_DATA)"
        if os.environ.get("ESCAPEMENT_REQUIRE_DATA") == "1":
            pytest.fail(message)
        print(message, flush=True)
    run("iex_path", SOURCES, testname="iex_path.test_iex_path")
