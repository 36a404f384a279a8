"""The packed structs of `esc_pkg.sv`, read from the file itself, so they cannot drift.

`Struct.pack(dict)` gives the integer for a port, `Struct.unpack(int)` the dictionary back.
"""

import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "rtl" / "esc_pkg.sv"


class Struct:
    """A packed struct: `fields` is [(name, width), ...], the first is the most significant."""

    def __init__(self, name, fields):
        self.name = name
        self.fields = list(fields)
        self.width = sum(width for _, width in self.fields)

    def pack(self, values):
        """Integer of a dictionary; missing fields are 0; an unknown or too wide one is an error."""
        unknown = set(values) - {name for name, _ in self.fields}
        if unknown:
            raise KeyError(f"{self.name} has no field {sorted(unknown)}")
        word = 0
        for name, width in self.fields:
            value = int(values.get(name, 0))
            if value < 0 or value >> width:
                raise ValueError(f"{self.name}.{name} = {value:#x} does not fit {width} bits")
            word = word << width | value
        return word

    def unpack(self, word):
        """Dictionary of an integer."""
        values = {}
        for name, width in reversed(self.fields):
            values[name] = word & ((1 << width) - 1)
            word >>= width
        return dict(reversed(values.items()))


def _parse(text):
    text = re.sub(r"//[^\n]*", "", text)
    constants, enums, widths, structs = {}, {}, {}, {}

    def number(expression):
        expression = re.sub(r"\d+'([dh])([0-9a-fA-F_]+)", lambda m: str(int(m[2].replace("_", ""), 16 if m[1] == "h" else 10)), expression)
        expression = re.sub(r"[A-Za-z_]\w*", lambda m: str(constants[m[0]]), expression)
        if not re.fullmatch(r"[\d\s+*/()-]+", expression):
            raise ValueError(f"esc_pkg.sv: cannot evaluate {expression!r}")
        return eval(expression.strip())  # digits and operators only, checked above

    def width_of(kind):
        kind = kind.strip()
        if kind == "logic":
            return 1
        if match := re.fullmatch(r"logic\s*\[(.+):(.+)\]", kind):
            return number(match[1]) - number(match[2]) + 1
        return widths[kind]

    pattern = (r"localparam\s+(?:int unsigned|logic\s*\[[^\]]+\])\s+(?P<const>\w+)\s*=\s*(?P<value>[^;]+);"
               r"|typedef\s+enum\s+(?P<base>[^{]+)\{(?P<members>[^}]+)\}\s*(?P<enum>\w+)\s*;"
               r"|typedef\s+struct\s+packed\s*\{(?P<fields>[^}]+)\}\s*(?P<struct>\w+)\s*;")
    for m in re.finditer(pattern, text):
        if m["const"]:
            constants[m["const"]] = number(m["value"])
        elif m["enum"]:
            widths[m["enum"]] = width_of(m["base"])
            enums[m["enum"]] = {k.strip(): number(v) for k, v in (pair.split("=") for pair in m["members"].split(","))}
        else:
            fields = []
            for line in filter(None, (part.strip() for part in m["fields"].split(";"))):
                kind, name = re.fullmatch(r"(.+?)\s*\b(\w+)", line, re.S).groups()
                fields.append((name, width_of(kind)))
            structs[m["struct"]] = Struct(m["struct"], fields)
            widths[m["struct"]] = structs[m["struct"]].width
    return constants, enums, structs


CONSTANTS, ENUMS, STRUCTS = _parse(PACKAGE.read_text())

MAC_BEAT = STRUCTS["mac_beat_t"]
UDP_BEAT = STRUCTS["udp_beat_t"]
REC = STRUCTS["rec_t"]
PKT = STRUCTS["pkt_t"]
EV = STRUCTS["ev_t"]
OP = STRUCTS["op_t"]
ENTRY = STRUCTS["entry_t"]
PROBE = STRUCTS["probe_t"]

REC_KIND = ENUMS["rec_kind_e"]
EV_KIND = ENUMS["ev_kind_e"]
OP_KIND = ENUMS["op_e"]
