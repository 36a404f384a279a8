// Proof of order_table: an inserted order that was not taken out is found, as it was written last, and one that was taken
// out, or never put in, is not; whatever lookups, comparisons and writes of other references come between, back to back.
//
// One reference is chosen and its order remembered beside the table. At the start its set holds no live row (the sweep
// after reset; a restart steps the generation). The generation stands.

`default_nettype none

module order_table_proof
  import itch_pkg::*;
#(
  parameter int unsigned SetsLog2 = 3,
  parameter int unsigned Ways     = 2,
  parameter int unsigned GenBits  = 2
) (
  input wire logic                 clk_i,
  input wire logic                 rst_ni,
  input wire logic   [GenBits-1:0] gen_i,
  input wire logic                 lookup_i,
  input wire logic   [       63:0] lookup_key_i,
  input wire logic                 compare_i,
  input wire logic   [       11:0] slot_i,
  input wire logic                 write_i,
  input wire logic                 write_live_i,
  input wire order_t               write_order_i,
  input wire logic   [       63:0] chosen_i
);

  localparam int unsigned TagW = 64 - SetsLog2;
  typedef struct packed {
    logic [GenBits-1:0] gen;
    logic [TagW-1:0]    tag;
    order_t             order;
  } row_t;

  logic hit, full, differs;
  order_t order;
  logic [63:0] key_q;
  order_table #(
    .SetsLog2(SetsLog2),
    .Ways    (Ways),
    .GenBits (GenBits)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .gen_i,
    .lookup_i,
    .lookup_key_i,
    .compare_i,
    .key_i      (key_q),
    .slot_i,
    .hit_o      (hit),
    .full_o     (full),
    .differs_o  (differs),
    .order_o    (order),
    .write_i,
    .write_live_i,
    .write_order_i,
    .sweep_i    (1'b0),
    .sweep_set_i('0)
  );

  function automatic logic [SetsLog2-1:0] set_of(input logic [63:0] key);
    logic [15:0] folded;
    folded = key[15:0] ^ key[31:16] ^ key[47:32] ^ key[63:48];
    return folded[SetsLog2-1:0];
  endfunction

  // What instrument_map keeps to: a comparison of the key looked up last and not written since; a write after its
  // comparison, of a hit or into room; the next lookup with the write at the earliest.
  logic first_q, looked_q, compared_q;  // looked up, and not written since; compared
  logic [63:0] chosen_q;
  logic [GenBits-1:0] gen_q;
  initial first_q = 1'b1;
  always_ff @(posedge clk_i) begin
    first_q  <= 1'b0;
    chosen_q <= first_q ? chosen_i : chosen_q;
    gen_q    <= gen_i;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      looked_q   <= 1'b0;
      compared_q <= 1'b0;
    end else begin
      looked_q   <= lookup_i || (looked_q && !write_i);
      compared_q <= !lookup_i && (compare_i || compared_q);
      if (lookup_i) key_q <= lookup_key_i;
    end
  end

  // The order remembered, and what the comparison before must have told.
  logic alive_q, told_q, differs_q;
  order_t order_q;
  // References are equal when their tags and sets are: the set is the low bits folded with bits of the tag.
  logic mine;
  assign mine = key_q[63:SetsLog2] == chosen_q[63:SetsLog2] && set_of(key_q) == set_of(chosen_q);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      alive_q <= 1'b0;
      told_q  <= 1'b0;
    end else begin
      told_q <= compare_i && !lookup_i && mine;
      if (compare_i) differs_q <= order_q.slot != slot_i;
      if (write_i && mine) begin
        alive_q <= write_live_i;
        order_q <= write_order_i;
      end
    end
  end

  // The rows of the chosen set as they will stand once the write under way is done, and as the comparison sees them.
  logic [SetsLog2-1:0] set;
  row_t [Ways-1:0] stored, seen;
  logic [Ways-1:0] own;
  logic pending, known;
  assign set = set_of(first_q ? chosen_i : chosen_q);
  assign pending = u_dut.write_q && u_dut.last_set_q == set;
  assign known = u_dut.last_valid_q && u_dut.last_set_q == set;
  for (genvar w = 0; w < Ways; w++) begin : gen_way
    row_t memory;
    assign memory = u_dut.gen_way[w].u_rows.mem[set];
    assign stored[w] = (pending && u_dut.last_way_q[w]) ? u_dut.last_q : memory;
    assign seen[w] = (known && u_dut.last_way_q[w]) ? u_dut.last_q
                                                    : u_dut.gen_way[w].u_rows.rdata_o;
    assign own[w] = stored[w].gen == gen_i && stored[w].tag == chosen_q[63:SetsLog2];

    always_comb begin
      if (first_q) begin
        e_empty : assume (stored[w].gen != gen_i);
      end else if (rst_ni) begin
        if (own[w]) a_order : assert (stored[w].order == order_q);
        if (known && u_dut.last_way_q[w]) a_last : assert (stored[w] == u_dut.last_q);
        if (looked_q && set_of(key_q) == set) a_seen : assert (seen[w] == stored[w]);
        if (compared_q && set_of(key_q) == set && u_dut.way[w]) begin
          // What a write takes: the hit, or a free way, and never the chosen order's when it is another's.
          a_way : assert (mine || !own[w]);
        end
      end
    end
  end

  always_comb begin
    if (first_q) begin
      e_reset : assume (!rst_ni);
    end else begin
      e_no_reset : assume (rst_ni);
      e_gen : assume (gen_i == gen_q);
    end
    e_live : assume (gen_i != '0);
    if (compare_i) e_compare : assume (looked_q);
    if (write_i) begin
      e_write : assume (compared_q && (hit || (write_live_i && !full)));
      e_not_both : assume (!compare_i);
    end

    if (!first_q && rst_ni) begin
      a_once : assert ((own & (own - Ways'(1))) == '0);
      a_alive : assert ((own != '0) == alive_q);
      if (u_dut.write_q) a_known : assert (u_dut.last_valid_q);
      if (u_dut.write_q && compared_q) begin  // written twice after one comparison: the same row
        a_again : assert (u_dut.last_set_q == u_dut.set_q && u_dut.last_way_q == u_dut.way);
      end
      if (compared_q) begin
        a_key : assert ({u_dut.tag_q, u_dut.set_q} == {key_q[63:SetsLog2], set_of(key_q)});
        if (mine) begin
          a_one : assert ((u_dut.way & (u_dut.way - Ways'(1))) == '0);
          a_way_or_full : assert (u_dut.way != '0 || (full && !hit));
          if (looked_q) a_hit : assert (hit == alive_q);
          if (alive_q) a_own : assert (u_dut.way == own);
        end
      end
      // The claims: the answer in the cycle after a comparison.
      if (told_q) begin
        a_found : assert (hit == alive_q);
        if (alive_q) begin
          a_as_written : assert (order == order_q);
          a_slot : assert (differs == differs_q);
        end
      end
      c_found : cover (told_q && hit && alive_q);
      c_gone : cover (told_q && !hit && u_dut.last_valid_q && full);
    end
  end

endmodule

`default_nettype wire
