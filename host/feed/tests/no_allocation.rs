//! After start the model, the packer and the reader allocate nothing.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use escapement_codec::{decode_line, CentreTable, Clock, LineWriter, PushError};
use escapement_feed::{CardModel, Destination, Event, Line, Protocol};
use support::itch;
use support::wire::{card, level, quote, trade, FrameMaker, GROUP, PORT};

struct Counting;

thread_local! {
    /// Of this thread: the test harness's own thread allocates while the test begins.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's contract is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's contract is passed on.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// 3,000 frames: a book of up to 1,000 levels a side that comes and goes, trades, and lost packets.
fn frames(protocol: Protocol) -> Vec<Vec<u8>> {
    (0..3000i64)
        .map(|number| {
            let price = 100 * (number * 7919 % 1000);
            let size = u32::from(number < 2000) * 5;
            let messages = match protocol {
                Protocol::Deep => vec![
                    level(b'8', true, "A", size, price),
                    level(b'5', number % 3 != 0, "B", size, price),
                    trade("A", 1, price),
                ],
                Protocol::Tops => {
                    vec![quote("A", (size, price), (1, price + 100)), trade("B", 1, price)]
                }
                Protocol::Itch => {
                    let (reference, price) = (number as u64, price as u32);
                    let side = if number % 3 == 0 { b'B' } else { b'S' };
                    let mut messages = vec![itch::add(1, "A", reference, side, 9, price)];
                    if number > 1000 {
                        let gone = reference - 1000;
                        messages.push(itch::executed(1, gone, 4));
                        messages.push(itch::replace(1, gone, gone | 1 << 40, 5, price + 100));
                        messages.push(itch::delete(1, gone | 1 << 40));
                    }
                    messages
                }
            };
            let first = 1 + 4 * number as u64;
            FrameMaker::new(protocol, first, messages).bytes()
        })
        .collect()
}

#[test]
fn frames_to_lines_and_back_allocate_nothing() {
    for protocol in [Protocol::Deep, Protocol::Tops, Protocol::Itch] {
        let frames = frames(protocol);
        let mut config = card(protocol);
        config.refresh_interval_ns = 50;
        config.lines.configured = 3;
        config.lines.b = Destination { group: GROUP, port: PORT };
        config.lines.gap_window_ns = 650;
        let mut model = CardModel::new(config).unwrap();
        let mut writer = LineWriter::new(Clock::default());
        let mut table = Box::new(CentreTable::<4>::new());
        let (mut lines, mut entries) = (0u32, 0u64);
        let before = ALLOCATIONS.get();
        for stamp in 0..frames.len() {
            // line A loses every ninth packet, line B, five packets later, others
            let copies = [(Line::A, stamp, 9), (Line::B, stamp.wrapping_sub(5), 7)];
            for (line, number, loss) in copies {
                let Some(bytes) = frames.get(number).filter(|_| number % loss != 0) else {
                    continue;
                };
                model.frame(line, 100 * stamp as u64, bytes, false, &mut |entry| {
                    if writer.push(&entry) == Err(PushError::LineFull) {
                        let line = writer.finish(lines, 0);
                        lines += 1;
                        for item in decode_line(&line).unwrap() {
                            table.resolve(item.unwrap());
                            entries += 1;
                        }
                        writer.push(&entry).unwrap();
                    }
                });
            }
        }
        let after = ALLOCATIONS.get();
        assert_eq!(after - before, 0, "{protocol:?}");
        assert!(entries > 8000, "{entries}");
        let counters = model.counters();
        assert!(counters.events(Event::DeliveredB) > 200, "the reorder memory was used");
        let ticks = model.counters().ticks_made();
        assert!(ticks > 1000, "{protocol:?}: {ticks}");
    }
    let before = ALLOCATIONS.get();
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(ALLOCATIONS.get() - before, 1, "the count counts");
}
