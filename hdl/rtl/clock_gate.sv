// A clock that rests while nothing behind it can change, so that an idle part of the card costs a simulation no time.
//
// Only with ESC_REST_CLOCKS (the Verilated card in `sim`). On a device and in the benches the clock passes as it is. So
// resting must not change a single cycle: `busy_i` covers every edge at which a flop behind the gate may change, but for
// the last `Linger` ones (pulses and synchronisers that follow their cause). Resets behind the gate are asynchronous.
// With the argument +run_clocks=1 no clock rests: `sim` compares both, line by line and cycle by cycle.

`default_nettype none

module clock_gate #(
  // verilator lint_off UNUSEDPARAM  // only where clocks rest
  parameter int unsigned Linger = 4  // further cycles after busy_i, and after a reset
  // verilator lint_on UNUSEDPARAM
) (
  input  wire logic clk_i,
  // verilator lint_off UNUSEDSIGNAL  // only where clocks rest
  input  wire logic rst_ni,
  input  wire logic busy_i,
  // verilator lint_on UNUSEDSIGNAL
  output wire logic clk_o
);

  if (Linger < 1) begin : gen_illegal_linger
    $fatal(1, "clock_gate: Linger = %0d, a flop follows its cause by one cycle at least", Linger);
  end

`ifdef ESC_REST_CLOCKS
  localparam int unsigned RestBits = $clog2(Linger + 1);
  logic [RestBits-1:0] left_q;  // cycles until it rests
  logic open_q;

  int run_clocks;
  initial if ($value$plusargs("run_clocks=%d", run_clocks) == 0) run_clocks = 0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) left_q <= RestBits'(Linger);
    else if (busy_i) left_q <= RestBits'(Linger);
    else if (left_q != '0) left_q <= left_q - RestBits'(1);
  end

  // The latch of a clock gate: it looks while the clock is low, so the clock is never cut short.
  always_latch if (!clk_i) open_q = busy_i || left_q != '0 || run_clocks != 0;

  assign clk_o = clk_i && open_q;
`else
  assign clk_o = clk_i;
`endif

endmodule

`default_nettype wire
