// Symbol to slot: two hash tables in memory, placed by the host (cuckoo placement), one lookup a cycle.
//
// The row of a symbol is CRC-32C(8 symbol bytes) bits [MapLog2-1:0] in table 0 and [16+MapLog2-1:16] in table 1.
// `lookup_i` reads both rows; one cycle later, and until the next lookup, `hit_o` and `slot_o` answer for the key on
// `key_i`. A row that names a slot which this build does not have counts as absent.
// The tables are configuration: hard reset makes all rows invalid, core reset keeps them.

`default_nettype none

module symbol_table #(
  parameter int unsigned MapLog2 = 8,
  parameter int unsigned Slots   = 64
) (
  input wire logic clk_i,
  input wire logic rst_ni,

  // Host writes one row; takes effect for symbols looked up in later cycles.
  input wire logic        cfg_valid_i,
  input wire logic        cfg_way_i,
  input wire logic [15:0] cfg_index_i,
  input wire logic [63:0] cfg_symbol_i,
  input wire logic [11:0] cfg_slot_i,
  input wire logic        cfg_entry_valid_i,

  input  wire logic        lookup_i,
  input  wire logic [63:0] lookup_symbol_i,  // 8 bytes as on the wire, byte 0 in [7:0]
  input  wire logic [63:0] key_i,            // the symbol of the latest lookup
  output logic             hit_o,
  output logic      [11:0] slot_o
);

  localparam int unsigned Rows = 2 ** MapLog2;
  localparam int unsigned RowW = 64 + 12;

  if (MapLog2 < 1 || MapLog2 > 16) begin : gen_illegal_map
    $fatal(1, "symbol_table: MapLog2 must be 1..16");
  end
  if (Slots < 1 || Slots > 4094) begin : gen_illegal_slots
    $fatal(1, "symbol_table: Slots must be 1..4094");
  end

  logic [31:0] hash;
  logic [RowW-1:0] row [2];
  logic row_valid_q [2];

  key_hash #(
    .KeyBytes(8)
  ) u_hash (
    .key_i (lookup_symbol_i),
    .hash_o(hash)
  );

  // Bits between the two row numbers choose nothing.
  logic unused;
  assign unused = ^{hash, cfg_index_i};

  for (genvar t = 0; t < 2; t++) begin : gen_table
    logic [Rows-1:0] valid_q;
    logic [MapLog2-1:0] row_of_symbol;
    logic we;

    assign row_of_symbol = hash[16*t+:MapLog2];
    assign we = cfg_valid_i && cfg_way_i == 1'(t);

    sync_ram #(
      .Width(RowW),
      .Depth(Rows)
    ) u_rows (
      .clk_i,
      .re_i   (lookup_i),
      .raddr_i(row_of_symbol),
      .rdata_o(row[t]),
      .we_i   (we),
      .waddr_i(cfg_index_i[MapLog2-1:0]),
      .wdata_i({cfg_symbol_i, cfg_slot_i})
    );

    // One flop a row: hard reset must empty the table before the host's first write, with no walk to wait for.
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) valid_q <= '0;
      else if (we) valid_q[cfg_index_i[MapLog2-1:0]] <= cfg_entry_valid_i;
    end

    always_ff @(posedge clk_i) begin
      if (lookup_i) row_valid_q[t] <= valid_q[row_of_symbol];
    end
  end

  logic [1:0] hit;
  always_comb begin
    for (int unsigned t = 0; t < 2; t++) begin
      hit[t] = row_valid_q[t] && row[t][RowW-1:12] == key_i && row[t][11:0] < 12'(Slots);
    end
  end
  assign hit_o  = hit != 2'b00;
  assign slot_o = hit[0] ? row[0][11:0] : row[1][11:0];

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  logic [63:0] looked_up_q;
  logic looked_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) looked_q <= 1'b0;
    else if (lookup_i) begin
      looked_q <= 1'b1;
      looked_up_q <= lookup_symbol_i;
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q && looked_q && hit_o)
      assert (looked_up_q == key_i)
      else $error("symbol_table: answer for another symbol than the one looked up");
  end
`endif

endmodule

`default_nettype wire
