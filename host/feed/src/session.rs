//! Sequence: what is new, what is lost, what came before.

use crate::iex_tp::SegmentHeader;

/// Lost ranges remembered, to tell a late copy from a duplicate.
pub const REMEMBERED_RANGES: usize = 8;

/// What a packet's header does to the session, in the order of its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The session restarted: everything learned from it is void.
    pub restart: bool,
    /// A gap: first lost sequence and count.
    pub gap: Option<(u64, u64)>,
    /// The gap pushed the oldest range out of the memory.
    pub range_evicted: bool,
}

/// What one copy of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// New.
    Deliver {
        /// Its message index.
        index: u64,
        /// The feed was MAYBE_BAD_BOOK when it was delivered.
        bad: bool,
    },
    /// Its gap was declared before it came.
    Late,
    /// Seen before.
    Duplicate,
}

/// Sequence state of one feed.
#[derive(Debug, Clone, Default)]
pub struct Session {
    have: bool,
    session: u32,
    expected: u64,
    last_send: u64,
    bad: bool,
    next_index: u64,
    lost: [(u64, u64); REMEMBERED_RANGES],
    lost_count: usize,
    lost_oldest: usize,
}

impl Session {
    /// No session yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Index that the next delivered message gets.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        self.next_index
    }

    /// Sequence number expected next; 1 before the first packet.
    #[must_use]
    pub fn expected(&self) -> u64 {
        if self.have {
            self.expected
        } else {
            1
        }
    }

    /// Something of this session was lost or void.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.bad
    }

    /// A frame proved bad after its messages were released.
    pub fn mark_bad(&mut self) {
        self.bad = true;
    }

    /// Takes a packet's header.
    pub fn open(&mut self, header: &SegmentHeader) -> Opening {
        let first = header.first_sequence;
        let mut opening = Opening { restart: false, gap: None, range_evicted: false };
        if self.have {
            let starts_over = first == 1
                && header.stream_offset == 0
                && header.send_time > self.last_send
                && self.expected > 1;
            if header.session != self.session || starts_over {
                opening.restart = true;
                self.bad = false;
                self.lost_count = 0;
                self.begin(header);
            }
        } else {
            self.have = true;
            self.begin(header);
        }
        self.last_send = self.last_send.max(header.send_time);
        if first > self.expected {
            let count = first - self.expected;
            opening.gap = Some((self.expected, count));
            opening.range_evicted = self.remember(self.expected, count);
            self.bad = true;
            self.expected = first;
        }
        opening
    }

    fn begin(&mut self, header: &SegmentHeader) {
        self.session = header.session;
        self.expected = 1;
        self.last_send = header.send_time;
    }

    fn remember(&mut self, first: u64, count: u64) -> bool {
        let full = self.lost_count == REMEMBERED_RANGES;
        if full {
            self.lost[self.lost_oldest] = (first, count);
            self.lost_oldest = (self.lost_oldest + 1) % REMEMBERED_RANGES;
        } else {
            if self.lost_count == 0 {
                self.lost_oldest = 0;
            }
            self.lost[self.lost_count] = (first, count);
            self.lost_count += 1;
        }
        full
    }

    /// Takes one message of the packet opened last.
    #[inline]
    pub fn message(&mut self, sequence: u64) -> Arrival {
        if sequence < self.expected {
            let late = self.lost[..self.lost_count]
                .iter()
                .any(|&(first, count)| sequence.wrapping_sub(first) < count);
            return if late { Arrival::Late } else { Arrival::Duplicate };
        }
        let index = self.next_index;
        self.next_index += 1;
        self.expected = sequence.wrapping_add(1);
        Arrival::Deliver { index, bad: self.bad }
    }
}
