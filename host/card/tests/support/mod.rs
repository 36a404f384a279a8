//! What the tests of the card and of its backends share: frames, a random market, entries from lines.
#![allow(dead_code, reason = "each test uses a part")]

pub mod entries;
pub mod frames;
pub mod golden;
pub mod market;
pub mod random;

use std::net::Ipv4Addr;

use escapement_card::{CardConfig, FeedConfig, InstrumentConfig, RingConfig, RingMode, Transport};

/// The group that the frames go to.
pub const GROUP: Ipv4Addr = Ipv4Addr::new(233, 215, 21, 4);
/// Its port.
pub const PORT: u16 = 10378;

/// Which feed the market speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    Tops,
    Deep,
}

impl Feed {
    pub fn protocol(self) -> u16 {
        match self {
            Self::Tops => 0x8003,
            Self::Deep => 0x8004,
        }
    }
}

/// Symbol `n` as on the wire.
pub fn symbol(n: usize) -> [u8; 8] {
    let mut symbol = *b"        ";
    let text = format!("SYM{n}");
    symbol[..text.len()].copy_from_slice(text.as_bytes());
    symbol
}

/// A card for the first `instruments` symbols of the market.
pub fn card_config(feed: Feed, instruments: usize, lines_log2: u8, mode: RingMode) -> CardConfig {
    let feed = FeedConfig {
        group: GROUP,
        port: PORT,
        feed_id: 3,
        transport: Transport::IexTp,
        protocol: feed.protocol(),
        channel: 1,
    };
    let instruments = (0..instruments)
        .map(|n| InstrumentConfig {
            symbol: symbol(n),
            tick: [100, 1, 25, 1000][n % 4],
            centres: if n % 3 == 0 { [Some(1_000_000), Some(1_010_000), None] } else { [None; 3] },
        })
        .collect();
    let mut config = CardConfig::new(feed, instruments);
    config.ring = RingConfig { lines_log2, mode };
    config.refresh_interval_ns = 40_000;
    config
}
