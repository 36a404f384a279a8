//! Every card's ticks equal the reference ticks of the real and the hand-made captures, row by row.

mod support;

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use support::{data, replay_all};

/// Captures (two are lines A and B), name of the reference, delivered messages, restarts.
type Case = (&'static [&'static str], &'static str, u64, u64);

const IEX: [Case; 5] = [
    (&["derived/synthetic_iex_tops_cases.pcapng.gz"], "synthetic_iex_tops_cases", 16, 1),
    (&["derived/synthetic_iex_deep_cases.pcapng.gz"], "synthetic_iex_deep_cases", 22, 1),
    (&["iex_tops16_20180127.pcapng.gz"], "iex_tops16_20180127", 99_871, 0),
    (&["iex_deep10_20170425.pcap.gz"], "iex_deep10_20170425", 391_999, 11),
    (&["derived/aig_20131008_as_tops.pcap.gz"], "aig_20131008_as_tops", 300_028, 0),
];

const ITCH: [Case; 7] = [
    (&["derived/synthetic_itch_cases.pcap.gz"], "synthetic_itch_cases", 49, 1),
    (&["itch50_first1000.itch"], "itch50_first1000", 1_000, 0),
    (&["derived/lobster_aapl_as_itch.pcap.gz"], "lobster_aapl_as_itch", 1_039, 0),
    (
        &[
            "derived/lobster_aapl_as_itch_ab_gaps_a.pcap.gz",
            "derived/lobster_aapl_as_itch_ab_gaps_b.pcap.gz",
        ],
        "lobster_aapl_as_itch_ab_gaps",
        1_019,
        0,
    ),
    (&["derived/esh4_as_itch.pcap.gz"], "esh4_as_itch", 59_622, 0),
    (
        &[
            "derived/esh4_as_itch_ab_loss1pct_a.pcap.gz",
            "derived/esh4_as_itch_ab_loss1pct_b.pcap.gz",
        ],
        "esh4_as_itch",
        59_622,
        0,
    ),
    (&["derived/esh4_as_itch_burst.pcap.gz"], "esh4_as_itch_burst", 59_618, 0),
];

fn reference(folder: &Path, base: &str) -> String {
    let path = folder.join("derived").join(format!("{base}.ticks.csv.gz"));
    let file =
        std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("gzip of text");
    text
}

fn compare(cases: &[Case], card: &str, options: &[&str]) {
    let Some(folder) = data() else { return };
    for &(names, base, delivered, restarts) in cases {
        let name = names[0];
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        let found = replay_all(&paths, card, &[&["--check"], options].concat());
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
        assert!(compared >= 5, "{name}: only {compared} rows");
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
    compare(&IEX, "soft", &[]);
    compare(&ITCH, "soft", &[]);
}

#[test]
fn soft_card_early() {
    compare(&IEX, "soft", &["--mode", "early"]);
    compare(&ITCH, "soft", &["--mode", "early"]);
}

#[test]
fn verilated_card_whole() {
    compare(&IEX, "sim", &[]);
    compare(&ITCH, "sim", &[]);
}

#[test]
fn each_line_is_reported_by_itself() {
    let Some(folder) = data() else { return };
    let [a, b] = ["a", "b"]
        .map(|line| folder.join(format!("derived/lobster_aapl_as_itch_ab_gaps_{line}.pcap.gz")));
    let found = replay_all(&[&a, &b], "soft", &["--check", "--gap-window", "2ms"]);
    found.assert_fine();
    let line = |place: usize, name: &str| found.number(&format!("/feed/lines/{place}/{name}"));
    assert_eq!((line(0, "frames/ok"), line(1, "frames/ok")), (634, 635));
    assert_eq!((line(0, "delivered"), line(1, "delivered")), (779, 240));
    for place in [0, 1] {
        let refused = line(place, "duplicate") + line(place, "late") + line(place, "stale_session");
        assert_eq!(line(place, "copies_in"), line(place, "delivered") + refused);
        assert!(line(place, "last_seen_ns") > 1_340_285_449_000_000_000);
    }
    assert_eq!(found.json["feed"]["lines"][0]["group"], "233.54.12.111:26477");
    assert_eq!(found.json["feed"]["lines"][1]["group"], "233.49.196.111:26477");
    assert_eq!(found.number("/feed/gap_window_ns"), 2_000_000);
    // the other way round the lines have changed their names, and nothing else
    let turned = replay_all(&[&b, &a], "soft", &["--check"]);
    turned.assert_fine();
    assert_eq!(turned.json["feed"]["lines"][0]["group"], "233.49.196.111:26477");
    assert_eq!(turned.number("/messages/A"), found.number("/messages/A"));
    assert_eq!(turned.number("/events/lost"), 20);
    // one of them alone has its own gaps; twice the same is one line
    let alone = replay_all(&[&a], "soft", &["--check"]);
    alone.assert_fine();
    assert_eq!(alone.number("/feed/lines/0/copies_in"), line(0, "copies_in"));
    assert!(alone.number("/events/lost") > 20);
    assert!(alone.json["feed"]["lines"][1].is_null());
    let twice = replay_all(&[&a, &a], "soft", &["--check"]);
    twice.assert_fine();
    assert!(twice.json["feed"]["lines"][1].is_null());
    assert_eq!(twice.number("/feed/lines/0/copies_in"), 2 * line(0, "copies_in"));
}

#[test]
fn a_dead_line_is_reported_as_that_line() {
    let Some(folder) = data() else { return };
    let [a, b] = ["a", "b"]
        .map(|line| folder.join(format!("derived/esh4_as_itch_ab_loss1pct_{line}.pcap.gz")));
    // line B breaks off after its first packets: what A loses then costs the window, and is lost
    let folder = tempfile::tempdir().unwrap();
    let mut packets = escapement_capture::CaptureReader::open(&b).unwrap();
    let mut writer = escapement_capture::PcapWriter::new(Vec::new()).unwrap();
    for _ in 0..1_000 {
        let packet = packets.next_packet().unwrap().unwrap();
        writer.packet(packet.stamp_ns, packet.data).unwrap();
    }
    let dead = support::file(&folder, "b.pcap", &writer.finish().unwrap());
    let found = replay_all(&[&a, &dead], "soft", &["--check"]);
    found.assert_fine();
    assert_eq!(found.number("/feed/lines/1/frames/ok"), 1_000);
    let seen = |place: usize| found.number(&format!("/feed/lines/{place}/last_seen_ns"));
    assert!(seen(0) > seen(1) + 60_000_000_000, "line B was last seen long ago");
    assert_eq!(found.number("/feed/lines/1/silent_ns"), seen(0) - seen(1));
    assert!(found.json.pointer("/feed/lines/0/silent_ns").unwrap().is_null());
    let windows = found.number("/events/gap_window");
    assert!(windows > 100 && windows == found.number("/events/gaps"), "{windows}");
    assert_eq!(
        found.number("/events/lost"),
        59_622 - found.number("/ledgers/gaps/numbers/delivered")
    );
    // --gap-window off waits until the reorder memory is full; so what A brings late is not lost
    let waiting = replay_all(&[&a, &dead], "soft", &["--check", "--gap-window", "off"]);
    waiting.assert_fine();
    assert_eq!(waiting.number("/events/gap_window"), 0);
    assert!(waiting.number("/events/lost") < found.number("/events/lost"));
    assert_eq!(waiting.number("/dispositions/late"), 0);
    let late = found.number("/dispositions/late");
    assert_eq!(found.number("/events/lost") - waiting.number("/events/lost"), late);
    assert!(waiting.number("/events/reorder_full") > 0);
}
