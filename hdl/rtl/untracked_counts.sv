// Orders of each slot that did not fit into the order table (card model, "Untracked count"): how many, saturating, and the
// sum of their references' hashes, which tells whether those that left are those that came.
//
// `read_i` reads a slot's count; one cycle later and until the next read `more_o` says whether it is above 0, and `odd_o`
// whether the last order would leave now, by `sub_i`, and leave a sum behind. `add_i`, `sub_i` or `rename_i` then change that
// slot's count and sum (from hash_i to new_hash_i); a later read sees it. A count of another generation is 0.

`default_nettype none

module untracked_counts #(
  parameter  int unsigned Slots     = 64,
  parameter  int unsigned CountBits = 32,
  parameter  int unsigned GenBits   = 8,
  localparam int unsigned SlotW     = (Slots > 1) ? $clog2(Slots) : 1
) (
  input wire logic               clk_i,
  input wire logic [GenBits-1:0] gen_i,

  input  wire logic             read_i,
  input  wire logic [SlotW-1:0] slot_i,
  output logic                  more_o,
  output logic                  odd_o,

  input wire logic        add_i,
  input wire logic        sub_i,      // only when more_o
  input wire logic        rename_i,   // only when more_o
  input wire logic [31:0] hash_i,     // of the order's reference
  input wire logic [31:0] new_hash_i, // rename_i: of its new one

  input wire logic             sweep_i,
  input wire logic [SlotW-1:0] sweep_slot_i
);

  typedef struct packed {
    logic [GenBits-1:0]   gen;
    logic [31:0]          sum;
    logic [CountBits-1:0] count;
  } row_t;

  row_t row, write_row;
  logic [SlotW-1:0] slot_q;
  logic [CountBits-1:0] count;
  logic [31:0] sum;
  logic one;

  sync_ram #(
    .Width($bits(row_t)),
    .Depth(Slots)
  ) u_rows (
    .clk_i,
    .re_i   (read_i),
    .raddr_i(slot_i),
    .rdata_o(row),
    .we_i   (sweep_i || add_i || sub_i || rename_i),
    .waddr_i(sweep_i ? sweep_slot_i : slot_q),
    .wdata_i(sweep_i ? '0 : write_row)
  );

  assign count  = (row.gen == gen_i) ? row.count : '0;
  assign sum    = (row.gen == gen_i) ? row.sum : '0;
  assign one    = count == CountBits'(1);
  assign more_o = count != '0;
  assign odd_o  = one && sum != hash_i;
  always_comb begin
    write_row.gen   = gen_i;
    write_row.count = count;
    write_row.sum   = sum + new_hash_i - hash_i;
    if (sub_i) begin
      write_row.count = count - CountBits'(1);
      write_row.sum   = one ? '0 : sum - hash_i;
    end else if (add_i) begin
      if (count != '1) write_row.count = count + CountBits'(1);
      write_row.sum = sum + hash_i;
    end
  end

  always_ff @(posedge clk_i) if (read_i) slot_q <= slot_i;

`ifndef SYNTHESIS
  logic stale_q;  // the row read was changed since
  always_ff @(posedge clk_i) begin
    if (read_i) stale_q <= 1'b0;
    else if (add_i || sub_i || rename_i) stale_q <= 1'b1;
    if ($time != 0) begin
      assert (2'(add_i) + 2'(sub_i) + 2'(rename_i) <= 2'd1 && !((sub_i || rename_i) && !more_o))
      else $error("untracked_counts: nothing to subtract from, or two changes at once");
      assert (!(stale_q && (add_i || sub_i || rename_i)))
      else $error("untracked_counts: changed twice without a read between");
      assert (!(read_i && (add_i || sub_i || rename_i)) || slot_i != slot_q)
      else $error("untracked_counts: read while it is changed");
    end
  end
`endif

endmodule

`default_nettype wire
