// Card time: 64-bit nanoseconds.
//
// Free mode: adds rate_i (32.32 fixed point ns) each cycle; `set_valid_i` loads. Follow mode (simulation, replay):
// stands still but for `follow_valid_i`, which moves it forward to the stamp of a packet, and `step_valid_i`, which moves
// it forward to the time that a discipline outside (PPS, PTP, a simulation that skips idle time) knows; never back.

`default_nettype none

module card_time (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        time_follow_i,   // 1 follow, 0 free
  input  wire [63:0] rate_i,
  input  wire        set_valid_i,
  input  wire [63:0] set_ns_i,
  input  wire        follow_valid_i,
  input  wire [63:0] follow_ns_i,
  input  wire        step_valid_i,
  input  wire [63:0] step_ns_i,
  output wire [63:0] time_ns_o
);

  logic [63:0] ns_q;
  logic [31:0] frac_q;

  wire [63:0] stepped_to = (step_valid_i && step_ns_i > ns_q) ? step_ns_i : ns_q;
  wire [95:0] stepped = {ns_q, frac_q} + 96'(rate_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ns_q   <= '0;
      frac_q <= '0;
    end else if (time_follow_i) begin
      frac_q <= '0;
      if (follow_valid_i && follow_ns_i > stepped_to) ns_q <= follow_ns_i;
      else ns_q <= stepped_to;
    end else if (set_valid_i) begin
      ns_q   <= set_ns_i;
      frac_q <= '0;
    end else begin
      ns_q   <= stepped[95:32];
      frac_q <= stepped[31:0];
    end
  end

  assign time_ns_o = ns_q;

`ifndef SYNTHESIS
  logic [63:0] last_q;
  logic        last_valid_q;
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q  <= 1'b1;
      last_valid_q <= 1'b0;
      last_q       <= '0;
    end else if (checks_on_q) begin
      last_q       <= ns_q;
      last_valid_q <= time_follow_i;
      if (last_valid_q && time_follow_i) a_never_back : assert (ns_q >= last_q);
    end
  end
`endif

endmodule

`default_nettype wire
