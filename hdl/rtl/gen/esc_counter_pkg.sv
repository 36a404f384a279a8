// Generated from hdl/regs/escapement.rdl by `make generate`. Do not edit.
// Index of each counter in the counter bank (register offset = 0x1000 + 8 * index) and the numbers
// of the frame and message dispositions, which count up in the order of their counters.

`default_nettype none

package esc_counter_pkg;

  /* verilator lint_off UNUSEDPARAM */  // a table of names: no single user needs them all

  localparam int unsigned NumCounters = 129;
  localparam int unsigned CntBits = 8;
  typedef logic [7:0] cnt_t;

  // copies: message copies in accepted frames, by line
  localparam int unsigned NumCopies = 2;
  localparam cnt_t CntCopiesInA = 8'd0;
  localparam cnt_t CntCopiesInB = 8'd1;

  // frames: frames of line A by disposition
  localparam int unsigned NumFrames = 21;
  localparam cnt_t CntFramesOk = 8'd2;
  localparam cnt_t CntFramesBadFcs = 8'd3;
  localparam cnt_t CntFramesOversize = 8'd4;
  localparam cnt_t CntFramesShortFrame = 8'd5;
  localparam cnt_t CntFramesNotIpv4 = 8'd6;
  localparam cnt_t CntFramesBadIpHeader = 8'd7;
  localparam cnt_t CntFramesBadIpChecksum = 8'd8;
  localparam cnt_t CntFramesFragment = 8'd9;
  localparam cnt_t CntFramesNotUdp = 8'd10;
  localparam cnt_t CntFramesWrongGroup = 8'd11;
  localparam cnt_t CntFramesWrongPort = 8'd12;
  localparam cnt_t CntFramesBadUdpLength = 8'd13;
  localparam cnt_t CntFramesTransportShort = 8'd14;
  localparam cnt_t CntFramesTransportVersion = 8'd15;
  localparam cnt_t CntFramesWrongProtocol = 8'd16;
  localparam cnt_t CntFramesWrongChannel = 8'd17;
  localparam cnt_t CntFramesTransportLength = 8'd18;
  localparam cnt_t CntFramesCutDatagram = 8'd19;
  localparam cnt_t CntFramesBadUdpChecksum = 8'd20;
  localparam cnt_t CntFramesOverrun = 8'd21;
  localparam cnt_t CntFramesFifoFull = 8'd22;

  // bframes: frames of line B by disposition, in the order of those of line A
  localparam int unsigned NumBframes = 21;
  localparam cnt_t CntBframesOk = 8'd23;
  localparam cnt_t CntBframesBadFcs = 8'd24;
  localparam cnt_t CntBframesOversize = 8'd25;
  localparam cnt_t CntBframesShortFrame = 8'd26;
  localparam cnt_t CntBframesNotIpv4 = 8'd27;
  localparam cnt_t CntBframesBadIpHeader = 8'd28;
  localparam cnt_t CntBframesBadIpChecksum = 8'd29;
  localparam cnt_t CntBframesFragment = 8'd30;
  localparam cnt_t CntBframesNotUdp = 8'd31;
  localparam cnt_t CntBframesWrongGroup = 8'd32;
  localparam cnt_t CntBframesWrongPort = 8'd33;
  localparam cnt_t CntBframesBadUdpLength = 8'd34;
  localparam cnt_t CntBframesTransportShort = 8'd35;
  localparam cnt_t CntBframesTransportVersion = 8'd36;
  localparam cnt_t CntBframesWrongProtocol = 8'd37;
  localparam cnt_t CntBframesWrongChannel = 8'd38;
  localparam cnt_t CntBframesTransportLength = 8'd39;
  localparam cnt_t CntBframesCutDatagram = 8'd40;
  localparam cnt_t CntBframesBadUdpChecksum = 8'd41;
  localparam cnt_t CntBframesOverrun = 8'd42;
  localparam cnt_t CntBframesFifoFull = 8'd43;

  // dispositions: message copies of both lines by disposition
  localparam int unsigned NumDispositions = 12;
  localparam cnt_t CntDispositionsTicked = 8'd44;
  localparam cnt_t CntDispositionsNoChange = 8'd45;
  localparam cnt_t CntDispositionsEventOpen = 8'd46;
  localparam cnt_t CntDispositionsNotBookRelevant = 8'd47;
  localparam cnt_t CntDispositionsUnmapped = 8'd48;
  localparam cnt_t CntDispositionsUnknownRef = 8'd49;
  localparam cnt_t CntDispositionsUnknownType = 8'd50;
  localparam cnt_t CntDispositionsShort = 8'd51;
  localparam cnt_t CntDispositionsEmpty = 8'd52;
  localparam cnt_t CntDispositionsDuplicate = 8'd53;
  localparam cnt_t CntDispositionsLate = 8'd54;
  localparam cnt_t CntDispositionsStaleSession = 8'd55;

  // bcopies: of these, refused copies of line B
  localparam int unsigned NumBcopies = 3;
  localparam cnt_t CntBcopiesDuplicate = 8'd56;
  localparam cnt_t CntBcopiesLate = 8'd57;
  localparam cnt_t CntBcopiesStaleSession = 8'd58;

  // events: events, in no sum
  localparam int unsigned NumEvents = 24;
  localparam cnt_t CntEventsIpChecksumBad = 8'd59;
  localparam cnt_t CntEventsUdpChecksumBad = 8'd60;
  localparam cnt_t CntEventsMalformedBlock = 8'd61;
  localparam cnt_t CntEventsTrailingBytes = 8'd62;
  localparam cnt_t CntEventsHeartbeats = 8'd63;
  localparam cnt_t CntEventsEndOfSession = 8'd64;
  localparam cnt_t CntEventsRestarts = 8'd65;
  localparam cnt_t CntEventsGaps = 8'd66;
  localparam cnt_t CntEventsLost = 8'd67;
  localparam cnt_t CntEventsGapWindow = 8'd68;
  localparam cnt_t CntEventsReorderFull = 8'd69;
  localparam cnt_t CntEventsLostRangeEvicted = 8'd70;
  localparam cnt_t CntEventsDeliveredA = 8'd71;
  localparam cnt_t CntEventsDeliveredB = 8'd72;
  localparam cnt_t CntEventsAbsentLevel = 8'd73;
  localparam cnt_t CntEventsLevelOverflow = 8'd74;
  localparam cnt_t CntEventsLevelClamped = 8'd75;
  localparam cnt_t CntEventsTableOverflow = 8'd76;
  localparam cnt_t CntEventsReusedRef = 8'd77;
  localparam cnt_t CntEventsOverExecution = 8'd78;
  localparam cnt_t CntEventsRecentreHeld = 8'd79;
  localparam cnt_t CntEventsRefillStalls = 8'd80;
  localparam cnt_t CntEventsRefillCycles = 8'd81;
  localparam cnt_t CntEventsVoidedMessages = 8'd82;

  // messages: delivered messages by type byte
  localparam int unsigned NumMessages = 27;
  localparam cnt_t CntMessagesTypeS = 8'd83;
  localparam cnt_t CntMessagesTypeD = 8'd84;
  localparam cnt_t CntMessagesTypeH = 8'd85;
  localparam cnt_t CntMessagesTypeI = 8'd86;
  localparam cnt_t CntMessagesTypeO = 8'd87;
  localparam cnt_t CntMessagesTypeE = 8'd88;
  localparam cnt_t CntMessagesTypeQ = 8'd89;
  localparam cnt_t CntMessagesType8 = 8'd90;
  localparam cnt_t CntMessagesType5 = 8'd91;
  localparam cnt_t CntMessagesTypeP = 8'd92;
  localparam cnt_t CntMessagesTypeT = 8'd93;
  localparam cnt_t CntMessagesTypeX = 8'd94;
  localparam cnt_t CntMessagesTypeB = 8'd95;
  localparam cnt_t CntMessagesTypeA = 8'd96;
  localparam cnt_t CntMessagesTypeR = 8'd97;
  localparam cnt_t CntMessagesTypeY = 8'd98;
  localparam cnt_t CntMessagesTypeL = 8'd99;
  localparam cnt_t CntMessagesTypeV = 8'd100;
  localparam cnt_t CntMessagesTypeW = 8'd101;
  localparam cnt_t CntMessagesTypeK = 8'd102;
  localparam cnt_t CntMessagesTypeJ = 8'd103;
  localparam cnt_t CntMessagesTypeLowerH = 8'd104;
  localparam cnt_t CntMessagesTypeF = 8'd105;
  localparam cnt_t CntMessagesTypeC = 8'd106;
  localparam cnt_t CntMessagesTypeU = 8'd107;
  localparam cnt_t CntMessagesTypeN = 8'd108;
  localparam cnt_t CntMessagesTypeOther = 8'd109;

  // ticks: ticks made by kind
  localparam int unsigned NumTicks = 5;
  localparam cnt_t CntTicksBid = 8'd110;
  localparam cnt_t CntTicksAsk = 8'd111;
  localparam cnt_t CntTicksTrade = 8'd112;
  localparam cnt_t CntTicksTradeBreak = 8'd113;
  localparam cnt_t CntTicksStatus = 8'd114;

  // output: entries and lines on their way out
  localparam int unsigned NumOutput = 11;
  localparam cnt_t CntOutputTicksMade = 8'd115;
  localparam cnt_t CntOutputTicksWritten = 8'd116;
  localparam cnt_t CntOutputTicksDropped = 8'd117;
  localparam cnt_t CntOutputControlDropped = 8'd118;
  localparam cnt_t CntOutputEscapes = 8'd119;
  localparam cnt_t CntOutputRecentres = 8'd120;
  localparam cnt_t CntOutputRefreshes = 8'd121;
  localparam cnt_t CntOutputEntriesWritten = 8'd122;
  localparam cnt_t CntOutputLinesWritten = 8'd123;
  localparam cnt_t CntOutputLinesRefused = 8'd124;
  localparam cnt_t CntOutputInterrupts = 8'd125;

  // loads: what the host loaded: messages (in ledger 1 like copies), marks of slots and feed, and loads refused
  localparam int unsigned NumLoads = 3;
  localparam cnt_t CntLoadsMessages = 8'd126;
  localparam cnt_t CntLoadsMarks = 8'd127;
  localparam cnt_t CntLoadsRefused = 8'd128;

  // Frame dispositions; the counter is CntFramesOk + the number.
  typedef enum logic [4:0] {
    FrameOk = 5'd0,
    FrameBadFcs = 5'd1,
    FrameOversize = 5'd2,
    FrameShortFrame = 5'd3,
    FrameNotIpv4 = 5'd4,
    FrameBadIpHeader = 5'd5,
    FrameBadIpChecksum = 5'd6,
    FrameFragment = 5'd7,
    FrameNotUdp = 5'd8,
    FrameWrongGroup = 5'd9,
    FrameWrongPort = 5'd10,
    FrameBadUdpLength = 5'd11,
    FrameTransportShort = 5'd12,
    FrameTransportVersion = 5'd13,
    FrameWrongProtocol = 5'd14,
    FrameWrongChannel = 5'd15,
    FrameTransportLength = 5'd16,
    FrameCutDatagram = 5'd17,
    FrameBadUdpChecksum = 5'd18,
    FrameOverrun = 5'd19,
    FrameFifoFull = 5'd20
  } frame_disp_e;

  // Message dispositions; the counter is CntDispositionsTicked + the number.
  typedef enum logic [3:0] {
    DispTicked = 4'd0,
    DispNoChange = 4'd1,
    DispEventOpen = 4'd2,
    DispNotBookRelevant = 4'd3,
    DispUnmapped = 4'd4,
    DispUnknownRef = 4'd5,
    DispUnknownType = 4'd6,
    DispShort = 4'd7,
    DispEmpty = 4'd8,
    DispDuplicate = 4'd9,
    DispLate = 4'd10,
    DispStaleSession = 4'd11
  } msg_disp_e;

  // Counter of a delivered message by its type byte.
  function automatic cnt_t cnt_of_msg_type(input logic [7:0] msg_type);
    case (msg_type)
      8'h53:   return CntMessagesTypeS;
      8'h44:   return CntMessagesTypeD;
      8'h48:   return CntMessagesTypeH;
      8'h49:   return CntMessagesTypeI;
      8'h4f:   return CntMessagesTypeO;
      8'h45:   return CntMessagesTypeE;
      8'h51:   return CntMessagesTypeQ;
      8'h38:   return CntMessagesType8;
      8'h35:   return CntMessagesType5;
      8'h50:   return CntMessagesTypeP;
      8'h54:   return CntMessagesTypeT;
      8'h58:   return CntMessagesTypeX;
      8'h42:   return CntMessagesTypeB;
      8'h41:   return CntMessagesTypeA;
      8'h52:   return CntMessagesTypeR;
      8'h59:   return CntMessagesTypeY;
      8'h4c:   return CntMessagesTypeL;
      8'h56:   return CntMessagesTypeV;
      8'h57:   return CntMessagesTypeW;
      8'h4b:   return CntMessagesTypeK;
      8'h4a:   return CntMessagesTypeJ;
      8'h68:   return CntMessagesTypeLowerH;
      8'h46:   return CntMessagesTypeF;
      8'h43:   return CntMessagesTypeC;
      8'h55:   return CntMessagesTypeU;
      8'h4e:   return CntMessagesTypeN;
      default: return CntMessagesTypeOther;
    endcase
  endfunction

  /* verilator lint_on UNUSEDPARAM */

endpackage

`default_nettype wire
