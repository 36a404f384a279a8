// Orders of each slot that did not fit into the order table (card model, "Untracked count"), saturating.
//
// `read_i` reads a slot's count; one cycle later and until the next read `more_o` says whether it is above 0. `add_i` or
// `sub_i` then change that slot's count; a later read sees it. A count of another generation is 0.

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

  input wire logic add_i,
  input wire logic sub_i,  // only when more_o

  input wire logic             sweep_i,
  input wire logic [SlotW-1:0] sweep_slot_i
);

  typedef struct packed {
    logic [GenBits-1:0]   gen;
    logic [CountBits-1:0] count;
  } row_t;

  row_t row, write_row;
  logic [SlotW-1:0] slot_q;
  logic [CountBits-1:0] count;

  sync_ram #(
    .Width($bits(row_t)),
    .Depth(Slots)
  ) u_rows (
    .clk_i,
    .re_i   (read_i),
    .raddr_i(slot_i),
    .rdata_o(row),
    .we_i   (sweep_i || add_i || sub_i),
    .waddr_i(sweep_i ? sweep_slot_i : slot_q),
    .wdata_i(sweep_i ? '0 : write_row)
  );

  assign count  = (row.gen == gen_i) ? row.count : '0;
  assign more_o = count != '0;
  always_comb begin
    write_row.gen = gen_i;
    if (sub_i) write_row.count = count - CountBits'(1);
    else if (count == '1) write_row.count = count;
    else write_row.count = count + CountBits'(1);
  end

  always_ff @(posedge clk_i) if (read_i) slot_q <= slot_i;

`ifndef SYNTHESIS
  logic stale_q;  // the row read was changed since
  always_ff @(posedge clk_i) begin
    if (read_i) stale_q <= 1'b0;
    else if (add_i || sub_i) stale_q <= 1'b1;
    if ($time != 0) begin
      assert (!(add_i && sub_i) && !(sub_i && !more_o))
      else $error("untracked_counts: nothing to subtract from, or two changes at once");
      assert (!(stale_q && (add_i || sub_i)))
      else $error("untracked_counts: changed twice without a read between");
      assert (!(read_i && (add_i || sub_i)) || slot_i != slot_q)
      else $error("untracked_counts: read while it is changed");
    end
  end
`endif

endmodule

`default_nettype wire
