//! Frames of both lines into one sequence of messages, gaps and restarts: the card's front and arbiter without books, for
//! a host that follows the same frames.

use escapement_codec::Entry;

use crate::book::Delivered;
use crate::config::{CardConfig, FrameMode};
use crate::counters::Counters;
use crate::frame::{self, FrameFilter};
use crate::line::Line;
use crate::line_arbiter::{Downstream, LineArbiter};
use crate::packet::Blocks;
use crate::protocol::Transport;
use escapement_abi::{FrameDisposition, MessageDisposition};

/// What comes out, in the card's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequenced<'a> {
    /// A message.
    Message {
        /// Its number.
        sequence: u64,
        /// Stamp of its frame, ns.
        hw_time: u64,
        /// Its bytes, at most the 50 that a card keeps of a message that had to wait.
        data: &'a [u8],
    },
    /// Numbers that were declared lost.
    Gap {
        /// The first.
        first: u64,
        /// How many.
        count: u64,
    },
    /// A new session: numbers start at 1 again.
    Restart,
}

/// The lines of one feed, `whole` mode.
#[derive(Debug, Clone)]
pub struct SequencedFeed {
    transport: Transport,
    filters: [FrameFilter; 2],
    arbiter: LineArbiter,
    card_time: u64,
    counters: Counters,
}

struct Numbered<'a, F> {
    next: u64,
    counters: &'a mut Counters,
    out: &'a mut F,
}

impl<F: FnMut(Sequenced<'_>)> Downstream for Numbered<'_, F> {
    fn message(&mut self, data: &[u8], delivered: Delivered) {
        self.counters.dispose(MessageDisposition::NoChange);
        let sequence = self.next;
        self.next = sequence.wrapping_add(1);
        (self.out)(Sequenced::Message { sequence, hw_time: delivered.hw_time, data });
    }

    fn entry(&mut self, entry: Entry) {
        if let Entry::Gap { first, count, .. } = entry {
            self.next = first.wrapping_add(count);
            (self.out)(Sequenced::Gap { first, count });
        }
    }

    fn restart(&mut self) {
        self.next = 1;
        (self.out)(Sequenced::Restart);
    }

    fn counters(&mut self) -> &mut Counters {
        self.counters
    }
}

impl SequencedFeed {
    /// Nothing seen yet. None in `early` mode, where messages of bad frames are released.
    #[must_use]
    pub fn new(config: &CardConfig) -> Option<Self> {
        (config.frame_mode == FrameMode::Whole).then(|| Self {
            transport: config.feed.protocol.transport(),
            filters: Line::ALL.map(|line| config.filter(line)),
            arbiter: LineArbiter::new(config.feed.protocol.transport(), &config.lines),
            card_time: 0,
            counters: Counters::default(),
        })
    }

    /// Sequence number expected next.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.arbiter.expected()
    }

    /// Messages delivered so far.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        self.arbiter.next_index()
    }

    /// The session's name (MoldUDP64).
    #[must_use]
    pub fn session(&self) -> [u8; 10] {
        let mut name = [0; 10];
        name.copy_from_slice(&self.arbiter.session().to_be_bytes()[6..]);
        name
    }

    /// A frame arrived; windows that ended before it end first.
    pub fn frame(
        &mut self,
        line: Line,
        stamp: u64,
        bytes: &[u8],
        out: &mut impl FnMut(Sequenced<'_>),
    ) {
        self.card_time = self.card_time.max(stamp);
        let card_time = self.card_time;
        let Self { arbiter, counters, .. } = self;
        let mut down = Numbered { next: arbiter.expected(), counters, out };
        while arbiter.deadline().is_some_and(|deadline| deadline <= card_time) {
            arbiter.window_ends(&mut down);
        }
        let frame = frame::parse(bytes, false, &self.filters[line as usize]);
        let Some(packet) = frame.packet.filter(|_| frame.disposition == FrameDisposition::Ok)
        else {
            return;
        };
        if !arbiter.packet(line, stamp, card_time, &packet.header, &mut down) {
            return;
        }
        let mut sequence = packet.header.first_sequence;
        for data in Blocks::new(self.transport, packet.payload, packet.header.count) {
            arbiter.message(line, stamp, card_time, sequence, data, &mut down);
            sequence = sequence.wrapping_add(1);
        }
    }

    /// The input has ended: what waits is delivered, what is missing declared.
    pub fn flush(&mut self, out: &mut impl FnMut(Sequenced<'_>)) {
        let Self { arbiter, counters, card_time, .. } = self;
        let mut down = Numbered { next: arbiter.expected(), counters, out };
        arbiter.flush(*card_time, &mut down);
    }
}
