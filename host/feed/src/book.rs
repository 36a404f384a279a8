//! Slots: published tops of book, statuses, centres, and the ticks that a message gives.

use escapement_codec::entry::{MAYBE_BAD_BOOK, SLOT_NONE};
use escapement_codec::{crc32c, Entry, PriceKind, RefreshState, Tick, TickKind};

use crate::config::CardConfig;
use crate::counters::Counters;
use crate::levels::{Change, LevelStore};
use crate::protocol::Side;
use crate::recentre::{After, Centre};
use escapement_abi::{Event, MessageDisposition};

/// Price and size of a side; none when it is empty.
pub type Quote = Option<(i64, u64)>;

#[derive(Debug, Clone, Default)]
struct Slot {
    tick: u32,
    touched: bool,
    bad: bool,
    /// Orders that found no room in the order table and may still be live.
    untracked: u32,
    /// Released: it makes no tick and publishes nothing.
    muted: bool,
    /// Sum of the hashes of their references: 0 again when those that left are those that came.
    untracked_sum: u32,
    known: bool,
    status: u8,
    published: [Quote; 2],
    centres: [Centre; 3],
}

impl Slot {
    /// Its book cannot be proven.
    #[inline]
    fn is_bad(&self) -> bool {
        self.bad || self.untracked > 0
    }
}

/// What an untracked order's reference adds to its slot's sum.
fn reference_hash(reference: u64) -> u32 {
    crc32c(&reference.to_le_bytes())
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
    slots: Vec<Slot>,
    levels: LevelStore,
    recentre_run: u8,
}

impl Book {
    /// Empty books for a configuration that was checked.
    #[must_use]
    pub fn new(config: &CardConfig) -> Self {
        let mut slots = vec![Slot::default(); usize::from(config.slots)];
        let mut levels = LevelStore::new(config.levels, config.slots);
        for instrument in &config.instruments {
            let slot = &mut slots[usize::from(instrument.slot)];
            slot.tick = instrument.tick;
            levels.set_tick(instrument.slot, instrument.tick);
            slot.centres =
                instrument.centres.map(|centre| centre.map_or(Centre::default(), Centre::preset));
            slot.touched = instrument.centres.iter().any(Option::is_some);
        }
        Self { slots, levels, recentre_run: config.recentre_run }
    }

    /// The session restarted: books, published sides, statuses and flags go; centres stay.
    pub fn restart(&mut self) {
        self.levels.clear();
        for slot in &mut self.slots {
            slot.bad = false;
            slot.untracked = 0;
            slot.untracked_sum = 0;
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

    /// A message that belongs to no instrument: one status tick.
    pub fn system_event(
        &mut self,
        event: u8,
        feed_time: i64,
        delivered: Delivered,
        counters: &mut Counters,
        out: &mut impl FnMut(Entry),
    ) -> MessageDisposition {
        counters.tick(TickKind::Status);
        out(Entry::Tick(Tick {
            kind: TickKind::Status,
            slot: SLOT_NONE,
            msg_index: delivered.index,
            feed_time,
            hw_time: delivered.hw_time,
            price: None,
            code: 0,
            epoch: 0,
            size: 0,
            side: event,
            flags: 0,
        }));
        MessageDisposition::Ticked
    }

    /// The slot, for what one message does to it. The flags of its ticks are settled now.
    #[inline]
    pub fn at<'a, F: FnMut(Entry)>(
        &'a mut self,
        number: u16,
        feed_time: i64,
        delivered: Delivered,
        counters: &'a mut Counters,
        out: &'a mut F,
    ) -> At<'a, F> {
        let slot = &mut self.slots[usize::from(number)];
        let flags = if delivered.bad || slot.is_bad() { MAYBE_BAD_BOOK } else { 0 };
        At {
            number,
            slot,
            levels: &mut self.levels,
            recentre_run: self.recentre_run,
            feed_time,
            flags,
            delivered,
            counters,
            out,
        }
    }

    /// Flags a slot from the next message on.
    pub fn mark(&mut self, slot: u16) {
        self.slots[usize::from(slot)].bad = true;
    }

    /// Orders of a slot that are not in the order table.
    #[must_use]
    pub fn untracked(&self, slot: u16) -> u32 {
        self.slots[usize::from(slot)].untracked
    }

    /// A slot's status byte; 0 before the first.
    #[must_use]
    pub fn status(&self, slot: u16) -> u8 {
        self.slots[usize::from(slot)].status
    }

    /// Bid and ask as last published.
    #[must_use]
    pub fn published(&self, slot: u16) -> [Quote; 2] {
        self.slots[usize::from(slot)].published
    }

    /// A slot's book cannot be proven, whatever the feed's flag says.
    #[must_use]
    pub fn is_bad(&self, slot: u16) -> bool {
        self.slots[usize::from(slot)].is_bad()
    }

    /// Slots of the card.
    #[must_use]
    pub fn slots(&self) -> u16 {
        self.slots.len() as u16
    }

    /// The host says whether a slot's book is proven.
    pub fn set_doubt(&mut self, slot: u16, doubtful: bool) {
        self.slots[usize::from(slot)].bad = doubtful;
    }

    /// The slot was released, or assigned to another instrument: what was published of the one before is forgotten.
    /// Released it is muted; assigned it is in doubt until the host has proven it.
    pub fn change_hands(&mut self, slot: u16, assigned: bool) {
        // What was published is not the best any more.
        self.levels.mark_moved(slot);
        let slot = &mut self.slots[usize::from(slot)];
        slot.muted = !assigned;
        slot.bad = assigned;
        slot.touched = false;
        slot.known = false;
        slot.status = 0;
        slot.published = [None; 2];
        slot.centres.iter_mut().for_each(Centre::forget);
    }

    /// Sets a slot's tick size; it must hold no level.
    pub fn set_tick(&mut self, slot: u16, tick: u32) {
        self.slots[usize::from(slot)].tick = tick;
        self.levels.set_tick(slot, tick);
    }

    /// An order that was not in the table has gone. If the last one to go leaves others' references behind, one of those that
    /// went never was, and one that is has been forgotten.
    pub fn untracked_order_left(&mut self, slot: u16, reference: u64) {
        let slot = &mut self.slots[usize::from(slot)];
        slot.untracked = slot.untracked.saturating_sub(1);
        slot.untracked_sum = slot.untracked_sum.wrapping_sub(reference_hash(reference));
        if slot.untracked == 0 && slot.untracked_sum != 0 {
            slot.untracked_sum = 0;
            slot.bad = true;
        }
    }

    /// An order that was not in the table goes on under another reference.
    pub fn untracked_order_renamed(&mut self, slot: u16, from: u64, to: u64) {
        let sum = &mut self.slots[usize::from(slot)].untracked_sum;
        *sum = sum.wrapping_add(reference_hash(to)).wrapping_sub(reference_hash(from));
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
                flags: if feed_bad || slot.is_bad() { MAYBE_BAD_BOOK } else { 0 },
                status: slot.status,
            };
            counters.refreshes += 1;
            out(Entry::Refresh { hw_time, next_index, slot: slot_number, kind, state });
        }
    }
}

/// One message at a slot.
pub struct At<'a, F: FnMut(Entry)> {
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
    /// A status tick; the slot remembers the status.
    pub fn status(&mut self, status: u8) -> MessageDisposition {
        if self.slot.muted {
            return MessageDisposition::NoChange;
        }
        self.slot.status = status;
        self.plain_tick(TickKind::Status, 0, status);
        MessageDisposition::Ticked
    }

    /// A trade was broken.
    pub fn trade_break(&mut self, id: u64) -> MessageDisposition {
        if self.slot.muted {
            return MessageDisposition::NoChange;
        }
        self.plain_tick(TickKind::TradeBreak, id, 0);
        MessageDisposition::Ticked
    }

    /// A trade that changes no book.
    pub fn trade(&mut self, price: i64, size: u64) -> MessageDisposition {
        if self.slot.muted {
            return MessageDisposition::NoChange;
        }
        let moved = self.price_tick(TickKind::Trade, Some((price, size)), 0);
        self.recentres([None, None, moved]);
        MessageDisposition::Ticked
    }

    /// Sets a level's size; 0 removes it.
    #[inline]
    pub fn set_level(&mut self, side: Side, price: i64, size: u64) {
        let change = self.levels.set(self.number, side, price, size);
        self.changed(change);
    }

    /// Adds an order's shares to its level.
    #[inline]
    pub fn gain(&mut self, side: Side, price: i64, shares: u32) {
        let change = self.levels.gain(self.number, side, price, shares);
        self.changed(change);
    }

    /// Takes shares off a level.
    #[inline]
    pub fn lose(&mut self, side: Side, price: i64, shares: u32) {
        let change = self.levels.lose(self.number, side, price, shares);
        self.changed(change);
    }

    #[inline]
    fn changed(&mut self, change: Change) {
        match change {
            Change::Done => {}
            Change::Absent => self.counters.event(Event::AbsentLevel),
            Change::Clamped => self.counters.event(Event::LevelClamped),
            Change::Overflow => {
                self.counters.event(Event::LevelOverflow);
                self.mark();
            }
        }
    }

    /// Flags the slot from the next message on.
    pub fn mark(&mut self) {
        self.slot.bad = true;
    }

    /// An order found no room in the order table: what this message's own ticks say may already be wrong.
    pub fn order_untracked(&mut self, reference: u64) {
        self.slot.untracked = self.slot.untracked.saturating_add(1);
        self.slot.untracked_sum = self.slot.untracked_sum.wrapping_add(reference_hash(reference));
        self.flags = MAYBE_BAD_BOOK;
    }

    /// An event of this message.
    pub fn event(&mut self, event: Event) {
        self.counters.event(event);
    }

    /// Publishes a quote as it was sent.
    #[inline]
    pub fn publish_quote(&mut self, tops: [Quote; 2]) -> MessageDisposition {
        self.publish(tops, None)
    }

    /// Publishes the best levels, after the trade that took from them, if there was one: price, size and aggressor.
    #[inline]
    pub fn publish_best(&mut self, trade: Option<(i64, u64, u8)>) -> MessageDisposition {
        if self.slot.muted {
            return MessageDisposition::NoChange;
        }
        let number = self.number;
        // What was published last is the best as it was then.
        if !self.levels.take_moved(number) && trade.is_none() {
            self.slot.known = true;
            return MessageDisposition::NoChange;
        }
        let levels = &self.levels;
        let tops = [levels.best(number, Side::Bid), levels.best(number, Side::Ask)];
        self.publish(tops, trade)
    }

    /// A trade tick if there was one, then both sides against the published ones: a tick for each that differs, bid
    /// first; then the centres that they move.
    #[inline]
    fn publish(&mut self, tops: [Quote; 2], trade: Option<(i64, u64, u8)>) -> MessageDisposition {
        let mut disposition = MessageDisposition::NoChange;
        if self.slot.muted {
            return disposition;
        }
        let mut moves = [None; 3];
        self.slot.known = true;
        if let Some((price, size, side)) = trade {
            moves[PriceKind::Trade as usize] =
                self.price_tick(TickKind::Trade, Some((price, size)), side);
            disposition = MessageDisposition::Ticked;
        }
        for (side, kind) in [TickKind::Bid, TickKind::Ask].into_iter().enumerate() {
            if self.slot.published[side] != tops[side] {
                self.slot.published[side] = tops[side];
                moves[side] = self.price_tick(kind, tops[side], 0);
                disposition = MessageDisposition::Ticked;
            }
        }
        if moves != [None; 3] {
            self.recentres(moves);
        }
        disposition
    }

    /// The centres that a message moved, by price kind; told in the order trade, bid, ask.
    fn recentres(&mut self, moves: [Option<(u8, i64)>; 3]) {
        for kind in [PriceKind::Trade, PriceKind::Bid, PriceKind::Ask] {
            if let Some((epoch, centre)) = moves[kind as usize] {
                self.recentre(kind, epoch, centre);
            }
        }
    }

    /// A tick with a price, or of an emptied side. Epoch and price of the centre that it moves: the entry of that waits
    /// for the message's last tick.
    fn price_tick(&mut self, kind: TickKind, quote: Quote, side: u8) -> Option<(u8, i64)> {
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
            side,
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
