//! A device that counts how it is used.

use crate::device::Device;
use crate::dma::DmaBuffer;
use crate::error::CardError;
use crate::injector::{Frame, Injector};
use crate::interrupt::EventFd;
use crate::latency::LatencyReport;

/// Number of accesses so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccessCounts {
    /// BAR reads of any width.
    pub bar_reads: u64,
    /// BAR writes of any width.
    pub bar_writes: u64,
    /// Configuration space accesses.
    pub config: u64,
    /// Allocations and releases of memory.
    pub dma: u64,
}

/// Wraps a device and counts accesses to it.
#[derive(Debug)]
pub struct Counted<D> {
    inner: D,
    counts: AccessCounts,
}

impl<D> Counted<D> {
    /// Starts counting at 0.
    #[must_use]
    pub fn new(inner: D) -> Self {
        Self { inner, counts: AccessCounts::default() }
    }

    /// Accesses so far.
    #[must_use]
    pub fn counts(&self) -> AccessCounts {
        self.counts
    }

    /// The wrapped device; accesses through it are not counted.
    pub fn inner_mut(&mut self) -> &mut D {
        &mut self.inner
    }
}

impl<D: Device> Device for Counted<D> {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn bar_read64(&mut self, offset: u64) -> Result<u64, CardError> {
        self.counts.bar_reads += 1;
        self.inner.bar_read64(offset)
    }
    fn bar_write64(&mut self, offset: u64, value: u64) -> Result<(), CardError> {
        self.counts.bar_writes += 1;
        self.inner.bar_write64(offset, value)
    }
    fn bar_read32(&mut self, offset: u64) -> Result<u32, CardError> {
        self.counts.bar_reads += 1;
        self.inner.bar_read32(offset)
    }
    fn bar_write32(&mut self, offset: u64, value: u32) -> Result<(), CardError> {
        self.counts.bar_writes += 1;
        self.inner.bar_write32(offset, value)
    }
    fn config_read32(&mut self, offset: u16) -> Result<u32, CardError> {
        self.counts.config += 1;
        self.inner.config_read32(offset)
    }
    fn config_write32(&mut self, offset: u16, value: u32) -> Result<(), CardError> {
        self.counts.config += 1;
        self.inner.config_write32(offset, value)
    }
    fn dma_alloc(&mut self, bytes: usize) -> Result<DmaBuffer, CardError> {
        self.counts.dma += 1;
        self.inner.dma_alloc(bytes)
    }
    fn dma_release(&mut self, buffer: &DmaBuffer) -> Result<(), CardError> {
        self.counts.dma += 1;
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
        self.inner.reset()
    }
}

impl<I: Injector> Injector for Counted<I> {
    fn inject(&mut self, frame: &Frame<'_>) -> Result<(), CardError> {
        self.inner.inject(frame)
    }
    fn pass_time(&mut self, stamp_ns: u64) -> Result<bool, CardError> {
        self.inner.pass_time(stamp_ns)
    }
    fn reach_time(&mut self, now: u64) -> Result<bool, CardError> {
        self.inner.reach_time(now)
    }
    fn advance(&mut self, cycles: u64) -> Result<(), CardError> {
        self.inner.advance(cycles)
    }
    fn is_idle(&mut self) -> bool {
        self.inner.is_idle()
    }
    fn run_until_idle(&mut self, cycles_max: u64) -> Result<(), CardError> {
        self.inner.run_until_idle(cycles_max)
    }
    fn core_cycles(&self) -> Option<u64> {
        self.inner.core_cycles()
    }
    fn latency(&self) -> Option<LatencyReport> {
        self.inner.latency()
    }
}
