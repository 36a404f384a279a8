// Both lines into one stream by sequence: first copy wins, messages that come too early are held, gaps
// are declared when every configured line has passed them or the window is over; restarts, message
// index, and the timers (refresh visits, gap window) in order with the packets. docs/card-model.md,
// sections 4 and 7.
//
// Records: a PKT is set aside as soon as it is at a line's head (1 cycle, beside other work) and begins
// in the next cycle; a MSG takes 1 cycle, whether it is delivered, refused or held. What a record sets
// going takes longer: a declared gap 4 cycles, held messages 1 each and 6 for their run, a visit 2. All
// events leave through one output register.
//
// A message goes to the reorder memory only if it is not the expected one. The held messages' numbers
// lie in (expected, expected + ReorderSlots), so a place stands for one number; `nearest_q` is the
// lowest of them.
//
// Timers that fall due while the input is empty happen then: in free mode when the clock passes them, in
// follow mode when a time step says so. `busy_o` rises with the step. refresh_now_i visits every slot
// once, at the next packet or when the input is empty, with the current card time; it does not move the
// round robin.
//
// Loads by the host (section 11): one at a time, taken while the input is empty and nothing else waits. A load whose
// stamp is not the number expected is refused. It moves neither numbers nor message index.

`default_nettype none

module line_arbiter
  import esc_pkg::*;
#(
  parameter int unsigned Slots        = 64,   // instrument slots, visited in turn
  parameter int unsigned ReorderSlots = 2048  // messages held, a power of two
) (
  input wire clk_i,
  input wire rst_ni,

  // Configuration.
  input wire        time_follow_i,
  input wire        mold_i,              // 0 IEX-TP, 1 MoldUDP64
  input wire [ 1:0] lines_i,             // configured lines, bit 0 A, bit 1 B
  input wire [63:0] gap_window_i,        // ns
  input wire [63:0] refresh_interval_i,  // ns between two visits, 0 = off
  input wire        refresh_now_i,       // pulse
  input wire        flush_i,             // pulse: deliver and declare all when the input is empty

  // Loads: the command is a pulse, the rest stands until it is done.
  input  wire          load_go_i,
  input  wire  [ 63:0] load_seq_i,         // stamp
  // Kind: 0 message, 1 slot proven, 2 slot doubtful, 3 feed proven, 4 slot released, 5 slot assigned.
  input  wire  [  2:0] load_kind_i,
  input  wire  [ 11:0] load_slot_i,
  input  wire  [  7:0] load_generation_i,  // slot released, slot assigned
  input  wire  [  5:0] load_len_i,         // message, bytes
  input  wire  [319:0] load_data_i,
  output wire          load_pending_o,
  output logic         load_refused_o,     // the last one was
  output wire  [ 63:0] expected_o,
  input  wire  [ 31:0] cycle_i,

  // Card time, and what moves it in follow mode: packets from here, and the step, a pulse that reaches card time too.
  input  wire  [63:0] time_ns_i,
  input  wire         step_valid_i,
  input  wire  [63:0] step_ns_i,
  output logic        follow_valid_o,
  output logic [63:0] follow_ns_o,

  // Lines A and B.
  input  wire       rec_a_valid_i,
  output wire       rec_a_ready_o,
  input  wire rec_t rec_a_i,
  input  wire       rec_b_valid_i,
  output wire       rec_b_ready_o,
  input  wire rec_t rec_b_i,

  output wire      ev_valid_o,
  input  wire      ev_ready_i,
  output wire ev_t ev_o,

  // Counting, pulses. A copy is every message record: delivered, held, late, duplicate or stale.
  output logic [ 1:0] copies_o,              // by line
  output logic [ 1:0] delivered_o,           // by line
  output logic [ 7:0] type_o,                // with delivered_o: its type byte
  output logic        type_none_o,           // it has no type byte (length 0)
  output logic        late_o,
  output logic        duplicate_o,
  output logic        stale_o,
  output logic        refused_b_o,           // with one of the three: line B's copy
  output logic        lost_valid_o,          // numbers were declared lost
  output logic [63:0] lost_o,                // how many
  output logic        gaps_o,                // they begin a gap
  output logic        gap_window_o,
  output logic        reorder_full_o,
  output logic        restarts_o,
  output logic        lost_range_evicted_o,
  output logic        load_message_o,        // a message was loaded: as a copy, but with no line
  output logic        load_mark_o,           // another load was taken
  output logic        load_refusal_o,

  output logic [1:0][63:0] seen_o,  // stamp of each line's last packet
  output wire              busy_o
);

  localparam int unsigned SlotBits = Slots > 1 ? $clog2(Slots) : 1;
  localparam int unsigned PlaceBits = $clog2(ReorderSlots);
  typedef logic [SlotBits-1:0] slot_t;
  typedef logic [PlaceBits-1:0] place_t;

  if (Slots < 1 || Slots > 4094) begin : g_slots
    $fatal(1, "line_arbiter: Slots must be 1 to 4094");
  end
  if (ReorderSlots < 4 || (ReorderSlots & (ReorderSlots - 1)) != 0) begin : g_reorder
    $fatal(1, "line_arbiter: ReorderSlots must be a power of two, 4 or more");
  end

  typedef enum logic [3:0] {
    StIdle,     // next record, or what the empty input lets happen
    StTimers,   // what is due next?
    StVisit,    // one slot visit
    StNow,      // visits asked for by refresh_now
    StRestart,  // a new session
    StBound,    // declare: up to which number at most
    StTarget,   // declare: up to which number
    StDeclare,  // declare: the gap
    StRead,     // deliver held messages: the first is read
    StDrain,    // one a cycle
    StFind,     // which held message is the nearest now
    StLoad      // the host's load
  } state_e;

  // Kinds of loads.
  localparam logic [2:0] LoadMessage = 3'd0;
  localparam logic [2:0] LoadProven = 3'd1;
  localparam logic [2:0] LoadDoubtful = 3'd2;
  localparam logic [2:0] LoadFeedProven = 3'd3;
  localparam logic [2:0] LoadReleased = 3'd4;
  localparam logic [2:0] LoadAssigned = 3'd5;
  localparam logic [5:0] LoadBytes = 6'd40;

  // Why numbers are declared, or held messages delivered.
  typedef enum logic [2:0] {
    ByPacket,   // step 4 of the page
    ByFlush,    // restart, CONTROL.flush
    ByWindow,   // the gap window is over
    ByRoom,     // the reorder memory has no place
    ByDelivery  // nothing to declare: the message before was delivered
  } reason_e;

  typedef struct packed {
    logic               line;
    logic               first_of_frame;
    logic [63:0]        stamp;
    logic [31:0]        t_in;
    logic [15:0]        len;
    logic [MsgBits-1:0] data;
  } held_t;

  state_e  state_q;
  reason_e reason_q;

  // Lines.
  // verilator lint_off UNUSEDSIGNAL
  pkt_t [1:0] pkt_q;  // begun or set aside; the count is not looked at
  // verilator lint_on UNUSEDSIGNAL
  logic [1:0] aside_q;        // pkt_q has not begun yet
  logic       a_first_q;      // stamp of A's packet <= B's
  logic [1:0] stale_q;        // the packet is of a session that ended
  logic [1:0] taken_q;        // a message of the packet was delivered or held
  logic [1:0][63:0] seq_q;    // of the next MSG
  logic [1:0][63:0] passed_q;
  logic [1:0][63:0] void_first_q;
  logic [1:0][15:0] void_count_q;

  // Feed.
  logic bad_q;
  logic [63:0] expected_q;
  logic [39:0] next_index_q;
  logic        gap_before_q;    // the number before expected_q was declared lost, in this session

  // Held messages.
  logic        near_valid_q;
  logic [63:0] nearest_q;       // lowest held number

  // Timers.
  logic armed_q, heartbeat_done_q, now_wanted_q, flush_wanted_q, load_wanted_q, step_seen_q;
  logic [1:0] step_wait_q;  // a step's timers are not known yet
  logic visit_due_q, window_due_q;
  logic [63:0] now_q, next_due_q, visit_time_q;
  slot_t rr_q, now_slot_q;
  logic        window_q;        // deadline_q holds
  logic [63:0] deadline_q;
  logic evaluate_q;             // a record is done: is a gap open?
  logic moved_q;                // expected moved in it
  logic from_deadline_q;        // it was the window: its time is the deadline

  // Declaring.
  logic [63:0] cause_time_q;    // hw_time of what happens now
  logic [63:0] limit_q;         // ByRoom: the number that needs a place
  logic [63:0] bound_q, target_q;
  logic to_nearest_q, declared_q, restart_after_q;
  // A record that waits for what it has set going is the next one.
  logic chosen_q, chosen_line_q;

  logic out_valid_q;
  ev_t  out_q;
  wire  out_free = !out_valid_q || ev_ready_i;
  wire  idle = state_q == StIdle;

  // Which record is next ----------------------------------------------------------------------------
  wire [1:0] head_valid = {rec_b_valid_i, rec_a_valid_i};
  wire [1:0] head_is_pkt = {rec_b_i.kind == RecPkt, rec_a_i.kind == RecPkt};
  wire [1:0] set_aside = head_valid & head_is_pkt & ~aside_q;
  wire [1:0] waiting = aside_q | (head_valid & ~head_is_pkt);
  // A packet just being set aside has a stamp too: nothing overtakes it now.
  wire some = waiting != '0 && set_aside == '0;
  wire line = chosen_q ? chosen_line_q : !waiting[0] || (waiting[1] && !a_first_q);

  wire is_pkt = aside_q[line];
  wire is_msg = !is_pkt && (line ? rec_b_i.kind : rec_a_i.kind) == RecMsg;
  wire [63:0] stamp = pkt_q[line].stamp;
  wire [63:0] seq = seq_q[line];
  wire [63:0] first = pkt_q[line].first_seq;
  wire [15:0] msg_len = line ? rec_b_i.len : rec_a_i.len;
  wire [31:0] msg_t_in = line ? rec_b_i.t_in : rec_a_i.t_in;
  wire [7:0] msg_type = line ? rec_b_i.data[7:0] : rec_a_i.data[7:0];

  // How the numbers lie.
  wire [1:0] ahead = {passed_q[1] > expected_q, passed_q[0] > expected_q};
  wire gap_open = (ahead & lines_i) != '0;
  wire [63:0] distance = seq - expected_q;
  wire seq_below = seq < expected_q;
  wire seq_here = seq == expected_q;
  wire too_far = distance >= 64'(ReorderSlots);
  wire held_already;
  wire held_none;
  wire place_t place = expected_q[PlaceBits-1:0];
  wire nearest_is_next = near_valid_q && nearest_q[PlaceBits-1:0] == place + 1'b1;

  wire [1:0] restarting, stale;

  // What is due.
  wire timers_on = refresh_interval_i != '0;
  wire visit_due_now = timers_on && armed_q && next_due_q <= now_q;
  wire window_due_now = window_q && deadline_q <= now_q;
  wire due_at_packet = visit_due_now || window_due_now ||
      (time_follow_i && ((timers_on && armed_q && next_due_q <= stamp) ||
                         (window_q && deadline_q <= stamp)));

  // The next step -----------------------------------------------------------------------------------
  wire start_now = idle && now_wanted_q && (waiting == '0 || is_pkt);
  wire quiet = idle && !start_now && waiting == '0 && head_valid == '0 && !evaluate_q &&
      step_wait_q == '0;
  wire start_timers = quiet && (visit_due_q || window_due_q);
  wire start_flush = quiet && !(visit_due_q || window_due_q) && flush_wanted_q;

  wire start_load = quiet && !(visit_due_q || window_due_q) && !flush_wanted_q && load_wanted_q;
  wire load_step = state_q == StLoad && out_free;
  wire load_taken = load_step && load_seq_i == expected_q;
  wire load_message = load_taken && load_kind_i == LoadMessage;
  wire load_mark = load_kind_i == LoadProven || load_kind_i == LoadDoubtful;
  wire load_change = load_kind_i == LoadReleased || load_kind_i == LoadAssigned;
  wire load_slot = load_taken && (load_mark || load_change) && load_slot_i < 12'(Slots);

  wire at_pkt = idle && !start_now && some && is_pkt && !evaluate_q;
  wire pkt_timers = at_pkt && due_at_packet;
  wire pkt_restart = at_pkt && !due_at_packet && restarting[line];
  wire pkt_begin = at_pkt && !due_at_packet && !restarting[line];
  wire pkt_settle = pkt_begin && !stale[line] && (gap_open || first > expected_q);

  wire at_rec = idle && !start_now && some && !is_pkt && out_free;
  wire take_end = at_rec && !is_msg;
  wire make_room = at_rec && is_msg && !stale_q[line] && !seq_below && !seq_here && too_far;
  wire take_msg = at_rec && is_msg && !make_room;
  wire msg_stale = take_msg && stale_q[line];
  wire msg_below = take_msg && !stale_q[line] && seq_below;
  wire deliver = take_msg && !stale_q[line] && seq_here;
  wire msg_early = take_msg && !stale_q[line] && !seq_below && !seq_here;
  wire hold = msg_early && !held_already;
  wire msg_twice = msg_early && held_already;

  wire [1:0] rec_done = (take_msg || take_end) ? (line ? 2'b10 : 2'b01) : 2'b00;
  assign rec_a_ready_o = set_aside[0] || rec_done[0];
  assign rec_b_ready_o = set_aside[1] || rec_done[1];

  wire visit_step = (state_q == StVisit || state_q == StNow) && out_free;
  wire slot_t visit_slot = state_q == StNow ? now_slot_q : rr_q;
  wire visit_heartbeat = visit_step && visit_slot == '0 && !heartbeat_done_q;
  wire visit_slot_now = visit_step && !visit_heartbeat;
  wire last_slot = visit_slot == slot_t'(Slots - 1);

  wire do_restart = state_q == StRestart && out_free;
  wire do_declare = state_q == StDeclare && out_free;
  wire drain_held;  // the place read holds a message
  wire drain = state_q == StDrain && drain_held && out_free;
  wire drained = state_q == StDrain && !drain_held;
  wire found;
  wire place_t found_place;
  wire place_t nearest_offset = found_place - place;

  // After held messages were delivered: on with what was going on.
  logic resume;
  state_e resume_state;
  assign resume = (drained && held_none) || found;
  always_comb begin
    unique case (reason_q)
      ByPacket, ByFlush: resume_state = StTarget;
      ByWindow: resume_state = StTimers;
      default: resume_state = StIdle;  // ByRoom: the same record again
    endcase
  end

  // What a declaration may reach.
  wire [63:0] lowest_passed = passed_q[0] < passed_q[1] ? passed_q[0] : passed_q[1];
  wire [63:0] highest_passed = passed_q[0] < passed_q[1] ? passed_q[1] : passed_q[0];
  logic [63:0] packet_bound;
  always_comb begin
    unique case (lines_i)
      2'b01:   packet_bound = passed_q[0];
      2'b10:   packet_bound = passed_q[1];
      2'b11:   packet_bound = lowest_passed;
      default: packet_bound = '0;
    endcase
  end
  wire target_near = near_valid_q && (reason_q != ByPacket || nearest_q <= bound_q);
  logic need_more;
  always_comb begin
    unique case (reason_q)
      ByPacket, ByFlush: need_more = expected_q < bound_q;
      ByWindow, ByRoom: need_more = !declared_q;
      default: need_more = 1'b0;
    endcase
  end
  wire settled = state_q == StTarget && !need_more;

  feed_session u_session (
    .clk_i,
    .rst_ni,
    .mold_i,
    .pkt_i     (pkt_q),
    .moved_on_i(expected_q > 64'd1),
    .restart_o (restarting),
    .stale_o   (stale),
    .take_i    (pkt_begin && !stale[line]),
    .restart_i (do_restart),
    .void_i    (take_end),
    .line_i    (line)
  );

  wire place_t read_place = state_q == StRead ? place : place + 1'b1;
  wire read = state_q == StRead || drain;

  held_map #(
    .Places(ReorderSlots)
  ) u_map (
    .clk_i,
    .rst_ni,
    .set_i        (hold),
    .set_place_i  (seq[PlaceBits-1:0]),
    .clr_i        (drain),
    .clr_place_i  (place),
    .empty_o      (held_none),
    .test_place_i (seq[PlaceBits-1:0]),
    .test_o       (held_already),
    .read_i       (read),
    .read_place_i (read_place),
    .read_o       (drain_held),
    .find_i       (drained && !held_none),
    .find_from_i  (place),
    .found_o      (found),
    .found_place_o(found_place)
  );

  held_t store_in, store_out;
  always_comb begin
    store_in = '0;
    if (hold) begin
      store_in.line = line;
      store_in.first_of_frame = !taken_q[line];
      store_in.stamp = stamp;
      store_in.t_in = msg_t_in;
      store_in.len = msg_len;
      store_in.data = line ? rec_b_i.data : rec_a_i.data;
    end
  end
  sync_ram #(
    .Width($bits(held_t)),
    .Depth(ReorderSlots)
  ) u_store (
    .clk_i,
    .re_i   (read),
    .raddr_i(read_place),
    .rdata_o(store_out),
    .we_i   (hold),
    .waddr_i(seq[PlaceBits-1:0]),
    .wdata_i(store_in)
  );

  wire evicted, lost;
  lost_ranges u_ranges (
    .clk_i,
    .rst_ni,
    .clear_i      (do_restart),
    .add_valid_i  (do_declare),
    .add_longer_i (gap_before_q),
    .add_first_i  (expected_q),
    .add_end_i    (target_q),
    .evicted_o    (evicted),
    .query_valid_i(msg_below),
    .query_seq_i  (seq),
    .lost_o       (lost)
  );

  // State -------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q  <= StIdle;
      reason_q <= ByPacket;
    end else begin
      unique case (state_q)
        StIdle: begin
          if (start_now) begin
            state_q <= StNow;
          end else if (start_timers || pkt_timers) begin
            state_q <= StTimers;
          end else if (start_flush) begin
            state_q  <= (near_valid_q || gap_open) ? StBound : StIdle;
            reason_q <= ByFlush;
          end else if (start_load) begin
            state_q <= StLoad;
          end else if (pkt_restart) begin
            state_q  <= (near_valid_q || gap_open) ? StBound : StRestart;
            reason_q <= ByFlush;
          end else if (pkt_settle) begin
            state_q  <= StBound;
            reason_q <= ByPacket;
          end else if (make_room) begin
            state_q  <= StBound;
            reason_q <= ByRoom;
          end else if (deliver && nearest_is_next) begin
            state_q  <= StRead;
            reason_q <= ByDelivery;
          end
        end
        StTimers: begin
          if (!evaluate_q) begin
            if (window_due_now && !(visit_due_now && next_due_q < deadline_q)) begin
              state_q  <= StBound;
              reason_q <= ByWindow;
            end else if (visit_due_now) begin
              state_q <= StVisit;
            end else begin
              state_q <= StIdle;
            end
          end
        end
        StVisit: if (visit_slot_now) state_q <= StTimers;
        StNow: if (visit_slot_now && last_slot) state_q <= StIdle;
        StRestart: if (do_restart) state_q <= StIdle;
        StBound: state_q <= StTarget;
        StTarget: begin
          if (need_more) state_q <= StDeclare;
          else if (reason_q == ByFlush && restart_after_q) state_q <= StRestart;
          else if (reason_q == ByWindow) state_q <= StTimers;
          else state_q <= StIdle;
        end
        StDeclare: if (do_declare) state_q <= to_nearest_q ? StRead : StTarget;
        StRead: state_q <= StDrain;
        StDrain: if (drained) state_q <= held_none ? resume_state : StFind;
        StFind: if (found) state_q <= resume_state;
        StLoad: if (load_step) state_q <= StIdle;
        default: state_q <= StIdle;
      endcase
    end
  end

  // Lines -------------------------------------------------------------------------------------------
  wire [63:0] stamp_a = set_aside[0] ? rec_a_i.data[$bits(pkt_t)-1-:64] : pkt_q[0].stamp;
  wire [63:0] stamp_b = set_aside[1] ? rec_b_i.data[$bits(pkt_t)-1-:64] : pkt_q[1].stamp;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aside_q       <= '0;
      a_first_q     <= 1'b0;
      chosen_q      <= 1'b0;
      chosen_line_q <= 1'b0;
    end else begin
      if (pkt_timers || pkt_restart || make_room) begin
        chosen_q      <= 1'b1;
        chosen_line_q <= line;
      end else if (pkt_begin || take_msg) begin
        chosen_q <= 1'b0;
      end
      aside_q <= aside_q | set_aside;
      if (pkt_begin) aside_q[line] <= 1'b0;
      if (set_aside != '0) a_first_q <= stamp_a <= stamp_b;
    end
  end

  always_ff @(posedge clk_i) begin
    if (set_aside[0]) pkt_q[0] <= pkt_t'(rec_a_i.data[$bits(pkt_t)-1:0]);
    if (set_aside[1]) pkt_q[1] <= pkt_t'(rec_b_i.data[$bits(pkt_t)-1:0]);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      seq_q        <= '0;
      passed_q     <= {2{64'd1}};
      stale_q      <= '0;
      taken_q      <= '0;
      void_count_q <= '0;
      seen_o       <= '0;
    end else begin
      if (do_restart) begin
        passed_q <= {2{64'd1}};
        // What still comes of a packet that the other line has begun is of the old session.
        stale_q  <= '1;
      end
      if (pkt_begin) begin
        seq_q[line]        <= first;
        stale_q[line]      <= stale[line];
        taken_q[line]      <= 1'b0;
        void_count_q[line] <= '0;
        seen_o[line]       <= stamp;
        if (!stale[line] && first > passed_q[line]) passed_q[line] <= first;
      end
      if (take_msg) begin
        seq_q[line] <= seq + 64'd1;
        // The line had passed all numbers below this one: its packet began with one that it had.
        if (!stale_q[line] && passed_q[line] == seq && seq != '1) passed_q[line] <= seq + 64'd1;
      end
      if (deliver || hold) begin
        taken_q[line]      <= 1'b1;
        void_count_q[line] <= void_count_q[line] + 16'd1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if ((deliver || hold) && !taken_q[line]) void_first_q[line] <= seq;
  end

  // Feed --------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      bad_q        <= 1'b0;
      expected_q   <= 64'd1;
      next_index_q <= '0;
      gap_before_q <= 1'b0;
      near_valid_q <= 1'b0;
    end else begin
      if (deliver || drain) begin
        expected_q   <= expected_q + 64'd1;
        next_index_q <= next_index_q + 40'd1;
        gap_before_q <= 1'b0;
      end
      if (do_declare) begin
        expected_q   <= target_q;
        bad_q        <= 1'b1;
        gap_before_q <= 1'b1;
      end
      if (take_end) bad_q <= 1'b1;
      if (load_taken && load_kind_i == LoadFeedProven) bad_q <= 1'b0;
      if (do_restart) begin
        expected_q   <= 64'd1;
        bad_q        <= 1'b0;
        gap_before_q <= 1'b0;
      end
      if (hold) near_valid_q <= 1'b1;
      if (drained) near_valid_q <= 1'b0;
      if (found) near_valid_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (hold && (!near_valid_q || seq < nearest_q)) nearest_q <= seq;
    if (found) nearest_q <= expected_q + 64'(nearest_offset);
  end

  // Declaring ---------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (idle) begin
      cause_time_q    <= some ? stamp : now_q;
      limit_q         <= seq;
      declared_q      <= 1'b0;
      restart_after_q <= pkt_restart;
    end
    if (state_q == StTimers) begin
      cause_time_q <= deadline_q;
      declared_q   <= 1'b0;
    end
    if (state_q == StBound) begin
      unique case (reason_q)
        ByPacket: bound_q <= packet_bound;
        ByRoom:   bound_q <= limit_q;
        default:  bound_q <= highest_passed;
      endcase
    end
    if (state_q == StTarget) begin
      target_q     <= target_near ? nearest_q : bound_q;
      to_nearest_q <= target_near;
    end
    if (do_declare) declared_q <= 1'b1;
  end

  // Timers ------------------------------------------------------------------------------------------
  wire step = time_follow_i && step_valid_i;
  wire [63:0] known = (step && step_ns_i > time_ns_i) ? step_ns_i : time_ns_i;
  wire record_done = take_msg || (pkt_begin && !pkt_settle) || settled || start_flush;
  wire [64:0] next_deadline = 65'(from_deadline_q ? deadline_q : now_q) + 65'(gap_window_i);
  wire moves = deliver || drain || do_declare || do_restart;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      now_q            <= '0;
      armed_q          <= 1'b0;
      next_due_q       <= '0;
      rr_q             <= '0;
      now_slot_q       <= '0;
      heartbeat_done_q <= 1'b0;
      now_wanted_q     <= 1'b0;
      flush_wanted_q   <= 1'b0;
      load_wanted_q    <= 1'b0;
      load_refused_o   <= 1'b0;
      step_seen_q      <= 1'b0;
      step_wait_q      <= '0;
      visit_due_q      <= 1'b0;
      window_due_q     <= 1'b0;
      window_q         <= 1'b0;
      evaluate_q       <= 1'b0;
      moved_q          <= 1'b0;
      from_deadline_q  <= 1'b0;
    end else begin
      // Time: in free mode the clock, in follow mode the latest of all that tell it.
      if (!time_follow_i || known > now_q) now_q <= known;
      if (time_follow_i && at_pkt && stamp > now_q && stamp > known) now_q <= stamp;

      // Visits.
      if ((step || (pkt_begin && !armed_q)) && !armed_q && timers_on) begin
        armed_q    <= 1'b1;
        next_due_q <= (step ? step_ns_i : stamp) + refresh_interval_i;
      end
      if (visit_heartbeat) heartbeat_done_q <= 1'b1;
      if (visit_slot_now) begin
        heartbeat_done_q <= 1'b0;
        if (state_q == StNow) begin
          now_slot_q <= now_slot_q + 1'b1;
        end else begin
          rr_q       <= last_slot ? '0 : rr_q + 1'b1;
          next_due_q <= next_due_q + refresh_interval_i;
        end
      end
      if (start_now) now_slot_q <= '0;
      if (refresh_now_i) now_wanted_q <= 1'b1;
      else if (start_now) now_wanted_q <= 1'b0;
      if (flush_i) flush_wanted_q <= 1'b1;
      else if (start_flush) flush_wanted_q <= 1'b0;
      if (load_go_i) load_wanted_q <= 1'b1;
      else if (load_step) load_wanted_q <= 1'b0;
      if (load_step) load_refused_o <= !load_taken;

      // Due while the input is empty; a packet's own time does not count, it comes before the packet.
      step_wait_q <= {step_wait_q[0], step};
      if (step) step_seen_q <= 1'b1;
      else if (pkt_begin) step_seen_q <= 1'b0;
      visit_due_q  <= idle && !evaluate_q && visit_due_now;
      window_due_q <= idle && !evaluate_q && window_due_now && (step_seen_q || !time_follow_i);

      // Gap window.
      evaluate_q   <= record_done || (resume && resume_state != StTarget && reason_q != ByRoom);
      if (evaluate_q) begin
        from_deadline_q <= 1'b0;
        if (!gap_open) window_q <= 1'b0;
        else if (!window_q || moved_q)
          window_q <= !next_deadline[64];  // beyond 64 bits it never ends
      end
      if (moves) moved_q <= 1'b1;
      else if (evaluate_q) moved_q <= 1'b0;
      if (state_q == StBound && reason_q == ByWindow) from_deadline_q <= 1'b1;
      if (do_restart) window_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_now) visit_time_q <= time_ns_i;
    if (evaluate_q && gap_open && (!window_q || moved_q)) begin
      deadline_q <= next_deadline[63:0];
    end
  end

  // Output ------------------------------------------------------------------------------------------
  wire void_now = take_end && void_count_q[line] != '0;
  wire load_emit = load_message || load_slot;
  wire emit = deliver || void_now || do_restart || do_declare || drain || visit_step || load_emit;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) out_valid_q <= 1'b0;
    else if (out_free) out_valid_q <= emit;
  end

  always_ff @(posedge clk_i) begin
    if (emit) begin
      out_q.kind           <= EvMsg;
      out_q.hw_time        <= stamp;
      out_q.msg_index      <= next_index_q;
      out_q.seq            <= expected_q;
      out_q.count          <= '0;
      out_q.bad            <= bad_q;
      out_q.first_of_frame <= 1'b0;
      out_q.unloaded       <= 1'b0;
      out_q.t_in           <= msg_t_in;
      out_q.len            <= '0;
      out_q.data           <= '0;
      if (deliver) begin
        out_q.first_of_frame <= !taken_q[line];
        out_q.unloaded       <= line ? rec_b_i.unloaded : rec_a_i.unloaded;
        out_q.len            <= msg_len;
        out_q.data           <= line ? rec_b_i.data : rec_a_i.data;
      end else if (drain) begin
        out_q.hw_time        <= store_out.stamp;
        out_q.first_of_frame <= store_out.first_of_frame;
        out_q.t_in           <= store_out.t_in;
        out_q.len            <= store_out.len;
        out_q.data           <= store_out.data;
      end else if (void_now) begin
        out_q.kind     <= EvVoid;
        out_q.seq      <= void_first_q[line];
        out_q.count    <= 64'(void_count_q[line]);
        out_q.bad      <= 1'b1;
        out_q.len[4:0] <= line ? rec_b_i.data[4:0] : rec_a_i.data[4:0];
      end else if (do_restart) begin
        out_q.kind  <= EvRestart;
        out_q.seq   <= 64'd1;
        out_q.count <= pkt_q[line].session[63:0];
        out_q.bad   <= 1'b0;
      end else if (do_declare) begin
        out_q.kind    <= EvGap;
        out_q.hw_time <= cause_time_q;
        out_q.count   <= target_q - expected_q;
        out_q.bad     <= 1'b1;
      end else if (load_emit) begin
        out_q.hw_time <= now_q;
        out_q.t_in    <= cycle_i;
        if (load_message) begin
          out_q.len  <= 16'(load_len_i > LoadBytes ? LoadBytes : load_len_i);
          out_q.data <= MsgBits'(load_data_i);
        end else begin
          out_q.kind <= load_change ? EvSlot : EvVisit;
          out_q.len[11:0] <= load_slot_i;
          out_q.len[13:12] <= load_change ? {1'b0, load_kind_i[0]} : load_kind_i[1:0];
          if (load_change) begin
            out_q.seq   <= 64'(load_generation_i);
            out_q.count <= load_kind_i[0] ? load_data_i[63:0] : 64'd0;
          end
        end
      end else begin
        out_q.kind      <= visit_heartbeat ? EvHeartbeat : EvVisit;
        out_q.hw_time   <= state_q == StNow ? visit_time_q : next_due_q;
        out_q.len[11:0] <= 12'(visit_slot);
      end
    end
  end

  // Counting ----------------------------------------------------------------------------------------
  logic below_q, twice_q, old_q, refused_b_q;  // a refused message waits for its verdict

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      copies_o             <= '0;
      delivered_o          <= '0;
      below_q              <= 1'b0;
      twice_q              <= 1'b0;
      old_q                <= 1'b0;
      late_o               <= 1'b0;
      duplicate_o          <= 1'b0;
      stale_o              <= 1'b0;
      lost_valid_o         <= 1'b0;
      gaps_o               <= 1'b0;
      gap_window_o         <= 1'b0;
      reorder_full_o       <= 1'b0;
      restarts_o           <= 1'b0;
      lost_range_evicted_o <= 1'b0;
      follow_valid_o       <= 1'b0;
      load_message_o       <= 1'b0;
      load_mark_o          <= 1'b0;
      load_refusal_o       <= 1'b0;
    end else begin
      copies_o <= take_msg ? {line, !line} : 2'b00;
      delivered_o <= deliver ? {line, !line} : drain ? {store_out.line, !store_out.line} : 2'b00;
      below_q <= msg_below;
      twice_q <= msg_twice;
      old_q <= msg_stale;
      late_o <= below_q && lost;
      duplicate_o <= (below_q && !lost) || twice_q;
      stale_o <= old_q;
      lost_valid_o <= do_declare;
      gaps_o <= do_declare && !gap_before_q;
      gap_window_o <= state_q == StTarget && reason_q == ByWindow && need_more;
      reorder_full_o <= make_room;
      restarts_o <= do_restart;
      lost_range_evicted_o <= evicted;
      load_message_o <= load_message;
      load_mark_o <= load_taken && load_kind_i != LoadMessage;
      load_refusal_o <= load_step && !load_taken;
      follow_valid_o <= pkt_begin && time_follow_i;
    end
  end

  always_ff @(posedge clk_i) begin
    refused_b_q <= line;
    refused_b_o <= refused_b_q;
    if (deliver) begin
      type_o      <= msg_type;
      type_none_o <= msg_len == '0;
    end else if (drain) begin
      type_o      <= store_out.data[7:0];
      type_none_o <= store_out.len == '0;
    end
    if (do_declare) lost_o <= target_q - expected_q;
    if (pkt_begin) follow_ns_o <= stamp;
  end

  assign load_pending_o = load_wanted_q || load_go_i;
  assign expected_o = expected_q;
  assign ev_valid_o = out_valid_q;
  assign ev_o = out_q;
  wire verdict_open = below_q || twice_q || old_q;
  wire timer_open = step_wait_q != '0 || visit_due_q || window_due_q;
  assign busy_o = !idle || out_valid_q || head_valid != '0 || aside_q != '0 || evaluate_q ||
      now_wanted_q || flush_wanted_q || load_wanted_q || verdict_open || timer_open;

`ifndef SYNTHESIS
  logic [1:0] seen_pkt_q;
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
      seen_pkt_q  <= '0;
    end else if (checks_on_q) begin
      if (pkt_begin) seen_pkt_q[line] <= 1'b1;
      if (take_msg || take_end) a_pkt_first : assert (seen_pkt_q[line]);
      if (do_declare) a_gap : assert (target_q > expected_q);
      if (do_restart) a_nothing_held : assert (held_none);
      a_near : assert (state_q == StFind || state_q == StDrain || near_valid_q == !held_none);
      if (near_valid_q && idle) begin
        a_window : assert (nearest_q > expected_q && nearest_q - expected_q < 64'(ReorderSlots));
      end
      if (take_msg && !stale_q[line]) a_passed : assert (passed_q[line] >= seq || seq == '0);
    end
  end
`endif

endmodule

`default_nettype wire
