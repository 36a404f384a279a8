//! The offset code: a price as its distance to a centre, in ticks, in one byte.
//!
//! `code = (price - centre) / tick + 128`, 1 to 255; 0 is the escape.

/// Largest distance in ticks that has a code, either way.
pub const REACH: i64 = 127;
/// Code of the centre itself.
pub const CENTRE_CODE: u8 = 128;

/// How a price stands to a centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coding {
    /// At most 127 ticks away, on the grid or not.
    pub in_range: bool,
    /// The code, 0 = escape.
    pub code: u8,
}

/// Codes `price` against `centre`. The difference is taken exactly, over the whole range of 64 bits.
///
/// ```
/// use escapement_codec::offset_code::{encode, Coding};
/// assert_eq!(encode(10_100, 10_000, 100), Coding { in_range: true, code: 129 });
/// assert_eq!(encode(10_101, 10_000, 100), Coding { in_range: true, code: 0 });
/// assert_eq!(encode(i64::MAX, i64::MIN, 100), Coding { in_range: false, code: 0 });
/// ```
#[inline]
#[must_use]
pub fn encode(price: i64, centre: i64, tick: u32) -> Coding {
    let Some(distance) = price.checked_sub(centre) else {
        return Coding { in_range: false, code: 0 };
    };
    let tick = i64::from(tick);
    if distance.unsigned_abs() > (REACH * tick).unsigned_abs() {
        return Coding { in_range: false, code: 0 };
    }
    let code =
        if distance % tick == 0 { (distance / tick + i64::from(CENTRE_CODE)) as u8 } else { 0 };
    Coding { in_range: true, code }
}

/// The price of a code, `None` for the escape or when it lies outside 64 bits (never for a code that [`encode`] gave).
#[inline]
#[must_use]
pub fn decode(code: u8, centre: i64, tick: u32) -> Option<i64> {
    if code == 0 {
        return None;
    }
    centre.checked_add((i64::from(code) - i64::from(CENTRE_CODE)) * i64::from(tick))
}

/// The grid point at or below `price`: a new centre; `None` below the range of 64 bits.
#[inline]
#[must_use]
pub fn floor_to_grid(price: i64, tick: u32) -> Option<i64> {
    price.checked_sub(price.rem_euclid(i64::from(tick)))
}
