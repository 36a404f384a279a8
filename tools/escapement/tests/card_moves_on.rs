//! A card that runs takes frames while the host loads it, and refuses the load behind them: the host's next attempt must
//! mend it all the same, wherever the first was cut off.

mod support;

use std::collections::HashSet;
use std::path::Path;

use escapement_capture::CaptureReader;
use escapement_codec::entry::MAYBE_BAD_BOOK;
use escapement_codec::{Entry, Tick};
use escapement_feed::{detect_feed, CardConfig, CardModel, Checks, Instrument, Line, SymbolCensus};
use escapement_recovery::{mend, proven, Rebuild};
use support::escapement;

/// First byte of the MoldUDP64 header in a generated frame: Ethernet, IPv4, UDP.
const MOLD: usize = 42;

struct Frame {
    stamp: u64,
    bytes: Vec<u8>,
}

impl Frame {
    /// Number and data of each message.
    fn messages(&self) -> Vec<(u64, &[u8])> {
        let first = u64::from_be_bytes(self.bytes[MOLD + 10..MOLD + 18].try_into().unwrap());
        let count = u16::from_be_bytes(self.bytes[MOLD + 18..MOLD + 20].try_into().unwrap());
        let (mut found, mut at) = (Vec::new(), MOLD + 20);
        for number in 0..if count == u16::MAX { 0 } else { u64::from(count) } {
            let length = usize::from(u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]]));
            found.push((first + number, &self.bytes[at + 2..at + 2 + length]));
            at += 2 + length;
        }
        found
    }
}

fn frames(path: &Path) -> Vec<Frame> {
    let mut reader = CaptureReader::open(path).unwrap();
    let mut frames = Vec::new();
    while let Some(packet) = reader.next_packet().unwrap() {
        frames.push(Frame { stamp: packet.stamp_ns, bytes: packet.data.to_vec() });
    }
    frames
}

/// A generated stream, and a card for it.
fn made(seed: u64) -> (Vec<Frame>, CardConfig) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("truth.pcap");
    let seed = seed.to_string();
    let arguments = ["capture", "gen", "--feed", "itch", "--seed", &seed, "--messages", "6000"];
    let run = escapement(arguments.into_iter().chain([
        "--instruments",
        "8",
        "-o",
        path.to_str().unwrap(),
    ]));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let frames = frames(&path);
    let feed = frames.iter().find_map(|one| detect_feed(&one.bytes, Checks::default())).unwrap();
    let mut census = SymbolCensus::new(feed.feed, Checks::default());
    for one in &frames {
        census.frame(&one.bytes);
    }
    let mut config = CardConfig::new(feed.feed);
    config.instruments = (census.top(8).into_iter().enumerate())
        .map(|(slot, (symbol, _))| Instrument::new(slot as u16, symbol, 100))
        .collect();
    (frames, config)
}

fn tick_of(entry: Entry) -> Option<Tick> {
    match entry {
        Entry::Tick(tick) => Some(tick),
        _ => None,
    }
}

type Said = (i64, u16, u8, Option<i64>, u64);

fn said(tick: &Tick) -> Said {
    (tick.feed_time, tick.slot, tick.kind as u8, tick.price, tick.size)
}

/// From `ESCAPEMENT_SEED`, or fresh; printed.
fn seed() -> u64 {
    let given = std::env::var("ESCAPEMENT_SEED").ok().and_then(|text| text.parse().ok());
    let fresh = || std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
    let seed = given.unwrap_or_else(fresh);
    println!("ESCAPEMENT_SEED={seed}");
    seed
}

/// What a run came to.
struct Run {
    attempts: u64,
    loads: u64,
}

/// Loses the packets `lost`. The card takes the frame that comes next right before load `cut`, counted over all attempts, and if
/// `again` before the first loads of the two attempts after it too.
fn run(
    frames: &[Frame],
    config: &CardConfig,
    lost: std::ops::Range<usize>,
    cut: u64,
    again: bool,
) -> Run {
    let mut whole = CardModel::new(config.clone()).unwrap();
    let mut right: HashSet<Said> = HashSet::new();
    for one in frames {
        whole.frame(Line::A, one.stamp, &one.bytes, false, &mut |entry| {
            right.extend(tick_of(entry).as_ref().map(said));
        });
    }
    let mut card = CardModel::new(config.clone()).unwrap();
    let mut mirror = CardModel::new(config.clone()).unwrap();
    let mut rebuild = Rebuild::new(config).unwrap();
    let mut told = Vec::new();
    let mut stream =
        frames.iter().enumerate().filter(|(at, _)| !lost.contains(at)).map(|(_, one)| one);
    let (mut loads, mut attempts, mut cuts) = (0, 0, 0);
    while let Some(one) = stream.next() {
        let mut unseen = Some(one);
        card.frame(Line::A, one.stamp, &one.bytes, false, &mut |entry| told.extend(tick_of(entry)));
        while let Some(one) = unseen.take() {
            rebuild.frame(Line::A, one.stamp, &one.bytes);
            mirror.frame(Line::A, one.stamp, &one.bytes, false, &mut |_| {});
            if !rebuild.is_owed() {
                continue;
            }
            for one in &frames[lost.clone()] {
                for (sequence, data) in one.messages() {
                    rebuild.supply(sequence, data);
                }
            }
            rebuild.advance();
            assert!(rebuild.is_level());
            attempts += 1;
            let mut first = true;
            let mended = mend::<std::convert::Infallible>(&rebuild, &mut mirror, |stamp, load| {
                let here = loads == cut || (again && first && loads > cut && cuts < 3);
                first = false;
                if here && unseen.is_none() {
                    if let Some(next) = stream.next() {
                        card.frame(Line::A, next.stamp, &next.bytes, false, &mut |entry| {
                            told.extend(tick_of(entry));
                        });
                        unseen = Some(next);
                        cuts += 1;
                    }
                }
                loads += 1;
                Ok(card.load(stamp, load, &mut |entry| told.extend(tick_of(entry))))
            });
            let Ok(mended) = mended;
            let heartbeat = unseen.is_some_and(|one| one.messages().is_empty());
            assert!(mended.whole == unseen.is_none() || heartbeat, "{mended:?}");
            if mended.whole {
                rebuild.settled();
            }
        }
    }
    assert!(!rebuild.is_owed() && !card.is_feed_bad());
    for slot in 0..8 {
        assert!(!card.book().is_bad(slot), "slot {slot} stays flagged");
        assert!(proven(rebuild.truth(), &card, slot), "slot {slot} is not as it should be");
        assert!(card.book().levels().same_slot(whole.book().levels(), slot), "slot {slot}");
        assert_eq!(card.book().published(slot), whole.book().published(slot));
    }
    for tick in told.iter().filter(|tick| tick.flags & MAYBE_BAD_BOOK == 0) {
        assert!(right.contains(&said(tick)), "unflagged, and never so without loss: {tick:?}");
    }
    Run { attempts, loads }
}

#[test]
fn a_load_that_comes_too_late_is_made_good_by_the_next_attempt() {
    let seed = seed();
    let (frames, config) = made(seed);
    let lost = frames.len() / 2..frames.len() / 2 + 12;
    let undisturbed = run(&frames, &config, lost.clone(), u64::MAX, false);
    assert_eq!(undisturbed.attempts, 1);
    let marks = 1 + u64::from(config.slots);
    assert!(undisturbed.loads > marks + 3, "the loss left nothing to mend; seed {seed}");
    // at the first load, among the messages, at the first mark, behind the feed's mark, at the last
    let last = undisturbed.loads - 1;
    for cut in [0, 1, (last - marks) / 2, last - marks, last - marks + 1, last - 4, last] {
        for again in [false, true] {
            let cut_off = run(&frames, &config, lost.clone(), cut, again);
            assert!(cut_off.attempts > 1, "cut {cut}, seed {seed}");
        }
    }
}
