// Bench top: the front end as the core wires it, from MAC beats to session events, plus the cycle
// counter.

`default_nettype none

module front_end_bench
  import esc_pkg::*;
#(
  parameter int unsigned Slots     = 4,
  parameter int unsigned FifoDepth = 1024
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  input  wire                   early_i,
  input  wire            [31:0] group_i,
  input  wire            [15:0] port_i,
  input  wire                   ip_checksum_i,
  input  wire                   udp_checksum_i,
  input  wire            [15:0] protocol_i,
  input  wire            [31:0] channel_i,
  input  wire            [63:0] refresh_interval_i,
  input  wire                   beat_valid_i,
  output wire                   beat_ready_o,
  input  wire mac_beat_t        beat_i,
  output wire                   ev_valid_o,
  input  wire                   ev_ready_i,
  output wire ev_t              ev_o,
  output wire                   eth_disp_valid_o,
  output wire            [ 4:0] eth_disp_o,
  output wire                   iex_disp_valid_o,
  output wire            [ 4:0] iex_disp_o,
  output wire                   ip_checksum_bad_o,
  output wire                   udp_checksum_bad_o,
  output wire                   malformed_block_o,
  output wire                   trailing_bytes_o,
  output wire                   heartbeat_o,
  output wire                   voided_valid_o,
  output wire            [ 9:0] voided_o,
  output wire                   copies_valid_o,
  output wire                   late_o,
  output wire                   duplicate_o,
  output wire                   type_valid_o,
  output wire                   gaps_o,
  output wire            [63:0] lost_o,
  output wire                   restarts_o,
  output wire                   lost_range_evicted_o,
  output logic           [31:0] cycle_o,
  output wire                   busy_o
);

  wire udp_valid, udp_ready, rec_valid, rec_ready, has, early, last, ok, unloaded, overflow;
  wire eth_busy, iex_busy, fifo_busy, session_busy;
  wire [31:0] end_cycle;
  udp_beat_t  udp;
  rec_t wr_rec, rec;
  wire fifo_valid, fifo_ready, follow_valid;
  wire [63:0] follow_ns, time_ns;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) cycle_o <= '0;
    else cycle_o <= cycle_o + 1'b1;
  end

  assign busy_o = eth_busy || iex_busy || fifo_busy || session_busy;

  eth_ip_udp u_eth (
    .clk_i,
    .rst_ni,
    .enable_i    (1'b1),
    .group_i,
    .port_i,
    .ip_checksum_i,
    .udp_checksum_i,
    .cycle_i     (cycle_o),
    .core_idle_i (!busy_o),
    .beat_valid_i,
    .beat_ready_o,
    .beat_i,
    .udp_valid_o (udp_valid),
    .udp_ready_i (udp_ready),
    .udp_o       (udp),
    .disp_valid_o(eth_disp_valid_o),
    .disp_o      (eth_disp_o),
    .ip_checksum_bad_o,
    .busy_o      (eth_busy)
  );

  iex_tp u_iex (
    .clk_i,
    .rst_ni,
    .early_i,
    .protocol_i,
    .channel_i,
    .pipe_idle_i    (!(fifo_busy || session_busy)),
    .udp_valid_i    (udp_valid),
    .udp_ready_o    (udp_ready),
    .udp_i          (udp),
    .rec_valid_o    (rec_valid),
    .rec_ready_i    (rec_ready),
    .rec_o          (wr_rec),
    .rec_has_o      (has),
    .rec_early_o    (early),
    .rec_end_o      (last),
    .rec_ok_o       (ok),
    .rec_end_cycle_o(end_cycle),
    .rec_unloaded_o (unloaded),
    .rec_overflow_i (overflow),
    .disp_valid_o   (iex_disp_valid_o),
    .disp_o         (iex_disp_o),
    .udp_checksum_bad_o,
    .malformed_block_o,
    .trailing_bytes_o,
    .heartbeat_o,
    .voided_valid_o,
    .voided_o,
    .busy_o         (iex_busy)
  );

  frame_fifo #(
    .Depth(FifoDepth)
  ) u_fifo (
    .clk_i,
    .rst_ni,
    .wr_valid_i    (rec_valid),
    .wr_ready_o    (rec_ready),
    .wr_rec_i      (wr_rec),
    .wr_has_i      (has),
    .wr_early_i    (early),
    .wr_end_i      (last),
    .wr_ok_i       (ok),
    .wr_end_cycle_i(end_cycle),
    .wr_unloaded_i (unloaded),
    .overflow_o    (overflow),
    .rec_valid_o   (fifo_valid),
    .rec_ready_i   (fifo_ready),
    .rec_o         (rec),
    .busy_o        (fifo_busy)
  );

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
  session #(
    .Slots(Slots)
  ) u_session (
    .clk_i,
    .rst_ni,
    .time_follow_i (1'b1),
    .refresh_interval_i,
    .refresh_now_i (1'b0),
    .time_ns_i     (time_ns),
    .step_valid_i  (1'b0),
    .step_ns_i     (64'd0),
    .follow_valid_o(follow_valid),
    .follow_ns_o   (follow_ns),
    .rec_valid_i   (fifo_valid),
    .rec_ready_o   (fifo_ready),
    .rec_i         (rec),
    .ev_valid_o,
    .ev_ready_i,
    .ev_o,
    .copies_valid_o,
    .late_o,
    .duplicate_o,
    .type_valid_o,
    .type_o        (),
    .type_none_o   (),
    .gaps_o,
    .lost_o,
    .restarts_o,
    .lost_range_evicted_o,
    .busy_o        (session_busy)
  );
  // verilator lint_on PINCONNECTEMPTY

endmodule

`default_nettype wire
