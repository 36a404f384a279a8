//! The parts of the `escapement` command that others can use: the instrument file, the capture generator, prices and
//! time as reports show them.

pub mod generator;
pub mod instruments;
pub mod new_york;
pub mod price;
pub mod sequence;
