//! What a driver may ask of a card, whatever stands behind it.

use crate::dma::DmaBuffer;
use crate::error::CardError;
use crate::interrupt::EventFd;

/// Bytes of BAR0 that hold registers.
pub const BAR_BYTES: u64 = 0x2000;

/// One PCIe function, seen from its driver.
///
/// Used generically: no call through a vtable on any path. Offsets are bytes from the start of BAR0 and must be
/// aligned to the access width. A write is *posted*: it has been handed over when the call returns, not performed.
pub trait Device {
    /// A name for messages: `sim`, `soft`, `vfio:0000:01:00.0`.
    fn name(&self) -> &str;

    /// Reads 64 bits of BAR0.
    ///
    /// # Errors
    /// The access is outside BAR0 or misaligned, or the device does not answer or answers with an error.
    fn bar_read64(&mut self, offset: u64) -> Result<u64, CardError>;

    /// Writes 64 bits of BAR0 (posted).
    ///
    /// # Errors
    /// As [`Device::bar_read64`]; a posted write that fails later shows only in what it did not do.
    fn bar_write64(&mut self, offset: u64, value: u64) -> Result<(), CardError>;

    /// Reads 32 bits of BAR0.
    ///
    /// # Errors
    /// As [`Device::bar_read64`].
    fn bar_read32(&mut self, offset: u64) -> Result<u32, CardError>;

    /// Writes 32 bits of BAR0 (posted).
    ///
    /// # Errors
    /// As [`Device::bar_write64`].
    fn bar_write32(&mut self, offset: u64, value: u32) -> Result<(), CardError>;

    /// Reads 32 bits of configuration space at `offset` (a multiple of 4 below 4,096).
    ///
    /// # Errors
    /// The offset is not legal or the device has no configuration space.
    fn config_read32(&mut self, offset: u16) -> Result<u32, CardError>;

    /// Writes 32 bits of configuration space.
    ///
    /// # Errors
    /// As [`Device::config_read32`].
    fn config_write32(&mut self, offset: u16, value: u32) -> Result<(), CardError>;

    /// Allocates zeroed memory that the device may write until [`Device::dma_release`]. `bytes` is rounded up to pages.
    ///
    /// # Errors
    /// No memory, or no address space left for the device.
    fn dma_alloc(&mut self, bytes: usize) -> Result<DmaBuffer, CardError>;

    /// Takes the memory away from the device. Later writes of the device to it are faults.
    ///
    /// # Errors
    /// The buffer is not mapped for this device.
    fn dma_release(&mut self, buffer: &DmaBuffer) -> Result<(), CardError>;

    /// Number of MSI-X vectors.
    fn msix_vectors(&self) -> u16;

    /// The event that vector `vector` signals.
    ///
    /// # Errors
    /// There is no such vector, or the system has no descriptors left.
    fn msix_event(&mut self, vector: u16) -> Result<EventFd, CardError>;

    /// Allows or forbids the device to write memory.
    ///
    /// # Errors
    /// The device refuses.
    fn set_bus_master(&mut self, on: bool) -> Result<(), CardError>;

    /// Function-level reset: registers and memories are as after power-up, DMA mappings stay.
    ///
    /// # Errors
    /// The device cannot be reset.
    fn reset(&mut self) -> Result<(), CardError>;
}

/// Checks an access against BAR0, for backends.
///
/// # Errors
/// [`CardError::BarAccess`].
pub fn check_bar_access(offset: u64, width: u8) -> Result<(), CardError> {
    let width64 = u64::from(width);
    if offset % width64 != 0 || offset >= BAR_BYTES {
        return Err(CardError::BarAccess { offset, width, bar_bytes: BAR_BYTES });
    }
    Ok(())
}

/// A mutable borrow of a device is a device.
impl<D: Device> Device for &mut D {
    fn name(&self) -> &str {
        (**self).name()
    }
    fn bar_read64(&mut self, offset: u64) -> Result<u64, CardError> {
        (**self).bar_read64(offset)
    }
    fn bar_write64(&mut self, offset: u64, value: u64) -> Result<(), CardError> {
        (**self).bar_write64(offset, value)
    }
    fn bar_read32(&mut self, offset: u64) -> Result<u32, CardError> {
        (**self).bar_read32(offset)
    }
    fn bar_write32(&mut self, offset: u64, value: u32) -> Result<(), CardError> {
        (**self).bar_write32(offset, value)
    }
    fn config_read32(&mut self, offset: u16) -> Result<u32, CardError> {
        (**self).config_read32(offset)
    }
    fn config_write32(&mut self, offset: u16, value: u32) -> Result<(), CardError> {
        (**self).config_write32(offset, value)
    }
    fn dma_alloc(&mut self, bytes: usize) -> Result<DmaBuffer, CardError> {
        (**self).dma_alloc(bytes)
    }
    fn dma_release(&mut self, buffer: &DmaBuffer) -> Result<(), CardError> {
        (**self).dma_release(buffer)
    }
    fn msix_vectors(&self) -> u16 {
        (**self).msix_vectors()
    }
    fn msix_event(&mut self, vector: u16) -> Result<EventFd, CardError> {
        (**self).msix_event(vector)
    }
    fn set_bus_master(&mut self, on: bool) -> Result<(), CardError> {
        (**self).set_bus_master(on)
    }
    fn reset(&mut self) -> Result<(), CardError> {
        (**self).reset()
    }
}
