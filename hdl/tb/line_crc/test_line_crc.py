"""line_crc: CRC-32C of every block, one cycle after `en_i`, against a table-driven reference with a published check value."""

import random

import cocotb
from cocotb.triggers import RisingEdge
from cocotb.clock import Clock
from lib.bench import run
from lib.coverage import Coverage
from line_model.crc import crc32c

BYTES = 60


@cocotb.test()
async def the_crc_is_castagnoli(dut):
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720 names the polynomial; the usual check value
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    cov = Coverage("line_crc")
    cov.bins("block", ["zeros", "ones", "one bit", "random"])
    cov.bins("enable", [0, 1])
    cocotb.start_soon(Clock(dut.clk_i, 6, "ns").start())
    want = None
    lone = list(range(8 * BYTES))
    random.shuffle(lone)
    for number in cov.rounds(8 * BYTES + 400):
        kind = "one bit" if number < len(lone) else random.choice(["zeros", "ones", "random", "random"])
        block = {"zeros": 0, "ones": (1 << 8 * BYTES) - 1, "random": random.getrandbits(8 * BYTES)}.get(kind)
        if block is None:
            block = 1 << lone[number]
        enable = int(number < len(lone) or random.random() < 0.7)
        dut.data_i.value, dut.en_i.value = block, enable
        await RisingEdge(dut.clk_i)
        if want is not None:
            assert int(dut.crc_o.value) == want, f"block {number - 1}"
        if enable:
            want = crc32c(block.to_bytes(BYTES, "little"))
        cov.hit(block=kind, enable=enable)
    cov.check()


def test_line_crc():
    run("line_crc", ["line_crc.sv"], {"Bits": 8 * BYTES})
