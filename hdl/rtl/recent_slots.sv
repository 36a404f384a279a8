// Slots with prices in the open line: which of them an entry can name shortly, and what it can lean on.
//
// A body has nibbles for prices of LineRecentSlots slots, so that each has a place of its own here until the line is closed.
// `entry_i` is looked up at once. The state moves when it is taken, as if it joined the open line (`first_i` low) or opened a
// new one; and when the last one taken opens a line after all (`reopen_i`).

`default_nettype none

module recent_slots
  import esc_pkg::entry_t;
  import packer_pkg::told_t, packer_pkg::is_priced;
(
  input  wire logic         clk_i,
  input  wire logic         rst_ni,
  input  wire logic         take_i,    // entry_i is taken in this cycle
  input  wire logic         first_i,   // and opens a line
  input  wire entry_t       entry_i,
  input  wire logic         reopen_i,  // never with take_i
  input  wire entry_t       last_i,    // the last entry taken
  output logic              front_o,   // its slot is the one in front
  output logic        [2:0] class_o,   // place in the list, or LineSlotOther
  output told_t             told_o
);

  import esc_line_pkg::*;

  localparam int unsigned Places = LineRecentSlots;

  typedef struct packed {
    logic        valid;
    logic [11:0] slot;
    logic [2:0]  place;
  } name_t;

  typedef struct packed {
    logic        known;
    logic        epoch_known;
    logic [7:0]  code;         // 0: `exact` is the price
    logic [63:0] exact;
  } side_t;

  name_t [Places-1:0] list_q;
  logic [2:0] used_q;
  side_t [2:0] sides_q[Places];

  logic [Places-1:0] hit;
  logic found;
  logic [2:0] rank, place;
  logic [1:0] kind;
  side_t side, side_after;

  // verilator lint_off UNUSEDSIGNAL  // of the code's difference the low nibble
  logic signed [8:0] steps;
  // verilator lint_on UNUSEDSIGNAL

  always_comb begin
    rank  = 3'd0;
    place = used_q;
    for (int unsigned i = 0; i < Places; i++) begin
      hit[i] = list_q[i].valid && list_q[i].slot == entry_i.slot;
      if (hit[i]) begin
        rank  = 3'(i);
        place = list_q[i].place;
      end
    end
  end
  assign found   = hit != '0;
  assign front_o = hit[0];
  assign class_o = found ? rank : 3'(LineSlotOther);

  // Of a tick its kind of price; of a recentre and a refresh the kind that they are about.
  function automatic logic [1:0] price_kind_of(input logic [4:0] entry_kind,
                                               input logic [1:0] about);
    return entry_kind < KindFirstControl ? entry_kind[1:0] - 2'd1 : about;
  endfunction

  assign kind = price_kind_of(entry_i.kind, entry_i.side[1:0]);
  always_comb begin
    side = '0;
    for (int unsigned i = 0; i < Places; i++) if (hit[i]) side |= sides_q[list_q[i].place][kind];
  end
  assign steps = 9'({1'b0, entry_i.code}) - 9'({1'b0, side.code});
  always_comb begin
    told_o.epoch_known = side.epoch_known;
    told_o.same = side.known && side.code == entry_i.code &&
        (entry_i.code != 8'd0 || side.exact == entry_i.price);
    told_o.by_nibble = side.known && side.code != 8'd0 && entry_i.code != 8'd0 &&
        entry_i.kind != KindTrade && (steps[8:3] == 6'd0 || steps[8:3] == 6'h3f);
    told_o.delta = steps[3:0];
  end

  // The entry that moves the state, and whether it opens a line: then at most its own slot is there, at the first place.
  // verilator lint_off UNUSEDSIGNAL  // what a slot's prices need
  entry_t moved;
  // verilator lint_on UNUSEDSIGNAL
  logic opens, priced;
  logic [1:0] moved_kind;
  logic [2:0] moved_place;
  name_t [Places-1:0] list_d;
  assign moved = reopen_i ? last_i : entry_i;
  assign opens = reopen_i || first_i;
  assign priced = is_priced(moved.kind, moved.has_price);
  assign moved_kind = price_kind_of(moved.kind, moved.side[1:0]);
  assign moved_place = opens ? 3'd0 : place;
  assign side_after = '{
          known: 1'b1,
          epoch_known: moved.code != 8'd0 || (!opens && side.epoch_known),
          code: moved.code,
          exact: moved.price
      };
  always_comb begin
    list_d = opens || moved.kind == KindTicksDropped ? '0 : list_q;
    if (priced) begin
      for (int unsigned i = 1; i < Places; i++) begin
        if (!opens && (!found || 3'(i) <= rank)) list_d[i] = list_q[i-1];
      end
      list_d[0] = '{valid: 1'b1, slot: moved.slot, place: moved_place};
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      list_q <= '0;
      used_q <= 3'd0;
    end else if (take_i || reopen_i) begin
      list_q <= list_d;
      if (opens) used_q <= 3'(priced);
      else if (moved.kind == KindTicksDropped) used_q <= 3'd0;
      else if (priced && !found) used_q <= used_q + 3'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < Places; i++) begin
      if ((take_i || reopen_i) && 3'(i) == moved_place) begin
        if (priced) begin
          if (opens || !found) sides_q[i] <= '0;
          sides_q[i][moved_kind] <= side_after;
        end else if (found && !opens) begin
          case (moved.kind)
            KindRecentre, KindRefresh: sides_q[i][moved_kind] <= '0;
            KindSlotAssigned, KindSlotReleased: sides_q[i] <= '0;
            default: ;
          endcase
        end
      end
    end
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q && (take_i || reopen_i)) begin
      assert (!(priced && !opens && !found && used_q == 3'(Places)))
      else $error("recent_slots: a line with prices of an eighth slot");
      assert (opens || (hit & (hit - 1'b1)) == '0)
      else $error("recent_slots: slot %0d stands in the list twice", entry_i.slot);
    end
  end
`endif

endmodule

`default_nettype wire
