// Which places of the reorder memory hold a message: one bit each, in words that are searched whole.
//
// `set_i`, `clr_i`: one place each, not in one cycle with the other. `test_o` answers in the same
// cycle. `read_i`: `read_o` tells in the next cycle and holds. `find_i`: `found_o` pulses three cycles
// later with the first held place behind `find_from_i`, going round; that place itself must not be
// held, some other must, and nothing may change until then.

`default_nettype none

module held_map #(
  parameter  int unsigned Places    = 2048,           // a power of two
  localparam int unsigned PlaceBits = $clog2(Places)
) (
  input wire clk_i,
  input wire rst_ni,

  input  wire                 set_i,
  input  wire [PlaceBits-1:0] set_place_i,
  input  wire                 clr_i,
  input  wire [PlaceBits-1:0] clr_place_i,
  output wire                 empty_o,

  input  wire  [PlaceBits-1:0] test_place_i,
  output wire                  test_o,
  input  wire                  read_i,
  input  wire  [PlaceBits-1:0] read_place_i,
  output logic                 read_o,
  input  wire                  find_i,
  input  wire  [PlaceBits-1:0] find_from_i,
  output logic                 found_o,
  output wire  [PlaceBits-1:0] found_place_o
);

  if (Places < 4 || (Places & (Places - 1)) != 0) begin : g_places
    $fatal(1, "held_map: Places must be a power of two, 4 or more");
  end

  localparam int unsigned WordBits = Places >= 128 ? 64 : Places / 2;
  localparam int unsigned Words = Places / WordBits;
  localparam int unsigned BitIdx = $clog2(WordBits);
  localparam int unsigned WordIdx = $clog2(Words);
  typedef logic [WordBits-1:0] word_t;
  typedef logic [WordIdx-1:0] word_idx_t;
  typedef logic [BitIdx-1:0] bit_idx_t;

  typedef struct packed {
    word_idx_t word;
    bit_idx_t  place;
  } split_t;

  wire split_t set_at = set_place_i;
  wire split_t clr_at = clr_place_i;
  wire split_t test_at = test_place_i;
  wire split_t read_at = read_place_i;
  wire split_t from = find_from_i;

  word_t held_q[Words];
  logic [PlaceBits:0] count_q;

  assign empty_o = count_q == '0;
  assign test_o  = held_q[test_at.word][test_at.place];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < Words; i++) held_q[i] <= '0;
      count_q <= '0;
    end else begin
      if (set_i) held_q[set_at.word][set_at.place] <= 1'b1;
      if (clr_i) held_q[clr_at.word][clr_at.place] <= 1'b0;
      if (set_i) count_q <= count_q + 1'b1;
      else if (clr_i) count_q <= count_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (read_i) read_o <= held_q[read_at.word][read_at.place];
  end

  // Search: the rest of the first word, then whole words going round -------------------------------
  logic step1_q, step2_q;
  word_t            word_q;       // candidates in word `index_q`
  word_idx_t        index_q;
  logic [Words-1:0] occupied_q;   // words that hold something
  bit_idx_t         bit_q;

  word_idx_t        next_index;   // the first occupied word behind index_q
  logic [Words-1:0] behind;
  always_comb begin
    behind = '0;
    next_index = index_q;
    if (step1_q) begin
      // Place i of `behind` is word index_q + 1 + i.
      for (int unsigned i = 0; i < Words; i++) behind[i] = occupied_q[index_q+word_idx_t'(i+1)];
      for (int unsigned i = Words; i > 0; i--) begin
        if (behind[i-1]) next_index = index_q + word_idx_t'(i);
      end
    end
  end

  bit_idx_t lowest;
  always_comb begin
    lowest = '0;
    if (step2_q) begin
      for (int unsigned i = WordBits; i > 0; i--) if (word_q[i-1]) lowest = bit_idx_t'(i - 1);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      step1_q <= 1'b0;
      step2_q <= 1'b0;
      found_o <= 1'b0;
    end else begin
      step1_q <= find_i;
      step2_q <= step1_q;
      found_o <= step2_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (find_i) begin
      index_q <= from.word;
      word_q  <= held_q[from.word] & ({WordBits{1'b1}} << from.place);
      for (int unsigned i = 0; i < Words; i++) occupied_q[i] <= held_q[i] != '0;
    end
    if (step1_q && word_q == '0) begin
      index_q <= next_index;
      word_q  <= held_q[next_index];
    end
    if (step2_q) bit_q <= lowest;
  end

  assign found_place_o = {index_q, bit_q};

`ifndef SYNTHESIS
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
    end else if (checks_on_q) begin
      a_one_command : assert (!(set_i && clr_i));
      if (set_i) begin
        a_free : assert (!held_q[set_at.word][set_at.place]);
      end
      if (clr_i) begin
        a_held : assert (held_q[clr_at.word][clr_at.place]);
      end
      if (find_i) begin
        a_something : assert (!empty_o);
        a_elsewhere : assert (!held_q[from.word][from.place]);
      end
      if (find_i || step1_q || step2_q) a_still : assert (!set_i && !clr_i);
    end
  end
`endif

endmodule

`default_nettype wire
