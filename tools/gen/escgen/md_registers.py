"""docs/registers.md."""

from .rdl_model import GROUPS, Field, Map


def _access(f: Field) -> str:
    text = ("r" if f.readable else "") + ("w" if f.writable else "")
    return text + (", self-clearing" if f.pulse else "")


def _bits(f: Field) -> str:
    return f"{f.high}:{f.low}" if f.width > 1 else str(f.low)


def render(regs: Map) -> str:
    out = [
        "<!-- Generated from hdl/regs/escapement.rdl by `make generate`. Do not edit. -->",
        "# Registers",
        "",
        f"BAR0, {regs.size:#x} bytes used. Every register is 64 bits wide, 8-byte aligned, little-endian. Accesses are whole registers.",
        "",
        "| offset | register | access | reset | meaning |",
        "|---|---|---|---|---|",
    ]
    for r in regs.registers:
        access = ("r" if r.readable else "") + ("w" if r.writable else "")
        meaning = f"{r.title}: {r.doc}" if r.doc else r.title
        out.append(f"| {r.offset:#05x} | [`{r.name}`](#{r.name.lower()}) | {access} | {r.reset:#x} | {meaning} |")
    out.append(f"| {regs.counter_base:#05x} | [counters](#counters) | r | 0 | the counter bank, a snapshot |")
    for r in regs.registers:
        out += ["", f"## {r.name}", "", "| bits | field | access | reset | meaning |", "|---|---|---|---|---|"]
        out += [f"| {_bits(f)} | `{f.name}` | {_access(f)} | {f.reset:#x} | {f.doc} |" for f in r.fields]
    out += ["", "## Counters", "", "Writing 1 to `CONTROL.snapshot` copies all counters in one cycle; reads answer from the copy. The number of a disposition is its place in its group, from 0."]
    for group, doc in GROUPS.items():
        out += ["", f"### {group}: {doc}", "", "| offset | index | number | name |", "|---|---|---|---|"]
        out += [f"| {c.offset:#06x} | {c.index} | {n} | `{c.name}` |" for n, c in enumerate(regs.group(group))]
    return "\n".join(out) + "\n"
