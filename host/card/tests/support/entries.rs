//! Lines back to entries, in the form in which they can be compared.

use escapement_card::{CardConfig, RingEvent};
use escapement_codec::{CentreTable, Entry, PriceKind, Resolved};

/// Reads lines as a strategy would.
pub struct LineDecoder {
    centres: CentreTable<64>,
    pub entries: Vec<Entry>,
    pub lines: u64,
    pub lost: u64,
    pub unknown_centres: u64,
}

impl LineDecoder {
    pub fn new(config: &CardConfig) -> Self {
        let mut centres = CentreTable::new();
        for (slot, instrument) in config.instruments.iter().enumerate() {
            centres.set_tick(slot as u16, instrument.tick);
            for (kind, centre) in [PriceKind::Bid, PriceKind::Ask, PriceKind::Trade]
                .into_iter()
                .zip(instrument.centres)
            {
                if let Some(price) = centre {
                    centres.set_centre(slot as u16, kind, price, 0);
                }
            }
        }
        Self { centres, entries: Vec::new(), lines: 0, lost: 0, unknown_centres: 0 }
    }

    pub fn take(&mut self, event: RingEvent) {
        match event {
            RingEvent::Lost { count, .. } => self.lost += count,
            RingEvent::Line { line, number } => {
                self.lines += 1;
                let line = line.decode().unwrap_or_else(|e| panic!("line {number}: {e}"));
                let before = self.entries.len() as u64 + self.unknown_centres;
                for item in line {
                    let item = item.unwrap_or_else(|e| panic!("line {number}: {e}"));
                    match self.centres.resolve(item) {
                        Resolved::Entry(entry) => self.entries.push(comparable(entry)),
                        Resolved::UnknownCentre(_) => self.unknown_centres += 1,
                        other => panic!("line {number}: {other:?}"),
                    }
                }
                let after = self.entries.len() as u64 + self.unknown_centres;
                assert!(after > before, "line {number} is empty");
            }
        }
    }
}

/// The entry without what a line does not carry: the index of control entries without an index of their own.
pub fn comparable(entry: Entry) -> Entry {
    entry.as_on_line()
}

/// Fails with the first difference and what stands around it.
pub fn assert_same(golden: &[Entry], got: &[Entry]) {
    for (i, (g, c)) in golden.iter().zip(got).enumerate() {
        assert!(
            g == c,
            "entry {i} differs\n golden {g:?}\n card   {c:?}\nbefore it:\n{:#?}",
            &golden[i.saturating_sub(3)..i]
        );
    }
    assert_eq!(
        golden.len(),
        got.len(),
        "next: {:?}",
        golden.get(got.len()).or(got.get(golden.len()))
    );
}
