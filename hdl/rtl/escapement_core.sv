// The card's core, all in one clock: frames in, posted writes out (docs/card-model.md).
//
// Boundary: MAC beats (valid/ready), AXI4-Lite slave, posted 64-byte writes (valid/ready), interrupt request. Registers
// live under the hard reset; everything else is also cleared by CONTROL.core_reset.

`default_nettype none

module escapement_core
  import esc_pkg::*;
  import csr_pkg::*;
  import esc_counter_pkg::*;
#(
  parameter logic        [63:0] BuildHash     = 64'd0,
  parameter int unsigned        Board         = 0,
  parameter int unsigned        Slots         = 64,
  parameter int unsigned        MapLog2       = 8,
  parameter int unsigned        LevelSetsLog2 = 10,
  parameter int unsigned        LevelWays     = 8,
  parameter int unsigned        LineFifoDepth = 64
) (
  input  wire logic              clk_i,
  input  wire logic              rst_ni,
  // Frames.
  input  wire logic              beat_valid_i,
  output logic                   beat_ready_o,
  input  wire mac_beat_t         beat_i,
  input  wire logic              overrun_i,          // a frame was dropped before the core
  input  wire logic              rx_busy_i,          // beats on their way to the core
  // Time from outside (PPS, PTP): in follow mode card time moves forward to it, at once; in free mode it is ignored.
  // Not while frames are on their way that arrived before that time, or their timers run ahead of them.
  input  wire logic              time_step_valid_i,
  input  wire logic      [ 63:0] time_step_ns_i,
  // Registers.
  input  wire axil_req_t         axil_i,
  output axil_rsp_t              axil_o,
  // Posted writes.
  output logic                   wr_valid_o,
  input  wire logic              wr_ready_i,
  output logic           [ 63:0] wr_addr_o,
  output logic           [511:0] wr_data_o,
  // Interrupt request.
  output logic                   irq_valid_o,
  input  wire logic              irq_ready_i,
  // Probes.
  output logic                   probe_valid_o,      // an entry entered a line
  output probe_t                 probe_o,
  output logic                   line_accept_o,      // a line was accepted at the write port
  output logic           [ 31:0] core_cycle_o,
  output logic                   idle_o              // nothing in flight between MAC and write port
);

  config_t cfg;
  strobe_t strobe;
  status_t status;

  // Core reset: four cycles, from a flop.
  localparam int unsigned ResetCycles = 4;
  logic [ResetCycles-1:0] reset_q;
  logic soft_rst_n, core_reset;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      reset_q <= '1;
      soft_rst_n <= 1'b0;
    end else begin
      reset_q <= strobe.core_reset ? '1 : reset_q >> 1;
      soft_rst_n <= !(strobe.core_reset || reset_q != '0);
    end
  end
  assign core_reset = !soft_rst_n;

  logic [31:0] cycle_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) cycle_q <= '0;
    else cycle_q <= cycle_q + 32'd1;
  end
  assign core_cycle_o = cycle_q;

  logic session_clk, book_clk, back_clk, count_clk, csr_clk;

  // Front -------------------------------------------------------------------------------------------------------------
  logic gated_valid, gated_ready, gate_busy;
  mac_beat_t gated;
  rx_gate u_gate (
    .clk_i,
    .rst_ni,
    .core_reset_i(core_reset),
    .valid_i     (beat_valid_i),
    .ready_o     (beat_ready_o),
    .beat_i,
    .valid_o     (gated_valid),
    .ready_i     (gated_ready),
    .beat_o      (gated),
    .busy_o      (gate_busy)
  );

  // What is on the way behind each stage.
  logic
      eth_busy,
      tp_busy,
      fifo_busy,
      session_busy,
      decoder_busy,
      map_busy,
      book_busy,
      book_background,
      book_stalled;
  logic packer_busy, ring_busy;
  logic behind_tp_idle, behind_eth_idle, entries_coming;

  logic udp_valid, udp_ready;
  udp_beat_t udp;
  logic eth_disp_valid, ip_checksum_bad;
  logic [4:0] eth_disp;
  eth_ip_udp u_eth (
    .clk_i,
    .rst_ni           (soft_rst_n),
    .enable_i         (cfg.enable),
    .group_i          (cfg.group),
    .port_i           (cfg.port),
    .ip_checksum_i    (cfg.ip_checksum),
    .udp_checksum_i   (cfg.udp_checksum),
    .cycle_i          (cycle_q),
    .core_idle_i      (behind_eth_idle),
    .beat_valid_i     (gated_valid),
    .beat_ready_o     (gated_ready),
    .beat_i           (gated),
    .udp_valid_o      (udp_valid),
    .udp_ready_i      (udp_ready),
    .udp_o            (udp),
    .disp_valid_o     (eth_disp_valid),
    .disp_o           (eth_disp),
    .ip_checksum_bad_o(ip_checksum_bad),
    .busy_o           (eth_busy)
  );

  logic wrec_valid, wrec_ready, wrec_has, wrec_early, wrec_end, wrec_ok, wrec_unloaded, overflow;
  rec_t wrec;
  logic [31:0] wrec_end_cycle;
  logic tp_disp_valid, udp_checksum_bad, malformed_block, trailing_bytes, heartbeat, voided_valid;
  logic [4:0] tp_disp;
  logic [9:0] voided;
  iex_tp u_tp (
    .clk_i,
    .rst_ni            (soft_rst_n),
    .early_i           (cfg.early),
    .protocol_i        (cfg.protocol),
    .channel_i         (cfg.channel),
    .pipe_idle_i       (behind_tp_idle),
    .udp_valid_i       (udp_valid),
    .udp_ready_o       (udp_ready),
    .udp_i             (udp),
    .rec_valid_o       (wrec_valid),
    .rec_ready_i       (wrec_ready),
    .rec_o             (wrec),
    .rec_has_o         (wrec_has),
    .rec_early_o       (wrec_early),
    .rec_end_o         (wrec_end),
    .rec_ok_o          (wrec_ok),
    .rec_end_cycle_o   (wrec_end_cycle),
    .rec_unloaded_o    (wrec_unloaded),
    .rec_overflow_i    (overflow),
    .disp_valid_o      (tp_disp_valid),
    .disp_o            (tp_disp),
    .udp_checksum_bad_o(udp_checksum_bad),
    .malformed_block_o (malformed_block),
    .trailing_bytes_o  (trailing_bytes),
    .heartbeat_o       (heartbeat),
    .voided_valid_o    (voided_valid),
    .voided_o          (voided),
    .busy_o            (tp_busy)
  );

  logic rec_valid, rec_ready;
  rec_t rec;
  frame_fifo u_frame_fifo (
    .clk_i,
    .rst_ni        (soft_rst_n),
    .wr_valid_i    (wrec_valid),
    .wr_ready_o    (wrec_ready),
    .wr_rec_i      (wrec),
    .wr_has_i      (wrec_has),
    .wr_early_i    (wrec_early),
    .wr_end_i      (wrec_end),
    .wr_ok_i       (wrec_ok),
    .wr_end_cycle_i(wrec_end_cycle),
    .wr_unloaded_i (wrec_unloaded),
    .overflow_o    (overflow),
    .rec_valid_o   (rec_valid),
    .rec_ready_i   (rec_ready),
    .rec_o         (rec),
    .busy_o        (fifo_busy)
  );

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

  logic ev_valid, ev_ready;
  ev_t ev;
  logic copies_valid, late, duplicate, type_valid, type_none, gap, restart, range_evicted;
  logic [ 7:0] msg_type;
  logic [63:0] lost;
  session #(
    .Slots(Slots)
  ) u_session (
    .clk_i               (session_clk),
    .rst_ni              (soft_rst_n),
    .time_follow_i       (cfg.time_follow),
    .refresh_interval_i  (cfg.refresh_interval_ns),
    .refresh_now_i       (strobe.refresh_now),
    .time_ns_i           (card_time_ns),
    .step_valid_i        (time_step),
    .step_ns_i           (time_step_ns_i),
    .follow_valid_o      (follow_valid),
    .follow_ns_o         (follow_ns),
    .rec_valid_i         (rec_valid),
    .rec_ready_o         (rec_ready),
    .rec_i               (rec),
    .ev_valid_o          (ev_valid),
    .ev_ready_i          (ev_ready),
    .ev_o                (ev),
    .copies_valid_o      (copies_valid),
    .late_o              (late),
    .duplicate_o         (duplicate),
    .type_valid_o        (type_valid),
    .type_o              (msg_type),
    .type_none_o         (type_none),
    .gaps_o              (gap),
    .lost_o              (lost),
    .restarts_o          (restart),
    .lost_range_evicted_o(range_evicted),
    .busy_o              (session_busy)
  );

  // Middle ------------------------------------------------------------------------------------------------------------
  logic op_valid, op_ready, decoder_disp_valid;
  logic [3:0] decoder_disp;
  op_t op;
  iex_decoder u_decoder (
    .clk_i       (book_clk),
    .rst_ni,
    .core_reset_i(core_reset),
    .protocol_i  (cfg.protocol),
    .ev_valid_i  (ev_valid),
    .ev_ready_o  (ev_ready),
    .ev_i        (ev),
    .op_valid_o  (op_valid),
    .op_ready_i  (op_ready),
    .op_o        (op),
    .disp_valid_o(decoder_disp_valid),
    .disp_o      (decoder_disp),
    .busy_o      (decoder_busy)
  );

  logic mop_valid, mop_ready, map_disp_valid;
  logic [3:0] map_disp;
  op_t mop;
  instrument_map #(
    .MapLog2(MapLog2),
    .Slots  (Slots)
  ) u_map (
    .clk_i            (book_clk),
    .rst_ni,
    .core_reset_i     (core_reset),
    .cfg_valid_i      (strobe.map_go),
    .cfg_way_i        (cfg.map_way),
    .cfg_index_i      (cfg.map_index),
    .cfg_symbol_i     (cfg.map_symbol),
    .cfg_slot_i       (cfg.map_slot),
    .cfg_entry_valid_i(cfg.map_valid),
    .op_valid_i       (op_valid),
    .op_ready_o       (op_ready),
    .op_i             (op),
    .op_valid_o       (mop_valid),
    .op_ready_i       (mop_ready),
    .op_o             (mop),
    .disp_valid_o     (map_disp_valid),
    .disp_o           (map_disp),
    .busy_o           (map_busy)
  );

  logic entry_valid, entry_ready;
  entry_t entry;
  logic book_disp_valid, tick_valid, escape, recentre, refresh, absent_level, level_overflow;
  logic recentre_held, refill_stall, refill_cycle;
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
  logic [6:0] line_ticks, ticks_written;
  line_packer #(
    .Slots(Slots)
  ) u_packer (
    .clk_i            (back_clk),
    .rst_ni           (soft_rst_n),
    .feed_i           (cfg.feed),
    .early_i          (cfg.early),
    .upstream_busy_i  (entries_coming),
    .entry_valid_i    (entry_valid),
    .entry_ready_o    (entry_ready),
    .entry_i          (entry),
    .line_valid_o     (line_valid),
    .line_ready_i     (line_ready),
    .line_o           (line),
    .line_ticks_o     (line_ticks),
    .room_i           (room),
    .probe_valid_o,
    .probe_o,
    .tick_dropped_o   (tick_dropped),
    .control_dropped_o(control_dropped),
    .busy_o           (packer_busy)
  );

  logic line_written, line_refused;
  logic [7:0] entries_written;
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

  // A frame still coming in makes no entries before its records are released: it holds no line back.
  // Nor does what waits for a book that has stopped for a while.
  assign entries_coming = book_busy || (!book_stalled &&
      (rec_valid || session_busy || ev_valid || decoder_busy || map_busy));
  assign behind_tp_idle = !(fifo_busy || rec_valid || session_busy || ev_valid || decoder_busy ||
                            map_busy || book_busy || book_background || entry_valid ||
                            packer_busy || ring_busy);
  assign behind_eth_idle = !udp_valid && !tp_busy && behind_tp_idle;
  assign idle_o = !rx_busy_i && !beat_valid_i && !gate_busy && !eth_busy && behind_eth_idle &&
      soft_rst_n;

  // Registers and counters --------------------------------------------------------------------------------------------
  logic counter_req, counter_is_wr, counter_rd_ack, counter_wr_ack;
  logic [ 9:0] counter_addr;
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
    .Ports        (1)
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

  logic [NumCounters-1:0] inc, inc2;
  logic counts;  // something is to be counted in this cycle
  assign counts = copies_valid || eth_disp_valid || overrun_i || tp_disp_valid || late ||
      duplicate || decoder_disp_valid || map_disp_valid || book_disp_valid || ip_checksum_bad ||
      udp_checksum_bad || malformed_block || trailing_bytes || heartbeat || restart || gap ||
      range_evicted || absent_level || level_overflow || recentre_held || refill_stall ||
      refill_cycle || type_valid || tick_valid || tick_dropped || control_dropped || escape ||
      recentre || refresh || line_written || line_refused || irq_valid_o || voided_valid;
  always_comb begin
    inc  = '0;
    inc2 = '0;
    if (counts) begin
      inc[CntCopiesInA] = copies_valid;
      if (eth_disp_valid) inc[CntFramesOk+cnt_t'(eth_disp)] = 1'b1;
      if (overrun_i) inc[CntFramesOverrun] = 1'b1;
      if (tp_disp_valid) inc2[CntFramesOk+cnt_t'(tp_disp)] = 1'b1;
      inc[CntDispositionsLate] = late;
      inc[CntDispositionsDuplicate] = duplicate;
      if (decoder_disp_valid) inc[CntDispositionsTicked+cnt_t'(decoder_disp)] = 1'b1;
      if (map_disp_valid) inc[CntDispositionsTicked+cnt_t'(map_disp)] = 1'b1;
      if (book_disp_valid) inc[CntDispositionsTicked+cnt_t'(book_disp)] = 1'b1;
      inc[CntEventsIpChecksumBad] = ip_checksum_bad;
      inc[CntEventsUdpChecksumBad] = udp_checksum_bad;
      inc[CntEventsMalformedBlock] = malformed_block;
      inc[CntEventsTrailingBytes] = trailing_bytes;
      inc[CntEventsHeartbeats] = heartbeat;
      inc[CntEventsRestarts] = restart;
      inc[CntEventsGaps] = gap;
      inc[CntEventsLostRangeEvicted] = range_evicted;
      inc[CntEventsAbsentLevel] = absent_level;
      inc[CntEventsLevelOverflow] = level_overflow;
      inc[CntEventsRecentreHeld] = recentre_held;
      inc[CntEventsRefillStalls] = refill_stall;
      inc[CntEventsRefillCycles] = refill_cycle;
      if (type_valid) inc[type_none?CntMessagesTypeOther : cnt_of_msg_type(msg_type)] = 1'b1;
      if (tick_valid) inc[CntTicksBid+cnt_t'(tick_kind)-7'd1] = 1'b1;
      inc[CntOutputTicksMade] = tick_valid;
      inc[CntOutputTicksDropped] = tick_dropped;
      inc[CntOutputControlDropped] = control_dropped;
      inc[CntOutputEscapes] = escape;
      inc[CntOutputRecentres] = recentre;
      inc[CntOutputRefreshes] = refresh;
      inc[CntOutputLinesWritten] = line_written;
      inc[CntOutputLinesRefused] = line_refused;
      inc[CntOutputInterrupts] = irq_valid_o && irq_ready_i;
    end
  end

  counter_bank u_counters (
    .clk_i            (count_clk),
    .rst_ni,
    .clear_i          (core_reset),
    .inc_i            (inc),
    .inc2_i           (inc2),
    .lost_i           (gap ? lost : 64'd0),
    .voided_i         (voided_valid ? voided : 10'd0),
    .ticks_written_i  (line_written ? ticks_written : 7'd0),
    .entries_written_i(line_written ? entries_written : 8'd0),
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
  logic access, core_wakes;
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
  assign session_runs = core_wakes || rec_valid || session_busy || ev_valid ||
      time_step_valid_i || !cfg.time_follow;
  clock_gate u_session_clk (
    .clk_i,
    .rst_ni,
    .busy_i(session_runs),
    .clk_o (session_clk)
  );

  logic book_runs;
  assign book_runs = core_wakes || ev_valid || decoder_busy || op_valid || map_busy || mop_valid ||
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
    .busy_i(core_wakes || counts),
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
      assert (!(eth_disp_valid && eth_disp >= 5'(NumFrames)) &&
              !(tp_disp_valid && tp_disp >= 5'(NumFrames)))
      else $error("escapement_core: unknown frame disposition");
    end
  end
`endif

endmodule

`default_nettype wire
