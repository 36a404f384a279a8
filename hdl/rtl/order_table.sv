// Live orders by reference: a set-associative memory (card model, "Order table").
//
// Set = low SetsLog2 bits of r ^ r>>16 ^ r>>32 ^ r>>48. The row keeps the reference without its low SetsLog2 bits, which
// the set and the others tell. A row is live when its generation equals `gen_i`; generation 0 never is.
//
//   cycle 0  lookup_i      reads all ways of the reference's set
//   cycle 1  compare_i     same reference on key_i; may come later or again, as long as no other lookup was made
//   cycle 2  hit_o, full_o, differs_o, order_o   until the next comparison or write
//            write_i       puts write_order_i over the hit, or into the lowest free way; write_live_i = 0: takes the hit out
//
// A lookup may be made in the cycle of the write before it: the row written last stands in registers as well, and each
// comparison takes it instead of what memory gave. So one operation every 2 cycles, whatever the references.
//
// For the clock: behind the memory lie the comparison of one row and the registers, no more; which way it is, and whether
// its slot is another, is put together from these registers in cycle 2.
//
// Memory: a row has GenBits + (64 - SetsLog2) + 77 = 133 bits at the default of 2^16 sets, so 1,048,576 rows are
// 139,460,608 bits (133 Mibit). In UltraScale+ URAM288 (4,096 x 72): 2 side by side (144 bits, 11 spare), 16 deep, 16
// ways: 512 blocks (a VU9P has 960, a VU13P 1,280). 2^10 sets of 4 ways: 569,344 bits.

`default_nettype none

module order_table
  import itch_pkg::*;
#(
  parameter int unsigned SetsLog2 = 16,
  parameter int unsigned Ways     = 16,
  parameter int unsigned GenBits  = 8
) (
  input wire logic               clk_i,
  input wire logic               rst_ni,
  input wire logic [GenBits-1:0] gen_i,

  input wire logic        lookup_i,
  input wire logic [63:0] lookup_key_i,

  input  wire logic        compare_i,
  input  wire logic [63:0] key_i,
  input  wire logic [11:0] slot_i,
  output logic             hit_o,
  output logic             full_o,     // no free way
  output logic             differs_o,  // the hit has another slot than slot_i
  output order_t           order_o,    // the hit

  input wire logic   write_i,
  input wire logic   write_live_i,
  input wire order_t write_order_i,

  input wire logic                sweep_i,     // empties all ways of sweep_set_i
  input wire logic [SetsLog2-1:0] sweep_set_i
);

  localparam int unsigned TagW = 64 - SetsLog2;
  localparam int unsigned Sets = 2 ** SetsLog2;

  if (SetsLog2 < 1 || SetsLog2 > 16) begin : gen_illegal_sets
    $fatal(1, "order_table: SetsLog2 must be 1..16");
  end
  if (Ways < 1 || Ways > 32) begin : gen_illegal_ways
    $fatal(1, "order_table: Ways must be 1..32");
  end

  typedef struct packed {
    logic [GenBits-1:0] gen;
    logic [TagW-1:0]    tag;
    order_t             order;
  } row_t;

  function automatic logic [SetsLog2-1:0] set_of(input logic [63:0] key);
    logic [15:0] folded;
    folded = key[15:0] ^ key[31:16] ^ key[47:32] ^ key[63:48];
    return folded[SetsLog2-1:0];
  endfunction

  row_t row [Ways];
  row_t last_q;                   // the row written last, and where
  logic [SetsLog2-1:0] last_set_q;
  logic [Ways-1:0] last_way_q;    // one-hot
  logic last_valid_q;
  logic write_q;                  // it goes into memory in this cycle

  logic [SetsLog2-1:0] set_q;     // of the comparison
  logic [TagW-1:0] tag_q;
  logic [Ways-1:0] way;           // of the hit, else the lowest free way; one-hot
  logic [Ways-1:0] free_q;        // the lowest free way
  logic [Ways-1:0] differs_q;     // ways of another slot than slot_i, as memory has them
  logic differs_last_q;           // the same of the row written last
  logic [Ways-1:0] hit_memory_q;  // the hit, where memory has it
  logic hit_last_q;               // the hit is the row written last

  logic [SetsLog2-1:0] read_set, write_set;
  row_t write_row;
  assign read_set  = set_of(lookup_key_i);
  assign write_set = sweep_i ? sweep_set_i : last_set_q;
  assign write_row = sweep_i ? '0 : last_q;

  for (genvar w = 0; w < Ways; w++) begin : gen_way
    sync_ram #(
      .Width($bits(row_t)),
      .Depth(Sets)
    ) u_rows (
      .clk_i,
      .re_i   (lookup_i),
      .raddr_i(read_set),
      .rdata_o(row[w]),
      .we_i   (sweep_i || (write_q && last_way_q[w])),
      .waddr_i(write_set),
      .wdata_i(write_row)
    );
  end

  // Compare. All of it stands behind the enable, so that a simulation does it for comparisons only.
  typedef struct packed {
    logic [Ways-1:0] live;
    logic [Ways-1:0] hit;       // as memory has them, without the row written last
    logic [Ways-1:0] differs;
    logic            hit_last;  // of the row written last
  } match_t;

  function automatic match_t matched(input logic [SetsLog2-1:0] set, input logic [TagW-1:0] tag);
    match_t m;
    logic live_last;
    logic [Ways-1:0] forward;  // the row written last: not what memory gave
    forward = (last_valid_q && last_set_q == set) ? last_way_q : '0;
    live_last = last_q.gen == gen_i;
    m.hit_last = forward != '0 && live_last && last_q.tag == tag;
    for (int unsigned w = 0; w < Ways; w++) begin
      m.live[w] = forward[w] ? live_last : row[w].gen == gen_i;
      m.hit[w] = !forward[w] && {row[w].gen, row[w].tag} == {gen_i, tag};
      m.differs[w] = row[w].order.slot != slot_i;
    end
    return m;
  endfunction

  function automatic logic [Ways-1:0] lowest(input logic [Ways-1:0] ways);
    return ways & (~ways + Ways'(1));
  endfunction

  always_ff @(posedge clk_i) begin
    if (compare_i) begin
      automatic match_t m = matched(set_of(key_i), key_i[63:SetsLog2]);
      set_q <= set_of(key_i);
      tag_q <= key_i[63:SetsLog2];
      full_o <= m.live == '1;
      free_q <= lowest(~m.live);
      hit_memory_q <= m.hit;
      hit_last_q <= m.hit_last;
      differs_q <= m.differs;
      differs_last_q <= last_q.order.slot != slot_i;
    end
  end

  // Select.
  assign hit_o = hit_last_q || hit_memory_q != '0;
  assign differs_o = (hit_last_q && differs_last_q) || (hit_memory_q & differs_q) != '0;
  assign way = hit_last_q ? last_way_q : (hit_memory_q != '0) ? hit_memory_q : free_q;
  always_comb begin
    order_o = hit_last_q ? last_q.order : '0;
    for (int unsigned w = 0; w < Ways; w++) begin
      if (hit_memory_q[w]) order_o |= row[w].order;
    end
  end

  // Write.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= 1'b0;
      last_valid_q <= 1'b0;
    end else begin
      write_q <= write_i;
      last_valid_q <= !sweep_i && (write_i || last_valid_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (write_i) begin
      last_set_q <= set_q;
      last_way_q <= way;
      last_q <= '{gen: write_live_i ? gen_i : '0, tag: tag_q, order: write_order_i};
    end
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  logic compared_q;  // results are those of a comparison, not random
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) compared_q <= 1'b0;
    else compared_q <= (compared_q || compare_i) && !sweep_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q) begin
      if (compared_q && hit_o)
        assert ((way & (way - Ways'(1))) == '0)
        else $error("order_table: a reference stands twice in its set");
      if (write_i) begin
        assert (!sweep_i)
        else $error("order_table: written while it is swept");
        assert (hit_o || (write_live_i && !full_o))
        else $error("order_table: taken out what is not there, or put in where no room is");
        assert (way != '0 && (way & (way - Ways'(1))) == '0)
        else $error("order_table: not one way");
        assert (gen_i != '0)
        else $error("order_table: generation 0 is never live");
      end
    end
  end
`endif

endmodule

`default_nettype wire
