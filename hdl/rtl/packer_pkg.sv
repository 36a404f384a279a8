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

  // Everything about one entry that does not depend on where it lies in the line, and both variants of what does:
  // `_run` leans on the entries before it in the line, `_first` opens a line.
  typedef struct packed {
    logic        is_control;
    logic [4:0]  kind;
    logic [11:0] slot;
    logic        names_slot;       // the kind has a slot at all
    logic        has_slot_run;
    logic [7:0]  flags;
    logic        has_flags_run;
    logic        has_flags_first;
    pn_t         hw;               // run only: delta is 0 for the first entry
    pn_t         time_run;
    pn_t         time_first;
    pn_t         step;             // run only
    logic        has_price;
    logic        same;             // run only
    logic        has_epoch_run;
    logic        has_epoch_first;
    logic [7:0]  epoch;
    logic [7:0]  code;
    pn_t         price;            // exact price behind an escape (tick) or third number (control)
    pn_t         size;             // size (tick); absent (control)
    logic [7:0]  payload;          // aggressor nibble, status byte
    logic [1:0]  payload_len;
    pn_t         ctl_a;            // control payload: prefix, a, b, then `price`, then suffix
    pn_t         ctl_b;
    logic [31:0] prefix;
    logic [3:0]  prefix_len;
    logic [7:0]  suffix;
    logic        has_suffix;
    logic        compact;          // run only: the 8-bit descriptor applies
    logic [1:0]  compact_step;
    logic [1:0]  compact_time;     // class, 2 nibbles each
    logic [23:0] time_low;
    logic        size_long;
    logic [11:0] size_low;
  } fields_t;

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

  function automatic logic [63:0] zigzag(input logic [63:0] value);
    return {value[62:0], 1'b0} ^ {64{value[63]}};
  endfunction

endpackage

`default_nettype wire
