//! Ethernet, VLAN, IPv4 and UDP: any frame gets exactly one disposition, and an `ok` one has a whole payload.
#![no_main]

use escapement_feed::frame::{parse, FrameFilter};
use escapement_feed::packet::Blocks;
use escapement_feed::{detect_feed, Checks, FrameDisposition, Transport};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&options, frame)) = bytes.split_first() else { return };
    let checks = Checks { ip_checksum: options & 1 != 0, udp_checksum: options & 2 != 0 };
    let transport = if options & 8 == 0 { Transport::IexTp } else { Transport::MoldUdp64 };
    let filter = FrameFilter { transport, checks, ..FrameFilter::default() };
    let parsed = parse(frame, options & 4 != 0, &filter);
    match parsed.disposition {
        FrameDisposition::Ok => {
            let packet = parsed.packet.expect("an ok frame has its packet");
            let whole = Blocks::new(transport, packet.payload, packet.header.count).count();
            assert!(whole <= usize::from(packet.header.count));
            let empty = transport == Transport::MoldUdp64 && packet.header.count == 0;
            assert!(!empty || packet.payload.is_empty());
            assert!(frame.len() <= 2048 && options & 4 == 0);
            assert!(!(checks.ip_checksum && parsed.ip_checksum_bad));
            assert!(!(checks.udp_checksum && parsed.udp_checksum_bad));
        }
        FrameDisposition::BadFcs => assert!(options & 4 != 0),
        FrameDisposition::Overrun | FrameDisposition::FifoFull => panic!("hardware only"),
        _ => {}
    }
    let _ = detect_feed(frame, checks);
});
