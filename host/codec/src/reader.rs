//! Lines to entries, strictly: only the one form that the writer gives is legal.

use crate::crc32c::crc32c;
use crate::entry::{Entry, PriceKind, RefreshState, Tick, TickKind};
use crate::error::{Fault, LineError};
use crate::format::{self, full as bit, kind, offset};
use crate::layout::{compact, full, INDEX_MASK};
use crate::nibbles::{length_nibble, unzigzag, value_nibbles, Cursor, Ended};

impl From<Ended> for Fault {
    fn from(_: Ended) -> Self {
        Fault::Ended
    }
}

/// A price as it stands on the line, before the centre is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinePrice {
    /// No price.
    None,
    /// The escape: the exact price, feed units.
    Exact(i64),
    /// An offset code against a centre of this epoch.
    Coded {
        /// 1 to 255.
        code: u8,
        /// Epoch of the centre.
        epoch: u8,
    },
}

/// A tick as it stands on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineTick {
    /// Kind.
    pub kind: TickKind,
    /// Instrument slot, or 0xfff.
    pub slot: u16,
    /// Message index modulo 2^40.
    pub msg_index: u64,
    /// Feed time, raw as sent.
    pub feed_time: i64,
    /// Card time of the frame, ns.
    pub hw_time: u64,
    /// Price, possibly coded.
    pub price: LinePrice,
    /// Size, trade id, or 0.
    pub size: u64,
    /// Aggressor side of a trade, status byte of a status, else 0.
    pub side: u8,
    /// DBN flag bits.
    pub flags: u8,
}

impl LineTick {
    /// The whole tick, at the price that its line stands for.
    #[must_use]
    pub const fn with_price(&self, price: Option<i64>) -> Tick {
        let (code, epoch) = match self.price {
            LinePrice::Coded { code, epoch } => (code, epoch),
            LinePrice::None | LinePrice::Exact(_) => (0, 0),
        };
        Tick {
            kind: self.kind,
            slot: self.slot,
            msg_index: self.msg_index,
            feed_time: self.feed_time,
            hw_time: self.hw_time,
            price,
            code,
            epoch,
            size: self.size,
            side: self.side,
            flags: self.flags,
        }
    }
}

/// One entry of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineItem {
    /// A tick; [`CentreTable`](crate::CentreTable) gives its price.
    Tick(LineTick),
    /// A control entry, complete.
    Control(Entry),
    /// A control kind that this reader does not know; skipped.
    Unknown {
        /// Its number.
        kind: u8,
        /// Nibbles of its payload.
        nibbles: u8,
    },
}

#[derive(Debug, Clone, Copy)]
struct Side {
    epoch: Option<u8>,
    price: LinePrice,
}

const NEW_SIDE: Side = Side { epoch: None, price: LinePrice::None };

#[derive(Debug, Clone, Copy)]
struct Running {
    msg_index: u64,
    feed_time: i64,
    hw_time: u64,
    slot: Option<u16>,
    flags: u8,
    sides: [Side; 3],
}

/// Iterates over the entries of a body of any length: of a line or, later, of a link frame.
///
/// After an error the iterator ends.
#[derive(Debug, Clone)]
pub struct BodyReader<'a> {
    cursor: Cursor<'a>,
    count: u8,
    done: u8,
    failed: bool,
    running: Running,
}

impl<'a> BodyReader<'a> {
    /// Reads `count` entries from `body`, starting from the header's bases.
    #[must_use]
    pub fn new(body: &'a [u8], count: u8, hw_time: u64, msg_index: u64) -> Self {
        Self {
            cursor: Cursor::new(body),
            count,
            done: 0,
            failed: false,
            running: Running {
                msg_index,
                feed_time: hw_time as i64,
                hw_time,
                slot: None,
                flags: 0,
                sides: [NEW_SIDE; 3],
            },
        }
    }

    fn pn(&mut self, field: &'static str) -> Result<u64, Fault> {
        let length = self.cursor.take(1)? as u32;
        let value = self.cursor.take(value_nibbles(length))?;
        if length_nibble(value) == length {
            Ok(value)
        } else {
            Err(Fault::NotShortest(field))
        }
    }

    /// A field that may only be present when it is not zero.
    fn present_pn(&mut self, present: bool, field: &'static str) -> Result<u64, Fault> {
        if !present {
            return Ok(0);
        }
        match self.pn(field)? {
            0 => Err(Fault::NotShortest(field)),
            value => Ok(value),
        }
    }

    fn name_slot(&mut self, named: bool) -> Result<Option<u16>, Fault> {
        if named {
            let slot = self.cursor.take(3)? as u16;
            if self.running.slot == Some(slot) {
                return Err(Fault::NotShortest("slot"));
            }
            self.running.slot = Some(slot);
            self.running.sides = [NEW_SIDE; 3];
        }
        Ok(self.running.slot)
    }

    /// A code byte and, for the escape, its exact price. The epoch is the one given since the slot was named.
    fn code(&mut self, epoch: Option<u8>) -> Result<LinePrice, Fault> {
        match self.cursor.take(2)? as u8 {
            0 => Ok(LinePrice::Exact(unzigzag(self.pn("exact price")?))),
            code => match epoch {
                Some(epoch) => Ok(LinePrice::Coded { code, epoch }),
                None => Err(Fault::Illegal("code without an epoch")),
            },
        }
    }

    fn entry(&mut self) -> Result<LineItem, Fault> {
        let low = self.cursor.take(1)? as u16;
        if low as u8 & compact::KIND_MASK != 0 {
            let descriptor = low as u8 | (self.cursor.take(1)? as u8) << 4;
            return self.compact(descriptor);
        }
        let descriptor = low | (self.cursor.take(3)? as u16) << 4;
        let number = (descriptor >> full::KIND_SHIFT & full::KIND_MASK) as u8;
        if number >= format::FIRST_CONTROL {
            self.control(number, descriptor)
        } else {
            match TickKind::from_number(number) {
                Some(kind) => self.full(kind, descriptor),
                None => Err(Fault::Kind(number)),
            }
        }
    }

    fn compact(&mut self, descriptor: u8) -> Result<LineItem, Fault> {
        let kind = TickKind::from_number(descriptor & compact::KIND_MASK)
            .ok_or(Fault::Kind(descriptor & compact::KIND_MASK))?;
        if self.done == 0 {
            return Err(Fault::Illegal("compact form as the first entry"));
        }
        let slot = self.running.slot.ok_or(Fault::NoSlot)?;
        let index = PriceKind::of_tick(kind).map_or(0, |kind| kind as usize);
        let step = u64::from(descriptor >> compact::STEP_SHIFT) & compact::STEP_MAX;
        let time_class = descriptor >> compact::TIME_SHIFT & 3;
        let trade_side = if kind == TickKind::Trade { self.cursor.take(1)? as u8 } else { 0 };
        let before = self.running.sides[index];
        let price = if descriptor & compact::SAME_PRICE != 0 {
            if before.price == LinePrice::None {
                return Err(Fault::NoPriceYet);
            }
            before.price
        } else {
            let price = self.code(before.epoch)?;
            if price == before.price {
                return Err(Fault::NotShortest("price"));
            }
            price
        };
        let time = self.cursor.take(2 * u32::from(time_class))?;
        if compact::time_class(time) != time_class {
            return Err(Fault::NotShortest("feed time"));
        }
        let long = descriptor & compact::SIZE_LONG != 0;
        let size = self.cursor.take(2 + u32::from(long))?;
        if long && size <= 0xff {
            return Err(Fault::NotShortest("size"));
        }
        self.running.sides[index].price = price;
        self.running.msg_index = self.running.msg_index.wrapping_add(step) & INDEX_MASK;
        self.running.feed_time = self.running.feed_time.wrapping_add(time as i64);
        Ok(LineItem::Tick(LineTick {
            kind,
            slot,
            msg_index: self.running.msg_index,
            feed_time: self.running.feed_time,
            hw_time: self.running.hw_time,
            price,
            size,
            side: trade_side,
            flags: self.running.flags,
        }))
    }

    fn full(&mut self, kind: TickKind, descriptor: u16) -> Result<LineItem, Fault> {
        let has = |bit: u16| descriptor & bit != 0;
        let slot = self.name_slot(has(bit::HAS_SLOT))?.ok_or(Fault::NoSlot)?;
        let mut flags = self.running.flags;
        if has(bit::HAS_FLAGS) {
            flags = self.cursor.take(2)? as u8;
            if flags == self.running.flags {
                return Err(Fault::NotShortest("flags"));
            }
        }
        if self.done == 0 && (has(bit::HAS_HW) || has(bit::HAS_STEP)) {
            return Err(Fault::Illegal("first entry away from the header's bases"));
        }
        let hw_delta = unzigzag(self.present_pn(has(bit::HAS_HW), "hardware time")?);
        let time_delta = unzigzag(self.present_pn(has(bit::HAS_TIME), "feed time")?);
        let step = self.present_pn(has(bit::HAS_STEP), "message index step")?;
        if step > INDEX_MASK {
            return Err(Fault::Illegal("message index step"));
        }
        let side = match kind {
            TickKind::Trade => self.cursor.take(1)? as u8,
            TickKind::Status => self.cursor.take(2)? as u8,
            _ => 0,
        };
        let index = PriceKind::of_tick(kind).map(|kind| kind as usize);
        let before = index.map_or(NEW_SIDE, |index| self.running.sides[index]);
        let price_form = descriptor >> full::PRICE_SHIFT & full::PRICE_MASK;
        if index.is_none() && price_form != full::PRICE_NONE {
            return Err(Fault::Illegal("price of a kind that has none"));
        }
        let mut epoch = before.epoch;
        if has(bit::HAS_EPOCH) {
            if price_form != full::PRICE_CODE {
                return Err(Fault::Illegal("epoch without a code"));
            }
            if before.epoch.is_some() {
                return Err(Fault::NotShortest("epoch"));
            }
            epoch = Some(self.cursor.take(2)? as u8);
        }
        let price = match price_form {
            full::PRICE_NONE => LinePrice::None,
            full::PRICE_SAME if before.price == LinePrice::None => return Err(Fault::NoPriceYet),
            full::PRICE_SAME => before.price,
            full::PRICE_CODE => {
                let price = self.code(epoch)?;
                if price == before.price {
                    return Err(Fault::NotShortest("price"));
                }
                if has(bit::HAS_EPOCH) && matches!(price, LinePrice::Exact(_)) {
                    return Err(Fault::NotShortest("epoch"));
                }
                price
            }
            _ => return Err(Fault::Illegal("price form")),
        };
        let size = self.present_pn(has(bit::HAS_SIZE), "size")?;
        let leans = price_form == full::PRICE_SAME || !has(bit::HAS_EPOCH);
        if price != LinePrice::None
            && self.done != 0
            && descriptor & (bit::HAS_SLOT | bit::HAS_FLAGS | bit::HAS_HW) == 0
            && step <= compact::STEP_MAX
            && (0..compact::TIME_LIMIT as i64).contains(&time_delta)
            && size < compact::SIZE_LIMIT
            && leans
        {
            return Err(Fault::NotShortest("descriptor"));
        }
        let running = &mut self.running;
        running.flags = flags;
        running.hw_time = running.hw_time.wrapping_add(hw_delta as u64);
        running.feed_time = running.feed_time.wrapping_add(time_delta);
        running.msg_index = running.msg_index.wrapping_add(step) & INDEX_MASK;
        if let (Some(index), true) = (index, price != LinePrice::None) {
            running.sides[index] = Side { epoch, price };
        }
        Ok(LineItem::Tick(LineTick {
            kind,
            slot,
            msg_index: running.msg_index,
            feed_time: running.feed_time,
            hw_time: running.hw_time,
            price,
            size,
            side,
            flags,
        }))
    }

    fn control(&mut self, number: u8, descriptor: u16) -> Result<LineItem, Fault> {
        let allowed = full::KIND_MASK << full::KIND_SHIFT | bit::HAS_SLOT | bit::HAS_HW;
        if descriptor & !allowed != 0 {
            return Err(Fault::Illegal("descriptor bits of a control entry"));
        }
        let names = format::control_names_slot(number);
        if names == Some(false) && descriptor & bit::HAS_SLOT != 0 {
            return Err(Fault::Illegal("slot of a control entry that has none"));
        }
        let slot = self.name_slot(descriptor & bit::HAS_SLOT != 0)?;
        if names == Some(true) && slot.is_none() {
            return Err(Fault::NoSlot);
        }
        let slot = slot.unwrap_or(format::slot::NONE);
        if self.done == 0 && descriptor & bit::HAS_HW != 0 {
            return Err(Fault::Illegal("first entry away from the header's bases"));
        }
        let hw_delta = unzigzag(self.present_pn(descriptor & bit::HAS_HW != 0, "hardware time")?);
        self.running.hw_time = self.running.hw_time.wrapping_add(hw_delta as u64);
        let declared = self.cursor.take(2)? as u8;
        let start = self.cursor.at();
        let (hw_time, running_index) = (self.running.hw_time, self.running.msg_index);
        let entry = match number {
            kind::GAP => Entry::Gap {
                hw_time,
                first: self.pn("first lost sequence")?,
                count: self.pn("count")?,
                next_index: self.next_index()?,
            },
            kind::TICKS_DROPPED => Entry::TicksDropped {
                hw_time,
                next_index: running_index,
                slot,
                count: self.pn("count")?,
            },
            kind::RECENTRE => {
                let price_kind = self.price_kind()?;
                let epoch = self.cursor.take(2)? as u8;
                let centre = unzigzag(self.pn("centre")?);
                self.running.sides[price_kind as usize] = NEW_SIDE;
                Entry::Recentre {
                    hw_time,
                    next_index: running_index,
                    slot,
                    kind: price_kind,
                    epoch,
                    centre,
                }
            }
            kind::REFRESH => {
                let price_kind = self.price_kind()?;
                let state = self.refresh_state()?;
                Entry::Refresh { hw_time, next_index: running_index, slot, kind: price_kind, state }
            }
            kind::VOID => Entry::Void {
                hw_time,
                next_index: running_index,
                first: self.pn("first sequence")?,
                count: self.pn("count")?,
                disposition: self.cursor.take(2)? as u8,
            },
            kind::TIME_STEP => Entry::TimeStep {
                hw_time,
                next_index: running_index,
                step: unzigzag(self.pn("time step")?),
            },
            kind::HEARTBEAT => Entry::Heartbeat {
                hw_time,
                next_index: self.next_index()?,
                next_seq: self.pn("next sequence")?,
            },
            kind::RESTART => Entry::Restart {
                hw_time,
                session: self.pn("session id")?,
                next_index: self.next_index()?,
            },
            _ => {
                self.cursor.skip(declared as usize)?;
                return Ok(LineItem::Unknown { kind: number, nibbles: declared });
            }
        };
        let used = (self.cursor.at() - start) as u8;
        if used != declared {
            return Err(Fault::PayloadLength { declared, used });
        }
        Ok(LineItem::Control(entry))
    }

    /// The index in a control entry's payload; where it is the first entry, the header has it too.
    fn next_index(&mut self) -> Result<u64, Fault> {
        let index = self.pn("next message index")?;
        if index > INDEX_MASK || (self.done == 0 && index != self.running.msg_index) {
            return Err(Fault::Illegal("next message index"));
        }
        Ok(index)
    }

    fn price_kind(&mut self) -> Result<PriceKind, Fault> {
        PriceKind::from_number(self.cursor.take(1)? as u8).ok_or(Fault::Illegal("price kind"))
    }

    fn refresh_state(&mut self) -> Result<RefreshState, Fault> {
        let bits = self.cursor.take(1)?;
        if bits > 7 {
            return Err(Fault::Illegal("state bits"));
        }
        let epoch = self.cursor.take(2)? as u8;
        let flags = self.cursor.take(2)? as u8;
        let status = self.cursor.take(2)? as u8;
        let centre = if bits & 1 != 0 { Some(unzigzag(self.pn("centre")?)) } else { None };
        let quote = if bits & 2 != 0 {
            Some((unzigzag(self.pn("price")?), self.pn("size")?))
        } else {
            None
        };
        Ok(RefreshState { centre, quote, known: bits & 4 != 0, epoch, flags, status })
    }

    fn rest_is_zero(&mut self) -> bool {
        while self.cursor.left() > 0 {
            let count = self.cursor.left().min(16) as u32;
            if self.cursor.take(count) != Ok(0) {
                return false;
            }
        }
        true
    }
}

impl Iterator for BodyReader<'_> {
    type Item = Result<LineItem, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let nibble = self.cursor.at() as u16;
        if self.done == self.count {
            self.failed = true;
            if self.rest_is_zero() {
                return None;
            }
            let fault = Fault::TrailingNibbles;
            return Some(Err(LineError::Entry { entry: self.done, nibble, fault }));
        }
        match self.entry() {
            Ok(item) => {
                self.done += 1;
                Some(Ok(item))
            }
            Err(fault) => {
                self.failed = true;
                Some(Err(LineError::Entry {
                    entry: self.done,
                    nibble: self.cursor.at() as u16,
                    fault,
                }))
            }
        }
    }
}

/// A line whose CRC and header are right; iterates over its entries.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Low 32 bits of the line's number.
    pub line_seq: u32,
    /// Hardware time of the first entry, ns.
    pub hw_time: u64,
    /// Message index of the first entry, low 40 bits.
    pub msg_index: u64,
    /// Feed id.
    pub feed: u8,
    /// Entries in the line.
    pub count: u8,
    entries: BodyReader<'a>,
}

impl Iterator for Line<'_> {
    type Item = Result<LineItem, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next()
    }
}

/// Low 32 bits of a line's number, without any check: what a reader polls.
#[must_use]
pub fn line_seq(line: &[u8; format::LINE_BYTES]) -> u32 {
    u32::from_le_bytes([line[0], line[1], line[2], line[3]])
}

/// Checks CRC and header of a line and gives its entries, each checked as it is read.
pub fn decode_line(line: &[u8; format::LINE_BYTES]) -> Result<Line<'_>, LineError> {
    let stored = word(line, offset::CRC, format::size::CRC) as u32;
    let computed = crc32c(&line[..offset::CRC]);
    if stored != computed {
        return Err(LineError::Crc { stored, computed });
    }
    let version = line[offset::VERSION_FLAGS] >> 4;
    if version != format::VERSION {
        return Err(LineError::Version(version));
    }
    let flags = line[offset::VERSION_FLAGS] & 0xf;
    if flags != 0 {
        return Err(LineError::Flags(flags));
    }
    let count = line[offset::COUNT];
    if count == 0 {
        return Err(LineError::Empty);
    }
    let hw_time = word(line, offset::HW_TIME, format::size::HW_TIME);
    let msg_index = word(line, offset::MSG_INDEX, format::size::MSG_INDEX);
    let body = &line[offset::BODY..offset::BODY + format::size::BODY];
    Ok(Line {
        line_seq: line_seq(line),
        hw_time,
        msg_index,
        feed: line[offset::FEED],
        count,
        entries: BodyReader::new(body, count, hw_time, msg_index),
    })
}

fn word(line: &[u8; format::LINE_BYTES], at: usize, bytes: usize) -> u64 {
    let mut word = [0u8; 8];
    word[..bytes].copy_from_slice(&line[at..at + bytes]);
    u64::from_le_bytes(word)
}
