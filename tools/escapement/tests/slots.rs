//! Instruments that come and go while the card runs: each one's ticks are those of a run that carries it alone, all the time, as
//! far as its own time goes; none stands under another's name.

mod support;

use std::path::{Path, PathBuf};

use escapement_capture::{CaptureReader, PcapWriter};
use escapement_tool::generator::Feed;
use support::{data, escapement, file, generated, replay, Replay};

/// First and last stamp of a capture, ns.
fn span(capture: &Path) -> (u64, u64) {
    let mut reader = CaptureReader::open(capture).unwrap();
    let (mut first, mut last) = (None, 0);
    while let Some(packet) = reader.next_packet().unwrap() {
        first.get_or_insert(packet.stamp_ns);
        last = packet.stamp_ns;
    }
    (first.unwrap(), last)
}

/// An instrument and its time.
#[derive(Clone)]
struct Carried {
    symbol: String,
    from: Option<u64>,
    until: Option<u64>,
}

fn carried(symbol: &str, from: Option<u64>, until: Option<u64>) -> Carried {
    Carried { symbol: symbol.to_string(), from, until }
}

fn instruments(folder: &tempfile::TempDir, name: &str, rows: &[Carried]) -> PathBuf {
    let moment = |ns: u64| jiff::Timestamp::from_nanosecond(i128::from(ns)).unwrap().to_string();
    let text: String = rows
        .iter()
        .map(|one| {
            let mut row = format!(
                "[[instrument]]\nvenue = \"XNAS\"\nsymbol = \"{}\"\ntick = 0.01\n",
                one.symbol
            );
            row.extend(one.from.map(|from| format!("from = \"{}\"\n", moment(from))));
            row.extend(one.until.map(|until| format!("until = \"{}\"\n", moment(until))));
            row
        })
        .collect();
    file(folder, name, text.as_bytes())
}

fn symbol_of(row: &str) -> &str {
    row.split(',').nth(4).unwrap()
}

/// The symbols of a capture, the busiest first.
fn symbols(capture: &Path) -> Vec<String> {
    let run = replay(capture, "soft", &[]);
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for row in run.ticks.lines().skip(1).filter(|row| !symbol_of(row).is_empty()) {
        *counts.entry(symbol_of(row).to_string()).or_default() += 1;
    }
    let mut symbols: Vec<(usize, String)> =
        counts.into_iter().map(|(symbol, count)| (count, symbol)).collect();
    symbols.sort_by(|a, b| b.cmp(a));
    symbols.into_iter().map(|(_, symbol)| symbol).collect()
}

/// The rows that there must be: of each instrument what a run of it alone says, as far as its time goes.
fn expected(
    capture: &Path,
    folder: &tempfile::TempDir,
    rows: &[Carried],
    options: &[&str],
) -> Vec<String> {
    let mut wanted = Vec::new();
    for one in rows {
        let alone = instruments(folder, "alone.toml", &[carried(&one.symbol, None, None)]);
        let mut all = vec!["--hw-time", "--instruments", alone.to_str().unwrap()];
        all.extend(options);
        let run = replay(capture, "soft", &all);
        assert_eq!(run.run.code, 0, "{}", run.run.stderr);
        let in_time = |row: &&str| {
            let stamp: u64 = row.rsplit(',').next().unwrap().parse().unwrap();
            one.from.is_none_or(|from| from <= stamp) && one.until.is_none_or(|until| stamp < until)
        };
        let rows = run.ticks.lines().skip(1).filter(|row| symbol_of(row) == one.symbol);
        wanted.extend(rows.filter(in_time).map(str::to_string));
    }
    wanted.sort();
    wanted
}

fn told(run: &Replay) -> Vec<String> {
    let rows = run.ticks.lines().skip(1).filter(|row| !symbol_of(row).is_empty());
    let mut rows: Vec<String> = rows.map(str::to_string).collect();
    rows.sort();
    rows
}

#[track_caller]
fn assert_same(found: &[String], wanted: &[String]) {
    let missing = wanted.iter().find(|row| found.binary_search(row).is_err());
    let extra = found.iter().find(|row| wanted.binary_search(row).is_err());
    assert!(missing.is_none() && extra.is_none(), "missing {missing:?}, extra {extra:?}");
    assert_eq!(found.len(), wanted.len(), "a row twice");
}

fn come_and_go(capture: &Path, card: &str, options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let names = symbols(capture);
    let (first, last) = span(capture);
    let at = |tenths: u64| Some(first + (last - first) / 10 * tenths);
    let rows = [
        carried(&names[0], None, None),
        carried(&names[1], None, at(3)),
        // takes the slot of the one before, in the same moment
        carried(&names[2], at(3), at(7)),
        // a slot that nobody had
        carried(&names[3], at(5), None),
        // comes back, to the slot that was its own
        carried(&names[1], at(7), None),
        carried(&names[2], at(8), Some(last + 1)),
    ];
    let file = instruments(&folder, "some.toml", &rows);
    let mut all = vec!["--check", "--hw-time", "--instruments", file.to_str().unwrap()];
    all.extend(options);
    let run = replay(capture, card, &all);
    run.assert_fine();
    assert_eq!((run.number("/slots/released"), run.number("/slots/assigned")), (2, 4));
    assert_eq!((run.number("/slots/unproven"), run.number("/slots/refused")), (0, 0));
    assert_eq!(run.number("/slots/not_reached"), 1, "the last one goes behind the end");
    assert!(run.number("/slots/loads") > 20);
    let wanted = expected(capture, &folder, &rows, options);
    assert!(wanted.len() > 300, "only {} rows", wanted.len());
    assert_same(&told(&run), &wanted);
}

fn market(folder: &tempfile::TempDir, seed: u64, messages: u64) -> PathBuf {
    let path = folder.path().join(format!("market-{seed}.pcap"));
    let (seed, messages) = (seed.to_string(), messages.to_string());
    let mut arguments = vec!["capture", "gen", "--feed", "itch", "--seed", &seed];
    arguments.extend(["--messages", &messages, "--instruments", "8", "-o", path.to_str().unwrap()]);
    let run = escapement(arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    path
}

#[test]
fn instruments_come_and_go_on_the_soft_card() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 1..=4 {
        come_and_go(&market(&folder, seed, 20_000), "soft", &[]);
    }
    come_and_go(&market(&folder, 5, 20_000), "soft", &["--mode", "early", "--refresh", "1ms"]);
    // a ring that the loads of one change fill many times
    come_and_go(&market(&folder, 6, 10_000), "soft", &["--ring-lines", "16"]);
}

#[test]
fn instruments_come_and_go_on_the_simulated_card() {
    let folder = tempfile::tempdir().unwrap();
    come_and_go(&market(&folder, 11, 6_000), "sim", &[]);
    come_and_go(&market(&folder, 12, 6_000), "sim", &["--mode", "early", "--refresh", "1ms"]);
    // frames back to back: the pauses between them are left out, the moments of the changes are not
    let market = market(&folder, 13, 6_000);
    come_and_go(&market, "sim", &["--speed", "line"]);
    come_and_go(&market, "sim", &["--speed", "line", "--refresh", "1ms"]);
}

#[test]
fn the_real_book_of_one_stock_is_there_at_once() {
    let Some(data) = data() else { return };
    let capture = data.join("derived/lobster_aapl_as_itch.pcap.gz");
    let folder = tempfile::tempdir().unwrap();
    let (first, last) = span(&capture);
    let middle = first + (last - first) / 2;
    let rows = [carried("NOTHING", None, Some(middle)), carried("AAPL", Some(middle), None)];
    let file = instruments(&folder, "some.toml", &rows);
    let run = replay(
        &capture,
        "soft",
        &["--check", "--hw-time", "--instruments", file.to_str().unwrap()],
    );
    run.assert_fine();
    assert_eq!(run.number("/slots/unproven"), 0);
    assert_same(&told(&run), &expected(&capture, &folder, &rows, &[]));
}

#[test]
fn behind_a_gap_who_comes_is_flagged() {
    let folder = tempfile::tempdir().unwrap();
    let whole = market(&folder, 21, 10_000);
    let names = symbols(&whole);
    let mut reader = CaptureReader::open(&whole).unwrap();
    let mut packets = Vec::new();
    while let Some(packet) = reader.next_packet().unwrap() {
        packets.push((packet.stamp_ns, packet.data.to_vec()));
    }
    let (lost, middle) = (packets.len() / 4, packets[packets.len() / 2].0);
    let mut writer = PcapWriter::new(Vec::new()).unwrap();
    for (number, (stamp_ns, data)) in packets.iter().enumerate() {
        if !(lost..lost + 3).contains(&number) {
            writer.packet(*stamp_ns, data).unwrap();
        }
    }
    let cut = file(&folder, "cut.pcap", &writer.finish().unwrap());
    let rows = [carried(&names[0], None, Some(middle)), carried(&names[1], Some(middle), None)];
    let file = instruments(&folder, "some.toml", &rows);
    let run =
        replay(&cut, "soft", &["--check", "--hw-time", "--instruments", file.to_str().unwrap()]);
    assert_eq!(run.json["check"]["passed"], true, "{}", run.json["check"]);
    assert_eq!((run.number("/slots/assigned"), run.number("/slots/unproven")), (1, 1));
    let late: Vec<&str> = run.ticks.lines().filter(|row| symbol_of(row) == names[1]).collect();
    assert!(late.len() > 50);
    assert!(late.iter().all(|row| row.contains("MAYBE_BAD_BOOK")), "{late:?}");
}

#[test]
fn what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let itch = market(&folder, 1, 500);
    let run = |capture: &Path, text: &str, more: &[&str]| {
        let list = file(&folder, "list.toml", text.as_bytes());
        let mut arguments = vec!["replay", capture.to_str().unwrap(), "--card", "soft"];
        arguments.extend(["--instruments", list.to_str().unwrap()]);
        arguments.extend(more);
        let run = escapement(arguments);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("list.toml") || !more.is_empty(), "{}", run.stderr);
        run.stderr
    };
    let row = "[[instrument]]\nvenue = \"XNAS\"\nsymbol = \"A\"\ntick = 0.01\n";
    let later = format!("{row}from = \"2019-01-30T14:30:00Z\"\n");
    let said = run(&itch, &format!("{row}from = \"soon\"\n"), &[]);
    assert!(said.contains("line 5 (offset") && said.contains("expected a moment"), "{said}");
    let said = run(&itch, &format!("{later}until = \"2019-01-30T14:30:00Z\"\n"), &[]);
    assert!(said.contains("line 6 (offset") && said.contains("until is not after"), "{said}");
    let said = run(&itch, &later, &["--recover-mold", "127.0.0.1:9"]);
    assert!(said.contains("do not go with from and until"), "{said}");
    let tops = file(&folder, "tops.pcap", &generated(Feed::Tops, 1, 500));
    let said = run(&tops, &later.replace("XNAS", "IEXG"), &[]);
    assert!(said.contains("from and until are for ITCH feeds"), "{said}");
}
