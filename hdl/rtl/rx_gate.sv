// Keeps the core away from half frames around a core reset: while the reset lasts no beat passes, and the rest of a
// frame whose first beats went in before is thrown away. Outlives the core reset itself.

`default_nettype none

module rx_gate
  import esc_pkg::mac_beat_t;
(
  input  wire logic      clk_i,
  input  wire logic      rst_ni,
  input  wire logic      core_reset_i,  // the core is in reset
  input  wire logic      valid_i,
  output logic           ready_o,
  input  wire mac_beat_t beat_i,
  output logic           valid_o,
  input  wire logic      ready_i,
  output mac_beat_t      beat_o,
  output logic           busy_o         // in the middle of a frame
);

  logic inside_q;  // the last beat that passed was not the last of its frame
  logic discard_q;  // until the end of the frame

  assign beat_o  = beat_i;
  assign valid_o = valid_i && !core_reset_i && !discard_q;
  assign ready_o = !core_reset_i && (discard_q || ready_i);
  assign busy_o  = inside_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      inside_q  <= 1'b0;
      discard_q <= 1'b0;
    end else begin
      if (valid_i && ready_o) inside_q <= !beat_i.last;
      if (core_reset_i) discard_q <= inside_q;
      else if (valid_i && beat_i.last) discard_q <= 1'b0;
    end
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q)
      assert (!(discard_q && !inside_q))
      else $error("rx_gate: throws away between frames");
  end
`endif

endmodule

`default_nettype wire
