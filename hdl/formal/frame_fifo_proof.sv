// Proof of frame_fifo: the n-th record read is the n-th record of the frames that count, for an arbitrary n. A frame
// that is held (always in whole mode) counts when it ends well, not before; of others each record counts at once.
// Nothing of a held bad frame is ever read, nothing is lost, doubled or reordered, and the memory is never overfull.
//
// Records are numbered as if their frame will count; a frame that ends badly gives its numbers back. The counts wrap, so
// the number chosen stands for all. In whole mode `t_in` and `unloaded` are replaced by the frame's: shown here for its
// first record; for the others they are left to the bench (they feed the latency probe only).

`default_nettype none

module frame_fifo_proof
  import esc_pkg::*;
#(
  parameter int unsigned Depth = 8
) (
  input wire logic        clk_i,
  input wire logic        rst_ni,
  input wire logic        valid_i,
  input wire rec_t        rec_i,
  input wire logic        has_i,
  input wire logic        early_i,
  input wire logic        hold_i,
  input wire logic        end_i,
  input wire logic        ok_i,
  input wire logic [31:0] end_cycle_i,
  input wire logic        unloaded_i,
  input wire logic        ready_i,
  input wire logic [15:0] chosen_i
);

  localparam int unsigned AddrBits = $clog2(Depth);
  typedef logic [AddrBits-1:0] addr_t;
  typedef logic [AddrBits:0] ptr_t;
  typedef logic [AddrBits+1:0] number_t;

  logic ready, overflow, rec_valid, busy;
  rec_t rec;
  frame_fifo #(
    .Depth(Depth)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .wr_valid_i    (valid_i),
    .wr_ready_o    (ready),
    .wr_rec_i      (rec_i),
    .wr_has_i      (has_i),
    .wr_early_i    (early_i),
    .wr_hold_i     (hold_i),
    .wr_end_i      (end_i),
    .wr_ok_i       (ok_i),
    .wr_end_cycle_i(end_cycle_i),
    .wr_unloaded_i (unloaded_i),
    .overflow_o    (overflow),
    .rec_valid_o   (rec_valid),
    .rec_ready_i   (ready_i),
    .rec_o         (rec),
    .busy_o        (busy)
  );

  logic first_q;
  number_t chosen_q;
  initial first_q = 1'b1;
  always_ff @(posedge clk_i) begin
    first_q  <= 1'b0;
    chosen_q <= first_q ? number_t'(chosen_i) : chosen_q;
  end

  // Numbers: `counted_q` records count for sure, `running_q` lie in the running frame, `read_q` were read.
  logic take, read;
  number_t counted_q, running_q, read_q;
  number_t counted, running, held;
  logic in_frame_q, early_q, hold_q, is_first_q, marked_q;
  rec_t item_q;
  logic [31:0] item_cycle_q;
  logic item_unloaded_q;
  assign take = valid_i && ready;
  assign read = rec_valid && ready_i;
  assign running = running_q + number_t'(has_i && !overflow);  // what overflows will not count
  assign held = counted_q - read_q;

  always_comb begin
    counted = counted_q;
    if (take && (!hold_i || (end_i && ok_i))) counted = counted_q + running;
  end

  logic item_waits;  // the item's frame is still running
  assign item_waits = number_t'(chosen_q - counted_q) < running_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      counted_q  <= '0;
      running_q  <= '0;
      read_q     <= '0;
      in_frame_q <= 1'b0;
      early_q    <= 1'b0;
      hold_q     <= 1'b0;
      is_first_q <= 1'b0;
      marked_q   <= 1'b0;
    end else begin
      read_q <= read_q + number_t'(read);
      counted_q <= counted;
      if (take) begin
        running_q  <= (!hold_i || end_i) ? '0 : running;
        in_frame_q <= (in_frame_q || has_i) && !end_i;
        early_q    <= early_i;
        hold_q     <= hold_i;
        if (has_i && !overflow && number_t'(counted_q + running_q) == chosen_q) begin
          item_q     <= rec_i;
          is_first_q <= running_q == '0 && !early_i;  // of a whole frame
          marked_q   <= 1'b1;
        end
        if (end_i && ok_i && !early_i && number_t'(chosen_q - counted_q) < running) begin
          item_cycle_q    <= end_cycle_i;
          item_unloaded_q <= unloaded_i;
        end
      end
    end
  end

  // What block_splitter keeps to.
  always_comb begin
    if (first_q) begin
      e_reset : assume (!rst_ni);
    end else if (rst_ni && take) begin
      e_whole : assume (early_i || hold_i);
      if (in_frame_q) e_mode : assume (early_i == early_q && hold_i == hold_q);
      if (overflow) e_overflow : assume (!(end_i && ok_i) || !hold_i);
      if (has_i) e_first : assume (in_frame_q != (rec_i.kind == RecPkt));
    end
  end

  // Where the item lies.
  number_t ahead;
  addr_t place;
  logic readable;
  assign readable = number_t'(chosen_q - read_q) < held;
  assign ahead = number_t'(chosen_q - read_q) - number_t'(rec_valid);
  assign place = addr_t'(u_dut.rd_q + ptr_t'(ahead));

  function automatic logic same(input rec_t a, input rec_t b);
    return a.kind == b.kind && a.len == b.len && a.data == b.data;
  endfunction

  always_comb begin
    if (!first_q && rst_ni) begin
      a_commit :
      assert (number_t'(ptr_t'(u_dut.commit_q - u_dut.rd_q)) + number_t'(rec_valid) == held);
      a_bound : assert (ptr_t'(u_dut.wr_q - u_dut.rd_q) <= ptr_t'(Depth));
      if (!u_dut.overflow_q) begin
        a_running : assert (number_t'(ptr_t'(u_dut.wr_q - u_dut.commit_q)) == running_q);
      end
      a_less : assert (ptr_t'(u_dut.wr_q - u_dut.commit_q) <= ptr_t'(u_dut.wr_q - u_dut.rd_q));
      if (u_dut.overflow_q) a_swallow : assert (in_frame_q && hold_q);
      if (!in_frame_q || !hold_q)
        a_nothing : assert (running_q == '0 && u_dut.wr_q == u_dut.commit_q);
      if (in_frame_q && hold_q) a_open : assert (running_q != '0);
      if (readable) begin
        a_marked : assert (marked_q);
        if (rec_valid && chosen_q == read_q) begin
          a_out : assert (same(u_dut.bypass_q ? u_dut.bypass_rec_q : u_dut.mem_out_q.rec, item_q));
          if (is_first_q) begin
            a_side_out :
            assert (!u_dut.bypass_q && !u_dut.mem_out_q.early && rec.kind == RecPkt &&
                                 u_dut.side_out_q == {item_unloaded_q, item_cycle_q});
          end
        end else begin
          a_memory : assert (same(u_dut.mem[place].rec, item_q));
          if (is_first_q) begin
            a_side : assert (u_dut.side_mem[place] == {item_unloaded_q, item_cycle_q});
            a_kind : assert (item_q.kind == RecPkt && !u_dut.mem[place].early);
          end
        end
      end else if (item_waits && !u_dut.overflow_q) begin
        a_waits : assert (marked_q && same(u_dut.mem[place].rec, item_q));
        if (is_first_q) begin
          a_waits_first :
          assert (item_q.kind == RecPkt && chosen_q == counted_q && !early_q &&
                    !u_dut.mem[place].early);
        end
        if (chosen_q == counted_q) a_first : assert (is_first_q || early_q);
      end
      // The claims.
      if (read) a_underflow : assert (held != '0);
      if (read && read_q == chosen_q) begin
        a_order : assert (same(rec, item_q));
        if (is_first_q) begin
          a_frame : assert (rec.t_in == item_cycle_q && rec.unloaded == item_unloaded_q);
        end
      end
      c_whole : cover (read && read_q == chosen_q && is_first_q && read_q == number_t'(2));
      c_early : cover (read && read_q == chosen_q && u_dut.bypass_q && read_q == number_t'(2));
      c_back : cover (take && end_i && !ok_i && hold_i && running_q == number_t'(2));
      c_held : cover (take && end_i && ok_i && hold_i && early_i && running_q == number_t'(2));
    end
  end

endmodule

`default_nettype wire
