//! The check: the golden model runs beside the card on the same frames, and every line must say what it says.
//!
//! One thread, fed through a bounded channel with frames and the lines that the card made of them. Each entry of each
//! line is compared with the golden entry that is due; each line is packed again from the golden entries and must be
//! the same 64 bytes. Dropped ticks must explain exactly the golden ticks that are missing.

mod compare;
pub(crate) mod golden;

use std::collections::BTreeMap;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use escapement_card::{CardConfig, CardCounters, CardParams, Line};
use escapement_feed::{CardModel, Load, Symbol};
use serde_json::{json, Value};

pub(crate) use compare::{Comparison, Mismatch};

use crate::failure::Failure;

/// Batches on their way to the check; bounds its memory.
const BATCHES: usize = 16;
/// Frames of a batch.
const BATCH_FRAMES: usize = 256;

/// Frames and lines in the order in which they happened.
#[derive(Default)]
struct Batch {
    /// All frames' bytes, one behind the other.
    bytes: Vec<u8>,
    /// Line, stamp and length of each.
    frames: Vec<(Line, u64, usize)>,
    /// In front of the frames: what the host did to the card.
    acts: Vec<HostAct>,
    /// Behind the frames: the input ended.
    flush: bool,
    lines: Vec<(u64, [u8; 64])>,
    lost: Vec<(u64, u64)>,
}

/// What the host did to the running card, which was empty.
pub(super) enum HostAct {
    /// A load and its stamp.
    Load(u64, OwnedLoad),
    /// Card time passed without a frame.
    Time(u64),
    /// A symbol names this slot now, or none.
    Symbol([u8; 8], Option<u16>),
    /// A slot's tick size.
    Tick(u16, u32),
}

/// A load on its way to the check.
pub(super) enum OwnedLoad {
    Message(Vec<u8>),
    SlotProven(u16),
    SlotDoubtful(u16),
    SlotReleased { slot: u16, generation: u8 },
    SlotAssigned { slot: u16, generation: u8, symbol: [u8; 8] },
    FeedProven,
}

impl From<Load<'_>> for OwnedLoad {
    fn from(load: Load<'_>) -> Self {
        match load {
            Load::Message(data) => Self::Message(data.to_vec()),
            Load::SlotProven(slot) => Self::SlotProven(slot),
            Load::SlotDoubtful(slot) => Self::SlotDoubtful(slot),
            Load::SlotReleased { slot, generation } => Self::SlotReleased { slot, generation },
            Load::SlotAssigned { slot, generation, symbol } => {
                Self::SlotAssigned { slot, generation, symbol }
            }
            Load::FeedProven => Self::FeedProven,
        }
    }
}

impl OwnedLoad {
    fn as_load(&self) -> Load<'_> {
        match self {
            Self::Message(data) => Load::Message(data),
            Self::SlotProven(slot) => Load::SlotProven(*slot),
            Self::SlotDoubtful(slot) => Load::SlotDoubtful(*slot),
            Self::SlotReleased { slot, generation } => {
                Load::SlotReleased { slot: *slot, generation: *generation }
            }
            Self::SlotAssigned { slot, generation, symbol } => {
                Load::SlotAssigned { slot: *slot, generation: *generation, symbol: *symbol }
            }
            Self::FeedProven => Load::FeedProven,
        }
    }
}

/// Handle of the checking thread.
pub(crate) struct Checker {
    batch: Batch,
    sender: Option<Sender<Batch>>,
    thread: Option<JoinHandle<Comparison>>,
}

/// What the check found.
pub(crate) struct Verdict {
    comparison: Comparison,
    /// Counters that differ: name, card, golden.
    counters: BTreeMap<String, (u64, u64)>,
}

impl Checker {
    /// Starts the golden model of a card with this configuration.
    pub(crate) fn start(config: &CardConfig, card: &CardParams) -> Result<Self, Failure> {
        let (sender, receiver) = crossbeam_channel::bounded::<Batch>(BATCHES);
        let mut model = CardModel::new(golden::config(config, card)?)
            .map_err(|error| Failure::input(format!("golden model: {error}")))?;
        let feed_id = config.feed.feed_id;
        let thread = std::thread::spawn(move || {
            let mut comparison = Comparison::new(feed_id);
            for batch in receiver {
                let mut at = 0;
                let mut expect = |entry| comparison.expect(entry);
                for act in &batch.acts {
                    match act {
                        HostAct::Load(stamp, load) => {
                            model.load(*stamp, load.as_load(), &mut expect);
                        }
                        HostAct::Time(now) => {
                            model.time_step(*now, usize::MAX, &mut expect);
                        }
                        HostAct::Symbol(symbol, slot) => model.map_symbol(Symbol(*symbol), *slot),
                        HostAct::Tick(slot, tick) => model.set_tick(*slot, *tick),
                    }
                }
                for (line, stamp_ns, length) in batch.frames {
                    let frame = &batch.bytes[at..at + length];
                    at += length;
                    model.frame(line, stamp_ns, frame, false, &mut expect);
                }
                if batch.flush {
                    model.flush(&mut expect);
                }
                for (first, count) in batch.lost {
                    comparison.lost_lines(first, count);
                }
                for (number, line) in batch.lines {
                    comparison.line(number, &line);
                }
            }
            comparison.finish(model.counters().named().collect());
            comparison
        });
        Ok(Self { batch: Batch::default(), sender: Some(sender), thread: Some(thread) })
    }

    /// A frame went into the card.
    pub(crate) fn frame(&mut self, line: Line, stamp_ns: u64, bytes: &[u8]) {
        self.batch.frames.push((line, stamp_ns, bytes.len()));
        self.batch.bytes.extend_from_slice(bytes);
        if self.batch.frames.len() == BATCH_FRAMES {
            self.send();
        }
    }

    /// The host loaded the card, which was empty.
    pub(crate) fn load(&mut self, stamp: u64, load: Load<'_>) {
        self.act(HostAct::Load(stamp, load.into()));
    }

    /// The host did something to the card, which was empty.
    pub(super) fn act(&mut self, act: HostAct) {
        if !self.batch.frames.is_empty() || self.batch.flush || !self.batch.lines.is_empty() {
            self.send();
        }
        self.batch.acts.push(act);
    }

    /// The input has ended; nothing but loads and lines comes after.
    pub(crate) fn flush(&mut self) {
        self.batch.flush = true;
    }

    /// A line came out.
    pub(crate) fn line(&mut self, number: u64, bytes: &[u8; 64]) {
        self.batch.lines.push((number, *bytes));
    }

    /// Lines were lost on the way.
    pub(crate) fn lost(&mut self, first: u64, count: u64) {
        self.batch.lost.push((first, count));
    }

    fn send(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        if let Some(sender) = &self.sender {
            // a check that has died is noticed when it is joined
            let _ = sender.send(batch);
        }
    }

    /// The card has been drained: what did the check find?
    pub(crate) fn finish(mut self, card: &CardCounters) -> Result<Verdict, Failure> {
        self.send();
        self.sender = None;
        let thread =
            self.thread.take().ok_or_else(|| Failure::check("the check has ended before"))?;
        let comparison =
            thread.join().map_err(|_| Failure::check("the golden model stopped with a panic"))?;
        let counters = compare_counters(&comparison.golden_counters, card);
        Ok(Verdict { comparison, counters })
    }
}

/// Counters that the golden model knows and that differ.
fn compare_counters(golden: &[(String, u64)], card: &CardCounters) -> BTreeMap<String, (u64, u64)> {
    use escapement_abi::Group;
    /// Only the RTL has a ladder to refill.
    const HARDWARE_ONLY: [&str; 2] = ["events_refill_stalls", "events_refill_cycles"];
    let card: BTreeMap<String, u64> = Group::ALL
        .iter()
        .flat_map(|&group| {
            card.group(group).map(move |(name, count)| (format!("{}_{name}", group.name()), count))
        })
        .collect();
    golden
        .iter()
        .filter(|(name, _)| !HARDWARE_ONLY.contains(&name.as_str()))
        .filter_map(|(name, expected)| {
            let found = *card.get(name)?;
            (found != *expected).then(|| (name.clone(), (found, *expected)))
        })
        .collect()
}

impl Verdict {
    /// Everything was as the golden model says.
    pub(crate) fn passed(&self) -> bool {
        self.comparison.first_mismatch().is_none() && self.counters.is_empty()
    }

    /// The first thing that was not, in one line.
    pub(crate) fn first_problem(&self) -> Option<String> {
        if let Some(mismatch) = self.comparison.first_mismatch() {
            return Some(mismatch.to_string());
        }
        let (name, (card, golden)) = self.counters.first_key_value()?;
        Some(format!("counter {name}: the card has {card}, the golden model {golden}"))
    }

    /// What was compared, in words.
    pub(crate) fn summary(&self) -> String {
        let comparison = &self.comparison;
        format!(
            "{} entries equal the golden model's, {} of {} lines packed again to the same bytes, {} drops explained",
            comparison.entries, comparison.repacked, comparison.lines, comparison.explained_drops
        )
    }

    /// For reports.
    pub(crate) fn json(&self) -> Value {
        let comparison = &self.comparison;
        json!({
            "passed": self.passed(),
            "entries": comparison.entries,
            "lines": comparison.lines,
            "repacked_lines": comparison.repacked,
            "explained_drops": comparison.explained_drops,
            "mismatches": comparison.mismatches,
            "first_mismatch": comparison.first_mismatch().map(Mismatch::json),
            "counters_that_differ": self.counters.iter()
                .map(|(name, (card, golden))| (name.clone(), json!({"card": card, "golden": golden})))
                .collect::<serde_json::Map<_, _>>(),
        })
    }
}
