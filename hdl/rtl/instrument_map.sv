// Operations get their slot; ITCH messages of orders become changes of levels (card model, section 5).
//
// IEX: by symbol (symbol_table), one operation a cycle. ITCH: by locate (locate_table, learned), else by symbol; orders
// by reference (order_table). What has no slot or no order ends here, with its disposition. Control and system events
// pass. Two cycles latency; for ITCH both tables are read one cycle earlier, when the event is taken (`early_*`):
//
//   cycle 0  event taken: order and locate rows are read    cycle 2  Main: order or level change known
//   cycle 1  compare; count of the slot is read             cycle 3  op_o
//
// Steps of a message (one cycle each, more when the book does not take what is offered):
//   Main     emits an operation, or ends the message
//   Resolve  the locate is not learned, or R: the slot by symbol; teaches
//   Read     compares again with the slot now known, reads its count
// Usual:      Main                               U: Main (takes the original out), Read, Main (the new one)
// New locate: Resolve, Read, Main                reused reference: Main (takes the old order out), Main
// An order in another slot than its locate tells costs a Main more, which reads that slot's count. So does a living order
// whose reference an A without a slot reuses: it is taken out, and that is all.
//
// `open_o` tells when an ITCH event may be taken: every second cycle at the most. EvRestart forgets orders, locates and
// counts by stepping their generation; `sweep_o` (numbers used up, after reset) keeps ITCH events out.

`default_nettype none

module instrument_map
  import esc_pkg::*;
  import esc_counter_pkg::*;
  import itch_pkg::*;
#(
  parameter int unsigned MapLog2       = 8,
  parameter int unsigned Slots         = 64,
  parameter int unsigned OrderSetsLog2 = 16,
  parameter int unsigned OrderWays     = 16,
  parameter int unsigned LocateLog2    = 16,
  parameter int unsigned GenBits       = 8
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i, // forgets orders, locates and counts; symbols stay

  // Host writes one row of the symbol table.
  input wire logic        cfg_valid_i,
  input wire logic        cfg_way_i,
  input wire logic [15:0] cfg_index_i,
  input wire logic [63:0] cfg_symbol_i,
  input wire logic [11:0] cfg_slot_i,
  input wire logic        cfg_entry_valid_i,

  // ITCH only: the event that comes as op_i in the next cycle, and when one may be taken.
  input  wire logic        early_valid_i,
  input  wire logic [63:0] early_key_i,
  input  wire logic [15:0] early_locate_i,
  output logic             open_o,

  input  wire logic  op_valid_i,
  output logic       op_ready_o,
  input  wire op_t   op_i,
  input  wire logic  itch_mode_i,  // the feed is ITCH; itch_i counts
  input  wire itch_t itch_i,

  output logic      op_valid_o,
  input  wire logic op_ready_i,
  output op_t       op_o,

  output logic       disp_valid_o,  // a message ended here
  output logic [3:0] disp_o,        // unmapped, unknown_ref or no_change

  // Events of the card model, one pulse each.
  output logic reused_ref_o,
  output logic table_overflow_o,
  output logic over_execution_o,

  output logic busy_o,
  output logic sweep_o  // tables are being emptied: ITCH waits
);

  localparam int unsigned SlotW = (Slots > 1) ? $clog2(Slots) : 1;
  localparam int unsigned SweepRows = 2 ** ((OrderSetsLog2 > LocateLog2) ?
      ((OrderSetsLog2 > SlotW) ? OrderSetsLog2 : SlotW) :
      ((LocateLog2 > SlotW) ? LocateLog2 : SlotW));
  localparam int unsigned SweepW = $clog2(SweepRows);

  typedef enum logic [1:0] {
    StMain,
    StResolve,
    StRead
  } step_e;

  // Pipeline state --------------------------------------------------------------------------------
  logic s2_valid_q;
  op_t s2_op_q;
  itch_t s2_itch_q;
  step_e step_q;
  logic learned_q;           // the slot is known: by locate, by symbol, or the original's
  logic mapped_q;            // and there is one
  logic [11:0] slot_q;       // namely; else SlotNone
  logic removed_q;           // a reused reference: the old order is out already
  logic count_of_order_q;    // the count read is that of the order's slot, not of slot_q

  logic move;                // op_i becomes s2
  logic out_free;
  logic go;                  // the step is done in this cycle
  logic last;                // and with it the message
  logic emit;
  logic is_restart;

  // Tables ----------------------------------------------------------------------------------------
  logic [GenBits-1:0] generation;
  logic [SweepW-1:0] sweep_row;
  logic core_reset_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) core_reset_q <= 1'b0;
    else core_reset_q <= core_reset_i;
  end

  generation #(
    .GenBits(GenBits),
    .Rows   (SweepRows)
  ) u_generation (
    .clk_i,
    .rst_ni,
    .step_i     ((core_reset_i && !core_reset_q) || (go && is_restart)),
    .gen_o      (generation),
    .sweep_o,
    .sweep_row_o(sweep_row)
  );

  logic symbol_hit;
  logic [11:0] symbol_slot;
  symbol_table #(
    .MapLog2(MapLog2),
    .Slots  (Slots)
  ) u_symbols (
    .clk_i,
    .rst_ni,
    .cfg_valid_i,
    .cfg_way_i,
    .cfg_index_i,
    .cfg_symbol_i,
    .cfg_slot_i,
    .cfg_entry_valid_i,
    .lookup_i       (move),
    .lookup_symbol_i(op_i.symbol),
    .key_i          (s2_op_q.symbol),
    .hit_o          (symbol_hit),
    .slot_o         (symbol_slot)
  );

  logic locate_learned, locate_mapped, teach;
  logic [11:0] locate_slot, known_slot;
  assign known_slot = (locate_learned && locate_mapped) ? locate_slot : SlotNone;
  locate_table #(
    .LocateLog2(LocateLog2),
    .GenBits   (GenBits)
  ) u_locates (
    .clk_i,
    .rst_ni,
    .gen_i          (generation),
    .lookup_i       (early_valid_i),
    .lookup_locate_i(early_locate_i),
    .key_i          (itch_i.locate),
    .learned_o      (locate_learned),
    .mapped_o       (locate_mapped),
    .slot_o         (locate_slot),
    .teach_i        (teach),
    .teach_locate_i (s2_itch_q.locate),
    .teach_mapped_i (symbol_hit),
    .teach_slot_i   (symbol_slot),
    .sweep_i        (sweep_o && 32'(sweep_row) < 2 ** LocateLog2),
    .sweep_row_i    (sweep_row[LocateLog2-1:0])
  );

  logic order_compare, order_hit, order_full, order_differs, order_write, order_live, lookup_new;
  order_t order, order_data;
  order_table #(
    .SetsLog2(OrderSetsLog2),
    .Ways    (OrderWays),
    .GenBits (GenBits)
  ) u_orders (
    .clk_i,
    .rst_ni,
    .gen_i        (generation),
    .lookup_i     (early_valid_i || lookup_new),
    .lookup_key_i (lookup_new ? s2_itch_q.new_key : early_key_i),
    .compare_i    (order_compare),
    .key_i        (move ? itch_i.key : s2_itch_q.key),
    .slot_i       (move ? known_slot : slot_q),
    .hit_o        (order_hit),
    .full_o       (order_full),
    .differs_o    (order_differs),
    .order_o      (order),
    .write_i      (order_write),
    .write_live_i (order_live),
    .write_order_i(order_data),
    .sweep_i      (sweep_o && 32'(sweep_row) < 2 ** OrderSetsLog2),
    .sweep_set_i  (sweep_row[OrderSetsLog2-1:0])
  );

  // Hashes of an event's references stand from the cycle in which it is taken.
  logic [31:0] hash, new_hash, hash_q, new_hash_q;
  key_hash #(
    .KeyBytes(8)
  ) u_hash (
    .key_i (itch_i.key),
    .hash_o(hash)
  );
  key_hash #(
    .KeyBytes(8)
  ) u_new_hash (
    .key_i (itch_i.new_key),
    .hash_o(new_hash)
  );

  logic count_read, more_untracked, odd_untracked, count_add, count_sub, count_rename;
  logic [11:0] count_slot;
  untracked_counts #(
    .Slots  (Slots),
    .GenBits(GenBits)
  ) u_untracked (
    .clk_i,
    .gen_i       (generation),
    .read_i      (count_read),
    .slot_i      (count_slot[SlotW-1:0]),
    .more_o      (more_untracked),
    .odd_o       (odd_untracked),
    .add_i       (count_add),
    .sub_i       (count_sub),
    .rename_i    (count_rename),
    .hash_i      (hash_q),
    .new_hash_i  (new_hash_q),
    .sweep_i     (sweep_o && 32'(sweep_row) < Slots),
    .sweep_slot_i(sweep_row[SlotW-1:0])
  );

  // A learned locate needs no symbol; slots are below Slots.
  logic unused;
  assign unused     = ^{s2_itch_q.by_symbol, count_slot};

  // Flow ------------------------------------------------------------------------------------------
  assign out_free   = !op_valid_o || op_ready_i;
  assign go         = s2_valid_q && out_free;
  assign op_ready_o = !s2_valid_q || (go && last);
  assign move       = op_valid_i && op_ready_o;
  assign is_restart = s2_op_q.op == OpControl && s2_op_q.ctl == EvRestart;
  // Tables must not be read before a restart has emptied them.
  assign open_o     = !op_valid_i && op_ready_o && !sweep_o && !(s2_valid_q && is_restart);

  assign busy_o     = s2_valid_q || op_valid_o || (itch_mode_i && sweep_o);

  // What this step does ---------------------------------------------------------------------------
  logic is_itch;                // a message that the tables know about
  logic needs_symbol;           // IEX
  logic mapped;
  logic want_order;             // the next operation is about the order's slot
  logic read_count_first;
  logic over;
  logic [31:0] taken_shares, left_shares;
  logic insert, remove, change;
  logic disp_valid;
  msg_disp_e disp;

  always_comb begin
    is_itch = s2_itch_q.cmd != CmdPass;
    needs_symbol = !is_itch && s2_op_q.op != OpControl && s2_op_q.op != OpSysStatus;
    mapped = learned_q && mapped_q;

    // Shares taken from the order: what is told, at most what it has.
    over = s2_itch_q.cmd == CmdReduce && s2_op_q.size0[31:0] > order.shares;
    taken_shares = (s2_itch_q.cmd == CmdReduce && !over) ? s2_op_q.size0[31:0] : order.shares;
    left_shares = order.shares - taken_shares;

    want_order = order_hit && !removed_q;
    read_count_first = is_itch && s2_itch_q.cmd != CmdPlain && order_differs &&
        want_order != count_of_order_q;
  end

  always_comb begin
    last = 1'b1;
    emit = 1'b0;
    insert = 1'b0;  // the new order goes in, and onto its level
    remove = 1'b0;  // all of an order goes off its level: U's original, or of a reused reference
    change = 1'b0;  // E C X D
    disp_valid = 1'b0;
    disp = DispUnmapped;
    count_sub = 1'b0;
    count_rename = 1'b0;

    if (step_q == StMain) begin
      unique case (s2_itch_q.cmd)
        CmdPass: begin
          emit = !needs_symbol || symbol_hit;
          disp_valid = !emit;
        end
        CmdPlain: begin
          disp_valid = !mapped || (s2_itch_q.zero_ends && s2_op_q.size0 == 64'd0);
          if (mapped) disp = DispNoChange;
          emit = !disp_valid;
        end
        CmdAdd: begin
          if (!mapped && !want_order) begin
            disp_valid = 1'b1;
          end else if (read_count_first) begin
            last = 1'b0;
          end else begin
            emit   = 1'b1;
            remove = want_order;
            insert = !want_order;
            last   = insert || !mapped;
          end
        end
        CmdReduce, CmdDelete, CmdReplace: begin
          if (order_hit) begin
            emit   = !read_count_first;
            remove = emit && s2_itch_q.cmd == CmdReplace;
            change = emit && s2_itch_q.cmd != CmdReplace;
            last   = change;
          end else begin
            disp_valid = 1'b1;
            if (!learned_q || mapped_q) disp = DispUnknownRef;
            // With untracked orders it may be one of them; when the last one leaves it shows whether all were.
            emit = mapped && (!more_untracked || (s2_itch_q.cmd == CmdDelete && odd_untracked));
            count_sub = go && mapped && more_untracked && s2_itch_q.cmd == CmdDelete;
            count_rename = go && mapped && more_untracked && s2_itch_q.cmd == CmdReplace;
          end
        end
        default: ;  // CmdTeach never gets here
      endcase
    end else begin
      last = step_q == StResolve && s2_itch_q.cmd == CmdTeach;
    end
  end

  assign teach = go && step_q == StResolve && s2_itch_q.cmd inside {CmdTeach, CmdAdd};

  assign lookup_new = go && remove && s2_itch_q.cmd == CmdReplace;
  assign order_compare = (move && itch_mode_i) || (go && step_q == StRead);
  // Of an A the new order is written over the old one, if it has a slot.
  assign order_write = go && ((insert && (order_hit || !order_full)) || change || lookup_new ||
                              (remove && last));
  assign order_live = insert || (change && s2_itch_q.cmd == CmdReduce && left_shares != 32'd0);
  always_comb begin
    order_data = order;
    if (insert) begin
      order_data = '{
          slot: slot_q,
          ask: s2_op_q.ask_side,
          price: s2_op_q.price0[31:0],
          shares: s2_op_q.size0[31:0]
      };
    end else begin
      order_data.shares = left_shares;
    end
  end

  // Whose count: in cycle 1 that of the locate's slot, or of the visit's; later that of the step's slot.
  always_comb begin
    count_read = 1'b0;
    count_slot = slot_q;
    if (move) begin
      if (op_i.op == OpControl) begin
        count_read = itch_mode_i && op_i.ctl == EvVisit;
        count_slot = op_i.slot;
      end else begin
        count_read = itch_mode_i && itch_i.cmd != CmdPass && known_slot != SlotNone;
        count_slot = known_slot;
      end
    end else if (go && step_q == StRead) begin
      count_read = mapped_q;
    end else if (go && step_q == StMain && !last) begin
      count_read = read_count_first;
      if (want_order) count_slot = order.slot;
    end
  end
  assign count_add = go && insert && order_full && !order_hit;

  // Registers -------------------------------------------------------------------------------------
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      s2_valid_q <= 1'b0;
      op_valid_o <= 1'b0;
      disp_valid_o <= 1'b0;
      reused_ref_o <= 1'b0;
      table_overflow_o <= 1'b0;
      over_execution_o <= 1'b0;
    end else if (core_reset_i) begin
      s2_valid_q <= 1'b0;
      op_valid_o <= 1'b0;
      disp_valid_o <= 1'b0;
      reused_ref_o <= 1'b0;
      table_overflow_o <= 1'b0;
      over_execution_o <= 1'b0;
    end else begin
      if (op_ready_o) s2_valid_q <= op_valid_i;
      if (out_free) op_valid_o <= s2_valid_q && emit;
      disp_valid_o <= go && disp_valid;
      reused_ref_o <= go && remove && s2_itch_q.cmd == CmdAdd;
      table_overflow_o <= count_add;
      over_execution_o <= go && change && over;
    end
  end

  always_ff @(posedge clk_i) begin
    if (go) disp_o <= disp;
    if (go && emit) begin
      op_o <= s2_op_q;
      if (needs_symbol) op_o.slot <= symbol_slot;
      if (is_itch) op_o.slot <= slot_q;
      op_o.untracked <= more_untracked && itch_mode_i && (is_itch || s2_op_q.ctl == EvVisit) &&
          s2_op_q.op != OpSysStatus;
      op_o.mark_bad <= 1'b0;
      if (insert) begin
        op_o.op <= OpOrder;
        op_o.order_add <= 1'b1;
        op_o.order_last <= 1'b1;
        op_o.mark_bad <= removed_q;
        if (order_full && !order_hit) begin
          op_o.size0 <= 64'd0;  // not in the table: no effect on its level
          op_o.untracked <= 1'b1;  // so a best that this message moved may be wrong
        end
      end else if (remove) begin
        op_o.slot <= order.slot;
        op_o.ask_side <= order.ask;
        op_o.price0 <= 64'(order.price);
        op_o.size0 <= 64'(order.shares);
        // A reused reference in another slot: that slot has its own comparison and its own mark.
        op_o.complete <= s2_itch_q.cmd == CmdAdd && order_differs;
        op_o.order_last <= last;
        op_o.mark_bad <= s2_itch_q.cmd == CmdAdd && order_differs;
      end else if (change) begin
        op_o.slot <= order.slot;
        op_o.ask_side <= order.ask;
        op_o.price0 <= 64'(order.price);
        op_o.size0 <= 64'(taken_shares);
        op_o.order_trade <= s2_itch_q.trade;
        op_o.price1 <= s2_itch_q.own_price ? 64'(order.price) : s2_op_q.price0;
        op_o.size1 <= s2_op_q.size0[31:0];
        op_o.code <= order.ask ? 8'd1 : 8'd2;
        op_o.order_last <= 1'b1;
        op_o.mark_bad <= over;
      end else if (disp_valid && disp == DispUnknownRef) begin
        op_o.op <= OpMark;
        op_o.mark_bad <= 1'b1;
      end
    end
    if (move) begin
      s2_op_q   <= op_i;
      s2_itch_q <= itch_i;
      if (itch_mode_i) begin
        hash_q <= hash;
        new_hash_q <= new_hash;
      end
      learned_q <= locate_learned;
      mapped_q <= locate_mapped;
      slot_q <= known_slot;
      removed_q <= 1'b0;
      count_of_order_q <= 1'b0;
      step_q <= StMain;
      if (!itch_mode_i) s2_itch_q.cmd <= CmdPass;
      else if (itch_i.cmd == CmdTeach || (itch_i.by_symbol && itch_i.cmd != CmdPass &&
                                          !locate_learned))
        step_q <= StResolve;
    end else if (go && !last) begin
      unique case (step_q)
        StResolve: begin
          step_q <= StRead;
          learned_q <= 1'b1;
          mapped_q <= symbol_hit;
          slot_q <= symbol_hit ? symbol_slot : SlotNone;
        end
        StRead: begin
          step_q <= StMain;
          count_of_order_q <= 1'b0;
        end
        default: begin
          if (read_count_first) begin
            count_of_order_q <= want_order;
          end else if (s2_itch_q.cmd == CmdAdd) begin
            removed_q <= 1'b1;
          end else begin
            // The rest of a U: an A of the new reference with slot and side of the original.
            step_q <= StRead;
            s2_itch_q.cmd <= CmdAdd;
            s2_itch_q.key <= s2_itch_q.new_key;
            hash_q <= new_hash_q;
            s2_op_q.ask_side <= order.ask;
            slot_q <= order.slot;
            learned_q <= 1'b1;
            mapped_q <= 1'b1;
          end
        end
      endcase
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    op_valid_o && !op_ready_i |=> op_valid_o && $stable(
      op_o
  ))
  else $error("instrument_map: operation changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni || $time == 0)
    op_valid_o && op_o.op != OpControl && op_o.op != OpSysStatus |-> op_o.slot < 12'(Slots))
  else $error("instrument_map: slot out of range");
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    itch_mode_i && op_valid_i |-> op_ready_o)
  else $error("instrument_map: an ITCH message waits in front, its rows may be gone");
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    early_valid_i |-> open_o && !lookup_new)
  else $error("instrument_map: a lookup while another message works on its rows");
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    s2_valid_q && step_q == StMain |-> s2_itch_q.cmd != CmdTeach)
  else $error("instrument_map: R in the main step");
`endif

endmodule

`default_nettype wire
