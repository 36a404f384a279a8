//! Ticks in their two forms.

use super::body::{BodyReader, Side, NEW_SIDE};
use super::item::{LineItem, LinePrice, LineTick};
use crate::entry::{PriceKind, TickKind};
use crate::error::Fault;
use crate::format::full as bit;
use crate::layout::{compact, full, INDEX_MASK};
use crate::nibbles::unzigzag;

impl BodyReader<'_> {
    pub(super) fn compact(&mut self, descriptor: u8) -> Result<LineItem, Fault> {
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

    pub(super) fn full(&mut self, kind: TickKind, descriptor: u16) -> Result<LineItem, Fault> {
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
}
