//! Two lines into one sequence: the first copy of each message wins, what comes early waits, what no line brings is
//! declared lost (docs/card-model.md, section 4).

use escapement_abi::{Event, MessageDisposition};
use escapement_codec::Entry;

use crate::book::Delivered;
use crate::config::Lines;
use crate::counters::Counters;
use crate::line::Line;
use crate::lost_ranges::{LostRanges, Remembered};
use crate::packet::PacketHeader;
use crate::protocol::Transport;
use crate::reorder::{Held, ReorderMemory};

/// Sessions that ended and are remembered.
pub const OLD_SESSIONS: usize = 4;

/// What stands behind the arbiter: it takes everything in one order.
pub trait Downstream {
    /// Takes a message in sequence and gives it its disposition.
    fn message(&mut self, data: &[u8], delivered: Delivered);
    /// Takes a control entry.
    fn entry(&mut self, entry: Entry);
    /// The session restarted: everything learned from it is void.
    fn restart(&mut self);
    /// Where it is counted.
    fn counters(&mut self) -> &mut Counters;
}

/// What became of one copy of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// It was delivered, or waits to be.
    Taken,
    /// It has its disposition.
    Refused,
}

/// The arbiter of one feed.
#[derive(Debug, Clone)]
pub struct LineArbiter {
    transport: Transport,
    /// Bits of the configured lines.
    configured: u8,
    gap_window_ns: u64,
    have: bool,
    session: u128,
    expected: u64,
    last_send: u64,
    /// `last_send` without the last packet.
    send_before: u64,
    bad: bool,
    next_index: u64,
    old: OldSessions,
    deadline: Option<u64>,
    passed: [u64; 2],
    last_seen: [u64; 2],
    memory: ReorderMemory,
    lost: LostRanges,
}

#[derive(Debug, Clone, Default)]
struct OldSessions {
    sessions: [u128; OLD_SESSIONS],
    count: usize,
    next: usize,
}

impl OldSessions {
    fn contains(&self, session: u128) -> bool {
        self.sessions[..self.count].contains(&session)
    }

    fn push(&mut self, session: u128) {
        self.sessions[self.next] = session;
        self.next = (self.next + 1) % OLD_SESSIONS;
        self.count = (self.count + 1).min(OLD_SESSIONS);
    }
}

impl LineArbiter {
    /// No session yet.
    #[must_use]
    pub fn new(transport: Transport, lines: &Lines) -> Self {
        Self {
            transport,
            configured: lines.configured,
            gap_window_ns: lines.gap_window_ns,
            have: false,
            session: 0,
            expected: 1,
            last_send: 0,
            send_before: 0,
            bad: false,
            next_index: 0,
            old: OldSessions::default(),
            deadline: None,
            passed: [1; 2],
            last_seen: [0; 2],
            memory: ReorderMemory::new(lines.reorder_log2),
            lost: LostRanges::default(),
        }
    }

    /// Index that the next delivered message gets.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        self.next_index
    }

    /// Sequence number expected next; 1 before the first packet.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.expected
    }

    /// Something of this session was lost or void.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.bad
    }

    /// The host has mended every book of the feed.
    pub fn prove(&mut self) {
        self.bad = false;
    }

    /// The session followed; 0 before the first packet.
    #[must_use]
    pub fn session(&self) -> u128 {
        self.session
    }

    /// Stamp of a line's last accepted frame, ns; 0 before the first.
    #[must_use]
    pub fn last_seen(&self, line: Line) -> u64 {
        self.last_seen[line as usize]
    }

    /// When the gap window ends, while one is open.
    #[inline]
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        self.deadline
    }

    /// Takes lines in and out; counts from the next record on.
    pub fn configure(&mut self, configured: u8) {
        self.configured = configured;
    }

    /// The time that a missing number is waited for; counts from the next window on.
    pub fn set_gap_window(&mut self, gap_window_ns: u64) {
        self.gap_window_ns = gap_window_ns;
    }

    /// The frame of the packet taken last proved bad after its messages were released.
    pub fn proved_bad(&mut self) {
        self.bad = true;
        self.last_send = self.send_before;
    }

    /// Takes the header of a packet that came at `stamp`. Returns false if its session has ended before: then every
    /// message of it goes to [`LineArbiter::stale`].
    pub fn packet(
        &mut self,
        line: Line,
        stamp: u64,
        card_time: u64,
        header: &PacketHeader,
        down: &mut impl Downstream,
    ) -> bool {
        self.last_seen[line as usize] = stamp;
        self.send_before = self.last_send;
        let before = self.expected;
        if !self.have {
            self.have = true;
            self.begin(header);
        } else if self.restarts(header) {
            if self.transport == Transport::MoldUdp64 && self.old.contains(header.session) {
                return false;
            }
            self.restart(stamp, header, down);
        }
        self.last_send = self.last_send.max(header.send_time);
        let passed = &mut self.passed[line as usize];
        *passed = (*passed).max(header.first_sequence);
        if let Some(bound) = self.passed_by_all() {
            self.settle(bound, stamp, down);
        }
        self.window(before, card_time);
        true
    }

    fn restarts(&self, header: &PacketHeader) -> bool {
        let starts_over = self.transport == Transport::IexTp
            && header.first_sequence == 1
            && header.stream_offset == 0
            && header.send_time > self.last_send
            && self.expected > 1;
        header.session != self.session || starts_over
    }

    fn restart(&mut self, stamp: u64, header: &PacketHeader, down: &mut impl Downstream) {
        self.settle_all(stamp, down);
        if self.transport == Transport::MoldUdp64 {
            self.old.push(self.session);
        }
        down.entry(Entry::Restart {
            hw_time: stamp,
            next_index: self.next_index,
            session: header.session as u64,
        });
        down.counters().event(Event::Restarts);
        down.restart();
        self.bad = false;
        self.lost.clear();
        self.deadline = None;
        self.begin(header);
        self.send_before = header.send_time;
    }

    fn begin(&mut self, header: &PacketHeader) {
        self.session = header.session;
        self.expected = 1;
        self.passed = [1; 2];
        self.last_send = header.send_time;
    }

    /// Takes a message of the packet taken last.
    #[inline]
    pub fn message(
        &mut self,
        line: Line,
        stamp: u64,
        card_time: u64,
        sequence: u64,
        data: &[u8],
        down: &mut impl Downstream,
    ) -> Copy {
        down.counters().copy_in(line);
        if sequence == self.expected && self.nothing_ahead() {
            self.passed[line as usize] = sequence + 1;
            self.deliver(line, stamp, data, down);
            return Copy::Taken;
        }
        self.message_in_doubt(line, stamp, card_time, sequence, data, down)
    }

    /// Nothing is held and no line is ahead of the expected number: if that comes, it is delivered and no more. Then no
    /// gap window is open either.
    #[inline]
    fn nothing_ahead(&self) -> bool {
        self.memory.is_empty()
            && self.deadline.is_none()
            && self.expected != u64::MAX
            && self.passed[0] <= self.expected + 1
            && self.passed[1] <= self.expected + 1
    }

    /// The same for any number.
    #[inline(never)]
    fn message_in_doubt(
        &mut self,
        line: Line,
        stamp: u64,
        card_time: u64,
        sequence: u64,
        data: &[u8],
        down: &mut impl Downstream,
    ) -> Copy {
        let before = self.expected;
        let passed = &mut self.passed[line as usize];
        *passed = (*passed).max(sequence.wrapping_add(1));
        let copy = if sequence == self.expected {
            self.deliver(line, stamp, data, down);
            self.deliver_held(down);
            Copy::Taken
        } else if sequence < self.expected {
            let late = self.lost.contains(sequence);
            let disposition =
                if late { MessageDisposition::Late } else { MessageDisposition::Duplicate };
            down.counters().refuse(line, disposition);
            Copy::Refused
        } else {
            self.ahead(line, stamp, sequence, data, down)
        };
        self.window(before, card_time);
        copy
    }

    /// A message of a packet whose session has ended before.
    pub fn stale(&mut self, line: Line, down: &mut impl Downstream) {
        down.counters().copy_in(line);
        down.counters().refuse(line, MessageDisposition::StaleSession);
    }

    /// A message behind the expected one waits, unless it does so already.
    fn ahead(
        &mut self,
        line: Line,
        stamp: u64,
        sequence: u64,
        data: &[u8],
        down: &mut impl Downstream,
    ) -> Copy {
        let places = self.memory.places();
        if sequence - self.expected < places && self.memory.holds(sequence) {
            down.counters().refuse(line, MessageDisposition::Duplicate);
            return Copy::Refused;
        }
        while sequence - self.expected >= places {
            down.counters().event(Event::ReorderFull);
            let to = self.memory.next(self.expected).unwrap_or(sequence);
            self.declare(to, stamp, down);
            self.deliver_held(down);
        }
        if sequence == self.expected {
            self.deliver(line, stamp, data, down);
            self.deliver_held(down);
        } else {
            self.memory.hold(sequence, Held::new(data, line, stamp));
        }
        Copy::Taken
    }

    /// The gap window has ended.
    pub fn window_ends(&mut self, down: &mut impl Downstream) {
        let Some(deadline) = self.deadline else { return };
        let before = self.expected;
        down.counters().event(Event::GapWindow);
        let to = self.memory.next(self.expected).unwrap_or(self.passed_by_any());
        self.declare(to, deadline, down);
        self.deliver_held(down);
        self.window(before, deadline);
    }

    /// Delivers what is held and declares what is missing before it, and what a configured line has passed.
    pub fn flush(&mut self, card_time: u64, down: &mut impl Downstream) {
        let before = self.expected;
        self.settle_all(card_time, down);
        self.window(before, card_time);
    }

    fn settle_all(&mut self, hw_time: u64, down: &mut impl Downstream) {
        if !self.memory.is_empty() || self.gap_is_open() {
            self.settle(self.passed_by_any(), hw_time, down);
        }
    }

    /// Every number below `bound` is delivered or declared lost; then what is held in sequence follows.
    fn settle(&mut self, bound: u64, hw_time: u64, down: &mut impl Downstream) {
        while self.expected < bound {
            let to = self.memory.next(self.expected).map_or(bound, |next| next.min(bound));
            if to > self.expected {
                self.declare(to, hw_time, down);
            }
            self.deliver_held(down);
        }
        self.deliver_held(down);
    }

    #[inline]
    fn deliver(&mut self, line: Line, hw_time: u64, data: &[u8], down: &mut impl Downstream) {
        let index = self.next_index;
        self.next_index += 1;
        self.expected = self.expected.wrapping_add(1);
        down.counters().event(match line {
            Line::A => Event::DeliveredA,
            Line::B => Event::DeliveredB,
        });
        down.message(data, Delivered { index, hw_time, bad: self.bad });
    }

    #[inline]
    fn deliver_held(&mut self, down: &mut impl Downstream) {
        while let Some(held) = self.memory.take(self.expected) {
            self.deliver(held.line, held.stamp, held.data(), down);
        }
    }

    /// Declares the numbers from the expected one up to `to` lost.
    fn declare(&mut self, to: u64, hw_time: u64, down: &mut impl Downstream) {
        let (first, count) = (self.expected, to.wrapping_sub(self.expected));
        down.entry(Entry::Gap { hw_time, next_index: self.next_index, first, count });
        let remembered = self.lost.declare(first, count);
        let counters = down.counters();
        counters.event_by(Event::Lost, count);
        counters.declared_lost = counters.declared_lost.wrapping_add(count);
        if remembered != Remembered::Longer {
            counters.event(Event::Gaps);
        }
        if remembered == Remembered::Evicting {
            counters.event(Event::LostRangeEvicted);
        }
        self.bad = true;
        self.expected = to;
    }

    /// The number that every configured line has passed everything below of.
    #[inline]
    fn passed_by_all(&self) -> Option<u64> {
        let [a, b] = self.passed;
        match self.configured & 3 {
            0 => None,
            1 => Some(a),
            2 => Some(b),
            _ => Some(a.min(b)),
        }
    }

    /// The largest number that a line has passed, configured or not.
    fn passed_by_any(&self) -> u64 {
        self.passed[0].max(self.passed[1])
    }

    #[inline]
    fn gap_is_open(&self) -> bool {
        Line::ALL
            .iter()
            .zip(self.passed)
            .any(|(line, passed)| self.configured & line.bit() != 0 && passed > self.expected)
    }

    /// After a record: the gap window opens, moves or closes.
    #[inline]
    fn window(&mut self, expected_before: u64, now: u64) {
        if !self.gap_is_open() {
            self.deadline = None;
        } else if self.deadline.is_none() || self.expected != expected_before {
            // A window that ends beyond 64 bits never ends.
            self.deadline = now.checked_add(self.gap_window_ns);
        }
    }
}
