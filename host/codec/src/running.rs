//! What the next entry of a body leans on; the same for writer and reader.

use crate::entry::Entry;
use crate::format::CLOCK_UNIT_NS;
use crate::recent::Recent;

/// By how much card time is ahead of feed time, about, in units of 900 s: 24 bits, signed. A line's first feed time is
/// told as what is left over.
///
/// Any clock is right: one that fits makes lines shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock(i32);

impl Clock {
    const LIMIT: i64 = 1 << 23;

    /// The clock of this number of units, if 24 bits hold it.
    #[must_use]
    pub const fn new(units: i32) -> Option<Self> {
        if (units as i64) < Self::LIMIT && (units as i64) >= -Self::LIMIT {
            Some(Self(units))
        } else {
            None
        }
    }

    /// The one that brings the feed time of a tick closest to its card time; the largest there is for those further apart.
    #[must_use]
    pub fn nearest(hw_time: u64, feed_time: i64) -> Self {
        let unit = i128::from(CLOCK_UNIT_NS);
        let units = (i128::from(hw_time) - i128::from(feed_time) + unit / 2).div_euclid(unit);
        Self(units.clamp(i128::from(-Self::LIMIT), i128::from(Self::LIMIT - 1)) as i32)
    }

    /// Units of 900 s.
    #[must_use]
    pub const fn units(self) -> i32 {
        self.0
    }

    /// The 24 bits, as the header and the card's register have them.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0 as u32 & 0xff_ffff
    }

    /// The clock of these bits; those above are not looked at.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self((bits << 8) as i32 >> 8)
    }

    /// Nanoseconds.
    #[inline]
    pub(crate) const fn ns(self) -> i64 {
        self.0 as i64 * CLOCK_UNIT_NS
    }
}

/// See `[state]` of line_format.toml.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Running<const P: usize> {
    pub(crate) msg_index: u64,
    pub(crate) feed_time: i64,
    pub(crate) hw_time: u64,
    pub(crate) lag: i64,
    pub(crate) flags: u8,
    pub(crate) recent: Recent<P>,
}

impl<const P: usize> Running<P> {
    /// In front of the first entry, whose card time and index the header has.
    #[inline]
    pub(crate) fn at(hw_time: u64, msg_index: u64, clock: Clock) -> Self {
        let mut running =
            Self { msg_index, feed_time: 0, hw_time, lag: 0, flags: 0, recent: Recent::NEW };
        running.restart(hw_time, msg_index, clock);
        running
    }

    /// The same once more.
    #[inline]
    pub(crate) fn restart(&mut self, hw_time: u64, msg_index: u64, clock: Clock) {
        self.msg_index = msg_index;
        self.lag = clock.ns();
        self.feed_time = (hw_time as i64).wrapping_sub(self.lag);
        self.hw_time = hw_time;
        self.flags = 0;
        self.recent.clear();
    }

    /// A control entry went by.
    #[inline]
    pub(crate) fn pass_control(&mut self, entry: &Entry) {
        self.hw_time = entry.hw_time();
        match *entry {
            Entry::Recentre { slot, kind, .. } | Entry::Refresh { slot, kind, .. } => {
                self.recent.forget(slot, Some(kind as usize));
            }
            Entry::SlotAssigned { slot, .. } | Entry::SlotReleased { slot, .. } => {
                self.recent.forget(slot, None);
            }
            Entry::TicksDropped { .. } => self.recent.clear(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, CLOCK_UNIT_NS};

    #[test]
    fn a_clock_is_the_nearest_quarter_of_an_hour_and_travels_in_24_bits() {
        for units in [0, 1, -1, 1_908_000, (1 << 23) - 1, -(1 << 23)] {
            let clock = Clock::new(units).unwrap();
            assert_eq!(Clock::from_bits(clock.bits()), clock);
            let feed = 34_200_000_000_123;
            let hw = (i128::from(CLOCK_UNIT_NS) * i128::from(units))
                + i128::from(feed)
                + 450_000_000_000
                - 1;
            if let Ok(hw) = u64::try_from(hw) {
                assert_eq!(Clock::nearest(hw, feed), clock);
                assert_eq!(
                    Clock::nearest(hw + 1, feed) == clock,
                    i64::from(units) == Clock::LIMIT - 1
                );
            }
        }
        assert_eq!((Clock::new(1 << 23), Clock::new(-(1 << 23) - 1)), (None, None));
        assert_eq!(Clock::nearest(u64::MAX, i64::MIN).units(), (1 << 23) - 1);
    }
}
