//! Any entries survive link frames; any damage is seen.

mod support;

use escapement_codec::link::{
    FrameWriter, LinkError, LinkFrame, FRAME_BYTES_MAX, FRAME_OVERHEAD, SEND_DELAY_LONG,
};
use escapement_codec::{crc32c, Clock, Entry, PushError, Resolved};
use proptest::prelude::*;
use support::{clock, entries, step, table};

/// Frames of one stream, none longer than `longest`.
fn pack(entries: &[Entry], clock: Clock, longest: usize) -> Vec<Vec<u8>> {
    let mut writer = FrameWriter::new(3, 0xbeef, clock, longest);
    let mut frames = Vec::new();
    let mut out = [0; FRAME_BYTES_MAX];
    for entry in entries {
        if writer.push(entry) == Err(PushError::LineFull) {
            let length = writer.finish(0, &mut out);
            frames.push(out[..length].to_vec());
            writer.push(entry).expect("any entry fits into an empty frame");
        }
    }
    if !writer.is_empty() {
        let length = writer.finish(0, &mut out);
        frames.push(out[..length].to_vec());
    }
    frames
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_entries_come_back_from_frames(
        steps in proptest::collection::vec(step(), 1..200), clock in clock(), longest in 74usize..1500,
    ) {
        let entries = entries(&steps);
        let (mut table, mut back, mut ticks) = (table(), Vec::new(), 0);
        for (number, bytes) in pack(&entries, clock, longest).iter().enumerate() {
            prop_assert!(bytes.len() <= longest);
            let frame = LinkFrame::check(bytes).unwrap();
            prop_assert_eq!((frame.feed, frame.stream, frame.frame_seq), (3, 0xbeef, number as u32));
            prop_assert_eq!((frame.clock, frame.ticks), (clock, ticks));
            for item in frame.entries() {
                let Resolved::Entry(entry) = table.resolve(item.unwrap()) else { panic!("unresolved") };
                ticks += u32::from(matches!(entry, Entry::Tick(_)));
                back.push(entry.as_on_line());
            }
        }
        prop_assert_eq!(back, entries.iter().map(|entry| entry.as_on_line()).collect::<Vec<_>>());
    }

    #[test]
    fn any_one_or_two_flipped_bits_and_any_cut_are_refused(
        steps in proptest::collection::vec(step(), 1..60), clock in clock(), first in any::<u32>(), second in any::<u32>(), cut in any::<u32>(),
    ) {
        let whole = pack(&entries(&steps), clock, FRAME_BYTES_MAX).swap_remove(0);
        let bits = 8 * whole.len() as u32;
        let mut bytes = whole.clone();
        for bit in [first % bits, second % bits] {
            bytes[bit as usize / 8] ^= 1 << (bit % 8);
        }
        prop_assert_eq!(LinkFrame::check(&bytes).is_ok(), bytes == whole);
        // A cut is seen as often as a CRC sees anything: but for one in 2^32.
        let cut = &whole[..cut as usize % whole.len()];
        prop_assert!(LinkFrame::check(cut).is_err());
    }

    #[test]
    fn no_bytes_make_the_reader_panic(mut bytes in proptest::collection::vec(any::<u8>(), FRAME_OVERHEAD..300)) {
        bytes[0] = 0x20;
        let end = bytes.len() - 4;
        let crc = crc32c(&bytes[..end]);
        bytes[end..].copy_from_slice(&crc.to_le_bytes());
        let mut table = table();
        for item in LinkFrame::check(&bytes).unwrap().entries().flatten() {
            let _ = table.resolve(item);
        }
    }
}

#[test]
fn a_heartbeat_is_a_frame_of_nothing() {
    let mut writer = FrameWriter::new(1, 2, Clock::default(), 1_400);
    let mut out = [0; FRAME_BYTES_MAX];
    for number in 0..3 {
        let length = writer.heartbeat(1_000 + u64::from(number), 77, &mut out);
        assert_eq!(length, FRAME_OVERHEAD);
        let frame = LinkFrame::check(&out[..length]).unwrap();
        assert_eq!((frame.frame_seq, frame.msg_index, frame.is_heartbeat()), (number, 77, true));
        assert_eq!(frame.sent(), Some(1_000 + u64::from(number)));
        assert_eq!(frame.entries().next(), None);
    }
}

#[test]
fn a_delay_that_the_header_cannot_say_is_not_told() {
    let entry = Entry::Heartbeat { hw_time: 10, next_index: 0, next_seq: 1 };
    let mut out = [0; FRAME_BYTES_MAX];
    let long = u64::from(SEND_DELAY_LONG);
    for (now, sent) in [
        (10, Some(10)),
        (9, Some(10)),
        (9 + long, Some(9 + long)),
        (10 + long, None),
        (u64::MAX, None),
    ] {
        let mut writer = FrameWriter::new(1, 2, Clock::default(), 1_400);
        writer.push(&entry).unwrap();
        let length = writer.finish(now, &mut out);
        assert_eq!(LinkFrame::check(&out[..length]).unwrap().sent(), sent);
    }
}

#[test]
fn what_is_no_frame_is_refused_by_name() {
    let mut out = [0; FRAME_BYTES_MAX];
    let length = FrameWriter::new(1, 2, Clock::default(), 1_400).heartbeat(5, 0, &mut out);
    assert_eq!(LinkFrame::check(&out[..length - 1]), Err(LinkError::Length(FRAME_OVERHEAD - 1)));
    assert_eq!(LinkFrame::check(&[0; 2_000]), Err(LinkError::Length(2_000)));
    for (first, error) in [(0x10, LinkError::Version(1)), (0x21, LinkError::Flags(1))] {
        out[0] = first;
        let crc = crc32c(&out[..length - 4]);
        out[length - 4..length].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(LinkFrame::check(&out[..length]), Err(error));
    }
    out[20] ^= 1;
    assert!(matches!(LinkFrame::check(&out[..length]), Err(LinkError::Crc { .. })));
}
