//! Entries to lines: the golden packer.

use core::fmt;

use crate::crc32c::crc32c;
use crate::entry::{Entry, PriceKind, Tick, TickKind};
use crate::format::{self, full as bit, kind, offset};
use crate::layout::{compact, full, INDEX_MASK, SLOT_MAX};
use crate::nibbles::{zigzag, Body, Scratch};

/// Why an entry was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PushError {
    /// The entry does not fit behind those already stored. Finish the line, then push it again: an entry always fits
    /// into an empty 40-byte body.
    LineFull,
    /// A field has a value that the format has no place for (slot above 0xfff, side of a trade above 15).
    Unrepresentable,
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LineFull => "the line is full",
            Self::Unrepresentable => "the entry has a field that the line format cannot hold",
        })
    }
}

impl core::error::Error for PushError {}

/// Price of a kind as last written since the slot was named.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    epoch_given: bool,
    price: Option<i64>,
}

/// What the entries of one body lean on.
#[derive(Debug, Clone, Copy)]
struct Running {
    msg_index: u64,
    feed_time: i64,
    hw_time: u64,
    slot: Option<u16>,
    flags: u8,
    sides: [Side; 3],
}

impl Running {
    /// What the first entry leans on: the bases in the header, which are its own.
    #[inline]
    fn before(first: &Entry) -> Self {
        Self {
            msg_index: first.msg_index() & INDEX_MASK,
            feed_time: first.hw_time() as i64,
            hw_time: first.hw_time(),
            slot: None,
            flags: 0,
            sides: [Side::default(); 3],
        }
    }

    #[inline]
    fn name_slot(&mut self, slot: u16) {
        if self.slot != Some(slot) {
            self.slot = Some(slot);
            self.sides = [Side::default(); 3];
        }
    }

    /// The entry was stored.
    #[inline]
    fn pass(&mut self, entry: &Entry) {
        match entry {
            Entry::Tick(tick) => {
                self.name_slot(tick.slot);
                self.msg_index = tick.msg_index & INDEX_MASK;
                self.feed_time = tick.feed_time;
                self.hw_time = tick.hw_time;
                self.flags = tick.flags;
                if let (Some(kind), Some(price)) = (PriceKind::of_tick(tick.kind), tick.price) {
                    let side = &mut self.sides[kind as usize];
                    side.price = Some(price);
                    side.epoch_given |= tick.code != 0;
                }
            }
            control => {
                self.hw_time = control.hw_time();
                if let Some(slot) = slot_of(control) {
                    self.name_slot(slot);
                }
                match *control {
                    Entry::Recentre { kind, .. } => self.sides[kind as usize] = Side::default(),
                    Entry::SlotAssigned { .. } | Entry::SlotReleased { .. } => {
                        self.sides = [Side::default(); 3];
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The slot that a control entry is about.
#[inline]
fn slot_of(control: &Entry) -> Option<u16> {
    match *control {
        Entry::TicksDropped { slot, .. }
        | Entry::Recentre { slot, .. }
        | Entry::Refresh { slot, .. }
        | Entry::SlotAssigned { slot, .. }
        | Entry::SlotReleased { slot, .. } => Some(slot),
        _ => None,
    }
}

/// Packs entries into a body of `N` bytes: 40 for a line, more for a link frame.
///
/// Entries must come in the card's order: between two prices of the same slot and kind that hold the same code under
/// different centres stands the recentre entry.
#[derive(Debug, Clone)]
pub struct BodyWriter<const N: usize> {
    body: Body<N>,
    count: u8,
    first_hw_time: u64,
    first_index: u64,
    running: Running,
}

impl<const N: usize> Default for BodyWriter<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> BodyWriter<N> {
    /// An empty body.
    #[must_use]
    pub fn new() -> Self {
        const { assert!(N >= format::size::BODY, "a body holds any single entry only from 40 bytes on") };
        Self {
            body: Body::new(),
            count: 0,
            first_hw_time: 0,
            first_index: 0,
            running: Running {
                msg_index: 0,
                feed_time: 0,
                hw_time: 0,
                slot: None,
                flags: 0,
                sides: [Side::default(); 3],
            },
        }
    }

    /// Entries stored.
    #[must_use]
    pub fn count(&self) -> u8 {
        self.count
    }

    /// True while nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Nibbles used.
    #[must_use]
    pub fn nibbles(&self) -> usize {
        self.body.len()
    }

    /// The packed bytes; behind the entries they are zero.
    #[must_use]
    pub fn body(&self) -> &[u8; N] {
        self.body.bytes()
    }

    /// Hardware time of the first entry, for the header.
    #[must_use]
    pub fn first_hw_time(&self) -> u64 {
        self.first_hw_time
    }

    /// Message index of the first entry modulo 2^40, for the header.
    #[must_use]
    pub fn first_index(&self) -> u64 {
        self.first_index
    }

    /// Stores one entry, or says why not and leaves the body as it was.
    #[inline]
    pub fn push(&mut self, entry: &Entry) -> Result<(), PushError> {
        if self.count == u8::MAX {
            return Err(PushError::LineFull);
        }
        let first = self.count == 0;
        if first {
            self.running = Running::before(entry);
        }
        let mut out = Scratch::new();
        match entry {
            Entry::Tick(tick) => encode_tick(tick, first, &self.running, &mut out)?,
            control => encode_control(control, &self.running, &mut out)?,
        }
        if self.body.len() + out.len() > 2 * N {
            return Err(PushError::LineFull);
        }
        if first {
            self.first_hw_time = entry.hw_time();
            self.first_index = entry.msg_index() & INDEX_MASK;
        }
        self.body.append(&out);
        self.count += 1;
        self.running.pass(entry);
        Ok(())
    }

    /// Forgets all entries.
    #[inline]
    pub fn clear(&mut self) {
        // What entries lean on begins with the first one.
        self.body = Body::new();
        self.count = 0;
        self.first_hw_time = 0;
        self.first_index = 0;
    }
}

#[inline]
fn encode_tick(
    tick: &Tick,
    first: bool,
    running: &Running,
    out: &mut Scratch,
) -> Result<(), PushError> {
    let trade = tick.kind == TickKind::Trade;
    if tick.slot > SLOT_MAX || (trade && tick.side > 0xf) {
        return Err(PushError::Unrepresentable);
    }
    let step = (tick.msg_index.wrapping_sub(running.msg_index)) & INDEX_MASK;
    let time_delta = tick.feed_time.wrapping_sub(running.feed_time);
    let hw_delta = tick.hw_time.wrapping_sub(running.hw_time) as i64;
    let names_slot = running.slot != Some(tick.slot);
    // Naming the slot makes its sides new.
    let sides = if names_slot { &[Side::default(); 3] } else { &running.sides };
    let side = PriceKind::of_tick(tick.kind).map(|kind| kind as usize);
    // A price on a kind that has none in the format (a status) is not written.
    let price = side.and_then(|side| tick.price.map(|price| (side, price)));
    let same = price.is_some_and(|(side, price)| sides[side].price == Some(price));
    let established = side.is_some_and(|side| sides[side].epoch_given);

    let short = price.is_some()
        && !first
        && !names_slot
        && tick.flags == running.flags
        && hw_delta == 0
        && step <= compact::STEP_MAX
        && (0..compact::TIME_LIMIT as i64).contains(&time_delta)
        && tick.size < compact::SIZE_LIMIT
        && (same || tick.code == 0 || established);
    if short {
        let time_class = compact::time_class(time_delta as u64);
        let long_size = tick.size > 0xff;
        let mut descriptor = tick.kind as u8
            | (step as u8) << compact::STEP_SHIFT
            | time_class << compact::TIME_SHIFT;
        if same {
            descriptor |= compact::SAME_PRICE;
        }
        if long_size {
            descriptor |= compact::SIZE_LONG;
        }
        out.put(u64::from(descriptor), 2);
        if trade {
            out.put(u64::from(tick.side), 1);
        }
        if let (Some((_, price)), false) = (price, same) {
            put_code(tick.code, price, out);
        }
        out.put(time_delta as u64, 2 * u32::from(time_class));
        out.put(tick.size, 2 + u32::from(long_size));
    } else {
        let has_epoch = price.is_some() && !same && tick.code != 0 && !established;
        let price_form = match (price, same) {
            (None, _) => full::PRICE_NONE,
            (Some(_), false) => full::PRICE_CODE,
            (Some(_), true) => full::PRICE_SAME,
        };
        let descriptor = u16::from(tick.kind as u8) << full::KIND_SHIFT
            | set(names_slot, bit::HAS_SLOT)
            | set(tick.flags != running.flags, bit::HAS_FLAGS)
            | set(hw_delta != 0, bit::HAS_HW)
            | set(time_delta != 0, bit::HAS_TIME)
            | set(step != 0, bit::HAS_STEP)
            | price_form << full::PRICE_SHIFT
            | set(has_epoch, bit::HAS_EPOCH)
            | set(tick.size != 0, bit::HAS_SIZE);
        out.put(u64::from(descriptor), 4);
        if names_slot {
            out.put(u64::from(tick.slot), 3);
        }
        if tick.flags != running.flags {
            out.put(u64::from(tick.flags), 2);
        }
        if hw_delta != 0 {
            out.put_pn(zigzag(hw_delta));
        }
        if time_delta != 0 {
            out.put_pn(zigzag(time_delta));
        }
        if step != 0 {
            out.put_pn(step);
        }
        match tick.kind {
            TickKind::Trade => out.put(u64::from(tick.side), 1),
            TickKind::Status => out.put(u64::from(tick.side), 2),
            _ => {}
        }
        if has_epoch {
            out.put(u64::from(tick.epoch), 2);
        }
        if let (Some((_, price)), false) = (price, same) {
            put_code(tick.code, price, out);
        }
        if tick.size != 0 {
            out.put_pn(tick.size);
        }
    }
    Ok(())
}

#[inline]
fn put_code(code: u8, price: i64, out: &mut Scratch) {
    out.put(u64::from(code), 2);
    if code == 0 {
        out.put_pn(zigzag(price));
    }
}

#[inline]
fn set(condition: bool, bit: u16) -> u16 {
    if condition {
        bit
    } else {
        0
    }
}

fn encode_control(entry: &Entry, running: &Running, out: &mut Scratch) -> Result<(), PushError> {
    let mut payload = Scratch::new();
    let slot = slot_of(entry);
    let number = match *entry {
        Entry::Gap { next_index, first, count, .. } => {
            payload.put_pn(first);
            payload.put_pn(count);
            payload.put_pn(next_index & INDEX_MASK);
            kind::GAP
        }
        Entry::TicksDropped { count, .. } => {
            payload.put_pn(count);
            kind::TICKS_DROPPED
        }
        Entry::Recentre { kind: price_kind, epoch, centre, .. } => {
            payload.put(price_kind as u64, 1);
            payload.put(u64::from(epoch), 2);
            payload.put_pn(zigzag(centre));
            kind::RECENTRE
        }
        Entry::Refresh { kind: price_kind, state, .. } => {
            let bits = u64::from(state.centre.is_some())
                | u64::from(state.quote.is_some()) << 1
                | u64::from(state.known) << 2;
            payload.put(price_kind as u64, 1);
            payload.put(bits, 1);
            payload.put(u64::from(state.epoch), 2);
            payload.put(u64::from(state.flags), 2);
            payload.put(u64::from(state.status), 2);
            if let Some(centre) = state.centre {
                payload.put_pn(zigzag(centre));
            }
            if let Some((price, size)) = state.quote {
                payload.put_pn(zigzag(price));
                payload.put_pn(size);
            }
            kind::REFRESH
        }
        Entry::Void { first, count, disposition, .. } => {
            payload.put_pn(first);
            payload.put_pn(count);
            payload.put(u64::from(disposition), 2);
            kind::VOID
        }
        Entry::TimeStep { step, .. } => {
            payload.put_pn(zigzag(step));
            kind::TIME_STEP
        }
        Entry::Heartbeat { next_index, next_seq, .. } => {
            payload.put_pn(next_index & INDEX_MASK);
            payload.put_pn(next_seq);
            kind::HEARTBEAT
        }
        Entry::Restart { next_index, session, .. } => {
            payload.put_pn(session);
            payload.put_pn(next_index & INDEX_MASK);
            kind::RESTART
        }
        Entry::SlotAssigned { generation, symbol, .. } => {
            payload.put(u64::from(generation), 2);
            payload.put_pn(u64::from_le_bytes(symbol));
            kind::SLOT_ASSIGNED
        }
        Entry::SlotReleased { generation, .. } => {
            payload.put(u64::from(generation), 2);
            kind::SLOT_RELEASED
        }
        Entry::Tick(_) => return Err(PushError::Unrepresentable),
    };
    if slot.is_some_and(|slot| slot > SLOT_MAX) {
        return Err(PushError::Unrepresentable);
    }
    let hw_delta = entry.hw_time().wrapping_sub(running.hw_time) as i64;
    let named = slot.filter(|&slot| running.slot != Some(slot));
    let descriptor = u16::from(number) << full::KIND_SHIFT
        | set(named.is_some(), bit::HAS_SLOT)
        | set(hw_delta != 0, bit::HAS_HW);
    out.put(u64::from(descriptor), 4);
    if let Some(slot) = named {
        out.put(u64::from(slot), 3);
    }
    if hw_delta != 0 {
        out.put_pn(zigzag(hw_delta));
    }
    out.put(payload.len() as u64, 2);
    out.append(&payload);
    Ok(())
}

/// Packs entries into 64-byte lines.
///
/// ```
/// use escapement_codec::{decode_line, Entry, LineItem, LineWriter};
///
/// let entry = Entry::Heartbeat { hw_time: 5, next_index: 0, next_seq: 1 };
/// let mut writer = LineWriter::new();
/// writer.push(&entry).unwrap();
/// let line = writer.finish(0, 7);
/// let mut items = decode_line(&line).unwrap();
/// assert_eq!(items.next(), Some(Ok(LineItem::Control(entry))));
/// ```
#[derive(Debug, Clone, Default)]
pub struct LineWriter {
    body: BodyWriter<{ format::size::BODY }>,
}

impl LineWriter {
    /// An empty line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Entries stored.
    #[must_use]
    pub fn count(&self) -> u8 {
        self.body.count()
    }

    /// True while nothing is stored; an empty line must not be finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Stores one entry; [`PushError::LineFull`] asks to finish first.
    #[inline]
    pub fn push(&mut self, entry: &Entry) -> Result<(), PushError> {
        self.body.push(entry)
    }

    /// Closes the line and starts the next one. `line_seq` is the low 32 bits of the line's number.
    ///
    /// # Panics
    /// If nothing was pushed: a line is never empty.
    pub fn finish(&mut self, line_seq: u32, feed: u8) -> [u8; format::LINE_BYTES] {
        assert!(!self.is_empty(), "a line holds at least one entry");
        let mut line = [0u8; format::LINE_BYTES];
        line[offset::LINE_SEQ..offset::LINE_SEQ + 4].copy_from_slice(&line_seq.to_le_bytes());
        line[offset::HW_TIME..offset::HW_TIME + 8]
            .copy_from_slice(&self.body.first_hw_time().to_le_bytes());
        line[offset::MSG_INDEX..offset::MSG_INDEX + 5]
            .copy_from_slice(&self.body.first_index().to_le_bytes()[..5]);
        line[offset::VERSION_FLAGS] = format::VERSION << 4;
        line[offset::FEED] = feed;
        line[offset::COUNT] = self.body.count();
        line[offset::BODY..offset::BODY + format::size::BODY].copy_from_slice(self.body.body());
        let crc = crc32c(&line[..offset::CRC]);
        line[offset::CRC..].copy_from_slice(&crc.to_le_bytes());
        self.body.clear();
        line
    }
}
