//! The soft card's ring writer: credits, addresses, writes of whole lines.

use escapement_abi::registers::{RingBase, RingControl, RingHead, RingTail};

use super::packer::Finished;
use super::registers::RegisterFile;
use crate::address_space::AddressSpace;

/// Lines out.
#[derive(Debug, Default)]
pub(super) struct RingWriter {
    /// Lines written, absolute.
    pub(super) head: u64,
    pub(super) ticks_written: u64,
    pub(super) entries_written: u64,
}

impl RingWriter {
    /// Writes the line if the ring is enabled and has room.
    pub(super) fn write(
        &mut self,
        line: &Finished,
        registers: &mut RegisterFile,
        memory: Option<&mut AddressSpace>,
    ) -> bool {
        let control: RingControl = registers.get();
        let lines = 1u64 << control.size_log2();
        let tail = registers.get::<RingTail>().lines();
        let room = control.broadcast() || self.head.wrapping_sub(tail) < lines;
        if !control.enable() || !room {
            return false;
        }
        // Without bus mastering the write goes nowhere, as on a bus.
        if let Some(memory) = memory {
            let base: RingBase = registers.get();
            memory
                .write_line(base.iova().wrapping_add((self.head & (lines - 1)) * 64), &line.bytes);
        }
        self.head += 1;
        self.ticks_written += u64::from(line.ticks);
        self.entries_written += u64::from(line.entries);
        registers.set::<RingHead>(self.head);
        true
    }
}
