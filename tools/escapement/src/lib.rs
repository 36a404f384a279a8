//! The `escapement` command, and the parts of it that others can use: the instrument file, the capture generator,
//! prices and time as reports show them.

mod bench;
mod capture_output;
pub mod command;
mod cpu_time;
mod duration;
mod failure;
pub mod generator;
pub mod instruments;
mod line_rate;
pub mod mutator;
pub mod new_york;
mod outputs;
pub mod price;
mod progress;
mod replay;
mod survey;
