// Hash of a key: bits of its CRC-32C (Castagnoli, reflected, initial value and final xor 0xffffffff, byte 0 first).
//
// A CRC is affine over GF(2), so each result bit is the parity of a fixed set of key bits, xored with the CRC of the
// all-zero key. The sets are computed at elaboration; the hardware is one flat XOR per result bit.

`default_nettype none

module key_hash #(
  parameter int unsigned KeyBytes = 8
) (
  input  wire logic [8*KeyBytes-1:0] key_i,
  output logic      [          31:0] hash_o
);

  localparam int unsigned KeyBits = 8 * KeyBytes;
  typedef logic [KeyBits-1:0] key_t;

  if (KeyBytes < 1 || KeyBytes > 64) begin : gen_illegal
    $fatal(1, "key_hash: KeyBytes must be 1..64");
  end

  // CRC register after all key bits, from the given start value, without the final xor.
  function automatic logic [31:0] shifted(input key_t key, input logic [31:0] start);
    logic [31:0] crc;
    crc = start;
    for (int unsigned i = 0; i < KeyBits; i++) begin
      crc = (crc >> 1) ^ ((crc[0] ^ key[i]) ? 32'h82f6_3b78 : 32'h0);
    end
    return crc;
  endfunction

  // Contribution of key bit i alone.
  function automatic logic [31:0] basis(input int unsigned i);
    return shifted(key_t'(1) << i, 32'h0);
  endfunction

  localparam logic [31:0] Offset = ~shifted('0, 32'hffff_ffff);

  logic [KeyBits-1:0] mask[32];

  for (genvar i = 0; i < KeyBits; i++) begin : gen_key_bit
    localparam logic [31:0] Basis = basis(i);
    for (genvar b = 0; b < 32; b++) begin : gen_mask_bit
      assign mask[b][i] = Basis[b];
    end
  end

  for (genvar b = 0; b < 32; b++) begin : gen_hash_bit
    assign hash_o[b] = Offset[b] ^ (^(key_i & mask[b]));
  end

`ifndef SYNTHESIS
  // The CRC is linear up to its offset: the zero key gives the offset.
  always_comb begin
    if (key_i == '0)
      assert (hash_o == Offset)
      else $error("key_hash: offset broken");
  end
`endif

endmodule

`default_nettype wire
