//! Two full lines: ITCH frames one right behind the other on both, every message a change of a best.
//!
//! The wire is counted in bytes, preamble, FCS and gap included (IEEE 802.3), so frames begin when a 10 GbE line lets
//! them: in the cycle of 8 bytes (6.4 ns) in which their first byte comes.

use std::io;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::line::{Line, Trouble};
use super::message::{self, Added, Stamp, MIDNIGHT_NS};
use super::packets::Packets;
use crate::generator::message::{Message, Symbol};

/// Preamble 8, FCS 4, least gap 12.
const BETWEEN_FRAMES_BYTES: u64 = 24;
/// Shortest frame without FCS.
const FRAME_BYTES_MIN: u64 = 60;
/// Bytes of a cycle of the MAC's clock.
const CYCLE_BYTES: u64 = 8;
/// Most orders that deletes take away in a row; the order table holds them.
const RUN_MAX: u64 = 1 << 18;
/// Shares of an order that is never used up.
const PLENTY: u32 = 1 << 31;
/// First price, 1e-4.
pub const BASE: u32 = 1_000_000;
/// Tick size, 1e-4.
pub const TICK: u32 = 100;

/// What the messages are. Each changes the best of its book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Runs of adds to the best level, then runs of deletes from it: the shortest messages.
    Delete,
    /// A new best is added and deleted.
    AddDelete,
    /// Executions at the best: two ticks each.
    Execute,
    /// Partial cancels at the best.
    Cancel,
    /// The best order is replaced, a tick up or down.
    Replace,
    /// All of them in a random order.
    Mixed,
}

/// All mixes, with their names.
pub const MIXES: [(&str, Mix); 6] = [
    ("delete", Mix::Delete),
    ("add-delete", Mix::AddDelete),
    ("execute", Mix::Execute),
    ("cancel", Mix::Cancel),
    ("replace", Mix::Replace),
    ("mixed", Mix::Mixed),
];

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FullLinePlan {
    /// The messages.
    pub mix: Mix,
    /// How many at least, those that build the books not counted.
    pub messages: u64,
    /// Instruments, in turn; at least 1.
    pub instruments: u16,
    /// Cycles that each frame of line B begins behind that of line A.
    pub skew_cycles: u64,
    /// Seed of the mixed messages.
    pub seed: u64,
}

/// A frame of line A (0) or B (1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedFrame {
    /// Its line.
    pub line: usize,
    /// Cycle of the MAC's clock in which it begins.
    pub cycle: u64,
    /// Arrival, ns since 1970.
    pub stamp_ns: u64,
    /// The frame without FCS.
    pub bytes: Vec<u8>,
}

/// Begin of frames on a line that is never silent.
#[derive(Debug, Clone, Copy, Default)]
pub struct WireTime {
    bytes: u64,
}

impl WireTime {
    /// The cycle in which a frame begins that is next on the wire, with so many bytes (without FCS).
    pub fn next_cycle(&mut self, frame_bytes: usize) -> u64 {
        self.next_cycle_from(0, frame_bytes)
    }

    /// The same for one that does not come before a cycle.
    pub fn next_cycle_from(&mut self, cycle: u64, frame_bytes: usize) -> u64 {
        self.bytes = self.bytes.max(cycle * CYCLE_BYTES);
        let begin = self.bytes.div_ceil(CYCLE_BYTES);
        self.bytes += (frame_bytes as u64).max(FRAME_BYTES_MIN) + BETWEEN_FRAMES_BYTES;
        begin
    }
}

/// Stamp of a cycle: 6.4 ns each, from ten o'clock on the day of generated captures.
fn stamp_of(cycle: u64) -> u64 {
    MIDNIGHT_NS + 36_000_000_000_000 + cycle * 32 / 5
}

/// Symbols of the instruments; the n-th has locate n + 1.
#[must_use]
pub fn symbols(instruments: u16) -> Vec<Symbol> {
    (0..instruments)
        .map(|n| {
            let mut symbol = [b' '; 8];
            symbol[..5].copy_from_slice(format!("F{n:04}").as_bytes());
            symbol
        })
        .collect()
}

/// Makes the frames of both lines, in the order of their stamps. Returns them and the number of messages of a line.
///
/// # Panics
/// Never: nothing that is called can fail.
#[must_use]
pub fn full_line(plan: &FullLinePlan) -> (Vec<TimedFrame>, u64) {
    let mut maker = Maker::new(plan);
    let mut packets = Packets::new(plan.seed);
    let mut lines = [0, 1].map(|group| Line::new(group, plan.seed, Trouble::default()));
    let mut wire = WireTime::default();
    let mut frames = Vec::new();
    let mut carry = |sent: super::packets::Sent<'_>| {
        let mut cycle = 0;
        for (number, line) in lines.iter_mut().enumerate() {
            line.carry(sent, &mut |_, frame: &[u8]| -> io::Result<()> {
                if number == 0 {
                    cycle = wire.next_cycle(frame.len());
                }
                let begin = cycle + number as u64 * plan.skew_cycles;
                let stamp_ns = stamp_of(begin);
                frames.push(TimedFrame {
                    line: number,
                    cycle: begin,
                    stamp_ns,
                    bytes: frame.to_vec(),
                });
                Ok(())
            })?;
        }
        Ok(())
    };
    let mut carried = |message: &Message| match packets.push(message, &mut carry) {
        Ok(()) => (),
        Err(error) => unreachable!("nothing here can fail: {error}"),
    };
    maker.open(&mut carried);
    while maker.made < plan.messages {
        maker.step(&mut carried);
    }
    let count = maker.sent;
    if let Err(error) = packets.finish(&mut carry) {
        unreachable!("nothing here can fail: {error}");
    }
    frames.sort_by_key(|frame| (frame.stamp_ns, frame.line));
    (frames, count)
}

/// The book of an instrument.
#[derive(Debug, Clone, Copy, Default)]
struct Book {
    /// Order that stays at the best bid.
    anchor: u64,
    /// A better one, and its price.
    top: Option<(u64, u32)>,
    turn: u32,
}

struct Maker {
    mix: Mix,
    symbols: Vec<Symbol>,
    books: Vec<Book>,
    random: Xoshiro256PlusPlus,
    reference: u64,
    matches: u64,
    sent: u64,
    made: u64,
    run: u64,
}

impl Maker {
    fn new(plan: &FullLinePlan) -> Self {
        let symbols = symbols(plan.instruments.max(1));
        Self {
            mix: plan.mix,
            books: vec![Book::default(); symbols.len()],
            symbols,
            random: Xoshiro256PlusPlus::seed_from_u64(plan.seed),
            reference: 0,
            matches: 0,
            sent: 0,
            made: 0,
            run: (plan.messages / 2).clamp(1, RUN_MAX),
        }
    }

    /// Time is of no importance to the card; it only has to pass.
    fn stamp(&mut self, stock: usize) -> Stamp {
        self.sent += 1;
        Stamp {
            time_ns: MIDNIGHT_NS + 36_000_000_000_000 + self.sent * 18,
            locate: stock as u16 + 1,
        }
    }

    fn add(&mut self, stock: usize, is_ask: bool, shares: u32, price: u32) -> (u64, Message) {
        self.reference += 1;
        let order = Added { reference: self.reference, is_ask, shares, price };
        let stamp = self.stamp(stock);
        (self.reference, message::add(stamp, &self.symbols[stock], order, None))
    }

    /// Directory, and an order on each side of each book.
    fn open(&mut self, send: &mut impl FnMut(&Message)) {
        for stock in 0..self.symbols.len() {
            let stamp = self.stamp(stock);
            send(&message::directory(stamp, &self.symbols[stock]));
        }
        for stock in 0..self.symbols.len() {
            let (_, ask) = self.add(stock, true, PLENTY, BASE + 60 * TICK);
            send(&ask);
            let (anchor, bid) = self.add(stock, false, PLENTY, BASE);
            self.books[stock].anchor = anchor;
            send(&bid);
        }
    }

    fn step(&mut self, send: &mut impl FnMut(&Message)) {
        if self.mix == Mix::Delete {
            return self.run_of_deletes(send);
        }
        for stock in 0..self.symbols.len() {
            self.change(stock, send);
            self.made += 1;
        }
    }

    fn run_of_deletes(&mut self, send: &mut impl FnMut(&Message)) {
        let mut references = Vec::with_capacity(self.run as usize);
        for n in 0..self.run as usize {
            let stock = n % self.symbols.len();
            let (reference, message) = self.add(stock, false, 100, BASE);
            references.push((stock, reference));
            send(&message);
        }
        for (stock, reference) in references {
            let stamp = self.stamp(stock);
            send(&message::delete(stamp, reference));
        }
        // only the shortest ones count
        self.made += self.run;
    }

    fn change(&mut self, stock: usize, send: &mut impl FnMut(&Message)) {
        let book = self.books[stock];
        let kind = match self.mix {
            Mix::Mixed => match self.random.random_range(0..4) {
                0 => Mix::AddDelete,
                1 => Mix::Execute,
                2 => Mix::Cancel,
                _ => Mix::Replace,
            },
            kind => kind,
        };
        let best = book.top.map_or(book.anchor, |(reference, _)| reference);
        let message = match (kind, book.top) {
            (Mix::Execute, _) => {
                self.matches += 1;
                let number = self.matches;
                message::executed(self.stamp(stock), best, 1, number)
            }
            (Mix::Cancel, _) => message::cancel(self.stamp(stock), best, 1),
            (Mix::Replace, Some((original, price))) => {
                self.reference += 1;
                let new = self.reference;
                let up = book.turn % 2 == 0;
                let price = if up { price + TICK } else { price - TICK };
                self.books[stock].top = Some((new, price));
                self.books[stock].turn += 1;
                message::replace(self.stamp(stock), original, new, PLENTY, price)
            }
            (_, Some((reference, _))) => {
                self.books[stock].top = None;
                message::delete(self.stamp(stock), reference)
            }
            (_, None) => {
                // at one of 20 places above the anchor
                let price = BASE + TICK * (2 + book.turn % 20);
                self.books[stock].turn += 1;
                let (reference, message) = self.add(stock, false, PLENTY / 2, price);
                self.books[stock].top = Some((reference, price));
                message
            }
        };
        send(&message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of line A: 69 deletes fill a frame, and 56.2 million of them a second the line (IEEE 802.3 at 10 Gbit/s).
    #[test]
    fn deletes_fill_the_line() {
        let plan = FullLinePlan {
            mix: Mix::Delete,
            messages: 20_000,
            instruments: 1,
            skew_cycles: 90,
            seed: 1,
        };
        let (frames, _) = full_line(&plan);
        let line: Vec<&TimedFrame> = frames.iter().filter(|frame| frame.line == 0).collect();
        let is_full = |frame: &TimedFrame| frame.bytes[60..62] == 69u16.to_be_bytes();
        // Runs of deletes stand between runs of the orders that they delete.
        let pairs: Vec<u64> = line
            .windows(2)
            .filter(|pair| is_full(pair[0]) && is_full(pair[1]))
            .map(|pair| pair[1].cycle - pair[0].cycle)
            .collect();
        assert!(pairs.len() > 140, "{} full frames of deletes", pairs.len());
        let cycles = pairs.iter().sum::<u64>() as f64;
        let rate = 69.0 * pairs.len() as f64 / (cycles * 6.4e-9);
        assert!((56.1e6..56.3e6).contains(&rate), "{rate} messages a second");
    }

    /// Between two frames of a line lie at least 24 bytes, and B has what A has.
    #[test]
    fn frames_are_legal_and_both_lines_equal() {
        for (_, mix) in MIXES {
            let plan =
                FullLinePlan { mix, messages: 3_000, instruments: 64, skew_cycles: 90, seed: 7 };
            let (frames, messages) = full_line(&plan);
            assert!(messages >= 3_000);
            let of = |line: usize| frames.iter().filter(move |frame| frame.line == line);
            for line in [0, 1] {
                for (one, next) in of(line).zip(of(line).skip(1)) {
                    let wire = (one.bytes.len() as u64).max(60) + 24;
                    let bytes = (next.cycle - one.cycle) * 8;
                    assert!(bytes + 8 > wire && bytes < wire + 8, "{mix:?}: {bytes} for {wire}");
                }
            }
            assert_eq!(of(0).count(), of(1).count());
            assert!(of(0).zip(of(1)).all(|(a, b)| a.bytes[42..] == b.bytes[42..]));
            assert!(frames.is_sorted_by_key(|frame| frame.stamp_ns));
        }
    }
}
