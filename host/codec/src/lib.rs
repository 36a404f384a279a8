//! The tick line codec: entries to 64-byte lines and back. No std, no dependencies, no allocation.
//!
//! The format is fixed by `hdl/line/line_format.toml` (rendered in `docs/line-format.md`).
//! [`LineWriter`] packs entries, [`decode_line`] reads them strictly ([`ProvenLine`]: with the CRC checked before), and a [`CentreTable`] turns coded prices into
//! exact ones: a price whose centre the reader does not know is never guessed.
#![no_std]

pub mod centre;
pub mod crc32c;
pub mod entry;
pub mod error;
pub mod format;
mod layout;
pub mod link;
mod nibbles;
pub mod offset_code;
mod proven_line;
pub mod reader;
mod recent;
mod running;
pub mod sequence;
pub mod writer;

pub use centre::{CentreTable, Price, Resolved};
pub use crc32c::{crc32c, symbol_hash};
pub use entry::{Entry, PriceKind, RefreshState, Tick, TickKind};
pub use error::{Fault, LineError};
pub use proven_line::ProvenLine;
pub use reader::{decode_line, BodyReader, Line, LineItem, LinePrice, LineTick};
pub use recent::places_of;
pub use running::Clock;
pub use sequence::SequenceTrack;
pub use writer::{BodyWriter, LineWriter, PushError};
