// CRC-32C (Castagnoli, reflected, init and final xor all ones) over a whole block, as one flat XOR network in front of
// its register. Byte 0 of the block is data_i[7:0]. Bit b of the result is the parity of data_i under Rows[b]: 240 taps,
// four levels of 6-input tables.

`default_nettype none

module line_crc #(
  parameter int unsigned Bits = 480
) (
  input  wire logic            clk_i,
  input  wire logic            en_i,
  input  wire logic [Bits-1:0] data_i,
  output logic      [    31:0] crc_o
);

  localparam logic [31:0] Poly = 32'h82f63b78;

  typedef logic [31:0][Bits-1:0] rows_t;

  function automatic logic [31:0] step(input logic [31:0] crc);
    return {1'b0, crc[31:1]} ^ (crc[0] ? Poly : 32'd0);
  endfunction

  // What a lone 1 in bit i does to the final CRC: the last bit adds Poly, each earlier one a further step of it.
  function automatic rows_t rows();
    rows_t result;
    logic [31:0] column;
    column = Poly;
    for (int i = int'(Bits) - 1; i >= 0; i--) begin
      for (int unsigned b = 0; b < 32; b++) result[b][i] = column[b];
      column = step(column);
    end
    return result;
  endfunction

  // CRC of a block of zeros.
  function automatic logic [31:0] zeros();
    logic [31:0] crc;
    crc = 32'hffffffff;
    for (int unsigned i = 0; i < Bits; i++) crc = step(crc);
    return ~crc;
  endfunction

  localparam rows_t Rows = rows();
  localparam logic [31:0] Zeros = zeros();

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      for (int unsigned b = 0; b < 32; b++) crc_o[b] <= Zeros[b] ^ ^(data_i & Rows[b]);
    end
  end

  if (Bits == 0 || Bits % 8 != 0) begin : gen_illegal_bits
    $fatal(1, "line_crc: Bits = %0d is not whole bytes", Bits);
  end

`ifndef SYNTHESIS
  // The flat network against the bit-serial definition, on every block of a simulation.
  function automatic logic [31:0] serial(input logic [Bits-1:0] data);
    logic [31:0] crc;
    crc = 32'hffffffff;
    for (int unsigned i = 0; i < Bits; i++) crc = step(crc ^ {31'd0, data[i]});
    return ~crc;
  endfunction

  logic [Bits-1:0] taken_q;
  logic            full_q;
  initial full_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (en_i) taken_q <= data_i;
    full_q <= en_i;
    if (full_q)
      assert (crc_o == serial(taken_q))
      else $error("line_crc: not the serial CRC");
  end
`endif

endmodule

`default_nettype wire
