"""iex_decoder against the message tables: each type, length and protocol; control events; one message a cycle."""

import random
from collections import Counter

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer

from contract.regs import MESSAGE_DISPOSITIONS
from iex_decoder.messages import DEEP, LENGTHS, TOPS, build, disposition, operation
from lib.bench import run
from lib.coverage import Coverage
from lib.stream import always, sink, source, stalls
from lib.structs import CONSTANTS, EV, EV_KIND, OP, OP_KIND

SOURCES = ["gen/esc_counter_pkg.sv", "iex_decoder.sv"]
NAMES = {MESSAGE_DISPOSITIONS[name]: name for name in ("not_book_relevant", "unknown_type", "short", "empty")}
# Fields that an operation means; the others are free.
MEANT = {"OpQuote": ("symbol", "feed_time", "price0", "size0", "price1", "size1"),
         "OpLevel": ("symbol", "feed_time", "price0", "size0", "ask_side", "complete"),
         "OpTrade": ("symbol", "feed_time", "price0", "size0", "code"), "OpBreak": ("symbol", "feed_time", "size0"),
         "OpStatus": ("symbol", "feed_time", "code"), "OpSysStatus": ("feed_time", "code", "slot")}
COMMON = ("hw_time", "msg_index", "bad", "first_of_frame", "unloaded", "t_in")


async def start(dut, protocol):
    """Clock and reset."""
    for name in ("core_reset_i", "ev_valid_i", "op_ready_i", "ev_i", "rst_ni"):
        getattr(dut, name).value = 0
    dut.protocol_i.value = protocol
    await Timer(1, unit="ns")
    cocotb.start_soon(Clock(dut.clk_i, 2, unit="ns").start())
    for _ in range(3):
        await RisingEdge(dut.clk_i)
    assert dut.op_valid_o.value == 0 and dut.disp_valid_o.value == 0, "valid in a reset"
    dut.rst_ni.value = 1
    await RisingEdge(dut.clk_i)


def event(kind="EvMsg", data=b"", **fields):
    """An ev_t with random bookkeeping; bytes beyond the message are noise."""
    noise = data[:50] + random.randbytes(50 - len(data[:50]))
    return {"kind": EV_KIND[kind], "hw_time": random.getrandbits(64), "msg_index": random.getrandbits(40),
            "seq": random.getrandbits(64), "count": random.getrandbits(64), "bad": random.getrandbits(1),
            "first_of_frame": random.getrandbits(1), "unloaded": random.getrandbits(1),
            "t_in": random.getrandbits(32), "len": len(data), "data": int.from_bytes(noise, "little"), **fields}


@cocotb.test()
async def messages_become_operations(dut):
    """Every type of both tables at every interesting length, with stalls on both sides."""
    cov = Coverage("iex_decoder")
    cov.bins("protocol", [TOPS, DEEP, 0x8005])
    cov.bins("type", [*LENGTHS, "other"])
    cov.bins("length", ["short", "exact", "long"])
    cov.cross("protocol x type x length", "protocol", "type", "length", ignore=lambda p, t, n: t == "other" and n != "exact")
    cov.bins("end", [*NAMES.values(), None])
    cov.bins("control", [k for k in EV_KIND if k != "EvMsg"])
    await start(dut, TOPS)
    src = source(dut, "ev", dut.clk_i, EV, stalls(0.2))
    out = sink(dut, "op", dut.clk_i, OP, stalls(0.3))
    got = Counter()

    async def count():
        while True:
            await RisingEdge(dut.clk_i)
            if dut.disp_valid_o.value == 1:
                got[NAMES[int(dut.disp_o.value)]] += 1

    cocotb.start_soon(count())
    for number in cov.rounds(3):
        protocol = (TOPS, DEEP, 0x8005)[number % 3]
        dut.protocol_i.value = protocol
        want, ends = [], Counter()
        for _ in range(700):
            if random.random() < 0.1:
                kind = random.choice([k for k in EV_KIND if k != "EvMsg"])
                ev = event(kind, len=random.getrandbits(14))
                cov.hit(control=kind)
                src.send(ev)
                fields = {"op": OP_KIND["OpControl"], "ctl": EV_KIND[kind], "mtype": 0, "seq": ev["seq"], "count": ev["count"]}
                if kind in ("EvVisit", "EvSlot"):
                    fields["slot"], fields["code"] = ev["len"] & 4095, ev["len"] >> 12
                if kind == "EvVoid":
                    fields["code"] = ev["len"] & 31
                want.append((ev, fields))
                continue
            kind = random.choice([*LENGTHS, "other"])
            if kind == "other":
                data = random.choice([b"", bytes([random.randrange(256)]) + random.randbytes(random.randint(0, 60))])
                length = "exact"
            else:
                data = build(kind, random.randbytes(8))
                length = random.choice(["short", "exact", "long"])
                if length == "short":
                    data = data[:random.choice([1, len(data) - 1])]
                elif length == "long":
                    data += random.randbytes(random.choice([1, 300]))
            end = disposition(data, protocol)
            cov.hit(protocol=protocol, type=kind, length=length)
            cov.hit(end=end)
            ev = event("EvMsg", data)
            src.send(ev)
            if end:
                ends[end] += 1
            else:
                op = operation(data)
                fields = {f: op[f] for f in MEANT[op["op"]] if f != "slot"} | {"op": OP_KIND[op["op"]], "mtype": data[0]}
                if op["op"] == "OpSysStatus":
                    fields["slot"] = CONSTANTS["SlotNone"]
                want.append((ev, fields))
        await src.drained()
        for _ in range(50):
            await RisingEdge(dut.clk_i)
        assert dut.busy_o.value == 0
        assert got == ends, f"dispositions: want {ends}, got {got}"
        got.clear()
        items = list(out.items)
        out.items.clear()
        assert len(items) == len(want), f"{len(items)} operations, want {len(want)}"
        for item, (ev, fields) in zip(items, want):
            for field in COMMON:
                assert item[field] == ev[field], f"{field}: {item[field]:#x}, want {ev[field]:#x}"
            for field in ("order_add", "order_trade", "order_last", "mark_bad", "untracked"):
                assert item[field] == 0, f"{field}: of ITCH only, and set in {fields}"
            for field, value in fields.items():
                assert item[field] == value, f"{field}: {item[field]:#x}, want {value:#x} in {fields}"
    cov.check()


@cocotb.test()
async def one_message_a_cycle(dut):
    """Messages that end here, and messages that go on, cost one cycle each; latency one cycle."""
    await start(dut, DEEP)
    src = source(dut, "ev", dut.clk_i, EV, always)
    out = sink(dut, "op", dut.clk_i, OP, always)
    await RisingEdge(dut.clk_i)
    for _ in range(200):
        src.send(event("EvMsg", build(random.choice("ODT8"), bytes(8))))
    begin = out.cycle
    await src.drained()
    assert out.cycle - begin <= 202, out.cycle - begin


def test_iex_decoder():
    """The only size there is."""
    run("iex_decoder", SOURCES, testname="iex_decoder.test_iex_decoder")
