// Decoders, map and book in a row, as in the core: the top of the bench `iex_path`.

`default_nettype none

module iex_path
  import esc_pkg::*;
#(
  parameter int unsigned MapLog2 = 8,
  parameter int unsigned Slots   = 64
) (
  input wire logic        clk_i,
  input wire logic        rst_ni,
  input wire logic [15:0] protocol_i,
  input wire logic [ 7:0] recentre_run_i,

  input wire logic        map_valid_i,
  input wire logic        map_way_i,
  input wire logic [15:0] map_index_i,
  input wire logic [63:0] map_symbol_i,
  input wire logic [11:0] map_slot_i,
  input wire logic        cfg_valid_i,
  input wire logic [11:0] cfg_slot_i,
  input wire logic [ 1:0] cfg_kind_i,
  input wire logic [63:0] cfg_centre_i,
  input wire logic [23:0] cfg_tick_i,
  input wire logic [32:0] cfg_recip_i,

  input  wire logic ev_valid_i,
  output logic      ev_ready_o,
  input  wire ev_t  ev_i,
  output logic      entry_valid_o,
  input  wire logic entry_ready_i,
  output entry_t    entry_o,

  output logic [2:0]      disp_valid_o,    // decoder, map, book
  output logic [2:0][3:0] disp_o,
  output logic            busy_o,
  output logic            background_o,
  output logic            refill_stall_o,
  output logic            refill_cycle_o
);

  logic mapped_valid, mapped_ready;
  op_t mapped;
  logic [1:0] busy;
  assign busy_o = busy != '0;

  /* verilator lint_off PINCONNECTEMPTY */  // events of ITCH, and the counting outputs of the book
  decode_stage #(
    .MapLog2      (MapLog2),
    .Slots        (Slots),
    .OrderSetsLog2(2),
    .OrderWays    (2),
    .LocateLog2   (2)
  ) u_decode (
    .clk_i,
    .rst_ni,
    .core_reset_i        (1'b0),
    .itch_i              (1'b0),
    .protocol_i,
    .cfg_valid_i         (map_valid_i),
    .cfg_way_i           (map_way_i),
    .cfg_index_i         (map_index_i),
    .cfg_symbol_i        (map_symbol_i),
    .cfg_slot_i          (map_slot_i),
    .cfg_entry_valid_i   (1'b1),
    .ev_valid_i,
    .ev_ready_o,
    .ev_i,
    .op_valid_o          (mapped_valid),
    .op_ready_i          (mapped_ready),
    .op_o                (mapped),
    .decoder_disp_valid_o(disp_valid_o[0]),
    .decoder_disp_o      (disp_o[0]),
    .map_disp_valid_o    (disp_valid_o[1]),
    .map_disp_o          (disp_o[1]),
    .reused_ref_o        (),
    .table_overflow_o    (),
    .over_execution_o    (),
    .busy_o              (busy[0]),
    .stalled_o           ()
  );

  // Small level store, as the reference's: the capture overflows it.
  book #(
    .Slots        (Slots),
    .LevelSetsLog2(10),
    .LevelWays    (4)
  ) u_book (
    .clk_i,
    .rst_ni,
    .core_reset_i    (1'b0),
    .recentre_run_i,
    .cfg_valid_i,
    .cfg_slot_i,
    .cfg_kind_i,
    .cfg_centre_i,
    .cfg_tick_i,
    .cfg_recip_i,
    .op_valid_i      (mapped_valid),
    .op_ready_o      (mapped_ready),
    .op_i            (mapped),
    .entry_valid_o,
    .entry_ready_i,
    .entry_o,
    .disp_valid_o    (disp_valid_o[2]),
    .disp_o          (disp_o[2]),
    .tick_valid_o    (),
    .tick_kind_o     (),
    .escape_o        (),
    .recentre_o      (),
    .refresh_o       (),
    .absent_level_o  (),
    .level_overflow_o(),
    .level_clamped_o (),
    .recentre_held_o (),
    .refill_stall_o,
    .refill_cycle_o,
    .busy_o          (busy[1]),
    .background_o,
    .stalled_o       ()
  );
  /* verilator lint_on PINCONNECTEMPTY */

endmodule

`default_nettype wire
