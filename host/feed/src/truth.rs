//! The books as they are when nothing is lost: ITCH messages in sequence, from whoever had them, through the card's own
//! rules. A host compares a card with it.

use escapement_codec::{Entry, Tick};

use crate::book::{Book, Delivered};
use crate::config::CardConfig;
use crate::counters::Counters;
use crate::itch::{self, Message};
use crate::itch_flow::ItchFlow;
use crate::protocol::Protocol;
use crate::symbol::Symbol;
use crate::symbol_map::SymbolMap;

/// Locates, orders and books.
#[derive(Debug, Clone)]
pub struct Truth {
    config: CardConfig,
    map: SymbolMap,
    flow: ItchFlow,
    book: Book,
    counters: Counters,
    /// What each locate was last said to name.
    names: Vec<Option<Symbol>>,
    /// Feed time of the last message, ns since midnight.
    time: u64,
}

impl Truth {
    /// Empty books of the instruments of a card. None if its feed has no orders.
    #[must_use]
    pub fn new(config: &CardConfig) -> Option<Self> {
        (config.feed.protocol == Protocol::Itch).then(|| Self {
            map: SymbolMap::new(config.instruments.iter().map(|i| (i.symbol, i.slot))),
            flow: ItchFlow::new(config.orders),
            book: Book::new(config),
            counters: Counters::default(),
            names: vec![None; 1 << 16],
            time: 0,
            config: config.clone(),
        })
    }

    /// A new session, or a snapshot instead of one: everything goes.
    pub fn restart(&mut self) {
        self.flow.restart();
        self.book.restart();
        self.names.fill(None);
    }

    /// Takes a message; its ticks go to `ticks`, with the index and the stamp given here.
    pub fn message(&mut self, data: &[u8], index: u64, hw_time: u64, ticks: &mut impl FnMut(Tick)) {
        let Ok(message) = itch::decode(data) else { return };
        let head = message.head();
        self.time = head.time;
        match message {
            Message::StockDirectory { stock, .. } => {
                self.names[usize::from(head.locate)] = Some(stock);
            }
            Message::Add { order, .. } => {
                self.names[usize::from(head.locate)].get_or_insert(order.stock);
            }
            _ => {}
        }
        let delivered = Delivered { index, hw_time, bad: false };
        let Self { flow, map, book, counters, .. } = self;
        flow.message(&message, delivered, map, book, counters, &mut |entry| {
            if let Entry::Tick(tick) = entry {
                ticks(tick);
            }
        });
    }

    /// Its locates and orders.
    #[must_use]
    pub fn flow(&self) -> &ItchFlow {
        &self.flow
    }

    /// Its books.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// What a locate was last said to name.
    #[must_use]
    pub fn name(&self, locate: u16) -> Option<Symbol> {
        self.names[usize::from(locate)]
    }

    /// Feed time of the last message, ns since midnight.
    #[must_use]
    pub fn time(&self) -> u64 {
        self.time
    }

    /// The card that it is for.
    #[must_use]
    pub fn config(&self) -> &CardConfig {
        &self.config
    }
}
