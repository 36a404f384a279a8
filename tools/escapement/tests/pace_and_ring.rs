//! Entries are the same at any pace and for any ring that loses nothing.

mod support;

use escapement_tool::generator::Feed;
use support::{file, generated, replay, Replay};

/// Everything that a tick says, with its hardware stamp.
fn ticks(found: &Replay) -> &str {
    found.assert_fine();
    assert_eq!(found.number("/output/ticks_dropped"), 0);
    &found.ticks
}

#[test]
fn any_ring_any_pace_any_card() {
    let folder = tempfile::tempdir().unwrap();
    for (feed, seed) in [(Feed::Tops, 11), (Feed::Deep, 12)] {
        let capture = file(&folder, "a.pcap", &generated(feed, seed, 4_000));
        let first = replay(&capture, "soft", &["--check", "--hw-time"]);
        assert!(ticks(&first).lines().count() > 2_000);
        for card in ["soft", "sim"] {
            for options in [
                &["--ring-lines", "1024"][..],
                &["--ring-lines", "1024", "--ring-mode", "broadcast"][..],
                &["--speed", "100x"][..],
                &["--speed", "line"][..],
            ] {
                let found = replay(&capture, card, &[&["--check", "--hw-time"], options].concat());
                assert_eq!(ticks(&found), ticks(&first), "{feed:?} {card} {options:?}");
                assert_eq!(found.number("/entries"), first.number("/entries"));
            }
        }
    }
}

/// Visits stand between the frames of a full line, and long pauses are still waited out.
#[test]
fn a_full_line_with_a_quick_refresh() {
    let folder = tempfile::tempdir().unwrap();
    let capture = file(&folder, "a.pcap", &generated(Feed::Deep, 15, 3_000));
    let options = ["--check", "--hw-time", "--refresh", "10ms", "--mode", "early"];
    let first = replay(&capture, "soft", &options);
    let found = replay(&capture, "sim", &[&options[..], &["--speed", "line"]].concat());
    assert_eq!(ticks(&found), ticks(&first));
    assert_eq!(found.number("/entries"), first.number("/entries"));
    assert!(first.number("/refreshes") > 1_000, "{}", first.number("/refreshes"));
}

#[test]
fn a_paced_replay_takes_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let capture = file(&folder, "a.pcap", &generated(Feed::Tops, 1, 200));
    let found = replay(&capture, "soft", &["--speed", "20x"]);
    // a generated day opens with 1 + 3.5 + 1.2 s of heartbeats
    assert!(found.json["wall_s"].as_f64().unwrap() > 5.0 / 20.0, "{}", found.json["wall_s"]);
}

#[test]
fn several_captures_are_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let whole = generated(Feed::Deep, 13, 3_000);
    let capture = file(&folder, "whole.pcap", &whole);
    let (mut odd, mut even) = (whole[..24].to_vec(), whole[..24].to_vec());
    let (mut at, mut turn) = (24, false);
    while at < whole.len() {
        let end = at + 16 + u32::from_le_bytes(whole[at + 8..at + 12].try_into().unwrap()) as usize;
        (if turn { &mut odd } else { &mut even }).extend(&whole[at..end]);
        (at, turn) = (end, !turn);
    }
    let odd = file(&folder, "odd.pcap", &odd);
    file(&folder, "even.pcap", &even);
    let first = replay(&capture, "soft", &["--check"]);
    let even = folder.path().join("even.pcap");
    let found = replay(&odd, "soft", &["--check", even.to_str().unwrap()]);
    assert_eq!(ticks(&found), ticks(&first));
}

#[test]
fn a_ring_too_small_drops_with_exact_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let capture = file(&folder, "a.pcap", &generated(Feed::Tops, 14, 4_000));
    for card in ["soft", "sim"] {
        let found = replay(&capture, card, &["--check", "--ring-lines", "2"]);
        assert_eq!(found.run.code, 0, "{card}: {}", found.run.stderr);
        assert_eq!(found.json["conserved"], true, "{card}: {}", found.json["ledgers"]);
        let dropped =
            found.number("/output/ticks_dropped") + found.number("/output/control_dropped");
        assert_eq!(found.number("/check/explained_drops"), dropped, "{card}");
        let rows = found.ticks.lines().count() as u64 - 1;
        assert_eq!(
            rows + found.number("/output/ticks_dropped"),
            found.number("/output/ticks_made"),
            "{card}"
        );
    }
}
