//! The card's RTL as a device in this process.
//!
//! Verilator translates `hdl/rtl/escapement_top.sv` to C++ (see `build.rs`); the clock loop, the MAC source, the
//! AXI-Lite master, the write-port sink and the latency probes are in `shim/`, so that a clock costs no call from Rust.

mod ffi;
mod model;
mod sim_card;
mod stages;

pub use sim_card::{ClockPeriods, SimCard, Spacing};
pub use stages::{StageCount, StageCounts};

/// First 8 bytes of the SHA-256 over the RTL sources that this build was translated from, in decimal; the card's
/// `BUILD_HASH` register holds the same number.
pub const RTL_HASH: &str = env!("ESCAPEMENT_BUILD_HASH");
