// Events between the line arbiter and the decoders, so that one line's copies are refused while the other's messages are
// still being decoded (docs/decisions.md, "An event queue behind the arbiter").
//
// In order, no cycle of latency while empty. `Depth` events wait; the one at the decoder is not one of them if it came
// straight through.

`default_nettype none

module event_queue
  import esc_pkg::*;
#(
  parameter  int unsigned Depth = 64,            // a power of two
  localparam int unsigned IdxW  = $clog2(Depth)
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i, // drops what is held

  input  wire logic valid_i,
  output logic      ready_o,
  input  wire ev_t  ev_i,

  output logic      valid_o,
  input  wire logic ready_i,
  output ev_t       ev_o
);

  if (Depth < 2 || 2 ** IdxW != Depth) begin : gen_illegal
    $fatal(1, "event_queue: Depth = %0d, legal is a power of two, 2 or more", Depth);
  end

  ev_t mem[Depth];
  logic [IdxW-1:0] write_q, read_q;
  logic [IdxW:0] count_q;
  logic some, push, pop;

  assign some    = count_q != '0;
  assign ready_o = count_q != (IdxW + 1)'(Depth);
  assign valid_o = some || valid_i;
  assign ev_o    = some ? mem[read_q] : ev_i;
  assign pop     = some && ready_i;
  assign push    = valid_i && ready_o && (some || !ready_i);

  always_ff @(posedge clk_i) begin
    if (push) mem[write_q] <= ev_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q  <= '0;
      count_q <= '0;
    end else if (core_reset_i) begin
      write_q <= '0;
      read_q  <= '0;
      count_q <= '0;
    end else begin
      write_q <= write_q + IdxW'(push);
      read_q  <= read_q + IdxW'(pop);
      count_q <= count_q + (IdxW + 1)'(push) - (IdxW + 1)'(pop);
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    count_q <= (IdxW + 1)'(Depth))
  else $error("event_queue: overfull");
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    valid_o && !ready_i |=> valid_o && $stable(
      ev_o
  ))
  else $error("event_queue: an event changed before it was taken");
`endif

endmodule

`default_nettype wire
