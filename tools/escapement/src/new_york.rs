//! Time elapsed since New York midnight of a message's own day.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Converter that remembers the last day it saw.
pub struct NewYork {
    zone: TimeZone,
    /// The remembered day: first and one past the last nanosecond, since the epoch.
    day: Option<(i128, i128)>,
}

impl NewYork {
    /// A converter; the time zone rules are part of the program, not of the machine.
    #[must_use]
    pub fn new() -> Self {
        Self {
            zone: TimeZone::get("America/New_York").expect("the time zone rules are bundled"),
            day: None,
        }
    }

    /// Nanoseconds elapsed since the start of the New York day that holds `epoch_ns`.
    pub fn since_midnight_ns(&mut self, epoch_ns: i64) -> i64 {
        let now = i128::from(epoch_ns);
        let start = match self.day {
            Some((start, end)) if (start..end).contains(&now) => start,
            _ => {
                let (start, end) = self.day_of(now);
                self.day = Some((start, end));
                start
            }
        };
        (now - start) as i64
    }

    fn day_of(&self, now: i128) -> (i128, i128) {
        let day = || -> Result<(i128, i128), jiff::Error> {
            let start =
                Timestamp::from_nanosecond(now)?.to_zoned(self.zone.clone()).start_of_day()?;
            let end = start.checked_add(1.day())?.start_of_day()?;
            Ok((start.timestamp().as_nanosecond(), end.timestamp().as_nanosecond()))
        };
        day().expect("every i64 of nanoseconds lies in the years 1677 to 2262")
    }
}

impl Default for NewYork {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::NewYork;

    const HOUR_NS: i64 = 3_600_000_000_000;

    fn ns(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_nanosecond() as i64
    }

    #[test]
    fn winter_summer_and_the_days_between() {
        let mut clock = NewYork::new();
        assert_eq!(clock.since_midnight_ns(ns("2018-01-27T14:30:00Z")), 9 * HOUR_NS + HOUR_NS / 2);
        assert_eq!(clock.since_midnight_ns(ns("2017-04-25T14:30:00Z")), 10 * HOUR_NS + HOUR_NS / 2);
        // 2024-03-10 has 23 hours, 2024-11-03 has 25: elapsed time, not the wall clock
        assert_eq!(clock.since_midnight_ns(ns("2024-03-10T13:30:00Z")), 8 * HOUR_NS + HOUR_NS / 2);
        assert_eq!(clock.since_midnight_ns(ns("2024-11-03T14:30:00Z")), 10 * HOUR_NS + HOUR_NS / 2);
        assert_eq!(clock.since_midnight_ns(ns("2024-11-04T05:00:00Z")), 0);
        assert_eq!(clock.since_midnight_ns(ns("2024-11-04T04:59:59.999999999Z")), 25 * HOUR_NS - 1);
    }

    #[test]
    fn extreme_times_do_not_panic() {
        let mut clock = NewYork::new();
        for time in [i64::MIN, i64::MAX, 0] {
            assert!((0..25 * HOUR_NS).contains(&clock.since_midnight_ns(time)));
        }
    }
}
