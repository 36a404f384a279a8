// IEX-TP 1.25, segment header: what the 40 bytes say and whether they are of this feed. All numbers
// are little-endian. Combinational.

`default_nettype none

module iex_tp
  import esc_pkg::*;
  import esc_counter_pkg::*;
(
  // verilator lint_off UNUSEDSIGNAL  // byte 1 is reserved
  input wire logic [319:0] header_i,       // byte i in [8*i +: 8]
  // verilator lint_on UNUSEDSIGNAL
  input wire logic [ 63:0] stamp_i,        // of the frame
  input wire logic [ 15:0] payload_len_i,  // UDP length - 8
  input wire logic [ 15:0] protocol_i,
  input wire logic [ 31:0] channel_i,      // 0 = any

  output pkt_t        pkt_o,
  output frame_disp_e disp_o,      // FrameOk: a packet of this feed
  output logic        heartbeat_o
);

  localparam int unsigned HeaderBytes = 40;
  localparam logic [7:0] Version = 8'd1;

  always_comb begin
    pkt_o.stamp = stamp_i;
    pkt_o.send_time = header_i[8*32+:64];
    pkt_o.offset = header_i[8*16+:64];
    pkt_o.first_seq = header_i[8*24+:64];
    pkt_o.session = 80'(header_i[8*8+:32]);
    pkt_o.count = header_i[8*14+:16];

    disp_o = FrameOk;
    if (header_i[7:0] != Version) disp_o = FrameTransportVersion;
    else if (header_i[8*2+:16] != protocol_i) disp_o = FrameWrongProtocol;
    else if (channel_i != '0 && header_i[8*4+:32] != channel_i) disp_o = FrameWrongChannel;
    else if (header_i[8*12+:16] != payload_len_i - 16'(HeaderBytes)) disp_o = FrameTransportLength;
    else if (runs_out(pkt_o.first_seq, pkt_o.count)) disp_o = FrameTransportLength;

    heartbeat_o = header_i[8*14+:16] == '0;
  end

endmodule

`default_nettype wire
