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

`ifndef SYNTHESIS
  // Two edges late, neither more nor less: the reset handshake and the FIFO's pointers count on it.
  logic [1:0][Width-1:0] seen_q;
  logic [1:0]            filled_q;
  initial filled_q = 2'b00;
  always_ff @(posedge clk_i) begin
    seen_q   <= {seen_q[0], d_i};
    filled_q <= {filled_q[0], 1'b1};
    if (filled_q[1])
      assert (q_o == seen_q[1])
      else $error("sync2: not two edges late");
  end
`endif

endmodule

`default_nettype wire
