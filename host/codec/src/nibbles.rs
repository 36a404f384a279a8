//! Nibble streams: nibble `i` of a byte slice is bits `[4i+3:4i]` of the slice read as one little-endian integer.

/// Nibbles that one encoded entry may need at most (a full trade with every field is 99), rounded up.
pub(crate) const MAX_ENTRY_NIBBLES: usize = 112;
/// Nibbles of a 64-bit word.
const WORD_NIBBLES: usize = 16;
const SCRATCH_WORDS: usize = MAX_ENTRY_NIBBLES / WORD_NIBBLES;

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

/// One entry's nibbles before it is known whether they fit: whole words, and the word in hand. Nothing is read back from
/// memory, so that no field waits for the store of the one before it.
pub(crate) struct Scratch {
    words: [u64; SCRATCH_WORDS],
    full: usize,
    hand: u64,
    /// Bits in hand, fewer than 64.
    bits: u32,
}

impl Scratch {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { words: [0; SCRATCH_WORDS], full: 0, hand: 0, bits: 0 }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.full * WORD_NIBBLES + self.bits as usize / 4
    }

    /// Appends the low `count` (at most 16) nibbles of `value`; higher bits must be zero.
    #[inline]
    pub(crate) fn put(&mut self, value: u64, count: u32) {
        debug_assert!(count >= 16 || value >> (4 * count) == 0);
        self.hand |= value << self.bits;
        let bits = self.bits + 4 * count;
        if bits >= u64::BITS {
            self.words[self.full] = self.hand;
            self.full += 1;
            self.hand = carry(value, self.bits);
        }
        self.bits = bits % u64::BITS;
    }

    /// Appends a prefixed-nibble number in its only legal, shortest form.
    #[inline]
    pub(crate) fn put_pn(&mut self, value: u64) {
        let length = length_nibble(value);
        if length < 15 {
            self.put(u64::from(length) | value << 4, 1 + length);
        } else {
            self.put(15, 1);
            self.put(value, 16);
        }
    }

    /// Its words of 16 nibbles one after the other; the last has as many nibbles as are left.
    #[inline]
    fn words(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        let full = self.words[..self.full].iter().map(|&word| (word, WORD_NIBBLES as u32));
        full.chain(core::iter::once((self.hand, self.bits / 4)))
    }

    /// Appends all of `other`.
    pub(crate) fn append(&mut self, other: &Scratch) {
        other.words().for_each(|(word, nibbles)| self.put(word, nibbles));
    }
}

/// What of `value`, shifted by `bits` (fewer than 64), goes over into the next word.
#[inline]
fn carry(value: u64, bits: u32) -> u64 {
    (value >> 1) >> (63 - bits)
}

/// The nibbles of a body, which only grows: the word in hand is kept beside the bytes, so that these are never read.
#[derive(Debug, Clone)]
pub(crate) struct Body<const N: usize> {
    bytes: [u8; N],
    nibbles: usize,
    hand: u64,
}

impl<const N: usize> Body<N> {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { bytes: [0; N], nibbles: 0, hand: 0 }
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8; N] {
        &self.bytes
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.nibbles
    }

    /// Appends an entry, which must fit.
    #[inline]
    pub(crate) fn append(&mut self, entry: &Scratch) {
        for (word, nibbles) in entry.words() {
            let bits = (self.nibbles % WORD_NIBBLES) as u32 * 4;
            self.hand |= word << bits;
            let at = self.nibbles / WORD_NIBBLES * 8;
            self.store(at);
            if bits + 4 * nibbles >= u64::BITS {
                self.hand = carry(word, bits);
                self.store(at + 8);
            }
            self.nibbles += nibbles as usize;
        }
    }

    /// Stores the word in hand, as far as the body reaches: what lies beyond is zero.
    #[inline]
    fn store(&mut self, at: usize) {
        let word = self.hand.to_le_bytes();
        if let Some(place) = self.bytes.get_mut(at..at + 8) {
            place.copy_from_slice(&word);
        } else if let Some(place) = self.bytes.get_mut(at..) {
            let (stored, beyond) = word.split_at(place.len());
            debug_assert!(beyond.iter().all(|&byte| byte == 0));
            place.copy_from_slice(stored);
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
    #[inline]
    pub(crate) fn new(body: &'a [u8]) -> Self {
        Self { body, at: 0 }
    }

    #[inline]
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The body has no byte.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    #[inline]
    pub(crate) fn left(&self) -> usize {
        self.body.len() * 2 - self.at
    }

    /// Takes `count` (at most 16) nibbles.
    #[inline]
    pub(crate) fn take(&mut self, count: u32) -> Result<u64, Ended> {
        if self.left() < count as usize {
            return Err(Ended);
        }
        let value = self.window();
        self.at += count as usize;
        Ok(if count == 16 { value } else { value & ((1 << (4 * count)) - 1) })
    }

    /// The 16 nibbles from here on; behind the body's end they are zero.
    #[inline]
    fn window(&self) -> u64 {
        let first = self.at / 2;
        // A window of fixed size near the end begins before `first`.
        let begin = first.min(self.body.len().wrapping_sub(16));
        let shift = 8 * (first - begin) + 4 * (self.at & 1);
        match self.body.get(begin..).and_then(|rest| rest.first_chunk()) {
            Some(window) if shift < 128 => (u128::from_le_bytes(*window) >> shift) as u64,
            Some(_) => 0,
            None => {
                let mut window = [0u8; 16];
                window[..self.body.len() - first].copy_from_slice(&self.body[first..]);
                (u128::from_le_bytes(window) >> (4 * (self.at & 1))) as u64
            }
        }
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
