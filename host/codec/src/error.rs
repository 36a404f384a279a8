//! Why a line is not believed.

use core::fmt;

/// What is wrong with an entry of a line whose CRC is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The body ends inside the entry.
    Ended,
    /// A kind that this format version does not allow.
    Kind(u8),
    /// A field is present, or longer, though a shorter legal form says the same.
    NotShortest(&'static str),
    /// A field holds a value that is not legal there.
    Illegal(&'static str),
    /// The entry leans on a slot, and none was named yet.
    NoSlot,
    /// Same price as before, and there was none before.
    NoPriceYet,
    /// A control payload ends elsewhere than its length says (nibbles).
    PayloadLength {
        /// Nibbles that the length field declares.
        declared: u8,
        /// Nibbles that the kind's fields take.
        used: u8,
    },
    /// The nibbles behind the last entry are not zero.
    TrailingNibbles,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("the body ends inside an entry"),
            Self::Kind(kind) => write!(f, "kind {kind} is not legal"),
            Self::NotShortest(field) => write!(f, "{field} is not in its shortest form"),
            Self::Illegal(field) => write!(f, "{field} is not legal"),
            Self::NoSlot => f.write_str("no slot was named yet"),
            Self::NoPriceYet => f.write_str("same price as before, but there is none before"),
            Self::PayloadLength { declared, used } => {
                write!(f, "payload is declared {declared} nibbles long but its fields take {used}")
            }
            Self::TrailingNibbles => f.write_str("nibbles behind the last entry are not zero"),
        }
    }
}

/// Why a line is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// Torn, stale or corrupt: the CRC does not match.
    Crc {
        /// CRC in the line.
        stored: u32,
        /// CRC of its bytes.
        computed: u32,
    },
    /// Another format version.
    Version(u8),
    /// Line flags that this version does not know.
    Flags(u8),
    /// A line of no entries.
    Empty,
    /// An entry is not legal.
    Entry {
        /// Number of the entry in its line, from 0.
        entry: u16,
        /// Nibble of the body where reading stopped.
        nibble: u16,
        /// What is wrong.
        fault: Fault,
    },
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crc { stored, computed } => {
                write!(f, "line CRC is {stored:#010x}, its bytes give {computed:#010x}")
            }
            Self::Version(found) => {
                write!(
                    f,
                    "line format version {found}, this reader knows {}",
                    crate::format::VERSION
                )
            }
            Self::Flags(found) => write!(f, "line flags {found:#x} are not known"),
            Self::Empty => f.write_str("line holds no entry"),
            Self::Entry { entry, nibble, fault } => {
                write!(f, "entry {entry}, nibble {nibble}: {fault}")
            }
        }
    }
}

impl core::error::Error for LineError {}
