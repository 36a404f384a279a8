//! Stock locates: small numbers that name an instrument for one session.

/// What is known of a locate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locate {
    /// No message named its instrument yet.
    Unlearned,
    /// Its instrument has no slot.
    Unmapped,
    /// Its instrument's slot.
    Slot(u16),
}

const UNLEARNED: u16 = u16::MAX;
const UNMAPPED: u16 = u16::MAX - 1;

/// All 65,536 locates; slots are below [`crate::config::SLOT_LIMIT`], so two values are left for the other states.
#[derive(Debug, Clone)]
pub struct LocateTable(Vec<u16>);

impl Default for LocateTable {
    fn default() -> Self {
        Self(vec![UNLEARNED; 1 << 16])
    }
}

impl LocateTable {
    /// What is known of a locate.
    #[inline]
    #[must_use]
    pub fn get(&self, locate: u16) -> Locate {
        match self.0[usize::from(locate)] {
            UNLEARNED => Locate::Unlearned,
            UNMAPPED => Locate::Unmapped,
            slot => Locate::Slot(slot),
        }
    }

    /// Learns a locate, also again.
    #[inline]
    pub fn learn(&mut self, locate: u16, slot: Option<u16>) {
        self.0[usize::from(locate)] = slot.unwrap_or(UNMAPPED);
    }

    /// A new session: every locate may name another instrument.
    pub fn clear(&mut self) {
        self.0.fill(UNLEARNED);
    }
}

#[cfg(test)]
mod tests {
    use super::{Locate, LocateTable};

    #[test]
    fn learns_relearns_and_forgets() {
        let mut table = LocateTable::default();
        assert_eq!(table.get(65_535), Locate::Unlearned);
        table.learn(65_535, Some(3));
        table.learn(0, None);
        assert_eq!((table.get(65_535), table.get(0)), (Locate::Slot(3), Locate::Unmapped));
        table.learn(0, Some(0));
        assert_eq!(table.get(0), Locate::Slot(0));
        table.clear();
        assert_eq!((table.get(0), table.get(65_535)), (Locate::Unlearned, Locate::Unlearned));
    }
}
