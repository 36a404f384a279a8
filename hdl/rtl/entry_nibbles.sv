// Second stage of the packer: lays the fields of one entry side by side, as two strings of nibbles, left and right.
//
// Field order is that of hdl/line/line_format.toml. Variable-length pieces are joined pairwise in a tree, so that two nibble
// shifters lie in a row, not eight; the packer places both strings in the body side by side, which is the third. Compact and
// full entries go through the same tree: the pieces of a compact one are chosen in front of it.

`default_nettype none

module entry_nibbles
  import packer_pkg::*;
(
  input  wire logic                    clk_i,
  input  wire logic                    en_i,
  input  wire logic                    first_i,     // the entry opens a line
  input  wire fields_t                 fields_i,
  output logic         [          6:0] len_o,       // nibbles of both, 2..110
  output logic         [          5:0] left_len_o,  // of these on the left
  output logic         [ LeftBits-1:0] left_o,      // beyond left_len_o zero
  output logic         [RightBits-1:0] right_o      // beyond the rest of len_o zero
);

  import esc_line_pkg::*;

  // Pieces, in the order of the line: head, hw, ctl, b | c, mid, e, f. A compact entry has head, b (price) | c (time), mid (size).
  // verilator lint_off UNUSEDSIGNAL  // of the struct it uses what it needs
  function automatic logic [35:0] head_of(input fields_t f, input logic [15:0] descriptor,
                                          input logic has_slot, input logic has_flags);
    logic [35:0] head;
    head = 36'(descriptor);
    if (has_slot) head[27:16] = f.slot;
    if (has_flags) begin
      if (has_slot) head[35:28] = f.flags;
      else head[23:16] = f.flags;
    end
    return head;
  endfunction
  // verilator lint_on UNUSEDSIGNAL

  logic compact, has_slot, has_flags, has_epoch, same;
  logic [1:0] price_class;
  pn_t hw, pb, pc, pe, pf;
  logic [ 6:0] payload_len;
  logic [15:0] descriptor;
  logic [35:0] head;  // descriptor, slot, flags
  logic [ 3:0] head_len;
  logic [39:0] ctl;  // length, prefix
  logic [ 3:0] ctl_len;
  logic [23:0] mid;  // payload, epoch, code
  logic [ 2:0] mid_len;

  always_comb begin
    compact = !first_i && fields_i.compact;
    has_slot = first_i ? fields_i.names_slot : fields_i.has_slot_run;
    has_flags = !fields_i.is_control &&
        (first_i ? fields_i.has_flags_first : fields_i.has_flags_run);
    has_epoch = first_i ? fields_i.has_epoch_first : fields_i.has_epoch_run;
    same = !first_i && fields_i.same;
    price_class = !fields_i.has_price ? PriceNone : same ? PriceSame : PriceCode;

    hw = first_i ? '0 : fields_i.hw;
    payload_len = 7'(fields_i.prefix_len) + 7'(fields_i.ctl_a.len) + 7'(fields_i.ctl_b.len) +
        7'(fields_i.price.len) + (fields_i.has_suffix ? 7'd2 : 7'd0);
    ctl = 40'd0;
    ctl_len = 4'd0;
    mid = 24'd0;
    mid_len = 3'd0;
    pe = same ? '0 : fields_i.price;
    if (fields_i.is_control) begin
      ctl = {fields_i.prefix, 1'b0, payload_len};
      ctl_len = 4'd2 + fields_i.prefix_len;
      pb = fields_i.ctl_a;
      pc = fields_i.ctl_b;
      pf = '0;
      if (fields_i.has_suffix) begin
        pf.len  = 5'd2;
        pf.nibs = PnBits'(fields_i.suffix);
      end
    end else if (compact) begin
      pb = pe;
      pe = '0;
      pc.len = {2'd0, fields_i.compact_time, 1'b0};
      pc.nibs = PnBits'(fields_i.time_low);
      mid = 24'(fields_i.size_low);
      mid_len = fields_i.size_long ? 3'd3 : 3'd2;
      pf = '0;
    end else begin
      pb = first_i ? fields_i.time_first : fields_i.time_run;
      pc = first_i ? '0 : fields_i.step;
      pf = fields_i.size;
      mid = 24'(fields_i.payload);
      mid_len = {1'b0, fields_i.payload_len};
      if (has_epoch) begin
        mid |= 24'(fields_i.epoch) << {mid_len, 2'b00};
        mid_len = mid_len + 3'd2;
      end
      if (price_class == PriceCode) begin
        mid |= 24'(fields_i.code) << {mid_len, 2'b00};
        mid_len = mid_len + 3'd2;
      end
    end

    descriptor = 16'd0;
    descriptor[FullKindLow+:5] = fields_i.kind;
    descriptor[FullHasSlot] = has_slot;
    descriptor[FullHasHw] = hw.len != 5'd0;
    if (!fields_i.is_control) begin
      descriptor[FullHasFlags] = has_flags;
      descriptor[FullHasTime] = pb.len != 5'd0;
      descriptor[FullHasStep] = pc.len != 5'd0;
      descriptor[FullPriceLow+:2] = price_class;
      descriptor[FullHasEpoch] = has_epoch;
      descriptor[FullHasSize] = pf.len != 5'd0;
    end

    if (compact) begin  // descriptor, side, code
      head = 36'd0;
      head[7:0] = {
        fields_i.size_long, fields_i.compact_time, fields_i.compact_step, same, fields_i.kind[1:0]
      };
      head_len = 4'd2;
      if (fields_i.kind == KindTrade) begin
        head[11:8] = fields_i.payload[3:0];
        if (!same) head[19:12] = fields_i.code;
        head_len = 4'd3;
      end else if (!same) begin
        head[15:8] = fields_i.code;
      end
      if (!same) head_len = head_len + 4'd2;
    end else begin
      head = head_of(fields_i, descriptor, has_slot, has_flags);
      head_len = 4'd4 + (has_slot ? 4'd3 : 4'd0) + (has_flags ? 4'd2 : 4'd0);
    end
  end

  // The left string is joined from behind: the head's length, which depends on most, comes last.
  logic [175:0] n1;
  logic [107:0] n2;
  logic [ 91:0] n3;
  logic [135:0] n4;
  logic [5:0] n1_len, n2_len, n3_len, n4_len;
  always_comb begin
    n1_len = 6'(head_len) + 6'(hw.len);
    n2 = 108'(ctl) | (108'(pb.nibs) << {ctl_len, 2'b00});
    n1 = 176'(hw.nibs) | (176'(n2) << {hw.len, 2'b00});
    n2_len = 6'(ctl_len) + 6'(pb.len);
    n3 = 92'(pc.nibs) | (92'(mid) << {pc.len, 2'b00});
    n3_len = 6'(pc.len) + 6'(mid_len);
    n4 = 136'(pe.nibs) | (136'(pf.nibs) << {pe.len, 2'b00});
    n4_len = 6'(pe.len) + 6'(pf.len);
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      left_o <= LeftBits'(head) | (LeftBits'(n1) << {head_len, 2'b00});
      left_len_o <= n1_len + n2_len;
      right_o <= RightBits'(n3) | (RightBits'(n4) << {n3_len, 2'b00});
      len_o <= (7'(n1_len) + 7'(n2_len)) + (7'(n3_len) + 7'(n4_len));
    end
  end

  if (BodyBits < 4 * 66) begin : gen_illegal_body
    $fatal(1, "entry_nibbles: the longest lone entry (a refresh) has 66 nibbles");
  end

  // What this lays out is asserted where it is known to be an entry, in line_packer.

endmodule

`default_nettype wire
