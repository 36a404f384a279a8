//! Slots that change hands while the card runs: instruments with `from` or `until` in the instrument file
//! (docs/card-model.md, section 12).
//!
//! A change happens in front of the first frame whose stamp has reached its moment, while the card is empty, so it stands at the
//! same place in the stream on every card and at every pace. Two golden models run beside the card: the *mirror* holds what the
//! card holds; the *library* carries every instrument of the plan all the time, so it knows the orders that one has when it
//! gets its slot.

use std::collections::VecDeque;

use escapement_card::{CardConfig, CardParams, InstrumentConfig, Line};
use escapement_codec::Entry;
use escapement_feed::{CardModel, Event, Load, Symbol};
use escapement_recovery::{bring_in, take_back_untracked, take_out};
use serde_json::{json, Value};

use super::check::golden;
use crate::failure::Failure;
use crate::instruments::Instrument;

/// One change of one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Capture time, ns.
    pub(crate) at: u64,
    pub(crate) slot: u16,
    /// Number of the assignment that begins or ends; those before the start have 0.
    pub(crate) generation: u8,
    /// The instrument comes; else it goes.
    pub(crate) assigned: bool,
    pub(crate) instrument: Instrument,
}

/// The instruments that are carried from the start, by slot, and the changes in the order of time: of one moment first those that
/// go. Who comes gets the lowest free slot.
pub(crate) fn plan(listed: Vec<Instrument>) -> (Vec<Instrument>, Vec<Change>) {
    let (start, later): (Vec<_>, Vec<_>) = listed.into_iter().partition(|one| one.from.is_none());
    // By slot: number of its last assignment, and who has it.
    let mut slots: Vec<(u8, Option<Instrument>)> =
        start.iter().map(|one| (0, Some(one.clone()))).collect();
    let mut moments: Vec<u64> =
        start.iter().chain(&later).flat_map(|one| [one.from, one.until]).flatten().collect();
    moments.sort_unstable();
    moments.dedup();
    let mut changes = Vec::new();
    for at in moments {
        for (slot, (generation, carried)) in (0..).zip(&mut slots) {
            if let Some(instrument) = carried.take_if(|one| one.until == Some(at)) {
                let generation = *generation;
                changes.push(Change { at, slot, generation, assigned: false, instrument });
            }
        }
        for instrument in later.iter().filter(|one| one.from == Some(at)).cloned() {
            let free = slots.iter().position(|(_, carried)| carried.is_none());
            let slot = free.unwrap_or_else(|| {
                slots.push((0, None));
                slots.len() - 1
            });
            let (generation, carried) = &mut slots[slot];
            *generation = generation.wrapping_add(1);
            *carried = Some(instrument.clone());
            let (slot, generation) = (slot as u16, *generation);
            changes.push(Change { at, slot, generation, assigned: true, instrument });
        }
    }
    (start, changes)
}

/// What the host does to the card, in this order.
pub(crate) enum Act<'a> {
    Load(u64, Load<'a>),
    Release(u64, &'a Change),
    Assign(u64, &'a Change),
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SlotReport {
    released: u64,
    assigned: u64,
    /// Of the assigned, those whose book could not be proven: it stays flagged.
    unproven: u64,
    /// Messages loaded.
    loads: u64,
    /// Changes that the card did not take: it had moved on.
    refused: u64,
    /// Changes of moments that the captures did not reach.
    not_reached: u64,
}

impl SlotReport {
    pub(crate) fn json(&self) -> Value {
        json!({
            "released": self.released, "assigned": self.assigned, "unproven": self.unproven, "loads": self.loads,
            "refused": self.refused, "not_reached": self.not_reached,
        })
    }

    /// In words.
    pub(crate) fn text(&self) -> String {
        format!(
            "{} released, {} assigned ({} of them unproven), {} loads, {} changes not reached",
            self.released, self.assigned, self.unproven, self.loads, self.not_reached
        )
    }
}

/// Changes at work beside a card.
pub(crate) struct SlotChanges {
    plan: VecDeque<Change>,
    mirror: CardModel,
    library: CardModel,
    /// Symbols of the library, by its slots.
    shelves: Vec<[u8; 8]>,
    /// Largest stamp so far; none before the first frame.
    latest: Option<u64>,
    /// Feed time of the last tick.
    time: u64,
    report: SlotReport,
}

impl SlotChanges {
    pub(crate) fn new(
        changes: &[Change],
        config: &CardConfig,
        card: &CardParams,
    ) -> Result<Self, Failure> {
        let model = |config: &CardConfig, card: &CardParams| {
            CardModel::new(golden::config(config, card)?)
                .map_err(|error| Failure::input(format!("golden model: {error}")))
        };
        let mut shelved: Vec<InstrumentConfig> = Vec::new();
        for Change { instrument: one, .. } in changes.iter().filter(|change| change.assigned) {
            if shelved.iter().all(|other| other.symbol != one.symbol) {
                let centres = [None; 3];
                shelved.push(InstrumentConfig { symbol: one.symbol, tick: one.tick, centres });
            }
        }
        let shelves: Vec<[u8; 8]> = shelved.iter().map(|one| one.symbol).collect();
        let mut library_config = config.clone();
        library_config.instruments = shelved;
        library_config.refresh_interval_ns = 0;
        let mut library_card = *card;
        library_card.slots = (shelves.len() as u16).max(1);
        Ok(Self {
            plan: changes.to_vec().into(),
            mirror: model(config, card)?,
            library: model(&library_config, &library_card)?,
            shelves,
            latest: None,
            time: 0,
            report: SlotReport::default(),
        })
    }

    /// Whether a change comes before a frame of this stamp, and if any frame came before, the card time of it.
    pub(crate) fn due(&self, stamp_ns: u64) -> Option<Option<u64>> {
        let change = self.plan.front().filter(|change| change.at <= stamp_ns)?;
        Some(self.latest.map(|latest| latest.max(change.at)))
    }

    /// Card time passed.
    pub(crate) fn time_step(&mut self, now: u64) {
        self.mirror.time_step(now, usize::MAX, &mut |_| {});
    }

    /// A frame went into the card.
    pub(crate) fn frame(&mut self, line: Line, stamp_ns: u64, bytes: &[u8]) {
        self.latest = self.latest.max(Some(stamp_ns));
        let time = &mut self.time;
        let mut look = |entry| {
            if let Entry::Tick(tick) = entry {
                *time = tick.feed_time as u64;
            }
        };
        self.mirror.frame(line, stamp_ns, bytes, false, &mut look);
        self.library.frame(line, stamp_ns, bytes, false, &mut look);
    }

    /// Makes the next change, on an empty card: `give` does one thing to it and says whether the card took it.
    ///
    /// # Errors
    /// Those of `give`.
    pub(crate) fn apply<E>(
        &mut self,
        mut give: impl FnMut(&Act<'_>) -> Result<bool, E>,
    ) -> Result<Option<Change>, E> {
        let Some(change) = self.plan.pop_front() else { return Ok(None) };
        let taken = if change.assigned {
            self.assign(&change, &mut give)?
        } else {
            self.release(&change, &mut give)?
        };
        self.report.refused += u64::from(!taken);
        Ok(Some(change))
    }

    fn release<E>(
        &mut self,
        change: &Change,
        give: &mut impl FnMut(&Act<'_>) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let &Change { slot, generation, .. } = change;
        let (stamp, symbol) = (self.mirror.next_sequence(), Symbol(change.instrument.symbol));
        if !give(&Act::Release(stamp, change))? {
            return Ok(false);
        }
        self.mirror.load(stamp, Load::SlotReleased { slot, generation }, &mut |_| {});
        // While its locates name it; the row of the symbol does not matter to them.
        let untracked = take_back_untracked(&self.mirror, slot, self.time);
        self.mirror.map_symbol(symbol, None);
        if !self.messages(stamp, &untracked, give)? {
            return Ok(false);
        }
        let orders = take_out(&self.mirror, slot, symbol, self.time);
        self.report.released += 1;
        self.messages(stamp, &orders, give)
    }

    fn assign<E>(
        &mut self,
        change: &Change,
        give: &mut impl FnMut(&Act<'_>) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let &Change { slot, generation, .. } = change;
        let (stamp, symbol) = (self.mirror.next_sequence(), Symbol(change.instrument.symbol));
        if !give(&Act::Assign(stamp, change))? {
            return Ok(false);
        }
        self.mirror.set_tick(slot, change.instrument.tick);
        let assigned = Load::SlotAssigned { slot, generation, symbol: symbol.0 };
        self.mirror.load(stamp, assigned, &mut |_| {});
        self.mirror.map_symbol(symbol, Some(slot));
        let Some(there) = self.shelves.iter().position(|shelved| *shelved == symbol.0) else {
            return Ok(true);
        };
        let there = there as u16;
        let overflows = |model: &CardModel| model.counters().events(Event::LevelOverflow);
        let overflows_before = overflows(&self.mirror);
        let orders = bring_in(&self.library, there, symbol, self.time);
        self.report.assigned += 1;
        if !self.messages(stamp, &orders, give)? {
            return Ok(false);
        }
        let (should, is) = (self.library.book(), self.mirror.book());
        let proven = !self.library.is_feed_bad()
            && !should.is_bad(there)
            && is.untracked(slot) == 0
            && overflows(&self.mirror) == overflows_before
            && is.published(slot) == should.published(there)
            && is.status(slot) == should.status(there);
        if !proven {
            self.report.unproven += 1;
            return Ok(true);
        }
        let taken = give(&Act::Load(stamp, Load::SlotProven(slot)))?;
        self.mirror.load(stamp, Load::SlotProven(slot), &mut |_| {});
        Ok(taken)
    }

    fn messages<E>(
        &mut self,
        stamp: u64,
        messages: &[Vec<u8>],
        give: &mut impl FnMut(&Act<'_>) -> Result<bool, E>,
    ) -> Result<bool, E> {
        for message in messages {
            let load = Load::Message(message);
            if !give(&Act::Load(stamp, load))? {
                return Ok(false);
            }
            self.mirror.load(stamp, load, &mut |_| {});
            self.report.loads += 1;
        }
        Ok(true)
    }

    /// What was done.
    pub(crate) fn finish(mut self) -> SlotReport {
        self.report.not_reached = self.plan.len() as u64;
        self.report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(symbol: &[u8; 8], from: Option<u64>, until: Option<u64>) -> Instrument {
        Instrument { from, until, ..Instrument::plain("XNAS", *symbol, 100) }
    }

    #[test]
    fn slots_are_freed_first_and_taken_from_the_lowest() {
        let listed = vec![
            one(b"A       ", None, Some(5)),
            one(b"B       ", None, None),
            one(b"C       ", Some(3), None),
            one(b"D       ", Some(5), Some(9)),
            one(b"A       ", Some(9), None),
        ];
        let (start, changes) = plan(listed);
        assert_eq!(start.len(), 2);
        let seen: Vec<_> = changes
            .iter()
            .map(|c| (c.at, c.instrument.symbol[0], c.slot, c.generation, c.assigned))
            .collect();
        assert_eq!(
            seen,
            [
                (3, b'C', 2, 1, true),
                (5, b'A', 0, 0, false),
                (5, b'D', 0, 1, true),
                (9, b'D', 0, 1, false),
                (9, b'A', 0, 2, true),
            ]
        );
    }
}
