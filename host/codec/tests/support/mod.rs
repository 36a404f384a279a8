//! Sequences of entries as a card makes them, for property tests.

use std::collections::HashMap;

use escapement_codec::offset_code;
use escapement_codec::{CentreTable, Clock, Entry, PriceKind, RefreshState, Tick, TickKind};
use proptest::prelude::*;

pub const SLOTS: usize = 10;
pub const TICK_SIZES: [u32; SLOTS] = [100, 1, 313, 5, 25, 25, 25, 50, 25, 25];

/// What happens next; times and indices are steps, so that the sequences look like a card's.
#[derive(Debug, Clone)]
pub enum Step {
    Tick {
        kind: TickKind,
        slot: u8,
        price: Option<i64>,
        index: u64,
        time: i64,
        hw: Hw,
        size: u64,
        side: u8,
        flags: u8,
    },
    Move {
        slot: u8,
        kind: PriceKind,
        centre: i64,
    },
    Announce {
        slot: u8,
        kind: PriceKind,
        quote: Option<(i64, u64)>,
        flags: u8,
        status: u8,
    },
    Control(u8, u64, u64),
}

/// What card time does with a tick.
#[derive(Debug, Clone, Copy)]
pub enum Hw {
    Stays,
    /// Moves as feed time does: the lag stays.
    AsFeedTime,
    Moves(u64),
}

pub fn price() -> impl Strategy<Value = i64> {
    prop_oneof![8 => (0i64..400).prop_map(|step| 100_000 + step * 25), 1 => any::<i64>()]
}

/// Mostly one slot, so that entries lean on each other; more of them than a line remembers.
fn slot() -> impl Strategy<Value = u8> {
    prop_oneof![6 => Just(0u8), 3 => 0u8..4, 1 => 0u8..SLOTS as u8]
}

pub fn clock() -> impl Strategy<Value = Clock> {
    prop_oneof![Just(0), -2i32..3, -(1i32 << 23)..1 << 23]
        .prop_map(|units| Clock::new(units).unwrap())
}

fn small_or_any() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0u64..3, 4 => 0u64..5000, 4 => (0u64..300).prop_map(|lots| 100 * lots), 1 => any::<u64>()]
}

pub fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        8 => Just(TickKind::Bid), 4 => Just(TickKind::Ask), 3 => Just(TickKind::Trade),
        1 => Just(TickKind::TradeBreak), 1 => Just(TickKind::Status)
    ];
    let price_kind = || prop_oneof![3 => Just(PriceKind::Bid), 1 => Just(PriceKind::Ask), 1 => Just(PriceKind::Trade)];
    let time = prop_oneof![3 => Just(0i64), 3 => 0i64..300, 3 => 0i64..1 << 30, 1 => 0i64..1 << 50, 1 => -1000i64..0, 1 => any::<i64>()];
    let hw = prop_oneof![6 => Just(Hw::Stays), 3 => Just(Hw::AsFeedTime), 2 => (0u64..100_000).prop_map(Hw::Moves), 1 => any::<u64>().prop_map(Hw::Moves)];
    let index = prop_oneof![4 => Just(1), 4 => 0u64..20, 1 => 0u64..1 << 39];
    let flags = prop_oneof![8 => Just(0u8), 1 => Just(4u8), 1 => any::<u8>()];
    let tick =
        (
            kind,
            slot(),
            proptest::option::weighted(0.9, price()),
            index,
            time,
            hw,
            small_or_any(),
            0u8..16,
            flags,
        )
            .prop_map(|(kind, slot, price, index, time, hw, size, side, flags)| {
                Step::Tick { kind, slot, price, index, time, hw, size, side, flags }
            });
    let moved = (slot(), price_kind(), price()).prop_map(|(slot, kind, centre)| Step::Move {
        slot,
        kind,
        centre,
    });
    let quote = proptest::option::of((price(), small_or_any()));
    let announce = (slot(), price_kind(), quote, any::<u8>(), any::<u8>()).prop_map(
        |(slot, kind, quote, flags, status)| Step::Announce { slot, kind, quote, flags, status },
    );
    let control =
        (0u8..8, any::<u64>(), small_or_any()).prop_map(|(which, a, b)| Step::Control(which, a, b));
    prop_oneof![20 => tick, 2 => moved, 1 => announce, 1 => control]
}

/// Makes entries of the steps as a card would: codes and epochs follow from the centres.
pub fn entries(steps: &[Step]) -> Vec<Entry> {
    let mut centres: HashMap<(u16, PriceKind), (i64, u8)> = HashMap::new();
    // They go on when a slot changes hands.
    let mut epochs: HashMap<(u16, PriceKind), u8> = HashMap::new();
    let (mut msg_index, mut feed_time, mut hw_time) = (0u64, 1_500_000_000i64, 1_500_000_100u64);
    let mask = (1u64 << 40) - 1;
    let mut entries = Vec::new();
    for step in steps {
        entries.push(match *step {
            Step::Tick { kind, slot, price, index, time, hw, size, side, flags } => {
                msg_index = (msg_index + index) & mask;
                feed_time = feed_time.wrapping_add(time);
                hw_time = hw_time.wrapping_add(match hw {
                    Hw::Stays => 0,
                    Hw::AsFeedTime => time as u64,
                    Hw::Moves(step) => step,
                });
                let slot = u16::from(slot);
                let price_kind = PriceKind::of_tick(kind);
                let price = price_kind.and(price);
                let (mut code, mut epoch) = (0, 0);
                if let (Some(price), Some(price_kind)) = (price, price_kind) {
                    if let Some(&(centre, of)) = centres.get(&(slot, price_kind)) {
                        code = offset_code::encode(price, centre, TICK_SIZES[slot as usize]).code;
                        epoch = if code == 0 { 0 } else { of };
                    }
                }
                let side = match kind {
                    TickKind::Trade => side,
                    TickKind::Status => side | 0x40,
                    _ => 0,
                };
                Entry::Tick(Tick {
                    kind,
                    slot,
                    msg_index,
                    feed_time,
                    hw_time,
                    price,
                    code,
                    epoch,
                    size,
                    side,
                    flags,
                })
            }
            Step::Move { slot, kind, centre } => {
                let slot = u16::from(slot);
                let epoch = epochs.entry((slot, kind)).or_insert(255);
                *epoch = epoch.wrapping_add(1);
                centres.insert((slot, kind), (centre, *epoch));
                Entry::Recentre {
                    hw_time,
                    next_index: msg_index,
                    slot,
                    kind,
                    epoch: *epoch,
                    centre,
                }
            }
            Step::Announce { slot, kind, quote, flags, status } => {
                let slot = u16::from(slot);
                let centre = centres.get(&(slot, kind));
                let epoch = centre.map_or(0, |&(_, epoch)| epoch);
                let centre = centre.map(|&(centre, _)| centre);
                let state =
                    RefreshState { centre, quote, known: status & 1 != 0, epoch, flags, status };
                Entry::Refresh { hw_time, next_index: msg_index, slot, kind, state }
            }
            Step::Control(which, a, b) => match which {
                0 => Entry::Gap { hw_time, next_index: msg_index, first: a, count: b },
                1 => Entry::Void {
                    hw_time,
                    next_index: msg_index,
                    first: a,
                    count: b,
                    disposition: a as u8,
                },
                2 => Entry::TicksDropped {
                    hw_time,
                    next_index: msg_index,
                    slot: a as u16 % SLOTS as u16,
                    count: b,
                },
                3 => Entry::Heartbeat { hw_time, next_index: msg_index, next_seq: a },
                4 => Entry::Restart { hw_time, next_index: msg_index, session: b },
                5 | 6 => {
                    // the slot changes hands: no centre any more
                    let slot = a as u16 % SLOTS as u16;
                    centres.retain(|&(other, _), _| other != slot);
                    let (generation, next_index) = (b as u8, msg_index);
                    if which == 5 {
                        let symbol = b.to_le_bytes();
                        Entry::SlotAssigned { hw_time, next_index, slot, generation, symbol }
                    } else {
                        Entry::SlotReleased { hw_time, next_index, slot, generation }
                    }
                }
                _ => Entry::TimeStep { hw_time, next_index: msg_index, step: a as i64 },
            },
        });
    }
    entries
}

/// What a reader knows before the first entry.
pub fn table() -> CentreTable<SLOTS> {
    let mut table = CentreTable::new();
    for (slot, &tick) in TICK_SIZES.iter().enumerate() {
        assert!(table.set_tick(slot as u16, tick));
    }
    table
}
