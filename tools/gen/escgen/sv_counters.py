"""esc_counter_pkg: counter indices and disposition numbers."""

from .naming import camel, header
from .rdl_model import GROUPS, Map
from .verible import verible


def _enum(name: str, prefix: str, bits: int, names: list[str]) -> list[str]:
    lines = [f"  typedef enum logic [{bits - 1}:0] {{"]
    for number, item in enumerate(names):
        comma = "," if number + 1 < len(names) else ""
        lines.append(f"    {prefix}{camel(item)} = {bits}'d{number}{comma}")
    return lines + [f"  }} {name};", ""]


def render(regs: Map) -> str:
    count = len(regs.counters)
    bits = max(1, (count - 1).bit_length())
    out = [header("//", "hdl/regs/escapement.rdl").rstrip("\n")]
    out += [
        "// Index of each counter in the counter bank (register offset = 0x1000 + 8 * index) and the numbers",
        "// of the frame and message dispositions, which count up in the order of their counters.",
        "",
        "`default_nettype none",
        "",
        "package esc_counter_pkg;",
        "",
        "  /* verilator lint_off UNUSEDPARAM */  // a table of names: no single user needs them all",
        "",
        f"  localparam int unsigned NumCounters = {count};",
        f"  localparam int unsigned CntBits = {bits};",
        f"  typedef logic [{bits - 1}:0] cnt_t;",
        "",
    ]
    for group, doc in GROUPS.items():
        members = regs.group(group)
        out.append(f"  // {group}: {doc}")
        out.append(f"  localparam int unsigned Num{camel(group)} = {len(members)};")
        out += [f"  localparam cnt_t Cnt{camel(c.full_name)} = {bits}'d{c.index};" for c in members]
        out.append("")
    out.append("  // Frame dispositions; the counter is CntFramesOk + the number.")
    out += _enum("frame_disp_e", "Frame", 5, [c.name for c in regs.group("frames")])
    out.append("  // Message dispositions; the counter is CntDispositionsTicked + the number.")
    out += _enum("msg_disp_e", "Disp", 4, [c.name for c in regs.group("dispositions")])
    out.append("  // Counter of a delivered message by its type byte.")
    out.append("  function automatic cnt_t cnt_of_msg_type(input logic [7:0] msg_type);")
    out.append("    case (msg_type)")
    for c in regs.group("messages"):
        if c.name != "type_other":
            out.append(f"      8'h{ord(c.name[-1]):02x}: return Cnt{camel(c.full_name)};")
    out.append("      default: return CntMessagesTypeOther;")
    out += ["    endcase", "  endfunction", ""]
    out += ["  /* verilator lint_on UNUSEDPARAM */", "", "endpackage", "", "`default_nettype wire", ""]
    return verible("\n".join(out))
