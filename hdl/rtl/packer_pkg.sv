// Types and small functions of the line packer: nibble strings of the line format.

`default_nettype none

package packer_pkg;

  localparam int unsigned BodyBits = 4 * esc_line_pkg::BodyNibbles;

  // The two strings that an entry is laid out as: head, time, control prefix; and the rest.
  localparam int unsigned LeftBits = 4 * 53;
  localparam int unsigned RightBits = 4 * 57;

  // A prefixed-nibble number: `len` nibbles of `nibs`, low nibble first; len 0 = not there. Nibbles beyond len are 0.
  localparam int unsigned PnBits = 4 * 17;
  typedef struct packed {
    logic [4:0]        len;
    logic [PnBits-1:0] nibs;
  } pn_t;

  // How the price of a tick is told, seen from the entries before it in its line.
  typedef struct packed {
    logic       same;         // as the one before
    logic       by_nibble;    // the code moved by a nibble
    logic [3:0] delta;        // by how much
    logic       epoch_known;
  } told_t;

  // Everything about one entry that does not depend on where it lies in the line, and both variants of what does:
  // `_run` leans on the entries before it in the line, `_first` opens a line.
  typedef struct packed {
    logic is_control;
    logic [4:0] kind;
    logic [11:0] slot;
    logic names_slot;  // the kind has a slot at all
    logic has_slot_run;  // which is not the one in front
    logic [2:0] slot_class;  // place in the list, or LineSlotOther; run only
    logic [7:0] flags;
    logic has_flags_run;
    logic has_flags_first;
    pn_t hw;  // control, run only
    logic new_frame;  // run only
    pn_t lag;  // its change, also when it is 0; run only
    logic lag_stays;
    logic lag_short;
    pn_t time_run;  // full tick
    pn_t time_first;  // also when it is 0
    logic has_time_first;
    pn_t step;  // full tick; run only
    logic has_price;
    told_t told;  // run only
    logic [7:0] epoch;
    logic [7:0] code;
    pn_t price;  // exact price behind an escape (tick) or third number (control)
    pn_t size;  // full tick
    logic [7:0] payload;  // aggressor nibble, status byte
    logic [1:0] payload_len;
    pn_t ctl_a;  // control payload: prefix, a, b, then `price`, then suffix
    pn_t ctl_b;
    logic [31:0] prefix;
    logic [3:0] prefix_len;
    logic [7:0] suffix;
    logic has_suffix;
    logic compact_run;  // the 8-bit descriptor applies
    logic compact_first;
    logic [2:0] time_class;  // compact, run only, as are the steps of time and index, in this order
    pn_t steps_a;
    pn_t steps_b;
    logic [1:0] size_class;  // compact
    pn_t size_short;
  } fields_t;

  // Bid, ask and trade are the kinds that can have a price.
  function automatic logic is_priced(input logic [4:0] kind, input logic has_price);
    return has_price && (kind == esc_line_pkg::KindBid || kind == esc_line_pkg::KindAsk ||
                         kind == esc_line_pkg::KindTrade);
  endfunction

  // Significant nibbles of a number, 0..16.
  function automatic logic [4:0] nibbles_of(input logic [63:0] value);
    logic [4:0] count;
    count = 5'd0;
    for (int unsigned i = 0; i < 16; i++) begin
      if (value[4*i+:4] != 4'd0) count = 5'(i + 1);
    end
    return count;
  endfunction

  // Prefixed nibbles of a number: 15 nibbles are written as 16, marked by 15.
  function automatic pn_t pn(input logic [63:0] value);
    pn_t result;
    logic [4:0] count;
    count = nibbles_of(value);
    if (count >= 5'd15) begin
      result.len  = 5'd17;
      result.nibs = {value, 4'd15};
    end else begin
      result.len  = count + 5'd1;
      result.nibs = {value, count[3:0]};
    end
    return result;
  endfunction

  // Prefixed nibbles if `present`, else nothing.
  function automatic pn_t pn_if(input logic present, input logic [63:0] value);
    return present ? pn(value) : '0;
  endfunction

  // `len` nibbles of a number that has no more.
  function automatic pn_t fixed(input logic [4:0] len, input logic [63:0] value);
    pn_t result;
    result.len  = len;
    result.nibs = PnBits'(value);
    return result;
  endfunction

  // Both, `head` in front. It has 1 or 2 nibbles.
  function automatic pn_t behind(input logic two, input logic [7:0] head, input pn_t rest);
    pn_t result;
    result.len  = rest.len + (two ? 5'd2 : 5'd1);
    result.nibs = two ? {rest.nibs[PnBits-9:0], head} : {rest.nibs[PnBits-5:0], head[3:0]};
    return result;
  endfunction

  function automatic logic [63:0] zigzag(input logic [63:0] value);
    return {value[62:0], 1'b0} ^ {64{value[63]}};
  endfunction

endpackage

`default_nettype wire
