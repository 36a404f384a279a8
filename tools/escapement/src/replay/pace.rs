//! Wall-clock pace of a replay.

use std::time::{Duration, Instant};

/// How fast frames are handed over. Entries are the same at any pace: card time follows the frames' stamps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    /// As fast as the card takes them, with their true distance on the line.
    Max,
    /// One right behind the other, at the line's rate.
    Line,
    /// So many times real time.
    Times(f64),
}

impl std::str::FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        if text == "line" {
            return Ok(Self::Line);
        }
        let factor = text.strip_suffix('x').and_then(|number| number.parse::<f64>().ok());
        match factor {
            Some(factor) if factor.is_finite() && factor > 0.0 => Ok(Self::Times(factor)),
            _ => Err("expected max, line or a factor such as 1x or 10x".into()),
        }
    }
}

/// Waits for the moment of each frame.
pub(crate) struct Pace {
    speed: Speed,
    began: Option<(Instant, u64)>,
}

impl Pace {
    pub(crate) fn new(speed: Speed) -> Self {
        Self { speed, began: None }
    }

    /// Waits until a frame with this stamp is due.
    pub(crate) fn wait(&mut self, stamp_ns: u64) {
        let Speed::Times(factor) = self.speed else { return };
        let (began, first_ns) = *self.began.get_or_insert_with(|| (Instant::now(), stamp_ns));
        let due = Duration::from_nanos((stamp_ns.saturating_sub(first_ns) as f64 / factor) as u64);
        if let Some(rest) = due.checked_sub(began.elapsed()) {
            std::thread::sleep(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Speed;

    #[test]
    fn speeds() {
        assert_eq!("max".parse(), Ok(Speed::Max));
        assert_eq!("line".parse(), Ok(Speed::Line));
        assert_eq!("10x".parse(), Ok(Speed::Times(10.0)));
        for text in ["", "0x", "-1x", "x", "10", "nanx", "infx"] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
    }
}
