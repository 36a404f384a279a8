//! How many messages name each symbol: the choice behind `--instruments auto`.

use std::collections::HashMap;

use crate::config::{Checks, Destination, Feed};
use crate::frame::{self, FrameFilter};
use crate::iex;
use crate::itch;
use crate::packet::Blocks;
use crate::protocol::Protocol;
use crate::symbol::Symbol;
use escapement_abi::FrameDisposition;

/// Different symbols that a census tells apart, which bounds its memory to a few MiB. All listings of the United States
/// are about 12,000; whoever sends more has a broken feed.
pub const SYMBOLS_MAX: usize = 1 << 16;

/// Counts messages by the symbol that they name, over the accepted frames of one feed. Of more than [`SYMBOLS_MAX`]
/// symbols the first ones are counted, and of the others how many messages name them.
///
/// ITCH messages name their symbol by its locate; `R` says what that is, else an order that is added.
#[derive(Debug, Clone)]
pub struct SymbolCensus {
    protocol: Protocol,
    filters: Vec<FrameFilter>,
    counts: HashMap<Symbol, u64>,
    /// Symbol of each locate (ITCH).
    locates: HashMap<u16, Symbol>,
    packets: u64,
    heartbeats: u64,
    messages: u64,
    beyond: u64,
    first_time: Option<i64>,
}

impl SymbolCensus {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(feed: Feed, checks: Checks) -> Self {
        Self {
            protocol: feed.protocol,
            filters: vec![feed.filter(feed.group, feed.port, checks)],
            counts: HashMap::new(),
            locates: HashMap::new(),
            packets: 0,
            heartbeats: 0,
            messages: 0,
            beyond: 0,
            first_time: None,
        }
    }

    /// Counts frames to this destination too.
    #[must_use]
    pub fn with_line(mut self, line: Destination) -> Self {
        let filter =
            FrameFilter { group: Some(line.group), port: Some(line.port), ..self.filters[0] };
        self.filters.push(filter);
        self
    }

    /// Counts the messages of one frame; frames that the card would not accept say nothing. Returns whether it was one of
    /// the feed.
    pub fn frame(&mut self, bytes: &[u8]) -> bool {
        let accepted = self.filters.iter().find_map(|filter| {
            let frame = frame::parse(bytes, false, filter);
            frame.packet.filter(|_| frame.disposition == FrameDisposition::Ok)
        });
        let Some(packet) = accepted else { return false };
        self.packets += 1;
        self.heartbeats += u64::from(packet.header.count == 0);
        let transport = self.protocol.transport();
        for data in Blocks::new(transport, packet.payload, packet.header.count) {
            self.messages += 1;
            if self.first_time.is_none() {
                self.first_time = self.time(data);
            }
            if let Some(symbol) = self.symbol(data) {
                self.message(symbol);
            }
        }
        true
    }

    /// Feed time of a message, ns.
    fn time(&self, data: &[u8]) -> Option<i64> {
        match self.protocol {
            Protocol::Itch => Some(itch::decode(data).ok()?.head().time as i64),
            _ => iex::time(data),
        }
    }

    /// Feed time of the first message that has one, ns.
    #[must_use]
    pub fn first_time(&self) -> Option<i64> {
        self.first_time
    }

    fn symbol(&mut self, data: &[u8]) -> Option<Symbol> {
        if self.protocol != Protocol::Itch {
            return iex::symbol(self.protocol, data);
        }
        let message = itch::decode(data).ok()?;
        let locate = message.head().locate;
        let stock = message.stock();
        let known = self.locates.get(&locate).copied();
        match (message, stock) {
            (itch::Message::StockDirectory { .. }, Some(stock)) => {
                self.locates.insert(locate, stock);
                Some(stock)
            }
            (itch::Message::Add { .. }, Some(stock)) => {
                Some(*self.locates.entry(locate).or_insert(stock))
            }
            _ => known.or(stock),
        }
    }

    /// Packets of the feed.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Of these, packets without messages.
    #[must_use]
    pub fn heartbeats(&self) -> u64 {
        self.heartbeats
    }

    /// Messages in them.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.messages
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
