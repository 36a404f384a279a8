// The ladder of each slot and side: one place per offset code, occupancy bitmap and sizes in memory.
//
// Reading: `read_i` (cycle 0) fetches the bitmap. `search_i` (cycle 1) starts the search for the next best place
// strictly behind `behind_i` (bid: below, ask: above; 0 = the best place of all); `found_o`, `code_o`, `size_o` are
// valid in cycle 4 and stay until the next search. Writing a place uses the bitmap fetched last: of the same slot and
// side. A rebuild collects a new bitmap place by place and stores it at the end.
//
// The fast lane works by the age of its operations, one every two cycles at most: at 4 it fetches the bitmap, at 5
// changes and stores it, at 7 writes the size, and at 9 the best place of the changed bitmap and its size are there.
// The write at 7 comes before the own read at 8 and behind the read of the operation before, so nothing is forwarded.
// Searches and the lane are never on their way together, so they share the register of the bitmap.
//
// For the clock: the best place of each of the 16 groups is worked out in the cycle in which the group is chosen, so
// that in front of the address of the sizes, which goes to all their blocks, there is but one choice.

`default_nettype none

module ladder
  import book_pkg::*;
#(
  parameter  int unsigned Slots = 64,
  localparam int unsigned SlotW = (Slots > 1) ? $clog2(Slots) : 1
) (
  input wire logic             clk_i,
  input wire logic [SlotW-1:0] slot_i,  // stable from cycle 1 to the last write
  input wire logic             ask_i,

  input wire logic read_i,  // cycle 0, of read_slot_i/read_ask_i
  input wire logic [SlotW-1:0] read_slot_i,
  input wire logic read_ask_i,
  input wire logic fresh_i,  // the stored bitmap is of a former session: counts as empty

  input  wire logic       search_i,
  input  wire logic [7:0] behind_i,
  output logic            found_o,
  output logic      [7:0] code_o,
  output size_t           size_o,

  input wire logic        set_i,         // place write_code_i holds write_size_i
  input wire logic        clear_i,       // place write_code_i becomes empty
  input wire logic        wipe_i,        // all places become empty
  input wire logic  [7:0] write_code_i,
  input wire size_t       write_size_i,

  input wire logic rebuild_start_i,
  input wire logic rebuild_set_i,    // with write_code_i, write_size_i
  input wire logic rebuild_store_i,

  input  wire place_t       lane_fetch_i,      // age 4
  input  wire place_t       lane_change_i,     // age 5
  input  wire logic         lane_set_i,
  input  wire logic         lane_clear_i,
  input  wire logic   [7:0] lane_code_i,
  input  wire logic         lane_kill_i,       // age 6 ends there
  output logic              lane_empty_o,      // age 6: nothing in the changed bitmap
  input  wire place_t       lane_fill_i,       // age 7
  input  wire logic   [7:0] lane_fill_code_i,
  input  wire size_t        lane_fill_size_i,
  output logic              lane_found_o,      // age 9, and the size on size_o
  output logic        [7:0] lane_code_o,

  output logic [LadderCodes-1:0] row_o  // the bitmap fetched last
);

  localparam int unsigned Groups = 16;
  localparam int unsigned GroupSize = LadderCodes / Groups;

  // Bits strictly behind position p: below it (bid) or above it (ask).
  function automatic logic [15:0] behind(input logic ask, input logic [3:0] p);
    return ask ? 16'hfffe << p : ~(16'hffff << p);
  endfunction

  // The best of 16 places, two levels of four.
  function automatic logic [1:0] best_of_4(input logic ask, input logic [3:0] bits);
    if (ask) return bits[0] ? 2'd0 : bits[1] ? 2'd1 : bits[2] ? 2'd2 : 2'd3;
    return bits[3] ? 2'd3 : bits[2] ? 2'd2 : bits[1] ? 2'd1 : 2'd0;
  endfunction

  function automatic logic [3:0] best_of(input logic ask, input logic [15:0] bits);
    logic [3:0] any;
    logic [3:0][1:0] inner;
    logic [1:0] outer;
    for (int unsigned i = 0; i < 4; i++) begin
      any[i]   = bits[4*i+:4] != '0;
      inner[i] = best_of_4(ask, bits[4*i+:4]);
    end
    outer = best_of_4(ask, any);
    return {outer, inner[outer]};
  endfunction

  // Bitmap memory.
  logic [LadderCodes-1:0] row;
  logic [LadderCodes-1:0] row_new;
  logic [LadderCodes-1:0] built_q;
  logic row_we;

  assign row_we = set_i || clear_i || wipe_i || rebuild_store_i ||
      (lane_change_i.valid && (lane_set_i || lane_clear_i));
  assign row_o = row;

  always_comb begin
    row_new = wipe_i ? '0 : built_q;
    if (set_i || clear_i) begin
      row_new = fresh_i ? '0 : row;
      row_new[write_code_i] = set_i;
    end
    if (lane_change_i.valid) begin
      row_new = row;
      if (lane_set_i || lane_clear_i) row_new[lane_code_i] = lane_set_i;
    end
  end

  sync_ram #(
    .Width(LadderCodes),
    .Depth(2 * Slots)
  ) u_bitmap (
    .clk_i,
    .re_i(read_i || lane_fetch_i.valid),
    .raddr_i(lane_fetch_i.valid ? {lane_fetch_i.slot[SlotW-1:0], lane_fetch_i.ask} :
                                  {read_slot_i, read_ask_i}),
    .rdata_o(row),
    .we_i(row_we),
    .waddr_i(lane_change_i.valid ? {lane_change_i.slot[SlotW-1:0], lane_change_i.ask} :
                                   {slot_i, ask_i}),
    .wdata_i(row_new)
  );

  always_ff @(posedge clk_i) begin
    if (rebuild_start_i) built_q <= '0;
    else if (rebuild_set_i) built_q[write_code_i] <= 1'b1;
  end

  // Cycle 1: which groups are occupied, and the group of the place that goes. Cycle 2: choose the group, and the best
  // place of each. Cycle 3: fetch the size.
  place_t lane6_q, lane7_q, lane8_q;
  logic s2_q, s3_q, fresh_q;
  logic [7:0] behind_q;
  logic [15:0] group_any_q, own_group_q;
  logic found_q, own_q;
  logic [3:0] group_q, own_place_q;
  logic [LadderCodes-1:0] row_q;  // of the search, or of the lane
  logic [Groups-1:0][3:0] place_q;  // the best of each group of row_q, one cycle later
  logic [7:0] code;

  assign code = {group_q, own_q ? own_place_q : place_q[group_q]};

  always_ff @(posedge clk_i) begin
    s2_q <= search_i;
    s3_q <= s2_q;
    if (search_i) begin
      for (int unsigned g = 0; g < Groups; g++) group_any_q[g] <= |row[g*GroupSize+:GroupSize];
      own_group_q <= row[{behind_i[7:4], 4'd0}+:GroupSize];
      behind_q <= behind_i;
      fresh_q <= fresh_i;
    end
    if (lane_change_i.valid) row_q <= row_new;
    else if (search_i) row_q <= row;
    if (s2_q) begin
      automatic logic all = behind_q == CodeEscape;
      automatic logic [15:0] own = all ? 16'h0 : own_group_q & behind(ask_i, behind_q[3:0]);
      automatic logic [15:0] any = all ? group_any_q : group_any_q & behind(ask_i, behind_q[7:4]);
      own_place_q <= best_of(ask_i, own);
      own_q <= own != '0;
      group_q <= (own != '0) ? behind_q[7:4] : best_of(ask_i, any);
      found_q <= !fresh_q && (own != '0 || any != '0);
    end
    if (s2_q || lane6_q.valid) begin
      for (int unsigned g = 0; g < Groups; g++) begin
        place_q[g] <= best_of(lane6_q.valid ? lane6_q.ask : ask_i, row_q[g*GroupSize+:GroupSize]);
      end
    end
    if (s3_q) code_o <= code;
  end
  assign found_o = found_q;

  logic [7:0] lane_code_q;
  sync_ram #(
    .Width(SizeBits),
    .Depth(2 * Slots * LadderCodes)
  ) u_sizes (
    .clk_i,
    .re_i(s3_q || lane8_q.valid),
    .raddr_i(lane8_q.valid ? {lane8_q.slot[SlotW-1:0], lane8_q.ask, lane_code_q} :
                             {slot_i, ask_i, code}),
    .rdata_o(size_o),
    .we_i(set_i || rebuild_set_i || lane_fill_i.valid),
    .waddr_i(lane_fill_i.valid ? {lane_fill_i.slot[SlotW-1:0], lane_fill_i.ask, lane_fill_code_i} :
                                 {slot_i, ask_i, write_code_i}),
    .wdata_i(lane_fill_i.valid ? lane_fill_size_i : write_size_i)
  );

  // The fast lane: which groups are occupied and the best place of each (age 6), the best place of all (7).
  logic [15:0] lane_any_q;
  logic [3:0] lane_group;
  logic lane_found_q;

  assign lane_empty_o = row_q == '0;
  assign lane_group   = best_of(lane7_q.ask, lane_any_q);

  always_ff @(posedge clk_i) begin
    lane6_q <= lane_change_i;
    lane7_q <= lane6_q;
    lane7_q.valid <= lane6_q.valid && !lane_kill_i;
    lane8_q <= lane7_q;
    if (lane6_q.valid) begin
      for (int unsigned g = 0; g < Groups; g++) lane_any_q[g] <= |row_q[g*GroupSize+:GroupSize];
    end
    if (lane7_q.valid) begin
      lane_code_q  <= {lane_group, place_q[lane_group]};
      lane_found_q <= lane_any_q != '0;
    end
    if (lane8_q.valid) begin
      lane_code_o  <= lane_code_q;
      lane_found_o <= lane_found_q;
    end
  end

  // The slots of the place that this build has no memory for.
  logic unused;
  assign unused = ^{lane_fetch_i, lane_fill_i, lane6_q, lane7_q, lane8_q};

`ifndef SYNTHESIS
  // Checks begin when the reset has reached all: what follows it by a pipeline of its own, too.
  logic [3:0] armed_q;
  initial armed_q = '0;
  always_ff @(posedge clk_i) armed_q <= {armed_q[2:0], 1'b1};

  always_ff @(posedge clk_i)
    if (armed_q[3]) begin
      if (set_i || clear_i || rebuild_set_i) begin
        assert (write_code_i != CodeEscape)
        else $error("ladder: the escape has no place");
      end
      assert (!((set_i || clear_i || wipe_i || rebuild_set_i || rebuild_store_i) &&
                (lane_change_i.valid || lane_fill_i.valid)))
      else $error("ladder: the lane is not alone");
      assert (!((search_i || s2_q) && (lane_change_i.valid || lane6_q.valid || lane7_q.valid)))
      else $error("ladder: a search beside the lane");
      assert (!(lane_change_i.valid && (lane_set_i || lane_clear_i) && lane_code_i == CodeEscape))
      else $error("ladder: the lane writes no place");
      assert ($countones({set_i, clear_i, wipe_i, rebuild_set_i, rebuild_store_i}) <= 1)
      else $error("ladder: two writes at once");
    end
`endif

endmodule

`default_nettype wire
