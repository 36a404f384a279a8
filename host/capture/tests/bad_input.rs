//! Bad captures: what was good comes first, then one error that names file, offset and expectation.

use escapement_capture::{CaptureReader, Merged, PcapWriter};

fn two_packets() -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new()).unwrap();
    writer.packet(1, b"first").unwrap();
    writer.packet(2, b"second").unwrap();
    writer.finish().unwrap()
}

/// Packets as (data, cut), and the error if one ended the stream.
fn read(bytes: &[u8]) -> (Vec<(Vec<u8>, bool)>, Option<String>) {
    let mut packets = Vec::new();
    let mut reader = match CaptureReader::from_reader("x.pcap", bytes) {
        Ok(reader) => reader,
        Err(error) => return (packets, Some(error.to_string())),
    };
    loop {
        match reader.next_packet() {
            Ok(Some(packet)) => packets.push((packet.data.to_vec(), packet.cut)),
            Ok(None) => return (packets, None),
            Err(error) => {
                assert!(
                    matches!(reader.next_packet(), Ok(None)),
                    "after an error the reader is at its end"
                );
                return (packets, Some(error.to_string()));
            }
        }
    }
}

fn error_of(bytes: &[u8]) -> String {
    read(bytes).1.expect("an error")
}

#[test]
fn not_a_capture() {
    assert_eq!(
        error_of(b"%PDF-1.7"),
        "x.pcap: offset 0: not a capture: expected a pcap, pcapng or Nasdaq ITCH file, the first bytes are 25 50 44 46"
    );
    assert!(error_of(b"").contains("not a capture"), "{}", error_of(b""));
    assert!(error_of(b"\xd4\xc3\xb2\xa1\x02")
        .contains("offset 0: file ends inside a pcap file header: expected 24 bytes, found 5"));
}

#[test]
fn unknown_link_type() {
    let mut file = two_packets();
    file[20] = 113;
    assert_eq!(error_of(&file), "x.pcap: offset 20: unknown link type 113: expected 1 (Ethernet)");
}

#[test]
fn absurd_length_after_a_good_packet() {
    let mut file = two_packets();
    file[24 + 16 + 5 + 11] = 0x7f;
    let (packets, error) = read(&file);
    assert_eq!(packets, [(b"first".to_vec(), false)]);
    assert_eq!(
        error.unwrap(),
        "x.pcap: offset 53: absurd captured length of 2130706438 bytes: expected at most 262144"
    );
}

#[test]
fn every_cut_of_a_file_is_a_cut_packet_or_a_named_truncation() {
    let whole = two_packets();
    for length in 24..whole.len() {
        let (packets, error) = read(&whole[..length]);
        let cut = packets.iter().filter(|(_, cut)| *cut).count();
        match length {
            24 | 45 => assert!(error.is_none() && cut == 0),
            25..=39 | 46..=60 => assert!(
                error.unwrap().contains("file ends inside a pcap record header") && cut == 0
            ),
            _ => assert!(error.is_none() && cut == 1, "at {length}"),
        }
    }
}

#[test]
fn broken_gzip_comes_after_the_good_packets() {
    let mut writer = PcapWriter::gzip(Vec::new()).unwrap();
    let mut noise = 1u64;
    for stamp in 0..4_000 {
        let data: Vec<u8> = (0..100)
            .map(|_| {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (noise >> 56) as u8
            })
            .collect();
        writer.packet(stamp, &data).unwrap();
    }
    let whole = writer.finish().unwrap();
    let (packets, error) = read(&whole[..whole.len() / 2]);
    assert!((1_500..2_500).contains(&packets.len()), "{}", packets.len());
    assert!(packets.iter().all(|(_, cut)| !cut));
    let error = error.unwrap();
    assert!(
        error.starts_with("x.pcap: offset ") && error.contains("broken gzip stream"),
        "{error}"
    );
    let mut flipped = whole.clone();
    let last = flipped.len() - 6;
    flipped[last] ^= 1;
    let (packets, error) = read(&flipped);
    assert_eq!(packets.len(), 4_000);
    assert!(error.unwrap().contains("broken gzip stream"));
}

#[test]
fn pcapng_lengths_are_checked() {
    let section: Vec<u8> = [0x0a0d_0d0au32, 28, 0x1a2b_3c4d, 1, u32::MAX, u32::MAX, 28]
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    let words = |words: &[u32]| -> Vec<u8> {
        [section.clone(), words.iter().flat_map(|word| word.to_le_bytes()).collect()].concat()
    };
    assert_eq!(read(&section), (vec![], None));
    assert!(error_of(&words(&[9, 0xffff_fff0]))
        .contains("offset 32: absurd block length of 4294967280 bytes"));
    assert!(error_of(&words(&[9, 13]))
        .contains("offset 32: malformed pcapng block: total length is 13"));
    assert!(error_of(&words(&[6, 32, 0, 0, 0, 0, 0, 32])).contains("interface 0 is not described"));
    assert!(error_of(&words(&[9, 16, 0]))
        .contains("file ends inside a pcapng block: expected 16 bytes, found 12"));
    let described = |rest: &[u32]| words(&[&[1, 20, 1, 0, 20], rest].concat());
    assert!(error_of(&words(&[1, 20, 147, 0, 20, 6, 32, 0, 0, 0, 0, 0, 32]))
        .contains("unknown link type 147"));
    assert!(error_of(&described(&[6, 36, 0, 0, 0, 9, 9, 0, 36]))
        .contains("captured length is 9, the block has room for 4"));
    assert!(error_of(&described(&[6, 36, 0, 0, 0, 4, 4, 0, 40]))
        .contains("ends with length 40, began with 36"));
    assert!(error_of(&described(&[6, 0x6000_0000 >> 12, 0, 0, 0, 0x50000, 4])).contains("absurd"));
    let (packets, error) = read(&described(&[6, 36, 0, 0, 0, 4, 4, 0x0403_0201]));
    assert_eq!((packets, error), (vec![(vec![1, 2, 3, 4], false)], None));
    let (packets, error) = read(&described(&[6, 40, 0, 0, 0, 8, 8, 0x0403_0201]));
    assert_eq!((packets, error), (vec![(vec![1, 2, 3, 4], true)], None));
}

#[test]
fn any_flipped_byte_gives_packets_or_an_error_and_no_panic() {
    let mut file = two_packets();
    for at in 0..file.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let kept = std::mem::replace(&mut file[at], value);
            let _ = read(&file);
            file[at] = kept;
        }
    }
}

#[test]
fn a_file_broken_at_its_first_record_hides_no_packet_of_the_others() {
    let good = two_packets();
    let mut broken = two_packets();
    // the first record's captured length
    broken[24 + 8..24 + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    for order in
        [["broken", "good", "good"], ["good", "broken", "good"], ["broken", "good", "broken"]]
    {
        let readers = order.map(|name| {
            let bytes = if name == "good" { &good } else { &broken };
            CaptureReader::from_reader(name, bytes.as_slice()).unwrap()
        });
        let mut merged = Merged::new(readers.into_iter().collect());
        let (mut packets, mut errors) = (0, Vec::new());
        loop {
            match merged.next_packet() {
                Ok(Some(_)) if errors.is_empty() => packets += 1,
                Ok(Some(packet)) => panic!("{order:?}: {packet:?} after an error"),
                Ok(None) => break,
                Err(error) => errors.push(error.to_string()),
            }
        }
        let files = |name| order.iter().filter(|file| **file == name).count();
        assert_eq!((packets, errors.len()), (2 * files("good"), files("broken")), "{order:?}");
        let named = |error: &String| error.starts_with("broken: offset 32: absurd");
        assert!(errors.iter().all(named), "{errors:?}");
    }
}
