//! The ladder: sizes of the levels of one side by their distance in ticks, so that a level near the best is found without a search.

/// Places of a ladder, a power of two.
pub(crate) const PLACES: usize = 2048;
/// Where a rank stands that the ladder is moved for: better ones find room, and more of the worse ones.
const MOVED_TO: u64 = PLACES as u64 * 3 / 4;
/// Places between the beginnings of two neighbours' ladders: an odd number of cache lines of 8 places.
const STAGGER: usize = 9 * 8;
const WORDS: usize = PLACES / 64;
/// Ticks from here on have no ladder: the product with the reciprocal would not be exact.
const TICK_LIMIT: u32 = 1 << 20;

/// Levels whose rank is `base + step * tick` for a step below [`PLACES`]; greater ranks are better. Step `s` stands at
/// place `first + s`, round the end, so that the ladder moves without its levels.
#[derive(Debug, Clone)]
pub(crate) struct Ladder {
    base: i64,
    /// Distance from the base to the first rank behind the last step; 0 while there is no ladder.
    span: u64,
    tick: u64,
    /// 2^32 / tick, rounded up.
    reciprocal: u64,
    /// Place of the base.
    first: usize,
    /// Places in use.
    used: [u64; WORDS],
    count: usize,
    /// The best step in use, if any is.
    top: usize,
    /// By place; 0 where there is no level: a level always has a size.
    sizes: Box<[u64]>,
}

impl Ladder {
    /// No ladder yet. Those of other numbers begin at other places, for the best steps of all of them are in use at the
    /// same time and would otherwise meet in the same sets of the processor's caches.
    pub(crate) fn new(number: usize) -> Self {
        Self {
            base: 0,
            span: 0,
            tick: 0,
            reciprocal: 0,
            first: number * STAGGER % PLACES,
            used: [0; WORDS],
            count: 0,
            top: 0,
            sizes: vec![0; PLACES].into_boxed_slice(),
        }
    }

    /// Sets the distance of two steps; the ladder must be empty. Ranks that lie between have no step.
    pub(crate) fn set_tick(&mut self, tick: u32) {
        debug_assert!(self.is_empty());
        self.span = 0;
        self.tick = if tick < TICK_LIMIT { u64::from(tick) } else { 0 };
        self.reciprocal = if self.tick == 0 { 0 } else { (1u64 << 32).div_ceil(self.tick) };
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The step of a rank, whether in use or not.
    #[inline]
    pub(crate) fn step(&self, rank: i64) -> Option<usize> {
        let distance = rank.wrapping_sub(self.base) as u64;
        if distance >= self.span {
            return None;
        }
        // Exact for multiples of the tick, as these are below 2^31; the others show when multiplied back.
        let step = (distance * self.reciprocal) >> 32;
        (step * self.tick == distance).then_some(step as usize)
    }

    #[inline]
    fn place(&self, step: usize) -> usize {
        (self.first + step) % PLACES
    }

    /// Size at a step, 0 for no level.
    #[inline]
    pub(crate) fn size(&self, step: usize) -> u64 {
        self.sizes[self.place(step)]
    }

    /// Changes the size of a level that is there, not to 0.
    #[inline]
    pub(crate) fn resize(&mut self, step: usize, size: u64) {
        debug_assert!(self.size(step) != 0 && size != 0);
        self.sizes[self.place(step)] = size;
    }

    /// A new level.
    #[inline]
    pub(crate) fn insert(&mut self, step: usize, size: u64) {
        debug_assert!(self.size(step) == 0 && size != 0);
        let place = self.place(step);
        self.sizes[place] = size;
        self.used[place / 64] |= 1 << (place % 64);
        self.top = if self.count == 0 { step } else { self.top.max(step) };
        self.count += 1;
    }

    /// The level there goes.
    #[inline]
    pub(crate) fn remove(&mut self, step: usize) {
        debug_assert!(self.size(step) != 0);
        let place = self.place(step);
        self.sizes[place] = 0;
        self.used[place / 64] &= !(1 << (place % 64));
        self.count -= 1;
        if step == self.top && self.count > 0 {
            self.top = self.next_below(place);
        }
    }

    /// The next step in use below a place, going round; some step must be in use.
    #[inline]
    fn next_below(&self, place: usize) -> usize {
        let mut word = place / 64;
        let mut bits = self.used[word] & ((1 << (place % 64)) - 1);
        while bits == 0 {
            word = (word + WORDS - 1) % WORDS;
            bits = self.used[word];
        }
        let found = 64 * word + 63 - bits.leading_zeros() as usize;
        (found + PLACES - self.first) % PLACES
    }

    /// Whether a change at this step may change the best.
    #[inline]
    pub(crate) fn is_best(&self, step: usize) -> bool {
        self.count == 0 || step >= self.top
    }

    /// Rank and size of the best.
    #[inline]
    pub(crate) fn best(&self) -> Option<(i64, u64)> {
        (self.count > 0).then(|| (self.rank(self.top), self.size(self.top)))
    }

    /// Whether it pays to move the ladder for this new level: it is better than all steps, and on their grid; or there is
    /// nothing to move.
    pub(crate) fn should_move_to(&self, rank: i64) -> bool {
        if self.tick == 0 {
            return false;
        }
        let better = i128::from(rank) - i128::from(self.base);
        self.count == 0 || better >= i128::from(self.span) && better % i128::from(self.tick) == 0
    }

    /// Moves the ladder, never down while it is in use, so that `rank` has a step. Levels that lose theirs go to `evicted`,
    /// worst first.
    pub(crate) fn move_to(&mut self, rank: i64, mut evicted: impl FnMut(i64, u64)) {
        let below = (MOVED_TO * self.tick) as i64;
        let span = PLACES as u64 * self.tick;
        // At the ends of the range of 64 bits there is no room for a whole ladder.
        let room = |base: &i64| base.checked_add_unsigned(span).is_some();
        let Some(base) = rank.checked_sub(below).filter(room) else { return };
        if self.count > 0 {
            let steps = (base.abs_diff(self.base) / self.tick).min(PLACES as u64) as usize;
            let mut step = 0;
            while step < steps && self.count > 0 {
                let size = self.size(step);
                if size != 0 {
                    evicted(self.rank(step), size);
                    self.remove(step);
                }
                step += 1;
            }
            self.first = self.place(steps);
            self.top = self.top.saturating_sub(steps);
        }
        self.base = base;
        self.span = span;
    }

    /// Forgets all levels.
    pub(crate) fn clear(&mut self) {
        if self.count > 0 {
            self.sizes.fill(0);
            self.used = [0; WORDS];
            self.count = 0;
        }
        self.span = 0;
    }

    /// Rank and size of each level.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        (0..PLACES)
            .filter(|&step| self.size(step) != 0)
            .map(|step| (self.rank(step), self.size(step)))
    }

    /// Ranks from the first step to the last.
    pub(crate) fn range(&self) -> core::ops::Range<i64> {
        self.base..self.base.saturating_add_unsigned(self.span)
    }

    #[inline]
    fn rank(&self, step: usize) -> i64 {
        self.base.wrapping_add((step as u64 * self.tick) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ladder, PLACES};

    fn ladder(tick: u32, rank: i64) -> Ladder {
        let mut ladder = Ladder::new(1);
        ladder.set_tick(tick);
        assert_eq!(ladder.step(rank), None);
        assert!(ladder.should_move_to(rank));
        ladder.move_to(rank, |_, _| panic!("nothing to evict"));
        ladder
    }

    #[test]
    fn every_tick_below_the_limit_finds_its_steps_and_no_others() {
        for tick in [1, 2, 3, 7, 100, 2500, 65_537, (1 << 20) - 1] {
            let ladder = ladder(tick, -70 * i64::from(tick));
            let range = ladder.range();
            for step in 0..PLACES as i64 {
                let rank = range.start + step * i64::from(tick);
                assert_eq!(ladder.step(rank), Some(step as usize), "tick {tick}");
                if tick > 1 {
                    assert_eq!(ladder.step(rank + 1), None);
                    assert_eq!(ladder.step(rank + i64::from(tick) - 1), None);
                }
            }
            assert_eq!((ladder.step(range.start - 1), ladder.step(range.end)), (None, None));
        }
        assert!(!Ladder::new(1).should_move_to(0), "no tick, no ladder");
    }

    #[test]
    fn the_best_is_found_again_when_it_goes() {
        let mut ladder = ladder(10, 0);
        let places = [3, 63, 64, 200, 1500, 2047];
        places.iter().for_each(|&place| ladder.insert(place, place as u64));
        for left in (0..places.len()).rev() {
            let base = ladder.range().start;
            let place = places[left];
            assert_eq!(ladder.best(), Some((base + 10 * place as i64, place as u64)));
            assert_eq!((ladder.is_best(place), ladder.is_best(place - 1)), (true, false));
            ladder.remove(place);
        }
        assert!(ladder.is_empty() && ladder.best().is_none());
    }

    #[test]
    fn moving_up_keeps_what_has_a_place_and_hands_out_the_rest() {
        let mut ladder = ladder(1, 1000);
        let base = ladder.range().start;
        for place in [0, 100, 2000] {
            ladder.insert(place, 1 + place as u64);
        }
        let far = ladder.range().end + 20;
        assert!(ladder.should_move_to(far) && !ladder.should_move_to(base - 1));
        let mut gone = Vec::new();
        ladder.move_to(far, |rank, size| gone.push((rank, size)));
        assert_eq!(gone, [(base, 1), (base + 100, 101)]);
        assert_eq!(ladder.iter().collect::<Vec<_>>(), [(base + 2000, 2001)]);
        assert_eq!(ladder.best(), Some((base + 2000, 2001)));
        ladder.move_to(i64::MAX / 2, |rank, size| gone.push((rank, size)));
        assert_eq!((ladder.len(), gone.len()), (0, 3));
    }

    #[test]
    fn at_the_ends_of_the_range_there_is_no_ladder() {
        let mut ladder = Ladder::new(1);
        ladder.set_tick(100);
        for rank in [i64::MIN, i64::MAX] {
            ladder.move_to(rank, |_, _| ());
            assert_eq!(ladder.step(rank), None);
        }
    }
}
