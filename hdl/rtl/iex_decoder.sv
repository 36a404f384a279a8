// IEX messages (TOPS 1.6, DEEP 1.0) to normalised operations (card model, section 5).
//
// A message that the book cannot use gets its disposition here and leaves the stream: empty, unknown type, short,
// not book relevant, in this order. It costs one cycle. Control events pass as OpControl. One cycle latency; the
// disposition pulse comes one cycle after the message was taken.

`default_nettype none

module iex_decoder
  import esc_pkg::*;
  import esc_counter_pkg::*;
(
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i, // drops what is held

  input wire logic [15:0] protocol_i,  // 0x8003 TOPS 1.6, 0x8004 DEEP 1.0; any other knows no types

  input  wire logic ev_valid_i,
  output logic      ev_ready_o,
  input  wire ev_t  ev_i,

  output logic      op_valid_o,
  input  wire logic op_ready_i,
  output op_t       op_o,

  output logic       disp_valid_o,  // a message ended here
  output logic [3:0] disp_o,        // esc_counter_pkg::msg_disp_e
  output logic       busy_o
);

  localparam logic [15:0] ProtocolTops = 16'h8003;
  localparam logic [15:0] ProtocolDeep = 16'h8004;

  // Shortest legal message of each type of the feed's table; 0 for types that the table does not have.
  function automatic logic [6:0] min_length(input logic [7:0] msg_type, input logic tops,
                                            input logic deep);
    if (!tops && !deep) return 7'd0;
    unique case (msg_type)
      "S": return 7'd10;
      "D": return 7'd31;
      "H": return 7'd22;
      "I": return 7'd18;
      "O": return 7'd18;
      "P": return 7'd19;
      "T": return 7'd38;
      "X": return 7'd26;
      "B": return 7'd38;
      "A": return 7'd80;
      "Q": return tops ? 7'd42 : 7'd0;
      "E": return deep ? 7'd18 : 7'd0;
      "8", "5": return deep ? 7'd30 : 7'd0;
      default: return 7'd0;
    endcase
  endfunction

  function automatic op_e op_of(input logic [7:0] msg_type);
    unique case (msg_type)
      "Q": return OpQuote;
      "8", "5": return OpLevel;
      "T": return OpTrade;
      "B": return OpBreak;
      "H": return OpStatus;
      "S": return OpSysStatus;
      default: return OpDone;
    endcase
  endfunction

  logic [7:0] msg_type;
  logic [6:0] needed;
  logic is_msg;
  logic ends_here;
  msg_disp_e disp;

  assign msg_type = ev_i.data[7:0];
  assign is_msg   = ev_i.kind == EvMsg;
  assign needed   = min_length(msg_type, protocol_i == ProtocolTops, protocol_i == ProtocolDeep);

  always_comb begin
    ends_here = is_msg;
    disp = DispNotBookRelevant;
    if (ev_i.len == 16'd0) disp = DispEmpty;
    else if (needed == 7'd0) disp = DispUnknownType;
    else if (ev_i.len < 16'(needed)) disp = DispShort;
    else if (op_of(msg_type) != OpDone) ends_here = 1'b0;
  end

  assign ev_ready_o = !op_valid_o || op_ready_i;
  assign busy_o = op_valid_o;

  // Bytes that no IEX message of the book carries a field in.
  logic unused;
  assign unused = ^ev_i.data[MsgBits-1:336];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      op_valid_o   <= 1'b0;
      disp_valid_o <= 1'b0;
    end else if (core_reset_i) begin
      op_valid_o   <= 1'b0;
      disp_valid_o <= 1'b0;
    end else begin
      disp_valid_o <= ev_valid_i && ev_ready_o && ends_here;
      if (ev_ready_o) op_valid_o <= ev_valid_i && !ends_here;
    end
  end

  always_ff @(posedge clk_i) begin
    if (ev_valid_i && ev_ready_o) begin
      disp_o <= disp;
      op_o.op <= is_msg ? op_of(msg_type) : OpControl;
      op_o.ctl <= ev_i.kind;
      op_o.hw_time <= ev_i.hw_time;
      op_o.msg_index <= ev_i.msg_index;
      op_o.seq <= ev_i.seq;
      op_o.count <= ev_i.count;
      op_o.bad <= ev_i.bad;
      op_o.first_of_frame <= ev_i.first_of_frame;
      op_o.unloaded <= ev_i.unloaded;
      op_o.t_in <= ev_i.t_in;
      op_o.slot <= (ev_i.kind inside {EvVisit, EvSlot}) ? ev_i.len[11:0] : SlotNone;
      op_o.symbol <= ev_i.data[8*10+:64];
      op_o.feed_time <= ev_i.data[8*2+:64];
      op_o.price0 <= ev_i.data[8*22+:64];
      // A break is known by its trade id; all others have a 32-bit size at 18.
      op_o.size0 <= (msg_type == "B") ? ev_i.data[8*30+:64] : 64'(ev_i.data[8*18+:32]);
      op_o.price1 <= ev_i.data[8*30+:64];
      op_o.size1 <= ev_i.data[8*38+:32];
      op_o.ask_side <= msg_type == "5";
      op_o.complete <= ev_i.data[8];
      op_o.mtype <= is_msg ? msg_type : 8'd0;
      // ITCH only.
      op_o.order_add <= 1'b0;
      op_o.order_trade <= 1'b0;
      op_o.order_last <= 1'b0;
      op_o.mark_bad <= 1'b0;
      op_o.untracked <= 1'b0;
      if (is_msg) begin
        // IEX trades name no aggressor.
        op_o.code <= (msg_type == "H" || msg_type == "S") ? ev_i.data[15:8] : 8'd0;
      end else begin
        op_o.code <= (ev_i.kind inside {EvVisit, EvSlot}) ? 8'(ev_i.len[13:12]) : 8'(ev_i.len[4:0]);
      end
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    op_valid_o && !op_ready_i |=> op_valid_o && $stable(
      op_o
  ))
  else $error("iex_decoder: operation changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni || $time == 0)
    op_valid_o |-> op_o.op != OpDone)
  else $error("iex_decoder: an ended message went on");
`endif

endmodule

`default_nettype wire
