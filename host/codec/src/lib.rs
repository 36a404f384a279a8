//! The tick line codec: entries to 64-byte lines and back. No std, no dependencies, no allocation.
//!
//! The format is fixed by `hdl/line/line_format.toml` (rendered in `docs/line-format.md`).
#![no_std]

pub mod entry;
pub use entry::{Entry, PriceKind, RefreshState, Tick, TickKind};
