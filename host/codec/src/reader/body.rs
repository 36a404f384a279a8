//! The entries of a body one after the other, and the fields that all forms share.

use super::item::{LineItem, LinePrice};
use crate::entry::TickKind;
use crate::error::{Fault, LineError};
use crate::format;
use crate::layout::{compact, full};
use crate::nibbles::{length_nibble, unzigzag, value_nibbles, Cursor, Ended};

impl From<Ended> for Fault {
    fn from(_: Ended) -> Self {
        Fault::Ended
    }
}

/// What later entries of a slot lean on, of one kind of price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    pub(super) epoch: Option<u8>,
    pub(super) price: LinePrice,
}

pub(super) const NEW_SIDE: Side = Side { epoch: None, price: LinePrice::None };

/// What the next entry leans on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    pub(super) msg_index: u64,
    pub(super) feed_time: i64,
    pub(super) hw_time: u64,
    pub(super) slot: Option<u16>,
    pub(super) flags: u8,
    pub(super) sides: [Side; 3],
}

/// Iterates over the entries of a body of any length: of a line or, later, of a link frame.
///
/// After an error the iterator ends.
#[derive(Debug, Clone)]
pub struct BodyReader<'a> {
    pub(super) cursor: Cursor<'a>,
    count: u8,
    /// Entries read.
    pub(super) done: u8,
    failed: bool,
    pub(super) running: Running,
}

impl<'a> BodyReader<'a> {
    /// Reads `count` entries from `body`, starting from the header's bases.
    #[must_use]
    pub fn new(body: &'a [u8], count: u8, hw_time: u64, msg_index: u64) -> Self {
        Self {
            cursor: Cursor::new(body),
            count,
            done: 0,
            failed: false,
            running: Running {
                msg_index,
                feed_time: hw_time as i64,
                hw_time,
                slot: None,
                flags: 0,
                sides: [NEW_SIDE; 3],
            },
        }
    }

    #[inline]
    pub(super) fn pn(&mut self, field: &'static str) -> Result<u64, Fault> {
        let length = self.cursor.take(1)? as u32;
        let value = self.cursor.take(value_nibbles(length))?;
        if length_nibble(value) == length {
            Ok(value)
        } else {
            Err(Fault::NotShortest(field))
        }
    }

    /// A field that may only be present when it is not zero.
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

    #[inline]
    pub(super) fn name_slot(&mut self, named: bool) -> Result<Option<u16>, Fault> {
        if named {
            let slot = self.cursor.take(3)? as u16;
            if self.running.slot == Some(slot) {
                return Err(Fault::NotShortest("slot"));
            }
            self.running.slot = Some(slot);
            self.running.sides = [NEW_SIDE; 3];
        }
        Ok(self.running.slot)
    }

    /// A code byte and, for the escape, its exact price. The epoch is the one given since the slot was named.
    #[inline]
    pub(super) fn code(&mut self, epoch: Option<u8>) -> Result<LinePrice, Fault> {
        match self.cursor.take(2)? as u8 {
            0 => Ok(LinePrice::Exact(unzigzag(self.pn("exact price")?))),
            code => match epoch {
                Some(epoch) => Ok(LinePrice::Coded { code, epoch }),
                None => Err(Fault::Illegal("code without an epoch")),
            },
        }
    }

    #[inline]
    fn entry(&mut self) -> Result<LineItem, Fault> {
        let low = self.cursor.take(1)? as u16;
        if low as u8 & compact::KIND_MASK != 0 {
            let descriptor = low as u8 | (self.cursor.take(1)? as u8) << 4;
            return self.compact(descriptor);
        }
        let descriptor = low | (self.cursor.take(3)? as u16) << 4;
        let number = (descriptor >> full::KIND_SHIFT & full::KIND_MASK) as u8;
        if number >= format::FIRST_CONTROL {
            self.control(number, descriptor)
        } else {
            match TickKind::from_number(number) {
                Some(kind) => self.full(kind, descriptor),
                None => Err(Fault::Kind(number)),
            }
        }
    }

    #[inline]
    fn rest_is_zero(&mut self) -> bool {
        while self.cursor.left() > 0 {
            let count = self.cursor.left().min(16) as u32;
            if self.cursor.take(count) != Ok(0) {
                return false;
            }
        }
        true
    }
}

impl Iterator for BodyReader<'_> {
    type Item = Result<LineItem, LineError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let nibble = self.cursor.at() as u16;
        if self.done == self.count {
            self.failed = true;
            if self.rest_is_zero() {
                return None;
            }
            let fault = Fault::TrailingNibbles;
            return Some(Err(LineError::Entry { entry: self.done, nibble, fault }));
        }
        match self.entry() {
            Ok(item) => {
                self.done += 1;
                Some(Ok(item))
            }
            Err(fault) => {
                self.failed = true;
                Some(Err(LineError::Entry {
                    entry: self.done,
                    nibble: self.cursor.at() as u16,
                    fault,
                }))
            }
        }
    }
}
