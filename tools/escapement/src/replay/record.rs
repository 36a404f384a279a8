//! The record: rows of ticks in a file. Behind a gap they are held, until what was lost has been fetched and the rows
//! say what they should, or until nobody will.

use std::io;

use escapement_codec::{LineTick, Price, Tick};
use escapement_recovery::Repair;

use super::tick_file::TickFile;
use super::tick_rows::TickRows;
use crate::instruments::Instrument;

/// Rows that are held at most, in 256 MiB; a longer stretch is written as the card told it.
const HELD_ROWS_MAX: usize = (256 << 20) / std::mem::size_of::<HeldTick>();

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
pub(crate) struct Record {
    rows: TickRows,
    /// Gaps will be repaired.
    repairs: bool,
    held: Option<Vec<HeldTick>>,
    /// The card is being loaded.
    loading: bool,
    /// Messages that the card never saw, up to here.
    fetched: u64,
    counts: RecordCounts,
}

/// A tick that waits.
struct HeldTick {
    tick: Tick,
    price: Price,
    seq: u64,
    /// The card made it of a load: no row.
    loaded: bool,
}

impl HeldTick {
    fn write(&self, rows: &mut TickRows) -> io::Result<()> {
        if self.loaded {
            return rows.know(&self.tick, self.price);
        }
        rows.write(&self.tick, self.price, self.seq, false)
    }
}

impl Record {
    /// A record of rows; behind gaps they are held if `repairs`.
    pub(crate) fn new(rows: TickRows, repairs: bool) -> Self {
        let counts = RecordCounts::default();
        Self { rows, repairs, held: None, loading: false, fetched: 0, counts }
    }

    /// The card told a tick.
    pub(crate) fn tick(&mut self, tick: &LineTick, price: Price, seq: u64) -> io::Result<()> {
        let loaded = self.loading;
        self.counts.load_ticks += u64::from(loaded);
        let mut tick = tick.with_price(None);
        tick.msg_index = tick.msg_index.wrapping_add(self.fetched);
        let one = HeldTick { tick, price, seq, loaded };
        let Some(held) = &mut self.held else {
            return one.write(&mut self.rows);
        };
        held.push(one);
        if held.len() > HELD_ROWS_MAX {
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
        self.rows.name(slot, instrument);
    }

    /// What comes from the card now is caused by loads, or no longer is.
    pub(crate) fn loading(&mut self, loading: bool) {
        self.loading = loading;
    }

    /// Nothing will repair the rows held: they are written as they are.
    pub(crate) fn leave(&mut self) -> io::Result<()> {
        let Some(held) = self.held.take() else { return Ok(()) };
        self.counts.stretches_left += 1;
        held.iter().try_for_each(|one| one.write(&mut self.rows))
    }

    /// Replaces the rows of a stretch and writes all that was held.
    pub(crate) fn repair(&mut self, repair: &Repair) -> io::Result<()> {
        self.fetched = repair.fetched;
        let Some(held) = self.held.take() else { return Ok(()) };
        self.counts.repairs += 1;
        let mut kept_behind = Vec::new();
        for one in held {
            if one.loaded {
                // what was loaded is so when the stretch has been told
                kept_behind.push(one);
            } else if repair.sequences.contains(&one.seq) {
                self.counts.rows_replaced += 1;
            } else if one.seq < repair.sequences.start {
                one.write(&mut self.rows)?;
            } else {
                kept_behind.push(one);
            }
        }
        for &(seq, tick) in &repair.ticks {
            let price = tick.price.map_or(Price::None, Price::Known);
            self.rows.write(&tick, price, seq, true)?;
            self.counts.rows_repaired += 1;
        }
        kept_behind.iter().try_for_each(|one| one.write(&mut self.rows))
    }

    /// The feed restarted; what its old session lost stays lost.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        self.leave()?;
        self.rows.restart();
        Ok(())
    }

    /// Ticks were lost between card and reader: those of a slot, or any.
    pub(crate) fn forget(&mut self, slot: Option<u16>) {
        self.rows.forget(slot);
    }

    /// Its counts.
    pub(crate) fn counts(&self) -> RecordCounts {
        self.counts
    }

    /// The file, with all rows written to it.
    pub(crate) fn into_file(mut self) -> io::Result<TickFile> {
        self.leave()?;
        Ok(self.rows.into_file())
    }
}
