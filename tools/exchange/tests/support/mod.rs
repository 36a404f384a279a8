//! A small feed as a capture, its record, and what its book must be.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use escapement_capture::PcapWriter;
use escapement_exchange::Record;

/// Session of the made feeds.
pub const SESSION: [u8; 10] = *b"000010059B";

/// Head of a message: type, locate 7, time.
fn head(kind: u8, time_ns: u64) -> Vec<u8> {
    let mut data = vec![kind, 0, 7, 0, 0];
    data.extend(&time_ns.to_be_bytes()[2..]);
    data
}

pub fn event(code: u8) -> Vec<u8> {
    [head(b'S', 1), vec![code]].concat()
}

pub fn directory() -> Vec<u8> {
    let mut data = head(b'R', 2);
    data.extend(b"ZAAA    ");
    data.resize(39, b' ');
    data
}

pub fn add(reference: u64, side: u8, shares: u32, price: u32) -> Vec<u8> {
    let mut data = head(b'A', 3);
    data.extend(reference.to_be_bytes());
    data.push(side);
    data.extend(shares.to_be_bytes());
    data.extend(b"ZAAA    ");
    data.extend(price.to_be_bytes());
    data
}

pub fn attributed(reference: u64, side: u8, shares: u32, price: u32) -> Vec<u8> {
    let mut data = add(reference, side, shares, price);
    data[0] = b'F';
    data.extend(b"ESCA");
    data
}

pub fn executed(reference: u64, shares: u32) -> Vec<u8> {
    let mut data = head(b'E', 4);
    data.extend(reference.to_be_bytes());
    data.extend(shares.to_be_bytes());
    data.extend([0; 8]);
    data
}

pub fn delete(reference: u64) -> Vec<u8> {
    let mut data = head(b'D', 5);
    data.extend(reference.to_be_bytes());
    data
}

pub fn replace(original: u64, reference: u64, shares: u32, price: u32) -> Vec<u8> {
    let mut data = head(b'U', 6);
    data.extend(original.to_be_bytes());
    data.extend(reference.to_be_bytes());
    data.extend(shares.to_be_bytes());
    data.extend(price.to_be_bytes());
    data
}

/// A frame with a packet of these messages.
fn frame(session: [u8; 10], sequence: u64, messages: &[Vec<u8>]) -> Vec<u8> {
    let mut payload = session.to_vec();
    payload.extend(sequence.to_be_bytes());
    payload.extend((messages.len() as u16).to_be_bytes());
    for message in messages {
        payload.extend((message.len() as u16).to_be_bytes());
        payload.extend(message);
    }
    let mut frame = vec![0; 12];
    frame.extend([8, 0, 0x45, 0]);
    frame.extend((28 + payload.len() as u16).to_be_bytes());
    frame.extend([0, 0, 0, 0, 9, 17, 0, 0, 192, 0, 2, 1, 233, 54, 12, 111]);
    let sum: u32 =
        frame[14..34].chunks_exact(2).map(|two| u32::from(two[0]) << 8 | u32::from(two[1])).sum();
    let sum = !(((sum & 0xffff) + (sum >> 16)) as u16);
    frame[24..26].copy_from_slice(&sum.to_be_bytes());
    frame.extend([0x67, 0x6d, 0x67, 0x6d]);
    frame.extend((8 + payload.len() as u16).to_be_bytes());
    frame.extend([0, 0]);
    frame.extend(payload);
    frame
}

/// A packet: session, first sequence, messages.
pub type Sent = ([u8; 10], u64, Vec<Vec<u8>>);

/// A capture of packets.
pub fn capture(folder: &Path, packets: &[Sent]) -> PathBuf {
    let path = folder.join("feed.pcap");
    let mut writer = PcapWriter::new(Vec::new()).unwrap();
    for (place, (session, sequence, messages)) in packets.iter().enumerate() {
        writer.packet(place as u64 * 1_000, &frame(*session, *sequence, messages)).unwrap();
    }
    std::fs::write(&path, writer.finish().unwrap()).unwrap();
    path
}

/// A record of one session with these messages, some to a packet.
pub fn record(messages: &[Vec<u8>]) -> Arc<Record> {
    let folder = tempfile::tempdir().unwrap();
    let packets: Vec<_> = messages
        .chunks(7)
        .enumerate()
        .map(|(place, some)| (SESSION, 1 + 7 * place as u64, some.to_vec()))
        .collect();
    Arc::new(Record::read(&[capture(folder.path(), &packets)]).unwrap())
}

/// Messages of all lengths, each different.
pub fn many(count: u64) -> Vec<Vec<u8>> {
    (1..=count)
        .map(|number| match number % 3 {
            0 => delete(number),
            1 => attributed(number, b'B', number as u32, 100),
            _ => executed(number, 1),
        })
        .collect()
}
