// The fast lane of the book: plain changes of levels by orders, one every two cycles (card model, section 6).
//
// A rigid pipeline, by the age of an operation in cycles:
//    0  issued: store set, rows of the slot (reads)
//    1  compare, with what the operations before did and the memory does not show yet; the level's price
//       to the coder
//    2  new total and what becomes of the level; the trade's price to the coder
//    4  the level's code is there; bitmap (read)
//    5  bitmap with the change (written); is this operation plain after all?
//    6  the ladder is not empty, or no level is out of it: commits, the store is written. Else killed
//    7  size of the place (written)       8  best place, its size (read)       9  its price; trade tick; published (read)
//   10  differs: quote tick; best and published (written)
// Bitmap, size and published quote are read and written at such ages that an operation sees all of those before it and
// nothing of those behind it. Only the store needs forwarding.
//
// Plain: the level is in the window and on the grid and fits into its set; no level out of the window can be the best
// of its side, unless the ladder is empty; nothing moves a centre or flags a slot. What is not plain is killed at age 6
// with everything younger, before it wrote anything that the slow engine would not write in the same way; the book
// gives it to the slow engine and then issues the younger ones again.

`default_nettype none

module book_lane
  import esc_pkg::*;
  import book_pkg::*;
  import esc_line_pkg::KindBid, esc_line_pkg::KindTrade, esc_line_pkg::FlagMaybeBadBook;
#(
  parameter  int unsigned Ways     = 16,
  parameter  int unsigned SetsLog2 = 14,
  parameter  int unsigned IdxW     = 4,
  localparam int unsigned WayW     = (Ways > 1) ? $clog2(Ways) : 1
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i,

  // An operation enters (age 0), at most every second cycle; `index_i` is its place in the queue.
  input  wire logic            issue_i,
  input  wire op_t             op_i,
  input  wire logic [IdxW-1:0] index_i,
  output logic                 spaced_o,  // may issue
  output logic                 empty_o,   // holds nothing

  // Age 6: killed, with everything younger. Age 10: done.
  output logic            kill_o,
  output logic [IdxW-1:0] kill_index_o,
  output logic            done_o,

  // Age 1 and 2: rows of the slot; age 1: the set.
  input  wire rows_t              rows_i,
  output level_key_t              compare_key_o,
  input  wire ptr_t               set_i,
  input  wire logic    [Ways-1:0] match_i,
  input  wire logic    [Ways-1:0] live_i,
  input  wire size_t              way_size_i   [Ways],
  output store_write_t            store_o,

  // Coder: asked at ages 1 and 2, answers at 4 and 5.
  output code_ask_t       code_ask_o,
  output logic            code_take_o,
  input  wire logic [7:0] code_i,
  input  wire logic       in_range_i,

  // Ladder.
  output place_t           ladder_fetch_o,
  output place_t           ladder_change_o,
  output logic             ladder_set_o,
  output logic             ladder_clear_o,
  output logic       [7:0] ladder_code_o,
  input  wire logic        ladder_empty_i,
  output place_t           ladder_fill_o,
  output logic       [7:0] ladder_fill_code_o,
  output size_t            ladder_fill_size_o,
  input  wire logic        ladder_found_i,
  input  wire logic  [7:0] ladder_code_i,
  input  wire size_t       ladder_size_i,

  // Age 9: published (read); age 10: there. Age 10: rows (written).
  output logic               published_read_o,
  output logic        [11:0] published_slot_o,
  output logic        [11:0] rows_slot_o,
  output rows_write_t        rows_o,

  // Ticks: the operation that makes one, from the queue.
  output logic     [IdxW-1:0] tick_index_o,
  input  wire op_t            tick_op_i,
  output logic                entry_valid_o,
  output entry_t              entry_o,

  // Pulses.
  output logic disp_valid_o,
  output logic ticked_o,
  output logic escape_o,
  output logic absent_level_o,
  output logic level_clamped_o
);

  localparam int unsigned Last = 10;

  // What an operation carries along. Unused fields of the old ages vanish in synthesis.
  typedef struct packed {
    logic [IdxW-1:0] index;
    level_key_t      key;
    logic [63:0]     trade_price;
    logic [31:0]     delta;
    logic            add;
    logic            trade;
    logic            complete;
    logic            last;
    logic            bad;          // flag of its ticks
  } job_t;
  // From the compare on: age 2.
  typedef struct packed {
    logic            hit;
    logic            free;
    logic [WayW-1:0] way;
    size_t           size;
  } found_t;
  // From age 2, of the slot and side.
  typedef struct packed {
    logic        slow;         // not plain, from the rows
    logic        out_any;      // levels out of the ladder
    logic [63:0] centre;
    logic [7:0]  epoch;
    logic [7:0]  trade_epoch;
    logic [23:0] tick;
  } frame_t;
  // From age 3.
  typedef struct packed {
    act_e            act;
    logic [WayW-1:0] way;
    size_t           total;
    logic            overflow;
    logic            absent;
    logic            clamped;
  } change_t;

  logic [Last:1] valid_q;
  job_t job_q [1:Last];
  ptr_t set_q [2:7];               // set in the store, from age 2
  found_t found_q;
  frame_t frame_q [2:Last];
  change_t change_q [3:9];
  logic spaced_q;
  logic [7:0] code_q [5:7];
  logic [7:0] trade_code_q [6:9];
  logic slow_q;                        // age 6: not plain
  logic signed [64:0] out_gap_q;       // age 2: how far on the far side the best level out lies
  quote_t best_q;                      // age 10
  logic [7:0] best_code_q;

  assign empty_o = valid_q == '0;

  // Operations and rows say more than the lane needs.
  logic unused;
  assign unused   = ^{op_i, tick_op_i, rows_i};
  assign spaced_o = spaced_q;

  // ---------------------------------------------------------------------------------------------- age 0 and 1

  job_t job;
  always_comb begin
    job = '0;
    if (issue_i) begin
      job.index = index_i;
      job.key = '{ask: op_i.ask_side, slot: op_i.slot, price: op_i.price0};
      job.trade_price = op_i.price1;
      job.delta = op_i.size0[31:0];
      job.add = op_i.order_add;
      job.trade = op_i.order_trade;
      job.complete = op_i.complete;
      job.last = op_i.order_last;
      job.bad = op_i.bad || op_i.untracked;
    end
  end

  assign compare_key_o = job_q[1].key;

  found_t found;
  always_comb begin
    automatic logic [Ways-1:0] live = live_i;
    found = '0;
    if (valid_q[1]) begin
      found.hit = match_i != '0;
      for (int unsigned w = 0; w < Ways; w++) begin
        if (match_i[w]) begin
          found.way  = WayW'(w);
          found.size = way_size_i[w];
        end
      end
      // Not in the memory at the time of the read: ages 3 to 7 now, the youngest counts.
      for (int unsigned a = 7; a >= 3; a--) begin
        if (valid_q[a] && change_q[a].act != ActNone) begin
          if (job_q[a].key == job_q[1].key) begin
            found.hit  = change_q[a].act != ActRemove;
            found.way  = change_q[a].way;
            found.size = change_q[a].total;
          end
          if (set_q[a] == set_i) begin
            if (change_q[a].act == ActInsert) live[change_q[a].way] = 1'b1;
            if (change_q[a].act == ActRemove) live[change_q[a].way] = 1'b0;
          end
        end
      end
      found.free = live != '1;
      if (!found.hit) begin
        found.way = '0;
        for (int unsigned w = 0; w < Ways; w++) if (!live[w]) found.way = WayW'(w);
      end
    end
  end

  // ---------------------------------------------------------------------------------------------- ages 2 to 6

  change_t change;
  level_change u_change (
    .set_i     (1'b0),
    .add_i     (job_q[2].add),
    .shares_i  (job_q[2].delta),
    .hit_i     (found_q.hit),
    .size_i    (found_q.size),
    .room_i    (found_q.free),
    .act_o     (change.act),
    .total_o   (change.total),
    .absent_o  (change.absent),
    .overflow_o(change.overflow),
    .clamped_o (change.clamped)
  );
  assign change.way = found_q.way;

  // The side's best level out of the ladder must lie beyond the far end of the window: then it cannot be the best as
  // long as the ladder holds something.
  logic out_harmful;
  assign out_harmful = frame_q[2].out_any && out_gap_q <= $signed(
      {34'd0, {frame_q[2].tick, 7'd0} - 31'(frame_q[2].tick)}
  );

  always_comb begin
    code_ask_o = '{start: 1'b0, kind: {1'b0, job_q[1].key.ask}, price: job_q[1].key.price};
    if (valid_q[1]) begin
      code_ask_o.start = 1'b1;
    end else if (valid_q[2] && job_q[2].trade) begin
      code_ask_o.start = 1'b1;
      code_ask_o.kind  = 2'd2;
      code_ask_o.price = job_q[2].trade_price;
    end
  end
  assign code_take_o = valid_q[4] || (valid_q[5] && job_q[5].trade);

  logic slow;
  assign slow = frame_q[5].slow || change_q[5].overflow
             || (change_q[5].act != ActNone && code_q[5] == CodeEscape)
             || (job_q[5].trade && !in_range_i);

  assign ladder_fetch_o = '{valid: valid_q[4], slot: job_q[4].key.slot, ask: job_q[4].key.ask};
  assign ladder_change_o = '{valid: valid_q[5], slot: job_q[5].key.slot, ask: job_q[5].key.ask};
  assign ladder_set_o = change_q[5].act == ActInsert && !slow;
  assign ladder_clear_o = change_q[5].act == ActRemove && !slow;
  assign ladder_code_o = code_q[5];

  assign kill_o = valid_q[6] && (slow_q || (ladder_empty_i && frame_q[6].out_any));
  assign kill_index_o = job_q[6].index;

  always_comb begin
    store_o = '0;
    if (valid_q[6] && !kill_o) begin
      store_o.insert = change_q[6].act == ActInsert;
      store_o.resize = change_q[6].act == ActResize;
      store_o.remove = change_q[6].act == ActRemove;
    end
    store_o.ptr = set_q[6];
    store_o.ptr[SetsLog2+:WayW] = change_q[6].way;
    store_o.key = job_q[6].key;
    store_o.size = change_q[6].total;
    store_o.code = code_q[6];
  end

  // ---------------------------------------------------------------------------------------------- ages 7 to 10

  assign ladder_fill_o = '{
          valid: valid_q[7] && change_q[7].act inside {ActInsert, ActResize},
          slot: job_q[7].key.slot,
          ask: job_q[7].key.ask
      };
  assign ladder_fill_code_o = code_q[7];
  assign ladder_fill_size_o = change_q[7].total;

  assign published_read_o = valid_q[9];
  assign published_slot_o = job_q[9].key.slot;
  assign done_o = valid_q[10];

  logic own, quote_tick;
  assign own = job_q[10].key.ask;
  assign quote_tick = valid_q[10] && job_q[10].complete && differs(best_q, rows_i.published[own]);

  assign rows_slot_o = job_q[10].key.slot;
  always_comb begin
    rows_o = '0;
    if (valid_q[10]) begin
      rows_o.best_we[own] = 1'b1;
      rows_o.side.best = best_q;
      rows_o.side.best_code = best_code_q;
      rows_o.side.best_in_range = 1'b1;
      rows_o.published_we = {2{job_q[10].complete}};
      rows_o.published = rows_i.published;
      rows_o.published[own] = best_q;
    end
  end

  assign tick_index_o  = valid_q[10] ? job_q[10].index : job_q[9].index;
  assign entry_valid_o = quote_tick || (valid_q[9] && job_q[9].trade);
  always_comb begin
    entry_o = '0;
    if (entry_valid_o) begin
      entry_o.slot = tick_op_i.slot;
      entry_o.msg_index = tick_op_i.msg_index;
      entry_o.hw_time = tick_op_i.hw_time;
      entry_o.feed_time = tick_op_i.feed_time;
      entry_o.unloaded = tick_op_i.unloaded;
      entry_o.t_in = tick_op_i.t_in;
      entry_o.mtype = tick_op_i.mtype;
      entry_o.is_tick = 1'b1;
      if (valid_q[10]) begin
        entry_o.kind = KindBid + 5'(own);
        entry_o.first_of_frame = tick_op_i.first_of_frame && !job_q[10].trade;
        entry_o.flags = job_q[10].bad ? FlagMaybeBadBook : 8'd0;
        if (best_q.valid) begin
          entry_o.has_price = 1'b1;
          entry_o.price = best_q.price;
          entry_o.size = 64'(best_q.size);
          entry_o.code = best_code_q;
          entry_o.epoch = frame_q[10].epoch;
        end
      end else begin
        entry_o.kind = KindTrade;
        entry_o.first_of_frame = tick_op_i.first_of_frame;
        entry_o.flags = job_q[9].bad ? FlagMaybeBadBook : 8'd0;
        entry_o.has_price = 1'b1;
        entry_o.price = tick_op_i.price1;
        entry_o.size = 64'(tick_op_i.size1);
        entry_o.code = trade_code_q[9];
        entry_o.epoch = (trade_code_q[9] != CodeEscape) ? frame_q[9].trade_epoch : 8'd0;
        entry_o.side = tick_op_i.code;
      end
    end
  end

  assign disp_valid_o = valid_q[10] && job_q[10].last;
  assign ticked_o = quote_tick || job_q[10].trade;
  assign escape_o = valid_q[9] && job_q[9].trade && trade_code_q[9] == CodeEscape;
  assign absent_level_o = valid_q[7] && change_q[7].absent;
  assign level_clamped_o = valid_q[7] && change_q[7].clamped;

  // ---------------------------------------------------------------------------------------------- registers

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q  <= '0;
      spaced_q <= 1'b1;
    end else if (core_reset_i) begin
      valid_q  <= '0;
      spaced_q <= 1'b1;
    end else begin
      valid_q  <= {valid_q[Last-1:1], issue_i};
      spaced_q <= !issue_i;
      if (kill_o) valid_q[7:1] <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (issue_i) job_q[1] <= job;
    for (int unsigned a = 2; a <= Last; a++) if (valid_q[a-1]) job_q[a] <= job_q[a-1];
    for (int unsigned a = 3; a <= Last; a++) if (valid_q[a-1]) frame_q[a] <= frame_q[a-1];
    for (int unsigned a = 4; a <= 9; a++) if (valid_q[a-1]) change_q[a] <= change_q[a-1];
    for (int unsigned a = 3; a <= 7; a++) if (valid_q[a-1]) set_q[a] <= set_q[a-1];
    for (int unsigned a = 6; a <= 7; a++) if (valid_q[a-1]) code_q[a] <= code_q[a-1];
    for (int unsigned a = 7; a <= 9; a++) if (valid_q[a-1]) trade_code_q[a] <= trade_code_q[a-1];

    if (valid_q[1]) begin
      automatic logic ask = job_q[1].key.ask;
      automatic logic [63:0] out_price = rows_i.side[ask].outs.first.price;
      automatic logic [63:0] centre = rows_i.centre[ask].centre;
      job_q[2].bad <= job_q[1].bad || rows_i.bad;
      set_q[2] <= set_i;
      found_q <= found;
      out_gap_q <= ask ? 65'($signed(
          out_price
      )) - 65'($signed(
          centre
      )) : 65'($signed(
          centre
      )) - 65'($signed(
          out_price
      ));
      frame_q[2] <= '{
          slow:
          rows_i.side_fresh[ask]
          ||
          rows_i.centre[ask].run
          != '0 || !
          rows_i.touched
          ||
          rows_i.side[!ask].open
          || (
          job_q[1].trade && (!rows_i.live[KindIdxTrade] || rows_i.centre[KindIdxTrade].run != '0)
          ),
          out_any: rows_i.side[ask].out_count != '0,
          centre: centre,
          epoch: rows_i.centre[ask].epoch,
          trade_epoch: rows_i.centre[KindIdxTrade].epoch,
          tick: rows_i.tick
      };
    end
    if (valid_q[2]) begin
      change_q[3] <= change;
      frame_q[3].slow <= frame_q[2].slow || out_harmful;
    end
    if (valid_q[4]) code_q[5] <= code_i;
    if (valid_q[5]) begin
      trade_code_q[6] <= code_i;
      slow_q <= slow;
    end
    if (valid_q[9]) begin
      best_q <= '{
          valid: ladder_found_i,
          price: price_of(frame_q[9].centre, ladder_code_i, frame_q[9].tick),
          size: ladder_size_i
      };
      best_code_q <= ladder_found_i ? ladder_code_i : CodeEscape;
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  always_ff @(posedge clk_i) begin
    if (rst_ni && !core_reset_i && $time != 0) begin
      assert (!issue_i || spaced_q)
      else $error("book_lane: issued too early");
      assert ((valid_q & (valid_q << 1)) == '0)
      else $error("book_lane: operations too close");
      assert (!(quote_tick && valid_q[9]))
      else $error("book_lane: two ticks at once");
    end
  end
`endif

endmodule

`default_nettype wire
