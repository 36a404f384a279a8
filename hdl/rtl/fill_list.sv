// Sides whose two best levels out of the ladder wait to be searched for, each once, the oldest first. What finds no
// room is forgotten: then the search happens when its result is needed.

`default_nettype none

module fill_list
  import book_pkg::*;
#(
  parameter int unsigned Depth = 4
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic clear_i,

  input  wire place_t put_i,
  output place_t      head_o,
  input  wire logic   pop_i
);

  if (Depth < 1) begin : gen_illegal
    $fatal(1, "fill_list: Depth = %0d, needed is 1 or more", Depth);
  end

  // The places in use are the lowest ones.
  place_t [Depth-1:0] places_q, left;
  logic listed;

  assign head_o = places_q[0];
  assign left   = pop_i ? places_q >> $bits(place_t) : places_q;
  always_comb begin
    listed = 1'b0;
    for (int unsigned i = 0; i < Depth; i++) if (left[i] == put_i) listed = 1'b1;
  end

  place_t [Depth-1:0] longer;
  always_comb begin
    automatic logic put = put_i.valid && !listed;
    longer = left;
    for (int unsigned i = 0; i < Depth; i++) begin
      if (!left[i].valid) begin
        if (put) longer[i] = put_i;
        put = 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) places_q <= '0;
    else if (clear_i) places_q <= '0;
    else begin
      places_q <= longer;
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  always_ff @(posedge clk_i) begin
    if (rst_ni && $time != 0) begin
      assert (!pop_i || head_o.valid)
      else $error("fill_list: popped while empty");
    end
  end
`endif

endmodule

`default_nettype wire
