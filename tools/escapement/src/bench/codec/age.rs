//! How old ticks are at the far end of a link, by its rate: a queue that the ticks' hardware stamps fill and the link empties.
//!
//! A datagram leaves as soon as the link is free and holds what is there by then, at most 1,400 bytes; a lone tick leaves at once. Of the raw
//! feed each frame of line A is sent on as it came. A tick's age is the time from its stamp to the last bit of its datagram, which
//! costs what it does on Ethernet, preamble and gap included. The queue has no end: nothing is dropped.

use escapement_codec::Entry;
use serde_json::{json, Value};

use super::coding::{Coding, DATAGRAM_OVERHEAD, PAYLOAD_MAX};

/// Rates, Mb/s.
pub(crate) const RATES: [u64; 3] = [10, 30, 100];
/// Preamble, FCS and gap of a captured frame.
const FRAME_OVERHEAD: usize = 24;
/// Smallest Ethernet frame with its FCS, and preamble and gap.
const ON_WIRE_MIN: usize = 64 + 20;

/// A frame of the feed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawFrame {
    pub(crate) stamp_ns: u64,
    /// Without FCS.
    pub(crate) bytes: usize,
    pub(crate) line_b: bool,
}

/// Ages of all ticks, ns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ages(Vec<u64>);

impl Ages {
    fn new(mut ages: Vec<u64>) -> Self {
        ages.sort_unstable();
        Self(ages)
    }

    /// The age that this part of the ticks does not exceed.
    pub(crate) fn at(&self, part: f64) -> u64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((part * last as f64).round() as usize).copied().unwrap_or(0)
    }

    pub(crate) fn json(&self) -> Value {
        let us = |part| self.at(part) as f64 / 1e3;
        json!({"p50_us": us(0.5), "p99_us": us(0.99), "max_us": us(1.0)})
    }
}

/// ns that so many bytes take.
fn wire_ns(bytes: usize, mbps: u64) -> u64 {
    (bytes.max(ON_WIRE_MIN) as u64 * 8_000).div_ceil(mbps)
}

/// Ages behind a coding.
pub(crate) fn coded(coding: &dyn Coding, entries: &[Entry], mbps: u64) -> Result<Ages, String> {
    let (mut free, mut at, mut packets) = (0u64, 0, 0);
    let mut ages = Vec::new();
    let mut datagram = Vec::new();
    // entries leave in the order of the stream
    let mut there = 0;
    while at < entries.len() {
        free = free.max(entries[at].hw_time());
        while there < entries.len() && entries[there].hw_time() <= free {
            there += 1;
        }
        let begin = at;
        datagram.clear();
        for _ in 0..coding.packets_a_datagram() {
            if at >= there {
                break;
            }
            at += coding.fill(&entries[at..there], packets, &mut datagram)?;
            packets += 1;
        }
        debug_assert!(datagram.len() <= PAYLOAD_MAX);
        free += wire_ns(datagram.len() + DATAGRAM_OVERHEAD, mbps);
        let ticks = entries[begin..at].iter().filter(|entry| matches!(entry, Entry::Tick(_)));
        ages.extend(ticks.map(|tick| free - tick.hw_time()));
    }
    Ok(Ages::new(ages))
}

/// Ages behind the feed as it is. Ticks are those of the frame that has their stamp.
pub(crate) fn raw(frames: &[RawFrame], entries: &[Entry], mbps: u64) -> Ages {
    let mut arrivals: Vec<(u64, u64)> = Vec::new();
    let mut free = 0u64;
    for frame in frames.iter().filter(|frame| !frame.line_b) {
        free = free.max(frame.stamp_ns) + wire_ns(frame.bytes + FRAME_OVERHEAD, mbps);
        arrivals.push((frame.stamp_ns, free));
    }
    arrivals.sort_unstable();
    let mut ages = Vec::new();
    for entry in entries {
        let Entry::Tick(tick) = entry else { continue };
        let place = arrivals.partition_point(|(stamp, _)| *stamp < tick.hw_time);
        if let Some((stamp, arrival)) = arrivals.get(place) {
            if *stamp == tick.hw_time {
                ages.push(arrival - stamp);
            }
        }
    }
    Ages::new(ages)
}

#[cfg(test)]
mod tests {
    use super::super::yardstick::Mbp;
    use super::*;
    use escapement_codec::{Tick, TickKind};

    fn tick(hw_time: u64) -> Entry {
        Entry::Tick(Tick {
            kind: TickKind::Trade,
            slot: 0,
            msg_index: 0,
            feed_time: 0,
            hw_time,
            price: Some(1),
            code: 0,
            epoch: 0,
            size: 1,
            side: 0,
            flags: 0,
        })
    }

    #[test]
    fn a_lone_tick_leaves_at_once_and_a_burst_gathers() {
        // 80 + 66 bytes at 10 Mb/s
        let lone = 146 * 800;
        let ages = coded(&Mbp, &[tick(1_000)], 10).unwrap();
        assert_eq!((ages.at(0.0), ages.at(1.0)), (lone, lone));
        // of three at once the first is not sent alone: all are there; one that comes meanwhile waits
        let ages = coded(&Mbp, &[tick(0), tick(0), tick(10)], 10).unwrap();
        let two = (160 + 66) * 800;
        assert_eq!(ages, Ages::new(vec![two, two, two + lone - 10]));
        // what is over before the next comes leaves no queue
        let ages = coded(&Mbp, &[tick(0), tick(lone)], 10).unwrap();
        assert_eq!(ages, Ages::new(vec![lone, lone]));
    }

    #[test]
    fn raw_frames_wait_for_those_before() {
        let frame = |stamp_ns, bytes| RawFrame { stamp_ns, bytes, line_b: false };
        let frames = [frame(0, 976), frame(100, 476), frame(100_000_000, 20)];
        let ages = raw(&frames, &[tick(0), tick(100), tick(100), tick(100_000_000)], 10);
        let (first, second) = (1_000 * 800, 500 * 800);
        let behind = first + second - 100;
        assert_eq!(ages, Ages::new(vec![first, behind, behind, 84 * 800]));
    }
}
