//! The card's host interface: registers, counters and dispositions, generated from `hdl/regs/escapement.rdl`, and typed
//! access to them over [`volatile`] memory or any other 64-bit [`Bus`].
#![no_std]

mod access;
pub mod counters;
pub mod dispositions;
pub mod itch;
pub mod registers;

pub use access::{BadOffset, Bus, MappedBar, Readable, Register, RegisterBus, Writable};
pub use counters::{Counter, Group};
pub use dispositions::{Event, FrameDisposition, MessageDisposition};
