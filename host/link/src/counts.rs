//! What a receiver counted.

/// Datagrams by what became of them, and what never came.
///
/// `datagrams` is the sum of `delivered`, `duplicated`, `late`, `stale`, `corrupt` and those still held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkCounts {
    /// All that came.
    pub datagrams: u64,
    /// Frames handed on, heartbeats among them.
    pub delivered: u64,
    /// Of these, frames that came behind one of a higher number.
    pub reordered: u64,
    /// Frames that had come before.
    pub duplicated: u64,
    /// Frames that had been given up as lost, or of a number too old to tell, or from before this receiver listened.
    pub late: u64,
    /// Frames of an earlier run of the sender.
    pub stale: u64,
    /// Datagrams that are no frame: cut, damaged, of another version.
    pub corrupt: u64,
    /// Frames that never came in time.
    pub frames_lost: u64,
    /// Ticks in them.
    pub ticks_lost: u64,
    /// Runs of the sender that began while this receiver listened, the first not counted.
    pub restarts: u64,
}
