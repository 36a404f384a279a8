//! Writes well-formed inputs for each target: `seeds FOLDER` makes FOLDER/<target>/<name>.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use escapement_capture::PcapWriter;
use escapement_codec::link::{FrameWriter, FRAME_BYTES_MAX};
use escapement_codec::{Clock, Entry, LineWriter, PriceKind, RefreshState, Tick, TickKind};
use escapement_feed::Protocol;
use escapement_fuzz::frames::{downstream_packet, segment_header, udp_frame};
// Instrumented code needs the fuzzer's run time even where nothing is fuzzed.
use libfuzzer_sys as _;

const TOPS: u16 = 0x8003;
const DEEP: u16 = 0x8004;

fn message(kind: u8, second: u8, time: i64, symbol: &[u8; 8], rest: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![kind, second];
    bytes.extend_from_slice(&time.to_le_bytes());
    bytes.extend_from_slice(symbol);
    rest.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

/// One message of each kind that says something to a book.
fn messages(time: i64) -> Vec<Vec<u8>> {
    let aig = b"AIG     ";
    let (price, size) = (495_000i64.to_le_bytes(), 100u32.to_le_bytes());
    let id = 77i64.to_le_bytes();
    let mut system = vec![b'S', b'O'];
    system.extend_from_slice(&time.to_le_bytes());
    vec![
        system,
        message(b'H', b'T', time, aig, &[b"    "]),
        message(b'Q', 0, time, aig, &[&size, &price, &price, &size]),
        message(b'8', 1, time, aig, &[&size, &price]),
        message(b'5', 0, time, aig, &[&size, &price]),
        message(b'5', 1, time, aig, &[&[0; 4], &price]),
        message(b'T', 0, time, aig, &[&size, &price, &id]),
        message(b'B', 0, time, aig, &[&size, &price, &id]),
    ]
}

fn segment(protocol: u16, first: i64, messages: &[Vec<u8>]) -> Vec<u8> {
    let mut blocks = Vec::new();
    for m in messages {
        blocks.extend_from_slice(&(m.len() as u16).to_le_bytes());
        blocks.extend_from_slice(m);
    }
    let (length, count) = (blocks.len() as u16, messages.len() as u16);
    let mut bytes = segment_header(protocol, 9, length, count, first - 1, first, 1_000 * first);
    bytes.extend_from_slice(&blocks);
    bytes
}

/// One message of each type of ITCH 5.0, those that change books with fields that make sense.
fn itch_messages(reference: u64) -> Vec<Vec<u8>> {
    let (order, next) = (reference.to_be_bytes(), (reference + 1).to_be_bytes());
    let (shares, price, stock) = (100u32.to_be_bytes(), 1_000_000u32.to_be_bytes(), b"AAPL    ");
    let message = |kind: u8, fields: &[&[u8]]| {
        let mut bytes = vec![kind, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9];
        fields.iter().for_each(|field| bytes.extend_from_slice(field));
        bytes.resize(Protocol::Itch.message_bytes(kind).expect("a type of ITCH"), b' ');
        bytes
    };
    let mut all = vec![
        message(b'S', &[b"O"]),
        message(b'R', &[stock]),
        message(b'H', &[stock, b"T"]),
        message(b'A', &[&order, b"B", &shares, stock, &price]),
        message(b'F', &[&next, b"S", &shares, stock, &price, b"MPID"]),
        message(b'E', &[&order, &[0, 0, 0, 10]]),
        message(b'C', &[&order, &[0, 0, 0, 10], &[0; 8], b"Y", &price]),
        message(b'X', &[&order, &[0, 0, 0, 5]]),
        message(b'U', &[&order, &[0, 0, 0, 0, 0, 0, 0, 99], &shares, &price]),
        message(b'D', &[&next]),
        message(b'P', &[&[0; 8], b"B", &shares, stock, &price]),
        message(b'Q', &[&[0; 4], &shares, stock, &price]),
        message(b'B', &[&order]),
    ];
    all.extend(b"YLVWKJhINO".iter().map(|&kind| message(kind, &[])));
    all
}

fn pcap(frames: &[Vec<u8>]) -> std::io::Result<Vec<u8>> {
    let mut writer = PcapWriter::new(Vec::new())?;
    for (i, frame) in frames.iter().enumerate() {
        writer.packet(1_493_132_621_000_000_000 + i as u64, frame)?;
    }
    writer.finish()
}

fn pcapng(frame: &[u8]) -> Vec<u8> {
    fn block(kind: u32, body: &[u8]) -> Vec<u8> {
        let length = (12 + body.len().next_multiple_of(4)) as u32;
        let mut bytes = [kind.to_le_bytes(), length.to_le_bytes()].concat();
        bytes.extend_from_slice(body);
        bytes.resize(length as usize - 4, 0);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes
    }
    let section = [&0x1a2b_3c4du32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    // Ethernet, no snap length, if_tsresol 9, end of options
    let interface = [1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];
    let length = (frame.len() as u32).to_le_bytes();
    let enhanced = [&[0; 4][..], &[1, 0, 0, 0], &[2, 0, 0, 0], &length, &length, frame].concat();
    let simple = [&length[..], frame].concat();
    [block(0x0a0d_0d0a, &section), block(1, &interface), block(6, &enhanced), block(3, &simple)]
        .concat()
}

/// Entries by line.
fn entries() -> [Vec<Entry>; 3] {
    let tick = Tick {
        kind: TickKind::Bid,
        slot: 3,
        msg_index: 10,
        feed_time: 1_000,
        hw_time: 2_000,
        price: Some(495_000),
        code: 130,
        epoch: 4,
        size: 100,
        side: 0,
        flags: 0,
    };
    let ticks = [
        Entry::Tick(tick),
        Entry::Tick(Tick { kind: TickKind::Ask, msg_index: 11, code: 0, epoch: 0, ..tick }),
        Entry::Tick(Tick { msg_index: 12, size: 5_000, feed_time: 900, flags: 4, ..tick }),
        Entry::Tick(Tick { kind: TickKind::Trade, msg_index: 13, side: 1, flags: 4, ..tick }),
    ];
    let (hw_time, next_index) = (2_000, 14);
    let kind = PriceKind::Ask;
    let state = RefreshState {
        centre: Some(-5),
        quote: Some((-7, 8)),
        known: true,
        epoch: 9,
        flags: 4,
        status: b'T',
    };
    let control = [
        Entry::Gap { hw_time, next_index, first: 5, count: 6 },
        Entry::Recentre { hw_time, next_index, slot: 3, kind, epoch: 5, centre: 494_900 },
        Entry::TicksDropped { hw_time, next_index, slot: 0xffe, count: 3 },
        Entry::Heartbeat { hw_time, next_index, next_seq: 99 },
    ];
    let rare = [
        Entry::Refresh { hw_time, next_index, slot: 3, kind, state },
        Entry::Void { hw_time, next_index, first: 5, count: 6, disposition: 1 },
        Entry::Restart { hw_time, next_index, session: 10 },
    ];
    [ticks.to_vec(), control.to_vec(), rare.to_vec()]
}

/// Lines without their CRC.
fn lines() -> Vec<Vec<u8>> {
    let line = |entries: &Vec<Entry>| {
        let mut writer = LineWriter::new(Clock::default());
        entries.iter().for_each(|entry| writer.push(entry).expect("four entries fit a line"));
        writer.finish(0, 1)[..60].to_vec()
    };
    entries().iter().map(line).collect()
}

/// Frames without their CRC: the entries of the lines, all in one, and a heartbeat.
fn link_frames() -> Vec<Vec<u8>> {
    let mut writer = FrameWriter::new(1, 7, Clock::default(), FRAME_BYTES_MAX);
    let mut out = [0; FRAME_BYTES_MAX];
    let frame = |length: usize, out: &[u8]| out[..length - 4].to_vec();
    let beat = writer.heartbeat(5, 6, &mut out);
    let mut frames = vec![frame(beat, &out)];
    for entry in entries().concat() {
        writer.push(&entry).expect("they fit a frame");
    }
    let length = writer.finish(9, &mut out);
    frames.push(frame(length, &out));
    frames
}

const INSTRUMENTS: [&str; 2] = [
    "[[instrument]]\nvenue = \"IEXG\"\nsymbol = \"AIG\"\ntick = 0.01\ncentre = 49.50\n",
    "[[instrument]]\nvenue = \"IEXG\"\nsymbol = \"A\"\ntick = 1\nbid_centre = -0.5\n[[instrument]]\nvenue = \"IEXG\"\nsymbol = \"B\"\ntick = 0.0001\n",
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: seeds FOLDER")?;
    let put = |target: &str, name: &str, bytes: &[u8]| -> std::io::Result<()> {
        let at = Path::new(&folder).join(target);
        fs::create_dir_all(&at)?;
        fs::write(at.join(name), bytes)
    };

    let segments: Vec<_> = [TOPS, DEEP]
        .iter()
        .flat_map(|&protocol| {
            [
                segment(protocol, 1, &[]),
                segment(protocol, 1, &messages(7)),
                segment(protocol, 20, &messages(9)),
            ]
        })
        .collect();
    let frames: Vec<_> = segments.iter().map(|s| udp_frame(s)).collect();

    let plain = pcap(&frames)?;
    put("capture", "pcap", &plain)?;
    put("capture", "pcapng", &pcapng(&frames[0]))?;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&plain)?;
    put("capture", "pcap.gz", &gz.finish()?)?;
    put("capture", "pcap.zst", &zstd::encode_all(&plain[..], 1)?)?;

    for (i, frame) in frames.iter().enumerate() {
        put("frame", &format!("plain{i}"), &[&[1], &frame[..]].concat())?;
        let tagged =
            [&[3], &frame[..12], &[0x88, 0xa8, 0, 1, 0x81, 0, 0, 2], &frame[12..]].concat();
        put("frame", &format!("tagged{i}"), &tagged)?;
    }
    for (i, segments) in segments.chunks(3).enumerate() {
        // each segment under its length, as the target takes them
        let bytes: Vec<u8> = segments
            .iter()
            .flat_map(|s| [&(s.len() as u16).to_le_bytes()[..], s].concat())
            .collect();
        for early in [0u8, 2] {
            put(
                "transport",
                &format!("feed{i}-{early}"),
                &[&[i as u8 | early], &bytes[..]].concat(),
            )?;
        }
    }
    let session = b"000000000A";
    let packets = [
        downstream_packet(session, 1, &itch_messages(5)),
        downstream_packet(session, 24, &itch_messages(9)[3..8]),
        downstream_packet(session, 40, &[]),
        downstream_packet(b"000000000B", 1, &itch_messages(5)[..4]),
    ];
    for (i, packet) in packets.iter().enumerate() {
        put("frame", &format!("mold{i}"), &[&[9], &udp_frame(packet)[..]].concat())?;
    }
    for options in [0u8, 1, 4, 8] {
        let mut bytes = vec![options];
        for (packet, line) in packets.iter().flat_map(|packet| [(packet, 0u16), (packet, 1)]) {
            let word = packet.len() as u16 | 1 << 12 | line << 14;
            bytes.extend_from_slice(&word.to_le_bytes());
            bytes.extend_from_slice(packet);
        }
        put("itch", &format!("lines{options}"), &bytes)?;
    }
    let mut day = Vec::new();
    for message in itch_messages(5) {
        day.extend_from_slice(&(message.len() as u16).to_be_bytes());
        day.extend_from_slice(&message);
    }
    put("capture", "day.itch", &day)?;
    for (i, line) in lines().iter().enumerate() {
        put("line", &format!("line{i}"), line)?;
    }
    for (i, frame) in link_frames().iter().enumerate() {
        put("link", &format!("frame{i}"), frame)?;
    }
    for (i, text) in INSTRUMENTS.iter().enumerate() {
        put("instruments", &format!("file{i}.toml"), text.as_bytes())?;
    }
    Ok(())
}
