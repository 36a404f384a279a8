//! Entries through lines and back.

use escapement_codec::{decode_line, Clock, Entry, LineItem, LineWriter, PushError};

/// Packs entries into lines, reads each line back and compares.
pub struct Lines {
    writer: LineWriter,
    in_line: Vec<Entry>,
}

impl Default for Lines {
    fn default() -> Self {
        Self { writer: LineWriter::new(Clock::default()), in_line: Vec::new() }
    }
}

impl Lines {
    /// Packs an entry that the model made.
    ///
    /// # Panics
    /// The packer refuses it, or a line says something else than what was packed.
    pub fn push(&mut self, entry: Entry) {
        match self.writer.push(&entry) {
            Ok(()) => {}
            Err(PushError::LineFull) => {
                self.end();
                self.writer.push(&entry).expect("an entry fits an empty line");
            }
            Err(other) => panic!("the model made {entry:?}: {other:?}"),
        }
        self.in_line.push(entry);
    }

    /// Reads the line in hand back.
    ///
    /// # Panics
    /// As [`Lines::push`].
    pub fn end(&mut self) {
        if !self.writer.is_empty() {
            check_line(&self.writer.finish(0, 1), &mut self.in_line);
        }
    }
}

fn check_line(line: &[u8; 64], entries: &mut Vec<Entry>) {
    let items: Vec<_> = decode_line(line)
        .expect("a written line is read")
        .map(|item| item.expect("each entry is legal"))
        .collect();
    assert_eq!(items.len(), entries.len());
    for (item, entry) in items.iter().zip(entries.drain(..)) {
        match (item, entry) {
            (LineItem::Tick(read), Entry::Tick(made)) => {
                assert_eq!((read.kind, read.slot, read.size), (made.kind, made.slot, made.size));
                assert_eq!((read.feed_time, read.hw_time), (made.feed_time, made.hw_time));
                assert_eq!((read.side, read.flags), (made.side, made.flags));
                assert_eq!(read.msg_index, made.msg_index & ((1 << 40) - 1));
            }
            (LineItem::Control(read), made) => assert_eq!(read.as_on_line(), made.as_on_line()),
            (read, made) => panic!("wrote {made:?}, read {read:?}"),
        }
    }
}
