// The card's core, all in one clock: frames in, posted writes out (docs/card-model.md).
//
// Boundary: MAC beats (valid/ready), AXI4-Lite slave, posted 64-byte writes (valid/ready), interrupt request. Registers
// live under the hard reset; everything else is also cleared by CONTROL.core_reset.

`default_nettype none

module escapement_core
  import esc_pkg::*;
  import csr_pkg::*;
  import front_pkg::*;
  import esc_counter_pkg::*;
#(
  parameter logic        [63:0] BuildHash     = 64'd0,
  parameter int unsigned        Board         = 0,
  parameter int unsigned        Slots         = 64,
  parameter int unsigned        MapLog2       = 8,
  parameter int unsigned        LevelSetsLog2 = 14,
  parameter int unsigned        LevelWays     = 16,
  parameter int unsigned        OrderSetsLog2 = 16,
  parameter int unsigned        OrderWays     = 16,
  parameter int unsigned        ReorderSlots  = 2048,
  parameter int unsigned        Ports         = 2,
  parameter int unsigned        LineFifoDepth = 64
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  // Frames, by line; without a second port that of line B is not looked at.
  /* verilator lint_off UNUSEDSIGNAL */
  input wire logic [1:0] beat_valid_i,
  output logic [1:0] beat_ready_o,
  input wire mac_beat_t [1:0] beat_i,
  input wire logic [1:0] overrun_i,  // a frame was dropped before the core
  input wire logic [1:0] rx_busy_i,  // beats on their way to the core
  /* verilator lint_on UNUSEDSIGNAL */
  // Time from outside (PPS, PTP): in follow mode card time moves forward to it, at once; in free mode it is ignored.
  // Not while frames are on their way that arrived before that time, or their timers run ahead of them.
  input wire logic time_step_valid_i,
  input wire logic [63:0] time_step_ns_i,
  // Registers.
  input wire axil_req_t axil_i,
  output axil_rsp_t axil_o,
  // Posted writes.
  output logic wr_valid_o,
  input wire logic wr_ready_i,
  output logic [63:0] wr_addr_o,
  output logic [511:0] wr_data_o,
  // Interrupt request.
  output logic irq_valid_o,
  input wire logic irq_ready_i,
  // Probes.
  output logic probe_valid_o,  // an entry entered a line
  output probe_t probe_o,
  output logic line_accept_o,  // a line was accepted at the write port
  output logic [6:0] line_entries_o,  // with so many entries
  output logic [31:0] core_cycle_o,
  output logic [1:0] front_busy_o,  // of each line: a frame's end has not reached its frame FIFO
  output logic idle_o  // nothing in flight between MAC and write port
);

  config_t cfg;
  strobe_t strobe;
  status_t status;

  // Core reset: four cycles, from flops: one for asynchronous, one for synchronous use.
  localparam int unsigned ResetCycles = 4;
  logic [ResetCycles-1:0] reset_q;
  logic soft_rst_n, core_reset;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      reset_q <= '1;
      soft_rst_n <= 1'b0;
      core_reset <= 1'b1;
    end else begin
      reset_q <= strobe.core_reset ? '1 : reset_q >> 1;
      soft_rst_n <= !(strobe.core_reset || reset_q != '0);
      core_reset <= strobe.core_reset || reset_q != '0;
    end
  end

  logic [31:0] cycle_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) cycle_q <= '0;
    else cycle_q <= cycle_q + 32'd1;
  end
  assign core_cycle_o = cycle_q;

  logic session_clk, book_clk, back_clk, count_clk, csr_clk;
  logic core_wakes;  // an access to the registers, or a reset: no clock rests

  // Front -------------------------------------------------------------------------------------------------------------
  // What is on the way behind each stage.
  logic arbiter_busy, decoder_busy, decoder_stalled, book_busy, book_background, book_stalled;
  logic packer_busy, ring_busy;
  logic behind_front_idle, entries_coming;
  logic [1:0] front_busy;

  logic [1:0] rec_valid, rec_ready;
  rec_t [1:0] rec;
  front_count_t [1:0] front_count;
  logic [1:0][31:0] groups;
  logic [1:0][15:0] ports;
  assign groups = {cfg.group_b, cfg.group};
  assign ports  = {cfg.port_b, cfg.port};

  for (genvar l = 0; l < 2; l++) begin : gen_line
    if (l < Ports) begin : gen_port
      // Line B is silent on many feeds; line A is not worth a gate.
      logic front_clk;
      if (l == 1) begin : gen_rests
        clock_gate #(
          .Linger(8)
        ) u_clk (
          .clk_i,
          .rst_ni,
          .busy_i(core_wakes || beat_valid_i[l] || front_busy[l] || rec_valid[l]),
          .clk_o (front_clk)
        );
      end else begin : gen_runs
        assign front_clk = clk_i;
      end

      line_front u_front (
        .clk_i       (front_clk),
        .rst_ni,
        .soft_rst_ni (soft_rst_n),
        .core_reset_i(core_reset),
        .cfg_i       (cfg),
        .group_i     (groups[l]),
        .port_i      (ports[l]),
        .cycle_i     (cycle_q),
        .rest_idle_i (behind_front_idle && !front_busy[1-l]),
        .beat_valid_i(beat_valid_i[l]),
        .beat_ready_o(beat_ready_o[l]),
        .beat_i      (beat_i[l]),
        .rec_valid_o (rec_valid[l]),
        .rec_ready_i (rec_ready[l]),
        .rec_o       (rec[l]),
        .count_o     (front_count[l]),
        .frame_busy_o(front_busy_o[l]),
        .busy_o      (front_busy[l])
      );
    end else begin : gen_no_port
      assign beat_ready_o[l] = 1'b0;
      assign rec_valid[l] = 1'b0;
      assign rec[l] = '0;
      assign front_count[l] = '0;
      assign front_busy_o[l] = 1'b0;
      assign front_busy[l] = 1'b0;
    end
  end

  logic [63:0] card_time_ns, follow_ns;
  logic follow_valid;
  logic time_step;  // a stopped card takes no time from outside, as it takes no frames
  assign time_step = time_step_valid_i && cfg.enable;
  card_time u_time (
    .clk_i,
    .rst_ni        (soft_rst_n),
    .time_follow_i (cfg.time_follow),
    .rate_i        (cfg.time_rate),
    .set_valid_i   (strobe.time_set),
    .set_ns_i      (cfg.time_set_ns),
    .follow_valid_i(follow_valid),
    .follow_ns_i   (follow_ns),
    .step_valid_i  (time_step),
    .step_ns_i     (time_step_ns_i),
    .time_ns_o     (card_time_ns)
  );

  logic arbiter_ev_valid, arbiter_ev_ready, ev_valid, ev_ready;
  ev_t arbiter_ev, ev;
  logic [1:0] copies, delivered;
  logic late, duplicate, stale, refused_b, type_none, lost_valid, gap, gap_window, reorder_full;
  logic restart, range_evicted;
  logic [ 7:0] msg_type;
  logic [63:0] lost;
  logic load_message, load_mark, load_refused;
  logic [319:0] load_data;
  assign load_data = {
    cfg.load_data4, cfg.load_data3, cfg.load_data2, cfg.load_data1, cfg.load_data0
  };
  line_arbiter #(
    .Slots       (Slots),
    .ReorderSlots(ReorderSlots)
  ) u_arbiter (
    .clk_i               (session_clk),
    .rst_ni              (soft_rst_n),
    .time_follow_i       (cfg.time_follow),
    .mold_i              (cfg.mold),
    .lines_i             (cfg.lines),
    .gap_window_i        (cfg.gap_window_ns),
    .refresh_interval_i  (cfg.refresh_interval_ns),
    .refresh_now_i       (strobe.refresh_now),
    .flush_i             (strobe.flush),
    .load_go_i           (strobe.load_go),
    .load_seq_i          (cfg.load_stamp),
    .load_kind_i         (cfg.load_kind),
    .load_slot_i         (cfg.load_slot),
    .load_generation_i   (cfg.load_generation),
    .load_len_i          (cfg.load_length),
    .load_data_i         (load_data),
    .load_pending_o      (status.load_pending),
    .load_refused_o      (status.load_refused),
    .expected_o          (status.next_sequence),
    .cycle_i             (cycle_q),
    .time_ns_i           (card_time_ns),
    .step_valid_i        (time_step),
    .step_ns_i           (time_step_ns_i),
    .follow_valid_o      (follow_valid),
    .follow_ns_o         (follow_ns),
    .rec_a_valid_i       (rec_valid[0]),
    .rec_a_ready_o       (rec_ready[0]),
    .rec_a_i             (rec[0]),
    .rec_b_valid_i       (rec_valid[1]),
    .rec_b_ready_o       (rec_ready[1]),
    .rec_b_i             (rec[1]),
    .ev_valid_o          (arbiter_ev_valid),
    .ev_ready_i          (arbiter_ev_ready),
    .ev_o                (arbiter_ev),
    .copies_o            (copies),
    .delivered_o         (delivered),
    .type_o              (msg_type),
    .type_none_o         (type_none),
    .late_o              (late),
    .duplicate_o         (duplicate),
    .stale_o             (stale),
    .refused_b_o         (refused_b),
    .lost_valid_o        (lost_valid),
    .lost_o              (lost),
    .gaps_o              (gap),
    .gap_window_o        (gap_window),
    .reorder_full_o      (reorder_full),
    .restarts_o          (restart),
    .lost_range_evicted_o(range_evicted),
    .load_message_o      (load_message),
    .load_mark_o         (load_mark),
    .load_refusal_o      (load_refused),
    .seen_o              ({status.line_seen_b, status.line_seen_a}),
    .busy_o              (arbiter_busy)
  );

  event_queue u_events (
    .clk_i       (book_clk),
    .rst_ni,
    .core_reset_i(core_reset),
    .valid_i     (arbiter_ev_valid),
    .ready_o     (arbiter_ev_ready),
    .ev_i        (arbiter_ev),
    .valid_o     (ev_valid),
    .ready_i     (ev_ready),
    .ev_o        (ev)
  );

  // Middle ------------------------------------------------------------------------------------------------------------
  logic mop_valid, mop_ready, decoder_disp_valid, map_disp_valid;
  logic [3:0] decoder_disp, map_disp;
  logic reused_ref, table_overflow, over_execution;
  op_t mop;
  decode_stage #(
    .MapLog2      (MapLog2),
    .Slots        (Slots),
    .OrderSetsLog2(OrderSetsLog2),
    .OrderWays    (OrderWays)
  ) u_decode (
    .clk_i               (book_clk),
    .rst_ni,
    .core_reset_i        (core_reset),
    .itch_i              (cfg.mold),
    .protocol_i          (cfg.protocol),
    .cfg_valid_i         (strobe.map_go),
    .cfg_way_i           (cfg.map_way),
    .cfg_index_i         (cfg.map_index),
    .cfg_symbol_i        (cfg.map_symbol),
    .cfg_slot_i          (cfg.map_slot),
    .cfg_entry_valid_i   (cfg.map_valid),
    .ev_valid_i          (ev_valid),
    .ev_ready_o          (ev_ready),
    .ev_i                (ev),
    .op_valid_o          (mop_valid),
    .op_ready_i          (mop_ready),
    .op_o                (mop),
    .decoder_disp_valid_o(decoder_disp_valid),
    .decoder_disp_o      (decoder_disp),
    .map_disp_valid_o    (map_disp_valid),
    .map_disp_o          (map_disp),
    .reused_ref_o        (reused_ref),
    .table_overflow_o    (table_overflow),
    .over_execution_o    (over_execution),
    .busy_o              (decoder_busy),
    .stalled_o           (decoder_stalled)
  );

  logic entry_valid, entry_ready;
  entry_t entry;
  logic book_disp_valid, tick_valid, escape, recentre, refresh, absent_level, level_overflow;
  logic level_clamped, recentre_held, refill_stall, refill_cycle;
  logic [3:0] book_disp;
  logic [4:0] tick_kind;
  book #(
    .Slots        (Slots),
    .LevelSetsLog2(LevelSetsLog2),
    .LevelWays    (LevelWays)
  ) u_book (
    .clk_i           (book_clk),
    .rst_ni,
    .core_reset_i    (core_reset),
    .recentre_run_i  (cfg.recentre_run),
    .cfg_valid_i     (strobe.slot_go),
    .cfg_slot_i      (cfg.slot),
    .cfg_kind_i      (cfg.slot_kind),
    .cfg_centre_i    (cfg.slot_centre),
    .cfg_tick_i      (cfg.slot_tick),
    .cfg_recip_i     (cfg.slot_recip),
    .op_valid_i      (mop_valid),
    .op_ready_o      (mop_ready),
    .op_i            (mop),
    .entry_valid_o   (entry_valid),
    .entry_ready_i   (entry_ready),
    .entry_o         (entry),
    .disp_valid_o    (book_disp_valid),
    .disp_o          (book_disp),
    .tick_valid_o    (tick_valid),
    .tick_kind_o     (tick_kind),
    .escape_o        (escape),
    .recentre_o      (recentre),
    .refresh_o       (refresh),
    .absent_level_o  (absent_level),
    .level_overflow_o(level_overflow),
    .level_clamped_o (level_clamped),
    .recentre_held_o (recentre_held),
    .refill_stall_o  (refill_stall),
    .refill_cycle_o  (refill_cycle),
    .busy_o          (book_busy),
    .background_o    (book_background),
    .stalled_o       (book_stalled)
  );

  // Back --------------------------------------------------------------------------------------------------------------
  logic line_valid, line_ready, room, tick_dropped, control_dropped;
  logic [511:0] line;
  logic [6:0] line_ticks, line_entries, ticks_written;
  line_packer #(
    .Slots(Slots)
  ) u_packer (
    .clk_i            (back_clk),
    .rst_ni           (soft_rst_n),
    .feed_i           (cfg.feed),
    .clock_i          (cfg.line_clock),
    .early_i          (cfg.early),
    .upstream_busy_i  (entries_coming),
    .entry_valid_i    (entry_valid),
    .entry_ready_o    (entry_ready),
    .entry_i          (entry),
    .line_valid_o     (line_valid),
    .line_ready_i     (line_ready),
    .line_o           (line),
    .line_ticks_o     (line_ticks),
    .line_entries_o   (line_entries),
    .room_i           (room),
    .probe_valid_o,
    .probe_o,
    .tick_dropped_o   (tick_dropped),
    .control_dropped_o(control_dropped),
    .busy_o           (packer_busy)
  );

  logic line_written, line_refused;
  logic [6:0] entries_written;
  ring_writer #(
    .FifoDepth(LineFifoDepth)
  ) u_ring (
    .clk_i            (back_clk),
    .rst_ni           (soft_rst_n),
    .base_i           (cfg.ring_base),
    .size_log2_i      (cfg.ring_size_log2),
    .broadcast_i      (cfg.ring_broadcast),
    .enable_i         (cfg.ring_enable),
    .tail_i           (cfg.ring_tail),
    .head_o           (status.ring_head),
    .irq_enable_i     (cfg.irq_enable),
    .irq_holdoff_ns_i (cfg.irq_holdoff_ns),
    .card_time_i      (card_time_ns),
    .valid_i          (line_valid),
    .ready_o          (line_ready),
    .line_i           (line),
    .ticks_i          (line_ticks),
    .entries_i        (line_entries),
    .room_o           (room),
    .wr_valid_o,
    .wr_ready_i,
    .wr_addr_o,
    .wr_data_o,
    .irq_valid_o,
    .irq_ready_i,
    .line_written_o   (line_written),
    .ticks_written_o  (ticks_written),
    .entries_written_o(entries_written),
    .line_refused_o   (line_refused),
    .busy_o           (ring_busy)
  );
  assign line_accept_o = line_written;
  assign line_entries_o = entries_written;

  // A frame still coming in makes no entries before its records are released: it holds no line back.
  // Nor does what waits for a book or a table that has stopped for a while.
  assign entries_coming = book_busy || (!book_stalled && !decoder_stalled &&
      (rec_valid != '0 || arbiter_busy || ev_valid || decoder_busy));
  assign behind_front_idle = !(arbiter_busy || ev_valid || decoder_busy || book_busy ||
      book_background || entry_valid || packer_busy || ring_busy);
  assign idle_o = rx_busy_i == '0 && beat_valid_i == '0 && front_busy == '0 && behind_front_idle &&
      counted && soft_rst_n;

  if (Ports < 1 || Ports > 2) begin : gen_illegal_ports
    $fatal(1, "escapement_core: Ports = %0d, legal is 1 or 2", Ports);
  end

  // Registers and counters --------------------------------------------------------------------------------------------
  logic counter_req, counter_is_wr, counter_rd_ack, counter_wr_ack;
  logic [10:0] counter_addr;
  logic [63:0] counter_rd_data;

  assign status.idle = idle_o;
  assign status.core_up = 1'b1;
  assign status.card_time_ns = card_time_ns;

  csr #(
    .BuildHash    (BuildHash),
    .Board        (Board),
    .Slots        (Slots),
    .LadderDepth  (256),
    .LevelSetsLog2(LevelSetsLog2),
    .LevelWays    (LevelWays),
    .MapLog2      (MapLog2),
    .Ports        (Ports),
    .OrderSetsLog2(OrderSetsLog2),
    .OrderWays    (OrderWays),
    .ReorderSlots (ReorderSlots)
  ) u_csr (
    .clk_i            (csr_clk),
    .rst_ni,
    .axil_i,
    .axil_o,
    .config_o         (cfg),
    .strobe_o         (strobe),
    .status_i         (status),
    .counter_req_o    (counter_req),
    .counter_is_wr_o  (counter_is_wr),
    .counter_addr_o   (counter_addr),
    .counter_rd_ack_i (counter_rd_ack),
    .counter_rd_data_i(counter_rd_data),
    .counter_wr_ack_i (counter_wr_ack)
  );

  // Pulses to counters, one cycle later: nothing moves while there is none.
  logic frame_pulse, message_pulse, event_pulse, output_pulse, counted;
  logic [NumCounters-1:0] inc_q, inc2_q;
  logic [63:0] lost_q;
  logic [10:0] voided_q;
  logic [6:0] ticks_written_q;
  logic [6:0] entries_written_q;
  assign frame_pulse = front_count[0].header_valid || front_count[0].transport_valid ||
      front_count[0].ip_checksum_bad || front_count[1].header_valid ||
      front_count[1].transport_valid || front_count[1].ip_checksum_bad || overrun_i != '0;
  assign message_pulse = copies != '0 || delivered != '0 || late || duplicate || stale ||
      decoder_disp_valid || map_disp_valid || book_disp_valid || load_message;
  assign event_pulse = restart || lost_valid || gap_window || reorder_full || range_evicted ||
      absent_level || level_overflow || level_clamped || table_overflow || reused_ref ||
      over_execution || recentre_held || refill_stall || refill_cycle || load_mark || load_refused;
  assign output_pulse = tick_valid || tick_dropped || control_dropped || escape || recentre ||
      refresh || line_written || line_refused || (irq_valid_o && irq_ready_i);
  assign counted = !frame_pulse && !message_pulse && !event_pulse && !output_pulse &&
      inc_q == '0 && inc2_q == '0 && lost_q == '0 && voided_q == '0 && ticks_written_q == '0 &&
      entries_written_q == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      inc_q             <= '0;
      inc2_q            <= '0;
      lost_q            <= '0;
      voided_q          <= '0;
      ticks_written_q   <= '0;
      entries_written_q <= '0;
    end else if (!counted) begin
      inc_q  <= '0;
      inc2_q <= '0;
      if (frame_pulse) begin
        if (front_count[0].header_valid)
          inc_q[CntFramesOk+cnt_t'(front_count[0].header_disp)] <= 1'b1;
        if (front_count[1].header_valid)
          inc_q[CntBframesOk+cnt_t'(front_count[1].header_disp)] <= 1'b1;
        if (front_count[0].transport_valid)
          inc2_q[CntFramesOk+cnt_t'(front_count[0].transport_disp)] <= 1'b1;
        if (front_count[1].transport_valid)
          inc2_q[CntBframesOk+cnt_t'(front_count[1].transport_disp)] <= 1'b1;
        inc_q[CntFramesOverrun] <= overrun_i[0];
        inc_q[CntBframesOverrun] <= overrun_i[1];
        inc_q[CntEventsIpChecksumBad] <= front_count[0].ip_checksum_bad;
        inc2_q[CntEventsIpChecksumBad] <= front_count[1].ip_checksum_bad;
        inc_q[CntEventsUdpChecksumBad] <= front_count[0].udp_checksum_bad;
        inc2_q[CntEventsUdpChecksumBad] <= front_count[1].udp_checksum_bad;
        inc_q[CntEventsMalformedBlock] <= front_count[0].malformed_block;
        inc2_q[CntEventsMalformedBlock] <= front_count[1].malformed_block;
        inc_q[CntEventsTrailingBytes] <= front_count[0].trailing_bytes;
        inc2_q[CntEventsTrailingBytes] <= front_count[1].trailing_bytes;
        inc_q[CntEventsHeartbeats] <= front_count[0].heartbeat;
        inc2_q[CntEventsHeartbeats] <= front_count[1].heartbeat;
        inc_q[CntEventsEndOfSession] <= front_count[0].end_of_session;
        inc2_q[CntEventsEndOfSession] <= front_count[1].end_of_session;
      end
      if (message_pulse) begin
        inc_q[CntCopiesInA] <= copies[0];
        inc_q[CntCopiesInB] <= copies[1];
        inc_q[CntLoadsMessages] <= load_message;
        inc_q[CntDispositionsLate] <= late;
        inc_q[CntDispositionsDuplicate] <= duplicate;
        inc_q[CntDispositionsStaleSession] <= stale;
        inc_q[CntBcopiesLate] <= late && refused_b;
        inc_q[CntBcopiesDuplicate] <= duplicate && refused_b;
        inc_q[CntBcopiesStaleSession] <= stale && refused_b;
        inc_q[CntEventsDeliveredA] <= delivered[0];
        inc_q[CntEventsDeliveredB] <= delivered[1];
        if (delivered != '0)
          inc_q[type_none?CntMessagesTypeOther : cnt_of_msg_type(msg_type)] <= 1'b1;
        if (decoder_disp_valid) inc_q[CntDispositionsTicked+cnt_t'(decoder_disp)] <= 1'b1;
        if (map_disp_valid) inc_q[CntDispositionsTicked+cnt_t'(map_disp)] <= 1'b1;
        if (book_disp_valid) inc2_q[CntDispositionsTicked+cnt_t'(book_disp)] <= 1'b1;
      end
      if (event_pulse) begin
        inc_q[CntEventsRestarts] <= restart;
        inc_q[CntEventsGaps] <= gap;
        inc_q[CntEventsGapWindow] <= gap_window;
        inc_q[CntEventsReorderFull] <= reorder_full;
        inc_q[CntEventsLostRangeEvicted] <= range_evicted;
        inc_q[CntEventsAbsentLevel] <= absent_level;
        inc_q[CntEventsLevelOverflow] <= level_overflow;
        inc_q[CntEventsLevelClamped] <= level_clamped;
        inc_q[CntEventsTableOverflow] <= table_overflow;
        inc_q[CntEventsReusedRef] <= reused_ref;
        inc_q[CntEventsOverExecution] <= over_execution;
        inc_q[CntEventsRecentreHeld] <= recentre_held;
        inc_q[CntEventsRefillStalls] <= refill_stall;
        inc_q[CntEventsRefillCycles] <= refill_cycle;
        inc_q[CntLoadsMarks] <= load_mark;
        inc_q[CntLoadsRefused] <= load_refused;
      end
      if (output_pulse) begin
        if (tick_valid) inc_q[CntTicksBid+cnt_t'(tick_kind)-7'd1] <= 1'b1;
        inc_q[CntOutputTicksMade] <= tick_valid;
        inc_q[CntOutputTicksDropped] <= tick_dropped;
        inc_q[CntOutputControlDropped] <= control_dropped;
        inc_q[CntOutputEscapes] <= escape;
        inc_q[CntOutputRecentres] <= recentre;
        inc_q[CntOutputRefreshes] <= refresh;
        inc_q[CntOutputLinesWritten] <= line_written;
        inc_q[CntOutputLinesRefused] <= line_refused;
        inc_q[CntOutputInterrupts] <= irq_valid_o && irq_ready_i;
      end
      lost_q            <= lost_valid ? lost : 64'd0;
      // Comes with a disposition.
      voided_q          <= 11'(front_count[0].voided) + 11'(front_count[1].voided);
      ticks_written_q   <= line_written ? ticks_written : 7'd0;
      entries_written_q <= line_written ? entries_written : 7'd0;
    end
  end

  counter_bank u_counters (
    .clk_i            (count_clk),
    .rst_ni,
    .clear_i          (core_reset),
    .inc_i            (inc_q),
    .inc2_i           (inc2_q),
    .lost_i           (lost_q),
    .voided_i         (voided_q),
    .ticks_written_i  (ticks_written_q),
    .entries_written_i(entries_written_q),
    .snapshot_i       (strobe.snapshot),
    .in_flight_o      (status.in_flight),
    .req_i            (counter_req),
    .req_is_wr_i      (counter_is_wr),
    .addr_i           (counter_addr),
    .rd_ack_o         (counter_rd_ack),
    .rd_data_o        (counter_rd_data),
    .wr_ack_o         (counter_wr_ack)
  );

  // Clocks of the stages, resting while a stage has nothing to do (simulation only, see clock_gate) --------------------
  // Any access to the registers wakes all of them, long enough for what a strobe starts to show as busy.
  localparam int unsigned WakeCycles = 16;
  logic access;
  logic [$clog2(WakeCycles + 1)-1:0] awake_q;
  assign access = axil_i.awvalid || axil_i.wvalid || axil_i.arvalid || axil_o.bvalid ||
      axil_o.rvalid || core_reset;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) awake_q <= ($bits(awake_q))'(WakeCycles);
    else if (access) awake_q <= ($bits(awake_q))'(WakeCycles);
    else if (awake_q != '0) awake_q <= awake_q - ($bits(awake_q))'(1);
  end
  assign core_wakes = access || awake_q != '0;

  logic session_runs;
  assign session_runs = core_wakes || rec_valid != '0 || arbiter_busy || arbiter_ev_valid ||
      time_step_valid_i || !cfg.time_follow;
  clock_gate u_session_clk (
    .clk_i,
    .rst_ni,
    .busy_i(session_runs),
    .clk_o (session_clk)
  );

  logic book_runs;
  assign book_runs = core_wakes || ev_valid || decoder_busy || decoder_stalled || mop_valid ||
      book_busy || book_background || entry_valid;
  clock_gate u_book_clk (
    .clk_i,
    .rst_ni,
    .busy_i(book_runs),
    .clk_o (book_clk)
  );

  logic back_runs;
  assign back_runs = core_wakes || entry_valid || packer_busy || line_valid || ring_busy ||
      irq_valid_o || cfg.irq_enable;
  clock_gate u_back_clk (
    .clk_i,
    .rst_ni,
    .busy_i(back_runs),
    .clk_o (back_clk)
  );

  clock_gate #(
    .Linger(1)
  ) u_count_clk (
    .clk_i,
    .rst_ni,
    .busy_i(core_wakes || !counted),
    .clk_o (count_clk)
  );

  clock_gate u_csr_clk (
    .clk_i,
    .rst_ni,
    .busy_i(core_wakes),
    .clk_o (csr_clk)
  );

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q && reset_q == '0) begin
      assert (!(late && duplicate))
      else $error("escapement_core: a message with two dispositions");
      assert (!tick_valid || (tick_kind >= 5'd1 && tick_kind <= 5'd5))
      else $error("escapement_core: tick of kind %0d", tick_kind);
      for (int l = 0; l < 2; l++) begin
        assert (!(front_count[l].header_valid && front_count[l].header_disp >= 5'(NumFrames)) &&
                !(front_count[l].transport_valid && front_count[l].transport_disp >= 5'(NumFrames)))
        else $error("escapement_core: unknown frame disposition");
      end
    end
  end
`endif

endmodule

`default_nettype wire
