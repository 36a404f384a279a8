// Generated from hdl/line/line_format.toml by `make generate`. Do not edit.
// Constants of the 64-byte tick line; the format in words is docs/line-format.md.

`default_nettype none

package esc_line_pkg;

  /* verilator lint_off UNUSEDPARAM */  // a table of names: no single user needs them all

  localparam int unsigned LineVersion = 1;
  localparam int unsigned LineBytes = 64;
  localparam int unsigned BodyNibbles = 80;

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
  localparam int unsigned HdrCountOffset = 19;
  localparam int unsigned HdrCountBytes = 1;
  localparam int unsigned HdrBodyOffset = 20;
  localparam int unsigned HdrBodyBytes = 40;
  localparam int unsigned HdrCrcOffset = 60;
  localparam int unsigned HdrCrcBytes = 4;

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

  // Bits of the 16-bit descriptor; price class at 13:12.
  localparam int unsigned FullHasSlot = 7;
  localparam int unsigned FullHasFlags = 8;
  localparam int unsigned FullHasHw = 9;
  localparam int unsigned FullHasTime = 10;
  localparam int unsigned FullHasStep = 11;
  localparam int unsigned FullHasEpoch = 14;
  localparam int unsigned FullHasSize = 15;
  localparam int unsigned FullKindLow = 2;
  localparam int unsigned FullPriceLow = 12;
  localparam logic [1:0] PriceNone = 2'd0;
  localparam logic [1:0] PriceCode = 2'd1;
  localparam logic [1:0] PriceSame = 2'd2;

  // Bits of the 8-bit descriptor.
  localparam int unsigned CompactSamePrice = 2;
  localparam int unsigned CompactStepLow = 3;
  localparam int unsigned CompactTimeLow = 5;
  localparam int unsigned CompactSize = 7;

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
