//! How many messages name each symbol: the choice behind `--instruments auto`.

use std::collections::HashMap;

use crate::config::{Checks, Feed};
use crate::frame::{self, FrameFilter};
use crate::iex::{self, Symbol};
use crate::iex_tp::Blocks;
use escapement_abi::FrameDisposition;

/// Different symbols that a census tells apart, which bounds its memory to a few MiB. All listings of the United States
/// are about 12,000; whoever sends more has a broken feed.
pub const SYMBOLS_MAX: usize = 1 << 16;

/// Counts messages by the symbol that they name, over the accepted frames of one feed. Of more than [`SYMBOLS_MAX`]
/// symbols the first ones are counted, and of the others how many messages name them.
#[derive(Debug, Clone)]
pub struct SymbolCensus {
    feed: Feed,
    filter: FrameFilter,
    counts: HashMap<Symbol, u64>,
    beyond: u64,
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
        Self { feed, filter, counts: HashMap::new(), beyond: 0 }
    }

    /// Counts the messages of one frame; frames that the card would not accept say nothing.
    pub fn frame(&mut self, bytes: &[u8]) {
        let frame = frame::parse(bytes, false, &self.filter);
        let (FrameDisposition::Ok, Some(segment)) = (frame.disposition, frame.segment) else {
            return;
        };
        for data in Blocks::new(segment.payload, segment.header.message_count) {
            if let Some(symbol) = iex::symbol(self.feed.protocol, data) {
                self.message(symbol);
            }
        }
    }

    fn message(&mut self, symbol: Symbol) {
        if let Some(count) = self.counts.get_mut(&symbol) {
            *count += 1;
        } else if self.counts.len() < SYMBOLS_MAX {
            self.counts.insert(symbol, 1);
        } else {
            self.beyond += 1;
        }
    }

    /// Messages that name symbols beyond the first [`SYMBOLS_MAX`].
    #[must_use]
    pub fn beyond(&self) -> u64 {
        self.beyond
    }

    /// Symbols counted.
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
