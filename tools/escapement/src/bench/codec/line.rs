//! The tick line, as it lies in the ring: 64 bytes, all filled.

use escapement_codec::{
    decode_line, format, CentreTable, Clock, Entry, LineItem, LineWriter, PushError, Resolved, Tick,
};

use super::coding::{Coding, Reader, PAYLOAD_MAX};
use super::stream::{Stream, SLOTS};

const FEED: u8 = 1;

/// Lines of 64 bytes.
pub(crate) struct Line(pub(crate) Clock);

impl Coding for Line {
    fn name(&self) -> &'static str {
        "ring"
    }

    fn fill(&self, entries: &[Entry], sequence: u64, out: &mut Vec<u8>) -> Result<usize, String> {
        let mut writer = LineWriter::new(self.0);
        let mut taken = 0;
        for entry in entries {
            match writer.push(entry) {
                Ok(()) => taken += 1,
                Err(PushError::LineFull) if taken > 0 => break,
                Err(error) => return Err(format!("{error}: {entry:?}")),
            }
        }
        out.extend_from_slice(&writer.finish(sequence as u32, FEED));
        Ok(taken)
    }

    fn reader<'a>(&'a self, stream: &'a Stream) -> Box<dyn Reader + 'a> {
        Box::new(LineReader(centres(stream)))
    }

    fn packets_a_datagram(&self) -> usize {
        PAYLOAD_MAX / format::LINE_BYTES
    }
}

struct LineReader(CentreTable<SLOTS>);

impl Reader for LineReader {
    fn packet(&mut self, bytes: &[u8], ticks: &mut Vec<Tick>) -> Result<(), String> {
        let line = bytes.try_into().map_err(|_| "expected 64 bytes".to_string())?;
        for item in decode_line(line).map_err(|error| error.to_string())? {
            let item = item.map_err(|error| error.to_string())?;
            ticks.extend(resolved(&mut self.0, item)?);
        }
        Ok(())
    }
}

/// The tick that an entry is, if it is one.
pub(crate) fn resolved(
    centres: &mut CentreTable<SLOTS>,
    item: LineItem,
) -> Result<Option<Tick>, String> {
    match centres.resolve(item) {
        Resolved::Entry(Entry::Tick(tick)) => Ok(Some(tick)),
        Resolved::Entry(_) => Ok(None),
        Resolved::UnknownCentre(tick) => Err(format!("unknown centre: {tick:?}")),
        other => Err(format!("unknown entry: {other:?}")),
    }
}

/// What a reader knows before the first entry.
pub(crate) fn centres(stream: &Stream) -> CentreTable<SLOTS> {
    let mut table = CentreTable::new();
    for (slot, &tick) in (0..).zip(&stream.tick_sizes) {
        table.set_tick(slot, tick);
    }
    for &(slot, kind, price) in &stream.centres {
        table.set_centre(slot, kind, price, 0);
    }
    table
}
