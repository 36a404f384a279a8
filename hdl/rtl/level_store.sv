// The exact price levels of all slots and sides: set-associative memory; the levels of a side that are out of its
// ladder are linked in a list.
//
// Set = low bits of CRC-32C over price (8 bytes), slot (2 bytes), side (1 byte). A level is live when its generation
// tag equals `gen_i`, so that stepping `gen_i` empties the store; tag 0 is never live.
// Lookup: `lookup_i` (cycle 0) with the key; in cycle 1, with the same key on `compare_key_i`, all ways of the set are
// shown, and with `compare_i` the result is registered: valid in cycle 2 and kept. A level that is removed in cycle 0 is
// gone in cycle 1. Read by pointer:
// `read_i` gives the level and its links one cycle later, kept.

`default_nettype none

module level_store
  import book_pkg::*;
#(
  parameter int unsigned SetsLog2 = 10,
  parameter int unsigned Ways     = 4
) (
  input wire logic       clk_i,
  input wire logic [7:0] gen_i,

  input wire logic       lookup_i,
  input wire level_key_t lookup_key_i,

  // All ways of the set looked up one cycle ago.
  output ptr_t             set_o,
  output logic  [Ways-1:0] match_o,          // holds compare_key_i
  output logic  [Ways-1:0] live_o,
  output size_t            way_size_o[Ways],

  input  wire logic             compare_i,
  input  wire level_key_t       compare_key_i,
  output logic                  hit_o,
  output logic                  free_o,         // there is room in the set
  output ptr_t                  ptr_o,          // of the hit; else of a free place, if any
  output logic            [7:0] code_o,         // of the hit: its place in the ladder, 0 = out
  output size_t                 hit_size_o,     // of the hit

  input  wire logic        read_i,
  input  wire ptr_t        read_ptr_i,
  output logic      [63:0] price_o,
  output size_t            size_o,
  output logic             level_in_range_o,
  output logic             next_valid_o,
  output ptr_t             next_o,
  output ptr_t             prev_o,

  input wire store_write_t write_i,
  input wire link_write_t  link_i,

  input wire logic                sweep_i,     // empties all ways of sweep_set_i
  input wire logic [SetsLog2-1:0] sweep_set_i
);

  localparam int unsigned WayW = (Ways > 1) ? $clog2(Ways) : 1;
  localparam int unsigned UsedPtr = SetsLog2 + WayW;
  localparam int unsigned Sets = 2 ** SetsLog2;

  if (SetsLog2 < 1 || Ways < 1 || Ways > 16 || UsedPtr > PtrBits - 1) begin : gen_illegal
    $fatal(1, "level_store: SetsLog2 >= 1, Ways 1..16, together at most 2^19 levels");
  end

  typedef struct packed {
    logic [7:0] gen;
    level_key_t key;
  } tag_t;

  logic [31:0] hash;
  key_hash #(
    .KeyBytes(11)
  ) u_hash (
    .key_i ({7'd0, lookup_key_i.ask, 4'd0, lookup_key_i.slot, lookup_key_i.price}),
    .hash_o(hash)
  );

  logic [SetsLog2-1:0] lookup_set_q;
  logic [SetsLog2-1:0] read_set;
  logic [WayW-1:0] read_way_q;
  logic [WayW-1:0] write_way;
  logic [SetsLog2-1:0] write_set;
  tag_t tag [Ways];
  size_t size [Ways];
  logic [7:0] code [Ways];
  logic in_range[Ways];

  assign read_set  = lookup_i ? hash[SetsLog2-1:0] : read_ptr_i[SetsLog2-1:0];
  assign write_set = sweep_i ? sweep_set_i : write_i.ptr[SetsLog2-1:0];
  assign write_way = write_i.ptr[SetsLog2+:WayW];

  // The high hash bits choose nothing, nor do the pointer bits above the store's size.
  logic unused;
  assign unused = ^{hash, write_i.ptr, read_ptr_i, link_i};

  for (genvar w = 0; w < Ways; w++) begin : gen_way
    logic mine;
    assign mine = write_way == WayW'(w);

    sync_ram #(
      .Width($bits(tag_t)),
      .Depth(Sets)
    ) u_tag (
      .clk_i,
      .re_i   (lookup_i || read_i),
      .raddr_i(read_set),
      .rdata_o(tag[w]),
      .we_i   (sweep_i || (mine && (write_i.insert || write_i.remove))),
      .waddr_i(write_set),
      .wdata_i({write_i.insert ? gen_i : 8'd0, write_i.key})
    );
    sync_ram #(
      .Width(SizeBits),
      .Depth(Sets)
    ) u_size (
      .clk_i,
      .re_i   (lookup_i || read_i),
      .raddr_i(read_set),
      .rdata_o(size[w]),
      .we_i   (mine && (write_i.insert || write_i.resize)),
      .waddr_i(write_set),
      .wdata_i(write_i.size)
    );
    sync_ram #(
      .Width(1 + 8),
      .Depth(Sets)
    ) u_code (
      .clk_i,
      .re_i   (lookup_i || read_i),
      .raddr_i(read_set),
      .rdata_o({in_range[w], code[w]}),
      .we_i   (mine && (write_i.insert || write_i.recode)),
      .waddr_i(write_set),
      .wdata_i({write_i.in_range, write_i.code})
    );
  end

  // Links. The first level of a list is known by its head pointer, so its `prev` is never read.
  sync_ram #(
    .Width(1 + UsedPtr),
    .Depth(2 ** UsedPtr)
  ) u_next (
    .clk_i,
    .re_i   (read_i),
    .raddr_i(read_ptr_i[UsedPtr-1:0]),
    .rdata_o({next_valid_o, next_o[UsedPtr-1:0]}),
    .we_i   (link_i.next_we),
    .waddr_i(link_i.next_ptr[UsedPtr-1:0]),
    .wdata_i({link_i.next_valid, link_i.next[UsedPtr-1:0]})
  );
  sync_ram #(
    .Width(UsedPtr),
    .Depth(2 ** UsedPtr)
  ) u_prev (
    .clk_i,
    .re_i   (read_i),
    .raddr_i(read_ptr_i[UsedPtr-1:0]),
    .rdata_o(prev_o[UsedPtr-1:0]),
    .we_i   (link_i.prev_we),
    .waddr_i(link_i.prev_ptr[UsedPtr-1:0]),
    .wdata_i(link_i.prev[UsedPtr-1:0])
  );
  assign next_o[PtrBits-1:UsedPtr] = '0;
  assign prev_o[PtrBits-1:UsedPtr] = '0;

  assign set_o = PtrBits'(lookup_set_q);
  assign way_size_o = size;
  logic looked_q;  // looked up one cycle ago; a simulation compares in no other cycle
  logic [Ways-1:0] removed_q;  // in the cycle of the lookup, of its set
  always_ff @(posedge clk_i) begin
    looked_q <= lookup_i;
    if (lookup_i) begin
      removed_q <= '0;
      if (write_i.remove && write_set == hash[SetsLog2-1:0]) removed_q[write_way] <= 1'b1;
    end
  end

  always_comb begin
    live_o  = '0;
    match_o = '0;
    if (looked_q) begin
      for (int unsigned w = 0; w < Ways; w++) begin
        live_o[w]  = tag[w].gen == gen_i && !removed_q[w];
        match_o[w] = live_o[w] && tag[w].key == compare_key_i;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (lookup_i) lookup_set_q <= hash[SetsLog2-1:0];
    if (read_i) read_way_q <= read_ptr_i[SetsLog2+:WayW];
    if (compare_i) begin
      hit_o  <= match_o != '0;
      free_o <= live_o != '1;
      for (int unsigned w = 0; w < Ways; w++) begin
        if (!live_o[w]) ptr_o <= PtrBits'({WayW'(w), lookup_set_q});
      end
      for (int unsigned w = 0; w < Ways; w++) begin
        if (match_o[w]) begin
          ptr_o <= PtrBits'({WayW'(w), lookup_set_q});
          code_o <= code[w];
          hit_size_o <= size[w];
        end
      end
    end
  end

  assign price_o = tag[read_way_q].key.price;
  assign size_o = size[read_way_q];
  assign level_in_range_o = in_range[read_way_q];

`ifndef SYNTHESIS
  // Checks begin when the reset has reached all: what follows it by a pipeline of its own, too.
  logic [3:0] armed_q;
  initial armed_q = '0;
  always_ff @(posedge clk_i) armed_q <= {armed_q[2:0], 1'b1};

  always_ff @(posedge clk_i)
    if (armed_q[3]) begin
      assert ($countones(
          {write_i.insert, write_i.remove, write_i.resize, write_i.recode, sweep_i}
      ) <= 1)
      else $error("level_store: two writes at once");
      assert (!(lookup_i && read_i))
      else $error("level_store: two reads at once");
      assert (!compare_i || looked_q)
      else $error("level_store: compared without a lookup");
      if (write_i.insert)
        assert (gen_i != 8'd0)
        else $error("level_store: generation 0 is never live");
      if (compare_i)
        assert ($countones(match_o) <= 1)
        else $error("level_store: a level stands twice");
    end
`endif

endmodule

`default_nettype wire
