//! A stop-bit delta coding in the manner of FAST: seven bits a byte, the last byte of a number marked; a presence map in front of each tick; each field leans
//! on the last one of its kind in the same packet, and nothing on another packet.
//!
//! The presence map is a number itself, one byte while only its low seven bits are used. Bits: 1:0 kind (bid, ask, trade, other), 2 feed
//! time delta, 3 hardware stamp delta, 4 price delta, 5 message index step (absent = 1), 6 size (absent = as
//! the last of slot and kind); then 7 slot, 8 flags, 9 side, 10 price not in whole ticks from the last one, 11 no price.
//! Fields follow in the order slot, kind (of others), flags, step, feed time, stamp, side, price, size; signed ones as zigzag.
//! Prices lean on the last of slot and kind, in ticks; the first of a packet on 0.

use std::collections::HashMap;

use escapement_codec::{Entry, Tick, TickKind};

use super::super::coding::{Coding, Reader, PAYLOAD_MAX};
use super::super::stream::{Stream, SLOTS};
use super::{tick, Front};

const FEED: u64 = 1 << 2;
const STAMP: u64 = 1 << 3;
const PRICE: u64 = 1 << 4;
const STEP: u64 = 1 << 5;
const SIZE: u64 = 1 << 6;
const SLOT: u64 = 1 << 7;
const FLAGS: u64 = 1 << 8;
const SIDE: u64 = 1 << 9;
const OFF_GRID: u64 = 1 << 10;
const NO_PRICE: u64 = 1 << 11;

/// Stop-bit deltas, packets of 1,400 bytes.
pub(crate) struct StopBit {
    pub(crate) stamps: bool,
    pub(crate) tick_sizes: [u32; SLOTS],
}

/// What the next tick of a packet leans on.
#[derive(Default)]
struct Running {
    msg_index: u64,
    feed_time: u64,
    hw_time: u64,
    slot: u16,
    flags: u8,
    /// By slot and kind.
    sides: HashMap<(u16, u8), Side>,
}

#[derive(Clone, Copy, Default)]
struct Side {
    price: i64,
    size: u64,
    side: u8,
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

fn unzigzag(code: u64) -> i64 {
    (code >> 1) as i64 ^ -((code & 1) as i64)
}

fn put(mut value: u64, out: &mut Vec<u8>) {
    let mut bytes = [0; 10];
    let mut at = bytes.len() - 1;
    bytes[at] = value as u8 & 0x7f | 0x80;
    value >>= 7;
    while value != 0 {
        at -= 1;
        bytes[at] = value as u8 & 0x7f;
        value >>= 7;
    }
    out.extend_from_slice(&bytes[at..]);
}

fn get(front: &mut Front<'_>) -> Result<u64, String> {
    let mut value = 0u64;
    for _ in 0..10 {
        let byte = front.byte()?;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            return Ok(value);
        }
    }
    Err("a number of more than ten bytes".into())
}

impl StopBit {
    fn tick_size(&self, slot: u16) -> i64 {
        i64::from(self.tick_sizes.get(usize::from(slot)).copied().unwrap_or(1).max(1))
    }

    /// Writes one tick.
    fn write(&self, tick: &Tick, running: &mut Running, out: &mut Vec<u8>) {
        let kind_bits = (tick.kind as u64 - 1).min(3);
        let side = running.sides.entry((tick.slot, tick.kind as u8)).or_default();
        let step = tick.msg_index.wrapping_sub(running.msg_index);
        let feed = tick.feed_time.wrapping_sub(running.feed_time as i64);
        let stamp = if self.stamps { tick.hw_time.wrapping_sub(running.hw_time) as i64 } else { 0 };
        let distance = tick.price.map_or(0, |price| price.wrapping_sub(side.price));
        let size = self.tick_size(tick.slot);
        let off_grid = distance % size != 0;
        let mut map = kind_bits;
        for (bit, set) in [
            (FEED, feed != 0),
            (STAMP, stamp != 0),
            (PRICE, distance != 0),
            (STEP, step != 1),
            (SIZE, tick.size != side.size),
            (SLOT, tick.slot != running.slot),
            (FLAGS, tick.flags != running.flags),
            (SIDE, tick.side != side.side),
            (OFF_GRID, off_grid),
            (NO_PRICE, tick.price.is_none()),
        ] {
            map |= if set { bit } else { 0 };
        }
        put_map(map, out);
        if map & SLOT != 0 {
            put(u64::from(tick.slot), out);
        }
        if kind_bits == 3 {
            put(tick.kind as u64, out);
        }
        if map & FLAGS != 0 {
            put(u64::from(tick.flags), out);
        }
        if map & STEP != 0 {
            put(step, out);
        }
        if map & FEED != 0 {
            put(zigzag(feed), out);
        }
        if map & STAMP != 0 {
            put(zigzag(stamp), out);
        }
        if map & SIDE != 0 {
            put(u64::from(tick.side), out);
        }
        if map & PRICE != 0 {
            put(zigzag(if off_grid { distance } else { distance / size }), out);
        }
        if map & SIZE != 0 {
            put(tick.size, out);
        }
        if let Some(price) = tick.price {
            side.price = price;
        }
        side.size = tick.size;
        side.side = tick.side;
        running.msg_index = tick.msg_index;
        running.feed_time = tick.feed_time as u64;
        running.hw_time = tick.hw_time;
        running.slot = tick.slot;
        running.flags = tick.flags;
    }

    fn read(&self, front: &mut Front<'_>, running: &mut Running) -> Result<Tick, String> {
        let map = get_map(front)?;
        if map & SLOT != 0 {
            running.slot = get(front)? as u16;
        }
        let number = match map & 3 {
            3 => get(front)?,
            bits => bits + 1,
        };
        let kind =
            u8::try_from(number).ok().and_then(TickKind::from_number).ok_or("unknown kind")?;
        if map & FLAGS != 0 {
            running.flags = get(front)? as u8;
        }
        let step = if map & STEP != 0 { get(front)? } else { 1 };
        running.msg_index = running.msg_index.wrapping_add(step);
        if map & FEED != 0 {
            running.feed_time = running.feed_time.wrapping_add(unzigzag(get(front)?) as u64);
        }
        if map & STAMP != 0 {
            running.hw_time = running.hw_time.wrapping_add(unzigzag(get(front)?) as u64);
        }
        let slot = running.slot;
        let side = running.sides.entry((slot, kind as u8)).or_default();
        if map & SIDE != 0 {
            side.side = get(front)? as u8;
        }
        if map & PRICE != 0 {
            let told = unzigzag(get(front)?);
            let size = if map & OFF_GRID != 0 { 1 } else { self.tick_size(slot) };
            side.price = side.price.wrapping_add(told.wrapping_mul(size));
        }
        if map & SIZE != 0 {
            side.size = get(front)?;
        }
        Ok(Tick {
            kind,
            slot,
            msg_index: running.msg_index,
            feed_time: running.feed_time as i64,
            hw_time: running.hw_time,
            price: (map & NO_PRICE == 0).then_some(side.price),
            code: 0,
            epoch: 0,
            size: side.size,
            side: side.side,
            flags: running.flags,
        })
    }
}

/// A presence map: low bits first, as in FAST what is beyond the last set bit is not sent.
fn put_map(map: u64, out: &mut Vec<u8>) {
    let low = map as u8 & 0x7f;
    if map >> 7 == 0 {
        out.push(low | 0x80);
    } else {
        out.extend([low, (map >> 7) as u8 | 0x80]);
    }
}

fn get_map(front: &mut Front<'_>) -> Result<u64, String> {
    let low = front.byte()?;
    if low & 0x80 != 0 {
        return Ok(u64::from(low & 0x7f));
    }
    Ok(u64::from(low) | u64::from(front.byte()? & 0x7f) << 7)
}

impl Coding for StopBit {
    fn name(&self) -> &'static str {
        if self.stamps {
            "stop_bit"
        } else {
            "stop_bit_without_stamps"
        }
    }

    fn fill(&self, entries: &[Entry], _sequence: u64, out: &mut Vec<u8>) -> Result<usize, String> {
        let begin = out.len();
        let mut running = Running::default();
        for (taken, entry) in entries.iter().enumerate() {
            let before = out.len();
            self.write(tick(entry)?, &mut running, out);
            if out.len() - begin > PAYLOAD_MAX {
                out.truncate(before);
                return Ok(taken);
            }
        }
        Ok(entries.len())
    }

    fn reader<'a>(&'a self, _stream: &'a Stream) -> Box<dyn Reader + 'a> {
        Box::new(StopBitReader(self))
    }

    fn keeps_stamps(&self) -> bool {
        self.stamps
    }
}

struct StopBitReader<'a>(&'a StopBit);

impl Reader for StopBitReader<'_> {
    fn packet(&mut self, bytes: &[u8], ticks: &mut Vec<Tick>) -> Result<(), String> {
        let mut front = Front(bytes);
        let mut running = Running::default();
        while !front.0.is_empty() {
            ticks.push(self.0.read(&mut front, &mut running)?);
        }
        Ok(())
    }
}
