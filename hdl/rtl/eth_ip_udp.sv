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
// A frame that ends here without showing a beat gives its disposition (`disp_valid_o`, two cycles
// after its last beat). A frame that showed a beat ends with exactly one `last`; its `bad` and `disp`
// are what is known here (bad_fcs, oversize, cut_datagram, bad_udp_checksum). A wrong UDP checksum
// that shall not drop the frame shows as bad = 0 with disp = bad_udp_checksum on the last beat: the
// event is counted behind the transport checks.
//
// Short paths: what W0 is was decided in the beat before (`at_q`), so both words are looked at beside
// each other. Only what the payload's first beat must know of itself (port, UDP length) is compared
// as it comes in; the IPv4 verdict stands in registers by then, the rest is decided behind them. Sums
// of one's complement are kept as two numbers that nobody adds up: their sum is right if one is the
// complement of the other, or both are all ones.

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
  output wire       udp_valid_o,
  input  wire       udp_ready_i,
  output udp_beat_t udp_o,

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

  // What W0 of the next beat is.
  typedef enum logic [2:0] {
    AtStart,    // first beat of a frame: addresses
    AtType,     // an address; W1 has the first EtherType in its low half
    AtTag,      // behind one tag: EtherType in the low half
    AtIp,       // IPv4 header word `index_q`
    AtPorts,
    AtLength,   // UDP length and checksum
    AtPayload,
    AtFail      // `fail_q` tells why
  } at_e;

  // A sum of one's complement, 16 bits, as two numbers.
  typedef struct packed {
    logic [15:0] s;
    logic [15:0] c;
  } sum_t;

  function automatic sum_t add(logic [15:0] x, logic [15:0] y, logic [15:0] z);
    logic [15:0] carry;
    carry = (x & y) | (x & z) | (y & z);
    return '{s: x ^ y ^ z, c: {carry[14:0], carry[15]}};
  endfunction

  function automatic sum_t add_words(sum_t sum, logic [3:0][15:0] words);
    sum_t sum0, sum1, sum2;
    sum0 = add(words[0], words[1], sum.s);
    sum1 = add(words[2], words[3], sum.c);
    sum2 = add(sum0.s, sum0.c, sum1.s);
    return add(sum2.s, sum2.c, sum1.c);
  endfunction

  // Equal to zero modulo 65,535. (All zero is nothing that a header sums up to.)
  function automatic logic is_right(sum_t sum);
    return &(sum.s ^ sum.c) || (&sum.s && &sum.c);
  endfunction

  function automatic logic is_tag(logic [15:0] ether_type);
    return ether_type == EtherVlan || ether_type == EtherQinQ;
  endfunction

  // Frame state -----------------------------------------------------------------------------------
  at_e         at_q;
  logic [3:0]  index_q;
  logic [15:0] carry_q;       // last two bytes of the beat before, first byte high
  logic        in_frame_q;    // a beat of the frame was taken
  logic        ignore_q;      // frame started while disabled
  logic        shown_q;       // a beat of the frame was handed on
  logic        unloaded_q;
  logic [8:0]  beats_q;       // saturating
  logic [63:0] stamp_q;

  // Headers.
  logic [7:0]  version_q;     // version and header length, the IPv4 header's first byte
  logic [15:0] total_q;
  logic        bad_ip_header_q;
  logic [15:0] ip_payload_q;  // total length - 4 * IHL
  logic fragment_q, not_udp_q, wrong_group_q, wrong_port_q;
  logic        ip_done_q;     // the IPv4 header has ended
  logic        fail_ip_q;     // AtFail: bad IPv4 header, else no IPv4
  sum_t        ip_sum_q;
  logic        no_checksum_q; // UDP checksum field is 0
  logic length_below_8_q, length_beyond_q, length_below_min_q;

  // Payload.
  logic [15:0] remain_q;      // payload bytes still to come
  logic [7:0]  left_q;        // which bytes of the next beat are inside the datagram
  sum_t        udp_sum_q;     // pseudo header, UDP header and payload, but for one length

  logic        out_valid_q;
  logic out_first_q, out_last_q;
  logic [7:0]  out_keep_q;
  logic [63:0] out_data_q;
  logic [31:0] out_cycle_q;
  logic [15:0] out_len_q;     // UDP length - 8

  // The frame's end, decided one cycle later.
  logic        end_valid_q;
  logic end_shown_q, end_err_q, end_too_long_q, end_cut_q;
  logic end_fail_q, end_payload_q;

  assign beat_ready_o = !out_valid_q || udp_ready_i;
  wire take_beat = beat_valid_i && beat_ready_o;

  // This beat -------------------------------------------------------------------------------------
  logic [63:0] d;
  logic [7:0]  keep;
  logic has_w0, has_w1;  // the word is complete
  logic [15:0] w0_high, w0_low, w1_high, w1_low;
  logic w0_ip, w1_ip, w0_ends, w1_ends, w0_is_4, w1_is_4;
  at_e         next;
  logic [3:0]  next_index;
  logic ip_ended, fail_type, fail_ip;
  logic        starts;        // the payload starts in this beat
  logic        full;          // the longest legal frame was before: nothing more is looked at
  logic        too_long;
  logic [15:0] length;        // AtLength, AtPorts: UDP length
  logic length_beyond, length_below_min, port_differs, headers_good, show;
  logic [7:0] counts;  // bytes of the UDP checksum
  logic [7:0] here, from_2, from_6;  // payload bytes of this beat
  logic [63:0] masked, counted;
  sum_t ip_sum, udp_sum;

  always_comb begin
    d = beat_i.data;
    keep = beat_i.keep;
    has_w0 = 1'b0;
    has_w1 = 1'b0;
    w0_high = carry_q;
    w0_low = '0;
    w1_high = '0;
    w1_low = '0;
    w0_ip = 1'b0;
    w1_ip = 1'b0;
    w0_ends = 1'b0;
    w1_ends = 1'b0;
    w0_is_4 = 1'b0;
    w1_is_4 = 1'b0;
    next = at_q;
    next_index = index_q + 4'd2;
    ip_ended = 1'b0;
    fail_type = 1'b0;
    fail_ip = 1'b0;
    starts = 1'b0;
    full = 1'b0;
    too_long = 1'b0;
    length = '0;
    length_beyond = 1'b0;
    length_below_min = 1'b0;
    port_differs = 1'b0;
    headers_good = 1'b0;
    show = 1'b0;
    counts = '0;
    here = '0;
    from_2 = '0;
    from_6 = '0;
    masked = '0;
    counted = '0;
    ip_sum = '0;
    udp_sum = '0;
    if (beat_valid_i) begin
      has_w0  = keep[1];
      has_w1  = keep[5];
      w0_low  = {d[7:0], d[15:8]};
      w1_high = {d[23:16], d[31:24]};
      w1_low  = {d[39:32], d[47:40]};

      // Which word is what.
      w0_ends = index_q >= 4'd4 && index_q + 4'd1 == version_q[3:0];
      w1_ends = index_q >= 4'd3 && index_q + 4'd2 == version_q[3:0] && !w0_ends;
      w0_is_4 = index_q == 4'd4;
      w1_is_4 = index_q == 4'd3;
      unique case (at_q)
        AtStart: next = AtType;
        AtType: begin
          next_index = 4'd0;
          if (w1_low == EtherIpv4) begin
            next = AtIp;
          end else if (is_tag(w1_low)) begin
            next = AtTag;
          end else begin
            next = AtFail;
            fail_type = has_w1;
          end
        end
        AtTag: begin
          next_index = 4'd0;
          if (w0_low == EtherIpv4) begin
            next = AtIp;
            next_index = 4'd1;
            w1_ip = 1'b1;
          end else if (is_tag(w0_low) && w1_low == EtherIpv4) begin
            next = AtIp;
          end else begin
            next = AtFail;
            fail_type = is_tag(w0_low) ? has_w1 : has_w0;
          end
        end
        AtIp: begin
          w0_ip = 1'b1;
          w1_ip = !w0_ends;
          if (bad_ip_header_q && (w0_is_4 || w1_is_4)) begin
            next = AtFail;
            fail_ip = w0_is_4 ? has_w0 : has_w1;
          end else if (w0_ends) begin
            next = AtLength;
            ip_ended = has_w0;
          end else if (w1_ends) begin
            next = AtPorts;
            ip_ended = has_w1;
          end
        end
        AtPorts, AtLength: next = AtPayload;
        default: ;
      endcase
      starts = (at_q == AtPorts && has_w1) || (at_q == AtLength && has_w0);

      // IPv4 header checksum.
      ip_sum = ip_sum_q;
      if (at_q == AtStart) ip_sum = '0;
      if (w0_ip || w1_ip) begin
        ip_sum = add_words(ip_sum_q,
                           {w1_ip ? {w1_low, w1_high} : 32'd0, w0_ip ? {w0_low, w0_high} : 32'd0});
      end

      // May it be shown?
      full = beats_q[8];
      too_long = beats_q[8] && (beats_q[7:0] != '0 || keep[0]);
      length = at_q == AtLength ? w0_high : w1_high;
      length_beyond = length > ip_payload_q;
      length_below_min = length < (mold_i ? MinMoldUdp : MinIexUdp);
      port_differs = (at_q == AtPorts ? w0_low : w1_low) != port_i;
      headers_good = (is_right(ip_sum_q) || !ip_checksum_i) && !fragment_q && !not_udp_q &&
          !wrong_group_q && !length_beyond && !length_below_min &&
          !(at_q == AtPorts ? port_differs : wrong_port_q);

      // Payload bytes of this beat; a datagram that may be shown does not end in its first beat.
      if (at_q == AtPayload && !full) here = keep & left_q;
      if (at_q == AtLength) from_2 = {2'b00, keep[7:2]};
      if (at_q == AtPorts) from_6 = {6'b000000, keep[7:6]};
      for (int i = 0; i < 8; i++) begin
        if (here[i]) masked[8*i+:8] = d[8*i+:8];
        if (i < 6 && from_2[i]) masked[8*i+:8] = d[(8*i+16)%64+:8];
        if (i < 2 && from_6[i]) masked[8*i+:8] = d[(8*i+48)%64+:8];
      end
      if (at_q == AtPayload) show = shown_q && (here[0] || beat_i.last);
      else if (starts) show = headers_good && !ignore_q && (at_q == AtLength ? keep[2] : keep[6]);

      // UDP checksum: source, destination, then all from the ports on.
      unique case (at_q)
        AtIp: begin
          counts[1:0] = {2{w0_is_4 || index_q == 4'd3}};
          counts[5:2] = {4{w0_ends || w1_is_4 || index_q == 4'd2}};
          counts[7:6] = {2{w0_ends || w1_ends || index_q == 4'd2 || index_q == 4'd1}};
        end
        AtPorts, AtLength: counts = keep;
        AtPayload: counts = here;
        default: ;
      endcase
      for (int i = 0; i < 8; i++) if (counts[i]) counted[8*i+:8] = d[8*i+:8];
      udp_sum = '{s: 16'(ProtoUdp) + 16'd8, c: '0};  // 8: see out_len_q
      if (at_q != AtStart) begin
        udp_sum = add_words(
          udp_sum_q,
          {
            {counted[55:48], counted[63:56]},
            {counted[39:32], counted[47:40]},
            {counted[23:16], counted[31:24]},
            {counted[7:0], counted[15:8]}
          }
        );
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      at_q        <= AtStart;
      out_valid_q <= 1'b0;
      in_frame_q  <= 1'b0;
      ignore_q    <= 1'b0;
      shown_q     <= 1'b0;
      beats_q     <= '0;
      end_valid_q <= 1'b0;
    end else begin
      if (udp_ready_i) out_valid_q <= 1'b0;
      end_valid_q <= take_beat && beat_i.last && !(in_frame_q ? ignore_q : !enable_i);
      if (take_beat) begin
        out_valid_q <= show;
        in_frame_q  <= !beat_i.last;
        shown_q     <= !beat_i.last && (shown_q || show);
        if (beat_i.last) beats_q <= '0;
        else if (beats_q != '1) beats_q <= beats_q + 9'd1;
        if (!in_frame_q) ignore_q <= !enable_i;
        at_q <= beat_i.last ? AtStart : next;
      end
    end
  end

  // Header fields. What stands in a word that is cut off is not looked at.
  always_ff @(posedge clk_i) begin
    bad_ip_header_q <= version_q[7:4] != 4'd4 || version_q[3:0] < 4'd5 ||
        total_q < {10'd0, version_q[3:0], 2'b00};
    ip_payload_q <= total_q - {10'd0, version_q[3:0], 2'b00};
    if (take_beat) begin
      carry_q   <= {d[55:48], d[63:56]};
      index_q   <= next_index;
      ip_sum_q  <= ip_sum;
      ip_done_q <= at_q != AtStart && (ip_done_q || ip_ended);
      if (fail_type || fail_ip) fail_ip_q <= fail_ip;
      if (!in_frame_q) begin
        stamp_q    <= beat_i.stamp;
        unloaded_q <= core_idle_i;
      end
      if (at_q == AtTag || (at_q == AtIp && index_q == 4'd0)) begin
        version_q <= at_q == AtTag ? w1_high[15:8] : w0_high[15:8];
        total_q   <= at_q == AtTag ? w1_low : w0_low;
      end
      if (at_q == AtIp) begin
        if (index_q == 4'd0) fragment_q <= w1_low[13:0] != '0;
        if (index_q == 4'd1) fragment_q <= w0_low[13:0] != '0;
        if (index_q == 4'd1) not_udp_q <= w1_high[7:0] != ProtoUdp;
        if (index_q == 4'd2) not_udp_q <= w0_high[7:0] != ProtoUdp;
        if (w1_is_4) wrong_group_q <= {w1_high, w1_low} != group_i;
        if (w0_is_4) wrong_group_q <= {w0_high, w0_low} != group_i;
        wrong_port_q <= port_differs;
      end
      if (at_q == AtPorts) wrong_port_q <= port_differs;
      if (at_q == AtPorts || at_q == AtLength) begin
        no_checksum_q      <= (at_q == AtPorts ? w1_low : w0_low) == '0;
        length_below_8_q   <= length < 16'd8;
        length_beyond_q    <= length_beyond;
        length_below_min_q <= length_below_min;
      end
    end
  end

  // Payload. Behind its first beat at least 14 bytes are to come.
  always_ff @(posedge clk_i) begin
    if (take_beat) begin
      udp_sum_q <= udp_sum;
      if (at_q == AtPayload) begin
        remain_q <= remain_q[15:3] == '0 ? '0 : remain_q - 16'd8;
        for (int i = 0; i < 8; i++) begin
          left_q[i] <= remain_q[15:4] != '0 || (remain_q[3] && 4'(i) < {1'b0, remain_q[2:0]});
        end
      end else begin
        remain_q <= length - (at_q == AtPorts ? 16'd10 : 16'd14);
        left_q   <= '1;
      end
      if (at_q == AtPorts || at_q == AtLength) out_len_q <= length - 16'd8;
      out_first_q <= !shown_q;
      out_last_q  <= beat_i.last;
      out_keep_q  <= here | from_2 | from_6;
      out_data_q  <= masked;
      out_cycle_q <= cycle_i;
    end
  end

  // The end ---------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (take_beat && beat_i.last) begin
      end_shown_q <= show;
      end_err_q <= beat_i.err;
      end_too_long_q <= too_long;
      end_cut_q      <= at_q != AtPayload || remain_q[15:4] != '0 ||
          (remain_q[3] && remain_q[2:0] != '0) || (left_q & ~keep) != '0;
      end_fail_q <= at_q == AtFail || fail_type || fail_ip;
      end_payload_q <= at_q == AtPayload || starts;
    end
  end

  wire ip_right = is_right(ip_sum_q);
  wire sum_t udp_total = add(udp_sum_q.s, udp_sum_q.c, out_len_q);
  wire udp_sum_bad = !no_checksum_q && !is_right(udp_total);

  frame_disp_e header_verdict, shown_verdict;
  always_comb begin
    header_verdict = FrameOk;
    if (end_fail_q) header_verdict = fail_ip_q ? FrameBadIpHeader : FrameNotIpv4;
    else if (!ip_done_q) header_verdict = FrameShortFrame;
    else if (!ip_right && ip_checksum_i) header_verdict = FrameBadIpChecksum;
    else if (fragment_q) header_verdict = FrameFragment;
    else if (not_udp_q) header_verdict = FrameNotUdp;
    else if (wrong_group_q) header_verdict = FrameWrongGroup;
    else if (!end_payload_q) header_verdict = FrameShortFrame;
    else if (wrong_port_q) header_verdict = FrameWrongPort;
    else if (length_below_8_q || length_beyond_q) header_verdict = FrameBadUdpLength;
    else if (length_below_min_q) header_verdict = FrameTransportShort;
    else header_verdict = FrameCutDatagram;  // it showed nothing

    shown_verdict = FrameOk;
    if (end_err_q) shown_verdict = FrameBadFcs;
    else if (end_too_long_q) shown_verdict = FrameOversize;
    else if (end_cut_q) shown_verdict = FrameCutDatagram;
    else if (udp_sum_bad) shown_verdict = FrameBadUdpChecksum;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      disp_valid_o      <= 1'b0;
      ip_checksum_bad_o <= 1'b0;
    end else begin
      disp_valid_o <= end_valid_q && !end_shown_q;
      ip_checksum_bad_o <= end_valid_q && !end_err_q && !end_too_long_q && !end_fail_q &&
          ip_done_q && !ip_right;
    end
  end

  always_ff @(posedge clk_i) begin
    if (end_valid_q) begin
      disp_o <= 5'(end_err_q ? FrameBadFcs : end_too_long_q ? FrameOversize : header_verdict);
    end
  end

  // What does not change from a beat to the next frame's first one is not kept twice.
  assign udp_valid_o = out_valid_q;
  wire drop = shown_verdict != FrameOk && (shown_verdict != FrameBadUdpChecksum || udp_checksum_i);
  always_comb begin
    udp_o.stamp           = stamp_q;
    udp_o.udp_payload_len = out_len_q;
    udp_o.cycle           = out_cycle_q;
    udp_o.unloaded        = unloaded_q;
    udp_o.first           = out_first_q;
    udp_o.last            = out_last_q;
    udp_o.bad             = out_last_q && drop;
    udp_o.disp            = out_last_q ? 5'(shown_verdict) : 5'd0;
    udp_o.keep            = out_keep_q;
    udp_o.data            = out_data_q;
  end
  assign busy_o = in_frame_q || out_valid_q || end_valid_q;

`ifndef SYNTHESIS
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
    end else if (checks_on_q) begin
      if (beat_valid_i && in_frame_q && !beat_i.last) a_full_beats : assert (&beat_i.keep);
      if (beat_valid_i) a_contiguous : assert ((beat_i.keep & (beat_i.keep + 8'd1)) == '0);
      if (out_valid_q && out_first_q) a_first_has_bytes : assert (out_keep_q[0]);
    end
  end
`endif

endmodule

`default_nettype wire
