//! A fixed record of 24 bytes a tick.
//!
//! Little-endian: low halves of message index `u32`, feed time `u32` and hardware stamp `u32`, price `i32`, size `u32`; slot and kind `u16`
//! (kind in the high four bits, 0x8000 added where there is a price), side `u8`, flags `u8`. Without stamps the feed time is whole, `u64`.
//!
//! What does not fit stands in a record of the same length in front (kind 7): high halves of index `u16`, feed time, stamp, price and size, with those of price
//! and size for the next record only. It stands first in each packet, so that a packet is read alone.

use escapement_codec::{Entry, Tick, TickKind};

use super::super::coding::{Coding, Reader, PAYLOAD_MAX};
use super::super::stream::Stream;
use super::{tick, Front};

const BYTES: usize = 24;
const HIGH: u16 = 7 << 12;
const HAS_PRICE: u16 = 0x8000;

/// One record a tick, and those of high halves.
pub(crate) struct Fixed {
    pub(crate) stamps: bool,
}

/// High halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Halves {
    index: u32,
    feed: u32,
    hw: u32,
    /// Of this tick only; those of a price are what its sign does not give.
    price: u32,
    size: u32,
}

fn high(value: u64) -> u32 {
    (value >> 32) as u32
}

impl Fixed {
    fn halves(&self, tick: &Tick) -> Halves {
        let price = tick.price.unwrap_or(0);
        Halves {
            index: high(tick.msg_index),
            feed: if self.stamps { high(tick.feed_time as u64) } else { 0 },
            hw: if self.stamps { high(tick.hw_time) } else { 0 },
            price: high((price as u64).wrapping_sub(price as i32 as i64 as u64)),
            size: high(tick.size),
        }
    }

    fn write(&self, tick: &Tick, out: &mut Vec<u8>) {
        out.extend((tick.msg_index as u32).to_le_bytes());
        if self.stamps {
            out.extend((tick.feed_time as u32).to_le_bytes());
            out.extend((tick.hw_time as u32).to_le_bytes());
        } else {
            out.extend(tick.feed_time.to_le_bytes());
        }
        out.extend((tick.price.unwrap_or(0) as u32).to_le_bytes());
        out.extend((tick.size as u32).to_le_bytes());
        let has_price = if tick.price.is_some() { HAS_PRICE } else { 0 };
        out.extend((tick.slot | (tick.kind as u16) << 12 | has_price).to_le_bytes());
        out.extend([tick.side, tick.flags]);
    }

    /// Records of `entries` up to `bytes_max`; how many entries those are.
    pub(super) fn records(
        &self,
        entries: &[Entry],
        bytes_max: usize,
        out: &mut Vec<u8>,
    ) -> Result<usize, String> {
        let begin = out.len();
        let mut known: Option<Halves> = None;
        for (taken, entry) in entries.iter().enumerate() {
            let tick = tick(entry)?;
            if tick.slot > 0xfff {
                return Err(format!("slot {:#x}", tick.slot));
            }
            let halves = self.halves(tick);
            let told = known != Some(halves);
            let bytes = if told { 2 * BYTES } else { BYTES };
            if out.len() - begin + bytes > bytes_max {
                return Ok(taken);
            }
            if told {
                for half in [halves.index, halves.feed, halves.hw, halves.price, halves.size] {
                    out.extend(half.to_le_bytes());
                }
                out.extend(HIGH.to_le_bytes());
                out.extend([0, 0]);
            }
            self.write(tick, out);
            known = Some(Halves { price: 0, size: 0, ..halves });
        }
        Ok(entries.len())
    }

    /// Reads records back.
    pub(super) fn read(&self, bytes: &[u8], ticks: &mut Vec<Tick>) -> Result<(), String> {
        let mut front = Front(bytes);
        let mut halves = Halves::default();
        while !front.0.is_empty() {
            let words = [front.u32()?, front.u32()?, front.u32()?, front.u32()?, front.u32()?];
            let what = front.u16()?;
            let [side, flags] = front.take()?;
            if what == HIGH {
                let [index, feed, hw, price, size] = words;
                halves = Halves { index, feed, hw, price, size };
                continue;
            }
            let whole = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
            let (feed_time, hw_time) = if self.stamps {
                (whole(halves.feed, words[1]), whole(halves.hw, words[2]))
            } else {
                (whole(words[2], words[1]), 0)
            };
            let signed = words[3] as i32 as i64 as u64;
            let price = signed.wrapping_add(u64::from(halves.price) << 32) as i64;
            let kind = (what >> 12 & 7) as u8;
            ticks.push(Tick {
                kind: TickKind::from_number(kind).ok_or("unknown kind")?,
                slot: what & 0xfff,
                msg_index: whole(halves.index, words[0]),
                feed_time: feed_time as i64,
                hw_time,
                price: (what & HAS_PRICE != 0).then_some(price),
                code: 0,
                epoch: 0,
                size: whole(halves.size, words[4]),
                side,
                flags,
            });
            (halves.price, halves.size) = (0, 0);
        }
        Ok(())
    }
}

impl Coding for Fixed {
    fn name(&self) -> &'static str {
        if self.stamps {
            "fixed24"
        } else {
            "fixed24_without_stamps"
        }
    }

    fn fill(&self, entries: &[Entry], _sequence: u64, out: &mut Vec<u8>) -> Result<usize, String> {
        self.records(entries, PAYLOAD_MAX, out)
    }

    fn reader<'a>(&'a self, _stream: &'a Stream) -> Box<dyn Reader + 'a> {
        Box::new(FixedReader(self))
    }

    fn keeps_stamps(&self) -> bool {
        self.stamps
    }
}

struct FixedReader<'a>(&'a Fixed);

impl Reader for FixedReader<'_> {
    fn packet(&mut self, bytes: &[u8], ticks: &mut Vec<Tick>) -> Result<(), String> {
        self.0.read(bytes, ticks)
    }
}
