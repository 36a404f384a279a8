//! Nasdaq's length-prefixed files, as packets.

use escapement_capture::{CaptureReader, Format, NASDAQ_FILE_PORT, NASDAQ_FILE_SESSION};

fn system_event(time: u8) -> Vec<u8> {
    let mut message = b"\0\x0cS\0\0\0\0\0\0\0\0\0\0O".to_vec();
    message[12] = time;
    message
}

#[test]
fn each_message_is_a_packet_with_its_own_time_and_its_position_as_sequence() {
    let mut file = [system_event(5), system_event(9)].concat();
    file.extend([0, 3, b'Z', b'Z', b'Z', 0, 0]);
    for packed in [false, true] {
        let bytes = if packed { zstd::encode_all(&file[..], 1).unwrap() } else { file.clone() };
        let mut reader = CaptureReader::from_reader("day.itch", &bytes[..]).unwrap();
        assert_eq!(reader.format(), Format::NasdaqItch);
        let mut found = Vec::new();
        while let Some(packet) = reader.next_packet().unwrap() {
            assert_eq!(packet.wire_len as usize, packet.data.len());
            let udp = &packet.data[34..];
            assert_eq!(udp[2..4], NASDAQ_FILE_PORT.to_be_bytes());
            assert_eq!(usize::from(u16::from_be_bytes([udp[4], udp[5]])), udp.len());
            assert_eq!(&udp[8..18], NASDAQ_FILE_SESSION);
            let sequence = u64::from_be_bytes(udp[18..26].try_into().unwrap());
            found.push((packet.stamp_ns, packet.offset, sequence, udp[26..].to_vec()));
        }
        let one = |message: &[u8]| [&[0, 1], message].concat();
        assert_eq!(
            found,
            [
                (5, 0, 1, one(&file[..14])),
                (9, 14, 2, one(&file[14..28])),
                (9, 28, 3, one(&file[28..33])),
                (9, 33, 4, vec![0xff, 0xff]),
            ]
        );
    }
}

#[test]
fn what_breaks_off_is_told_with_its_place() {
    let error = |bytes: &[u8]| {
        let mut reader = CaptureReader::from_reader("day.itch", bytes).unwrap();
        loop {
            match reader.next_packet() {
                Ok(Some(_)) => {}
                Ok(None) => return String::new(),
                Err(error) => return error.to_string(),
            }
        }
    };
    let file = [system_event(1), system_event(2)].concat();
    assert_eq!(error(&file), "");
    assert_eq!(
        error(&file[..27]),
        "day.itch: offset 14: file ends inside a Nasdaq message: expected 14 bytes, found 13"
    );
    assert_eq!(
        error(&file[..15]),
        "day.itch: offset 14: file ends inside a Nasdaq message length: expected 2 bytes, found 1"
    );
    let mut absurd = file.clone();
    absurd[14] = 0xff;
    assert_eq!(
        error(&absurd),
        "day.itch: offset 14: absurd Nasdaq message length of 65292 bytes: expected at most 1400"
    );
}
