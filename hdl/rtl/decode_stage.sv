// Messages to operations of slots: both decoders and the instrument map, as they stand in the core.
//
// Three cycles from the event taken to the operation offered, on IEX and on ITCH (A F of a known locate, E C X D, first
// operation of U). `itch_i` is configuration: it changes only while nothing is on the way.

`default_nettype none

module decode_stage
  import esc_pkg::*;
  import itch_pkg::*;
#(
  parameter int unsigned MapLog2       = 8,
  parameter int unsigned Slots         = 64,
  parameter int unsigned OrderSetsLog2 = 16,
  parameter int unsigned OrderWays     = 16,
  parameter int unsigned LocateLog2    = 16,
  parameter int unsigned GenBits       = 8
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i, // forgets orders, locates and counts; symbols stay

  input wire logic        itch_i,     // FEED_PROTOCOL.transport
  input wire logic [15:0] protocol_i, // IEX: 0x8003 TOPS 1.6, 0x8004 DEEP 1.0

  // Host writes one row of the symbol table.
  input wire logic        cfg_valid_i,
  input wire logic        cfg_way_i,
  input wire logic [15:0] cfg_index_i,
  input wire logic [63:0] cfg_symbol_i,
  input wire logic [11:0] cfg_slot_i,
  input wire logic        cfg_entry_valid_i,

  input  wire logic ev_valid_i,
  output logic      ev_ready_o,
  input  wire ev_t  ev_i,

  output logic      op_valid_o,
  input  wire logic op_ready_i,
  output op_t       op_o,

  // A message ended here; both may tell in the same cycle.
  output logic       decoder_disp_valid_o,
  output logic [3:0] decoder_disp_o,
  output logic       map_disp_valid_o,
  output logic [3:0] map_disp_o,

  // Events of the card model, one pulse each.
  output logic reused_ref_o,
  output logic table_overflow_o,
  output logic over_execution_o,

  output logic busy_o,
  output logic stalled_o  // of that, what may last: the tables are being emptied
);

  logic iex_valid, iex_ready, itch_valid, itch_ready, map_valid, map_ready;
  logic iex_ev_ready, itch_ev_ready;
  logic iex_disp_valid, itch_disp_valid;
  logic [3:0] iex_disp, itch_disp;
  logic iex_busy, itch_busy, map_busy, open, early, sweep;
  op_t iex_op, itch_op, map_op;
  itch_t itch;

  iex_decoder u_iex (
    .clk_i,
    .rst_ni,
    .core_reset_i,
    .protocol_i,
    .ev_valid_i  (ev_valid_i && !itch_i),
    .ev_ready_o  (iex_ev_ready),
    .ev_i,
    .op_valid_o  (iex_valid),
    .op_ready_i  (iex_ready),
    .op_o        (iex_op),
    .disp_valid_o(iex_disp_valid),
    .disp_o      (iex_disp),
    .busy_o      (iex_busy)
  );

  itch_decoder u_itch (
    .clk_i,
    .rst_ni,
    .core_reset_i,
    .ev_valid_i  (early),
    .ev_ready_o  (itch_ev_ready),
    .ev_i,
    .op_valid_o  (itch_valid),
    .op_ready_i  (itch_ready),
    .op_o        (itch_op),
    .itch_o      (itch),
    .disp_valid_o(itch_disp_valid),
    .disp_o      (itch_disp),
    .busy_o      (itch_busy)
  );

  assign early = ev_valid_i && itch_i && open;
  assign ev_ready_o = itch_i ? open : iex_ev_ready;
  assign map_valid = itch_i ? itch_valid : iex_valid;
  assign map_op = itch_i ? itch_op : iex_op;
  assign iex_ready = map_ready && !itch_i;
  assign itch_ready = map_ready && itch_i;

  // Every order message has its reference at bytes 11..18 and its locate at 1..2, so the tables are read before it is known
  // what it is.
  logic [63:0] early_key;
  always_comb begin
    for (int unsigned i = 0; i < 8; i++) early_key[8*i+:8] = ev_i.data[8*(18-i)+:8];
  end

  instrument_map #(
    .MapLog2      (MapLog2),
    .Slots        (Slots),
    .OrderSetsLog2(OrderSetsLog2),
    .OrderWays    (OrderWays),
    .LocateLog2   (LocateLog2),
    .GenBits      (GenBits)
  ) u_map (
    .clk_i,
    .rst_ni,
    .core_reset_i,
    .cfg_valid_i,
    .cfg_way_i,
    .cfg_index_i,
    .cfg_symbol_i,
    .cfg_slot_i,
    .cfg_entry_valid_i,
    .early_valid_i (early),
    .early_key_i   (early_key),
    .early_locate_i({ev_i.data[15:8], ev_i.data[23:16]}),
    .open_o        (open),
    .op_valid_i    (map_valid),
    .op_ready_o    (map_ready),
    .op_i          (map_op),
    .itch_mode_i   (itch_i),
    .itch_i        (itch),
    .op_valid_o,
    .op_ready_i,
    .op_o,
    .disp_valid_o  (map_disp_valid_o),
    .disp_o        (map_disp_o),
    .reused_ref_o,
    .table_overflow_o,
    .over_execution_o,
    .busy_o        (map_busy),
    .sweep_o       (sweep)
  );

  assign decoder_disp_valid_o = iex_disp_valid || itch_disp_valid;
  assign decoder_disp_o = itch_disp_valid ? itch_disp : iex_disp;
  assign busy_o = iex_busy || itch_busy || map_busy;
  assign stalled_o = itch_i && sweep;

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    early |-> itch_ev_ready)
  else $error("decode_stage: the map is open, the decoder is not");
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    !(iex_disp_valid && itch_disp_valid))
  else $error("decode_stage: two decoders at work");
`endif

endmodule

`default_nettype wire
