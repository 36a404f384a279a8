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
    let empty = file(&folder, "empty.pcap", b"");
    refused(&["replay", path(&empty)], &[path(&empty), "offset 0", "empty file"]);
    let two = file(&folder, "two.pcap", &[0x4d, 0x3c]);
    refused(&["replay", path(&two)], &[path(&two), "offset 0", "not a capture", "4d 3c"]);
    let packed = file(&folder, "p.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\0");
    refused(&["replay", path(&packed)], &[path(&packed), "offset 0", "broken gzip stream"]);
    let packed = file(&folder, "p.zst", &[0x28, 0xb5, 0x2f, 0xfd, 0xff, 1, 2, 3]);
    refused(&["replay", path(&packed)], &[path(&packed), "offset 0", "broken zstd stream"]);
    refused(&["replay", path(folder.path())], &[path(folder.path()), "a folder"]);
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    refused(&["replay", path(&pipe)], &[path(&pipe), "a pipe or device, expected a file"]);
    let good = file(&folder, "good.pcap", &generated(Feed::Tops, 1, 10));
    refused(&["replay", path(&good), path(&text)], &[path(&text), "not a capture"]);
}

#[test]
fn the_report_says_why_nothing_was_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let text = file(&folder, "notes.txt", b"just text");
    let found = replay(&text, "soft", &[]);
    assert_eq!(found.run.code, 2);
    let error = found.json["error"].as_str().unwrap();
    assert_eq!(found.run.stderr, format!("escapement: {error}\n"));
    assert!(error.contains("not a capture"));
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
    let itch = folder.path().join("itch.pcap");
    let made =
        escapement(["capture", "gen", "--feed", "itch", "--messages", "10", "-o", path(&itch)]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    refused(
        &["replay", path(&itch), "--card", "soft", "--group", "239.1.1.1:5"],
        &["first datagram is a MoldUDP64 datagram to 233.54.12.111:26477, not to 239.1.1.1:5"],
    );
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

/// Where the records of a pcap begin, and its end.
fn records(capture: &[u8]) -> Vec<usize> {
    let mut starts = vec![24];
    while starts[starts.len() - 1] < capture.len() {
        let at = starts[starts.len() - 1];
        let length = u32::from_le_bytes(capture[at + 8..at + 12].try_into().unwrap()) as usize;
        starts.push(at + 16 + length);
    }
    starts
}

#[test]
fn every_cut_of_a_capture_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let whole = generated(Feed::Tops, 5, 30);
    let starts = records(&whole);
    let name = folder.path().join("cut.pcap");
    // from the first message on
    let from = starts[starts.len() - 3];
    for length in from..whole.len() {
        std::fs::write(&name, &whole[..length]).unwrap();
        let found = replay(&name, "soft", &["--check"]);
        let start = *starts.iter().rev().find(|&&start| start <= length).unwrap();
        let place = format!("offset {start}: file ends inside a pcap record header");
        match length - start {
            0 => assert_eq!((found.run.code, found.number("/cut_packets")), (0, 0), "{length}"),
            1..=15 => {
                assert_eq!(found.run.code, 2, "{length}");
                assert!(found.run.stderr.contains(&place), "{length}: {}", found.run.stderr);
            }
            // a record header without a byte of its packet: no frame came
            16 => assert_eq!((found.run.code, found.number("/empty_packets")), (0, 1), "{length}"),
            _ => assert_eq!((found.run.code, found.number("/cut_packets")), (0, 1), "{length}"),
        }
        assert_eq!(found.json["conserved"], true, "{length}");
        assert_eq!(found.json["check"]["passed"], true, "{length}");
    }
}

#[test]
fn an_absurd_stamp_ends_the_replay_before_years_of_refreshes() {
    let folder = tempfile::tempdir().unwrap();
    let mut capture = generated(Feed::Tops, 6, 2_000);
    let starts = records(&capture);
    let at = starts[starts.len() / 2];
    capture[at + 3] = 0xf0;
    let capture = file(&folder, "jump.pcap", &capture);
    let found = replay(&capture, "soft", &["--check"]);
    assert_eq!(found.run.code, 2);
    let place = format!("{}: offset {at}: absurd time stamp", capture.display());
    assert!(found.run.stderr.contains(&place), "{}", found.run.stderr);
    assert_eq!(found.number("/packets"), starts.len() as u64 / 2);
    assert_eq!(found.json["conserved"], true);
    assert_eq!(found.json["check"]["passed"], true);
    assert!(found.ticks.lines().count() > 100);
    replay(&capture, "soft", &["--check", "--refresh", "off"]).assert_fine();
}

#[test]
fn two_feeds_in_one_replay_are_one_feed_and_foreign_frames() {
    let folder = tempfile::tempdir().unwrap();
    let tops = file(&folder, "tops.pcap", &generated(Feed::Tops, 7, 1_000));
    let deep = file(&folder, "deep.pcap", &generated(Feed::Deep, 7, 1_000));
    let alone = replay(&tops, "soft", &["--check"]);
    let both = replay(&tops, "soft", &["--check", path(&deep)]);
    both.assert_fine();
    assert_eq!(both.number("/frames/ok"), alone.number("/frames/ok"));
    let foreign = both.number("/packets") - both.number("/frames/ok");
    assert!(foreign > 10);
    let names = ["/frames/wrong_group", "/frames/wrong_port", "/frames/wrong_protocol"];
    assert_eq!(names.iter().map(|name| both.number(name)).sum::<u64>(), foreign);
}

/// The capture with another destination address in each of its frames.
fn moved_to(capture: &[u8], last_octet: u8) -> Vec<u8> {
    let mut capture = capture.to_vec();
    for at in records(&capture).into_iter().rev().skip(1) {
        let ip = at + 16 + 14;
        capture[ip + 19] = last_octet;
        let words = capture[ip..ip + 20].chunks(2).enumerate();
        let mut sum: u32 = words
            .filter(|(place, _)| *place != 5)
            .map(|(_, word)| u32::from(u16::from_be_bytes([word[0], word[1]])))
            .sum();
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        capture[ip + 10..ip + 12].copy_from_slice(&(!(sum as u16)).to_be_bytes());
    }
    capture
}

#[test]
fn two_groups_of_one_feed_are_two_lines_and_three_are_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let capture = generated(Feed::Tops, 7, 1_000);
    let [a, b, c] =
        [1, 2, 3].map(|octet| file(&folder, &format!("{octet}.pcap"), &moved_to(&capture, octet)));
    let alone = replay(&a, "soft", &["--check"]);
    let both = replay(&a, "soft", &["--check", path(&b)]);
    both.assert_fine();
    assert_eq!(both.ticks, alone.ticks);
    assert_eq!(both.number("/feed/lines/1/frames/ok"), alone.number("/frames/ok"));
    assert_eq!(both.number("/dispositions/duplicate"), both.number("/feed/lines/1/copies_in"));
    refused(
        &["replay", path(&a), path(&b), path(&c), "--card", "soft"],
        &[path(&a), path(&c), "3 groups of one feed", "expected lines A and B at most"],
    );
}

#[test]
fn a_line_that_is_silent_until_a_later_session_is_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut capture = generated(Feed::Tops, 7, 1_000);
    let starts = records(&capture);
    let half = starts[starts.len() / 2];
    let end = capture.len();
    for &at in starts.iter().filter(|&&at| at >= half && at < end) {
        // lowest byte of the IEX-TP session
        capture[at + 16 + 14 + 20 + 8 + 8] ^= 1;
    }
    let a = file(&folder, "a.pcap", &capture);
    let second = [&capture[..24], &capture[half..]].concat();
    let b = file(&folder, "b.pcap", &moved_to(&second, 9));
    let alone = replay(&a, "soft", &["--check"]);
    assert_eq!(alone.number("/events/restarts"), 1);
    for order in [[&a, &b], [&b, &a]] {
        let both = replay(order[0], "soft", &["--check", path(order[1])]);
        both.assert_fine();
        assert_eq!(both.ticks, alone.ticks);
        assert!(both.number("/dispositions/duplicate") > 0);
        let lines = order.map(|capture| records(&std::fs::read(capture).unwrap()).len() - 1);
        for (line, frames) in lines.into_iter().enumerate() {
            assert_eq!(both.number(&format!("/feed/lines/{line}/frames/ok")), frames as u64);
        }
        assert_eq!(both.number("/frames/ok"), both.number("/packets"), "frames of both lines");
    }
}

#[test]
fn a_nasdaq_file_that_breaks_off_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = b"\0\x0cS\0\0\0\0\0\0\0\0\0\x05O".repeat(3);
    bytes.truncate(40);
    let capture = file(&folder, "day.itch", &bytes);
    let found = replay(&capture, "soft", &["--check"]);
    assert_eq!(found.run.code, 2);
    let place = "offset 28: file ends inside a Nasdaq message: expected 14 bytes, found 12";
    assert!(found.run.stderr.contains(place), "{}", found.run.stderr);
    assert_eq!(found.ticks.lines().count(), 3, "{}", found.ticks);
    assert_eq!(found.json["conserved"], true);
    let list =
        file(&folder, "list", b"[[instrument]]\nvenue = \"IEXG\"\nsymbol = \"A\"\ntick = 1\n");
    refused(
        &["replay", path(&capture), "--card", "soft", "--instruments", path(&list)],
        &[path(&list), "line 2", "unknown venue \"IEXG\", expected \"XNAS\""],
    );
}

#[test]
fn lost_numbers_are_found_three_ways() {
    let folder = tempfile::tempdir().unwrap();
    let mut capture = generated(Feed::Deep, 8, 3_000);
    let starts = records(&capture);
    let mut lost = 0;
    // three packets in the middle, from the back so that the places stay
    for packet in [100, 60, 59] {
        let (from, to) = (starts[packet], starts[packet + 1]);
        // message count of the segment header
        let count = from + 16 + 14 + 20 + 8 + 14;
        lost += u64::from(u16::from_le_bytes(capture[count..count + 2].try_into().unwrap()));
        capture.drain(from..to);
    }
    assert!(lost > 0);
    for mode in ["whole", "early"] {
        let capture = file(&folder, "lost.pcap", &capture);
        let found = replay(&capture, "soft", &["--check", "--mode", mode]);
        found.assert_fine();
        let ledger = |name: &str| found.number(&format!("/ledgers/gaps/numbers/{name}"));
        assert_eq!((ledger("missing"), ledger("declared"), ledger("lost")), (lost, lost, lost));
        assert_eq!(ledger("passed"), ledger("delivered") + lost);
    }
}

#[test]
fn tick_files_may_be_packed_and_other_formats_are_refused_by_name() {
    use std::io::Read;
    let folder = tempfile::tempdir().unwrap();
    let capture = file(&folder, "a.pcap", &generated(Feed::Tops, 9, 2_000));
    let written = |name: &str, options: &[&str]| {
        let ticks = folder.path().join(name);
        let arguments = ["replay", path(&capture), "--card", "soft", "--ticks", path(&ticks)];
        let run = escapement([&arguments[..], options].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        std::fs::read(&ticks).unwrap()
    };
    let plain = written("t.csv", &[]);
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&written("t.csv.gz", &[])[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
    assert_eq!(zstd::decode_all(&written("t.csv.zst", &[])[..]).unwrap(), plain);
    let stamped = String::from_utf8(written("t.csv", &["--hw-time"])).unwrap();
    assert!(stamped
        .starts_with("msg_index,seq,ts_ns,venue,symbol,kind,price,size,side,flags,hw_time_ns\n"));
    for (row, stamped) in String::from_utf8(plain).unwrap().lines().zip(stamped.lines()).skip(1) {
        let stamp = stamped.strip_prefix(row).unwrap().strip_prefix(',').unwrap();
        assert!(stamp.parse::<u64>().unwrap() > 1_000_000_000_000_000_000, "{stamped}");
    }
    for name in ["t.parquet.gz", "t.dbn.gz", "t"] {
        refused(
            &["replay", path(&capture), "--ticks", name],
            &[name, "expected a name in .csv, .csv.gz, .csv.zst, .parquet, .dbn or .dbn.zst"],
        );
    }
}

#[test]
fn outputs_that_cannot_be_written_or_would_overwrite_an_input_are_refused_before_the_replay() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = generated(Feed::Tops, 1, 100);
    let capture = file(&folder, "a.csv", &bytes);
    let link = folder.path().join("link.csv");
    std::os::unix::fs::symlink(&capture, &link).unwrap();
    let base = ["replay", path(&capture), "--card", "soft"];
    let with = |more: &[&'static str]| [&base[..], more].concat();
    for name in ["/no/such/folder/t.csv", "/no/such/folder/t.parquet", "/no/such/folder/t.dbn"] {
        refused(&with(&["--ticks", name]), &[name]);
    }
    refused(&with(&["--json", "/no/such/folder/r.json"]), &["/no/such/folder/r.json"]);
    refused(&with(&["--json", "/"]), &["/: Is a directory"]);
    refused(&with(&["--json", "/dev/full"]), &["/dev/full: No space left"]);
    for output in ["--ticks", "--json"] {
        for target in [&capture, &link] {
            let arguments = [&base[..], &[output, path(target)]].concat();
            refused(&arguments, &[path(target), "also an input"]);
        }
    }
    assert_eq!(std::fs::read(&capture).unwrap(), bytes);
    let full = folder.path().join("full.csv");
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    refused(&[&base[..], &["--ticks", path(&full)]].concat(), &[path(&full), "No space left"]);
    // an output of an earlier run is replaced
    let ticks = file(&folder, "t.csv", &[b'x'; 100_000]);
    assert_eq!(escapement([&base[..], &["--ticks", path(&ticks)]].concat()).code, 0);
    assert!(std::fs::read_to_string(&ticks).unwrap().starts_with("msg_index,"));
    // but a generated capture is not, unless asked for
    let made = ["capture", "gen", "--feed", "tops", "--messages", "10", "-o", path(&ticks)];
    refused(&made, &[path(&ticks), "-f overwrites"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let capture = file(&folder, "a.pcap", &generated(Feed::Tops, 1, 100));
    for more in [&[][..], &["--json", "-"][..]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_escapement"))
            .args(["replay", path(&capture), "--card", "soft"])
            .args(more)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{more:?}");
        assert_eq!(output.stderr, b"", "{more:?}");
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
    let starts = records(&whole);
    let place = format!("({}: offset {})", cut.display(), starts[starts.len() - 2]);
    assert!(found.run.stderr.contains(&place), "{}", found.run.stderr);
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
        ("negative", row("ZAAA", "-0.01"), "line 4", "tick size is -0.01"),
        ("fine", row("ZAAA", "0.00001"), "line 4", "at most 4 places"),
        ("coarse", row("ZAAA", "1677.7216"), "line 4", "tick size is 1677.7216"),
        ("word", row("ZAAA", "nan"), "line 4", "expected a decimal number"),
        ("empty", row("", "1"), "line 3", "has 0 bytes"),
        ("accent", row("Z\u{c4}", "1"), "line 3", "expected printable ASCII"),
        ("key", row("ZAAA", "1") + "colour = 1\n", "line 5", "unknown field `colour`"),
        ("centre", row("ZAAA", "0.02") + "centre = 0.03\n", "line 5", "multiple of the tick"),
        ("huge", row("ZAAA", "1") + "centre = 1e30\n", "line 5", "centre is 1e30"),
        (
            "many",
            (0..65).map(|number| row(&format!("S{number}"), "1")).collect(),
            "line 257",
            "more than 64 instruments",
        ),
        ("none", String::new(), "line 1", "no [[instrument]]"),
        ("toml", "[[instrument]".into(), "line 1", "offset"),
    ];
    for (name, text, line, problem) in cases {
        let list = file(&folder, name, text.as_bytes());
        refused(
            &["replay", path(&capture), "--card", "soft", "--instruments", path(&list)],
            &[path(&list), line, problem],
        );
    }
    let list = file(&folder, "bytes", b"# \xff");
    refused(
        &["replay", path(&capture), "--card", "soft", "--instruments", path(&list)],
        &[path(&list), "offset 2", "not UTF-8"],
    );
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
fn usage_errors_have_exit_code_2_and_one_line() {
    for (arguments, part) in [
        (&["replay"][..], "required arguments"),
        (&["replay", "x.pcap", "--tick", "0"][..], "tick size is 0"),
        (&["replay", "x.pcap", "--tick", "0.00001"][..], "at most 4 places"),
        (&["replay", "x.pcap", "--ring-lines", "100"][..], "a power of two"),
        (&["replay", "x.pcap", "--card", "none"][..], "expected sim or soft"),
        (&["replay", "x.pcap", "--card", "vfio:0000:01:00.0"][..], "VFIO are not built yet"),
        (&["replay", "x.pcap", "--card", "vfio-user:/s"][..], "VFIO are not built yet"),
        (&["replay", "x.pcap", "--speed", "0x"][..], "expected max, line or a factor"),
        (&["replay", "x.pcap", "--refresh", "1h"][..], "expected ns, us, ms or s"),
        (&["replay", "x.pcap", "--group", "1.2.3.4"][..], "--group"),
        (&["replay", "x.pcap", "--gap-window", "1h"][..], "expected ns, us, ms or s"),
        (&["replay", "x.pcap", "--hw-time"][..], "--ticks"),
        (&["replay", "x.pcap", "--no-such-flag"][..], "unexpected argument"),
        (&["capture", "mutate", "x.pcap", "--loss", "1.5", "-o", "y"][..], "a rate from 0 to 1"),
        (&["capture", "gen", "--feed", "cme", "-o", "x"][..], "tops, deep"),
        (
            &["capture", "gen", "--feed", "tops", "--packets", "1", "--messages", "1", "-o", "x"][..],
            "cannot be used with",
        ),
    ] {
        refused(arguments, &["escapement: ", part]);
    }
}
