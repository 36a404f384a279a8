// Offset code of a price against a centre (card model, section 6), three register stages, one price a cycle.
//
// d = price - centre, exact in 65 bits. In range: centre valid and |d| <= 127 * tick. Coded: in range and d a multiple
// of tick; then code = d / tick + 128, else 0, the escape.
//
// Division by reciprocal: recip = ceil(2^32 / tick) = 2^32 / tick + e with 0 <= e < 1. If |d| = q * tick then
// |d| * recip / 2^32 = q + |d| * e / 2^32, and in range |d| <= 127 * (2^24 - 1) < 2^31, so the error is below 1/2 and
// the floor is q. If |d| is no multiple of tick then no q at all has q * tick == |d|. So with
// q = floor(|d| * recip / 2^32), `q * tick == |d|` holds exactly for the multiples.
//
// The result is combinational behind the last stage and stays until `take_i`.

`default_nettype none

module offset_code
  import book_pkg::*;
(
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic clear_i, // forget everything on the way

  input  wire logic        start_i,         // only while ready_o
  output logic             ready_o,
  input  wire logic [63:0] price_i,
  input  wire logic [63:0] centre_i,
  input  wire logic        centre_valid_i,
  input  wire logic        cancel_i,        // forget the price started one cycle before

  input wire logic [23:0] tick_i,
  input wire logic [32:0] recip_i,

  output logic            done_o,
  input  wire logic       take_i,
  output logic            in_range_o,
  output logic      [7:0] code_o,      // 0 = escape
  output logic            busy_o
);

  // Stage 1: distance and window. Stage 2: range, partial products. Stage 3: quotient.
  logic s1_valid_q, s2_valid_q, s3_valid_q;
  logic s1_known_q, s1_neg_q, s2_neg_q, s3_neg_q;
  logic [64:0] s1_dist_q;
  logic [30:0] s1_limit_q;
  logic [23:0] s1_tick_q, s2_tick_q, s3_tick_q;
  logic [32:0] s1_recip_q;
  logic s2_in_range_q, s3_in_range_q;
  logic [30:0] s2_dist_q, s3_dist_q;
  logic [47:0] s2_low_q;
  logic [46:0] s2_high_q;
  logic [6:0] s3_quot_q;

  logic advance;
  assign advance = !s3_valid_q || take_i;
  assign ready_o = advance;
  assign done_o  = s3_valid_q;
  assign busy_o  = s1_valid_q || s2_valid_q || s3_valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      s1_valid_q <= 1'b0;
      s2_valid_q <= 1'b0;
      s3_valid_q <= 1'b0;
    end else if (clear_i) begin
      s1_valid_q <= 1'b0;
      s2_valid_q <= 1'b0;
      s3_valid_q <= 1'b0;
    end else if (advance) begin
      s1_valid_q <= start_i;
      s2_valid_q <= s1_valid_q && !cancel_i;
      s3_valid_q <= s2_valid_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      if (start_i) begin
        automatic logic [64:0] up = {price_i[63], price_i} - {centre_i[63], centre_i};
        automatic logic [64:0] down = {centre_i[63], centre_i} - {price_i[63], price_i};
        s1_neg_q   <= up[64];
        s1_dist_q  <= up[64] ? down : up;
        s1_known_q <= centre_valid_i;
        s1_tick_q  <= tick_i;
        s1_recip_q <= recip_i;
        s1_limit_q <= {tick_i, 7'd0} - 31'(tick_i);
      end
      if (s1_valid_q) begin
        s2_neg_q <= s1_neg_q;
        s2_tick_q <= s1_tick_q;
        s2_in_range_q <= s1_known_q && s1_dist_q <= 65'(s1_limit_q);
        s2_dist_q <= s1_dist_q[30:0];
        s2_low_q <= 48'(s1_dist_q[30:0]) * 48'(s1_recip_q[16:0]);
        s2_high_q <= 47'(s1_dist_q[30:0]) * 47'(s1_recip_q[32:17]);
      end
      if (s2_valid_q) begin
        s3_neg_q <= s2_neg_q;
        s3_tick_q <= s2_tick_q;
        s3_in_range_q <= s2_in_range_q;
        s3_dist_q <= s2_dist_q;
        s3_quot_q <= 7'(({s2_high_q, 17'd0} + 64'(s2_low_q)) >> 32);
      end
    end
  end

  // In range the quotient is at most 127 (for a legal reciprocal), so 7 bits hold it.
  logic exact;
  assign exact = 31'(s3_quot_q) * 31'(s3_tick_q) == s3_dist_q;
  assign in_range_o = s3_in_range_q;
  always_comb begin
    if (!s3_in_range_q || !exact) code_o = CodeEscape;
    else if (s3_neg_q) code_o = CodeCentre - 8'(s3_quot_q);
    else code_o = CodeCentre + 8'(s3_quot_q);
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || $time == 0) start_i |-> ready_o)
  else $error("offset_code: started while not ready");
  assert property (@(posedge clk_i) disable iff (!rst_ni || $time == 0)
    cancel_i |-> advance && s1_valid_q)
  else $error("offset_code: nothing to cancel");
  assert property (@(posedge clk_i) disable iff (!rst_ni || $time == 0) take_i |-> done_o)
  else $error("offset_code: taken before done");
`endif

endmodule

`default_nettype wire
