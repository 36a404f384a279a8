//! The two lines of a feed.

/// A line: the same messages come on both, each by its own MAC port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Line {
    /// The first, alone on cards with one port.
    A = 0,
    /// The second.
    B = 1,
}

impl Line {
    /// Both.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// Its bit in `LINES.configured`.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// Its name, as in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}
