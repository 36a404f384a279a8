// The entry that the slow engine sends: combinational.

`default_nettype none

module book_entry
  import esc_pkg::*;
  import book_pkg::*;
  import esc_line_pkg::KindBid, esc_line_pkg::KindTradeBreak, esc_line_pkg::KindStatus,
         esc_line_pkg::KindGap, esc_line_pkg::KindRecentre, esc_line_pkg::KindRefresh,
         esc_line_pkg::KindVoid, esc_line_pkg::KindHeartbeat, esc_line_pkg::KindRestart,
         esc_line_pkg::KindSlotAssigned, esc_line_pkg::KindSlotReleased,
         esc_line_pkg::FlagMaybeBadBook;
(
  // One of these.
  input wire logic tick_i,      // bid, ask or trade
  input wire logic recentre_i,
  input wire logic single_i,    // trade break or status
  input wire logic control_i,
  input wire logic refresh_i,

  input wire op_t   op_i,
  input wire rows_t rows_i,
  input wire logic  flagged_i,
  input wire logic  first_i,    // no tick of this message went before

  input wire logic   [        1:0] kind_i,       // tick, recentre, refresh: price kind
  input wire quote_t               quote_i,      // tick
  input wire logic   [63:SizeBits] size_high_i,  // of a trade
  input wire logic   [        7:0] code_i,
  input wire logic   [       63:0] centre_i,     // recentre: the new one

  output entry_t entry_o
);

  logic is_trade, side;
  assign is_trade = kind_i == 2'(KindIdxTrade);
  assign side = kind_i[0];

  // Rows say more than an entry.
  logic unused;
  assign unused = ^{rows_i, op_i};

  always_comb begin
    entry_o = '0;
    if (tick_i || recentre_i || single_i || control_i || refresh_i) begin
      entry_o.slot = op_i.slot;
      entry_o.msg_index = op_i.msg_index;
      entry_o.hw_time = op_i.hw_time;
      entry_o.unloaded = op_i.unloaded;
      entry_o.t_in = op_i.t_in;
      entry_o.mtype = op_i.mtype;
    end
    unique case (1'b1)
      tick_i: begin
        entry_o.is_tick = 1'b1;
        entry_o.first_of_frame = op_i.first_of_frame && first_i;
        entry_o.kind = 5'(kind_i) + KindBid;
        entry_o.feed_time = op_i.feed_time;
        entry_o.flags = flagged_i ? FlagMaybeBadBook : 8'd0;
        entry_o.side = is_trade ? op_i.code : 8'd0;
        if (quote_i.valid) begin
          entry_o.has_price = 1'b1;
          entry_o.price = quote_i.price;
          entry_o.size = {is_trade ? size_high_i : '0, quote_i.size};
          entry_o.code = code_i;
          entry_o.epoch = (code_i != CodeEscape) ? rows_i.centre[kind_i].epoch : 8'd0;
        end
      end
      recentre_i: begin
        entry_o.kind = KindRecentre;
        entry_o.side = 8'(kind_i);
        entry_o.epoch = rows_i.centre[kind_i].epoch + 8'd1;
        entry_o.has_price = 1'b1;
        entry_o.price = centre_i;
      end
      single_i: begin
        entry_o.is_tick = 1'b1;
        entry_o.first_of_frame = op_i.first_of_frame;
        entry_o.feed_time = op_i.feed_time;
        entry_o.kind = (op_i.op == OpBreak) ? KindTradeBreak : KindStatus;
        entry_o.size = (op_i.op == OpBreak) ? op_i.size0 : 64'd0;
        entry_o.code = (op_i.op == OpBreak) ? 8'd0 : op_i.code;
        entry_o.side = (op_i.op == OpBreak) ? 8'd0 : op_i.code;
        entry_o.flags = (flagged_i && op_i.op != OpSysStatus) ? FlagMaybeBadBook : 8'd0;
      end
      control_i: begin
        entry_o.slot  = SlotNone;
        entry_o.price = op_i.seq;
        entry_o.size  = op_i.count;
        unique case (op_i.ctl)
          EvGap: entry_o.kind = KindGap;
          EvRestart: begin
            entry_o.kind  = KindRestart;
            entry_o.price = 64'd0;
          end
          EvVoid: begin
            entry_o.kind = KindVoid;
            entry_o.code = op_i.code;
          end
          EvSlot: begin
            entry_o.kind  = op_i.code[0] ? KindSlotAssigned : KindSlotReleased;
            entry_o.slot  = op_i.slot;
            entry_o.epoch = op_i.seq[7:0];
            entry_o.price = 64'd0;
          end
          default: begin
            entry_o.kind = KindHeartbeat;
            entry_o.size = 64'd0;
          end
        endcase
      end
      refresh_i: begin
        entry_o.kind = KindRefresh;
        entry_o.side = 8'(kind_i);
        entry_o.epoch = rows_i.centre[kind_i].epoch;
        entry_o.flags = flagged_i ? FlagMaybeBadBook : 8'd0;
        entry_o.code = rows_i.status;
        entry_o.state[0] = rows_i.centre[kind_i].valid;
        if (rows_i.centre[kind_i].valid) entry_o.feed_time = rows_i.centre[kind_i].centre;
        if (!is_trade) begin
          entry_o.state[1]  = rows_i.published[side].valid;
          entry_o.state[2]  = rows_i.known[side];
          entry_o.has_price = rows_i.published[side].valid;
          if (rows_i.published[side].valid) begin
            entry_o.price = rows_i.published[side].price;
            entry_o.size  = 64'(rows_i.published[side].size);
          end
        end
      end
      default: ;
    endcase
  end

endmodule

`default_nettype wire
