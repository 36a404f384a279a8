//! CSV, Parquet and DBN of the same replay hold the same ticks.

mod support;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use escapement_exchange::{Record, RequestServer, RequestSettings};
use escapement_tool::generator::Feed;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use support::{data, escapement, file, generated};

/// A row of the CSV, by column.
type CsvRow = HashMap<String, String>;

fn write(captures: &[&Path], ticks: &Path, options: &[&str]) {
    let captures: Vec<&str> = captures.iter().map(|path| path.to_str().unwrap()).collect();
    let arguments = ["--card", "soft", "--ticks", ticks.to_str().unwrap()];
    let run = escapement([&["replay"], &captures[..], &arguments, options].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// No field of these captures is quoted.
fn csv_rows(text: &str) -> Vec<CsvRow> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields.len(), names.len(), "{line}");
            names.iter().zip(fields).map(|(name, field)| (name.to_string(), field.into())).collect()
        })
        .collect()
}

fn parquet_rows(path: &Path) -> (HashMap<String, String>, Vec<Row>) {
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let said = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let said = said.iter().map(|one| (one.key.clone(), one.value.clone().unwrap())).collect();
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    (said, rows)
}

/// A field as the CSV would have it.
fn shown(name: &str, field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::ULong(number) => number.to_string(),
        Field::Long(number) => number.to_string(),
        Field::Decimal(number) => {
            assert_eq!((name, number.precision(), number.scale()), ("price", 18, 9));
            let nanos =
                number.data().iter().fold(0, |sum: i64, &byte| (sum << 8) | i64::from(byte));
            assert_eq!(nanos % 100_000, 0);
            (nanos / 100_000).to_string()
        }
        other => panic!("{name}: {other:?}"),
    }
}

/// Every column of the CSV stands in the Parquet rows too.
fn assert_parquet_is_csv(rows: &[Row], csv: &[CsvRow]) {
    assert_eq!(rows.len(), csv.len());
    for (row, wanted) in rows.iter().zip(csv) {
        let mut columns = 0;
        for (name, field) in row.get_column_iter() {
            // moments are checked by themselves
            if let Some(wanted) = wanted.get(name).filter(|_| name != "hw_time_ns") {
                assert_eq!(&shown(name, field), wanted, "{name} of {row:?}");
                columns += 1;
            }
        }
        assert_eq!(columns, 10);
    }
}

/// A DBN file taken apart by the published layout, not by the writer's code.
struct Dbn {
    dataset: String,
    symbols: HashMap<u32, String>,
    records: Vec<Vec<u8>>,
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

fn text_at(bytes: &[u8], at: usize, length: usize) -> String {
    let text = bytes[at..at + length].split(|&byte| byte == 0).next().unwrap();
    String::from_utf8(text.to_vec()).unwrap()
}

fn dbn(bytes: &[u8]) -> Dbn {
    assert_eq!(&bytes[..4], b"DBN\x03");
    let records_at = 8 + u32_at(bytes, 4) as usize;
    assert_eq!(records_at % 8, 0);
    let dataset = text_at(bytes, 8, 16);
    // behind dataset, schema, start, end, limit, three bytes, length of symbols and 53 reserved bytes
    let mut at = 8 + 16 + 2 + 24 + 3 + 2 + 53;
    assert_eq!((u32_at(bytes, at), bytes[24], bytes[25]), (0, 0xff, 0xff));
    at += 4;
    at += 4 + 71 * u32_at(bytes, at) as usize;
    at += 8;
    let mappings = u32_at(bytes, at);
    at += 4;
    let mut symbols = HashMap::new();
    for _ in 0..mappings {
        let symbol = text_at(bytes, at, 71);
        assert_eq!(u32_at(bytes, at + 71), 1);
        assert!(u32_at(bytes, at + 75) < u32_at(bytes, at + 79));
        symbols.insert(text_at(bytes, at + 83, 71).parse().unwrap(), symbol);
        at += 83 + 71;
    }
    assert!((at..at + 8).contains(&records_at));
    let mut records = Vec::new();
    let mut at = records_at;
    while at < bytes.len() {
        let length = 4 * usize::from(bytes[at]);
        records.push(bytes[at..at + length].to_vec());
        at += length;
    }
    Dbn { dataset, symbols, records }
}

const PRICE_AT: usize = 16;
const UNDEF_PRICE: u64 = i64::MAX as u64;

/// Price of the CSV in 1e-9.
fn nanos(price: &str) -> u64 {
    price.parse::<u64>().map_or(UNDEF_PRICE, |price| price * 100_000)
}

fn size(size: &str) -> u32 {
    u32::try_from(size.parse::<u64>().unwrap()).unwrap_or(u32::MAX)
}

/// Each tick is the record that fits it, and quotes show both sides as the ticks so far left them.
fn assert_dbn_is_csv(dbn: &Dbn, csv: &[CsvRow]) {
    assert_eq!(dbn.records.len(), csv.len());
    let empty = (UNDEF_PRICE, 0);
    let mut sides: HashMap<&str, [(u64, u32); 2]> = HashMap::new();
    for (place, (record, row)) in dbn.records.iter().zip(csv).enumerate() {
        let field = |name: &str| row[name].as_str();
        let symbol = dbn.symbols.get(&u32_at(record, 4)).map_or("", String::as_str);
        assert_eq!(symbol, field("symbol"), "row {place}");
        let level = (nanos(field("price")), size(field("size")));
        let at_level = (u64_at(record, PRICE_AT), u32_at(record, 24));
        let (flags_at, recv_at, sequence_at) = match field("kind") {
            "trade" => {
                assert_eq!((record[1], record.len(), at_level), (0, 48, level), "row {place}");
                let side = match field("side") {
                    "B" => b'B',
                    "S" => b'A',
                    _ => b'N',
                };
                assert_eq!(record[28..30], [b'T', side], "row {place}");
                (Some(30), 32, Some(44))
            }
            "trade_break" => {
                assert_eq!((record[1], record.len()), (0xa0, 56));
                assert_eq!(u64_at(record, 16).to_string(), field("size"));
                assert_eq!(record[38], b'C');
                (Some(36), 40, Some(52))
            }
            "status" => {
                assert_eq!((record[1], record.len()), (0x12, 40));
                let action = u16::from_le_bytes([record[24], record[25]]);
                match (symbol, field("side")) {
                    ("", "Q" | "R") | (_, "T") => assert_eq!(action, 7),
                    ("", _) => assert_ne!(action, 7),
                    (_, "H") => assert_eq!(action, 8),
                    (_, "P") => assert_eq!(action, 9),
                    _ => {}
                }
                (None, 16, None)
            }
            kind => {
                assert_eq!((record[1], record.len(), at_level), (1, 80, level), "row {place}");
                let side = usize::from(kind == "ask");
                assert_eq!(record[28..30], [b'M', b"BA"[side]]);
                let both = sides.entry(symbol).or_insert([empty; 2]);
                both[side] = level;
                let found = [0, 1]
                    .map(|side| (u64_at(record, 48 + 8 * side), u32_at(record, 64 + 4 * side)));
                assert_eq!(&found, both, "row {place}: {row:?}");
                assert_eq!(record[30] & 0x40, 0x40, "top of book");
                (Some(30), 32, Some(44))
            }
        };
        if let Some(at) = flags_at {
            let flags = record[at];
            assert_eq!(flags & 4 != 0, field("flags").contains("MAYBE_BAD_BOOK"), "row {place}");
            assert_eq!(flags & 2 != 0, field("flags").contains("REPAIRED"), "row {place}");
            let last = csv.get(place + 1).is_none_or(|next| {
                next["msg_index"] != row["msg_index"] || next["symbol"] != row["symbol"]
            });
            assert_eq!(flags & 0x80 != 0, last, "row {place}");
        }
        let received = u64_at(record, recv_at);
        if field("hw_time_ns").is_empty() {
            // fetched: it came in no frame
            assert_eq!(received, u64_at(record, 8));
            assert!(flags_at.is_none_or(|at| record[at] & 8 != 0));
        } else {
            assert_eq!(received.to_string(), field("hw_time_ns"), "row {place}");
        }
        if let Some(at) = sequence_at {
            let sequence = field("seq").parse::<u64>().unwrap() as u32;
            assert_eq!(u32_at(record, at), sequence);
        }
    }
}

/// Replays into every format and compares them; gives the rows of CSV and Parquet, and the DBN.
fn compare(captures: &[&Path], options: &[&str]) -> (Vec<CsvRow>, Vec<Row>, Dbn) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let options = [&["--hw-time"], options].concat();
    for name in ["t.csv", "t.parquet", "t.dbn", "t.dbn.zst"] {
        write(captures, &path(name), &options);
    }
    let csv = csv_rows(&std::fs::read_to_string(path("t.csv")).unwrap());
    assert!(csv.len() > 10, "only {} rows", csv.len());
    let (said, rows) = parquet_rows(&path("t.parquet"));
    assert_parquet_is_csv(&rows, &csv);
    assert_eq!(said["escapement.rows"], csv.len().to_string());
    let repaired = csv.iter().filter(|row| row["flags"].contains("REPAIRED")).count();
    assert_eq!(said["escapement.rows_repaired"], repaired.to_string());
    let names: Vec<&str> = captures.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(said["escapement.source"], names.join(";"));
    for (row, wanted) in rows.iter().zip(&csv) {
        let stamp = row.get_column_iter().find(|(name, _)| *name == "hw_time_ns").unwrap();
        assert_eq!(shown("hw_time_ns", stamp.1), wanted["hw_time_ns"], "{row:?}");
    }
    let plain = std::fs::read(path("t.dbn")).unwrap();
    assert_eq!(zstd::decode_all(&std::fs::read(path("t.dbn.zst")).unwrap()[..]).unwrap(), plain);
    let dbn = dbn(&plain);
    assert_dbn_is_csv(&dbn, &csv);
    (csv, rows, dbn)
}

fn long(row: &Row, name: &str) -> i64 {
    match row.get_column_iter().find(|(column, _)| *column == name).unwrap().1 {
        Field::Long(number) => *number,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn generated_captures_of_every_feed() {
    let folder = tempfile::tempdir().unwrap();
    for (feed, dataset) in [(Feed::Tops, "IEXG.TOPS"), (Feed::Deep, "IEXG.DEEP")] {
        let capture = file(&folder, "a.pcap", &generated(feed, 5, 4_000));
        let (csv, _, dbn) = compare(&[&capture], &[]);
        assert_eq!(dbn.dataset, dataset);
        let kinds = |kind: &str| csv.iter().filter(|row| row["kind"] == kind).count();
        assert!(kinds("bid") > 100 && kinds("ask") > 100 && kinds("trade") > 10);
    }
    let capture = folder.path().join("itch.pcap");
    let made = ["capture", "gen", "--feed", "itch", "--seed", "4", "--messages", "4000"];
    let output = ["--instruments", "8", "-o", capture.to_str().unwrap()];
    assert_eq!(escapement([&made[..], &output].concat()).code, 0);
    let (csv, rows, dbn) = compare(&[&capture], &[]);
    assert_eq!(dbn.dataset, "XNAS.ITCH");
    // the feed tells the time of day, the frame's stamp which day: every event was within an hour of its frame
    for (row, record) in rows.iter().zip(&dbn.records) {
        let event = long(row, "ts_event");
        assert_eq!(event as u64, u64_at(record, 8));
        assert!((event - long(row, "hw_time_ns")).abs() < 3_600_000_000_000, "{row:?}");
    }
    assert!(csv.iter().any(|row| row["kind"] == "status" && row["symbol"].is_empty()));
}

#[test]
fn real_captures_and_hand_made_cases() {
    let Some(folder) = data() else { return };
    for name in [
        "derived/lobster_aapl_as_itch.pcap.gz",
        "derived/esh4_as_itch.pcap.gz",
        "derived/synthetic_iex_deep_cases.pcapng.gz",
        "iex_tops16_20180127.pcapng.gz",
    ] {
        compare(&[&folder.join(name)], &[]);
    }
}

#[test]
fn repaired_rows_say_so_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (a, b, truth) = (path("a.pcap"), path("b.pcap"), path("truth.pcap"));
    let mut arguments = vec!["capture", "gen", "--feed", "itch", "--seed", "41"];
    arguments.extend(["--messages", "6000", "--instruments", "8", "--loss", "0.12"]);
    arguments.extend(["-o", a.to_str().unwrap(), "--line-b", b.to_str().unwrap()]);
    arguments.extend(["--truth", truth.to_str().unwrap()]);
    assert_eq!(escapement(arguments).code, 0);
    let record = Arc::new(Record::read(std::slice::from_ref(&truth)).unwrap());
    let server = RequestServer::start("127.0.0.1:0", record, RequestSettings::default()).unwrap();
    let address = server.address().to_string();
    let (csv, ..) = compare(&[&a, &b], &["--recover-mold", &address]);
    assert!(csv.iter().any(|row| row["flags"] == "REPAIRED" && row["hw_time_ns"].is_empty()));
}

#[test]
fn a_parquet_file_of_many_row_groups_and_one_of_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let capture = file(&folder, "a.pcap", &generated(Feed::Tops, 2, 600_000));
    let ticks = folder.path().join("t.parquet");
    write(&[&capture], &ticks, &[]);
    let reader = SerializedFileReader::new(std::fs::File::open(&ticks).unwrap()).unwrap();
    assert!(reader.num_row_groups() > 1, "{}", reader.num_row_groups());
    let rows = reader.metadata().file_metadata().num_rows();
    let csv = folder.path().join("t.csv");
    write(&[&capture], &csv, &[]);
    let lines = std::fs::read_to_string(&csv).unwrap().lines().count() as i64;
    assert_eq!(rows, lines - 1);
    let list = "[[instrument]]\nvenue = \"IEXG\"\nsymbol = \"NONE\"\ntick = 0.01\n";
    let list = file(&folder, "list.toml", list.as_bytes());
    let quotes = folder.path().join("q.parquet");
    write(&[&capture], &quotes, &["--instruments", list.to_str().unwrap()]);
    let (_, rows) = parquet_rows(&quotes);
    assert!(rows.iter().all(|row| row.to_string().contains("kind: \"status\"")), "{rows:?}");
}

#[test]
fn what_was_not_finished_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let capture = file(&folder, "a.pcap", &generated(Feed::Tops, 2, 2_000));
    for name in ["t.parquet", "t.dbn", "t.dbn.zst"] {
        let full = folder.path().join(name);
        std::os::unix::fs::symlink("/dev/full", &full).unwrap();
        let arguments = ["replay", capture.to_str().unwrap(), "--card", "soft", "--ticks"];
        let run = escapement([&arguments[..], &[full.to_str().unwrap()]].concat());
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(full.to_str().unwrap()), "{}", run.stderr);
        assert!(run.stderr.contains("No space left"), "{}", run.stderr);
    }
}
