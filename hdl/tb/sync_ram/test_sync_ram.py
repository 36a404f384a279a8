"""sync_ram: what was written comes back a cycle after the read, and stays; a read of the row being written gives the old one."""

import random

import cocotb
from cocotb.triggers import ReadOnly, RisingEdge, Timer
from lib.bench import run
from lib.coverage import Coverage

WIDTH, DEPTH = 37, 19


@cocotb.test()
async def reads_give_what_was_written(dut):
    cov = Coverage("sync_ram")
    cov.bins("row", range(DEPTH))
    cov.bins("cycle", ["idle", "read", "write", "both", "both, same row"])
    cov.bins("held", ["1", "2..", "over a write of its row"])
    rows, shown, row_shown, held = {}, None, None, 0
    for name in ("re_i", "we_i", "raddr_i", "waddr_i", "wdata_i", "clk_i"):
        getattr(dut, name).value = 0
    await Timer(1, "ns")
    for cycle in cov.rounds(3000):
        read, write = random.random() < 0.5, random.random() < 0.5
        waddr, data = random.randrange(DEPTH), random.getrandbits(WIDTH)
        raddr = waddr if random.random() < 0.3 else random.randrange(DEPTH)
        if cycle < DEPTH:  # every row has something before the first read
            read, write, waddr = False, True, cycle
        dut.re_i.value, dut.we_i.value = int(read), int(write)
        dut.raddr_i.value, dut.waddr_i.value, dut.wdata_i.value = raddr, waddr, data
        await Timer(1, "ns")
        dut.clk_i.value = 1
        await RisingEdge(dut.clk_i)
        await ReadOnly()
        if read:
            shown, row_shown, held = rows[raddr], raddr, 0
        elif shown is not None:
            held += 1
            cov.hit(held="over a write of its row" if write and waddr == row_shown else "1" if held == 1 else "2..")
        if write:
            rows[waddr] = data
            cov.hit(row=waddr)
        both = "both, same row" if raddr == waddr else "both"
        cov.hit(cycle=both if read and write else "read" if read else "write" if write else "idle")
        assert shown is None or int(dut.rdata_o.value) == shown, f"cycle {cycle}, row {row_shown}"
        await Timer(1, "ns")
        dut.clk_i.value = 0
    cov.check()


def test_sync_ram():
    run("sync_ram", ["sync_ram.sv"], {"Width": WIDTH, "Depth": DEPTH})
