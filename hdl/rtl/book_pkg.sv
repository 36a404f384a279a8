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

  // A level out of the ladder.
  typedef struct packed {
    logic        known;     // it is this one; else the price is only a bound: none is better
    logic        in_range;  // if known: in the window, off the grid
    logic [63:0] price;
    size_t       size;      // if known
  } out_t;

  // The best of the levels out of the ladder and the best of the others. With no level `first` means nothing, with one
  // level or while `first` is a bound `second` means nothing; it is known only if `first` is.
  typedef struct packed {
    out_t first;
    out_t second;
  } outs_t;

  // One side of a slot's book. Levels are in the ladder (window, on grid) or *out*.
  typedef struct packed {
    quote_t     best;           // exact at any time
    logic [7:0] best_code;      // its place in the ladder, 0 = out
    logic       best_in_range;
    ptr_t       out_count;      // levels out of the ladder
    outs_t      outs;
    logic       head_valid;     // list of the levels out of the ladder
    ptr_t       head;
    logic       open;           // changed without a comparison with what is published
  } side_t;

  // Everything kept for a slot, as read at once. Index of sides: 0 bid, 1 ask.
  typedef struct packed {
    logic [23:0]   tick;
    logic [32:0]   recip;
    centre_t [2:0] centre;
    logic [2:0]    live;        // the centre is in use: the configured one does not count any more
    logic [1:0]    known;       // published since start or restart
    quote_t [1:0]  published;
    logic [1:0]    side_fresh;  // nothing of this side is live; `side` is empty then
    side_t [1:0]   side;
    logic          bad;
    logic [7:0]    status;
    logic          touched;
    logic          muted;       // released: makes no tick, publishes nothing
  } rows_t;

  typedef struct packed {
    logic [2:0]   centre_we;
    centre_t      centre;
    logic [1:0]   published_we;
    quote_t [1:0] published;
    logic [1:0]   best_we;       // of `side`: best, best_code
    logic [1:0]   out_we;        // of `side`: the rest
    side_t        side;
    logic         state_we;
    logic         bad;
    logic [7:0]   status;
    logic         touched_we;
    logic         change_we;     // the slot was released, or assigned: as before its first tick
    logic         muted;
  } rows_write_t;

  // What makes a level.
  typedef struct packed {
    logic        ask;
    logic [11:0] slot;
    logic [63:0] price;
  } level_key_t;

  // What becomes of a level.
  typedef enum logic [1:0] {
    ActNone,
    ActInsert,
    ActResize,
    ActRemove
  } act_e;

  // Writes of the level store: at most one of the first four.
  typedef struct packed {
    logic       insert;
    logic       resize;
    logic       recode;
    logic       remove;
    ptr_t       ptr;
    level_key_t key;       // insert
    size_t      size;      // insert, resize
    logic [7:0] code;      // insert, recode
    logic       in_range;
  } store_write_t;
  typedef struct packed {
    logic next_we;
    ptr_t next_ptr;
    logic next_valid;
    ptr_t next;
    logic prev_we;
    ptr_t prev_ptr;
    ptr_t prev;
  } link_write_t;

  // Side of a slot's ladder, from the fast lane.
  typedef struct packed {
    logic        valid;
    logic [11:0] slot;
    logic        ask;
  } place_t;

  // A price for the coder.
  typedef struct packed {
    logic        start;
    logic [1:0]  kind;
    logic [63:0] price;
  } code_ask_t;

  function automatic logic [3:0] highest(input logic [15:0] bits);
    highest = 4'd0;
    for (int unsigned i = 0; i < 16; i++) if (bits[i]) highest = 4'(i);
  endfunction

  function automatic logic [3:0] lowest(input logic [15:0] bits);
    lowest = 4'd0;
    for (int i = 15; i >= 0; i--) if (bits[i]) lowest = 4'(i);
  endfunction

  // Price of a place of the ladder.
  function automatic logic [63:0] price_of(input logic [63:0] centre, input logic [7:0] code,
                                           input logic [23:0] tick);
    return centre + 64'($signed({1'b0, code}) - $signed({1'b0, CodeCentre})) * 64'(tick);
  endfunction

  // A price is better when it is higher (bid) or lower (ask); prices are signed.
  function automatic logic better(input logic ask, input logic [63:0] a, input logic [63:0] b);
    return ask ? $signed(a) < $signed(b) : $signed(a) > $signed(b);
  endfunction

  // The two best of levels seen one by one, with one more.
  function automatic outs_t with_level(input logic ask, input outs_t seen, input out_t level);
    with_level = seen;
    if (!seen.first.known || better(ask, level.price, seen.first.price)) begin
      with_level.second = seen.first;
      with_level.first  = level;
    end else if (!seen.second.known || better(ask, level.price, seen.second.price)) begin
      with_level.second = level;
    end
  endfunction

  // A level out of the ladder might have to be searched for when the best two go.
  function automatic logic outs_wanted(input ptr_t count, input logic first, input logic second);
    return (count != '0 && !first) || (count > ptr_t'(1) && !second);
  endfunction

  // Two published states differ; all empty sides are equal.
  function automatic logic differs(input quote_t a, input quote_t b);
    return a.valid != b.valid || (a.valid && (a.price != b.price || a.size != b.size));
  endfunction

endpackage

`default_nettype wire
