//! Slots: published tops of book, statuses, centres, and the ticks that a message gives.

use escapement_codec::entry::{MAYBE_BAD_BOOK, SLOT_NONE};
use escapement_codec::{Entry, PriceKind, RefreshState, Tick, TickKind};

use crate::config::CardConfig;
use crate::counters::Counters;
use crate::iex::{Head, Message, Side};
use crate::levels::{Change, LevelStore};
use crate::recentre::{After, Centre};
use crate::symbol_map::SymbolMap;
use escapement_abi::{Event, MessageDisposition};

/// Price and size of a side; none when it is empty.
type Quote = Option<(i64, u64)>;

#[derive(Debug, Clone, Default)]
struct Slot {
    tick: u32,
    touched: bool,
    bad: bool,
    known: bool,
    status: u8,
    published: [Quote; 2],
    centres: [Centre; 3],
}

/// What a delivered message's ticks have in common.
#[derive(Debug, Clone, Copy)]
pub struct Delivered {
    /// Message index.
    pub index: u64,
    /// Stamp of its frame.
    pub hw_time: u64,
    /// The feed was MAYBE_BAD_BOOK when it was delivered.
    pub bad: bool,
}

/// All slots of the card.
#[derive(Debug, Clone)]
pub struct Book {
    map: SymbolMap,
    slots: Vec<Slot>,
    levels: LevelStore,
    recentre_run: u8,
}

impl Book {
    /// Empty books for a configuration that was checked.
    #[must_use]
    pub fn new(config: &CardConfig) -> Self {
        let mut slots = vec![Slot::default(); usize::from(config.slots)];
        for instrument in &config.instruments {
            let slot = &mut slots[usize::from(instrument.slot)];
            slot.tick = instrument.tick;
            slot.centres =
                instrument.centres.map(|centre| centre.map_or(Centre::default(), Centre::preset));
            slot.touched = instrument.centres.iter().any(Option::is_some);
        }
        Self {
            map: SymbolMap::new(config.instruments.iter().map(|i| (i.symbol, i.slot))),
            slots,
            levels: LevelStore::new(config.levels, config.slots),
            recentre_run: config.recentre_run,
        }
    }

    /// The session restarted: books, published sides, statuses and flags go; centres stay.
    pub fn restart(&mut self) {
        self.levels.clear();
        for slot in &mut self.slots {
            slot.bad = false;
            slot.known = false;
            slot.status = 0;
            slot.published = [None; 2];
        }
    }

    /// Levels held now.
    #[must_use]
    pub fn levels(&self) -> &LevelStore {
        &self.levels
    }

    /// Takes one decoded message; its ticks and recentres go to `out`.
    #[inline]
    pub fn message(
        &mut self,
        message: &Message,
        delivered: Delivered,
        counters: &mut Counters,
        out: &mut impl FnMut(Entry),
    ) -> MessageDisposition {
        use MessageDisposition as D;
        match *message {
            Message::SystemEvent { event, time } => {
                counters.tick(TickKind::Status);
                out(Entry::Tick(Tick {
                    kind: TickKind::Status,
                    slot: SLOT_NONE,
                    msg_index: delivered.index,
                    feed_time: time,
                    hw_time: delivered.hw_time,
                    price: None,
                    code: 0,
                    epoch: 0,
                    size: 0,
                    side: event,
                    flags: 0,
                }));
                D::Ticked
            }
            Message::SecurityDirectory { .. }
            | Message::RetailLiquidity { .. }
            | Message::OperationalHalt { .. }
            | Message::ShortSalePriceTest { .. }
            | Message::SecurityEvent { .. }
            | Message::OfficialPrice { .. }
            | Message::Auction { .. } => D::NotBookRelevant,
            Message::TradingStatus { head, .. } => {
                self.on_slot(head, delivered, counters, out, |mut at| {
                    at.slot.status = head.code;
                    at.plain_tick(TickKind::Status, 0, head.code);
                    D::Ticked
                })
            }
            Message::TradeBreak { head, trade_id, .. } => {
                self.on_slot(head, delivered, counters, out, |mut at| {
                    at.plain_tick(TickKind::TradeBreak, trade_id as u64, 0);
                    D::Ticked
                })
            }
            Message::Trade { head, size, price, .. } => {
                self.on_slot(head, delivered, counters, out, |mut at| {
                    let moved = at.price_tick(TickKind::Trade, Some((price, u64::from(size))));
                    if let Some((epoch, centre)) = moved {
                        at.recentre(PriceKind::Trade, epoch, centre);
                    }
                    D::Ticked
                })
            }
            Message::Quote { head, bid_size, bid_price, ask_price, ask_size } => {
                self.on_slot(head, delivered, counters, out, |mut at| {
                    let quote = |price, size| (size > 0).then_some((price, u64::from(size)));
                    at.publish([quote(bid_price, bid_size), quote(ask_price, ask_size)])
                })
            }
            Message::PriceLevel { head, side, size, price } => {
                self.on_slot(head, delivered, counters, out, |mut at| {
                    match at.levels.set(at.number, side, price, size) {
                        Change::Done => {}
                        Change::Absent => at.counters.event(Event::AbsentLevel),
                        Change::Overflow => {
                            at.counters.event(Event::LevelOverflow);
                            at.slot.bad = true;
                        }
                    }
                    if head.code & 1 == 0 {
                        return D::EventOpen;
                    }
                    let best = |side| {
                        at.levels
                            .best(at.number, side)
                            .map(|(price, size)| (price, u64::from(size)))
                    };
                    let tops = [best(Side::Bid), best(Side::Ask)];
                    at.publish(tops)
                })
            }
        }
    }

    #[inline]
    fn on_slot<F: FnMut(Entry)>(
        &mut self,
        head: Head,
        delivered: Delivered,
        counters: &mut Counters,
        out: &mut F,
        act: impl FnOnce(At<'_, F>) -> MessageDisposition,
    ) -> MessageDisposition {
        let Some(number) = self.map.slot(head.symbol) else {
            return MessageDisposition::Unmapped;
        };
        let slot = &mut self.slots[usize::from(number)];
        let flags = if delivered.bad || slot.bad { MAYBE_BAD_BOOK } else { 0 };
        act(At {
            number,
            slot,
            levels: &mut self.levels,
            recentre_run: self.recentre_run,
            feed_time: head.time,
            flags,
            delivered,
            counters,
            out,
        })
    }

    /// Re-announces a slot if anything was ever said of it.
    pub fn refresh(
        &mut self,
        slot_number: u16,
        hw_time: u64,
        next_index: u64,
        feed_bad: bool,
        counters: &mut Counters,
        out: &mut impl FnMut(Entry),
    ) {
        let slot = &mut self.slots[usize::from(slot_number)];
        if !slot.touched {
            return;
        }
        for kind in PriceKind::ALL {
            let centre = &mut slot.centres[kind as usize];
            centre.announced();
            let state = RefreshState {
                centre: centre.price(),
                quote: slot.published.get(kind as usize).copied().flatten(),
                known: kind != PriceKind::Trade && slot.known,
                epoch: centre.epoch(),
                flags: if feed_bad || slot.bad { MAYBE_BAD_BOOK } else { 0 },
                status: slot.status,
            };
            counters.refreshes += 1;
            out(Entry::Refresh { hw_time, next_index, slot: slot_number, kind, state });
        }
    }
}

/// One message at its slot.
struct At<'a, F: FnMut(Entry)> {
    number: u16,
    slot: &'a mut Slot,
    levels: &'a mut LevelStore,
    recentre_run: u8,
    feed_time: i64,
    flags: u8,
    delivered: Delivered,
    counters: &'a mut Counters,
    out: &'a mut F,
}

impl<F: FnMut(Entry)> At<'_, F> {
    /// Compares both sides with the published ones; a tick for each that differs, bid first, then their recentres.
    fn publish(&mut self, tops: [Quote; 2]) -> MessageDisposition {
        let mut disposition = MessageDisposition::NoChange;
        let mut moves = [None; 2];
        self.slot.known = true;
        for (side, kind) in [TickKind::Bid, TickKind::Ask].into_iter().enumerate() {
            if self.slot.published[side] != tops[side] {
                self.slot.published[side] = tops[side];
                moves[side] = self.price_tick(kind, tops[side]);
                disposition = MessageDisposition::Ticked;
            }
        }
        for (kind, (epoch, centre)) in [PriceKind::Bid, PriceKind::Ask]
            .into_iter()
            .zip(moves)
            .filter_map(|(k, m)| Some((k, m?)))
        {
            self.recentre(kind, epoch, centre);
        }
        disposition
    }

    /// A tick with a price, or of an emptied side. Epoch and price of the centre that it moves: the entry of that waits
    /// for the message's last tick.
    fn price_tick(&mut self, kind: TickKind, quote: Quote) -> Option<(u8, i64)> {
        let price_kind = PriceKind::of_tick(kind)?;
        let Some((price, size)) = quote else {
            self.plain_tick(kind, 0, 0);
            return None;
        };
        let coded =
            self.slot.centres[price_kind as usize].code(price, self.slot.tick, self.recentre_run);
        if coded.code == 0 {
            self.counters.escapes += 1;
        }
        self.emit(Tick {
            price: Some(price),
            code: coded.code,
            epoch: coded.epoch,
            size,
            ..self.tick(kind)
        });
        match coded.after {
            After::Stays => None,
            After::Held => {
                self.counters.event(Event::RecentreHeld);
                None
            }
            After::Moves { epoch, centre } => Some((epoch, centre)),
        }
    }

    fn recentre(&mut self, kind: PriceKind, epoch: u8, centre: i64) {
        self.counters.recentres += 1;
        (self.out)(Entry::Recentre {
            hw_time: self.delivered.hw_time,
            next_index: self.delivered.index,
            slot: self.number,
            kind,
            epoch,
            centre,
        });
    }

    fn plain_tick(&mut self, kind: TickKind, size: u64, side: u8) {
        self.emit(Tick { size, side, ..self.tick(kind) });
    }

    fn tick(&self, kind: TickKind) -> Tick {
        Tick {
            kind,
            slot: self.number,
            msg_index: self.delivered.index,
            feed_time: self.feed_time,
            hw_time: self.delivered.hw_time,
            price: None,
            code: 0,
            epoch: 0,
            size: 0,
            side: 0,
            flags: self.flags,
        }
    }

    fn emit(&mut self, tick: Tick) {
        self.slot.touched = true;
        self.counters.tick(tick.kind);
        (self.out)(Entry::Tick(tick));
    }
}
