// Everything the book keeps for each slot, in memory: configuration, centres, published quotes, sides, status.
//
// `read_i` fetches all rows of a slot; the effective values are valid one cycle later and stay until the next read,
// whatever is written meanwhile. Session state (published, sides, status, bad) lives while its generation tag equals
// `gen_i`; centres and `touched` live until a core reset. A slot without live centres shows the configured ones. A slot that changes hands
// (`change_we`) forgets what was published and `touched`; `muted` stays until it is assigned.

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

  input  wire logic             read_i,
  input  wire logic [SlotW-1:0] read_slot_i,
  output rows_t                 rows_o,

  // The fast lane reads what is published by itself, late.
  input wire logic             published_read_i,
  input wire logic [SlotW-1:0] published_slot_i,

  // Writes, one slot at a time.
  input wire logic        [SlotW-1:0] write_slot_i,
  input wire rows_write_t             write_i,

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
    quote_t     best;
    logic [7:0] best_code;
    logic       best_in_range;
  } best_row_t;
  typedef struct packed {
    logic [7:0] gen;
    ptr_t       out_count;
    outs_t      outs;
    logic       head_valid;
    ptr_t       head;
    logic       open;
  } out_row_t;
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
    .rdata_o({rows_o.tick, rows_o.recip}),
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
      .we_i   (write_i.centre_we[k] || (sweep_i && sweep_all_i)),
      .waddr_i(wslot),
      .wdata_i({!sweep_i, write_i.centre})
    );

    assign rows_o.live[k] = row.live;
    always_comb begin
      rows_o.centre[k] = row.centre;
      if (!row.live) begin
        rows_o.centre[k] = '0;
        rows_o.centre[k].valid = row_configured_q;
        rows_o.centre[k].centre = initial_centre;
      end
    end
  end

  for (genvar s = 0; s < 2; s++) begin : gen_side
    published_row_t published_row;
    best_row_t best_row;
    out_row_t out_row;

    sync_ram #(
      .Width($bits(published_row_t)),
      .Depth(Slots)
    ) u_published (
      .clk_i,
      .re_i   (read_i || published_read_i),
      .raddr_i(published_read_i ? published_slot_i : read_slot_i),
      .rdata_o(published_row),
      .we_i   (write_i.published_we[s] || write_i.change_we || sweep_i),
      .waddr_i(wslot),
      // Changed hands: nothing was published.
      .wdata_i({write_i.change_we ? 8'd0 : wgen, write_i.published[s]})
    );
    sync_ram #(
      .Width($bits(best_row_t)),
      .Depth(Slots)
    ) u_best (
      .clk_i,
      .re_i   (read_i),
      .raddr_i(read_slot_i),
      .rdata_o(best_row),
      .we_i   (write_i.best_we[s] || sweep_i),
      .waddr_i(wslot),
      .wdata_i({wgen, write_i.side.best, write_i.side.best_code, write_i.side.best_in_range})
    );
    sync_ram #(
      .Width($bits(out_row_t)),
      .Depth(Slots)
    ) u_out (
      .clk_i,
      .re_i(read_i),
      .raddr_i(read_slot_i),
      .rdata_o(out_row),
      .we_i(write_i.out_we[s] || sweep_i),
      .waddr_i(wslot),
      .wdata_i({
        wgen,
        write_i.side.out_count,
        write_i.side.outs,
        write_i.side.head_valid,
        write_i.side.head,
        write_i.side.open
      })
    );

    logic known, fresh;
    assign known = published_row.gen == gen_i;
    assign rows_o.known[s] = known;
    assign rows_o.published[s] = known ? published_row.quote : '0;
    // Both rows of a side come to life together.
    assign fresh = out_row.gen != gen_i;
    assign rows_o.side_fresh[s] = fresh;
    assign rows_o.side[s] = fresh ? '0 : side_t'{
            best: best_row.best,
            best_code: best_row.best_code,
            best_in_range: best_row.best_in_range,
            out_count: out_row.out_count,
            outs: out_row.outs,
            head_valid: out_row.head_valid,
            head: out_row.head,
            open: out_row.open
        };
    logic unused_gen;
    assign unused_gen = ^best_row.gen;
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
    .we_i   (write_i.state_we || sweep_i),
    .waddr_i(wslot),
    .wdata_i({wgen, write_i.bad, write_i.status})
  );
  assign rows_o.bad = state_row.gen == gen_i && state_row.bad;
  assign rows_o.status = (state_row.gen == gen_i) ? state_row.status : 8'd0;

  logic touched_row;
  sync_ram #(
    .Width(1),
    .Depth(Slots)
  ) u_touched (
    .clk_i,
    .re_i   (read_i),
    .raddr_i(read_slot_i),
    .rdata_o(touched_row),
    .we_i   (write_i.touched_we || write_i.change_we || (sweep_i && sweep_all_i)),
    .waddr_i(wslot),
    .wdata_i(!sweep_i && !write_i.change_we)
  );

  // Once a slot has changed hands the centres configured before do not touch it any more.
  logic changed_row;
  sync_ram #(
    .Width(2),
    .Depth(Slots)
  ) u_change (
    .clk_i,
    .re_i   (read_i),
    .raddr_i(read_slot_i),
    .rdata_o({changed_row, rows_o.muted}),
    .we_i   (write_i.change_we || (sweep_i && sweep_all_i)),
    .waddr_i(wslot),
    .wdata_i({!sweep_i, !sweep_i && write_i.muted})
  );
  assign rows_o.touched = touched_row || (configured != '0 && !changed_row);

`ifndef SYNTHESIS
  // Checks begin when the reset has reached all: what follows it by a pipeline of its own, too.
  logic [3:0] armed_q;
  initial armed_q = '0;
  always_ff @(posedge clk_i) armed_q <= {armed_q[2:0], 1'b1};

  always_ff @(posedge clk_i)
    if (armed_q[3]) begin
      if (sweep_i) begin
        assert ({write_i.centre_we, write_i.published_we, write_i.best_we, write_i.out_we} == '0 &&
                !write_i.state_we && !write_i.touched_we && !write_i.change_we)
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
