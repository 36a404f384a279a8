// Packets into records: the packet header -> PKT record, message blocks -> MSG records, each as soon
// as its last byte is in. IEX-TP and MoldUDP64 (docs/card-model.md, 3) differ in the header (iex_tp,
// mold_udp64 read it) and in the byte order of a block's length. Stateless across frames, but for where
// the last good one left off (line_place): a packet that does not go on there waits for its frame's end
// in early mode too. Two stages:
//   A  walks the bytes: how many of this beat end the running item, where the next block's length
//      stands, which bytes start the next item. At most one item ends per cycle; a beat in which
//      more end (tiny blocks) takes more cycles.
//   B  gathers the item's bytes, checks the header, hands the record to the frame FIFO, counts.
// The header is gathered like a message.
//
// Contract of the input: every beat of a datagram is full except the first, the one in which the
// payload ends, and a last one without bytes (see eth_ip_udp). Latency: 1 cycle from a beat to its
// record. No stall while blocks have 6 bytes of data or more: no beat ends two of them then.

`default_nettype none

module block_splitter
  import esc_pkg::*;
  import esc_counter_pkg::*;
(
  input wire clk_i,
  input wire rst_ni,

  // Configuration; early is looked at when a frame starts.
  input wire        early_i,
  input wire        mold_i,      // 0 IEX-TP, 1 MoldUDP64
  input wire [15:0] protocol_i,
  input wire [31:0] channel_i,   // 0 = any

  input wire pipe_idle_i,  // nothing in flight behind this module (for `unloaded` in early mode)

  input  wire            udp_valid_i,
  output wire            udp_ready_o,
  input  wire udp_beat_t udp_i,

  // To the frame FIFO. One transfer holds a record (has_rec), or the end of the frame, or both.
  output wire              rec_valid_o,
  input  wire              rec_ready_i,
  output wire rec_t        rec_o,
  output wire              rec_has_o,
  output wire              rec_early_o,      // frame mode: 1 early, 0 whole
  output wire              rec_hold_o,       // the frame's records count when it has ended well
  output wire              rec_end_o,        // last transfer of the frame
  output wire              rec_ok_o,         // with end: commit, else roll back (if held)
  output wire       [31:0] rec_end_cycle_o,  // with end: core cycle of the frame's last beat
  output wire              rec_unloaded_o,   // with end: pipe was empty at the frame's first byte
  input  wire              rec_overflow_i,   // the running frame does not fit the FIFO

  // One pulse for each frame.
  output logic       disp_valid_o,
  output logic [4:0] disp_o,
  // Event pulses.
  output logic       udp_checksum_bad_o,
  output logic       malformed_block_o,
  output logic       trailing_bytes_o,
  output logic       heartbeat_o,
  output logic       end_of_session_o,
  output logic       voided_valid_o,
  output logic [9:0] voided_o,            // whole messages of a rolled-back frame
  output wire        busy_o
);

  localparam int unsigned IexHeaderBytes = 40;
  localparam int unsigned MoldHeaderBytes = 20;

  if (MsgBytes < IexHeaderBytes || MsgBytes % 2 != 0 || MsgBytes > 56) begin : g_msg_bytes
    $fatal(1, "block_splitter: MsgBytes must be even and 40 to 56");
  end

  // Stage A ---------------------------------------------------------------------------------------
  typedef enum logic [1:0] {
    StHeader,  // inside the packet header
    StLength,  // before or inside a block's length
    StData,    // inside a message
    StRest     // after the counted blocks
  } state_e;

  state_e      state_q;
  logic [15:0] remain_q;      // bytes of the running item still to come
  logic [5:0]  pos_q;         // bytes of the running item gathered, saturating at 63
  logic        half_q;        // StLength: the first byte is in last_byte_q
  logic [7:0]  last_byte_q;   // of the bytes used last: in the header, and of a length in two beats
  logic [15:0] blocks_q;      // blocks still to come, valid after the header
  logic [2:0]  offset_q;      // bytes of this beat already used
  logic        trailing_q;
  logic        in_frame_q;
  logic item_unloaded_q, early_q, unloaded_q, first_message_q;

  // Stage A to B
  logic a_valid_q;
  logic a_ends_q, a_header_q, a_fresh_q;  // an item ends; it is the header; it started in this beat
  logic [6:0] a_from_q, a_to_q;  // bytes of the running item in this beat: [from, to)
  logic [63:0] a_rotated_q;                      // byte i of the item is in lane i % 8
  logic [55:0] a_next_q;                         // bytes that start a new item, from lane 0
  logic [15:0] a_len_q;
  logic a_unloaded_q, a_early_q, a_frame_unloaded_q;
  logic [31:0] a_cycle_q;
  logic a_first_q, a_last_q, a_bad_q, a_missing_q, a_trailing_q;
  logic [4:0]  a_disp_q;
  logic [63:0] a_stamp_q;
  logic [15:0] a_payload_len_q;

  wire         b_ready;
  logic [15:0] iex_count;     // blocks of an IEX-TP packet, from stage B's bytes
  logic [15:0] mold_count;    // the last two bytes of a MoldUDP64 header
  logic [15:0] len_q;         // length of the running message

  state_e state, next_state;
  logic [3:0] bytes, avail, used, take, start, fresh_take;
  logic [15:0] remain, next_remain, blocks, next_blocks, length;
  logic [5:0] next_pos;
  logic ends, ends_header, fresh, next_half, more, trailing, have_length, new_item, beat_done;
  logic item_unloaded;
  logic [7:0] byte_at[8];
  logic [3:0] length_at, need;
  logic [7:0] length_first, length_second;
  logic [63:0] rotated;
  logic [55:0] next_bytes;
  logic [2:0]  lane;
  logic [6:0]  pos_end;

  wire a_free = !a_valid_q || b_ready;
  assign udp_ready_o = a_free && beat_done;

  always_comb begin
    for (int i = 0; i < 8; i++) byte_at[i] = udp_i.data[8*i+:8];
    state = state_q;
    next_state = state_q;
    remain = remain_q;
    blocks = blocks_q;
    bytes = '0;
    avail = '0;
    used = '0;
    take = '0;
    start = '0;
    fresh_take = '0;
    next_remain = remain_q;
    next_blocks = blocks_q;
    next_pos = pos_q;
    next_half = half_q;
    length = '0;
    ends = 1'b0;
    ends_header = 1'b0;
    fresh = 1'b0;
    more = 1'b0;
    trailing = trailing_q;
    have_length = 1'b0;
    new_item = 1'b0;
    beat_done = 1'b0;
    length_at = '0;
    length_first = '0;
    length_second = '0;
    mold_count = '0;
    need = '0;
    rotated = '0;
    next_bytes = '0;
    lane = '0;
    pos_end = '0;
    item_unloaded = item_unloaded_q;
    if (udp_valid_i) begin
      if (udp_i.first && offset_q == '0 && !in_frame_q) begin
        state = StHeader;
        next_state = StHeader;
        remain = mold_i ? 16'(MoldHeaderBytes) : 16'(IexHeaderBytes);
        next_pos = '0;
        trailing = 1'b0;
      end
      for (int i = 0; i < 8; i++) bytes += 4'(udp_i.keep[i]);
      avail = bytes - 4'(offset_q);

      // 1. The running item. (Its bytes always start at lane 0: a beat is left early only after an
      // item's end.)
      if (state == StHeader || state == StData) begin
        take = remain < 16'(avail) ? remain[3:0] : avail;
        ends = remain == 16'(take);
        ends_header = ends && state == StHeader;
        next_remain = remain - 16'(take);
        lane = next_pos[2:0];
        pos_end = 7'(next_pos) + 7'(take);
        next_pos = pos_end > 7'd63 ? 6'd63 : pos_end[5:0];
        mold_count = {take == 4'd1 ? last_byte_q : byte_at[3'(take-4'd2)], byte_at[3'(take-4'd1)]};
        if (mold_count == 16'hffff) mold_count = '0;  // end of the session: no blocks
        if (ends_header) blocks = mold_i ? mold_count : iex_count;
      end
      for (int i = 0; i < 8; i++) rotated[8*i+:8] = byte_at[3'(i)-lane];

      used = take;
      next_blocks = blocks;
      more = ends || state == StLength;
      if (ends) begin
        next_state = blocks == '0 ? StRest : StLength;
        next_half  = 1'b0;
      end

      // 2. The next block's length and first bytes.
      if (more && blocks != '0) begin
        length_at = 4'(offset_q) + take;
        need = (state == StLength && half_q) ? 4'd1 : 4'd2;
        have_length = avail - take >= need;
        length_first = need == 4'd1 ? last_byte_q : byte_at[length_at[2:0]];
        length_second = byte_at[3'(length_at+need-4'd1)];
        length = mold_i ? {length_first, length_second} : {length_second, length_first};
        if (have_length) begin
          start = length_at + need;
          fresh_take = avail - take - need;
          if (16'(fresh_take) >= length) begin
            // It ends in this beat too. Only one item may end in a cycle.
            if (!ends) begin
              ends = 1'b1;
              fresh = 1'b1;
              fresh_take = length[3:0];
              used = take + need + fresh_take;
              next_blocks = blocks - 16'd1;
              next_state = next_blocks == '0 ? StRest : StLength;
              next_half = 1'b0;
            end
          end else begin
            new_item = 1'b1;
            used = avail;
            next_blocks = blocks - 16'd1;
            next_state = StData;
            next_remain = length - 16'(fresh_take);
            next_pos = 6'(fresh_take);
          end
        end else if (avail - take == 4'd1) begin
          used = avail;
          next_half = 1'b1;
        end
      end else if (next_state == StRest) begin
        // 3. Bytes behind the last block.
        trailing = trailing || avail != take;
        used = avail;
      end
      if (fresh || new_item) begin
        for (int i = 0; i < 7; i++) begin
          if (4'(i) < fresh_take) next_bytes[8*i+:8] = byte_at[3'(start+4'(i))];
        end
      end
      beat_done = used == avail;
      // The first byte of a message: is anything in flight before it? (first of a frame: as of the
      // frame)
      if (new_item || fresh) begin
        item_unloaded = first_message_q ? udp_i.unloaded :
            pipe_idle_i && !rec_valid_o && !(ends && !fresh);
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q    <= StHeader;
      offset_q   <= '0;
      in_frame_q <= 1'b0;
      a_valid_q  <= 1'b0;
    end else begin
      if (b_ready) a_valid_q <= 1'b0;
      if (udp_valid_i && a_free) begin
        a_valid_q  <= 1'b1;
        state_q    <= next_state;
        offset_q   <= beat_done ? '0 : 3'(4'(offset_q) + used);
        in_frame_q <= !(beat_done && udp_i.last);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (udp_valid_i && a_free) begin
      remain_q        <= next_remain;
      pos_q           <= next_pos;
      half_q          <= next_half;
      last_byte_q     <= byte_at[3'(4'(offset_q)+used-4'd1)];
      blocks_q        <= next_blocks;
      trailing_q      <= trailing;
      item_unloaded_q <= item_unloaded;
      if (!in_frame_q) begin
        early_q         <= early_i;
        unloaded_q      <= udp_i.unloaded;
        first_message_q <= 1'b1;
      end else if (new_item || fresh) begin
        first_message_q <= 1'b0;
      end
      if (new_item) len_q <= length;

      a_ends_q           <= ends;
      a_header_q         <= ends_header;
      a_fresh_q          <= fresh;
      a_from_q           <= 7'(pos_end - 7'(take));
      a_to_q             <= pos_end;
      a_rotated_q        <= rotated;
      a_next_q           <= next_bytes;
      a_len_q            <= fresh ? length : len_q;
      a_unloaded_q       <= fresh ? item_unloaded : item_unloaded_q;
      a_early_q          <= in_frame_q ? early_q : early_i;
      a_frame_unloaded_q <= in_frame_q ? unloaded_q : udp_i.unloaded;
      a_cycle_q          <= udp_i.cycle;
      a_first_q          <= !in_frame_q;
      a_last_q           <= udp_i.last && beat_done;
      a_bad_q            <= udp_i.bad;
      a_disp_q           <= udp_i.disp;
      a_missing_q        <= next_state != StRest;
      a_trailing_q       <= trailing;
      a_stamp_q          <= udp_i.stamp;
      a_payload_len_q    <= udp_i.udp_payload_len;
    end
  end

  // Stage B ---------------------------------------------------------------------------------------
  logic [MsgBits-1:0] item_q;      // bytes of the running item; zero beyond
  logic               fail_q;      // header check failed: the rest of the frame is swallowed
  frame_disp_e        fail_disp_q;
  logic               headed_q;    // the header was complete and good
  logic               fits_q;      // and goes on where the last good frame left off
  logic [9:0]         messages_q;  // of this frame
  logic heartbeat_q, end_of_session_q;
  logic tail_q;  // a message went in this cycle's place, the END record is still to come

  logic [MsgBits-1:0] merged;
  pkt_t               pkt;
  frame_disp_e header_disp, frame_disp;
  logic header_bad, push_item, failed, headed, frame_ok, push_end;
  logic is_message;
  logic released;  // early mode, and the header fits: records count at once
  wire  fits;

  // At least 24 bytes before the header's end, so already here.
  assign iex_count = item_q[8*14+:16];

  pkt_t iex_pkt, mold_pkt;
  frame_disp_e iex_disp, mold_disp;
  logic iex_heartbeat, mold_heartbeat, mold_end_of_session;
  iex_tp u_iex (
    .header_i     (merged[8*IexHeaderBytes-1:0]),
    .stamp_i      (a_stamp_q),
    .payload_len_i(a_payload_len_q),
    .protocol_i,
    .channel_i,
    .pkt_o        (iex_pkt),
    .disp_o       (iex_disp),
    .heartbeat_o  (iex_heartbeat)
  );
  mold_udp64 u_mold (
    .header_i        (merged[8*MoldHeaderBytes-1:0]),
    .stamp_i         (a_stamp_q),
    .payload_len_i   (a_payload_len_q),
    .pkt_o           (mold_pkt),
    .disp_o          (mold_disp),
    .heartbeat_o     (mold_heartbeat),
    .end_of_session_o(mold_end_of_session)
  );

  wire header_good = a_valid_q && a_ends_q && a_header_q && !header_bad;
  wire frame_ends = a_valid_q && a_last_q && b_ready;
  line_place u_place (
    .clk_i,
    .rst_ni,
    .mold_i,
    .header_i(header_good),
    .pkt_i   (pkt),
    .fits_o  (fits),
    .good_i  (frame_ends && frame_ok)
  );

  always_comb begin
    merged = '0;
    pkt = '0;
    header_disp = FrameOk;
    frame_disp = FrameOk;
    header_bad = 1'b0;
    push_item = 1'b0;
    failed = 1'b0;
    headed = 1'b0;
    frame_ok = 1'b0;
    push_end = 1'b0;
    is_message = 1'b0;
    released = 1'b0;
    if (a_valid_q) begin
      merged = item_q;
      for (int i = 0; i < MsgBytes; i++) begin
        if (a_fresh_q) merged[8*i+:8] = i < 7 ? a_next_q[8*(i%7)+:8] : 8'd0;
        else if (7'(i) >= a_from_q && 7'(i) < a_to_q) merged[8*i+:8] = a_rotated_q[8*(i%8)+:8];
      end

      pkt = mold_i ? mold_pkt : iex_pkt;
      header_disp = mold_i ? mold_disp : iex_disp;
      header_bad = a_ends_q && a_header_q && header_disp != FrameOk;
      failed = (fail_q && !a_first_q) || header_bad;
      headed = (headed_q && !a_first_q) || (a_ends_q && a_header_q && !header_bad);
      is_message = a_ends_q && !a_header_q && !failed;
      push_item = a_ends_q && !failed && !tail_q;

      if (a_bad_q && (a_disp_q == FrameBadFcs || a_disp_q == FrameOversize))
        frame_disp = frame_disp_e'(a_disp_q);
      else if (header_bad) frame_disp = header_disp;
      else if (failed) frame_disp = fail_disp_q;
      else if (a_bad_q) frame_disp = frame_disp_e'(a_disp_q);
      else if (rec_overflow_i) frame_disp = FrameFifoFull;
      frame_ok = frame_disp == FrameOk;
      // What was released must be voided. The record needs a place of its own.
      released = a_early_q && (a_ends_q && a_header_q ? fits : fits_q);
      push_end = a_last_q && released && headed && !frame_ok;
    end
  end

  wire split = push_end && push_item;  // this transfer is the item, the next one the end
  assign rec_valid_o = a_valid_q && (push_item || a_last_q);
  assign b_ready = a_valid_q && !split && (!rec_valid_o || rec_ready_i);

  rec_t rec;
  always_comb begin
    rec = '0;
    if (a_valid_q) begin
      rec.t_in = a_cycle_q;
      rec.unloaded = a_unloaded_q;
      if (push_item && a_header_q) begin
        rec.kind = RecPkt;
        rec.unloaded = a_frame_unloaded_q;
        rec.data[$bits(pkt_t)-1:0] = pkt;
      end else if (push_item) begin
        rec.kind = RecMsg;
        rec.len  = a_len_q;
        rec.data = merged;
      end else begin
        rec.kind = RecEnd;
        rec.unloaded = 1'b0;
        rec.data[4:0] = 5'(frame_disp);
      end
    end
  end

  assign rec_o = rec;
  assign rec_has_o = push_item || push_end;
  assign rec_early_o = a_early_q;
  assign rec_hold_o = !released;
  assign rec_end_o = a_last_q && !split;
  assign rec_ok_o = released || frame_ok;
  assign rec_end_cycle_o = a_cycle_q;
  assign rec_unloaded_o = a_frame_unloaded_q;
  assign busy_o = in_frame_q || a_valid_q;

  wire [9:0] messages = (a_first_q ? 10'd0 : messages_q) + 10'(is_message && !tail_q);
  wire header_now = a_ends_q && a_header_q;
  wire heartbeat = header_now ? (mold_i ? mold_heartbeat : iex_heartbeat) : heartbeat_q;
  wire end_of_session = header_now ? mold_i && mold_end_of_session : end_of_session_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      tail_q             <= 1'b0;
      fail_q             <= 1'b0;
      headed_q           <= 1'b0;
      disp_valid_o       <= 1'b0;
      udp_checksum_bad_o <= 1'b0;
      malformed_block_o  <= 1'b0;
      trailing_bytes_o   <= 1'b0;
      heartbeat_o        <= 1'b0;
      end_of_session_o   <= 1'b0;
      voided_valid_o     <= 1'b0;
    end else begin
      disp_valid_o       <= frame_ends;
      udp_checksum_bad_o <= frame_ends && headed && !failed && a_disp_q == FrameBadUdpChecksum;
      malformed_block_o  <= frame_ends && frame_ok && a_missing_q;
      trailing_bytes_o   <= frame_ends && frame_ok && a_trailing_q;
      heartbeat_o        <= frame_ends && frame_ok && heartbeat;
      end_of_session_o   <= frame_ends && frame_ok && end_of_session;
      voided_valid_o     <= frame_ends && !frame_ok && !released && messages != '0;
      if (split && rec_ready_i) tail_q <= 1'b1;
      else if (b_ready) tail_q <= 1'b0;
      if (a_valid_q && b_ready) begin
        fail_q   <= failed;
        headed_q <= headed;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (a_valid_q && b_ready) begin
      disp_o           <= 5'(frame_disp);
      voided_o         <= messages;
      heartbeat_q      <= heartbeat;
      end_of_session_q <= end_of_session;
      if (header_bad) fail_disp_q <= header_disp;
    end
    if (header_good) fits_q <= fits;
    if (a_valid_q && (b_ready || (split && rec_ready_i))) messages_q <= messages;
    if (a_valid_q && b_ready) begin
      // A new item starts with zeros beyond its bytes.
      if (a_ends_q || a_first_q) item_q <= a_fresh_q ? '0 : MsgBits'(a_next_q);
      if (a_first_q && !a_ends_q) item_q <= first_bytes(a_rotated_q, a_to_q);
      else if (!a_ends_q) item_q <= a_from_q == a_to_q ? item_q | MsgBits'(a_next_q) : merged;
    end
  end

  // The first beat of a header: its bytes, zeros beyond.
  function automatic logic [MsgBits-1:0] first_bytes(logic [63:0] data, logic [6:0] count);
    logic [MsgBits-1:0] bits;
    bits = '0;
    for (int i = 0; i < 8; i++) if (7'(i) < count) bits[8*i+:8] = data[8*i+:8];
    return bits;
  endfunction

`ifndef SYNTHESIS
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
    end else if (checks_on_q) begin
      if (udp_valid_i && a_free) begin
        a_lane0 :
        assert (offset_q == '0 || state_q == StLength || state_q == StRest || !in_frame_q);
        a_progress : assert (beat_done || used != '0);
      end
      if (udp_valid_i) a_contiguous : assert ((udp_i.keep & (udp_i.keep + 8'd1)) == '0);
    end
  end
`endif

endmodule

`default_nettype wire
