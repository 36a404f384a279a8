//! From message indices to the feed's sequence numbers: lines carry the former, reports want both.

use crate::entry::Entry;

/// Follows the entries of one feed and tells each message's sequence number.
///
/// Sequence and index run in step; only a gap, a restart and the heartbeat after a loss shift them.
///
/// ```
/// use escapement_codec::{Entry, SequenceTrack};
/// let mut track = SequenceTrack::new();
/// assert_eq!(track.sequence(0), 1);
/// track.follow(&Entry::Gap { hw_time: 0, next_index: 5, first: 6, count: 3 });
/// assert_eq!(track.sequence(5), 9);
/// track.follow(&Entry::Restart { hw_time: 0, next_index: 7, session: 1 });
/// assert_eq!(track.sequence(7), 1);
/// track.follow(&Entry::Heartbeat { hw_time: 0, next_index: 9, next_seq: 100 });
/// assert_eq!(track.sequence(10), 101);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SequenceTrack {
    shift: u64,
}

impl Default for SequenceTrack {
    fn default() -> Self {
        Self::new()
    }
}

impl SequenceTrack {
    /// At the start of a feed index 0 is sequence 1.
    #[must_use]
    pub const fn new() -> Self {
        Self { shift: 1 }
    }

    /// Takes every entry in order; most change nothing.
    pub fn follow(&mut self, entry: &Entry) {
        self.shift = match *entry {
            Entry::Gap { next_index, first, count, .. } => {
                first.wrapping_add(count).wrapping_sub(next_index)
            }
            Entry::Restart { next_index, .. } => 1u64.wrapping_sub(next_index),
            Entry::Heartbeat { next_index, next_seq, .. } => next_seq.wrapping_sub(next_index),
            _ => return,
        };
    }

    /// Sequence number of the message with this index.
    #[must_use]
    pub const fn sequence(&self, msg_index: u64) -> u64 {
        msg_index.wrapping_add(self.shift)
    }
}
