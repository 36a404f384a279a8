//! Every counter of the register map that a model without clock and ring can know.

use escapement_abi::{Counter, Event, FrameDisposition, Group, MessageDisposition};
use escapement_codec::TickKind;

use crate::line::Line;

const MESSAGE_COUNTERS: usize = Counter::MessagesTypeOther.index() - FIRST_MESSAGE + 1;
const FIRST_MESSAGE: usize = Counter::MessagesTypeS.index();

/// Place of each type byte's counter among those of messages.
const TYPE_INDEX: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (Counter::of_message_type(byte as u8).index() - FIRST_MESSAGE) as u8;
        byte += 1;
    }
    table
};

/// Dispositions that a copy gets before it is delivered, in the order of their numbers; counted for line B apart.
const REFUSED: [MessageDisposition; 3] =
    [MessageDisposition::Duplicate, MessageDisposition::Late, MessageDisposition::StaleSession];

/// 64-bit counters since start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    copies_in: [u64; 2],
    frames: [[u64; FrameDisposition::COUNT]; 2],
    dispositions: [u64; MessageDisposition::COUNT],
    refused_b: [u64; REFUSED.len()],
    events: [u64; Event::COUNT],
    messages: [u64; MESSAGE_COUNTERS],
    ticks: [u64; 5],
    /// Loads by the host: messages, marks, refused.
    loads: [u64; 3],
    /// Prices told as escapes.
    pub escapes: u64,
    /// Recentre entries.
    pub recentres: u64,
    /// Refresh entries.
    pub refreshes: u64,
    /// Sum of the counts in gap entries, for the third ledger.
    pub declared_lost: u64,
    /// Messages counted in and not yet disposed: between frames, those in the reorder memory.
    pub in_flight: u64,
}

impl Counters {
    #[inline]
    pub(crate) fn copy_in(&mut self, line: Line) {
        self.copies_in[line as usize] += 1;
        self.in_flight += 1;
    }

    /// The host loaded a message: in the ledger it is a copy.
    pub(crate) fn loaded_message(&mut self) {
        self.loads[0] += 1;
        self.in_flight += 1;
    }

    pub(crate) fn loaded_mark(&mut self) {
        self.loads[1] += 1;
    }

    pub(crate) fn load_refused(&mut self) {
        self.loads[2] += 1;
    }

    #[inline]
    pub(crate) fn dispose(&mut self, disposition: MessageDisposition) {
        self.dispositions[disposition as usize] += 1;
        self.in_flight -= 1;
    }

    /// A copy was not delivered: one of `duplicate`, `late`, `stale_session`.
    #[inline]
    pub(crate) fn refuse(&mut self, line: Line, disposition: MessageDisposition) {
        self.dispose(disposition);
        if line == Line::B {
            self.refused_b[disposition as usize - REFUSED[0] as usize] += 1;
        }
    }

    #[inline]
    pub(crate) fn frame_done(&mut self, line: Line, disposition: FrameDisposition) {
        self.frames[line as usize][disposition as usize] += 1;
    }

    #[inline]
    pub(crate) fn event(&mut self, event: Event) {
        self.events[event as usize] += 1;
    }

    pub(crate) fn event_by(&mut self, event: Event, count: u64) {
        self.events[event as usize] = self.events[event as usize].wrapping_add(count);
    }

    /// A message was delivered; `type_byte` is none when it is empty.
    #[inline]
    pub(crate) fn delivered(&mut self, type_byte: Option<u8>) {
        let index =
            type_byte.map_or(MESSAGE_COUNTERS - 1, |byte| TYPE_INDEX[byte as usize] as usize);
        self.messages[index] += 1;
    }

    #[inline]
    pub(crate) fn tick(&mut self, kind: TickKind) {
        self.ticks[kind as usize - 1] += 1;
    }

    /// Copies of messages in accepted frames of a line.
    #[must_use]
    pub fn copies_in(&self, line: Line) -> u64 {
        self.copies_in[line as usize]
    }

    /// Messages that the host loaded.
    #[must_use]
    pub fn loaded_messages(&self) -> u64 {
        self.loads[0]
    }

    /// Loads that were refused.
    #[must_use]
    pub fn loads_refused(&self) -> u64 {
        self.loads[2]
    }

    /// Frames of this disposition on a line.
    #[must_use]
    pub fn frames(&self, line: Line, disposition: FrameDisposition) -> u64 {
        self.frames[line as usize][disposition as usize]
    }

    /// Frames of any disposition, both lines.
    #[must_use]
    pub fn frames_in(&self) -> u64 {
        self.frames.iter().flatten().sum()
    }

    /// Copies of line B that were refused as this.
    #[must_use]
    pub fn refused_b(&self, disposition: MessageDisposition) -> u64 {
        let place = REFUSED.iter().position(|&refused| refused == disposition);
        place.map_or(0, |place| self.refused_b[place])
    }

    /// Message copies of this disposition.
    #[must_use]
    pub fn disposition(&self, disposition: MessageDisposition) -> u64 {
        self.dispositions[disposition as usize]
    }

    /// Times this event happened.
    #[must_use]
    pub fn events(&self, event: Event) -> u64 {
        self.events[event as usize]
    }

    /// Delivered messages of this type byte; bytes without a counter of their own share one.
    #[must_use]
    pub fn messages_of_type(&self, type_byte: u8) -> u64 {
        self.messages[TYPE_INDEX[type_byte as usize] as usize]
    }

    /// Delivered messages.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.messages.iter().sum()
    }

    /// Ticks made of this kind.
    #[must_use]
    pub fn ticks_of_kind(&self, kind: TickKind) -> u64 {
        self.ticks[kind as usize - 1]
    }

    /// Ticks made.
    #[must_use]
    pub fn ticks_made(&self) -> u64 {
        self.ticks.iter().sum()
    }

    /// Ledgers 1 and 3: every copy has a disposition or is in flight, every lost number stands in a gap entry.
    /// (Ledger 2 belongs to who writes the lines.)
    #[must_use]
    pub fn conserved(&self) -> bool {
        let copies: u64 = self.copies_in.iter().sum();
        let disposed: u64 = self.dispositions.iter().sum();
        copies + self.loads[0] == disposed + self.in_flight
            && self.events(Event::Lost) == self.declared_lost
    }

    /// Every counter with its register's name, in register order up to the output counters, then those of the
    /// output counters that the model knows.
    pub fn named(&self) -> impl Iterator<Item = (String, u64)> + '_ {
        let copies =
            ["copies_in_a", "copies_in_b"].into_iter().map(str::to_owned).zip(self.copies_in);
        let frames = ["frames", "bframes"].into_iter().zip(&self.frames).flat_map(|(group, of)| {
            FrameDisposition::ALL
                .iter()
                .map(move |d| (format!("{group}_{}", d.name()), of[*d as usize]))
        });
        let refused_b = REFUSED
            .iter()
            .zip(self.refused_b)
            .map(|(d, count)| (format!("bcopies_{}", d.name()), count));
        let dispositions = MessageDisposition::ALL
            .iter()
            .map(|d| (format!("dispositions_{}", d.name()), self.dispositions[*d as usize]));
        let events =
            Event::ALL.iter().map(|e| (format!("events_{}", e.name()), self.events[*e as usize]));
        let group = |group: Group| {
            Counter::of(group).map(move |c| format!("{}_{}", group.name(), c.name()))
        };
        let messages = group(Group::Messages).zip(self.messages);
        let ticks = group(Group::Ticks).zip(self.ticks);
        let output = [
            ("output_ticks_made", self.ticks_made()),
            ("output_escapes", self.escapes),
            ("output_recentres", self.recentres),
            ("output_refreshes", self.refreshes),
        ];
        let output = output.into_iter().map(|(name, count)| (name.to_owned(), count));
        let loads = ["loads_messages", "loads_marks", "loads_refused"];
        let loads = loads.into_iter().map(str::to_owned).zip(self.loads);
        copies
            .chain(frames)
            .chain(dispositions)
            .chain(refused_b)
            .chain(events)
            .chain(messages)
            .chain(ticks)
            .chain(output)
            .chain(loads)
    }
}
