//! Typed register access over any 64-bit bus.

use core::ptr::NonNull;
use volatile::VolatilePtr;

/// A 64-bit register of the map. Values are plain; reading and writing goes through [`RegisterBus`].
pub trait Register: Copy {
    /// Name as in `docs/registers.md`.
    const NAME: &'static str;
    /// Byte offset on BAR0.
    const OFFSET: usize;
    /// Value after reset.
    const RESET: u64;
    /// The register from its 64 bits; unknown bits are kept.
    fn from_raw(bits: u64) -> Self;
    /// The register's 64 bits.
    fn into_raw(self) -> u64;
}

/// A register that software may read.
pub trait Readable: Register {}

/// A register that software may write.
pub trait Writable: Register {}

/// Something that carries 64-bit accesses to BAR0. A backend implements these two.
pub trait Bus {
    /// What an access can fail with.
    type Error;
    /// Reads the 8 bytes at `offset`, a multiple of 8.
    fn read64(&mut self, offset: usize) -> Result<u64, Self::Error>;
    /// Writes the 8 bytes at `offset`, a multiple of 8.
    fn write64(&mut self, offset: usize, value: u64) -> Result<(), Self::Error>;
}

/// Typed access, for every [`Bus`].
///
/// ```
/// use escapement_abi::{registers::Control, Bus, RegisterBus};
/// struct Memory([u64; 0x1000]);
/// impl Bus for Memory {
///     type Error = core::convert::Infallible;
///     fn read64(&mut self, offset: usize) -> Result<u64, Self::Error> {
///         Ok(self.0[offset / 8])
///     }
///     fn write64(&mut self, offset: usize, value: u64) -> Result<(), Self::Error> {
///         self.0[offset / 8] = value;
///         Ok(())
///     }
/// }
/// let mut card = Memory([0; 0x1000]);
/// card.write(Control::ENABLE | Control::EARLY)?;
/// assert!(card.read::<Control>()?.contains(Control::EARLY));
/// # Ok::<(), core::convert::Infallible>(())
/// ```
pub trait RegisterBus: Bus {
    /// Reads a register.
    fn read<R: Readable>(&mut self) -> Result<R, Self::Error> {
        self.read64(R::OFFSET).map(R::from_raw)
    }
    /// Writes a register.
    fn write<R: Writable>(&mut self, register: R) -> Result<(), Self::Error> {
        self.write64(R::OFFSET, register.into_raw())
    }
    /// Reads, changes and writes back a register.
    fn modify<R: Readable + Writable>(
        &mut self,
        change: impl FnOnce(R) -> R,
    ) -> Result<(), Self::Error> {
        let register = self.read::<R>()?;
        self.write(change(register))
    }
}

impl<B: Bus + ?Sized> RegisterBus for B {}

/// An access outside the mapping, or not a multiple of 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadOffset {
    /// The offset asked for.
    pub offset: usize,
    /// Bytes of the mapping.
    pub bytes: usize,
}

impl core::fmt::Display for BadOffset {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "register offset {:#x} is not a multiple of 8 inside a {:#x} byte mapping",
            self.offset, self.bytes
        )
    }
}

impl core::error::Error for BadOffset {}

/// BAR0 mapped into this process.
#[derive(Debug)]
pub struct MappedBar {
    base: NonNull<u64>,
    words: usize,
}

impl MappedBar {
    /// Wraps a mapping of `bytes` bytes.
    ///
    /// # Safety
    /// `base` is 8-byte aligned and stays valid for reads and writes of `bytes` bytes as long as the value lives, and
    /// nothing in this process holds a reference into it.
    #[must_use]
    pub unsafe fn new(base: NonNull<u64>, bytes: usize) -> Self {
        Self { base, words: bytes / 8 }
    }

    fn word(&self, offset: usize) -> Result<VolatilePtr<'_, u64>, BadOffset> {
        if offset % 8 != 0 || offset / 8 >= self.words {
            return Err(BadOffset { offset, bytes: self.words * 8 });
        }
        // SAFETY: the word lies inside the mapping (checked above), which `new`'s caller keeps valid and unreferenced.
        Ok(unsafe { VolatilePtr::new(self.base.add(offset / 8)) })
    }
}

impl Bus for MappedBar {
    type Error = BadOffset;

    fn read64(&mut self, offset: usize) -> Result<u64, BadOffset> {
        Ok(self.word(offset)?.read())
    }

    fn write64(&mut self, offset: usize, value: u64) -> Result<(), BadOffset> {
        self.word(offset)?.write(value);
        Ok(())
    }
}
