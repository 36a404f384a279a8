//! Where symbols stand in the card's two hash tables (cuckoo hashing, placed by the host).
//!
//! A symbol's row is taken from CRC-32C over its 8 bytes: the low bits in table 0, bits 16 and up in table 1. The card
//! looks at both rows at once, so any placement that gives each symbol one of its two rows will do.

use escapement_codec::crc32c;

use crate::config::{shown, ConfigError};

/// One row of a table that a symbol was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// Table, 0 or 1.
    pub way: u8,
    /// Row.
    pub row: u16,
    /// The symbol.
    pub symbol: [u8; 8],
    /// The slot that it names.
    pub slot: u16,
}

/// The two rows of a symbol, one in each table of `2^map_log2` rows.
#[must_use]
pub fn rows(symbol: &[u8; 8], map_log2: u8) -> [u16; 2] {
    let hash = crc32c(symbol);
    let mask = (1u32 << map_log2) - 1;
    [(hash & mask) as u16, (hash >> 16 & mask) as u16]
}

/// Gives each symbol a row of its own. Finds a placement whenever there is one (augmenting paths).
///
/// # Errors
/// [`ConfigError::SymbolPlacement`] with the symbols that contend.
pub fn place(
    symbols: impl IntoIterator<Item = [u8; 8]>,
    map_log2: u8,
) -> Result<Vec<Placement>, ConfigError> {
    let symbols: Vec<[u8; 8]> = symbols.into_iter().collect();
    let row_count = 1usize << map_log2;
    // owner[way * rows + row] = slot
    let mut owner: Vec<Option<usize>> = vec![None; 2 * row_count];
    for slot in 0..symbols.len() {
        let mut visited = Vec::new();
        if !seat(slot, &symbols, map_log2, &mut owner, &mut visited) {
            let mut cycle: Vec<String> = visited
                .iter()
                .filter_map(|&place| owner[place].map(|s| shown(&symbols[s])))
                .collect();
            cycle.push(shown(&symbols[slot]));
            return Err(ConfigError::SymbolPlacement {
                symbol: shown(&symbols[slot]),
                rows: row_count,
                symbols: symbols.len(),
                cycle: cycle.join(", "),
            });
        }
    }
    let placements = owner.iter().enumerate().filter_map(|(place, owner)| {
        owner.map(|slot| Placement {
            way: (place / row_count) as u8,
            row: (place % row_count) as u16,
            symbol: symbols[slot],
            slot: slot as u16,
        })
    });
    Ok(placements.collect())
}

/// The tables of a card that runs: which symbol stands where.
#[derive(Debug, Clone)]
pub(crate) struct SymbolTables {
    map_log2: u8,
    /// By number of the symbol; gone ones stay as holes.
    symbols: Vec<([u8; 8], u16)>,
    /// Number of the symbol in each row, table 1 behind table 0.
    owner: Vec<Option<usize>>,
}

impl SymbolTables {
    /// As they were written before start.
    pub(crate) fn new(placements: &[Placement], map_log2: u8) -> Self {
        let mut owner = vec![None; 2 << map_log2];
        for (number, placement) in placements.iter().enumerate() {
            owner[(usize::from(placement.way) << map_log2) + usize::from(placement.row)] =
                Some(number);
        }
        let symbols = placements.iter().map(|placement| (placement.symbol, placement.slot));
        Self { map_log2, symbols: symbols.collect(), owner }
    }

    fn placement(&self, place: usize, (symbol, slot): ([u8; 8], u16)) -> Placement {
        let rows = 1usize << self.map_log2;
        Placement { way: (place / rows) as u8, row: (place % rows) as u16, symbol, slot }
    }

    /// The slot that a symbol names.
    pub(crate) fn slot(&self, symbol: &[u8; 8]) -> Option<u16> {
        let (_, slot) = self.find(symbol)?;
        Some(slot)
    }

    /// A symbol that names this slot.
    pub(crate) fn carried_by(&self, slot: u16) -> Option<[u8; 8]> {
        let mut standing = self.owner.iter().flatten().map(|&number| self.symbols[number]);
        standing.find_map(|(symbol, other)| (other == slot).then_some(symbol))
    }

    fn find(&self, symbol: &[u8; 8]) -> Option<(usize, u16)> {
        let [low, high] = rows(symbol, self.map_log2);
        [usize::from(low), (1usize << self.map_log2) + usize::from(high)].into_iter().find_map(
            |place| {
                let (found, slot) = self.symbols[self.owner[place]?];
                (found == *symbol).then_some((place, slot))
            },
        )
    }

    /// Takes a symbol out; the row to make invalid.
    pub(crate) fn remove(&mut self, symbol: &[u8; 8]) -> Option<Placement> {
        let (place, slot) = self.find(symbol)?;
        self.owner[place] = None;
        Some(self.placement(place, (*symbol, slot)))
    }

    /// Puts a symbol in; the rows to write, in this order: every symbol stands in a row of its own all the time.
    ///
    /// # Errors
    /// [`ConfigError::SymbolPlacement`] with the symbols that contend; then nothing has changed.
    pub(crate) fn insert(
        &mut self,
        symbol: [u8; 8],
        slot: u16,
    ) -> Result<Vec<Placement>, ConfigError> {
        let before = self.owner.clone();
        let number = self.symbols.len();
        self.symbols.push((symbol, slot));
        let names: Vec<[u8; 8]> = self.symbols.iter().map(|&(symbol, _)| symbol).collect();
        let mut visited = Vec::new();
        if !seat(number, &names, self.map_log2, &mut self.owner, &mut visited) {
            self.symbols.pop();
            let contenders = visited.iter().filter_map(|&place| before[place]);
            let mut cycle: Vec<String> = contenders.map(|other| shown(&names[other])).collect();
            cycle.push(shown(&symbol));
            return Err(ConfigError::SymbolPlacement {
                symbol: shown(&symbol),
                rows: 1 << self.map_log2,
                symbols: before.iter().flatten().count() + 1,
                cycle: cycle.join(", "),
            });
        }
        // `visited` goes away from the new symbol's rows, and each symbol moved away from them: far ones first.
        let changed = visited.iter().rev().filter(|&&place| self.owner[place] != before[place]);
        Ok(changed
            .filter_map(|&place| Some(self.placement(place, self.symbols[self.owner[place]?])))
            .collect())
    }
}

/// Seats `slot`, moving others along a path of rows not yet `visited`. The path is walked with a list, not by
/// recursion: first to the end of a free row breadth first, then the moves backwards.
fn seat(
    slot: usize,
    symbols: &[[u8; 8]],
    map_log2: u8,
    owner: &mut [Option<usize>],
    visited: &mut Vec<usize>,
) -> bool {
    let places = |s: usize| {
        let [low, high] = rows(&symbols[s], map_log2);
        [usize::from(low), (1usize << map_log2) + usize::from(high)]
    };
    // came_from[i]: index in `visited` of the place whose owner would move to visited[i].
    let mut came_from: Vec<Option<usize>> = Vec::new();
    for place in places(slot) {
        visited.push(place);
        came_from.push(None);
    }
    let mut at = 0;
    while at < visited.len() {
        let place = visited[at];
        let Some(occupant) = owner[place] else {
            // Free: everyone along the path moves up by one, then `slot` takes the first row.
            let mut free = at;
            while let Some(previous) = came_from[free] {
                owner[visited[free]] = owner[visited[previous]];
                free = previous;
            }
            owner[visited[free]] = Some(slot);
            return true;
        };
        for next in places(occupant) {
            if !visited.contains(&next) {
                visited.push(next);
                came_from.push(Some(at));
            }
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{place, rows, SymbolTables};
    use crate::config::ConfigError;

    fn symbol(n: u32) -> [u8; 8] {
        let mut s = *b"        ";
        let text = format!("S{n}");
        s[..text.len()].copy_from_slice(text.as_bytes());
        s
    }

    #[test]
    fn every_symbol_stands_in_one_of_its_rows_and_no_row_twice() {
        // 460 of 512 rows is far beyond what greedy placement reaches; 2-choice hashing without cycles holds to 50 %.
        for count in [1, 64, 200] {
            let placed = place((0..count).map(symbol), 8).unwrap();
            assert_eq!(placed.len(), count as usize);
            let mut seen = std::collections::HashSet::new();
            for p in &placed {
                assert_eq!(p.symbol, symbol(u32::from(p.slot)));
                assert_eq!(rows(&p.symbol, 8)[usize::from(p.way)], p.row);
                assert!(seen.insert((p.way, p.row)));
            }
        }
    }

    #[test]
    fn too_many_contenders_are_named() {
        // Three symbols for one row of each table: 2 rows for 3 symbols.
        let want = rows(&symbol(0), 2);
        let same: Vec<_> = (0..1000).map(symbol).filter(|s| rows(s, 2) == want).take(3).collect();
        assert_eq!(same.len(), 3);
        let error = place(same.iter().copied(), 2).unwrap_err();
        let ConfigError::SymbolPlacement { rows, symbols, .. } = &error else { panic!("{error}") };
        assert_eq!((*rows, *symbols), (4, 3));
        for s in &same {
            assert!(error.to_string().contains(String::from_utf8_lossy(s).trim_end()));
        }
    }

    #[test]
    fn symbols_come_and_go_and_are_found_at_every_step() {
        let mut tables = SymbolTables::new(&place((0..6).map(symbol), 3).unwrap(), 3);
        // What the card's tables hold, row by row.
        let mut card: std::collections::HashMap<(u8, u16), ([u8; 8], u16)> =
            place((0..6).map(symbol), 3)
                .unwrap()
                .iter()
                .map(|p| ((p.way, p.row), (p.symbol, p.slot)))
                .collect();
        let found = |card: &std::collections::HashMap<(u8, u16), ([u8; 8], u16)>, s: &[u8; 8]| {
            let [low, high] = rows(s, 3);
            [card.get(&(0, low)), card.get(&(1, high))]
                .into_iter()
                .flatten()
                .find(|(symbol, _)| symbol == s)
                .map(|&(_, slot)| slot)
        };
        let mut live: Vec<(u32, u16)> = (0..6).map(|n| (n, n as u16)).collect();
        let (mut moved, mut refused) = (0, 0);
        for n in 6..400 {
            if n % 3 != 0 || live.len() > 9 {
                let (gone, _) = live.remove(n as usize * 7 % live.len());
                let row = tables.remove(&symbol(gone)).unwrap();
                assert_eq!(card.remove(&(row.way, row.row)).unwrap().0, symbol(gone));
                assert_eq!((tables.slot(&symbol(gone)), found(&card, &symbol(gone))), (None, None));
                assert_eq!(tables.carried_by(row.slot), None);
            }
            match tables.insert(symbol(n), n as u16) {
                Ok(written) => {
                    moved += written.len() - 1;
                    for row in written {
                        card.insert((row.way, row.row), (row.symbol, row.slot));
                        for &(n, slot) in &live {
                            assert_eq!(found(&card, &symbol(n)), Some(slot));
                        }
                    }
                    live.push((n, n as u16));
                }
                Err(_) => refused += 1,
            }
            for &(n, slot) in &live {
                assert_eq!(tables.carried_by(slot), Some(symbol(n)));
                assert_eq!(
                    (tables.slot(&symbol(n)), found(&card, &symbol(n))),
                    (Some(slot), Some(slot))
                );
            }
        }
        assert!(moved > 0, "nothing ever had to move over");
        assert!(refused < 100, "{refused} refused");
    }

    #[test]
    fn contenders_move_over_when_there_is_room() {
        // Fill small tables to three quarters over many draws; whenever the solver refuses, there must be a set of
        // symbols that shares too few rows, which is what its message lists.
        for seed in 0..200u32 {
            let symbols: Vec<_> = (0..12).map(|i| symbol(seed * 100 + i)).collect();
            match place(symbols.iter().copied(), 3) {
                Ok(placed) => assert_eq!(placed.len(), 12),
                Err(ConfigError::SymbolPlacement { cycle, .. }) => {
                    let names: std::collections::HashSet<_> = cycle.split(", ").collect();
                    let shared: std::collections::HashSet<_> = symbols
                        .iter()
                        .filter(|s| names.contains(String::from_utf8_lossy(*s).trim_end()))
                        .flat_map(|s| {
                            let [a, b] = rows(s, 3);
                            [(0, a), (1, b)]
                        })
                        .collect();
                    assert!(shared.len() < names.len(), "{cycle} has {} rows", shared.len());
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}
