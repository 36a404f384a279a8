//! Every card's ticks equal the reference ticks of the real and the hand-made captures, row by row.

mod support;

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use support::{data, replay};

/// Capture, delivered messages, restarts.
const CASES: [(&str, u64, u64); 5] = [
    ("derived/synthetic_iex_tops_cases.pcapng.gz", 16, 1),
    ("derived/synthetic_iex_deep_cases.pcapng.gz", 22, 1),
    ("iex_tops16_20180127.pcapng.gz", 99_871, 0),
    ("iex_deep10_20170425.pcap.gz", 391_999, 11),
    ("derived/aig_20131008_as_tops.pcap.gz", 300_028, 0),
];

fn reference(folder: &Path, base: &str) -> String {
    let path = folder.join("derived").join(format!("{base}.ticks.csv.gz"));
    let file =
        std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip of text");
    text
}

fn compare(card: &str, options: &[&str]) {
    let Some(folder) = data() else { return };
    for (name, delivered, restarts) in CASES {
        let base =
            Path::new(name).file_name().unwrap().to_str().unwrap().split('.').next().unwrap();
        let found = replay(&folder.join(name), card, &[&["--check"], options].concat());
        found.assert_fine();
        let messages: u64 =
            found.json["messages"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        // early mode releases the whole messages of the datagram that the capture cuts; no reference tells them
        let early = options.contains(&"early");
        let cut = if base.starts_with("iex_deep10") { 11 } else { 0 };
        let released = if early { cut } else { 0 };
        let seen = (messages, found.number("/events/restarts"));
        assert_eq!(seen, (delivered + released, restarts), "{name}");
        let symbols: HashSet<&str> = found.json["instruments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["symbol"].as_str().unwrap())
            .collect();
        let wanted = reference(&folder, base);
        let mut wanted = wanted.lines().enumerate().filter(|(line, row)| {
            let symbol = row.split(',').nth(4).unwrap();
            *line == 0 || symbol.is_empty() || symbols.contains(symbol)
        });
        let mut rows = found.ticks.lines().filter(|row| {
            row.split(',').next().unwrap().parse::<u64>().is_ok_and(|index| index < delivered)
                || row.starts_with("msg_index")
        });
        let mut compared = 0;
        loop {
            let (row, reference) = (rows.next(), wanted.next());
            assert_eq!(row, reference.map(|(_, row)| row), "{name} on {card}, row {compared}");
            if row.is_none() {
                break;
            }
            compared += 1;
        }
        assert!(compared > 10, "{name}: only {compared} rows");
        assert_eq!(found.number("/unknown_centres"), 0, "{name}");
        if base.starts_with("iex_deep10") {
            assert_eq!(
                (found.number("/cut_packets"), found.number("/events/voided_messages")),
                (1, cut - released)
            );
        }
    }
}

#[test]
fn soft_card_whole() {
    compare("soft", &[]);
}

#[test]
fn soft_card_early() {
    compare("soft", &["--mode", "early"]);
}

#[test]
fn verilated_card_whole() {
    compare("sim", &[]);
}
