// Packs entries into 64-byte lines (hdl/line/line_format.toml, card-model.md sections 9 and 10).
//
// Three stages, then the line register: entry_fields (subtract, measure), entry_nibbles (lay out), body (place), line
// and CRC. An entry that comes at cycle 0 stands in a line at cycle 4 when nothing follows it.
// Whether an entry fits is known before it is laid out: its length is the sum of its fields' lengths. One that does not
// is laid out as the first of the next line. So an entry takes one cycle, one that does not fit two.
//
// A line is closed when the next entry does not fit, or when nothing is on the way (`upstream_busy_i` low, no entry
// waiting), or right behind an unloaded tick (the first of its frame, or any in early mode): batching never delays a
// tick that met an empty pipe. When the line register cannot be emptied and an entry waits for it, new entries are
// dropped, counted and announced once `room_i` is high again.

`default_nettype none

module line_packer
  import esc_pkg::*;
#(
  parameter int unsigned Slots = 64
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic [7:0] feed_i,
  input wire logic [23:0] clock_i,  // signed, units of 900 s; both stay while entries come
  input wire logic early_i,
  input wire logic upstream_busy_i,  // something behind the packer will or may make entries
  input wire logic entry_valid_i,
  output logic entry_ready_o,
  input wire entry_t entry_i,
  output logic line_valid_o,
  input wire logic line_ready_i,
  output logic [511:0] line_o,
  output logic [6:0] line_ticks_o,  // ticks among the line's entries
  output logic [6:0] line_entries_o,
  input wire logic room_i,  // the line FIFO has room for an announcement
  output logic probe_valid_o,  // an entry entered a line
  output probe_t probe_o,
  output logic tick_dropped_o,
  output logic control_dropped_o,
  output logic busy_o
);

  import esc_line_pkg::BodyNibbles, esc_line_pkg::LineVersion, esc_line_pkg::KindTrade,
      esc_line_pkg::ClockUnitNs, esc_line_pkg::LineSlotOther;
  import packer_pkg::*;

  typedef enum logic [1:0] {
    Normal,
    Dropping,
    Announcing
  } mode_e;
  mode_e mode_q;

  // Source: the book, or the announcement of drops.
  entry_t announced, source;
  logic announced_valid, announced_done, drop_ready, drop_any, drop;
  logic source_valid, take, take_first, take_urgent;

  // Stage 1: fields of the last entry taken.
  logic s1_valid_q, s1_first_q;
  fields_t fields;
  // verilator lint_off UNUSEDSIGNAL  // only what the header and the probe need
  entry_t  s1_entry;
  // verilator lint_on UNUSEDSIGNAL

  // Stage 2: its nibbles.
  logic s2_valid_q, s2_first_q, s2_urgent_q;
  logic [6:0] s2_len;
  logic [5:0] s2_left_len;
  logic [LeftBits-1:0] s2_left;
  logic [RightBits-1:0] s2_right;
  probe_t s2_probe_q;
  logic [63:0] s2_hw_time_q;
  logic [39:0] s2_msg_index_q;

  // Open line.
  logic [BodyBits-1:0] body_q;
  logic [6:0] fill_q, ticks_q, entries_q;
  logic         open_q;  // it has an entry
  logic [ 63:0] hw_time_q;
  logic [ 39:0] msg_index_q;
  logic         must_close_q;  // its last entry was urgent
  logic         join_q;  // the next entry taken joins the line of the last one taken

  // Line register.
  logic         line_valid_q;
  logic [479:0] line_q;
  logic [ 31:0] crc;
  logic [6:0] line_ticks_q, line_entries_q;
  logic [31:0] seq_q;

  logic s1_free, move, place, first_waits, flush, close, line_free, blocked, reopen;
  logic [7:0] fill_after, fill_next, join_len;
  logic [6:0] left_at, right_at;  // where the entry of stage 2 goes

  assign line_free = !line_valid_q || line_ready_i;
  assign fill_after = 8'(fill_q) + 8'(s2_len);
  assign left_at = s2_first_q ? 7'd0 : fill_q;
  assign right_at = left_at + 7'(s2_left_len);
  assign first_waits = s2_valid_q && s2_first_q && open_q;
  assign flush = !s1_valid_q && !s2_valid_q && !source_valid &&
      (mode_q == Dropping || (mode_q == Normal && !upstream_busy_i));
  assign close = open_q && line_free && (must_close_q || first_waits || flush);
  assign blocked = open_q && !line_free && first_waits;
  assign place = s2_valid_q && (!s2_first_q || !open_q || close);
  assign move = s1_valid_q && (!s2_valid_q || place);
  assign reopen = move && !s1_first_q && fill_next + join_len > 8'(BodyNibbles);
  assign s1_free = !s1_valid_q || (move && !reopen);

  // The open line when the entry of stage 1 gets there, and the entry's length in it.
  always_comb begin
    fill_next = 8'(fill_q);
    if (place) fill_next = s2_first_q ? 8'(s2_len) : fill_after;
    join_len = (s1_valid_q && !s1_first_q) ? joined_length(fields) : 8'd0;
  end

  // verilator lint_off UNUSEDSIGNAL  // lengths only
  // As entry_nibbles lays it out behind another.
  function automatic logic [7:0] joined_length(input fields_t f);
    logic [7:0] price, nibbles;
    price = f.told.same ? 8'd0 : 8'(f.price.len);
    if (f.compact_run) begin
      nibbles = 8'd2;
      if (f.has_slot_run || (f.new_frame && !f.lag_stays)) nibbles = nibbles + 8'd2;
      if (f.slot_class == 3'(LineSlotOther)) nibbles = nibbles + 8'd3;
      if (f.new_frame && !f.lag_stays) nibbles = nibbles + (f.lag_short ? 8'd4 : 8'(f.lag.len));
      if (f.kind == KindTrade) nibbles = nibbles + 8'd1;
      if (f.told.by_nibble && !f.told.same) nibbles = nibbles + 8'd1;
      else if (!f.told.same)
        nibbles = nibbles + (f.code != 8'd0 && !f.told.epoch_known ? 8'd4 : 8'd2);
      return nibbles + price + 8'(f.steps_a.len) + 8'(f.steps_b.len) + 8'(f.size_short.len);
    end
    nibbles = 8'd4 + (f.has_slot_run ? 8'd3 : 8'd0);
    if (f.is_control) begin
      nibbles = nibbles + 8'(f.hw.len) + 8'd2 + 8'(f.prefix_len) + (f.has_suffix ? 8'd2 : 8'd0);
      return nibbles + 8'(f.ctl_a.len) + 8'(f.ctl_b.len) + 8'(f.price.len);
    end
    if (f.has_flags_run) nibbles = nibbles + 8'd2;
    if (f.new_frame) nibbles = nibbles + 8'(f.lag.len);
    if (f.has_price && !f.told.same) begin
      nibbles = nibbles + (f.code != 8'd0 && !f.told.epoch_known ? 8'd4 : 8'd2);
    end
    return nibbles + price + 8'(f.time_run.len) + 8'(f.step.len) + 8'(f.payload_len) +
        8'(f.size.len);
  endfunction
  // verilator lint_on UNUSEDSIGNAL

  assign source = mode_q == Announcing ? announced : entry_i;
  assign source_valid = mode_q == Announcing ? announced_valid :
      (mode_q == Normal && entry_valid_i);
  assign take = source_valid && s1_free;
  assign take_first = !join_q;
  assign take_urgent = source.is_tick && source.unloaded && (source.first_of_frame || early_i);

  assign drop = entry_valid_i && drop_ready &&
      (mode_q == Dropping || (mode_q == Announcing && blocked));
  assign entry_ready_o = mode_q == Normal ? s1_free : drop_ready && (mode_q == Dropping || blocked);

  // The clock in ns: it does not change while entries come, so it may take its time.
  logic [63:0] clock_ns_q;
  always_ff @(posedge clk_i) clock_ns_q <= 64'(signed'(clock_i)) * ClockUnitNs;

  entry_fields u_fields (
    .clk_i,
    .rst_ni,
    .clock_ns_i(clock_ns_q),
    .take_i    (take),
    .first_i   (take_first),
    .entry_i   (source),
    .reopen_i  (reopen),
    .fields_o  (fields),
    .entry_o   (s1_entry)
  );

  entry_nibbles u_nibbles (
    .clk_i,
    .en_i      (move),
    .first_i   (reopen || s1_first_q),
    .fields_i  (fields),
    .len_o     (s2_len),
    .left_len_o(s2_left_len),
    .left_o    (s2_left),
    .right_o   (s2_right)
  );

  drop_counter #(
    .Slots(Slots)
  ) u_drops (
    .clk_i,
    .rst_ni,
    .seen_valid_i (entry_valid_i && entry_ready_o),
    .seen_i       (entry_i),
    .drop_valid_i (drop),
    .drop_ready_o (drop_ready),
    .any_o        (drop_any),
    .announce_i   (mode_q == Announcing),
    .entry_valid_o(announced_valid),
    .entry_ready_i(mode_q == Announcing && s1_free),
    .entry_o      (announced),
    .done_o       (announced_done),
    .tick_dropped_o,
    .control_dropped_o
  );

  logic [479:0] line_d;
  assign line_d = {body_q, clock_i, feed_i, 4'(LineVersion), 4'd0, msg_index_q, hw_time_q, seq_q};

  line_crc #(
    .Bits(480)
  ) u_crc (
    .clk_i,
    .en_i  (close),
    .data_i(line_d),
    .crc_o (crc)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      mode_q <= Normal;
    end else begin
      case (mode_q)
        Normal: if (blocked) mode_q <= Dropping;
        Dropping: if (!blocked && room_i) mode_q <= (drop_any || drop) ? Announcing : Normal;
        Announcing: if (announced_done) mode_q <= Normal;
        default: mode_q <= Normal;
      endcase
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      s1_valid_q <= 1'b0;
      s1_first_q <= 1'b0;
      s2_valid_q <= 1'b0;
      s2_first_q <= 1'b0;
      s2_urgent_q <= 1'b0;
      join_q <= 1'b0;
    end else begin
      if (take) begin
        s1_valid_q <= 1'b1;
        s1_first_q <= take_first;
      end else if (move) begin
        s1_valid_q <= 1'b0;
      end

      if (move) begin
        s2_valid_q <= 1'b1;
        s2_first_q <= reopen || s1_first_q;
        s2_urgent_q <= s1_entry.is_tick && s1_entry.unloaded &&
            (s1_entry.first_of_frame || early_i);
      end else if (place) begin
        s2_valid_q <= 1'b0;
      end

      if (take) join_q <= !take_urgent;
      else if (close && !s1_valid_q && !s2_valid_q) join_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (move) begin
      s2_hw_time_q <= s1_entry.hw_time;
      s2_msg_index_q <= s1_entry.msg_index;
      s2_probe_q <= '{
          is_tick: s1_entry.is_tick,
          unloaded: s1_entry.unloaded,
          first_of_frame: s1_entry.first_of_frame,
          mtype: s1_entry.mtype,
          t_in: s1_entry.t_in
      };
    end
    if (place) begin
      if (s2_first_q) begin
        hw_time_q   <= s2_hw_time_q;
        msg_index_q <= s2_msg_index_q;
      end
      body_q <= (s2_first_q ? '0 : body_q) | (BodyBits'(s2_left) << {left_at, 2'b00}) |
          (BodyBits'(s2_right) << {right_at, 2'b00});
      probe_o <= s2_probe_q;
    end
    if (close) begin
      line_q <= line_d;
      line_ticks_q <= ticks_q;
      line_entries_q <= entries_q;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fill_q <= '0;
      ticks_q <= '0;
      entries_q <= '0;
      open_q <= 1'b0;
      must_close_q <= 1'b0;
      line_valid_q <= 1'b0;
      seq_q <= '0;
      probe_valid_o <= 1'b0;
    end else begin
      if (place) begin
        fill_q <= s2_first_q ? s2_len : fill_after[6:0];
        entries_q <= (s2_first_q ? 7'd0 : entries_q) + 7'd1;
        ticks_q <= (s2_first_q ? 7'd0 : ticks_q) + 7'(s2_probe_q.is_tick);
        open_q <= 1'b1;
        must_close_q <= s2_urgent_q;
      end else if (close) begin
        open_q <= 1'b0;
        must_close_q <= 1'b0;
      end
      if (close) begin
        line_valid_q <= 1'b1;
        seq_q <= seq_q + 32'd1;
      end else if (line_ready_i) begin
        line_valid_q <= 1'b0;
      end
      probe_valid_o <= place;
    end
  end

  assign line_valid_o = line_valid_q;
  assign line_o = {crc, line_q};
  assign line_ticks_o = line_ticks_q;
  assign line_entries_o = line_entries_q;
  assign busy_o = s1_valid_q || s2_valid_q || open_q || line_valid_q || mode_q != Normal;

`ifndef SYNTHESIS
  logic [7:0] join_len_q;
  always_ff @(posedge clk_i) if (move) join_len_q <= join_len;

  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q) begin
      assert (!(s2_valid_q && !s2_first_q && !open_q))
      else $error("line_packer: an entry leans on a line that is gone");
      assert (!(s2_valid_q && !s2_first_q && fill_after > 8'(BodyNibbles)))
      else $error("line_packer: an entry does not fit the line that it joins");
      assert (!(s2_valid_q && !s2_first_q && 8'(s2_len) != join_len_q))
      else
        $error("line_packer: an entry of %0d nibbles was thought to have %0d", s2_len, join_len_q);
      assert (!(s2_valid_q && s2_first_q && s2_len > 7'(BodyNibbles)))
      else $error("line_packer: an entry of %0d nibbles does not fit an empty line", s2_len);
      assert (!(s2_valid_q && (s2_len < 7'd2 || s2_len > 7'd110)))
      else $error("line_packer: an entry of %0d nibbles", s2_len);
      assert (!(s2_valid_q && ((s2_left >> (4 * s2_left_len)) != '0 ||
                               (s2_right >> (4 * (s2_len - 7'(s2_left_len)))) != '0)))
      else $error("line_packer: nibbles beyond the entry");
      assert (!close || open_q)
      else $error("line_packer: empty line");
      assert (!(place && close && !s2_first_q))
      else $error("line_packer: an entry joins a line being closed");
    end
  end
`endif

endmodule

`default_nettype wire
