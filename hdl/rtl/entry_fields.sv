// First stage of the packer: subtracts the running state of the line from an entry and measures its numbers.
//
// The running state moves with each entry taken (`take_i`), as if it joined the open line (`first_i` low) or opened a
// new one (`first_i` high). When an entry turns out not to fit, `reopen_i` rewrites the state as if the last entry
// taken had opened its line; `fields_o` already holds what that needs (`_first` variants).

`default_nettype none

module entry_fields
  import esc_pkg::entry_t;
  import packer_pkg::fields_t;
(
  input  wire logic   clk_i,
  input  wire logic   rst_ni,
  input  wire logic   take_i,    // entry_i is taken in this cycle
  input  wire logic   first_i,   // and opens a line
  input  wire entry_t entry_i,
  input  wire logic   reopen_i,  // the last entry taken opens a line after all; never with take_i
  output fields_t     fields_o,  // the last entry taken
  output entry_t      entry_o
);

  import esc_line_pkg::*;
  import packer_pkg::*;

  typedef struct packed {
    logic [63:0]      hw_time;
    logic [63:0]      feed_time;
    logic [39:0]      msg_index;
    logic             slot_known;
    logic [11:0]      slot;
    logic [7:0]       flags;
    logic [2:0]       epoch_given;
    logic [2:0]       price_known;
    logic [2:0][63:0] price;
  } running_t;

  running_t running_q;
  entry_t   entry_q;
  fields_t  fields_q;

  assign fields_o = fields_q;
  assign entry_o  = entry_q;

  function automatic logic has_slot(input logic [4:0] kind);
    return kind < KindFirstControl || kind == KindTicksDropped || kind == KindRecentre ||
        kind == KindRefresh || kind == KindSlotAssigned || kind == KindSlotReleased;
  endfunction

  // verilator lint_off UNUSEDSIGNAL  // functions take the whole struct and use what their kind needs
  // Bid, ask and trade are the kinds that can have a price.
  function automatic logic priced(input entry_t e);
    return e.has_price && (e.kind == KindBid || e.kind == KindAsk || e.kind == KindTrade);
  endfunction

  function automatic logic [1:0] price_kind_of(input logic [4:0] kind);
    return kind[1:0] - 2'd1;
  endfunction

  // The state that an entry leans on when it opens a line.
  function automatic running_t opened(input entry_t e);
    running_t r;
    r = '0;
    r.hw_time = e.hw_time;
    r.feed_time = e.hw_time;
    r.msg_index = e.msg_index;
    return r;
  endfunction

  // verilator lint_on UNUSEDSIGNAL

  // The state behind an entry that was written leaning on `prior`.
  function automatic running_t after(input running_t prior, input entry_t e);
    running_t r;
    logic [1:0] k;
    r = prior;
    r.hw_time = e.hw_time;
    if (has_slot(e.kind) && !(prior.slot_known && prior.slot == e.slot)) begin
      r.slot_known = 1'b1;
      r.slot = e.slot;
      r.epoch_given = '0;
      r.price_known = '0;
    end
    if (e.kind < KindFirstControl) begin
      r.feed_time = e.feed_time;
      r.msg_index = e.msg_index;
      r.flags = e.flags;
    end
    if (priced(e)) begin
      k = price_kind_of(e.kind);
      r.price_known[k] = 1'b1;
      r.price[k] = e.price;
      if (e.code != 8'd0) r.epoch_given[k] = 1'b1;
    end
    if (e.kind == KindRecentre) begin
      r.price_known[e.side[1:0]] = 1'b0;
      r.epoch_given[e.side[1:0]] = 1'b0;
    end
    if (e.kind == KindSlotAssigned || e.kind == KindSlotReleased) begin
      r.price_known = '0;
      r.epoch_given = '0;
    end
    return r;
  endfunction

  function automatic fields_t measure(input running_t r, input entry_t e);
    fields_t f;
    logic [63:0] hw_delta;
    logic [63:0] time_delta;
    logic [39:0] step;
    logic [1:0] k;
    logic epoch_given;
    f = '0;
    hw_delta = e.hw_time - r.hw_time;
    f.kind = e.kind;
    f.is_control = e.kind >= KindFirstControl;
    f.slot = e.slot;
    f.names_slot = has_slot(e.kind);
    f.has_slot_run = f.names_slot && !(r.slot_known && r.slot == e.slot);
    f.hw = pn_if(hw_delta != 64'd0, zigzag(hw_delta));
    f.epoch = e.epoch;
    f.code = e.code;
    f.flags = e.flags;
    if (!f.is_control) begin
      time_delta = e.feed_time - r.feed_time;
      step = e.msg_index - r.msg_index;
      k = price_kind_of(e.kind);
      f.has_flags_run = e.flags != r.flags;
      f.has_flags_first = e.flags != 8'd0;
      f.time_run = pn_if(time_delta != 64'd0, zigzag(time_delta));
      f.time_first = pn_if(e.feed_time != e.hw_time, zigzag(e.feed_time - e.hw_time));
      f.step = pn_if(step != 40'd0, {24'd0, step});
      f.has_price = priced(e);
      f.same = f.has_price && !f.has_slot_run && r.price_known[k] && r.price[k] == e.price;
      epoch_given = !f.has_slot_run && r.epoch_given[k];
      f.has_epoch_first = f.has_price && e.code != 8'd0;
      f.has_epoch_run = f.has_epoch_first && !f.same && !epoch_given;
      f.price = pn_if(f.has_price && e.code == 8'd0, zigzag(e.price));
      f.size = pn_if(e.size != 64'd0, e.size);
      if (e.kind == KindTrade) begin
        f.payload = {4'd0, e.side[3:0]};
        f.payload_len = 2'd1;
      end else if (e.kind == KindStatus) begin
        f.payload = e.code;
        f.payload_len = 2'd2;
      end
      f.time_low = time_delta[23:0];
      f.compact_time = time_delta[23:16] != 8'd0 ? 2'd3 : time_delta[15:8] != 8'd0 ? 2'd2 :
          time_delta[7:0] != 8'd0 ? 2'd1 : 2'd0;
      f.compact_step = step[1:0];
      f.size_low = e.size[11:0];
      f.size_long = e.size[11:8] != 4'd0;
      f.compact = f.has_price && !f.has_slot_run && !f.has_flags_run && hw_delta == 64'd0 &&
          step[39:2] == 38'd0 && time_delta[63:24] == 40'd0 && e.size[63:12] == 52'd0 &&
          (f.same || e.code == 8'd0 || epoch_given);
    end else begin
      case (e.kind)
        KindGap: begin
          f.ctl_a = pn(e.price);
          f.ctl_b = pn(e.size);
          f.price = pn({24'd0, e.msg_index});
        end
        KindTicksDropped: f.ctl_a = pn(e.size);
        KindRecentre: begin
          f.prefix = {20'd0, e.epoch, e.side[3:0]};
          f.prefix_len = 4'd3;
          f.ctl_a = pn(zigzag(e.price));
        end
        KindRefresh: begin
          f.prefix = {e.code, e.flags, e.epoch, e.state, e.side[3:0]};
          f.prefix_len = 4'd8;
          f.ctl_a = pn_if(e.state[0], zigzag(e.feed_time));
          f.ctl_b = pn_if(e.state[1], zigzag(e.price));
          f.price = pn_if(e.state[1], e.size);
        end
        KindSlotAssigned, KindSlotReleased: begin
          f.prefix = {24'd0, e.epoch};
          f.prefix_len = 4'd2;
          f.ctl_a = pn_if(e.kind == KindSlotAssigned, e.size);
        end
        KindVoid: begin
          f.ctl_a = pn(e.price);
          f.ctl_b = pn(e.size);
          f.suffix = e.code;
          f.has_suffix = 1'b1;
        end
        KindHeartbeat: begin
          f.ctl_a = pn({24'd0, e.msg_index});
          f.ctl_b = pn(e.price);
        end
        default: begin  // restart: no other control kind is made
          f.ctl_a = pn(e.size);
          f.ctl_b = pn({24'd0, e.msg_index});
        end
      endcase
    end
    return f;
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q <= '0;
    end else if (take_i) begin
      running_q <= after(first_i ? opened(entry_i) : running_q, entry_i);
    end else if (reopen_i) begin
      running_q <= after(opened(entry_q), entry_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_i) begin
      entry_q  <= entry_i;
      fields_q <= measure(running_q, entry_i);
    end
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q) begin
      assert (!(take_i && reopen_i))
      else $error("entry_fields: take and reopen together");
      if (take_i) begin
        assert (entry_i.is_tick == (entry_i.kind < KindFirstControl))
        else $error("entry_fields: is_tick does not agree with kind %0d", entry_i.kind);
        assert (entry_i.kind inside {KindBid, KindAsk, KindTrade, KindTradeBreak, KindStatus,
                                     KindGap, KindTicksDropped, KindRecentre, KindRefresh,
                                     KindVoid, KindHeartbeat, KindRestart, KindSlotAssigned,
                                     KindSlotReleased})
        else $error("entry_fields: kind %0d is not made by this card", entry_i.kind);
      end
    end
  end
`endif

endmodule

`default_nettype wire
