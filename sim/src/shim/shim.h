// The C face of the Verilated card. All functions are for one thread at a time; Rust owns the handle.
#pragma once
#include <stddef.h>
#include <stdint.h>

extern "C" {
struct EscModel;

// Outcome of calls that let the clock run.
enum EscStatus : int32_t {
  kEscOk = 0,
  kEscStuck = 1,     // no progress within the bound
  kEscSlvErr = 2,    // AXI response SLVERR
  kEscDecErr = 3,    // AXI response DECERR
  kEscFinished = 4,  // $finish, $stop or $fatal in the RTL
  kEscMore = 5,      // not done within the cycles given: call again
};

// Histogram to read.
enum EscHistogram : int32_t { kEscAll = 0, kEscUnloaded = 1 };
constexpr size_t kEscBuckets = 65536;

// Idle parts of the card get no clock (hdl/rtl/clock_gate.sv), unless all clocks shall run: slower, and the same in every
// cycle.
EscModel* esc_new(int32_t run_clocks);
void esc_free(EscModel* m);

// Asserts all three resets for a few cycles. Memory mappings, histograms and cycle counts stay.
int32_t esc_reset(EscModel* m);
// Half periods of the three clocks in ps; equal values take the fast path (all edges together).
void esc_set_half_periods(EscModel* m, uint32_t rx_ps, uint32_t core_ps, uint32_t host_ps);
// The write port and the AXI-Lite master stall with this probability (parts per 65,536), under a seed.
void esc_set_stalls(EscModel* m, uint32_t ratio, uint64_t seed);
// The write port takes nothing while `blocked` is not 0.
void esc_block_writes(EscModel* m, int32_t blocked);
// In early mode the unloaded histogram takes every tick of an unloaded message, in whole mode a frame's first tick.
void esc_set_early(EscModel* m, int32_t early);
// Frames follow each other with the least gap of the line, whatever their stamps say; only pauses of `pause_ns` and more
// are still waited out. 0: frames keep their true distance.
void esc_set_back_to_back(EscModel* m, uint64_t pause_ns);

// Frames at the line's rate, from now on: each begins in its cycle, whether there is room or not, and those of the two
// lines do not wait for each other. The write port takes so many lines in 65,536 host cycles. Equal clocks only.
void esc_schedule_start(EscModel* m, uint32_t lines_per_65536);
// Adds a frame that begins so many cycles after the start; on each line in order, and not overlapping.
void esc_schedule(EscModel* m, int32_t line, const uint8_t* bytes, size_t length, uint64_t stamp_ns, uint64_t cycle);
// Whether the last beat of the last frame is still to come.
int32_t esc_scheduled_left(const EscModel* m);
constexpr size_t kEscStages = 12;
constexpr size_t kEscQueues = 7;
// Transfers and refusals by stage, deepest fill by queue, as in stages.h; returns the core cycles counted.
uint64_t esc_stages(const EscModel* m, uint64_t* taken, uint64_t* refused, uint64_t* deepest);

// Drops what is known of frames, their time and entries on their way, after a core reset threw them away.
void esc_forget_frames(EscModel* m);

// Memory that the card may write: whole 64-byte lines, 8-byte aligned. Must stay valid until unmapped.
void esc_map(EscModel* m, uint64_t iova, uint8_t* memory, uint64_t bytes);
void esc_unmap(EscModel* m, uint64_t iova);
void esc_set_bus_master(EscModel* m, int32_t on);
// Writes outside of every mapping, or without bus mastering: none of them was performed.
uint64_t esc_faults(const EscModel* m, uint64_t* last_iova);

int32_t esc_read(EscModel* m, uint32_t offset, uint64_t* value);
// `strobe`: which of the 8 bytes are written; offset is a multiple of 8.
int32_t esc_write(EscModel* m, uint32_t offset, uint64_t value, uint32_t strobe);

// Lets the time before a frame of this stamp pass: to its true distance from the frame before, or until the pipe is idle;
// then idle time is skipped in one step that the card is told, and it runs until what fell due is done.
int32_t esc_pass_time(EscModel* m, uint64_t stamp_ns, uint64_t cycles_max);
// A stopped card takes neither frames nor time.
void esc_set_enabled(EscModel* m, int32_t enabled);
// Passes the time before the frame and waits for room in the crossing of its line (0 A, 1 B), then clocks it in. While
// only line A is in use, returns when the last beat was taken. From the first frame of line B on, returns when the frame
// may begin, so frames of the two lines overlap on their ports; but they end in the order of these calls, each when the
// one before is through the front end (in early mode, where messages leave before their frame ends, they do not overlap).
int32_t esc_inject(EscModel* m, int32_t line, const uint8_t* bytes, size_t length, uint64_t stamp_ns, int32_t fcs_bad);
int32_t esc_advance(EscModel* m, uint64_t cycles);
int32_t esc_is_idle(EscModel* m);
int32_t esc_run_until_idle(EscModel* m, uint64_t cycles_max);

uint64_t esc_core_cycles(const EscModel* m);
uint64_t esc_interrupts(const EscModel* m);
uint64_t esc_lines(const EscModel* m);
// Probes that did not match the entry counts of lines: must stay 0.
uint64_t esc_probe_errors(const EscModel* m);
void esc_histogram(const EscModel* m, int32_t which, uint32_t* buckets);
// The same for ticks of messages with this type byte. Returns 0 if there were none: then nothing is written.
int32_t esc_type_histogram(const EscModel* m, uint8_t type, int32_t which, uint32_t* buckets);
}
