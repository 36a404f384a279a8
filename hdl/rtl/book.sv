// The book: normalised operations in, logical entries out (card model, sections 6 and 7).
//
// One operation at a time, in these steps (cycle 0 = operation offered and taken):
//   1 Look     all rows of the slot and the level's set are there: compare, start the coder
//   2 Decide   what changes, which ticks are due
//   3 Sum      (coder and ladder search on their way)
//   4 Commit   levels: write store, ladder, side         Found  levels whose best goes: price of the next place
//     Emit     trades and quotes: first entry            (cycle 5) Pick  next best: ladder, out levels, or a refill
//   5 Emit     levels: first entry
//   Divide     (sequential, begun with the tick that asked for it) and Recentre, after the message's last tick
//   Finish     publish, disposition
// so the first entry stands at the output register in cycle 5 (trade, bid), 6 at the latest for a ladder hit.
//
// Each side's best is cached, so only the removal of the best searches. Levels outside the window or off the grid are
// *out*: the side knows their count and the best of them, or after that one went, a bound. Only when the bound could
// beat the ladder are the side's linked levels scanned (a refill, one level a cycle). So the best is always exact.
// After a recentre the side's ladder is rebuilt from the linked levels in the background (`background_o`), one level
// a cycle, and the next operation waits.

`default_nettype none

module book
  import esc_pkg::*;
  import esc_counter_pkg::*;
  import esc_line_pkg::KindBid, esc_line_pkg::KindTradeBreak, esc_line_pkg::KindStatus,
         esc_line_pkg::KindGap, esc_line_pkg::KindRecentre, esc_line_pkg::KindRefresh,
         esc_line_pkg::KindVoid, esc_line_pkg::KindHeartbeat, esc_line_pkg::KindRestart;
  import book_pkg::*;
#(
  parameter int unsigned Slots         = 64,
  parameter int unsigned LevelSetsLog2 = 14,
  parameter int unsigned LevelWays     = 8
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
  localparam int unsigned Sets = 2 ** LevelSetsLog2;
  localparam int unsigned SweepRows = (Sets > Slots) ? Sets : Slots;
  localparam int unsigned SweepW = $clog2(SweepRows + 1);
  localparam logic [7:0] FlagMaybeBad = 8'd4;

  typedef enum logic [4:0] {
    StSweep,
    StIdle,
    StLook,
    StDecide,
    StSum,
    StCommit,
    StFound,
    StPick,
    StRefill,
    StEmit,
    StCodeStart,
    StCodeWait,
    StDivideStart,
    StDivide,
    StRecentre,
    StSingle,
    StControl,
    StVisit,
    StFinish,
    StRebuildRead,
    StRebuildInit,
    StRebuildWalk,
    StRebuildStore
  } state_e;

  typedef enum logic [1:0] {
    ActNone,
    ActInsert,
    ActResize,
    ActRemove
  } act_e;
  typedef enum logic [1:0] {
    SrcCoder,
    SrcCode,
    SrcNeed
  } src_e;

  // A slot, or none.
  typedef struct packed {
    logic        valid;
    logic [11:0] slot;
  } flagged_t;

  // A tick due (index bid, ask, trade), and where its code comes from: the coder's pipeline, known, or not started.
  typedef struct packed {
    quote_t     quote;
    src_e       src;
    logic [7:0] code;
    logic       in_range;
  } due_t;

  state_e state_q;
  op_t op_q;
  logic [7:0] gen_q;
  logic [SweepW-1:0] sweep_q;
  logic sweep_all_q;

  due_t due_q [3];
  logic [2:0] todo_q;
  logic [2:0] recentre_q;            // centres to move after the last tick; the first divides
  logic [63:SizeBits] trade_size_high_q;
  logic made_q;                      // this message made a tick
  logic in_message_q;                // more operations of this message follow
  flagged_t flagged_q[2];            // slots that this message flagged: not for its own ticks
  logic bad_q;                       // flags of this operation's ticks
  logic [1:0] visit_q;
  logic [1:0] rebuild_q;             // sides whose ladder must be rebuilt
  logic rebuild_side_q;
  logic stalled_q;                   // this rebuild already made an operation wait

  // Level operation.
  act_e act_q;
  logic [1:0] differs_q;
  logic p_better_q, p_equal_q, p_beats_out_q, p_is_out_q;
  size_t total_q;                    // the level's new total
  logic coded_q;                     // the coder works on the level's price
  logic becomes_best_q;
  side_t side_q;                     // the side as it will be
  quote_t cand_q;                    // next best in the ladder
  logic [7:0] cand_code_q;

  // Walks.
  logic walk_valid_q;                // the level read last is there
  ptr_t walk_ptr_q;
  typedef struct packed {
    logic        valid;
    ptr_t        ptr;
    logic [63:0] price;
    size_t       size;
  } walked_t;
  walked_t walked_q [3];             // beside the coder's three stages

  // ---------------------------------------------------------------------------------------------- parts

  logic take;
  logic levels, takes_levels;  // the operation changes a level
  logic own;
  logic [SlotW-1:0] slot;
  logic rows_read;
  logic [SlotW-1:0] rows_slot;
  logic [23:0] tick;
  logic [32:0] recip;
  centre_t centre [3];
  logic known [2];
  quote_t published [2];
  logic side_fresh [2];
  side_t side [2];
  logic slot_bad, touched;
  logic [7:0] status;

  logic [2:0] centre_we;
  centre_t centre_w;
  logic [1:0] published_we, side_we;
  quote_t published_w [2];
  side_t side_w;
  logic state_we, bad_w, touched_we;
  logic [7:0] status_w;
  logic sweep;

  assign take = op_valid_i && op_ready_o;
  assign own = op_q.ask_side;
  assign slot = op_q.slot[SlotW-1:0];
  assign rows_read = (take && op_i.slot < 12'(Slots)) || state_q == StRebuildRead;
  assign levels = op_q.op inside {OpLevel, OpOrder};
  assign takes_levels = take && op_i.op inside {OpLevel, OpOrder};
  assign rows_slot = take ? op_i.slot[SlotW-1:0] : slot;
  assign sweep = state_q == StSweep;

  // The symbol has done its work in the map.
  logic unused;
  assign unused = ^op_q.symbol;

  // A slot that this build does not have, or a tick of 0, is not stored.
  logic cfg_legal;
  assign cfg_legal = cfg_valid_i && cfg_slot_i < 12'(Slots)
                  && !(cfg_kind_i == 2'd3 && cfg_tick_i == '0);

  slot_rows #(
    .Slots(Slots)
  ) u_rows (
    .clk_i,
    .rst_ni,
    .gen_i         (gen_q),
    .cfg_valid_i   (cfg_legal),
    .cfg_slot_i    (cfg_slot_i[SlotW-1:0]),
    .cfg_kind_i,
    .cfg_centre_i,
    .cfg_tick_i,
    .cfg_recip_i,
    .read_i        (rows_read),
    .read_slot_i   (rows_slot),
    .tick_o        (tick),
    .recip_o       (recip),
    .centre_o      (centre),
    .known_o       (known),
    .published_o   (published),
    .side_fresh_o  (side_fresh),
    .side_o        (side),
    .bad_o         (slot_bad),
    .status_o      (status),
    .touched_o     (touched),
    .write_slot_i  (slot),
    .centre_we_i   (centre_we),
    .centre_i      (centre_w),
    .published_we_i(published_we),
    .published_i   (published_w),
    .side_we_i     (side_we),
    .side_i        (side_w),
    .state_we_i    (state_we),
    .bad_i         (bad_w),
    .status_i      (status_w),
    .touched_we_i  (touched_we),
    .sweep_i       (sweep && sweep_q < SweepW'(Slots)),
    .sweep_all_i   (sweep_all_q),
    .sweep_slot_i  (sweep_q[SlotW-1:0])
  );

  logic hit, free;
  ptr_t ptr, next, prev;
  logic [7:0] hit_code;
  logic [63:0] walk_price;
  size_t walk_size, hit_size;
  logic [7:0] walk_code;
  logic next_valid;
  logic store_read;
  ptr_t store_ptr, store_wptr;
  logic insert, resize, recode, remove;
  size_t store_size;
  logic [7:0] store_code;
  logic next_we, prev_we, next_w_valid;
  ptr_t next_waddr, next_w, prev_waddr, prev_w;

  level_store #(
    .SetsLog2(LevelSetsLog2),
    .Ways    (LevelWays)
  ) u_store (
    .clk_i,
    .gen_i         (gen_q),
    .lookup_i      (takes_levels),
    .lookup_price_i(op_i.price0),
    .lookup_slot_i (op_i.slot),
    .lookup_ask_i  (op_i.ask_side),
    .compare_i     (state_q == StLook && levels),
    .key_price_i   (op_q.price0),
    .key_slot_i    (op_q.slot),
    .key_ask_i     (own),
    .hit_o         (hit),
    .free_o        (free),
    .ptr_o         (ptr),
    .code_o        (hit_code),
    .hit_size_o    (hit_size),
    .read_i        (store_read),
    .read_ptr_i    (store_ptr),
    .price_o       (walk_price),
    .size_o        (walk_size),
    .level_code_o  (walk_code),
    .next_valid_o  (next_valid),
    .next_o        (next),
    .prev_o        (prev),
    .write_ptr_i   (store_wptr),
    .insert_i      (insert),
    .resize_i      (resize),
    .recode_i      (recode),
    .remove_i      (remove),
    .write_size_i  (store_size),
    .write_code_i  (store_code),
    .next_we_i     (next_we),
    .next_ptr_i    (next_waddr),
    .next_valid_i  (next_w_valid),
    .next_i        (next_w),
    .prev_we_i     (prev_we),
    .prev_ptr_i    (prev_waddr),
    .prev_i        (prev_w),
    .sweep_i       (sweep && sweep_q < SweepW'(Sets)),
    .sweep_set_i   (sweep_q[LevelSetsLog2-1:0])
  );

  logic search, found;
  logic [7:0] found_code;
  size_t found_size;
  logic ladder_side;
  logic ladder_set, ladder_clear, ladder_wipe, rebuild_start, rebuild_set, rebuild_store;
  logic [7:0] ladder_code;
  size_t ladder_size;

  assign ladder_side = (state_q inside {StRebuildWalk, StRebuildStore}) ? rebuild_side_q : own;

  ladder #(
    .Slots(Slots)
  ) u_ladder (
    .clk_i,
    .slot_i         (slot),
    .ask_i          (ladder_side),
    .read_i         (takes_levels),
    .read_slot_i    (op_i.slot[SlotW-1:0]),
    .read_ask_i     (op_i.ask_side),
    .fresh_i        (side_fresh[own]),
    .search_i       (search),
    .behind_i       (side[own].best_code),
    .found_o        (found),
    .code_o         (found_code),
    .size_o         (found_size),
    .set_i          (ladder_set),
    .clear_i        (ladder_clear),
    .wipe_i         (ladder_wipe),
    .write_code_i   (ladder_code),
    .write_size_i   (ladder_size),
    .rebuild_start_i(rebuild_start),
    .rebuild_set_i  (rebuild_set),
    .rebuild_store_i(rebuild_store)
  );

  logic code_start, code_cancel, code_done, code_take, code_ready, code_in_range, code_busy;
  logic [63:0] code_price;
  logic [1:0] code_kind;
  logic [7:0] code;

  offset_code u_coder (
    .clk_i,
    .rst_ni,
    .clear_i       (core_reset_i),
    .start_i       (code_start),
    .ready_o       (code_ready),
    .price_i       (code_price),
    .centre_i      (centre[code_kind].centre),
    .centre_valid_i(centre[code_kind].valid),
    .cancel_i      (code_cancel),
    .tick_i        (tick),
    .recip_i       (recip),
    .done_o        (code_done),
    .take_i        (code_take),
    .in_range_o    (code_in_range),
    .code_o        (code),
    .busy_o        (code_busy)
  );

  logic [1:0] emit_kind;  // the tick due next: bid, ask, trade
  logic [1:0] recentre_kind;  // the centre that moves next
  logic [1:0] divide_kind;
  logic divide_start, divide_done, divide_ok;
  logic [63:0] divide_floor;

  grid_floor u_floor (
    .clk_i,
    .rst_ni,
    .start_i        (divide_start),
    .price_i        (due_q[divide_kind].quote.price),
    .tick_i         (tick),
    .done_o         (divide_done),
    .representable_o(divide_ok),
    .floor_o        (divide_floor)
  );

  // ---------------------------------------------------------------------------------------------- emission

  logic out_free;                    // the output register can take an entry
  logic emit_fire;                   // StEmit or StPick puts a tick of emit_kind out
  due_t emit;
  logic [7:0] emit_code;
  logic emit_in_range;
  logic [7:0] run_new;
  logic want_recentre, may_recentre;
  logic [2:0] todo_rest;
  logic recentre_asked;              // the tick that goes out now moves its centre
  logic [2:0] recentre_all;          // with it
  logic [2:0] recentre_rest;         // without the one in division
  logic pick_fire;

  assign out_free = !entry_valid_o || entry_ready_i;

  // Trade, bid, ask: a message has a trade or quotes, never both.
  always_comb begin
    if (todo_q[KindIdxTrade]) emit_kind = 2'd2;
    else if (todo_q[KindIdxBid]) emit_kind = 2'd0;
    else emit_kind = 2'd1;
    if (state_q == StPick) emit_kind = {1'b0, own};
  end

  always_comb begin
    emit = due_q[emit_kind];
    if (state_q == StPick) begin
      emit.quote = cand_q;
      emit.src = SrcCode;
      emit.code = cand_code_q;
      emit.in_range = 1'b1;
    end
    emit_code = CodeEscape;
    emit_in_range = emit.in_range;
    if (emit.quote.valid) begin
      emit_code = emit.code;
      if (emit.src == SrcCoder) begin
        emit_code = code;
        emit_in_range = code_in_range;
      end
    end
    emit_fire = pick_fire;
    if (state_q == StEmit) begin
      emit_fire = out_free && (!emit.quote.valid || emit.src == SrcCode
                               || (emit.src == SrcCoder && code_done));
    end
    run_new = centre[emit_kind].run;
    if (centre[emit_kind].valid) begin
      if (emit_in_range) run_new = 8'd0;
      else if (run_new != 8'hff) run_new = run_new + 8'd1;
    end
    want_recentre = emit.quote.valid && (!centre[emit_kind].valid || run_new >= recentre_run_i);
    may_recentre = centre[emit_kind].moves < MovesMax;
    todo_rest = todo_q;
    todo_rest[emit_kind] = 1'b0;
    recentre_asked = emit_fire && want_recentre && may_recentre;
    recentre_all = recentre_q;
    if (recentre_asked) recentre_all[emit_kind] = 1'b1;
  end

  // Ticks come in the order trade, bid, ask, and so do the centres that they move: the first one asked for is the first
  // one wanted, and its division can begin with its tick.
  always_comb begin
    if (recentre_q[KindIdxTrade]) recentre_kind = 2'd2;
    else if (recentre_q[KindIdxBid]) recentre_kind = 2'd0;
    else recentre_kind = 2'd1;
    recentre_rest = recentre_q;
    recentre_rest[recentre_kind] = 1'b0;
    divide_kind = (state_q == StDivideStart) ? recentre_kind : emit_kind;
    divide_start = state_q == StDivideStart || (recentre_asked && recentre_q == '0);
  end

  // ---------------------------------------------------------------------------------------------- choice of the best

  logic pick_ladder, pick_out, pick_differs;

  always_comb begin
    pick_ladder = 1'b0;
    pick_out = 1'b0;
    pick_differs = 1'b0;
    pick_fire = 1'b0;
    if (state_q == StPick) begin
      // No out level beats the ladder, or there is none at all (then an empty candidate is the answer).
      pick_ladder = side_q.out_count == '0 ||
          (cand_q.valid && better(own, cand_q.price, side_q.out_price));
      pick_out = !pick_ladder && side_q.out_known;
      pick_differs = op_q.complete && differs(cand_q, published[own]);
      // The shortcut past StEmit; a coded price is in range, so it moves no centre unless the register is 0.
      pick_fire = pick_ladder && pick_differs && cand_q.valid && out_free && recentre_run_i != '0
               && !todo_q[KindIdxTrade] && !(own && todo_q[KindIdxBid]);
    end
  end

  // The side after the level operation of StCommit, or after the removal of the best in StFound.
  side_t side_next;
  always_comb begin
    side_next = side_q;
    unique case (act_q)
      ActInsert: begin
        side_next.head_valid = 1'b1;
        side_next.head = ptr;
        if (becomes_best_q) begin
          side_next.best = '{valid: 1'b1, price: op_q.price0, size: total_q};
          side_next.best_code = code;
        end
        if (code == CodeEscape) begin
          side_next.out_count = side_q.out_count + 1'b1;
          // Best of all, the first, or better than the best (or than the bound): then it is known exactly.
          if (becomes_best_q || side_q.out_count == '0 || p_beats_out_q) begin
            side_next.out_known = 1'b1;
            side_next.out_price = op_q.price0;
            side_next.out_size  = total_q;
          end
        end
      end
      ActResize: begin
        if (becomes_best_q) side_next.best.size = total_q;
        if (hit_code == CodeEscape && p_is_out_q) side_next.out_size = total_q;
      end
      ActRemove: begin
        if (hit_code == CodeEscape) begin
          side_next.out_count = side_q.out_count - 1'b1;
          // Its price stays as the bound: none of the rest is better.
          if (p_is_out_q) side_next.out_known = 1'b0;
        end
        if (ptr == side_q.head) begin
          side_next.head_valid = next_valid;
          side_next.head = next;
        end
      end
      default: ;
    endcase
  end

  // A flag that this message itself raised is for the ticks of the next ones.
  logic was_bad, overflows, flags_slot, p_differs;
  always_comb begin
    was_bad = slot_bad;
    for (int unsigned i = 0; i < 2; i++) begin
      if (flagged_q[i].valid && flagged_q[i].slot == op_q.slot) was_bad = 1'b0;
    end
    overflows  = levels && level_grows && !hit && !free;
    flags_slot = overflows || (op_q.op == OpOrder && op_q.mark_bad);
    // Cycle 3: the level's new total, as best of its side, against what was published.
    p_differs  = differs('{valid: 1'b1, price: op_q.price0, size: total_q}, published[own]);
  end

  // ---------------------------------------------------------------------------------------------- coder

  // What a level operation does, decided in cycle 2.
  act_e level_act;
  logic level_best, level_coded;
  logic level_grows, level_falls, level_gone;  // towards more, towards less, all of it
  size_t total;
  always_comb begin
    if (op_q.op == OpLevel) begin
      level_grows = op_q.size0[31:0] != '0;
      level_falls = !level_grows;
      level_gone = 1'b1;
      total = size_t'(op_q.size0[31:0]);
    end else begin
      level_grows = op_q.size0[31:0] != '0 && op_q.order_add;
      level_falls = op_q.size0[31:0] != '0 && !op_q.order_add;
      level_gone = size_t'(op_q.size0[31:0]) >= hit_size;
      total = hit ? hit_size : '0;
      if (op_q.order_add) total = total + size_t'(op_q.size0[31:0]);
      else total = total - size_t'(op_q.size0[31:0]);
    end
    level_act = ActNone;
    if (level_grows) begin
      if (hit) level_act = ActResize;
      else if (free) level_act = ActInsert;
    end else if (level_falls && hit) begin
      level_act = level_gone ? ActRemove : ActResize;
    end
    level_best  = (level_act == ActResize && p_equal_q) || (level_act == ActInsert && p_better_q);
    level_coded = level_act == ActInsert || (level_best && op_q.complete);
  end

  always_comb begin
    code_start  = 1'b0;
    code_cancel = 1'b0;
    code_take   = 1'b0;
    code_kind   = 2'd0;
    code_price  = op_q.price0;
    unique case (state_q)
      StLook: begin
        code_start = op_q.op inside {OpQuote, OpLevel, OpOrder, OpTrade};
        code_kind  = (op_q.op == OpTrade) ? 2'd2 : {1'b0, levels && own};
      end
      StDecide: begin
        code_cancel = (op_q.op == OpQuote && !(differs_q[0] && due_q[0].quote.valid))
                   || (levels && !level_coded);
        code_start = (op_q.op == OpQuote && differs_q[1] && due_q[1].quote.valid)
                  || (op_q.op == OpOrder && op_q.order_trade);
        code_kind = (op_q.op == OpOrder) ? 2'd2 : 2'd1;
        code_price = op_q.price1;
      end
      StCommit: code_take = coded_q;
      StEmit: code_take = emit_fire && emit.quote.valid && emit.src == SrcCoder;
      StCodeStart: begin
        code_start = 1'b1;
        code_kind  = emit_kind;
        code_price = due_q[emit_kind].quote.price;
      end
      StCodeWait: code_take = code_done;
      StRebuildWalk: begin
        code_start = walk_valid_q;
        code_kind  = {1'b0, rebuild_side_q};
        code_price = walk_price;
        code_take  = code_done;
      end
      default: ;
    endcase
  end

  // ---------------------------------------------------------------------------------------------- writes

  logic commit;       // this cycle writes the level operation to the store and the ladder
  logic [7:0] result_code;
  assign commit = state_q == StCommit || state_q == StFound;
  assign result_code = code;

  always_comb begin
    store_read = 1'b0;
    store_ptr = ptr;
    store_wptr = ptr;
    insert = 1'b0;
    resize = 1'b0;
    recode = 1'b0;
    remove = 1'b0;
    store_size = total_q;
    store_code = code;
    next_we = 1'b0;
    next_w_valid = side_q.head_valid;
    next_waddr = ptr;
    next_w = side_q.head;
    prev_we = 1'b0;
    prev_waddr = side_q.head;
    prev_w = ptr;
    ladder_set = 1'b0;
    ladder_clear = 1'b0;
    ladder_wipe = 1'b0;
    ladder_code = result_code;
    ladder_size = total_q;
    rebuild_start = 1'b0;
    rebuild_set = 1'b0;
    rebuild_store = 1'b0;
    search = state_q == StLook && (op_q.op == OpOrder ? !op_q.order_add :
                                   op_q.op == OpLevel && op_q.size0[31:0] == '0);
    if (state_q == StDecide) store_read = levels && level_act == ActRemove;
    if (commit) begin
      unique case (act_q)
        ActInsert: begin
          insert = 1'b1;
          next_we = 1'b1;
          prev_we = side_q.head_valid;
          ladder_set = result_code != CodeEscape;
          // The first level of a session: what the bitmap holds is of an older one.
          ladder_wipe = result_code == CodeEscape && side_fresh[own];
        end
        ActResize: begin
          resize = 1'b1;
          ladder_code = hit_code;
          ladder_set = hit_code != CodeEscape;
        end
        ActRemove: begin
          remove = 1'b1;
          next_we = ptr != side_q.head;
          next_waddr = prev;
          next_w_valid = next_valid;
          next_w = next;
          prev_we = ptr != side_q.head && next_valid;
          prev_waddr = next;
          prev_w = prev;
          ladder_code = hit_code;
          ladder_clear = hit_code != CodeEscape;
        end
        default: ;
      endcase
    end
    if (state_q == StPick && !pick_ladder && !pick_out) begin
      store_read = 1'b1;
      store_ptr  = side_q.head;
    end
    if (state_q == StRefill || state_q == StRebuildWalk) begin
      store_read = walk_valid_q && next_valid;
      store_ptr  = next;
    end
    if (state_q == StRebuildInit) begin
      store_read = side[rebuild_side_q].head_valid;
      store_ptr = side[rebuild_side_q].head;
      rebuild_start = 1'b1;
    end
    if (state_q == StRebuildWalk && walked_q[2].valid) begin
      recode = 1'b1;
      store_wptr = walked_q[2].ptr;
      rebuild_set = result_code != CodeEscape;
      ladder_size = walked_q[2].size;
    end
    if (state_q == StRebuildStore) rebuild_store = 1'b1;
  end

  // Rows of the slot.
  always_comb begin
    centre_we = '0;
    centre_w = centre[emit_kind];
    published_we = '0;
    published_w[0] = due_q[0].quote;
    published_w[1] = due_q[1].quote;
    side_we = '0;
    side_w = side_q;
    state_we = 1'b0;
    bad_w = slot_bad;
    status_w = status;
    touched_we = 1'b0;
    unique case (state_q)
      StLook: begin
        state_we = op_q.op == OpMark;
        bad_w = 1'b1;
      end
      StDecide: begin
        state_we = flags_slot;
        bad_w = 1'b1;
      end
      StCommit: begin
        side_we[own] = act_q != ActNone;
        side_w = side_next;
        // The ladder now leans on this centre, so it is live even if the host writes another.
        centre_we[{1'b0, own}] = act_q == ActInsert;
        centre_w = centre[{1'b0, own}];
      end
      StPick: begin
        side_we[own] = pick_ladder || pick_out;
        if (pick_ladder) begin
          side_w.best = cand_q;
          side_w.best_code = cand_q.valid ? cand_code_q : CodeEscape;
        end else begin
          side_w.best = '{valid: 1'b1, price: side_q.out_price, size: side_q.out_size};
          side_w.best_code = CodeEscape;
        end
      end
      StRecentre: begin
        centre_we[recentre_kind] = out_free && divide_ok;
        centre_w.valid = 1'b1;
        centre_w.epoch = centre[recentre_kind].epoch + 8'd1;
        centre_w.run = 8'd0;
        centre_w.moves = centre[recentre_kind].moves + 7'd1;
        centre_w.centre = divide_floor;
      end
      StSingle: begin
        touched_we = out_free && op_q.op != OpSysStatus;
        state_we   = out_free && op_q.op == OpStatus;
        status_w   = op_q.code;
      end
      StVisit: begin
        centre_we[visit_q] = out_free;
        centre_w = centre[visit_q];
        centre_w.moves = '0;
      end
      StFinish: begin
        published_we = {2{op_q.op == OpQuote || (levels && op_q.complete)}};
      end
      StRebuildStore: side_we[rebuild_side_q] = 1'b1;
      default: ;
    endcase
    if (emit_fire) begin
      touched_we = 1'b1;
      if (emit.quote.valid) begin
        centre_we[emit_kind] = 1'b1;
        centre_w.run = run_new;
      end
    end
  end

  // ---------------------------------------------------------------------------------------------- entries

  entry_t entry_d;
  logic entry_put;

  always_comb begin
    entry_put = 1'b0;
    entry_d   = '0;
    if (emit_fire || state_q inside {StRecentre, StSingle, StControl, StVisit}) begin
      entry_d.slot = op_q.slot;
      entry_d.msg_index = op_q.msg_index;
      entry_d.hw_time = op_q.hw_time;
      entry_d.unloaded = op_q.unloaded;
      entry_d.t_in = op_q.t_in;
      entry_d.mtype = op_q.mtype;
      if (emit_fire) begin
        entry_put = 1'b1;
        entry_d.is_tick = 1'b1;
        entry_d.first_of_frame = op_q.first_of_frame && !made_q;
        entry_d.kind = 5'(emit_kind) + KindBid;
        entry_d.feed_time = op_q.feed_time;
        entry_d.flags = bad_q ? FlagMaybeBad : 8'd0;
        entry_d.side = (emit_kind == 2'd2) ? op_q.code : 8'd0;
        if (emit.quote.valid) begin
          entry_d.has_price = 1'b1;
          entry_d.price = emit.quote.price;
          entry_d.size = {(emit_kind == 2'd2) ? trade_size_high_q : '0, emit.quote.size};
          entry_d.code = emit_code;
          entry_d.epoch = (emit_code != CodeEscape) ? centre[emit_kind].epoch : 8'd0;
        end
      end else begin
        unique case (state_q)
          StRecentre: begin
            entry_put = out_free && divide_ok;
            entry_d.kind = KindRecentre;
            entry_d.side = 8'(recentre_kind);
            entry_d.epoch = centre[recentre_kind].epoch + 8'd1;
            entry_d.has_price = 1'b1;
            entry_d.price = divide_floor;
          end
          StSingle: begin
            entry_put = out_free;
            entry_d.is_tick = 1'b1;
            entry_d.first_of_frame = op_q.first_of_frame;
            entry_d.feed_time = op_q.feed_time;
            entry_d.kind = (op_q.op == OpBreak) ? KindTradeBreak : KindStatus;
            entry_d.size = (op_q.op == OpBreak) ? op_q.size0 : 64'd0;
            entry_d.code = (op_q.op == OpBreak) ? 8'd0 : op_q.code;
            entry_d.side = (op_q.op == OpBreak) ? 8'd0 : op_q.code;
            entry_d.flags = (bad_q && op_q.op != OpSysStatus) ? FlagMaybeBad : 8'd0;
          end
          StControl: begin
            entry_put = out_free;
            entry_d.slot = SlotNone;
            entry_d.price = op_q.seq;
            entry_d.size = op_q.count;
            unique case (op_q.ctl)
              EvGap: entry_d.kind = KindGap;
              EvRestart: begin
                entry_d.kind  = KindRestart;
                entry_d.price = 64'd0;
              end
              EvVoid: begin
                entry_d.kind = KindVoid;
                entry_d.code = op_q.code;
              end
              default: begin
                entry_d.kind = KindHeartbeat;
                entry_d.size = 64'd0;
              end
            endcase
          end
          default: begin  // StVisit
            entry_put = out_free;
            entry_d.kind = KindRefresh;
            entry_d.side = 8'(visit_q);
            entry_d.epoch = centre[visit_q].epoch;
            entry_d.flags = bad_q ? FlagMaybeBad : 8'd0;
            entry_d.code = status;
            entry_d.state[0] = centre[visit_q].valid;
            if (centre[visit_q].valid) entry_d.feed_time = centre[visit_q].centre;
            if (visit_q != 2'd2) begin
              entry_d.state[1]  = published[visit_q[0]].valid;
              entry_d.state[2]  = known[visit_q[0]];
              entry_d.has_price = published[visit_q[0]].valid;
              if (published[visit_q[0]].valid) begin
                entry_d.price = published[visit_q[0]].price;
                entry_d.size  = 64'(published[visit_q[0]].size);
              end
            end
          end
        endcase
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) entry_valid_o <= 1'b0;
    else if (core_reset_i) entry_valid_o <= 1'b0;
    else if (entry_put) entry_valid_o <= 1'b1;
    else if (entry_ready_i) entry_valid_o <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (entry_put) entry_o <= entry_d;
  end

  // ---------------------------------------------------------------------------------------------- sequence

  localparam logic [2:0] TodoTrade = 3'b100;

  assign op_ready_o = state_q == StIdle;

  logic rebuilding;
  assign rebuilding = state_q inside {StRebuildRead, StRebuildInit, StRebuildWalk, StRebuildStore};
  assign stalled_o = state_q inside {StSweep, StDivideStart, StDivide} || rebuilding;
  assign background_o = stalled_o || state_q == StFinish;
  assign busy_o = entry_valid_o || !(state_q == StIdle || background_o);

  // Where an operation goes with these ticks still due and these centres to move.
  function automatic state_e after_emit(input logic [2:0] rest, input logic [2:0] recentres);
    if (rest != '0) return StEmit;
    return (recentres != '0) ? StDivide : StFinish;
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StSweep;
      sweep_q <= '0;
      sweep_all_q <= 1'b1;
      gen_q <= 8'd1;
      rebuild_q <= '0;
      todo_q <= '0;
      recentre_q <= '0;
      in_message_q <= 1'b0;
      walk_valid_q <= 1'b0;
      walked_q <= '{default: '0};
    end else if (core_reset_i) begin
      state_q <= StSweep;
      sweep_q <= '0;
      sweep_all_q <= 1'b1;
      gen_q <= 8'd1;
      rebuild_q <= '0;
      todo_q <= '0;
      recentre_q <= '0;
      in_message_q <= 1'b0;
      walk_valid_q <= 1'b0;
      walked_q <= '{default: '0};
    end else begin
      unique case (state_q)
        StSweep: begin
          sweep_q <= sweep_q + 1'b1;
          if (sweep_q == SweepW'(SweepRows - 1)) state_q <= StIdle;
        end

        StIdle: begin
          if (op_valid_i) begin
            state_q <= StLook;
            in_message_q <= op_i.op == OpOrder && !op_i.order_last;
          end
        end

        StLook: begin
          unique case (op_q.op)
            OpQuote, OpLevel, OpOrder, OpTrade: state_q <= StDecide;
            OpBreak, OpStatus, OpSysStatus: state_q <= StSingle;
            OpControl: begin
              if (op_q.ctl == EvVisit) state_q <= touched ? StVisit : StIdle;
              else state_q <= (op_q.ctl == EvMsg) ? StIdle : StControl;
            end
            default: state_q <= StIdle;
          endcase
        end

        StDecide: begin
          state_q <= StSum;
          if (op_q.op == OpTrade) todo_q <= TodoTrade;
          else todo_q <= {1'b0, differs_q};
        end

        StSum: begin
          if (levels) begin
            state_q <= (act_q == ActRemove && p_equal_q) ? StFound : StCommit;
            todo_q[KindIdxTrade] <= op_q.op == OpOrder && op_q.order_trade;
            if (!op_q.complete) begin
              todo_q[KindIdxBid] <= 1'b0;
              todo_q[KindIdxAsk] <= 1'b0;
            end else if (act_q == ActRemove && p_equal_q) begin
              todo_q[{1'b0, own}] <= 1'b0;  // as the pick will tell
            end else if (becomes_best_q) begin
              todo_q[{1'b0, own}] <= p_differs;
            end
          end else begin
            state_q <= after_emit(todo_q, '0);
          end
        end

        StCommit: state_q <= after_emit(todo_q, '0);

        StFound: state_q <= StPick;

        StPick: begin
          if (pick_fire) begin
            state_q <= after_emit(todo_rest, '0);
          end else if (pick_ladder || pick_out) begin
            automatic
            logic
            due = pick_ladder ? pick_differs : op_q.complete && differs(
                '{valid: 1'b1, price: side_q.out_price, size: side_q.out_size}, published[own]
            );
            todo_q[{1'b0, own}] <= due;
            state_q <= (due || todo_q != '0) ? StEmit : StFinish;
          end else begin
            state_q <= StRefill;
            walk_valid_q <= 1'b1;
          end
        end

        StRefill: begin
          walk_valid_q <= next_valid;
          if (!next_valid) state_q <= StPick;
        end

        StEmit: begin
          if (emit.quote.valid && emit.src == SrcNeed) begin
            state_q <= StCodeStart;
          end else if (emit_fire) begin
            todo_q <= todo_rest;
            recentre_q <= recentre_all;
            state_q <= after_emit(todo_rest, recentre_all);
          end
        end

        StCodeStart: state_q <= StCodeWait;
        StCodeWait:  if (code_done) state_q <= StEmit;

        StDivideStart: state_q <= StDivide;

        StDivide: if (divide_done) state_q <= StRecentre;

        StRecentre: begin
          if (!divide_ok || out_free) begin
            recentre_q <= recentre_rest;
            state_q <= (recentre_rest != '0) ? StDivideStart : StFinish;
            if (divide_ok && recentre_kind != 2'd2) rebuild_q[recentre_kind[0]] <= 1'b1;
          end
        end

        StSingle: if (out_free) state_q <= StFinish;

        StControl: begin
          if (out_free) begin
            state_q <= StIdle;
            if (op_q.ctl == EvRestart) begin
              gen_q <= gen_q + 8'd1;
              if (gen_q == 8'hff) begin
                // All tags are used up: wipe them and begin again.
                gen_q <= 8'd1;
                sweep_q <= '0;
                sweep_all_q <= 1'b0;
                state_q <= StSweep;
              end
            end
          end
        end

        StVisit: if (out_free && visit_q == 2'd2) state_q <= StIdle;

        StFinish: state_q <= (rebuild_q != '0) ? StRebuildRead : StIdle;

        StRebuildRead: state_q <= StRebuildInit;

        StRebuildInit: begin
          if (side[rebuild_side_q].head_valid) begin
            state_q <= StRebuildWalk;
            walk_valid_q <= 1'b1;
          end else begin
            rebuild_q[rebuild_side_q] <= 1'b0;
            state_q <= (rebuild_q[!rebuild_side_q]) ? StRebuildRead : StIdle;
          end
        end

        StRebuildWalk: begin
          walk_valid_q <= walk_valid_q && next_valid;
          walked_q[0] <= '{
              valid: walk_valid_q,
              ptr: walk_ptr_q,
              price: walk_price,
              size: walk_size
          };
          walked_q[1] <= walked_q[0];
          walked_q[2] <= walked_q[1];
          if (!walk_valid_q && !walked_q[0].valid && !walked_q[1].valid) state_q <= StRebuildStore;
        end

        StRebuildStore: begin
          walked_q[2].valid <= 1'b0;
          rebuild_q[rebuild_side_q] <= 1'b0;
          state_q <= (rebuild_q[!rebuild_side_q]) ? StRebuildRead : StIdle;
        end

        default: state_q <= StSweep;
      endcase
    end
  end

  // ---------------------------------------------------------------------------------------------- data

  always_ff @(posedge clk_i) begin
    unique case (state_q)
      StIdle:
      if (op_valid_i) begin
        op_q <= op_i;
        if (!in_message_q) begin
          made_q <= 1'b0;
          flagged_q <= '{default: '0};
        end
        visit_q <= 2'd0;
        rebuild_side_q <= 1'b0;
      end

      StLook: begin
        bad_q <= op_q.bad || op_q.untracked || was_bad;
        trade_size_high_q <= (op_q.op == OpOrder) ? '0 : op_q.size0[63:SizeBits];
        due_q[2] <= '{
            quote: '{valid: 1'b1, price: op_q.price0, size: op_q.size0[SizeBits-1:0]},
            src: SrcCoder,
            code: CodeEscape,
            in_range: 1'b0
        };
        if (levels) begin
          if (op_q.op == OpOrder) begin
            due_q[2].quote.price <= op_q.price1;
            due_q[2].quote.size  <= size_t'(op_q.size1);
          end
          for (int unsigned s = 0; s < 2; s++) begin
            differs_q[s] <= differs(side[s].best, published[s]);
            due_q[s] <= '{
                quote: side[s].best,
                src: (side[s].best_code != CodeEscape) ? SrcCode : SrcNeed,
                code: side[s].best_code,
                in_range: 1'b1
            };
          end
          p_better_q <= !side[own].best.valid || better(own, op_q.price0, side[own].best.price);
          p_equal_q <= side[own].best.valid && op_q.price0 == side[own].best.price;
          p_beats_out_q <= better(own, op_q.price0, side[own].out_price);
          p_is_out_q <= side[own].out_known && op_q.price0 == side[own].out_price;
          side_q <= side[own];
        end else begin
          automatic logic has_bid = op_q.size0[31:0] != '0;
          automatic quote_t bid = '{valid: has_bid, price: op_q.price0, size: size_t'(op_q.size0[31:0])};
          automatic
          quote_t
          ask = '{
              valid: op_q.size1 != '0,
              price: op_q.price1,
              size: size_t'(op_q.size1)
          };
          differs_q <= {differs(ask, published[1]), differs(bid, published[0])};
          due_q[0]  <= '{quote: bid, src: SrcCoder, code: CodeEscape, in_range: 1'b0};
          due_q[1]  <= '{quote: ask, src: SrcCoder, code: CodeEscape, in_range: 1'b0};
        end
      end

      StDecide: begin
        if (flags_slot && !slot_bad) begin
          flagged_q[1] <= flagged_q[0];
          flagged_q[0] <= '{valid: 1'b1, slot: op_q.slot};
        end
        if (levels) begin
          act_q <= level_act;
          total_q <= total;
          becomes_best_q <= level_best;
          coded_q <= level_coded;
          if (level_best)
            due_q[{1'b0, own}].quote <= '{valid: 1'b1, price: op_q.price0, size: total};
        end
      end

      StCommit: begin
        side_q <= side_next;
        if (becomes_best_q && coded_q) begin
          due_q[{1'b0, own}].src <= SrcCode;
          due_q[{1'b0, own}].code <= code;
          due_q[{1'b0, own}].in_range <= code_in_range;
        end
      end

      StFound: begin
        side_q <= side_next;
        cand_q.valid <= found;
        cand_q.price <= centre[{1'b0, own}].centre + 64'($signed(
            {1'b0, found_code}
        ) - $signed(
            {1'b0, CodeCentre}
        )) * 64'(tick);
        cand_q.size <= found_size;
        cand_code_q <= found_code;
      end

      StPick: begin
        if (pick_ladder) begin
          due_q[{
            1'b0, own
          }] <=
          '{quote: cand_q, src: SrcCode, code: cand_code_q, in_range: 1'b1};
        end else if (pick_out) begin
          due_q[{
            1'b0, own
          }] <=
          '{
              quote: '{valid: 1'b1, price: side_q.out_price, size: side_q.out_size},
              src: SrcNeed,
              code: CodeEscape,
              in_range: 1'b0
          };
        end
      end

      StRefill: begin
        // The bound is not needed any more: side_q.out_price becomes the best of the levels seen.
        if (walk_code == CodeEscape && (!side_q.out_known || better(
                own, walk_price, side_q.out_price
            ))) begin
          side_q.out_known <= 1'b1;
          side_q.out_price <= walk_price;
          side_q.out_size  <= walk_size;
        end
      end

      StCodeWait:
      if (code_done) begin
        due_q[emit_kind].src <= SrcCode;
        due_q[emit_kind].code <= code;
        due_q[emit_kind].in_range <= code_in_range;
      end

      StVisit: if (out_free) visit_q <= visit_q + 2'd1;

      StFinish: rebuild_side_q <= !rebuild_q[0];

      StRebuildInit: begin
        side_q <= side[rebuild_side_q];
        side_q.out_count <= '0;
        side_q.out_known <= 1'b0;
        walk_ptr_q <= side[rebuild_side_q].head;
        if (!side[rebuild_side_q].head_valid) rebuild_side_q <= 1'b1;
      end

      StRebuildWalk: begin
        walk_ptr_q <= next;
        if (walked_q[2].valid) begin
          if (walked_q[2].price == side_q.best.price) side_q.best_code <= code;
          if (code == CodeEscape) begin
            side_q.out_count <= side_q.out_count + 1'b1;
            if (!side_q.out_known || better(
                    rebuild_side_q, walked_q[2].price, side_q.out_price
                )) begin
              side_q.out_known <= 1'b1;
              side_q.out_price <= walked_q[2].price;
              side_q.out_size  <= walked_q[2].size;
            end
          end
        end
      end

      StRebuildStore: rebuild_side_q <= 1'b1;

      default: ;
    endcase
    if (emit_fire || state_q == StSingle) made_q <= 1'b1;
  end

  // ---------------------------------------------------------------------------------------------- counting

  logic single_fire;
  assign single_fire = state_q == StSingle && out_free;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      disp_valid_o <= 1'b0;
      tick_valid_o <= 1'b0;
      escape_o <= 1'b0;
      recentre_o <= 1'b0;
      refresh_o <= 1'b0;
      absent_level_o <= 1'b0;
      level_overflow_o <= 1'b0;
      level_clamped_o <= 1'b0;
      recentre_held_o <= 1'b0;
      refill_stall_o <= 1'b0;
      refill_cycle_o <= 1'b0;
      stalled_q <= 1'b0;
    end else begin
      disp_valid_o <= state_q == StFinish && !core_reset_i
                   && (op_q.op != OpOrder || op_q.order_last);
      tick_valid_o <= (emit_fire || single_fire) && !core_reset_i;
      escape_o <= emit_fire && emit.quote.valid && emit_code == CodeEscape;
      recentre_o <= state_q == StRecentre && divide_ok && out_free;
      refresh_o <= state_q == StVisit && out_free;
      absent_level_o <= state_q == StDecide && levels && level_falls && !hit;
      level_overflow_o <= state_q == StDecide && overflows;
      level_clamped_o <= state_q == StDecide && op_q.op == OpOrder && level_falls && hit
                      && size_t'(op_q.size0[31:0]) > hit_size;
      recentre_held_o <= (emit_fire && want_recentre && !may_recentre)
                      || (state_q == StRecentre && !divide_ok);
      stalled_q <= rebuilding && (stalled_q || op_valid_i);
      refill_cycle_o <= state_q == StRefill || (rebuilding && op_valid_i);
      refill_stall_o <= (state_q == StPick && !pick_ladder && !pick_out)
                     || (rebuilding && op_valid_i && !stalled_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StFinish) begin
      if (made_q) disp_o <= DispTicked;
      else disp_o <= (op_q.op == OpLevel && !op_q.complete) ? DispEventOpen : DispNoChange;
    end
    if (emit_fire || single_fire) tick_kind_o <= entry_d.kind;
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    entry_valid_o && !entry_ready_i |=> entry_valid_o && $stable(
      entry_o
  ))
  else $error("book: entry changed before it was taken");
  always_ff @(posedge clk_i) begin
    if (rst_ni && !core_reset_i && $time != 0) begin
      if (take && op_i.op inside {OpQuote, OpLevel, OpTrade, OpBreak, OpStatus, OpOrder, OpMark}) begin
        assert (op_i.slot < 12'(Slots))
        else $error("book: slot out of range");
      end
      if (state_q == StIdle)
        assert (!code_busy)
        else $error("book: a price was left in the coder");
      if (state_q == StCommit && coded_q)
        assert (code_done)
        else $error("book: code is late");
      if (state_q == StDecide && levels && hit) begin
        assert (!p_better_q)
        else $error("book: a level beats the best");
      end
      if (state_q == StDecide && levels && p_equal_q) begin
        assert (hit)
        else $error("book: the best is no level");
      end
      if (state_q == StPick && !pick_ladder && !pick_out) begin
        assert (side_q.head_valid)
        else $error("book: out levels are not linked");
      end
      if (state_q == StRebuildWalk) begin
        assert (walked_q[2].valid == code_done)
        else $error("book: walk and coder out of step");
      end
      if (!divide_done)
        assert (recentre_q != '0 || sweep)
        else $error("book: division left behind in state %0d", state_q);
      if (state_q == StPick)
        assert (!recentre_asked)
        else $error("book: a coded price moves its centre");
      if (recentre_asked)
        // Trade, bid, ask.
        assert (recentre_q == '0 || recentre_kind == 2'd2 || emit_kind > recentre_kind)
        else $error("book: centres move out of order");
      if (state_q == StFinish)
        assert (recentre_q == '0)
        else $error("book: a centre did not move");
      if (code_start)
        assert (code_ready)
        else $error("book: coder not ready");
    end
  end
`endif

endmodule

`default_nettype wire
