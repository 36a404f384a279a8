// Second stage of the packer: lays the fields of one entry side by side as a string of nibbles.
//
// Field order is that of hdl/line/line_format.toml. Variable-length pieces are joined pairwise in a tree, so that three
// nibble shifters lie in a row, not eight.

`default_nettype none

module entry_nibbles
  import packer_pkg::*;
(
  input  wire logic                   clk_i,
  input  wire logic                   en_i,
  input  wire logic                   first_i,   // the entry opens a line
  input  wire fields_t                fields_i,
  output logic         [         6:0] len_o,     // nibbles, 2..110
  output logic         [BodyBits-1:0] nibs_o     // beyond len_o zero; cut when longer than a body
);

  import esc_line_pkg::*;

  localparam int unsigned FullBits = 4 * 110;

  typedef struct packed {
    logic [6:0]          len;
    logic [BodyBits-1:0] nibs;
  } string_t;

  // verilator lint_off UNUSEDSIGNAL  // functions take the whole struct and use what their kind needs
  function automatic string_t compact(input fields_t f);
    string_t s;
    logic [4:0] head_len, tail_len;
    logic [19:0] head;  // descriptor, side, code
    logic [87:0] left;  // head, exact price
    logic [35:0] right;  // time, size
    logic [ 4:0] left_len;
    logic [ 3:0] time_len;
    head = 20'd0;
    head[7:0] = {f.size_long, f.compact_time, f.compact_step, f.same, f.kind[1:0]};
    head_len = 5'd2;
    if (f.kind == KindTrade) begin
      head[11:8] = f.payload[3:0];
      head_len   = 5'd3;
      if (!f.same) head[19:12] = f.code;
    end else if (!f.same) begin
      head[15:8] = f.code;
    end
    if (!f.same) head_len = head_len + 5'd2;
    left = 88'(head);
    left_len = head_len;
    if (!f.same) begin
      left |= 88'(f.price.nibs) << {head_len, 2'b00};
      left_len = head_len + f.price.len;
    end
    time_len = {1'b0, f.compact_time, 1'b0};
    right = 36'(f.time_low) | (36'(f.size_low) << {time_len, 2'b00});
    tail_len = 5'(time_len) + (f.size_long ? 5'd3 : 5'd2);
    s.nibs = BodyBits'(left) | (BodyBits'(right) << {left_len, 2'b00});
    s.len = 7'(left_len) + 7'(tail_len);
    return s;
  endfunction

  function automatic string_t full(input fields_t f, input logic first);
    string_t s;
    logic has_slot, has_flags, has_epoch, same;
    logic [1:0] price_class;
    pn_t hw, pb, pc, pe, pf;
    logic [  6:0] payload_len;
    logic [ 15:0] descriptor;
    logic [ 35:0] head;  // descriptor, slot, flags
    logic [  3:0] head_len;
    logic [ 39:0] ctl;  // length, prefix
    logic [  3:0] ctl_len;
    logic [ 23:0] mid;  // payload, epoch, code
    logic [  2:0] mid_len;
    logic [103:0] n1;
    logic [107:0] n2;
    logic [ 91:0] n3;
    logic [135:0] n4;
    logic [5:0] n1_len, n2_len, n3_len, n4_len;
    logic [211:0] m1;
    logic [227:0] m2;
    logic [6:0] m1_len, m2_len;

    has_slot = first ? f.names_slot : f.has_slot_run;
    has_flags = first ? f.has_flags_first : f.has_flags_run;
    has_epoch = first ? f.has_epoch_first : f.has_epoch_run;
    same = !first && f.same;
    hw = first ? '0 : f.hw;
    price_class = !f.has_price ? PriceNone : same ? PriceSame : PriceCode;
    ctl = 40'd0;
    ctl_len = 4'd0;
    mid = 24'd0;
    mid_len = 3'd0;
    if (f.is_control) begin
      pb = f.ctl_a;
      pc = f.ctl_b;
      pe = f.price;
      pf = '0;
      if (f.has_suffix) begin
        pf.len  = 5'd2;
        pf.nibs = PnBits'(f.suffix);
      end
      payload_len = 7'(f.prefix_len) + 7'(pb.len) + 7'(pc.len) + 7'(pe.len) + 7'(pf.len);
      ctl = {f.prefix, 1'b0, payload_len};
      ctl_len = 4'd2 + f.prefix_len;
    end else begin
      pb = first ? f.time_first : f.time_run;
      pc = first ? '0 : f.step;
      pe = same ? '0 : f.price;
      pf = f.size;
      mid = 24'(f.payload);
      mid_len = {1'b0, f.payload_len};
      if (has_epoch) begin
        mid |= 24'(f.epoch) << {mid_len, 2'b00};
        mid_len = mid_len + 3'd2;
      end
      if (price_class == PriceCode) begin
        mid |= 24'(f.code) << {mid_len, 2'b00};
        mid_len = mid_len + 3'd2;
      end
    end

    descriptor = 16'd0;
    descriptor[FullKindLow+:5] = f.kind;
    descriptor[FullHasSlot] = has_slot;
    descriptor[FullHasHw] = hw.len != 5'd0;
    if (!f.is_control) begin
      descriptor[FullHasFlags] = has_flags;
      descriptor[FullHasTime] = pb.len != 5'd0;
      descriptor[FullHasStep] = pc.len != 5'd0;
      descriptor[FullPriceLow+:2] = price_class;
      descriptor[FullHasEpoch] = has_epoch;
      descriptor[FullHasSize] = pf.len != 5'd0;
    end

    head = 36'(descriptor);
    head_len = 4'd4;
    if (has_slot) begin
      head[27:16] = f.slot;
      head_len = 4'd7;
    end
    if (!f.is_control && has_flags) begin
      if (has_slot) head[35:28] = f.flags;
      else head[23:16] = f.flags;
      head_len = head_len + 4'd2;
    end

    n1 = 104'(head) | (104'(hw.nibs) << {head_len, 2'b00});
    n1_len = 6'(head_len) + 6'(hw.len);
    n2 = 108'(ctl) | (108'(pb.nibs) << {ctl_len, 2'b00});
    n2_len = 6'(ctl_len) + 6'(pb.len);
    n3 = 92'(pc.nibs) | (92'(mid) << {pc.len, 2'b00});
    n3_len = 6'(pc.len) + 6'(mid_len);
    n4 = 136'(pe.nibs) | (136'(pf.nibs) << {pe.len, 2'b00});
    n4_len = 6'(pe.len) + 6'(pf.len);
    m1 = 212'(n1) | (212'(n2) << {n1_len, 2'b00});
    m1_len = 7'(n1_len) + 7'(n2_len);
    m2 = 228'(n3) | (228'(n4) << {n3_len, 2'b00});
    m2_len = 7'(n3_len) + 7'(n4_len);
    s.nibs = BodyBits'(FullBits'(m1) | (FullBits'(m2) << {m1_len, 2'b00}));
    s.len = m1_len + m2_len;
    return s;
  endfunction

  // verilator lint_on UNUSEDSIGNAL

  string_t string_q;
  assign len_o  = string_q.len;
  assign nibs_o = string_q.nibs;

  always_ff @(posedge clk_i) begin
    if (en_i)
      string_q <= (!first_i && fields_i.compact) ? compact(fields_i) : full(fields_i, first_i);
  end

  if (BodyBits < 4 * 66) begin : gen_illegal_body
    $fatal(1, "entry_nibbles: the longest lone entry (a refresh) has 66 nibbles");
  end

  // What this lays out is asserted where it is known to be an entry, in line_packer.

endmodule

`default_nettype wire
