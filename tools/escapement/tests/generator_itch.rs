//! Generated ITCH captures: the same seed gives the same bytes, every message type occurs, lines differ as told.

use std::collections::BTreeSet;

use escapement_tool::generator::itch::{write, ItchMade, ItchPlan, Profile, Trouble};
use escapement_tool::generator::Length;

fn plan(profile: Profile, seed: u64, messages: u64) -> ItchPlan {
    ItchPlan {
        profile,
        seed,
        length: Length::Messages(messages),
        instruments: 16,
        live_orders: 2_000,
    }
}

/// Frames with their stamps, by line.
type Frames = Vec<Vec<(u64, Vec<u8>)>>;

fn made(plan: &ItchPlan, lines: &[(usize, Trouble)]) -> (Frames, ItchMade) {
    let mut frames = vec![Vec::new(); lines.len()];
    let emit = |line: usize, stamp, frame: &[u8]| {
        frames[line].push((stamp, frame.to_vec()));
        Ok(())
    };
    let made = write(plan, lines, emit, || ()).unwrap();
    (frames, made)
}

const PROFILES: [Profile; 5] =
    [Profile::Day, Profile::Walk, Profile::Deep, Profile::Burst, Profile::Odd];

#[test]
fn equal_seeds_give_equal_bytes_and_others_do_not() {
    let calm = [(0, Trouble::default())];
    for profile in PROFILES {
        let first = made(&plan(profile, 5, 10_000), &calm);
        assert!(first == made(&plan(profile, 5, 10_000), &calm), "{profile:?}");
        assert!(first.0 != made(&plan(profile, 6, 10_000), &calm).0, "{profile:?}");
    }
}

#[test]
fn every_type_of_the_specification_occurs() {
    let (_, made) = made(&plan(Profile::Day, 1, 200_000), &[]);
    let types: BTreeSet<u8> = made.by_type.keys().copied().collect();
    assert_eq!(types, b"SRHYLVWKJhAFECXDUPQBINO".iter().copied().collect());
    assert_eq!(made.by_type.values().sum::<u64>(), made.messages);
}

#[test]
fn a_deep_book_has_the_orders_asked_for() {
    let (_, made) = made(&plan(Profile::Deep, 1, 1), &[]);
    assert!((2_000..2_200).contains(&made.live_max), "{}", made.live_max);
}

#[test]
fn troubles_are_done_as_told_and_to_their_line_alone() {
    let trouble = Trouble {
        loss: 0.05,
        duplicates: 0.02,
        reorder: 0.03,
        skew_ns: 30_000,
        dead_ns: Some(4_500_000_000..4_600_000_000),
    };
    let lines = [(0, Trouble::default()), (1, trouble), (0, Trouble::default())];
    let (frames, done) = made(&plan(Profile::Day, 3, 30_000), &lines);
    assert!(frames[0] == frames[2], "two lines without trouble are equal");
    let troubled = done.lines[1];
    assert_eq!(done.lines[0].packets, done.packets);
    assert_eq!(troubled.packets, done.packets - troubled.lost + troubled.duplicated);
    assert!(
        troubled.lost > 50 && troubled.duplicated > 10 && troubled.reordered > 10,
        "{troubled:?}"
    );
    for line in &frames {
        assert!(line.is_sorted_by_key(|(stamp, _)| *stamp));
    }
    let begin = frames[0][0].0;
    let dead = begin + 4_500_040_000..begin + 4_599_990_000;
    assert!(frames[0].iter().any(|(stamp, _)| dead.contains(stamp)));
    assert!(!frames[1].iter().any(|(stamp, _)| dead.contains(stamp)), "dead");
    // payloads are the same on both lines; groups are their own
    let payloads: BTreeSet<&[u8]> = frames[0].iter().map(|(_, frame)| &frame[42..]).collect();
    assert!(frames[1].iter().all(|(_, frame)| payloads.contains(&frame[42..])));
    assert_eq!(frames[0][0].1[30..34], [233, 54, 12, 111]);
    assert_eq!(frames[1][0].1[30..34], [233, 49, 196, 111]);
}
