//! The reader of link frames: any header and body under a right CRC is either refused or, packed again by the golden writer,
//! gives the very same body.
#![no_main]

use escapement_codec::format::{link_offset, link_size};
use escapement_codec::link::{LinkFrame, FRAME_BYTES_MAX, FRAME_OVERHEAD};
use escapement_codec::{crc32c, places_of, BodyWriter, CentreTable};
use escapement_fuzz::stand_in::entry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = LinkFrame::check(bytes);
    let mut frame = bytes[..bytes.len().min(FRAME_BYTES_MAX - link_size::CRC)].to_vec();
    let crc = crc32c(&frame);
    frame.extend_from_slice(&crc.to_le_bytes());
    let Ok(read) = LinkFrame::check(&frame) else { return };
    assert!(frame.len() >= FRAME_OVERHEAD, "shorter than a header");
    let body = &frame[link_offset::BODY..frame.len() - link_size::CRC];
    let mut table = CentreTable::<64>::new();
    let mut writer =
        BodyWriter::<{ link_size::BODY }, { places_of(link_size::BODY) }>::new(read.clock);
    let mut whole = true;
    for item in read.entries() {
        let Ok(item) = item else { return };
        let _ = table.resolve(item);
        match entry(&item) {
            Some(entry) if whole => writer.push(&entry).expect("what was in a frame fits a frame"),
            _ => whole = false,
        }
    }
    if whole {
        let used = writer.nibbles().div_ceil(2);
        assert_eq!(writer.body()[..used], body[..used], "one legal form");
        assert!(body[used..].iter().all(|&byte| byte == 0), "nothing stands behind the end");
    }
});
