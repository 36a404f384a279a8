// The session: sequence, duplicates, gaps, restarts, message index, and the timers (refresh visits) in order with the
// packets. docs/card-model.md, sections 4 and 7.
//
// A PKT record takes 2 cycles (take and compare, decide), plus one for each event it causes (visit, restart, gap);
// a MSG record takes 1. All events leave through one output register.
//
// Visits that fall due while the input is empty happen then: in free mode when the clock passes them, in follow mode when
// a time step says so. So a packet after a pause finds them done. `busy_o` rises with the step that makes a visit due.
//
// refresh_now_i visits every slot once, at the next packet or when the input is empty, with the current card time; it
// does not move the round robin.

`default_nettype none

module session
  import esc_pkg::*;
#(
  parameter int unsigned Slots = 64
) (
  input wire clk_i,
  input wire rst_ni,

  // Configuration.
  input wire        time_follow_i,
  input wire [63:0] refresh_interval_i,  // ns between two visits, 0 = off
  input wire        refresh_now_i,       // pulse

  // Card time, and what moves it in follow mode: packets from here, and the step, a pulse that reaches card time too.
  input  wire  [63:0] time_ns_i,
  input  wire         step_valid_i,
  input  wire  [63:0] step_ns_i,
  output logic        follow_valid_o,
  output logic [63:0] follow_ns_o,

  input  wire       rec_valid_i,
  output wire       rec_ready_o,
  input  wire rec_t rec_i,

  output wire      ev_valid_o,
  input  wire      ev_ready_i,
  output wire ev_t ev_o,

  // Counting, pulses. A copy is every message record; it is delivered, late or a duplicate.
  output logic        copies_valid_o,
  output logic        late_o,
  output logic        duplicate_o,
  output logic        type_valid_o,         // a message was delivered
  output logic [ 7:0] type_o,               // its type byte
  output logic        type_none_o,          // it has no type byte (length 0)
  output logic        gaps_o,
  output logic [63:0] lost_o,               // with gaps_o: how many
  output logic        restarts_o,
  output logic        lost_range_evicted_o,

  output wire busy_o
);

  localparam int unsigned SlotBits = Slots > 1 ? $clog2(Slots) : 1;
  typedef logic [SlotBits-1:0] slot_t;

  if (Slots < 1 || Slots > 4094) begin : g_slots
    $fatal(1, "session: Slots must be 1 to 4094");
  end

  typedef enum logic [2:0] {
    StIdle,    // next record, or idle visits
    StDecide,  // a packet was taken: timers, restart, gap, in this order
    StVisit,   // one slot visit
    StNow      // visits asked for by refresh_now
  } state_e;

  state_e      state_q;
  // verilator lint_off UNUSEDSIGNAL
  pkt_t        pkt_q;  // offset and count are looked at in the first step only
  // verilator lint_on UNUSEDSIGNAL

  // Session.
  logic have_q, bad_q;
  logic [31:0] session_q;
  logic [63:0] expected_q, last_send_q;
  logic [39:0] next_index_q;

  // Running packet.
  logic [63:0] seq_q;            // of the next MSG
  logic        in_step_q;        // seq_q == expected_q, so messages are delivered
  logic        delivered_q;      // something was, of this frame
  logic [63:0] void_first_q, void_count_q;
  logic fresh_q, restart_q, gap_q, gap_after_restart_q;

  // Timers.
  logic armed_q, due_q, now_wanted_q, visit_from_packet_q, heartbeat_done_q;
  logic [63:0] now_q, next_due_q, visit_time_q;
  slot_t rr_q, now_slot_q;

  logic        out_valid_q;
  ev_t         out_q;

  wire out_free = !out_valid_q || ev_ready_i;
  wire timers_on = refresh_interval_i != '0;

  // The next step ---------------------------------------------------------------------------------------------------
  wire is_pkt = rec_i.kind == RecPkt;
  wire idle_due = timers_on && armed_q && due_q;
  wire start_now = state_q == StIdle && now_wanted_q && (!rec_valid_i || is_pkt);
  wire start_idle_visit = state_q == StIdle && !start_now && !rec_valid_i && idle_due;
  wire take = state_q == StIdle && rec_valid_i && !start_now && out_free;
  wire take_pkt = take && is_pkt;
  wire take_msg = take && rec_i.kind == RecMsg;
  wire take_end = take && rec_i.kind == RecEnd;
  wire deliver = take_msg && in_step_q;
  wire refuse = take_msg && !in_step_q;

  wire pkt_t pkt_in = pkt_t'(rec_i.data[$bits(pkt_t)-1:0]);

  wire decide = state_q == StDecide;
  wire do_timers = decide && due_q && timers_on && armed_q;
  wire do_restart = decide && !do_timers && restart_q && out_free;
  wire do_gap = decide && !do_timers && !restart_q && gap_q && out_free;
  wire settle = decide && !do_timers && !restart_q && (!gap_q || out_free);  // last step

  wire visit_step = (state_q == StVisit || state_q == StNow) && out_free;
  wire slot_t visit_slot = state_q == StNow ? now_slot_q : rr_q;
  wire visit_heartbeat = visit_step && visit_slot == '0 && !heartbeat_done_q;
  wire visit_slot_now = visit_step && !visit_heartbeat;
  wire last_slot = visit_slot == slot_t'(Slots - 1);
  wire [63:0] after_due = next_due_q + refresh_interval_i;

  assign rec_ready_o = state_q == StIdle && !start_now && out_free;

  // In free mode a running clock; in follow mode the packet's stamp leads it.
  wire step = time_follow_i && step_valid_i;
  wire [63:0] now = (step && step_ns_i > time_ns_i) ? step_ns_i : time_ns_i;
  wire [63:0] pkt_now = (time_follow_i && pkt_in.stamp > now) ? pkt_in.stamp : now;

  wire add_range = do_gap;
  wire evicted, lost;

  lost_ranges u_ranges (
    .clk_i,
    .rst_ni,
    .clear_i      (do_restart),
    .add_valid_i  (add_range),
    .add_first_i  (expected_q),
    .add_end_i    (pkt_q.first_seq),
    .evicted_o    (evicted),
    .query_valid_i(refuse),
    .query_seq_i  (seq_q),
    .lost_o       (lost)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q             <= StIdle;
      have_q              <= 1'b0;
      bad_q               <= 1'b0;
      session_q           <= '0;
      expected_q          <= 64'd1;
      last_send_q         <= '0;
      next_index_q        <= '0;
      seq_q               <= '0;
      in_step_q           <= 1'b0;
      delivered_q         <= 1'b0;
      void_count_q        <= '0;
      armed_q             <= 1'b0;
      due_q               <= 1'b0;
      now_wanted_q        <= 1'b0;
      next_due_q          <= '0;
      rr_q                <= '0;
      now_slot_q          <= '0;
      heartbeat_done_q    <= 1'b0;
      visit_from_packet_q <= 1'b0;
      restart_q           <= 1'b0;
      gap_q               <= 1'b0;
      fresh_q             <= 1'b0;
      gap_after_restart_q <= 1'b0;
    end else begin
      if (refresh_now_i) now_wanted_q <= 1'b1;
      if (step && !armed_q && timers_on) begin
        armed_q    <= 1'b1;
        next_due_q <= step_ns_i + refresh_interval_i;
      end

      unique case (state_q)
        StIdle: begin
          if (armed_q) due_q <= next_due_q <= now;
          if (start_now) begin
            state_q      <= StNow;
            now_wanted_q <= refresh_now_i;
            now_slot_q   <= '0;
          end else if (start_idle_visit) begin
            state_q             <= StVisit;
            visit_from_packet_q <= 1'b0;
          end else if (take_pkt) begin
            state_q <= StDecide;
            visit_from_packet_q <= 1'b1;
            fresh_q <= !have_q;
            restart_q    <= have_q && (pkt_in.session != session_q ||
                              (pkt_in.first_seq == 64'd1 && pkt_in.offset == '0 &&
                               pkt_in.send_time > last_send_q && expected_q > 64'd1));
            gap_q <= have_q ? pkt_in.first_seq > expected_q : pkt_in.first_seq > 64'd1;
            gap_after_restart_q <= pkt_in.first_seq > 64'd1;
            due_q <= armed_q && next_due_q <= pkt_now;
            delivered_q <= 1'b0;
            void_count_q <= '0;
            seq_q <= pkt_in.first_seq;
          end else if (take_msg) begin
            seq_q <= seq_q + 64'd1;
            if (deliver) begin
              expected_q   <= expected_q + 64'd1;
              next_index_q <= next_index_q + 40'd1;
              delivered_q  <= 1'b1;
              void_count_q <= void_count_q + 64'd1;
            end else begin
              in_step_q <= seq_q + 64'd1 == expected_q;
            end
          end else if (take_end) begin
            bad_q <= 1'b1;
          end
        end

        StDecide: begin
          if (do_timers) begin
            state_q <= StVisit;
          end else if (do_restart) begin
            restart_q   <= 1'b0;
            gap_q       <= gap_after_restart_q;
            session_q   <= pkt_q.session;
            expected_q  <= 64'd1;
            bad_q       <= 1'b0;
            last_send_q <= pkt_q.send_time;
          end else if (settle) begin
            state_q <= StIdle;
            have_q  <= 1'b1;
            if (gap_q) begin
              expected_q <= pkt_q.first_seq;
              bad_q      <= 1'b1;
            end
            in_step_q <= gap_q || pkt_q.first_seq == expected_q;
            if (fresh_q) session_q <= pkt_q.session;
            if (fresh_q || pkt_q.send_time > last_send_q) last_send_q <= pkt_q.send_time;
            if (!armed_q && timers_on) begin
              armed_q    <= 1'b1;
              next_due_q <= pkt_q.stamp + refresh_interval_i;
            end
          end
        end

        StVisit: begin
          if (visit_heartbeat) heartbeat_done_q <= 1'b1;
          if (visit_slot_now) begin
            heartbeat_done_q <= 1'b0;
            rr_q             <= last_slot ? '0 : rr_q + 1'b1;
            next_due_q       <= after_due;
            due_q            <= after_due <= (visit_from_packet_q ? now_q : now);
            if (!(after_due <= now_q) || !visit_from_packet_q || !timers_on) begin
              state_q <= visit_from_packet_q ? StDecide : StIdle;
            end
          end
        end

        StNow: begin
          if (visit_heartbeat) heartbeat_done_q <= 1'b1;
          if (visit_slot_now) begin
            heartbeat_done_q <= 1'b0;
            now_slot_q <= now_slot_q + 1'b1;
            if (last_slot) state_q <= StIdle;
          end
        end

        default: state_q <= StIdle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_pkt) begin
      pkt_q <= pkt_in;
      now_q <= pkt_now;
    end
    if (deliver && !delivered_q) void_first_q <= seq_q;
    if (start_now) visit_time_q <= time_ns_i;
  end

  // Output ----------------------------------------------------------------------------------------------------------
  wire emit = deliver || (take_end && void_count_q != '0) || do_restart || do_gap || visit_step;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) out_valid_q <= 1'b0;
    else if (out_free) out_valid_q <= emit;
  end

  always_ff @(posedge clk_i) begin
    if (emit) begin
      out_q.kind           <= EvMsg;
      out_q.hw_time        <= pkt_q.stamp;
      out_q.msg_index      <= next_index_q;
      out_q.seq            <= seq_q;
      out_q.count          <= '0;
      out_q.bad            <= bad_q;
      out_q.first_of_frame <= 1'b0;
      out_q.unloaded       <= 1'b0;
      out_q.t_in           <= rec_i.t_in;
      out_q.len            <= '0;
      out_q.data           <= '0;
      if (deliver) begin
        out_q.first_of_frame <= !delivered_q;
        out_q.unloaded       <= rec_i.unloaded;
        out_q.len            <= rec_i.len;
        out_q.data           <= rec_i.data;
      end else if (take_end) begin
        out_q.kind     <= EvVoid;
        out_q.seq      <= void_first_q;
        out_q.count    <= void_count_q;
        out_q.bad      <= 1'b1;
        out_q.len[4:0] <= rec_i.data[4:0];
      end else if (do_restart) begin
        out_q.kind  <= EvRestart;
        out_q.seq   <= 64'd1;
        out_q.count <= 64'(pkt_q.session);
        out_q.bad   <= 1'b0;
      end else if (do_gap) begin
        out_q.kind  <= EvGap;
        out_q.seq   <= expected_q;
        out_q.count <= pkt_q.first_seq - expected_q;
        out_q.bad   <= 1'b1;
      end else begin
        out_q.kind      <= visit_heartbeat ? EvHeartbeat : EvVisit;
        out_q.hw_time   <= state_q == StNow ? visit_time_q : next_due_q;
        out_q.seq       <= expected_q;
        out_q.len[11:0] <= 12'(visit_slot);
      end
    end
  end

  assign ev_valid_o = out_valid_q;
  assign ev_o = out_q;
  logic late_pending_q;  // a refused message waits for its verdict
  assign busy_o = state_q != StIdle || out_valid_q || rec_valid_i || now_wanted_q ||
      late_pending_q || idle_due;

  // Counting --------------------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      copies_valid_o       <= 1'b0;
      late_pending_q       <= 1'b0;
      late_o               <= 1'b0;
      duplicate_o          <= 1'b0;
      type_valid_o         <= 1'b0;
      gaps_o               <= 1'b0;
      restarts_o           <= 1'b0;
      lost_range_evicted_o <= 1'b0;
      follow_valid_o       <= 1'b0;
    end else begin
      copies_valid_o       <= take_msg;
      late_pending_q       <= refuse;
      late_o               <= late_pending_q && lost;
      duplicate_o          <= late_pending_q && !lost;
      type_valid_o         <= deliver;
      gaps_o               <= do_gap;
      restarts_o           <= do_restart;
      lost_range_evicted_o <= evicted;
      follow_valid_o       <= take_pkt && time_follow_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (deliver) begin
      type_o      <= rec_i.data[7:0];
      type_none_o <= rec_i.len == '0;
    end
    if (do_gap) lost_o <= pkt_q.first_seq - expected_q;
    if (take_pkt) follow_ns_o <= pkt_in.stamp;
  end

`ifndef SYNTHESIS
  logic seen_pkt_q;
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
      seen_pkt_q  <= 1'b0;
    end else if (checks_on_q) begin
      if (take_pkt) seen_pkt_q <= 1'b1;
      if (take_msg || take_end) a_pkt_first : assert (seen_pkt_q);
      if (take_msg) a_step : assert (in_step_q == (seq_q == expected_q));
      if (do_gap) a_gap : assert (pkt_q.first_seq > expected_q);
    end
  end
`endif

endmodule

`default_nettype wire
