//! The whole card.

use escapement_codec::Entry;

use crate::book::{Book, Delivered};
use crate::config::{CardConfig, ConfigError, FrameMode};
use crate::counters::Counters;
use crate::frame::{self, FrameFilter, Segment};
use crate::iex::{self, Undecoded};
use crate::iex_tp::{Blocks, BlocksEnd};
use crate::refresh::RefreshTimer;
use crate::session::{Arrival, Session};
use escapement_abi::{Event, FrameDisposition, MessageDisposition};

/// The golden model of the card: frames in, entries out, in the card's order.
///
/// Card time is in `follow` mode: it is the largest stamp so far.
#[derive(Debug, Clone)]
pub struct CardModel {
    config: CardConfig,
    filter: FrameFilter,
    session: Session,
    refresh: RefreshTimer,
    book: Book,
    counters: Counters,
}

impl CardModel {
    /// A card fresh from reset with this configuration.
    pub fn new(config: CardConfig) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            filter: config.filter(),
            session: Session::new(),
            refresh: RefreshTimer::new(config.refresh_interval_ns, config.slots),
            book: Book::new(&config),
            counters: Counters::default(),
            config,
        })
    }

    /// Its configuration.
    #[must_use]
    pub fn config(&self) -> &CardConfig {
        &self.config
    }

    /// Its counters.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Its books.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The ledgers that a model can check.
    #[must_use]
    pub fn conserved(&self) -> bool {
        self.counters.conserved()
    }

    /// Index of the next delivered message, that is how many were delivered.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        self.session.next_index()
    }

    /// Card time, ns.
    #[must_use]
    pub fn card_time(&self) -> u64 {
        self.refresh.card_time()
    }

    /// Clears books, session, time and counters; the configuration stays.
    pub fn reset(&mut self) {
        self.session = Session::new();
        self.refresh = RefreshTimer::new(self.config.refresh_interval_ns, self.config.slots);
        self.book = Book::new(&self.config);
        self.counters = Counters::default();
    }

    /// Takes one frame that arrived at `stamp` (ns): Ethernet destination to the last byte before the check sequence,
    /// and whether that sequence was wrong. Entries go to `out` as they are made.
    ///
    /// Accepted or not, it moves card time to its stamp, and what is due by then comes first.
    pub fn frame(&mut self, stamp: u64, bytes: &[u8], fcs_bad: bool, out: &mut impl FnMut(Entry)) {
        self.time_step(stamp, usize::MAX, out);
        let frame = frame::parse(bytes, fcs_bad, &self.filter);
        if frame.ip_checksum_bad {
            self.counters.event(Event::IpChecksumBad);
        }
        if frame.udp_checksum_bad {
            self.counters.event(Event::UdpChecksumBad);
        }
        self.counters.frame_done(frame.disposition);
        let Some(segment) = frame.segment else {
            return;
        };
        match (frame.disposition, self.config.frame_mode) {
            (FrameDisposition::Ok, _) => {
                let end = self.segment(stamp, &segment, out).end;
                if segment.header.message_count == 0 {
                    self.counters.event(Event::Heartbeats);
                }
                match end {
                    BlocksEnd::Exact => {}
                    BlocksEnd::Malformed => self.counters.event(Event::MalformedBlock),
                    BlocksEnd::Trailing => self.counters.event(Event::TrailingBytes),
                }
            }
            (disposition, FrameMode::Early) => {
                let released = self.segment(stamp, &segment, out);
                self.session.mark_bad();
                if released.count > 0 {
                    out(Entry::Void {
                        hw_time: stamp,
                        next_index: self.session.next_index(),
                        first: released.first,
                        count: released.count,
                        disposition: disposition as u8,
                    });
                }
            }
            (_, FrameMode::Whole) => {
                let whole = Blocks::new(segment.payload, segment.header.message_count).count();
                self.counters.event_by(Event::VoidedMessages, whole as u64);
            }
        }
    }

    /// Lets card time pass to `now` while no frame comes, and makes the slot visits that are due by then, at most
    /// `visits_max` of them. Returns whether all were made; else call again.
    pub fn time_step(&mut self, now: u64, visits_max: usize, out: &mut impl FnMut(Entry)) -> bool {
        self.refresh.time_passes(now);
        for _ in 0..visits_max {
            let Some(visit) = self.refresh.due() else {
                return true;
            };
            self.visit(visit.slot, visit.due, out);
        }
        !self.refresh.is_due()
    }

    /// Re-announces every slot once, now.
    pub fn refresh_now(&mut self, out: &mut impl FnMut(Entry)) {
        for slot in 0..self.config.slots {
            self.visit(slot, self.refresh.card_time(), out);
        }
    }

    fn visit(&mut self, slot: u16, hw_time: u64, out: &mut impl FnMut(Entry)) {
        let next_index = self.session.next_index();
        if slot == 0 {
            out(Entry::Heartbeat { hw_time, next_index, next_seq: self.session.expected() });
        }
        self.book.refresh(
            slot,
            hw_time,
            next_index,
            self.session.is_bad(),
            &mut self.counters,
            out,
        );
    }

    fn segment(
        &mut self,
        stamp: u64,
        segment: &Segment<'_>,
        out: &mut impl FnMut(Entry),
    ) -> Released {
        let header = &segment.header;
        let opening = self.session.open(header);
        let next_index = self.session.next_index();
        if opening.restart {
            self.book.restart();
            self.counters.event(Event::Restarts);
            out(Entry::Restart { hw_time: stamp, next_index, session: u64::from(header.session) });
        }
        if let Some((first, count)) = opening.gap {
            self.counters.event(Event::Gaps);
            self.counters.event_by(Event::Lost, count);
            self.counters.declared_lost = self.counters.declared_lost.wrapping_add(count);
            out(Entry::Gap { hw_time: stamp, next_index, first, count });
        }
        if opening.range_evicted {
            self.counters.event(Event::LostRangeEvicted);
        }

        let mut blocks = Blocks::new(segment.payload, header.message_count);
        let mut sequence = header.first_sequence;
        let mut released = Released { first: 0, count: 0, end: BlocksEnd::Exact };
        for data in &mut blocks {
            self.counters.copy_in(0);
            let disposition = match self.session.message(sequence) {
                Arrival::Late => MessageDisposition::Late,
                Arrival::Duplicate => MessageDisposition::Duplicate,
                Arrival::Deliver { index, bad } => {
                    if released.count == 0 {
                        released.first = sequence;
                    }
                    released.count += 1;
                    self.deliver(data, Delivered { index, hw_time: stamp, bad }, out)
                }
            };
            self.counters.dispose(disposition);
            sequence = sequence.wrapping_add(1);
        }
        released.end = blocks.end();
        released
    }

    #[inline]
    fn deliver(
        &mut self,
        data: &[u8],
        delivered: Delivered,
        out: &mut impl FnMut(Entry),
    ) -> MessageDisposition {
        self.counters.delivered(data.first().copied());
        match iex::decode(self.config.feed.protocol, data) {
            Ok(message) => self.book.message(&message, delivered, &mut self.counters, out),
            Err(Undecoded::Empty) => MessageDisposition::Empty,
            Err(Undecoded::UnknownType) => MessageDisposition::UnknownType,
            Err(Undecoded::Short) => MessageDisposition::Short,
        }
    }
}

/// What a segment's messages came to.
struct Released {
    first: u64,
    count: u64,
    end: BlocksEnd,
}
