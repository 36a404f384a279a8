// Generated from hdl/line/line_format.toml by `make generate`. Do not edit.
// Constants of the 64-byte tick line; the format in words is docs/line-format.md.

`default_nettype none

package esc_line_pkg;

  /* verilator lint_off UNUSEDPARAM */  // a table of names: no single user needs them all

  localparam int unsigned LineVersion = 2;
  localparam int unsigned LineBytes = 64;
  localparam int unsigned BodyNibbles = 76;

  // Byte offsets and sizes of the header fields.
  localparam int unsigned HdrLineSeqOffset = 0;
  localparam int unsigned HdrLineSeqBytes = 4;
  localparam int unsigned HdrHwTimeOffset = 4;
  localparam int unsigned HdrHwTimeBytes = 8;
  localparam int unsigned HdrMsgIndexOffset = 12;
  localparam int unsigned HdrMsgIndexBytes = 5;
  localparam int unsigned HdrVersionFlagsOffset = 17;
  localparam int unsigned HdrVersionFlagsBytes = 1;
  localparam int unsigned HdrFeedOffset = 18;
  localparam int unsigned HdrFeedBytes = 1;
  localparam int unsigned HdrClockOffset = 19;
  localparam int unsigned HdrClockBytes = 3;
  localparam int unsigned HdrBodyOffset = 22;
  localparam int unsigned HdrBodyBytes = 38;
  localparam int unsigned HdrCrcOffset = 60;
  localparam int unsigned HdrCrcBytes = 4;

  // Byte offsets and sizes of the fields of a link frame that is as long as it may be.
  localparam int unsigned LinkVersionFlagsOffset = 0;
  localparam int unsigned LinkVersionFlagsBytes = 1;
  localparam int unsigned LinkFeedOffset = 1;
  localparam int unsigned LinkFeedBytes = 1;
  localparam int unsigned LinkStreamOffset = 2;
  localparam int unsigned LinkStreamBytes = 2;
  localparam int unsigned LinkFrameSeqOffset = 4;
  localparam int unsigned LinkFrameSeqBytes = 4;
  localparam int unsigned LinkHwTimeOffset = 8;
  localparam int unsigned LinkHwTimeBytes = 8;
  localparam int unsigned LinkSendDelayOffset = 16;
  localparam int unsigned LinkSendDelayBytes = 4;
  localparam int unsigned LinkMsgIndexOffset = 20;
  localparam int unsigned LinkMsgIndexBytes = 5;
  localparam int unsigned LinkClockOffset = 25;
  localparam int unsigned LinkClockBytes = 3;
  localparam int unsigned LinkTicksOffset = 28;
  localparam int unsigned LinkTicksBytes = 4;
  localparam int unsigned LinkBodyOffset = 32;
  localparam int unsigned LinkBodyBytes = 1436;
  localparam int unsigned LinkCrcOffset = 1468;
  localparam int unsigned LinkCrcBytes = 4;

  // Entry kinds.
  localparam logic [4:0] KindBid = 5'd1;
  localparam logic [4:0] KindAsk = 5'd2;
  localparam logic [4:0] KindTrade = 5'd3;
  localparam logic [4:0] KindTradeBreak = 5'd4;
  localparam logic [4:0] KindStatus = 5'd5;
  localparam logic [4:0] KindGap = 5'd8;
  localparam logic [4:0] KindTicksDropped = 5'd9;
  localparam logic [4:0] KindRecentre = 5'd10;
  localparam logic [4:0] KindRefresh = 5'd11;
  localparam logic [4:0] KindVoid = 5'd12;
  localparam logic [4:0] KindTimeStep = 5'd13;
  localparam logic [4:0] KindHeartbeat = 5'd14;
  localparam logic [4:0] KindSlotAssigned = 5'd15;
  localparam logic [4:0] KindSlotReleased = 5'd16;
  localparam logic [4:0] KindRestart = 5'd17;
  localparam logic [4:0] KindDepthLevel = 5'd18;
  localparam logic [4:0] KindBar = 5'd19;
  localparam logic [4:0] KindFirstControl = 5'd8;

  // Form of a compact descriptor, bits 2:0.
  localparam logic [2:0] FormBidSame = 3'd0;
  localparam logic [2:0] FormAskSame = 3'd1;
  localparam logic [2:0] FormBidDelta = 3'd2;
  localparam logic [2:0] FormAskDelta = 3'd3;
  localparam logic [2:0] FormBidCode = 3'd4;
  localparam logic [2:0] FormAskCode = 3'd5;
  localparam logic [2:0] FormTradeSame = 3'd6;
  localparam logic [2:0] FormTradeCode = 3'd7;

  // Size class of a compact descriptor, bits 4:3.
  localparam logic [1:0] SizeNibble = 2'd0;
  localparam logic [1:0] SizeByte = 2'd1;
  localparam logic [1:0] SizeHundreds = 2'd2;
  localparam logic [1:0] SizeNumber = 2'd3;

  // Time class of a compact descriptor, bits 7:5.
  localparam logic [2:0] TimeNone = 3'd1;
  localparam logic [2:0] TimeShort = 3'd2;
  localparam logic [2:0] TimeMedium = 3'd3;
  localparam logic [2:0] TimeLong = 3'd4;
  localparam logic [2:0] TimeFrameShort = 3'd5;
  localparam logic [2:0] TimeFrameMedium = 3'd6;
  localparam logic [2:0] TimeFrameLong = 3'd7;

  // Lag class of a prefix, bits 4:3.
  localparam logic [1:0] LagStays = 2'd1;
  localparam logic [1:0] LagShort = 2'd2;
  localparam logic [1:0] LagNumber = 2'd3;

  // Bit of a full tick's second byte.
  localparam int unsigned FullHasSlot = 0;
  localparam int unsigned FullHasFlags = 1;
  localparam int unsigned FullHasLag = 2;
  localparam int unsigned FullHasTime = 3;
  localparam int unsigned FullHasStep = 4;
  localparam int unsigned FullPrice = 5;
  localparam int unsigned FullHasSize = 7;

  // Bit of a control entry's second byte.
  localparam int unsigned ControlHasSlot = 5;
  localparam int unsigned ControlHasHw = 6;

  // Limits and marks.
  localparam int unsigned LineRecentSlots = 7;
  localparam int unsigned LineControl = 6;
  localparam int unsigned LineSlotOther = 7;
  localparam int unsigned LineLongStep = 13;

  // Price of a full tick, two bits of its second byte.
  localparam logic [1:0] FullPriceNone = 2'd0;
  localparam logic [1:0] FullPriceCode = 2'd1;
  localparam logic [1:0] FullPriceSame = 2'd2;

  localparam logic [63:0] ClockUnitNs = 64'd900000000000;

  // Special slots.
  localparam logic [11:0] SlotNone = 12'hfff;
  localparam logic [11:0] SlotControl = 12'hffe;

  // Aggressor sides.
  localparam logic [3:0] SideNone = 4'd0;
  localparam logic [3:0] SideBuy = 4'd1;
  localparam logic [3:0] SideSell = 4'd2;

  // Price kinds inside recentre and refresh payloads.
  localparam logic [3:0] PriceKindBid = 4'd0;
  localparam logic [3:0] PriceKindAsk = 4'd1;
  localparam logic [3:0] PriceKindTrade = 4'd2;

  // Flag bits of a tick (DBN).
  localparam logic [7:0] FlagLast = 8'd128;
  localparam logic [7:0] FlagTob = 8'd64;
  localparam logic [7:0] FlagSnapshot = 8'd32;
  localparam logic [7:0] FlagMbp = 8'd16;
  localparam logic [7:0] FlagBadTsRecv = 8'd8;
  localparam logic [7:0] FlagMaybeBadBook = 8'd4;
  localparam logic [7:0] FlagPublisherSpecific = 8'd2;

  /* verilator lint_on UNUSEDPARAM */

endpackage

`default_nettype wire
