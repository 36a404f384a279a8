//! Memory that a device writes.
//!
//! Two rules. No reference to the memory is ever formed: the device writes it at any time, so every access is an
//! atomic load or store of one aligned 64-bit word. And no access is outside: every offset is checked.
//!
//! The memory is a memfd, so that it can be handed to another process (a reader, a vfio-user server).

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{memfd_create, MemfdFlags};

use crate::error::CardError;

/// Bytes of a page.
const PAGE_BYTES: usize = 4096;
/// Bytes of a line.
pub const LINE_BYTES: usize = 64;
/// 64-bit words of a line.
const LINE_WORDS: usize = LINE_BYTES / 8;

/// Zeroed memory at a fixed device address. Clones share the memory; it lives until the last clone is gone.
#[derive(Debug, Clone)]
pub struct DmaBuffer(Arc<Memory>);

#[derive(Debug)]
struct Memory {
    map: MmapRaw,
    file: File,
    iova: u64,
}

impl DmaBuffer {
    /// Allocates `bytes` (rounded up to pages) that the device will see at `iova`. Backends call this; drivers call
    /// [`crate::Device::dma_alloc`].
    ///
    /// # Errors
    /// The system has no memory or no descriptors left.
    pub fn new(bytes: usize, iova: u64) -> Result<Self, CardError> {
        let mend = "free memory, or choose a smaller ring";
        let bytes = bytes.max(1).next_multiple_of(PAGE_BYTES);
        let fd =
            memfd_create("escapement-dma", MemfdFlags::CLOEXEC).map_err(|e| CardError::Os {
                action: "memfd_create",
                mend: "raise the limit of open files (ulimit -n)",
                source: e.into(),
            })?;
        let file = File::from(fd);
        file.set_len(bytes as u64).map_err(|source| CardError::Os {
            action: "size of a memfd",
            mend,
            source,
        })?;
        let map = MmapOptions::new()
            .len(bytes)
            .populate()
            .map_raw(&file)
            .map_err(|source| CardError::Os { action: "mmap of a memfd", mend, source })?;
        Ok(Self(Arc::new(Memory { map, file, iova })))
    }

    /// Address at which the device sees the first byte.
    #[must_use]
    pub fn iova(&self) -> u64 {
        self.0.iova
    }

    /// Bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.map.len()
    }

    /// Never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memfd, to pass on.
    #[must_use]
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.0.file.as_fd()
    }

    /// Start of the mapping, for a backend whose device is in this process. It must write whole aligned words, and
    /// keep a clone of this buffer for as long as it writes.
    #[must_use]
    pub fn as_mut_ptr(&self) -> *mut u8 {
        self.0.map.as_mut_ptr()
    }

    #[inline]
    fn word(&self, index: usize) -> &AtomicU64 {
        assert!(
            index < self.len() / 8,
            "word {index} is outside a DMA buffer of {} bytes",
            self.len()
        );
        // SAFETY: in bounds by the assertion, aligned because the mapping is page aligned, alive as long as `self`; and
        // an AtomicU64 is the one kind of reference that permits writes by others.
        unsafe { AtomicU64::from_ptr(self.0.map.as_mut_ptr().cast::<u64>().add(index)) }
    }

    /// Loads word `index` (relaxed).
    #[inline]
    #[must_use]
    pub fn load(&self, index: usize) -> u64 {
        u64::from_le(self.word(index).load(Ordering::Relaxed))
    }

    /// Stores word `index` (relaxed).
    #[inline]
    pub fn store(&self, index: usize, value: u64) {
        self.word(index).store(value.to_le(), Ordering::Relaxed);
    }

    /// First word of line `index`, with acquire order: what the device wrote before it is visible after.
    #[inline]
    #[must_use]
    pub fn line_head(&self, index: usize) -> u64 {
        u64::from_le(self.word(index * LINE_WORDS).load(Ordering::Acquire))
    }

    /// Copies line `index` out.
    #[inline]
    #[must_use]
    pub fn load_line(&self, index: usize) -> [u8; LINE_BYTES] {
        let mut line = [0; LINE_BYTES];
        for (i, bytes) in line.chunks_exact_mut(8).enumerate() {
            bytes.copy_from_slice(&self.load(index * LINE_WORDS + i).to_le_bytes());
        }
        line
    }

    /// Writes line `index` as a device does: the first word, which holds the line's sequence, becomes visible last.
    pub fn store_line(&self, index: usize, line: &[u8; LINE_BYTES]) {
        for (i, bytes) in line.chunks_exact(8).enumerate().rev() {
            let mut word = [0; 8];
            word.copy_from_slice(bytes);
            let order = if i == 0 { Ordering::Release } else { Ordering::Relaxed };
            self.word(index * LINE_WORDS + i).store(u64::from_ne_bytes(word), order);
        }
    }

    /// Sets every byte to zero.
    pub fn zero(&self) {
        for i in 0..self.len() / 8 {
            self.store(i, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DmaBuffer, LINE_BYTES};

    #[test]
    fn lines_come_back_as_written_and_memory_starts_zeroed() {
        let memory = DmaBuffer::new(100, 0x1_0000).unwrap();
        assert_eq!(memory.len(), 4096);
        assert_eq!(memory.load_line(63), [0; LINE_BYTES]);
        let mut line = [0; LINE_BYTES];
        for (i, b) in line.iter_mut().enumerate() {
            *b = i as u8 + 1;
        }
        memory.store_line(63, &line);
        assert_eq!(memory.load_line(63), line);
        assert_eq!(memory.line_head(63).to_le_bytes(), line[..8]);
        memory.zero();
        assert_eq!(memory.load_line(63), [0; LINE_BYTES]);
    }

    #[test]
    #[should_panic(expected = "outside a DMA buffer")]
    fn access_outside_is_refused() {
        let memory = DmaBuffer::new(4096, 0).unwrap();
        let _ = memory.load(512);
    }

    #[test]
    fn clones_and_descriptors_share_the_memory() {
        let memory = DmaBuffer::new(4096, 0).unwrap();
        let other = memory.clone();
        memory.store(5, 0x1234);
        assert_eq!(other.load(5), 0x1234);
        let mut file = std::fs::File::from(memory.fd().try_clone_to_owned().unwrap());
        use std::io::{Read, Seek, SeekFrom};
        let mut word = [0; 8];
        file.seek(SeekFrom::Start(40)).unwrap();
        file.read_exact(&mut word).unwrap();
        assert_eq!(u64::from_le_bytes(word), 0x1234);
    }
}
