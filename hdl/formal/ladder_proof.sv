// Proof of ladder: a search gives the true best of its contents, by the slow engine's port and by the fast lane.
//
// One place (slot, side, code) is chosen; whether it is occupied, and its size, are remembered beside the module. A
// search of its side must give a place at least as good if it is occupied (and behind where the search begins), must
// not give it otherwise, and with it the size written last. As the place is arbitrary, what is given is the best of all.

`default_nettype none

module ladder_proof
  import book_pkg::*;
#(
  parameter  int unsigned Slots = 2,
  localparam int unsigned SlotW = $clog2(Slots)
) (
  input wire logic               clk_i,
  input wire logic   [SlotW-1:0] slot_i,
  input wire logic               ask_i,
  input wire logic               read_i,
  input wire logic               fresh_i,
  input wire logic               search_i,
  input wire logic   [      7:0] behind_i,
  input wire logic               set_i,
  input wire logic               clear_i,
  input wire logic               wipe_i,
  input wire logic   [      7:0] write_code_i,
  input wire size_t              write_size_i,
  input wire logic               rebuild_start_i,
  input wire logic               rebuild_set_i,
  input wire logic               rebuild_store_i,
  input wire place_t             lane_fetch_i,
  input wire place_t             lane_change_i,
  input wire logic               lane_set_i,
  input wire logic               lane_clear_i,
  input wire logic   [      7:0] lane_code_i,
  input wire logic               lane_kill_i,
  input wire place_t             lane_fill_i,
  input wire logic   [      7:0] lane_fill_code_i,
  input wire size_t              lane_fill_size_i,
  input wire logic   [SlotW-1:0] chosen_slot_i,
  input wire logic               chosen_ask_i,
  input wire logic   [      7:0] chosen_code_i
);

  logic found, lane_empty, lane_found;
  logic [7:0] code, lane_code;
  size_t size;
  logic [LadderCodes-1:0] row;
  ladder #(
    .Slots(Slots)
  ) u_dut (
    .clk_i,
    .slot_i,
    .ask_i,
    .read_i,
    .read_slot_i (slot_i),
    .read_ask_i  (ask_i),
    .fresh_i,
    .search_i,
    .behind_i,
    .found_o     (found),
    .code_o      (code),
    .size_o      (size),
    .set_i,
    .clear_i,
    .wipe_i,
    .write_code_i,
    .write_size_i,
    .rebuild_start_i,
    .rebuild_set_i,
    .rebuild_store_i,
    .lane_fetch_i,
    .lane_change_i,
    .lane_set_i,
    .lane_clear_i,
    .lane_code_i,
    .lane_kill_i,
    .lane_empty_o(lane_empty),
    .lane_fill_i,
    .lane_fill_code_i,
    .lane_fill_size_i,
    .lane_found_o(lane_found),
    .lane_code_o (lane_code),
    .row_o       (row)
  );

  logic first_q;
  logic [SlotW-1:0] w_slot_q;
  logic w_ask_q;
  logic [7:0] w_code_q;
  initial first_q = 1'b1;
  always_ff @(posedge clk_i) begin
    first_q  <= 1'b0;
    w_slot_q <= first_q ? chosen_slot_i : w_slot_q;
    w_ask_q  <= first_q ? chosen_ask_i : w_ask_q;
    w_code_q <= first_q ? chosen_code_i : w_code_q;
  end

  function automatic logic is_side(input place_t p);
    return p.valid && p.slot[SlotW-1:0] == w_slot_q && p.ask == w_ask_q;
  endfunction

  // What the place holds.
  logic mine, slow_write, occupied_q;
  size_t size_q;
  assign mine = slot_i == w_slot_q && ask_i == w_ask_q;
  assign slow_write = set_i || clear_i || wipe_i || rebuild_store_i;
  always_ff @(posedge clk_i) begin
    if (mine && (set_i || clear_i)) begin
      if (write_code_i == w_code_q) occupied_q <= set_i;
      else if (fresh_i) occupied_q <= 1'b0;
    end
    if (mine && wipe_i) occupied_q <= 1'b0;
    if (mine && rebuild_store_i) occupied_q <= u_dut.built_q[w_code_q];
    if (is_side(lane_change_i) && (lane_set_i || lane_clear_i) && lane_code_i == w_code_q) begin
      occupied_q <= lane_set_i;
    end
    if (mine && (set_i || rebuild_set_i) && write_code_i == w_code_q) size_q <= write_size_i;
    if (is_side(lane_fill_i) && lane_fill_code_i == w_code_q) size_q <= lane_fill_size_i;
  end

  // Which bitmap the row register shows: of the slow engine's side, current; of the lane's fetch one cycle before.
  logic have_q, have_mine_q, have_ask_q, fetched_mine_q;
  logic [SlotW-1:0] have_slot_q;
  place_t fetch_q;
  always_ff @(posedge clk_i) begin
    have_q <= !first_q && !slow_write && !lane_fetch_i.valid && (read_i || have_q);
    if (read_i) begin
      have_mine_q <= mine;
      have_slot_q <= slot_i;
      have_ask_q  <= ask_i;
    end
    fetch_q <= lane_fetch_i;
    if (first_q) fetch_q.valid <= 1'b0;
    fetched_mine_q <= is_side(lane_fetch_i);
  end

  // Searches on their way: slow for three cycles, lane for four.
  logic [3:1] slow_q;
  logic slow_mine_q, slow_hit_q, slow_ask_q;
  size_t slow_size_q, lane_size_q;
  logic [4:1] lane_q, lane_mine_q, lane_hit_q, lane_ask_q;
  logic hit_behind;
  assign hit_behind = behind_i == CodeEscape || (ask_i ? w_code_q > behind_i : w_code_q < behind_i);
  always_ff @(posedge clk_i) begin
    slow_q <= first_q ? '0 : {slow_q[2:1], search_i};
    if (search_i) begin
      slow_mine_q <= mine;
      slow_hit_q  <= mine && occupied_q && !fresh_i && hit_behind;
      slow_ask_q  <= ask_i;
    end
    if (slow_q[2]) slow_size_q <= size_q;
    lane_q <= first_q ? '0 : {lane_q[3:2], lane_q[1] && !lane_kill_i, lane_change_i.valid};
    lane_mine_q <= {lane_mine_q[3:1], is_side(lane_change_i)};
    lane_hit_q <= {
      lane_hit_q[3:1],
      is_side(
          lane_change_i
      ) && (((lane_set_i || lane_clear_i) && lane_code_i == w_code_q) ? lane_set_i : occupied_q)
    };
    lane_ask_q <= {lane_ask_q[3:1], lane_change_i.ask};
    if (lane_q[3]) lane_size_q <= size_q;
  end

  // In the first cycle after the start the remembered state is taken from the memories.
  logic is_new_q;
  initial is_new_q = 1'b0;
  always_ff @(posedge clk_i) is_new_q <= first_q;

  logic lane_active;
  assign lane_active = lane_fetch_i.valid || lane_change_i.valid || lane_fill_i.valid ||
      fetch_q.valid || lane_q[3:1] != '0;

  always_comb begin
    // What the book keeps to.
    if (search_i || set_i || clear_i) begin
      e_read : assume (have_q && slot_i == have_slot_q && ask_i == have_ask_q);
    end
    if (search_i) e_kept : assume (!read_i);
    if (slow_q[2:1] != '0) begin
      e_stable : assume (!read_i && !search_i && ask_i == slow_ask_q && slot_i == have_slot_q);
    end
    if (lane_active) begin
      e_alone :
      assume (!read_i && !search_i && slow_q[2:1] == '0 && !slow_write &&
                        !rebuild_start_i && !rebuild_set_i);
    end
    if (lane_change_i.valid) begin
      e_change : assume (fetch_q.valid && lane_change_i == fetch_q);
      e_pace : assume (!lane_fetch_i.valid);
    end
    if (fetch_q.valid) e_every_second : assume (!lane_fetch_i.valid);
    if (lane_fill_i.valid) e_fill : assume (lane_fill_i == u_dut.lane7_q);
    e_slots : assume (32'(lane_fetch_i.slot) < Slots);
    e_one : assume ($countones({set_i, clear_i, wipe_i, rebuild_set_i, rebuild_store_i}) <= 1);
    if (set_i || clear_i || rebuild_set_i) e_place : assume (write_code_i != CodeEscape);
    if (lane_set_i || lane_clear_i) e_lane_place : assume (lane_code_i != CodeEscape);
    e_lane_one : assume (!(lane_set_i && lane_clear_i));
    if (first_q) begin
      e_start :
      assume (!search_i && !lane_change_i.valid && !set_i && !clear_i && !wipe_i &&
                        !rebuild_store_i && !rebuild_set_i && !lane_fill_i.valid);
    end else begin
      e_memory :
      assume (!is_new_q || u_dut.u_bitmap.mem[{w_slot_q, w_ask_q}][w_code_q] == occupied_q);
      e_sizes : assume (!is_new_q || u_dut.u_sizes.mem[{w_slot_q, w_ask_q, w_code_q}] == size_q);
      a_bitmap : assert (u_dut.u_bitmap.mem[{w_slot_q, w_ask_q}][w_code_q] == occupied_q);
      a_sizes : assert (u_dut.u_sizes.mem[{w_slot_q, w_ask_q, w_code_q}] == size_q);
      if (have_q)
        a_have : assert (have_mine_q == (have_slot_q == w_slot_q && have_ask_q == w_ask_q));
      if (have_q && have_mine_q) a_row : assert (row[w_code_q] == occupied_q);
      if (fetch_q.valid && fetched_mine_q) a_fetched : assert (row[w_code_q] == occupied_q);
      if (fetch_q.valid) a_fetch : assert (fetched_mine_q == is_side(fetch_q));
      // The claims.
      if (slow_q[3]) begin
        if (slow_hit_q)
          a_best : assert (found && (slow_ask_q ? code <= w_code_q : code >= w_code_q));
        if (slow_mine_q && found && code == w_code_q) begin
          a_there : assert (slow_hit_q);
          a_size : assert (size == slow_size_q);
        end
      end
      if (lane_q[4]) begin
        if (lane_hit_q[4]) begin
          a_lane_best :
          assert (lane_found && (lane_ask_q[4] ? lane_code <= w_code_q : lane_code >= w_code_q));
        end
        if (lane_mine_q[4] && lane_found && lane_code == w_code_q) begin
          a_lane_there : assert (lane_hit_q[4]);
          a_lane_size : assert (size == lane_size_q);
        end
      end
      c_slow : cover (slow_q[3] && slow_hit_q && code == w_code_q && w_code_q == 8'd77);
      c_lane : cover (lane_q[4] && lane_hit_q[4] && lane_hit_q[2] && lane_code != w_code_q);
    end
  end

endmodule

`default_nettype wire
