// Everything the book keeps for each slot, in memory: configuration, centres, published quotes, sides, status.
//
// `read_i` fetches all rows of a slot; the effective values are valid one cycle later and stay until the next read,
// whatever is written meanwhile. Session state (published, sides, status, bad) lives while its generation tag equals
// `gen_i`; centres and `touched` live until a core reset. A slot without live centres shows the configured ones.

`default_nettype none

module slot_rows
  import book_pkg::*;
#(
  parameter  int unsigned Slots = 64,
  localparam int unsigned SlotW = (Slots > 1) ? $clog2(Slots) : 1
) (
  input wire logic       clk_i,
  input wire logic       rst_ni,
  input wire logic [7:0] gen_i,

  // Host, before traffic: kind 0..2 = initial centre of bid, ask, trade; 3 = tick size and its reciprocal.
  input wire logic             cfg_valid_i,
  input wire logic [SlotW-1:0] cfg_slot_i,
  input wire logic [      1:0] cfg_kind_i,
  input wire logic [     63:0] cfg_centre_i,
  input wire logic [     23:0] cfg_tick_i,
  input wire logic [     32:0] cfg_recip_i,

  input wire logic read_i,
  input wire logic [SlotW-1:0] read_slot_i,
  output logic [23:0] tick_o,
  output logic [32:0] recip_o,
  output centre_t centre_o[3],
  output logic known_o[2],  // side published since start or restart
  output quote_t published_o[2],
  output logic side_fresh_o[2],  // nothing of this side is live; side_o is empty then
  output side_t side_o[2],
  output logic bad_o,
  output logic [7:0] status_o,
  output logic touched_o,

  // Writes, one slot at a time.
  input wire logic    [SlotW-1:0] write_slot_i,
  input wire logic    [      2:0] centre_we_i,
  input wire centre_t             centre_i,
  input wire logic    [      1:0] published_we_i,
  input wire quote_t              published_i   [2],
  input wire logic    [      1:0] side_we_i,
  input wire side_t               side_i,
  input wire logic                state_we_i,
  input wire logic                bad_i,
  input wire logic    [      7:0] status_i,
  input wire logic                touched_we_i,

  // Sweep: empties session state of one slot, with `sweep_all_i` its centres and `touched` too.
  input wire logic             sweep_i,
  input wire logic             sweep_all_i,
  input wire logic [SlotW-1:0] sweep_slot_i
);

  if (Slots < 1 || Slots > 4094) begin : gen_illegal
    $fatal(1, "slot_rows: Slots must be 1..4094");
  end

  typedef struct packed {
    logic    live;
    centre_t centre;
  } centre_row_t;
  typedef struct packed {
    logic [7:0] gen;
    quote_t     quote;
  } published_row_t;
  typedef struct packed {
    logic [7:0] gen;
    side_t      side;
  } side_row_t;
  typedef struct packed {
    logic [7:0] gen;
    logic       bad;
    logic [7:0] status;
  } state_row_t;

  logic [SlotW-1:0] wslot;
  logic [7:0] wgen;
  assign wslot = sweep_i ? sweep_slot_i : write_slot_i;
  assign wgen  = sweep_i ? 8'd0 : gen_i;

  sync_ram #(
    .Width(24 + 33),
    .Depth(Slots)
  ) u_tick (
    .clk_i,
    .re_i   (read_i),
    .raddr_i(read_slot_i),
    .rdata_o({tick_o, recip_o}),
    .we_i   (cfg_valid_i && cfg_kind_i == 2'd3),
    .waddr_i(cfg_slot_i),
    .wdata_i({cfg_tick_i, cfg_recip_i})
  );

  logic [2:0] configured;

  for (genvar k = 0; k < 3; k++) begin : gen_kind
    logic [63:0] initial_centre;
    centre_row_t row;
    // Flops, three a slot: hard reset must forget them before the host's first write, with no walk to wait for.
    logic [Slots-1:0] configured_q;
    logic row_configured_q;
    logic cfg_we;

    assign cfg_we = cfg_valid_i && cfg_kind_i == 2'(k);
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) configured_q <= '0;
      else if (cfg_we) configured_q[cfg_slot_i] <= 1'b1;
    end
    always_ff @(posedge clk_i) begin
      if (read_i) row_configured_q <= configured_q[read_slot_i];
    end
    assign configured[k] = row_configured_q;

    sync_ram #(
      .Width(64),
      .Depth(Slots)
    ) u_initial (
      .clk_i,
      .re_i   (read_i),
      .raddr_i(read_slot_i),
      .rdata_o(initial_centre),
      .we_i   (cfg_we),
      .waddr_i(cfg_slot_i),
      .wdata_i(cfg_centre_i)
    );
    sync_ram #(
      .Width($bits(centre_row_t)),
      .Depth(Slots)
    ) u_centre (
      .clk_i,
      .re_i   (read_i),
      .raddr_i(read_slot_i),
      .rdata_o(row),
      .we_i   (centre_we_i[k] || (sweep_i && sweep_all_i)),
      .waddr_i(wslot),
      .wdata_i({!sweep_i, centre_i})
    );

    always_comb begin
      centre_o[k] = row.centre;
      if (!row.live) begin
        centre_o[k] = '0;
        centre_o[k].valid = row_configured_q;
        centre_o[k].centre = initial_centre;
      end
    end
  end

  for (genvar s = 0; s < 2; s++) begin : gen_side
    published_row_t published_row;
    side_row_t side_row;

    sync_ram #(
      .Width($bits(published_row_t)),
      .Depth(Slots)
    ) u_published (
      .clk_i,
      .re_i   (read_i),
      .raddr_i(read_slot_i),
      .rdata_o(published_row),
      .we_i   (published_we_i[s] || sweep_i),
      .waddr_i(wslot),
      .wdata_i({wgen, published_i[s]})
    );
    sync_ram #(
      .Width($bits(side_row_t)),
      .Depth(Slots)
    ) u_side (
      .clk_i,
      .re_i   (read_i),
      .raddr_i(read_slot_i),
      .rdata_o(side_row),
      .we_i   (side_we_i[s] || sweep_i),
      .waddr_i(wslot),
      .wdata_i({wgen, side_i})
    );

    assign known_o[s] = published_row.gen == gen_i;
    assign published_o[s] = known_o[s] ? published_row.quote : '0;
    assign side_fresh_o[s] = side_row.gen != gen_i;
    assign side_o[s] = side_fresh_o[s] ? '0 : side_row.side;
  end

  state_row_t state_row;
  sync_ram #(
    .Width($bits(state_row_t)),
    .Depth(Slots)
  ) u_state (
    .clk_i,
    .re_i   (read_i),
    .raddr_i(read_slot_i),
    .rdata_o(state_row),
    .we_i   (state_we_i || sweep_i),
    .waddr_i(wslot),
    .wdata_i({wgen, bad_i, status_i})
  );
  assign bad_o = state_row.gen == gen_i && state_row.bad;
  assign status_o = (state_row.gen == gen_i) ? state_row.status : 8'd0;

  logic touched_row;
  sync_ram #(
    .Width(1),
    .Depth(Slots)
  ) u_touched (
    .clk_i,
    .re_i   (read_i),
    .raddr_i(read_slot_i),
    .rdata_o(touched_row),
    .we_i   (touched_we_i || (sweep_i && sweep_all_i)),
    .waddr_i(wslot),
    .wdata_i(!sweep_i)
  );
  assign touched_o = touched_row || configured != '0;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i)
    if ($time != 0) begin  // inputs are random at time 0
      if (sweep_i) begin
        assert ({centre_we_i, published_we_i, side_we_i, state_we_i, touched_we_i} == '0)
        else $error("slot_rows: write during a sweep");
      end
      if (cfg_valid_i && cfg_kind_i == 2'd3) begin
        assert (cfg_tick_i != '0)
        else $error("slot_rows: tick of 0");
      end
    end
`endif

endmodule

`default_nettype wire
