//! Several captures as one, in order of time.

use std::collections::VecDeque;
use std::path::Path;

use crate::{CaptureError, CaptureReader, Packet};

/// Captures merged by time stamp. On equal stamps the file named first goes first; within a file the order of the
/// file is kept even where its stamps step back.
pub struct Merged<'r> {
    readers: Vec<CaptureReader<'r>>,
    /// Which reader's packet was given last and must move on.
    given: Option<usize>,
    started: bool,
    /// Errors of files whose first record is broken. Nothing tells when it was, so they wait until all else was given.
    broken_at_first: VecDeque<CaptureError>,
}

impl Merged<'static> {
    /// Opens all files; the first that is not a capture is an error.
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self, CaptureError> {
        Ok(Self::new(paths.iter().map(CaptureReader::open).collect::<Result<_, _>>()?))
    }
}

impl<'r> Merged<'r> {
    /// Merges readers, in the order given.
    pub fn new(mut readers: Vec<CaptureReader<'r>>) -> Self {
        for (index, reader) in readers.iter_mut().enumerate() {
            reader.set_index(index);
        }
        Self { readers, given: None, started: false, broken_at_first: VecDeque::new() }
    }

    /// The next packet of all, or None when all files have ended. An error in one file comes when that file's next
    /// packet is needed, thus after everything good before it; that of a file whose first record is broken comes when
    /// all other files have ended.
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        if self.started {
            if let Some(given) = self.given.take() {
                self.readers[given].advance()?;
            }
        } else {
            self.started = true;
            for reader in &mut self.readers {
                if let Err(error) = reader.advance() {
                    self.broken_at_first.push_back(error);
                }
            }
        }
        let first = (0..self.readers.len())
            .filter_map(|index| Some((self.readers[index].current()?.stamp_ns, index)))
            .min();
        self.given = first.map(|(_, index)| index);
        if self.given.is_none() {
            if let Some(error) = self.broken_at_first.pop_front() {
                return Err(error);
            }
        }
        Ok(self.given.and_then(|index| self.readers[index].current()))
    }

    /// The readers, for their counts and formats.
    pub fn readers(&self) -> &[CaptureReader<'r>] {
        &self.readers
    }

    /// Packets delivered although their file ends inside them.
    pub fn cut_packets(&self) -> u64 {
        self.readers.iter().map(CaptureReader::cut_packets).sum()
    }
}
