// Ethernet II, up to two VLAN tags, IPv4 with options, UDP: checks the headers, matches group and
// port, and hands on the UDP payload one cycle after it came in.
//
// All header fields stand in 32-bit words that start at frame offsets 4k+2, so each beat completes
// two words: W0 is the last two bytes of the beat before and the first two of this one, W1 is bytes
// 2..5. The UDP payload starts in lane 2 or 6 of a beat; its first beat is shifted down to lane 0
// (2 or 6 bytes), later beats pass as they are. So: every beat of a datagram is full except the
// first, the one in which the payload ends, and a final one with keep = 0 that only tells how the
// frame ended (padding after the payload).
//
// A frame that ends here without showing a beat gives its disposition (`disp_valid_o`). A frame
// that showed a beat ends with exactly one `last`; its `bad` and `disp` are what is known here
// (bad_fcs, oversize, cut_datagram, bad_udp_checksum). A wrong UDP checksum that shall not drop the
// frame shows as bad = 0 with disp = bad_udp_checksum on the last beat: the event is counted behind
// the transport checks.

`default_nettype none

module eth_ip_udp
  import esc_pkg::*;
  import esc_counter_pkg::*;
(
  input wire clk_i,
  input wire rst_ni,

  // Configuration; enable is looked at when a frame starts.
  input wire enable_i,
  input wire [31:0] group_i,
  input wire [15:0] port_i,
  input wire ip_checksum_i,  // drop on a wrong IPv4 header checksum
  input wire udp_checksum_i,  // drop on a wrong UDP checksum
  input wire mold_i,  // the transport's header has 20 bytes (MoldUDP64), not 40 (IEX-TP)

  input wire [31:0] cycle_i,     // free-running core cycle counter
  input wire        core_idle_i, // nothing in flight in the whole pipe

  // Frames.
  input  wire            beat_valid_i,
  output wire            beat_ready_o,
  input  wire mac_beat_t beat_i,

  // UDP payload.
  output wire            udp_valid_o,
  input  wire            udp_ready_i,
  output wire udp_beat_t udp_o,

  // Frames that end here.
  output logic       disp_valid_o,
  output logic [4:0] disp_o,
  output logic       ip_checksum_bad_o,  // event pulse
  output wire        busy_o
);

  // UDP lengths below these are `transport_short`. The header alone is longer than a beat.
  localparam logic [15:0] MinIexUdp = 16'd48;
  localparam logic [15:0] MinMoldUdp = 16'd28;

  localparam logic [15:0] EtherVlan = 16'h8100;
  localparam logic [15:0] EtherQinQ = 16'h88a8;
  localparam logic [15:0] EtherIpv4 = 16'h0800;
  localparam logic [7:0] ProtoUdp = 8'd17;

  typedef enum logic [2:0] {
    StMac,      // addresses; three words, the first of them half before the frame
    StType,     // EtherType in the low half
    StIp,       // IPv4 header word `index`
    StUdpPort,
    StUdpLen,
    StPayload,
    StFail      // `fail` tells why
  } state_e;

  // What is known of the headers. Verdicts on IPv4 wait for the whole IPv4 header.
  typedef struct packed {
    state_e      state;
    logic [3:0]  index;
    logic        tagged_once;
    logic        tagged_twice;
    frame_disp_e fail;
    logic [3:0]  ihl;
    logic        bad_ip_header;
    logic        fragment;
    logic        not_udp;
    logic        wrong_group;
    logic        ip_done;
    logic        wrong_port;
    logic [15:0] ip_payload;     // total length - 4 * IHL
    logic [15:0] udp_len;
    logic        no_checksum;    // UDP checksum field is 0
    logic [19:0] ip_sum;         // IPv4 header, plain sum of 16-bit words
    logic [19:0] udp_sum;        // pseudo header and UDP header, plain sum
  } header_t;

  // One header word, first byte in [31:24].
  function automatic header_t step(header_t now, logic [31:0] word, logic [31:0] group,
                                   logic [15:0] port);
    header_t next;
    logic [15:0] high, low;
    logic [19:0] word_sum;
    high = word[31:16];
    low = word[15:0];
    word_sum = 20'(high) + 20'(low);
    next = now;
    unique case (now.state)
      StMac: begin
        next.index = now.index + 4'd1;
        if (now.index == 4'd2) next.state = StType;
      end
      StType: begin
        next.index = '0;
        if ((low == EtherVlan || low == EtherQinQ) && !now.tagged_twice) begin
          next.tagged_once  = 1'b1;
          next.tagged_twice = now.tagged_once;
        end else if (low == EtherIpv4) begin
          next.state = StIp;
        end else begin
          next.state = StFail;
          next.fail  = FrameNotIpv4;
        end
      end
      StIp: begin
        next.index  = now.index + 4'd1;
        next.ip_sum = now.ip_sum + word_sum;
        unique case (now.index)
          4'd0: begin
            next.ihl = high[11:8];
            next.ip_payload = low - {10'd0, high[11:8], 2'b00};
            next.bad_ip_header = high[15:12] != 4'd4 || high[11:8] < 4'd5 ||
                low < {10'd0, high[11:8], 2'b00};
          end
          4'd1: next.fragment = low[13:0] != '0;
          4'd2: next.not_udp = high[7:0] != ProtoUdp;
          4'd3: next.udp_sum = now.udp_sum + word_sum;
          4'd4: begin
            next.udp_sum = now.udp_sum + word_sum + 20'(ProtoUdp);
            next.wrong_group = word != group;
          end
          default: ;
        endcase
        if (now.index == 4'd4 && now.bad_ip_header) begin
          next.state = StFail;
          next.fail  = FrameBadIpHeader;
        end else if (now.index >= 4'd4 && next.index == now.ihl) begin
          next.state   = StUdpPort;
          next.ip_done = 1'b1;
        end
      end
      StUdpPort: begin
        next.state = StUdpLen;
        next.wrong_port = low != port;
        next.udp_sum = now.udp_sum + word_sum;
      end
      StUdpLen: begin
        next.state = StPayload;
        next.udp_len = high;
        next.no_checksum = low == '0;
        next.udp_sum = now.udp_sum + word_sum + 20'(high);
      end
      default: ;
    endcase
    return next;
  endfunction

  function automatic logic [16:0] fold(logic [19:0] sum);
    return 17'(sum[15:0]) + 17'(sum[19:16]);
  endfunction

  // Frame state -----------------------------------------------------------------------------------
  header_t     hdr_q;
  logic [15:0] carry_q;      // last two bytes of the beat before, first byte high
  logic        in_frame_q;   // a beat of the frame was taken
  logic        ignore_q;     // frame started while disabled
  logic        shown_q;      // a beat of the frame was handed on
  logic        unloaded_q;
  logic [8:0]  beats_q;      // saturating
  logic [15:0] remain_q;     // payload bytes still to come
  logic [19:0] sum_q;        // UDP checksum so far
  logic [63:0] stamp_q;

  logic        out_valid_q;
  udp_beat_t   out_q;

  // This beat -------------------------------------------------------------------------------------
  header_t start, after0, after1;
  logic [63:0] d;
  logic [3:0]  bytes;        // in this beat
  logic first, payload_starts, verdict_ok, ip_sum_bad;
  frame_disp_e ip_verdict, udp_verdict, header_verdict;
  logic [2:0] lane;  // where the payload starts in this beat
  logic [3:0] here, take;  // payload bytes from `lane` on, and those inside the datagram
  logic [15:0] left;  // payload bytes to come before this beat
  logic [63:0] shifted, masked;
  logic [7:0] out_keep;
  logic too_long, udp_sum_bad, show;
  logic [19:0] sum_base, beat_sum;
  frame_disp_e end_verdict;

  assign beat_ready_o = !out_valid_q || udp_ready_i;
  wire take_beat = beat_valid_i && beat_ready_o;

  always_comb begin
    d = beat_i.data;
    first = !in_frame_q;
    start = hdr_q;
    after0 = hdr_q;
    after1 = hdr_q;
    bytes = '0;
    payload_starts = 1'b0;
    verdict_ok = 1'b0;
    ip_sum_bad = 1'b0;
    ip_verdict = FrameOk;
    udp_verdict = FrameOk;
    header_verdict = FrameOk;
    lane = '0;
    here = '0;
    take = '0;
    left = '0;
    shifted = '0;
    masked = '0;
    out_keep = '0;
    too_long = 1'b0;
    udp_sum_bad = 1'b0;
    show = 1'b0;
    sum_base = '0;
    beat_sum = '0;
    end_verdict = FrameOk;
    if (beat_valid_i) begin
      for (int i = 0; i < 8; i++) bytes += 4'(beat_i.keep[i]);
      if (first) start = '0;  // StMac
      after0 = start;
      if (bytes >= 4'd2) after0 = step(start, {carry_q, d[7:0], d[15:8]}, group_i, port_i);
      after1 = after0;
      if (bytes >= 4'd6)
        after1 = step(after0, {d[23:16], d[31:24], d[39:32], d[47:40]}, group_i, port_i);

      // IPv4 verdict, of an IPv4 header that ended in a beat before (it always does when UDP has
      // ended).
      ip_sum_bad = after1.ip_done && 17'(fold(after1.ip_sum)) != 17'h0ffff;
      if (ip_sum_bad && ip_checksum_i) ip_verdict = FrameBadIpChecksum;
      else if (after1.fragment) ip_verdict = FrameFragment;
      else if (after1.not_udp) ip_verdict = FrameNotUdp;
      else if (after1.wrong_group) ip_verdict = FrameWrongGroup;

      if (after1.wrong_port) udp_verdict = FrameWrongPort;
      else if (after1.udp_len < 16'd8 || after1.udp_len > after1.ip_payload)
        udp_verdict = FrameBadUdpLength;
      else if (after1.udp_len < (mold_i ? MinMoldUdp : MinIexUdp))
        udp_verdict = FrameTransportShort;

      if (after1.state == StFail) header_verdict = after1.fail;
      else if (!after1.ip_done) header_verdict = FrameShortFrame;
      else if (ip_verdict != FrameOk) header_verdict = ip_verdict;
      else if (after1.state != StPayload) header_verdict = FrameShortFrame;
      else if (udp_verdict != FrameOk) header_verdict = udp_verdict;
      verdict_ok = header_verdict == FrameOk;

      // Payload bytes of this beat.
      payload_starts = after1.state == StPayload && start.state != StPayload;
      if (payload_starts) lane = after0.state == StPayload ? 3'd2 : 3'd6;
      here = bytes - 4'(lane);
      left = payload_starts ? after1.udp_len - 16'd8 : remain_q;
      // Nothing behind the longest legal frame is looked at.
      if (!verdict_ok || beats_q >= 9'(MaxFrameBytes / 8)) take = 4'd0;
      else take = (left < 16'(here)) ? left[3:0] : here;
      out_keep = 8'((9'd1 << take) - 9'd1);
      unique case (lane)
        3'd2:    shifted = {16'd0, d[63:16]};
        3'd6:    shifted = {48'd0, d[63:48]};
        default: shifted = d;
      endcase
      for (int i = 0; i < 8; i++) if (out_keep[i]) masked[8*i+:8] = shifted[8*i+:8];

      // UDP checksum up to this beat.
      sum_base = payload_starts ? after1.udp_sum : sum_q;
      beat_sum = 20'(fold(sum_base)) + 20'({masked[7:0], masked[15:8]}) +
          20'({masked[23:16], masked[31:24]}) + 20'({masked[39:32], masked[47:40]}) +
          20'({masked[55:48], masked[63:56]});
      udp_sum_bad = !after1.no_checksum && fold(beat_sum) != 17'h0ffff;

      // How the frame ends, if it does.
      too_long = beats_q > 9'(MaxFrameBytes / 8) ||
          (beats_q == 9'(MaxFrameBytes / 8) && bytes != '0);
      if (beat_i.err) end_verdict = FrameBadFcs;
      else if (too_long) end_verdict = FrameOversize;
      else if (!verdict_ok) end_verdict = header_verdict;
      else if (left > 16'(here)) end_verdict = FrameCutDatagram;
      else if (udp_sum_bad) end_verdict = FrameBadUdpChecksum;

      show = verdict_ok && !ignore_q && (take != '0 || (beat_i.last && shown_q));
      if (first && !enable_i) show = 1'b0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      out_valid_q       <= 1'b0;
      in_frame_q        <= 1'b0;
      ignore_q          <= 1'b0;
      shown_q           <= 1'b0;
      beats_q           <= '0;
      disp_valid_o      <= 1'b0;
      ip_checksum_bad_o <= 1'b0;
    end else begin
      disp_valid_o      <= 1'b0;
      ip_checksum_bad_o <= 1'b0;
      if (udp_ready_i) out_valid_q <= 1'b0;
      if (take_beat) begin
        out_valid_q <= show;
        in_frame_q  <= !beat_i.last;
        shown_q     <= !beat_i.last && (shown_q || show);
        beats_q     <= beat_i.last ? '0 : (beats_q == '1) ? beats_q : beats_q + 9'd1;
        if (first) ignore_q <= !enable_i;
        if (beat_i.last && !(first ? !enable_i : ignore_q)) begin
          disp_valid_o <= !show;
          ip_checksum_bad_o <= !beat_i.err && !too_long && after1.state != StFail && ip_sum_bad;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_beat) begin
      hdr_q <= after1;
      carry_q <= {d[55:48], d[63:56]};
      remain_q <= left - 16'(take);
      sum_q <= beat_sum;
      if (first) begin
        stamp_q    <= beat_i.stamp;
        unloaded_q <= core_idle_i;
      end
      disp_o <= 5'(end_verdict);
      if (show) begin
        out_q.stamp <= stamp_q;
        out_q.udp_payload_len <= after1.udp_len - 16'd8;
        out_q.cycle <= cycle_i;
        out_q.unloaded <= unloaded_q;
        out_q.first <= !shown_q;
        out_q.last <= beat_i.last;
        out_q.bad             <= beat_i.last && end_verdict != FrameOk &&
                                 (end_verdict != FrameBadUdpChecksum || udp_checksum_i);
        out_q.disp <= beat_i.last ? 5'(end_verdict) : '0;
        out_q.keep <= out_keep;
        out_q.data <= masked;
      end
    end
  end

  assign udp_valid_o = out_valid_q;
  assign udp_o = out_q;
  assign busy_o = in_frame_q || out_valid_q;

`ifndef SYNTHESIS
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
    end else if (checks_on_q) begin
      if (beat_valid_i && in_frame_q && !beat_i.last) a_full_beats : assert (&beat_i.keep);
      if (beat_valid_i) a_contiguous : assert ((beat_i.keep & (beat_i.keep + 8'd1)) == '0);
      if (out_valid_q && out_q.first) a_first_has_bytes : assert (out_q.keep[0]);
    end
  end
`endif

endmodule

`default_nettype wire
