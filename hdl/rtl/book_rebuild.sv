// Rebuilds the ladder of a side after its centre has moved: every level gets its new code.
//
// First the levels of the old ladder: the places of the old bitmap, one a cycle, each looked up in the store by its
// price.
// Then the list of the levels that were out. All go through the coder, three cycles; behind it a level is put into the
// new ladder or at the head of the new list. A link is read three cycles before it may be written, so the old list is
// walked while the new one grows.

`default_nettype none

module book_rebuild
  import book_pkg::*;
(
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic core_reset_i,

  input wire logic start_i,  // everything below is there and stays until done
  input wire logic [11:0] slot_i,
  input wire logic ask_i,
  input wire side_t side_i,
  input wire logic [LadderCodes-1:0] bitmap_i,  // the old ladder
  input wire logic [63:0] centre_i,  // its centre
  input wire logic [23:0] tick_i,
  output logic busy_o,
  output logic done_o,  // one cycle: side_o and the new bitmap are complete
  output side_t side_o,

  // Store: look up, compare one cycle later, result one more cycle later; read by pointer.
  output logic                lookup_o,
  output level_key_t          lookup_key_o,
  output logic                compare_o,
  output level_key_t          compare_key_o,
  input  wire logic           hit_i,
  input  wire ptr_t           ptr_i,
  input  wire size_t          hit_size_i,
  output logic                read_o,
  output ptr_t                read_ptr_o,
  input  wire logic    [63:0] price_i,
  input  wire size_t          size_i,
  input  wire logic           next_valid_i,
  input  wire ptr_t           next_i,
  output store_write_t        store_o,
  output link_write_t         link_o,

  output code_ask_t       code_ask_o,
  output logic            code_take_o,
  input  wire logic       code_done_i,
  input  wire logic [7:0] code_i,
  input  wire logic       code_in_range_i,

  output logic        ladder_set_o,
  output logic  [7:0] ladder_code_o,
  output size_t       ladder_size_o
);

  typedef enum logic [1:0] {
    StIdle,
    StPlaces,
    StList,
    StDone
  } state_e;

  // A level beside the coder's stages.
  typedef struct packed {
    logic valid;
    logic placed;  // from the ladder: pointer and size come one cycle after the coder's start
    ptr_t ptr;
    logic [63:0] price;
    size_t size;
  } walked_t;

  state_e state_q;
  logic [15:0] groups_q;      // groups of the old bitmap still to come
  logic [15:0] bits_q;        // places of this group still to come
  logic [3:0] group_q;
  logic place_valid_q, priced_q, looked_q;
  logic [7:0] place_q;
  logic [63:0] priced_price_q, looked_price_q;
  logic list_valid_q;
  ptr_t list_ptr_q;
  walked_t walked_q [3];
  walked_t second;

  logic places_left;
  assign places_left = groups_q != '0 || bits_q != '0 || place_valid_q || priced_q || looked_q;

  logic list_begins;  // the first level of the old list is read
  assign list_begins = state_q == StPlaces && !places_left;

  assign busy_o = state_q != StIdle;
  assign done_o = state_q == StDone;

  assign lookup_o = priced_q;
  assign lookup_key_o = '{ask: ask_i, slot: slot_i, price: priced_price_q};
  assign compare_o = looked_q;
  assign compare_key_o = '{ask: ask_i, slot: slot_i, price: looked_price_q};

  assign read_o = (list_begins && side_i.head_valid) ||
      (state_q == StList && list_valid_q && next_valid_i);
  assign read_ptr_o = (state_q == StList) ? next_i : side_i.head;

  assign code_ask_o = '{
          start: looked_q || list_valid_q,
          kind: {1'b0, ask_i},
          price: looked_q ? looked_price_q : price_i
      };
  assign code_take_o = code_done_i;

  always_comb begin
    second = walked_q[0];
    if (walked_q[0].placed) begin
      second.ptr  = ptr_i;
      second.size = hit_size_i;
    end
  end

  logic is_out;
  assign is_out = walked_q[2].valid && code_i == CodeEscape;
  assign ladder_set_o = walked_q[2].valid && code_i != CodeEscape;
  assign ladder_code_o = code_i;
  assign ladder_size_o = walked_q[2].size;
  always_comb begin
    store_o = '0;
    store_o.recode = walked_q[2].valid;
    store_o.ptr = walked_q[2].ptr;
    store_o.code = code_i;
    store_o.in_range = code_in_range_i;
    link_o = '{
        next_we: is_out,
        next_ptr: walked_q[2].ptr,
        next_valid: side_o.head_valid,
        next: side_o.head,
        prev_we: is_out && side_o.head_valid,
        prev_ptr: side_o.head,
        prev: walked_q[2].ptr
    };
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      place_valid_q <= 1'b0;
      priced_q <= 1'b0;
      looked_q <= 1'b0;
      list_valid_q <= 1'b0;
      walked_q <= '{default: '0};
    end else if (core_reset_i) begin
      state_q <= StIdle;
      place_valid_q <= 1'b0;
      priced_q <= 1'b0;
      looked_q <= 1'b0;
      list_valid_q <= 1'b0;
      walked_q <= '{default: '0};
    end else if (state_q != StIdle || start_i) begin
      place_valid_q <= state_q == StPlaces && bits_q != '0;
      priced_q <= place_valid_q;
      looked_q <= priced_q;
      list_valid_q <= read_o;
      walked_q[0] <= '{
          valid: code_ask_o.start,
          placed: looked_q,
          ptr: list_ptr_q,
          price: code_ask_o.price,
          size: size_i
      };
      walked_q[1] <= second;
      walked_q[2] <= walked_q[1];
      unique case (state_q)
        StIdle:   state_q <= StPlaces;
        StPlaces: if (list_begins) state_q <= StList;
        StList: begin
          if (!list_valid_q && !walked_q[0].valid && !walked_q[1].valid && !walked_q[2].valid) begin
            state_q <= StDone;
          end
        end
        default:  state_q <= StIdle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StIdle && start_i) begin
      for (int unsigned g = 0; g < 16; g++) groups_q[g] <= |bitmap_i[16*g+:16];
      bits_q <= '0;
      side_o <= side_i;
      side_o.out_count <= '0;
      side_o.outs.first.known <= 1'b0;
      side_o.outs.second.known <= 1'b0;
      side_o.head_valid <= 1'b0;
    end else if (state_q != StIdle) begin
      if (bits_q == '0) begin
        automatic logic [3:0] group = lowest(groups_q);
        if (groups_q != '0) bits_q <= bitmap_i[{group, 4'd0}+:16];
        group_q <= group;
        groups_q[group] <= 1'b0;
      end else begin
        place_q <= {group_q, lowest(bits_q)};
        bits_q  <= bits_q & (bits_q - 16'd1);
      end
      priced_price_q <= price_of(centre_i, place_q, tick_i);
      looked_price_q <= priced_price_q;
      if (read_o) list_ptr_q <= read_ptr_o;
      if (walked_q[2].valid) begin
        if (walked_q[2].price == side_o.best.price) begin
          side_o.best_code <= code_i;
          side_o.best_in_range <= code_in_range_i;
        end
        if (is_out) begin
          side_o.head_valid <= 1'b1;
          side_o.head <= walked_q[2].ptr;
          side_o.out_count <= side_o.out_count + 1'b1;
          side_o.outs <= with_level(
              ask_i,
              side_o.outs,
              '{
                  known: 1'b1,
                  in_range: code_in_range_i,
                  price: walked_q[2].price,
                  size: walked_q[2].size
              }
          );
        end
      end
    end
  end

`ifndef SYNTHESIS
  /* verilator lint_off SYNCASYNCNET */  // assertions sample the reset; inputs are random at time 0
  always_ff @(posedge clk_i) begin
    if (rst_ni && !core_reset_i && $time != 0) begin  // inputs are random at time 0
      if (busy_o)
        assert (walked_q[2].valid == code_done_i)
        else $error("book_rebuild: walk and coder out of step");
      if (walked_q[0].valid && walked_q[0].placed)
        assert (hit_i)
        else $error("book_rebuild: a place of the ladder is no level");
    end
  end
`endif

endmodule

`default_nettype wire
