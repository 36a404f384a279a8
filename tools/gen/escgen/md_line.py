"""docs/line-format.md."""

from .line_model import TABLES, TEXTS, LineFormat


def _paragraphs(text: str) -> str:
    return text.replace("\n", "\n\n")


def render(line: LineFormat) -> str:
    out = [
        "<!-- Generated from hdl/line/line_format.toml by `make generate`. Do not edit. -->",
        "# The tick line",
        "",
        f"A line is {line.line_bytes} bytes, one cache line, format version {line.version}. Numbers are little-endian. The body is read as one little-endian",
        "integer; its nibble *i* is bits `[4i+3 : 4i]`; a value of several nibbles starts with the low one.",
        "",
        "## Fields of a line",
        "",
        "| offset | bytes | field | meaning |",
        "|---|---|---|---|",
    ]
    out += [f"| {f.offset} | {f.size} | `{f.name}` | {f.doc} |" for f in line.header]
    out += [
        "",
        "## Fields of a link frame",
        "",
        "The same entries in a UDP datagram of the narrow link, with a longer body.",
        "",
        "| offset | bytes | field | meaning |",
        "|---|---|---|---|",
    ]
    for f in line.link_header:
        at, size = ("behind", f.size) if f.name == "crc" else (f.offset, f"0 to {f.size}" if f.name == "body" else f.size)
        out.append(f"| {at} | {size} | `{f.name}` | {f.doc} |")
    for name, title in TEXTS.items():
        out += ["", f"## {title}", "", _paragraphs(line.texts[name])]
    out += ["", "## Numbers of the descriptors", "", "| where | numbers |", "|---|---|"]
    out += [f"| {doc} | {', '.join(f'{n} {v}' for n, v in line.tables[name].items())} |" for name, doc in TABLES.items()]
    out += ["", "## Kinds", "", "Ticks:", "", "| number | kind | meaning |", "|---|---|---|"]
    out += [f"| {k.number} | `{k.name}` | {k.doc} |" for k in line.kinds if not k.is_control]
    out += ["", "Control entries (`2n` = two nibbles; *reserved*: number and length rule are fixed, no writer exists yet):", ""]
    out += ["| number | kind | names a slot | payload | state |", "|---|---|---|---|---|"]
    for k in line.kinds:
        if k.is_control:
            out.append(f"| {k.number} | `{k.name}` | {'yes' if k.has_slot else 'no'} | {k.payload} | {'built' if k.built else 'reserved'} |")
    for title, table in (("Special slots", line.slots), ("Aggressor sides", line.sides), ("Price kinds in payloads", line.price_kinds), ("Tick flags (DBN bits)", line.tick_flags)):
        out += ["", f"## {title}", "", "| name | value |", "|---|---|"]
        out += [f"| `{n}` | {hex(v) if v > 255 else v} |" for n, v in table.items()]
    return "\n".join(out) + "\n"
