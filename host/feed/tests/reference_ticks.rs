//! The golden model gives the reference ticks, row by row.

mod support;

use std::path::PathBuf;

use escapement_feed::{CardModel, Event, FrameDisposition};
use support::{
    assert_rows_equal, auto_symbols, card_for, data, feed_of, reference_rows, replay, rows,
};

/// Replays `capture` with its `most` busiest symbols and compares with the reference ticks.
fn check(capture: &str, ticks: &str, most: usize) -> Option<(CardModel, PathBuf)> {
    let folder = data()?;
    let path = folder.join(capture);
    let feed = feed_of(&path);
    let symbols = auto_symbols(&path, feed, most);
    let (model, entries) = replay(&path, card_for(feed, &symbols));
    let reference = reference_rows(&folder.join("derived").join(ticks), &symbols);
    assert!(!reference.is_empty());
    assert_rows_equal(&rows(&entries, &symbols), &reference);
    assert!(model.conserved());
    assert_eq!(model.counters().in_flight, 0);
    Some((model, path))
}

#[test]
fn deep_2017_of_64_instruments() {
    let Some((model, _)) =
        check("iex_deep10_20170425.pcap.gz", "iex_deep10_20170425.ticks.csv.gz", 64)
    else {
        return;
    };
    let counters = model.counters();
    assert_eq!(counters.messages(), 391_999);
    assert_eq!(counters.events(Event::Restarts), 11);
    assert_eq!(counters.events(Event::VoidedMessages), 11);
    assert_eq!(counters.events(Event::Heartbeats), 7_937);
    assert_eq!(counters.events(Event::UdpChecksumBad), 121_311);
    assert_eq!(counters.frames(FrameDisposition::CutDatagram), 1);
    assert_eq!(counters.frames_in(), 121_315);
    assert_eq!(counters.events(Event::LevelOverflow), 0);
}

#[test]
fn deep_2017_of_4000_instruments() {
    check("iex_deep10_20170425.pcap.gz", "iex_deep10_20170425.ticks.csv.gz", 4000);
}

#[test]
fn tops_2018_of_64_instruments() {
    let Some((model, _)) =
        check("iex_tops16_20180127.pcapng.gz", "iex_tops16_20180127.ticks.csv.gz", 64)
    else {
        return;
    };
    let counters = model.counters();
    assert_eq!(counters.messages(), 99_871);
    assert_eq!(counters.events(Event::Heartbeats), 7_955);
    assert_eq!(counters.events(Event::UdpChecksumBad), 0);
    assert_eq!(counters.events(Event::Gaps), 0);
    assert_eq!(counters.frames(FrameDisposition::Ok), 57_719);
}

#[test]
fn tops_2018_of_4000_instruments() {
    check("iex_tops16_20180127.pcapng.gz", "iex_tops16_20180127.ticks.csv.gz", 4000);
}

#[test]
fn aig_2013_as_tops() {
    let Some((model, _)) =
        check("derived/aig_20131008_as_tops.pcap.gz", "aig_20131008_as_tops.ticks.csv.gz", 64)
    else {
        return;
    };
    assert_eq!(model.counters().messages(), 300_028);
    assert_eq!(model.counters().ticks_made(), 152_121);
}

#[test]
fn synthetic_tops_cases() {
    let Some((model, _)) = check(
        "derived/synthetic_iex_tops_cases.pcapng.gz",
        "synthetic_iex_tops_cases.ticks.csv.gz",
        64,
    ) else {
        return;
    };
    assert_eq!(model.counters().messages(), 16);
    assert_eq!(
        (model.counters().events(Event::Gaps), model.counters().events(Event::Lost)),
        (1, 2)
    );
}

#[test]
fn synthetic_deep_cases() {
    let Some((model, _)) = check(
        "derived/synthetic_iex_deep_cases.pcapng.gz",
        "synthetic_iex_deep_cases.ticks.csv.gz",
        64,
    ) else {
        return;
    };
    assert_eq!(model.counters().messages(), 22);
    assert_eq!(model.counters().events(Event::Restarts), 1);
}
