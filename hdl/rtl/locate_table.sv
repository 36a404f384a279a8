// Stock locate to slot, learned in hardware (card model, "Locate table"): one row for each locate of the day.
//
// `lookup_i` reads the row of `lookup_locate_i`; one cycle later the outputs answer for the same locate on `key_i` (in
// this cycle only). `teach_i` writes a row: it is seen by every comparison in later cycles, since the row written last
// stands in registers as well. A row of another generation is not learned.
// Memory at the default size: 65,536 rows of 21 bits = 1,376,256 bits (about 38 RAMB36 of UltraScale+, 84 EBR of ECP5).

`default_nettype none

module locate_table #(
  parameter int unsigned LocateLog2 = 16,
  parameter int unsigned GenBits    = 8
) (
  input wire logic               clk_i,
  input wire logic               rst_ni,
  input wire logic [GenBits-1:0] gen_i,

  input  wire logic        lookup_i,
  input  wire logic [15:0] lookup_locate_i,
  input  wire logic [15:0] key_i,
  output logic             learned_o,
  output logic             mapped_o,         // false: the instrument has no slot
  output logic      [11:0] slot_o,

  input wire logic        teach_i,
  input wire logic [15:0] teach_locate_i,
  input wire logic        teach_mapped_i,
  input wire logic [11:0] teach_slot_i,

  input wire logic                  sweep_i,     // forgets row sweep_row_i
  input wire logic [LocateLog2-1:0] sweep_row_i
);

  typedef struct packed {
    logic [GenBits-1:0] gen;
    logic               mapped;
    logic [11:0]        slot;
  } row_t;

  if (LocateLog2 < 1 || LocateLog2 > 16) begin : gen_illegal
    $fatal(1, "locate_table: LocateLog2 must be 1..16");
  end

  row_t ram_row, row, last_q;
  logic [LocateLog2-1:0] last_locate_q;
  logic last_valid_q;  // last_q is what row last_locate_q holds, or will hold in the next cycle
  logic write_q;

  sync_ram #(
    .Width($bits(row_t)),
    .Depth(2 ** LocateLog2)
  ) u_rows (
    .clk_i,
    .re_i   (lookup_i),
    .raddr_i(lookup_locate_i[LocateLog2-1:0]),
    .rdata_o(ram_row),
    .we_i   (sweep_i || write_q),
    .waddr_i(sweep_i ? sweep_row_i : last_locate_q),
    .wdata_i(sweep_i ? '0 : last_q)
  );

  assign row = (last_valid_q && last_locate_q == key_i[LocateLog2-1:0]) ? last_q : ram_row;
  assign learned_o = row.gen == gen_i;
  assign mapped_o = row.mapped;
  assign slot_o = row.slot;

  if (LocateLog2 < 16) begin : gen_narrow
    // A narrow table is for builds that see few locates; the others share rows.
    logic unused;
    assign unused = ^{lookup_locate_i[15:LocateLog2], key_i[15:LocateLog2],
                      teach_locate_i[15:LocateLog2]};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      last_valid_q <= 1'b0;
      write_q <= 1'b0;
    end else begin
      last_valid_q <= !sweep_i && (teach_i || last_valid_q);
      write_q <= teach_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (teach_i) begin
      last_locate_q <= teach_locate_i[LocateLog2-1:0];
      last_q <= '{gen: gen_i, mapped: teach_mapped_i, slot: teach_slot_i};
    end
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q) begin
      assert (!(teach_i && sweep_i))
      else $error("locate_table: taught while it is swept");
      assert (!(teach_i && gen_i == '0))
      else $error("locate_table: generation 0 is never live");
    end
  end
`endif

endmodule

`default_nettype wire
