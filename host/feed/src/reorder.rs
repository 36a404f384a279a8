//! The reorder memory: messages that came before a missing number.

use crate::line::Line;

/// Bytes of a message that are kept: no decoder reads more of any message.
const KEPT_BYTES: usize = 80;

/// A message that waits.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    data: [u8; KEPT_BYTES],
    bytes: u8,
    /// Line that brought it.
    pub line: Line,
    /// Stamp of the frame that brought it, ns.
    pub stamp: u64,
}

impl Held {
    /// A copy of a message.
    #[must_use]
    pub fn new(data: &[u8], line: Line, stamp: u64) -> Self {
        let mut held = Self { data: [0; KEPT_BYTES], bytes: 0, line, stamp };
        let kept = data.len().min(KEPT_BYTES);
        held.data[..kept].copy_from_slice(&data[..kept]);
        held.bytes = kept as u8;
        held
    }

    /// Its bytes, as far as they are kept.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data[..usize::from(self.bytes)]
    }
}

/// A ring of places by sequence number, for the numbers behind the expected one.
#[derive(Debug, Clone)]
pub struct ReorderMemory {
    places: Vec<Option<Held>>,
    mask: u64,
    count: usize,
}

impl ReorderMemory {
    /// An empty memory of `2^log2` places.
    #[must_use]
    pub fn new(log2: u8) -> Self {
        let places = 1usize << log2;
        Self { places: vec![None; places], mask: places as u64 - 1, count: 0 }
    }

    /// Number of places.
    #[must_use]
    pub fn places(&self) -> u64 {
        self.mask + 1
    }

    /// Whether nothing is held.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn place(&self, sequence: u64) -> usize {
        (sequence & self.mask) as usize
    }

    /// Whether the message of this number is held; it must be less than `places` behind the expected one.
    #[inline]
    #[must_use]
    pub fn holds(&self, sequence: u64) -> bool {
        self.count > 0 && self.places[self.place(sequence)].is_some()
    }

    /// Holds a message in its free place.
    pub fn hold(&mut self, sequence: u64, message: Held) {
        let place = self.place(sequence);
        debug_assert!(self.places[place].is_none());
        self.places[place] = Some(message);
        self.count += 1;
    }

    /// Takes the message of this number out, if it is held.
    #[inline]
    pub fn take(&mut self, sequence: u64) -> Option<Held> {
        if self.count == 0 {
            return None;
        }
        let place = self.place(sequence);
        let taken = self.places[place].take();
        self.count -= usize::from(taken.is_some());
        taken
    }

    /// The smallest number held from `expected` on.
    #[must_use]
    pub fn next(&self, expected: u64) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        (0..self.places()).map(|ahead| expected.wrapping_add(ahead)).find(|&s| self.holds(s))
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, Line, ReorderMemory};

    #[test]
    fn messages_come_back_by_number() {
        let mut memory = ReorderMemory::new(2);
        assert_eq!((memory.next(5), memory.is_empty()), (None, true));
        memory.hold(8, Held::new(b"eight", Line::B, 80));
        memory.hold(6, Held::new(&[7; 200], Line::A, 60));
        assert_eq!((memory.next(5), memory.next(7)), (Some(6), Some(8)));
        assert!(memory.holds(6) && !memory.holds(7));
        assert_eq!(memory.take(6).unwrap().data(), [7; 80]);
        assert!(memory.take(6).is_none());
        let eight = memory.take(8).unwrap();
        assert_eq!((eight.data(), eight.line, eight.stamp), (&b"eight"[..], Line::B, 80));
        assert!(memory.is_empty());
    }
}
