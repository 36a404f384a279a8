//! Loss, duplication, reordering, damage and replays in any mix: nothing wrong comes out, and every count is the truth's.

use std::collections::{BTreeSet, HashSet};

use escapement_codec::link::{FrameWriter, FRAME_BYTES_MAX};
use escapement_codec::{crc32c, CentreTable, Clock, Entry, LineItem, Resolved, Tick, TickKind};
use escapement_link::{Event, Receiver, Window};
use proptest::prelude::*;

fn tick(index: u64) -> Tick {
    Tick {
        kind: TickKind::Trade,
        slot: (index % 5) as u16,
        msg_index: index,
        feed_time: 1_000 * index as i64,
        hw_time: 1_000 * index + 77,
        price: Some(100_000 + (index * index % 977) as i64),
        code: 0,
        epoch: 0,
        size: index % 400,
        side: 1,
        flags: 0,
    }
}

/// Frames of one run of a sender, with the ticks in each; some are heartbeats.
fn run(stream: u16, first: u64, sizes: &[u8]) -> Vec<(Vec<u8>, Vec<u64>)> {
    let mut writer = FrameWriter::new(1, stream, Clock::default(), 1_400);
    let mut out = [0; FRAME_BYTES_MAX];
    let mut index = first;
    let frame = |&size: &u8| {
        let ticks: Vec<u64> = (index..index + u64::from(size)).collect();
        index += u64::from(size) + 1;
        ticks.iter().for_each(|&index| writer.push(&Entry::Tick(tick(index))).unwrap());
        let now = 1_000 * index;
        let length = match size {
            0 => writer.heartbeat(now, index, &mut out),
            _ => writer.finish(now, &mut out),
        };
        (out[..length].to_vec(), ticks)
    };
    sizes.iter().map(frame).collect()
}

/// What a link does to one frame.
#[derive(Debug, Clone)]
enum Fate {
    Comes,
    Lost,
    Twice {
        later: u8,
    },
    Late {
        by: u8,
    },
    Flipped {
        bits: Vec<u16>,
    },
    Cut {
        to: u16,
    },
    /// It comes, and so does a datagram of the run before.
    WithOld {
        which: u8,
    },
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        8 => Just(Fate::Comes),
        3 => Just(Fate::Lost),
        1 => (0u8..20).prop_map(|later| Fate::Twice { later }),
        2 => (1u8..20).prop_map(|by| Fate::Late { by }),
        1 => proptest::collection::vec(any::<u16>(), 1..4).prop_map(|bits| Fate::Flipped { bits }),
        1 => any::<u16>().prop_map(|to| Fate::Cut { to }),
        1 => any::<u8>().prop_map(|which| Fate::WithOld { which }),
    ]
}

/// Datagrams as they arrive: what they are (frame of the run, or -1), and their bytes.
fn arrivals(
    frames: &[(Vec<u8>, Vec<u64>)],
    old: &[(Vec<u8>, Vec<u64>)],
    fates: &[Fate],
) -> (Vec<(i64, Vec<u8>)>, u64, u64) {
    let mut due: Vec<(u64, i64, Vec<u8>)> = Vec::new();
    let (mut corrupt, mut stale) = (0, 0);
    for (number, ((bytes, _), fate)) in frames.iter().zip(fates).enumerate() {
        let (at, of) = (10 * number as u64, number as i64);
        match fate {
            Fate::Comes => due.push((at, of, bytes.clone())),
            Fate::Lost => {}
            Fate::Twice { later } => {
                due.push((at, of, bytes.clone()));
                due.push((at + 10 * u64::from(*later) + 1, of, bytes.clone()));
            }
            Fate::Late { by } => due.push((at + 10 * u64::from(*by) + 2, of, bytes.clone())),
            Fate::Flipped { bits } => {
                let mut damaged = bytes.clone();
                let bits: BTreeSet<usize> =
                    bits.iter().map(|&bit| usize::from(bit) % (8 * bytes.len())).collect();
                bits.iter().for_each(|bit| damaged[bit / 8] ^= 1 << (bit % 8));
                corrupt += 1;
                due.push((at, -1, damaged));
            }
            Fate::Cut { to } => {
                corrupt += 1;
                due.push((at, -1, bytes[..usize::from(*to) % bytes.len()].to_vec()));
            }
            Fate::WithOld { which } => {
                due.push((at, of, bytes.clone()));
                stale += 1;
                due.push((at, -1, old[usize::from(*which) % old.len()].0.clone()));
            }
        }
    }
    due.sort_by_key(|(at, ..)| *at);
    (due.into_iter().map(|(_, of, bytes)| (of, bytes)).collect(), corrupt, stale)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_out_was_sent_in_order_and_every_count_is_true(
        sizes in proptest::collection::vec(0u8..40, 4..80), old in proptest::collection::vec(0u8..10, 1..6),
        fates in proptest::collection::vec(fate(), 80), frames_held in 1usize..40,
    ) {
        let old = run(1, 0, &old);
        let frames = run(2, 1 << 20, &sizes);
        // The first frame of the run comes: nothing before it can be known to be missing.
        let mut fates = fates;
        fates[0] = Fate::Comes;
        let (arrivals, corrupt, stale) = arrivals(&frames, &old, &fates);

        // The truth, of the arrivals alone: a frame is in time unless its place was given up before, which is when more than
        // `frames_held` stand behind a missing one.
        let (mut seen, mut given_up) = (HashSet::new(), 0u64);
        let (mut duplicated, mut late, mut reordered, mut highest) = (0, 0, 0, -1);
        let mut waiting: BTreeSet<i64> = BTreeSet::new();
        let (mut next, mut in_order) = (0i64, Vec::new());
        for &(of, _) in arrivals.iter().filter(|(of, _)| *of >= 0) {
            if !seen.insert(of) {
                duplicated += u64::from(in_order.contains(&of) || waiting.contains(&of));
                late += u64::from(!in_order.contains(&of) && !waiting.contains(&of));
                continue;
            }
            if of < next {
                late += 1;
                continue;
            }
            reordered += u64::from(of < highest);
            highest = highest.max(of);
            waiting.insert(of);
            while let Some(&first) = waiting.first() {
                if first > next && waiting.len() <= frames_held {
                    break;
                }
                given_up += (first - next) as u64;
                waiting.pop_first();
                in_order.push(first);
                next = first + 1;
            }
        }
        for first in waiting {
            given_up += (first - next) as u64;
            in_order.push(first);
            next = first + 1;
        }

        let mut receiver = Receiver::new(Window { frames: frames_held, ns: u64::MAX });
        let (mut ticks, mut centres) = (Vec::new(), CentreTable::<8>::new());
        let mut take = |event: Event<'_>| {
            if let Event::Frame { frame, .. } = event {
                for item in frame.entries() {
                    let item: LineItem = item.expect("a frame's entries are legal");
                    match centres.resolve(item) {
                        Resolved::Entry(Entry::Tick(tick)) => ticks.push(tick),
                        other => panic!("{other:?}"),
                    }
                }
            }
        };
        for (at, (_, bytes)) in arrivals.iter().enumerate() {
            receiver.datagram(bytes, at as u64, &mut take);
        }
        receiver.finish(&mut take);

        let want: Vec<Tick> = in_order.iter().flat_map(|&of| &frames[of as usize].1).map(|&index| tick(index)).collect();
        prop_assert_eq!(ticks, want);
        let counts = receiver.counts();
        prop_assert_eq!((counts.datagrams, counts.delivered), (arrivals.len() as u64, in_order.len() as u64));
        prop_assert_eq!((counts.corrupt, counts.stale, counts.duplicated, counts.late), (corrupt, stale, duplicated, late));
        prop_assert_eq!((counts.frames_lost, counts.reordered, counts.restarts), (given_up, reordered, 0));
        let last = *in_order.last().unwrap() as usize;
        let sent: usize = frames[..=last].iter().map(|(_, ticks)| ticks.len()).sum();
        let came: usize = in_order.iter().map(|&of| frames[of as usize].1.len()).sum();
        prop_assert_eq!(counts.ticks_lost, (sent - came) as u64);
    }
}

/// Events as text, without the bytes.
fn told(receiver: &mut Receiver, datagrams: &[(&[u8], u64)]) -> Vec<String> {
    let mut events = Vec::new();
    for &(bytes, now) in datagrams {
        receiver.datagram(bytes, now, &mut |event| {
            events.push(match event {
                Event::Frame { frame, .. } => format!("{}:{}", frame.stream, frame.frame_seq),
                Event::Lost { frames, ticks } => format!("lost {frames} with {ticks}"),
                Event::Restarted { stream } => format!("restarted {stream}"),
            });
        });
    }
    events
}

#[test]
fn a_missing_frame_is_waited_for_as_long_as_the_window_says() {
    let frames = run(1, 0, &[3, 4, 5, 6]);
    let frame = |number: usize| frames[number].0.as_slice();
    let window = Window { frames: 10, ns: 100 };
    let mut receiver = Receiver::new(window);
    assert_eq!(
        told(&mut receiver, &[(frame(0), 0), (frame(2), 10), (frame(1), 109)]),
        ["1:0", "1:1", "1:2"]
    );
    let mut receiver = Receiver::new(window);
    let datagrams = [(frame(0), 0), (frame(2), 10), (frame(1), 110), (frame(3), 111)];
    assert_eq!(told(&mut receiver, &datagrams), ["1:0", "lost 1 with 4", "1:2", "1:3"]);
    assert_eq!((receiver.counts().late, receiver.counts().ticks_lost), (1, 4));
}

#[test]
fn a_sender_that_begins_anew_is_followed_from_its_first_frame() {
    let (before, after) = (run(7, 0, &[1, 2, 3]), run(8, 1_000, &[2, 2, 2, 2]));
    let mut receiver = Receiver::new(Window::default());
    let datagrams = [
        (&before[0].0[..], 0),
        (&before[2].0, 1),
        (&after[2].0, 2),
        (&before[1].0, 3),
        (&after[3].0, 2_000_000),
    ];
    // What was held of the run before goes first; its second frame is lost, and stale when it comes.
    let want = ["7:0", "lost 1 with 2", "7:2", "restarted 8", "lost 2 with 4", "8:2", "8:3"];
    assert_eq!(told(&mut receiver, &datagrams), want);
    let counts = receiver.counts();
    assert_eq!(
        (counts.restarts, counts.stale, counts.frames_lost, counts.ticks_lost),
        (1, 1, 3, 6)
    );
}

#[test]
fn one_that_is_joined_late_has_lost_nothing_before() {
    let frames = run(3, 0, &[5, 5, 5, 5]);
    let mut receiver = Receiver::new(Window { frames: 1, ns: u64::MAX });
    let datagrams = [(&frames[2].0[..], 0), (&frames[1].0, 1), (&frames[3].0, 2)];
    assert_eq!(told(&mut receiver, &datagrams), ["3:2", "3:3"]);
    let counts = receiver.counts();
    assert_eq!((counts.ticks_lost, counts.frames_lost), (0, 0));
    assert_eq!((counts.late, counts.duplicated), (1, 0));
}

#[test]
fn numbers_wrap() {
    let frames = run(3, 0, &[1, 2, 3, 4, 5]);
    let renumbered = |at: usize| {
        let mut bytes = frames[at].0.clone();
        bytes[4..8].copy_from_slice(&(at as u32).wrapping_sub(2).to_le_bytes());
        let end = bytes.len() - 4;
        let crc = crc32c(&bytes[..end]);
        bytes[end..].copy_from_slice(&crc.to_le_bytes());
        bytes
    };
    let all: Vec<Vec<u8>> = (0..5).map(renumbered).collect();
    let mut receiver = Receiver::new(Window::default());
    let order = [0, 2, 1, 4, 1, 3].map(|at: usize| (&all[at][..], at as u64));
    let want = ["3:4294967294", "3:4294967295", "3:0", "3:1", "3:2"];
    assert_eq!(told(&mut receiver, &order), want);
    let counts = receiver.counts();
    assert_eq!((counts.duplicated, counts.reordered, counts.frames_lost), (1, 2, 0));
}
