// Proof of async_fifo between two clocks of any frequency and phase, while both sides are up: nothing is written over
// what was not read, nothing is read that was not written, and the n-th item read is the n-th written, for an
// arbitrary n.
//
// Each solver step either clock may have an edge, both, or none. A pointer that changes while it is sampled gives its
// old or its new value, since one bit of a gray code changes: both are in the proof, as the orders of the two edges.

`default_nettype none

module async_fifo_proof #(
  parameter int unsigned Width = 4,
  parameter int unsigned Depth = 4
) (
  input wire logic                   wr_clk_i,
  input wire logic                   rd_clk_i,
  input wire logic                   valid_i,
  input wire logic [      Width-1:0] data_i,
  input wire logic                   ready_i,
  input wire logic [$clog2(Depth):0] chosen_i
);

  localparam int unsigned AddrBits = $clog2(Depth);
  typedef logic [AddrBits:0] ptr_t;
  typedef logic [Width-1:0] item_t;

  wire wr_ready, wr_up, wr_busy, rd_valid, rd_up, rd_busy;
  wire [AddrBits:0] wr_room;
  wire [Width-1:0] data;
  async_fifo #(
    .T    (item_t),
    .Depth(Depth)
  ) u_dut (
    .wr_clk_i,
    .wr_rst_ni (1'b1),
    .wr_valid_i(valid_i),
    .wr_ready_o(wr_ready),
    .wr_data_i (data_i),
    .wr_up_o   (wr_up),
    .wr_busy_o (wr_busy),
    .wr_room_o (wr_room),
    .rd_clk_i,
    .rd_rst_ni (1'b1),
    .rd_valid_o(rd_valid),
    .rd_ready_i(ready_i),
    .rd_data_o (data),
    .rd_up_o   (rd_up),
    .rd_busy_o (rd_busy)
  );

  function automatic ptr_t to_bin(input ptr_t gray);
    ptr_t bin;
    bin[AddrBits] = gray[AddrBits];
    for (int i = AddrBits - 1; i >= 0; i--) bin[i] = bin[i+1] ^ gray[i];
    return bin;
  endfunction

  // Before a side's first edge it is as the reset handshake leaves it.
  logic wr_first_q, rd_first_q;
  initial wr_first_q = 1'b1;
  initial rd_first_q = 1'b1;
  ptr_t pushed_q, popped_q, chosen_q;
  item_t item_q;
  wire push = valid_i && wr_ready;
  wire pop = rd_valid && ready_i;
  always_ff @(posedge wr_clk_i) begin
    wr_first_q <= 1'b0;
    chosen_q   <= chosen_i;
    pushed_q   <= pushed_q + ptr_t'(push);
    if (push && pushed_q == chosen_i) item_q <= data_i;
  end
  always_ff @(posedge rd_clk_i) begin
    rd_first_q <= 1'b0;
    popped_q   <= popped_q + ptr_t'(pop);
  end

  // The pointers on their way across.
  ptr_t rd_meta, rd_seen, wr_meta, wr_seen, used;
  assign rd_meta = to_bin(u_dut.u_rd_to_wr.meta_q);
  assign rd_seen = to_bin(u_dut.u_rd_to_wr.sync_q);
  assign wr_meta = to_bin(u_dut.u_wr_to_rd.meta_q);
  assign wr_seen = to_bin(u_dut.u_wr_to_rd.sync_q);
  assign used = u_dut.wr_bin_q - u_dut.rd_bin_q;

  always_comb begin
    e_up : assume (wr_up && rd_up);
    if (wr_first_q) begin
      e_wr_start :
      assume (pushed_q == '0 && u_dut.wr_bin_q == '0 && u_dut.wr_gray_q == '0 &&
                           rd_meta == '0 && rd_seen == '0);
    end else begin
      e_chosen : assume (chosen_i == chosen_q);
    end
    if (rd_first_q) begin
      e_rd_start :
      assume (popped_q == '0 && u_dut.rd_bin_q == '0 && u_dut.rd_gray_q == '0 &&
                           wr_meta == '0 && wr_seen == '0 && !u_dut.out_valid_q);
    end

    if (wr_first_q) begin
      a_nothing : assert (popped_q == '0 && u_dut.rd_bin_q == '0 && !u_dut.out_valid_q);
    end
    a_pushed : assert (u_dut.wr_bin_q == pushed_q);
    a_popped : assert (u_dut.rd_bin_q == popped_q + ptr_t'(u_dut.out_valid_q));
    a_wr_gray : assert (to_bin(u_dut.wr_gray_q) == u_dut.wr_bin_q);
    a_rd_gray : assert (to_bin(u_dut.rd_gray_q) == u_dut.rd_bin_q);
    a_rd_order :
    assert (used <= ptr_t'(u_dut.wr_bin_q - rd_meta) &&
                         ptr_t'(u_dut.wr_bin_q - rd_meta) <= ptr_t'(u_dut.wr_bin_q - rd_seen));
    a_wr_order :
    assert (ptr_t'(wr_seen - u_dut.rd_bin_q) <= ptr_t'(wr_meta - u_dut.rd_bin_q) &&
                         ptr_t'(wr_meta - u_dut.rd_bin_q) <= used);
    a_bound : assert (ptr_t'(u_dut.wr_bin_q - rd_seen) <= ptr_t'(Depth));
    if (ptr_t'(chosen_i - popped_q) < ptr_t'(pushed_q - popped_q)) begin
      if (u_dut.out_valid_q && chosen_i == popped_q)
        a_out :
        assert (u_dut.out_q == item_q);
        else a_memory : assert (u_dut.mem[chosen_i[AddrBits-1:0]] == item_q);
    end
    // The claims.
    a_room : assert (wr_room <= ptr_t'(Depth) - used);
    if (push) a_overflow : assert (used < ptr_t'(Depth));
    if (u_dut.rd_pop) a_underflow : assert (used != '0);
    if (pop && chosen_i == popped_q) a_order : assert (pushed_q != popped_q && data == item_q);
    c_order : cover (pop && popped_q == ptr_t'(2) && chosen_i == popped_q);
    c_full : cover (used == ptr_t'(Depth));
  end

endmodule

`default_nettype wire
