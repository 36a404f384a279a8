"""The register map as plain data, read from SystemRDL."""

from dataclasses import dataclass
from pathlib import Path

from systemrdl import RDLCompileError, RDLCompiler
from systemrdl.node import FieldNode, RegfileNode, RegNode

#: Counter groups: prefix of the counter's name -> what the group counts.
GROUPS = {
    "copies": "message copies in accepted frames, by line",
    "frames": "frames of line A by disposition",
    "bframes": "frames of line B by disposition, in the order of those of line A",
    "dispositions": "message copies of both lines by disposition",
    "bcopies": "of these, refused copies of line B",
    "events": "events, in no sum",
    "messages": "delivered messages by type byte",
    "ticks": "ticks made by kind",
    "output": "entries and lines on their way out",
    "loads": "what the host loaded: messages (in ledger 1 like copies), marks of slots and feed, and loads refused",
}


class MapError(Exception):
    """The register description cannot be used."""


@dataclass(frozen=True)
class Field:
    """One field of a register, bits high:low."""

    name: str
    low: int
    high: int
    readable: bool
    writable: bool
    reset: int
    pulse: bool
    doc: str

    @property
    def width(self) -> int:
        return self.high - self.low + 1

    @property
    def mask(self) -> int:
        return ((1 << self.width) - 1) << self.low


@dataclass(frozen=True)
class Register:
    """One 64-bit register at a byte offset of BAR0."""

    name: str
    offset: int
    title: str
    doc: str
    fields: tuple[Field, ...]

    @property
    def readable(self) -> bool:
        return any(f.readable for f in self.fields)

    @property
    def writable(self) -> bool:
        return any(f.writable for f in self.fields)

    @property
    def reset(self) -> int:
        return sum(f.reset << f.low for f in self.fields)

    @property
    def is_flags(self) -> bool:
        """Every field is one bit wide (and it is not a single strobe beside data)."""
        return all(f.width == 1 for f in self.fields)


@dataclass(frozen=True)
class Counter:
    """One counter of the bank: group and name, index in the bank, byte offset on BAR0."""

    group: str
    name: str
    index: int
    offset: int

    @property
    def full_name(self) -> str:
        return f"{self.group}_{self.name}"


@dataclass(frozen=True)
class Map:
    """Everything that the description says."""

    name: str
    size: int
    registers: tuple[Register, ...]
    counter_base: int
    counters: tuple[Counter, ...]

    def group(self, group: str) -> list[Counter]:
        """Counters of one group, in bank order."""
        return [c for c in self.counters if c.group == group]

    def register(self, name: str) -> Register:
        return next(r for r in self.registers if r.name == name)


def _field(node: FieldNode) -> Field:
    reset = node.get_property("reset")
    return Field(
        name=node.inst_name,
        low=node.low,
        high=node.high,
        readable=node.is_sw_readable,
        writable=node.is_sw_writable,
        reset=reset if isinstance(reset, int) else 0,
        pulse=bool(node.get_property("singlepulse")),
        doc=node.get_property("desc") or "",
    )


def _register(node: RegNode) -> Register:
    if node.get_property("regwidth") != 64 or node.absolute_address % 8:
        raise MapError(f"{node.get_path()}: registers are 64 bits wide and 8-byte aligned")
    return Register(
        name=node.inst_name,
        offset=node.absolute_address,
        title=node.get_property("name"),
        doc=node.get_property("desc") or "",
        fields=tuple(_field(f) for f in node.fields()),
    )


def _counters(bank: RegfileNode) -> tuple[Counter, ...]:
    counters = []
    for index, reg in enumerate(bank.registers()):
        group, _, name = reg.inst_name.partition("_")
        if group not in GROUPS:
            raise MapError(f"{reg.get_path()}: counter group '{group}' is not one of {', '.join(GROUPS)}")
        if reg.address_offset != 8 * index:
            raise MapError(f"{reg.get_path()}: counters stand without holes, expected offset {8 * index:#x}")
        counters.append(Counter(group, name, index, reg.absolute_address))
    return tuple(counters)


def load(path: Path) -> Map:
    """Read the register description."""
    compiler = RDLCompiler()
    try:
        compiler.compile_file(str(path))
        top = compiler.elaborate().top
    except RDLCompileError as error:
        raise MapError(f"{path.name}: {error}") from error
    bank = next(c for c in top.children() if isinstance(c, RegfileNode))
    return Map(
        name=top.inst_name,
        size=top.size,
        registers=tuple(_register(r) for r in top.registers()),
        counter_base=bank.absolute_address,
        counters=_counters(bank),
    )
