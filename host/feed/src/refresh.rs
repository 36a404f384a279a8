//! When slots are re-announced: round robin, one slot each interval of card time.

/// The refresh timer, and card time in `follow` mode.
#[derive(Debug, Clone)]
pub struct RefreshTimer {
    interval: u64,
    slots: u16,
    card_time: u64,
    next_due: Option<u64>,
    started: bool,
    slot: u16,
}

/// A visit that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// Slot to re-announce.
    pub slot: u16,
    /// When it was due, ns.
    pub due: u64,
}

impl RefreshTimer {
    /// `interval` ns between two slots, 0 = never.
    #[must_use]
    pub fn new(interval: u64, slots: u16) -> Self {
        Self { interval, slots, card_time: 0, next_due: None, started: false, slot: 0 }
    }

    /// Card time, ns.
    #[must_use]
    pub fn card_time(&self) -> u64 {
        self.card_time
    }

    /// A frame was presented at `now`, or time passed without one: card time follows, and the first time starts the timer.
    #[inline]
    pub fn time_passes(&mut self, now: u64) {
        self.card_time = self.card_time.max(now);
        if !self.started {
            self.started = true;
            self.next_due = if self.interval == 0 { None } else { now.checked_add(self.interval) };
        }
    }

    /// Whether a visit would be due by then, or the timer is not started yet.
    #[inline]
    #[must_use]
    pub fn is_due_by(&self, now: u64) -> bool {
        !self.started || self.next_due.is_some_and(|due| due <= now)
    }

    /// When the next visit is due, if that is by now.
    #[inline]
    #[must_use]
    pub fn next_due(&self) -> Option<u64> {
        self.next_due.filter(|&due| due <= self.card_time)
    }

    /// The next visit that is due by now, in order.
    #[inline]
    pub fn due(&mut self) -> Option<Visit> {
        let due = self.next_due()?;
        let visit = Visit { slot: self.slot, due };
        self.slot = (self.slot + 1) % self.slots;
        self.next_due = due.checked_add(self.interval);
        Some(visit)
    }
}
