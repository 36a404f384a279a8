//! The model's counters are the registers', by name and order.

use std::path::Path;

use escapement_feed::{Counters, Event, FrameDisposition, MessageDisposition};

#[test]
fn every_counter_of_the_register_map_is_known_or_belongs_to_the_ring() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../hdl/regs/escapement.rdl");
    let text = std::fs::read_to_string(&path).unwrap();
    let registers: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("counter_t "))
        .map(|rest| rest.split(" @").next().unwrap())
        .collect();
    let ring = [
        "output_ticks_written",
        "output_ticks_dropped",
        "output_control_dropped",
        "output_entries_written",
        "output_lines_written",
        "output_lines_refused",
        "output_interrupts",
    ];
    let expected: Vec<&str> =
        registers.iter().copied().filter(|name| !ring.contains(name)).collect();
    let ours: Vec<String> = Counters::default().named().map(|(name, _)| name).collect();
    assert_eq!(registers.len(), expected.len() + ring.len());
    assert_eq!(ours, expected);
}

#[test]
fn numbers_of_dispositions_are_places_in_the_register_map() {
    assert_eq!(FrameDisposition::Ok as u8, 0);
    assert_eq!(FrameDisposition::CutDatagram as u8, 17);
    assert_eq!(FrameDisposition::FifoFull as u8, 20);
    assert_eq!(FrameDisposition::COUNT, 21);
    assert_eq!(MessageDisposition::COUNT, 12);
    assert_eq!(Event::COUNT, 24);
}
