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

    /// The moment (ns since the epoch) that lies so long after the start of a New York day: of the day of `near_ns` or a day beside
    /// it, whichever moment is nearest to `near_ns`.
    pub fn moment_ns(&mut self, since_midnight_ns: i64, near_ns: i64) -> i64 {
        let near = i128::from(near_ns);
        let start = near - i128::from(self.since_midnight_ns(near_ns));
        // neighbours are at least 23 hours away
        let moment = start + i128::from(since_midnight_ns);
        if (moment - near).abs() <= 11 * 3_600 * 1_000_000_000 {
            return moment.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        }
        // a day of 24 hours is near enough to find the neighbours' starts by
        let half_day = 12 * 3_600 * 1_000_000_000_i128;
        let before = self.start_of(start - half_day);
        let after = self.start_of(start + 3 * half_day);
        let nearest = [start, before, after]
            .map(|start| start + i128::from(since_midnight_ns))
            .into_iter()
            .min_by_key(|moment| (moment - near).unsigned_abs())
            .unwrap_or(near);
        nearest.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    fn start_of(&self, now: i128) -> i128 {
        let now = now.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        self.day_of(now).0
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
    fn moments_lie_on_the_day_beside_which_they_are() {
        let mut clock = NewYork::new();
        let mut moment = |since, near: &str| clock.moment_ns(since, ns(near));
        let noon = 12 * HOUR_NS;
        assert_eq!(moment(noon, "2019-01-30T17:00:01Z"), ns("2019-01-30T17:00:00Z"));
        // the frame came just after midnight, the message was sent just before, and the other way round
        let late = 24 * HOUR_NS - 5;
        assert_eq!(moment(late, "2019-01-30T05:00:01Z"), ns("2019-01-30T05:00:00Z") - 5);
        assert_eq!(moment(5, "2019-01-30T04:59:59Z"), ns("2019-01-30T05:00:00Z") + 5);
        // a day of 23 hours
        assert_eq!(moment(8 * HOUR_NS, "2024-03-10T13:00:00Z"), ns("2024-03-10T13:00:00Z"));
        assert_eq!(moment(5, "2024-03-11T03:59:59Z"), ns("2024-03-11T04:00:00Z") + 5);
        for near in [i64::MIN, i64::MAX, 0] {
            for since in [i64::MIN, i64::MAX, 0] {
                clock.moment_ns(since, near);
            }
        }
    }

    #[test]
    fn extreme_times_do_not_panic() {
        let mut clock = NewYork::new();
        for time in [i64::MIN, i64::MAX, 0] {
            assert!((0..25 * HOUR_NS).contains(&clock.since_midnight_ns(time)));
        }
    }
}
