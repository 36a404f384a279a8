// MoldUDP64 1.00, downstream packet header: what the 20 bytes say. All numbers are big-endian; the
// session's ten bytes count as one number. Combinational.
//
// A packet without blocks (heartbeat, end of session) is the header alone; a longer one is malformed
// and dropped whole, since nobody can say what its bytes are. So is one whose count runs past the last number.

`default_nettype none

module mold_udp64
  import esc_pkg::*;
  import esc_counter_pkg::*;
(
  input wire logic [159:0] header_i,      // byte i in [8*i +: 8]
  input wire logic [ 63:0] stamp_i,       // of the frame
  input wire logic [ 15:0] payload_len_i, // UDP length - 8

  output pkt_t        pkt_o,
  output frame_disp_e disp_o,           // FrameOk: a legal packet
  output logic        heartbeat_o,
  output logic        end_of_session_o
);

  localparam int unsigned HeaderBytes = 20;
  localparam logic [15:0] EndOfSession = 16'hffff;

  logic [15:0] count;

  always_comb begin
    count = {header_i[8*18+:8], header_i[8*19+:8]};
    heartbeat_o = count == '0;
    end_of_session_o = count == EndOfSession;

    pkt_o.stamp = stamp_i;
    pkt_o.send_time = '0;
    pkt_o.offset = '0;
    for (int i = 0; i < 8; i++) pkt_o.first_seq[8*(7-i)+:8] = header_i[8*(10+i)+:8];
    for (int i = 0; i < 10; i++) pkt_o.session[8*(9-i)+:8] = header_i[8*i+:8];
    pkt_o.count = end_of_session_o ? '0 : count;

    disp_o = FrameOk;
    if ((heartbeat_o || end_of_session_o) && payload_len_i != 16'(HeaderBytes))
      disp_o = FrameTransportLength;
    else if (runs_out(pkt_o.first_seq, pkt_o.count)) disp_o = FrameTransportLength;
  end

endmodule

`default_nettype wire
