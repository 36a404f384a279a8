//! Centres that follow the price: when a code fails often enough, the centre moves.

use escapement_codec::offset_code;

/// Recentres of one slot and kind between two refresh visits; more would let epochs come round unseen.
pub const MOVES_LIMIT: u8 = 100;

/// The centre of one slot and price kind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Centre {
    price: Option<i64>,
    epoch: u8,
    run: u8,
    moves: u8,
}

/// How a price was coded, and what it does to the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coded {
    /// Offset code, 0 = escape.
    pub code: u8,
    /// Epoch of the centre behind the code, 0 for the escape.
    pub epoch: u8,
    /// What happens after the message's last tick.
    pub after: After,
}

/// What happens to the centre after a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Stays,
    /// It moves.
    Moves {
        /// New epoch.
        epoch: u8,
        /// New centre.
        centre: i64,
    },
    /// It should move, but must not yet, or cannot be represented.
    Held,
}

impl Centre {
    /// A centre set by the host before start, epoch 0.
    #[must_use]
    pub fn preset(price: i64) -> Self {
        Self { price: Some(price), ..Self::default() }
    }

    /// The centre, if valid.
    #[must_use]
    pub fn price(&self) -> Option<i64> {
        self.price
    }

    /// Its epoch.
    #[must_use]
    pub fn epoch(&self) -> u8 {
        self.epoch
    }

    /// The slot was re-announced: readers know the epoch again.
    pub fn announced(&mut self) {
        self.moves = 0;
    }

    /// The slot changes hands: no centre, but its epochs go on.
    pub fn forget(&mut self) {
        self.price = None;
        self.run = 0;
    }

    /// Codes a price against the centre as it is, then lets the centre follow.
    #[inline]
    pub fn code(&mut self, price: i64, tick: u32, recentre_run: u8) -> Coded {
        let mut coded = Coded { code: 0, epoch: 0, after: After::Stays };
        if let Some(centre) = self.price {
            let coding = offset_code::encode(price, centre, tick);
            if coding.code != 0 {
                coded.code = coding.code;
                coded.epoch = self.epoch;
            }
            self.run = if coding.in_range { 0 } else { self.run.saturating_add(1) };
            if self.run < recentre_run {
                return coded;
            }
        }
        coded.after = match offset_code::floor_to_grid(price, tick) {
            Some(centre) if self.moves < MOVES_LIMIT => {
                self.price = Some(centre);
                self.epoch = self.epoch.wrapping_add(1);
                self.run = 0;
                self.moves += 1;
                After::Moves { epoch: self.epoch, centre }
            }
            _ => After::Held,
        };
        coded
    }
}

#[cfg(test)]
mod tests {
    use super::{After, Centre, MOVES_LIMIT};

    #[test]
    fn the_first_price_escapes_and_sets_the_centre() {
        let mut centre = Centre::default();
        let first = centre.code(-150, 100, 2);
        assert_eq!((first.code, first.after), (0, After::Moves { epoch: 1, centre: -200 }));
        let second = centre.code(-100, 100, 2);
        assert_eq!((second.code, second.epoch, second.after), (129, 1, After::Stays));
    }

    #[test]
    fn a_run_out_of_range_moves_it_and_one_print_in_range_breaks_the_run() {
        let mut centre = Centre::preset(0);
        let far = |centre: &mut Centre| centre.code(12_800, 100, 2).after;
        assert_eq!(far(&mut centre), After::Stays);
        assert_eq!(centre.code(50, 100, 2).code, 0, "off the grid escapes, but is in range");
        assert_eq!(far(&mut centre), After::Stays);
        assert_eq!(far(&mut centre), After::Moves { epoch: 1, centre: 12_800 });
    }

    #[test]
    fn moves_stop_at_the_limit_until_announced() {
        let mut centre = Centre::preset(0);
        for step in 1..=i64::from(MOVES_LIMIT) {
            assert!(matches!(centre.code(step * 1_000_000, 1, 1).after, After::Moves { .. }));
        }
        assert_eq!(centre.code(0, 1, 1).after, After::Held);
        assert_eq!(centre.epoch(), 100);
        centre.announced();
        assert_eq!(centre.code(0, 1, 1).after, After::Moves { epoch: 101, centre: 0 });
    }

    #[test]
    fn a_centre_below_the_price_range_is_held() {
        let mut centre = Centre::default();
        assert_eq!(centre.code(i64::MIN, 3, 2).after, After::Held);
        assert_eq!(centre.price(), None);
        assert_eq!(centre.code(i64::MAX, 3, 2).code, 0);
    }
}
