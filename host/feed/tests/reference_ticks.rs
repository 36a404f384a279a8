//! The golden model gives the reference ticks, row by row.

mod support;

use std::path::{Path, PathBuf};

use escapement_codec::Entry;
use escapement_feed::{CardModel, Event, FrameDisposition, Line, MessageDisposition as D};
use support::{
    assert_rows_equal, auto_symbols, card_for, data, detected, feed_of, reference_rows,
    replay_lines, rows,
};

/// Replays line A and perhaps line B with the `most` busiest symbols of line A and compares with the reference ticks.
fn check_lines(captures: &[&str], ticks: &str, most: usize) -> Option<(CardModel, Vec<Entry>)> {
    let folder = data()?;
    let paths: Vec<PathBuf> = captures.iter().map(|name| folder.join(name)).collect();
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let feed = feed_of(paths[0]);
    let symbols = auto_symbols(paths[0], feed, most);
    let (model, entries) = replay_lines(&paths, card_for(feed, &symbols));
    let reference = reference_rows(&folder.join("derived").join(ticks), &symbols);
    assert!(!reference.is_empty());
    assert_rows_equal(&rows(feed.protocol, &entries, &symbols), &reference);
    assert!(model.conserved());
    assert_eq!(model.counters().in_flight, 0);
    Some((model, entries))
}

fn check(capture: &str, ticks: &str, most: usize) -> Option<(CardModel, Vec<Entry>)> {
    check_lines(&[capture], ticks, most)
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
    assert_eq!(counters.frames(Line::A, FrameDisposition::CutDatagram), 1);
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
    assert_eq!(counters.frames(Line::A, FrameDisposition::Ok), 57_719);
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

#[test]
fn esh4_as_itch() {
    for name in ["esh4_as_itch", "esh4_as_itch_burst"] {
        let capture = format!("derived/{name}.pcap.gz");
        let Some((model, _)) = check(&capture, &format!("{name}.ticks.csv.gz"), 64) else { return };
        let counters = model.counters();
        let burst = u64::from(name.ends_with("burst"));
        assert_eq!(counters.messages(), 59_622 - 4 * burst);
        assert_eq!(counters.ticks_made(), 35_553 - 4 * burst);
        for event in [Event::Gaps, Event::UdpChecksumBad, Event::AbsentLevel, Event::TableOverflow]
        {
            assert_eq!(counters.events(event), 0, "{}", event.name());
        }
        assert_eq!(counters.events(Event::EndOfSession), 3);
    }
}

#[test]
fn two_lines_that_lose_no_message_together_give_the_ticks_of_the_whole_stream() {
    let captures = [
        "derived/esh4_as_itch_ab_loss1pct_a.pcap.gz",
        "derived/esh4_as_itch_ab_loss1pct_b.pcap.gz",
    ];
    for ticks in ["esh4_as_itch_ab_loss1pct.ticks.csv.gz", "esh4_as_itch.ticks.csv.gz"] {
        let Some((model, _)) = check_lines(&captures, ticks, 64) else { return };
        let counters = model.counters();
        assert_eq!(counters.messages(), 59_622);
        assert_eq!(counters.disposition(D::Duplicate), 58_451);
        assert_eq!(counters.disposition(D::Late), 0);
        assert_eq!((counters.events(Event::Gaps), counters.events(Event::GapWindow)), (0, 0));
        let delivered = [Event::DeliveredA, Event::DeliveredB].map(|e| counters.events(e));
        assert_eq!(delivered.iter().sum::<u64>(), 59_622);
        assert!(delivered[1] > 500, "{delivered:?}");
    }
}

#[test]
fn what_both_lines_lose_is_a_gap_and_flags_what_follows() {
    let captures = [
        "derived/lobster_aapl_as_itch_ab_gaps_a.pcap.gz",
        "derived/lobster_aapl_as_itch_ab_gaps_b.pcap.gz",
    ];
    let Some((model, _)) = check_lines(&captures, "lobster_aapl_as_itch_ab_gaps.ticks.csv.gz", 64)
    else {
        return;
    };
    let counters = model.counters();
    assert_eq!(counters.messages(), 1_019);
    assert_eq!((counters.events(Event::Gaps), counters.events(Event::Lost)), (11, 20));
    assert_eq!((counters.disposition(D::Duplicate), counters.disposition(D::Late)), (841, 3));
    assert_eq!(counters.disposition(D::UnknownRef), 7);
}

#[test]
fn lobster_aapl_as_itch() {
    let Some((model, _)) =
        check("derived/lobster_aapl_as_itch.pcap.gz", "lobster_aapl_as_itch.ticks.csv.gz", 64)
    else {
        return;
    };
    assert_eq!((model.counters().messages(), model.counters().ticks_made()), (1_039, 652));
}

#[test]
fn synthetic_itch_cases() {
    let Some((model, _)) =
        check("derived/synthetic_itch_cases.pcap.gz", "synthetic_itch_cases.ticks.csv.gz", 64)
    else {
        return;
    };
    let counters = model.counters();
    assert_eq!(counters.messages(), 49);
    assert_eq!((counters.events(Event::Gaps), counters.events(Event::Lost)), (2, 3));
    assert_eq!(counters.events(Event::Restarts), 1);
    assert_eq!(counters.disposition(D::UnknownRef), 3);
    let refused = [D::Duplicate, D::Late, D::StaleSession].map(|d| counters.disposition(d));
    assert_eq!(refused, [7, 1, 0]);
}

#[test]
fn the_first_1000_messages_of_a_nasdaq_day() {
    let Some((model, _)) = check("itch50_first1000.itch", "itch50_first1000.ticks.csv.gz", 64)
    else {
        return;
    };
    assert_eq!(model.counters().messages(), 1000);
    assert_eq!(model.counters().messages_of_type(b'R'), 993);
}

#[test]
fn both_lines_of_a_capture_pair_are_one_session_of_two_groups() {
    let Some(folder) = data() else { return };
    let [a, b] = ["a", "b"].map(|line| {
        detected(&folder.join(format!("derived/esh4_as_itch_ab_loss1pct_{line}.pcap.gz")))
    });
    assert_eq!((a.session, a.feed.protocol), (b.session, b.feed.protocol));
    assert_ne!(a.feed.group, b.feed.group);
}
