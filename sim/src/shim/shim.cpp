// Clock loop, MAC source, AXI-Lite master, write-port sink and latency probes around the Verilated card.
//
// One cycle of a clock domain: its inputs change at the falling edge; its outputs are sampled right before the rising
// edge, when they have settled; so handshakes are seen exactly as a synchronous neighbour would see them. With equal
// periods all three domains share both edges and a cycle costs two evaluations of the model.

#include "shim.h"

#include <string.h>

#include <deque>
#include <memory>
#include <vector>

#include "VCard.h"
#include "ports.h"
#include "stages.h"
#include "verilated.h"

namespace {

// 156.25 MHz: 5/32 of a cycle in each ns.
constexpr uint64_t kCyclesNum = 5;
constexpr uint64_t kCyclesDen = 32;
// Preamble, FCS and least gap of Ethernet: 24 bytes between frames.
constexpr uint64_t kFrameGapCycles = 3;
// A frame needs some cycles through the crossing before the core can report that it is busy.
constexpr uint64_t kSettleCycles = 8;
// Idle must hold this long before everything is in memory (the crossing to the host clock included).
constexpr uint64_t kQuietCycles = 24;
constexpr uint64_t kResetCycles = 8;
// The crossings' links are up so long after a reset.
constexpr uint64_t kLinkCycles = 64;
constexpr uint64_t kStuckCycles = 1'000'000;

struct Mapping {
  uint64_t iova;
  uint8_t* memory;
  uint64_t bytes;
};

// The MAC of one line.
struct Mac {
  std::vector<uint8_t> frame;  // of it, `at` bytes were taken
  size_t at = 0;
  uint64_t stamp = 0;
  bool bad = false;
  bool active = false;      // the last beat was not taken
  bool driven = false;      // a beat stands at the port
  uint64_t order = 0;       // number of the frame among those of both lines
  uint64_t end_before = 0;  // rx cycle of the last beat
};

// A frame that begins at its time, room or not.
struct Scheduled {
  uint64_t cycle;  // of the MAC clock, from the start of the schedule
  uint64_t stamp;
  std::vector<uint8_t> bytes;
};

struct Probe {
  uint32_t t_in;
  uint8_t type;
  bool is_tick;
  bool unloaded;
  bool first_of_frame;
};

struct Random {
  uint64_t state;
  uint64_t next() {
    state += 0x9e3779b97f4a7c15ull;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
};

enum Domain { kRx = 0, kCore = 1, kHost = 2 };

}  // namespace

struct EscModel {
  VerilatedContext context;
  VCard top{&context, "card"};

  // Clocks.
  uint64_t now = 0;
  uint64_t half[3] = {3200, 3200, 3200};
  uint64_t next_edge[3] = {3200, 3200, 3200};
  bool level[3] = {false, false, false};
  bool together = true;
  uint64_t cycles[3] = {0, 0, 0};

  // MAC source.
  Mac mac[2];
  bool two_lines = false;      // a frame of line B came
  uint64_t frames = 0;
  uint64_t back_to_back = 0;   // pauses shorter than this (ns) are left out
  bool enabled = false;        // a stopped card takes neither frames nor time
  bool have_frame_before = false;
  uint64_t stamp_before = 0;
  uint64_t stamp_latest = 0;   // largest so far
  uint64_t time_told = 0;      // the card was told this time; it lags while frames follow each other closely
  uint64_t start_before = 0;   // rx cycle
  uint64_t last_beat = 0;      // core cycle
  uint64_t end_before = 0;     // rx cycle

  // Frames at the line's rate.
  bool scheduled = false;
  uint64_t schedule_start = 0;  // rx cycle
  std::deque<Scheduled> schedule[2];
  stages::Stages stage_counts;
  uint32_t write_rate = 0;      // lines per 65,536 host cycles, 0: any
  uint64_t write_credit = 0;

  // AXI-Lite master.
  bool aw_pending = false, w_pending = false, b_waiting = false, ar_pending = false, r_waiting = false;
  uint32_t axil_response = 0;
  uint64_t axil_data = 0;

  // Write port.
  std::vector<Mapping> mappings;
  bool bus_master = false;
  bool blocked = false;
  uint32_t stall_ratio = 0;
  Random random{1};
  uint64_t faults = 0;
  uint64_t last_fault = 0;
  uint64_t lines = 0;
  uint64_t interrupts = 0;
  bool irq_before = false;

  // Entries that entered a line which was not yet accepted at the core's write port.
  std::deque<Probe> probes;
  uint64_t probe_errors = 0;
  bool early = false;
  std::vector<uint32_t> all = std::vector<uint32_t>(kEscBuckets);
  std::vector<uint32_t> unloaded = std::vector<uint32_t>(kEscBuckets);
  std::vector<uint32_t> by_type[256][2];  // all, unloaded; empty without any tick

  const bool runs_all;
  uint64_t reset_at = 0;  // rx cycle

  explicit EscModel(bool run_clocks) : runs_all(run_clocks) {
    const char* arguments[] = {"card", "+run_clocks=1"};
    context.commandArgs(run_clocks ? 2 : 1, arguments);
    context.randReset(0);
    ports::clear_inputs(top);
    top.eval();
  }

  bool stalls() { return stall_ratio != 0 && (random.next() & 0xffff) < stall_ratio; }

  // ---- rx_clk ----
  // The frame before this one, on the other line, is through the front end.
  bool in_turn(int line) {
    const Mac& other = mac[1 - line];
    if (other.order == 0 || other.order > mac[line].order) return true;
    return !other.active && cycles[kRx] - other.end_before >= kSettleCycles && !ports::rx_busy(top, 1 - line);
  }
  // On hardware nothing waits: a frame begins when it is there, and what finds no room is dropped by the card.
  void begin_scheduled(int line) {
    Mac& m = mac[line];
    if (m.active || schedule[line].empty() || cycles[kRx] - schedule_start < schedule[line].front().cycle) return;
    Scheduled& next = schedule[line].front();
    m.frame = std::move(next.bytes);
    m.at = 0;
    m.stamp = next.stamp;
    m.bad = false;
    m.order = ++frames;
    m.active = true;
    have_frame_before = true;
    stamp_before = next.stamp;
    if (enabled && next.stamp > stamp_latest) stamp_latest = next.stamp;
    start_before = cycles[kRx];
    schedule[line].pop_front();
  }
  void drive_rx(int line) {
    Mac& m = mac[line];
    if (scheduled) begin_scheduled(line);
    const size_t left = m.active ? m.frame.size() - m.at : 0;
    const bool waits = two_lines && !scheduled && (left <= 8 || (early && m.at == 0)) && !in_turn(line);
    if (!m.active || waits) {
      if (m.driven) {
        ports::rx_idle(top, line);
        m.driven = false;
      }
      return;
    }
    const size_t take = left < 8 ? left : 8;
    uint64_t data = 0;
    memcpy(&data, m.frame.data() + m.at, take);
    const bool last = take == left;
    ports::rx_beat(top, line, data, static_cast<uint8_t>((1u << take) - 1), last, last && m.bad, m.stamp);
    m.driven = true;
  }
  void drive_rx() {
    drive_rx(0);
    if (two_lines) drive_rx(1);
  }
  void sample_rx() {
    ++cycles[kRx];
    for (Mac& m : mac) {
      if (!m.driven) continue;
      if (scheduled) ++stage_counts.beats_in[&m - mac];
      m.at += 8;
      if (m.at >= m.frame.size()) {
        m.active = false;
        last_beat = cycles[kCore];
        end_before = m.end_before = cycles[kRx];
      }
    }
  }

  // ---- core_clk ----
  void sample_core() {
    ++cycles[kCore];
    if (scheduled) stage_counts.sample(top);
    if (ports::probe_valid(top)) probes.push_back(ports::probe<Probe>(top));
    if (ports::line_accept(top)) {
      match_probes(ports::core_cycle(top), ports::line_entries(top));
    }
  }

  // ---- host_clk ----
  void drive_host() {
    ports::axil_drive(top, aw_pending, w_pending, b_waiting, ar_pending, r_waiting);
    ports::write_ready(top, !blocked && !stalls() && credit());
  }
  // A line for each 65,536 of credit; what is not used is not saved beyond one line.
  bool credit() {
    if (write_rate == 0) return true;
    write_credit = write_credit < 65536 ? write_credit + write_rate : write_credit;
    return write_credit >= 65536;
  }
  void sample_host() {
    ++cycles[kHost];
    if (ports::write_valid(top) && ports::write_ready(top)) take_line();
    const bool irq = ports::irq(top);
    interrupts += irq && !irq_before;
    irq_before = irq;
    if (!(aw_pending || w_pending || b_waiting || ar_pending || r_waiting)) return;
    if (aw_pending && ports::awready(top)) aw_pending = false;
    if (w_pending && ports::wready(top)) w_pending = false;
    if (b_waiting && ports::bvalid(top)) {
      axil_response = ports::bresp(top);
      b_waiting = false;
    }
    if (ar_pending && ports::arready(top)) ar_pending = false;
    if (r_waiting && ports::rvalid(top)) {
      axil_response = ports::rresp(top);
      axil_data = ports::rdata(top);
      r_waiting = false;
    }
  }

  void take_line() {
    const uint64_t iova = ports::write_address(top);
    alignas(8) uint8_t line[64];
    ports::write_data(top, line);
    ++lines;
    if (write_rate != 0) write_credit -= 65536;
    if (bus_master) {
      for (const Mapping& m : mappings) {
        if (iova >= m.iova && iova - m.iova <= m.bytes - 64 && iova % 64 == 0) {
          uint64_t* to = reinterpret_cast<uint64_t*>(m.memory + (iova - m.iova));
          uint64_t words[8];
          memcpy(words, line, 64);
          for (int i = 7; i > 0; --i) __atomic_store_n(to + i, words[i], __ATOMIC_RELAXED);
          __atomic_store_n(to, words[0], __ATOMIC_RELEASE);
          return;
        }
      }
    }
    ++faults;
    last_fault = iova;
  }

  // A line of `count` entries was accepted.
  void match_probes(uint32_t accepted_at, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
      if (probes.empty()) {
        ++probe_errors;
        break;
      }
      const Probe p = probes.front();
      probes.pop_front();
      if (!p.is_tick) continue;
      const uint32_t taken = accepted_at - p.t_in;
      const uint32_t bucket = taken < kEscBuckets ? taken : kEscBuckets - 1;
      const bool is_unloaded = p.unloaded && (early || p.first_of_frame);
      ++all[bucket];
      count_type(p.type, 0, bucket);
      if (is_unloaded) {
        ++unloaded[bucket];
        count_type(p.type, 1, bucket);
      }
    }
  }

  void count_type(uint8_t type, int which, uint32_t bucket) {
    std::vector<uint32_t>& counts = by_type[type][which];
    if (counts.empty()) counts.resize(kEscBuckets);
    ++counts[bucket];
  }

  // ---- clocks ----
  void cycle_together() {
    drive_rx();
    drive_host();
    // The MAC of a silent line B needs its clock only to come out of reset.
    const bool line_b = two_lines || runs_all || cycles[kRx] - reset_at < kLinkCycles;
    ports::set_clocks(top, 0, line_b);
    context.timeInc(half[kCore]);
    top.eval();
    sample_rx();
    sample_core();
    sample_host();
    ports::set_clocks(top, 1, line_b);
    context.timeInc(half[kCore]);
    top.eval();
  }

  void cycle_apart() {
    // Until the next rising core edge is done. Time never runs back when the two ways of clocking alternate.
    const uint64_t until = cycles[kCore] + 1;
    while (cycles[kCore] < until) {
      now = next_edge[0];
      for (int d = 1; d < 3; ++d) now = next_edge[d] < now ? next_edge[d] : now;
      bool moves[3];
      for (int d = 0; d < 3; ++d) moves[d] = next_edge[d] == now;
      if (moves[kRx] && !level[kRx]) sample_rx();
      if (moves[kCore] && !level[kCore]) sample_core();
      if (moves[kHost] && !level[kHost]) sample_host();
      for (int d = 0; d < 3; ++d) {
        if (!moves[d]) continue;
        level[d] = !level[d];
        next_edge[d] += half[d];
        ports::set_clock(top, d, level[d]);
      }
      if (moves[kRx] && !level[kRx]) drive_rx();
      if (moves[kHost] && !level[kHost]) drive_host();
      context.time(now);
      top.eval();
    }
  }

  void cycle() {
    if (together) {
      cycle_together();
    } else {
      cycle_apart();
    }
  }

  bool finished() { return context.gotFinish(); }

  bool core_idle() {
    if (!schedule[0].empty() || !schedule[1].empty()) return false;
    return !mac[0].active && !mac[1].active && cycles[kCore] - last_beat >= kSettleCycles && ports::idle(top);
  }

  int32_t reset() {
    for (Mac& m : mac) m.active = false;
    enabled = false;
    forget_frames();
    aw_pending = w_pending = b_waiting = ar_pending = r_waiting = false;
    reset_at = cycles[kRx];
    ports::set_resets(top, 0);
    for (uint64_t i = 0; i < kResetCycles; ++i) cycle();
    ports::set_resets(top, 1);
    for (uint64_t i = 0; i < kResetCycles; ++i) cycle();
    forget_frames();
    return finished() ? kEscFinished : kEscOk;
  }

  // The card knows nothing of what was before.
  void forget_frames() {
    have_frame_before = false;
    stamp_latest = time_told = 0;
    start_before = end_before = cycles[kRx];
    forget_probes();
  }

  void forget_probes() {
    probes.clear();
  }

  int32_t inject(int line, const uint8_t* bytes, size_t length, uint64_t stamp, bool bad) {
    Mac& m = mac[line];
    two_lines = two_lines || line == 1;
    pass_time(stamp, UINT64_MAX);
    for (uint64_t waited = 0;
         m.active || cycles[kRx] - m.end_before < kFrameGapCycles || !ports::rx_room(top, line); ++waited) {
      if (waited == kStuckCycles) return kEscStuck;
      cycle();
    }
    have_frame_before = true;
    stamp_before = stamp;
    if (enabled && stamp > stamp_latest) stamp_latest = stamp;
    start_before = cycles[kRx];
    m.frame.assign(bytes, bytes + length);
    m.at = 0;
    m.stamp = stamp;
    m.bad = bad;
    m.order = ++frames;
    m.active = true;
    while (m.active && !two_lines) cycle();
    return finished() ? kEscFinished : kEscOk;
  }

  // The true distance to the frame before, cut short when the pipe has run empty: then the idle time is skipped, and what
  // the card does in it (slot visits) is waited for. The card knows the time of each frame before a frame with an
  // earlier stamp comes, so what falls due does not depend on how busy the pipe was.
  int32_t pass_time(uint64_t stamp, uint64_t cycles_max) {
    // Distances beyond this are longer than any frame keeps the pipe busy.
    const uint64_t bound = 1u << 20;
    uint64_t distance = bound;
    if (have_frame_before && stamp >= stamp_latest && stamp - time_told < back_to_back) {
      distance = 0;
    } else if (have_frame_before && stamp >= stamp_latest) {
      const uint64_t ns = stamp - stamp_before;
      distance = ns < bound * 6 ? ns * kCyclesNum / kCyclesDen : bound;
    } else if (time_told >= stamp_latest) {
      distance = have_frame_before ? 0 : bound;
    }
    const uint64_t now = !enabled ? time_told : stamp > stamp_latest ? stamp : stamp_latest;
    for (uint64_t i = 0; cycles[kRx] - end_before < kFrameGapCycles || cycles[kRx] - start_before < distance; ++i) {
      const bool rests = core_idle();
      if (rests && time_told >= now && cycles[kRx] - end_before >= kFrameGapCycles) break;
      if (i == cycles_max) return kEscMore;
      if (rests && time_told < now) {
        tell_time(now);
      } else {
        cycle();
      }
    }
    return finished() ? kEscFinished : kEscOk;
  }

  void tell_time(uint64_t now) {
    ports::time_step(top, now);
    cycle();
    ports::no_time_step(top);
    time_told = now;
  }

  // The frames are all in and done, but the card does not know the time of the last.
  bool owes_time() { return time_told < stamp_latest && core_idle(); }

  int32_t until_idle(uint64_t cycles_max) {
    uint64_t quiet = 0;
    for (uint64_t i = 0; i < cycles_max; ++i) {
      if (owes_time()) tell_time(stamp_latest);
      quiet = core_idle() && !ports::write_valid(top) ? quiet + 1 : 0;
      if (quiet > kQuietCycles) return finished() ? kEscFinished : kEscOk;
      cycle();
    }
    return kEscStuck;
  }

  int32_t advance(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) {
      if (owes_time()) {
        tell_time(stamp_latest);
      } else {
        cycle();
      }
    }
    return finished() ? kEscFinished : kEscOk;
  }

  int32_t axil_wait() {
    for (uint64_t i = 0; aw_pending || w_pending || b_waiting || ar_pending || r_waiting; ++i) {
      if (i == kStuckCycles || finished()) {
        aw_pending = w_pending = b_waiting = ar_pending = r_waiting = false;
        return finished() ? kEscFinished : kEscStuck;
      }
      cycle();
    }
    return axil_response == 0 ? kEscOk : axil_response == 2 ? kEscSlvErr : kEscDecErr;
  }
};

extern "C" {

EscModel* esc_new(int32_t run_clocks) { return new EscModel(run_clocks != 0); }
void esc_free(EscModel* m) {
  m->top.final();
  delete m;
}
int32_t esc_reset(EscModel* m) { return m->reset(); }

void esc_set_half_periods(EscModel* m, uint32_t rx_ps, uint32_t core_ps, uint32_t host_ps) {
  const uint64_t halves[3] = {rx_ps, core_ps, host_ps};
  m->together = rx_ps == core_ps && core_ps == host_ps;
  m->now = m->context.time();
  ports::set_clocks(m->top, 0);
  m->top.eval();
  for (int d = 0; d < 3; ++d) {
    m->half[d] = halves[d];
    m->level[d] = false;
    m->next_edge[d] = m->now + halves[d];
  }
}
void esc_set_stalls(EscModel* m, uint32_t ratio, uint64_t seed) {
  m->stall_ratio = ratio;
  m->random.state = seed;
}
void esc_block_writes(EscModel* m, int32_t blocked) { m->blocked = blocked != 0; }
void esc_set_early(EscModel* m, int32_t early) { m->early = early != 0; }

void esc_set_back_to_back(EscModel* m, uint64_t pause_ns) { m->back_to_back = pause_ns; }

void esc_schedule_start(EscModel* m, uint32_t lines_per_65536) {
  m->scheduled = m->two_lines = true;
  m->schedule_start = m->cycles[kRx];
  m->stage_counts = stages::Stages();
  m->write_rate = lines_per_65536;
}
void esc_schedule(EscModel* m, int32_t line, const uint8_t* bytes, size_t length, uint64_t stamp_ns, uint64_t cycle) {
  m->schedule[line == 1 ? 1 : 0].push_back({cycle, stamp_ns, std::vector<uint8_t>(bytes, bytes + length)});
}
int32_t esc_scheduled_left(const EscModel* m) {
  return !m->schedule[0].empty() || !m->schedule[1].empty() || m->mac[0].active || m->mac[1].active;
}
uint64_t esc_stages(const EscModel* m, uint64_t* taken, uint64_t* refused, uint64_t* deepest) {
  memcpy(taken, m->stage_counts.taken, sizeof m->stage_counts.taken);
  memcpy(refused, m->stage_counts.refused, sizeof m->stage_counts.refused);
  memcpy(deepest, m->stage_counts.deepest, sizeof m->stage_counts.deepest);
  return m->stage_counts.cycles;
}

void esc_forget_frames(EscModel* m) { m->forget_frames(); }

void esc_map(EscModel* m, uint64_t iova, uint8_t* memory, uint64_t bytes) {
  m->mappings.push_back({iova, memory, bytes});
}
void esc_unmap(EscModel* m, uint64_t iova) {
  for (size_t i = 0; i < m->mappings.size(); ++i) {
    if (m->mappings[i].iova == iova) {
      m->mappings.erase(m->mappings.begin() + static_cast<ptrdiff_t>(i));
      return;
    }
  }
}
void esc_set_bus_master(EscModel* m, int32_t on) { m->bus_master = on != 0; }
uint64_t esc_faults(const EscModel* m, uint64_t* last_iova) {
  *last_iova = m->last_fault;
  return m->faults;
}

int32_t esc_read(EscModel* m, uint32_t offset, uint64_t* value) {
  ports::axil_read(m->top, offset);
  m->ar_pending = m->r_waiting = true;
  const int32_t status = m->axil_wait();
  *value = m->axil_data;
  return status;
}
int32_t esc_write(EscModel* m, uint32_t offset, uint64_t value, uint32_t strobe) {
  ports::axil_write(m->top, offset, value, static_cast<uint8_t>(strobe));
  m->aw_pending = m->w_pending = m->b_waiting = true;
  return m->axil_wait();
}

int32_t esc_inject(EscModel* m, int32_t line, const uint8_t* bytes, size_t length, uint64_t stamp_ns, int32_t fcs_bad) {
  return m->inject(line == 1 ? 1 : 0, bytes, length, stamp_ns, fcs_bad != 0);
}
int32_t esc_pass_time(EscModel* m, uint64_t stamp_ns, uint64_t cycles_max) { return m->pass_time(stamp_ns, cycles_max); }
void esc_set_enabled(EscModel* m, int32_t enabled) { m->enabled = enabled != 0; }
int32_t esc_advance(EscModel* m, uint64_t cycles) {
  return m->advance(cycles);
}
int32_t esc_is_idle(EscModel* m) { return m->core_idle() && !ports::write_valid(m->top) && !m->owes_time(); }
int32_t esc_run_until_idle(EscModel* m, uint64_t cycles_max) { return m->until_idle(cycles_max); }

uint64_t esc_core_cycles(const EscModel* m) { return m->cycles[kCore]; }
uint64_t esc_interrupts(const EscModel* m) { return m->interrupts; }
uint64_t esc_lines(const EscModel* m) { return m->lines; }
uint64_t esc_probe_errors(const EscModel* m) { return m->probe_errors; }
void esc_histogram(const EscModel* m, int32_t which, uint32_t* buckets) {
  const std::vector<uint32_t>& from = which == kEscAll ? m->all : m->unloaded;
  memcpy(buckets, from.data(), kEscBuckets * sizeof(uint32_t));
}
int32_t esc_type_histogram(const EscModel* m, uint8_t type, int32_t which, uint32_t* buckets) {
  const std::vector<uint32_t>& from = m->by_type[type][which == kEscAll ? 0 : 1];
  if (from.empty()) return 0;
  memcpy(buckets, from.data(), kEscBuckets * sizeof(uint32_t));
  return 1;
}
}
