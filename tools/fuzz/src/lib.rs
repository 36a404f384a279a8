//! What the fuzz targets share.
//!
//! The command's parsers are compiled in from their files: a dependency on the command would pull in the Verilated
//! model, which no target needs.

#[path = "../../escapement/src/instruments.rs"]
pub mod instruments;
#[path = "../../escapement/src/price.rs"]
pub mod price;

pub mod entries;
pub mod frames;
pub mod stand_in;
