//! The memory of lost ranges, which tells a late copy from a duplicate.

/// Ranges remembered.
pub const REMEMBERED_RANGES: usize = 8;

/// The last ranges of numbers that were declared lost.
#[derive(Debug, Clone, Default)]
pub struct LostRanges {
    /// First number and count.
    ranges: [(u64, u64); REMEMBERED_RANGES],
    count: usize,
    newest: usize,
}

/// What became of a range that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remembered {
    /// It goes on where the newest ended.
    Longer,
    /// It is a new one.
    New,
    /// It is a new one, and the oldest fell out.
    Evicting,
}

impl LostRanges {
    /// Remembers `count` numbers from `first`.
    pub fn declare(&mut self, first: u64, count: u64) -> Remembered {
        if self.count > 0 {
            let newest = &mut self.ranges[self.newest];
            if newest.0.wrapping_add(newest.1) == first {
                newest.1 = newest.1.wrapping_add(count);
                return Remembered::Longer;
            }
            self.newest = (self.newest + 1) % REMEMBERED_RANGES;
        }
        self.ranges[self.newest] = (first, count);
        if self.count == REMEMBERED_RANGES {
            return Remembered::Evicting;
        }
        self.count += 1;
        Remembered::New
    }

    /// Whether the number was declared lost, as far as remembered.
    #[must_use]
    pub fn contains(&self, sequence: u64) -> bool {
        let oldest = self.newest + REMEMBERED_RANGES + 1 - self.count;
        (0..self.count).any(|age| {
            let (first, count) = self.ranges[(oldest + age) % REMEMBERED_RANGES];
            sequence.wrapping_sub(first) < count
        })
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::{LostRanges, Remembered, REMEMBERED_RANGES};

    #[test]
    fn neighbours_are_one_range_and_the_ninth_evicts_the_first() {
        let mut lost = LostRanges::default();
        assert!(!lost.contains(0));
        assert_eq!(lost.declare(5, 2), Remembered::New);
        assert_eq!(lost.declare(7, 3), Remembered::Longer);
        let inside: Vec<u64> = (0..20).filter(|&n| lost.contains(n)).collect();
        assert_eq!(inside, [5, 6, 7, 8, 9]);
        for range in 1..REMEMBERED_RANGES as u64 {
            assert_eq!(lost.declare(100 * range, 1), Remembered::New);
        }
        assert_eq!(lost.declare(1000, 1), Remembered::Evicting);
        assert!(!lost.contains(5) && lost.contains(100) && lost.contains(1000));
        assert_eq!(lost.declare(1001, 1), Remembered::Longer);
        assert_eq!(lost.declare(1100, 1), Remembered::Evicting);
        assert!(!lost.contains(100) && lost.contains(200) && lost.contains(1001));
        lost.clear();
        assert!(!lost.contains(1001));
        assert_eq!(lost.declare(1002, 1), Remembered::New);
    }
}
