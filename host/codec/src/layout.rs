//! Bits of the two descriptors that `format` does not name, and their limits.

/// Message indices travel modulo 2^40.
pub(crate) const INDEX_MASK: u64 = (1 << 40) - 1;
/// Largest slot number of the 3 nibbles.
pub(crate) const SLOT_MAX: u16 = 0xfff;

/// The 16-bit descriptor, beside `format::full`.
pub(crate) mod full {
    pub(crate) const KIND_SHIFT: u32 = 2;
    pub(crate) const KIND_MASK: u16 = 0x1f;
    pub(crate) const PRICE_SHIFT: u32 = 12;
    pub(crate) const PRICE_MASK: u16 = 3;

    pub(crate) const PRICE_NONE: u16 = 0;
    pub(crate) const PRICE_CODE: u16 = 1;
    pub(crate) const PRICE_SAME: u16 = 2;
}

/// The 8-bit descriptor.
pub(crate) mod compact {
    pub(crate) const KIND_MASK: u8 = 3;
    pub(crate) const SAME_PRICE: u8 = 1 << 2;
    pub(crate) const STEP_SHIFT: u32 = 3;
    pub(crate) const STEP_MAX: u64 = 3;
    pub(crate) const TIME_SHIFT: u32 = 5;
    pub(crate) const TIME_LIMIT: u64 = 1 << 24;
    pub(crate) const SIZE_LONG: u8 = 1 << 7;
    pub(crate) const SIZE_LIMIT: u64 = 1 << 12;

    /// Smallest class whose nibbles hold the time step; a class takes `2 * class` nibbles.
    pub(crate) fn time_class(step: u64) -> u8 {
        match step {
            0 => 0,
            1..=0xff => 1,
            0x100..=0xffff => 2,
            _ => 3,
        }
    }
}
