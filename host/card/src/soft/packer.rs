//! The soft card's packer: entries to lines, a bounded queue of finished lines, and what happens when it is full
//! (docs/card-model.md, sections 9 and 10).

use std::collections::{BTreeMap, VecDeque};

use escapement_codec::entry::SLOT_CONTROL;
use escapement_codec::{Clock, Entry, LineWriter, PushError};

use super::position::Position;

/// Finished lines that wait for room in the ring, as in the RTL's line FIFO.
const QUEUE_LINES: usize = 64;

/// A finished line and what it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finished {
    pub(super) bytes: [u8; 64],
    pub(super) entries: u32,
    pub(super) ticks: u32,
}

/// What the packer counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PackerCounts {
    pub(super) ticks_dropped: u64,
    pub(super) control_dropped: u64,
    pub(super) lines_refused: u64,
}

/// Packs entries.
#[derive(Debug)]
pub(super) struct Packer {
    writer: LineWriter,
    ticks_in_line: u32,
    feed_id: u8,
    /// Number of the next line to finish.
    next_line: u64,
    queue: VecDeque<Finished>,
    dropping: bool,
    drops: Drops,
    position: Position,
    counts: PackerCounts,
}

#[derive(Debug, Default)]
struct Drops {
    slots: BTreeMap<u16, u64>,
    control: u64,
}

impl Packer {
    pub(super) fn new(feed_id: u8) -> Self {
        Self {
            writer: LineWriter::new(Clock::default()),
            ticks_in_line: 0,
            feed_id,
            next_line: 0,
            queue: VecDeque::with_capacity(QUEUE_LINES),
            dropping: false,
            drops: Drops::default(),
            position: Position::default(),
            counts: PackerCounts::default(),
        }
    }

    pub(super) fn counts(&self) -> PackerCounts {
        self.counts
    }

    /// Nothing packed and nothing waiting.
    pub(super) fn is_empty(&self) -> bool {
        self.writer.is_empty() && self.queue.is_empty() && !self.dropping
    }

    /// What stands in the headers, before the first entry.
    pub(super) fn set_header(&mut self, feed_id: u8, clock: Clock) {
        self.feed_id = feed_id;
        self.writer = LineWriter::new(clock);
    }

    /// Takes one entry from the book: packs it, or drops and counts it.
    pub(super) fn push(&mut self, entry: &Entry) {
        self.position.pass(entry);
        if self.dropping || !self.store(entry) {
            self.dropping = true;
            self.drop(entry);
        }
    }

    /// Closes the line in hand, if the queue has room.
    pub(super) fn flush(&mut self) {
        if !self.writer.is_empty() && self.queue.len() < QUEUE_LINES {
            self.close();
        }
    }

    /// Finished lines wait: better to write some before more entries come.
    #[inline]
    pub(super) fn is_filling(&self) -> bool {
        self.queue.len() > QUEUE_LINES / 2
    }

    /// Hands finished lines to `take` until it refuses one; then announces drops if there is room again. Returns
    /// whether it took all. The line in hand stays open.
    pub(super) fn write_out(&mut self, take: &mut impl FnMut(&Finished) -> bool) -> bool {
        let mut refused = false;
        while let Some(line) = self.queue.front() {
            refused = !take(line);
            if refused {
                break;
            }
            self.queue.pop_front();
        }
        if self.dropping && self.queue.len() <= QUEUE_LINES / 2 {
            self.announce();
        }
        !refused
    }

    /// Writes out everything, the line in hand too, as far as `take` takes it.
    pub(super) fn drain(&mut self, mut take: impl FnMut(&Finished) -> bool) {
        loop {
            let took_all = self.write_out(&mut take);
            self.flush();
            if !took_all || self.queue.is_empty() {
                return;
            }
        }
    }

    /// Packs `entry`; false when neither the line nor the queue has room.
    fn store(&mut self, entry: &Entry) -> bool {
        loop {
            match self.writer.push(entry) {
                Ok(()) => {
                    self.ticks_in_line += u32::from(matches!(entry, Entry::Tick(_)));
                    return true;
                }
                Err(PushError::LineFull) if self.queue.len() < QUEUE_LINES => self.close(),
                Err(PushError::LineFull) => {
                    self.counts.lines_refused += u64::from(!self.dropping);
                    return false;
                }
                Err(_) => return false,
            }
        }
    }

    fn close(&mut self) {
        let entries = self.writer.count() as u32;
        let bytes = self.writer.finish(self.next_line as u32, self.feed_id);
        self.queue.push_back(Finished { bytes, entries, ticks: self.ticks_in_line });
        self.ticks_in_line = 0;
        self.next_line += 1;
    }

    fn drop(&mut self, entry: &Entry) {
        if let Entry::Tick(tick) = entry {
            *self.drops.slots.entry(tick.slot).or_default() += 1;
            self.counts.ticks_dropped += 1;
        } else {
            self.drops.control += 1;
            self.counts.control_dropped += 1;
        }
    }

    /// Slots ascending, then "no instrument", then control entries, then the position. What found no room stays.
    fn announce(&mut self) {
        let Position { hw_time, next_index, next_seq } = self.position;
        let dropped = |slot, count| Entry::TicksDropped { hw_time, next_index, slot, count };
        while let Some((&slot, &count)) = self.drops.slots.first_key_value() {
            if !self.store(&dropped(slot, count)) {
                return;
            }
            self.drops.slots.remove(&slot);
        }
        if self.drops.control > 0 {
            if !self.store(&dropped(SLOT_CONTROL, self.drops.control)) {
                return;
            }
            self.drops.control = 0;
        }
        if self.store(&Entry::Heartbeat { hw_time, next_index, next_seq }) {
            self.dropping = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use escapement_codec::entry::SLOT_NONE;
    use escapement_codec::{decode_line, LineItem, Tick, TickKind};

    fn tick(index: u64, slot: u16) -> Entry {
        Entry::Tick(Tick {
            kind: TickKind::Trade,
            slot,
            msg_index: index,
            feed_time: 1 << 60,
            hw_time: 1000 + index,
            price: Some(1 << 60),
            code: 0,
            epoch: 0,
            size: u64::MAX,
            side: 1,
            flags: 0,
        })
    }

    fn items(lines: &[Finished]) -> Vec<LineItem> {
        lines.iter().flat_map(|l| decode_line(&l.bytes).unwrap()).map(Result::unwrap).collect()
    }

    #[test]
    fn what_finds_no_room_is_counted_by_slot_and_announced_first() {
        let mut packer = Packer::new(1);
        let mut index = 0;
        while packer.counts().ticks_dropped < 10 {
            packer.push(&tick(index, (index % 3) as u16));
            index += 1;
        }
        packer.push(&Entry::Heartbeat { hw_time: 5, next_index: index, next_seq: index + 1 });
        packer.push(&tick(index, SLOT_NONE));
        assert_eq!((packer.counts().ticks_dropped, packer.counts().control_dropped), (11, 1));
        let mut lines = Vec::new();
        packer.drain(|line| {
            lines.push(*line);
            true
        });
        assert!(packer.is_empty());
        let items = items(&lines);
        let kept: u32 = lines.iter().map(|l| l.ticks).sum();
        assert_eq!(u64::from(kept) + 11, index + 1, "each tick is in a line or counted");
        let control: Vec<Entry> = items
            .iter()
            .filter_map(|i| if let LineItem::Control(e) = i { Some(*e) } else { None })
            .collect();
        let mut counts = BTreeMap::new();
        for entry in &control[..control.len() - 1] {
            let Entry::TicksDropped { slot, count, .. } = entry else { panic!("{entry:?}") };
            counts.insert(*slot, *count);
        }
        assert_eq!(counts.values().sum::<u64>(), 12);
        assert_eq!((counts[&SLOT_NONE], counts[&SLOT_CONTROL]), (1, 1));
        let last = control.last().unwrap();
        let Entry::Heartbeat { next_index, next_seq, .. } = last else { panic!("{last:?}") };
        assert_eq!((*next_index, *next_seq), (index + 1, index + 2));
    }
}
