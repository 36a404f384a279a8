"""decode_stage on ITCH against the reference: every message, locate and order rule, hazards at every distance, any stalls."""

import os
import random
from collections import deque

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge, Timer

from contract.regs import MESSAGE_DISPOSITIONS
from decode_stage import scenarios
from decode_stage.itch import LENGTHS, NOT_BOOK, build
from decode_stage.reference import Reference
from iex_decoder.messages import DEEP, TABLES, disposition, operation
from iex_decoder.messages import build as build_iex
from instrument_map.cuckoo import place
from lib.bench import run
from lib.coverage import Coverage
from lib.stream import always, sink, source, stalls
from lib.structs import EV, EV_KIND, OP, OP_KIND

SOURCES = ["gen/esc_counter_pkg.sv", "itch_pkg.sv", "sync_ram.sv", "key_hash.sv", "generation.sv", "symbol_table.sv",
           "locate_table.sv", "order_table.sv", "untracked_counts.sv", "iex_decoder.sv", "itch_decoder.sv",
           "instrument_map.sv", "decode_stage.sv"]
MAP_LOG2 = int(os.environ.get("MAP_LOG2", "4"))
SLOTS = int(os.environ.get("MAP_SLOTS", "5"))
SETS_LOG2 = int(os.environ.get("ORDER_SETS_LOG2", "2"))
WAYS = int(os.environ.get("ORDER_WAYS", "2"))
LOCATE_LOG2 = int(os.environ.get("LOCATE_LOG2", "4"))
GEN_BITS = int(os.environ.get("GEN_BITS", "2"))
ENDS = ("not_book_relevant", "unmapped", "unknown_ref", "no_change", "unknown_type", "short", "empty")
DISPOSITIONS = {MESSAGE_DISPOSITIONS[name]: name for name in ENDS}
EVENTS = ("reused_ref", "table_overflow", "over_execution")
COMMON = ("hw_time", "msg_index", "bad", "first_of_frame", "unloaded", "t_in")
OPERATIONS = ("OpOrder", "OpMark", "OpTrade", "OpBreak", "OpStatus")


class Bench:
    """The stage with its host, its reference, and what it said."""

    def __init__(self, dut):
        self.dut = dut
        self.got = {"decoder": deque(), "map": deque(), "events": deque()}
        self.want = {"ops": deque(), "decoder": [], "map": [], "events": []}
        self.index = 0

    async def start(self, itch=1):
        """Clock, reset, symbols, and the first sweep."""
        dut = self.dut
        for name in ("core_reset_i", "ev_valid_i", "op_ready_i", "ev_i", "cfg_valid_i", "rst_ni"):
            getattr(dut, name).value = 0
        dut.itch_i.value, dut.protocol_i.value = itch, DEEP
        await Timer(1, unit="ns")
        cocotb.start_soon(Clock(dut.clk_i, 2, unit="ns").start())
        await ClockCycles(dut.clk_i, 3)
        dut.rst_ni.value = 1
        names = [f"SYM{i}".ljust(8).encode() for i in range(SLOTS)]
        table = None
        while table is None:
            table = place(names, MAP_LOG2)
        self.symbols = {name: slot for slot, name in enumerate(names)}
        for (way, row), name in table.items():
            dut.cfg_way_i.value, dut.cfg_index_i.value, dut.cfg_slot_i.value = way, row, self.symbols[name]
            dut.cfg_symbol_i.value = int.from_bytes(name, "little")
            dut.cfg_entry_valid_i.value, dut.cfg_valid_i.value = 1, 1
            await RisingEdge(dut.clk_i)
        dut.cfg_valid_i.value = 0
        self.reference = Reference(SETS_LOG2, WAYS, self.symbols)
        strangers = [f"X{i}".ljust(8).encode() for i in range(4)]
        self.market = scenarios.Market(SETS_LOG2, WAYS, self.symbols, strangers, list(range(1 << LOCATE_LOG2)))
        while itch and dut.busy_o.value == 1:
            await ClockCycles(dut.clk_i, 50)
        cocotb.start_soon(self._watch())

    async def _watch(self):
        dut = self.dut
        edge = RisingEdge(dut.clk_i)
        ports = [(dut.decoder_disp_valid_o, dut.decoder_disp_o, self.got["decoder"]),
                 (dut.map_disp_valid_o, dut.map_disp_o, self.got["map"])]
        events = [(getattr(dut, f"{name}_o"), name) for name in EVENTS]
        taken = told = False
        while True:
            await edge
            # What was taken in the last cycle has ended, or the stage is busy with it.
            resting = dut.rst_ni.value != 1 or dut.core_reset_i.value == 1
            ends = dut.decoder_disp_valid_o.value == 1
            assert resting or not taken or told or ends or dut.busy_o.value == 1, "a message in the decoder, and not busy"
            assert resting or dut.op_valid_o.value != 1 or dut.busy_o.value == 1, "an operation on offer, and not busy"
            taken, told = not resting and dut.ev_valid_i.value == 1 and dut.ev_ready_o.value == 1, ends
            for valid, disp, heard in ports:
                if valid.value == 1:
                    heard.append(DISPOSITIONS[int(disp.value)])
            for pulse, name in events:
                if pulse.value == 1:
                    self.got["events"].append(name)

    def event(self, kind, data=b"", **fields):
        """An ev_t with random bookkeeping; bytes beyond the message are noise."""
        noise = data[:50] + random.randbytes(50 - len(data[:50]))
        self.index += 1
        return {"kind": EV_KIND[kind], "hw_time": random.getrandbits(64), "msg_index": self.index,
                "seq": random.getrandbits(64), "count": random.getrandbits(64), "bad": random.getrandbits(1),
                "first_of_frame": random.getrandbits(1), "unloaded": random.getrandbits(1),
                "t_in": random.getrandbits(32), "len": len(data), "data": int.from_bytes(noise, "little"), **fields}

    def put(self, item):
        """The event of an item (type, fields) or bytes; what it must give is noted. Returns (event, result)."""
        if isinstance(item, bytes):
            ev, result = self.event("EvMsg", item), self.reference.message(item)
        elif item[0].startswith("Ev"):
            length = {"EvVisit": random.choice([0, 1, 2]) << 12 | item[1], "EvSlot": random.getrandbits(1) << 12 | item[1],
                      "EvVoid": random.randrange(32)}.get(item[0], random.getrandbits(12))
            ev = self.event(item[0], len=length)
            result = self.reference.control(item[0], ev)
        else:
            data = build(item[0], **item[1])
            if random.random() < 0.2:
                data += random.randbytes(random.choice([1, 30]))
            ev, result = self.event("EvMsg", data), self.reference.message(data)
        for op in result.ops:
            self.want["ops"].append(op | {name: ev[name] for name in COMMON})
        if result.decoder:
            self.want["decoder"].append(result.decoder)
        if result.map:
            self.want["map"].append(result.map)
        self.want["events"] += result.events
        return ev, result

    def check(self, out):
        """Everything that came is what the reference says, in order."""
        for n, (op, want) in enumerate(zip(out.items, self.want["ops"])):
            want = want | {"op": OP_KIND[want["op"]]} | ({"ctl": EV_KIND[want["ctl"]]} if "ctl" in want else {})
            wrong = {name: (op[name], value) for name, value in want.items() if op[name] != value}
            assert not wrong, f"operation {n}, message {want['msg_index']}: got, want {wrong} in {want}"
        assert len(out.items) == len(self.want["ops"]), f"{len(out.items)} operations, want {len(self.want['ops'])}"
        for name, got in self.got.items():
            assert list(got) == self.want[name], f"{name}: got {list(got)}, want {self.want[name]}"
            got.clear()
            self.want[name] = []
        out.items.clear()
        self.want["ops"].clear()


class Gaps:
    """Stall rule: exactly the idle cycles asked for in front of each event, then random ones."""

    def __init__(self, more=always):
        self.gaps, self.left, self.more = deque(), None, more

    def __call__(self):
        if self.left is None:
            self.left = self.gaps.popleft()
        if self.left > 0:
            self.left -= 1
            return True
        if self.more():
            return True
        self.left = None
        return False


async def play(bench, items, cov, in_rule=always, out_rule=always):
    """Sends items, checks all that comes, counts what it was. Returns the results."""
    dut = bench.dut
    rule = Gaps(in_rule)
    src, out = source(dut, "ev", dut.clk_i, EV, rule), sink(dut, "op", dut.clk_i, OP, out_rule)
    results, gap = [], 0
    for item in items:
        if isinstance(item, int):
            gap += item
            continue
        ev, result = bench.put(item)
        rule.gaps.append(gap)
        gap = 0
        src.send(ev)
        results.append(result)
        if cov is not None:
            sample(cov, item, ev, result)
    await src.drained()
    for _ in range(400):
        await RisingEdge(dut.clk_i)
        if dut.busy_o.value == 0 and dut.op_valid_o.value == 0:
            break
    assert dut.busy_o.value == 0
    for _ in range(2):
        await RisingEdge(dut.clk_i)
    src.stop()
    out.stop()
    bench.check(out)
    return results


def coverage():
    """What must have been seen."""
    cov = Coverage("decode_stage")
    cov.bins("kind", [*"AFECXDUPQBH"])
    cov.bins("instrument", ["locate", "locate unmapped", "symbol", "symbol unmapped", "nothing"])
    cov.cross("kind x instrument", "kind", "instrument", ignore=lambda k, i: k in "ECXDU" or (k == "B") == i.startswith("symbol")
              or (i == "nothing" and k != "B"))
    cov.bins("order", ["locate tells its slot", "locate tells another slot", "locate not learned", "locate unmapped",
                       "unknown, marks", "unknown, untracked", "unknown, locate unmapped", "unknown, locate not learned"])
    cov.cross("kind x order", "kind", "order", ignore=lambda k, o: k not in "ECXDU")
    cov.bins("reduce", ["part", "all", "over", "nothing"])
    cov.cross("kind x reduce", "kind", "reduce", ignore=lambda k, r: k not in "ECX")
    cov.bins("printable", [True, False])
    cov.cross("printable x reduce", "printable", "reduce")
    cov.bins("insert", ["free way", "last way", "overflow", "reused", "reused, other slot", "reused, no slot"])
    cov.cross("kind x insert", "kind", "insert", ignore=lambda k, i: k not in "AFU" or (k, i) == ("U", "reused, no slot"))
    cov.bins("stranger", ["locate unmapped", "symbol unmapped"])  # of a reused reference
    cov.cross("kind x stranger", "kind", "stranger", ignore=lambda k, s: k not in "AF")
    cov.bins("new reference", ["the same", "same set", "other set"])
    cov.bins("operation", OPERATIONS)
    cov.bins("untracked", [0, 1])
    cov.cross("operation x untracked", "operation", "untracked")
    cov.bins("last one", ["right", "wrong"])  # of a slot's untracked orders to leave
    cov.bins("visit untracked", [0, 1])
    cov.bins("control", [k for k in EV_KIND if k != "EvMsg"])
    cov.bins("end", [*ENDS, "ops"])
    cov.bins("hazard", scenarios.HAZARDS)
    cov.bins("gap", [0, 1, 2, 3])
    cov.cross("hazard x gap", "hazard", "gap")
    return cov


def sample(cov, item, ev, result):
    """Counts one event."""
    cov.hit(end=result.decoder or result.map or "ops")
    if ev["kind"] != EV_KIND["EvMsg"]:
        cov.hit(control=item[0])
        if item[0] == "EvVisit":
            cov.hit(**{"visit untracked": result.ops[0]["untracked"]})
        return
    for op in result.ops:
        if op["op"] in OPERATIONS:
            cov.hit(operation=op["op"], untracked=op["untracked"])
    if result.notes:
        # each note alone with the kind: crosses are of the kind with one note
        for name, value in result.notes.items():
            cov.hit(kind=item[0], **{name: value})
        if result.notes.get("insert") == "reused, no slot":
            cov.hit(kind=item[0], stranger=result.notes["instrument"])
        if "printable" in result.notes:
            cov.hit(printable=result.notes["printable"], reduce=result.notes["reduce"])


RULES = [(always, always), (lambda: stalls(0.3), always), (always, lambda: stalls(0.4)), (lambda: stalls(0.2), lambda: stalls(0.7))]


def rule(maker):
    """A stall rule of RULES."""
    return maker if maker is always else maker()


@cocotb.test()
async def orders_and_locates(dut):
    """Every directed scenario under every stall rule, hazards at each distance, then chance."""
    bench = Bench(dut)
    await bench.start()
    cov = coverage()
    market = bench.market
    for round_number, (in_maker, out_maker) in enumerate(RULES):
        plays = []
        for maker in (scenarios.instruments, scenarios.nothing_to_say, scenarios.order_known, scenarios.untracked,
                      scenarios.reductions, scenarios.insertions, scenarios.flags):
            plays += list(maker(market))
        plays += scenarios.wraps(market, (1 << GEN_BITS) - 1)
        random.shuffle(plays)
        stream = []
        for items in plays:
            stream += [("EvRestart", 0), *items]
        stream += [("EvGap", 0), ("EvVoid", 0), ("EvHeartbeat", 0), b"", b"z", build("D")[:-1], build("A")[:1]]
        await play(bench, stream, cov, rule(in_maker), rule(out_maker))
        # distances hold only when nothing else stalls; the other rules shake them
        stream = []
        for name in scenarios.HAZARDS:
            for gap in range(4):
                stream += [("EvRestart", 0), *scenarios.hazard(market, name, gap)]
                if round_number == 0:
                    cov.hit(hazard=name, gap=gap)
        await play(bench, stream, cov, rule(in_maker), rule(out_maker))
    capacity = WAYS << SETS_LOG2
    for _ in cov.rounds(6):
        refs = [market.ref() for _ in range(capacity // 2 + 1)]
        refs += [market.near(random.choice(refs)) for _ in range(capacity // 2 + 1)]
        in_maker, out_maker = random.choice(RULES)
        await play(bench, [("EvRestart", 0), *scenarios.chance(market, 1500, refs)], cov, rule(in_maker), rule(out_maker))
        # every order that went in and was not taken out is found
        left = [scenarios.about("D", 0, ref, market) for ref in bench.reference.orders]
        random.shuffle(left)
        results = await play(bench, left, cov)
        assert all(len(r.ops) == 1 for r in results) and not bench.reference.orders
    cov.check()


@cocotb.test()
async def lengths_and_types(dut):
    """Every type at every interesting length; every byte that is no type."""
    bench = Bench(dut)
    await bench.start()
    cov = Coverage("decode_stage, types")
    cov.bins("type", [*LENGTHS])
    cov.bins("length", ["1", "short by 1", "exact", "long by 1", "long"])
    cov.cross("type x length", "type", "length")
    cov.bins("end", [*ENDS, "ops"])
    items = []
    for in_maker, out_maker in RULES[1:3]:
        for kind, length in LENGTHS.items():
            for name, size in (("1", 1), ("short by 1", length - 1), ("exact", length), ("long by 1", length + 1), ("long", length + 300)):
                fields = {"stock": random.choice(sorted(bench.symbols))} if kind in "AFHPQR" else {}
                cov.hit(type=kind, length=name)
                items.append((build(kind, locate=random.choice(bench.market.locates), **fields) + random.randbytes(300))[:size])
        items += [bytes([byte]) + random.randbytes(49) for byte in range(256) if chr(byte) not in LENGTHS]
        items += [b"", build("Q", locate=1, shares=0, stock=sorted(bench.symbols)[0]), build("B", locate=1)]
        random.shuffle(items)
        # a last one of each end, whatever the locates were before
        name = sorted(bench.symbols)[0]
        items += [build("R", locate=2, stock=name), build("R", locate=3, stock=b"STRANGER"), build("D", locate=2), build("D", locate=3),
                  build("Q", locate=2, shares=0), build("S")]
        for result in await play(bench, items, None, rule(in_maker), rule(out_maker)):
            cov.hit(end=result.decoder or result.map or "ops")
        items = []
    assert set(NOT_BOOK) < set(LENGTHS) and len(LENGTHS) == 23
    cov.check()


@cocotb.test()
async def three_cycles_and_every_second(dut):
    """Three cycles from the event taken to the operation offered; a message every second cycle, U every fourth."""
    bench = Bench(dut)
    await bench.start()
    m = bench.market
    name = sorted(bench.symbols)[0]
    await play(bench, [("EvRestart", 0), scenarios.teach(1, name)], None)
    assert dut.stalled_o.value == 0
    ref = m.ref()
    messages = [scenarios.order("A", 1, ref, m, shares=50)]
    messages += [scenarios.about(kind, 1, ref, m, shares=1) for kind in "ECX"]
    new = m.ref()
    messages += [scenarios.about("U", 1, ref, m, new_ref=new), scenarios.about("D", 1, new, m)]
    messages += [("P", {"locate": 1}), ("Q", {"locate": 1, "shares": 4}), ("H", {"locate": 1}), ("B", {"locate": 1}), ("S", {})]
    edge = RisingEdge(dut.clk_i)
    dut.op_ready_i.value = 1
    for item in messages:
        ev, result = bench.put(item)
        dut.ev_i.value = EV.pack(ev)
        dut.ev_valid_i.value = 1
        await Timer(1, unit="step")
        assert dut.ev_ready_o.value == 1
        await edge
        dut.ev_valid_i.value = 0
        cycles = 1
        await Timer(1, unit="step")
        while dut.op_valid_o.value != 1:
            await edge
            await Timer(1, unit="step")
            cycles += 1
            assert cycles < 20, item
        assert cycles == 3, f"{item[0]}: {cycles} cycles"
        await ClockCycles(dut.clk_i, 12)
    bench.want["ops"].clear()
    await play(bench, [("EvRestart", 0), scenarios.teach(1, name), 40], None)

    async def rate(items, cycles):
        src, out = source(dut, "ev", dut.clk_i, EV), sink(dut, "op", dut.clk_i, OP)
        await edge
        for item in items:
            src.send(bench.put(item)[0])
        begin = out.cycle
        await src.drained()
        took = out.cycle - begin
        await ClockCycles(dut.clk_i, 12)
        bench.check(out)
        src.stop()
        out.stop()
        assert took <= cycles * len(items) + 4, f"{took} cycles for {len(items)} messages"

    ref, other = m.ref(), m.ref()
    await rate([scenarios.order("A", 1, ref, m, shares=9), scenarios.about("E", 1, ref, m), scenarios.about("X", 1, ref, m),
                scenarios.about("C", 1, ref, m), scenarios.about("D", 1, ref, m), scenarios.about("D", 1, ref, m)] * 40, 2)
    await rate([scenarios.order("A", 1, ref, m)], 8)
    await rate([scenarios.about("U", 1, ref, m, new_ref=other), scenarios.about("U", 1, other, m, new_ref=ref)] * 60, 4)


@cocotb.test()
async def core_reset_forgets(dut):
    """Core reset forgets orders, locates and counts, keeps symbols, at every generation; hard reset sweeps."""
    bench = Bench(dut)
    await bench.start()
    m = bench.market
    name = sorted(bench.symbols)[0]
    live = (1 << GEN_BITS) - 1  # numbers of generations; when they are used up, and only then, the tables are swept
    for number in range(9):
        full, refs = scenarios.fill(m, 1, 1)
        await play(bench, [scenarios.teach(1, name), *full, scenarios.order("A", 1, m.ref(1), m)], None)
        dut.core_reset_i.value = 1
        await ClockCycles(dut.clk_i, random.choice([1, 4]))
        dut.core_reset_i.value = 0
        await RisingEdge(dut.clk_i)
        assert dut.stalled_o.value == int(number % live == live - 1), f"reset {number} of {live} generations"
        while dut.busy_o.value == 1:
            await ClockCycles(dut.clk_i, 10)
        bench.reference.restart()
        await play(bench, [("B", {"locate": 1}), *(scenarios.about("D", 1, ref, m) for ref in refs),
                           ("H", {"locate": 1, "stock": name}), ("EvVisit", bench.symbols[name])], None)


@cocotb.test()
async def events_wait_for_the_sweep(dut):
    """After hard reset nothing is taken on ITCH until the walk is over; IEX does not wait, and passes one a cycle."""
    bench = Bench(dut)
    await bench.start(itch=0)
    assert dut.busy_o.value == 0
    name = sorted(bench.symbols)[0]
    edge = RisingEdge(dut.clk_i)
    src, out = source(dut, "ev", dut.clk_i, EV), sink(dut, "op", dut.clk_i, OP)
    await edge
    strangers = [bench.event("EvMsg", build_iex("T", b"X%07d" % i)) for i in range(200)]
    for ev in strangers:
        src.send(ev)
    begin = out.cycle
    await src.drained()
    assert out.cycle - begin <= 202, out.cycle - begin
    await ClockCycles(dut.clk_i, 5)
    assert list(bench.got["map"]) == ["unmapped"] * 200 and not out.items
    src.stop()
    out.stop()
    dut.op_ready_i.value = 1
    dut.ev_i.value = EV.pack(bench.event("EvMsg", build_iex("8", name)))
    dut.ev_valid_i.value = 1
    await edge
    dut.ev_valid_i.value = 0
    cycles = 1
    await Timer(1, unit="step")
    while dut.op_valid_o.value != 1:
        await edge
        await Timer(1, unit="step")
        cycles += 1
        assert cycles < 20
    op = OP.unpack(int(dut.op_o.value))
    assert cycles == 3 and op["slot"] == 0 and op["mtype"] == ord("8") and op["op"] == OP_KIND["OpLevel"], (cycles, op)
    assert not any(op[name] for name in ("untracked", "mark_bad", "order_add", "order_last", "order_trade"))
    # hard reset again, now on ITCH
    bench.got["map"].clear()
    dut.rst_ni.value = 0
    dut.itch_i.value = 1
    await ClockCycles(dut.clk_i, 2)
    dut.rst_ni.value = 1
    dut.ev_i.value = EV.pack(bench.event("EvMsg", build("B", locate=1)))
    dut.ev_valid_i.value = 1
    waited = 0
    while True:
        await edge
        if dut.ev_ready_o.value == 1:
            break
        assert dut.busy_o.value == 1 and dut.stalled_o.value == 1
        waited += 1
    dut.ev_valid_i.value = 0
    rows = 1 << max(SETS_LOG2, LOCATE_LOG2, (SLOTS - 1).bit_length())
    assert rows <= waited + 3 and waited <= rows + 3, f"{waited} cycles for {rows} rows"
    await ClockCycles(dut.clk_i, 6)
    assert dut.stalled_o.value == 0 and dut.busy_o.value == 0
    assert list(bench.got["map"]) == ["unmapped"]


@cocotb.test()
async def iex_passes_whatever_stalls(dut):
    """Every message of DEEP, known and unknown symbols, in order and once, however input and output stall."""
    bench = Bench(dut)
    await bench.start(itch=0)
    src = source(dut, "ev", dut.clk_i, EV, stalls(0.3))
    out = sink(dut, "op", dut.clk_i, OP, stalls(0.5))
    names = sorted(bench.symbols) + [b"X%07d" % i for i in range(2)]
    ops, decoder, mapped = [], [], []
    for _ in range(400):
        kind = random.choice(TABLES[DEEP] + "?")
        name = random.choice(names)
        data = b"?" * 30 if kind == "?" else build_iex(kind, name)
        ev = bench.event("EvMsg", data)
        src.send(ev)
        ended = disposition(data, DEEP)
        if ended:
            decoder.append(ended)
            continue
        op = operation(data)
        if kind != "S":
            del op["symbol"]
            if name not in bench.symbols:
                mapped.append("unmapped")
                continue
            op["slot"] = bench.symbols[name]
        ops.append(op | {"op": OP_KIND[op["op"]], "mtype": data[0]} | {field: ev[field] for field in COMMON})
    await src.drained()
    await out.wait(len(ops))
    await ClockCycles(dut.clk_i, 10)
    got = list(out.items)
    assert len(got) == len(ops), (len(got), len(ops))
    for number, (have, want) in enumerate(zip(got, ops)):
        assert {name: have[name] for name in want} == want, f"operation {number}"
    assert list(bench.got["decoder"]) == decoder and list(bench.got["map"]) == mapped


def build_and_run(slots, map_log2, sets_log2, ways, locate_log2, gen_bits, testcase=None):
    """One size of the stage."""
    run("decode_stage", SOURCES,
        {"Slots": slots, "MapLog2": map_log2, "OrderSetsLog2": sets_log2, "OrderWays": ways, "LocateLog2": locate_log2,
         "GenBits": gen_bits},
        testname="decode_stage.test_decode_stage", testcase=testcase,
        extra_env={"MAP_LOG2": str(map_log2), "MAP_SLOTS": str(slots), "ORDER_SETS_LOG2": str(sets_log2), "ORDER_WAYS": str(ways),
                   "LOCATE_LOG2": str(locate_log2), "GEN_BITS": str(gen_bits)})


def test_decode_stage_small():
    """4 sets of 2 ways, 5 slots, 16 locates, 3 generations: overflow, reuse, hazards and sweeps all the time."""
    build_and_run(5, 4, 2, 2, 4, 2)


def test_decode_stage_wide():
    """2 sets of 16 ways, 64 slots, 256 locates."""
    build_and_run(64, 8, 1, 16, 8, 3)


def test_decode_stage_default():
    """The size of the card: latency, rate and forgetting."""
    build_and_run(64, 8, 16, 16, 16, 8, testcase=["three_cycles_and_every_second", "core_reset_forgets", "lengths_and_types"])
