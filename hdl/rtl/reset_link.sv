// One side of a reset handshake across two clocks: either side may be reset alone, at any time,
// also again while the handshake runs, also while the other clock stands still. Both sides work
// (`up_o`) only after both were cleared.
//
// A round, started by a reset of this side: 1. `gen` flips. The other side sees gen != ack, stops,
// clears its state (`clear_o` there), answers ack = gen. 2. This side sees ack == gen, so nobody
// looks at its state: it clears it (`clear_o` here), then done = gen. 3. The other side sees done
// == ack and goes up again. gen flips only when done == gen and ack == gen, so no flip is missed,
// and an old answer can never be taken for a new one: that is why gen, done and ack are *not* reset
// (any start value is right). Until the clear in step 2 the state that the other side looks at is
// frozen, so it never sees a pointer jump while it is up.

`default_nettype none

module reset_link (
  input  wire clk_i,
  input  wire rst_ni,
  // To the other side's inputs of the same name.
  output wire gen_o,
  output wire done_o,
  output wire ack_o,
  // From the other side, asynchronous.
  input  wire gen_i,
  input  wire done_i,
  input  wire ack_i,
  // Clear the state shared with the other side in this cycle; never while up_o.
  output wire clear_o,
  // Both sides are clear and may work. Falls at once on own reset, a few cycles after a reset of
  // the other side.
  output wire up_o
);

  logic gen_q, done_q, ack_q, cleared_q;
  logic pending_q;  // own reset, round not started yet
  logic started_q;  // out of reset

  wire far_gen, far_done, far_ack;

  sync2 #(
    .Width(3)
  ) u_sync (
    .clk_i,
    .d_i({gen_i, done_i, ack_i}),
    .q_o({far_gen, far_done, far_ack})
  );

  wire flush = far_gen != ack_q;
  wire own_turn = done_q != gen_q && far_ack == gen_q;

  assign clear_o = flush || (own_turn && !cleared_q);
  assign up_o = !pending_q && done_q == gen_q && far_ack == gen_q && !flush && far_done == ack_q;
  assign gen_o = gen_q;
  assign done_o = done_q;
  assign ack_o = ack_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      started_q <= 1'b0;
      pending_q <= 1'b1;
    end else begin
      started_q <= 1'b1;
      if (started_q && (done_q != gen_q || far_ack == gen_q)) pending_q <= 1'b0;
    end
  end

  // No reset, see above.
  always_ff @(posedge clk_i) begin
    if (flush) ack_q <= far_gen;
    if (pending_q && started_q && done_q == gen_q && far_ack == gen_q) gen_q <= !gen_q;
    cleared_q <= own_turn;
    if (own_turn && cleared_q) done_q <= gen_q;
  end

`ifndef SYNTHESIS
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
    end else if (checks_on_q) begin
      a_clear_down : assert (!(clear_o && up_o));
    end
  end
`endif

endmodule

`default_nettype wire
