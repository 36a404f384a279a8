"""host/abi/src/{registers,counters,dispositions}.rs."""

from .naming import camel, header, screaming
from .rdl_model import GROUPS, Field, Map, Register
from .rustfmt import rustfmt

SOURCE = "hdl/regs/escapement.rdl"


def _sentence(text: str) -> str:
    text = text.strip().replace("[", r"\[").replace("]", r"\]")  # brackets would be links
    return (text[:1].upper() + text[1:]).rstrip(".") + "."


def _register_doc(reg: Register) -> str:
    return _sentence(f"{reg.title}: {reg.doc}" if reg.doc else reg.title)


def _flags(reg: Register) -> list[str]:
    out = ["bitflags::bitflags! {", f"    /// {_register_doc(reg)}", "    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]"]
    out.append(f"    pub struct {camel(reg.name.lower())}: u64 {{")
    for f in reg.fields:
        out.append(f"        /// {_sentence(f.doc or f.name)}")
        out.append(f"        const {screaming(f.name)} = {1 << f.low:#x};")
    out += ["    }", "}", ""]
    return out


def _field_methods(f: Field) -> list[str]:
    doc = _sentence(f.doc or f.name)
    mask = f"{(1 << f.width) - 1:#x}"
    bare = f.low == 0 and f.width == 64
    down = f"(self.0 >> {f.low})" if f.low else "self.0"
    up = f" << {f.low}" if f.low else ""
    kind = "bool" if f.width == 1 else "u64"
    get = f"{down} & 1 != 0" if f.width == 1 else ("self.0" if bare else f"{down} & {mask}")
    out = [f"    /// {doc} (bits {f.high}:{f.low})", "    #[must_use]", f"    pub const fn {f.name}(self) -> {kind} {{ {get} }}"]
    if f.writable:
        out.append(f"    /// Sets `{f.name}`.")
        if f.width == 1:
            out += ["    #[must_use]", f"    pub const fn with_{f.name}(self, value: {kind}) -> Self {{"]
            out.append(f"        Self((self.0 & !{f.mask:#x}) | ((value as u64){up}))")
        elif bare:
            out += ["    #[must_use]", f"    pub const fn with_{f.name}(self, value: {kind}) -> Self {{", "        let _ = self;", "        Self(value)"]
        else:
            out += ["    ///", "    /// # Panics", f"    /// If `value` does not fit {f.width} bits.", "    #[must_use]"]
            out += [f"    pub const fn with_{f.name}(self, value: {kind}) -> Self {{"]
            out.append(f'        assert!(value <= {mask}, "{f.name} has {f.width} bits");')
            out.append(f"        Self((self.0 & !{f.mask:#x}) | (value{up}))")
        out.append("    }")
    return out


def _fields(reg: Register) -> list[str]:
    out = [f"/// {_register_doc(reg)}", "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]"]
    out.append(f"pub struct {camel(reg.name.lower())}(pub u64);")
    out.append(f"impl {camel(reg.name.lower())} {{")
    for f in reg.fields:
        out += _field_methods(f)
    out += ["}", ""]
    return out


def registers(regs: Map) -> str:
    out = [header("//", SOURCE).rstrip("\n")]
    out += ["//! The registers on BAR0, one type each.", "", "use crate::access::{Readable, Register, Writable};", ""]
    out += ["/// Bytes of BAR0 that the map uses.", f"pub const MAP_BYTES: usize = {regs.size:#x};", ""]
    out += ["/// Byte offsets of the registers on BAR0.", "pub mod offset {"]
    for reg in regs.registers:
        out += [f"    /// {_register_doc(reg)}", f"    pub const {reg.name}: usize = {reg.offset:#x};"]
    out += ["}", "", "/// Fixed values that the card answers with.", "pub mod expected {"]
    out += ["    /// Value of MAGIC.", f"    pub const MAGIC: u64 = {regs.register('MAGIC').reset:#x};"]
    for f in regs.register("ABI_VERSION").fields:
        out += [f"    /// `{f.name}` of ABI_VERSION.", f"    pub const ABI_{screaming(f.name)}: u64 = {f.reset};"]
    out += ["}", ""]
    for reg in regs.registers:
        name = camel(reg.name.lower())
        out += _flags(reg) if reg.is_flags else _fields(reg)
        from_bits, bits = ("Self::from_bits_retain(bits)", "self.bits()") if reg.is_flags else ("Self(bits)", "self.0")
        out += [
            f"impl Register for {name} {{",
            f'    const NAME: &\'static str = "{reg.name}";',
            f"    const OFFSET: usize = {reg.offset:#x};",
            f"    const RESET: u64 = {reg.reset:#x};",
            f"    fn from_raw(bits: u64) -> Self {{ {from_bits} }}",
            f"    fn into_raw(self) -> u64 {{ {bits} }}",
            "}",
        ]
        if reg.readable:
            out.append(f"impl Readable for {name} {{}}")
        if reg.writable:
            out.append(f"impl Writable for {name} {{}}")
        out.append("")
    return rustfmt("\n".join(out))


def counters(regs: Map) -> str:
    out = [header("//", SOURCE).rstrip("\n")]
    out += [
        "//! The counter bank: groups, names and offsets. Read a coherent set: write `Control::SNAPSHOT`, then read.",
        "",
        "/// Byte offset of counter 0 on BAR0.",
        f"pub const BASE: usize = {regs.counter_base:#x};",
        "/// Number of counters.",
        f"pub const COUNT: usize = {len(regs.counters)};",
        "",
        "/// What a group of counters counts.",
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]",
        "pub enum Group {",
    ]
    for group, doc in GROUPS.items():
        out += [f"    /// {_sentence(doc)}", f"    {camel(group)},"]
    out += ["}", "impl Group {", "    /// All groups, in bank order.", "    pub const ALL: &'static [Group] = &["]
    out += [f"        Group::{camel(g)}," for g in GROUPS]
    out += ["    ];", "    /// Name as in reports.", "    #[must_use]", "    pub const fn name(self) -> &'static str {", "        match self {"]
    out += [f'            Group::{camel(g)} => "{g}",' for g in GROUPS]
    out += ["        }", "    }", "}", ""]
    out += [
        "/// Counters by name; the number is the index in the bank.",
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]",
        "#[repr(u8)]",
        "pub enum Counter {",
    ]
    for c in regs.counters:
        out += [f"    /// `{c.group}`: `{c.name}`.", f"    {camel(c.full_name)} = {c.index},"]
    out += ["}", "impl Counter {", "    /// All counters, in bank order.", "    pub const ALL: &'static [Counter; COUNT] = &["]
    out += [f"        Counter::{camel(c.full_name)}," for c in regs.counters]
    out += [
        "    ];",
        "    /// Index in the bank.",
        "    #[must_use]",
        "    pub const fn index(self) -> usize { self as usize }",
        "    /// Byte offset on BAR0.",
        "    #[must_use]",
        "    pub const fn offset(self) -> usize { BASE + 8 * self as usize }",
        "    /// Name inside its group, as in reports.",
        "    #[must_use]",
        "    pub const fn name(self) -> &'static str { NAMES[self as usize].1 }",
        "    /// Group.",
        "    #[must_use]",
        "    pub const fn group(self) -> Group { NAMES[self as usize].0 }",
        "    /// Counters of one group, in bank order.",
        "    pub fn of(group: Group) -> impl Iterator<Item = Counter> {",
        "        Self::ALL.iter().copied().filter(move |c| c.group() == group)",
        "    }",
        "    /// Counter of a delivered message by its type byte.",
        "    #[must_use]",
        "    pub const fn of_message_type(message_type: u8) -> Counter {",
        "        match message_type {",
    ]
    for c in regs.group("messages"):
        if c.name != "type_other":
            out.append(f"            b'{c.name[-1]}' => Counter::{camel(c.full_name)},")
    out += ["            _ => Counter::MessagesTypeOther,", "        }", "    }", "}", ""]
    out += ["/// Group and name of each counter, in bank order.", "const NAMES: [(Group, &str); COUNT] = ["]
    out += [f'    (Group::{camel(c.group)}, "{c.name}"),' for c in regs.counters]
    out.append("];")
    return rustfmt("\n".join(out) + "\n")


def _disposition(regs: Map, group: str, name: str, doc: str) -> list[str]:
    members = regs.group(group)
    first = f"Counter::{camel(members[0].full_name)}"
    out = [f"/// {doc}", "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]", "#[repr(u8)]", f"pub enum {name} {{"]
    for number, c in enumerate(members):
        out += [f"    /// `{c.name}`.", f"    {camel(c.name)} = {number},"]
    out += ["}", f"impl {name} {{", "    /// How many there are.", f"    pub const COUNT: usize = {len(members)};"]
    out += ["    /// All, in the order of their numbers.", f"    pub const ALL: &'static [{name}; {len(members)}] = &["]
    out += [f"        {name}::{camel(c.name)}," for c in members]
    out += [
        "    ];",
        "    /// By number.",
        "    #[must_use]",
        f"    pub const fn from_number(number: u8) -> Option<{name}> {{",
        f"        if (number as usize) < {len(members)} {{ Some(Self::ALL[number as usize]) }} else {{ None }}",
        "    }",
        "    /// The counter that counts it.",
        "    #[must_use]",
        f"    pub const fn counter(self) -> Counter {{ Counter::ALL[{first}.index() + self as usize] }}",
        "    /// Name as in reports.",
        "    #[must_use]",
        "    pub const fn name(self) -> &'static str { self.counter().name() }",
        "}",
        "",
    ]
    return out


def dispositions(regs: Map) -> str:
    out = [header("//", SOURCE).rstrip("\n"), "//! What became of a frame or of a message copy, and the events counted beside.", "", "use crate::counters::Counter;", ""]
    out += _disposition(regs, "frames", "FrameDisposition", "What became of a frame; exactly one each (docs/card-model.md, section 2).")
    out += _disposition(regs, "dispositions", "MessageDisposition", "What became of a message copy; exactly one each (docs/card-model.md, section 5).")
    out += _disposition(regs, "events", "Event", "Counted beside, in no sum (docs/card-model.md).")
    return rustfmt("\n".join(out))
