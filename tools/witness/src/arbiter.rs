//! Lines to one stream, by sequence: the first copy wins, a number is lost once every line has passed it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

use crate::Packet;

/// What the merged stream says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged<'a> {
    /// A message.
    Message {
        /// Sequence number of the feed.
        sequence: u64,
        /// Message data.
        data: &'a [u8],
    },
    /// Numbers that came on no line.
    Gap {
        /// The first of them.
        first: u64,
        /// How many.
        count: u64,
    },
    /// A new session: all is as at the start.
    Restart,
}

/// Counts of the transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Transport {
    /// Messages in packets, all lines.
    pub copies: u64,
    /// Copies of a message delivered or held before.
    pub duplicates: u64,
    /// Copies of a message that was declared lost before.
    pub late: u64,
    /// Copies of sessions that had ended.
    pub stale: u64,
    /// Gaps; neighbouring lost numbers are one.
    pub gaps: u64,
    /// Numbers lost on every line.
    pub lost: u64,
    /// Sessions after the first.
    pub restarts: u64,
}

/// Merges lines. No window: while a line is silent, what it may still bring is waited for. No bound on what is held.
pub struct Arbiter {
    session: Option<[u8; 10]>,
    ended: HashSet<[u8; 10]>,
    expected: u64,
    /// Each line has passed every number below.
    passed: Vec<u64>,
    held: BTreeMap<u64, Vec<u8>>,
    /// Lost ranges of this session: first, and the number behind the last.
    lost: Vec<(u64, u64)>,
    counts: Transport,
}

impl Arbiter {
    /// An arbiter of so many lines, at least one.
    #[must_use]
    pub fn new(lines: usize) -> Self {
        Self {
            session: None,
            ended: HashSet::new(),
            expected: 1,
            passed: vec![1; lines.max(1)],
            held: BTreeMap::new(),
            lost: Vec::new(),
            counts: Transport::default(),
        }
    }

    /// Counts so far.
    #[must_use]
    pub fn counts(&self) -> Transport {
        self.counts
    }

    /// The session followed.
    #[must_use]
    pub fn session(&self) -> Option<[u8; 10]> {
        self.session
    }

    /// Takes a packet of a line.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn packet<E>(
        &mut self,
        line: usize,
        packet: &Packet<'_>,
        out: &mut impl FnMut(Merged<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.session.is_some_and(|session| session != packet.session) {
            if self.ended.contains(&packet.session) {
                let copies = packet.messages().count() as u64;
                self.counts.copies += copies;
                self.counts.stale += copies;
                return Ok(());
            }
            self.finish(out)?;
            self.ended.extend(self.session);
            self.expected = 1;
            self.passed.fill(1);
            self.lost.clear();
            self.counts.restarts += 1;
            out(Merged::Restart)?;
        }
        self.session = Some(packet.session);
        self.line_passed(line, packet.sequence, out)?;
        for (place, data) in packet.messages().enumerate() {
            let sequence = packet.sequence.wrapping_add(place as u64);
            self.counts.copies += 1;
            self.message(sequence, data, out)?;
            self.line_passed(line, sequence.saturating_add(1), out)?;
        }
        Ok(())
    }

    /// End of input, or of a session: what is missing is lost.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn finish<E>(
        &mut self,
        out: &mut impl FnMut(Merged<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let furthest = self.passed.iter().copied().max().unwrap_or(1);
        self.give_up_below(furthest, out)
    }

    fn message<E>(
        &mut self,
        sequence: u64,
        data: &[u8],
        out: &mut impl FnMut(Merged<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if sequence < self.expected {
            let was_lost = self.lost.iter().any(|&(first, end)| (first..end).contains(&sequence));
            *(if was_lost { &mut self.counts.late } else { &mut self.counts.duplicates }) += 1;
        } else if sequence == self.expected {
            self.expected += 1;
            out(Merged::Message { sequence, data })?;
            self.deliver_held(out)?;
        } else if let Entry::Vacant(place) = self.held.entry(sequence) {
            place.insert(data.to_vec());
        } else {
            self.counts.duplicates += 1;
        }
        Ok(())
    }

    fn line_passed<E>(
        &mut self,
        line: usize,
        next: u64,
        out: &mut impl FnMut(Merged<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.passed[line] = self.passed[line].max(next);
        let all = self.passed.iter().copied().min().unwrap_or(1);
        self.give_up_below(all, out)
    }

    /// Declares lost what is missing below `bound`; delivers what is held between.
    fn give_up_below<E>(
        &mut self,
        bound: u64,
        out: &mut impl FnMut(Merged<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.expected < bound {
            let first = self.expected;
            let end = self.held.keys().next().map_or(bound, |&held| held.min(bound));
            self.expected = end;
            self.counts.lost += end - first;
            match self.lost.last_mut() {
                Some(last) if last.1 == first => last.1 = end,
                _ => {
                    self.lost.push((first, end));
                    self.counts.gaps += 1;
                }
            }
            out(Merged::Gap { first, count: end - first })?;
            self.deliver_held(out)?;
        }
        Ok(())
    }

    fn deliver_held<E>(
        &mut self,
        out: &mut impl FnMut(Merged<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(data) = self.held.remove(&self.expected) {
            let sequence = self.expected;
            self.expected += 1;
            out(Merged::Message { sequence, data: &data })?;
        }
        Ok(())
    }
}
