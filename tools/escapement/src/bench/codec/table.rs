//! The report for people.

use std::fmt::Write;

use serde_json::Value;

/// Heading, and where the figure stands in the object of a capture.
type Column = (&'static str, &'static str);

const SIZES: [Column; 12] = [
    ("ticks", "/ticks"),
    ("raw", "/raw_bytes_per_tick"),
    ("mbp80", "/mbp80_bytes_per_tick"),
    ("fixed24", "/fixed24_bytes_per_tick"),
    ("zstd pkt", "/fixed24_zstd19_packets_bytes_per_tick"),
    ("zstd file", "/fixed24_zstd19_file_bytes_per_tick"),
    ("stop bit", "/stop_bit_bytes_per_tick"),
    ("ring", "/ring_bytes_per_tick"),
    ("ring+refr", "/ring_bytes_per_tick_with_refreshes"),
    ("link", "/link_bytes_per_tick"),
    ("link+refr", "/link_bytes_per_tick_with_refreshes"),
    ("escapes", "/escapes"),
];

const WITHOUT_STAMPS: [Column; 3] = [
    ("zstd pkt", "/fixed24_zstd19_packets_without_stamps_bytes_per_tick"),
    ("zstd file", "/fixed24_zstd19_file_without_stamps_bytes_per_tick"),
    ("stop bit", "/stop_bit_without_stamps_bytes_per_tick"),
];

const COUNTS_AND_TIMES: [Column; 12] = [
    ("in a row", "/longest_escape_run"),
    ("recentres", "/recentres"),
    ("refreshes", "/refreshes"),
    ("memcpy", "/ring_times/memcpy_ns_per_tick"),
    ("ring enc", "/ring_times/encode_ns_per_tick"),
    ("x memcpy", "/ring_times/encode_to_memcpy"),
    ("ring dec", "/ring_times/decode_ns_per_tick"),
    ("x memcpy", "/ring_times/decode_to_memcpy"),
    ("link enc", "/link_times/encode_ns_per_tick"),
    ("x memcpy", "/link_times/encode_to_memcpy"),
    ("link dec", "/link_times/decode_ns_per_tick"),
    ("x memcpy", "/link_times/decode_to_memcpy"),
];

const HISTORIES: [Column; 8] = [
    ("lines", "/lines"),
    ("ticks", "/ticks"),
    ("ring", "/ring_bytes_per_tick"),
    ("link", "/link_bytes_per_tick"),
    ("escapes", "/escapes"),
    ("in a row", "/longest_escape_run"),
    ("recentres", "/recentres"),
    ("refreshes", "/refreshes"),
];

/// Captures with fewer ticks fill no frame; their figures say nothing.
const TICKS_MIN: u64 = 100;

/// The tables of a report; a column without any figure is left out.
pub(crate) fn text(report: &Value) -> String {
    let mut text = String::new();
    let mut captures = rows(&report["captures"]);
    let all = captures.len();
    captures.retain(|(_, row)| row["ticks"].as_u64().is_some_and(|ticks| ticks >= TICKS_MIN));
    let small = all - captures.len();
    table(&mut text, "bytes per tick, frames filled, headers counted", &captures, &SIZES);
    table(&mut text, "bytes per tick without hardware stamps", &captures, &WITHOUT_STAMPS);
    table(&mut text, "control entries, ns per tick", &captures, &COUNTS_AND_TIMES);
    let histories = rows(&report["histories"]);
    table(&mut text, "histories, bytes per tick", &histories, &HISTORIES);
    if small > 0 {
        let _ = writeln!(
            text,
            "\n{small} captures of fewer than {TICKS_MIN} ticks: figures in the JSON"
        );
    }
    for (name, capture) in captures {
        ages(&mut text, name, &capture["age"]);
    }
    let no_feed = rows(&report["no_feed"]);
    if !no_feed.is_empty() {
        let count = no_feed.len();
        let _ =
            writeln!(text, "\n{count} captures of no feed that the card knows: names in the JSON");
    }
    let _ = writeln!(
        text,
        "\nevery tick of {all} captures and {} histories came back as it was",
        rows(&report["histories"]).len()
    );
    text
}

fn rows(value: &Value) -> Vec<(&str, &Value)> {
    let object = value.as_object().into_iter().flatten();
    object.map(|(name, value)| (name.as_str(), value)).collect()
}

fn table(text: &mut String, title: &str, rows: &[(&str, &Value)], columns: &[Column]) {
    let told = |at: &str| rows.iter().any(|(_, row)| row.pointer(at).is_some_and(|v| !v.is_null()));
    let columns: Vec<&Column> = columns.iter().filter(|(_, at)| told(at)).collect();
    if columns.is_empty() {
        return;
    }
    let width = rows.iter().map(|(name, _)| name.len()).chain([title.len()]).max().unwrap_or(0);
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = write!(text, "{title:width$}");
    for (heading, _) in &columns {
        let _ = write!(text, " {heading:>9}");
    }
    text.push('\n');
    for (name, row) in rows {
        let _ = write!(text, "{name:width$}");
        for (_, at) in &columns {
            let figure = match row.pointer(at) {
                Some(Value::Number(number)) if number.is_f64() => {
                    format!("{:.2}", number.as_f64().unwrap_or(0.0))
                }
                Some(Value::Number(number)) => number.to_string(),
                _ => "-".into(),
            };
            let _ = write!(text, " {figure:>9}");
        }
        text.push('\n');
    }
}

fn ages(text: &mut String, name: &str, ages: &Value) {
    let rates = rows(ages);
    if rates.is_empty() {
        return;
    }
    let title = format!("age of ticks of {name} behind a link, us");
    let _ = writeln!(text, "\n{title:50} {:>11} {:>11} {:>11}", "p50", "p99", "max");
    for (rate, senders) in rates {
        for (sender, age) in rows(senders) {
            let row = format!("{} Mb/s {sender}", rate.trim_end_matches("_mbps"));
            let _ = write!(text, "{row:50}");
            for part in ["p50_us", "p99_us", "max_us"] {
                let _ = write!(text, " {:>11.1}", age[part].as_f64().unwrap_or(0.0));
            }
            text.push('\n');
        }
    }
}
