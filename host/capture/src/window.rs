//! A sliding window over a byte stream that knows its offset.

use std::io::{self, Read};

/// Bytes asked from the stream at once.
const CHUNK_BYTES: usize = 128 * 1024;

/// Window over a stream. `ensure(n)` makes up to `n` bytes visible; nothing is consumed until `consume`.
pub(crate) struct Window<'r> {
    stream: Box<dyn Read + Send + 'r>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
    ended: bool,
}

impl<'r> Window<'r> {
    pub(crate) fn new(stream: Box<dyn Read + Send + 'r>) -> Self {
        Self { stream, buffer: vec![0; CHUNK_BYTES], start: 0, end: 0, offset: 0, ended: false }
    }

    /// Offset of the first visible byte.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes that are visible now.
    pub(crate) fn visible(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Tries to make `count` bytes visible; returns how many of them are, fewer only at the end of the stream.
    pub(crate) fn ensure(&mut self, count: usize) -> io::Result<usize> {
        while self.end - self.start < count && !self.ended {
            if self.buffer.len() - self.start < count || self.end == self.buffer.len() {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
                if self.buffer.len() < count + CHUNK_BYTES {
                    self.buffer.resize(count + CHUNK_BYTES, 0);
                }
            }
            match self.stream.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok((self.end - self.start).min(count))
    }

    /// Drops `count` visible bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        assert!(count <= self.end - self.start, "consume is bounded by what ensure showed");
        self.start += count;
        self.offset += count as u64;
    }

    /// Drops up to `count` bytes, visible or not, in bounded memory; returns how many were there.
    pub(crate) fn skip(&mut self, count: u64) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let step = left.min(CHUNK_BYTES as u64) as usize;
            let have = self.ensure(step)?;
            if have == 0 {
                break;
            }
            self.consume(have);
            left -= have as u64;
        }
        Ok(count - left)
    }
}
