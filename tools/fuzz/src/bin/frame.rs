//! Ethernet, VLAN, IPv4 and UDP: any frame gets exactly one disposition, and an `ok` one has a whole payload.
#![no_main]

use escapement_feed::frame::{parse, FrameFilter};
use escapement_feed::{Checks, FrameDisposition};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&options, frame)) = bytes.split_first() else { return };
    let checks = Checks { ip_checksum: options & 1 != 0, udp_checksum: options & 2 != 0 };
    let filter = FrameFilter { checks, ..FrameFilter::default() };
    let parsed = parse(frame, options & 4 != 0, &filter);
    match parsed.disposition {
        FrameDisposition::Ok => {
            let segment = parsed.segment.expect("an ok frame has its segment");
            assert_eq!(segment.payload.len(), usize::from(segment.header.payload_length));
            assert!(frame.len() <= 2048 && options & 4 == 0);
            assert!(!(checks.ip_checksum && parsed.ip_checksum_bad));
            assert!(!(checks.udp_checksum && parsed.udp_checksum_bad));
        }
        FrameDisposition::BadFcs => assert!(options & 4 != 0),
        FrameDisposition::Overrun | FrameDisposition::FifoFull => panic!("hardware only"),
        _ => {}
    }
});
