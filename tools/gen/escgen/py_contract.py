"""hdl/tb/contract: the same contracts for the benches."""

from .line_model import TABLES, LineFormat
from .naming import header
from .rdl_model import GROUPS, Map


def package() -> str:
    return '"""Generated constants: registers and counters (`regs`), the tick line (`line`)."""\n'


def _table(out: list[str], name: str, doc: str, items: dict[str, int], hexadecimal: bool = False) -> None:
    out += ["", f"#: {doc}", f"{name} = {{"]
    out += [f'    "{k}": {hex(v) if hexadecimal else v},' for k, v in items.items()]
    out.append("}")


def registers(regs: Map) -> str:
    out = [header("#", "hdl/regs/escapement.rdl").rstrip("\n")]
    out += [
        '"""Registers, counters and dispositions."""',
        "",
        "from typing import NamedTuple",
        "",
        "",
        "class Field(NamedTuple):",
        '    """Bits high:low of a register."""',
        "",
        "    low: int",
        "    high: int",
        "",
        "    def get(self, value: int) -> int:",
        "        return value >> self.low & ((1 << (self.high - self.low + 1)) - 1)",
        "",
        "    def put(self, value: int) -> int:",
        "        if not 0 <= value < 1 << (self.high - self.low + 1):",
        '            raise ValueError(f"{value:#x} does not fit bits {self.high}:{self.low}")',
        "        return value << self.low",
        "",
        "",
        "class Register(NamedTuple):",
        '    """A 64-bit register: byte offset, reset value, fields, what software may do."""',
        "",
        "    offset: int",
        "    reset: int",
        "    access: str",
        "    fields: dict[str, Field]",
        "",
        "    def pack(self, **values: int) -> int:",
        '        """The register\'s value from field values; the others are 0."""',
        "        return sum(self.fields[name].put(value) for name, value in values.items())",
        "",
        "",
        "REGISTERS = {",
    ]
    for r in regs.registers:
        access = ("r" if r.readable else "") + ("w" if r.writable else "")
        out.append(f'    "{r.name}": Register({r.offset:#x}, {r.reset:#x}, "{access}", {{')
        out += [f'        "{f.name}": Field({f.low}, {f.high}),' for f in r.fields]
        out.append("    }),")
    out.append("}")
    out.append("")
    out += [f"{r.name} = REGISTERS[\"{r.name}\"]" for r in regs.registers]
    out += ["", f"COUNTER_BASE = {regs.counter_base:#x}", f"NUM_COUNTERS = {len(regs.counters)}"]
    _table(out, "COUNTERS", "Full counter name -> index in the bank.", {c.full_name: c.index for c in regs.counters})
    out += ["", "#: Group -> names inside the group, in bank order.", "COUNTER_GROUPS = {"]
    for g in GROUPS:
        out.append(f'    "{g}": [')
        out += [f'        "{c.name}",' for c in regs.group(g)]
        out.append("    ],")
    out.append("}")
    _table(out, "FRAME_DISPOSITIONS", "Frame disposition -> number.", {c.name: i for i, c in enumerate(regs.group("frames"))})
    _table(out, "MESSAGE_DISPOSITIONS", "Message disposition -> number.", {c.name: i for i, c in enumerate(regs.group("dispositions"))})
    return "\n".join(out) + "\n"


def line(fmt: LineFormat) -> str:
    out = [header("#", "hdl/line/line_format.toml").rstrip("\n"), '"""Constants of the 64-byte tick line; in words: docs/line-format.md."""', ""]
    out += [f"VERSION = {fmt.version}", f"LINE_BYTES = {fmt.line_bytes}", f"BODY_NIBBLES = {2 * fmt.field('body').size}", "FIRST_CONTROL = 8"]
    _table(out, "OFFSET", "Header field -> byte offset.", {f.name: f.offset for f in fmt.header})
    _table(out, "SIZE", "Header field -> bytes.", {f.name: f.size for f in fmt.header})
    _table(out, "LINK_OFFSET", "Field of a link frame -> byte offset.", {f.name: f.offset for f in fmt.link_header})
    _table(out, "KIND", "Entry kind -> number.", {k.name: k.number for k in fmt.kinds})
    out += ["", "#: Control kinds that name a slot.", "CONTROL_WITH_SLOT = {"]
    out += [f'    "{k.name}",' for k in fmt.kinds if k.is_control and k.has_slot]
    out.append("}")
    for name, doc in TABLES.items():
        _table(out, name.upper(), f"{doc[:1].upper()}{doc[1:]}.", fmt.tables[name])
    out += ["", f"CLOCK_UNIT_NS = {fmt.clock_unit_ns}"]
    _table(out, "SLOT", "Special slots.", fmt.slots, True)
    _table(out, "SIDE", "Aggressor sides.", fmt.sides)
    _table(out, "PRICE_KIND", "Price kinds inside recentre and refresh payloads.", fmt.price_kinds)
    _table(out, "FLAG", "Flag bits of a tick (DBN).", fmt.tick_flags)
    return "\n".join(out) + "\n"
