//! Bad input ends with exit code 2 and one line that says where and what; what was good before it is kept and counted.

mod support;

use std::io::Write;
use std::path::Path;

use escapement_tool::generator::Feed;
use support::{escapement, file, generated, replay};

/// Fails with exit code 2 and exactly one line that holds all of these.
#[track_caller]
fn refused(arguments: &[&str], parts: &[&str]) {
    let run = escapement(arguments);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    for part in parts {
        assert!(run.stderr.contains(part), "{part:?} in {}", run.stderr);
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn not_a_capture() {
    let folder = tempfile::tempdir().unwrap();
    let text = file(&folder, "notes.txt", b"just text");
    for command in [&["replay", "--card", "soft"][..], &["capture", "info"][..]] {
        let arguments = [command, &[path(&text)]].concat();
        refused(&arguments, &[path(&text), "offset 0", "not a capture", "6a 75 73 74"]);
    }
    refused(&["capture", "info", "no/such/file"], &["no/such/file", "cannot read"]);
}

#[test]
fn unknown_link_type() {
    let folder = tempfile::tempdir().unwrap();
    let mut capture = generated(Feed::Tops, 1, 10);
    capture[20] = 113;
    let capture = file(&folder, "cooked.pcap", &capture);
    refused(
        &["replay", path(&capture)],
        &[path(&capture), "offset 20", "unknown link type 113", "expected 1"],
    );
}

#[test]
fn unknown_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let mut capture = generated(Feed::Tops, 1, 10);
    let mut at = 24;
    while at < capture.len() {
        let length = u32::from_le_bytes(capture[at + 8..at + 12].try_into().unwrap()) as usize;
        capture[at + 16 + 14 + 20 + 8 + 2] = 5;
        at += 16 + length;
    }
    let capture = file(&folder, "plus.pcap", &capture);
    refused(
        &["replay", path(&capture), "--card", "soft"],
        &[path(&capture), "offset 24", "unknown protocol 0x8005", "expected IEX-TP version 1"],
    );
    let empty = file(&folder, "empty.pcap", &generated(Feed::Tops, 1, 10)[..24]);
    refused(
        &["replay", path(&empty)],
        &[path(&empty), "offset 24", "no datagram of a known protocol in 0 packets"],
    );
}

#[test]
fn a_foreign_group_is_no_feed() {
    let folder = tempfile::tempdir().unwrap();
    let capture = file(&folder, "a.pcap", &generated(Feed::Tops, 1, 10));
    refused(
        &["replay", path(&capture), "--card", "soft", "--group", "239.1.1.1:5"],
        &["unknown protocol: first datagram is an IEX-TP datagram to 233.215.21.3:10377"],
    );
    let found =
        escapement(["replay", path(&capture), "--card", "soft", "--group", "233.215.21.3:10377"]);
    assert_eq!(found.code, 0, "{}", found.stderr);
}

#[test]
fn a_capture_that_breaks_off_keeps_and_counts_what_was_good() {
    let folder = tempfile::tempdir().unwrap();
    let whole = generated(Feed::Deep, 2, 20_000);
    let good = replay(&file(&folder, "whole.pcap", &whole), "soft", &["--check"]);
    good.assert_fine();

    let mut absurd = whole.clone();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&whole).unwrap();
    let gzip = gzip.finish().unwrap();
    // the first record header behind the middle
    let mut at = 24;
    while at < whole.len() / 2 {
        at += 16 + u32::from_le_bytes(whole[at + 8..at + 12].try_into().unwrap()) as usize;
    }
    absurd[at + 10] = 0xff;
    let cases = [
        (
            "header.pcap",
            whole[..at + 7].to_vec(),
            format!("offset {at}: file ends inside a pcap record header"),
        ),
        ("absurd.pcap", absurd, format!("offset {}: absurd captured length", at + 8)),
        ("broken.pcap.gz", gzip[..gzip.len() / 2].to_vec(), "broken gzip stream".to_string()),
    ];
    for (name, bytes, problem) in cases {
        let capture = file(&folder, name, &bytes);
        let broken = replay(&capture, "soft", &["--check"]);
        assert_eq!(broken.run.code, 2, "{name}: {}", broken.run.stderr);
        assert!(broken.run.stderr.contains(&problem), "{name}: {}", broken.run.stderr);
        assert!(broken.run.stderr.contains(path(&capture)), "{name}: {}", broken.run.stderr);
        let rows = broken.ticks.lines().count();
        assert!(rows > 1_000 && rows < good.ticks.lines().count(), "{name}: {rows} rows");
        assert!(
            good.ticks.starts_with(&broken.ticks),
            "{name}: the rows before the break are the same"
        );
        assert_eq!(broken.json["conserved"], true, "{name}");
        assert_eq!(broken.json["check"]["passed"], true, "{name}");
        assert!(broken.json["capture_error"].as_str().unwrap().contains(&problem), "{name}");
    }
}

#[test]
fn a_cut_last_packet_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let whole = generated(Feed::Tops, 3, 1_000);
    let cut = file(&folder, "cut.pcap", &whole[..whole.len() - 5]);
    let found = replay(&cut, "soft", &["--check"]);
    found.assert_fine();
    assert!(found.run.stderr.contains("warning: 1 packet(s) cut"), "{}", found.run.stderr);
    assert_eq!((found.number("/cut_packets"), found.number("/frames/cut_datagram")), (1, 1));
}

#[test]
fn instrument_files_are_refused_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let capture = file(&folder, "a.pcap", &generated(Feed::Tops, 1, 100));
    let row = |symbol: &str, tick: &str| {
        format!("[[instrument]]\nvenue = \"IEXG\"\nsymbol = \"{symbol}\"\ntick = {tick}\n")
    };
    let cases = [
        (
            "twice",
            row("ZAAA", "0.01") + &row("ZAAA", "0.01"),
            "line 7",
            "duplicate instrument (IEXG, ZAAA)",
        ),
        ("zero", row("ZAAA", "0"), "line 4", "tick size is 0"),
        ("long", row("ABCDEFGHI", "1"), "line 3", "has 9 bytes"),
        ("venue", row("ZAAA", "1").replace("IEXG", "XNAS"), "line 2", "unknown venue \"XNAS\""),
        ("toml", "[[instrument]".into(), "line 1", "offset"),
    ];
    for (name, text, line, problem) in cases {
        let list = file(&folder, name, text.as_bytes());
        refused(
            &["replay", path(&capture), "--card", "soft", "--instruments", path(&list)],
            &[path(&list), line, problem],
        );
    }
    let list = file(&folder, "good.toml", (row("ZAAB", "0.01") + "centre = 50\n").as_bytes());
    let found = replay(&capture, "soft", &["--check", "--instruments", path(&list)]);
    found.assert_fine();
    assert_eq!(found.json["instruments"][0]["symbol"], "ZAAB");
    assert!(found
        .ticks
        .lines()
        .skip(1)
        .all(|row| row.contains(",IEXG,ZAAB,") || row.contains(",IEXG,,status,")));
}

#[test]
fn usage_errors_have_exit_code_2() {
    for arguments in [
        &["replay"][..],
        &["replay", "x.pcap", "--tick", "0"][..],
        &["replay", "x.pcap", "--ring-lines", "100"][..],
        &["replay", "x.pcap", "--card", "none"][..],
        &["replay", "x.pcap", "--speed", "0x"][..],
        &["capture", "gen", "--feed", "tops", "--packets", "1", "--messages", "1", "-o", "x"][..],
    ] {
        assert_eq!(escapement(arguments).code, 2, "{arguments:?}");
    }
}
