//! The small exchange behind a generated capture.

use std::collections::{BTreeMap, VecDeque};

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::message::{self, Message, Side, Symbol};
use super::rhythm::{busy_stock, shares, Rhythm};
use super::Feed;

/// 2025-03-14 09:24:00 in New York.
const START_NS: u64 = 1_741_958_640_000_000_000;
const CENT: i64 = 100;
/// Levels that a side of a DEEP book keeps.
const LEVELS_MAX: usize = 24;
/// Far quotes that some makers leave: 199,999.99.
const STUB: i64 = 1_999_999_900;

struct Stock {
    symbol: Symbol,
    /// Fair price in cents.
    fair: i64,
    /// Half spread in cents.
    half_spread: i64,
    /// Published quote of a TOPS feed, bid and ask.
    quote: [Side; 2],
    bids: BTreeMap<i64, u32>,
    asks: BTreeMap<i64, u32>,
    /// Trading resumes at this time.
    halted_until_ns: Option<u64>,
}

/// Makes messages in bursts.
pub struct Market {
    feed: Feed,
    random: Xoshiro256PlusPlus,
    stocks: Vec<Stock>,
    now_ns: u64,
    rhythm: Rhythm,
    /// The stock that the flow is about.
    focus: usize,
    opening: VecDeque<usize>,
    opened: bool,
    trade_id: u64,
    recent_trades: VecDeque<(usize, Side, u64)>,
}

impl Market {
    /// A market of `instruments` symbols; the seed decides everything.
    #[must_use]
    pub fn new(feed: Feed, seed: u64, instruments: u16) -> Self {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let count = usize::from(instruments.max(1));
        let stocks = (0..count).map(|index| Stock::new(index, &mut random)).collect();
        Self {
            feed,
            random,
            stocks,
            now_ns: START_NS,
            rhythm: Rhythm::new(80..2_500, 0..6, 9..23),
            focus: 0,
            opening: (0..count).collect(),
            opened: false,
            trade_id: 1,
            recent_trades: VecDeque::new(),
        }
    }

    /// Makes the next few messages: one event of one symbol.
    pub fn step(&mut self, out: &mut Vec<Message>) {
        if !self.opened {
            return self.open(out);
        }
        self.pass_time();
        let index = self.focus;
        if let Some(until_ns) = self.stocks[index].halted_until_ns {
            if self.now_ns < until_ns {
                // a halted symbol is silent; another one speaks
                self.focus = (index + 1) % self.stocks.len();
                if self.stocks.iter().all(|stock| stock.halted_until_ns.is_some()) {
                    self.now_ns = until_ns;
                }
                return;
            }
            return self.resume(index, out);
        }
        match self.random.random_range(0..10_000u32) {
            0..5 => self.halt(index, out),
            5..15 => self.stub(index, out),
            15..20 => self.jump(index, out),
            20..45 => self.break_trade(out),
            45..75 => self.auction(index, out),
            75..125 => self.retail(index, out),
            125..1_600 => self.trade(index, out),
            _ => self.requote(index, out),
        }
    }

    /// Ends the day.
    pub fn close(&mut self, out: &mut Vec<Message>) {
        for event in *b"MEC" {
            self.now_ns += 50_000_000;
            if event == b'E' {
                for index in 0..self.stocks.len() {
                    let (symbol, price) =
                        (self.stocks[index].symbol, self.stocks[index].fair * CENT);
                    self.now_ns += 1_000;
                    out.push(message::official_price(self.now_ns, &symbol, b'M', price));
                }
            }
            out.push(message::system_event(self.now_ns, event));
        }
    }

    fn open(&mut self, out: &mut Vec<Message>) {
        if self.opening.len() == self.stocks.len() {
            out.push(message::system_event(self.now_ns, b'O'));
            self.now_ns += 3_500_000_000;
            out.push(message::system_event(self.now_ns, b'S'));
        }
        if let Some(index) = self.opening.pop_front() {
            self.now_ns += self.random.random_range(300..20_000);
            let stock = &self.stocks[index];
            let (now, symbol) = (self.now_ns, stock.symbol);
            out.push(message::directory(now, &symbol, stock.fair * CENT));
            out.push(message::trading_status(now, &symbol, b'T', b"    "));
            out.push(message::operational_halt(now, &symbol, b'N'));
            out.push(message::short_sale_test(now, &symbol, index % 9 == 4));
            if self.feed == Feed::Tops {
                out.push(message::quote(now, &symbol, false, (0, 0), (0, 0)));
            }
            return;
        }
        self.now_ns += 1_200_000_000;
        out.push(message::system_event(self.now_ns, b'R'));
        for index in 0..self.stocks.len() {
            self.now_ns += self.random.random_range(500..5_000);
            let (symbol, price) = (self.stocks[index].symbol, self.stocks[index].fair * CENT);
            out.push(message::official_price(self.now_ns, &symbol, b'Q', price));
            self.quote_around(index, out);
            if self.feed == Feed::Deep {
                out.push(message::security_event(self.now_ns, &symbol, b'O'));
            }
        }
        self.opened = true;
    }

    fn pass_time(&mut self) {
        let (ns, turn) = self.rhythm.next(&mut self.random);
        self.now_ns += ns;
        if turn {
            self.focus = busy_stock(&mut self.random, self.stocks.len());
        }
    }

    /// A price near the market, off the grid of whole cents once in a while.
    fn near(&mut self, index: usize, is_ask: bool, depth: i64) -> i64 {
        let off_grid = if self.random.random_range(0..150u32) == 0 { 50 } else { 0 };
        let stock = &self.stocks[index];
        let away = stock.half_spread + depth;
        let price = if is_ask {
            (stock.fair + away) * CENT - off_grid
        } else {
            (stock.fair - away) * CENT + off_grid
        };
        price.max(1)
    }

    fn requote(&mut self, index: usize, out: &mut Vec<Message>) {
        let walk =
            self.random.random_range(-1..=1i64) * i64::from(self.random.random_range(0..3u32) == 0);
        let half_spread = self.random.random_range(0..4_000u32);
        let stock = &mut self.stocks[index];
        stock.fair = (stock.fair + walk).max(50);
        if half_spread == 0 {
            // a wide market now and then: hundreds of ticks
            stock.half_spread = 130 + stock.fair % 200;
        } else if half_spread < 200 {
            stock.half_spread = 1 + stock.fair % 4;
        }
        self.quote_around(index, out);
    }

    fn quote_around(&mut self, index: usize, out: &mut Vec<Message>) {
        match self.feed {
            Feed::Tops => self.change_quote(index, out),
            Feed::Deep => self.change_levels(index, out),
        }
    }

    /// Most quotes change one side; both when the market has moved through the other one.
    fn change_quote(&mut self, index: usize, out: &mut Vec<Message>) {
        let side = self.random.random_range(0..2usize);
        let mut quote = self.stocks[index].quote;
        quote[side] = self.maybe_side(index, side == 1);
        let [bid, ask] = quote;
        let is_crossed = bid.1 > 0 && ask.1 > 0 && bid.0 >= ask.0;
        let is_stub = quote[1 - side].0 == STUB;
        if is_crossed
            || is_stub
            || quote[1 - side].1 == 0
            || self.random.random_range(0..10u32) == 0
        {
            quote[1 - side] = self.maybe_side(index, side == 0);
        }
        self.stocks[index].quote = quote;
        out.push(message::quote(
            self.now_ns,
            &self.stocks[index].symbol,
            false,
            quote[0],
            quote[1],
        ));
    }

    fn maybe_side(&mut self, index: usize, is_ask: bool) -> Side {
        if self.random.random_range(0..200u32) == 0 {
            return (0, 0);
        }
        (self.near(index, is_ask, 0), shares(&mut self.random))
    }

    /// One atomic event: levels that the market has passed go, one or more near it change.
    fn change_levels(&mut self, index: usize, out: &mut Vec<Message>) {
        let mut changes: Vec<(bool, Side)> = Vec::new();
        let stock = &self.stocks[index];
        let (low, high) = (
            (stock.fair - stock.half_spread) * CENT + 50,
            (stock.fair + stock.half_spread) * CENT - 50,
        );
        changes.extend(stock.bids.range(low + 1..).map(|(&price, _)| (false, (price, 0))).take(3));
        changes.extend(stock.asks.range(..high).map(|(&price, _)| (true, (price, 0))).take(3));
        let extra = 1 + usize::from(self.random.random_range(0..12u32) == 0)
            * self.random.random_range(1..6usize);
        for _ in 0..extra {
            let is_ask = self.random.random_range(0..2u32) == 1;
            let depth = self.random.random_range(0..6i64) * self.random.random_range(0..3i64);
            let price = self.near(index, is_ask, depth);
            let held = self.any_level(index, is_ask);
            let change = match (self.random.random_range(0..1_000u32), held) {
                (0..300, Some(held)) => (held, 0),
                // a removal of a level that is not there: seen in real captures
                (300, _) => (price, 0),
                _ => (price, shares(&mut self.random)),
            };
            changes.push((is_ask, change));
        }
        for is_ask in [false, true] {
            let stock = &self.stocks[index];
            let (book, worst) = if is_ask {
                (&stock.asks, stock.asks.last_key_value())
            } else {
                (&stock.bids, stock.bids.first_key_value())
            };
            if let (true, Some((&price, _))) = (book.len() > LEVELS_MAX, worst) {
                changes.push((is_ask, (price, 0)));
            }
        }
        self.event(index, &changes, out);
    }

    /// Some level of the side, near the best more often than not.
    fn any_level(&mut self, index: usize, is_ask: bool) -> Option<i64> {
        let draw =
            self.random.random_range(0..LEVELS_MAX).min(self.random.random_range(0..LEVELS_MAX));
        let stock = &self.stocks[index];
        let book = if is_ask { &stock.asks } else { &stock.bids };
        let place = draw % book.len().max(1);
        if is_ask {
            book.keys().nth(place).copied()
        } else {
            book.keys().nth_back(place).copied()
        }
    }

    /// Tells level changes as one event: all but the last are marked as still in process.
    fn event(&mut self, index: usize, changes: &[(bool, Side)], out: &mut Vec<Message>) {
        let last = changes.len().saturating_sub(1);
        for (position, &(is_ask, (price, size))) in changes.iter().enumerate() {
            let stock = &mut self.stocks[index];
            let book = if is_ask { &mut stock.asks } else { &mut stock.bids };
            if size == 0 {
                book.remove(&price);
            } else {
                book.insert(price, size);
            }
            out.push(message::level(
                self.now_ns,
                &stock.symbol,
                is_ask,
                position == last,
                (price, size),
            ));
        }
    }

    fn trade(&mut self, index: usize, out: &mut Vec<Message>) {
        let is_ask = self.random.random_range(0..2u32) == 1;
        let size = shares(&mut self.random);
        let symbol = self.stocks[index].symbol;
        let stock = &self.stocks[index];
        let best = if is_ask { stock.asks.first_key_value() } else { stock.bids.last_key_value() };
        let best = best.map(|(&price, &size)| (price, size));
        // one in five at the midpoint, which is often half a cent off the grid
        let midpoint = self.random.random_range(0..5u32) == 0;
        let (price, size) = match best {
            Some((price, shown)) if !midpoint => (price, size.min(shown)),
            _ if midpoint => (self.stocks[index].fair * CENT + 50, size),
            _ => (self.near(index, is_ask, 0), size),
        };
        out.push(message::trade(self.now_ns, &symbol, false, (price, size), self.trade_id));
        self.recent_trades.push_back((index, (price, size), self.trade_id));
        self.recent_trades.truncate(64);
        self.trade_id += self.random.random_range(1..9u64);
        if let (Feed::Deep, Some((level, shown)), false) = (self.feed, best, midpoint) {
            self.event(index, &[(is_ask, (level, shown - size))], out);
        }
    }

    fn break_trade(&mut self, out: &mut Vec<Message>) {
        if let Some((index, traded, id)) = self.recent_trades.pop_front() {
            out.push(message::trade(self.now_ns, &self.stocks[index].symbol, true, traded, id));
        }
    }

    /// A quote far from the market on one side.
    fn stub(&mut self, index: usize, out: &mut Vec<Message>) {
        let symbol = self.stocks[index].symbol;
        match self.feed {
            Feed::Tops => {
                let stock = &mut self.stocks[index];
                stock.quote[1] = (STUB, 100);
                out.push(message::quote(
                    self.now_ns,
                    &symbol,
                    false,
                    stock.quote[0],
                    stock.quote[1],
                ));
            }
            Feed::Deep => {
                let changes: Vec<_> = self.stocks[index]
                    .asks
                    .keys()
                    .map(|&price| (true, (price, 0)))
                    .chain([(true, (STUB, 100))])
                    .collect();
                self.event(index, &changes, out);
            }
        }
    }

    /// The price moves by some hundred ticks at once.
    fn jump(&mut self, index: usize, out: &mut Vec<Message>) {
        let by = self.random.random_range(-400..=400i64);
        let stock = &mut self.stocks[index];
        stock.fair = (stock.fair + by).max(50);
        self.quote_around(index, out);
    }

    fn halt(&mut self, index: usize, out: &mut Vec<Message>) {
        let symbol = self.stocks[index].symbol;
        self.stocks[index].halted_until_ns =
            Some(self.now_ns + self.random.random_range(5_000_000..2_000_000_000u64));
        out.push(message::trading_status(self.now_ns, &symbol, b'H', b"T1  "));
        match self.feed {
            Feed::Tops => {
                self.stocks[index].quote = [(0, 0); 2];
                out.push(message::quote(self.now_ns, &symbol, true, (0, 0), (0, 0)));
            }
            Feed::Deep => {
                let stock = &self.stocks[index];
                let bids = stock.bids.keys().map(|&price| (false, (price, 0)));
                let changes: Vec<_> =
                    bids.chain(stock.asks.keys().map(|&price| (true, (price, 0)))).collect();
                self.event(index, &changes, out);
            }
        }
    }

    fn resume(&mut self, index: usize, out: &mut Vec<Message>) {
        let symbol = self.stocks[index].symbol;
        self.stocks[index].halted_until_ns = None;
        out.push(message::trading_status(self.now_ns, &symbol, b'T', b"    "));
        self.quote_around(index, out);
    }

    fn auction(&mut self, index: usize, out: &mut Vec<Message>) {
        let paired = shares(&mut self.random);
        let scheduled_s = (self.now_ns / 1_000_000_000 + 60) as u32;
        let stock = &self.stocks[index];
        out.push(message::auction(
            self.now_ns,
            &stock.symbol,
            b'V',
            stock.fair * CENT,
            paired,
            scheduled_s,
        ));
    }

    fn retail(&mut self, index: usize, out: &mut Vec<Message>) {
        let side = b" ABC"[self.random.random_range(0..4usize)];
        out.push(message::retail_interest(self.now_ns, &self.stocks[index].symbol, side));
    }
}

impl Stock {
    fn new(index: usize, random: &mut Xoshiro256PlusPlus) -> Self {
        let mut symbol = *b"Z       ";
        // base 26 of the index: ZAAA, ZAAB, ...
        for (place, byte) in symbol[1..4].iter_mut().rev().enumerate() {
            *byte = b'A' + (index / 26usize.pow(place as u32) % 26) as u8;
        }
        Self {
            symbol,
            fair: random.random_range(400..40_000),
            half_spread: random.random_range(1..5),
            quote: [(0, 0); 2],
            bids: BTreeMap::new(),
            asks: BTreeMap::new(),
            halted_until_ns: None,
        }
    }
}
