//! `bench codec`: its figures on a generated capture and on the real data, and what it says of bad input.

mod support;

use std::ffi::OsStr;
use std::path::Path;

use serde_json::Value;
use support::{data, escapement, file, generated, Run};

fn bench(folder: &Path, options: &[&str]) -> (Run, Value) {
    let mut arguments: Vec<&OsStr> = ["bench", "codec", "--json", "-", "--time", "1ms", "--data"]
        .into_iter()
        .map(OsStr::new)
        .collect();
    arguments.push(folder.as_os_str());
    arguments.extend(options.iter().map(OsStr::new));
    let run = escapement(arguments);
    let json = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
    (run, json)
}

fn number(json: &Value, at: &str) -> f64 {
    json.pointer(at).and_then(Value::as_f64).unwrap_or_else(|| panic!("{at} in {json}"))
}

#[test]
fn a_generated_capture_is_measured_against_every_yardstick() {
    let folder = tempfile::tempdir().unwrap();
    let capture = generated(escapement_tool::generator::Feed::Tops, 7, 4_000);
    file(&folder, "made_burst.pcap", &capture);
    let (run, json) = bench(folder.path(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let made = &json["captures"]["made_burst"];
    let ticks = number(made, "/ticks");
    assert!(ticks > 1_000.0);
    let bytes = number(made, "/ring_bytes_per_tick") * ticks;
    assert!((bytes / 64.0 - (bytes / 64.0).round()).abs() < 1e-6, "whole lines: {bytes}");
    assert!(bytes / ticks > 64.0 / 40.0 && bytes / ticks < 64.0);
    assert!(
        number(made, "/ring_bytes_per_tick_with_refreshes") >= number(made, "/ring_bytes_per_tick")
    );
    assert_eq!(number(made, "/mbp80_bytes_per_tick"), 80.0);
    let fixed = number(made, "/fixed24_bytes_per_tick");
    assert!((24.0..49.0).contains(&fixed), "{fixed}");
    let packed = number(made, "/fixed24_zstd19_packets_bytes_per_tick");
    let whole = number(made, "/fixed24_zstd19_file_bytes_per_tick");
    assert!(whole < packed && packed < fixed, "{whole} {packed} {fixed}");
    let stamps = number(made, "/stop_bit_bytes_per_tick");
    assert!(number(made, "/stop_bit_without_stamps_bytes_per_tick") <= stamps && stamps < fixed);
    assert!(number(made, "/escapes") > 0.0 && number(made, "/recentres") > 0.0);
    for at in ["encode_ns_per_tick", "decode_ns_per_tick", "memcpy_ns_per_tick"] {
        assert!(number(made, &format!("/ring_times/{at}")) > 0.0);
    }
    for sender in ["raw", "ring"] {
        let age = |rate: &str| number(made, &format!("/age/{rate}_mbps/{sender}/max_us"));
        assert!(age("10") > age("30") && age("30") > age("100"), "{sender}");
        let part = |part: &str| number(made, &format!("/age/10_mbps/{sender}/{part}"));
        assert!(part("p50_us") <= part("p99_us") && part("p99_us") <= part("max_us"));
    }
}

#[test]
fn bad_input_is_named_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let (run, _) = bench(folder.path(), &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no capture and no history"), "{}", run.stderr);
    let (run, _) = bench(&folder.path().join("absent"), &[]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    let text = "time_utc,open,high,low,close\nx,1.2,1.3,1.1,1.2\nx,1.2,1.3,oops,1.2\n";
    file(&folder, "x_5min_ohlc.csv", text.as_bytes());
    let (run, _) = bench(folder.path(), &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("x_5min_ohlc.csv: line 3: low is \"oops\""), "{}", run.stderr);
    // an output that is an input
    let walk = folder.path().join("x_5min_ohlc.csv");
    let words = [OsStr::new("bench"), OsStr::new("codec"), OsStr::new("--data")];
    let more = [folder.path().as_os_str(), OsStr::new("--json"), walk.as_os_str()];
    let run = escapement(words.into_iter().chain(more));
    assert_eq!((run.code, std::fs::read_to_string(&walk).unwrap()), (2, text.to_string()));
    let cut = &generated(escapement_tool::generator::Feed::Tops, 1, 50)[..2_000];
    let cut_folder = tempfile::tempdir().unwrap();
    file(&cut_folder, "cut.pcap.gz", cut);
    file(&cut_folder, "odd.bin", b"");
    let (run, json) = bench(cut_folder.path(), &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(json["not_read"][0], "odd.bin");
    assert!(run.stderr.contains("odd.bin: neither a capture nor a history"), "{}", run.stderr);
    assert!(number(&json, "/captures/cut/ticks") > 0.0);
}

/// Ticks that the folder's own description counts, and bytes of raw payload per tick measured by others.
const KNOWN: [(&str, u64, f64); 3] = [
    ("aig_20131008_as_tops", 152_121, 109.0),
    ("esh4_as_itch", 35_553, 76.0),
    ("lobster_aapl_as_itch", 652, 73.0),
];

#[test]
fn every_capture_and_history_comes_back_as_it_was() {
    let Some(folder) = data() else { return };
    let (run, json) = bench(&folder, &["--no-zstd"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for (name, ticks, raw) in KNOWN {
        let capture = &json["captures"][name];
        assert_eq!(capture["ticks"], ticks, "{name}");
        assert!((number(capture, "/raw_bytes_per_tick") - raw).abs() < 1.0, "{name}");
    }
    assert_eq!(json["captures"]["esh4_as_itch"]["tick_sizes"]["ESH4"], 2_500);
    let all = |list: &str| json[list].as_object().expect("an object").clone();
    let (captures, histories) = (all("captures"), all("histories"));
    assert!(captures.len() >= 12 && histories.len() >= 18);
    for (name, one) in captures.iter().chain(&histories) {
        assert_eq!(one["identical"], true, "{name}");
    }
    // the folder's description counts line ends; the last line has none
    let lines = |name: &str| histories[name]["lines"].as_u64();
    assert_eq!(lines("us_aig_20131008_quote_tick"), Some(1_118_139 + 1));
    assert_eq!(lines("us_spy_20131008_trade_tick"), Some(451_544 + 1));
    assert_eq!(lines("comex_gc_20131007_trade_tick"), Some(40_192));
    assert_eq!(lines("fxcm_eurusd_20140508_quote_tick"), Some(167_465 + 1));
    assert_eq!(lines("cme_esh4_20231225_mbo"), Some(68_792));
    let trades = |name: &str| histories[name]["kinds"]["trade"].as_u64();
    // executions and hidden executions; records of action T; all rows
    assert_eq!(trades("lobster_aapl_20120621_message_10_first998"), Some(98 + 61));
    assert_eq!(trades("cme_esh4_20231225_mbo"), Some(2_973));
    assert_eq!(trades("comex_gc_20131007_trade_tick"), Some(40_192));
    for jump in ["snb_eurchf_20150115_5min_ohlc", "aapl_split_20140609_minute_trade"] {
        let history = &histories[jump];
        assert!(number(history, "/recentres") > 0.0, "{jump}");
        // the code is in use again within 10 ticks
        assert!(number(history, "/longest_escape_run") <= 10.0, "{jump}");
        assert!(number(history, "/escapes") <= 3.0 * number(history, "/recentres"), "{jump}");
    }
    assert_eq!(json["not_read"], Value::Array(Vec::new()));
}

#[test]
fn compressed_records_are_what_others_measured() {
    let Some(folder) = data() else { return };
    let (run, json) = bench(&folder, &["--only", "lobster_aapl_as_itch"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let capture = &json["captures"]["lobster_aapl_as_itch"];
    // measured before, with a record of one time: in packets 7.99, whole 7.64
    for (at, known) in [
        ("/fixed24_zstd19_packets_without_stamps_bytes_per_tick", 7.99),
        ("/fixed24_zstd19_file_without_stamps_bytes_per_tick", 7.64),
    ] {
        let found = number(capture, at);
        assert!((found / known - 1.0).abs() < 0.03, "{at}: {found}, known {known}");
    }
}
