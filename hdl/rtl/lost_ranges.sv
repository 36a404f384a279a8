// The last ranges of sequence numbers that were declared lost in this session: tells late copies
// from duplicates.
//
// `query_valid_i` asks about one number; the answer is there in the next cycle. A range that is
// added when the memory is full replaces the oldest (`evicted_o`, same cycle); with `add_longer_i` it
// begins where the one added last ends, and lengthens it.

`default_nettype none

module lost_ranges #(
  parameter int unsigned Ranges = 8
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        clear_i,        // new session
  input  wire        add_valid_i,
  input  wire        add_longer_i,
  input  wire [63:0] add_first_i,
  input  wire [63:0] add_end_i,      // first number behind the range
  output wire        evicted_o,
  input  wire        query_valid_i,
  input  wire [63:0] query_seq_i,
  output wire        lost_o          // answer: in a range
);

  localparam int unsigned IndexBits = $clog2(Ranges);

  if (Ranges < 2 || (Ranges & (Ranges - 1)) != 0) begin : g_ranges
    $fatal(1, "lost_ranges: Ranges must be a power of two, 2 or more");
  end

  logic [Ranges-1:0]    valid_q;
  logic [63:0]          first_q [Ranges];
  logic [63:0]          end_q [Ranges];
  logic [IndexBits-1:0] next_q;
  wire  [IndexBits-1:0] last = next_q - 1'b1;
  logic [Ranges-1:0]    hit_q;

  assign evicted_o = add_valid_i && !add_longer_i && valid_q[next_q];
  assign lost_o = |hit_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
      next_q  <= '0;
    end else if (clear_i) begin
      valid_q <= '0;
      next_q  <= '0;
    end else if (add_valid_i && !add_longer_i) begin
      valid_q[next_q] <= 1'b1;
      next_q          <= next_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (add_valid_i && add_longer_i) begin
      end_q[last] <= add_end_i;
    end else if (add_valid_i) begin
      first_q[next_q] <= add_first_i;
      end_q[next_q]   <= add_end_i;
    end
    if (query_valid_i) begin
      for (int i = 0; i < Ranges; i++) begin
        hit_q[i] <= valid_q[i] && query_seq_i >= first_q[i] && query_seq_i < end_q[i];
      end
    end
  end

`ifndef SYNTHESIS
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
    end else if (checks_on_q) begin
      if (add_valid_i) a_range : assert (add_end_i > add_first_i);
      if (add_valid_i && add_longer_i) begin
        a_longer : assert (valid_q[last] && end_q[last] == add_first_i);
      end
      a_one_command : assert (!(add_valid_i && clear_i));
    end
  end
`endif

endmodule

`default_nettype wire
