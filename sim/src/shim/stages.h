// How full the stages of the card are while frames come at the line's rate: transfers and refusals at each hand-over, and
// the most that waited between two of them. The one place that knows names inside the card (stages.vlt keeps them).
#pragma once
#include <stdint.h>

#include "VCard.h"
#include "VCard___024root.h"
#include "shim.h"

namespace stages {

enum Stage {
  kBeatsA,    // beats from the crossing to the front end
  kBeatsB,
  kStoredA,   // records into the frame FIFO
  kStoredB,
  kRecordsA,  // records to the arbiter
  kRecordsB,
  kOrdered,   // events out of the arbiter
  kEvents,    // events to the decoder
  kOps,       // operations to the book
  kEntries,   // entries to the packer
  kLines,     // lines to the ring writer
  kWrites,    // writes to the crossing
  kStages
};

enum Queue {
  kCrossingA,  // beats in the receive crossing
  kCrossingB,
  kFifoA,      // records in the frame FIFO
  kFifoB,
  kEventQueue,
  kBookQueue,
  kRing,       // lines between packer and write port
  kQueues
};
static_assert(kStages == kEscStages && kQueues == kEscQueues, "shim.h names these numbers");

struct Stages {
  uint64_t cycles = 0;
  uint64_t taken[kStages] = {};
  uint64_t refused[kStages] = {};  // cycles in which something was offered and not taken
  uint64_t deepest[kQueues] = {};
  uint64_t beats_in[2] = {};       // from the MAC; the caller counts them

  void handshake(Stage stage, bool valid, bool ready) {
    taken[stage] += valid && ready;
    refused[stage] += valid && !ready;
  }
  void depth(Queue queue, uint64_t in, uint64_t out) {
    const uint64_t held = in > out ? in - out : 0;
    if (held > deepest[queue]) deepest[queue] = held;
  }

  // Before a rising edge of the core clock.
  void sample(VCard& top) {
    auto& r = *top.rootp;
#define CORE(name) r.escapement_top__DOT__u_core__DOT__##name
#define FRONT(line, name) CORE(gen_line__BRA__##line##__KET____DOT__gen_port__DOT__u_front__DOT__##name)
    ++cycles;
    const uint32_t beat_valid = r.escapement_top__DOT__beat_valid, beat_ready = r.escapement_top__DOT__beat_ready;
    const uint32_t rec_valid = CORE(rec_valid), rec_ready = CORE(rec_ready);
    for (int line = 0; line < 2; ++line) {
      handshake(static_cast<Stage>(kBeatsA + line), beat_valid >> line & 1, beat_ready >> line & 1);
      handshake(static_cast<Stage>(kRecordsA + line), rec_valid >> line & 1, rec_ready >> line & 1);
    }
    handshake(kStoredA, FRONT(0, wrec_valid) && FRONT(0, wrec_has), FRONT(0, wrec_ready));
    handshake(kStoredB, FRONT(1, wrec_valid) && FRONT(1, wrec_has), FRONT(1, wrec_ready));
    handshake(kOrdered, CORE(arbiter_ev_valid), CORE(arbiter_ev_ready));
    handshake(kEvents, CORE(ev_valid), CORE(ev_ready));
    handshake(kOps, CORE(mop_valid), CORE(mop_ready));
    handshake(kEntries, CORE(entry_valid), CORE(entry_ready));
    handshake(kLines, CORE(line_valid), CORE(line_ready));
    handshake(kWrites, r.escapement_top__DOT__core_wr_valid, r.escapement_top__DOT__core_wr_ready);
    for (int line = 0; line < 2; ++line) {
      depth(static_cast<Queue>(kCrossingA + line), beats_in[line], taken[kBeatsA + line]);
      depth(static_cast<Queue>(kFifoA + line), taken[kStoredA + line], taken[kRecordsA + line]);
    }
    depth(kEventQueue, taken[kOrdered], taken[kEvents]);
    depth(kBookQueue, CORE(u_book__DOT__u_queue__DOT__count_q), 0);
    depth(kRing, taken[kLines], taken[kWrites]);
#undef FRONT
#undef CORE
  }
};

}  // namespace stages
