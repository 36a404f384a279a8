//! Control entries.

use super::body::BodyReader;
use super::item::LineItem;
use crate::entry::{Entry, PriceKind, RefreshState};
use crate::error::Fault;
use crate::format::{self, control_bit, kind};
use crate::layout::INDEX_MASK;
use crate::nibbles::unzigzag;

impl<const P: usize> BodyReader<'_, P> {
    pub(super) fn control(&mut self) -> Result<LineItem, Fault> {
        let bits = self.cursor.take(2)? as u8;
        let has = |bit: u8| bits >> bit & 1 != 0;
        let number = bits & 0x1f;
        if number < format::FIRST_CONTROL || bits >> 7 != 0 {
            return Err(Fault::Illegal("kind of a control entry"));
        }
        let names = format::control_names_slot(number);
        if names == Some(false) && has(control_bit::HAS_SLOT) {
            return Err(Fault::Illegal("slot of a control entry that has none"));
        }
        let slot = match names {
            Some(true) => self.slot(has(control_bit::HAS_SLOT))?,
            _ if has(control_bit::HAS_SLOT) => self.slot(true)?,
            _ => format::slot::NONE,
        };
        if self.is_first() && has(control_bit::HAS_HW) {
            return Err(Fault::Illegal("first entry away from the header's bases"));
        }
        let hw_delta = unzigzag(self.present_pn(has(control_bit::HAS_HW), "hardware time")?);
        self.running.hw_time = self.running.hw_time.wrapping_add(hw_delta as u64);
        let declared = self.cursor.take(2)? as u8;
        let start = self.cursor.at();
        let (hw_time, running_index) = (self.running.hw_time, self.running.msg_index);
        let entry = match number {
            kind::GAP => Entry::Gap {
                hw_time,
                first: self.pn("first lost sequence")?,
                count: self.pn("count")?,
                next_index: self.next_index()?,
            },
            kind::TICKS_DROPPED => Entry::TicksDropped {
                hw_time,
                next_index: running_index,
                slot,
                count: self.pn("count")?,
            },
            kind::RECENTRE => {
                let price_kind = self.price_kind()?;
                let epoch = self.cursor.take(2)? as u8;
                let centre = unzigzag(self.pn("centre")?);
                Entry::Recentre {
                    hw_time,
                    next_index: running_index,
                    slot,
                    kind: price_kind,
                    epoch,
                    centre,
                }
            }
            kind::REFRESH => {
                let price_kind = self.price_kind()?;
                let state = self.refresh_state()?;
                Entry::Refresh { hw_time, next_index: running_index, slot, kind: price_kind, state }
            }
            kind::VOID => Entry::Void {
                hw_time,
                next_index: running_index,
                first: self.pn("first sequence")?,
                count: self.pn("count")?,
                disposition: self.cursor.take(2)? as u8,
            },
            kind::TIME_STEP => Entry::TimeStep {
                hw_time,
                next_index: running_index,
                step: unzigzag(self.pn("time step")?),
            },
            kind::HEARTBEAT => Entry::Heartbeat {
                hw_time,
                next_index: self.next_index()?,
                next_seq: self.pn("next sequence")?,
            },
            kind::SLOT_ASSIGNED => {
                let generation = self.cursor.take(2)? as u8;
                let symbol = self.pn("symbol")?.to_le_bytes();
                Entry::SlotAssigned { hw_time, next_index: running_index, slot, generation, symbol }
            }
            kind::SLOT_RELEASED => {
                let generation = self.cursor.take(2)? as u8;
                Entry::SlotReleased { hw_time, next_index: running_index, slot, generation }
            }
            kind::RESTART => Entry::Restart {
                hw_time,
                session: self.pn("session id")?,
                next_index: self.next_index()?,
            },
            _ => {
                self.cursor.skip(declared as usize)?;
                return Ok(LineItem::Unknown { kind: number, nibbles: declared });
            }
        };
        let used = (self.cursor.at() - start) as u8;
        if used != declared {
            return Err(Fault::PayloadLength { declared, used });
        }
        self.running.pass_control(&entry);
        Ok(LineItem::Control(entry))
    }

    /// The index in a control entry's payload; where it is the first entry, the header has it too.
    fn next_index(&mut self) -> Result<u64, Fault> {
        let index = self.pn("next message index")?;
        if index > INDEX_MASK || (self.is_first() && index != self.running.msg_index) {
            return Err(Fault::Illegal("next message index"));
        }
        Ok(index)
    }

    fn price_kind(&mut self) -> Result<PriceKind, Fault> {
        PriceKind::from_number(self.cursor.take(1)? as u8).ok_or(Fault::Illegal("price kind"))
    }

    fn refresh_state(&mut self) -> Result<RefreshState, Fault> {
        let bits = self.cursor.take(1)?;
        if bits > 7 {
            return Err(Fault::Illegal("state bits"));
        }
        let epoch = self.cursor.take(2)? as u8;
        let flags = self.cursor.take(2)? as u8;
        let status = self.cursor.take(2)? as u8;
        let centre = if bits & 1 != 0 { Some(unzigzag(self.pn("centre")?)) } else { None };
        let quote = if bits & 2 != 0 {
            Some((unzigzag(self.pn("price")?), self.pn("size")?))
        } else {
            None
        };
        Ok(RefreshState { centre, quote, known: bits & 4 != 0, epoch, flags, status })
    }
}
