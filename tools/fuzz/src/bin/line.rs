//! The line reader: any body under a right CRC is either refused or, packed again by the golden writer, gives the very
//! same bytes (there is one legal form of each line).
#![no_main]

use escapement_codec::format::{offset, LINE_BYTES};
use escapement_codec::{crc32c, decode_line, CentreTable, LineWriter};
use escapement_fuzz::stand_in::entry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut line = [0u8; LINE_BYTES];
    let used = bytes.len().min(offset::CRC);
    line[..used].copy_from_slice(&bytes[..used]);
    let crc = crc32c(&line[..offset::CRC]);
    line[offset::CRC..].copy_from_slice(&crc.to_le_bytes());

    let Ok(header) = decode_line(&line) else { return };
    let (line_seq, feed, clock) = (header.line_seq, header.feed, header.clock);
    let mut table = CentreTable::<64>::new();
    let mut writer = LineWriter::new(clock);
    let mut items = 0u32;
    let mut whole = true;
    for item in header {
        let Ok(item) = item else { return };
        items += 1;
        let _ = table.resolve(item);
        match entry(&item) {
            Some(entry) if whole => writer.push(&entry).expect("what was on a line fits a line"),
            _ => whole = false,
        }
    }
    assert!(items > 0, "no line is empty");
    if whole {
        assert_eq!(writer.finish(line_seq, feed), line, "one legal form");
    }
});
