// Records of frames. A frame that is held is written speculatively: its records are readable once it
// ended well (commit); a bad frame's are forgotten (roll back). Of a frame that is not, each record is
// readable at once. Whole mode holds all frames, early mode those whose header is not believed.
//
// In whole mode `t_in` and `unloaded` of each record are replaced by the frame's: cycle of its last
// beat, pipe empty at its first byte. A frame's first record is its PKT; the frame's values lie in
// a side memory at the PKT's address.
//
// Writer: `wr_ready_o` is low while full, until the reader made room. A held frame that alone
// fills the memory can never fit: `overflow_o` rises, the rest is swallowed, and the writer must
// end it with ok = 0 (a frame of Depth records or more; a frame of 2,048 bytes has at most 1,001).
// Latency: 1 cycle through the empty FIFO, 2 from the commit to the first record of a held frame.

`default_nettype none

module frame_fifo
  import esc_pkg::*;
#(
  parameter int unsigned Depth = 1024  // records, a power of two
) (
  input wire clk_i,
  input wire rst_ni,

  // One transfer: a record (has), the end of the frame (end), or both. See block_splitter.
  input  wire              wr_valid_i,
  output wire              wr_ready_o,
  input  wire rec_t        wr_rec_i,
  input  wire              wr_has_i,
  input  wire              wr_early_i,      // early mode
  input  wire              wr_hold_i,       // held; always in whole mode
  input  wire              wr_end_i,
  input  wire              wr_ok_i,
  input  wire       [31:0] wr_end_cycle_i,
  input  wire              wr_unloaded_i,
  output wire              overflow_o,

  output wire       rec_valid_o,
  input  wire       rec_ready_i,
  output wire rec_t rec_o,
  output wire       busy_o        // holds a record, committed or not
);

  localparam int unsigned AddrBits = $clog2(Depth);
  typedef logic [AddrBits:0] ptr_t;

  if (Depth < 4 || (Depth & (Depth - 1)) != 0) begin : g_depth
    $fatal(1, "frame_fifo: Depth must be a power of two, 4 or more");
  end

  typedef struct packed {
    logic early;
    rec_t rec;
  } slot_t;

  typedef struct packed {
    logic        unloaded;
    logic [31:0] t_in;
  } side_t;

  slot_t mem [Depth];
  side_t side_mem [Depth];

  ptr_t wr_q, commit_q, rd_q;
  logic overflow_q;

  logic out_valid_q, bypass_q;
  slot_t mem_out_q;
  side_t side_out_q, frame_side_q;
  rec_t  bypass_rec_q;
  rec_t  rec;   // at the output
  side_t side;  // its frame's values

  wire full = (wr_q - rd_q) == ptr_t'(Depth);
  wire empty = rd_q == commit_q;  // nothing readable in memory

  assign overflow_o = overflow_q || (full && empty);
  assign wr_ready_o = !full || overflow_o;

  wire out_free = !out_valid_q || rec_ready_i;
  wire wr_take = wr_valid_i && wr_ready_o;
  wire bypass = wr_take && wr_has_i && !wr_hold_i && empty && out_free;
  wire store = wr_take && wr_has_i && !bypass && !overflow_o;
  wire load = !empty && out_free;
  wire ptr_t wr_next = wr_q + ptr_t'(store);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wr_q        <= '0;
      commit_q    <= '0;
      rd_q        <= '0;
      overflow_q  <= 1'b0;
      out_valid_q <= 1'b0;
    end else begin
      if (wr_take) begin
        overflow_q <= overflow_o && !wr_end_i && wr_hold_i;
        if (!wr_hold_i || (wr_end_i && wr_ok_i)) begin
          wr_q     <= wr_next;
          commit_q <= wr_next;
        end else if (wr_end_i) begin
          wr_q <= commit_q;
        end else begin
          wr_q <= wr_next;
        end
      end
      if (load) rd_q <= rd_q + 1'b1;
      if (out_free) out_valid_q <= load || bypass;
    end
  end

  always_ff @(posedge clk_i) begin
    if (store) mem[wr_q[AddrBits-1:0]] <= '{early: wr_early_i, rec: wr_rec_i};
    if (wr_take && wr_end_i && wr_ok_i && !wr_early_i) begin
      side_mem[commit_q[AddrBits-1:0]] <= '{unloaded: wr_unloaded_i, t_in: wr_end_cycle_i};
    end
    if (load) begin
      mem_out_q  <= mem[rd_q[AddrBits-1:0]];
      side_out_q <= side_mem[rd_q[AddrBits-1:0]];
    end
    if (bypass) bypass_rec_q <= wr_rec_i;
    if (out_free) bypass_q <= bypass;
    if (out_valid_q && rec_ready_i && rec.kind == RecPkt) frame_side_q <= side_out_q;
  end

  always_comb begin
    rec  = mem_out_q.rec;
    side = mem_out_q.rec.kind == RecPkt ? side_out_q : frame_side_q;
    if (bypass_q) begin
      rec = bypass_rec_q;
    end else if (!mem_out_q.early) begin
      rec.t_in = side.t_in;
      rec.unloaded = side.unloaded;
    end
  end

  assign rec_valid_o = out_valid_q;
  assign rec_o = rec;
  assign busy_o = out_valid_q || rd_q != wr_q;

`ifndef SYNTHESIS
  logic in_frame_q;  // a record of a frame that has not ended
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
      in_frame_q  <= 1'b0;
    end else if (checks_on_q) begin
      if (wr_take) in_frame_q <= (in_frame_q || wr_has_i) && !wr_end_i;
      a_order : assert (ptr_t'(commit_q - rd_q) <= ptr_t'(wr_q - rd_q));
      a_fits : assert (ptr_t'(wr_q - rd_q) <= ptr_t'(Depth));
      a_overflow : assert (!(wr_take && wr_end_i && overflow_q && wr_hold_i && wr_ok_i));
      a_whole_is_held : assert (!wr_valid_i || wr_early_i || wr_hold_i);
      a_pkt_first : assert (!(wr_take && wr_has_i && !in_frame_q) || wr_rec_i.kind == RecPkt);
    end
  end
`endif

endmodule

`default_nettype wire
