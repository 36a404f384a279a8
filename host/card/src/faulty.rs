//! A device that misbehaves under a seed.
//!
//! The driver gets memory that the device never writes. [`Faulty::pump`] carries the device's lines over, with faults:
//! so every fault of a bus or of memory order can be shown to a driver, above any backend. The injector's calls pump
//! by themselves.

use std::collections::VecDeque;

use escapement_abi::registers::{AbiVersion as AbiRegister, Control, RingControl, RingTail};
use escapement_abi::Register;

use crate::device::Device;
use crate::dma::{DmaBuffer, LINE_BYTES};
use crate::error::{AbiVersion, CardError};
use crate::injector::{Frame, Injector};
use crate::interrupt::EventFd;
use crate::latency::LatencyReport;
use crate::ring::{RingEvent, RingFollower};

/// How often each fault strikes, in parts per 65,536 of the lines (or doorbells), and what else is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FaultPlan {
    /// The line becomes visible in two parts, one pump apart.
    pub torn: u16,
    /// The line never becomes visible.
    pub stale: u16,
    /// One bit of the line is wrong, for good.
    pub flipped: u16,
    /// The line becomes visible one pump after its successor.
    pub reordered: u16,
    /// A doorbell write does not arrive.
    pub doorbell_lost: u16,
    /// `ABI_VERSION` reads this.
    pub abi: Option<AbiVersion>,
    /// All BAR reads give all ones, as from a card that has left the bus.
    pub gone: bool,
}

/// Faults done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FaultCounts {
    /// Lines carried over, whole or not.
    pub lines: u64,
    /// Lines that were torn for a time.
    pub torn: u64,
    /// Lines that were withheld for good.
    pub stale: u64,
    /// Lines with a wrong bit.
    pub flipped: u64,
    /// Lines that came after their successor.
    pub reordered: u64,
    /// Doorbells that were swallowed.
    pub doorbells_lost: u64,
}

/// A line whose rest is still to come.
#[derive(Debug)]
struct Withheld {
    number: u64,
    line: [u8; LINE_BYTES],
}

/// Wraps a device; see the module's text.
#[derive(Debug)]
pub struct Faulty<D> {
    inner: D,
    plan: FaultPlan,
    random: SplitMix,
    counts: FaultCounts,
    /// The device's memory and the driver's, which stands at the same device address.
    memories: Vec<(DmaBuffer, DmaBuffer)>,
    ring_log2: u8,
    follower: Option<RingFollower>,
    withheld: VecDeque<Withheld>,
    /// Line that was struck last.
    struck: Option<u64>,
}

impl<D: Device> Faulty<D> {
    /// Misbehaves as `plan` says; `seed` decides when.
    #[must_use]
    pub fn new(inner: D, plan: FaultPlan, seed: u64) -> Self {
        Self {
            inner,
            plan,
            random: SplitMix(seed),
            counts: FaultCounts::default(),
            memories: Vec::new(),
            ring_log2: 0,
            follower: None,
            withheld: VecDeque::new(),
            struck: None,
        }
    }

    /// Faults done so far.
    #[must_use]
    pub fn counts(&self) -> FaultCounts {
        self.counts
    }

    /// Changes the plan from now on.
    pub fn set_plan(&mut self, plan: FaultPlan) {
        self.plan = plan;
    }

    /// Completes what an earlier call withheld, then carries over what the device has written since.
    pub fn pump(&mut self) {
        let Some((_, shadow)) = self.memories.last() else { return };
        let shadow = shadow.clone();
        while let Some(Withheld { number, line }) = self.withheld.pop_front() {
            shadow.store_line(self.slot(number), &line);
        }
        while let Some(event) = self.follower.as_mut().and_then(RingFollower::poll) {
            if let RingEvent::Line { number, line } = event {
                self.carry(&shadow, number, *line.bytes());
            }
        }
    }

    fn slot(&self, number: u64) -> usize {
        (number & ((1 << self.ring_log2) - 1)) as usize
    }

    /// At most one fault strikes a line, never the successor of a line that is still missing, and none while a line is
    /// withheld, so that what a driver counts can be compared exactly.
    fn carry(&mut self, shadow: &DmaBuffer, number: u64, mut line: [u8; LINE_BYTES]) {
        self.counts.lines += 1;
        let slot = self.slot(number);
        let spared =
            !self.withheld.is_empty() || self.struck.is_some_and(|struck| number < struck + 2);
        let roll = self.random.next() as u16;
        let FaultPlan { torn, stale, flipped, reordered, .. } = self.plan;
        let mut bound = 0u32;
        let mut strikes = |ratio: u16| {
            let low = bound;
            bound += u32::from(ratio);
            !spared && (low..bound).contains(&u32::from(roll))
        };
        if strikes(torn) {
            self.counts.torn += 1;
            let whole = line;
            let from = 8 + (self.random.next() % 48) as usize;
            line[from..].iter_mut().for_each(|b| *b ^= 0x5a);
            shadow.store_line(slot, &line);
            self.withheld.push_back(Withheld { number, line: whole });
        } else if strikes(stale) {
            self.counts.stale += 1;
        } else if strikes(flipped) {
            self.counts.flipped += 1;
            let bit = 32 + (self.random.next() % 480) as usize;
            line[bit / 8] ^= 1 << (bit % 8);
            shadow.store_line(slot, &line);
        } else if strikes(reordered) {
            self.counts.reordered += 1;
            self.withheld.push_back(Withheld { number, line });
        } else {
            shadow.store_line(slot, &line);
            return;
        }
        self.struck = Some(number);
    }

    fn forget_ring(&mut self) {
        for (memory, _) in &self.memories {
            memory.zero();
        }
        self.withheld.clear();
        self.struck = None;
        self.follower = None;
    }

    fn read(&self, offset: u64, value: u64) -> u64 {
        match self.plan.abi {
            _ if self.plan.gone => u64::MAX,
            Some(abi) if offset == AbiRegister::OFFSET as u64 => {
                u64::from(abi.minor) | u64::from(abi.major) << 16 | u64::from(abi.line_format) << 32
            }
            _ => value,
        }
    }

    fn before_write(&mut self, offset: u64, value: u64) -> bool {
        match offset as usize {
            // A tail of 0 is set-up, not a doorbell.
            RingTail::OFFSET if value != 0 => {
                let lost = (self.random.next() as u16) < self.plan.doorbell_lost;
                self.counts.doorbells_lost += u64::from(lost);
                return !lost;
            }
            RingControl::OFFSET => {
                let control = RingControl(value);
                self.ring_log2 = control.size_log2() as u8;
                if let Some((memory, _)) = self.memories.last() {
                    if control.enable() && self.follower.is_none() {
                        self.follower = Some(RingFollower::new(memory.clone(), self.ring_log2, 0));
                    }
                }
            }
            Control::OFFSET if Control::from_raw(value).contains(Control::CORE_RESET) => {
                self.forget_ring();
            }
            _ => {}
        }
        true
    }
}

impl<D: Device> Device for Faulty<D> {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn bar_read64(&mut self, offset: u64) -> Result<u64, CardError> {
        let value = self.inner.bar_read64(offset)?;
        Ok(self.read(offset, value))
    }
    fn bar_write64(&mut self, offset: u64, value: u64) -> Result<(), CardError> {
        if self.before_write(offset, value) {
            self.inner.bar_write64(offset, value)?;
        }
        Ok(())
    }
    fn bar_read32(&mut self, offset: u64) -> Result<u32, CardError> {
        let low = self.inner.bar_read32(offset)?;
        let value = self.read(offset & !7, u64::from(low) << (offset % 8 * 8));
        Ok((value >> (offset % 8 * 8)) as u32)
    }
    fn bar_write32(&mut self, offset: u64, value: u32) -> Result<(), CardError> {
        self.inner.bar_write32(offset, value)
    }
    fn config_read32(&mut self, offset: u16) -> Result<u32, CardError> {
        let value = self.inner.config_read32(offset)?;
        Ok(if self.plan.gone { u32::MAX } else { value })
    }
    fn config_write32(&mut self, offset: u16, value: u32) -> Result<(), CardError> {
        self.inner.config_write32(offset, value)
    }
    fn dma_alloc(&mut self, bytes: usize) -> Result<DmaBuffer, CardError> {
        let memory = self.inner.dma_alloc(bytes)?;
        let shadow = DmaBuffer::new(memory.len(), memory.iova())?;
        self.memories.push((memory, shadow.clone()));
        Ok(shadow)
    }
    fn dma_release(&mut self, buffer: &DmaBuffer) -> Result<(), CardError> {
        self.forget_ring();
        self.memories.retain(|(memory, _)| memory.iova() != buffer.iova());
        self.inner.dma_release(buffer)
    }
    fn msix_vectors(&self) -> u16 {
        self.inner.msix_vectors()
    }
    fn msix_event(&mut self, vector: u16) -> Result<EventFd, CardError> {
        self.inner.msix_event(vector)
    }
    fn set_bus_master(&mut self, on: bool) -> Result<(), CardError> {
        self.inner.set_bus_master(on)
    }
    fn reset(&mut self) -> Result<(), CardError> {
        self.inner.reset()?;
        self.forget_ring();
        Ok(())
    }
}

impl<D: Device + Injector> Injector for Faulty<D> {
    fn inject(&mut self, frame: &Frame<'_>) -> Result<(), CardError> {
        self.inner.inject(frame)?;
        self.pump();
        Ok(())
    }
    fn pass_time(&mut self, stamp_ns: u64) -> Result<bool, CardError> {
        let done = self.inner.pass_time(stamp_ns)?;
        self.pump();
        Ok(done)
    }
    fn reach_time(&mut self, now: u64) -> Result<bool, CardError> {
        let done = self.inner.reach_time(now)?;
        self.pump();
        Ok(done)
    }
    fn advance(&mut self, cycles: u64) -> Result<(), CardError> {
        self.inner.advance(cycles)?;
        self.pump();
        Ok(())
    }
    fn is_idle(&mut self) -> bool {
        self.inner.is_idle() && self.withheld.is_empty()
    }
    fn run_until_idle(&mut self, cycles_max: u64) -> Result<(), CardError> {
        self.inner.run_until_idle(cycles_max)?;
        self.pump();
        Ok(())
    }
    fn core_cycles(&self) -> Option<u64> {
        self.inner.core_cycles()
    }
    fn latency(&self) -> Option<LatencyReport> {
        self.inner.latency()
    }
}

/// The generator of Steele, Lea and Flood, `SplitMix64`: small, and every seed gives another stream.
#[derive(Debug)]
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
