//! The books as they are when nothing is lost, behind the lines by what is missing.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use escapement_codec::Tick;
use escapement_feed::{CardConfig, Line, Sequenced, SequencedFeed, Truth};

/// Messages that wait behind a missing one, at most. When more come the oldest are forgotten, and missing too.
pub const PENDING_MAX: usize = 1 << 20;
/// Ticks of a repair, at most. When there are more the record is not repaired.
const TICKS_MAX: usize = 1 << 20;

/// A snapshot that is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the snapshot holds what is below message {next_sequence}, but message {missing} is missing too: it is too old"
)]
pub struct SnapshotRefused {
    /// The first message that the snapshot does not hold.
    pub next_sequence: u64,
    /// A later one that is missing.
    pub missing: u64,
}

/// What the record of a stretch of the stream should say.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    /// The messages whose ticks these are, all of them.
    pub sequences: Range<u64>,
    /// Sequence number and tick. The index counts fetched messages too.
    pub ticks: Vec<(u64, Tick)>,
    /// Fetched messages of all repairs so far: what an index of the card is short of.
    pub fetched: u64,
}

#[derive(Debug)]
struct Waiting {
    sequence: u64,
    hw_time: u64,
    data: Vec<u8>,
}

/// Follows one feed.
#[derive(Debug)]
pub struct Rebuild {
    stream: SequencedFeed,
    truth: Truth,
    /// The first message that the truth does not hold.
    next: u64,
    /// Messages from the lines behind it, in sequence.
    pending: VecDeque<Waiting>,
    /// Messages from a server.
    supplied: BTreeMap<u64, Vec<u8>>,
    /// Something was lost since the card was last as the truth is.
    owed: bool,
    repair: Option<Repair>,
    repair_overflows: bool,
    /// Fetched messages that the truth has taken, in repairs that were handed out and in the one at work.
    fetched: [u64; 2],
    forgotten: u64,
}

impl Rebuild {
    /// Before the first frame. None if the feed has no orders, or in `early` mode.
    #[must_use]
    pub fn new(config: &CardConfig) -> Option<Self> {
        Some(Self {
            stream: SequencedFeed::new(config)?,
            truth: Truth::new(config)?,
            next: 1,
            pending: VecDeque::new(),
            supplied: BTreeMap::new(),
            owed: false,
            repair: None,
            repair_overflows: false,
            fetched: [0; 2],
            forgotten: 0,
        })
    }

    /// A frame that went to the card too.
    pub fn frame(&mut self, line: Line, stamp: u64, bytes: &[u8]) {
        self.follow(|stream, take| stream.frame(line, stamp, bytes, &mut |what| take(what)));
    }

    /// The input has ended.
    pub fn flush(&mut self) {
        self.follow(|stream, take| stream.flush(&mut |what| take(what)));
    }

    fn follow(&mut self, go_on: impl FnOnce(&mut SequencedFeed, &mut dyn FnMut(Sequenced<'_>))) {
        let Self { stream, truth, next, pending, supplied, owed, .. } = self;
        let (repair, overflows, forgotten) =
            (&mut self.repair, &mut self.repair_overflows, &mut self.forgotten);
        let fetched = &mut self.fetched;
        go_on(stream, &mut |what| match what {
            Sequenced::Message { sequence, hw_time, data } => {
                if sequence == *next && !*owed {
                    // the usual case: nothing waits, and nobody asks for the ticks
                    truth.message(data, sequence, hw_time, &mut |_| {});
                    *next += 1;
                } else {
                    if pending.len() == PENDING_MAX {
                        pending.pop_front();
                        *forgotten += 1;
                    }
                    pending.push_back(Waiting { sequence, hw_time, data: data.to_vec() });
                }
            }
            Sequenced::Gap { first, .. } => {
                if !*owed {
                    *repair = Some(Repair {
                        sequences: first.max(*next)..first.max(*next),
                        ticks: Vec::new(),
                        fetched: fetched[0],
                    });
                    *overflows = false;
                    fetched[1] = 0;
                }
                *owed = true;
            }
            Sequenced::Restart => {
                truth.restart();
                pending.clear();
                supplied.clear();
                *next = 1;
                *owed = false;
                *repair = None;
                fetched[1] = 0;
            }
        });
    }

    /// The numbers below the one expected next that neither the lines nor a server brought.
    #[must_use]
    pub fn missing(&self) -> Vec<Range<u64>> {
        let mut missing = Vec::new();
        let mut have = self.next;
        let pending = self.pending.iter().map(|waiting| waiting.sequence);
        let end = self.stream.expected();
        for sequence in pending.chain([end]).filter(|&sequence| sequence >= self.next) {
            let mut first = have;
            for &supplied in self.supplied.range(have.min(sequence)..sequence).map(|(s, _)| s) {
                if supplied > first {
                    missing.push(first..supplied);
                }
                first = supplied + 1;
            }
            if sequence > first {
                missing.push(first..sequence);
            }
            have = have.max(sequence.saturating_add(1));
        }
        missing
    }

    /// A missing message, from a server.
    pub fn supply(&mut self, sequence: u64, data: &[u8]) {
        if sequence >= self.next {
            self.supplied.insert(sequence, data.to_vec());
        }
    }

    /// A snapshot instead of everything below `next_sequence`.
    ///
    /// # Errors
    /// A message behind the snapshot is missing: an older state than this one's is of no use.
    pub fn snapshot(
        &mut self,
        messages: &[Vec<u8>],
        next_sequence: u64,
    ) -> Result<(), SnapshotRefused> {
        if let Some(range) = self.missing().into_iter().find(|range| range.end > next_sequence) {
            let missing = range.start.max(next_sequence);
            return Err(SnapshotRefused { next_sequence, missing });
        }
        self.truth.restart();
        for data in messages {
            self.truth.message(data, 0, 0, &mut |_| {});
        }
        self.next = next_sequence;
        self.pending.retain(|waiting| waiting.sequence >= next_sequence);
        self.supplied = self.supplied.split_off(&next_sequence);
        self.fetched[1] = 0;
        if let Some(repair) = &mut self.repair {
            repair.sequences = next_sequence..next_sequence;
            repair.ticks.clear();
        }
        Ok(())
    }

    /// Takes into the truth what is there in sequence.
    pub fn advance(&mut self) {
        while self.next < self.stream.expected() {
            while self.pending.front().is_some_and(|waiting| waiting.sequence < self.next) {
                self.pending.pop_front();
            }
            let from_lines =
                self.pending.front().is_some_and(|waiting| waiting.sequence == self.next);
            let (data, hw_time) = if from_lines {
                let Some(waiting) = self.pending.pop_front() else { break };
                (waiting.data, waiting.hw_time)
            } else if let Some(data) = self.supplied.remove(&self.next) {
                self.fetched[1] += 1;
                (data, 0)
            } else {
                break;
            };
            let (next, overflows) = (self.next, &mut self.repair_overflows);
            let repair = &mut self.repair;
            // the index is settled when the repair is handed out
            self.truth.message(&data, next, hw_time, &mut |tick| {
                if let Some(Repair { ticks, .. }) = repair {
                    *overflows |= ticks.len() == TICKS_MAX;
                    if !*overflows {
                        ticks.push((next, tick));
                    }
                }
            });
            self.next += 1;
        }
        if self.next >= self.stream.expected() {
            self.pending.retain(|waiting| waiting.sequence >= self.next);
        }
    }

    /// The truth stands where the card does: at the number that it expects next.
    #[must_use]
    pub fn is_level(&self) -> bool {
        self.next == self.stream.expected()
    }

    /// Something was lost and the card has not been mended since.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        self.owed
    }

    /// The card is as the truth is now. What the record of the stretch should say, unless it was too long to keep.
    pub fn settled(&mut self) -> Option<Repair> {
        self.owed = false;
        let repair = self.repair.take();
        let fetched = self.fetched[0] + self.fetched[1];
        let mut repair = repair.filter(|_| !self.repair_overflows)?;
        repair.sequences.end = self.next;
        repair.fetched = fetched;
        self.fetched = [fetched, 0];
        // the last message of the stretch has the index before the card's next
        let ahead = self.stream.next_index().wrapping_add(fetched).wrapping_sub(self.next);
        for (sequence, tick) in &mut repair.ticks {
            tick.msg_index = ahead.wrapping_add(*sequence);
        }
        Some(repair)
    }

    /// The books without loss.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Session of the feed.
    #[must_use]
    pub fn session(&self) -> [u8; 10] {
        self.stream.session()
    }

    /// Number that the card expects next.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.stream.expected()
    }

    /// Messages of the lines that were forgotten because too many waited.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }
}
