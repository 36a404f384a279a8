//! Every counter of the register map that a model without clock and ring can know.

use escapement_abi::{Counter, Event, FrameDisposition, Group, MessageDisposition};
use escapement_codec::TickKind;

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

/// 64-bit counters since start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    copies_in: [u64; 2],
    frames: [u64; FrameDisposition::COUNT],
    dispositions: [u64; MessageDisposition::COUNT],
    events: [u64; Event::COUNT],
    messages: [u64; MESSAGE_COUNTERS],
    ticks: [u64; 5],
    /// Prices told as escapes.
    pub escapes: u64,
    /// Recentre entries.
    pub recentres: u64,
    /// Refresh entries.
    pub refreshes: u64,
    /// Sum of the counts in gap entries, for the third ledger.
    pub declared_lost: u64,
    /// Messages counted in and not yet disposed; 0 between frames.
    pub in_flight: u64,
}

impl Counters {
    pub(crate) fn copy_in(&mut self, line: usize) {
        self.copies_in[line] += 1;
        self.in_flight += 1;
    }

    pub(crate) fn dispose(&mut self, disposition: MessageDisposition) {
        self.dispositions[disposition as usize] += 1;
        self.in_flight -= 1;
    }

    pub(crate) fn frame_done(&mut self, disposition: FrameDisposition) {
        self.frames[disposition as usize] += 1;
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.events[event as usize] += 1;
    }

    pub(crate) fn event_by(&mut self, event: Event, count: u64) {
        self.events[event as usize] = self.events[event as usize].wrapping_add(count);
    }

    /// A message was delivered; `type_byte` is none when it is empty.
    pub(crate) fn delivered(&mut self, type_byte: Option<u8>) {
        let index =
            type_byte.map_or(MESSAGE_COUNTERS - 1, |byte| TYPE_INDEX[byte as usize] as usize);
        self.messages[index] += 1;
    }

    pub(crate) fn tick(&mut self, kind: TickKind) {
        self.ticks[kind as usize - 1] += 1;
    }

    /// Copies of messages in accepted frames, line A (0) or B (1).
    #[must_use]
    pub fn copies_in(&self, line: usize) -> u64 {
        self.copies_in[line]
    }

    /// Frames of this disposition.
    #[must_use]
    pub fn frames(&self, disposition: FrameDisposition) -> u64 {
        self.frames[disposition as usize]
    }

    /// Frames of any disposition.
    #[must_use]
    pub fn frames_in(&self) -> u64 {
        self.frames.iter().sum()
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
        copies == disposed + self.in_flight && self.events(Event::Lost) == self.declared_lost
    }

    /// Every counter with its register's name, in register order up to the output counters, then those of the
    /// output counters that the model knows.
    pub fn named(&self) -> impl Iterator<Item = (String, u64)> + '_ {
        let copies =
            ["copies_in_a", "copies_in_b"].into_iter().map(str::to_owned).zip(self.copies_in);
        let frames = FrameDisposition::ALL
            .iter()
            .map(|d| (format!("frames_{}", d.name()), self.frames[*d as usize]));
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
        copies
            .chain(frames)
            .chain(dispositions)
            .chain(events)
            .chain(messages)
            .chain(ticks)
            .chain(output)
    }
}
