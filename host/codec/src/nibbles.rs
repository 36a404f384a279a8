//! Nibble streams: nibble `i` of a byte slice is bits `[4i+3:4i]` of the slice read as one little-endian integer.

/// Nibbles that one encoded entry may need at most (a full trade with every field is 99), rounded up.
pub(crate) const MAX_ENTRY_NIBBLES: usize = 112;
const SCRATCH_BYTES: usize = MAX_ENTRY_NIBBLES / 2 + 16;

/// Zigzag code of a signed number: small magnitudes become small unsigned numbers.
#[inline]
pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Inverse of [`zigzag`].
#[inline]
pub(crate) fn unzigzag(code: u64) -> i64 {
    (code >> 1) as i64 ^ -((code & 1) as i64)
}

/// Length nibble of the shortest prefixed-nibble form.
#[inline]
pub(crate) fn length_nibble(value: u64) -> u32 {
    let nibbles = (64 - value.leading_zeros()).div_ceil(4);
    if nibbles >= 15 {
        15
    } else {
        nibbles
    }
}

/// Nibbles that follow a length nibble.
#[inline]
pub(crate) fn value_nibbles(length: u32) -> u32 {
    if length == 15 {
        16
    } else {
        length
    }
}

/// One entry's nibbles before it is known whether they fit.
pub(crate) struct Scratch {
    bytes: [u8; SCRATCH_BYTES],
    nibbles: usize,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self { bytes: [0; SCRATCH_BYTES], nibbles: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.nibbles
    }

    /// Appends the low `count` (at most 16) nibbles of `value`; higher bits must be zero.
    #[inline]
    pub(crate) fn put(&mut self, value: u64, count: u32) {
        debug_assert!(count >= 16 || value >> (4 * count) == 0);
        let at = self.nibbles / 2;
        let shifted = u128::from(value) << (4 * (self.nibbles & 1));
        let mut window = [0u8; 16];
        window.copy_from_slice(&self.bytes[at..at + 16]);
        let merged = u128::from_le_bytes(window) | shifted;
        self.bytes[at..at + 16].copy_from_slice(&merged.to_le_bytes());
        self.nibbles += count as usize;
    }

    /// Appends a prefixed-nibble number in its only legal, shortest form.
    #[inline]
    pub(crate) fn put_pn(&mut self, value: u64) {
        let length = length_nibble(value);
        self.put(u64::from(length), 1);
        self.put(value, value_nibbles(length));
    }

    /// Appends all of `other`.
    pub(crate) fn append(&mut self, other: &Scratch) {
        let mut at = 0;
        while at < other.nibbles {
            let count = (other.nibbles - at).min(2);
            let byte = other.bytes[at / 2];
            self.put(u64::from(byte), count as u32);
            at += count;
        }
    }

    /// Copies the nibbles into `body`, starting at nibble `at`; the target nibbles must be zero.
    pub(crate) fn store(&self, body: &mut [u8], at: usize) {
        let used = self.nibbles.div_ceil(2);
        if at & 1 == 0 {
            body[at / 2..at / 2 + used].copy_from_slice(&self.bytes[..used]);
        } else {
            let mut carry = body[at / 2];
            let mut target = at / 2;
            for &byte in &self.bytes[..used] {
                body[target] = carry | byte << 4;
                carry = byte >> 4;
                target += 1;
            }
            if self.nibbles & 1 == 0 {
                body[target] = carry;
            }
        }
    }
}

/// Reads nibbles from a body; remembers where it stands for errors.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    body: &'a [u8],
    at: usize,
}

/// The body ended inside a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended;

impl<'a> Cursor<'a> {
    pub(crate) fn new(body: &'a [u8]) -> Self {
        Self { body, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn left(&self) -> usize {
        self.body.len() * 2 - self.at
    }

    /// Takes `count` (at most 16) nibbles.
    #[inline]
    pub(crate) fn take(&mut self, count: u32) -> Result<u64, Ended> {
        if self.left() < count as usize {
            return Err(Ended);
        }
        let first = self.at / 2;
        let mut window = [0u8; 16];
        let bytes = (self.body.len() - first).min(16);
        window[..bytes].copy_from_slice(&self.body[first..first + bytes]);
        let value = (u128::from_le_bytes(window) >> (4 * (self.at & 1))) as u64;
        self.at += count as usize;
        Ok(if count == 16 { value } else { value & ((1 << (4 * count)) - 1) })
    }

    /// Passes over `count` nibbles.
    pub(crate) fn skip(&mut self, count: usize) -> Result<(), Ended> {
        if self.left() < count {
            return Err(Ended);
        }
        self.at += count;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{length_nibble, unzigzag, zigzag};

    #[test]
    fn zigzag_orders_by_magnitude_and_inverts() {
        for (value, code) in
            [(0, 0), (-1, 1), (1, 2), (-2, 3), (i64::MAX, u64::MAX - 1), (i64::MIN, u64::MAX)]
        {
            assert_eq!(zigzag(value), code);
            assert_eq!(unzigzag(code), value);
        }
    }

    #[test]
    fn fifteen_nibble_values_use_sixteen() {
        assert_eq!(length_nibble(0), 0);
        assert_eq!(length_nibble(1), 1);
        assert_eq!(length_nibble(0x10), 2);
        assert_eq!(length_nibble((1 << 56) - 1), 14);
        assert_eq!(length_nibble(1 << 56), 15);
        assert_eq!(length_nibble(u64::MAX), 15);
    }
}
