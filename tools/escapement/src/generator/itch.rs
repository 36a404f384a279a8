//! Seeded, realistic ITCH 5.0 captures over MoldUDP64, on one line or two: the same seed gives the same bytes.
//!
//! The stream is a small exchange of real orders: a day opens, books fill, prices walk, orders come, change, trade
//! and go, stocks halt and resume, trades are broken, the day closes. All message types of the specification occur.

pub mod full_line;
mod line;
mod market;
mod message;
mod orders;
mod packets;

use std::collections::BTreeMap;
use std::io;

use super::Length;
use line::Line;
use market::ItchMarket;
use packets::Packets;

pub use line::{LineMade, Trouble, GROUPS, PORT};

/// The character of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Mixed as on a trading day.
    Day,
    /// Prices walk 2,000 ticks and back, books are deep, sides clear over 10,000 ticks, many orders stand off the grid.
    Walk,
    /// Many live orders, all there before the market opens.
    Deep,
    /// 512 messages within a microsecond or two, again and again.
    Burst,
    /// Against the rules of the feed: unknown and reused references, over-execution, short, long and unknown messages.
    Odd,
}

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItchPlan {
    /// Its character.
    pub profile: Profile,
    /// Seed of everything.
    pub seed: u64,
    /// Length; the market opens first, whatever it says.
    pub length: Length,
    /// Number of symbols, at least 1.
    pub instruments: u16,
    /// Live orders of [`Profile::Deep`], in all stocks together.
    pub live_orders: usize,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItchMade {
    /// Packets of the feed.
    pub packets: u64,
    /// Messages in them.
    pub messages: u64,
    /// Messages by type byte; 0 stands for empty ones.
    pub by_type: BTreeMap<u8, u64>,
    /// Most orders alive at once.
    pub live_max: usize,
    /// What the lines carried, in their order.
    pub lines: Vec<LineMade>,
}

/// Makes a stream and carries it over lines, each with its group (0: that of A, 1: that of B) and its troubles.
/// `emit` is given the place of the line in `lines`, stamp and frame; `progress` is told of every packet.
///
/// # Errors
/// What `emit` returns.
pub fn write(
    plan: &ItchPlan,
    lines: &[(usize, Trouble)],
    mut emit: impl FnMut(usize, u64, &[u8]) -> io::Result<()>,
    mut progress: impl FnMut(),
) -> io::Result<ItchMade> {
    let mut market = ItchMarket::new(plan);
    let mut packets = Packets::new(plan.seed);
    let mut lines: Vec<Line> = lines
        .iter()
        .map(|(group, trouble)| Line::new(*group, plan.seed, trouble.clone()))
        .collect();
    let mut made = ItchMade::default();
    let mut batch = Vec::new();
    let mut closing = false;
    while !closing {
        batch.clear();
        closing = match plan.length {
            Length::Messages(wanted) => made.messages >= wanted,
            Length::Packets(wanted) => made.packets >= wanted,
        } && market.is_open();
        if closing {
            market.close(&mut batch);
        } else {
            market.step(&mut batch);
        }
        let mut carry = |sent: packets::Sent<'_>| {
            made.packets += 1;
            progress();
            for (number, line) in lines.iter_mut().enumerate() {
                line.carry(sent, &mut |stamp, frame| emit(number, stamp, frame))?;
            }
            Ok(())
        };
        for message in &batch {
            made.messages += 1;
            packets.push(message, &mut carry)?;
        }
        if closing {
            packets.finish(&mut carry)?;
        }
    }
    for (number, line) in lines.iter_mut().enumerate() {
        line.finish(&mut |stamp, frame| emit(number, stamp, frame))?;
    }
    made.by_type = market.counts().clone();
    made.live_max = market.live_max();
    made.lines = lines.iter().map(Line::made).collect();
    Ok(made)
}
