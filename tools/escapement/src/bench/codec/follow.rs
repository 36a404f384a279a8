//! Ticks of a history through the encoder of the card: codes, recentres, refreshes (docs/card-model.md).

use escapement_codec::{Entry, PriceKind, RefreshState, Tick, TickKind};
use escapement_feed::recentre::{After, Centre};
use escapement_feed::refresh::RefreshTimer;

use super::stream::{Stream, SLOTS};

/// As the card's registers stand after reset.
const RECENTRE_RUN: u8 = 2;
/// As in a replay: a round of all slots in 30 s.
const REFRESH_INTERVAL_NS: u64 = 30_000_000_000 / SLOTS as u64;

#[derive(Clone, Copy, Default)]
struct Slot {
    touched: bool,
    centres: [Centre; 3],
    quotes: [Option<(i64, u64)>; 3],
    flags: u8,
    status: u8,
}

/// The entries that the card would make of these ticks, which are in the order of message and hardware stamp.
pub(crate) fn follow(ticks: &[Tick], tick_sizes: [u32; SLOTS]) -> Stream {
    let mut stream = Stream::new(tick_sizes);
    let mut slots = [Slot::default(); SLOTS];
    let mut timer = RefreshTimer::new(REFRESH_INTERVAL_NS, SLOTS as u16);
    let mut moves: Vec<Entry> = Vec::new();
    let mut message = None;
    for tick in ticks {
        let next_index = tick.msg_index;
        if message != Some(next_index) {
            stream.entries.append(&mut moves);
            message = Some(next_index);
            timer.time_passes(tick.hw_time);
            while let Some(visit) = timer.due() {
                if visit.slot == 0 {
                    let next_seq = next_index + 1;
                    let beat = Entry::Heartbeat { hw_time: visit.due, next_index, next_seq };
                    stream.entries.push(beat);
                }
                let slot = &mut slots[usize::from(visit.slot)];
                announce(slot, visit.slot, visit.due, next_index, &mut stream.entries);
            }
        }
        let mut tick = *tick;
        if let Some(slot) = slots.get_mut(usize::from(tick.slot)) {
            slot.touched = true;
            slot.flags = tick.flags;
            if tick.kind == TickKind::Status {
                slot.status = tick.side;
            }
            if let Some(kind) = PriceKind::of_tick(tick.kind) {
                slot.quotes[kind as usize] = tick.price.map(|price| (price, tick.size));
                if let Some(price) = tick.price {
                    let size = tick_sizes[usize::from(tick.slot)].max(1);
                    let coded = slot.centres[kind as usize].code(price, size, RECENTRE_RUN);
                    (tick.code, tick.epoch) = (coded.code, coded.epoch);
                    if let After::Moves { epoch, centre } = coded.after {
                        let (hw_time, slot) = (tick.hw_time, tick.slot);
                        moves.push(Entry::Recentre {
                            hw_time,
                            next_index,
                            slot,
                            kind,
                            epoch,
                            centre,
                        });
                    }
                }
            }
        }
        stream.entries.push(Entry::Tick(tick));
    }
    stream.entries.append(&mut moves);
    stream
}

fn announce(slot: &mut Slot, number: u16, hw_time: u64, next_index: u64, out: &mut Vec<Entry>) {
    if !slot.touched {
        return;
    }
    for kind in PriceKind::ALL {
        let centre = &mut slot.centres[kind as usize];
        centre.announced();
        let is_quote = kind != PriceKind::Trade;
        let state = RefreshState {
            centre: centre.price(),
            quote: slot.quotes[kind as usize].filter(|_| is_quote),
            known: is_quote,
            epoch: centre.epoch(),
            flags: slot.flags,
            status: slot.status,
        };
        out.push(Entry::Refresh { hw_time, next_index, slot: number, kind, state });
    }
}
