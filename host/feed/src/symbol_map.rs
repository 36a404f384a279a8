//! Symbol to slot: an open table, filled before start.

use crate::symbol::Symbol;

const FREE: u16 = u16::MAX;

/// A fixed map from symbols to slots.
#[derive(Debug, Clone)]
pub struct SymbolMap {
    places: Vec<(u64, u16)>,
    mask: usize,
}

fn place_of(key: u64) -> usize {
    // Fibonacci hashing: the high bits of the product are well mixed.
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
}

impl SymbolMap {
    /// A map of these pairs; a later pair of the same symbol wins.
    #[must_use]
    pub fn new(pairs: impl ExactSizeIterator<Item = (Symbol, u16)>) -> Self {
        let places = (4 * pairs.len()).next_power_of_two().max(16);
        let mut map = Self { places: vec![(0, FREE); places], mask: places - 1 };
        for (symbol, slot) in pairs {
            let key = u64::from_le_bytes(symbol.0);
            let mut at = place_of(key) & map.mask;
            while map.places[at].1 != FREE && map.places[at].0 != key {
                at = (at + 1) & map.mask;
            }
            map.places[at] = (key, slot);
        }
        map
    }

    /// The symbol's slot.
    #[inline]
    #[must_use]
    pub fn slot(&self, symbol: Symbol) -> Option<u16> {
        let key = u64::from_le_bytes(symbol.0);
        let mut at = place_of(key) & self.mask;
        loop {
            let (found, slot) = self.places[at];
            if slot == FREE {
                return None;
            }
            if found == key {
                return Some(slot);
            }
            at = (at + 1) & self.mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SymbolMap;
    use crate::symbol::Symbol;

    #[test]
    fn finds_what_was_put_in_and_nothing_else() {
        let symbol = |number: u16| Symbol::new(&format!("S{number}")).unwrap();
        let map = SymbolMap::new((0..3000).map(|number| (symbol(number), number)));
        for number in 0..3000 {
            assert_eq!(map.slot(symbol(number)), Some(number));
        }
        for number in 3000..6000 {
            assert_eq!(map.slot(symbol(number)), None);
        }
        assert_eq!(SymbolMap::new([].into_iter()).slot(symbol(0)), None);
    }
}
