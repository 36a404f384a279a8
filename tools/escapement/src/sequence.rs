//! The feed's own sequence numbers, rebuilt from what the card says in band.
//!
//! A line carries message indices only. Between two of the entries that name both an index and a sequence number
//! (gap, restart, heartbeat) the two run in step.

use escapement_codec::Entry;

/// Maps message indices to sequence numbers while entries are read in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequence {
    index: u64,
    seq: u64,
}

impl Default for Sequence {
    /// The first message of a session that is seen from its start: index 0 is sequence 1.
    fn default() -> Self {
        Self { index: 0, seq: 1 }
    }
}

impl Sequence {
    /// Takes notice of an entry.
    pub fn observe(&mut self, entry: &Entry) {
        let (index, seq) = match *entry {
            Entry::Gap { next_index, first, count, .. } => (next_index, first.wrapping_add(count)),
            Entry::Restart { next_index, .. } => (next_index, 1),
            Entry::Heartbeat { next_index, next_seq, .. } => (next_index, next_seq),
            _ => return,
        };
        *self = Self { index, seq };
    }

    /// Sequence number of the message with this index.
    #[must_use]
    pub fn of(&self, msg_index: u64) -> u64 {
        self.seq.wrapping_add(msg_index.wrapping_sub(self.index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_restarts_and_heartbeats_move_the_map() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.of(4), 5);
        sequence.observe(&Entry::Gap { hw_time: 0, next_index: 5, first: 6, count: 10 });
        assert_eq!(sequence.of(5), 16);
        sequence.observe(&Entry::Restart { hw_time: 0, next_index: 7, session: 3 });
        assert_eq!(sequence.of(8), 2);
        sequence.observe(&Entry::Heartbeat { hw_time: 0, next_index: 9, next_seq: 100 });
        assert_eq!(sequence.of(9), 100);
    }
}
