//! Symbol to slot: an open table. Filled before start, seldom changed later.

use crate::symbol::Symbol;

const FREE: u16 = u16::MAX;

/// A map from symbols to slots.
#[derive(Debug, Clone)]
pub struct SymbolMap {
    places: Vec<(u64, u16)>,
    mask: usize,
    used: usize,
}

fn place_of(key: u64) -> usize {
    // Fibonacci hashing: the high bits of the product are well mixed.
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
}

impl SymbolMap {
    /// A map of these pairs; a later pair of the same symbol wins.
    #[must_use]
    pub fn new(pairs: impl ExactSizeIterator<Item = (Symbol, u16)>) -> Self {
        let mut map = Self::with_room(pairs.len());
        for (symbol, slot) in pairs {
            map.insert(u64::from_le_bytes(symbol.0), slot);
        }
        map
    }

    fn with_room(symbols: usize) -> Self {
        let places = (4 * symbols).next_power_of_two().max(16);
        Self { places: vec![(0, FREE); places], mask: places - 1, used: 0 }
    }

    fn insert(&mut self, key: u64, slot: u16) {
        let mut at = place_of(key) & self.mask;
        while self.places[at].1 != FREE && self.places[at].0 != key {
            at = (at + 1) & self.mask;
        }
        self.used += usize::from(self.places[at].1 == FREE);
        self.places[at] = (key, slot);
    }

    /// From now on `symbol` names this slot, or none. Builds the table anew: not for the hot path.
    pub fn set(&mut self, symbol: Symbol, slot: Option<u16>) {
        let changed = u64::from_le_bytes(symbol.0);
        let mut map = Self::with_room(self.used + 1);
        for &(key, slot) in
            self.places.iter().filter(|&&(key, slot)| slot != FREE && key != changed)
        {
            map.insert(key, slot);
        }
        if let Some(slot) = slot {
            map.insert(changed, slot);
        }
        *self = map;
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

    #[test]
    fn symbols_come_and_go() {
        let symbol = |number: u16| Symbol::new(&format!("S{number}")).unwrap();
        let mut map = SymbolMap::new([].into_iter());
        for number in 0..200 {
            map.set(symbol(number), Some(number));
        }
        for number in (0..200).step_by(3) {
            map.set(symbol(number), None);
        }
        map.set(symbol(1), Some(7));
        map.set(symbol(300), None);
        for number in 0..200 {
            let slot = if number == 1 { 7 } else { number };
            assert_eq!(map.slot(symbol(number)), (number % 3 != 0).then_some(slot));
        }
    }
}
