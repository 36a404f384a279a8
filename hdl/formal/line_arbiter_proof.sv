// Proof of line_arbiter: within a session the numbers that leave, delivered or declared lost, are 1, 2, 3... without a
// hole and without a repetition; a message leaves as it came, and what leaves is the first copy that was taken; no number
// is declared lost that was taken, nor one that no rule gives up.
//
// One number is chosen; whether a copy of it was taken in this session, and what that copy was, is remembered beside the
// module. The host loads nothing. What each line has passed is counted anew here from the records. Rules: docs/card-model.md, section 4. Which
// packets begin a session or are stale is feed_session's and taken from there.

`default_nettype none

module line_arbiter_proof
  import esc_pkg::*;
#(
  parameter int unsigned Slots = 2,
  parameter int unsigned ReorderSlots = 4,
  parameter int unsigned NumberBits = 6,  // sequence numbers lie below 2^
  parameter int unsigned TimeBits = 6,  // times too, and the gap window
  parameter int unsigned Parts = 8,  // of what is proved at once, see the end
  parameter int unsigned Part = Parts,
  localparam int unsigned PlaceBits = $clog2(ReorderSlots)
) (
  input wire logic        clk_i,
  input wire logic        rst_ni,
  input wire logic        time_follow_i,
  input wire logic        mold_i,
  input wire logic [ 1:0] lines_i,
  input wire logic [63:0] gap_window_i,
  input wire logic [63:0] refresh_interval_i,
  input wire logic        refresh_now_i,
  input wire logic        flush_i,
  input wire logic [63:0] time_ns_i,
  input wire logic        step_valid_i,
  input wire logic [63:0] step_ns_i,
  input wire logic [ 1:0] valid_i,
  input wire rec_t        rec_a_i,
  input wire rec_t        rec_b_i,
  input wire logic        ev_ready_i,
  input wire logic [63:0] chosen_i
);

  // As in line_arbiter.
  localparam logic [3:0] StIdle = 4'd0;
  localparam logic [3:0] StTimers = 4'd1;
  localparam logic [3:0] StVisit = 4'd2;
  localparam logic [3:0] StNow = 4'd3;
  localparam logic [3:0] StRestart = 4'd4;
  localparam logic [3:0] StBound = 4'd5;
  localparam logic [3:0] StTarget = 4'd6;
  localparam logic [3:0] StDeclare = 4'd7;
  localparam logic [3:0] StRead = 4'd8;
  localparam logic [3:0] StDrain = 4'd9;
  localparam logic [3:0] StFind = 4'd10;
  localparam logic [3:0] StLoad = 4'd11;
  localparam logic [2:0] ByPacket = 3'd0;
  localparam logic [2:0] ByFlush = 3'd1;
  localparam logic [2:0] ByWindow = 3'd2;
  localparam logic [2:0] ByRoom = 3'd3;
  localparam logic [2:0] ByDelivery = 3'd4;

  // As in held_map.
  localparam int unsigned WordBits = ReorderSlots >= 128 ? 64 : ReorderSlots / 2;
  localparam int unsigned Words = ReorderSlots / WordBits;

  localparam logic [63:0] Numbers = 64'd1 << NumberBits;  // no message has it or a higher one
  localparam logic [63:0] Times = 64'd1 << TimeBits;

  typedef logic [PlaceBits-1:0] place_t;
  typedef struct packed {
    logic [63:0]        stamp;
    logic [15:0]        len;
    logic [MsgBits-1:0] data;
  } copy_t;

  logic [1:0] ready;
  rec_t [1:0] rec;
  logic ev_valid;
  ev_t ev;
  assign rec = {rec_b_i, rec_a_i};
  line_arbiter #(
    .Slots       (Slots),
    .ReorderSlots(ReorderSlots)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .time_follow_i,
    .mold_i,
    .lines_i,
    .gap_window_i,
    .refresh_interval_i,
    .refresh_now_i,
    .flush_i,
    .load_go_i           (1'b0),
    .load_seq_i          ('0),
    .load_kind_i         ('0),
    .load_slot_i         ('0),
    .load_generation_i   ('0),
    .load_len_i          ('0),
    .load_data_i         ('0),
    .load_pending_o      (),
    .load_refused_o      (),
    .expected_o          (),
    .cycle_i             ('0),
    .time_ns_i,
    .step_valid_i,
    .step_ns_i,
    .follow_valid_o      (),
    .follow_ns_o         (),
    .rec_a_valid_i       (valid_i[0]),
    .rec_a_ready_o       (ready[0]),
    .rec_a_i,
    .rec_b_valid_i       (valid_i[1]),
    .rec_b_ready_o       (ready[1]),
    .rec_b_i,
    .ev_valid_o          (ev_valid),
    .ev_ready_i,
    .ev_o                (ev),
    .copies_o            (),
    .delivered_o         (),
    .type_o              (),
    .type_none_o         (),
    .late_o              (),
    .duplicate_o         (),
    .stale_o             (),
    .refused_b_o         (),
    .lost_valid_o        (),
    .lost_o              (),
    .gaps_o              (),
    .gap_window_o        (),
    .reorder_full_o      (),
    .restarts_o          (),
    .lost_range_evicted_o(),
    .load_message_o      (),
    .load_mark_o         (),
    .load_refusal_o      (),
    .seen_o              (),
    .busy_o              ()
  );

  logic first_q;
  initial first_q = 1'b1;
  logic [63:0] chosen_q, window_q, time_q;
  logic [1:0] lines_q, valid_q, ready_q;
  rec_kind_e [1:0] kind_q;
  logic follow_q, mold_q, idle_q;
  always_ff @(posedge clk_i) begin
    first_q  <= 1'b0;
    chosen_q <= first_q ? chosen_i : chosen_q;
    window_q <= gap_window_i;
    time_q   <= time_ns_i;
    lines_q  <= lines_i;
    follow_q <= time_follow_i;
    mold_q   <= mold_i;
    idle_q   <= u_dut.idle;
    valid_q  <= valid_i;
    ready_q  <= ready;
    kind_q   <= {rec_b_i.kind, rec_a_i.kind};
  end

  // The records taken: number of each, what the lines have passed, the first copy of the chosen number.
  logic [1:0] take_pkt, take_msg;
  pkt_t [1:0] pkt_q;
  logic [1:0][63:0] seq_q, passed_q;
  logic  got_q;
  copy_t copy_q;
  for (genvar l = 0; l < 2; l++) begin : gen_line
    assign take_pkt[l] = valid_i[l] && ready[l] && rec[l].kind == RecPkt;
    assign take_msg[l] = valid_i[l] && ready[l] && rec[l].kind == RecMsg;
    always_ff @(posedge clk_i) if (take_pkt[l]) pkt_q[l] <= pkt_t'(rec[l].data[$bits(pkt_t)-1:0]);
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        seq_q[l]    <= '0;
        passed_q[l] <= 64'd1;
      end else begin
        if (u_dut.do_restart) passed_q[l] <= 64'd1;
        if (u_dut.pkt_begin && u_dut.line == 1'(l)) begin
          seq_q[l] <= pkt_q[l].first_seq;
          if (!u_dut.stale[l] && pkt_q[l].first_seq > passed_q[l]) begin
            passed_q[l] <= pkt_q[l].first_seq;
          end
        end
        if (take_msg[l]) begin
          seq_q[l] <= seq_q[l] + 64'd1;
          if (!u_dut.stale_q[l] && seq_q[l] >= passed_q[l]) passed_q[l] <= seq_q[l] + 64'd1;
        end
      end
    end
  end

  logic [1:0] taken;  // a copy of the chosen number
  for (genvar l = 0; l < 2; l++) begin : gen_taken
    assign taken[l] = take_msg[l] && !u_dut.stale_q[l] && seq_q[l] == chosen_q;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) got_q <= 1'b0;
    else got_q <= !u_dut.do_restart && (got_q || taken != '0);
  end
  always_ff @(posedge clk_i) begin
    if (taken != '0 && !got_q) begin
      copy_q <= {pkt_q[taken[1]].stamp, rec[taken[1]].len, rec[taken[1]].data};
    end
  end

  // The events that left: which number is next, seen from outside, and once the event that waits has left.
  logic [63:0] next_q, next;
  logic [39:0] index_q, index;
  always_comb begin
    next  = next_q;
    index = index_q;
    if (ev_valid) begin
      if (ev.kind == EvMsg) begin
        next  = ev.seq + 64'd1;
        index = index_q + 40'd1;
      end
      if (ev.kind == EvGap) next = ev.seq + ev.count;
      if (ev.kind == EvRestart) next = 64'd1;
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      next_q  <= 64'd1;
      index_q <= '0;
    end else if (ev_valid && ev_ready_i) begin
      next_q  <= next;
      index_q <= index;
    end
  end

  // The gap window: card time when it last began anew. A message or a declaration moved the next number, or a record
  // opened the gap. What a window itself moves it moves at its own deadline.
  logic [63:0] since_q;
  logic open, opened_q;
  assign open = (lines_i[0] && passed_q[0] > next) || (lines_i[1] && passed_q[1] > next);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      since_q  <= '0;
      opened_q <= 1'b0;
    end else begin
      if (u_dut.evaluate_q) opened_q <= open;
      if (u_dut.moves) since_q <= u_dut.from_deadline_q ? u_dut.deadline_q : u_dut.now_q;
      else if (u_dut.evaluate_q && open && !opened_q) since_q <= u_dut.now_q;
    end
  end

  // A flush that was asked for is under way until the arbiter is idle again.
  logic flush_wanted_q, flushing_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      flush_wanted_q <= 1'b0;
      flushing_q     <= 1'b0;
    end else begin
      flush_wanted_q <= flush_i || (flush_wanted_q && !u_dut.start_flush);
      if (u_dut.start_flush) flushing_q <= flush_wanted_q;
      else if (u_dut.idle) flushing_q <= 1'b0;
    end
  end

  // Up to where numbers may be declared lost in this cycle, by the rules.
  logic [63:0] low, high, reach, reach_q;
  logic over, restarting;
  logic [1:0] no_room;
  always_comb begin
    high = passed_q[0] > passed_q[1] ? passed_q[0] : passed_q[1];
    unique case (lines_i)
      2'b01:   low = passed_q[0];
      2'b10:   low = passed_q[1];
      2'b11:   low = passed_q[0] < passed_q[1] ? passed_q[0] : passed_q[1];
      default: low = '0;
    endcase
    over = opened_q && 65'(u_dut.now_q) >= 65'(since_q) + 65'(gap_window_i);
    restarting = u_dut.aside_q[u_dut.chosen_line_q] && u_dut.restarting[u_dut.chosen_line_q];
    reach = low;  // every configured line has passed them
    for (int l = 0; l < 2; l++) begin  // a message that waits has no place
      no_room[l] = valid_i[l] && rec[l].kind == RecMsg && !u_dut.aside_q[l] && !u_dut.stale_q[l] &&
          seq_q[l] >= next && seq_q[l] - next >= 64'(ReorderSlots);
      if (no_room[l] && seq_q[l] > reach) reach = seq_q[l];
    end
    if ((over || flushing_q || restarting) && high > reach) reach = high;
  end
  always_ff @(posedge clk_i) if (!ev_valid || ev_ready_i) reach_q <= reach;

  // What the memory holds: the number in place p, and the nearest one.
  logic [ReorderSlots-1:0] held;
  logic some_held;
  place_t here, nearest, waits;
  logic [63:0] expected, ahead;
  logic [PlaceBits:0] holds;
  for (genvar w = 0; w < Words; w++) begin : gen_word
    assign held[w*WordBits+:WordBits] = u_dut.u_map.held_q[w];
  end
  assign expected = u_dut.expected_q;
  assign here = expected[PlaceBits-1:0];
  assign waits = chosen_q[PlaceBits-1:0];
  assign ahead = chosen_q - expected;
  assign some_held = held != '0;
  always_comb begin
    nearest = '0;
    holds   = '0;
    for (int unsigned i = ReorderSlots; i > 0; i--) begin
      if (held[place_t'(here+place_t'(i-1))]) nearest = place_t'(i - 1);
      holds = holds + (PlaceBits + 1)'(held[i-1]);
    end
  end

  copy_t stored, drained;
  assign stored.stamp = u_dut.u_store.mem[waits][MsgBits+48+:64];
  assign stored.len = u_dut.u_store.mem[waits][MsgBits+:16];
  assign stored.data = u_dut.u_store.mem[waits][MsgBits-1:0];
  assign drained.stamp = u_dut.store_out.stamp;
  assign drained.len = u_dut.store_out.len;
  assign drained.data = u_dut.store_out.data;

  logic [3:0] state;
  logic [2:0] reason;
  logic working, chosen_msg, chosen_line, open_end;
  assign state = u_dut.state_q;
  assign reason = u_dut.reason_q;
  assign working = state >= StBound;
  assign chosen_line = u_dut.chosen_line_q;
  assign chosen_msg = u_dut.chosen_q && valid_i[chosen_line] && rec[chosen_line].kind == RecMsg &&
      !u_dut.aside_q[chosen_line];
  // A number or none is to be declared yet.
  assign open_end =
      state == StBound || (state == StTarget && !u_dut.declared_q) || state == StDeclare;

  // What is claimed, and what holds in between, one bit each.
  typedef struct packed {
    logic       next;
    logic       index;
    logic       some;
    logic       rule;
    logic       not_taken;
    logic       taken;
    logic       first_copy;
    logic       expected;
    logic       numbers;
    logic       packets;
    logic       flush;
    logic       no_load;
    logic       chosen;
    logic       numbering;
    logic       passed;
    logic       bounded;
    logic       count;
    logic       window;
    logic       not_here;
    logic       held;
    logic       kept;
    logic       near;
    logic       nearest;
    logic       read;
    logic       drain;
    logic       drained;
    logic       search;
    logic       one_step;
    logic       some_held;
    logic       index_1;
    logic       word_1;
    logic       occupied;
    logic       step_2;
    logic       found;
    logic       states;
    logic       reasons;
    logic       bound_packet;
    logic       bound_flush;
    logic       restarts;
    logic       flushed;
    logic       flushing;
    logic       waits;
    logic       no_room;
    logic       bound_room;
    logic       over;
    logic       bound_window;
    logic       target;
    logic       to_nearest;
    logic       to_bound;
    logic       to_end;
    logic       below;
    logic       undeclared;
    logic       clock;
    logic       since;
    logic       now;
    logic       times;
    logic       opened;
    logic       open;
    logic       deadline;
    logic from;
    logic       from_window;
    logic       from_where;
    logic       moved;
  } ok_t;
  ok_t ok;
  logic before_q;  // all of it held in the cycle before
  always_ff @(posedge clk_i) before_q <= first_q || ok == '1;

  always_comb begin
    ok = '1;
    if (first_q) begin
      e_reset : assume (!rst_ni);
      e_packets : assume (pkt_q == u_dut.pkt_q);  // of no meaning before the first packet
    end else begin
      e_no_reset : assume (rst_ni);
      e_still : assume (gap_window_i == window_q && time_follow_i == follow_q && mold_i == mold_q);
      e_lines : assume (idle_q || lines_i == lines_q);
      e_time : assume (time_ns_i >= time_q);
    end
    e_times : assume (gap_window_i < Times && time_ns_i < Times && step_ns_i < Times);
    for (int l = 0; l < 2; l++) begin
      assume (pkt_q[l].stamp < Times);
      if (valid_i[l]) assume (rec[l].kind != rec_kind_e'(2'd3));
      if (!first_q && valid_q[l] && !ready_q[l]) begin
        assume (valid_i[l] && rec[l].kind == kind_q[l]);
      end
      assume (seq_q[l] < Numbers && pkt_q[l].first_seq < Numbers);
    end

    if (!first_q && rst_ni) begin
      // The claims.
      if (ev_valid && (ev.kind == EvMsg || ev.kind == EvGap)) ok.next &= ev.seq == next_q;
      if (ev_valid && ev.kind == EvMsg) ok.index &= ev.msg_index == index_q;
      if (ev_valid && ev.kind == EvGap) begin
        ok.some &= ev.count != '0;
        ok.rule &= ev.seq + ev.count <= reach_q;
        if (chosen_q - ev.seq < ev.count) ok.not_taken &= !got_q;
      end
      if (ev_valid && ev.kind == EvMsg && ev.seq == chosen_q) begin
        ok.taken &= got_q;
        ok.first_copy &= {ev.hw_time, ev.len, ev.data} == copy_q;
      end

      // What holds in between.
      ok.expected &= expected == next && u_dut.next_index_q == index;
      ok.numbers &= expected <= Numbers && expected != '0;
      ok.packets &= pkt_q == u_dut.pkt_q;
      ok.no_load &= !u_dut.load_wanted_q && state != StLoad;
      ok.flush &= flush_wanted_q == u_dut.flush_wanted_q;
      ok.chosen &= !u_dut.chosen_q || u_dut.aside_q[chosen_line] || chosen_msg;
      for (int l = 0; l < 2; l++) begin
        ok.numbering &= seq_q[l] == u_dut.seq_q[l] && passed_q[l] == u_dut.passed_q[l];
        ok.passed &= u_dut.stale_q[l] || passed_q[l] >= seq_q[l];
        ok.bounded &= passed_q[l] <= Numbers && passed_q[l] != '0;
      end

      // Held messages: in the window, passed by a line; the chosen one as its first copy was.
      ok.count &= u_dut.u_map.count_q == holds;
      for (int unsigned i = 0; i < ReorderSlots; i++) begin
        if (held[place_t'(here+place_t'(i))]) begin
          ok.window &= expected + 64'(i) < high;
          ok.not_here &= i != 0 || state == StRead || state == StDrain;
        end
      end
      if (chosen_q >= expected) begin
        ok.held &= got_q == (ahead < 64'(ReorderSlots) && held[waits]);
        if (got_q) ok.kept &= stored == copy_q;
      end
      if (state != StDrain && state != StFind) begin
        ok.near &= u_dut.near_valid_q == some_held;
        if (some_held) ok.nearest &= u_dut.nearest_q == expected + 64'(nearest);
      end
      if (state == StRead) ok.read &= held[here];
      if (state == StDrain) begin
        ok.drain &= u_dut.drain_held == held[here];
        if (held[here] && chosen_q == expected) ok.drained &= drained == copy_q;
      end

      // The search for the nearest.
      ok.search &= (state == StFind) == (u_dut.u_map.step1_q || u_dut.u_map.step2_q || u_dut.found);
      ok.one_step &= $countones({u_dut.u_map.step1_q, u_dut.u_map.step2_q, u_dut.found}) <= 1;
      if (state == StFind) ok.some_held &= some_held && !u_dut.near_valid_q;
      if (u_dut.u_map.step1_q) begin
        ok.index_1 &= u_dut.u_map.index_q == u_dut.u_map.from.word;
        ok.word_1 &= u_dut.u_map.word_q == (u_dut.u_map.held_q[u_dut.u_map.from.word] &
                                       ({WordBits{1'b1}} << u_dut.u_map.from.place));
        for (int unsigned w = 0; w < Words; w++) begin
          ok.occupied &= u_dut.u_map.occupied_q[w] == (u_dut.u_map.held_q[w] != '0);
        end
      end
      if (u_dut.u_map.step2_q) begin
        ok.step_2 &= {u_dut.u_map.index_q, u_dut.u_map.lowest} == place_t'(here + nearest);
      end
      if (u_dut.found) ok.found &= u_dut.found_place == place_t'(here + nearest);

      // What is under way, and why.
      ok.states &= state <= StFind && reason <= ByDelivery;
      if (state == StBound || state == StTarget || state == StDeclare) begin
        ok.reasons &= reason != ByDelivery;
      end
      if (working && state != StBound) begin
        if (reason == ByPacket) ok.bound_packet &= u_dut.bound_q == low;
        if (reason == ByFlush) ok.bound_flush &= u_dut.bound_q == high;
      end
      if (state == StRestart || (working && reason == ByFlush && u_dut.restart_after_q)) begin
        ok.restarts &= u_dut.chosen_q && restarting;
      end
      if (state == StRestart) ok.flushed &= !some_held;
      if (working && reason == ByFlush && !u_dut.restart_after_q) begin
        ok.flushing &= flushing_q;
      end
      if (working && reason == ByRoom) begin
        ok.waits &= chosen_msg;
        if (open_end) begin
          ok.no_room &= u_dut.limit_q == seq_q[chosen_line] && no_room[chosen_line];
          if (state != StBound) ok.bound_room &= u_dut.bound_q == u_dut.limit_q;
        end
      end
      if (working && reason == ByWindow && open_end) begin
        ok.over &= u_dut.window_q && u_dut.deadline_q <= u_dut.now_q;
        ok.over &= !u_dut.moved_q && !u_dut.evaluate_q;
        if (state != StBound) ok.bound_window &= u_dut.bound_q == high;
      end
      if (state == StDeclare) begin
        ok.target &= u_dut.target_q > expected;
        if (u_dut.to_nearest_q) begin
          ok.to_nearest &= some_held && u_dut.target_q == expected + 64'(nearest);
          if (reason == ByPacket) ok.to_bound &= u_dut.target_q <= low;
        end else begin
          ok.to_end &= u_dut.target_q == u_dut.bound_q;
          if (some_held) ok.below &= u_dut.target_q < expected + 64'(nearest);
        end
      end
      if (open_end && (reason == ByRoom || reason == ByWindow)) begin
        ok.undeclared &= !u_dut.declared_q;
      end

      // The gap window.
      if (!time_follow_i) ok.clock &= u_dut.now_q <= time_q;
      ok.since &= since_q <= u_dut.now_q;
      ok.now &= u_dut.now_q < Times;
      if (u_dut.window_q) ok.times &= u_dut.deadline_q < 2 * Times;
      if (u_dut.window_q) ok.opened &= opened_q;
      if (u_dut.window_q && !u_dut.moved_q) begin
        ok.open &= high > expected;
        ok.deadline &= 65'(since_q) + 65'(gap_window_i) <= 65'(u_dut.deadline_q);
      end
      if (u_dut.from_deadline_q) begin
        ok.from &= u_dut.deadline_q >= since_q && u_dut.deadline_q <= u_dut.now_q;
        ok.from_window &= u_dut.window_q;
        ok.from_where &= u_dut.evaluate_q || (working && state != StBound && reason == ByWindow);
      end
      if (state <= StNow && u_dut.moved_q && !u_dut.evaluate_q) begin
        ok.moved &= !u_dut.window_q || (state == StIdle && chosen_msg);
      end

      c_reordered :
      cover (ev_valid && ev.kind == EvMsg && ev.seq == chosen_q && chosen_q == 64'd3 &&
             copy_q.data[7:0] == 8'h5a && u_dut.drain);
      c_lost :
      cover (ev_valid && ev.kind == EvGap && chosen_q - ev.seq < ev.count && lines_i == 2'b11);
      c_window :
      cover (u_dut.do_declare && reason == ByWindow && gap_window_i != '0 && !u_dut.to_nearest_q);
      c_room : cover (u_dut.do_declare && reason == ByRoom && u_dut.to_nearest_q);
      c_flush : cover (u_dut.do_declare && reason == ByFlush && !u_dut.restart_after_q);
      c_restart : cover (u_dut.do_restart && reason == ByFlush && got_q);
      c_found : cover (u_dut.found);
    end
  end

  // A part is proved from all having held before; Part == Parts: all of it, from the start.
  if (Part < Parts) begin : gen_part
    always_comb e_before : assume (first_q || before_q);
  end
  for (genvar i = 0; i < $bits(ok_t); i++) begin : gen_ok
    if (Part == Parts || i % Parts == Part) begin : gen_mine
      always_comb a_ok : assert (ok[i]);
    end
  end

endmodule

`default_nettype wire
