//! A coherent snapshot of the card's counters, and the ledgers that must balance.

use escapement_abi::{counters, Counter, Group};

/// All counters of one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardCounters {
    values: [u64; counters::COUNT],
    in_flight: u64,
}

/// The three ledgers of conservation (docs/card-model.md, section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledgers {
    /// Message copies that entered, both lines, and messages that the host loaded.
    pub copies_in: u64,
    /// Message copies with a disposition.
    pub disposed: u64,
    /// Message copies between the two.
    pub in_flight: u64,
    /// Ticks made by the book.
    pub ticks_made: u64,
    /// Ticks in lines that left.
    pub ticks_written: u64,
    /// Ticks dropped, and announced or about to be.
    pub ticks_dropped: u64,
    /// Sequence numbers lost.
    pub lost: u64,
}

impl Ledgers {
    /// Copies in = copies disposed + in flight.
    #[must_use]
    pub fn copies_balance(&self) -> bool {
        self.copies_in == self.disposed + self.in_flight
    }

    /// Ticks made = ticks written + ticks dropped. Holds after a drain; ticks on their way are in neither.
    #[must_use]
    pub fn ticks_balance(&self) -> bool {
        self.ticks_made == self.ticks_written + self.ticks_dropped
    }

    /// Lost numbers = sum of the counts of the `gap` entries read.
    #[must_use]
    pub fn gaps_balance(&self, declared: u64) -> bool {
        self.lost == declared
    }
}

impl CardCounters {
    /// From values in bank order.
    #[must_use]
    pub fn new(values: [u64; counters::COUNT], in_flight: u64) -> Self {
        Self { values, in_flight }
    }

    /// One counter.
    #[must_use]
    pub fn get(&self, counter: Counter) -> u64 {
        self.values[counter.index()]
    }

    /// All values, in bank order.
    #[must_use]
    pub fn values(&self) -> &[u64; counters::COUNT] {
        &self.values
    }

    /// `(name, value)` of a group, in bank order.
    pub fn group(&self, group: Group) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        Counter::of(group).map(|c| (c.name(), self.get(c)))
    }

    /// Sum of a group.
    #[must_use]
    pub fn sum(&self, group: Group) -> u64 {
        self.group(group).map(|(_, n)| n).sum()
    }

    /// The ledgers.
    #[must_use]
    pub fn ledgers(&self) -> Ledgers {
        Ledgers {
            copies_in: self.sum(Group::Copies) + self.get(Counter::LoadsMessages),
            disposed: self.sum(Group::Dispositions),
            in_flight: self.in_flight,
            ticks_made: self.get(Counter::OutputTicksMade),
            ticks_written: self.get(Counter::OutputTicksWritten),
            ticks_dropped: self.get(Counter::OutputTicksDropped),
            lost: self.get(Counter::EventsLost),
        }
    }
}
