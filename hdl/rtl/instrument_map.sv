// Symbol to slot: two hash tables in memory, placed by the host (cuckoo placement), one lookup a cycle.
//
// The row of a symbol is CRC-32C(8 symbol bytes) bits [MapLog2-1:0] in table 0 and [16+MapLog2-1:16] in table 1.
// A message whose symbol is in neither table (or names a slot that this build does not have) gets the disposition
// `unmapped` and leaves the stream. System events and control events pass untouched. Two cycles latency.
// The tables are configuration: hard reset makes all rows invalid, core reset keeps them.

`default_nettype none

module instrument_map
  import esc_pkg::*;
  import esc_counter_pkg::*;
#(
  parameter int unsigned MapLog2 = 8,
  parameter int unsigned Slots   = 64
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i,

  // Host writes one row; takes effect for symbols looked up in later cycles.
  input wire logic        cfg_valid_i,
  input wire logic        cfg_way_i,
  input wire logic [15:0] cfg_index_i,
  input wire logic [63:0] cfg_symbol_i,
  input wire logic [11:0] cfg_slot_i,
  input wire logic        cfg_entry_valid_i,

  input  wire logic op_valid_i,
  output logic      op_ready_o,
  input  wire op_t  op_i,

  output logic      op_valid_o,
  input  wire logic op_ready_i,
  output op_t       op_o,

  output logic       disp_valid_o,  // a message ended here
  output logic [3:0] disp_o,        // always `unmapped`
  output logic       busy_o
);

  localparam int unsigned Rows = 2 ** MapLog2;
  localparam int unsigned RowW = 64 + 12;

  if (MapLog2 < 1 || MapLog2 > 16) begin : gen_illegal_map
    $fatal(1, "instrument_map: MapLog2 must be 1..16");
  end
  if (Slots < 1 || Slots > 4094) begin : gen_illegal_slots
    $fatal(1, "instrument_map: Slots must be 1..4094");
  end

  // Stage 0: hash and table read. Stage 1: compare.
  logic take;
  logic s1_valid_q;
  logic s1_ready;
  op_t s1_op_q;
  logic [31:0] hash;
  logic [RowW-1:0] row [2];
  logic row_valid_q [2];

  key_hash #(
    .KeyBytes(8)
  ) u_hash (
    .key_i (op_i.symbol),
    .hash_o(hash)
  );

  // Bits between the two row numbers choose nothing.
  logic unused;
  assign unused = ^{hash, cfg_index_i};

  assign op_ready_o = !s1_valid_q || s1_ready;
  assign take = op_valid_i && op_ready_o;
  assign s1_ready = !op_valid_o || op_ready_i;

  for (genvar t = 0; t < 2; t++) begin : gen_table
    logic [Rows-1:0] valid_q;
    logic [MapLog2-1:0] row_of_symbol;
    logic we;

    assign row_of_symbol = hash[16*t+:MapLog2];
    assign we = cfg_valid_i && cfg_way_i == 1'(t);

    sync_ram #(
      .Width(RowW),
      .Depth(Rows)
    ) u_rows (
      .clk_i,
      .re_i   (take),
      .raddr_i(row_of_symbol),
      .rdata_o(row[t]),
      .we_i   (we),
      .waddr_i(cfg_index_i[MapLog2-1:0]),
      .wdata_i({cfg_symbol_i, cfg_slot_i})
    );

    // One flop a row: hard reset must empty the table before the host's first write, with no walk to wait for.
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) valid_q <= '0;
      else if (we) valid_q[cfg_index_i[MapLog2-1:0]] <= cfg_entry_valid_i;
    end

    always_ff @(posedge clk_i) begin
      if (take) row_valid_q[t] <= valid_q[row_of_symbol];
    end
  end

  logic [1:0] hit;
  logic [11:0] slot;
  logic by_symbol;
  logic unmapped;

  always_comb begin
    for (int unsigned t = 0; t < 2; t++) begin
      hit[t] = row_valid_q[t] && row[t][RowW-1:12] == s1_op_q.symbol && row[t][11:0] < 12'(Slots);
    end
    slot = hit[0] ? row[0][11:0] : row[1][11:0];
    by_symbol = s1_op_q.op != OpControl && s1_op_q.op != OpSysStatus;
    unmapped = by_symbol && hit == 2'b00;
  end

  assign disp_o = DispUnmapped;
  assign busy_o = s1_valid_q || op_valid_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      s1_valid_q   <= 1'b0;
      op_valid_o   <= 1'b0;
      disp_valid_o <= 1'b0;
    end else if (core_reset_i) begin
      s1_valid_q   <= 1'b0;
      op_valid_o   <= 1'b0;
      disp_valid_o <= 1'b0;
    end else begin
      if (op_ready_o) s1_valid_q <= op_valid_i;
      if (s1_ready) op_valid_o <= s1_valid_q && !unmapped;
      disp_valid_o <= s1_valid_q && s1_ready && unmapped;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) s1_op_q <= op_i;
    if (s1_valid_q && s1_ready) begin
      op_o <= s1_op_q;
      if (by_symbol) op_o.slot <= slot;
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    op_valid_o && !op_ready_i |=> op_valid_o && $stable(
      op_o
  ))
  else $error("instrument_map: operation changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni || $time == 0)
    op_valid_o && op_o.op != OpControl && op_o.op != OpSysStatus |-> op_o.slot < 12'(Slots))
  else $error("instrument_map: slot out of range");
`endif

endmodule

`default_nettype wire
