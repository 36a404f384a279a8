//! How many messages name each symbol: the choice behind `--instruments auto`.

use std::collections::HashMap;

use crate::config::{Checks, Feed};
use crate::frame::{self, FrameFilter};
use crate::iex::{self, Symbol};
use crate::iex_tp::Blocks;
use escapement_abi::FrameDisposition;

/// Counts messages by the symbol that they name, over the accepted frames of one feed.
#[derive(Debug, Clone)]
pub struct SymbolCensus {
    feed: Feed,
    filter: FrameFilter,
    counts: HashMap<Symbol, u64>,
}

impl SymbolCensus {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(feed: Feed, checks: Checks) -> Self {
        let filter = FrameFilter {
            group: Some(feed.group),
            port: Some(feed.port),
            protocol: Some(feed.protocol.id()),
            channel: (feed.channel != 0).then_some(feed.channel),
            checks,
        };
        Self { feed, filter, counts: HashMap::new() }
    }

    /// Counts the messages of one frame; frames that the card would not accept say nothing.
    pub fn frame(&mut self, bytes: &[u8]) {
        let frame = frame::parse(bytes, false, &self.filter);
        let (FrameDisposition::Ok, Some(segment)) = (frame.disposition, frame.segment) else {
            return;
        };
        for data in Blocks::new(segment.payload, segment.header.message_count) {
            if let Some(symbol) = iex::symbol(self.feed.protocol, data) {
                *self.counts.entry(symbol).or_default() += 1;
            }
        }
    }

    /// Symbols seen.
    #[must_use]
    pub fn symbols(&self) -> usize {
        self.counts.len()
    }

    /// The `most` symbols that most messages name, most first, ties by byte order.
    #[must_use]
    pub fn top(&self, most: usize) -> Vec<(Symbol, u64)> {
        let mut all: Vec<_> = self.counts.iter().map(|(&symbol, &count)| (symbol, count)).collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        all.truncate(most);
        all
    }
}
