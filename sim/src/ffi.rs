//! The C face of the model; what each function does stands in `shim/shim.h`.

use std::ffi::c_int;

/// The model; only ever behind a pointer.
#[repr(C)]
pub struct EscModel {
    _private: [u8; 0],
}

pub const BUCKETS: usize = 65_536;
pub const STAGES: usize = 12;
pub const QUEUES: usize = 7;

extern "C" {
    pub fn esc_new(run_clocks: c_int) -> *mut EscModel;
    pub fn esc_free(model: *mut EscModel);
    pub fn esc_reset(model: *mut EscModel) -> i32;
    pub fn esc_set_half_periods(model: *mut EscModel, rx_ps: u32, core_ps: u32, host_ps: u32);
    pub fn esc_set_stalls(model: *mut EscModel, ratio: u32, seed: u64);
    pub fn esc_block_writes(model: *mut EscModel, blocked: c_int);
    pub fn esc_set_early(model: *mut EscModel, early: c_int);
    pub fn esc_set_back_to_back(model: *mut EscModel, pause_ns: u64);
    pub fn esc_schedule_start(model: *mut EscModel, lines_per_65536: u32);
    pub fn esc_schedule(
        model: *mut EscModel,
        line: i32,
        bytes: *const u8,
        length: usize,
        stamp_ns: u64,
        cycle: u64,
    );
    pub fn esc_scheduled_left(model: *const EscModel) -> i32;
    pub fn esc_stages(
        model: *const EscModel,
        taken: *mut u64,
        refused: *mut u64,
        deepest: *mut u64,
    ) -> u64;
    pub fn esc_forget_frames(model: *mut EscModel);
    pub fn esc_map(model: *mut EscModel, iova: u64, memory: *mut u8, bytes: u64);
    pub fn esc_unmap(model: *mut EscModel, iova: u64);
    pub fn esc_set_bus_master(model: *mut EscModel, on: c_int);
    pub fn esc_faults(model: *const EscModel, last_iova: *mut u64) -> u64;
    pub fn esc_read(model: *mut EscModel, offset: u32, value: *mut u64) -> i32;
    pub fn esc_write(model: *mut EscModel, offset: u32, value: u64, strobe: u32) -> i32;
    pub fn esc_inject(
        model: *mut EscModel,
        line: i32,
        bytes: *const u8,
        length: usize,
        stamp_ns: u64,
        fcs_bad: c_int,
    ) -> i32;
    pub fn esc_pass_time(model: *mut EscModel, stamp_ns: u64, cycles_max: u64) -> i32;
    pub fn esc_set_enabled(model: *mut EscModel, enabled: c_int);
    pub fn esc_advance(model: *mut EscModel, cycles: u64) -> i32;
    pub fn esc_is_idle(model: *mut EscModel) -> i32;
    pub fn esc_run_until_idle(model: *mut EscModel, cycles_max: u64) -> i32;
    pub fn esc_core_cycles(model: *const EscModel) -> u64;
    pub fn esc_interrupts(model: *const EscModel) -> u64;
    pub fn esc_lines(model: *const EscModel) -> u64;
    pub fn esc_probe_errors(model: *const EscModel) -> u64;
    pub fn esc_histogram(model: *const EscModel, which: i32, buckets: *mut u32);
    pub fn esc_type_histogram(
        model: *const EscModel,
        type_byte: u8,
        which: i32,
        buckets: *mut u32,
    ) -> i32;
}
