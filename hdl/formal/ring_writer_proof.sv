// Proof of ring_writer in credit mode: it never writes a line over one that the host has not read, never outside the
// ring or across 4 KiB, each line at its own place also at the wrap, and a line on offer does not change.
//
// One place of the ring, arbitrary, is watched: the number of the line written there last is remembered, and when the
// place is written again the host's tail must have passed it. Ring size (2 to 2^32 lines), base and the moments at
// which the host moves its tail are arbitrary.

`default_nettype none

module ring_writer_proof #(
  parameter int unsigned FifoDepth = 64
) (
  input wire logic         clk_i,
  input wire logic         rst_ni,
  input wire logic [ 63:0] base_i,
  input wire logic [  5:0] size_log2_i,
  input wire logic         enable_i,
  input wire logic [ 63:0] tail_i,
  input wire logic         irq_enable_i,
  input wire logic [ 31:0] irq_holdoff_ns_i,
  input wire logic [ 63:0] card_time_i,
  input wire logic         valid_i,
  input wire logic [511:0] line_i,
  input wire logic [  6:0] ticks_i,
  input wire logic [  6:0] entries_i,
  input wire logic         wr_ready_i,
  input wire logic         irq_ready_i,
  input wire logic [ 31:0] place_i
);

  logic ready, room, wr_valid, irq_valid, line_written, line_refused, busy;
  logic [63:0] head, wr_addr;
  logic [511:0] wr_data;
  logic [6:0] ticks_written;
  logic [6:0] entries_written;
  ring_writer #(
    .FifoDepth(FifoDepth)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .base_i,
    .size_log2_i,
    .broadcast_i      (1'b0),
    .enable_i,
    .tail_i,
    .head_o           (head),
    .irq_enable_i,
    .irq_holdoff_ns_i,
    .card_time_i,
    .valid_i,
    .ready_o          (ready),
    .line_i,
    .ticks_i,
    .entries_i,
    .room_o           (room),
    .wr_valid_o       (wr_valid),
    .wr_ready_i,
    .wr_addr_o        (wr_addr),
    .wr_data_o        (wr_data),
    .irq_valid_o      (irq_valid),
    .irq_ready_i,
    .line_written_o   (line_written),
    .ticks_written_o  (ticks_written),
    .entries_written_o(entries_written),
    .line_refused_o   (line_refused),
    .busy_o           (busy)
  );

  // What the host keeps to: base and size stand while the card runs; the tail moves forward, never beyond the head.
  logic first_q;
  logic [63:0] base_q, tail_q;
  logic [5:0] size_log2_q;
  logic [31:0] place_q;
  initial first_q = 1'b1;
  always_ff @(posedge clk_i) begin
    first_q     <= 1'b0;
    base_q      <= base_i;
    size_log2_q <= size_log2_i;
    tail_q      <= tail_i;
    place_q     <= place_i;
  end

  logic [32:0] size;
  logic [31:0] mask;
  assign size = 33'd1 << size_log2_i;
  assign mask = size[31:0] - 32'd1;

  always_comb begin
    if (first_q) begin
      e_reset : assume (!rst_ni);
    end else begin
      e_base : assume (base_i == base_q);
      e_size : assume (size_log2_i == size_log2_q);
      e_place : assume (place_i == place_q);
      e_no_reset : assume (rst_ni);
      e_tail : assume (tail_i - tail_q <= head - tail_q);
    end
    e_aligned : assume (base_i[5:0] == 6'd0);
    e_legal : assume (size_log2_i >= 6'd1 && size_log2_i <= 6'd32);
    e_in_ring : assume ((place_i & ~mask) == 32'd0);
    if (!rst_ni) e_start : assume (tail_i == 64'd0);
  end

  logic written_q;  // the place watched holds a line
  logic [63:0] line_q;  // its number
  logic at_place;
  assign at_place = line_written && wr_addr == base_i + {26'd0, place_i, 6'd0};
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      written_q <= 1'b0;
    end else if (at_place) begin
      written_q <= 1'b1;
      line_q    <= head;
    end
  end

  logic offered_q;
  logic [63:0] addr_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      offered_q <= 1'b0;
    end else begin
      offered_q <= wr_valid && !wr_ready_i;
      addr_q    <= wr_addr;
    end
  end

  always_comb begin
    if (!first_q && rst_ni) begin
      a_next : assert (u_dut.next_q == head + 64'd1);
      a_distance : assert (head - tail_i <= 64'(size));
      if (u_dut.allowed_q) begin
        a_credit : assert (head - tail_q < 64'(size));
        a_addr : assert (wr_addr == base_i + {26'd0, head[31:0] & mask, 6'd0});
      end
      if (written_q) begin
        a_place : assert ((line_q[31:0] & mask) == place_i);
        a_recent : assert (head - line_q >= 64'd1 && head - line_q <= 64'(size));
      end
      // The claims.
      if (at_place && written_q) begin
        a_read : assert ($signed(tail_i - line_q) > 0);
      end
      if (line_written) a_room : assert (head - tail_i < 64'(size));
      if (wr_valid) begin
        a_line : assert (wr_addr[5:0] == 6'd0);  // so 64 bytes never cross 4 KiB
        a_ring : assert (wr_addr - base_i < {25'd0, size, 6'd0});
        a_own_place : assert (wr_addr == base_i + {26'd0, head[31:0] & mask, 6'd0});
      end
      if (offered_q) a_stays : assert (wr_valid && wr_addr == addr_q);
      c_again : cover (at_place && written_q);
      c_stop : cover (line_refused && head == 64'd2);
    end
  end

endmodule

`default_nettype wire
