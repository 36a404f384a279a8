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
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic [63:0] clock_ns_i,  // feed time is about so much behind card time
  input wire logic take_i,  // entry_i is taken in this cycle
  input wire logic first_i,  // and opens a line
  input wire entry_t entry_i,
  input wire logic reopen_i,  // the last entry taken opens a line after all; never with take_i
  output fields_t fields_o,  // the last entry taken
  output entry_t entry_o
);

  import esc_line_pkg::*;
  import packer_pkg::*;

  typedef struct packed {
    logic [63:0] hw_time;
    logic [63:0] feed_time;
    logic [63:0] lag;
    logic [39:0] msg_index;
    logic [7:0]  flags;
  } running_t;

  running_t running_q;
  entry_t   entry_q;
  fields_t  fields_q;
  logic     front;
  logic [2:0] slot_class;
  told_t    told;

  assign fields_o = fields_q;
  assign entry_o  = entry_q;

  recent_slots u_slots (
    .clk_i,
    .rst_ni,
    .take_i,
    .first_i,
    .entry_i,
    .reopen_i,
    .last_i (entry_q),
    .front_o(front),
    .class_o(slot_class),
    .told_o (told)
  );

  function automatic logic has_slot(input logic [4:0] kind);
    return kind < KindFirstControl || kind == KindTicksDropped || kind == KindRecentre ||
        kind == KindRefresh || kind == KindSlotAssigned || kind == KindSlotReleased;
  endfunction

  // verilator lint_off UNUSEDSIGNAL  // functions take the whole struct and use what their kind needs
  // The state that an entry leans on when it opens a line.
  function automatic running_t opened(input entry_t e, input logic [63:0] clock_ns);
    running_t r;
    r.hw_time = e.hw_time;
    r.feed_time = e.hw_time - clock_ns;
    r.lag = clock_ns;
    r.msg_index = e.msg_index;
    r.flags = 8'd0;
    return r;
  endfunction

  // The state behind an entry that was written leaning on `prior`.
  function automatic running_t after(input running_t prior, input logic first, input entry_t e);
    running_t r;
    r = prior;
    r.hw_time = e.hw_time;
    if (e.kind < KindFirstControl) begin
      r.feed_time = e.feed_time;
      r.msg_index = e.msg_index;
      r.flags = e.flags;
      if (first || e.hw_time != prior.hw_time) r.lag = e.hw_time - e.feed_time;
    end
    return r;
  endfunction
  // verilator lint_on UNUSEDSIGNAL

  // A step of the index: a nibble, or a nibble 15 and a number.
  function automatic pn_t index_step(input logic [39:0] step);
    return step < 40'd15 ? fixed(5'd1, {24'd0, step}) : behind(1'b0, 8'h0f, pn({24'd0, step}));
  endfunction

  // One hundred times how much, less one; only for sizes of at most 256 hundreds.
  function automatic logic [7:0] lots_less_one(input logic [14:0] size);
    return 8'((28'(size) * 28'd5243) >> 19) - 8'd1;  // 2^19 / 100
  endfunction

  // verilator lint_off UNUSEDSIGNAL
  function automatic fields_t tick_fields(input running_t r, input entry_t e,
                                          input logic [63:0] clock_ns, input told_t how);
    fields_t f;
    logic [63:0] time_step;
    logic [63:0] first_time;
    logic [63:0] lag_change;
    logic [63:0] lag_code;
    logic [39:0] step;
    logic [7:0] lots;
    logic hundreds;
    f = '0;
    time_step = e.feed_time - r.feed_time;
    first_time = e.feed_time - (e.hw_time - clock_ns);
    lag_change = (e.hw_time - e.feed_time) - r.lag;
    lag_code = zigzag(lag_change);
    step = e.msg_index - r.msg_index;
    f.has_flags_run = e.flags != r.flags;
    f.has_flags_first = e.flags != 8'd0;
    f.new_frame = e.hw_time != r.hw_time;
    f.lag = pn(lag_code);
    f.lag_stays = lag_change == 64'd0;
    f.lag_short = lag_code[63:16] == 48'd0;
    f.time_run = pn_if(time_step != 64'd0, zigzag(time_step));
    f.time_first = pn(zigzag(first_time));
    f.has_time_first = first_time != 64'd0;
    f.step = pn_if(step != 40'd0, {24'd0, step});
    f.has_price = is_priced(e.kind, e.has_price);
    f.told = how;
    f.price = pn_if(f.has_price && e.code == 8'd0, zigzag(e.price));
    f.size = pn_if(e.size != 64'd0, e.size);
    if (e.kind == KindTrade) begin
      f.payload = {4'd0, e.side[3:0]};
      f.payload_len = 2'd1;
    end else if (e.kind == KindStatus) begin
      f.payload = e.code;
      f.payload_len = 2'd2;
    end
    f.compact_first = f.has_price && !f.has_flags_first;
    f.compact_run   = f.has_price && !f.has_flags_run && !time_step[63];

    if (f.new_frame) begin
      f.time_class = TimeFrameLong;
      f.steps_a = pn(time_step);
      f.steps_b = index_step(step);
      if (step == 40'd1 && time_step[63:28] == 36'd0) begin
        f.time_class = time_step[27:20] == 8'd0 ? TimeFrameShort : TimeFrameMedium;
        f.steps_a = fixed(time_step[27:20] == 8'd0 ? 5'd5 : 5'd7, time_step);
        f.steps_b = '0;
      end
    end else if (time_step == 64'd0 && step == 40'd0) begin
      f.time_class = TimeNone;
    end else if (step == 40'd1 && time_step[63:8] == 56'd0) begin
      f.time_class = TimeShort;
      f.steps_a = fixed(5'd2, time_step);
    end else if (time_step[63:12] == 52'd0) begin
      f.time_class = TimeMedium;
      f.steps_a = fixed(5'd3, time_step);
      f.steps_b = index_step(step);
    end else begin
      f.time_class = TimeLong;
      f.steps_a = pn(time_step);
      if (step != 40'd1 || time_step[63:48] != 16'd0) begin
        f.steps_a = behind(1'b0, 8'(LineLongStep), index_step(step));
        f.steps_b = pn(time_step);
      end
    end

    lots = lots_less_one(e.size[14:0]);
    hundreds = e.size != 64'd0 && e.size <= 64'd25600 &&
        15'(lots) * 15'd100 + 15'd100 == e.size[14:0];
    if (e.size[63:4] == 60'd0) begin
      f.size_class = SizeNibble;
      f.size_short = fixed(5'd1, e.size);
    end else if (hundreds && lots[7:4] == 4'd0) begin
      f.size_class = SizeHundreds;
      f.size_short = fixed(5'd1, {56'd0, lots});
    end else if (e.size[63:8] == 56'd0) begin
      f.size_class = SizeByte;
      f.size_short = fixed(5'd2, e.size);
    end else begin
      f.size_class = SizeNumber;
      f.size_short = hundreds ? fixed(5'd3, {52'd0, lots, 4'd0}) : pn(e.size);
    end
    return f;
  endfunction

  function automatic fields_t control_fields(input running_t r, input entry_t e);
    fields_t f;
    logic [63:0] hw_delta;
    f = '0;
    hw_delta = e.hw_time - r.hw_time;
    f.is_control = 1'b1;
    f.hw = pn_if(hw_delta != 64'd0, zigzag(hw_delta));
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
    return f;
  endfunction
  // verilator lint_on UNUSEDSIGNAL

  fields_t measured;
  always_comb begin
    measured = entry_i.kind < KindFirstControl ? tick_fields(running_q, entry_i, clock_ns_i, told) :
        control_fields(running_q, entry_i);
    measured.kind = entry_i.kind;
    measured.slot = entry_i.slot;
    measured.names_slot = has_slot(entry_i.kind);
    measured.has_slot_run = measured.names_slot && !front;
    measured.slot_class = slot_class;
    measured.flags = entry_i.flags;
    measured.epoch = entry_i.epoch;
    measured.code = entry_i.code;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      running_q <= '0;
    end else if (take_i) begin
      running_q <= after(first_i ? opened(entry_i, clock_ns_i) : running_q, first_i, entry_i);
    end else if (reopen_i) begin
      running_q <= after(opened(entry_q, clock_ns_i), 1'b1, entry_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_i) begin
      entry_q  <= entry_i;
      fields_q <= measured;
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
