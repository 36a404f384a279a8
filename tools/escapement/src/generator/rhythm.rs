//! How a market's flow falls in time and on its stocks: bursts with pauses, a few busy stocks, usual sizes.

use std::ops::Range;

use rand::Rng;

/// Bursts of messages close together, with pauses of micro- to milliseconds, rarely of seconds.
#[derive(Clone)]
pub(super) struct Rhythm {
    /// Time between messages of a burst, ns.
    pub step_ns: Range<u64>,
    /// Messages of a burst: 2 to this power.
    pub burst: Range<u32>,
    /// Pause between bursts, ns: 2 to this power.
    pub pause: Range<u32>,
    /// Messages left in this burst.
    left: u32,
}

impl Rhythm {
    /// A rhythm whose first message begins a burst.
    pub(super) fn new(step_ns: Range<u64>, burst: Range<u32>, pause: Range<u32>) -> Self {
        Self { step_ns, burst, pause, left: 0 }
    }

    /// Time between two messages of one burst, ns.
    pub(super) fn step(&self, random: &mut impl Rng) -> u64 {
        random.random_range(self.step_ns.clone())
    }

    /// Time until the next message, ns, and whether it may be about another stock.
    pub(super) fn next(&mut self, random: &mut impl Rng) -> (u64, bool) {
        if self.left > 0 {
            self.left -= 1;
            return (self.step(random), random.random_range(0..10u32) < 3);
        }
        self.left = 1 << random.random_range(self.burst.clone());
        let exponent = random.random_range(self.pause.clone());
        let mut pause_ns = random.random_range(1u64 << exponent..2u64 << exponent);
        if random.random_range(0..20_000u32) == 0 {
            pause_ns += random.random_range(1_000_000_000..4_000_000_000u64);
        }
        (pause_ns, true)
    }
}

/// One of `count` stocks; a few make most of the flow.
pub(super) fn busy_stock(random: &mut impl Rng, count: usize) -> usize {
    let unit: f64 = f64::from(random.random::<u32>()) / f64::from(u32::MAX);
    ((unit * unit * unit * count as f64) as usize).min(count - 1)
}

/// Shares of an order: mostly round lots, some odd lots, some blocks.
pub(super) fn shares(random: &mut impl Rng) -> u32 {
    match random.random_range(0..20u32) {
        0 => random.random_range(1..100),
        1 => random.random_range(2_000..60_000),
        _ => 100 * random.random_range(1..12u32),
    }
}
