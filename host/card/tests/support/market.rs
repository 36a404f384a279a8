//! A random market that visits the corners of the card model: bursts, gaps, duplicates, restarts, bad frames, foreign
//! frames, off-grid and far prices, open events, unknown, short and empty messages.

use super::frames::{datagram, ethernet, OwnedFrame, Segment};
use super::random::Random;
use super::{symbol, Feed};

/// What is allowed to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Good frames in sequence only.
    Calm,
    /// Everything.
    Rough,
}

/// Makes frames.
#[derive(Debug)]
pub struct Market {
    random: Random,
    feed: Feed,
    weather: Weather,
    symbols: usize,
    prices: Vec<i64>,
    stamp: u64,
    send_time: u64,
    session: u32,
    next: u64,
    offset: u64,
}

const FIRST_STAMP: u64 = 1_500_000_000_000_000_000;

impl Market {
    pub fn new(seed: u64, feed: Feed, weather: Weather, symbols: usize) -> Self {
        Self {
            random: Random(seed),
            feed,
            weather,
            symbols,
            prices: vec![1_000_000; symbols],
            stamp: FIRST_STAMP,
            send_time: FIRST_STAMP - 20_000,
            session: 7,
            next: 1,
            offset: 0,
        }
    }

    /// The next frame.
    pub fn frame(&mut self) -> OwnedFrame {
        self.pass_time();
        let rough = self.weather == Weather::Rough;
        if rough && self.random.one_in(150) {
            self.restart();
        }
        if rough && self.random.one_in(60) {
            self.next += 1 + self.random.below(20);
        }
        let count = match self.random.below(10) {
            0 => 0,
            1..=6 => 1 + self.random.below(3),
            _ => 1 + self.random.below(20),
        };
        let mut messages: Vec<Vec<u8>> = (0..count).map(|_| self.message()).collect();
        while messages.iter().map(|m| m.len() + 2).sum::<usize>() > 1400 {
            messages.pop();
        }
        let segment = Segment {
            protocol: self.feed.protocol(),
            session: self.session,
            offset: self.offset,
            first_sequence: self.next,
            send_time: self.send_time,
        };
        self.offset += messages.iter().map(|m| m.len() as u64 + 2).sum::<u64>();
        self.next += messages.len() as u64;
        if rough && self.random.one_in(40) && self.next > 30 {
            // The next segment repeats some numbers.
            self.next -= self.random.below(messages.len() as u64 + 3).min(self.next - 2);
        }
        let mut payload = datagram(&segment, &messages);
        if rough && self.random.one_in(50) {
            self.spoil_segment(&mut payload);
        }
        let tags = if self.random.one_in(8) { 1 + self.random.below(2) as usize } else { 0 };
        let mut bytes = ethernet(&payload, tags);
        let mut fcs_bad = false;
        if rough && self.random.one_in(25) {
            fcs_bad = self.spoil_frame(&mut bytes);
        }
        OwnedFrame { bytes, stamp_ns: self.stamp, fcs_bad }
    }

    fn pass_time(&mut self) {
        self.stamp += match self.random.below(10) {
            0..=3 => self.random.below(100),
            4..=7 => self.random.below(3_000),
            8 => self.random.below(100_000),
            _ => self.random.below(1_000_000),
        };
        self.send_time = self.send_time.max(self.stamp - 20_000) + self.random.below(2);
    }

    fn restart(&mut self) {
        if self.random.one_in(2) {
            self.session += 1;
        }
        self.next = 1;
        self.offset = 0;
        self.send_time += 1_000;
    }

    fn spoil_segment(&mut self, payload: &mut [u8]) {
        match self.random.below(6) {
            0 => payload[0] = 2,
            1 => payload[2] ^= 0x10,
            2 => payload[4] = 9,
            3 => payload[12] = payload[12].wrapping_add(1),
            // One block fewer or more than the header says.
            4 => payload[14] = payload[14].wrapping_sub(1),
            _ => payload[14] = payload[14].wrapping_add(1),
        }
    }

    /// Returns whether the MAC would find the FCS wrong.
    fn spoil_frame(&mut self, bytes: &mut Vec<u8>) -> bool {
        match self.random.below(5) {
            0 => return true,
            1 => {
                let length = 1 + self.random.below(bytes.len() as u64) as usize;
                bytes.truncate(length);
            }
            2 => bytes.resize(2049 + self.random.below(64) as usize, 0),
            _ => {
                let at = self.random.below(48) as usize;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.random.below(8);
                }
            }
        }
        self.random.one_in(4)
    }

    fn message(&mut self) -> Vec<u8> {
        if self.weather == Weather::Rough && self.random.one_in(40) {
            return match self.random.below(3) {
                0 => Vec::new(),
                1 => vec![b'Z'; self.random.below(9) as usize + 1],
                _ => {
                    let mut message = self.book_message();
                    message.truncate(1 + self.random.below(29) as usize);
                    message
                }
            };
        }
        match self.random.below(20) {
            0 => {
                let status = b"THOP"[self.random.below(4) as usize];
                self.with_symbol(b'H', status, &[b' '; 4])
            }
            1 => {
                let mut message = vec![b'S', b'R'];
                message.extend_from_slice(&self.feed_time());
                message
            }
            2 => self.with_symbol(b'O', b'N', &[]),
            3 => self.with_symbol(b'P', 0, b" "),
            4 => self.trade(b'B'),
            5..=8 => self.trade(b'T'),
            _ => self.book_message(),
        }
    }

    fn book_message(&mut self) -> Vec<u8> {
        let size = self.size();
        match self.feed {
            Feed::Tops => {
                let (bid, ask) = (self.price(), self.price());
                let mut rest = size.to_le_bytes().to_vec();
                rest.extend_from_slice(&bid.to_le_bytes());
                rest.extend_from_slice(&ask.to_le_bytes());
                rest.extend_from_slice(&self.size().to_le_bytes());
                self.with_symbol(b'Q', 0, &rest)
            }
            Feed::Deep => {
                let kind = if self.random.one_in(2) { b'8' } else { b'5' };
                let mut rest = size.to_le_bytes().to_vec();
                rest.extend_from_slice(&self.price().to_le_bytes());
                let complete = u8::from(!self.random.one_in(6));
                self.with_symbol(kind, complete, &rest)
            }
        }
    }

    fn trade(&mut self, kind: u8) -> Vec<u8> {
        let mut rest = self.size().to_le_bytes().to_vec();
        rest.extend_from_slice(&self.price().to_le_bytes());
        rest.extend_from_slice(&self.random.next().to_le_bytes());
        self.with_symbol(kind, 0x20, &rest)
    }

    fn with_symbol(&mut self, kind: u8, second: u8, rest: &[u8]) -> Vec<u8> {
        let mut message = vec![kind, second];
        message.extend_from_slice(&self.feed_time());
        let n = self.random.below(self.symbols as u64) as usize;
        message.extend_from_slice(&symbol(n));
        message.extend_from_slice(rest);
        if self.random.one_in(30) {
            message.extend_from_slice(&[0xee; 3]);
        }
        message
    }

    fn feed_time(&mut self) -> [u8; 8] {
        let back = if self.random.one_in(20) { 5_000_000_000 } else { 20_000 };
        (self.stamp - back - self.random.below(10)).to_le_bytes()
    }

    fn size(&mut self) -> u32 {
        match self.random.below(8) {
            0..=2 => 0,
            3..=6 => 100 * (1 + self.random.below(20)) as u32,
            _ => self.random.next() as u32,
        }
    }

    /// A walk on a 1-cent grid, now and then off the grid, far away or absurd.
    fn price(&mut self) -> i64 {
        let n = self.random.below(self.symbols as u64) as usize;
        let step = self.random.below(9) as i64 - 4;
        self.prices[n] += step * 100;
        let near = self.prices[n] + (self.random.below(20) as i64 - 10) * 100;
        match self.random.below(40) {
            0 => near + 1 + self.random.below(98) as i64,
            1 => near * 3,
            2 if self.random.one_in(6) => self.random.next() as i64,
            3 if self.random.one_in(6) => -near,
            _ => near,
        }
    }
}
