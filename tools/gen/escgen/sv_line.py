"""esc_line_pkg: constants of the line format."""

from .line_model import LineFormat
from .naming import camel, header
from .verible import verible

#: Descriptor bits, named after the texts [compact] and [full] of line_format.toml.
FULL_BITS = {"has_slot": 7, "has_flags": 8, "has_hw": 9, "has_time": 10, "has_step": 11, "has_epoch": 14, "has_size": 15}


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
    out += ["", "  // Entry kinds."]
    out += [f"  localparam logic [4:0] Kind{camel(k.name)} = 5'd{k.number};" for k in line.kinds]
    out += ["  localparam logic [4:0] KindFirstControl = 5'd8;", "", "  // Bits of the 16-bit descriptor; price class at 13:12."]
    out += [f"  localparam int unsigned Full{camel(n)} = {b};" for n, b in FULL_BITS.items()]
    out += [
        "  localparam int unsigned FullKindLow = 2;",
        "  localparam int unsigned FullPriceLow = 12;",
        "  localparam logic [1:0] PriceNone = 2'd0;",
        "  localparam logic [1:0] PriceCode = 2'd1;",
        "  localparam logic [1:0] PriceSame = 2'd2;",
        "",
        "  // Bits of the 8-bit descriptor.",
        "  localparam int unsigned CompactSamePrice = 2;",
        "  localparam int unsigned CompactStepLow = 3;",
        "  localparam int unsigned CompactTimeLow = 5;",
        "  localparam int unsigned CompactSize = 7;",
        "",
        "  // Special slots.",
    ]
    out += [f"  localparam logic [11:0] Slot{camel(n)} = 12'h{v:03x};" for n, v in line.slots.items()]
    out += ["", "  // Aggressor sides."]
    out += [f"  localparam logic [3:0] Side{camel(n)} = 4'd{v};" for n, v in line.sides.items()]
    out += ["", "  // Price kinds inside recentre and refresh payloads."]
    out += [f"  localparam logic [3:0] PriceKind{camel(n)} = 4'd{v};" for n, v in line.price_kinds.items()]
    out += ["", "  // Flag bits of a tick (DBN)."]
    out += [f"  localparam logic [7:0] Flag{camel(n)} = 8'd{v};" for n, v in line.tick_flags.items()]
    out += ["", "  /* verilator lint_on UNUSEDPARAM */", "", "endpackage", "", "`default_nettype wire", ""]
    return verible("\n".join(out))
