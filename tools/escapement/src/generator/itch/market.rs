//! The small exchange behind a generated ITCH capture.

use std::collections::{BTreeMap, VecDeque};

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::message::{self, Added, Stamp, MIDNIGHT_NS};
use super::orders::Orders;
use super::{ItchPlan, Profile};
use crate::generator::message::{Message, Symbol};
use crate::generator::rhythm::{busy_stock, shares, Rhythm};

/// 09:29:52: start of messages.
const START_NS: u64 = MIDNIGHT_NS + (9 * 3_600 + 29 * 60 + 52) * 1_000_000_000;
/// 1e-4 units of a cent, the grid of most prices.
const CENT: i64 = 100;
/// Market participants that show their names.
const PARTICIPANTS: [&[u8; 4]; 4] = [b"ESCA", b"PEMT", b"TICK", b"GEAR"];

struct Stock {
    symbol: Symbol,
    locate: u16,
    /// Fair price, cents, and the one of the morning.
    fair: i64,
    opened_at: i64,
    /// Cents that the fair price moves up or down, where it walks.
    direction: i64,
    /// Half spread in cents.
    half_spread: i64,
    halted_until_ns: Option<u64>,
}

/// How a profile behaves.
struct Habits {
    /// Live orders of a stock that the market comes back to.
    live: usize,
    /// Price levels of a side.
    levels: i64,
    /// Of 10,000 orders, those off the grid of whole cents.
    off_grid: u32,
    /// Of 10,000 events, those that clear a side over `gap_cents`.
    clearings: u32,
    gap_cents: i64,
    /// Most cents that the fair price moves with an event of a stock that walks; 0: a random walk of a cent.
    stride: i64,
    /// Cents from the morning's price at which the walk turns.
    turn: i64,
    rhythm: Rhythm,
    /// Of 10,000 events, those against the rules of the feed.
    odd: u32,
}

impl Habits {
    fn of(plan: &ItchPlan) -> Self {
        let day = Self {
            live: 400,
            levels: 40,
            off_grid: 60,
            clearings: 2,
            gap_cents: 400,
            stride: 0,
            turn: i64::MAX,
            rhythm: Rhythm::new(80..2_500, 0..7, 9..23),
            odd: 0,
        };
        match plan.profile {
            Profile::Day => day,
            Profile::Walk => Self {
                live: 1_500,
                levels: 500,
                off_grid: 800,
                clearings: 12,
                gap_cents: 10_000,
                stride: 6,
                turn: 2_000,
                ..day
            },
            Profile::Deep => Self {
                live: plan.live_orders.div_ceil(usize::from(plan.instruments)),
                levels: 100,
                clearings: 0,
                rhythm: Rhythm::new(80..2_500, 0..7, 9..14),
                ..day
            },
            Profile::Burst => Self { rhythm: Rhythm::new(1..4, 9..10, 12..15), ..day },
            Profile::Odd => Self { live: 60, levels: 12, odd: 40, ..day },
        }
    }
}

/// Makes messages in bursts.
pub(super) struct ItchMarket {
    habits: Habits,
    random: Xoshiro256PlusPlus,
    stocks: Vec<Stock>,
    orders: Orders,
    now_ns: u64,
    focus: usize,
    reference: u64,
    match_number: u64,
    recent: VecDeque<(usize, u64)>,
    phase: Phase,
    live_max: usize,
    counts: BTreeMap<u8, u64>,
    out: Vec<Message>,
}

enum Phase {
    /// Directory, one stock a step.
    Directory(usize),
    /// First orders, until each stock has its live orders.
    Building,
    Open,
}

impl ItchMarket {
    pub(super) fn new(plan: &ItchPlan) -> Self {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(plan.seed);
        let count = usize::from(plan.instruments.max(1));
        let stocks = (0..count).map(|index| Stock::new(index, &mut random)).collect();
        Self {
            habits: Habits::of(plan),
            stocks,
            orders: Orders::new(count),
            now_ns: START_NS,
            focus: 0,
            reference: random.random_range(1_000..100_000),
            match_number: 1,
            recent: VecDeque::new(),
            phase: Phase::Directory(0),
            live_max: 0,
            counts: BTreeMap::new(),
            out: Vec::new(),
            random,
        }
    }

    /// Most orders alive at once.
    pub(super) fn live_max(&self) -> usize {
        self.live_max
    }

    /// Books are filled and the opening crosses told.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open)
    }

    /// Messages by type byte; 0 stands for an empty message.
    pub(super) fn counts(&self) -> &BTreeMap<u8, u64> {
        &self.counts
    }

    /// Makes the next few messages: one event of one stock.
    pub(super) fn step(&mut self, out: &mut Vec<Message>) {
        match self.phase {
            Phase::Directory(next) => self.list(next),
            Phase::Building => self.build(),
            Phase::Open => self.trade_on(),
        }
        self.hand_over(out);
    }

    /// Ends the day.
    pub(super) fn close(&mut self, out: &mut Vec<Message>) {
        for index in 0..self.stocks.len() {
            self.now_ns += self.random.random_range(500..2_000);
            let shares = u64::from(shares(&mut self.random)) * 50_000;
            self.cross(index, shares, b'C');
        }
        for code in *b"MEC" {
            self.now_ns += 50_000_000;
            let stamp = self.market_stamp();
            self.tell(message::system_event(stamp, code));
        }
        self.hand_over(out);
    }

    fn hand_over(&mut self, out: &mut Vec<Message>) {
        for message in &self.out {
            *self.counts.entry(message.data.first().copied().unwrap_or(0)).or_default() += 1;
        }
        self.live_max = self.live_max.max(self.orders.count());
        out.append(&mut self.out);
    }

    fn tell(&mut self, message: Message) {
        self.out.push(message);
    }

    fn stamp(&self, index: usize) -> Stamp {
        Stamp { time_ns: self.now_ns, locate: self.stocks[index].locate }
    }

    fn market_stamp(&self) -> Stamp {
        Stamp { time_ns: self.now_ns, locate: 0 }
    }

    fn list(&mut self, index: usize) {
        let market = self.market_stamp();
        if index == 0 {
            self.tell(message::system_event(market, b'O'));
        }
        self.now_ns += self.random.random_range(300..20_000);
        let (stamp, stock) = (self.stamp(index), self.stocks[index].symbol);
        let price = self.stocks[index].price();
        self.tell(message::directory(stamp, &stock));
        self.tell(message::trading_action(stamp, &stock, b'T', b"    "));
        self.tell(message::short_sale_test(
            stamp,
            &stock,
            if index % 9 == 4 { b'2' } else { b'0' },
        ));
        self.tell(message::participant(stamp, &stock, PARTICIPANTS[index % 4]));
        self.tell(message::operational_halt(stamp, &stock, b'T'));
        match index % 16 {
            3 => self.tell(message::ipo_period(stamp, &stock, 35_000, price)),
            5 => self.tell(message::direct_listing(stamp, &stock, price)),
            0 => self.tell(message::retail_interest(stamp, &stock, b'A')),
            _ => {}
        }
        self.phase = Phase::Directory(index + 1);
        if index + 1 == self.stocks.len() {
            self.now_ns += 2_500_000_000;
            let market = self.market_stamp();
            self.tell(message::decline_levels(market, 5_521));
            self.tell(message::system_event(market, b'S'));
            self.now_ns += 1_200_000_000;
            self.phase = Phase::Building;
        }
    }

    /// Orders only, until the books are as deep as they will stay; then the opening cross.
    fn build(&mut self) {
        let wanted = self.habits.live;
        let start = self.focus;
        let count = self.stocks.len();
        let short = (start..start + count)
            .map(|index| index % count)
            .find(|&index| self.orders.count_of(index) < wanted);
        if let Some(index) = short {
            self.focus = (index + 1) % count;
            self.now_ns += self.habits.rhythm.step(&mut self.random);
            return self.add(index);
        }
        for index in 0..count {
            self.now_ns += self.random.random_range(500..5_000);
            let shares = u64::from(shares(&mut self.random)) * 10_000 * u64::from(index % 5 != 4);
            let (stamp, stock) = (self.stamp(index), self.stocks[index].symbol);
            let price = self.stocks[index].price();
            self.tell(message::imbalance(stamp, &stock, shares, price, b'O'));
            self.cross(index, shares, b'O');
        }
        let market = self.market_stamp();
        self.tell(message::system_event(market, b'Q'));
        self.phase = Phase::Open;
    }

    fn trade_on(&mut self) {
        self.pass_time();
        let index = self.focus;
        if let Some(until_ns) = self.stocks[index].halted_until_ns {
            if self.now_ns < until_ns {
                // a halted stock is silent; another one speaks
                self.focus = (index + 1) % self.stocks.len();
                if self.stocks.iter().all(|stock| stock.halted_until_ns.is_some()) {
                    self.now_ns = until_ns;
                }
                return;
            }
            return self.resume(index);
        }
        if self.random.random_range(0..10_000u32) < self.habits.odd {
            return self.odd(index);
        }
        if self.random.random_range(0..10_000u32) < self.habits.clearings {
            return self.clear(index);
        }
        match self.random.random_range(0..100_000u32) {
            0..8 => self.halt(index),
            8..16 => self.jump(index),
            16..40 => self.break_trade(),
            40..80 => self.notice(index),
            80..200 => self.hidden(index),
            200..2_400 => self.trade(index),
            2_400..3_400 => self.cancel_some(index),
            3_400..11_500 => self.replace(index),
            _ => self.add_or_delete(index),
        }
        self.walk(index);
    }

    fn pass_time(&mut self) {
        let (ns, turn) = self.habits.rhythm.next(&mut self.random);
        self.now_ns += ns;
        if turn {
            self.focus = busy_stock(&mut self.random, self.stocks.len());
        }
    }

    fn next_reference(&mut self) -> u64 {
        self.reference += self.random.random_range(1..4u64);
        self.reference
    }

    fn next_match(&mut self) -> u64 {
        self.match_number += self.random.random_range(1..9u64);
        self.match_number
    }

    /// A price for a resting order: most near the market, some deep, a few off the grid; never through the other side.
    fn resting_price(&mut self, index: usize, is_ask: bool) -> u32 {
        let levels = self.habits.levels;
        let mut depth = self.random.random_range(0..levels);
        if self.random.random_range(0..4u32) != 0 {
            depth = depth
                .min(self.random.random_range(0..levels))
                .min(self.random.random_range(0..levels));
        }
        let is_off_grid = self.random.random_range(0..10_000u32) < self.habits.off_grid;
        let off_grid = if is_off_grid { self.random.random_range(1..CENT) } else { 0 };
        let stock = &self.stocks[index];
        let away = stock.half_spread + depth;
        let mut price = if is_ask {
            (stock.fair + away) * CENT - off_grid
        } else {
            (stock.fair - away) * CENT + off_grid
        };
        if let Some(other) = self.orders.best(index, !is_ask).map(i64::from) {
            let passive = if is_ask { other + CENT } else { other - CENT };
            price = if is_ask { price.max(passive) } else { price.min(passive) };
        }
        price.clamp(1, i64::from(u32::MAX / 2)) as u32
    }

    fn add(&mut self, index: usize) {
        let is_ask = self.random.random_range(0..2u32) == 1;
        let price = self.resting_price(index, is_ask);
        self.add_at(index, is_ask, price);
    }

    fn add_at(&mut self, index: usize, is_ask: bool, price: u32) {
        let (reference, shares) = (self.next_reference(), shares(&mut self.random));
        self.orders.insert(reference, index, is_ask, price, shares);
        let named = self.random.random_range(0..12u32) == 0;
        let mpid = named.then(|| PARTICIPANTS[reference as usize % PARTICIPANTS.len()]);
        let (stamp, stock) = (self.stamp(index), self.stocks[index].symbol);
        self.tell(message::add(stamp, &stock, Added { reference, is_ask, shares, price }, mpid));
    }

    /// An order near the best more often than not, or any.
    fn choose(&mut self, index: usize) -> Option<usize> {
        if self.random.random_range(0..3u32) == 0 {
            let draw = self.random.random_range(0..usize::MAX >> 1);
            return self.orders.any(index, draw);
        }
        let is_ask = self.random.random_range(0..2u32) == 1;
        let rank = self.random.random_range(0..12usize).min(self.random.random_range(0..12usize));
        self.orders.at_rank(index, is_ask, rank).or_else(|| self.orders.any(index, rank))
    }

    fn add_or_delete(&mut self, index: usize) {
        let (live, wanted) = (self.orders.count_of(index), self.habits.live);
        // the fuller the book, the more deletes: it stays around what is wanted
        let adds = (1_000 + 500 * (wanted as i64 - live as i64) / wanted as i64).clamp(100, 1_900);
        if i64::from(self.random.random_range(0..2_000u32)) < adds {
            return self.add(index);
        }
        match self.choose(index) {
            Some(id) => self.delete(id),
            None => self.add(index),
        }
    }

    fn delete(&mut self, id: usize) {
        let order = self.orders.get(id);
        self.orders.remove(id);
        let stamp = self.stamp(order.stock);
        self.tell(message::delete(stamp, order.reference));
    }

    fn replace(&mut self, index: usize) {
        let Some(id) = self.choose(index) else { return self.add(index) };
        let old = self.orders.get(id);
        self.orders.remove(id);
        let (new, shares) = (self.next_reference(), shares(&mut self.random));
        // a change of size alone keeps the price
        let price = if self.random.random_range(0..4u32) == 0 {
            old.price
        } else {
            self.resting_price(index, old.is_ask)
        };
        self.orders.insert(new, index, old.is_ask, price, shares);
        let stamp = self.stamp(index);
        self.tell(message::replace(stamp, old.reference, new, shares, price));
    }

    fn cancel_some(&mut self, index: usize) {
        let Some(id) = self.choose(index) else { return };
        let order = self.orders.get(id);
        if order.shares < 2 {
            return self.delete(id);
        }
        let shares = self.random.random_range(1..order.shares);
        self.orders.shrink(id, shares);
        let stamp = self.stamp(index);
        self.tell(message::cancel(stamp, order.reference, shares));
    }

    /// Somebody takes what rests at the best, order after order.
    fn trade(&mut self, index: usize) {
        let is_ask = self.random.random_range(0..2u32) == 1;
        let mut wanted = shares(&mut self.random);
        for _ in 0..8 {
            let Some(id) = self.orders.at_rank(index, is_ask, 0) else { return };
            wanted -= self.execute(id, wanted);
            if wanted == 0 {
                return;
            }
        }
    }

    /// Executes at most `wanted` shares of an order; says how many.
    fn execute(&mut self, id: usize, wanted: u32) -> u32 {
        let order = self.orders.get(id);
        let shares = wanted.min(order.shares);
        let number = self.next_match();
        let stamp = self.stamp(order.stock);
        let made = match self.random.random_range(0..24u32) {
            0 => {
                let printable = self.random.random_range(0..3u32) != 0;
                let price = order.price.saturating_add(self.random.random_range(0..150)).max(1);
                message::executed_at(stamp, order.reference, shares, number, printable, price)
            }
            _ => message::executed(stamp, order.reference, shares, number),
        };
        self.tell(made);
        if shares == order.shares {
            self.orders.remove(id);
        } else {
            self.orders.shrink(id, shares);
        }
        self.remember(order.stock, number);
        shares
    }

    fn remember(&mut self, index: usize, number: u64) {
        self.recent.push_back((index, number));
        self.recent.truncate(64);
    }

    fn hidden(&mut self, index: usize) {
        let (shares, number) = (shares(&mut self.random), self.next_match());
        let (stamp, stock) = (self.stamp(index), self.stocks[index].symbol);
        let price = self.stocks[index].price() + 50 * self.random.random_range(0..2u32);
        self.tell(message::hidden_trade(stamp, &stock, shares, price, number));
        self.remember(index, number);
    }

    fn cross(&mut self, index: usize, shares: u64, kind: u8) {
        let number = self.next_match();
        let (stamp, stock) = (self.stamp(index), self.stocks[index].symbol);
        let price = if shares == 0 { 0 } else { self.stocks[index].price() };
        self.tell(message::cross(stamp, &stock, shares, price, number, kind));
    }

    fn break_trade(&mut self) {
        if let Some((index, number)) = self.recent.pop_front() {
            let stamp = self.stamp(index);
            self.tell(message::broken(stamp, number));
        }
    }

    /// Messages that no book needs.
    fn notice(&mut self, index: usize) {
        let (stamp, stock) = (self.stamp(index), self.stocks[index].symbol);
        let price = self.stocks[index].price();
        let made = match self.random.random_range(0..8u32) {
            0 => message::auction_collar(stamp, &stock, price),
            1 => message::short_sale_test(stamp, &stock, b'1'),
            2 => message::breached(self.market_stamp(), b'1'),
            3 => message::operational_halt(stamp, &stock, b'H'),
            4 => message::imbalance(stamp, &stock, 4_500, price, b'C'),
            _ => message::retail_interest(stamp, &stock, b"BSAN"[self.random.random_range(0..4)]),
        };
        self.tell(made);
    }

    /// The fair price moves; what it passes is traded or withdrawn.
    fn walk(&mut self, index: usize) {
        let by = match self.habits.stride {
            0 => {
                self.random.random_range(-1..=1i64)
                    * i64::from(self.random.random_range(0..8u32) == 0)
            }
            stride => self.stocks[index].direction * self.random.random_range(0..=stride) / 2,
        };
        let half_spread = self.random.random_range(0..4_000u32);
        let stock = &mut self.stocks[index];
        stock.fair = (stock.fair + by).max(50);
        if (stock.fair - stock.opened_at) * stock.direction >= self.habits.turn {
            stock.direction = -stock.direction;
        }
        if half_spread < 8 {
            // a wide market now and then: hundreds of ticks
            stock.half_spread = 130 + stock.fair % 200;
        } else if half_spread < 300 {
            stock.half_spread = 1 + stock.fair % 4;
        }
        for is_ask in [false, true] {
            for _ in 0..6 {
                let Some(id) = self.orders.at_rank(index, is_ask, 0) else { break };
                let price = i64::from(self.orders.get(id).price);
                let fair = self.stocks[index].fair * CENT;
                if if is_ask { price >= fair } else { price <= fair } {
                    break;
                }
                if self.random.random_range(0..5u32) < 2 {
                    let shares = self.orders.get(id).shares;
                    self.execute(id, shares);
                } else {
                    self.delete(id);
                }
            }
        }
    }

    /// The price moves by some hundred ticks at once.
    fn jump(&mut self, index: usize) {
        let by = self.random.random_range(-400..=400i64);
        let stock = &mut self.stocks[index];
        stock.fair = (stock.fair + by).max(50);
    }

    /// A side goes over a wide range of prices; the best is one far away, for a while.
    fn clear(&mut self, index: usize) {
        let is_ask = self.random.random_range(0..2u32) == 1;
        let gap = self.habits.gap_cents.min(self.stocks[index].fair - 1) * CENT;
        let fair = self.stocks[index].fair * CENT;
        let far = if is_ask { fair + gap } else { fair - gap };
        for step in 0..3 {
            let off_grid = if step == 1 { 37 } else { 0 };
            let price =
                if is_ask { far + step * CENT + off_grid } else { far - step * CENT - off_grid };
            self.add_at(index, is_ask, price.max(1) as u32);
        }
        let cleared = self.orders.near_best(index, is_ask, (gap - CENT) as u32);
        for id in cleared {
            let order = self.orders.get(id);
            if (i64::from(order.price) - fair).abs() < gap {
                self.now_ns += self.habits.rhythm.step(&mut self.random);
                self.delete(id);
            }
        }
        // the far best lives on its own
        for _ in 0..self.random.random_range(2..20u32) {
            self.now_ns += self.habits.rhythm.step(&mut self.random);
            let Some(id) = self.orders.at_rank(index, is_ask, 0) else { return };
            match self.random.random_range(0..4u32) {
                0 => drop(self.execute(id, 10)),
                1 if self.orders.count_of(index) > 2 => self.delete(id),
                _ => {
                    let away = self.random.random_range(-300..300i64);
                    let price = (far + away).max(1) as u32;
                    self.add_at(index, is_ask, price);
                }
            }
        }
    }

    fn halt(&mut self, index: usize) {
        let (stamp, stock) = (self.stamp(index), self.stocks[index].symbol);
        self.stocks[index].halted_until_ns =
            Some(self.now_ns + self.random.random_range(5_000_000..2_000_000_000u64));
        self.tell(message::trading_action(stamp, &stock, b'H', b"T1  "));
    }

    fn resume(&mut self, index: usize) {
        let (stamp, stock) = (self.stamp(index), self.stocks[index].symbol);
        self.stocks[index].halted_until_ns = None;
        self.tell(message::trading_action(stamp, &stock, b'Q', b"T3  "));
        let shares = u64::from(shares(&mut self.random));
        self.cross(index, shares, b'H');
        self.tell(message::trading_action(stamp, &stock, b'T', b"    "));
    }

    /// What a feed never does, and what a reader must live with.
    fn odd(&mut self, index: usize) {
        let stamp = self.stamp(index);
        let other = self.random.random_range(0..self.stocks.len());
        let draw = self.random.random_range(0..usize::MAX >> 1);
        let some = self.orders.any(index, draw).map(|id| self.orders.get(id));
        let reference = some.map_or(7, |order| order.reference);
        let unknown = self.reference + 1_000_000;
        match self.random.random_range(0..12u32) {
            0 => self.tell(message::delete(stamp, unknown)),
            1 => self.tell(message::executed(stamp, unknown, 5, 1)),
            2 => {
                let new = self.next_reference();
                self.tell(message::replace(stamp, unknown, new, 5, 10_000));
            }
            3 => self.tell(message::cancel(stamp, unknown, 1)),
            4 => {
                // the reference of a living order, perhaps of another stock
                let stock = self.stocks[other].symbol;
                let (is_ask, shares) = (draw % 2 == 0, shares(&mut self.random));
                let price = self.resting_price(other, is_ask);
                self.forget(index, draw);
                self.orders.insert(reference, other, is_ask, price, shares);
                let added = Added { reference, is_ask, shares, price };
                let stamp = self.stamp(other);
                self.tell(message::add(stamp, &stock, added, None));
            }
            5 => {
                // more than the order has
                let shares = some.map_or(9, |order| order.shares.saturating_add(10));
                self.forget(index, draw);
                self.tell(message::executed(stamp, reference, shares, 2));
            }
            6 => {
                // a locate that is not the order's
                let stamp = self.stamp(other);
                self.forget(index, draw);
                self.tell(message::delete(stamp, reference));
            }
            7 => {
                // too short for its type
                let mut short = message::delete(stamp, reference);
                short.data.truncate(draw % 19);
                self.tell(short);
            }
            8 => {
                // longer than its type
                let mut long = message::cancel(stamp, reference, 0);
                long.data.extend([0xee; 7]);
                self.tell(long);
            }
            9 => {
                let data = vec![b"Zza0"[draw % 4]; 1 + draw % 60];
                self.tell(Message { time_ns: self.now_ns, data });
            }
            10 => {
                // no instrument of the directory: learned from its order
                let stamp = Stamp { locate: 60_000 + (draw % 3) as u16, ..stamp };
                let stock = [b'X', b'N', b'O', b'D', b'A' + (draw % 3) as u8, b' ', b' ', b' '];
                let reference = self.next_reference();
                let added = Added { reference, is_ask: false, shares: 5, price: 50_000 };
                self.tell(message::add(stamp, &stock, added, None));
            }
            _ => {
                // a replace that takes the reference of another living order
                let Some(id) = self.choose(other) else { return };
                let original = self.orders.get(id);
                if some.is_none() || original.reference == reference {
                    return;
                }
                self.delete_silently(id);
                self.forget(index, draw);
                let shares = shares(&mut self.random);
                self.orders.insert(reference, other, original.is_ask, original.price, shares);
                let stamp = self.stamp(other);
                let price = original.price;
                self.tell(message::replace(stamp, original.reference, reference, shares, price));
            }
        }
    }

    fn delete_silently(&mut self, id: usize) {
        self.orders.remove(id);
    }

    /// Drops the order that `draw` chose, as far as this exchange knows.
    fn forget(&mut self, index: usize, draw: usize) {
        if let Some(id) = self.orders.any(index, draw) {
            self.orders.remove(id);
        }
    }
}

impl Stock {
    fn new(index: usize, random: &mut Xoshiro256PlusPlus) -> Self {
        let mut symbol = *b"Z       ";
        // base 26 of the index: ZAAA, ZAAB, ...
        for (place, byte) in symbol[1..4].iter_mut().rev().enumerate() {
            *byte = b'A' + (index / 26usize.pow(place as u32) % 26) as u8;
        }
        let fair = random.random_range(12_500..40_000);
        Self {
            symbol,
            locate: (index * 3 + 1) as u16,
            fair,
            opened_at: fair,
            direction: if index % 2 == 0 { 1 } else { -1 },
            half_spread: random.random_range(1..5),
            halted_until_ns: None,
        }
    }

    /// The fair price, 1e-4.
    fn price(&self) -> u32 {
        (self.fair * CENT).clamp(CENT, i64::from(u32::MAX / 4)) as u32
    }
}
