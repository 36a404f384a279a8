// The generation number of rows in memory: stepping it empties all tables that carry it, in one cycle.
//
// Rows written with another number are dead; number 0 is never live. When the numbers are used up, and after hard
// reset (contents are random then), all rows are walked: `sweep_o` for one cycle each with its number, owners write
// generation 0. While `sweep_o` is set no table may be used.

`default_nettype none

module generation #(
  parameter  int unsigned GenBits = 8,
  parameter  int unsigned Rows    = 65536,                         // of the deepest table
  localparam int unsigned RowBits = (Rows > 1) ? $clog2(Rows) : 1
) (
  input  wire logic               clk_i,
  input  wire logic               rst_ni,
  input  wire logic               step_i,
  output logic      [GenBits-1:0] gen_o,
  output logic                    sweep_o,
  output logic      [RowBits-1:0] sweep_row_o
);

  if (GenBits < 1 || Rows < 1) begin : gen_illegal
    $fatal(1, "generation: GenBits and Rows must be 1 or more");
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      gen_o <= GenBits'(1);
      sweep_o <= 1'b1;
      sweep_row_o <= '0;
    end else if (step_i) begin
      if (gen_o == '1) begin
        gen_o <= GenBits'(1);
        sweep_o <= 1'b1;
        sweep_row_o <= '0;
      end else begin
        gen_o <= gen_o + GenBits'(1);
      end
    end else if (sweep_o) begin
      sweep_o <= sweep_row_o != RowBits'(Rows - 1);
      sweep_row_o <= sweep_row_o + RowBits'(1);
    end
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q) begin
      assert (gen_o != '0)
      else $error("generation: number 0 is never live");
      assert (!sweep_o || 32'(sweep_row_o) < Rows)
      else $error("generation: sweep beyond the last row");
    end
  end
`endif

endmodule

`default_nettype wire
