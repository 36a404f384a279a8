//! Ticks in their two forms.

use super::PushError;
use crate::entry::{PriceKind, Tick, TickKind};
use crate::format::{full_bit, lag_class, limit, size_class, time_class};
use crate::layout::{
    descriptor, frame_time_class, full_price, hundreds, is_delta, size_class, time_class,
    CODE_FORM, DELTA_FORM, INDEX_MASK, LONG_BITS, SAME_FORM, SLOT_MAX, STEP_LONG, STEP_NIBBLE_MAX,
};
use crate::nibbles::{zigzag, Scratch};
use crate::reader::LinePrice;
use crate::recent::{Found, Side};
use crate::running::Running;

/// How a price is told.
enum Told {
    Same,
    /// Steps of the code.
    Delta(i16),
    Code,
}

/// A tick of bid, ask or trade with a price: which of the three, and what was told of it before.
struct Priced {
    kind: usize,
    price: i64,
    before: Side,
    told: Told,
}

impl Priced {
    #[inline]
    fn of<const P: usize>(tick: &Tick, running: &Running<P>, found: Found) -> Option<Self> {
        let kind = PriceKind::of_tick(tick.kind)? as usize;
        let price = tick.price?;
        let before = running.recent.side(found, kind);
        let steps = i16::from(tick.code) - i16::from(before.code());
        let told = if tick.code == 0 {
            if before.price == LinePrice::Exact(price) {
                Told::Same
            } else {
                Told::Code
            }
        } else if before.code() == 0 {
            Told::Code
        } else if steps == 0 {
            Told::Same
        } else if kind < DELTA_FORM.len() && is_delta(steps) {
            Told::Delta(steps)
        } else {
            Told::Code
        };
        Some(Self { kind, price, before, told })
    }

    /// Code, and what it needs.
    #[inline]
    fn put_code(&self, tick: &Tick, out: &mut Scratch) {
        out.put(u64::from(tick.code), 2);
        if tick.code == 0 {
            out.put_pn(zigzag(self.price));
        } else if self.before.epoch.is_none() {
            out.put(u64::from(tick.epoch), 2);
        }
    }

    /// What is known of this kind from here on.
    #[inline]
    fn after(&self, tick: &Tick) -> Side {
        match tick.code {
            0 => Side { price: LinePrice::Exact(self.price), epoch: self.before.epoch },
            code => {
                let epoch = self.before.epoch.unwrap_or(tick.epoch);
                Side { price: LinePrice::Coded { code, epoch }, epoch: Some(epoch) }
            }
        }
    }
}

/// What of a tick depends on the entries before it.
struct Steps {
    first: bool,
    /// Place of its slot in the list.
    rank: Option<usize>,
    /// Index, modulo 2^40.
    index: u64,
    time: i64,
    /// Of a tick of a new frame: by how much its lag changes.
    lag: Option<i64>,
}

/// Lays out a tick and lets `running` pass it, if `fits` likes its nibbles; else says so and changes nothing.
#[inline]
pub(super) fn encode_tick<const P: usize>(
    tick: &Tick,
    first: bool,
    running: &mut Running<P>,
    out: &mut Scratch,
    fits: impl FnOnce(&Scratch) -> bool,
) -> Result<(), PushError> {
    let trade = tick.kind == TickKind::Trade;
    if tick.slot > SLOT_MAX || (trade && tick.side > 0xf) {
        return Err(PushError::Unrepresentable);
    }
    let found = running.recent.find(tick.slot);
    let lag = (tick.hw_time as i64).wrapping_sub(tick.feed_time);
    let new_frame = !first && tick.hw_time != running.hw_time;
    let steps = Steps {
        first,
        rank: found.rank,
        index: tick.msg_index.wrapping_sub(running.msg_index) & INDEX_MASK,
        time: tick.feed_time.wrapping_sub(running.feed_time),
        lag: new_frame.then(|| lag.wrapping_sub(running.lag)),
    };
    // A price on a kind that has none in the format (a status) is not written.
    let priced = Priced::of(tick, running, found);
    match &priced {
        Some(priced) if tick.flags == running.flags && (first || steps.time >= 0) => {
            compact(tick, priced, &steps, out);
        }
        _ => full(tick, priced.as_ref(), running.flags, &steps, out),
    }
    if !fits(out) {
        return Err(PushError::LineFull);
    }
    running.msg_index = tick.msg_index & INDEX_MASK;
    running.feed_time = tick.feed_time;
    running.hw_time = tick.hw_time;
    running.flags = tick.flags;
    if first || new_frame {
        running.lag = lag;
    }
    if let Some(priced) = priced {
        running.recent.price(tick.slot, found, priced.kind, priced.after(tick));
    }
    Ok(())
}

#[inline]
fn compact(tick: &Tick, priced: &Priced, steps: &Steps, out: &mut Scratch) {
    let lag = steps.lag.filter(|&change| change != 0).map(zigzag);
    if !steps.first && (steps.rank != Some(0) || lag.is_some()) {
        put_prefix(tick.slot, steps.rank, lag, out);
    }
    let time = steps.time as u64;
    let time_class = match (steps.first, steps.lag) {
        (true, _) => time_class::NONE,
        (false, None) => time_class(time, steps.index),
        (false, Some(_)) => frame_time_class(time, steps.index),
    };
    let form = match priced.told {
        Told::Same => SAME_FORM[priced.kind],
        Told::Delta(_) => DELTA_FORM[priced.kind],
        Told::Code => CODE_FORM[priced.kind],
    };
    let size_class = size_class(tick.size);
    let descriptor =
        form | size_class << descriptor::SIZE_SHIFT | time_class << descriptor::TIME_SHIFT;
    out.put(u64::from(descriptor), 2);
    if steps.first {
        out.put(u64::from(tick.slot), 3);
        out.put_pn(zigzag(steps.time));
    }
    if tick.kind == TickKind::Trade {
        out.put(u64::from(tick.side), 1);
    }
    match priced.told {
        Told::Same => {}
        Told::Delta(steps) => out.put(steps as u64 & 0xf, 1),
        Told::Code => priced.put_code(tick, out),
    }
    match time_class {
        time_class::NONE => {}
        time_class::SHORT => out.put(time, 2),
        time_class::MEDIUM => {
            out.put(time, 3);
            put_step(steps.index, out);
        }
        time_class::LONG if steps.index == 1 && time >> LONG_BITS == 0 => out.put_pn(time),
        time_class::LONG => {
            out.put(limit::LONG_STEP as u64, 1);
            put_step(steps.index, out);
            out.put_pn(time);
        }
        time_class::FRAME_SHORT => out.put(time, 5),
        time_class::FRAME_MEDIUM => out.put(time, 7),
        _ => {
            out.put_pn(time);
            put_step(steps.index, out);
        }
    }
    match (size_class, hundreds(tick.size)) {
        (size_class::NIBBLE, _) => out.put(tick.size, 1),
        (size_class::BYTE, _) => out.put(tick.size, 2),
        (size_class::HUNDREDS, lots) => out.put(lots.unwrap_or_default(), 1),
        (_, Some(lots)) => out.put(lots << 4, 3),
        (_, None) => out.put_pn(tick.size),
    }
}

/// `lag` is the zigzag change, not 0.
#[inline]
fn put_prefix(slot: u16, rank: Option<usize>, lag: Option<u64>, out: &mut Scratch) {
    let lag_class = match lag {
        None => lag_class::STAYS,
        Some(change) if change >> 16 == 0 => lag_class::SHORT,
        Some(_) => lag_class::NUMBER,
    };
    let slot_class = rank.unwrap_or(limit::SLOT_OTHER);
    out.put(u64::from(lag_class) << descriptor::SIZE_SHIFT | slot_class as u64, 2);
    if rank.is_none() {
        out.put(u64::from(slot), 3);
    }
    match lag {
        None => {}
        Some(change) if lag_class == lag_class::SHORT => out.put(change, 4),
        Some(change) => out.put_pn(change),
    }
}

#[inline]
fn put_step(step: u64, out: &mut Scratch) {
    if step <= STEP_NIBBLE_MAX {
        out.put(step, 1);
    } else {
        out.put(STEP_LONG, 1);
        out.put_pn(step);
    }
}

fn full(tick: &Tick, priced: Option<&Priced>, flags: u8, steps: &Steps, out: &mut Scratch) {
    let names_slot = steps.rank != Some(0);
    let price = match priced.map(|priced| &priced.told) {
        None => full_price::NONE,
        Some(Told::Same) => full_price::SAME,
        Some(_) => full_price::CODE,
    };
    let bits = u8::from(names_slot) << full_bit::HAS_SLOT
        | u8::from(tick.flags != flags) << full_bit::HAS_FLAGS
        | u8::from(steps.lag.is_some()) << full_bit::HAS_LAG
        | u8::from(steps.time != 0) << full_bit::HAS_TIME
        | u8::from(steps.index != 0) << full_bit::HAS_STEP
        | price << full_bit::PRICE
        | u8::from(tick.size != 0) << full_bit::HAS_SIZE;
    out.put(u64::from(tick.kind as u8), 2);
    out.put(u64::from(bits), 2);
    if names_slot {
        out.put(u64::from(tick.slot), 3);
    }
    if tick.flags != flags {
        out.put(u64::from(tick.flags), 2);
    }
    if let Some(change) = steps.lag {
        out.put_pn(zigzag(change));
    }
    if steps.time != 0 {
        out.put_pn(zigzag(steps.time));
    }
    if steps.index != 0 {
        out.put_pn(steps.index);
    }
    match tick.kind {
        TickKind::Trade => out.put(u64::from(tick.side), 1),
        TickKind::Status => out.put(u64::from(tick.side), 2),
        _ => {}
    }
    match priced {
        Some(priced) if price == full_price::CODE => priced.put_code(tick, out),
        _ => {}
    }
    if tick.size != 0 {
        out.put_pn(tick.size);
    }
}
