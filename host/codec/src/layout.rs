//! Choices that the writer makes and the reader checks, beside the numbers in `format`.

use crate::format::{form, size_class, time_class};

/// Message indices travel modulo 2^40.
pub(crate) const INDEX_MASK: u64 = (1 << 40) - 1;
/// Largest slot number of the 3 nibbles.
pub(crate) const SLOT_MAX: u16 = 0xfff;

/// The bytes in front of an entry, by their bits 7:5 and below.
pub(crate) mod descriptor {
    pub(crate) const TIME_SHIFT: u32 = 5;
    pub(crate) const SIZE_SHIFT: u32 = 3;
    pub(crate) const FORM_MASK: u8 = 7;
    pub(crate) const CLASS_MASK: u8 = 3;
    /// The lowest prefix: below are full ticks, control entries and the end.
    pub(crate) const PREFIX: u8 = 8;
    /// The lowest compact descriptor.
    pub(crate) const COMPACT: u8 = 32;
}

/// Price forms of a full tick, two bits of its second byte.
pub(crate) mod full_price {
    pub(crate) const NONE: u8 = 0;
    pub(crate) const CODE: u8 = 1;
    pub(crate) const SAME: u8 = 2;
}

/// How a price is told, by kind (bid, ask, trade): form of the descriptor.
pub(crate) const SAME_FORM: [u8; 3] = [form::BID_SAME, form::ASK_SAME, form::TRADE_SAME];
pub(crate) const CODE_FORM: [u8; 3] = [form::BID_CODE, form::ASK_CODE, form::TRADE_CODE];
/// Of bid and ask.
pub(crate) const DELTA_FORM: [u8; 2] = [form::BID_DELTA, form::ASK_DELTA];

/// Steps of the code that a nibble holds.
#[inline]
pub(crate) fn is_delta(steps: i16) -> bool {
    (-8..8).contains(&steps)
}

/// Bits of the time steps of the classes that have no length.
pub(crate) const SHORT_BITS: u32 = 8;
pub(crate) const MEDIUM_BITS: u32 = 12;
pub(crate) const LONG_BITS: u32 = 48;
pub(crate) const FRAME_SHORT_BITS: u32 = 20;
pub(crate) const FRAME_MEDIUM_BITS: u32 = 28;

/// The time class of a tick of the running frame: the first that holds both steps.
#[inline]
pub(crate) fn time_class(time: u64, step: u64) -> u8 {
    if time == 0 && step == 0 {
        time_class::NONE
    } else if step == 1 && time >> SHORT_BITS == 0 {
        time_class::SHORT
    } else if time >> MEDIUM_BITS == 0 {
        time_class::MEDIUM
    } else {
        time_class::LONG
    }
}

/// The time class of a tick of a new frame.
#[inline]
pub(crate) fn frame_time_class(time: u64, step: u64) -> u8 {
    if step == 1 && time >> FRAME_SHORT_BITS == 0 {
        time_class::FRAME_SHORT
    } else if step == 1 && time >> FRAME_MEDIUM_BITS == 0 {
        time_class::FRAME_MEDIUM
    } else {
        time_class::FRAME_LONG
    }
}

/// Largest index step of one nibble, and the nibble that says that a number follows.
pub(crate) const STEP_NIBBLE_MAX: u64 = 14;
pub(crate) const STEP_LONG: u64 = 15;

/// A round lot.
pub(crate) const LOT: u64 = 100;

/// How many hundreds a size is, less one, if it has a form for that: 0 to 255.
#[inline]
pub(crate) fn hundreds(size: u64) -> Option<u64> {
    (size % LOT == 0 && size != 0 && size <= 256 * LOT).then(|| size / LOT - 1)
}

/// The size class: the first that holds it.
#[inline]
pub(crate) fn size_class(size: u64) -> u8 {
    if size < 16 {
        size_class::NIBBLE
    } else if hundreds(size).is_some_and(|n| n < 16) {
        size_class::HUNDREDS
    } else if size < 256 {
        size_class::BYTE
    } else {
        size_class::NUMBER
    }
}
