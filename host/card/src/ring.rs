//! The ring of tick lines and the follower that drains it.
//!
//! The device writes line `k` (64 bytes, sequence `k` in its first word) at slot `k mod lines`. The follower never asks
//! the device where it stands: it looks at the slot of the line that it expects and decides from what stands there.
//!
//! Memory order: a device on a PCIe bus writes a whole line at once or in pieces of any order, so the sequence number
//! alone proves nothing. The line is believed when, copied out, its CRC-32C is right *and* covers the expected
//! sequence; so no fence is needed for correctness. The acquire load of the first word only makes torn copies rare.

use escapement_codec::ProvenLine;

use crate::dma::{DmaBuffer, LINE_BYTES};

/// Reads of one torn line within one poll.
const TORN_READS_A_POLL: u32 = 4;
/// Reads of one torn line, over all polls, before it is given up as corrupt.
const TORN_READS_MAX: u32 = 1 << 10;
/// Every how many polls without a line the next slot is looked at, to notice a line that never became visible.
const PEEK_EVERY: u32 = 16;
/// Polls with a visible successor before a line is given up as stale.
const STALE_PEEKS_MAX: u32 = 64;

/// Why lines were not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossCause {
    /// The line's content never matched its CRC.
    Corrupt,
    /// The line never became visible although later ones did.
    Stale,
    /// The card overwrote it before it was read (broadcast mode).
    Lapped,
}

/// What the follower found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingEvent {
    /// The next line, proven whole.
    Line {
        /// Absolute line number.
        number: u64,
        /// The 64 bytes, their CRC checked.
        line: ProvenLine,
    },
    /// Lines `first .. first + count` are lost to this reader.
    Lost {
        /// First line lost.
        first: u64,
        /// Number of lines.
        count: u64,
        /// Why.
        cause: LossCause,
    },
}

/// What a follower has seen so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FollowerStats {
    /// Lines delivered.
    pub lines: u64,
    /// Copies whose CRC was wrong (each is read again).
    pub torn_reads: u64,
    /// Torn lines that came right on a later read.
    pub torn_recovered: u64,
    /// Lines given up because their CRC stayed wrong.
    pub corrupt_lines: u64,
    /// Lines that became visible after their successor.
    pub reordered_lines: u64,
    /// Lines given up because they never became visible.
    pub stale_lines: u64,
    /// Times the card overtook this reader.
    pub laps: u64,
    /// Lines overwritten before they were read.
    pub lapped_lines: u64,
}

/// Follows a ring by its own cursor.
#[derive(Debug)]
pub struct RingFollower {
    memory: DmaBuffer,
    lines_log2: u32,
    next: u64,
    torn_reads: u32,
    idle_polls: u32,
    stale_peeks: u32,
    stats: FollowerStats,
}

/// What stands in a slot, seen by somebody who expects a certain line there.
enum Slot {
    Ready(ProvenLine),
    NotYet,
    Torn,
    Newer(u64),
}

impl RingFollower {
    /// Follows the ring of `2^lines_log2` lines at the start of `memory`, from line `next`.
    ///
    /// # Panics
    /// When the memory is smaller than the ring, or the ring has fewer than 2 or more than 2^31 lines (sequences of
    /// 32 bits could not tell laps apart).
    #[must_use]
    pub fn new(memory: DmaBuffer, lines_log2: u8, next: u64) -> Self {
        assert!((1..=31).contains(&lines_log2), "a ring has 2^1 to 2^31 lines, not 2^{lines_log2}");
        assert!(memory.len() >= LINE_BYTES << lines_log2, "the memory is smaller than the ring");
        Self {
            memory,
            lines_log2: u32::from(lines_log2),
            next,
            torn_reads: 0,
            idle_polls: 0,
            stale_peeks: 0,
            stats: FollowerStats::default(),
        }
    }

    /// Number of the line that is expected next.
    #[must_use]
    pub fn next_line(&self) -> u64 {
        self.next
    }

    /// Lines of the ring.
    #[must_use]
    pub fn lines(&self) -> u64 {
        1 << self.lines_log2
    }

    /// What was seen so far.
    #[must_use]
    pub fn stats(&self) -> FollowerStats {
        self.stats
    }

    /// The next line or loss; `None` when there is nothing new. Bounded work, no allocation, no system call.
    #[inline]
    pub fn poll(&mut self) -> Option<RingEvent> {
        match self.look(self.next) {
            Slot::Ready(line) => Some(self.deliver(line)),
            Slot::NotYet => {
                self.idle_polls += 1;
                if self.idle_polls >= PEEK_EVERY {
                    self.idle_polls = 0;
                    return self.peek();
                }
                None
            }
            Slot::Torn => self.read_again(),
            Slot::Newer(found) => Some(self.lapped(found)),
        }
    }

    fn slot(&self, number: u64) -> usize {
        (number & (self.lines() - 1)) as usize
    }

    #[inline]
    fn look(&self, number: u64) -> Slot {
        let slot = self.slot(number);
        let ahead = (self.memory.line_head(slot) as u32).wrapping_sub(number as u32) as i32;
        if ahead != 0 {
            // A sequence that this slot never holds is a torn first word, unless it is the zero of a fresh ring.
            if u64::from(ahead.unsigned_abs()) & (self.lines() - 1) != 0 {
                return if self.memory.line_head(slot) as u32 == 0 {
                    Slot::NotYet
                } else {
                    Slot::Torn
                };
            }
            if ahead < 0 {
                return Slot::NotYet;
            }
            // Only a line that proves itself may move the reader.
            let line = self.memory.load_line(slot);
            let found = number.wrapping_add(u64::from(ahead.unsigned_abs()));
            return match proven(line, found as u32) {
                Some(_) => Slot::Newer(found),
                None => Slot::Torn,
            };
        }
        let line = self.memory.load_line(slot);
        match proven(line, number as u32) {
            Some(line) => Slot::Ready(line),
            None if line == [0; LINE_BYTES] => Slot::NotYet,
            None => Slot::Torn,
        }
    }

    #[inline]
    fn deliver(&mut self, line: ProvenLine) -> RingEvent {
        if self.torn_reads > 0 {
            self.stats.torn_recovered += 1;
        }
        if self.stale_peeks > 0 {
            self.stats.reordered_lines += 1;
        }
        self.stats.lines += 1;
        let number = self.next;
        self.move_to(number + 1);
        RingEvent::Line { number, line }
    }

    fn move_to(&mut self, next: u64) {
        self.next = next;
        self.torn_reads = 0;
        self.idle_polls = 0;
        self.stale_peeks = 0;
    }

    #[cold]
    fn read_again(&mut self) -> Option<RingEvent> {
        for _ in 0..TORN_READS_A_POLL {
            self.stats.torn_reads += 1;
            self.torn_reads += 1;
            if let Slot::Ready(line) = self.look(self.next) {
                return Some(self.deliver(line));
            }
        }
        if self.torn_reads < TORN_READS_MAX {
            return None;
        }
        self.stats.corrupt_lines += 1;
        Some(self.lose(1, LossCause::Corrupt))
    }

    #[cold]
    fn peek(&mut self) -> Option<RingEvent> {
        if !matches!(self.look(self.next + 1), Slot::Ready(_)) {
            return None;
        }
        // The line may have arrived between the two looks.
        if let Slot::Ready(line) = self.look(self.next) {
            return Some(self.deliver(line));
        }
        self.stale_peeks += 1;
        if self.stale_peeks < STALE_PEEKS_MAX {
            return None;
        }
        self.stats.stale_lines += 1;
        Some(self.lose(1, LossCause::Stale))
    }

    fn lose(&mut self, count: u64, cause: LossCause) -> RingEvent {
        let first = self.next;
        self.move_to(first + count);
        RingEvent::Lost { first, count, cause }
    }

    /// The slot of the expected line holds line `found` of a later lap: go on at the oldest line that still stands,
    /// plus an eighth of the ring, so that a fast card does not overtake at once again.
    #[cold]
    fn lapped(&mut self, found: u64) -> RingEvent {
        let newest = self.newest_from(found);
        let margin = if newest == found { 0 } else { self.lines() / 8 };
        let oldest = newest + 1 - self.lines();
        let resume = (oldest + margin).max(self.next + 1);
        let count = resume - self.next;
        self.stats.laps += 1;
        self.stats.lapped_lines += count;
        self.lose(count, LossCause::Lapped)
    }

    /// The newest line, given that `found` stands: a binary search, as lines of the newest lap form a prefix.
    fn newest_from(&self, found: u64) -> u64 {
        let (mut low, mut high) = (found, found + self.lines());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let seen = self.memory.line_head(self.slot(middle)) as u32;
            if (seen.wrapping_sub(middle as u32) as i32) >= 0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// The copied line, if it is whole and is line `sequence`.
#[inline]
fn proven(line: [u8; LINE_BYTES], sequence: u32) -> Option<ProvenLine> {
    if line[..4] != sequence.to_le_bytes() {
        return None;
    }
    ProvenLine::check(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use escapement_codec::crc32c;

    const LOG2: u8 = 3;
    const LINES: u64 = 1 << LOG2;

    fn line(number: u64) -> [u8; LINE_BYTES] {
        let mut line = [0; LINE_BYTES];
        line[..4].copy_from_slice(&(number as u32).to_le_bytes());
        line[17] = 0x20;
        line[22..30]
            .copy_from_slice(&(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
        let crc = crc32c(&line[..60]);
        line[60..].copy_from_slice(&crc.to_le_bytes());
        line
    }

    fn whole(number: u64) -> ProvenLine {
        ProvenLine::check(line(number)).unwrap()
    }

    fn ring() -> (DmaBuffer, RingFollower) {
        let memory = DmaBuffer::new(LINE_BYTES << LOG2, 0).unwrap();
        (memory.clone(), RingFollower::new(memory, LOG2, 0))
    }

    fn put(memory: &DmaBuffer, number: u64) {
        memory.store_line((number % LINES) as usize, &line(number));
    }

    fn expect_line(follower: &mut RingFollower, number: u64) {
        assert_eq!(follower.poll(), Some(RingEvent::Line { number, line: whole(number) }));
    }

    /// Polls until something comes, at most `polls` times.
    fn wait(follower: &mut RingFollower, polls: u32) -> Option<RingEvent> {
        (0..polls).find_map(|_| follower.poll())
    }

    #[test]
    fn lines_come_in_order_over_many_laps() {
        let (memory, mut follower) = ring();
        assert_eq!(follower.poll(), None);
        for number in 0..10 * LINES {
            put(&memory, number);
            expect_line(&mut follower, number);
            assert_eq!(follower.poll(), None);
        }
        assert_eq!(follower.stats(), FollowerStats { lines: 10 * LINES, ..Default::default() });
    }

    #[test]
    fn sequence_numbers_may_wrap_at_32_bits() {
        let memory = DmaBuffer::new(LINE_BYTES << LOG2, 0).unwrap();
        let start = (1u64 << 32) - 3;
        let mut follower = RingFollower::new(memory.clone(), LOG2, start);
        for number in start..start + 20 {
            put(&memory, number);
            expect_line(&mut follower, number);
        }
    }

    #[test]
    fn a_torn_line_is_not_believed_and_comes_when_it_is_whole() {
        let (memory, mut follower) = ring();
        put(&memory, 0);
        let whole = memory.load(2);
        memory.store(2, 0);
        assert_eq!(follower.poll(), None);
        memory.store(2, whole);
        expect_line(&mut follower, 0);
        let stats = follower.stats();
        assert_eq!((stats.torn_recovered, stats.corrupt_lines), (1, 0));
        assert_eq!(stats.torn_reads, u64::from(TORN_READS_A_POLL));
    }

    #[test]
    fn every_single_bit_flip_is_given_up_as_corrupt_after_a_bounded_number_of_reads() {
        for bit in 0..512 {
            let (memory, mut follower) = ring();
            let mut bad = line(0);
            bad[bit / 8] ^= 1 << (bit % 8);
            memory.store_line(0, &bad);
            put(&memory, 1);
            let limit = TORN_READS_MAX.max(PEEK_EVERY * STALE_PEEKS_MAX) + 1;
            let lost = wait(&mut follower, limit);
            assert!(
                matches!(
                    lost,
                    Some(RingEvent::Lost {
                        first: 0,
                        count: 1,
                        cause: LossCause::Corrupt | LossCause::Stale
                    })
                ),
                "bit {bit}: {lost:?}"
            );
            expect_line(&mut follower, 1);
        }
    }

    #[test]
    fn a_line_that_never_arrives_is_stale_once_later_ones_stand() {
        let (memory, mut follower) = ring();
        for number in 0..LINES {
            put(&memory, number);
            expect_line(&mut follower, number);
        }
        put(&memory, LINES + 1); // line LINES never arrives: its slot still holds line 0
        let lost = wait(&mut follower, PEEK_EVERY * STALE_PEEKS_MAX);
        assert_eq!(lost, Some(RingEvent::Lost { first: LINES, count: 1, cause: LossCause::Stale }));
        expect_line(&mut follower, LINES + 1);
        assert_eq!(follower.stats().stale_lines, 1);
    }

    #[test]
    fn a_line_that_arrives_after_its_successor_is_delivered_in_order() {
        let (memory, mut follower) = ring();
        put(&memory, 1);
        assert_eq!(wait(&mut follower, PEEK_EVERY * 3), None);
        put(&memory, 0);
        expect_line(&mut follower, 0);
        expect_line(&mut follower, 1);
        let stats = follower.stats();
        assert_eq!((stats.reordered_lines, stats.stale_lines), (1, 0));
    }

    #[test]
    fn a_lapped_reader_is_told_exactly_how_many_lines_it_lost() {
        for ahead in 1..5 * LINES {
            let (memory, mut follower) = ring();
            for number in 0..LINES + ahead {
                put(&memory, number);
            }
            let mut lost = 0;
            let mut got = Vec::new();
            while let Some(event) = follower.poll() {
                match event {
                    RingEvent::Line { number, line } => {
                        assert_eq!(line, whole(number));
                        got.push(number);
                    }
                    RingEvent::Lost { count, cause, .. } => {
                        assert_eq!(cause, LossCause::Lapped);
                        lost += count;
                    }
                }
            }
            assert_eq!(lost + got.len() as u64, LINES + ahead);
            assert!(got.len() as u64 >= LINES - LINES / 8 && lost >= ahead, "{lost} {got:?}");
            assert_eq!(got.last(), Some(&(LINES + ahead - 1)));
            assert_eq!(follower.stats().lapped_lines, lost);
        }
    }

    #[test]
    #[should_panic(expected = "smaller than the ring")]
    fn a_ring_larger_than_its_memory_is_refused() {
        let memory = DmaBuffer::new(4096, 0).unwrap();
        let _ = RingFollower::new(memory, 7, 0);
    }
}
