// A memory with one synchronous read port and one write port: the shape of a block RAM.
//
// `rdata_o` shows `mem[raddr_i]` one cycle after `re_i` and holds it until the next read. A read of the row that is
// written in the same cycle gives the old content. Contents are never reset: owners clear by generation or by a walk.

`default_nettype none

module sync_ram #(
  parameter  int unsigned Width = 8,
  parameter  int unsigned Depth = 16,
  localparam int unsigned AddrW = (Depth > 1) ? $clog2(Depth) : 1
) (
  input  wire logic             clk_i,
  input  wire logic             re_i,
  input  wire logic [AddrW-1:0] raddr_i,
  output logic      [Width-1:0] rdata_o,
  input  wire logic             we_i,
  input  wire logic [AddrW-1:0] waddr_i,
  input  wire logic [Width-1:0] wdata_i
);

  if (Depth < 1 || Width < 1) begin : gen_illegal
    $fatal(1, "sync_ram: Width and Depth must be 1 or more");
  end

  logic [Width-1:0] mem[Depth];

  always_ff @(posedge clk_i) begin
    if (re_i) rdata_o <= mem[raddr_i];
  end

  always_ff @(posedge clk_i) begin
    if (we_i) mem[waddr_i] <= wdata_i;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i)
    if ($time != 0) begin  // inputs are random at time 0
      if (we_i)
        assert (32'(waddr_i) < Depth)
        else $error("sync_ram: write beyond the last row");
      if (re_i)
        assert (32'(raddr_i) < Depth)
        else $error("sync_ram: read beyond the last row");
    end
`endif

endmodule

`default_nettype wire
