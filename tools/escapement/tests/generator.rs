//! Generated captures: the same seed gives the same bytes, existing files are kept, the feed is as real ones are.

mod support;

use std::process::{Command, Output};

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
fn a_dash_is_stdout_but_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let run = |program: &str, arguments: &[&str]| -> Output {
        Command::new(program).args(arguments).current_dir(folder.path()).output().unwrap()
    };
    let command = env!("CARGO_BIN_EXE_escapement");
    let gen = ["capture", "gen", "--feed", "tops", "--messages", "500"];
    let itch = ["capture", "gen", "--feed", "itch", "--messages", "500"];
    let mutate = ["capture", "mutate", "--loss", "10%", "gen.pcap"];
    for (name, words) in [("gen.pcap", &gen[..]), ("itch.pcap", &itch), ("mutated.pcap", &mutate)] {
        let to_file = run(command, &[words, &["-o", name]].concat());
        let to_stdout = run(command, &[words, &["-o", "-"]].concat());
        assert!(to_file.status.success() && to_stdout.status.success(), "{to_stdout:?}");
        assert!(std::fs::read(folder.path().join(name)).unwrap() == to_stdout.stdout, "{name}");
        // what was made is told there where the capture is not
        let text = String::from_utf8(to_stdout.stderr).unwrap();
        assert_eq!(text.replace("stdout", name).as_bytes(), to_file.stdout);
        assert_eq!(to_file.stderr, b"");
    }
    assert!(!folder.path().join("-").exists());
    let twice = run(command, &[&itch[..], &["-o", "-", "--line-b", "-"]].concat());
    assert_eq!((twice.status.code(), twice.stdout.len()), (Some(2), 0));
    // `script` gives the command a terminal
    let words = format!("{command} {} -o -", gen.join(" "));
    let terminal = run("script", &["--quiet", "--return", "--command", &words, "/dev/null"]);
    let text = String::from_utf8_lossy(&terminal.stdout);
    assert_eq!(terminal.status.code(), Some(2), "{text}");
    assert!(text.contains("stdout: a terminal, expected a file or a pipe"), "{text}");
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
