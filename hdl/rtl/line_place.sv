// Where a line's last good frame left off, and whether a packet goes on there: same session, next number.
// In early mode only such a packet's messages are released before the frame's check (docs/card-model.md,
// section 4). Number 1 of IEX-TP never goes on: it may begin the session's numbers anew.
//
// `fits_o` speaks of the header at hand. The header of a frame that ended well (`good_i`, not before its
// header) counts two cycles later; a header takes three beats, so the next one is not there yet.

`default_nettype none

module line_place
  import esc_pkg::*;
(
  input wire clk_i,
  input wire rst_ni,
  input wire mold_i,  // 0 IEX-TP, 1 MoldUDP64

  input  wire       header_i,  // pkt_i is a legal header, complete now
  // verilator lint_off UNUSEDSIGNAL  // stamp, send time and offset say nothing of the place
  input  wire pkt_t pkt_i,
  // verilator lint_on UNUSEDSIGNAL
  output wire       fits_o,
  input  wire       good_i     // the frame of the header given last has ended well
);

  logic [79:0] session_q, seen_session_q;
  logic [63:0] next_q, seen_first_q;
  logic [15:0] seen_count_q;
  logic known_q, next_is_one_q, good_q;
  wire [63:0] next = seen_first_q + 64'(seen_count_q);

  assign fits_o = known_q && pkt_i.session == session_q && pkt_i.first_seq == next_q &&
      (mold_i || !next_is_one_q);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      known_q <= 1'b0;
      good_q  <= 1'b0;
    end else begin
      good_q <= good_i;
      if (good_q) known_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (header_i) begin
      seen_session_q <= pkt_i.session;
      seen_first_q   <= pkt_i.first_seq;
      seen_count_q   <= pkt_i.count;
    end
    if (good_q) begin
      session_q     <= seen_session_q;
      next_q        <= next;
      next_is_one_q <= next == 64'd1;
    end
  end

`ifndef SYNTHESIS
  logic seen_q;  // a header came
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
      seen_q      <= 1'b0;
    end else if (checks_on_q) begin
      if (header_i) seen_q <= 1'b1;
      if (good_i) a_header_first : assert (seen_q || header_i);
      if (header_i) a_place_stands : assert (!good_q);
    end
  end
`endif

endmodule

`default_nettype wire
