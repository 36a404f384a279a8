// The book: normalised operations in, logical entries out (card model, sections 6 and 7).
//
// Two engines work on the same memories, never at the same time. The slow engine (book_engine) does any operation, one
// at a time, the first entry at the output 5 to 6 cycles after the operation's arrival. The fast lane (book_lane) does
// plain changes of levels by orders, one every two cycles. What meets an empty book goes to the slow engine at once;
// what has to wait in the queue goes through the lane if it may. What the lane finds not to be plain it gives back, and
// the slow engine does it, then the lane goes on behind it. Both say the same of each operation.

`default_nettype none

module book
  import esc_pkg::*;
  import esc_counter_pkg::*;
  import book_pkg::*;
#(
  parameter int unsigned Slots         = 64,
  parameter int unsigned LevelSetsLog2 = 14,
  parameter int unsigned LevelWays     = 16
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i, // clears books, centres and ticks; configuration stays

  input wire logic [7:0] recentre_run_i,

  // Host configuration, before traffic: kind 0..2 initial centre of bid, ask, trade; 3 tick and reciprocal.
  input wire logic        cfg_valid_i,
  input wire logic [11:0] cfg_slot_i,
  input wire logic [ 1:0] cfg_kind_i,
  input wire logic [63:0] cfg_centre_i,
  input wire logic [23:0] cfg_tick_i,
  input wire logic [32:0] cfg_recip_i,   // ceil(2^32 / tick)

  input  wire logic op_valid_i,
  output logic      op_ready_o,
  input  wire op_t  op_i,

  output logic      entry_valid_o,
  input  wire logic entry_ready_i,
  output entry_t    entry_o,

  // One pulse for each message that ended here: ticked, no_change or event_open.
  output logic       disp_valid_o,
  output logic [3:0] disp_o,

  // One pulse for each tick made (with its kind) and for each event of the card model.
  output logic       tick_valid_o,
  output logic [4:0] tick_kind_o,
  output logic       escape_o,
  output logic       recentre_o,
  output logic       refresh_o,
  output logic       absent_level_o,
  output logic       level_overflow_o,
  output logic       level_clamped_o,
  output logic       recentre_held_o,
  output logic       refill_stall_o,    // the pipe stopped for a walk over linked levels
  output logic       refill_cycle_o,    // one for each cycle so spent

  output logic busy_o,        // holds an operation or entry that may still make entries
  output logic background_o,  // works on, but no entry comes of it soon
  output logic stalled_o      // of that, what may last: a division, a rebuild, the clearing
);

  localparam int unsigned SlotW = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned QueueDepth = 16;
  localparam int unsigned IdxW = $clog2(QueueDepth);

  // ---------------------------------------------------------------------------------------------- who does what

  logic queue_full, queue_empty, queue_valid, queue_push;
  op_t queue_op, tick_op;
  logic [IdxW-1:0] queue_index, kill_index, tick_index;
  logic lane_issue, lane_empty, lane_spaced, lane_kill, lane_done;
  logic engine_take, engine_direct, engine_idle, engine_in_message, engine_busy, engine_background;
  logic engine_chain;
  op_t engine_op;
  logic plain_kind;       // the operation at the queue's head may try the lane
  logic slow_next_q;      // what the lane gave back is next
  logic lane_trusted;     // not too much was given back of late
  logic room, entries_empty;

  assign plain_kind = queue_op.op == OpOrder && !queue_op.mark_bad && !engine_in_message
                   && queue_op.complete == queue_op.order_last
                   && (queue_op.complete || !queue_op.order_trade);
  always_comb begin
    lane_issue = 1'b0;
    engine_direct = 1'b0;
    engine_take = 1'b0;
    if (queue_valid) begin
      if (plain_kind && !slow_next_q && lane_trusted && recentre_run_i != '0) begin
        // If the lane kills in this cycle, it forgets this one too.
        lane_issue = engine_idle && lane_spaced && room;
      end else begin
        engine_take = lane_empty && (engine_idle || engine_chain);
      end
    end else if (op_valid_i && lane_empty && (engine_idle || engine_chain)) begin
      engine_take   = 1'b1;
      engine_direct = 1'b1;
    end
  end
  assign engine_op  = queue_valid ? queue_op : op_i;
  assign op_ready_o = !queue_full;
  assign queue_push = op_valid_i && op_ready_o && !engine_direct;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) slow_next_q <= 1'b0;
    else if (core_reset_i) slow_next_q <= 1'b0;
    else if (lane_kill) slow_next_q <= 1'b1;
    else if (engine_take) slow_next_q <= 1'b0;
  end

  // The engine keeps its own copy: what it took is freed one cycle later.
  logic free_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) free_q <= 1'b0;
    else free_q <= engine_take && !engine_direct && !core_reset_i;
  end

  book_queue #(
    .Depth(QueueDepth)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .core_reset_i,
    .push_i        (queue_push),
    .op_i,
    .full_o        (queue_full),
    .empty_o       (queue_empty),
    .valid_o       (queue_valid),
    .op_o          (queue_op),
    .index_o       (queue_index),
    .issue_i       (lane_issue || (engine_take && !engine_direct)),
    .replay_i      (lane_kill),
    .replay_index_i(kill_index),
    .free_i        (lane_done || free_q),
    .read_index_i  (tick_index),
    .read_op_o     (tick_op)
  );
  // What goes back costs more than the engine's time alone. Where more than one in five does, the engine takes the next
  // few at once; twice as many each time that the lane loses its first one after that.
  localparam logic [4:0] TrustMax = 5'd31;
  localparam logic [4:0] TrustLost = 5'd4;  // by one that goes back; one that is done gains 1
  localparam logic [4:0] TrustAgain = 5'd4;
  localparam logic [5:0] RunFirst = 6'd7;
  logic [4:0] trust_q;
  logic [5:0] run_q, run_length_q;
  assign lane_trusted = run_q == '0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      trust_q <= TrustMax;
      run_q <= '0;
      run_length_q <= RunFirst;
    end else if (core_reset_i) begin
      trust_q <= TrustMax;
      run_q <= '0;
      run_length_q <= RunFirst;
    end else begin
      if (engine_take && run_q != '0) run_q <= run_q - 6'd1;
      if (lane_kill) begin
        trust_q <= (trust_q > TrustLost) ? trust_q - TrustLost : TrustAgain;
        if (trust_q <= TrustLost) begin
          run_q <= run_length_q;
          run_length_q <= {run_length_q[4:0], 1'b1};
        end
      end else if (lane_done && trust_q != TrustMax) begin
        trust_q <= trust_q + 5'd1;
        if (trust_q > 5'd8) run_length_q <= RunFirst;
      end
    end
  end

  // ---------------------------------------------------------------------------------------------- memories

  // A slot that this build does not have, or a tick of 0, is not stored.
  logic cfg_legal;
  assign cfg_legal = cfg_valid_i && cfg_slot_i < 12'(Slots)
                  && !(cfg_kind_i == 2'd3 && cfg_tick_i == '0);

  logic [7:0] gen;
  rows_t rows;
  logic engine_rows_read, rows_sweep, rows_sweep_all;
  logic [SlotW-1:0] engine_rows_slot, engine_write_slot, rows_sweep_slot;
  rows_write_t engine_rows, lane_rows;
  logic lane_published_read;
  logic [11:0] lane_published_slot, lane_write_slot;

  slot_rows #(
    .Slots(Slots)
  ) u_rows (
    .clk_i,
    .rst_ni,
    .gen_i           (gen),
    .cfg_valid_i     (cfg_legal),
    .cfg_slot_i      (cfg_slot_i[SlotW-1:0]),
    .cfg_kind_i,
    .cfg_centre_i,
    .cfg_tick_i,
    .cfg_recip_i,
    .read_i          (engine_rows_read || lane_issue),
    .read_slot_i     (lane_issue ? queue_op.slot[SlotW-1:0] : engine_rows_slot),
    .rows_o          (rows),
    .published_read_i(lane_published_read),
    .published_slot_i(lane_published_slot[SlotW-1:0]),
    .write_slot_i    (lane_empty ? engine_write_slot : lane_write_slot[SlotW-1:0]),
    .write_i         (lane_empty ? engine_rows : lane_rows),
    .sweep_i         (rows_sweep),
    .sweep_all_i     (rows_sweep_all),
    .sweep_slot_i    (rows_sweep_slot)
  );

  logic engine_lookup, engine_compare, store_read, store_sweep;
  level_key_t engine_lookup_key, engine_compare_key, lane_compare_key;
  ptr_t store_read_ptr, store_set;
  logic [LevelWays-1:0] store_match, store_live;
  size_t store_way_size[LevelWays];
  logic hit, free, next_valid;
  ptr_t ptr, next, prev;
  logic [7:0] hit_code;
  logic walk_in_range;
  size_t hit_size, walk_size;
  logic [63:0] walk_price;
  store_write_t engine_store, lane_store;
  link_write_t link_write;
  logic [LevelSetsLog2-1:0] store_sweep_set;

  level_store #(
    .SetsLog2(LevelSetsLog2),
    .Ways    (LevelWays)
  ) u_store (
    .clk_i,
    .gen_i(gen),
    .lookup_i(engine_lookup || lane_issue),
    .lookup_key_i(lane_issue ?
    '{ask: queue_op.ask_side, slot: queue_op.slot, price: queue_op.price0}
    : engine_lookup_key),
    .set_o(store_set),
    .match_o(store_match),
    .live_o(store_live),
    .way_size_o(store_way_size),
    .compare_i(engine_compare),
    .compare_key_i(lane_empty ? engine_compare_key : lane_compare_key),
    .hit_o(hit),
    .free_o(free),
    .ptr_o(ptr),
    .code_o(hit_code),
    .hit_size_o(hit_size),
    .read_i(store_read),
    .read_ptr_i(store_read_ptr),
    .price_o(walk_price),
    .size_o(walk_size),
    .level_in_range_o(walk_in_range),
    .next_valid_o(next_valid),
    .next_o(next),
    .prev_o(prev),
    .write_i(lane_empty ? engine_store : lane_store),
    .link_i(link_write),
    .sweep_i(store_sweep),
    .sweep_set_i(store_sweep_set)
  );

  logic [SlotW-1:0] ladder_slot, ladder_read_slot;
  logic ladder_ask, ladder_read, ladder_read_ask, ladder_fresh, ladder_search, ladder_found;
  logic ladder_set, ladder_clear, ladder_wipe, rebuild_start, rebuild_set, rebuild_store;
  logic [7:0] ladder_behind, ladder_found_code, ladder_code, lane_code, fill_code, lane_found_code;
  size_t ladder_found_size, ladder_size, fill_size;
  place_t lane_fetch, lane_change, lane_fill;
  logic lane_set, lane_clear, lane_ladder_empty, lane_found;
  logic [LadderCodes-1:0] ladder_row;

  ladder #(
    .Slots(Slots)
  ) u_ladder (
    .clk_i,
    .slot_i          (ladder_slot),
    .ask_i           (ladder_ask),
    .read_i          (ladder_read),
    .read_slot_i     (ladder_read_slot),
    .read_ask_i      (ladder_read_ask),
    .fresh_i         (ladder_fresh),
    .search_i        (ladder_search),
    .behind_i        (ladder_behind),
    .found_o         (ladder_found),
    .code_o          (ladder_found_code),
    .size_o          (ladder_found_size),
    .set_i           (ladder_set),
    .clear_i         (ladder_clear),
    .wipe_i          (ladder_wipe),
    .write_code_i    (ladder_code),
    .write_size_i    (ladder_size),
    .rebuild_start_i (rebuild_start),
    .rebuild_set_i   (rebuild_set),
    .rebuild_store_i (rebuild_store),
    .lane_fetch_i    (lane_fetch),
    .lane_change_i   (lane_change),
    .lane_set_i      (lane_set),
    .lane_clear_i    (lane_clear),
    .lane_code_i     (lane_code),
    .lane_kill_i     (lane_kill),
    .lane_empty_o    (lane_ladder_empty),
    .lane_fill_i     (lane_fill),
    .lane_fill_code_i(fill_code),
    .lane_fill_size_i(fill_size),
    .lane_found_o    (lane_found),
    .lane_code_o     (lane_found_code),
    .row_o           (ladder_row)
  );

  code_ask_t engine_ask, lane_ask, ask;
  logic engine_cancel, engine_code_take, lane_code_take, code_ready, code_done, in_range, code_busy;
  logic [7:0] code;
  assign ask = lane_empty ? engine_ask : lane_ask;

  offset_code u_coder (
    .clk_i,
    .rst_ni,
    .clear_i       (core_reset_i || lane_kill),
    .start_i       (ask.start),
    .ready_o       (code_ready),
    .price_i       (ask.price),
    .centre_i      (rows.centre[ask.kind].centre),
    .centre_valid_i(rows.centre[ask.kind].valid),
    .cancel_i      (engine_cancel),
    .tick_i        (rows.tick),
    .recip_i       (rows.recip),
    .done_o        (code_done),
    .take_i        (lane_empty ? engine_code_take : lane_code_take),
    .in_range_o    (in_range),
    .code_o        (code),
    .busy_o        (code_busy)
  );

  // ---------------------------------------------------------------------------------------------- engines

  logic entries_free, engine_put, lane_put, engine_disp, engine_tick, engine_escape, engine_absent;
  logic engine_clamped, lane_disp, lane_ticked, lane_escape, lane_absent, lane_clamped;
  logic [3:0] engine_disposition;
  logic [4:0] engine_tick_kind;
  entry_t engine_entry, lane_entry;

  book_engine #(
    .Slots        (Slots),
    .LevelSetsLog2(LevelSetsLog2)
  ) u_engine (
    .clk_i,
    .rst_ni,
    .core_reset_i,
    .recentre_run_i,
    .take_i             (engine_take),
    .op_i               (engine_op),
    .waiting_i          (queue_valid || op_valid_i),
    .idle_o             (engine_idle),
    .chain_o            (engine_chain),
    .in_message_o       (engine_in_message),
    .out_free_i         (entries_free),
    .entry_put_o        (engine_put),
    .entry_o            (engine_entry),
    .gen_o              (gen),
    .rows_read_o        (engine_rows_read),
    .rows_read_slot_o   (engine_rows_slot),
    .rows_i             (rows),
    .rows_slot_o        (engine_write_slot),
    .rows_o             (engine_rows),
    .rows_sweep_o       (rows_sweep),
    .rows_sweep_all_o   (rows_sweep_all),
    .rows_sweep_slot_o  (rows_sweep_slot),
    .lookup_o           (engine_lookup),
    .lookup_key_o       (engine_lookup_key),
    .compare_o          (engine_compare),
    .compare_key_o      (engine_compare_key),
    .hit_i              (hit),
    .free_i             (free),
    .ptr_i              (ptr),
    .hit_code_i         (hit_code),
    .hit_size_i         (hit_size),
    .store_read_o       (store_read),
    .store_ptr_o        (store_read_ptr),
    .walk_price_i       (walk_price),
    .walk_size_i        (walk_size),
    .walk_in_range_i    (walk_in_range),
    .next_valid_i       (next_valid),
    .next_i             (next),
    .prev_i             (prev),
    .store_o            (engine_store),
    .link_o             (link_write),
    .store_sweep_o      (store_sweep),
    .store_sweep_set_o  (store_sweep_set),
    .ladder_slot_o      (ladder_slot),
    .ladder_ask_o       (ladder_ask),
    .ladder_read_o      (ladder_read),
    .ladder_read_slot_o (ladder_read_slot),
    .ladder_read_ask_o  (ladder_read_ask),
    .ladder_fresh_o     (ladder_fresh),
    .ladder_search_o    (ladder_search),
    .ladder_behind_o    (ladder_behind),
    .ladder_found_i     (ladder_found),
    .ladder_found_code_i(ladder_found_code),
    .ladder_found_size_i(ladder_found_size),
    .ladder_set_o       (ladder_set),
    .ladder_clear_o     (ladder_clear),
    .ladder_wipe_o      (ladder_wipe),
    .ladder_code_o      (ladder_code),
    .ladder_size_o      (ladder_size),
    .rebuild_start_o    (rebuild_start),
    .rebuild_set_o      (rebuild_set),
    .rebuild_store_o    (rebuild_store),
    .ladder_row_i       (ladder_row),
    .code_ask_o         (engine_ask),
    .code_cancel_o      (engine_cancel),
    .code_take_o        (engine_code_take),
    .code_done_i        (code_done),
    .code_in_range_i    (in_range),
    .code_i             (code),
    .disp_valid_o       (engine_disp),
    .disp_o             (engine_disposition),
    .tick_valid_o       (engine_tick),
    .tick_kind_o        (engine_tick_kind),
    .escape_o           (engine_escape),
    .recentre_o,
    .refresh_o,
    .absent_level_o     (engine_absent),
    .level_overflow_o,
    .level_clamped_o    (engine_clamped),
    .recentre_held_o,
    .refill_stall_o,
    .refill_cycle_o,
    .busy_o             (engine_busy),
    .background_o       (engine_background),
    .stalled_o
  );

  book_lane #(
    .Ways    (LevelWays),
    .SetsLog2(LevelSetsLog2),
    .IdxW    (IdxW)
  ) u_lane (
    .clk_i,
    .rst_ni,
    .core_reset_i,
    .issue_i           (lane_issue),
    .op_i              (queue_op),
    .index_i           (queue_index),
    .spaced_o          (lane_spaced),
    .empty_o           (lane_empty),
    .kill_o            (lane_kill),
    .kill_index_o      (kill_index),
    .done_o            (lane_done),
    .rows_i            (rows),
    .compare_key_o     (lane_compare_key),
    .set_i             (store_set),
    .match_i           (store_match),
    .live_i            (store_live),
    .way_size_i        (store_way_size),
    .store_o           (lane_store),
    .code_ask_o        (lane_ask),
    .code_take_o       (lane_code_take),
    .code_i            (code),
    .in_range_i        (in_range),
    .ladder_fetch_o    (lane_fetch),
    .ladder_change_o   (lane_change),
    .ladder_set_o      (lane_set),
    .ladder_clear_o    (lane_clear),
    .ladder_code_o     (lane_code),
    .ladder_empty_i    (lane_ladder_empty),
    .ladder_fill_o     (lane_fill),
    .ladder_fill_code_o(fill_code),
    .ladder_fill_size_o(fill_size),
    .ladder_found_i    (lane_found),
    .ladder_code_i     (lane_found_code),
    .ladder_size_i     (ladder_found_size),
    .published_read_o  (lane_published_read),
    .published_slot_o  (lane_published_slot),
    .rows_slot_o       (lane_write_slot),
    .rows_o            (lane_rows),
    .tick_index_o      (tick_index),
    .tick_op_i         (tick_op),
    .entry_valid_o     (lane_put),
    .entry_o           (lane_entry),
    .disp_valid_o      (lane_disp),
    .ticked_o          (lane_ticked),
    .escape_o          (lane_escape),
    .absent_level_o    (lane_absent),
    .level_clamped_o   (lane_clamped)
  );

  // ---------------------------------------------------------------------------------------------- output

  entry_queue #(
    .Depth(16),
    .Ahead(12)
  ) u_entries (
    .clk_i,
    .rst_ni,
    .core_reset_i,
    .put_i  (engine_put || lane_put),
    .entry_i(lane_put ? lane_entry : engine_entry),
    .free_o (entries_free),
    .room_o (room),
    .empty_o(entries_empty),
    .valid_o(entry_valid_o),
    .ready_i(entry_ready_i),
    .entry_o
  );

  // The engine's pulses come one cycle late, from registers; the lane's join them there.
  logic lane_disp_q, lane_ticked_q, lane_tick_q, lane_escape_q, lane_absent_q, lane_clamped_q;
  logic [4:0] lane_kind_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {lane_disp_q, lane_tick_q, lane_escape_q, lane_absent_q, lane_clamped_q} <= '0;
    end else begin
      {lane_disp_q, lane_tick_q, lane_escape_q, lane_absent_q, lane_clamped_q} <=
          core_reset_i ? '0 : {lane_disp, lane_put, lane_escape, lane_absent, lane_clamped};
    end
  end
  always_ff @(posedge clk_i) begin
    if (lane_disp) lane_ticked_q <= lane_ticked;
    if (lane_put) lane_kind_q <= lane_entry.kind;
  end
  assign disp_valid_o = engine_disp || lane_disp_q;
  assign disp_o = engine_disp ? engine_disposition : (lane_ticked_q ? DispTicked : DispNoChange);
  assign tick_valid_o = engine_tick || lane_tick_q;
  assign tick_kind_o = engine_tick ? engine_tick_kind : lane_kind_q;
  assign escape_o = engine_escape || lane_escape_q;
  assign absent_level_o = engine_absent || lane_absent_q;
  assign level_clamped_o = engine_clamped || lane_clamped_q;

  assign busy_o = !entries_empty || !lane_empty || engine_busy || (!queue_empty && !stalled_o);
  assign background_o = engine_background;

  logic unused;
  assign unused = ^{code_busy, code_ready, lane_published_slot, lane_write_slot};

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  always_ff @(posedge clk_i) begin
    if (rst_ni && !core_reset_i && $time != 0) begin
      assert (lane_empty || engine_idle)
      else $error("book: both engines at work");
      assert (!(engine_disp && lane_disp_q) && !(engine_tick && lane_tick_q))
      else $error("book: two pulses at once");
      if (engine_idle && lane_empty)
        assert (!code_busy)
        else $error("book: a price was left in the coder");
      if (ask.start)
        assert (code_ready)
        else $error("book: coder not ready");
    end
  end
`endif

endmodule

`default_nettype wire
