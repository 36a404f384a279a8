// Shared types of the card's core. Field meanings follow docs/card-model.md.
//
// Naming: *_t structs, *_e enums, UpperCamelCase constants. Message bytes are little-endian in
// vectors: byte i of a message is data[8*i +: 8].

`default_nettype none

package esc_pkg;

  /* verilator lint_off UNUSEDPARAM */  // shared constants: no single module needs them all

  // Bytes of a message that a decoder can ask for; longer messages are kept by length only (IEX
  // needs 42, ITCH 50).
  localparam int unsigned MsgBytes = 50;
  localparam int unsigned MsgBits = 8 * MsgBytes;
  localparam int unsigned MaxFrameBytes = 2048;

  localparam logic [11:0] SlotNone = 12'hfff;
  localparam logic [11:0] SlotControl = 12'hffe;

  // MAC side, one beat. err and last are valid on the last beat only; stamp is valid on every beat
  // of a frame.
  typedef struct packed {
    logic [63:0] stamp;
    logic        err;
    logic        last;
    logic [7:0]  keep;
    logic [63:0] data;
  } mac_beat_t;

  // UDP payload, realigned so that the first payload byte is in lane 0. `first` marks the first
  // beat of a datagram. A frame that failed a header check never shows here. `last` comes exactly
  // once for each datagram that showed a beat, with `bad` telling that the frame must be voided
  // (reason on `disp`), possibly with keep = 0.
  typedef struct packed {
    logic [63:0] stamp;
    logic [15:0] udp_payload_len;  // UDP length - 8, valid on every beat
    logic [31:0] cycle;            // core cycle at which this beat's youngest byte entered
    logic        unloaded;         // pipe was empty when the frame's first byte arrived
    logic        first;
    logic        last;
    logic        bad;
    logic [4:0]  disp;             // frame disposition number if bad
    logic [7:0]  keep;             // contiguous from lane 0
    logic [63:0] data;
  } udp_beat_t;

  // What the transport parser hands over.
  typedef enum logic [1:0] {
    RecPkt = 2'd0,
    RecMsg = 2'd1,
    RecEnd = 2'd2   // early mode only, and only for bad frames that were not held
  } rec_kind_e;

  typedef struct packed {
    rec_kind_e kind;
    logic unloaded;  // pipe was empty at the first byte of the message (early), frame (whole)
    logic [31:0] t_in;  // core cycle of the message's last byte (early), frame's last (whole)
    logic [15:0] len;  // MSG: message length in bytes
    logic [MsgBits-1:0] data;  // MSG: first bytes; PKT: pkt_t, low bits; END: disposition
  } rec_t;

  // Packet header as a record (IEX-TP 1.25, segment header; MoldUDP64 1.00, downstream packet).
  // session: IEX-TP zero-extended; MoldUDP64 its 10 bytes as a big-endian number. count: 0 also for
  // MoldUDP64's end of session. send_time, offset: IEX-TP only, else 0.
  typedef struct packed {
    logic [63:0] stamp;
    logic [63:0] send_time;
    logic [63:0] offset;
    logic [63:0] first_seq;
    logic [79:0] session;
    logic [15:0] count;
  } pkt_t;

  // More messages are announced than there are numbers: first + count > 2^64 - 1.
  function automatic logic runs_out(input logic [63:0] first_seq, input logic [15:0] count);
    logic carry;
    carry = (17'(first_seq[15:0]) + 17'(count)) > 17'h0ffff;
    return carry && first_seq[63:16] == '1;
  endfunction

  // Line arbiter -> decoder: messages and in-order control events.
  typedef enum logic [2:0] {
    EvMsg = 3'd0,
    EvGap = 3'd1,  // seq = first lost, count
    EvRestart = 3'd2,  // count = new session id
    EvVoid = 3'd3,  // seq = first, count, len[4:0] = frame disposition
    EvVisit = 3'd4,  // len[11:0] = slot to refresh, len[13:12] = 1 it is proven, 2 it is not
    EvHeartbeat = 3'd5,  // seq = expected
    // len[11:0] = slot, len[12] = assigned (else released), seq[7:0] = generation, count = symbol
    EvSlot = 3'd6
  } ev_kind_e;

  typedef struct packed {
    ev_kind_e           kind;
    logic [63:0]        hw_time;
    logic [39:0]        msg_index;       // own index; for control events the next one
    logic [63:0]        seq;
    logic [63:0]        count;
    logic               bad;             // feed flag MAYBE_BAD_BOOK as of this event
    logic               first_of_frame;  // first message of its frame
    logic               unloaded;
    logic [31:0]        t_in;
    logic [15:0]        len;
    logic [MsgBits-1:0] data;
  } ev_t;

  // Decoder -> map -> book: normalised operation.
  typedef enum logic [3:0] {
    OpDone      = 4'd0,  // disposition already given; carries nothing
    OpQuote     = 4'd1,  // TOPS Q: price0/size0 bid, price1/size1 ask
    OpLevel     = 4'd2,  // DEEP 8/5: price0/size0, ask_side, complete
    OpTrade     = 4'd3,  // price0, size0, code = side (0 none, 1 buy, 2 sell)
    OpBreak     = 4'd4,  // size0 = id
    OpStatus    = 4'd5,  // code = status byte
    OpSysStatus = 4'd6,  // code = event byte, slot none
    OpControl   = 4'd7,  // control event, see ctl
    OpOrder     = 4'd8,  // ITCH A F E C X D U: one change of one level, see order_* below
    OpMark      = 4'd9   // unknown reference: flags the slot from the next message on, nothing else
  } op_e;

  typedef struct packed {
    op_e op;
    ev_kind_e ctl;
    logic [63:0] hw_time;
    logic [39:0] msg_index;
    logic [63:0] seq;
    logic [63:0] count;
    logic bad;
    logic first_of_frame;
    logic unloaded;
    logic [31:0] t_in;
    logic [11:0] slot;  // filled by the map (EvVisit, EvSlot: that slot)
    logic [63:0] symbol;  // 8 bytes as on the wire, byte 0 in [7:0]
    logic [63:0] feed_time;
    logic [63:0] price0;
    logic [63:0] size0;
    logic [63:0] price1;
    logic [31:0] size1;
    logic ask_side;
    logic complete;  // OpLevel, OpOrder: compare both sides with the published ones now
    // Status, system event or side byte; EvVoid: disposition; EvVisit: 1, 2; EvSlot: assigned.
    logic [7:0] code;
    logic [7:0] mtype;  // type byte of the message, for the latency probe; 0 for controls
    // ITCH. OpOrder changes level (slot, ask_side, price0) by size0[31:0] shares, up if order_add.
    // order_trade: before it a trade tick of price1, size1, aggressor `code` (always the first
    // operation of its message). A message is one to three of them; order_last ends it: there it
    // gets its disposition, `ticked` if any of its operations made a tick.
    logic order_add;
    logic order_trade;
    logic order_last;
    logic mark_bad;  // flag the slot from the next message on
    logic untracked;  // untracked orders before this message or by it: ticks are flagged
  } op_t;

  // Book -> packer: one logical entry. Control kinds overlay the fields:
  //   gap: price = first lost, size = count, msg_index = next     restart: size = session,
  // msg_index = next
  //   void: price = first, size = count, code = disposition       heartbeat: price = next sequence,
  // msg_index = next
  //   recentre: slot, side = price kind, epoch, price = centre    ticks_dropped: slot, size = count
  //   refresh: slot, side = price kind, epoch, state, flags, code = status byte, feed_time =
  // centre, price, size
  //   slot_assigned, slot_released: slot, epoch = generation; assigned: size = symbol
  typedef struct packed {
    logic [4:0]  kind;            // esc_line_pkg::Kind*
    logic [11:0] slot;
    logic [39:0] msg_index;
    logic [63:0] hw_time;
    logic [63:0] feed_time;
    logic        has_price;
    logic [63:0] price;
    logic [7:0]  code;            // offset code (0 escape); status: status byte
    logic [7:0]  epoch;
    logic [63:0] size;
    logic [7:0]  side;            // trade: aggressor; recentre, refresh: price kind
    logic [7:0]  flags;
    logic [3:0]  state;           // refresh only
    logic        is_tick;
    logic        unloaded;
    logic        first_of_frame;  // first tick of its frame
    logic [7:0]  mtype;           // type byte of its message
    logic [31:0] t_in;
  } entry_t;

  // Latency probe: one pulse for each entry that entered a line, in order.
  typedef struct packed {
    logic        is_tick;
    logic        unloaded;
    logic        first_of_frame;
    logic [7:0]  mtype;
    logic [31:0] t_in;
  } probe_t;

  /* verilator lint_on UNUSEDPARAM */

endpackage

`default_nettype wire
