//! The link frame, as it leaves for a narrow link: filled to what the yardsticks fill.

use std::cell::RefCell;

use escapement_codec::link::{FrameWriter, LinkFrame, FRAME_BYTES_MAX};
use escapement_codec::{CentreTable, Clock, Entry, PushError, Tick};

use super::coding::{Coding, Reader, PAYLOAD_MAX};
use super::line::{centres, resolved};
use super::stream::{Stream, SLOTS};

const FEED: u8 = 1;

/// Link frames of [`PAYLOAD_MAX`] bytes.
pub(crate) struct Link(RefCell<FrameWriter>);

impl Link {
    pub(crate) fn new(clock: Clock) -> Self {
        Self(RefCell::new(FrameWriter::new(FEED, 0, clock, PAYLOAD_MAX)))
    }
}

impl Coding for Link {
    fn name(&self) -> &'static str {
        "link"
    }

    fn fill(&self, entries: &[Entry], _sequence: u64, out: &mut Vec<u8>) -> Result<usize, String> {
        let mut writer = self.0.borrow_mut();
        let mut taken = 0usize;
        for entry in entries {
            match writer.push(entry) {
                Ok(()) => taken += 1,
                Err(PushError::LineFull) if taken > 0 => break,
                Err(error) => return Err(format!("{error}: {entry:?}")),
            }
        }
        // Sent when its last entry came.
        let now = taken.checked_sub(1).and_then(|last| entries.get(last)).map_or(0, Entry::hw_time);
        let mut frame = [0; FRAME_BYTES_MAX];
        let length = writer.finish(now, &mut frame);
        out.extend_from_slice(&frame[..length]);
        Ok(taken)
    }

    fn reader<'a>(&'a self, stream: &'a Stream) -> Box<dyn Reader + 'a> {
        Box::new(LinkReader(centres(stream)))
    }
}

struct LinkReader(CentreTable<SLOTS>);

impl Reader for LinkReader {
    fn packet(&mut self, bytes: &[u8], ticks: &mut Vec<Tick>) -> Result<(), String> {
        let frame = LinkFrame::check(bytes).map_err(|error| error.to_string())?;
        for item in frame.entries() {
            let item = item.map_err(|error| error.to_string())?;
            ticks.extend(resolved(&mut self.0, item)?);
        }
        Ok(())
    }
}
