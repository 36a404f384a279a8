//! Which numbers of a stream were given up, so that a frame that comes after all is told from one that came twice.

use std::collections::BTreeMap;

/// Ranges of numbers of frames, 64 bits wide so that none wraps. Of more than [`RANGES_MAX`] the oldest are forgotten.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lost {
    /// First number -> one behind the last.
    ranges: BTreeMap<u64, u64>,
}

const RANGES_MAX: usize = 1 << 16;

impl Lost {
    /// Notes `first..end`, higher than all before.
    pub(crate) fn add(&mut self, first: u64, end: u64) {
        if first < end {
            self.ranges.insert(first, end);
        }
        if self.ranges.len() > RANGES_MAX {
            self.ranges.pop_first();
        }
    }

    /// The number was given up, or is older than all that is still known.
    pub(crate) fn has(&self, number: u64) -> bool {
        match self.ranges.range(..=number).next_back() {
            Some((_, &end)) => number < end,
            None => self.ranges.len() == RANGES_MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lost, RANGES_MAX};

    #[test]
    fn ranges_have_their_numbers_and_the_oldest_are_forgotten() {
        let mut lost = Lost::default();
        lost.add(3, 3);
        lost.add(5, 7);
        assert_eq!([4, 5, 6, 7].map(|number| lost.has(number)), [false, true, true, false]);
        assert!(!lost.has(2));
        for at in 0..RANGES_MAX as u64 {
            lost.add(10 + 2 * at, 11 + 2 * at);
        }
        assert!(lost.has(5), "no longer known, so not told from a duplicate: late");
        assert!(lost.has(10) && !lost.has(11));
    }
}
