// Entries on their way out of the book: a register in front, behind it room for what the fast lane may still send.
//
// `put_i` needs `free_o` (or the queue's room that the sender has reserved, see `room_o`); entries leave in order.

`default_nettype none

module entry_queue
  import esc_pkg::*;
#(
  parameter int unsigned Depth = 16,  // a power of two
  parameter int unsigned Ahead = 12   // entries that may be on their way when `room_o` falls
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i,

  input  wire logic   put_i,
  input  wire entry_t entry_i,
  output logic        free_o,   // an entry put now stands at the output in the next cycle
  output logic        room_o,   // `Ahead` entries fit
  output logic        empty_o,

  output logic      valid_o,
  input  wire logic ready_i,
  output entry_t    entry_o
);

  localparam int unsigned IdxW = $clog2(Depth);

  if (Depth < 2 || 2 ** IdxW != Depth || Ahead >= Depth) begin : gen_illegal
    $fatal(1, "entry_queue: Depth must be a power of two and above Ahead");
  end

  entry_t mem[Depth];
  logic [IdxW-1:0] write_q, read_q;
  logic [IdxW:0] count_q;
  logic reg_free, push, pop;

  assign reg_free = !valid_o || ready_i;
  assign free_o = reg_free && count_q == '0;
  assign room_o = count_q <= (IdxW + 1)'(Depth - Ahead);
  assign empty_o = !valid_o && count_q == '0;
  assign push = put_i && !free_o;
  assign pop = reg_free && count_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_o <= 1'b0;
      write_q <= '0;
      read_q  <= '0;
      count_q <= '0;
    end else if (core_reset_i) begin
      valid_o <= 1'b0;
      write_q <= '0;
      read_q  <= '0;
      count_q <= '0;
    end else begin
      if (reg_free) valid_o <= pop || put_i;
      write_q <= write_q + IdxW'(push);
      read_q  <= read_q + IdxW'(pop);
      count_q <= count_q + (IdxW + 1)'(push) - (IdxW + 1)'(pop);
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) mem[write_q] <= entry_i;
    if (pop) entry_o <= mem[read_q];
    else if (put_i && free_o) entry_o <= entry_i;
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    valid_o && !ready_i |=> valid_o && $stable(
      entry_o
  ))
  else $error("entry_queue: entry changed before it was taken");
  always_ff @(posedge clk_i) begin
    if (rst_ni && !core_reset_i && $time != 0) begin
      assert (!push || pop || count_q != (IdxW + 1)'(Depth))
      else $error("entry_queue: an entry is lost");
    end
  end
`endif

endmodule

`default_nettype wire
