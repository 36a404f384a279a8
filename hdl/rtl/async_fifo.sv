// FIFO between two unrelated clocks, gray-coded pointers, registered output (block RAM style
// memory).
//
// Nothing is lost, doubled or reordered while both sides are out of reset. Each side may be reset
// alone: both sides then empty themselves through `reset_link` (needs both clocks; until then
// neither side is up). For the surviving side that means: `wr_ready_o` is low for a while, or
// `rd_valid_o` falls although the item was not taken (the only exception to the valid/ready rule).
// What was inside is gone, what comes out was written after both were up.
//
// Latency: 1 write clock, then 3 to 4 read clocks.

`default_nettype none

module async_fifo #(
  parameter type         T     = logic [31:0],
  parameter int unsigned Depth = 16             // a power of two, 4 or more
) (
  // Write side. ready is low while down or full. wr_busy_o: something is inside, as seen from here.
  input  wire                     wr_clk_i,
  input  wire                     wr_rst_ni,
  input  wire                     wr_valid_i,
  output wire                     wr_ready_o,
  input  wire T                   wr_data_i,
  output wire                     wr_up_o,
  output wire                     wr_busy_o,
  output wire   [$clog2(Depth):0] wr_room_o,   // items that fit for sure (0 while down)

  // Read side. rd_busy_o: something is inside, as seen from here.
  input  wire   rd_clk_i,
  input  wire   rd_rst_ni,
  output wire   rd_valid_o,
  input  wire   rd_ready_i,
  output wire T rd_data_o,
  output wire   rd_up_o,
  output wire   rd_busy_o
);

  localparam int unsigned AddrBits = $clog2(Depth);
  typedef logic [AddrBits:0] ptr_t;

  if (Depth < 4 || (Depth & (Depth - 1)) != 0) begin : g_depth
    $fatal(1, "async_fifo: Depth must be a power of two, 4 or more");
  end

  function automatic ptr_t to_gray(ptr_t bin);
    return bin ^ (bin >> 1);
  endfunction

  function automatic ptr_t to_bin(ptr_t gray);
    ptr_t bin;
    bin[AddrBits] = gray[AddrBits];
    for (int i = AddrBits - 1; i >= 0; i--) bin[i] = bin[i+1] ^ gray[i];
    return bin;
  endfunction

  T mem[Depth];

  wire wr_gen, wr_done, wr_ack, wr_clear;
  wire rd_gen, rd_done, rd_ack, rd_clear;

  // Pointers are cleared by the handshake, not by the resets (see reset_link).
  ptr_t wr_bin_q, wr_gray_q;
  ptr_t rd_bin_q, rd_gray_q;
  ptr_t wr_seen_gray, rd_seen_gray;

  // Write side ------------------------------------------------------------------------------------
  reset_link u_wr_link (
    .clk_i  (wr_clk_i),
    .rst_ni (wr_rst_ni),
    .gen_o  (wr_gen),
    .done_o (wr_done),
    .ack_o  (wr_ack),
    .gen_i  (rd_gen),
    .done_i (rd_done),
    .ack_i  (rd_ack),
    .clear_o(wr_clear),
    .up_o   (wr_up_o)
  );

  sync2 #(
    .Width(AddrBits + 1)
  ) u_rd_to_wr (
    .clk_i(wr_clk_i),
    .d_i  (rd_gray_q),
    .q_o  (rd_seen_gray)
  );

  wire ptr_t wr_used = wr_bin_q - to_bin(rd_seen_gray);
  wire       wr_push = wr_valid_i && wr_ready_o;
  wire ptr_t wr_next = wr_bin_q + 1'b1;

  assign wr_ready_o = wr_up_o && wr_used != ptr_t'(Depth);
  assign wr_busy_o  = wr_up_o && wr_used != '0;
  assign wr_room_o  = wr_up_o ? ptr_t'(Depth) - wr_used : '0;

  always_ff @(posedge wr_clk_i) begin
    if (wr_clear) begin
      wr_bin_q  <= '0;
      wr_gray_q <= '0;
    end else if (wr_push) begin
      wr_bin_q  <= wr_next;
      wr_gray_q <= to_gray(wr_next);
    end
    if (wr_push) mem[wr_bin_q[AddrBits-1:0]] <= wr_data_i;
  end

  // Read side -------------------------------------------------------------------------------------
  reset_link u_rd_link (
    .clk_i  (rd_clk_i),
    .rst_ni (rd_rst_ni),
    .gen_o  (rd_gen),
    .done_o (rd_done),
    .ack_o  (rd_ack),
    .gen_i  (wr_gen),
    .done_i (wr_done),
    .ack_i  (wr_ack),
    .clear_o(rd_clear),
    .up_o   (rd_up_o)
  );

  sync2 #(
    .Width(AddrBits + 1)
  ) u_wr_to_rd (
    .clk_i(rd_clk_i),
    .d_i  (wr_gray_q),
    .q_o  (wr_seen_gray)
  );

  logic out_valid_q;
  T     out_q;
  wire  rd_have = rd_up_o && wr_seen_gray != rd_gray_q;
  wire  rd_pop  = rd_have && (!out_valid_q || rd_ready_i);
  wire ptr_t rd_next = rd_bin_q + 1'b1;

  always_ff @(posedge rd_clk_i) begin
    if (rd_clear) begin
      rd_bin_q  <= '0;
      rd_gray_q <= '0;
    end else if (rd_pop) begin
      rd_bin_q  <= rd_next;
      rd_gray_q <= to_gray(rd_next);
    end
    if (rd_pop) out_q <= mem[rd_bin_q[AddrBits-1:0]];
  end

  always_ff @(posedge rd_clk_i or negedge rd_rst_ni) begin
    if (!rd_rst_ni) begin
      out_valid_q <= 1'b0;
    end else if (!rd_up_o) begin
      out_valid_q <= 1'b0;
    end else if (!out_valid_q || rd_ready_i) begin
      out_valid_q <= rd_pop;
    end
  end

  assign rd_valid_o = out_valid_q && rd_up_o;
  assign rd_data_o  = out_q;
  assign rd_busy_o  = rd_up_o && (out_valid_q || rd_have);

`ifndef SYNTHESIS
  logic wr_checks_on_q;  // a reset was seen; before it everything is random
  initial wr_checks_on_q = 1'b0;
  always_ff @(posedge wr_clk_i or negedge wr_rst_ni) begin
    if (!wr_rst_ni) begin
      wr_checks_on_q <= 1'b1;
    end else if (wr_checks_on_q) begin
      if (wr_up_o) a_no_overflow : assert (wr_used <= ptr_t'(Depth));
    end
  end
  logic rd_checks_on_q;  // a reset was seen; before it everything is random
  initial rd_checks_on_q = 1'b0;
  always_ff @(posedge rd_clk_i or negedge rd_rst_ni) begin
    if (!rd_rst_ni) begin
      rd_checks_on_q <= 1'b1;
    end else if (rd_checks_on_q) begin
      if (rd_up_o) a_no_underflow : assert (to_bin(wr_seen_gray) - rd_bin_q <= ptr_t'(Depth));
    end
  end
`endif

endmodule

`default_nettype wire
