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

  // Pieces, in the order of the line:
  //   full:    head (kind, bits, slot, flags), lag, -, time | step, mid (payload, code, epoch), exact price, size
  //   control: head (mark, kind, slot), hw, ctl (length, prefix), a | b, -, third number, suffix
  //   compact: head (prefix, slot), lag, ctl (descriptor, side, price), exact price | steps, -, steps, size
  //   compact as the first: head (descriptor, slot), time, ctl (side, price), exact price | -, -, -, size
  logic compact, has_slot, has_flags, has_lag, same, has_epoch, has_prefix;
  logic [1:0] price_class;
  pn_t pa, pb, pc, pe, pf;
  logic [6:0] payload_len;
  logic [7:0] kind_byte, bits, descriptor;
  logic [ 2:0] form;
  logic [35:0] head;
  logic [ 3:0] head_len;
  logic [39:0] ctl;
  logic [ 3:0] ctl_len;
  logic [23:0] mid;
  logic [ 2:0] mid_len;

  // verilator lint_off UNUSEDSIGNAL  // of the struct it uses what it needs
  // How a price is told: code, or delta, or nothing; and the epoch of a code that has none yet.
  function automatic pn_t told_price(input fields_t f, input logic first);
    pn_t result;
    result = '0;
    if (!first && f.told.same) return result;
    if (!first && f.told.by_nibble) return fixed(5'd1, {60'd0, f.told.delta});
    result.len  = 5'd2;
    result.nibs = PnBits'(f.code);
    if (f.code != 8'd0 && (first || !f.told.epoch_known)) begin
      result.len = 5'd4;
      result.nibs[15:8] = f.epoch;
    end
    return result;
  endfunction
  // verilator lint_on UNUSEDSIGNAL

  pn_t price;
  // The change of lag without its length nibble; 15 nibbles and more are marked by 15, so that this is not asked for then.
  logic [15:0] lag_low;
  assign lag_low = fields_i.lag.nibs[19:4];

  always_comb begin
    compact = first_i ? fields_i.compact_first : fields_i.compact_run;
    has_slot = first_i ? fields_i.names_slot : fields_i.has_slot_run;
    has_flags = first_i ? fields_i.has_flags_first : fields_i.has_flags_run;
    same = !first_i && fields_i.told.same;
    has_lag = !first_i && fields_i.new_frame;
    has_epoch = fields_i.code != 8'd0 && (first_i || !fields_i.told.epoch_known);
    price_class = !fields_i.has_price ? FullPriceNone : same ? FullPriceSame : FullPriceCode;
    has_prefix = compact && !first_i &&
        (fields_i.has_slot_run || (fields_i.new_frame && !fields_i.lag_stays));
    price = told_price(fields_i, first_i);
    pe = same ? '0 : fields_i.price;
    payload_len = 7'(fields_i.prefix_len) + 7'(fields_i.ctl_a.len) + 7'(fields_i.ctl_b.len) +
        7'(fields_i.price.len) + (fields_i.has_suffix ? 7'd2 : 7'd0);

    case (fields_i.kind)
      KindBid: form = same ? FormBidSame : price.len == 5'd1 ? FormBidDelta : FormBidCode;
      KindAsk: form = same ? FormAskSame : price.len == 5'd1 ? FormAskDelta : FormAskCode;
      default: form = same ? FormTradeSame : FormTradeCode;
    endcase
    descriptor = {first_i ? TimeNone : fields_i.time_class, fields_i.size_class, form};

    head = 36'd0;
    ctl = 40'd0;
    ctl_len = 4'd0;
    mid = 24'd0;
    mid_len = 3'd0;
    pa = '0;
    pc = '0;
    kind_byte = {3'd0, fields_i.kind};
    bits = 8'd0;
    if (fields_i.is_control) begin
      pa = first_i ? '0 : fields_i.hw;
      pb = fields_i.ctl_a;
      pc = fields_i.ctl_b;
      pe = fields_i.price;
      pf = fields_i.has_suffix ? fixed(5'd2, {56'd0, fields_i.suffix}) : '0;
      kind_byte = 8'(LineControl);
      bits = {3'd0, fields_i.kind};
      bits[ControlHasSlot] = has_slot;
      bits[ControlHasHw] = pa.len != 5'd0;
      ctl = {fields_i.prefix, 1'b0, payload_len};
      ctl_len = 4'd2 + fields_i.prefix_len;
    end else if (compact) begin
      pb = pe;
      pe = first_i ? '0 : fields_i.steps_b;
      pf = fields_i.size_short;
      if (first_i) begin
        pa = fields_i.time_first;
      end else begin
        pc = fields_i.steps_a;
        if (has_lag && !fields_i.lag_stays) begin
          pa = fields_i.lag_short ? fixed(5'd4, {48'd0, lag_low}) : fields_i.lag;
        end
        ctl = 40'(descriptor);
        ctl_len = 4'd2;
      end
      if (fields_i.kind == KindTrade) begin
        ctl |= 40'(fields_i.payload[3:0]) << {ctl_len, 2'b00};
        ctl_len = ctl_len + 4'd1;
      end
      ctl |= 40'(price.nibs[15:0]) << {ctl_len, 2'b00};
      ctl_len = ctl_len + price.len[3:0];
    end else begin
      pa = has_lag ? fields_i.lag : '0;
      pb = fields_i.time_run;
      if (first_i) pb = fields_i.has_time_first ? fields_i.time_first : '0;
      pc = first_i ? '0 : fields_i.step;
      pf = fields_i.size;
      bits[FullHasSlot] = has_slot;
      bits[FullHasFlags] = has_flags;
      bits[FullHasLag] = has_lag;
      bits[FullHasTime] = pb.len != 5'd0;
      bits[FullHasStep] = pc.len != 5'd0;
      bits[FullPrice+:2] = price_class;
      bits[FullHasSize] = pf.len != 5'd0;
      mid = 24'(fields_i.payload);
      mid_len = {1'b0, fields_i.payload_len};
      if (price_class == FullPriceCode) begin
        mid |= 24'({has_epoch ? fields_i.epoch : 8'd0, fields_i.code}) << {mid_len, 2'b00};
        mid_len = mid_len + (has_epoch ? 3'd4 : 3'd2);
      end
    end

    if (compact && first_i) begin
      head[19:0] = {fields_i.slot, descriptor};
      head_len   = 4'd5;
    end else if (compact) begin
      head_len = !has_prefix ? 4'd0 : fields_i.slot_class == 3'(LineSlotOther) ? 4'd5 : 4'd2;
      if (has_prefix) begin
        head[2:0] = fields_i.slot_class;
        head[4:3] = fields_i.lag_short ? LagShort : LagNumber;
        if (!has_lag || fields_i.lag_stays) head[4:3] = LagStays;
        if (fields_i.slot_class == 3'(LineSlotOther)) head[19:8] = fields_i.slot;
      end
    end else begin
      head[15:0] = {bits, kind_byte};
      head_len   = 4'd4 + (has_slot ? 4'd3 : 4'd0) + (has_flags ? 4'd2 : 4'd0);
      if (has_slot) head[27:16] = fields_i.slot;
      if (has_flags) begin
        if (has_slot) head[35:28] = fields_i.flags;
        else head[23:16] = fields_i.flags;
      end
    end
  end

  // The left string is joined from behind: the head's length, which depends on most, comes last.
  logic [175:0] n1;
  logic [107:0] n2;
  logic [ 91:0] n3;
  logic [135:0] n4;
  logic [5:0] n1_len, n2_len, n3_len, n4_len;
  always_comb begin
    n1_len = 6'(head_len) + 6'(pa.len);
    n2 = 108'(ctl) | (108'(pb.nibs) << {ctl_len, 2'b00});
    n1 = 176'(pa.nibs) | (176'(n2) << {pa.len, 2'b00});
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

  if (BodyBits < 4 * 68) begin : gen_illegal_body
    $fatal(1, "entry_nibbles: the longest lone entry (a refresh) has 68 nibbles");
  end

  // What this lays out is asserted where it is known to be an entry, in line_packer.

endmodule

`default_nettype wire
