//! Replay: frames into a card, lines out of its ring, ticks and a report.

pub(crate) mod check;
mod csv;
pub(crate) mod latency;
mod lines;
pub(crate) mod pace;
pub(crate) mod passed;
mod record;
pub(crate) mod recovery;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod settings;
pub(crate) mod slots;
pub(crate) mod source;
mod stamps;
pub(crate) mod tick_file;
mod tick_origin;
mod tick_rows;
