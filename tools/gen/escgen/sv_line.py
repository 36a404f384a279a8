"""esc_line_pkg: constants of the line format."""

import re

from .line_model import TABLES, LineFormat
from .naming import camel, header
from .verible import verible

#: Section -> prefix of its names, and their type.
NAMES = {
    "forms": ("Form", "logic [2:0]"),
    "size_classes": ("Size", "logic [1:0]"),
    "time_classes": ("Time", "logic [2:0]"),
    "lag_classes": ("Lag", "logic [1:0]"),
    "full_bits": ("Full", "int unsigned"),
    "control_bits": ("Control", "int unsigned"),
    "limits": ("Line", "int unsigned"),
}


def render(line: LineFormat) -> str:
    out = [header("//", "hdl/line/line_format.toml").rstrip("\n")]
    out += [
        "// Constants of the 64-byte tick line; the format in words is docs/line-format.md.",
        "",
        "`default_nettype none",
        "",
        "package esc_line_pkg;",
        "",
        "  /* verilator lint_off UNUSEDPARAM */  // a table of names: no single user needs them all",
        "",
        f"  localparam int unsigned LineVersion = {line.version};",
        f"  localparam int unsigned LineBytes = {line.line_bytes};",
        f"  localparam int unsigned BodyNibbles = {2 * line.field('body').size};",
        "",
        "  // Byte offsets and sizes of the header fields.",
    ]
    for f in line.header:
        out.append(f"  localparam int unsigned Hdr{camel(f.name)}Offset = {f.offset};")
        out.append(f"  localparam int unsigned Hdr{camel(f.name)}Bytes = {f.size};")
    out += ["", "  // Byte offsets and sizes of the fields of a link frame that is as long as it may be."]
    for f in line.link_header:
        out.append(f"  localparam int unsigned Link{camel(f.name)}Offset = {f.offset};")
        out.append(f"  localparam int unsigned Link{camel(f.name)}Bytes = {f.size};")
    out += ["", "  // Entry kinds."]
    out += [f"  localparam logic [4:0] Kind{camel(k.name)} = 5'd{k.number};" for k in line.kinds]
    out += ["  localparam logic [4:0] KindFirstControl = 5'd8;"]
    for table, doc in TABLES.items():
        prefix, type_name = NAMES[table]
        out += ["", f"  // {doc[:1].upper()}{doc[1:]}."]
        bits = re.search(r"\[(\d+):0\]", type_name)
        sized = f"{int(bits[1]) + 1}'d" if bits else ""
        out += [f"  localparam {type_name} {prefix}{camel(n)} = {sized}{v};" for n, v in line.tables[table].items()]
    out += ["", "  // Price of a full tick, two bits of its second byte."]
    out += [f"  localparam logic [1:0] FullPrice{name} = 2'd{n};" for n, name in enumerate(["None", "Code", "Same"])]
    out += ["", f"  localparam logic [63:0] ClockUnitNs = 64'd{line.clock_unit_ns};", "", "  // Special slots."]
    out += [f"  localparam logic [11:0] Slot{camel(n)} = 12'h{v:03x};" for n, v in line.slots.items()]
    out += ["", "  // Aggressor sides."]
    out += [f"  localparam logic [3:0] Side{camel(n)} = 4'd{v};" for n, v in line.sides.items()]
    out += ["", "  // Price kinds inside recentre and refresh payloads."]
    out += [f"  localparam logic [3:0] PriceKind{camel(n)} = 4'd{v};" for n, v in line.price_kinds.items()]
    out += ["", "  // Flag bits of a tick (DBN)."]
    out += [f"  localparam logic [7:0] Flag{camel(n)} = 8'd{v};" for n, v in line.tick_flags.items()]
    out += ["", "  /* verilator lint_on UNUSEDPARAM */", "", "endpackage", "", "`default_nettype wire", ""]
    return verible("\n".join(out))
