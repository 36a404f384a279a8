//! Seeded, realistic captures: the same seed gives the same bytes, on every machine. Here those of IEX; [`itch`] has
//! those of Nasdaq.
//!
//! The stream is a small exchange: symbols open, quote in bursts, walk, jump, halt and resume, trade on and off the
//! grid, and show stub quotes far from the market. It is carried as IEX-TP over UDP with right checksums.

pub mod itch;
mod market;
mod message;
mod rhythm;
mod segment;

use std::io::{self, Write};

use escapement_capture::PcapWriter;

pub use market::Market;
pub use segment::{Segmenter, GROUP, PORT};

/// Which feed to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// TOPS 1.6, quotes.
    Tops,
    /// DEEP 1.0, price levels.
    Deep,
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// After at least this many messages (the close follows).
    Messages(u64),
    /// After at least this many packets (the close follows).
    Packets(u64),
}

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The feed.
    pub feed: Feed,
    /// Seed of everything.
    pub seed: u64,
    /// Length.
    pub length: Length,
    /// Number of symbols, at least 1.
    pub instruments: u16,
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Made {
    /// Packets written.
    pub packets: u64,
    /// Messages in them.
    pub messages: u64,
}

/// Writes a capture; `progress` is told of every packet.
///
/// # Errors
/// The writer fails.
pub fn write<W: Write>(
    plan: &Plan,
    output: &mut PcapWriter<W>,
    mut progress: impl FnMut(&Made),
) -> io::Result<Made> {
    let mut market = Market::new(plan.feed, plan.seed, plan.instruments);
    let mut segmenter = Segmenter::new(plan.feed, plan.seed);
    let mut made = Made::default();
    let mut batch = Vec::new();
    let mut closing = false;
    loop {
        let reached = match plan.length {
            Length::Messages(wanted) => made.messages >= wanted,
            Length::Packets(wanted) => made.packets >= wanted,
        };
        batch.clear();
        if reached && !closing {
            closing = true;
            market.close(&mut batch);
        } else if !closing {
            market.step(&mut batch);
        }
        for message in &batch {
            made.messages += 1;
            segmenter.push(message, |stamp, frame| {
                output.packet(stamp, frame)?;
                made.packets += 1;
                progress(&made);
                Ok(())
            })?;
        }
        if closing {
            segmenter.finish(|stamp, frame| {
                output.packet(stamp, frame)?;
                made.packets += 1;
                progress(&made);
                Ok(())
            })?;
            return Ok(made);
        }
    }
}
