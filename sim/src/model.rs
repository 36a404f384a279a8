//! A safe handle on the Verilated model.

use std::ptr::NonNull;

use escapement_card::{CardError, CycleHistogram, DmaBuffer, Line, TypeLatency};

use crate::ffi;
use crate::stages::StageCounts;

/// Outcomes of the shim's calls (`EscStatus` in `shim/shim.h`).
mod status {
    pub const OK: i32 = 0;
    pub const STUCK: i32 = 1;
    pub const SLVERR: i32 = 2;
    pub const DECERR: i32 = 3;
    pub const MORE: i32 = 5;
}

/// Host cycles that the shim waits for an AXI-Lite answer, or core cycles for room (`kStuckCycles`).
const STUCK_CYCLES: u64 = 1_000_000;

/// Which histogram.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which {
    All = 0,
    Unloaded = 1,
}

/// Owns the model and keeps the memory alive that it may write.
#[derive(Debug)]
pub(crate) struct Model {
    handle: NonNull<ffi::EscModel>,
    mappings: Vec<DmaBuffer>,
}

// SAFETY: the model has no thread of its own and no thread-local state; whoever owns the handle may use it.
unsafe impl Send for Model {}

impl Model {
    /// A model whose clocks never rest if `run_clocks`.
    pub(crate) fn new(run_clocks: bool) -> Self {
        // SAFETY: no pointer is passed; the returned one is checked.
        let handle = NonNull::new(unsafe { ffi::esc_new(i32::from(run_clocks)) });
        Self {
            handle: handle.unwrap_or_else(|| unreachable!("operator new throws")),
            mappings: Vec::new(),
        }
    }

    fn ptr(&self) -> *mut ffi::EscModel {
        self.handle.as_ptr()
    }

    pub(crate) fn reset(&mut self) -> Result<(), CardError> {
        // SAFETY: the handle is alive and ours alone (`&mut self`).
        progress(unsafe { ffi::esc_reset(self.ptr()) }, "it was in reset")
    }

    pub(crate) fn set_half_periods_ps(&mut self, rx: u32, core: u32, host: u32) {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_set_half_periods(self.ptr(), rx, core, host) }
    }

    pub(crate) fn set_stalls(&mut self, ratio: u16, seed: u64) {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_set_stalls(self.ptr(), u32::from(ratio), seed) }
    }

    pub(crate) fn block_writes(&mut self, blocked: bool) {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_block_writes(self.ptr(), i32::from(blocked)) }
    }

    pub(crate) fn set_early(&mut self, early: bool) {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_set_early(self.ptr(), i32::from(early)) }
    }

    /// Leaves out pauses between frames shorter than this; 0 leaves out none.
    pub(crate) fn set_back_to_back(&mut self, pause_ns: u64) {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_set_back_to_back(self.ptr(), pause_ns) }
    }

    /// Frames come at the line's rate from now on, lines leave at no more than this in 65,536 cycles.
    pub(crate) fn schedule_start(&mut self, lines_per_65536: u32) {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_schedule_start(self.ptr(), lines_per_65536) }
    }

    pub(crate) fn schedule(&mut self, line: Line, bytes: &[u8], stamp_ns: u64, cycle: u64) {
        let (start, length) = (bytes.as_ptr(), bytes.len());
        // SAFETY: as in `reset`; the shim copies `bytes` within the call.
        unsafe { ffi::esc_schedule(self.ptr(), line as i32, start, length, stamp_ns, cycle) }
    }

    pub(crate) fn scheduled_left(&self) -> bool {
        // SAFETY: the handle is alive.
        unsafe { ffi::esc_scheduled_left(self.ptr()) != 0 }
    }

    pub(crate) fn stages(&self) -> StageCounts {
        let mut taken = [0; ffi::STAGES];
        let mut refused = [0; ffi::STAGES];
        let mut deepest = [0; ffi::QUEUES];
        // SAFETY: the handle is alive; the shim writes `STAGES` values to the first two, `QUEUES` to the third.
        let cycles = unsafe {
            ffi::esc_stages(
                self.ptr(),
                taken.as_mut_ptr(),
                refused.as_mut_ptr(),
                deepest.as_mut_ptr(),
            )
        };
        StageCounts::new(cycles, taken, refused, deepest)
    }

    pub(crate) fn forget_frames(&mut self) {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_forget_frames(self.ptr()) }
    }

    pub(crate) fn map(&mut self, buffer: DmaBuffer) {
        // SAFETY: the buffer is a mapping of `len` bytes, page aligned; the clone kept in `mappings` keeps it alive
        // until it is unmapped or the model is freed. The shim writes it with atomic stores of whole words only.
        unsafe { ffi::esc_map(self.ptr(), buffer.iova(), buffer.as_mut_ptr(), buffer.len() as u64) }
        self.mappings.push(buffer);
    }

    /// Returns false if nothing was mapped there.
    pub(crate) fn unmap(&mut self, iova: u64) -> bool {
        let before = self.mappings.len();
        // SAFETY: as in `reset`; unmapped before the buffer may go.
        unsafe { ffi::esc_unmap(self.ptr(), iova) }
        self.mappings.retain(|m| m.iova() != iova);
        self.mappings.len() != before
    }

    pub(crate) fn set_bus_master(&mut self, on: bool) {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_set_bus_master(self.ptr(), i32::from(on)) }
    }

    /// Writes outside of every mapping: number and last address.
    pub(crate) fn faults(&self) -> (u64, u64) {
        let mut last = 0;
        // SAFETY: the handle is alive; `last` is a valid place for the answer.
        let count = unsafe { ffi::esc_faults(self.ptr(), &mut last) };
        (count, last)
    }

    pub(crate) fn read(&mut self, offset: u64) -> Result<u64, CardError> {
        let mut value = 0;
        // SAFETY: as in `reset`; `value` is a valid place for the answer.
        let outcome = unsafe { ffi::esc_read(self.ptr(), offset as u32, &mut value) };
        answer(outcome, offset).map(|()| value)
    }

    /// Writes the bytes of the 64-bit word at `offset` that `strobe` names.
    pub(crate) fn write(&mut self, offset: u64, value: u64, strobe: u8) -> Result<(), CardError> {
        // SAFETY: as in `reset`.
        let outcome =
            unsafe { ffi::esc_write(self.ptr(), offset as u32, value, u32::from(strobe)) };
        answer(outcome, offset)
    }

    pub(crate) fn inject(
        &mut self,
        line: Line,
        bytes: &[u8],
        stamp_ns: u64,
        fcs_bad: bool,
    ) -> Result<(), CardError> {
        let (start, length) = (bytes.as_ptr(), bytes.len());
        // SAFETY: as in `reset`; the shim copies `bytes` within the call.
        let outcome = unsafe {
            ffi::esc_inject(self.ptr(), line as i32, start, length, stamp_ns, i32::from(fcs_bad))
        };
        progress(outcome, "a frame waited for room in the receive crossing")
    }

    /// Returns whether the time before a frame of this stamp has passed; else it did not within `cycles_max`.
    pub(crate) fn pass_time(&mut self, stamp_ns: u64, cycles_max: u64) -> Result<bool, CardError> {
        // SAFETY: as in `reset`.
        match unsafe { ffi::esc_pass_time(self.ptr(), stamp_ns, cycles_max) } {
            status::MORE => Ok(false),
            outcome => progress(outcome, "time passed").map(|()| true),
        }
    }

    pub(crate) fn set_enabled(&mut self, enabled: bool) {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_set_enabled(self.ptr(), i32::from(enabled)) }
    }

    pub(crate) fn advance(&mut self, cycles: u64) -> Result<(), CardError> {
        // SAFETY: as in `reset`.
        progress(unsafe { ffi::esc_advance(self.ptr(), cycles) }, "the clock ran")
    }

    pub(crate) fn is_idle(&mut self) -> bool {
        // SAFETY: as in `reset`.
        unsafe { ffi::esc_is_idle(self.ptr()) != 0 }
    }

    pub(crate) fn run_until_idle(&mut self, cycles_max: u64) -> Result<(), CardError> {
        // SAFETY: as in `reset`.
        match unsafe { ffi::esc_run_until_idle(self.ptr(), cycles_max) } {
            status::STUCK => {
                Err(CardError::Stuck { cycles: cycles_max, waiting_for: "it was to become idle" })
            }
            outcome => progress(outcome, "it was to become idle"),
        }
    }

    pub(crate) fn core_cycles(&self) -> u64 {
        // SAFETY: the handle is alive.
        unsafe { ffi::esc_core_cycles(self.ptr()) }
    }

    pub(crate) fn interrupts(&self) -> u64 {
        // SAFETY: the handle is alive.
        unsafe { ffi::esc_interrupts(self.ptr()) }
    }

    pub(crate) fn lines(&self) -> u64 {
        // SAFETY: the handle is alive.
        unsafe { ffi::esc_lines(self.ptr()) }
    }

    pub(crate) fn probe_errors(&self) -> u64 {
        // SAFETY: the handle is alive.
        unsafe { ffi::esc_probe_errors(self.ptr()) }
    }

    pub(crate) fn histogram(&self, which: Which) -> CycleHistogram {
        let mut buckets = vec![0u32; ffi::BUCKETS];
        // SAFETY: the handle is alive; the shim writes exactly `BUCKETS` values.
        unsafe { ffi::esc_histogram(self.ptr(), which as i32, buckets.as_mut_ptr()) };
        CycleHistogram::from_buckets(buckets.into_iter().map(u64::from).collect())
    }

    /// Latencies by type byte, for types that made ticks.
    pub(crate) fn types(&self) -> Vec<TypeLatency> {
        let of = |type_byte, which: Which| {
            let mut buckets = vec![0u32; ffi::BUCKETS];
            // SAFETY: the handle is alive; the shim writes exactly `BUCKETS` values, or none.
            let any = unsafe {
                ffi::esc_type_histogram(self.ptr(), type_byte, which as i32, buckets.as_mut_ptr())
            };
            let counts = buckets.into_iter().map(u64::from).collect();
            (any != 0, CycleHistogram::from_buckets(counts))
        };
        (0..=u8::MAX)
            .filter_map(|type_byte| {
                let (any, all) = of(type_byte, Which::All);
                let (_, unloaded) = of(type_byte, Which::Unloaded);
                any.then_some(TypeLatency { type_byte, all, unloaded })
            })
            .collect()
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: the handle is alive, ours, and not used after.
        unsafe { ffi::esc_free(self.ptr()) }
    }
}

fn answer(outcome: i32, offset: u64) -> Result<(), CardError> {
    match outcome {
        status::OK => Ok(()),
        status::SLVERR => Err(CardError::BarResponse { offset, response: "SLVERR" }),
        status::DECERR => Err(CardError::BarResponse { offset, response: "DECERR" }),
        status::STUCK => Err(CardError::BarTimeout { offset, cycles: STUCK_CYCLES }),
        _ => Err(finished()),
    }
}

fn progress(outcome: i32, waiting_for: &'static str) -> Result<(), CardError> {
    match outcome {
        status::OK => Ok(()),
        status::STUCK => Err(CardError::Stuck { cycles: STUCK_CYCLES, waiting_for }),
        _ => Err(finished()),
    }
}

fn finished() -> CardError {
    CardError::Missing {
        device: String::from("sim"),
        what: "a running model: the RTL stopped itself",
        mend: "see its message above ($fatal or a failed assertion)",
    }
}
