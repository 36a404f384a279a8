// The multiple of tick at or below a price: price - floormod(price, tick), by long division, BitsPerCycle bits a cycle.
//
// `done_o` rises 64 / BitsPerCycle + 1 cycles after `start_i` and stays until the next start. The result is not
// representable when it would lie below -2^63.

`default_nettype none

module grid_floor #(
  parameter int unsigned BitsPerCycle = 2
) (
  input  wire logic        clk_i,
  input  wire logic        rst_ni,
  input  wire logic        start_i,
  input  wire logic [63:0] price_i,
  input  wire logic [23:0] tick_i,           // not 0; stable until done
  output logic             done_o,
  output logic             representable_o,
  output logic      [63:0] floor_o
);

  if (BitsPerCycle < 1 || 64 % BitsPerCycle != 0) begin : gen_illegal
    $fatal(1, "grid_floor: BitsPerCycle must divide 64");
  end

  localparam int unsigned Steps = 64 / BitsPerCycle;
  localparam int unsigned StepW = $clog2(Steps + 1);

  // The remainder after the next bits of the magnitude, high bit first.
  function automatic logic [23:0] divided(
      input logic [23:0] remainder, input logic [BitsPerCycle-1:0] bits, input logic [23:0] tick);
    logic [24:0] r;
    r = {1'b0, remainder};
    for (int unsigned b = 0; b < BitsPerCycle; b++) begin
      r = {r[23:0], bits[BitsPerCycle-1-b]};
      if (r >= {1'b0, tick}) r = r - {1'b0, tick};
    end
    return r[23:0];
  endfunction

  logic [63:0] price_q;
  logic [63:0] rest_q;       // magnitude bits still to come, high first
  logic [23:0] remainder_q;
  logic [StepW-1:0] steps_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      steps_q <= '0;
    end else if (start_i) begin
      steps_q <= StepW'(Steps);
    end else if (steps_q != '0) begin
      steps_q <= steps_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      price_q <= price_i;
      rest_q <= price_i[63] ? -price_i : price_i;
      remainder_q <= '0;
    end else if (steps_q != '0) begin
      remainder_q <= divided(remainder_q, rest_q[63-:BitsPerCycle], tick_i);
      rest_q <= rest_q << BitsPerCycle;
    end
  end

  // floormod of a negative price counts up to the next multiple.
  logic [23:0] above;
  assign above = (price_q[63] && remainder_q != '0) ? tick_i - remainder_q : remainder_q;
  assign floor_o = price_q - 64'(above);
  assign representable_o = !price_q[63] || floor_o[63];
  assign done_o = steps_q == '0;

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || $time == 0)
    start_i |-> tick_i != '0 && done_o)
  else $error("grid_floor: tick of 0, or started while busy");
  assert property (@(posedge clk_i) disable iff (!rst_ni || $time == 0)
    remainder_q < tick_i || tick_i == '0 || steps_q == '0)
  else $error("grid_floor: remainder %0d, tick %0d, %0d left", remainder_q, tick_i, steps_q);
`endif

endmodule

`default_nettype wire
