//! Lines against golden entries.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use escapement_codec::entry::SLOT_CONTROL;
use escapement_codec::{
    decode_line, Clock, Entry, LineItem, LinePrice, LineTick, LineWriter, SequenceTrack, Tick,
};
use serde_json::{json, Value};

/// Message indices on a line have 40 bits.
const INDEX_MASK: u64 = (1 << 40) - 1;

/// The first difference between card and golden model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    line: Option<u64>,
    msg_index: Option<u64>,
    reason: String,
    card: Option<String>,
    golden: Option<String>,
}

impl Mismatch {
    /// For reports.
    pub(crate) fn json(&self) -> Value {
        json!({
            "line": self.line, "msg_index": self.msg_index, "reason": self.reason, "card": self.card, "golden": self.golden,
        })
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}, ")?;
        }
        if let Some(index) = self.msg_index {
            write!(formatter, "message index {index}: ")?;
        }
        formatter.write_str(&self.reason)?;
        if let Some(card) = &self.card {
            write!(formatter, "; card: {card}")?;
        }
        if let Some(golden) = &self.golden {
            write!(formatter, "; golden: {golden}")?;
        }
        Ok(())
    }
}

/// Compares lines with the entries that the golden model made.
pub(crate) struct Comparison {
    feed_id: u8,
    /// Golden entries that no line has told yet.
    due: VecDeque<Entry>,
    /// Golden sequence up to the entries already told.
    sequence: SequenceTrack,
    /// Drops announced since the last heartbeat, by slot.
    drops: BTreeMap<u16, u64>,
    /// After lost lines: golden entries are skipped up to one that matches.
    resync: bool,
    writer: LineWriter,
    /// Entries compared.
    pub(crate) entries: u64,
    /// Lines compared.
    pub(crate) lines: u64,
    /// Lines whose 64 bytes were made again and were the same.
    pub(crate) repacked: u64,
    /// Golden entries that announced drops explain.
    pub(crate) explained_drops: u64,
    /// Lines with a difference, and differences at the end.
    pub(crate) mismatches: u64,
    /// Counters of the golden model at the end.
    pub(crate) golden_counters: Vec<(String, u64)>,
    first: Option<Mismatch>,
}

impl Comparison {
    /// Compares lines of this feed id.
    pub(crate) fn new(feed_id: u8) -> Self {
        Self {
            feed_id,
            due: VecDeque::new(),
            sequence: SequenceTrack::new(),
            drops: BTreeMap::new(),
            resync: false,
            writer: LineWriter::new(Clock::default()),
            entries: 0,
            lines: 0,
            repacked: 0,
            explained_drops: 0,
            mismatches: 0,
            golden_counters: Vec::new(),
            first: None,
        }
    }

    /// The golden model made an entry.
    pub(crate) fn expect(&mut self, entry: Entry) {
        // after a mismatch nothing more is compared, so nothing more is kept
        if self.first.is_none() {
            self.due.push_back(entry);
        }
    }

    /// The first difference.
    pub(crate) fn first_mismatch(&self) -> Option<&Mismatch> {
        self.first.as_ref()
    }

    /// Lines were lost between card and host; the golden entries in them cannot be compared.
    pub(crate) fn lost_lines(&mut self, _first: u64, _count: u64) {
        self.resync = true;
    }

    /// The card told a line.
    pub(crate) fn line(&mut self, number: u64, bytes: &[u8; 64]) {
        if self.first.is_some() {
            return;
        }
        self.lines += 1;
        if let Err(mut mismatch) = self.compare_line(number, bytes) {
            mismatch.line = Some(number);
            self.fail(mismatch);
        }
    }

    /// No line is to come: nothing may be due.
    pub(crate) fn finish(&mut self, golden_counters: Vec<(String, u64)>) {
        self.golden_counters = golden_counters;
        if self.first.is_some() {
            return;
        }
        if !self.drops.is_empty() {
            let reason =
                format!("drops were announced and no heartbeat followed: {:?}", self.drops);
            self.fail(Mismatch { line: None, msg_index: None, reason, card: None, golden: None });
        } else if let Some(entry) = self.due.front() {
            let reason = format!("{} golden entries never came in a line", self.due.len());
            let golden = Some(format!("{entry:?}"));
            self.fail(Mismatch {
                line: None,
                msg_index: Some(entry.msg_index()),
                reason,
                card: None,
                golden,
            });
        }
    }

    fn fail(&mut self, mismatch: Mismatch) {
        self.mismatches += 1;
        self.first.get_or_insert(mismatch);
        self.due.clear();
    }

    fn compare_line(&mut self, number: u64, bytes: &[u8; 64]) -> Result<(), Mismatch> {
        let plain = |reason: String| Mismatch {
            line: None,
            msg_index: None,
            reason,
            card: None,
            golden: None,
        };
        let line = decode_line(bytes).map_err(|error| plain(error.to_string()))?;
        // a fresh line, in case the last one failed half way
        self.writer = LineWriter::new(line.clock);
        let mut exact = true;
        for item in line {
            let item = item.map_err(|error| plain(error.to_string()))?;
            self.entries += 1;
            let Some(golden) = self.told_by(&item)? else {
                // drop announcements do not say all that the header needs
                exact &= !self.writer.is_empty();
                if let LineItem::Control(entry) = &item {
                    self.pack(entry)?;
                }
                continue;
            };
            self.pack(&golden)?;
        }
        let packed = self.writer.finish(number as u32, self.feed_id);
        if packed != *bytes && exact {
            return Err(Mismatch {
                line: None,
                msg_index: None,
                reason: "the golden packer makes other bytes of the same entries".into(),
                card: Some(hex(bytes)),
                golden: Some(hex(&packed)),
            });
        }
        self.repacked += u64::from(exact);
        Ok(())
    }

    fn pack(&mut self, entry: &Entry) -> Result<(), Mismatch> {
        self.writer.push(entry).map_err(|error| Mismatch {
            line: None,
            msg_index: Some(entry.msg_index()),
            reason: format!("the golden packer refuses the entry: {error:?}"),
            card: None,
            golden: Some(format!("{entry:?}")),
        })
    }

    /// The golden entry that an entry of the card tells; none for announcements of drops.
    fn told_by(&mut self, item: &LineItem) -> Result<Option<Entry>, Mismatch> {
        if self.resync {
            self.skip_to(item);
        }
        if let LineItem::Control(Entry::TicksDropped { slot, count, .. }) = item {
            *self.drops.entry(*slot).or_default() += count;
            return Ok(None);
        }
        if !self.drops.is_empty() {
            return self.explain_drops(item).map(|()| None);
        }
        match self.due.pop_front() {
            Some(golden) if tells(item, &golden) => {
                self.sequence.follow(&golden);
                Ok(Some(golden))
            }
            golden => Err(Mismatch {
                line: None,
                msg_index: golden.as_ref().map(Entry::msg_index).or(index_of_item(item)),
                reason: "entries differ".into(),
                card: Some(format!("{item:?}")),
                golden: Some(golden.map_or("no entry is due".into(), |entry| format!("{entry:?}"))),
            }),
        }
    }

    fn skip_to(&mut self, item: &LineItem) {
        if matches!(item, LineItem::Control(Entry::TicksDropped { .. })) {
            return;
        }
        while let Some(golden) = self.due.front() {
            if tells(item, golden) {
                self.resync = false;
                return;
            }
            self.sequence.follow(golden);
            self.due.pop_front();
        }
    }

    /// Announced drops end with a heartbeat; the golden entries that are due must be exactly those dropped.
    fn explain_drops(&mut self, item: &LineItem) -> Result<(), Mismatch> {
        let announced = std::mem::take(&mut self.drops);
        let mismatch = |reason: String| Mismatch {
            line: None,
            msg_index: index_of_item(item),
            reason,
            card: Some(format!("{item:?}")),
            golden: None,
        };
        let LineItem::Control(Entry::Heartbeat { next_index, next_seq, .. }) = *item else {
            return Err(mismatch(format!(
                "a heartbeat must follow the announced drops {announced:?}"
            )));
        };
        let mut left = announced.clone();
        let mut total: u64 = announced.values().sum();
        while total > 0 {
            let Some(golden) = self.due.pop_front() else {
                return Err(mismatch(format!(
                    "announced drops {announced:?}: {total} more than golden entries are due"
                )));
            };
            self.sequence.follow(&golden);
            let slot = match golden {
                Entry::Tick(Tick { slot, .. }) => slot,
                _ => SLOT_CONTROL,
            };
            match left.get_mut(&slot) {
                Some(count) if *count > 0 => *count -= 1,
                _ => {
                    return Err(mismatch(format!(
                        "announced drops {announced:?} do not explain {golden:?}"
                    )))
                }
            }
            total -= 1;
            self.explained_drops += 1;
        }
        if self.sequence.sequence(next_index) != next_seq {
            let golden = self.sequence.sequence(next_index);
            return Err(mismatch(format!(
                "the heartbeat after drops names sequence {next_seq}, golden {golden}"
            )));
        }
        Ok(())
    }
}

/// Whether the card's entry says what the golden one does. Control entries other than gap, heartbeat and restart carry
/// no index on the line.
fn tells(item: &LineItem, golden: &Entry) -> bool {
    match (item, golden) {
        (LineItem::Tick(tick), Entry::Tick(golden)) => tells_tick(tick, golden),
        (LineItem::Control(card), golden) => card.as_on_line() == golden.as_on_line(),
        _ => false,
    }
}

fn tells_tick(tick: &LineTick, golden: &Tick) -> bool {
    let price = match (tick.price, golden.price) {
        (LinePrice::None, None) => true,
        (LinePrice::Exact(price), Some(expected)) => golden.code == 0 && price == expected,
        (LinePrice::Coded { code, epoch }, Some(_)) => code == golden.code && epoch == golden.epoch,
        _ => false,
    };
    price
        && tick.kind == golden.kind
        && tick.slot == golden.slot
        && tick.msg_index == golden.msg_index & INDEX_MASK
        && tick.feed_time == golden.feed_time
        && tick.hw_time == golden.hw_time
        && tick.size == golden.size
        && tick.side == golden.side
        && tick.flags == golden.flags
}

fn index_of_item(item: &LineItem) -> Option<u64> {
    match item {
        LineItem::Tick(tick) => Some(tick.msg_index),
        LineItem::Control(entry) => Some(entry.msg_index()),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use escapement_codec::TickKind;

    fn tick(slot: u16, msg_index: u64, size: u64) -> Entry {
        Entry::Tick(Tick {
            kind: TickKind::Bid,
            slot,
            msg_index,
            feed_time: 5,
            hw_time: 9,
            price: Some(100),
            code: 0,
            epoch: 0,
            size,
            side: 0,
            flags: 0,
        })
    }

    fn lines(entries: &[Entry]) -> Vec<[u8; 64]> {
        let mut writer = LineWriter::new(Clock::default());
        let mut lines = Vec::new();
        for entry in entries {
            if writer.push(entry).is_err() {
                lines.push(writer.finish(lines.len() as u32, 1));
                writer.push(entry).unwrap();
            }
        }
        lines.push(writer.finish(lines.len() as u32, 1));
        lines
    }

    fn compare(golden: &[Entry], card: &[Entry]) -> Comparison {
        let mut comparison = Comparison::new(1);
        golden.iter().for_each(|entry| comparison.expect(*entry));
        for (number, line) in lines(card).iter().enumerate() {
            comparison.line(number as u64, line);
        }
        comparison.finish(Vec::new());
        comparison
    }

    #[test]
    fn equal_entries_pass_and_every_line_is_repacked() {
        let entries: Vec<Entry> = (0..40).map(|index| tick(index as u16 % 3, index, 7)).collect();
        let comparison = compare(&entries, &entries);
        assert_eq!(comparison.first_mismatch(), None);
        assert_eq!((comparison.entries, comparison.repacked), (40, comparison.lines));
    }

    #[test]
    fn a_changed_missing_or_extra_entry_is_the_first_mismatch() {
        let entries: Vec<Entry> = (0..5).map(|index| tick(0, index, 7)).collect();
        let mut changed = entries.clone();
        changed[3] = tick(0, 3, 8);
        let found = compare(&entries, &changed);
        let mismatch = found.first_mismatch().unwrap();
        assert_eq!((mismatch.msg_index, mismatch.reason.as_str()), (Some(3), "entries differ"));
        assert!(mismatch.card.as_ref().unwrap().contains("size: 8"));
        let missing = compare(&entries, &entries[..4]);
        assert_eq!(
            missing.first_mismatch().unwrap().reason,
            "1 golden entries never came in a line"
        );
        let extra = compare(&entries[..4], &entries);
        assert_eq!(extra.first_mismatch().unwrap().golden.as_deref(), Some("no entry is due"));
    }

    #[test]
    fn a_line_of_other_bytes_is_a_mismatch() {
        let entries = [tick(0, 0, 7)];
        let mut comparison = Comparison::new(2);
        comparison.expect(entries[0]);
        comparison.line(0, &lines(&entries)[0]);
        assert!(comparison.first_mismatch().unwrap().reason.contains("other bytes"));
    }

    #[test]
    fn announced_drops_must_explain_exactly_what_is_missing() {
        let golden: Vec<Entry> = (0..6).map(|index| tick(index as u16 % 2, index, 7)).collect();
        let drop = |slot, count| Entry::TicksDropped { hw_time: 9, next_index: 5, slot, count };
        let heartbeat = Entry::Heartbeat { hw_time: 9, next_index: 5, next_seq: 6 };
        let told = |drops: &[Entry]| [&golden[..2], drops, &[heartbeat], &golden[5..]].concat();
        let exact = compare(&golden, &told(&[drop(0, 2), drop(1, 1)]));
        assert_eq!((exact.first_mismatch(), exact.explained_drops), (None, 3));
        for wrong in
            [vec![drop(0, 1), drop(1, 2)], vec![drop(0, 2)], vec![drop(0, 2), drop(1, 3)], vec![]]
        {
            assert!(compare(&golden, &told(&wrong)).first_mismatch().is_some(), "{wrong:?}");
        }
    }
}
