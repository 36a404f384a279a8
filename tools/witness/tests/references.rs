//! The witness tells what the reference ticks tell, row by row.

use std::path::{Path, PathBuf};

use escapement_witness::{compare, Comparison, Reading};

/// Reference, captures (one a line), rows, flagged rows, gaps, numbers lost on every line.
const SETS: &[(&str, &[&str], [u64; 4])] = &[
    ("esh4_as_itch", &["derived/esh4_as_itch.pcap.gz"], [35_553, 0, 0, 0]),
    ("esh4_as_itch_burst", &["derived/esh4_as_itch_burst.pcap.gz"], [35_549, 0, 0, 0]),
    (
        "esh4_as_itch_ab_loss1pct",
        &[
            "derived/esh4_as_itch_ab_loss1pct_a.pcap.gz",
            "derived/esh4_as_itch_ab_loss1pct_b.pcap.gz",
        ],
        [35_553, 0, 0, 0],
    ),
    ("lobster_aapl_as_itch", &["derived/lobster_aapl_as_itch.pcap.gz"], [652, 0, 0, 0]),
    (
        "lobster_aapl_as_itch_ab_gaps",
        &[
            "derived/lobster_aapl_as_itch_ab_gaps_a.pcap.gz",
            "derived/lobster_aapl_as_itch_ab_gaps_b.pcap.gz",
        ],
        [581, 309, 11, 20],
    ),
    ("synthetic_itch_cases", &["derived/synthetic_itch_cases.pcap.gz"], [39, 4, 2, 3]),
    ("itch50_first1000", &["itch50_first1000.itch"], [4, 0, 0, 0]),
];

fn data() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("ESCAPEMENT_DATA").map_or(default, PathBuf::from);
    if data.is_dir() {
        return Some(data);
    }
    assert!(
        std::env::var("ESCAPEMENT_REQUIRE_DATA").as_deref() != Ok("1"),
        "no captures at {} (set ESCAPEMENT_DATA)",
        data.display()
    );
    eprintln!("SKIPPED: no captures at {} (set ESCAPEMENT_DATA)", data.display());
    None
}

fn run(data: &Path, reference: &str, captures: &[&str], truth: Option<&str>) -> Comparison {
    let reading = Reading {
        captures: captures.iter().map(|name| data.join(name)).collect(),
        ..Reading::default()
    };
    let ticks = data.join("derived").join(format!("{reference}.ticks.csv.gz"));
    let truth = truth.map(|name| data.join(name));
    compare(&ticks, &reading, truth.as_deref())
        .unwrap_or_else(|error| panic!("{reference}: {error}"))
}

#[test]
fn every_reference_is_told_row_by_row() {
    let Some(data) = data() else { return };
    for &(reference, captures, counts) in SETS {
        let found = run(&data, reference, captures, None);
        assert_eq!(found.first, [], "{reference}");
        assert_eq!(found.different, 0, "{reference}");
        let told = found.teller.counts();
        let transport = found.transport;
        let numbers = [found.equal, told.flagged, transport.gaps, transport.lost];
        assert_eq!(numbers, counts, "{reference}: rows, flagged, gaps, lost");
        assert_eq!(
            transport.copies,
            told.messages + transport.duplicates + transport.late + transport.stale,
            "{reference}: each copy is delivered, a duplicate, late or stale"
        );
    }
}

#[test]
fn counts_are_those_of_the_readme() {
    let Some(data) = data() else { return };
    let found = run(&data, SETS[2].0, SETS[2].1, None);
    assert_eq!((found.teller.counts().messages, found.transport.duplicates), (59_622, 58_451));
    let found = run(&data, SETS[4].0, SETS[4].1, None);
    assert_eq!((found.teller.counts().messages, found.transport.duplicates), (1_019, 841));
    assert_eq!(found.teller.counts().unknown_references, 7);
    let found = run(&data, SETS[5].0, SETS[5].1, None);
    assert_eq!((found.teller.counts().messages, found.transport.duplicates), (49, 7));
    assert_eq!((found.teller.counts().unknown_references, found.transport.restarts), (3, 1));
}

#[test]
fn unflagged_rows_with_gaps_are_true_in_the_stream_without() {
    let Some(data) = data() else { return };
    let truth = Some("derived/lobster_aapl_as_itch.pcap.gz");
    let found = run(&data, SETS[4].0, SETS[4].1, truth);
    assert_eq!((found.different, found.proven), (0, 581 - 309));
}

#[test]
fn ticks_of_another_stream_differ() {
    let Some(data) = data() else { return };
    // the loss-free ticks are not those of the lossy lines: flags are missing, unflagged rows untrue
    let found = run(&data, "lobster_aapl_as_itch", SETS[4].1, None);
    assert!(found.different > 300, "{}", found.different);
}
