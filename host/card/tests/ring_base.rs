//! The ring starts at a multiple of a line, or the driver refuses it before it writes anything.

mod support;

use escapement_card::{CardError, Counted, Device, DmaBuffer, Driver, EventFd, RingMode, SoftCard};
use support::{card_config, Feed};

/// A backend whose device addresses are `shift` bytes off.
struct Shifted {
    card: Counted<SoftCard>,
    shift: u64,
    released: u32,
}

impl Device for Shifted {
    fn name(&self) -> &str {
        "shifted"
    }
    fn bar_read64(&mut self, offset: u64) -> Result<u64, CardError> {
        self.card.bar_read64(offset)
    }
    fn bar_write64(&mut self, offset: u64, value: u64) -> Result<(), CardError> {
        self.card.bar_write64(offset, value)
    }
    fn bar_read32(&mut self, offset: u64) -> Result<u32, CardError> {
        self.card.bar_read32(offset)
    }
    fn bar_write32(&mut self, offset: u64, value: u32) -> Result<(), CardError> {
        self.card.bar_write32(offset, value)
    }
    fn config_read32(&mut self, offset: u16) -> Result<u32, CardError> {
        self.card.config_read32(offset)
    }
    fn config_write32(&mut self, offset: u16, value: u32) -> Result<(), CardError> {
        self.card.config_write32(offset, value)
    }
    fn dma_alloc(&mut self, bytes: usize) -> Result<DmaBuffer, CardError> {
        let buffer = self.card.dma_alloc(bytes)?;
        if self.shift == 0 {
            return Ok(buffer);
        }
        DmaBuffer::new(bytes, buffer.iova() + self.shift)
    }
    fn dma_release(&mut self, buffer: &DmaBuffer) -> Result<(), CardError> {
        self.released += 1;
        assert_eq!(buffer.iova() % 64, self.shift % 64);
        Ok(())
    }
    fn msix_vectors(&self) -> u16 {
        self.card.msix_vectors()
    }
    fn msix_event(&mut self, vector: u16) -> Result<EventFd, CardError> {
        self.card.msix_event(vector)
    }
    fn set_bus_master(&mut self, on: bool) -> Result<(), CardError> {
        self.card.set_bus_master(on)
    }
    fn reset(&mut self) -> Result<(), CardError> {
        self.card.reset()
    }
}

#[test]
fn a_ring_that_starts_within_a_line_is_refused() {
    let config = card_config(Feed::Tops, 2, 6, RingMode::Credit);
    for shift in [1, 8, 32, 63] {
        let card = Counted::new(SoftCard::new());
        let mut driver = Driver::open(Shifted { card, shift, released: 0 }).unwrap();
        let before = driver.device_mut().card.counts().bar_writes;
        let error = driver.configure(&config).unwrap_err();
        assert!(matches!(error, CardError::RingUnaligned { alignment: 64, .. }), "{error}");
        assert!(error.to_string().contains("RING_BASE"), "{error}");
        assert!(matches!(driver.start(), Err(CardError::NotConfigured { .. })));
        assert_eq!(driver.device_mut().released, 1);
        assert_eq!(driver.device_mut().card.counts().bar_writes, before);
    }
    for shift in [0, 64] {
        let card = Counted::new(SoftCard::new());
        let mut driver = Driver::open(Shifted { card, shift, released: 0 }).unwrap();
        driver.configure(&config).unwrap();
        driver.start().unwrap();
    }
}
