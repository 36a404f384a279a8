//! Where the stream of entries stands, as far as the entries themselves tell.

use escapement_codec::Entry;

/// Index and sequence of the next message, and the time of the last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) hw_time: u64,
    pub(super) next_index: u64,
    pub(super) next_seq: u64,
}

impl Default for Position {
    fn default() -> Self {
        Self { hw_time: 0, next_index: 0, next_seq: 1 }
    }
}

impl Position {
    /// Notes an entry that goes by.
    pub(super) fn pass(&mut self, entry: &Entry) {
        match *entry {
            Entry::Tick(tick) => self.advance(tick.hw_time, tick.msg_index + 1),
            // Its index is that of the message that caused it.
            Entry::Recentre { hw_time, next_index, .. } => self.advance(hw_time, next_index + 1),
            Entry::Gap { hw_time, next_index, first, count } => {
                self.set(hw_time, next_index, first.wrapping_add(count));
            }
            Entry::Restart { hw_time, next_index, .. } => self.set(hw_time, next_index, 1),
            Entry::Heartbeat { hw_time, next_index, next_seq } => {
                self.set(hw_time, next_index, next_seq);
            }
            Entry::TicksDropped { hw_time, next_index, .. }
            | Entry::Refresh { hw_time, next_index, .. }
            | Entry::Void { hw_time, next_index, .. }
            | Entry::SlotAssigned { hw_time, next_index, .. }
            | Entry::SlotReleased { hw_time, next_index, .. }
            | Entry::TimeStep { hw_time, next_index, .. } => self.advance(hw_time, next_index),
            _ => {}
        }
    }

    /// Index and sequence advance together between gaps and restarts.
    fn advance(&mut self, hw_time: u64, next_index: u64) {
        self.next_seq = self.next_seq.wrapping_add(next_index.wrapping_sub(self.next_index));
        self.next_index = next_index;
        self.hw_time = hw_time;
    }

    fn set(&mut self, hw_time: u64, next_index: u64, next_seq: u64) {
        *self = Self { hw_time, next_index, next_seq };
    }
}

#[cfg(test)]
mod tests {
    use super::Position;
    use escapement_codec::Entry;

    #[test]
    fn sequence_follows_gaps_and_restarts_and_counts_messages_between() {
        let mut position = Position::default();
        position.pass(&Entry::Gap { hw_time: 1, next_index: 0, first: 1, count: 9 });
        assert_eq!((position.next_index, position.next_seq), (0, 10));
        position.pass(&Entry::TicksDropped { hw_time: 2, next_index: 5, slot: 0, count: 1 });
        assert_eq!((position.next_index, position.next_seq), (5, 15));
        position.pass(&Entry::Restart { hw_time: 3, next_index: 7, session: 1 });
        assert_eq!((position.hw_time, position.next_index, position.next_seq), (3, 7, 1));
    }
}
