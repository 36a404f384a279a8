//! The fixed record under zstd at level 19: in packets, each compressed alone, and the whole file in one.

use std::io::Write;

use escapement_codec::{Entry, Tick};
use zstd::bulk::Compressor;

use super::super::coding::{Coding, Reader, PAYLOAD_MAX};
use super::super::identical::identical;
use super::super::stream::{ticks_of, Stream};
use super::Fixed;
use crate::progress::Progress;

const LEVEL: i32 = 19;
/// Most bytes that a packet comes to when it is read; more than any packet here.
const PLAIN_MAX: usize = 1 << 20;
/// Bytes between two looks at the clock.
const PIECE: usize = 1 << 16;
/// Counts of ticks that are tried for a packet.
const LOOKS_MAX: u32 = 12;

/// Packets of compressed records, filled as far as the compressor lets one foretell.
pub(crate) struct Zstd {
    compressor: std::cell::RefCell<Compressor<'static>>,
    records: Fixed,
    /// Ticks of the last packet: where to begin to look.
    last: std::cell::Cell<usize>,
}

impl Zstd {
    pub(crate) fn new(stamps: bool) -> Result<Self, String> {
        let mut compressor = Compressor::new(LEVEL).map_err(|error| error.to_string())?;
        compressor.include_contentsize(false).map_err(|error| error.to_string())?;
        Ok(Self { compressor: compressor.into(), records: Fixed { stamps }, last: 200.into() })
    }

    fn packed(&self, entries: &[Entry]) -> Result<Vec<u8>, String> {
        let mut plain = Vec::new();
        let taken = self.records.records(entries, usize::MAX, &mut plain)?;
        debug_assert_eq!(taken, entries.len());
        self.compressor.borrow_mut().compress(&plain).map_err(|error| error.to_string())
    }
}

impl Coding for Zstd {
    fn name(&self) -> &'static str {
        if self.records.stamps {
            "fixed24_zstd19_packets"
        } else {
            "fixed24_zstd19_packets_without_stamps"
        }
    }

    /// The most ticks whose records compress to 1,400 bytes, found by halving between a count that fits and one that does not.
    fn fill(&self, entries: &[Entry], _sequence: u64, out: &mut Vec<u8>) -> Result<usize, String> {
        let (mut fits, mut best) = (0, Vec::new());
        let mut beyond = entries.len().min(PLAIN_MAX / 48) + 1;
        let mut look = self.last.get().clamp(1, beyond - 1);
        for _ in 0..LOOKS_MAX {
            let packed = self.packed(&entries[..look])?;
            let bytes = packed.len();
            if bytes <= PAYLOAD_MAX {
                (fits, best) = (look, packed);
            } else {
                beyond = look;
            }
            // within a byte or two of the limit there is no room for one more
            if fits + 1 >= beyond || (fits == look && bytes + 2 >= PAYLOAD_MAX) {
                break;
            }
            let guess = look * PAYLOAD_MAX / bytes.max(1);
            look = guess.clamp(fits + 1, beyond - 1);
        }
        if fits == 0 {
            best = self.packed(&entries[..1])?;
            fits = 1;
        }
        self.last.set(fits);
        out.extend_from_slice(&best);
        Ok(fits)
    }

    fn reader<'a>(&'a self, _stream: &'a Stream) -> Box<dyn Reader + 'a> {
        Box::new(ZstdReader(&self.records))
    }

    fn keeps_stamps(&self) -> bool {
        self.records.stamps
    }
}

struct ZstdReader<'a>(&'a Fixed);

impl Reader for ZstdReader<'_> {
    fn packet(&mut self, bytes: &[u8], ticks: &mut Vec<Tick>) -> Result<(), String> {
        let plain = zstd::bulk::decompress(bytes, PLAIN_MAX).map_err(|error| error.to_string())?;
        self.0.read(&plain, ticks)
    }
}

/// Bytes of all records compressed as one file, after they were read back and compared: what only an archive can use.
pub(crate) fn whole_file(entries: &[Entry], stamps: bool) -> Result<usize, String> {
    let records = Fixed { stamps };
    let mut plain = Vec::new();
    records.records(entries, usize::MAX, &mut plain)?;
    let packed = compress(&plain).map_err(|error| error.to_string())?;
    let unpacked =
        zstd::bulk::decompress(&packed, plain.len()).map_err(|error| error.to_string())?;
    let mut back = Vec::new();
    records.read(&unpacked, &mut back)?;
    identical(&ticks_of(entries), &back, stamps)?;
    Ok(packed.len())
}

/// One frame, with a look at the clock on the way: the largest capture takes seconds.
fn compress(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut progress =
        Progress::new("zstd -19", "pieces", Some(plain.len().div_ceil(PIECE) as u64));
    let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
    encoder.set_pledged_src_size(Some(plain.len() as u64))?;
    for piece in plain.chunks(PIECE) {
        encoder.write_all(piece)?;
        progress.long_step();
    }
    encoder.finish()
}
