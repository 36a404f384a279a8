// The front end of one line: frames to records. docs/card-model.md, sections 1 to 3.

`default_nettype none

module line_front
  import esc_pkg::*;
  import csr_pkg::config_t;
  import front_pkg::front_count_t;
(
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic soft_rst_ni,  // also low in a core reset; the gate outlives it
  input wire logic core_reset_i,

  /* verilator lint_off UNUSEDSIGNAL */  // most of it is of no interest here
  input wire config_t        cfg_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input wire logic    [31:0] group_i,     // of this line
  input wire logic    [15:0] port_i,
  input wire logic    [31:0] cycle_i,
  input wire logic           rest_idle_i, // nothing is on its way elsewhere in the card

  input  wire logic      beat_valid_i,
  output logic           beat_ready_o,
  input  wire mac_beat_t beat_i,

  output logic rec_valid_o,
  input  wire  rec_ready_i,
  output rec_t rec_o,

  output front_count_t count_o,
  output logic         frame_busy_o,  // a frame's end has not reached the frame FIFO
  output logic         busy_o         // anything is on its way
);

  logic gated_valid, gated_ready, gate_busy;
  mac_beat_t gated;
  rx_gate u_gate (
    .clk_i,
    .rst_ni,
    .core_reset_i,
    .valid_i(beat_valid_i),
    .ready_o(beat_ready_o),
    .beat_i,
    .valid_o(gated_valid),
    .ready_i(gated_ready),
    .beat_o (gated),
    .busy_o (gate_busy)
  );

  logic eth_busy, split_busy, fifo_busy;
  logic behind_split_idle, behind_eth_idle;

  logic udp_valid, udp_ready;
  udp_beat_t udp;
  eth_ip_udp u_eth (
    .clk_i,
    .rst_ni           (soft_rst_ni),
    .enable_i         (cfg_i.enable),
    .group_i,
    .port_i,
    .ip_checksum_i    (cfg_i.ip_checksum),
    .udp_checksum_i   (cfg_i.udp_checksum),
    .mold_i           (cfg_i.mold),
    .cycle_i,
    .core_idle_i      (behind_eth_idle),
    .beat_valid_i     (gated_valid),
    .beat_ready_o     (gated_ready),
    .beat_i           (gated),
    .udp_valid_o      (udp_valid),
    .udp_ready_i      (udp_ready),
    .udp_o            (udp),
    .disp_valid_o     (count_o.header_valid),
    .disp_o           (count_o.header_disp),
    .ip_checksum_bad_o(count_o.ip_checksum_bad),
    .busy_o           (eth_busy)
  );

  logic wrec_valid, wrec_ready, wrec_has, wrec_early, wrec_hold, wrec_end, wrec_ok, wrec_unloaded;
  logic overflow;
  rec_t wrec;
  logic [31:0] wrec_end_cycle;
  logic voided_valid;
  logic [9:0] voided;
  block_splitter u_split (
    .clk_i,
    .rst_ni            (soft_rst_ni),
    .early_i           (cfg_i.early),
    .mold_i            (cfg_i.mold),
    .protocol_i        (cfg_i.protocol),
    .channel_i         (cfg_i.channel),
    .pipe_idle_i       (behind_split_idle),
    .udp_valid_i       (udp_valid),
    .udp_ready_o       (udp_ready),
    .udp_i             (udp),
    .rec_valid_o       (wrec_valid),
    .rec_ready_i       (wrec_ready),
    .rec_o             (wrec),
    .rec_has_o         (wrec_has),
    .rec_early_o       (wrec_early),
    .rec_hold_o        (wrec_hold),
    .rec_end_o         (wrec_end),
    .rec_ok_o          (wrec_ok),
    .rec_end_cycle_o   (wrec_end_cycle),
    .rec_unloaded_o    (wrec_unloaded),
    .rec_overflow_i    (overflow),
    .disp_valid_o      (count_o.transport_valid),
    .disp_o            (count_o.transport_disp),
    .udp_checksum_bad_o(count_o.udp_checksum_bad),
    .malformed_block_o (count_o.malformed_block),
    .trailing_bytes_o  (count_o.trailing_bytes),
    .heartbeat_o       (count_o.heartbeat),
    .end_of_session_o  (count_o.end_of_session),
    .voided_valid_o    (voided_valid),
    .voided_o          (voided),
    .busy_o            (split_busy)
  );
  assign count_o.voided = voided_valid ? voided : 10'd0;

  frame_fifo u_fifo (
    .clk_i,
    .rst_ni        (soft_rst_ni),
    .wr_valid_i    (wrec_valid),
    .wr_ready_o    (wrec_ready),
    .wr_rec_i      (wrec),
    .wr_has_i      (wrec_has),
    .wr_early_i    (wrec_early),
    .wr_hold_i     (wrec_hold),
    .wr_end_i      (wrec_end),
    .wr_ok_i       (wrec_ok),
    .wr_end_cycle_i(wrec_end_cycle),
    .wr_unloaded_i (wrec_unloaded),
    .overflow_o    (overflow),
    .rec_valid_o,
    .rec_ready_i,
    .rec_o,
    .busy_o        (fifo_busy)
  );

  assign behind_split_idle = !fifo_busy && rest_idle_i;
  assign behind_eth_idle = !udp_valid && !split_busy && behind_split_idle;
  assign frame_busy_o = gate_busy || eth_busy || split_busy;
  assign busy_o = frame_busy_o || fifo_busy;

endmodule

`default_nettype wire
