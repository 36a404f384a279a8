//! Which orders a bounded order table holds.

use std::collections::HashMap;

/// Size of a set-associative order table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Sets, a power of two.
    pub sets: u64,
    /// Orders that a set holds.
    pub ways: u32,
}

impl std::str::FromStr for Bounds {
    type Err = String;

    /// Reads `1024,4`: sets and ways.
    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (sets, ways) = text.split_once(',')?;
            Some(Self { sets: sets.trim().parse().ok()?, ways: ways.trim().parse().ok()? })
        };
        parse()
            .filter(|bounds| bounds.sets.is_power_of_two() && bounds.ways > 0)
            .ok_or_else(|| "expected SETS,WAYS with a power of two of sets, as in 1024,4".into())
    }
}

/// How full each set is. Which way an order takes says nothing about which orders fit.
#[derive(Debug, Clone)]
pub(crate) struct Occupancy {
    bounds: Bounds,
    used: HashMap<u64, u32>,
}

impl Occupancy {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, used: HashMap::new() }
    }

    /// The four 16-bit words of a reference, folded by exclusive or.
    fn set(&self, reference: u64) -> u64 {
        (reference ^ reference >> 16 ^ reference >> 32 ^ reference >> 48) & (self.bounds.sets - 1)
    }

    /// Takes a place for an order; false if its set is full.
    pub(crate) fn admit(&mut self, reference: u64) -> bool {
        let used = self.used.entry(self.set(reference)).or_default();
        let fits = *used < self.bounds.ways;
        *used += u32::from(fits);
        fits
    }

    /// Gives the place of an admitted order back.
    pub(crate) fn release(&mut self, reference: u64) {
        let set = self.set(reference);
        match self.used.get_mut(&set) {
            Some(used) if *used > 0 => *used -= 1,
            _ => unreachable!("the order has a place"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_fill_and_empty() {
        let mut table = Occupancy::new("16,2".parse().unwrap());
        // equal sets: 3, 3 folded through each word, and 0x13 in the low bits
        assert!(table.admit(3));
        assert!(table.admit(3 << 48));
        assert!(!table.admit(0x13));
        assert!(table.admit(0x0001_0003), "3 ^ 1 is another set");
        table.release(3);
        assert!(table.admit(3 << 32));
        assert!(!table.admit(3 << 16));
    }

    #[test]
    fn bounds_are_read_or_refused() {
        assert_eq!("1024,4".parse(), Ok(Bounds { sets: 1024, ways: 4 }));
        for text in ["", "1000,4", "1024", "1024,0", "0,4", "1024,4,4"] {
            assert!(text.parse::<Bounds>().is_err(), "{text}");
        }
    }
}
