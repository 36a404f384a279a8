//! What a reader makes of the lines: entries with exact prices, counts, rows.

use std::io;

use escapement_codec::entry::{SLOT_CONTROL, SLOT_NONE};
use escapement_codec::{
    CentreTable, Entry, LineItem, LineTick, PriceKind, ProvenLine, SequenceTrack, TickKind,
};

use super::record::Record;
use super::slots::Change;
use super::tick_file::TickFile;
use crate::instruments::{Instrument, SLOTS};

/// Kinds of ticks in the order of reports.
pub(crate) const TICK_KINDS: [TickKind; 5] =
    [TickKind::Bid, TickKind::Ask, TickKind::Trade, TickKind::TradeBreak, TickKind::Status];

/// Reads lines one after the other and counts what they say.
pub(crate) struct LineTally {
    centres: CentreTable<SLOTS>,
    /// Changes of slots that are planned; a generation of a slot names its instrument.
    changes: Vec<Change>,
    /// Changes that the lines told.
    pub(crate) changes_told: u64,
    sequence: SequenceTrack,
    record: Option<Record>,
    /// Lines read.
    pub(crate) lines: u64,
    /// Of these, lines that hold a tick; the others only tell state again.
    pub(crate) tick_lines: u64,
    /// Lines that were not legal.
    pub(crate) illegal_lines: u64,
    /// The first of them, in words.
    pub(crate) first_illegal: Option<String>,
    /// Entries of every kind.
    pub(crate) entries: u64,
    /// Ticks by kind, as [`TICK_KINDS`].
    pub(crate) ticks: [u64; 5],
    /// Ticks flagged MAYBE_BAD_BOOK.
    pub(crate) flagged: u64,
    /// Ticks told as the exact price.
    pub(crate) escapes: u64,
    /// Control entries that were read.
    pub(crate) gaps: u64,
    /// Sequence numbers in gap entries.
    pub(crate) declared_lost: u64,
    /// Ticks announced as dropped.
    pub(crate) announced_drops: u64,
    /// Control entries announced as dropped.
    pub(crate) announced_control_drops: u64,
    /// Recentre entries.
    pub(crate) recentres: u64,
    /// Refresh entries.
    pub(crate) refreshes: u64,
    /// Restart entries.
    pub(crate) restarts: u64,
    /// Void entries.
    pub(crate) voids: u64,
}

impl LineTally {
    /// A reader of the lines of a card with these instruments; rows go to `record`.
    pub(crate) fn new(
        instruments: &[Instrument],
        changes: &[Change],
        record: Option<Record>,
    ) -> Self {
        Self {
            centres: centres_of(instruments),
            changes: changes.to_vec(),
            changes_told: 0,
            sequence: SequenceTrack::new(),
            record,
            lines: 0,
            tick_lines: 0,
            illegal_lines: 0,
            first_illegal: None,
            entries: 0,
            ticks: [0; 5],
            flagged: 0,
            escapes: 0,
            gaps: 0,
            declared_lost: 0,
            announced_drops: 0,
            announced_control_drops: 0,
            recentres: 0,
            refreshes: 0,
            restarts: 0,
            voids: 0,
        }
    }

    /// Reads one line.
    pub(crate) fn line(&mut self, number: u64, line: &ProvenLine) -> io::Result<()> {
        self.lines += 1;
        let items = match line.decode() {
            Ok(items) => items,
            Err(error) => {
                self.illegal(number, &error);
                return Ok(());
            }
        };
        let mut told = false;
        for item in items {
            match item {
                Ok(item) => {
                    told |= matches!(item, LineItem::Tick(_));
                    self.item(item)?;
                }
                Err(error) => self.illegal(number, &error),
            }
        }
        self.tick_lines += u64::from(told);
        Ok(())
    }

    fn illegal(&mut self, number: u64, error: &escapement_codec::LineError) {
        self.illegal_lines += 1;
        self.first_illegal.get_or_insert_with(|| format!("line {number}: {error}"));
    }

    fn item(&mut self, item: LineItem) -> io::Result<()> {
        self.entries += 1;
        match item {
            LineItem::Tick(tick) => self.tick(&tick)?,
            LineItem::Control(entry) => self.control(&entry)?,
            _ => {}
        }
        Ok(())
    }

    fn tick(&mut self, tick: &LineTick) -> io::Result<()> {
        self.ticks[tick.kind as usize - TickKind::Bid as usize] += 1;
        self.flagged += u64::from(tick.flags & escapement_codec::entry::MAYBE_BAD_BOOK != 0);
        self.escapes += u64::from(matches!(tick.price, escapement_codec::LinePrice::Exact(_)));
        let price = self.centres.price(tick);
        match &mut self.record {
            Some(record) => record.tick(tick, price, self.sequence.sequence(tick.msg_index)),
            None => Ok(()),
        }
    }

    fn control(&mut self, entry: &Entry) -> io::Result<()> {
        self.sequence.follow(entry);
        self.centres.learn(entry);
        match *entry {
            Entry::Gap { count, .. } => {
                self.gaps += 1;
                self.declared_lost = self.declared_lost.wrapping_add(count);
                if let Some(record) = &mut self.record {
                    record.gap();
                }
            }
            Entry::TicksDropped { slot: SLOT_CONTROL, count, .. } => {
                self.announced_control_drops += count
            }
            Entry::TicksDropped { slot, count, .. } => {
                self.announced_drops += count;
                if let Some(record) = &mut self.record {
                    record.forget(Some(slot));
                }
            }
            Entry::Recentre { .. } => self.recentres += 1,
            Entry::Refresh { .. } => self.refreshes += 1,
            Entry::Restart { .. } => {
                self.restarts += 1;
                if let Some(record) = &mut self.record {
                    record.restart()?;
                }
            }
            Entry::Void { .. } => self.voids += 1,
            Entry::SlotAssigned { slot, generation, symbol, .. } => {
                self.changes_told += 1;
                let change = self.changes.iter().find(|change| {
                    change.assigned
                        && change.slot == slot
                        && change.generation == generation
                        && change.instrument.symbol == symbol
                });
                // of one that is not known not even the tick size is
                self.centres.set_tick(slot, change.map_or(0, |change| change.instrument.tick));
                if let Some(record) = &mut self.record {
                    record.name(slot, change.map(|change| &change.instrument));
                }
            }
            Entry::SlotReleased { slot, .. } => {
                self.changes_told += 1;
                self.centres.set_tick(slot, 0);
                if let Some(record) = &mut self.record {
                    record.name(slot, None);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The record of rows, if one is written.
    pub(crate) fn record(&mut self) -> Option<&mut Record> {
        self.record.as_mut()
    }

    /// Lines were lost: no centre can be trusted until it is told again.
    pub(crate) fn lost_lines(&mut self) {
        self.centres.forget_all();
        if let Some(record) = &mut self.record {
            record.forget(None);
        }
    }

    /// Ticks read, of all kinds.
    pub(crate) fn ticks_read(&self) -> u64 {
        self.ticks.iter().sum()
    }

    /// Prices that could not be told because their centre was not known.
    pub(crate) fn unknown_centres(&self) -> u64 {
        self.centres.unknown_centres()
    }

    /// Gives back the file of the rows; no more are written.
    pub(crate) fn take_file(&mut self) -> io::Result<Option<TickFile>> {
        self.record.take().map(Record::into_file).transpose()
    }
}

/// What a reader knows before the first line: tick sizes, and the centres that the host set.
pub(crate) fn centres_of(instruments: &[Instrument]) -> CentreTable<SLOTS> {
    let mut table = CentreTable::new();
    for (slot, instrument) in (0..SLOT_NONE).zip(instruments) {
        table.set_tick(slot, instrument.tick);
        for (kind, centre) in
            [PriceKind::Bid, PriceKind::Ask, PriceKind::Trade].into_iter().zip(instrument.centres)
        {
            if let Some(centre) = centre {
                table.set_centre(slot, kind, centre, 0);
            }
        }
    }
    table
}
