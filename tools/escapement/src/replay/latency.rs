//! Latency in core cycles, as reports show it.

use std::fmt::Write;

use escapement_card::{CycleHistogram, LatencyReport};
use serde_json::{json, Map, Value};

/// Widest bar of a histogram.
const BAR_WIDTH: u64 = 48;
/// Cycles that reports tell one by one.
const EXACT_CYCLES: u64 = 128;
/// Most rows of a histogram.
const ROWS_MAX: usize = 24;

/// One mode's latencies and over how many frames they were taken.
pub(crate) struct ModeLatency {
    pub(crate) report: LatencyReport,
    pub(crate) frames: u64,
}

/// Percentiles of all ticks.
pub(crate) fn all_json(mode: Option<&ModeLatency>) -> Value {
    mode.map_or(Value::Null, |mode| {
        let all = &mode.report.all;
        json!({
            "p50": all.quantile(0.5), "p99": all.quantile(0.99), "p999": all.quantile(0.999), "max": all.max(),
            "samples": all.count(),
        })
    })
}

/// Percentiles of the ticks that found the pipe empty.
pub(crate) fn unloaded_json(mode: Option<&ModeLatency>) -> Value {
    mode.map_or(Value::Null, |mode| {
        let unloaded = &mode.report.unloaded;
        json!({
            "p50": unloaded.quantile(0.5), "p99": unloaded.quantile(0.99), "max": unloaded.max(),
            "samples": unloaded.count(),
        })
    })
}

/// Percentiles and histograms by message type: `{"A": {"early": {"all", "unloaded"}, "whole": ...}, ...}`; null without
/// a clock. A histogram is rows of first and last cycle and ticks.
pub(crate) fn by_type_json(early: Option<&ModeLatency>, whole: Option<&ModeLatency>) -> Value {
    let mut types = Map::new();
    for (name, mode) in [("early", early), ("whole", whole)] {
        for one in mode.iter().flat_map(|mode| &mode.report.by_type) {
            let percentiles = |histogram: &CycleHistogram| {
                json!({
                    "p50": histogram.quantile(0.5), "p99": histogram.quantile(0.99),
                    "p999": histogram.quantile(0.999), "max": histogram.max(), "samples": histogram.count(),
                    "histogram": rows(histogram),
                })
            };
            let letter = char::from(one.type_byte).escape_default().to_string();
            let entry = types.entry(letter).or_insert_with(|| json!({}));
            entry[name] =
                json!({"all": percentiles(&one.all), "unloaded": percentiles(&one.unloaded)});
        }
    }
    match (early, whole) {
        (None, None) => Value::Null,
        _ => Value::Object(types),
    }
}

/// Single cycles up to [`EXACT_CYCLES`], then ranges that double: first and last cycle, ticks.
fn rows(histogram: &CycleHistogram) -> Vec<(u64, u64, u64)> {
    let mut rows: Vec<(u64, u64, u64)> = Vec::new();
    for (cycles, count) in histogram.iter() {
        let (first, last) = match cycles {
            0..EXACT_CYCLES => (cycles, cycles),
            _ => (1 << cycles.ilog2(), (2 << cycles.ilog2()) - 1),
        };
        match rows.last_mut() {
            Some(row) if row.0 == first => row.2 += count,
            _ => rows.push((first, last, count)),
        }
    }
    rows
}

/// Latencies by message type in columns: early beside whole, unloaded beside all ticks.
pub(crate) fn by_type_table(early: Option<&ModeLatency>, whole: Option<&ModeLatency>) -> String {
    let cell = |histogram: Option<&CycleHistogram>| match histogram {
        Some(histogram) if histogram.count() > 0 => {
            let number = |cycles: Option<u64>| cycles.unwrap_or_default();
            format!(
                "{}/{}/{} ({})",
                number(histogram.quantile(0.5)),
                number(histogram.quantile(0.99)),
                number(histogram.max()),
                histogram.count()
            )
        }
        _ => "-".into(),
    };
    let modes = [early, whole].map(|mode| mode.map_or(&[][..], |mode| &mode.report.by_type));
    let mut types: Vec<u8> =
        modes.iter().flat_map(|types| types.iter()).map(|t| t.type_byte).collect();
    types.sort_unstable();
    types.dedup();
    let mut text = String::new();
    if types.is_empty() {
        return text;
    }
    let _ = writeln!(
        text,
        "    {:<5}{:<24}{:<24}{:<24}all, whole",
        "type", "unloaded, early", "unloaded, whole", "all, early"
    );
    for type_byte in types {
        let of = |mode: usize| modes[mode].iter().find(|one| one.type_byte == type_byte);
        let unloaded = |mode: usize| cell(of(mode).map(|one| &one.unloaded));
        let all = |mode: usize| cell(of(mode).map(|one| &one.all));
        let letter = char::from(type_byte).escape_default().to_string();
        let _ = writeln!(
            text,
            "    {letter:<5}{:<24}{:<24}{:<24}{}",
            unloaded(0),
            unloaded(1),
            all(0),
            all(1)
        );
    }
    text
}

/// A histogram in bars, at most [`ROWS_MAX`] rows; what is longer stands in the last one.
pub(crate) fn bars(histogram: &CycleHistogram) -> String {
    let mut text = String::new();
    let (Some(first), Some(last), Some(most_of_all)) =
        (histogram.iter().next(), histogram.max(), histogram.quantile(0.999))
    else {
        return text;
    };
    let width = (most_of_all - first.0 + 1).div_ceil(ROWS_MAX as u64 - 1).max(1);
    let mut rows: Vec<(u64, u64)> = Vec::new();
    for (cycles, count) in histogram.iter() {
        let row = (((cycles - first.0) / width) as usize).min(ROWS_MAX - 1);
        if rows.len() <= row {
            rows.extend((rows.len()..=row).map(|row| (first.0 + row as u64 * width, 0)));
        }
        rows[row].1 += count;
    }
    let highest = rows.iter().map(|row| row.1).max().unwrap_or(1);
    for (row, &(from, count)) in rows.iter().enumerate() {
        let to = if row + 1 == ROWS_MAX { last } else { (from + width - 1).min(last) };
        let range = if to == from { from.to_string() } else { format!("{from}-{to}") };
        let length = (count * BAR_WIDTH).div_ceil(highest) as usize;
        let _ = writeln!(text, "    {range:>11} {:<48} {count}", "#".repeat(length));
    }
    text
}

#[cfg(test)]
mod tests {
    use escapement_card::TypeLatency;

    use super::*;

    #[test]
    fn rows_hold_every_sample_in_order() {
        let mut buckets = vec![0; 60_000];
        (buckets[18], buckets[127], buckets[128], buckets[255], buckets[59_999]) = (9, 1, 2, 3, 4);
        let rows = rows(&CycleHistogram::from_buckets(buckets));
        let expected = [(18, 18, 9), (127, 127, 1), (128, 255, 5), (32_768, 65_535, 4)];
        assert_eq!(rows, expected);
    }

    #[test]
    fn types_stand_beside_each_other() {
        let report = |cycles: usize| {
            let mut buckets = vec![0; 64];
            buckets[cycles] = 3;
            let histogram = CycleHistogram::from_buckets(buckets);
            let by_type = vec![TypeLatency {
                type_byte: b'U',
                all: histogram.clone(),
                unloaded: histogram.clone(),
            }];
            ModeLatency {
                report: LatencyReport { all: histogram.clone(), unloaded: histogram, by_type },
                frames: 1,
            }
        };
        let text = by_type_table(Some(&report(20)), Some(&report(23)));
        let row = text.lines().nth(1).unwrap();
        let cells: Vec<&str> = row.split_whitespace().collect();
        let (early, whole) = ("20/20/20", "23/23/23");
        assert_eq!(cells, ["U", early, "(3)", whole, "(3)", early, "(3)", whole, "(3)"]);
        assert!(by_type_table(None, None).is_empty());
    }

    #[test]
    fn bars_hold_every_sample() {
        let mut buckets = vec![0; 60_000];
        (buckets[18], buckets[19], buckets[59_999]) = (10_000, 5_000, 1);
        let text = bars(&CycleHistogram::from_buckets(buckets));
        let counts: u64 = text
            .lines()
            .map(|line| line.split(' ').next_back().unwrap().parse::<u64>().unwrap())
            .sum();
        assert_eq!(counts, 15_001);
        assert!(text.lines().count() <= ROWS_MAX);
        assert!(bars(&CycleHistogram::from_buckets(Vec::new())).is_empty());
    }
}
