//! A DBN stream of ticks.

use std::collections::HashMap;
use std::io::{self, Write};

use escapement_codec::TickKind;

use super::metadata::{self, Feed, Mapping, Span};
use super::record::{
    Head, Level, Record, F_BAD_TS_RECV, F_MAYBE_BAD_BOOK, F_PUBLISHER_SPECIFIC, F_TOB, UNDEF_PRICE,
    UNDEF_SIZE, UNDEF_TIME,
};
use super::status;
use crate::row::Row;

const EMPTY: Level = Level { price: UNDEF_PRICE, size: 0 };

/// Bid and ask of an instrument; none = not known until it is told again.
type Sides = [Option<Level>; 2];

/// A DBN stream in the making.
pub struct DbnTicks<W: Write> {
    output: W,
    publisher_id: u16,
    sides: HashMap<u32, Sides>,
    /// What an instrument that is not in `sides` has.
    unseen: Sides,
    /// The last record, with message and instrument: whether it is the last of its event is known by the next.
    pending: Option<(Record, u64, u32)>,
    sizes_undefined: u64,
}

impl<W: Write> DbnTicks<W> {
    /// Writes the metadata.
    ///
    /// # Errors
    /// A symbol that does not fit, and those of `output`.
    pub fn new(mut output: W, feed: &Feed, span: &Span, mappings: &[Mapping]) -> io::Result<Self> {
        output.write_all(&metadata::encode(feed, span, mappings)?)?;
        Ok(Self {
            output,
            publisher_id: feed.publisher_id,
            sides: HashMap::new(),
            unseen: [Some(EMPTY); 2],
            pending: None,
            sizes_undefined: 0,
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// A price that 64 bits of 1e-9 do not hold, and those of the output.
    pub fn write(&mut self, row: &Row<'_>) -> io::Result<()> {
        let level = self.level(row)?;
        let mut head = self.head(row);
        let record = match row.kind {
            TickKind::Trade => {
                let side = match row.side {
                    1 => b'B',
                    2 => b'A',
                    _ => b'N',
                };
                self.note_size(level.size);
                Record::trade(&head, level, side)
            }
            TickKind::TradeBreak => Record::trade_break(&head, row.size),
            TickKind::Status if row.instrument_id == 0 => {
                Record::status(&head, status::of_venue(row.side))
            }
            TickKind::Status => Record::status(&head, status::of_instrument(row.side)),
            TickKind::Bid | TickKind::Ask => {
                self.note_size(level.size);
                let place = usize::from(row.kind == TickKind::Ask);
                let sides = self.sides.entry(row.instrument_id).or_insert(self.unseen);
                sides[place] = Some(level);
                let [bid, ask] = *sides;
                head.flags |= F_TOB;
                if bid.is_none() || ask.is_none() {
                    // the other side is not empty but unknown
                    head.flags |= F_MAYBE_BAD_BOOK;
                }
                let (bid, ask) = (bid.unwrap_or(EMPTY), ask.unwrap_or(EMPTY));
                Record::quote(&head, level, [b'B', b'A'][place], bid, ask)
            }
        };
        self.push(record, row.msg_index, row.instrument_id)
    }

    /// A bid or ask that is no tick of the feed (the card was loaded): later records show it as the other side.
    ///
    /// # Errors
    /// A price that does not fit.
    pub fn know(&mut self, row: &Row<'_>) -> io::Result<()> {
        let place = match row.kind {
            TickKind::Bid => 0,
            TickKind::Ask => 1,
            _ => return Ok(()),
        };
        let level = self.level(row)?;
        let sides = self.sides.entry(row.instrument_id).or_insert(self.unseen);
        sides[place] = Some(level);
        Ok(())
    }

    /// The feed restarted: every side is empty again.
    pub fn restart(&mut self) {
        self.sides.clear();
        self.unseen = [Some(EMPTY); 2];
    }

    /// Ticks of an instrument were lost: its sides are unknown until they are told again.
    pub fn forget(&mut self, instrument_id: u32) {
        self.sides.insert(instrument_id, [None; 2]);
    }

    /// Ticks of any instrument may have been lost.
    pub fn forget_all(&mut self) {
        self.sides.clear();
        self.unseen = [None; 2];
    }

    /// An instrument is carried anew: its sides are empty.
    pub fn begin(&mut self, instrument_id: u32) {
        self.sides.insert(instrument_id, [Some(EMPTY); 2]);
    }

    /// Sizes of 2^32 - 1 or more, which DBN's 32 bits cannot hold: they stand as undefined (2^32 - 1).
    #[must_use]
    pub fn sizes_undefined(&self) -> u64 {
        self.sizes_undefined
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<W> {
        if let Some((mut record, ..)) = self.pending.take() {
            record.set_last();
            self.output.write_all(record.bytes())?;
        }
        Ok(self.output)
    }

    fn level(&self, row: &Row<'_>) -> io::Result<Level> {
        let price = row.nano_price(UNDEF_PRICE, "64 bits of 1e-9")?.unwrap_or(UNDEF_PRICE);
        Ok(Level { price, size: u32::try_from(row.size).unwrap_or(UNDEF_SIZE) })
    }

    fn note_size(&mut self, size: u32) {
        self.sizes_undefined += u64::from(size == UNDEF_SIZE);
    }

    fn head(&self, row: &Row<'_>) -> Head {
        let ts_event = u64::try_from(row.time_ns).unwrap_or(UNDEF_TIME);
        let mut flags = 0;
        if row.doubtful {
            flags |= F_MAYBE_BAD_BOOK;
        }
        if row.repaired {
            flags |= F_PUBLISHER_SPECIFIC;
        }
        if row.hw_time_ns.is_none() {
            flags |= F_BAD_TS_RECV;
        }
        Head {
            publisher_id: self.publisher_id,
            instrument_id: row.instrument_id,
            ts_event,
            ts_recv: row.hw_time_ns.unwrap_or(ts_event),
            sequence: row.seq as u32,
            flags,
        }
    }

    fn push(&mut self, record: Record, message: u64, instrument: u32) -> io::Result<()> {
        if let Some((mut before, its_message, its_instrument)) = self.pending.take() {
            if (its_message, its_instrument) != (message, instrument) {
                before.set_last();
            }
            self.output.write_all(before.bytes())?;
        }
        self.pending = Some((record, message, instrument));
        Ok(())
    }
}
