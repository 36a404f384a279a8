//! Generated captures: the same seed gives the same bytes, existing files are kept, the feed is as real ones are.

mod support;

use escapement_tool::generator::Feed;
use support::{escapement, file, generated, replay};

#[test]
fn equal_seeds_give_equal_bytes_and_others_do_not() {
    for feed in [Feed::Tops, Feed::Deep] {
        assert_eq!(generated(feed, 5, 3_000), generated(feed, 5, 3_000));
        assert_ne!(generated(feed, 5, 3_000), generated(feed, 6, 3_000));
    }
}

#[test]
fn files_are_not_overwritten_without_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.pcap.gz");
    let make = |more: &[&str]| {
        let fixed =
            ["capture", "gen", "--feed", "deep", "--packets", "200", "-o", path.to_str().unwrap()];
        escapement(fixed.iter().chain(more))
    };
    assert_eq!(make(&[]).code, 0);
    let first = std::fs::read(&path).unwrap();
    assert_eq!(first[..2], [0x1f, 0x8b], "gzip by extension");
    let refused = make(&["--seed", "9"]);
    assert_eq!((refused.code, std::fs::read(&path).unwrap() == first), (2, true));
    assert!(refused.stderr.contains("-f overwrites"), "{}", refused.stderr);
    assert_eq!(make(&["--seed", "9", "-f"]).code, 0);
    assert_ne!(std::fs::read(&path).unwrap(), first);
}

#[test]
fn generated_feeds_show_what_real_ones_show() {
    let folder = tempfile::tempdir().unwrap();
    for (feed, types) in [(Feed::Tops, "SDHIOPQTXBA"), (Feed::Deep, "SDHIOPE85TXBA")] {
        let capture = file(&folder, "a.pcap", &generated(feed, 4, 60_000));
        let found = replay(&capture, "soft", &["--check"]);
        found.assert_fine();
        for kind in types.chars() {
            assert!(found.number(&format!("/messages/{kind}")) > 0, "{feed:?} has {kind}");
        }
        for event in [
            "ip_checksum_bad",
            "udp_checksum_bad",
            "malformed_block",
            "trailing_bytes",
            "gaps",
            "restarts",
        ] {
            assert_eq!(found.number(&format!("/events/{event}")), 0, "{feed:?} {event}");
        }
        for some in ["/events/heartbeats", "/escapes", "/recentres"] {
            assert!(found.number(some) > 0, "{feed:?} {some}");
        }
        assert_eq!(found.number("/frames/ok"), found.number("/packets"));
        if feed == Feed::Deep {
            assert!(found.number("/dispositions/event_open") > 0);
        }
    }
}
