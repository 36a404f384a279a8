// The slow engine of the book: any operation, one at a time (card model, sections 6 and 7).
//
// In these steps (cycle 0 = operation offered and taken):
//   1 Look     all rows of the slot and the level's set are there: compare, start the coder
//   2 Decide   what changes, which ticks are due
//   3 Sum      (coder and ladder search on their way) does the new best differ from the published one
//   4 Commit   levels: write store, ladder, side         Found  levels whose best goes: price of the next place
//     Emit     trades and quotes: first entry            (cycle 5) Pick  next best: ladder, out levels, or a refill
//   5 Emit     levels: first entry
//   Divide     (sequential, begun with the tick that asked for it) and Recentre, after the operation's last tick
//   Finish     publish, disposition; not in the middle of a message
//   Change     the slot is released or assigned (EvSlot): one entry, its centres are not valid any more
// so the first entry stands at the output register in cycle 5 (trade, bid), 6 at the latest for a ladder hit.
// A muted slot's levels change as ever, but nothing is compared, published or told.
//
// An order that makes no tick is written as soon as all is known: in cycle 2 what happens to a level that stays, or is
// in the ladder and not the best (`early`), in cycle 3 the end of a linked level (`late`), in cycle 4 a new level. In cycles 2
// and 3 the next order may be taken (`chain_o`); on the same slot and side the rows need not be read again, the changed
// side is carried over. So goes the first half of a U, too.
//
// Each side's best is cached, so only the removal of the best searches. Levels outside the window or off the grid are
// *out*: they are linked, and the side knows their count and the best two of them, or after those went, a bound. Only
// when the bound could beat the ladder are they walked (a refill, one level a cycle). So the best is always exact.
// With nothing to do, the engine walks the sides that lack one of the two (a fill), until an operation comes.
// After a recentre the side's ladder is rebuilt in the background (`background_o`), one level a cycle, and the next
// operation waits.
//
// The memories are the book's; while `idle_o` the engine leaves them alone.

`default_nettype none

module book_engine
  import esc_pkg::*;
  import esc_counter_pkg::*;
  import book_pkg::*;
#(
  parameter  int unsigned Slots         = 64,
  parameter  int unsigned LevelSetsLog2 = 14,
  localparam int unsigned SlotW         = (Slots > 1) ? $clog2(Slots) : 1
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i, // clears books, centres and ticks; configuration stays

  input wire logic [7:0] recentre_run_i,

  input  wire logic take_i,       // while idle_o
  input  wire op_t  op_i,
  input  wire logic waiting_i,    // an operation waits
  output logic      idle_o,
  output logic      chain_o,      // or while this: op_i may follow at once
  output logic      in_message_o, // more operations of the last one's message follow

  input  wire logic out_free_i,   // an entry can be taken
  output logic      entry_put_o,
  output entry_t    entry_o,

  // Memories.
  output logic         [              7:0] gen_o,
  output logic                             rows_read_o,
  output logic         [        SlotW-1:0] rows_read_slot_o,
  input  wire rows_t                       rows_i,
  output logic         [        SlotW-1:0] rows_slot_o,
  output rows_write_t                      rows_o,
  output logic                             rows_sweep_o,
  output logic                             rows_sweep_all_o,
  output logic         [        SlotW-1:0] rows_sweep_slot_o,
  output logic                             lookup_o,
  output level_key_t                       lookup_key_o,
  output logic                             compare_o,
  output level_key_t                       compare_key_o,
  input  wire logic                        hit_i,
  input  wire logic                        free_i,
  input  wire ptr_t                        ptr_i,
  input  wire logic    [              7:0] hit_code_i,
  input  wire size_t                       hit_size_i,
  output logic                             store_read_o,
  output ptr_t                             store_ptr_o,
  input  wire logic    [             63:0] walk_price_i,
  input  wire size_t                       walk_size_i,
  input  wire logic                        walk_in_range_i,
  input  wire logic                        next_valid_i,
  input  wire ptr_t                        next_i,
  input  wire ptr_t                        prev_i,
  output store_write_t                     store_o,
  output link_write_t                      link_o,
  output logic                             store_sweep_o,
  output logic         [LevelSetsLog2-1:0] store_sweep_set_o,

  output logic       [      SlotW-1:0] ladder_slot_o,
  output logic                         ladder_ask_o,
  output logic                         ladder_read_o,
  output logic       [      SlotW-1:0] ladder_read_slot_o,
  output logic                         ladder_read_ask_o,
  output logic                         ladder_fresh_o,
  output logic                         ladder_search_o,
  output logic       [            7:0] ladder_behind_o,
  input  wire logic                    ladder_found_i,
  input  wire logic  [            7:0] ladder_found_code_i,
  input  wire size_t                   ladder_found_size_i,
  output logic                         ladder_set_o,
  output logic                         ladder_clear_o,
  output logic                         ladder_wipe_o,
  output logic       [            7:0] ladder_code_o,
  output size_t                        ladder_size_o,
  output logic                         rebuild_start_o,
  output logic                         rebuild_set_o,
  output logic                         rebuild_store_o,
  input  wire logic  [LadderCodes-1:0] ladder_row_i,

  // Coder.
  output code_ask_t       code_ask_o,
  output logic            code_cancel_o,
  output logic            code_take_o,
  input  wire logic       code_done_i,
  input  wire logic       code_in_range_i,
  input  wire logic [7:0] code_i,

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

  output logic busy_o,        // works on an operation that may still make entries
  output logic background_o,  // works on, but no entry comes of it soon; or wants to
  output logic stalled_o      // of that, what may last: a division, a rebuild, the clearing
);

  localparam int unsigned Sets = 2 ** LevelSetsLog2;
  localparam int unsigned SweepRows = (Sets > Slots) ? Sets : Slots;
  localparam int unsigned SweepW = $clog2(SweepRows + 1);

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
    StDivideStart,
    StDivide,
    StRecentre,
    StSingle,
    StControl,
    StVisit,
    StChange,
    StFinish,
    StRebuildRead,
    StRebuildInit,
    StRebuild,
    StFillLook,
    StFill
  } state_e;

  // A slot, or none.
  typedef struct packed {
    logic        valid;
    logic [11:0] slot;
  } flagged_t;

  // A tick due (index bid, ask, trade), and its code, if it does not come out of the coder.
  typedef struct packed {
    quote_t     quote;
    logic       coder;
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
  logic event_open_q;                // DEEP: the event goes on
  flagged_t flagged_q[2];            // slots that this message flagged: not for its own ticks
  logic bad_q;                       // flags of this operation's ticks
  logic [1:0] visit_q;
  logic [1:0] rebuild_q;             // sides whose ladder must be rebuilt
  logic rebuild_side_q;
  logic stalled_q;                   // this rebuild already made an operation wait

  // Level operation.
  act_e act_q;
  logic [1:0] differs_q;
  logic p_better_q, p_equal_q;
  logic [1:0] p_beats_out_q, p_is_out_q;
  size_t total_q;                    // the level's new total
  logic coded_q;                     // the coder works on the level's price
  logic becomes_best_q;
  side_t side_q;                     // the side as it will be
  logic carry_q;                     // Look: side_q, not its row, which was read before it changed
  logic same_level_q;                // the level of the operation before, too: it holds total_q
  quote_t cand_q;                    // next best in the ladder
  logic [7:0] cand_code_q;

  logic [63:0] old_centre_q [2];     // of the ladder to be rebuilt

  // ---------------------------------------------------------------------------------------------- parts

  logic levels, takes_levels;  // the operation changes a level
  logic own;
  logic [SlotW-1:0] slot;
  logic [23:0] tick;
  centre_t [2:0] centre;
  quote_t [1:0] published;
  side_t [1:0] side;
  logic slot_bad;
  logic muted;
  logic [7:0] code;
  logic sweep;

  assign own = op_q.ask_side;
  assign slot = op_q.slot[SlotW-1:0];
  assign levels = op_q.op inside {OpLevel, OpOrder};
  assign takes_levels = take_i && op_i.op inside {OpLevel, OpOrder};
  assign sweep = state_q == StSweep;

  assign tick = rows_i.tick;
  assign centre = rows_i.centre;
  assign published = rows_i.published;
  always_comb begin
    side = rows_i.side;
    if (carry_q) side[own] = side_q;
  end
  assign slot_bad = rows_i.bad;
  // A system event has no slot, and no rows were read for it.
  assign muted = rows_i.muted && op_q.op != OpSysStatus;
  assign code = code_i;

  assign idle_o = state_q inside {StIdle, StFillLook, StFill};
  assign chain_o = (early || late) && chains;
  assign in_message_o = in_message_q;
  assign gen_o = gen_q;
  assign rows_read_o = (take_i && (idle_o || !same_place) && op_i.slot < 12'(Slots)) ||
      state_q == StRebuildRead || fill_begin;
  assign rows_read_slot_o = take_i ? op_i.slot[SlotW-1:0] :
      (fill_begin ? fill_next.slot[SlotW-1:0] : slot);
  assign rows_slot_o = slot;
  assign rows_sweep_o = sweep && sweep_q < SweepW'(Slots);
  assign rows_sweep_all_o = sweep_all_q;
  assign rows_sweep_slot_o = sweep_q[SlotW-1:0];
  assign store_sweep_o = sweep && sweep_q < SweepW'(Sets);
  assign store_sweep_set_o = sweep_q[LevelSetsLog2-1:0];

  // The symbol has done its work in the map.
  logic unused;
  assign unused = ^{op_q.symbol, rows_i};

  // The rebuild of a ladder.
  logic rebuild_begin, rebuild_busy, rebuild_done;
  side_t rebuild_side;
  logic rebuild_lookup, rebuild_read, rebuild_code_take;
  level_key_t rebuild_lookup_key;
  ptr_t rebuild_read_ptr;
  store_write_t rebuild_store;
  link_write_t rebuild_link;
  code_ask_t rebuild_code_ask;
  logic [7:0] rebuild_code;
  size_t rebuild_size;
  logic rebuild_compare;
  level_key_t rebuild_compare_key;

  // Walks over the levels out of a ladder: refills, which an operation waits for, and fills.
  logic refill_begin, fill_begin, fill_wanted, fill_walk, fill_done, walk_read, walk_last;
  ptr_t walk_ptr;
  outs_t walk_outs;
  place_t fill_next;

  // What waits is taken instead, and the fill begins again later.
  assign fill_begin = state_q == StIdle && fill_next.valid && !waiting_i;
  assign fill_wanted = outs_wanted(
      side[own].out_count, side[own].outs.first.known, side[own].outs.second.known
  );
  assign fill_walk = state_q == StFillLook && fill_wanted && !waiting_i;
  assign fill_done = !waiting_i && ((state_q == StFillLook && !fill_wanted) ||
                                    (state_q == StFill && walk_last));

  book_walk u_walk (
    .clk_i,
    .rst_ni,
    .start_i   (refill_begin || fill_walk),
    .stop_i    (state_q == StFill && waiting_i),
    .ask_i     (own),
    .head_i    ((state_q == StFillLook) ? side[own].head : side_q.head),
    .read_o    (walk_read),
    .read_ptr_o(walk_ptr),
    .price_i   (walk_price_i),
    .size_i    (walk_size_i),
    .in_range_i(walk_in_range_i),
    .next_valid_i,
    .next_i,
    .last_o    (walk_last),
    .outs_o    (walk_outs)
  );

  place_t fill_put;
  assign fill_put = '{
          valid:
          rows_o.out_we
          != '0 && !
          idle_o
          && !
          rebuild_busy
          &&
          outs_wanted
          (
              rows_o.side.out_count, rows_o.side.outs.first.known, rows_o.side.outs.second.known
          ),
          slot: op_q.slot,
          ask: own
      };
  fill_list #(
    .Depth(4)
  ) u_fills (
    .clk_i,
    .rst_ni,
    .clear_i(core_reset_i || sweep),
    .put_i  (fill_put),
    .head_o (fill_next),
    .pop_i  (fill_done)
  );

  assign rebuild_begin = state_q == StRebuildInit && !rows_i.side_fresh[rebuild_side_q];

  book_rebuild u_rebuild (
    .clk_i,
    .rst_ni,
    .core_reset_i,
    .start_i      (rebuild_begin),
    .slot_i       (op_q.slot),
    .ask_i        (rebuild_side_q),
    .side_i       (side[rebuild_side_q]),
    .bitmap_i     (ladder_row_i),
    .centre_i     (old_centre_q[rebuild_side_q]),
    .tick_i       (tick),
    .busy_o       (rebuild_busy),
    .done_o       (rebuild_done),
    .side_o       (rebuild_side),
    .lookup_o     (rebuild_lookup),
    .lookup_key_o (rebuild_lookup_key),
    .compare_o    (rebuild_compare),
    .compare_key_o(rebuild_compare_key),
    .hit_i,
    .ptr_i,
    .hit_size_i,
    .read_o       (rebuild_read),
    .read_ptr_o   (rebuild_read_ptr),
    .price_i      (walk_price_i),
    .size_i       (walk_size_i),
    .next_valid_i,
    .next_i,
    .store_o      (rebuild_store),
    .link_o       (rebuild_link),
    .code_ask_o   (rebuild_code_ask),
    .code_take_o  (rebuild_code_take),
    .code_done_i,
    .code_i,
    .code_in_range_i,
    .ladder_set_o (rebuild_set_o),
    .ladder_code_o(rebuild_code),
    .ladder_size_o(rebuild_size)
  );
  assign rebuild_start_o = rebuild_begin;
  assign rebuild_store_o = rebuild_done;

  assign lookup_o = takes_levels || rebuild_lookup;
  assign lookup_key_o = rebuild_busy ? rebuild_lookup_key : '{
          ask: op_i.ask_side,
          slot: op_i.slot,
          price: op_i.price0
      };
  assign compare_o = (state_q == StLook && levels) || rebuild_compare;
  assign compare_key_o = rebuild_busy ? rebuild_compare_key : '{
          ask: own,
          slot: op_q.slot,
          price: op_q.price0
      };

  assign ladder_slot_o = slot;
  assign ladder_ask_o = (state_q == StRebuild) ? rebuild_side_q : own;
  assign ladder_read_o = takes_levels || state_q == StRebuildRead || (state_q == StLook && carry_q);
  assign ladder_read_slot_o = take_i ? op_i.slot[SlotW-1:0] : slot;
  assign ladder_read_ask_o = take_i ? op_i.ask_side : (carry_q ? own : rebuild_side_q);
  assign ladder_fresh_o = rows_i.side_fresh[own];
  assign ladder_behind_o = side[own].best_code;

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

  // Trade, bid, ask: a message has a trade or quotes, never both.
  always_comb begin
    if (todo_q[KindIdxTrade]) emit_kind = 2'd2;
    else if (todo_q[KindIdxBid]) emit_kind = 2'd0;
    else emit_kind = 2'd1;
    if (state_q == StPick && !todo_q[KindIdxTrade]) emit_kind = {1'b0, own};
  end

  always_comb begin
    emit = due_q[emit_kind];
    if (state_q == StPick && !todo_q[KindIdxTrade]) begin
      emit.quote = cand_q;
      emit.coder = 1'b0;
      emit.code = cand_code_q;
      emit.in_range = 1'b1;
    end
    emit_code = CodeEscape;
    emit_in_range = emit.in_range;
    if (emit.quote.valid) begin
      emit_code = emit.code;
      if (emit.coder) begin
        emit_code = code;
        emit_in_range = code_in_range_i;
      end
      // The ladder may still lean on the centre that the slot's last instrument had.
      if (!centre[emit_kind].valid) emit_code = CodeEscape;
    end
    emit_fire = pick_fire;
    // A trade goes out while the next best is chosen.
    if (state_q == StEmit || (state_q == StPick && todo_q[KindIdxTrade])) begin
      emit_fire = out_free_i && (!emit.quote.valid || !emit.coder || code_done_i);
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
  quote_t first_out;
  assign first_out = '{
          valid: 1'b1,
          price: side_q.outs.first.price,
          size: side_q.outs.first.size
      };
  assign refill_begin = state_q == StPick && !pick_ladder && !pick_out;

  always_comb begin
    pick_ladder = 1'b0;
    pick_out = 1'b0;
    pick_differs = 1'b0;
    pick_fire = 1'b0;
    if (state_q == StPick) begin
      // No out level beats the ladder, or there is none at all (then an empty candidate is the answer).
      pick_ladder = side_q.out_count == '0 ||
          (cand_q.valid && better(own, cand_q.price, side_q.outs.first.price));
      pick_out = !pick_ladder && side_q.outs.first.known;
      pick_differs = op_q.complete && differs(cand_q, published[own]);
      // The shortcut past StEmit; a coded price is in range, so it moves no centre unless the register is 0.
      pick_fire = pick_ladder && pick_differs && cand_q.valid && out_free_i && recentre_run_i != '0
               && centre[{1'b0, own}].valid && !todo_q[KindIdxTrade]
               && !(own && todo_q[KindIdxBid]);
    end
  end

  // The side after the level operation of StCommit, or after the removal of the best in StFound.
  side_t side_next;
  book_side u_side (
    .side_i     (side_q),
    .act_i      (act_q),
    .ptr_i,
    .price_i    (op_q.price0),
    .total_i    (total_q),
    .best_i     (becomes_best_q),
    .new_code_i (code_i),
    .in_range_i (code_in_range_i),
    .old_code_i (hit_code_i),
    .beats_out_i(p_beats_out_q),
    .is_out_i   (p_is_out_q),
    .next_valid_i,
    .next_i,
    .open_i     (!op_q.complete),
    .side_o     (side_next)
  );

  // ---------------------------------------------------------------------------------------------- coder

  // What a level operation does, decided in cycle 2.
  act_e level_act;
  logic level_best, level_coded, absent, overflow, clamped;
  size_t total, level_size;
  logic early;         // the level is written in cycle 2
  side_t side_early;
  assign level_size = same_level_q ? total_q : hit_size_i;
  level_change u_change (
    .set_i     (op_q.op == OpLevel),
    .add_i     (op_q.order_add),
    .shares_i  (op_q.size0[31:0]),
    .hit_i,
    .size_i    (level_size),
    .room_i    (free_i),
    .act_o     (level_act),
    .total_o   (total),
    .absent_o  (absent),
    .overflow_o(overflow),
    .clamped_o (clamped)
  );
  assign level_best = (level_act == ActResize && p_equal_q) ||
      (level_act == ActInsert && p_better_q);
  assign level_coded = level_act == ActInsert || (level_best && op_q.complete);

  // An order that leaves both sides as they are published, and publishes nothing.
  logic quiet, late, settled;
  assign quiet = op_q.op == OpOrder && op_q.complete && op_q.order_last && !op_q.order_trade
              && !op_q.mark_bad && differs_q == '0 && !p_equal_q;
  // Or the first half of a U: then the size of the best may change.
  logic first_half;
  assign first_half = op_q.op == OpOrder && !op_q.complete && !op_q.order_last && !op_q.order_add
                   && !op_q.order_trade && !op_q.mark_bad;
  // Nothing is asked of the coder, the links or the search.
  assign early = state_q == StDecide && (quiet || first_half) &&
      (level_act == ActResize ||
       (level_act == ActRemove && !p_equal_q && hit_code_i != CodeEscape));
  assign late = state_q == StSum && quiet && act_q == ActRemove && hit_code_i == CodeEscape;
  assign settled = state_q == StCommit && quiet && todo_q == '0 && act_q == ActInsert;

  // What may follow at once: memories show it what is written in this cycle, but for its own side and, if a place of the
  // ladder is cleared, for a search there.
  logic same_place, stays, chains;
  assign stays = op_q.complete && (late || level_act == ActResize);
  assign same_place = op_i.slot == op_q.slot && op_i.ask_side == own;
  assign chains = op_i.op == OpOrder && (same_place ? op_i.order_add || stays : op_q.complete);
  always_comb begin
    side_early = side_q;
    side_early.open = !op_q.complete;
    if (level_best) side_early.best.size = total;
    if (hit_code_i == CodeEscape && p_is_out_q[0]) side_early.outs.first.size = total;
    if (hit_code_i == CodeEscape && p_is_out_q[1]) side_early.outs.second.size = total;
  end

  // An operation in the middle of its message publishes nothing and has no disposition: the next one can come at once.
  state_e ended;
  assign ended = (op_q.op == OpOrder && !op_q.complete && !op_q.order_last) ? StIdle : StFinish;

  // The last tick goes out, no centre moves: what it says is published in the same cycle.
  logic publishes, finishes;
  assign publishes = (op_q.op == OpQuote && !muted) || (levels && op_q.complete);
  assign finishes = state_q == StEmit && emit_fire && todo_rest == '0 && recentre_all == '0
                 && ended == StFinish;

  // A flag that this message itself raised is for the ticks of the next ones.
  logic was_bad, flags_slot, p_differs, told;
  always_comb begin
    was_bad = slot_bad;
    for (int unsigned i = 0; i < 2; i++) begin
      if (flagged_q[i].valid && flagged_q[i].slot == op_q.slot) was_bad = 1'b0;
    end
    told = op_q.op == OpControl && op_q.ctl == EvVisit && op_q.code[1:0] != 2'd0;
    if (told) was_bad = op_q.code[1];
    flags_slot = (levels && overflow) || (op_q.op == OpOrder && op_q.mark_bad);
    // Cycle 3: the level's new total, as best of its side, against what was published.
    p_differs  = differs('{valid: 1'b1, price: op_q.price0, size: total_q}, published[own]);
  end

  logic code_start, code_take;
  logic [1:0] code_kind;
  logic [63:0] code_price;
  assign code_ask_o = rebuild_busy ? rebuild_code_ask : '{
          start: code_start,
          kind: code_kind,
          price: code_price
      };
  assign code_take_o = rebuild_busy ? rebuild_code_take : code_take;
  always_comb begin
    code_start = 1'b0;
    code_cancel_o = 1'b0;
    code_take = 1'b0;
    code_kind = 2'd0;
    code_price = op_q.price0;
    unique case (state_q)
      StLook: begin
        code_start = levels || (op_q.op inside {OpQuote, OpTrade} && !muted);
        code_kind  = (op_q.op == OpTrade) ? 2'd2 : {1'b0, levels && own};
      end
      StDecide: begin
        code_cancel_o = (op_q.op == OpQuote && !(differs_q[0] && due_q[0].quote.valid))
                   || (levels && !level_coded);
        code_start = (op_q.op == OpQuote && differs_q[1] && due_q[1].quote.valid)
                  || (op_q.op == OpOrder && op_q.order_trade);
        code_kind = (op_q.op == OpOrder) ? 2'd2 : 2'd1;
        code_price = op_q.price1;
      end
      StCommit: code_take = coded_q;
      StEmit, StPick: code_take = emit_fire && emit.quote.valid && emit.coder;
      default: ;
    endcase
  end

  // ---------------------------------------------------------------------------------------------- writes

  logic commit;  // this cycle writes the level operation to the store and the ladder
  assign commit = state_q == StCommit || state_q == StFound || early || late;

  act_e commit_act;
  size_t commit_total;
  assign commit_act   = early ? level_act : act_q;
  assign commit_total = early ? total : total_q;

  always_comb begin
    store_read_o = rebuild_read || walk_read;
    store_ptr_o = rebuild_busy ? rebuild_read_ptr : (walk_read ? walk_ptr : ptr_i);
    store_o = '0;
    store_o.ptr = ptr_i;
    store_o.key = '{ask: own, slot: op_q.slot, price: op_q.price0};
    store_o.size = commit_total;
    store_o.code = code;
    store_o.in_range = code_in_range_i;
    link_o = '{
        next_we: 1'b0,
        next_ptr: ptr_i,
        next_valid: side_q.head_valid,
        next: side_q.head,
        prev_we: 1'b0,
        prev_ptr: side_q.head,
        prev: ptr_i
    };
    ladder_set_o = 1'b0;
    ladder_clear_o = 1'b0;
    ladder_wipe_o = 1'b0;
    ladder_code_o = code;
    ladder_size_o = commit_total;
    ladder_search_o = state_q == StLook && (op_q.op == OpOrder ? !op_q.order_add :
                                            op_q.op == OpLevel && op_q.size0[31:0] == '0);
    if (state_q == StDecide) store_read_o = levels && level_act == ActRemove && !early;
    if (commit) begin
      unique case (commit_act)
        ActInsert: begin
          store_o.insert = 1'b1;
          link_o.next_we = code == CodeEscape;
          link_o.prev_we = code == CodeEscape && side_q.head_valid;
          ladder_set_o   = code != CodeEscape;
          // The first level of a session: what the bitmap holds is of an older one.
          ladder_wipe_o  = code == CodeEscape && rows_i.side_fresh[own];
        end
        ActResize: begin
          store_o.resize = 1'b1;
          ladder_code_o  = hit_code_i;
          ladder_set_o   = hit_code_i != CodeEscape;
        end
        ActRemove: begin
          store_o.remove = 1'b1;
          link_o.next_we = hit_code_i == CodeEscape && ptr_i != side_q.head;
          link_o.next_ptr = prev_i;
          link_o.next_valid = next_valid_i;
          link_o.next = next_i;
          link_o.prev_we = hit_code_i == CodeEscape && ptr_i != side_q.head && next_valid_i;
          link_o.prev_ptr = next_i;
          link_o.prev = prev_i;
          ladder_code_o = hit_code_i;
          ladder_clear_o = hit_code_i != CodeEscape;
        end
        default: ;
      endcase
    end
    if (rebuild_busy) begin
      store_o = rebuild_store;
      link_o = rebuild_link;
      ladder_code_o = rebuild_code;
      ladder_size_o = rebuild_size;
    end
  end

  // Rows of the slot.
  always_comb begin
    rows_o = '0;
    rows_o.centre = centre[emit_kind];
    rows_o.published = {due_q[1].quote, due_q[0].quote};
    rows_o.side = side_q;
    rows_o.bad = slot_bad;
    rows_o.status = rows_i.status;
    unique case (state_q)
      StLook: begin
        // The host's word on a book: code[0] proven, code[1] not.
        rows_o.state_we = op_q.op == OpMark || told;
        rows_o.bad = op_q.op == OpMark || op_q.code[1];
      end
      StDecide: begin
        rows_o.state_we = flags_slot;
        rows_o.bad = 1'b1;
        rows_o.best_we[own] = early;
        rows_o.out_we[own] = early;
        rows_o.side = side_early;
      end
      StSum: begin
        rows_o.best_we[own] = late;
        rows_o.out_we[own] = late;
        rows_o.side = side_next;
      end
      StCommit: begin
        rows_o.best_we[own] = act_q != ActNone;
        rows_o.out_we[own] = act_q != ActNone;
        rows_o.side = side_next;
        // The ladder now leans on this centre, so it is live even if the host writes another.
        rows_o.centre_we[{1'b0, own}] = act_q == ActInsert;
        rows_o.centre = centre[{1'b0, own}];
      end
      StPick: begin
        rows_o.best_we[own] = pick_ladder || pick_out;
        rows_o.out_we[own]  = pick_ladder || pick_out;
        if (pick_ladder) begin
          rows_o.side.best = cand_q;
          rows_o.side.best_code = cand_q.valid ? cand_code_q : CodeEscape;
          rows_o.side.best_in_range = 1'b1;
        end else begin
          rows_o.side.best = first_out;
          rows_o.side.best_code = CodeEscape;
          rows_o.side.best_in_range = side_q.outs.first.in_range;
        end
      end
      StRecentre: begin
        rows_o.centre_we[recentre_kind] = out_free_i && divide_ok;
        rows_o.centre.valid = 1'b1;
        rows_o.centre.epoch = centre[recentre_kind].epoch + 8'd1;
        rows_o.centre.run = 8'd0;
        rows_o.centre.moves = centre[recentre_kind].moves + 7'd1;
        rows_o.centre.centre = divide_floor;
      end
      StSingle: begin
        rows_o.touched_we = out_free_i && op_q.op != OpSysStatus;
        rows_o.state_we = out_free_i && op_q.op == OpStatus;
        rows_o.status = op_q.code;
      end
      StVisit: begin
        rows_o.centre_we[visit_q] = out_free_i;
        rows_o.centre = centre[visit_q];
        rows_o.centre.moves = '0;
      end
      StChange: begin
        // The ladder still leans on the old centre, until it is empty or the next one is found.
        rows_o.centre_we[visit_q] = out_free_i;
        rows_o.centre = centre[visit_q];
        rows_o.centre.valid = 1'b0;
        rows_o.centre.run = 8'd0;
        rows_o.change_we = entry_change;
        rows_o.muted = !op_q.code[0];
        rows_o.state_we = entry_change;
        rows_o.bad = op_q.code[0];
        rows_o.status = 8'd0;
      end
      StFinish, StEmit: begin
        rows_o.published_we = {2{publishes && (state_q == StFinish || finishes)}};
      end
      StRebuild: begin
        rows_o.best_we[rebuild_side_q] = rebuild_done;
        rows_o.out_we[rebuild_side_q] = rebuild_done;
        rows_o.side = rebuild_side;
      end
      StFill: begin
        rows_o.out_we[own] = fill_done;
        rows_o.side = side[own];
        rows_o.side.outs = walk_outs;
      end
      default: ;
    endcase
    if (emit_fire) begin
      rows_o.touched_we = 1'b1;
      if (emit.quote.valid) begin
        rows_o.centre_we[emit_kind] = 1'b1;
        rows_o.centre.run = run_new;
      end
    end
  end

  // ---------------------------------------------------------------------------------------------- entries

  logic entry_recentre, entry_single, entry_control, entry_visit, entry_change;
  logic [1:0] entry_kind;

  assign entry_recentre = state_q == StRecentre && out_free_i && divide_ok;
  assign entry_single = state_q == StSingle && out_free_i;
  assign entry_control = state_q == StControl && out_free_i;
  assign entry_visit = state_q == StVisit && out_free_i;
  assign entry_change = state_q == StChange && visit_q == 2'd0 && out_free_i;
  assign entry_put_o = emit_fire || entry_recentre || entry_single || entry_control || entry_visit
                    || entry_change;
  always_comb begin
    entry_kind = emit_kind;
    if (state_q == StRecentre) entry_kind = recentre_kind;
    if (state_q == StVisit) entry_kind = visit_q;
  end

  book_entry u_entry (
    .tick_i     (emit_fire),
    .recentre_i (entry_recentre),
    .single_i   (entry_single),
    .control_i  (entry_control || entry_change),
    .refresh_i  (entry_visit),
    .op_i       (op_q),
    .rows_i,
    .flagged_i  (bad_q),
    .first_i    (!made_q),
    .kind_i     (entry_kind),
    .quote_i    (emit.quote),
    .size_high_i(trade_size_high_q),
    .code_i     (emit_code),
    .centre_i   (divide_floor),
    .entry_o
  );

  // ---------------------------------------------------------------------------------------------- sequence

  localparam logic [2:0] TodoTrade = 3'b100;

  logic rebuilding;
  assign rebuilding = state_q inside {StRebuildRead, StRebuildInit, StRebuild};
  assign stalled_o = state_q inside {StSweep, StDivideStart, StDivide} || rebuilding;
  assign background_o = stalled_o || state_q == StFinish || fill_next.valid;
  assign busy_o = !(idle_o || stalled_o || state_q == StFinish);

  // Where an operation goes with these ticks still due and these centres to move.
  function automatic state_e after_emit(input logic [2:0] rest, input logic [2:0] recentres);
    if (rest != '0) return StEmit;
    return (recentres != '0) ? StDivide : ended;
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
    end else if (core_reset_i) begin
      state_q <= StSweep;
      sweep_q <= '0;
      sweep_all_q <= 1'b1;
      gen_q <= 8'd1;
      rebuild_q <= '0;
      todo_q <= '0;
      recentre_q <= '0;
      in_message_q <= 1'b0;
    end else begin
      unique case (state_q)
        StSweep: begin
          sweep_q <= sweep_q + 1'b1;
          if (sweep_q == SweepW'(SweepRows - 1)) state_q <= StIdle;
        end

        StIdle, StFillLook, StFill: begin
          if (fill_begin) state_q <= StFillLook;
          if (fill_walk) state_q <= StFill;
          if (fill_done || (waiting_i && state_q != StIdle)) state_q <= StIdle;
          if (take_i) begin
            state_q <= StLook;
            in_message_q <= op_i.op == OpOrder && !op_i.order_last;
          end
        end

        StLook: begin
          unique case (op_q.op)
            OpLevel, OpOrder: state_q <= StDecide;
            OpQuote, OpTrade: state_q <= muted ? StFinish : StDecide;
            OpBreak, OpStatus, OpSysStatus: state_q <= muted ? StFinish : StSingle;
            OpControl: begin
              if (op_q.ctl == EvVisit) state_q <= rows_i.touched ? StVisit : StIdle;
              else if (op_q.ctl == EvSlot) state_q <= StChange;
              else state_q <= (op_q.ctl == EvMsg) ? StIdle : StControl;
            end
            default: state_q <= StIdle;
          endcase
        end

        StDecide: begin
          state_q <= StSum;
          if (op_q.op == OpTrade) todo_q <= TodoTrade;
          else todo_q <= {1'b0, differs_q};
          if (early) begin
            todo_q  <= '0;
            state_q <= take_i ? StLook : StIdle;
            if (take_i) in_message_q <= !op_i.order_last;
          end
        end

        StSum: begin
          if (late) begin
            state_q <= take_i ? StLook : StIdle;
            if (take_i) in_message_q <= !op_i.order_last;
          end else if (levels) begin
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

        StCommit: state_q <= settled ? StIdle : after_emit(todo_q, '0);

        StFound: state_q <= StPick;

        StPick: begin
          automatic logic [2:0] left = emit_fire ? todo_rest : todo_q;
          recentre_q <= recentre_all;
          todo_q <= left;
          if (pick_fire) begin
            state_q <= after_emit(left, recentre_all);
          end else if (pick_ladder || pick_out) begin
            automatic
            logic
            due = pick_ladder ? pick_differs : op_q.complete && differs(
                first_out, published[own]
            );
            todo_q  <= left | 3'(3'(due) << own);
            state_q <= after_emit(left | 3'(3'(due) << own), recentre_all);
          end else begin
            state_q <= StRefill;
          end
        end

        StRefill: if (walk_last) state_q <= StPick;

        StEmit: begin
          if (emit_fire) begin
            todo_q <= todo_rest;
            recentre_q <= recentre_all;
            state_q <= finishes ? StIdle : after_emit(todo_rest, recentre_all);
          end
        end

        StDivideStart: state_q <= StDivide;

        StDivide: if (divide_done) state_q <= StRecentre;

        StRecentre: begin
          if (!divide_ok || out_free_i) begin
            recentre_q <= recentre_rest;
            state_q <= (recentre_rest != '0) ? StDivideStart : StFinish;
            if (divide_ok && recentre_kind != 2'd2) rebuild_q[recentre_kind[0]] <= 1'b1;
          end
        end

        StSingle: if (out_free_i) state_q <= StFinish;

        StControl: begin
          if (out_free_i) begin
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

        StVisit, StChange: if (out_free_i && visit_q == 2'd2) state_q <= StIdle;

        StFinish: state_q <= (rebuild_q != '0) ? StRebuildRead : StIdle;

        StRebuildRead: state_q <= StRebuildInit;

        StRebuildInit: begin
          state_q <= StRebuild;
          if (!rebuild_begin) begin
            // Nothing of this side is live.
            rebuild_q[rebuild_side_q] <= 1'b0;
            state_q <= (rebuild_q[!rebuild_side_q]) ? StRebuildRead : StIdle;
          end
        end

        StRebuild: begin
          if (rebuild_done) begin
            rebuild_q[rebuild_side_q] <= 1'b0;
            state_q <= (rebuild_q[!rebuild_side_q]) ? StRebuildRead : StIdle;
          end
        end

        default: state_q <= StSweep;
      endcase
    end
  end

  // ---------------------------------------------------------------------------------------------- data

  always_ff @(posedge clk_i) begin
    unique case (state_q)
      StIdle, StFillLook, StFill:
      if (fill_begin) begin
        op_q.slot <= fill_next.slot;
        op_q.ask_side <= fill_next.ask;
      end else if (take_i) begin
        op_q <= op_i;
        if (!in_message_q) begin
          made_q <= 1'b0;
          flagged_q <= '{default: '0};
        end
        visit_q <= 2'd0;
        rebuild_side_q <= 1'b0;
        carry_q <= 1'b0;
        same_level_q <= 1'b0;
      end

      StLook: begin
        carry_q <= 1'b0;
        bad_q <= op_q.bad || op_q.untracked || was_bad;
        event_open_q <= op_q.op == OpLevel && !op_q.complete;
        if (muted) begin
          op_q.complete <= 1'b0;
          op_q.order_trade <= 1'b0;
        end
        trade_size_high_q <= (op_q.op == OpOrder) ? '0 : op_q.size0[63:SizeBits];
        due_q[2] <= '{
            quote: '{valid: 1'b1, price: op_q.price0, size: op_q.size0[SizeBits-1:0]},
            coder: 1'b1,
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
                coder: 1'b0,
                code: side[s].best_code,
                in_range: side[s].best_in_range
            };
          end
          p_better_q <= !side[own].best.valid || better(own, op_q.price0, side[own].best.price);
          p_equal_q <= side[own].best.valid && op_q.price0 == side[own].best.price;
          p_beats_out_q[0] <= better(own, op_q.price0, side[own].outs.first.price);
          p_beats_out_q[1] <= better(own, op_q.price0, side[own].outs.second.price);
          p_is_out_q[0] <= side[own].outs.first.known && op_q.price0 == side[own].outs.first.price;
          p_is_out_q[1] <=
              side[own].outs.second.known && op_q.price0 == side[own].outs.second.price;
          side_q <= side[own];
        end else begin
          automatic logic has_bid = op_q.size0[31:0] != '0;
          automatic size_t bid_size = size_t'(op_q.size0[31:0]);
          automatic quote_t bid = '{valid: has_bid, price: op_q.price0, size: bid_size};
          automatic
          quote_t
          ask = '{
              valid: op_q.size1 != '0,
              price: op_q.price1,
              size: size_t'(op_q.size1)
          };
          differs_q <= {differs(ask, published[1]), differs(bid, published[0])};
          due_q[0]  <= '{quote: bid, coder: 1'b1, code: CodeEscape, in_range: 1'b0};
          due_q[1]  <= '{quote: ask, coder: 1'b1, code: CodeEscape, in_range: 1'b0};
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
        if (early) begin
          side_q <= side_early;
        end
        // What is taken here follows.
        if (take_i) begin
          op_q <= op_i;
          carry_q <= same_place;
          same_level_q <= same_place && level_act == ActResize && op_i.price0 == op_q.price0;
          if (op_q.order_last) begin
            made_q <= 1'b0;
            flagged_q <= '{default: '0};
          end
        end
      end

      StSum: begin
        if (late) side_q <= side_next;
        if (take_i) begin
          op_q <= op_i;
          carry_q <= same_place;
          same_level_q <= 1'b0;
          made_q <= 1'b0;
          flagged_q <= '{default: '0};
        end
      end

      StCommit: begin
        side_q <= side_next;
        if (becomes_best_q && coded_q) begin
          due_q[{1'b0, own}].coder <= 1'b0;
          due_q[{1'b0, own}].code <= code;
          due_q[{1'b0, own}].in_range <= code_in_range_i;
        end
      end

      StFound: begin
        side_q <= side_next;
        cand_q.valid <= ladder_found_i;
        cand_q.price <= price_of(centre[{1'b0, own}].centre, ladder_found_code_i, tick);
        cand_q.size <= ladder_found_size_i;
        cand_code_q <= ladder_found_code_i;
      end

      StPick: begin
        if (pick_ladder) begin
          due_q[{
            1'b0, own
          }] <=
          '{quote: cand_q, coder: 1'b0, code: cand_code_q, in_range: 1'b1};
        end else if (pick_out) begin
          due_q[{
            1'b0, own
          }] <=
          '{
              quote: first_out,
              coder: 1'b0,
              code: CodeEscape,
              in_range: side_q.outs.first.in_range
          };
        end
      end

      StRefill: if (walk_last) side_q.outs <= walk_outs;

      StVisit, StChange: if (out_free_i) visit_q <= visit_q + 2'd1;

      StFinish: rebuild_side_q <= !rebuild_q[0];

      StRecentre:
      if (divide_ok && out_free_i && recentre_kind != 2'd2) begin
        old_centre_q[recentre_kind[0]] <= centre[recentre_kind].centre;
      end

      StRebuildInit: if (!rebuild_begin) rebuild_side_q <= 1'b1;

      StRebuild: if (rebuild_done) rebuild_side_q <= 1'b1;

      default: ;
    endcase
    if (emit_fire || state_q == StSingle) made_q <= 1'b1;
  end

  // ---------------------------------------------------------------------------------------------- counting

  logic ended_here;
  assign ended_here = state_q == StFinish || finishes || early || late || settled;
  logic single_fire;
  assign single_fire = state_q == StSingle && out_free_i;

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
      disp_valid_o <= ended_here && !core_reset_i && (op_q.op != OpOrder || op_q.order_last);
      tick_valid_o <= (emit_fire || single_fire) && !core_reset_i;
      escape_o <= emit_fire && emit.quote.valid && emit_code == CodeEscape;
      recentre_o <= state_q == StRecentre && divide_ok && out_free_i;
      refresh_o <= state_q == StVisit && out_free_i;
      absent_level_o <= state_q == StDecide && levels && absent;
      level_overflow_o <= state_q == StDecide && levels && overflow;
      level_clamped_o <= state_q == StDecide && levels && clamped;
      recentre_held_o <= (emit_fire && want_recentre && !may_recentre)
                      || (state_q == StRecentre && !divide_ok);
      stalled_q <= rebuilding && (stalled_q || waiting_i);
      refill_cycle_o <= state_q == StRefill || (rebuilding && waiting_i);
      refill_stall_o <= refill_begin || (rebuilding && waiting_i && !stalled_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (ended_here) begin
      if (made_q || finishes) disp_o <= DispTicked;
      else disp_o <= event_open_q ? DispEventOpen : DispNoChange;
    end
    if (emit_fire || single_fire) tick_kind_o <= entry_o.kind;
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  always_ff @(posedge clk_i) begin
    if (rst_ni && !core_reset_i && $time != 0) begin
      if (take_i && !(op_i.op inside {OpDone, OpSysStatus, OpControl})) begin
        assert (op_i.slot < 12'(Slots))
        else $error("book_engine: slot out of range");
      end
      assert (!take_i || idle_o || chain_o)
      else $error("book_engine: operation while busy");
      if (state_q == StCommit && coded_q)
        assert (code_done_i)
        else $error("book_engine: code is late");
      if (state_q == StDecide && levels && hit_i) begin
        assert (!p_better_q)
        else $error("book_engine: a level beats the best");
      end
      if (state_q == StDecide && levels && p_equal_q) begin
        assert (hit_i)
        else $error("book_engine: the best is no level");
      end
      if (refill_begin || fill_walk) begin
        assert (fill_walk ? side[own].head_valid : side_q.head_valid)
        else $error("book_engine: out levels are not linked");
      end
      if (!divide_done)
        assert (recentre_q != '0 || sweep)
        else $error("book_engine: division left behind in state %0d", state_q);
      if (state_q == StPick)
        assert (!recentre_asked || todo_q[KindIdxTrade])
        else $error("book_engine: a coded price moves its centre");
      if (recentre_asked)
        // Trade, bid, ask.
        assert (recentre_q == '0 || recentre_kind == 2'd2 || emit_kind > recentre_kind)
        else $error("book_engine: centres move out of order");
      if (state_q == StFinish)
        assert (recentre_q == '0)
        else $error("book_engine: a centre did not move");
    end
  end
`endif

endmodule

`default_nettype wire
