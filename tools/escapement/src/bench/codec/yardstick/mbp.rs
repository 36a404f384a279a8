//! The record that market-by-price files of the trade have (Databento's MBP-1): 80 bytes, the best of both sides in each.
//!
//! Little-endian: length in words `u8`, kind `u8`, publisher `u16` (0), slot `u32`, feed time `u64`, price `i64`, size `u32` (low half), kind again as
//! `action` `u8`, side `u8`, flags `u8`, `depth` `u8` (1: there is a price), hardware stamp `u64`, `ts_in_delta` `u32` (message index, high half),
//! sequence `u32` (message index, low half), bid and ask price `i64`, bid and ask size `u32`, bid and ask count `u32` (bid: the size's high half).

use escapement_codec::{Entry, Tick, TickKind};

use super::super::coding::{Coding, Reader, PAYLOAD_MAX};
use super::super::stream::Stream;
use super::{tick, Front};

const BYTES: usize = 80;

/// One record a tick.
pub(crate) struct Mbp;

impl Coding for Mbp {
    fn name(&self) -> &'static str {
        "mbp80"
    }

    fn fill(&self, entries: &[Entry], _sequence: u64, out: &mut Vec<u8>) -> Result<usize, String> {
        let taken = entries.len().min(PAYLOAD_MAX / BYTES);
        for entry in &entries[..taken] {
            write(tick(entry)?, out);
        }
        Ok(taken)
    }

    fn reader<'a>(&'a self, _stream: &'a Stream) -> Box<dyn Reader + 'a> {
        Box::new(MbpReader)
    }
}

fn write(tick: &Tick, out: &mut Vec<u8>) {
    let kind = tick.kind as u8;
    out.extend([(BYTES / 4) as u8, kind, 0, 0]);
    out.extend(u32::from(tick.slot).to_le_bytes());
    out.extend(tick.feed_time.to_le_bytes());
    out.extend(tick.price.unwrap_or(0).to_le_bytes());
    out.extend((tick.size as u32).to_le_bytes());
    out.extend([kind, tick.side, tick.flags, u8::from(tick.price.is_some())]);
    out.extend(tick.hw_time.to_le_bytes());
    out.extend(((tick.msg_index >> 32) as u32).to_le_bytes());
    out.extend((tick.msg_index as u32).to_le_bytes());
    let own = |side| if tick.kind == side { tick.price.unwrap_or(0) } else { 0 };
    out.extend(own(TickKind::Bid).to_le_bytes());
    out.extend(own(TickKind::Ask).to_le_bytes());
    let own = |side| if tick.kind == side { tick.size as u32 } else { 0 };
    out.extend(own(TickKind::Bid).to_le_bytes());
    out.extend(own(TickKind::Ask).to_le_bytes());
    out.extend(((tick.size >> 32) as u32).to_le_bytes());
    out.extend([0; 4]);
}

struct MbpReader;

impl Reader for MbpReader {
    fn packet(&mut self, bytes: &[u8], ticks: &mut Vec<Tick>) -> Result<(), String> {
        let mut front = Front(bytes);
        while !front.0.is_empty() {
            let [_length, kind, ..] = front.take::<4>()?;
            let kind = TickKind::from_number(kind).ok_or("unknown kind")?;
            let slot = front.u32()? as u16;
            let feed_time = front.u64()? as i64;
            let price = front.u64()? as i64;
            let size_low = front.u32()?;
            let [_action, side, flags, depth] = front.take()?;
            let hw_time = front.u64()?;
            let index_high = front.u32()?;
            let msg_index = u64::from(index_high) << 32 | u64::from(front.u32()?);
            front.take::<24>()?;
            let size = u64::from(front.u32()?) << 32 | u64::from(size_low);
            front.take::<4>()?;
            let price = (depth == 1).then_some(price);
            ticks.push(Tick {
                kind,
                slot,
                msg_index,
                feed_time,
                hw_time,
                price,
                code: 0,
                epoch: 0,
                size,
                side,
                flags,
            });
        }
        Ok(())
    }
}
