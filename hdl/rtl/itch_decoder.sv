// Nasdaq TotalView-ITCH 5.0 messages to normalised operations (card model, section 5).
//
// Fields are big-endian. A message that the book cannot use gets its disposition here: empty, unknown type, short, not
// book relevant, in this order, and leaves the stream; only R goes on as well, to teach its locate. Control events pass
// as OpControl. One cycle latency; the disposition pulse comes one cycle after the message was taken.

`default_nettype none

module itch_decoder
  import esc_pkg::*;
  import esc_counter_pkg::*;
  import itch_pkg::*;
(
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i, // drops what is held

  input  wire logic ev_valid_i,
  output logic      ev_ready_o,
  input  wire ev_t  ev_i,

  output logic      op_valid_o,
  input  wire logic op_ready_i,
  output op_t       op_o,
  output itch_t     itch_o,

  output logic       disp_valid_o,  // a message ended here
  output logic [3:0] disp_o,        // esc_counter_pkg::msg_disp_e
  output logic       busy_o
);

  // Length of each type, which is the shortest legal one; 0 for types that the table does not have.
  function automatic logic [5:0] min_length(input logic [7:0] msg_type);
    unique case (msg_type)
      "S", "W": return 6'd12;
      "R": return 6'd39;
      "H": return 6'd25;
      "Y", "N": return 6'd20;
      "L": return 6'd26;
      "V", "J", "U": return 6'd35;
      "K": return 6'd28;
      "h": return 6'd21;
      "A", "C": return 6'd36;
      "F", "Q": return 6'd40;
      "E": return 6'd31;
      "X": return 6'd23;
      "D", "B": return 6'd19;
      "P": return 6'd44;
      "I": return 6'd50;
      "O": return 6'd48;
      default: return 6'd0;
    endcase
  endfunction

  // OpDone: not book relevant.
  function automatic op_e op_of(input logic [7:0] msg_type);
    unique case (msg_type)
      "A", "F", "E", "C", "X", "D", "U": return OpOrder;
      "P", "Q": return OpTrade;
      "B": return OpBreak;
      "H": return OpStatus;
      "S": return OpSysStatus;
      default: return OpDone;
    endcase
  endfunction

  function automatic itch_cmd_e cmd_of(input logic [7:0] msg_type);
    unique case (msg_type)
      "R": return CmdTeach;
      "H", "P", "Q", "B": return CmdPlain;
      "A", "F": return CmdAdd;
      "E", "C", "X": return CmdReduce;
      "D": return CmdDelete;
      "U": return CmdReplace;
      default: return CmdPass;
    endcase
  endfunction

  // Big-endian numbers at a byte of the message.
  function automatic logic [15:0] be16(input logic [MsgBits-1:0] data, input int unsigned at);
    return {data[8*at+:8], data[8*at+8+:8]};
  endfunction
  function automatic logic [31:0] be32(input logic [MsgBits-1:0] data, input int unsigned at);
    return {be16(data, at), be16(data, at + 2)};
  endfunction
  function automatic logic [63:0] be64(input logic [MsgBits-1:0] data, input int unsigned at);
    return {be32(data, at), be32(data, at + 4)};
  endfunction

  logic [7:0] msg_type;
  logic [5:0] needed;
  logic is_msg;
  logic ends_here;  // has its disposition
  logic goes_on;
  msg_disp_e disp;

  assign msg_type = ev_i.data[7:0];
  assign is_msg   = ev_i.kind == EvMsg;
  assign needed   = min_length(msg_type);

  always_comb begin
    ends_here = is_msg;
    goes_on = !is_msg;
    disp = DispNotBookRelevant;
    if (ev_i.len == 16'd0) disp = DispEmpty;
    else if (needed == 6'd0) disp = DispUnknownType;
    else if (ev_i.len < 16'(needed)) disp = DispShort;
    else if (op_of(msg_type) != OpDone) begin
      ends_here = 1'b0;
      goes_on   = 1'b1;
    end else if (msg_type == "R") begin
      goes_on = 1'b1;
    end
  end

  assign ev_ready_o = !op_valid_o || op_ready_i;
  assign busy_o = op_valid_o;

  // Tracking number, and bytes that no message of the book carries a field in.
  logic unused;
  assign unused = ^{ev_i.data[39:24], ev_i.data[MsgBits-1:288]};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      op_valid_o   <= 1'b0;
      disp_valid_o <= 1'b0;
    end else if (core_reset_i) begin
      op_valid_o   <= 1'b0;
      disp_valid_o <= 1'b0;
    end else begin
      disp_valid_o <= ev_valid_i && ev_ready_o && ends_here;
      if (ev_ready_o) op_valid_o <= ev_valid_i && goes_on;
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
      unique case (msg_type)
        "Q": op_o.symbol <= ev_i.data[8*19+:64];
        "H", "R": op_o.symbol <= ev_i.data[8*11+:64];
        default: op_o.symbol <= ev_i.data[8*24+:64];
      endcase
      op_o.feed_time <= {16'd0, be16(ev_i.data, 5), be32(ev_i.data, 7)};
      unique case (msg_type)
        "U": op_o.price0 <= 64'(be32(ev_i.data, 31));
        "Q": op_o.price0 <= 64'(be32(ev_i.data, 27));
        default: op_o.price0 <= 64'(be32(ev_i.data, 32));
      endcase
      unique case (msg_type)
        "Q", "B": op_o.size0 <= be64(ev_i.data, 11);  // shares; match number
        "E", "C", "X": op_o.size0 <= 64'(be32(ev_i.data, 19));
        "U": op_o.size0 <= 64'(be32(ev_i.data, 27));
        default: op_o.size0 <= 64'(be32(ev_i.data, 20));
      endcase
      op_o.price1 <= 64'd0;
      op_o.size1 <= 32'd0;
      op_o.ask_side <= ev_i.data[8*19+:8] != "B";
      op_o.complete <= 1'b1;
      if (ev_i.kind inside {EvVisit, EvSlot}) op_o.code <= 8'(ev_i.len[13:12]);
      else if (!is_msg) op_o.code <= 8'(ev_i.len[4:0]);
      else if (msg_type == "H") op_o.code <= ev_i.data[8*19+:8];
      else if (msg_type == "S") op_o.code <= ev_i.data[8*11+:8];
      else op_o.code <= 8'd0;  // printed trades name no aggressor
      op_o.mtype <= is_msg ? msg_type : 8'd0;
      op_o.order_add <= 1'b0;
      op_o.order_trade <= 1'b0;
      op_o.order_last <= 1'b0;
      op_o.mark_bad <= 1'b0;
      op_o.untracked <= 1'b0;

      itch_o.cmd <= is_msg ? cmd_of(msg_type) : CmdPass;
      itch_o.locate <= be16(ev_i.data, 1);
      itch_o.by_symbol <= msg_type inside {"R", "H", "A", "F", "P", "Q"};
      itch_o.key <= be64(ev_i.data, 11);
      itch_o.new_key <= be64(ev_i.data, 19);
      itch_o.trade <= msg_type == "E" || (msg_type == "C" && ev_i.data[8*31+:8] == "Y");
      itch_o.own_price <= msg_type == "E";
      itch_o.zero_ends <= msg_type == "Q";
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  assert property (@(posedge clk_i) disable iff (!rst_ni || core_reset_i || $time == 0)
    op_valid_o && !op_ready_i |=> op_valid_o && $stable(
      op_o
  ) && $stable(
      itch_o
  ))
  else $error("itch_decoder: operation changed before it was taken");
  assert property (@(posedge clk_i) disable iff (!rst_ni || $time == 0)
    op_valid_o && op_o.op == OpDone |-> itch_o.cmd == CmdTeach)
  else $error("itch_decoder: an ended message went on");
`endif

endmodule

`default_nettype wire
