// Operations that wait for the book or are in its fast lane.
//
// In order: written at the end, issued one by one, freed one by one from the front. `replay_i` goes back: what was
// issued from `replay_index_i` on, in this cycle too, will be issued again. An operation can be read until it is freed.

`default_nettype none

module book_queue
  import esc_pkg::*;
#(
  parameter  int unsigned Depth = 16,            // a power of two
  localparam int unsigned IdxW  = $clog2(Depth)
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i,

  input  wire logic push_i,  // while !full_o
  input  wire op_t  op_i,
  output logic      full_o,
  output logic      empty_o, // nothing that is not freed

  output logic                 valid_o,         // an operation to be issued
  output op_t                  op_o,
  output logic      [IdxW-1:0] index_o,
  input  wire logic            issue_i,
  input  wire logic            replay_i,
  input  wire logic [IdxW-1:0] replay_index_i,
  input  wire logic            free_i,

  input  wire logic [IdxW-1:0] read_index_i,
  output op_t                  read_op_o
);

  if (Depth < 2 || 2 ** IdxW != Depth) begin : gen_illegal
    $fatal(1, "book_queue: Depth must be a power of two");
  end

  op_t mem[Depth];
  logic [IdxW-1:0] write_q, issue_q, free_q;
  logic [IdxW:0] count_q;   // not freed
  logic [IdxW:0] left_q;    // not issued

  assign full_o = count_q == (IdxW + 1)'(Depth);
  assign empty_o = count_q == '0;
  assign valid_o = left_q != '0;
  assign index_o = issue_q;
  assign op_o = mem[issue_q];
  assign read_op_o = mem[read_index_i];

  always_ff @(posedge clk_i) begin
    if (push_i) mem[write_q] <= op_i;
  end

  // Those issued from the replayed one on.
  logic [IdxW-1:0] again;
  assign again = issue_q - replay_index_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= '0;
      issue_q <= '0;
      free_q  <= '0;
      count_q <= '0;
      left_q  <= '0;
    end else if (core_reset_i) begin
      write_q <= '0;
      issue_q <= '0;
      free_q  <= '0;
      count_q <= '0;
      left_q  <= '0;
    end else begin
      write_q <= write_q + IdxW'(push_i);
      free_q  <= free_q + IdxW'(free_i);
      count_q <= count_q + (IdxW + 1)'(push_i) - (IdxW + 1)'(free_i);
      if (replay_i) begin
        issue_q <= replay_index_i;
        left_q  <= left_q + (IdxW + 1)'(push_i) + (IdxW + 1)'(again);
      end else begin
        issue_q <= issue_q + IdxW'(issue_i);
        left_q  <= left_q + (IdxW + 1)'(push_i) - (IdxW + 1)'(issue_i);
      end
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  always_ff @(posedge clk_i) begin
    if (rst_ni && !core_reset_i && $time != 0) begin
      assert (!(push_i && full_o))
      else $error("book_queue: pushed while full");
      assert (!(issue_i && !valid_o))
      else $error("book_queue: nothing to issue");
      assert (!(free_i && count_q == left_q))
      else $error("book_queue: freed before it was issued");
      assert (left_q <= count_q)
      else $error("book_queue: more to issue than there is");
      assert (count_q == '0 || count_q[IdxW] || count_q[IdxW-1:0] == write_q - free_q)
      else $error("book_queue: pointers and count differ");
    end
  end
`endif

endmodule

`default_nettype wire
