// Rows and small functions shared by the parts of the book (card model, section 6).

`default_nettype none

package book_pkg;

  /* verilator lint_off UNUSEDPARAM */  // shared constants: no single module needs them all

  // Price kinds, as in recentre and refresh entries.
  localparam int unsigned KindIdxBid = 0;
  localparam int unsigned KindIdxAsk = 1;
  localparam int unsigned KindIdxTrade = 2;

  // Offset code: 1..255 around 128, 0 is the escape.
  localparam int unsigned LadderCodes = 256;
  localparam logic [7:0] CodeEscape = 8'd0;
  localparam logic [7:0] CodeCentre = 8'd128;

  // Recentres of a slot and kind between two visits.
  localparam logic [6:0] MovesMax = 7'd100;

  // Pointer to a level: {way, set}. The store uses the low bits that it needs.
  localparam int unsigned PtrBits = 20;
  typedef logic [PtrBits-1:0] ptr_t;

  // Total of a level. A feed of orders sums up to 2^20 of 32 bits; ticks carry 64 bits.
  localparam int unsigned SizeBits = 52;
  typedef logic [SizeBits-1:0] size_t;

  // Centre of one price kind of a slot.
  typedef struct packed {
    logic        valid;
    logic [7:0]  epoch;
    logic [7:0]  run;     // prices out of range in a row
    logic [6:0]  moves;   // recentres since the last visit
    logic [63:0] centre;
  } centre_t;

  // One side of a quote: empty when not valid.
  typedef struct packed {
    logic        valid;
    logic [63:0] price;
    size_t       size;
  } quote_t;

  // One side of a slot's book. Levels are in the ladder (window, on grid) or *out*.
  typedef struct packed {
    quote_t      best;        // exact at any time
    logic [7:0]  best_code;   // its place in the ladder, 0 = out
    ptr_t        out_count;   // levels out of the ladder
    logic        out_known;   // out_price is the best of them; else only a bound: none is better
    logic [63:0] out_price;
    size_t       out_size;    // if out_known
    logic        head_valid;  // list of all levels of this side
    ptr_t        head;
  } side_t;

  // A price is better when it is higher (bid) or lower (ask); prices are signed.
  function automatic logic better(input logic ask, input logic [63:0] a, input logic [63:0] b);
    return ask ? $signed(a) < $signed(b) : $signed(a) > $signed(b);
  endfunction

  // Two published states differ; all empty sides are equal.
  function automatic logic differs(input quote_t a, input quote_t b);
    return a.valid != b.valid || (a.valid && (a.price != b.price || a.size != b.size));
  endfunction

endpackage

`default_nettype wire
