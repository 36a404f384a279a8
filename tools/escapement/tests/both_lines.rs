//! A capture of both lines is replayed as one of them, and says so.

mod support;

use std::path::{Path, PathBuf};

use escapement_capture::{Merged, PcapWriter};
use support::{escapement, replay};

#[test]
fn single_datagrams_with_a_flipped_port_are_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let clean = support::generated(escapement_tool::generator::Feed::Tops, 3, 2_000);
    let path = support::file(&folder, "clean.pcap", &clean);
    let mut captures = Merged::open(&[path]).unwrap();
    let mut output = PcapWriter::new(Vec::new()).unwrap();
    let mut number = 0;
    while let Some(packet) = captures.next_packet().unwrap() {
        let mut data = packet.data.to_vec();
        number += 1;
        if number % 37 == 0 {
            data[36] ^= 1 << (number % 3); // destination port; no checksum decides
        }
        output.packet(packet.stamp_ns, &data).unwrap();
    }
    let flipped = support::file(&folder, "flipped.pcap", &output.finish().unwrap());
    let found = replay(&flipped, "soft", &["--check"]);
    found.assert_fine();
    assert!(found.number("/frames/wrong_port") > 2, "{number} packets");
    assert_eq!(found.run.stderr, "");
}

/// One capture of line A and line B together; how many packets each has.
fn both_lines(folder: &Path) -> (PathBuf, [u64; 2]) {
    let (a, b) = (folder.join("a.pcap"), folder.join("b.pcap"));
    let words = ["capture", "gen", "--feed", "itch", "--messages", "3000", "--loss", "2%", "-o"];
    let made = escapement(
        words
            .iter()
            .map(AsRef::as_ref)
            .chain([a.as_os_str()])
            .chain(["--line-b".as_ref(), b.as_os_str()]),
    );
    assert_eq!(made.code, 0, "{}", made.stderr);
    let mut captures = Merged::open(&[a, b]).unwrap();
    let mut output = PcapWriter::new(Vec::new()).unwrap();
    let mut packets = [0; 2];
    while let Some(packet) = captures.next_packet().unwrap() {
        packets[packet.file] += 1;
        output.packet(packet.stamp_ns, packet.data).unwrap();
    }
    let both = folder.join("both.pcap");
    std::fs::write(&both, output.finish().unwrap()).unwrap();
    (both, packets)
}

#[test]
fn the_line_left_out_is_told_with_its_count_and_the_option_that_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let (both, [a, b]) = both_lines(folder.path());
    let one = replay(&both, "soft", &["--check"]);
    one.assert_fine();
    let hint = one.run.stderr.lines().find(|line| line.contains("hint:")).expect("a hint");
    let to =
        |hint: &str| hint.split("--group ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let other = to(hint);
    assert!(one.number("/frames/ok") == a || one.number("/frames/ok") == b);
    let left_out = a + b - one.number("/frames/ok");
    assert!(hint.starts_with(&format!("escapement: hint: {left_out} datagrams")), "{hint}");
    let info = escapement(["capture".as_ref(), "info".as_ref(), both.as_os_str()]);
    assert!(info.stdout.contains(&format!("{left_out} datagrams of the same session to {other}")));
    // as the hint says
    let another = replay(&both, "soft", &["--check", "--group", &other]);
    another.assert_fine();
    assert_eq!(another.number("/frames/ok"), left_out);
    assert!(!another.run.stderr.contains("hint:"), "{}", another.run.stderr);
    // a capture of each line needs no hint
    let (a, b) = (folder.path().join("a.pcap"), folder.path().join("b.pcap"));
    let together = support::replay_all(&[&a, &b], "soft", &["--check"]);
    together.assert_fine();
    assert!(!together.run.stderr.contains("hint:"), "{}", together.run.stderr);
}
