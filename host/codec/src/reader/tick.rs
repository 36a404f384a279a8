//! Ticks in their two forms.

use super::body::BodyReader;
use super::item::{LineItem, LinePrice, LineTick};
use crate::entry::{PriceKind, TickKind};
use crate::error::Fault;
use crate::format::{form, full_bit, lag_class, limit, size_class, time_class};
use crate::layout::{
    descriptor, frame_time_class, full_price, hundreds, is_delta, size_class, time_class,
    INDEX_MASK, LONG_BITS, LOT, STEP_LONG, STEP_NIBBLE_MAX,
};
use crate::nibbles::unzigzag;
use crate::recent::{Found, Side};

/// What stands in front of a compact descriptor.
pub(super) struct Prefix {
    /// Another slot than the one in front, and its place in the list.
    slot: Option<(u16, Found)>,
    /// By how much the lag of a new frame changes.
    lag: Option<i64>,
}

impl<const P: usize> BodyReader<'_, P> {
    pub(super) fn prefixed(&mut self, byte: u8) -> Result<LineItem, Fault> {
        if self.is_first() {
            return Err(Fault::Illegal("prefix of the first entry"));
        }
        let lag_class = byte >> descriptor::SIZE_SHIFT & descriptor::CLASS_MASK;
        let recent = &self.running.recent;
        let slot = match usize::from(byte & descriptor::FORM_MASK) {
            0 => None,
            limit::SLOT_OTHER => {
                let slot = self.cursor.take(3)? as u16;
                let found = recent.find(slot);
                if found.rank.is_some() {
                    return Err(Fault::NotShortest("slot"));
                }
                Some((slot, found))
            }
            rank => Some(recent.at(rank).ok_or(Fault::NoSlot)?),
        };
        let lag = match lag_class {
            lag_class::STAYS if slot.is_none() => return Err(Fault::NotShortest("prefix")),
            lag_class::STAYS => None,
            lag_class::SHORT => match self.cursor.take(4)? {
                0 => return Err(Fault::NotShortest("lag")),
                change => Some(unzigzag(change)),
            },
            _ => match self.pn("lag")? {
                change if change >> 16 == 0 => return Err(Fault::NotShortest("lag")),
                change => Some(unzigzag(change)),
            },
        };
        let byte = self.cursor.take(2)? as u8;
        if byte < descriptor::COMPACT {
            return Err(Fault::Illegal("prefix of an entry that is not compact"));
        }
        self.compact(Some(Prefix { slot, lag }), byte)
    }

    #[inline]
    pub(super) fn compact(
        &mut self,
        prefix: Option<Prefix>,
        descriptor: u8,
    ) -> Result<LineItem, Fault> {
        let first = self.is_first();
        let form = descriptor & descriptor::FORM_MASK;
        let time_class = descriptor >> descriptor::TIME_SHIFT;
        let (named, lag) = match prefix {
            Some(Prefix { slot, lag }) => (slot, lag),
            None => (None, None),
        };
        let (slot, found) = match named {
            Some(named) => named,
            None if first => {
                let slot = self.slot(true)?;
                (slot, self.running.recent.find(slot))
            }
            None => self.running.recent.at(0).ok_or(Fault::NoSlot)?,
        };
        let mut time = 0;
        if first {
            if time_class != time_class::NONE {
                return Err(Fault::Illegal("time class of the first entry"));
            }
            time = unzigzag(self.pn("feed time")?) as u64;
        }
        let kind = match form {
            form::BID_SAME | form::BID_DELTA | form::BID_CODE => TickKind::Bid,
            form::ASK_SAME | form::ASK_DELTA | form::ASK_CODE => TickKind::Ask,
            _ => TickKind::Trade,
        };
        let side = if kind == TickKind::Trade { self.cursor.take(1)? as u8 } else { 0 };
        let index = kind as usize - 1;
        let before = self.running.recent.side(found, index);
        let after = match form {
            form::BID_SAME | form::ASK_SAME | form::TRADE_SAME => Self::same(before)?,
            form::BID_DELTA | form::ASK_DELTA => Self::delta(self.cursor.take(1)? as u8, before)?,
            _ => {
                let after = self.code(before)?;
                let steps = i16::from(after.code()) - i16::from(before.code());
                let leans = after.code() != 0 && before.code() != 0;
                if leans && kind != TickKind::Trade && is_delta(steps) {
                    return Err(Fault::NotShortest("price"));
                }
                after
            }
        };
        let mut step = 0;
        if !first {
            (time, step) = self.steps(time_class)?;
        }
        let size = self.size(descriptor >> descriptor::SIZE_SHIFT & descriptor::CLASS_MASK)?;
        let running = &mut self.running;
        let feed_time = running.feed_time.wrapping_add(time as i64);
        if time_class >= time_class::FRAME_SHORT {
            running.lag = running.lag.wrapping_add(lag.unwrap_or(0));
            let hw_time = feed_time.wrapping_add(running.lag) as u64;
            if hw_time == running.hw_time {
                return Err(Fault::Illegal("new frame at the time of the running one"));
            }
            running.hw_time = hw_time;
        } else if lag.is_some() {
            return Err(Fault::Illegal("lag of a tick of the running frame"));
        } else if first {
            running.lag = (running.hw_time as i64).wrapping_sub(feed_time);
        }
        running.feed_time = feed_time;
        running.msg_index = running.msg_index.wrapping_add(step) & INDEX_MASK;
        running.recent.price(slot, found, index, after);
        Ok(LineItem::Tick(LineTick {
            kind,
            slot,
            msg_index: running.msg_index,
            feed_time,
            hw_time: running.hw_time,
            price: after.price,
            size,
            side,
            flags: running.flags,
        }))
    }

    #[inline]
    fn delta(nibble: u8, before: Side) -> Result<Side, Fault> {
        // Two's complement of four bits.
        let steps = i16::from((nibble << 4) as i8 >> 4);
        let LinePrice::Coded { code, epoch } = before.price else {
            return Err(Fault::NoPriceYet);
        };
        match u8::try_from(i16::from(code) + steps) {
            _ if steps == 0 => Err(Fault::NotShortest("price")),
            Ok(0) | Err(_) => Err(Fault::Illegal("code")),
            Ok(code) => Ok(Side { price: LinePrice::Coded { code, epoch }, epoch: before.epoch }),
        }
    }

    /// Steps of feed time and index.
    #[inline]
    fn steps(&mut self, class: u8) -> Result<(u64, u64), Fault> {
        let (time, step) = match class {
            time_class::NONE => (0, 0),
            time_class::SHORT => (self.cursor.take(2)?, 1),
            time_class::MEDIUM => (self.cursor.take(3)?, self.step()?),
            time_class::FRAME_SHORT => (self.cursor.take(5)?, 1),
            time_class::FRAME_MEDIUM => (self.cursor.take(7)?, 1),
            time_class::FRAME_LONG => (self.pn("feed time")?, self.step()?),
            _ => self.long_steps()?,
        };
        let shortest = if class < time_class::FRAME_SHORT {
            time_class(time, step)
        } else {
            frame_time_class(time, step)
        };
        if class != shortest {
            return Err(Fault::NotShortest("feed time and index"));
        }
        if time > i64::MAX as u64 {
            return Err(Fault::Illegal("feed time"));
        }
        Ok((time, step))
    }

    fn long_steps(&mut self) -> Result<(u64, u64), Fault> {
        let length = self.cursor.take(1)? as u32;
        if length as usize == limit::LONG_STEP {
            let step = self.step()?;
            let time = self.pn("feed time")?;
            if step == 1 && time >> LONG_BITS == 0 {
                return Err(Fault::NotShortest("feed time and index"));
            }
            return Ok((time, step));
        }
        if length > LONG_BITS / 4 {
            return Err(Fault::Illegal("feed time"));
        }
        Ok((self.pn_of(length, "feed time")?, 1))
    }

    #[inline]
    fn step(&mut self) -> Result<u64, Fault> {
        match self.cursor.take(1)? {
            STEP_LONG => match self.pn("message index step")? {
                step if step <= STEP_NIBBLE_MAX => Err(Fault::NotShortest("message index step")),
                step if step > INDEX_MASK => Err(Fault::Illegal("message index step")),
                step => Ok(step),
            },
            step => Ok(step),
        }
    }

    #[inline]
    fn size(&mut self, class: u8) -> Result<u64, Fault> {
        let size = match class {
            size_class::NIBBLE => self.cursor.take(1)?,
            size_class::BYTE => self.cursor.take(2)?,
            size_class::HUNDREDS => (self.cursor.take(1)? + 1) * LOT,
            _ => match self.cursor.take(1)? {
                0 => (self.cursor.take(2)? + 1) * LOT,
                length => {
                    let size = self.pn_of(length as u32, "size")?;
                    if hundreds(size).is_some() {
                        return Err(Fault::NotShortest("size"));
                    }
                    size
                }
            },
        };
        if size_class(size) == class {
            Ok(size)
        } else {
            Err(Fault::NotShortest("size"))
        }
    }

    pub(super) fn full(&mut self, kind: TickKind) -> Result<LineItem, Fault> {
        let first = self.is_first();
        let bits = self.cursor.take(2)? as u8;
        let has = |bit: u8| bits >> bit & 1 != 0;
        let slot = self.slot(has(full_bit::HAS_SLOT))?;
        let found = self.running.recent.find(slot);
        let mut flags = self.running.flags;
        if has(full_bit::HAS_FLAGS) {
            flags = self.cursor.take(2)? as u8;
            if flags == self.running.flags {
                return Err(Fault::NotShortest("flags"));
            }
        }
        if first && (has(full_bit::HAS_LAG) || has(full_bit::HAS_STEP)) {
            return Err(Fault::Illegal("first entry away from the header's bases"));
        }
        let lag = match has(full_bit::HAS_LAG) {
            true => Some(unzigzag(self.pn("lag")?)),
            false => None,
        };
        let time = unzigzag(self.present_pn(has(full_bit::HAS_TIME), "feed time")?);
        let step = self.present_pn(has(full_bit::HAS_STEP), "message index step")?;
        if step > INDEX_MASK {
            return Err(Fault::Illegal("message index step"));
        }
        let side = match kind {
            TickKind::Trade => self.cursor.take(1)? as u8,
            TickKind::Status => self.cursor.take(2)? as u8,
            _ => 0,
        };
        let index = PriceKind::of_tick(kind).map(|kind| kind as usize);
        let before = index.map_or(Side::NEW, |index| self.running.recent.side(found, index));
        let after = match bits >> full_bit::PRICE & descriptor::CLASS_MASK {
            full_price::NONE => Side::NEW,
            _ if index.is_none() => return Err(Fault::Illegal("price of a kind that has none")),
            full_price::CODE => self.code(before)?,
            full_price::SAME => Self::same(before)?,
            _ => return Err(Fault::Illegal("price form")),
        };
        let price = after.price;
        let size = self.present_pn(has(full_bit::HAS_SIZE), "size")?;
        if price != LinePrice::None && flags == self.running.flags && (first || time >= 0) {
            return Err(Fault::NotShortest("descriptor"));
        }
        let running = &mut self.running;
        running.flags = flags;
        running.feed_time = running.feed_time.wrapping_add(time);
        running.msg_index = running.msg_index.wrapping_add(step) & INDEX_MASK;
        if first {
            running.lag = (running.hw_time as i64).wrapping_sub(running.feed_time);
        }
        if let Some(change) = lag {
            running.lag = running.lag.wrapping_add(change);
            let hw_time = running.feed_time.wrapping_add(running.lag) as u64;
            if hw_time == running.hw_time {
                return Err(Fault::Illegal("new frame at the time of the running one"));
            }
            running.hw_time = hw_time;
        }
        if let (Some(index), true) = (index, price != LinePrice::None) {
            running.recent.price(slot, found, index, after);
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
}
