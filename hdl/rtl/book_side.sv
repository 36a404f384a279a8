// One side of a slot's book after a change of one of its levels, but for the search of a new best: combinational.

`default_nettype none

module book_side
  import book_pkg::*;
(
  input wire side_t side_i,
  input wire act_e act_i,
  input wire ptr_t ptr_i,  // the level
  input wire logic [63:0] price_i,
  input wire size_t total_i,
  input wire logic best_i,  // it is the best or becomes it
  input wire logic [7:0] new_code_i,  // insert: its place
  input wire logic in_range_i,  // insert: in the window
  input wire logic [7:0] old_code_i,  // else: its place
  input wire logic [1:0] beats_out_i,  // better than the price of the first, the second level out
  input wire logic [1:0] is_out_i,  // that one is known and has its price
  input wire logic next_valid_i,  // what follows it in the list
  input wire ptr_t next_i,
  input wire logic open_i,  // no comparison follows

  output side_t side_o
);

  out_t level;
  logic first_known;
  assign first_known = side_i.outs.first.known;
  assign level = '{known: 1'b1, in_range: in_range_i, price: price_i, size: total_i};

  always_comb begin
    side_o = side_i;
    side_o.open = open_i;
    unique case (act_i)
      ActInsert: begin
        if (best_i) begin
          side_o.best = '{valid: 1'b1, price: price_i, size: total_i};
          side_o.best_code = new_code_i;
          side_o.best_in_range = in_range_i;
        end
        if (new_code_i == CodeEscape) begin
          side_o.out_count = side_i.out_count + 1'b1;
          side_o.head_valid = 1'b1;
          side_o.head = ptr_i;
          // Best of all, the only one, or better than the first (or than the bound): then it is known exactly, and what
          // was first bounds the rest.
          if (best_i || side_i.out_count == '0 || beats_out_i[0]) begin
            side_o.outs.first  = level;
            side_o.outs.second = side_i.outs.first;
            if (side_i.out_count == '0) side_o.outs.second.known = 1'b0;
          end else if (first_known && (side_i.out_count == ptr_t'(1) || beats_out_i[1])) begin
            side_o.outs.second = level;
          end
        end
      end
      ActResize: begin
        if (best_i) side_o.best.size = total_i;
        if (old_code_i == CodeEscape && is_out_i[0]) side_o.outs.first.size = total_i;
        if (old_code_i == CodeEscape && is_out_i[1]) side_o.outs.second.size = total_i;
      end
      ActRemove: begin
        if (old_code_i == CodeEscape) begin
          side_o.out_count = side_i.out_count - 1'b1;
          // The second's price stays as the bound: none of the rest is better.
          if (is_out_i[0]) side_o.outs.first = side_i.outs.second;
          if (is_out_i != 2'b00) side_o.outs.second.known = 1'b0;
          if (ptr_i == side_i.head) begin
            side_o.head_valid = next_valid_i;
            side_o.head = next_i;
          end
        end
      end
      default: ;
    endcase
  end

endmodule

`default_nettype wire
