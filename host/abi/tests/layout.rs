//! The map as other programs depend on it, written by hand: a change of the source must show here.

use core::ptr::NonNull;
use escapement_abi::registers::{
    expected, AbiVersion, Control, FeedGroup, RingControl, SlotTick, MAP_BYTES,
};
use escapement_abi::{
    counters, BadOffset, Bus, Counter, FrameDisposition, Group, MappedBar, MessageDisposition,
    Register, RegisterBus,
};

#[test]
fn register_offsets_and_fields_stand_where_version_1_put_them() {
    assert_eq!(AbiVersion::OFFSET, 0x008);
    assert_eq!(Control::OFFSET, 0x100);
    assert_eq!(FeedGroup::OFFSET, 0x118);
    assert_eq!(RingControl::OFFSET, 0x208);
    assert_eq!(Control::SNAPSHOT.bits(), 0x100);
    assert_eq!(&expected::MAGIC.to_le_bytes(), b"ESCAPEMT");
    let group = FeedGroup(0).with_address(0xe00a_0b0c).with_port(10_378).with_feed(7);
    assert_eq!(group.0, 0x0007_288a_e00a_0b0c);
    assert_eq!((group.address(), group.port(), group.feed()), (0xe00a_0b0c, 10_378, 7));
    let ring = RingControl(0).with_size_log2(12).with_broadcast(true).with_enable(true);
    assert_eq!(ring.0, 0x30c);
    assert_eq!(ring.with_broadcast(false).0, 0x20c);
}

#[test]
#[should_panic(expected = "tick has 24 bits")]
fn a_value_too_wide_for_its_field_is_refused() {
    let _ = SlotTick(0).with_tick(1 << 24);
}

#[test]
fn the_counter_bank_has_no_hole_and_each_group_is_one_run() {
    assert_eq!(Counter::FramesOk.offset(), 0x1010);
    assert_eq!(Counter::OutputInterrupts.offset(), 0x13e8);
    assert_eq!(MAP_BYTES, counters::BASE + 8 * counters::COUNT);
    for (index, counter) in Counter::ALL.iter().enumerate() {
        assert_eq!(counter.index(), index);
    }
    let in_group_order: Vec<_> = Group::ALL.iter().flat_map(|g| Counter::of(*g)).collect();
    assert_eq!(in_group_order, Counter::ALL);
}

#[test]
fn dispositions_count_up_with_their_counters() {
    assert_eq!(FrameDisposition::BadFcs as u8, 1);
    assert_eq!(FrameDisposition::FifoFull.counter(), Counter::FramesFifoFull);
    assert_eq!(FrameDisposition::CutDatagram.name(), "cut_datagram");
    assert_eq!(MessageDisposition::Late as u8, 10);
    assert_eq!(MessageDisposition::Late.counter(), Counter::DispositionsLate);
    assert_eq!(MessageDisposition::from_number(12), None);
    assert_eq!(Counter::of_message_type(b'8'), Counter::MessagesType8);
    assert_eq!(Counter::of_message_type(0), Counter::MessagesTypeOther);
}

#[test]
fn a_mapped_bar_reaches_its_words_and_nothing_else() {
    let mut memory = vec![0u64; MAP_BYTES / 8].into_boxed_slice();
    let base = NonNull::new(memory.as_mut_ptr()).expect("a box is not null");
    // SAFETY: `memory` outlives `bar` and is not touched through another path while `bar` lives.
    let mut bar = unsafe { MappedBar::new(base, MAP_BYTES) };
    bar.write(Control::ENABLE).expect("inside");
    bar.modify::<Control>(|c| c | Control::EARLY).expect("inside");
    assert_eq!(bar.read64(0x100), Ok(0x3));
    assert_eq!(bar.read64(0x104), Err(BadOffset { offset: 0x104, bytes: MAP_BYTES }));
    assert_eq!(bar.write64(MAP_BYTES, 1), Err(BadOffset { offset: MAP_BYTES, bytes: MAP_BYTES }));
    assert_eq!(memory[0x100 / 8], 0x3);
}
