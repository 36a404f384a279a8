// Sends finished lines to the host's ring: line k goes to base + (k mod 2^size_log2) * 64.
//
// Credit mode: line k leaves only when k < tail + size, so nothing unread is ever overwritten. Broadcast mode: lines
// leave at once. Lines that cannot leave wait in the FIFO; when that is full `ready_o` falls and the packer drops.
// A size of 0 or beyond 32 is no ring: nothing leaves. Interrupts: one request after new lines, at least holdoff ns
// apart on card time.

`default_nettype none

module ring_writer #(
  parameter int unsigned FifoDepth = 64
) (
  input  wire logic         clk_i,
  input  wire logic         rst_ni,
  // Registers.
  input  wire logic [ 63:0] base_i,
  input  wire logic [  5:0] size_log2_i,
  input  wire logic         broadcast_i,
  input  wire logic         enable_i,
  input  wire logic [ 63:0] tail_i,
  output logic      [ 63:0] head_o,             // lines accepted at the write port
  input  wire logic         irq_enable_i,
  input  wire logic [ 31:0] irq_holdoff_ns_i,
  input  wire logic [ 63:0] card_time_i,
  // Lines from the packer.
  input  wire logic         valid_i,
  output logic              ready_o,
  input  wire logic [511:0] line_i,
  input  wire logic [  6:0] ticks_i,
  input  wire logic [  6:0] entries_i,
  output logic              room_o,
  // Write port: one posted write of 64 bytes a beat.
  output logic              wr_valid_o,
  input  wire logic         wr_ready_i,
  output logic      [ 63:0] wr_addr_o,
  output logic      [511:0] wr_data_o,
  // Interrupt request, held until taken.
  output logic              irq_valid_o,
  input  wire logic         irq_ready_i,
  // Counts.
  output logic              line_written_o,     // in the cycle of acceptance
  output logic      [  6:0] ticks_written_o,    // ticks and entries of that line
  output logic      [  6:0] entries_written_o,
  output logic              line_refused_o,     // a line found the ring without room; once a line
  output logic              busy_o
);

  logic fifo_valid, fifo_ready;
  logic [6:0] fifo_ticks, fifo_entries;
  logic [63:0] head_q, head_d;
  logic [63:0] next_q;  // head_q + 1
  logic [63:0] addr_q;
  logic allowed_q, refused_q;

  line_fifo #(
    .Width(512 + 14),
    .Depth(FifoDepth)
  ) u_fifo (
    .clk_i,
    .rst_ni,
    .valid_i,
    .ready_o,
    .data_i      ({entries_i, ticks_i, line_i}),
    .valid_o     (fifo_valid),
    .ready_i     (fifo_ready),
    .data_o      ({fifo_entries, fifo_ticks, wr_data_o}),
    .half_empty_o(room_o)
  );

  assign wr_valid_o = fifo_valid && allowed_q;
  assign wr_addr_o = addr_q;
  assign fifo_ready = wr_ready_i && allowed_q;
  assign line_written_o = wr_valid_o && wr_ready_i;
  assign ticks_written_o = fifo_ticks;
  assign entries_written_o = fifo_entries;
  assign head_d = line_written_o ? next_q : head_q;
  assign head_o = head_q;
  assign busy_o = fifo_valid || valid_i;

  // Room and address are worked out one line ahead, so that a line leaves in the cycle it shows; both for a line
  // that leaves now and for none, so that the port's ready only chooses.
  logic size_legal, room, room_stay, room_next;
  logic [31:0] mask;  // size - 1: its bits are all that a distance below the size has
  logic [63:0] addr_stay, addr_next;
  assign size_legal = size_log2_i != 6'd0 && size_log2_i <= 6'd32;
  always_comb for (int i = 0; i < 32; i++) mask[i] = 6'(i) < size_log2_i;
  assign room_stay = size_log2_i <= 6'd32 && ((head_q - tail_i) & ~64'(mask)) == '0;
  assign room_next = size_log2_i <= 6'd32 && ((next_q - tail_i) & ~64'(mask)) == '0;
  assign room = broadcast_i || (line_written_o ? room_next : room_stay);
  assign addr_stay = base_i + {26'd0, head_q[31:0] & mask, 6'd0};
  assign addr_next = base_i + {26'd0, next_q[31:0] & mask, 6'd0};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q <= '0;
      next_q <= 64'd1;
      addr_q <= '0;
      allowed_q <= 1'b0;
      refused_q <= 1'b0;
      line_refused_o <= 1'b0;
    end else begin
      head_q <= head_d;
      if (line_written_o) next_q <= next_q + 64'd1;
      // A line on offer stays on offer, whatever the host writes meanwhile.
      if (!wr_valid_o || wr_ready_i) begin
        allowed_q <= enable_i && size_legal && room;
        addr_q <= line_written_o ? addr_next : addr_stay;
      end
      refused_q <= fifo_valid && !fifo_ready && (refused_q || (enable_i && !allowed_q && !room));
      line_refused_o <= fifo_valid && !refused_q && enable_i && !allowed_q && !room;
    end
  end

  logic [63:0] irq_head_q, irq_time_q;  // lines ahead of the last interrupt; time of its request
  logic irq_any_q;  // there was one
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      irq_head_q  <= '0;
      irq_time_q  <= '0;
      irq_any_q   <= 1'b0;
      irq_valid_o <= 1'b0;
    end else if (irq_valid_o) begin
      // A line that went meanwhile, or goes beside it, is ahead of it too and needs none of its own.
      if (irq_ready_i) begin
        irq_valid_o <= 1'b0;
        irq_head_q  <= head_d;
      end
    end else if (irq_enable_i && head_q != irq_head_q &&
                 (!irq_any_q || card_time_i - irq_time_q >= 64'(irq_holdoff_ns_i))) begin
      irq_valid_o <= 1'b1;
      irq_any_q   <= 1'b1;
      irq_head_q  <= head_q;
      irq_time_q  <= card_time_i;
    end
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  logic held_q;
  logic [63:0] held_addr_q;
  logic [511:0] held_data_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      held_q <= 1'b0;
    end else begin
      held_q <= wr_valid_o && !wr_ready_i;
      held_addr_q <= wr_addr_o;
      held_data_q <= wr_data_o;
      assert (!armed_q || !held_q ||
              (wr_valid_o && wr_addr_o == held_addr_q && wr_data_o == held_data_q))
      else $error("ring_writer: a write changed before it was taken");
      assert (!armed_q || !wr_valid_o || wr_addr_o[5:0] == base_i[5:0])
      else $error("ring_writer: address leaves its line");
      assert (!armed_q || !wr_valid_o || wr_data_o[31:0] == head_q[31:0])
      else $error("ring_writer: line %0d in place of line %0d", wr_data_o[31:0], head_q[31:0]);
    end
  end
`endif

endmodule

`default_nettype wire
