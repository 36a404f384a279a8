//! Frames at the line's rate through the Verilated card.

mod support;

use serde_json::Value;
use support::{escapement, Run};

fn line_rate(options: &[&str]) -> (Run, Value) {
    let run = escapement([&["bench", "card", "--card", "sim", "--line-rate"], options].concat());
    let json = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
    (run, json)
}

/// Every mix, on one instrument and on all, in both modes: nothing is dropped, and every line is the golden model's.
#[test]
fn both_lines_full_and_nothing_dropped() {
    for mode in ["whole", "early"] {
        let (run, json) = line_rate(&["--messages", "4000", "--mode", mode]);
        assert_eq!(run.code, 0, "{mode}: {}", run.stderr);
        let runs = json["line_rate"].as_array().expect("runs");
        assert_eq!(runs.len(), 12);
        for one in runs {
            let run = &one["run"];
            let number = |at: &str| run.pointer(at).and_then(Value::as_u64).expect("a number");
            assert_eq!(run["check"]["passed"], true, "{one}");
            assert!(number("/messages") >= 4_000 && number("/ticks") >= 4_000, "{one}");
            assert_eq!(number("/copies_in"), 2 * number("/messages"), "both lines: {one}");
        }
    }
}

#[test]
fn usage() {
    let run = escapement(["bench", "card", "--card", "soft", "--line-rate"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no clock"), "{}", run.stderr);
    let run = escapement(["bench", "card", "--line-rate", "--mix", "many"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("delete, add-delete"), "{}", run.stderr);
    let run = escapement(["bench", "card", "--card", "sim"]);
    assert_eq!(run.code, 2);
}
