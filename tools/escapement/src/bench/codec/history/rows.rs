//! Rows of a history to ticks: the rules that all forms share.

use escapement_codec::{Tick, TickKind};

use super::super::stream::SLOTS;
use super::History;

/// A frame of 64 bytes and its gaps at 10 Gb/s, rounded up: stamps of rows that came at once are so far apart.
const FRAME_NS: u64 = 68;
/// From a row's time to its frame, where the history has no stamp of its own.
const ON_THE_WAY_NS: u64 = 5_000;
/// DBN flag bit for what only the publisher knows: the rows that a publisher marks as suspicious.
pub(super) const SUSPICIOUS: u8 = 2;

/// Price and size of a side as last told.
type Quote = Option<(Option<i64>, u64)>;

/// Collects ticks.
pub(super) struct Rows {
    ticks: Vec<Tick>,
    slots: Vec<String>,
    quotes: [[Quote; 2]; SLOTS],
    rows: u64,
    feed_time: i64,
    hw_time: u64,
}

impl Rows {
    pub(super) fn new() -> Self {
        Self {
            ticks: Vec::new(),
            slots: Vec::new(),
            quotes: [[None; 2]; SLOTS],
            rows: 0,
            feed_time: 0,
            hw_time: 0,
        }
    }

    /// The next row, message 0 the first: with its time, and the stamp of its frame if the history has one.
    pub(super) fn row(&mut self, feed_time: i64, stamp: Option<u64>) {
        self.rows += 1;
        self.feed_time = feed_time;
        let made = || (feed_time.max(0) as u64).saturating_add(ON_THE_WAY_NS);
        self.hw_time = stamp.unwrap_or_else(|| made().max(self.hw_time + FRAME_NS));
    }

    /// The slot of a name; slots are given in the order of first use.
    pub(super) fn slot(&mut self, name: &str) -> Result<u16, String> {
        if let Some(slot) = self.slots.iter().position(|known| known == name) {
            return Ok(slot as u16);
        }
        if self.slots.len() == SLOTS {
            return Err(format!("instrument {name:?} is one too many, expected at most {SLOTS}"));
        }
        self.slots.push(name.to_string());
        Ok(self.slots.len() as u16 - 1)
    }

    /// A trade; aggressor side 0 none, 1 buy, 2 sell.
    pub(super) fn trade(&mut self, slot: u16, price: i64, size: u64, side: u8, flags: u8) {
        self.tick(TickKind::Trade, slot, Some(price), size, side, flags);
    }

    /// A side of a quote, a tick only if it is not as it was. Bid or ask.
    pub(super) fn quote(
        &mut self,
        kind: TickKind,
        slot: u16,
        price: Option<i64>,
        size: u64,
        flags: u8,
    ) {
        let size = if price.is_some() { size } else { 0 };
        let side = usize::from(kind == TickKind::Ask);
        let Some(place) = self.quotes.get_mut(usize::from(slot)) else { return };
        // a side of which nothing was told is as good as empty
        if place[side].replace((price, size)).unwrap_or((None, 0)) != (price, size) {
            self.tick(kind, slot, price, size, 0, flags);
        }
    }

    fn tick(
        &mut self,
        kind: TickKind,
        slot: u16,
        price: Option<i64>,
        size: u64,
        side: u8,
        flags: u8,
    ) {
        self.ticks.push(Tick {
            kind,
            slot,
            msg_index: self.rows - 1,
            feed_time: self.feed_time,
            hw_time: self.hw_time,
            price,
            code: 0,
            epoch: 0,
            size,
            side,
            flags,
        });
    }

    /// All of it, with one tick size.
    pub(super) fn finish(self, form: &'static str, tick_size: u32) -> History {
        let mut tick_sizes = [0; SLOTS];
        tick_sizes[..self.slots.len()].fill(tick_size);
        History { form, ticks: self.ticks, tick_sizes, slots: self.slots, lines: self.rows }
    }
}

/// Fields of a line between commas, exactly as many as expected.
pub(super) fn fields<const N: usize>(line: &str) -> Result<[&str; N], String> {
    let mut fields = [""; N];
    let mut found = 0;
    for field in line.split(',') {
        if let Some(place) = fields.get_mut(found) {
            *place = field;
        }
        found += 1;
    }
    if found == N {
        Ok(fields)
    } else {
        Err(format!("{found} fields, expected {N}"))
    }
}

/// A field that must be a number.
pub(super) fn number<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{what} is {text:?}, expected a whole number"))
}

/// A field that must be a decimal with at most so many places, in units of the last one.
pub(super) fn decimal(what: &str, text: &str, places: usize) -> Result<i64, String> {
    super::decimal::units(text, places).ok_or_else(|| {
        format!("{what} is {text:?}, expected a decimal number of at most {places} places")
    })
}
