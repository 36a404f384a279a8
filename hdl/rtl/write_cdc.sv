// Carries posted writes and interrupt requests from the core's clock to the host's, in order: an interrupt arrives
// after every line that was accepted before it was asked for.
//
// A reset of the core's side alone never withdraws a write that is on offer at the host's port; a reset of the host's
// side alone loses the writes that are inside (the host must reset the core then: its ring has holes).

`default_nettype none

module write_cdc #(
  parameter int unsigned Depth = 16
) (
  input  wire logic         core_clk_i,
  input  wire logic         core_rst_ni,
  input  wire logic         wr_valid_i,
  output logic              wr_ready_o,
  input  wire logic [ 63:0] wr_addr_i,
  input  wire logic [511:0] wr_data_i,
  input  wire logic         irq_valid_i,
  output logic              irq_ready_o,

  input  wire logic         host_clk_i,
  input  wire logic         host_rst_ni,
  output logic              wr_valid_o,
  input  wire logic         wr_ready_i,
  output logic      [ 63:0] wr_addr_o,
  output logic      [511:0] wr_data_o,
  output logic              irq_o,        // pulse

  // Something is inside, or the sides are not up. Of both clocks: for resting them only, see clock_gate.
  output logic busy_o
);

  // A write, an interrupt, or a write and then an interrupt.
  typedef struct packed {
    logic         irq;
    logic         write;
    logic [63:0]  addr;
    logic [511:0] data;
  } item_t;

  item_t in, out, held_q;
  logic in_ready, out_valid, held_valid_q, held_done;
  logic [1:0] up, held;

  assign in = '{irq: irq_valid_i, write: wr_valid_i, addr: wr_addr_i, data: wr_data_i};
  assign wr_ready_o = in_ready;
  assign irq_ready_o = in_ready;

  // verilator lint_off PINCONNECTEMPTY  // states of the FIFO that a stream does not need
  async_fifo #(
    .T    (item_t),
    .Depth(Depth)
  ) u_fifo (
    .wr_clk_i  (core_clk_i),
    .wr_rst_ni (core_rst_ni),
    .wr_valid_i(wr_valid_i || irq_valid_i),
    .wr_ready_o(in_ready),
    .wr_data_i (in),
    .wr_up_o   (up[0]),
    .wr_busy_o (held[0]),
    .wr_room_o (),
    .rd_clk_i  (host_clk_i),
    .rd_rst_ni (host_rst_ni),
    .rd_valid_o(out_valid),
    .rd_ready_i(!held_valid_q || held_done),
    .rd_data_o (out),
    .rd_up_o   (up[1]),
    .rd_busy_o (held[1])
  );
  // verilator lint_on PINCONNECTEMPTY

  assign busy_o = wr_valid_i || irq_valid_i || held != '0 || held_valid_q || irq_o || up != '1;

  assign held_done = !held_q.write || wr_ready_i;
  assign wr_valid_o = held_valid_q && held_q.write;
  assign wr_addr_o = held_q.addr;
  assign wr_data_o = held_q.data;

  always_ff @(posedge host_clk_i or negedge host_rst_ni) begin
    if (!host_rst_ni) begin
      held_valid_q <= 1'b0;
      irq_o <= 1'b0;
    end else begin
      if (!held_valid_q || held_done) held_valid_q <= out_valid;
      irq_o <= held_valid_q && held_done && held_q.irq;
    end
  end

  always_ff @(posedge host_clk_i) begin
    if (out_valid && (!held_valid_q || held_done)) held_q <= out;
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge host_clk_i or negedge host_rst_ni) if (!host_rst_ni) armed_q <= 1'b1;

  logic stalled_q;
  logic [63:0] stalled_addr_q;
  always_ff @(posedge host_clk_i or negedge host_rst_ni) begin
    if (!host_rst_ni) begin
      stalled_q <= 1'b0;
    end else begin
      stalled_q <= wr_valid_o && !wr_ready_i;
      stalled_addr_q <= wr_addr_o;
      assert (!armed_q || !stalled_q || (wr_valid_o && wr_addr_o == stalled_addr_q))
      else $error("write_cdc: a write was withdrawn");
    end
  end
`endif

endmodule

`default_nettype wire
