//! The capture reader: any bytes give packets and then an end or an error, never a panic, never unbounded memory.
#![no_main]

use escapement_capture::CaptureReader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut reader) = CaptureReader::from_reader("fuzz", bytes) else { return };
    // Compressed input may expand; what one run reads stays bounded.
    let mut packets = 0;
    let mut stopped = false;
    while packets < 10_000 {
        match reader.next_packet() {
            Ok(Some(packet)) => {
                assert!(packet.data.len() <= 256 * 1024, "a packet is bounded");
                assert!(!stopped, "nothing comes after the end");
            }
            Ok(None) => stopped = true,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                assert!(matches!(reader.next_packet(), Ok(None)), "an error is the end");
                break;
            }
        }
        if stopped {
            assert!(matches!(reader.next_packet(), Ok(None)), "the end stays the end");
            break;
        }
        packets += 1;
    }
});
