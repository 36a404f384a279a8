// Bench top: both lines' front ends and the arbiter as the core wires them, from MAC beats to events in sequence, plus the
// cycle counter and card time.

`default_nettype none

module front_end_bench
  import esc_pkg::*;
  import csr_pkg::config_t;
  import front_pkg::front_count_t;
#(
  parameter int unsigned Slots        = 4,
  parameter int unsigned ReorderSlots = 64
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  /* verilator lint_off UNUSEDSIGNAL */  // the front end's part of it
  input  wire config_t          cfg_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  wire logic             a_valid_i,
  output logic                  a_ready_o,
  input  wire mac_beat_t        a_i,
  input  wire logic             b_valid_i,
  output logic                  b_ready_o,
  input  wire mac_beat_t        b_i,
  output logic                  ev_valid_o,
  input  wire logic             ev_ready_i,
  output ev_t                   ev_o,
  output front_count_t   [ 1:0] count_o,
  output logic           [ 1:0] copies_o,
  output logic           [ 1:0] delivered_o,
  output logic                  late_o,
  output logic                  duplicate_o,
  output logic                  stale_o,
  output logic                  lost_valid_o,
  output logic           [63:0] lost_o,
  output logic                  gaps_o,
  output logic                  restarts_o,
  output logic                  lost_range_evicted_o,
  output logic           [ 1:0] frame_busy_o,
  output logic           [31:0] cycle_o,
  output logic                  busy_o
);

  logic [1:0] beat_valid, beat_ready, rec_valid, rec_ready, front_busy;
  mac_beat_t [1:0] beat;
  rec_t [1:0] rec;
  logic arbiter_busy, follow_valid;
  logic [63:0] follow_ns, time_ns;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) cycle_o <= '0;
    else cycle_o <= cycle_o + 1'b1;
  end

  assign busy_o = front_busy != '0 || arbiter_busy;
  assign beat_valid = {b_valid_i, a_valid_i};
  assign {b_ready_o, a_ready_o} = beat_ready;
  assign beat = {b_i, a_i};

  for (genvar l = 0; l < 2; l++) begin : gen_line
    line_front u_front (
      .clk_i,
      .rst_ni,
      .soft_rst_ni (rst_ni),
      .core_reset_i(1'b0),
      .cfg_i,
      .group_i     (l == 0 ? cfg_i.group : cfg_i.group_b),
      .port_i      (l == 0 ? cfg_i.port : cfg_i.port_b),
      .cycle_i     (cycle_o),
      .rest_idle_i (!arbiter_busy && !front_busy[1-l]),
      .beat_valid_i(beat_valid[l]),
      .beat_ready_o(beat_ready[l]),
      .beat_i      (beat[l]),
      .rec_valid_o (rec_valid[l]),
      .rec_ready_i (rec_ready[l]),
      .rec_o       (rec[l]),
      .count_o     (count_o[l]),
      .frame_busy_o(frame_busy_o[l]),
      .busy_o      (front_busy[l])
    );
  end

  card_time u_time (
    .clk_i,
    .rst_ni,
    .time_follow_i (1'b1),
    .rate_i        (64'd0),
    .set_valid_i   (1'b0),
    .set_ns_i      (64'd0),
    .follow_valid_i(follow_valid),
    .follow_ns_i   (follow_ns),
    .step_valid_i  (1'b0),
    .step_ns_i     (64'd0),
    .time_ns_o     (time_ns)
  );

  // verilator lint_off PINCONNECTEMPTY
  line_arbiter #(
    .Slots       (Slots),
    .ReorderSlots(ReorderSlots)
  ) u_arbiter (
    .clk_i,
    .rst_ni,
    .time_follow_i     (1'b1),
    .mold_i            (cfg_i.mold),
    .lines_i           (cfg_i.lines),
    .gap_window_i      (cfg_i.gap_window_ns),
    .refresh_interval_i(cfg_i.refresh_interval_ns),
    .refresh_now_i     (1'b0),
    .flush_i           (1'b0),
    .load_go_i         (1'b0),
    .load_seq_i        (64'd0),
    .load_kind_i       (3'd0),
    .load_slot_i       (12'd0),
    .load_generation_i ('0),
    .load_len_i        (6'd0),
    .load_data_i       (320'd0),
    .load_pending_o    (),
    .load_refused_o    (),
    .expected_o        (),
    .cycle_i           (32'd0),
    .time_ns_i         (time_ns),
    .step_valid_i      (1'b0),
    .step_ns_i         (64'd0),
    .follow_valid_o    (follow_valid),
    .follow_ns_o       (follow_ns),
    .rec_a_valid_i     (rec_valid[0]),
    .rec_a_ready_o     (rec_ready[0]),
    .rec_a_i           (rec[0]),
    .rec_b_valid_i     (rec_valid[1]),
    .rec_b_ready_o     (rec_ready[1]),
    .rec_b_i           (rec[1]),
    .ev_valid_o,
    .ev_ready_i,
    .ev_o,
    .copies_o,
    .delivered_o,
    .type_o            (),
    .type_none_o       (),
    .late_o,
    .duplicate_o,
    .stale_o,
    .refused_b_o       (),
    .lost_valid_o,
    .lost_o,
    .gaps_o,
    .gap_window_o      (),
    .reorder_full_o    (),
    .restarts_o,
    .lost_range_evicted_o,
    .load_message_o    (),
    .load_mark_o       (),
    .load_refusal_o    (),
    .seen_o            (),
    .busy_o            (arbiter_busy)
  );
  // verilator lint_on PINCONNECTEMPTY

endmodule

`default_nettype wire
