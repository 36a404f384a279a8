// Proof of line_fifo: what comes out n-th is what went in n-th, for an arbitrary n; it never holds more than fits.
//
// The items are counted in and out; the one with the number chosen is remembered when it goes in. The counts
// wrap: the number chosen comes round again and again, so the claim holds for all items. Resets come at any time.

`default_nettype none

module line_fifo_proof #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 64
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  input wire logic             valid_i,
  input wire logic [Width-1:0] data_i,
  input wire logic             ready_i,
  input wire logic [      7:0] chosen_i
);

  logic ready, valid, half_empty;
  logic [Width-1:0] data;
  line_fifo #(
    .Width(Width),
    .Depth(Depth)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .valid_i,
    .ready_o     (ready),
    .data_i,
    .valid_o     (valid),
    .ready_i,
    .data_o      (data),
    .half_empty_o(half_empty)
  );

  logic first_q;
  logic [7:0] chosen_q;
  initial first_q = 1'b1;
  always_ff @(posedge clk_i) begin
    first_q  <= 1'b0;
    chosen_q <= first_q ? chosen_i : chosen_q;
  end

  logic push, pop;
  logic [7:0] pushed_q, popped_q, held, ahead, behind_out, in_memory;
  logic [Width-1:0] item_q;
  assign push = valid_i && ready;
  assign pop  = valid && ready_i;
  assign held = pushed_q - popped_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pushed_q <= '0;
      popped_q <= '0;
    end else begin
      pushed_q <= pushed_q + 8'(push);
      popped_q <= popped_q + 8'(pop);
      if (push && pushed_q == chosen_q) item_q <= data_i;
    end
  end

  // Where the chosen item lies: output register, memory's read register, memory.
  assign ahead = chosen_q - popped_q;
  assign behind_out = ahead - 8'(valid);
  assign in_memory = behind_out - 8'(u_dut.fetched_valid_q);

  always_comb begin
    if (first_q) begin
      e_reset : assume (!rst_ni);
    end else if (rst_ni) begin
      a_level : assert (held == 8'(u_dut.level_q) + 8'(u_dut.fetched_valid_q) + 8'(valid));
      a_bound : assert (32'(u_dut.level_q) <= Depth);
      a_pointers : assert (6'(u_dut.write_q - u_dut.read_q) == 6'(u_dut.level_q));
      a_half : assert (half_empty == (32'(u_dut.level_q) <= Depth / 2));
      a_full : assert (ready == (32'(u_dut.level_q) < Depth));
      if (ahead < held) begin
        if (valid && ahead == 8'd0)
          a_out :
          assert (data == item_q);
          else if (u_dut.fetched_valid_q && behind_out == 8'd0) begin
            a_fetched : assert (u_dut.fetched_q == item_q);
          end else begin
            a_memory : assert (u_dut.lines[6'(u_dut.read_q+in_memory)] == item_q);
          end
      end
      // The claims.
      if (pop) a_underflow : assert (held != 8'd0);
      if (pop && popped_q == chosen_q) a_order : assert (data == item_q);
      c_order : cover (pop && popped_q == chosen_q && popped_q == 8'd5 && held == 8'd4);
    end
  end

endmodule

`default_nettype wire
