// The ladder of each slot and side: one place per offset code, occupancy bitmap and sizes in memory.
//
// Reading: `read_i` (cycle 0) fetches the bitmap. `search_i` (cycle 1) starts the search for the next best place
// strictly behind `behind_i` (bid: below, ask: above; 0 = the best place of all); `found_o`, `code_o`, `size_o` are
// valid in cycle 4 and stay until the next search. Writing a place uses the bitmap fetched last: of the same slot and
// side. A rebuild collects a new bitmap place by place and stores it at the end.

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
  input wire logic rebuild_store_i
);

  localparam int unsigned Groups = 16;
  localparam int unsigned GroupSize = LadderCodes / Groups;

  function automatic logic [3:0] highest(input logic [15:0] bits);
    highest = 4'd0;
    for (int unsigned i = 0; i < 16; i++) if (bits[i]) highest = 4'(i);
  endfunction

  function automatic logic [3:0] lowest(input logic [15:0] bits);
    lowest = 4'd0;
    for (int i = 15; i >= 0; i--) if (bits[i]) lowest = 4'(i);
  endfunction

  // Bits strictly behind position p: below it (bid) or above it (ask).
  function automatic logic [15:0] behind(input logic ask, input logic [3:0] p);
    return ask ? 16'hfffe << p : ~(16'hffff << p);
  endfunction

  // Bitmap memory.
  logic [LadderCodes-1:0] row;
  logic [LadderCodes-1:0] row_new;
  logic [LadderCodes-1:0] built_q;
  logic row_we;

  assign row_we = set_i || clear_i || wipe_i || rebuild_store_i;

  always_comb begin
    row_new = wipe_i ? '0 : built_q;
    if (set_i || clear_i) begin
      row_new = fresh_i ? '0 : row;
      row_new[write_code_i] = set_i;
    end
  end

  sync_ram #(
    .Width(LadderCodes),
    .Depth(2 * Slots)
  ) u_bitmap (
    .clk_i,
    .re_i   (read_i),
    .raddr_i({read_slot_i, read_ask_i}),
    .rdata_o(row),
    .we_i   (row_we),
    .waddr_i({slot_i, ask_i}),
    .wdata_i(row_new)
  );

  always_ff @(posedge clk_i) begin
    if (rebuild_start_i) built_q <= '0;
    else if (rebuild_set_i) built_q[write_code_i] <= 1'b1;
  end

  // Cycle 1: which groups are occupied, and the group of the place that goes. Cycle 2: choose the group.
  // Cycle 3: choose the place, fetch its size.
  logic s2_q, s3_q, fresh_q;
  logic [7:0] behind_q;
  logic [15:0] group_any_q, own_group_q;
  logic found_q, own_q;
  logic [3:0] group_q;
  logic [15:0] own_bits_q;
  logic [15:0] bits;
  logic [7:0] code;

  always_comb begin
    bits = own_q ? own_bits_q : row[{group_q, 4'd0}+:GroupSize];
    code = {group_q, ask_i ? lowest(bits) : highest(bits)};
  end

  always_ff @(posedge clk_i) begin
    s2_q <= search_i;
    s3_q <= s2_q;
    if (search_i) begin
      for (int unsigned g = 0; g < Groups; g++) group_any_q[g] <= |row[g*GroupSize+:GroupSize];
      own_group_q <= row[{behind_i[7:4], 4'd0}+:GroupSize];
      behind_q <= behind_i;
      fresh_q <= fresh_i;
    end
    if (s2_q) begin
      automatic logic all = behind_q == CodeEscape;
      automatic logic [15:0] own = all ? 16'h0 : own_group_q & behind(ask_i, behind_q[3:0]);
      automatic logic [15:0] any = all ? group_any_q : group_any_q & behind(ask_i, behind_q[7:4]);
      own_bits_q <= own;
      own_q <= own != '0;
      group_q <= (own != '0) ? behind_q[7:4] : (ask_i ? lowest(any) : highest(any));
      found_q <= !fresh_q && (own != '0 || any != '0);
    end
    if (s3_q) code_o <= code;
  end
  assign found_o = found_q;

  sync_ram #(
    .Width(SizeBits),
    .Depth(2 * Slots * LadderCodes)
  ) u_sizes (
    .clk_i,
    .re_i   (s3_q),
    .raddr_i({slot_i, ask_i, code}),
    .rdata_o(size_o),
    .we_i   (set_i || rebuild_set_i),
    .waddr_i({slot_i, ask_i, write_code_i}),
    .wdata_i(write_size_i)
  );

`ifndef SYNTHESIS
  always_ff @(posedge clk_i)
    if ($time != 0) begin  // inputs are random at time 0
      if (set_i || clear_i || rebuild_set_i) begin
        assert (write_code_i != CodeEscape)
        else $error("ladder: the escape has no place");
      end
      assert ($countones({set_i, clear_i, wipe_i, rebuild_set_i, rebuild_store_i}) <= 1)
      else $error("ladder: two writes at once");
    end
`endif

endmodule

`default_nettype wire
