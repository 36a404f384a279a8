//! Control entries.

use super::PushError;
use crate::entry::Entry;
use crate::format::{control_bit, kind, limit};
use crate::layout::{INDEX_MASK, SLOT_MAX};
use crate::nibbles::{zigzag, Scratch};
use crate::running::Running;

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

pub(super) fn encode_control<const P: usize>(
    entry: &Entry,
    running: &Running<P>,
    out: &mut Scratch,
) -> Result<(), PushError> {
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
    let named = slot.filter(|&slot| running.recent.front() != Some(slot));
    let bits = number
        | u8::from(named.is_some()) << control_bit::HAS_SLOT
        | u8::from(hw_delta != 0) << control_bit::HAS_HW;
    out.put(limit::CONTROL as u64, 2);
    out.put(u64::from(bits), 2);
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
