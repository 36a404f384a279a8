// Walks the levels of a side that are out of its ladder, one a cycle, and tells the two best.

`default_nettype none

module book_walk
  import book_pkg::*;
(
  input wire logic clk_i,
  input wire logic rst_ni,

  input wire logic start_i,  // reads the head of the list; only if there is one
  input wire logic stop_i,   // forgets the walk; nothing is read in this cycle
  input wire logic ask_i,    // of the side, until the last level
  input wire ptr_t head_i,

  // Store, read by pointer: the level is there one cycle later.
  output logic              read_o,
  output ptr_t              read_ptr_o,
  input  wire logic  [63:0] price_i,
  input  wire size_t        size_i,
  input  wire logic         in_range_i,
  input  wire logic         next_valid_i,
  input  wire ptr_t         next_i,

  output logic  last_o,  // the last level is seen
  output outs_t outs_o   // then: the best two
);

  logic walking_q;
  outs_t seen_q;

  assign outs_o = with_level(
      ask_i, seen_q, '{known: 1'b1, in_range: in_range_i, price: price_i, size: size_i}
  );
  assign last_o = walking_q && !next_valid_i;
  assign read_o = (start_i || (walking_q && next_valid_i)) && !stop_i;
  assign read_ptr_o = start_i ? head_i : next_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) walking_q <= 1'b0;
    else walking_q <= read_o;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      seen_q.first.known  <= 1'b0;
      seen_q.second.known <= 1'b0;
    end else if (walking_q) begin
      seen_q <= outs_o;
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  always_ff @(posedge clk_i) begin
    if (rst_ni && $time != 0) begin
      assert (!(start_i && walking_q))
      else $error("book_walk: started while walking");
    end
  end
`endif

endmodule

`default_nettype wire
