// What an operation does to its level (card model, section 6; section 5, "ITCH 5.0"): combinational.
//
// A price level update sets the level's size, 0 removes it. An order's change adds shares or takes them off.

`default_nettype none

module level_change
  import book_pkg::*;
(
  input wire logic         set_i,     // price level update
  input wire logic         add_i,     // else: gains; otherwise loses
  input wire logic  [31:0] shares_i,
  input wire logic         hit_i,     // the level is there, with
  input wire size_t        size_i,
  input wire logic         room_i,    // its set has room for one more

  output act_e  act_o,
  output size_t total_o,     // after it, unless removed
  output logic  absent_o,    // nothing there to be taken off
  output logic  overflow_o,  // no room
  output logic  clamped_o    // less there than was to be taken off
);

  logic some, grows, falls, all;
  size_t shares, held;

  assign shares = size_t'(shares_i);
  assign some = shares_i != '0;
  assign grows = some && (set_i || add_i);
  assign falls = set_i ? !some : (some && !add_i);
  assign all = set_i || shares >= size_i;

  always_comb begin
    held = (hit_i && !set_i) ? size_i : '0;
    total_o = (set_i || add_i) ? held + shares : held - shares;
    act_o = ActNone;
    if (grows) act_o = hit_i ? ActResize : (room_i ? ActInsert : ActNone);
    else if (falls && hit_i) act_o = all ? ActRemove : ActResize;
  end

  assign absent_o   = falls && !hit_i;
  assign overflow_o = grows && !hit_i && !room_i;
  assign clamped_o  = falls && hit_i && !set_i && shares > size_i;

endmodule

`default_nettype wire
