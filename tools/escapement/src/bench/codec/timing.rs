//! Time of encode and decode on one core, and of a plain copy of the same ticks beside.

use std::hint::black_box;
use std::time::{Duration, Instant};

use escapement_codec::{Entry, Tick};
use serde_json::{json, Value};

use super::coding::{decode, encode, Coding, Packets};
use super::stream::{ticks_of, Stream};

/// Runs of each at least.
const RUNS_MIN: u32 = 3;

/// ns per tick, the fastest of all runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Times {
    pub(crate) encode_ns: f64,
    pub(crate) decode_ns: f64,
    pub(crate) memcpy_ns: f64,
}

impl Times {
    pub(crate) fn json(&self) -> Value {
        json!({
            "encode_ns_per_tick": self.encode_ns,
            "decode_ns_per_tick": self.decode_ns,
            "memcpy_ns_per_tick": self.memcpy_ns,
            "encode_to_memcpy": self.encode_ns / self.memcpy_ns,
            "decode_to_memcpy": self.decode_ns / self.memcpy_ns,
        })
    }
}

/// Measures a coding on entries; each of the three for about `time`.
pub(crate) fn measure(
    coding: &dyn Coding,
    stream: &Stream,
    entries: &[Entry],
    time: Duration,
) -> Result<Times, String> {
    let ticks = ticks_of(entries);
    let mut packets = Packets::default();
    let encode_s = fastest(time, || encode(coding, black_box(entries), black_box(&mut packets)))?;
    let mut back: Vec<Tick> = Vec::with_capacity(ticks.len());
    let decode_s = fastest(time, || {
        decode(coding, black_box(stream), black_box(&packets), black_box(&mut back))
    })?;
    let mut copy = ticks.clone();
    let memcpy_s = fastest(time, || {
        black_box(&mut copy).copy_from_slice(black_box(&ticks));
        Ok(())
    })?;
    let per_tick = |seconds: f64| seconds * 1e9 / ticks.len().max(1) as f64;
    Ok(Times {
        encode_ns: per_tick(encode_s),
        decode_ns: per_tick(decode_s),
        memcpy_ns: per_tick(memcpy_s),
    })
}

/// Seconds of the fastest run.
fn fastest(time: Duration, mut run: impl FnMut() -> Result<(), String>) -> Result<f64, String> {
    let began = Instant::now();
    let (mut runs, mut fastest) = (0, f64::INFINITY);
    while runs < RUNS_MIN || began.elapsed() < time {
        let run_began = Instant::now();
        run()?;
        fastest = fastest.min(run_began.elapsed().as_secs_f64());
        runs += 1;
    }
    Ok(fastest)
}
