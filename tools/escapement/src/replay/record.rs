//! The record: rows of ticks in a file. Behind a gap they are held, until what was lost has been fetched and the rows
//! say what they should, or until nobody will.

use std::io::{self, Write};

use escapement_codec::{LineTick, Price};
use escapement_recovery::Repair;

use super::csv::TickCsv;
use crate::instruments::Instrument;

/// Bytes of rows that are held at most; a longer stretch is written as the card told it.
const HELD_BYTES_MAX: usize = 256 << 20;

/// Counts of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RecordCounts {
    /// Stretches whose rows were replaced.
    pub(crate) repairs: u64,
    /// Rows that repairs wrote.
    pub(crate) rows_repaired: u64,
    /// Rows that they replaced.
    pub(crate) rows_replaced: u64,
    /// Ticks that the card made of loads: no part of the feed, so not in the record.
    pub(crate) load_ticks: u64,
    /// Stretches that stay as the card told them.
    pub(crate) stretches_left: u64,
}

/// A record in the making.
pub(crate) struct Record<W: Write> {
    csv: TickCsv<W>,
    /// Gaps will be repaired.
    repairs: bool,
    held: Option<Held>,
    /// The card is being loaded.
    loading: bool,
    /// Messages that the card never saw, up to here.
    fetched: u64,
    counts: RecordCounts,
}

#[derive(Default)]
struct Held {
    rows: Vec<u8>,
    /// Sequence number and length of each row.
    of: Vec<(u64, usize)>,
}

impl<W: Write> Record<W> {
    /// A record of rows; behind gaps they are held if `repairs`.
    pub(crate) fn new(csv: TickCsv<W>, repairs: bool) -> Self {
        let counts = RecordCounts::default();
        Self { csv, repairs, held: None, loading: false, fetched: 0, counts }
    }

    /// The card told a tick.
    pub(crate) fn tick(&mut self, tick: &LineTick, price: Price, seq: u64) -> io::Result<()> {
        if self.loading {
            self.counts.load_ticks += 1;
            return Ok(());
        }
        let mut tick = tick.with_price(None);
        tick.msg_index = tick.msg_index.wrapping_add(self.fetched);
        let Some(held) = &mut self.held else {
            return self.csv.write(&tick, price, seq, false);
        };
        let row = self.csv.row(&tick, price, seq, false)?;
        held.rows.extend_from_slice(row);
        held.of.push((seq, row.len()));
        if held.rows.len() > HELD_BYTES_MAX {
            return self.leave();
        }
        Ok(())
    }

    /// The card told a gap.
    pub(crate) fn gap(&mut self) {
        if self.repairs {
            self.held.get_or_insert_default();
        }
    }

    /// A slot carries another instrument from now on, or none.
    pub(crate) fn name(&mut self, slot: u16, instrument: Option<&Instrument>) {
        self.csv.name(slot, instrument);
    }

    /// What comes from the card now is caused by loads, or no longer is.
    pub(crate) fn loading(&mut self, loading: bool) {
        self.loading = loading;
    }

    /// Nothing will repair the rows held: they are written as they are.
    pub(crate) fn leave(&mut self) -> io::Result<()> {
        let Some(held) = self.held.take() else { return Ok(()) };
        self.counts.stretches_left += 1;
        self.csv.write_rows(&held.rows)
    }

    /// Replaces the rows of a stretch and writes all that was held.
    pub(crate) fn repair(&mut self, repair: &Repair) -> io::Result<()> {
        self.fetched = repair.fetched;
        let Some(held) = self.held.take() else { return Ok(()) };
        self.counts.repairs += 1;
        let mut at = 0;
        let mut kept_behind = Vec::new();
        for (seq, length) in held.of {
            let row = &held.rows[at..at + length];
            at += length;
            if repair.sequences.contains(&seq) {
                self.counts.rows_replaced += 1;
            } else if seq < repair.sequences.start {
                self.csv.write_rows(row)?;
            } else {
                kept_behind.extend_from_slice(row);
            }
        }
        for &(seq, tick) in &repair.ticks {
            let price = tick.price.map_or(Price::None, Price::Known);
            self.csv.write(&tick, price, seq, true)?;
            self.counts.rows_repaired += 1;
        }
        self.csv.write_rows(&kept_behind)
    }

    /// Its counts.
    pub(crate) fn counts(&self) -> RecordCounts {
        self.counts
    }

    /// The output, with all rows written to it.
    pub(crate) fn into_output(mut self) -> io::Result<W> {
        self.leave()?;
        Ok(self.csv.into_output())
    }
}
