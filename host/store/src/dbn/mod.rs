//! Ticks as Databento's DBN, version 3, by its published layout: metadata, then records of several schemas in the order of the
//! ticks, as in Databento's live streams. `docs/tick-files.md` says what becomes of each tick.

mod file;
mod metadata;
mod record;
mod status;

pub use file::DbnTicks;
pub use metadata::{Feed, Mapping, Span};
