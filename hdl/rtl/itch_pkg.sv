// What an ITCH 5.0 message asks of the instrument map: goes beside its operation from the decoder to the map.

`default_nettype none

package itch_pkg;

  typedef enum logic [2:0] {
    CmdPass    = 3'd0,  // not an ITCH message of an instrument: IEX, control events, system events
    CmdPlain   = 3'd1,  // H P Q B: needs the slot, nothing else
    CmdTeach   = 3'd2,  // R: teaches its locate, has its disposition already
    CmdAdd     = 3'd3,  // A F, and the second half of a U
    CmdReduce  = 3'd4,  // E C X: op.size0 = shares told
    CmdDelete  = 3'd5,  // D
    CmdReplace = 3'd6   // U: op.size0, op.price0 of the new order
  } itch_cmd_e;

  typedef struct packed {
    itch_cmd_e   cmd;
    logic [15:0] locate;
    logic        by_symbol;  // carries a stock field that may tell the slot (R H A F P Q)
    logic [63:0] key;        // order reference (U: of the original)
    logic [63:0] new_key;    // U: reference of the new order
    logic        trade;      // E, printable C
    logic        own_price;  // E: the trade has the order's price; C: op.price0
    logic        zero_ends;  // Q: nothing to say with 0 shares
  } itch_t;

  // What the order table keeps of an order.
  typedef struct packed {
    logic [11:0] slot;
    logic        ask;
    logic [31:0] price;
    logic [31:0] shares;
  } order_t;

endpackage

`default_nettype wire
