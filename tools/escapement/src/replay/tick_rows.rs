//! Rows of ticks: what a tick leaves to its reader - the slot's name, the day, the moment - is filled in.

use std::io;

use escapement_codec::entry::{MAYBE_BAD_BOOK, SLOT_NONE};
use escapement_codec::{Price, Tick};
use escapement_feed::Protocol;
use escapement_store::Row;

use super::tick_file::TickFile;
use super::tick_origin::TickOrigin;
use crate::instruments::{symbol_name, Instrument};
use crate::new_york::NewYork;

/// Numbers of slots whose instrument is not known begin here.
const UNNAMED_ID: u32 = 1 << 31;

struct Name {
    venue: String,
    symbol: String,
    id: u32,
}

/// Makes rows and writes them to a file.
pub(crate) struct TickRows {
    file: TickFile,
    origin: TickOrigin,
    clock: NewYork,
    /// Feed times are since New York midnight; else since 1970-01-01 UTC.
    since_midnight: bool,
    venue: &'static str,
    names: Vec<Name>,
    /// Stamp of the last frame that told a tick: it says the day.
    last_stamp_ns: u64,
}

impl TickRows {
    pub(crate) fn new(
        file: TickFile,
        origin: TickOrigin,
        protocol: Protocol,
        instruments: &[Instrument],
    ) -> Self {
        let last_stamp_ns = origin.span.start_ns;
        let mut rows = Self {
            file,
            origin,
            clock: NewYork::new(),
            since_midnight: protocol == Protocol::Itch,
            venue: protocol.venue(),
            names: Vec::new(),
            last_stamp_ns,
        };
        for (slot, one) in (0..SLOT_NONE).zip(instruments) {
            rows.name(slot, Some(one));
        }
        rows
    }

    /// A slot carries another instrument from now on, or none.
    pub(crate) fn name(&mut self, slot: u16, instrument: Option<&Instrument>) {
        let slot = usize::from(slot);
        while self.names.len() <= slot {
            let nameless = self.nameless(self.names.len());
            self.names.push(nameless);
        }
        self.names[slot] = match instrument {
            Some(one) => Name {
                venue: one.venue.clone(),
                symbol: symbol_name(&one.symbol),
                id: self.origin.id(one).unwrap_or(UNNAMED_ID + slot as u32),
            },
            None => self.nameless(slot),
        };
        let id = self.names[slot].id;
        if let Some(dbn) = self.file.dbn() {
            dbn.begin(id);
        }
    }

    fn nameless(&self, slot: usize) -> Name {
        let symbol = format!("slot {slot}");
        Name { venue: self.venue.into(), symbol, id: UNNAMED_ID + slot as u32 }
    }

    /// Writes the row of a tick. `repaired`: it was not the card that said so.
    pub(crate) fn write(
        &mut self,
        tick: &Tick,
        price: Price,
        seq: u64,
        repaired: bool,
    ) -> io::Result<()> {
        self.with_row(tick, price, seq, repaired, TickFile::write)
    }

    /// A tick that is none of the feed's: the card was loaded.
    pub(crate) fn know(&mut self, tick: &Tick, price: Price) -> io::Result<()> {
        self.with_row(tick, price, 0, false, |file, row| match file.dbn() {
            Some(dbn) => dbn.know(row),
            None => Ok(()),
        })
    }

    fn with_row(
        &mut self,
        tick: &Tick,
        price: Price,
        seq: u64,
        repaired: bool,
        act: impl FnOnce(&mut TickFile, &Row<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let slot = usize::from(tick.slot);
        if tick.slot != SLOT_NONE && slot >= self.names.len() {
            self.name(tick.slot, None);
        }
        // a fetched message came in no frame
        let hw_time_ns = Some(tick.hw_time).filter(|&stamp| stamp != 0 || !repaired);
        self.last_stamp_ns = hw_time_ns.unwrap_or(self.last_stamp_ns);
        let (since_midnight_ns, time_ns) = if self.since_midnight {
            let near = i64::try_from(self.last_stamp_ns).unwrap_or(i64::MAX);
            (tick.feed_time, self.clock.moment_ns(tick.feed_time, near))
        } else {
            (self.clock.since_midnight_ns(tick.feed_time), tick.feed_time)
        };
        let (venue, symbol, instrument_id) = match self.names.get(slot) {
            Some(name) if tick.slot != SLOT_NONE => (name.venue.as_str(), &*name.symbol, name.id),
            _ => (self.venue, "", 0),
        };
        let row = Row {
            msg_index: tick.msg_index,
            seq,
            since_midnight_ns,
            time_ns,
            instrument_id,
            venue,
            symbol,
            kind: tick.kind,
            price,
            size: tick.size,
            side: tick.side,
            doubtful: tick.flags & MAYBE_BAD_BOOK != 0,
            repaired,
            hw_time_ns,
        };
        act(&mut self.file, &row)
    }

    /// The feed restarted: its books are empty.
    pub(crate) fn restart(&mut self) {
        if let Some(dbn) = self.file.dbn() {
            dbn.restart();
        }
    }

    /// Ticks were lost between card and reader: those of a slot, or any.
    pub(crate) fn forget(&mut self, slot: Option<u16>) {
        let id = slot.and_then(|slot| self.names.get(usize::from(slot))).map(|name| name.id);
        let Some(dbn) = self.file.dbn() else { return };
        match (slot, id) {
            (_, Some(id)) => dbn.forget(id),
            (Some(SLOT_NONE), None) => {}
            _ => dbn.forget_all(),
        }
    }

    /// The file, with all rows written to it.
    pub(crate) fn into_file(self) -> TickFile {
        self.file
    }
}
