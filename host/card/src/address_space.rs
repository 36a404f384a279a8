//! Device addresses for backends without an IOMMU of their own, and the memory behind them.

use crate::dma::{DmaBuffer, LINE_BYTES};
use crate::error::CardError;

/// First device address handed out: far from 0, so that a forgotten base register shows.
const FIRST_IOVA: u64 = 0x10_0000_0000;
/// Mappings start at multiples of this, with at least one page between two.
const ALIGNMENT: u64 = 0x20_0000;

/// What a device may write.
#[derive(Debug, Default)]
pub struct AddressSpace {
    mappings: Vec<DmaBuffer>,
    next: u64,
    faults: u64,
    last_fault: u64,
    faults_taken: u64,
}

impl AddressSpace {
    /// Allocates memory at an address of its own.
    ///
    /// # Errors
    /// The system has no memory left.
    pub fn alloc(&mut self, bytes: usize) -> Result<DmaBuffer, CardError> {
        let iova = self.next.max(FIRST_IOVA);
        let buffer = DmaBuffer::new(bytes, iova)?;
        self.next = (iova + buffer.len() as u64 + 1).next_multiple_of(ALIGNMENT);
        self.mappings.push(buffer.clone());
        Ok(buffer)
    }

    /// Forgets a mapping.
    ///
    /// # Errors
    /// There is none at the buffer's address.
    pub fn release(&mut self, buffer: &DmaBuffer) -> Result<(), CardError> {
        let at = self.mappings.iter().position(|m| m.iova() == buffer.iova());
        let at = at.ok_or_else(|| CardError::Missing {
            device: String::from("DMA address space"),
            what: "a mapping at the buffer's address",
            mend: "release each buffer once, to the device that gave it",
        })?;
        self.mappings.swap_remove(at);
        Ok(())
    }

    /// Performs a device's write of one line, or counts a fault when no mapping holds the whole line.
    pub fn write_line(&mut self, iova: u64, line: &[u8; LINE_BYTES]) {
        let hit = self.mappings.iter().find_map(|m| {
            let offset = iova.checked_sub(m.iova())?;
            let fits = offset % LINE_BYTES as u64 == 0 && offset < m.len() as u64;
            fits.then_some((m, offset as usize / LINE_BYTES))
        });
        if let Some((memory, index)) = hit {
            memory.store_line(index, line);
        } else {
            self.faults += 1;
            self.last_fault = iova;
        }
    }

    /// Writes outside of every mapping: how many, and the address of the last.
    #[must_use]
    pub fn faults(&self) -> Option<(u64, u64)> {
        (self.faults > 0).then_some((self.faults, self.last_fault))
    }

    /// As [`AddressSpace::faults`], but only when there are new ones since the last call.
    pub fn take_faults(&mut self) -> Option<(u64, u64)> {
        let new = self.faults != self.faults_taken;
        self.faults_taken = self.faults;
        self.faults().filter(|_| new)
    }
}

#[cfg(test)]
mod tests {
    use super::AddressSpace;

    #[test]
    fn writes_reach_their_mapping_or_are_counted() {
        let mut space = AddressSpace::default();
        let a = space.alloc(4096).unwrap();
        let b = space.alloc(8192).unwrap();
        space.write_line(a.iova() + 64, &[1; 64]);
        space.write_line(b.iova() + 8192 - 64, &[2; 64]);
        assert_eq!(a.load_line(1), [1; 64]);
        assert_eq!(b.load_line(127), [2; 64]);
        assert_eq!(space.faults(), None);
        space.write_line(a.iova() + 4096, &[3; 64]);
        space.write_line(b.iova() + 32, &[3; 64]);
        space.release(&a).unwrap();
        space.write_line(a.iova(), &[3; 64]);
        assert_eq!(space.faults(), Some((3, a.iova())));
        assert_eq!(a.load_line(0), [0; 64]);
        assert!(space.release(&a).is_err());
    }
}
