//! What a coding is measured on: the entries of one feed, held in memory.

use std::collections::HashMap;

use escapement_codec::{Clock, Entry, PriceKind, Tick};

/// Slots of the card; those of histories are fewer.
pub(crate) const SLOTS: usize = 64;

/// Entries of one feed in the card's order, and what a reader of them is told before.
pub(crate) struct Stream {
    /// Ticks with their codes, recentres and the other control entries; refreshes and heartbeats too.
    pub(crate) entries: Vec<Entry>,
    /// Tick size of each slot, in the price unit of the stream; 0 = no instrument.
    pub(crate) tick_sizes: [u32; SLOTS],
    /// Centres that the host set before the start: slot, kind, price; epoch 0.
    pub(crate) centres: Vec<(u16, PriceKind, i64)>,
}

/// Entries by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    pub(crate) ticks: u64,
    /// Ticks of each kind, in the order of their numbers.
    pub(crate) kinds: [u64; 5],
    /// Ticks with a price that no code says.
    pub(crate) escapes: u64,
    /// Most escapes in a row of one slot and price kind.
    pub(crate) longest_escape_run: u64,
    pub(crate) recentres: u64,
    pub(crate) refreshes: u64,
    pub(crate) heartbeats: u64,
    /// Gaps, voids, restarts, drops.
    pub(crate) other: u64,
}

impl Stream {
    /// An empty stream of instruments with these tick sizes, by slot.
    pub(crate) fn new(tick_sizes: [u32; SLOTS]) -> Self {
        Self { entries: Vec::new(), tick_sizes, centres: Vec::new() }
    }

    /// The clock that fits the first tick.
    pub(crate) fn clock(&self) -> Clock {
        let first = self.entries.iter().find_map(|entry| match entry {
            Entry::Tick(tick) => Some(Clock::nearest(tick.hw_time, tick.feed_time)),
            _ => None,
        });
        first.unwrap_or_default()
    }

    /// The entries without those that only repeat: refreshes and heartbeats.
    pub(crate) fn without_refreshes(&self) -> Vec<Entry> {
        let repeats =
            |entry: &Entry| matches!(entry, Entry::Refresh { .. } | Entry::Heartbeat { .. });
        self.entries.iter().filter(|entry| !repeats(entry)).copied().collect()
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let mut runs = HashMap::new();
        for entry in &self.entries {
            match entry {
                Entry::Tick(tick) => {
                    counts.ticks += 1;
                    counts.kinds[tick.kind as usize - 1] += 1;
                    if tick.price.is_some() {
                        let run: &mut u64 = runs.entry((tick.slot, tick.kind)).or_default();
                        *run = if tick.code == 0 { *run + 1 } else { 0 };
                        counts.escapes += u64::from(tick.code == 0);
                        counts.longest_escape_run = counts.longest_escape_run.max(*run);
                    }
                }
                Entry::Recentre { .. } => counts.recentres += 1,
                Entry::Refresh { .. } => counts.refreshes += 1,
                Entry::Heartbeat { .. } => counts.heartbeats += 1,
                _ => counts.other += 1,
            }
        }
        counts
    }
}

/// The ticks among entries.
pub(crate) fn ticks_of(entries: &[Entry]) -> Vec<Tick> {
    let tick = |entry: &Entry| match entry {
        Entry::Tick(tick) => Some(*tick),
        _ => None,
    };
    entries.iter().filter_map(tick).collect()
}
