// Line FIFO: a block RAM with synchronous reads behind an output register. A line that meets an empty FIFO is at the
// output one cycle later; back to back lines pass one a cycle.

`default_nettype none

module line_fifo #(
  parameter int unsigned Width = 526,
  parameter int unsigned Depth = 64
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic             valid_i,
  output logic                  ready_o,
  input  wire logic [Width-1:0] data_i,
  output logic                  valid_o,
  input  wire logic             ready_i,
  output logic      [Width-1:0] data_o,
  output logic                  half_empty_o  // at most half full
);

  localparam int unsigned AddrBits = $clog2(Depth);
  typedef logic [AddrBits-1:0] addr_t;
  typedef logic [AddrBits:0] level_t;

  logic [Width-1:0] lines[Depth];
  addr_t write_q, read_q;
  level_t             level_q;  // lines in the memory
  logic               fetched_valid_q;  // memory's read register
  logic   [Width-1:0] fetched_q;
  logic               out_valid_q;
  logic   [Width-1:0] out_q;

  logic out_free, bypass, push, fetch;
  assign out_free = !out_valid_q || ready_i;
  assign bypass = valid_i && level_q == '0 && !fetched_valid_q && out_free;
  assign push = valid_i && ready_o && !bypass;
  assign fetch = level_q != '0 && (!fetched_valid_q || out_free);
  assign ready_o = level_q != level_t'(Depth);
  assign half_empty_o = level_q <= level_t'(Depth / 2);
  assign valid_o = out_valid_q;
  assign data_o = out_q;

  always_ff @(posedge clk_i) begin
    if (push) lines[write_q] <= data_i;
    if (fetch) fetched_q <= lines[read_q];
    if (bypass) out_q <= data_i;
    else if (out_free && fetched_valid_q) out_q <= fetched_q;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q <= '0;
      level_q <= '0;
      fetched_valid_q <= 1'b0;
      out_valid_q <= 1'b0;
    end else begin
      if (push) write_q <= write_q + addr_t'(1);
      if (fetch) read_q <= read_q + addr_t'(1);
      level_q <= level_q + level_t'(push) - level_t'(fetch);
      if (fetch) fetched_valid_q <= 1'b1;
      else if (out_free) fetched_valid_q <= 1'b0;
      if (out_free) out_valid_q <= bypass || fetched_valid_q;
    end
  end

  if (Depth < 2 || Depth != (1 << AddrBits)) begin : gen_illegal_depth
    $fatal(1, "line_fifo: Depth = %0d is no power of two", Depth);
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q)
      assert (level_q <= level_t'(Depth))
      else $error("line_fifo: overfull");
  end
`endif

endmodule

`default_nettype wire
