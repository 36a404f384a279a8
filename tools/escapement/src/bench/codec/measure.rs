//! One stream through every coding: there and back, compared, counted.

use std::time::Duration;

use escapement_codec::{Clock, Entry};
use serde_json::{json, Map, Value};

use super::coding::{decode, encode_watched, Coding, Packets};
use super::identical::identical;
use super::line::Line;
use super::link::Link;
use super::stream::{ticks_of, Stream};
use super::timing;
use super::yardstick::{whole_file, Fixed, Mbp, StopBit, Zstd};
use crate::progress::Progress;

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// The yardsticks, not only the codec.
    pub(crate) yardsticks: bool,
    /// Those under zstd, which take long.
    pub(crate) zstd: bool,
    /// How long to time encode, decode and copy; none = not at all.
    pub(crate) time: Option<Duration>,
}

/// The forms of the product's codec.
pub(crate) fn codecs(clock: Clock) -> Vec<Box<dyn Coding>> {
    vec![Box::new(Line(clock)), Box::new(Link::new(clock))]
}

/// Figures of a stream, as they stand in the report.
///
/// # Errors
/// Something did not come back as it went in.
pub(crate) fn measure(stream: &Stream, plan: Plan) -> Result<Map<String, Value>, String> {
    let counts = stream.counts();
    let mut figures = Map::new();
    for (name, count) in [
        ("ticks", counts.ticks),
        ("escapes", counts.escapes),
        ("longest_escape_run", counts.longest_escape_run),
        ("recentres", counts.recentres),
        ("refreshes", counts.refreshes),
        ("heartbeats", counts.heartbeats),
        ("other_controls", counts.other),
    ] {
        figures.insert(name.into(), json!(count));
    }
    let names = ["bid", "ask", "trade", "trade_break", "status"];
    let kinds = names.into_iter().zip(counts.kinds);
    let kinds: Map<String, Value> =
        kinds.map(|(name, count)| (name.into(), json!(count))).collect();
    figures.insert("kinds".into(), Value::Object(kinds));
    let per_tick = |bytes: usize| {
        if counts.ticks == 0 {
            Value::Null
        } else {
            json!(bytes as f64 / counts.ticks as f64)
        }
    };
    let plain = stream.without_refreshes();
    for coding in codecs(stream.clock()) {
        let coding = coding.as_ref();
        let name = coding.name();
        let bytes = there_and_back(coding, stream, &plain)?;
        figures.insert(format!("{name}_bytes_per_tick"), per_tick(bytes));
        let bytes = there_and_back(coding, stream, &stream.entries)?;
        figures.insert(format!("{name}_bytes_per_tick_with_refreshes"), per_tick(bytes));
        if let (Some(time), true) = (plan.time, counts.ticks > 0) {
            let times = timing::measure(coding, stream, &plain, time)?;
            figures.insert(format!("{name}_times"), times.json());
        }
    }
    if plan.yardsticks {
        let only_ticks: Vec<Entry> = ticks_of(&plain).into_iter().map(Entry::Tick).collect();
        let tick_sizes = stream.tick_sizes;
        let mut others: Vec<Box<dyn Coding>> = vec![
            Box::new(Mbp),
            Box::new(Fixed { stamps: true }),
            Box::new(StopBit { stamps: true, tick_sizes }),
            Box::new(StopBit { stamps: false, tick_sizes }),
        ];
        if plan.zstd {
            others.push(Box::new(Zstd::new(true)?));
            others.push(Box::new(Zstd::new(false)?));
        }
        for coding in others {
            let bytes = there_and_back(coding.as_ref(), stream, &only_ticks)?;
            figures.insert(format!("{}_bytes_per_tick", coding.name()), per_tick(bytes));
        }
        if plan.zstd {
            for (name, stamps) in
                [("fixed24_zstd19_file", true), ("fixed24_zstd19_file_without_stamps", false)]
            {
                let bytes = whole_file(&only_ticks, stamps)?;
                figures.insert(format!("{name}_bytes_per_tick"), per_tick(bytes));
            }
        }
    }
    figures.insert("identical".into(), json!(true));
    Ok(figures)
}

/// Bytes of all packets, after they were read and every tick was as it had been.
fn there_and_back(
    coding: &dyn Coding,
    stream: &Stream,
    entries: &[Entry],
) -> Result<usize, String> {
    let mut packets = Packets::default();
    let mut progress = Progress::new(coding.name(), "packets", None);
    encode_watched(coding, entries, &mut packets, || progress.long_step())
        .map_err(|error| format!("{}: {error}", coding.name()))?;
    let mut back = Vec::new();
    decode(coding, stream, &packets, &mut back)?;
    identical(&ticks_of(entries), &back, coding.keeps_stamps())
        .map_err(|error| format!("{}: {error}", coding.name()))?;
    Ok(packets.bytes.len())
}
