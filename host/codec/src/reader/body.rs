//! The entries of a body one after the other, and the fields that all forms share.

use super::item::{LineItem, LinePrice};
use crate::entry::TickKind;
use crate::error::{Fault, LineError};
use crate::format::limit;
use crate::layout::descriptor;
use crate::nibbles::{length_nibble, unzigzag, value_nibbles, Cursor, Ended};
use crate::recent::Side;
use crate::running::{Clock, Running};

impl From<Ended> for Fault {
    fn from(_: Ended) -> Self {
        Fault::Ended
    }
}

/// Iterates over the entries of a body of any length, of a line or, later, of a link frame, with places for `P` slots:
/// [`places_of`](crate::places_of) that length.
///
/// After an error the iterator ends.
#[derive(Debug, Clone)]
pub struct BodyReader<'a, const P: usize> {
    pub(super) cursor: Cursor<'a>,
    /// Entries read.
    done: u16,
    ended: bool,
    pub(super) running: Running<P>,
}

impl<'a, const P: usize> BodyReader<'a, P> {
    /// Reads entries from `body`, starting from the header's bases.
    #[must_use]
    pub fn new(body: &'a [u8], hw_time: u64, msg_index: u64, clock: Clock) -> Self {
        let running = Running::at(hw_time, msg_index, clock);
        Self { cursor: Cursor::new(body), done: 0, ended: false, running }
    }

    /// Nothing was read yet.
    #[inline]
    pub(super) fn is_first(&self) -> bool {
        self.done == 0
    }

    #[inline]
    pub(super) fn pn(&mut self, field: &'static str) -> Result<u64, Fault> {
        let length = self.cursor.take(1)? as u32;
        self.pn_of(length, field)
    }

    /// The rest of a number whose length nibble was taken.
    #[inline]
    pub(super) fn pn_of(&mut self, length: u32, field: &'static str) -> Result<u64, Fault> {
        let value = self.cursor.take(value_nibbles(length))?;
        if length_nibble(value) == length {
            Ok(value)
        } else {
            Err(Fault::NotShortest(field))
        }
    }

    /// A number that may only be there when it is not zero.
    #[inline]
    pub(super) fn present_pn(&mut self, present: bool, field: &'static str) -> Result<u64, Fault> {
        if !present {
            return Ok(0);
        }
        match self.pn(field)? {
            0 => Err(Fault::NotShortest(field)),
            value => Ok(value),
        }
    }

    /// The slot of the entry: told, or the one in front.
    #[inline]
    pub(super) fn slot(&mut self, told: bool) -> Result<u16, Fault> {
        let front = self.running.recent.front();
        if !told {
            return front.ok_or(Fault::NoSlot);
        }
        let slot = self.cursor.take(3)? as u16;
        if front == Some(slot) {
            return Err(Fault::NotShortest("slot"));
        }
        Ok(slot)
    }

    /// A code byte and what it needs, behind a price of the same kind; what is known from here on.
    #[inline]
    pub(super) fn code(&mut self, before: Side) -> Result<Side, Fault> {
        let after = match self.cursor.take(2)? as u8 {
            0 => {
                let price = LinePrice::Exact(unzigzag(self.pn("exact price")?));
                Side { price, epoch: before.epoch }
            }
            code => {
                let epoch = match before.epoch {
                    Some(epoch) => epoch,
                    None => self.cursor.take(2)? as u8,
                };
                Side { price: LinePrice::Coded { code, epoch }, epoch: Some(epoch) }
            }
        };
        if after.price == before.price {
            return Err(Fault::NotShortest("price"));
        }
        Ok(after)
    }

    /// The price before, once more.
    #[inline]
    pub(super) fn same(before: Side) -> Result<Side, Fault> {
        match before.price {
            LinePrice::None => Err(Fault::NoPriceYet),
            LinePrice::Exact(_) | LinePrice::Coded { .. } => Ok(before),
        }
    }

    /// The next entry; none behind the last one.
    #[inline]
    fn entry(&mut self) -> Result<Option<LineItem>, Fault> {
        if self.cursor.left() < 2 {
            return self.end();
        }
        let byte = self.cursor.take(2)? as u8;
        if byte >= descriptor::COMPACT {
            return self.compact(None, byte).map(Some);
        }
        if byte >= descriptor::PREFIX {
            return self.prefixed(byte).map(Some);
        }
        if byte == 0 {
            return self.end();
        }
        if usize::from(byte) == limit::CONTROL {
            return self.control().map(Some);
        }
        match TickKind::from_number(byte) {
            Some(kind) => self.full(kind).map(Some),
            None => Err(Fault::Kind(byte)),
        }
    }

    /// All that is left must be zero.
    fn end(&mut self) -> Result<Option<LineItem>, Fault> {
        if self.is_first() && !self.cursor.is_empty() {
            return Err(Fault::Ended);
        }
        while self.cursor.left() > 0 {
            let count = self.cursor.left().min(16) as u32;
            if self.cursor.take(count)? != 0 {
                return Err(Fault::TrailingNibbles);
            }
        }
        Ok(None)
    }
}

impl<const P: usize> Iterator for BodyReader<'_, P> {
    type Item = Result<LineItem, LineError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.entry() {
            Ok(Some(item)) => {
                self.done += 1;
                Some(Ok(item))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(fault) => {
                self.ended = true;
                let nibble = self.cursor.at() as u16;
                Some(Err(LineError::Entry { entry: self.done, nibble, fault }))
            }
        }
    }
}
