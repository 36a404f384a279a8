//! How full the card's stages were while frames came at the line's rate.

use crate::ffi::{QUEUES, STAGES};

/// Hand-overs in the order of the pipeline (`shim/stages.h`).
const STAGE_NAMES: [&str; STAGES] = [
    "beats_a",
    "beats_b",
    "records_stored_a",
    "records_stored_b",
    "records_a",
    "records_b",
    "events_ordered",
    "events",
    "operations",
    "entries",
    "lines",
    "writes",
];
const QUEUE_NAMES: [&str; QUEUES] = [
    "rx_crossing_a_beats",
    "rx_crossing_b_beats",
    "frame_fifo_a_records",
    "frame_fifo_b_records",
    "event_queue",
    "book_queue",
    "ring_lines",
];

/// A hand-over between two parts of the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageCount {
    /// What is handed over.
    pub name: &'static str,
    /// Items taken.
    pub taken: u64,
    /// Core cycles in which an item was offered and not taken.
    pub refused_cycles: u64,
}

/// Transfers and fills since [`crate::SimCard::schedule_start`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageCounts {
    /// Core cycles counted.
    pub cycles: u64,
    /// In the order of the pipeline.
    pub stages: Vec<StageCount>,
    /// Most items that waited in each queue.
    pub deepest: Vec<(&'static str, u64)>,
}

impl StageCounts {
    pub(crate) fn new(
        cycles: u64,
        taken: [u64; STAGES],
        refused: [u64; STAGES],
        deepest: [u64; QUEUES],
    ) -> Self {
        let stages = STAGE_NAMES
            .into_iter()
            .zip(taken.into_iter().zip(refused))
            .map(|(name, (taken, refused_cycles))| StageCount { name, taken, refused_cycles })
            .collect();
        Self { cycles, stages, deepest: QUEUE_NAMES.into_iter().zip(deepest).collect() }
    }
}
