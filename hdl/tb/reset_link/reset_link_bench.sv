// Two reset links, each the other's far side, as a crossing has them.

`default_nettype none

module reset_link_bench (
  input  wire a_clk_i,
  input  wire a_rst_ni,
  output wire a_clear_o,
  output wire a_up_o,
  input  wire b_clk_i,
  input  wire b_rst_ni,
  output wire b_clear_o,
  output wire b_up_o
);

  wire a_gen, a_done, a_ack, b_gen, b_done, b_ack;

  reset_link u_a (
    .clk_i  (a_clk_i),
    .rst_ni (a_rst_ni),
    .gen_o  (a_gen),
    .done_o (a_done),
    .ack_o  (a_ack),
    .gen_i  (b_gen),
    .done_i (b_done),
    .ack_i  (b_ack),
    .clear_o(a_clear_o),
    .up_o   (a_up_o)
  );

  reset_link u_b (
    .clk_i  (b_clk_i),
    .rst_ni (b_rst_ni),
    .gen_o  (b_gen),
    .done_o (b_done),
    .ack_o  (b_ack),
    .gen_i  (a_gen),
    .done_i (a_done),
    .ack_i  (a_ack),
    .clear_o(b_clear_o),
    .up_o   (b_up_o)
  );

endmodule

`default_nettype wire
