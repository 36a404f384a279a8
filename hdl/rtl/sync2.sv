// Two-flop synchroniser for single bits, or for buses of which at most one bit changes at a time (gray code).
//
// No reset: whoever reads the output must be right for any start value.

`default_nettype none

module sync2 #(
  parameter int unsigned Width = 1
) (
  input  wire             clk_i,
  input  wire [Width-1:0] d_i,
  output wire [Width-1:0] q_o
);

  if (Width == 0) begin : g_width
    $fatal(1, "sync2: Width must not be 0");
  end

  (* ASYNC_REG = "TRUE" *) logic [Width-1:0] meta_q;
  (* ASYNC_REG = "TRUE" *) logic [Width-1:0] sync_q;

  always_ff @(posedge clk_i) begin
    meta_q <= d_i;
    sync_q <= meta_q;
  end

  assign q_o = sync_q;

endmodule

`default_nettype wire
