//! The whole card.

use escapement_codec::Entry;

use crate::book::{Book, Delivered};
use crate::config::{CardConfig, ConfigError, FrameMode};
use crate::counters::Counters;
use crate::frame::{self, FrameFilter, Packet};
use crate::iex_flow;
use crate::itch_flow::ItchFlow;
use crate::line::Line;
use crate::line_arbiter::{Copy, Downstream, LineArbiter};
use crate::line_place::LinePlace;
use crate::load::{Load, LOAD_BYTES_MAX};
use crate::packet::{Blocks, BlocksEnd};
use crate::protocol::{Protocol, Undecoded};
use crate::refresh::RefreshTimer;
use crate::symbol::Symbol;
use crate::symbol_map::SymbolMap;
use crate::{iex, itch};
use escapement_abi::{Event, FrameDisposition, MessageDisposition};

/// The golden model of the card: frames in, entries out, in the card's order.
///
/// Card time is in `follow` mode: it is the largest stamp so far.
#[derive(Debug, Clone)]
pub struct CardModel {
    config: CardConfig,
    filters: [FrameFilter; 2],
    places: [LinePlace; 2],
    refresh: RefreshTimer,
    arbiter: LineArbiter,
    books: Books,
}

/// What stands behind the arbiter.
#[derive(Debug, Clone)]
struct Books {
    protocol: Protocol,
    map: SymbolMap,
    /// Locates and orders; only ITCH has them.
    itch: Option<ItchFlow>,
    book: Book,
    counters: Counters,
}

impl Books {
    fn new(config: &CardConfig) -> Self {
        let protocol = config.feed.protocol;
        Self {
            protocol,
            map: SymbolMap::new(config.instruments.iter().map(|i| (i.symbol, i.slot))),
            itch: (protocol == Protocol::Itch).then(|| ItchFlow::new(config.orders)),
            book: Book::new(config),
            counters: Counters::default(),
        }
    }
}

impl Books {
    /// Takes a message, on its way to its disposition.
    #[inline]
    fn message(&mut self, data: &[u8], delivered: Delivered, out: &mut impl FnMut(Entry)) {
        let Self { protocol, map, itch, book, counters } = self;
        let done = match itch {
            Some(flow) => itch::decode_with(data, |message| {
                flow.message(message, delivered, map, book, counters, out)
            }),
            None => iex::decode(*protocol, data)
                .map(|message| iex_flow::message(&message, delivered, map, book, counters, out)),
        };
        counters.dispose(match done {
            Ok(disposition) => disposition,
            Err(Undecoded::Empty) => MessageDisposition::Empty,
            Err(Undecoded::UnknownType) => MessageDisposition::UnknownType,
            Err(Undecoded::Short) => MessageDisposition::Short,
        });
    }
}

/// The books, and where their entries go.
struct Downwards<'a, F> {
    books: &'a mut Books,
    out: &'a mut F,
}

impl<F: FnMut(Entry)> Downstream for Downwards<'_, F> {
    #[inline]
    fn message(&mut self, data: &[u8], delivered: Delivered) {
        self.books.counters.delivered(data.first().copied());
        self.books.message(data, delivered, self.out);
    }

    fn entry(&mut self, entry: Entry) {
        (self.out)(entry);
    }

    fn restart(&mut self) {
        self.books.book.restart();
        if let Some(flow) = &mut self.books.itch {
            flow.restart();
        }
    }

    #[inline]
    fn counters(&mut self) -> &mut Counters {
        &mut self.books.counters
    }
}

impl CardModel {
    /// A card fresh from reset with this configuration.
    pub fn new(config: CardConfig) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            filters: Line::ALL.map(|line| config.filter(line)),
            places: [LinePlace::default(); 2],
            refresh: RefreshTimer::new(config.refresh_interval_ns, config.slots),
            arbiter: LineArbiter::new(config.feed.protocol.transport(), &config.lines),
            books: Books::new(&config),
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
        &self.books.counters
    }

    /// Its books.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.books.book
    }

    /// Its order table; none for feeds without orders.
    #[must_use]
    pub fn orders(&self) -> Option<&crate::order_table::OrderTable> {
        self.books.itch.as_ref().map(ItchFlow::orders)
    }

    /// The ledgers that a model can check.
    #[must_use]
    pub fn conserved(&self) -> bool {
        self.books.counters.conserved()
    }

    /// Index of the next delivered message, that is how many were delivered.
    #[must_use]
    pub fn next_index(&self) -> u64 {
        self.arbiter.next_index()
    }

    /// Stamp of a line's last accepted frame, ns; 0 before the first.
    #[must_use]
    pub fn last_seen(&self, line: Line) -> u64 {
        self.arbiter.last_seen(line)
    }

    /// Takes lines in and out (`LINES.configured`); counts from the next record on.
    pub fn configure_lines(&mut self, configured: u8) {
        self.config.lines.configured = configured;
        self.arbiter.configure(configured);
    }

    /// Sets `GAP_WINDOW`; counts from the next window on.
    pub fn set_gap_window(&mut self, gap_window_ns: u64) {
        self.config.lines.gap_window_ns = gap_window_ns;
        self.arbiter.set_gap_window(gap_window_ns);
    }

    /// Card time, ns.
    #[must_use]
    pub fn card_time(&self) -> u64 {
        self.refresh.card_time()
    }

    /// Clears books, session, time and counters; the configuration stays.
    pub fn reset(&mut self) {
        self.places = [LinePlace::default(); 2];
        self.refresh = RefreshTimer::new(self.config.refresh_interval_ns, self.config.slots);
        self.arbiter = LineArbiter::new(self.config.feed.protocol.transport(), &self.config.lines);
        self.books = Books::new(&self.config);
    }

    /// Takes one frame that arrived on `line` at `stamp` (ns): Ethernet destination to the last byte before the check
    /// sequence, and whether that sequence was wrong. Entries go to `out` as they are made.
    ///
    /// Accepted or not, it moves card time to its stamp, and what is due by then comes first.
    pub fn frame(
        &mut self,
        line: Line,
        stamp: u64,
        bytes: &[u8],
        fcs_bad: bool,
        out: &mut dyn FnMut(Entry),
    ) {
        self.take_frame(line, stamp, bytes, fcs_bad, &mut { out });
    }

    fn take_frame(
        &mut self,
        line: Line,
        stamp: u64,
        bytes: &[u8],
        fcs_bad: bool,
        out: &mut impl FnMut(Entry),
    ) {
        self.steps(stamp, usize::MAX, out);
        let frame = frame::parse(bytes, fcs_bad, &self.filters[line as usize]);
        let counters = &mut self.books.counters;
        if frame.ip_checksum_bad {
            counters.event(Event::IpChecksumBad);
        }
        if frame.udp_checksum_bad {
            counters.event(Event::UdpChecksumBad);
        }
        counters.frame_done(line, frame.disposition);
        let Some(packet) = frame.packet else {
            return;
        };
        let place = &mut self.places[line as usize];
        let transport = self.config.feed.protocol.transport();
        let released =
            self.config.frame_mode == FrameMode::Early && place.fits(transport, &packet.header);
        match (frame.disposition, released) {
            (FrameDisposition::Ok, _) => {
                place.move_behind(&packet.header);
                let end = self.packet(line, stamp, &packet, out).end;
                let counters = &mut self.books.counters;
                if packet.header.end_of_session {
                    counters.event(Event::EndOfSession);
                } else if packet.header.count == 0 {
                    counters.event(Event::Heartbeats);
                }
                match end {
                    BlocksEnd::Exact => {}
                    BlocksEnd::Malformed => counters.event(Event::MalformedBlock),
                    BlocksEnd::Trailing => counters.event(Event::TrailingBytes),
                }
            }
            (disposition, true) => {
                let released = self.packet(line, stamp, &packet, out);
                self.arbiter.proved_bad();
                if released.count > 0 {
                    out(Entry::Void {
                        hw_time: stamp,
                        next_index: self.arbiter.next_index(),
                        first: released.first,
                        count: released.count,
                        disposition: disposition as u8,
                    });
                }
            }
            (_, false) => {
                let whole = self.blocks(&packet).count();
                self.books.counters.event_by(Event::VoidedMessages, whole as u64);
            }
        }
    }

    fn blocks<'a>(&self, packet: &Packet<'a>) -> Blocks<'a> {
        let transport = self.config.feed.protocol.transport();
        Blocks::new(transport, packet.payload, packet.header.count)
    }

    /// Lets card time pass to `now` while no frame comes, and does what is due by then in the order of time: ends of gap
    /// windows and slot visits, at most `steps_max` of them. Returns whether all was done; else call again.
    pub fn time_step(&mut self, now: u64, steps_max: usize, out: &mut dyn FnMut(Entry)) -> bool {
        self.steps(now, steps_max, &mut { out })
    }

    #[inline]
    fn steps(&mut self, now: u64, steps_max: usize, out: &mut impl FnMut(Entry)) -> bool {
        self.refresh.time_passes(now);
        for _ in 0..steps_max {
            if !self.is_due() {
                return true;
            }
            self.do_what_is_due(out);
        }
        !self.is_due()
    }

    /// Whether anything would be due if card time passed to `now`. The first step of time sets the timer of the visits, so
    /// it counts as such.
    #[inline]
    #[must_use]
    pub fn is_due_by(&self, now: u64) -> bool {
        let window = self.arbiter.deadline().is_some_and(|deadline| deadline <= now);
        window || self.refresh.is_due_by(now)
    }

    #[inline]
    fn window_due(&self) -> Option<u64> {
        self.arbiter.deadline().filter(|&deadline| deadline <= self.refresh.card_time())
    }

    #[inline]
    fn is_due(&self) -> bool {
        self.window_due().is_some() || self.refresh.next_due().is_some()
    }

    /// The window goes before a visit of the same time.
    fn do_what_is_due(&mut self, out: &mut impl FnMut(Entry)) {
        let window = self.window_due();
        let visit = self.refresh.next_due();
        if window.is_some_and(|window| visit.is_none_or(|visit| window <= visit)) {
            self.arbiter.window_ends(&mut Downwards { books: &mut self.books, out });
        } else if let Some(visit) = self.refresh.due() {
            self.visit(visit.slot, visit.due, out);
        }
    }

    /// Delivers what the reorder memory holds and declares what is missing (`CONTROL.flush`, end of input).
    pub fn flush(&mut self, out: &mut dyn FnMut(Entry)) {
        let card_time = self.refresh.card_time();
        self.arbiter.flush(card_time, &mut Downwards { books: &mut self.books, out: &mut { out } });
    }

    /// What the host loads while the card expects number `stamp` (docs/card-model.md, section 11). False if it expects
    /// another one: then nothing was done but to count it.
    pub fn load(&mut self, stamp: u64, load: Load<'_>, out: &mut dyn FnMut(Entry)) -> bool {
        let out = &mut { out };
        if stamp != self.arbiter.expected() {
            self.books.counters.load_refused();
            return false;
        }
        let hw_time = self.refresh.card_time();
        let index = self.arbiter.next_index();
        match load {
            Load::Message(data) => {
                let data = &data[..data.len().min(LOAD_BYTES_MAX)];
                let delivered = Delivered { index, hw_time, bad: self.arbiter.is_bad() };
                self.books.counters.loaded_message();
                self.books.message(data, delivered, out);
            }
            Load::SlotProven(slot) | Load::SlotDoubtful(slot) => {
                let Books { book, counters, .. } = &mut self.books;
                counters.loaded_mark();
                if slot < book.slots() {
                    book.set_doubt(slot, matches!(load, Load::SlotDoubtful(_)));
                    let bad = self.arbiter.is_bad();
                    book.refresh(slot, hw_time, index, bad, counters, out);
                }
            }
            Load::SlotReleased { slot, generation } => {
                self.books.counters.loaded_mark();
                if slot < self.books.book.slots() {
                    self.books.book.change_hands(slot, false);
                    out(Entry::SlotReleased { hw_time, next_index: index, slot, generation });
                }
            }
            Load::SlotAssigned { slot, generation, symbol } => {
                self.books.counters.loaded_mark();
                if slot < self.books.book.slots() {
                    self.books.book.change_hands(slot, true);
                    out(Entry::SlotAssigned {
                        hw_time,
                        next_index: index,
                        slot,
                        generation,
                        symbol,
                    });
                }
            }
            Load::FeedProven => {
                self.books.counters.loaded_mark();
                self.arbiter.prove();
            }
        }
        true
    }

    /// The host writes the symbol table: `symbol` names this slot from the next message on, or none.
    pub fn map_symbol(&mut self, symbol: Symbol, slot: Option<u16>) {
        self.books.map.set(symbol, slot);
    }

    /// The host writes a slot's tick size; the slot must hold no level.
    pub fn set_tick(&mut self, slot: u16, tick: u32) {
        if slot < self.books.book.slots() {
            self.books.book.set_tick(slot, tick);
        }
    }

    /// Something of this session was lost or void.
    #[must_use]
    pub fn is_feed_bad(&self) -> bool {
        self.arbiter.is_bad()
    }

    /// Sequence number expected next.
    #[must_use]
    pub fn next_sequence(&self) -> u64 {
        self.arbiter.expected()
    }

    /// Its locates; none for feeds without.
    #[must_use]
    pub fn locates(&self) -> Option<&crate::locate_table::LocateTable> {
        self.books.itch.as_ref().map(ItchFlow::locates)
    }

    /// Re-announces every slot once, now.
    pub fn refresh_now(&mut self, out: &mut dyn FnMut(Entry)) {
        let out = &mut { out };
        for slot in 0..self.config.slots {
            self.visit(slot, self.refresh.card_time(), out);
        }
    }

    fn visit(&mut self, slot: u16, hw_time: u64, out: &mut impl FnMut(Entry)) {
        let next_index = self.arbiter.next_index();
        if slot == 0 {
            out(Entry::Heartbeat { hw_time, next_index, next_seq: self.arbiter.expected() });
        }
        let Books { book, counters, .. } = &mut self.books;
        book.refresh(slot, hw_time, next_index, self.arbiter.is_bad(), counters, out);
    }

    #[inline]
    fn packet(
        &mut self,
        line: Line,
        stamp: u64,
        packet: &Packet<'_>,
        out: &mut impl FnMut(Entry),
    ) -> Released {
        let mut blocks = self.blocks(packet);
        if let Some(flow) = &self.books.itch {
            blocks.clone().for_each(|data| flow.prefetch(data));
        }
        let card_time = self.refresh.card_time();
        let mut down = Downwards { books: &mut self.books, out };
        let mut released = Released { first: 0, count: 0, end: BlocksEnd::Exact };
        if self.arbiter.packet(line, stamp, card_time, &packet.header, &mut down) {
            let mut sequence = packet.header.first_sequence;
            for data in &mut blocks {
                let copy = self.arbiter.message(line, stamp, card_time, sequence, data, &mut down);
                if copy == Copy::Taken {
                    if released.count == 0 {
                        released.first = sequence;
                    }
                    released.count += 1;
                }
                sequence = sequence.wrapping_add(1);
            }
        } else {
            for _ in &mut blocks {
                self.arbiter.stale(line, &mut down);
            }
        }
        released.end = blocks.end();
        released
    }
}

/// What a packet's messages came to.
struct Released {
    first: u64,
    count: u64,
    end: BlocksEnd,
}
