//! Every container gives the same packets: pcap and pcapng, byte orders, resolutions, compressions.

use std::io::Write;

use escapement_capture::{CaptureReader, Compression, Merged, PcapWriter};

/// (stamp, data) of every packet.
type Packets = Vec<(u64, Vec<u8>)>;

fn read(bytes: &[u8]) -> Packets {
    let mut reader = CaptureReader::from_reader("test", bytes).unwrap();
    let mut packets = Packets::new();
    while let Some(packet) = reader.next_packet().unwrap() {
        assert!(!packet.cut);
        packets.push((packet.stamp_ns, packet.data.to_vec()));
    }
    packets
}

fn u32s(big_endian: bool, values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() })
        .collect()
}

fn u16s(big_endian: bool, values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() })
        .collect()
}

fn block(big_endian: bool, kind: u32, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().div_ceil(4) * 4, 0);
    let length = body.len() as u32 + 12;
    [u32s(big_endian, &[kind, length]), body, u32s(big_endian, &[length])].concat()
}

fn section(big_endian: bool) -> Vec<u8> {
    let body =
        [u32s(big_endian, &[0x1a2b_3c4d]), u16s(big_endian, &[1, 0]), vec![0xff; 8]].concat();
    block(big_endian, 0x0a0d_0d0a, &body)
}

fn interface(big_endian: bool, resolution: u8) -> Vec<u8> {
    let fixed = [u16s(big_endian, &[1, 0]), u32s(big_endian, &[65_535])].concat();
    let option =
        [u16s(big_endian, &[9, 1]), vec![resolution, 0, 0, 0], u16s(big_endian, &[0, 0])].concat();
    block(big_endian, 1, &[fixed, option].concat())
}

fn enhanced(big_endian: bool, interface: u32, units: u64, data: &[u8]) -> Vec<u8> {
    let length = data.len() as u32;
    let fixed = u32s(big_endian, &[interface, (units >> 32) as u32, units as u32, length, length]);
    block(big_endian, 6, &[fixed, data.to_vec()].concat())
}

#[test]
fn pcap_of_both_byte_orders_and_units_gives_the_same_packets() {
    for big_endian in [false, true] {
        for (magic, fraction) in [(0xa1b2_c3d4, 7), (0xa1b2_3c4d, 7_000)] {
            let mut file = u32s(big_endian, &[magic]);
            file.extend(u16s(big_endian, &[2, 4]));
            file.extend(u32s(big_endian, &[0, 0, 65_535, 1, 3, fraction, 5, 5]));
            file.extend(b"hello");
            assert_eq!(read(&file), [(3_000_007_000, b"hello".to_vec())]);
        }
    }
}

#[test]
fn pcapng_resolutions_and_sections_of_both_byte_orders() {
    let mut file = Vec::new();
    for big_endian in [true, false] {
        file.extend(section(big_endian));
        file.extend(interface(big_endian, 9));
        file.extend(interface(big_endian, 3));
        file.extend(block(big_endian, 0x0bad, &[1, 2, 3]));
        file.extend(enhanced(big_endian, 0, 5_000_000_001, b"nano!"));
        file.extend(enhanced(big_endian, 1, 6_001, b"milli"));
        file.extend(block(big_endian, 3, &[u32s(big_endian, &[3]), b"spb".to_vec()].concat()));
    }
    let one = [
        (5_000_000_001, b"nano!".to_vec()),
        (6_001_000_000, b"milli".to_vec()),
        (6_001_000_000, b"spb".to_vec()),
    ];
    assert_eq!(read(&file), [one.clone(), one].concat());
}

#[test]
fn compression_is_told_by_content() {
    let mut writer = PcapWriter::new(Vec::new()).unwrap();
    for index in 0..5_000u64 {
        writer.packet(index, &vec![index as u8; (index % 1_500) as usize]).unwrap();
    }
    let plain = writer.finish().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain[..100_000]).unwrap();
    let mut members = gzip.finish().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain[100_000..]).unwrap();
    members.extend(gzip.finish().unwrap());
    let zstd = zstd::encode_all(plain.as_slice(), 1).unwrap();
    let expected = read(&plain);
    assert_eq!(expected.len(), 5_000);
    for (bytes, compression) in
        [(plain, Compression::Plain), (members, Compression::Gzip), (zstd, Compression::Zstd)]
    {
        assert_eq!(
            CaptureReader::from_reader("test", bytes.as_slice()).unwrap().compression(),
            compression
        );
        assert_eq!(read(&bytes), expected);
    }
}

#[test]
fn gzip_writer_is_deterministic_and_reads_back() {
    let write = || {
        let mut writer = PcapWriter::gzip(Vec::new()).unwrap();
        writer.packet(1_500_000_000_123_456_789, b"one").unwrap();
        writer.finish().unwrap()
    };
    assert_eq!(write(), write());
    assert_eq!(read(&write()), [(1_500_000_000_123_456_789, b"one".to_vec())]);
}

#[test]
fn merge_is_by_time_and_the_first_file_wins_ties() {
    let file = |packets: &[(u64, &str)]| {
        let mut writer = PcapWriter::new(Vec::new()).unwrap();
        for (stamp, data) in packets {
            writer.packet(*stamp, data.as_bytes()).unwrap();
        }
        writer.finish().unwrap()
    };
    let a = file(&[(1, "a1"), (5, "a5"), (4, "a4")]);
    let b = file(&[(0, "b0"), (1, "b1"), (5, "b5"), (9, "b9")]);
    let readers =
        [&a, &b].map(|bytes| CaptureReader::from_reader("test", bytes.as_slice()).unwrap());
    let mut merged = Merged::new(readers.into_iter().collect());
    let mut order = Vec::new();
    while let Some(packet) = merged.next_packet().unwrap() {
        order.push((packet.file, String::from_utf8(packet.data.to_vec()).unwrap()));
    }
    let names: Vec<&str> = order.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["b0", "a1", "b1", "a5", "a4", "b5", "b9"]);
    assert!(order.iter().all(|(file, name)| (*file == 0) == name.starts_with('a')));
}
