// Crosses a MAC's frames into core_clk. A MAC cannot wait, so there is no ready: a frame is
// admitted whole or not at all, decided at its first beat by the room for a frame of the maximum
// size.
//
// - Not admitted (no room, or the FIFO is down): the whole frame is dropped and one `overrun_o`
//   pulse is given.
// - A frame of more than MaxFrameBytes is cut after the beat that shows it is too long (its last
//   beat keeps the MAC's error flag), so an endless frame cannot fill the FIFO.
// - A reset of either side empties the FIFO. What the core had of the frame in progress is ended by
//   a last beat with err = 1 and keep = 0; the rest of that frame on the MAC side is dropped as
//   overrun. So no truncated frame is good.

`default_nettype none

module rx_cdc
  import esc_pkg::*;
#(
  parameter int unsigned Depth = 1024  // beats
) (
  // MAC side: valid without ready.
  input  wire            rx_clk_i,
  input  wire            rx_rst_ni,
  input  wire            rx_valid_i,
  input  wire mac_beat_t rx_i,
  output wire            room_o,      // a frame that starts now would be admitted

  // Core side.
  input wire core_clk_i,
  input wire core_rst_ni,
  output wire beat_valid_o,
  input wire beat_ready_i,
  output wire mac_beat_t beat_o,
  output logic overrun_o,  // pulse for each dropped frame
  output wire busy_o  // a beat is inside, as seen from the core, or a frame is incomplete
);

  localparam int unsigned MaxBeats = MaxFrameBytes / 8 + 1;
  localparam int unsigned CountBits = $clog2(MaxBeats + 1);

  if (Depth < 2 * MaxBeats - 2) begin : g_depth
    $fatal(1, "rx_cdc: Depth must hold two frames of the maximum size");
  end

  // MAC side --------------------------------------------------------------------------------------
  logic in_frame_q, drop_q, long_q;
  logic [CountBits-1:0] beats_q;  // beats of this frame already stored

  wire wr_ready, wr_up;
  wire [$clog2(Depth):0]     wr_room;
  wire                       admit = wr_room >= ($clog2(Depth) + 1)'(MaxBeats);
  wire                       dropping = in_frame_q ? (drop_q || !wr_up) : !admit;
  // The beat that shows the frame is too long is held until the frame's last beat tells the error
  // flag.
  wire                       at_limit = in_frame_q && beats_q == CountBits'(MaxBeats - 1);
  wire                       wr_valid = rx_valid_i && !dropping && (!at_limit || rx_i.last);
  mac_beat_t                 wr_beat;

  always_comb begin
    wr_beat = rx_i;
    if (long_q) wr_beat.keep = 8'hff;
  end

  assign room_o = admit;

  always_ff @(posedge rx_clk_i or negedge rx_rst_ni) begin
    if (!rx_rst_ni) begin
      in_frame_q <= 1'b0;
      drop_q     <= 1'b0;
      long_q     <= 1'b0;
      beats_q    <= '0;
    end else if (rx_valid_i) begin
      in_frame_q <= !rx_i.last;
      drop_q     <= dropping && !rx_i.last;
      long_q     <= at_limit && !rx_i.last;
      if (rx_i.last) beats_q <= '0;
      else if (wr_valid) beats_q <= beats_q + 1'b1;
    end else if (in_frame_q && !wr_up) begin
      drop_q <= 1'b1;
    end
  end

  // Dropped frames, as a gray count that crosses without a handshake. Not reset: the core looks at
  // differences only.
  function automatic logic [7:0] to_bin(logic [7:0] gray);
    logic [7:0] bin;
    bin[7] = gray[7];
    for (int i = 6; i >= 0; i--) bin[i] = bin[i+1] ^ gray[i];
    return bin;
  endfunction

  logic [7:0] drops_gray_q;
  wire        drop_end = rx_valid_i && rx_i.last && dropping;
  wire  [7:0] drops_next = to_bin(drops_gray_q) + 8'd1;

  always_ff @(posedge rx_clk_i) begin
    if (drop_end) drops_gray_q <= drops_next ^ (drops_next >> 1);
  end

  // Crossing --------------------------------------------------------------------------------------
  wire rd_valid, rd_up, rd_busy;
  wire       rd_ready;
  mac_beat_t rd_beat;

  // verilator lint_off PINCONNECTEMPTY
  async_fifo #(
    .T    (mac_beat_t),
    .Depth(Depth)
  ) u_fifo (
    .wr_clk_i  (rx_clk_i),
    .wr_rst_ni (rx_rst_ni),
    .wr_valid_i(wr_valid),
    .wr_ready_o(wr_ready),
    .wr_data_i (wr_beat),
    .wr_up_o   (wr_up),
    .wr_busy_o (),
    .wr_room_o (wr_room),
    .rd_clk_i  (core_clk_i),
    .rd_rst_ni (core_rst_ni),
    .rd_valid_o(rd_valid),
    .rd_ready_i(rd_ready),
    .rd_data_o (rd_beat),
    .rd_up_o   (rd_up),
    .rd_busy_o (rd_busy)
  );
  // verilator lint_on PINCONNECTEMPTY

  // Core side -------------------------------------------------------------------------------------
  // One register behind the FIFO: a flush can make rd_valid fall, but never an offered beat.
  logic out_valid_q, open_q, abort_q;
  mac_beat_t  out_q;

  wire out_free = !out_valid_q || beat_ready_i;
  assign rd_ready = out_free && !abort_q;

  always_ff @(posedge core_clk_i or negedge core_rst_ni) begin
    if (!core_rst_ni) begin
      out_valid_q <= 1'b0;
      open_q      <= 1'b0;
      abort_q     <= 1'b0;
    end else begin
      if (open_q && !rd_up) abort_q <= 1'b1;
      if (out_free) begin
        out_valid_q <= 1'b0;
        if (abort_q) begin
          out_valid_q <= 1'b1;
          abort_q     <= 1'b0;
          open_q      <= 1'b0;
        end else if (rd_valid) begin
          out_valid_q <= 1'b1;
          open_q      <= !rd_beat.last;
        end
      end
    end
  end

  always_ff @(posedge core_clk_i) begin
    if (out_free && abort_q) begin
      out_q.err  <= 1'b1;
      out_q.last <= 1'b1;
      out_q.keep <= '0;
    end else if (out_free && rd_valid) begin
      out_q <= rd_beat;
    end
  end

  assign beat_valid_o = out_valid_q;
  assign beat_o = out_q;
  assign busy_o = out_valid_q || open_q || abort_q || rd_busy;

  wire  [7:0] drops_gray;
  logic [7:0] seen_q;
  logic [2:0] settle_q;  // after a reset: until the synchroniser shows the true count

  sync2 #(
    .Width(8)
  ) u_drops (
    .clk_i(core_clk_i),
    .d_i  (drops_gray_q),
    .q_o  (drops_gray)
  );

  wire [7:0] drops_bin = to_bin(drops_gray);

  always_ff @(posedge core_clk_i or negedge core_rst_ni) begin
    if (!core_rst_ni) begin
      seen_q    <= '0;
      settle_q  <= 3'b111;
      overrun_o <= 1'b0;
    end else begin
      overrun_o <= 1'b0;
      settle_q  <= settle_q >> 1;
      if (settle_q != '0) begin
        seen_q <= drops_bin;
      end else if (seen_q != drops_bin) begin
        seen_q    <= seen_q + 8'd1;
        overrun_o <= 1'b1;
      end
    end
  end

`ifndef SYNTHESIS
  logic rx_checks_on_q;  // a reset was seen; before it everything is random
  initial rx_checks_on_q = 1'b0;
  always_ff @(posedge rx_clk_i or negedge rx_rst_ni) begin
    if (!rx_rst_ni) begin
      rx_checks_on_q <= 1'b1;
    end else if (rx_checks_on_q) begin
      if (wr_valid && wr_up) a_room : assert (wr_ready);
      if (wr_up && rx_valid_i && !rx_i.last) a_full_beats : assert (&rx_i.keep);
    end
  end
`endif

endmodule

`default_nettype wire
