//! Losses made good from real servers over loopback: requests (MoldUDP64), snapshots (GLIMPSE), and what goes wrong with
//! them. The loss-free stream says what the record must be.

mod support;

use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use escapement_capture::{CaptureReader, PcapWriter};
use escapement_exchange::{
    Faults, GlimpseSettings, Record, RequestServer, RequestSettings, SnapshotServer,
};
use support::{data, escapement, replay_all, Replay};

/// First byte of the MoldUDP64 header in a generated frame: Ethernet, IPv4, UDP.
const MOLD: usize = 42;

/// A generated stream on two lines, and whole.
struct Made {
    folder: tempfile::TempDir,
    a: PathBuf,
    b: PathBuf,
    truth: PathBuf,
    record: Arc<Record>,
}

fn made(seed: u64, messages: u64, more: &[&str]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (a, b, truth) = (path("a.pcap"), path("b.pcap"), path("truth.pcap"));
    let (seed, messages) = (seed.to_string(), messages.to_string());
    let mut arguments = vec!["capture", "gen", "--feed", "itch", "--seed", &seed];
    arguments.extend(["--messages", &messages, "--instruments", "8"]);
    arguments.extend(["-o", a.to_str().unwrap(), "--line-b", b.to_str().unwrap()]);
    arguments.extend(["--truth", truth.to_str().unwrap()]);
    arguments.extend(more);
    let run = escapement(arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let record = Arc::new(Record::read(std::slice::from_ref(&truth)).unwrap());
    Made { a, b, truth, record, folder }
}

/// First number and number of messages of a packet; none if it is no packet of the feed.
fn numbers(frame: &[u8]) -> Option<(u64, u64)> {
    let sequence = frame.get(MOLD + 10..)?.first_chunk()?;
    let count = frame.get(MOLD + 18..)?.first_chunk()?;
    let count = match u16::from_be_bytes(*count) {
        u16::MAX => 0,
        count => u64::from(count),
    };
    Some((u64::from_be_bytes(*sequence), count))
}

/// The packets of a capture that are kept.
fn cut(from: &Path, to: &Path, keep: impl Fn(u64, u64) -> bool) {
    let mut capture = CaptureReader::open(from).unwrap();
    let mut writer = PcapWriter::new(Vec::new()).unwrap();
    while let Some(packet) = capture.next_packet().unwrap() {
        if numbers(packet.data).is_none_or(|(first, count)| keep(first, count)) {
            writer.packet(packet.stamp_ns, packet.data).unwrap();
        }
    }
    std::fs::write(to, writer.finish().unwrap()).unwrap();
}

/// A record that servers know up to a position.
fn known_up_to(truth: &Path, position: u64) -> Arc<Record> {
    let record = Record::read(&[truth.to_path_buf()]).unwrap();
    record.active().set_position(position);
    Arc::new(record)
}

fn requests(record: &Arc<Record>, faults: Faults) -> RequestServer {
    let settings = RequestSettings { faults, ..RequestSettings::default() };
    RequestServer::start("127.0.0.1:0", Arc::clone(record), settings).unwrap()
}

fn snapshots(record: &Arc<Record>, faults: Faults) -> SnapshotServer {
    let settings = GlimpseSettings { faults, ..GlimpseSettings::default() };
    SnapshotServer::start("127.0.0.1:0", Arc::clone(record), settings).unwrap()
}

/// Rows without header.
fn rows(ticks: &str) -> Vec<&str> {
    ticks.lines().skip(1).collect()
}

/// Sequence number of a row.
fn seq(row: &str) -> u64 {
    row.split(',').nth(1).unwrap().parse().unwrap()
}

/// A row as the loss-free record has it.
fn whole(row: &str) -> String {
    row.replace("REPAIRED", "")
}

/// A row without its message index, which counts what the card saw.
fn told(row: &str) -> &str {
    row.split_once(',').unwrap().1
}

#[track_caller]
fn assert_same(found: &[String], wanted: &[String], what: &str) {
    let differ = found.iter().zip(wanted).position(|(found, wanted)| found != wanted);
    if let Some(at) = differ {
        panic!("{what}: row {at}: {} instead of {}", found[at], wanted[at]);
    }
    assert_eq!(found.len(), wanted.len(), "{what}");
}

/// The whole record, but for the word REPAIRED, is that of the loss-free stream.
#[track_caller]
fn assert_whole(replay: &Replay, loss_free: &str) {
    let found: Vec<String> = rows(&replay.ticks).into_iter().map(whole).collect();
    let wanted: Vec<String> = rows(loss_free).into_iter().map(String::from).collect();
    assert_same(&found, &wanted, "record");
}

/// From a number on the card itself, not a repair, told what the loss-free stream tells.
#[track_caller]
fn assert_right_from(replay: &Replay, loss_free: &str, from: u64) {
    let of = |ticks: &str| -> Vec<String> {
        rows(ticks).into_iter().filter(|row| seq(row) >= from).map(|row| told(row).into()).collect()
    };
    let wanted = of(loss_free);
    assert!(!wanted.is_empty(), "nothing behind {from}");
    assert_same(&of(&replay.ticks), &wanted, "ticks");
}

fn recovered_from(replay: &Replay) -> Vec<u64> {
    let list = replay.json["recovery"]["recovered_from"].as_array().expect("recovery");
    list.iter().map(|number| number.as_u64().unwrap()).collect()
}

fn failures(replay: &Replay) -> String {
    replay.json["recovery"]["failures"].to_string()
}

/// The record says what it should, everywhere.
fn mended_by_requests(card: &str, seed: u64, messages: u64, faults: Faults) -> (Replay, Made) {
    let made = made(seed, messages, &["--loss", "0.12", "--reorder", "0.01"]);
    let server = requests(&made.record, faults);
    let address = server.address().to_string();
    let options = ["--check", "--recover-mold", &address, "--recover-timeout", "100ms"];
    let replay = replay_all(&[&made.a, &made.b], card, &options);
    replay.assert_fine();
    let loss_free = replay_all(&[&made.truth], "soft", &["--check"]);
    loss_free.assert_fine();
    assert!(replay.number("/recovery/losses") > 2, "{}", replay.json["recovery"]);
    assert_eq!(replay.number("/recovery/missing"), 0);
    assert_eq!(replay.number("/recovery/losses"), replay.number("/recovery/recoveries"));
    assert_eq!(
        replay.number("/recovery/requests/messages"),
        replay.number("/ledgers/gaps/numbers/lost"),
        "each lost message was fetched once"
    );
    assert_eq!(replay.number("/recovery/loads/slots_doubtful"), 0);
    assert_whole(&replay, &loss_free.ticks);
    assert!(replay.ticks.contains("REPAIRED"));
    let kept = rows(&replay.ticks).iter().filter(|row| !row.ends_with("REPAIRED")).count();
    assert!(2 * kept > rows(&replay.ticks).len(), "the card tells most of it itself: {kept}");
    (replay, made)
}

#[test]
fn what_requests_bring_makes_the_record_whole_and_the_card_right() {
    mended_by_requests("soft", 41, 20_000, Faults::default());
}

#[test]
fn a_lossy_request_line_costs_time_only() {
    let faults = Faults { drop_one_in: 3, ..Faults::default() };
    let (replay, _) = mended_by_requests("soft", 42, 6_000, faults);
    assert!(replay.number("/recovery/requests/silences") > 0);
    assert!(
        replay.number("/recovery/requests/sent") > replay.number("/recovery/recoveries"),
        "asked again"
    );
}

#[test]
fn the_verilated_card_is_mended_like_the_golden_model() {
    let (replay, _) = mended_by_requests("sim", 43, 4_000, Faults::default());
    assert!(replay.number("/recovery/loads/taken") > 64);
}

/// A stream from message `first` on, with one more hole.
fn mid_day(made: &Made, first: u64, hole: std::ops::Range<u64>) -> PathBuf {
    let path = made.folder.path().join("mid_day.pcap");
    cut(&made.truth, &path, |start, count| {
        start >= first && (start + count <= hole.start || start >= hole.end || count == 0)
    });
    path
}

#[test]
fn a_start_in_mid_day_is_right_from_the_snapshot_on() {
    for card in ["soft", "sim"] {
        let made = made(44, 4_000, &[]);
        let capture = mid_day(&made, 1_500, 0..0);
        let record = known_up_to(&made.truth, 2_000);
        let server = snapshots(&record, Faults::default());
        let address = server.address().to_string();
        let replay = replay_all(&[&capture], card, &["--check", "--recover-glimpse", &address]);
        replay.assert_fine();
        let from = recovered_from(&replay);
        assert_eq!(from.len(), 1, "{}", replay.json["recovery"]);
        assert!(
            (2_000..2_040).contains(&from[0]),
            "a snapshot ahead waits for the stream: {from:?}"
        );
        assert_eq!(replay.number("/recovery/snapshots/taken"), 1);
        let loss_free = replay_all(&[&made.truth], "soft", &["--check"]);
        assert_right_from(&replay, &loss_free.ticks, from[0]);
        let is_flagged = |row: &&&str| seq(row) < 2_000 && row.ends_with("BOOK");
        let flagged = rows(&replay.ticks).iter().filter(is_flagged).count();
        assert!(flagged > 20, "before the snapshot nothing is proven");
    }
}

#[test]
fn a_start_in_mid_day_can_be_made_whole_by_requests() {
    let made = made(45, 4_000, &[]);
    let capture = mid_day(&made, 1_500, 2_000..2_300);
    let server = requests(&made.record, Faults::default());
    let address = server.address().to_string();
    let replay = replay_all(&[&capture], "soft", &["--check", "--recover-mold", &address]);
    replay.assert_fine();
    assert_eq!(recovered_from(&replay).len(), 2);
    let loss_free = replay_all(&[&made.truth], "soft", &["--check"]);
    assert_whole(&replay, &loss_free.ticks);
}

#[test]
fn a_snapshot_helps_where_requests_do_not() {
    let made = made(46, 4_000, &[]);
    let capture = mid_day(&made, 1, 1_000..1_200);
    // nobody listens there
    let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let record = known_up_to(&made.truth, 1_300);
    let server = snapshots(&record, Faults::default());
    let address = server.address().to_string();
    let options = [
        "--check",
        "--recover-mold",
        &closed,
        "--recover-glimpse",
        &address,
        "--recover-timeout",
        "20ms",
    ];
    let replay = replay_all(&[&capture], "soft", &options);
    replay.assert_fine();
    assert!(failures(&replay).contains("no answer for message"), "{}", failures(&replay));
    let from = recovered_from(&replay)[0];
    let loss_free = replay_all(&[&made.truth], "soft", &["--check"]);
    assert_right_from(&replay, &loss_free.ticks, from);
    assert_eq!(replay.number("/recovery/record/repairs"), 1);
}

/// What a run without servers tells.
fn unmended(capture: &Path) -> Replay {
    let replay = replay_all(&[capture], "soft", &["--check"]);
    replay.assert_fine();
    assert!(replay.ticks.contains("MAYBE_BAD_BOOK"));
    replay
}

/// Recovery fails, says why, and the record is as if nobody had tried.
#[track_caller]
fn assert_unmended(capture: &Path, options: &[&str], reason: &str) -> Replay {
    let mut all = vec!["--check", "--recover-timeout", "20ms"];
    all.extend(options);
    let replay = replay_all(&[capture], "soft", &all);
    replay.assert_fine();
    assert_eq!(replay.number("/recovery/recoveries"), 0);
    assert!(failures(&replay).contains(reason), "{} in {}", reason, failures(&replay));
    assert!(replay.run.stderr.contains(reason), "{}", replay.run.stderr);
    assert_eq!(replay.ticks, unmended(capture).ticks);
    replay
}

#[test]
fn a_server_that_is_down_leaves_everything_flagged() {
    let made = made(47, 3_000, &[]);
    let capture = mid_day(&made, 1, 1_000..1_200);
    let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let replay = assert_unmended(&capture, &["--recover-mold", &closed], "no answer for message");
    assert!(replay.number("/recovery/missing") >= 180);
    assert!(replay.number("/recovery/fetches_failed") > 1, "it was tried again");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    assert_unmended(&capture, &["--recover-glimpse", &closed], "refused");
}

#[test]
fn a_server_that_does_not_have_the_range_leaves_everything_flagged() {
    let made = made(48, 3_000, &[]);
    let capture = mid_day(&made, 1, 1_000..1_200);
    let record = known_up_to(&made.truth, 1_050);
    let server = requests(&record, Faults::default());
    let address = server.address().to_string();
    let replay =
        assert_unmended(&capture, &["--recover-mold", &address], "no answer for message 1050");
    assert!(replay.number("/recovery/requests/messages") > 0, "what it has was taken");
    let few = ["--recover-mold", &address, "--recover-ask-max", "10"];
    assert_unmended(&capture, &few, "at most 10 are asked for");
}

#[test]
fn a_snapshot_server_that_refuses_dies_or_is_behind_leaves_everything_flagged() {
    let made = made(49, 3_000, &[]);
    let capture = mid_day(&made, 1, 1_000..1_200);
    let whole = known_up_to(&made.truth, 1_300);
    let server = snapshots(&whole, Faults::default());
    let address = server.address().to_string();
    let wrong = ["--recover-glimpse", &address, "--recover-password", "WRONG"];
    assert_unmended(&capture, &wrong, "not authorised");
    let dying = snapshots(&whole, Faults { die_after: Some(20), ..Faults::default() });
    let address = dying.address().to_string();
    assert_unmended(&capture, &["--recover-glimpse", &address], "127.0.0.1");
    let behind = known_up_to(&made.truth, 1_100);
    let server = snapshots(&behind, Faults::default());
    let address = server.address().to_string();
    let replay = assert_unmended(&capture, &["--recover-glimpse", &address], "it is too old");
    assert!(replay.number("/recovery/snapshots/refused") > 0);
}

#[test]
fn recovery_is_for_itch_in_whole_mode() {
    let made = made(50, 200, &[]);
    let path = made.truth.to_str().unwrap();
    let options = ["--recover-mold", "127.0.0.1:9", "--mode", "early"];
    let run = escapement(["replay", path, "--card", "soft"].iter().chain(&options));
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("need --mode whole"), "{}", run.stderr);
    let run = escapement(["replay", path, "--recover-glimpse", "nowhere"]);
    assert_eq!(run.code, 2);
}

#[test]
fn the_real_gaps_are_mended() {
    let Some(folder) = data() else { return };
    let derived = folder.join("derived");
    let lines =
        ["a", "b"].map(|line| derived.join(format!("lobster_aapl_as_itch_ab_gaps_{line}.pcap.gz")));
    let truth = derived.join("lobster_aapl_as_itch.pcap.gz");
    let record = Arc::new(Record::read(std::slice::from_ref(&truth)).unwrap());
    let server = requests(&record, Faults::default());
    let address = server.address().to_string();
    let loss_free = replay_all(&[&truth], "soft", &["--check"]);
    loss_free.assert_fine();
    for card in ["soft", "sim"] {
        let options = ["--check", "--gap-window", "1s", "--recover-mold", &address];
        let replay = replay_all(&[&lines[0], &lines[1]], card, &options);
        replay.assert_fine();
        assert_eq!(replay.number("/recovery/requests/messages"), 20);
        assert_eq!(replay.number("/recovery/missing"), 0);
        assert_whole(&replay, &loss_free.ticks);
    }
}
