//! `bench card` on the soft card: what each of its figures counts.

mod support;

use std::ffi::OsStr;

use serde_json::Value;
use support::escapement;

#[test]
fn the_soft_card_is_measured_with_a_reader_and_up_to_the_ring() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("itch.pcap");
    let words = ["capture", "gen", "--feed", "itch", "--messages", "3000", "-o"];
    let made = escapement(words.map(OsStr::new).into_iter().chain([capture.as_os_str()]));
    assert_eq!(made.code, 0, "{}", made.stderr);
    let words = ["bench", "card", "--card", "soft", "--runs", "2"];
    let run = escapement(words.map(OsStr::new).into_iter().chain([capture.as_os_str()]));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON on stdout");
    let number = |at: &str| {
        let place = json.pointer(&format!("/cards/soft{at}"));
        place.and_then(Value::as_u64).unwrap_or_else(|| panic!("{at}: {json}"))
    };
    for at in ["/messages", "/packets", "/lines", "/ticks_written"] {
        assert!(number(at) > 0, "{at}: {json}");
        assert_eq!(number(at), number(&format!("/to_ring{at}")), "both do the same work: {at}");
    }
    assert_eq!(number("/ticks"), number("/ticks_written"), "the reader decodes every tick");
    assert_eq!(number("/to_ring/ticks"), 0, "none is decoded");
    for at in ["", "/to_ring"] {
        let part = json["cards"]["soft"].pointer(at).expect("a part");
        assert_eq!(part["cpu_s_of_runs"].as_array().map(Vec::len), Some(2), "{json}");
        assert!(part["counts"].as_str().is_some_and(|what| what.starts_with("frames to ")));
    }
}
