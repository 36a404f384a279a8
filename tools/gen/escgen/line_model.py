"""The line format as plain data, read from line_format.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


#: UDP payload of an Ethernet frame of 1,500 bytes.
LINK_BYTES_MAX = 1472

#: Sections of numbers that descriptors are made of, and what they are.
TABLES = {
    "forms": "form of a compact descriptor, bits 2:0",
    "size_classes": "size class of a compact descriptor, bits 4:3",
    "time_classes": "time class of a compact descriptor, bits 7:5",
    "lag_classes": "lag class of a prefix, bits 4:3",
    "full_bits": "bit of a full tick's second byte",
    "control_bits": "bit of a control entry's second byte",
    "limits": "limits and marks",
}
#: Sections whose text goes into the document, in its order.
TEXTS = {
    "pn": "Prefixed nibbles (PN)",
    "state": "Running state",
    "compact": "Compact entry",
    "prefix": "Prefix of a compact entry",
    "full": "Full entry",
    "control": "Control entries and the end",
}


class FormatError(Exception):
    """The line format cannot be used."""


@dataclass(frozen=True)
class HeaderField:
    """A field of the line at a byte offset."""

    name: str
    offset: int
    size: int
    doc: str


@dataclass(frozen=True)
class Kind:
    """An entry kind; control kinds (8 and up) have a payload and a slot rule."""

    name: str
    number: int
    doc: str
    payload: str
    has_slot: bool
    built: bool

    @property
    def is_control(self) -> bool:
        return self.number >= 8


@dataclass(frozen=True)
class LineFormat:
    """Everything that the description says."""

    version: int
    line_bytes: int
    header: tuple[HeaderField, ...]
    link_header: tuple[HeaderField, ...]
    kinds: tuple[Kind, ...]
    slots: dict[str, int]
    sides: dict[str, int]
    price_kinds: dict[str, int]
    tick_flags: dict[str, int]
    #: Numbers of the entries' forms, by the section's name; see TABLES.
    tables: dict[str, dict[str, int]]
    clock_unit_ns: int
    texts: dict[str, str]

    def field(self, name: str) -> HeaderField:
        return next(f for f in self.header if f.name == name)


def _header(raw: dict, line_bytes: int, name: str = "header") -> tuple[HeaderField, ...]:
    fields = tuple(HeaderField(n, f["offset"], f["bytes"], f["doc"]) for n, f in raw.items())
    at = 0
    for field in fields:
        if field.offset != at:
            raise FormatError(f"{name}.{field.name}: offset {field.offset}, expected {at} (no holes, no overlap)")
        at += field.size
    if at != line_bytes:
        raise FormatError(f"{name} fields end at byte {at}, the line has {line_bytes}")
    return fields


def _kinds(raw: dict) -> tuple[Kind, ...]:
    kinds = []
    for name, k in raw.items():
        control = k["number"] >= 8
        if control and not {"slot", "payload", "built"} <= k.keys():
            raise FormatError(f"kinds.{name}: a control kind needs slot, payload and built")
        if any(k["number"] == other.number for other in kinds) or not 1 <= k["number"] <= 31:
            raise FormatError(f"kinds.{name}: number {k['number']} is taken or not in 1..=31")
        kinds.append(
            Kind(name, k["number"], k.get("doc", ""), k.get("payload", ""), k.get("slot", "yes") == "yes", k.get("built", True))
        )
    return tuple(kinds)


def load(path: Path) -> LineFormat:
    """Read the line format."""
    try:
        raw = tomllib.loads(path.read_text())
        return LineFormat(
            version=raw["version"],
            line_bytes=raw["line_bytes"],
            header=_header(raw["header"], raw["line_bytes"]),
            link_header=_header(raw["link_header"], LINK_BYTES_MAX, "link_header"),
            kinds=_kinds(raw["kinds"]),
            slots=raw["slots"],
            sides=raw["sides"],
            price_kinds=raw["price_kinds"],
            tick_flags=raw["tick_flags"],
            tables={name: raw[name] for name in TABLES},
            clock_unit_ns=raw["clock"]["unit_ns"],
            texts={name: raw[name]["doc"].strip() for name in TEXTS},
        )
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"{path.name}: {error}") from error
    except KeyError as error:
        raise FormatError(f"{path.name}: {error} is missing") from error
