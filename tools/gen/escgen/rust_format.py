"""host/codec/src/format.rs: constants of the line format."""

from .line_model import TABLES, LineFormat
from .naming import camel, header, screaming
from .rustfmt import rustfmt


#: Section -> module, where they differ.
SINGULAR = {
    "forms": "form",
    "size_classes": "size_class",
    "time_classes": "time_class",
    "lag_classes": "lag_class",
    "full_bits": "full_bit",
    "control_bits": "control_bit",
    "limits": "limit",
}


def _group(out: list[str], module: str, doc: str, items: list[tuple[str, str, str, int]], hexadecimal: bool = False) -> None:
    out += ["", f"/// {doc}", f"pub mod {module} {{"]
    for name, type_name, item_doc, value in items:
        out.append(f"    /// {item_doc[:1].upper() + item_doc[1:]}.")
        out.append(f"    pub const {screaming(name)}: {type_name} = {hex(value) if hexadecimal else value};")
    out.append("}")


def render(line: LineFormat) -> str:
    out = [header("//", "hdl/line/line_format.toml").rstrip("\n")]
    out += [
        "//! Constants of the 64-byte tick line; the format in words is `docs/line-format.md`.",
        "",
        "/// Format version, as in the line's `version_flags`.",
        f"pub const VERSION: u8 = {line.version};",
        "/// Bytes of a line.",
        f"pub const LINE_BYTES: usize = {line.line_bytes};",
        "/// Nibbles of the body.",
        f"pub const BODY_NIBBLES: usize = {2 * line.field('body').size};",
        "/// Nanoseconds of a unit of the header's `clock`.",
        f"pub const CLOCK_UNIT_NS: i64 = {line.clock_unit_ns};",
        "/// First kind that is a control entry.",
        "pub const FIRST_CONTROL: u8 = 8;",
    ]
    _group(out, "offset", "Byte offsets of the header fields.", [(f.name, "usize", f.doc, f.offset) for f in line.header])
    _group(out, "size", "Sizes in bytes of the header fields.", [(f.name, "usize", f"bytes of `{f.name}`", f.size) for f in line.header])
    link = line.link_header
    _group(out, "link_offset", "Byte offsets in a link frame that is as long as it may be.", [(f.name, "usize", f.doc, f.offset) for f in link])
    _group(out, "link_size", "Sizes in bytes of the fields of a link frame.", [(f.name, "usize", f"bytes of `{f.name}`", f.size) for f in link])
    kinds = []
    for k in line.kinds:
        state = "" if k.built else " (reserved, not built)"
        kinds.append((k.name, "u8", (f"control, payload `{k.payload}`{state}" if k.is_control else k.doc), k.number))
    _group(out, "kind", "Entry kinds.", kinds)
    for table, doc in TABLES.items():
        items = [(n, "usize" if table == "limits" else "u8", n.replace("_", " "), v) for n, v in line.tables[table].items()]
        _group(out, SINGULAR.get(table, table), f"{doc[:1].upper()}{doc[1:]}.", items)
    out += [
        "",
        "/// What a kind needs to be skipped: whether it names a slot. `None`: not a control kind of this version.",
        "#[must_use]",
        "pub const fn control_names_slot(kind: u8) -> Option<bool> {",
        "    match kind {",
    ]
    for flag in (True, False):
        names = " | ".join(f"kind::{screaming(k.name)}" for k in line.kinds if k.is_control and k.has_slot is flag)
        out.append(f"        {names} => Some({str(flag).lower()}),")
    out += ["        _ => None,", "    }", "}"]
    _group(out, "slot", "Special slots.", [(n, "u16", f"slot `{n}`", v) for n, v in line.slots.items()], True)
    _group(out, "side", "Aggressor sides.", [(n, "u8", f"aggressor `{n}`", v) for n, v in line.sides.items()])
    _group(out, "price_kind", "Price kinds inside recentre and refresh payloads.", [(n, "u8", f"{camel(n)} prices", v) for n, v in line.price_kinds.items()])
    _group(out, "flag", "Flag bits of a tick, as in DBN.", [(n, "u8", f"DBN `F_{n.upper()}`", v) for n, v in line.tick_flags.items()])
    return rustfmt("\n".join(out) + "\n")
