// The card's registers: the generated block between its AXI4-Lite port and the core's plain structs. Core clock.
//
// Registers outlive a core reset; this module is under the hard reset only.

`default_nettype none

module csr
  import csr_pkg::*;
#(
  parameter logic        [63:0] BuildHash     = 64'd0,
  parameter int unsigned        Board         = 0,
  parameter int unsigned        Slots         = 64,
  parameter int unsigned        LadderDepth   = 256,
  parameter int unsigned        LevelSetsLog2 = 14,
  parameter int unsigned        LevelWays     = 16,
  parameter int unsigned        MapLog2       = 8,
  parameter int unsigned        Ports         = 2,
  parameter int unsigned        OrderSetsLog2 = 16,
  parameter int unsigned        OrderWays     = 16,
  parameter int unsigned        ReorderSlots  = 2048
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire axil_req_t        axil_i,
  output axil_rsp_t             axil_o,
  output config_t               config_o,
  output strobe_t               strobe_o,
  input  wire status_t          status_i,
  // Counter window.
  output logic                  counter_req_o,
  output logic                  counter_is_wr_o,
  output logic           [10:0] counter_addr_o,
  input  wire logic             counter_rd_ack_i,
  input  wire logic      [63:0] counter_rd_data_i,
  input  wire logic             counter_wr_ack_i
);

  escapement_regs_pkg::escapement__in_t  hwif_in;
  escapement_regs_pkg::escapement__out_t hwif_out;

  escapement_regs u_regs (
    .clk           (clk_i),
    .arst_n        (rst_ni),
    .s_axil_awready(axil_o.awready),
    .s_axil_awvalid(axil_i.awvalid),
    .s_axil_awaddr (axil_i.awaddr),
    .s_axil_awprot (3'd0),
    .s_axil_wready (axil_o.wready),
    .s_axil_wvalid (axil_i.wvalid),
    .s_axil_wdata  (axil_i.wdata),
    .s_axil_wstrb  (axil_i.wstrb),
    .s_axil_bready (axil_i.bready),
    .s_axil_bvalid (axil_o.bvalid),
    .s_axil_bresp  (axil_o.bresp),
    .s_axil_arready(axil_o.arready),
    .s_axil_arvalid(axil_i.arvalid),
    .s_axil_araddr (axil_i.araddr),
    .s_axil_arprot (3'd0),
    .s_axil_rready (axil_i.rready),
    .s_axil_rvalid (axil_o.rvalid),
    .s_axil_rdata  (axil_o.rdata),
    .s_axil_rresp  (axil_o.rresp),
    .hwif_in,
    .hwif_out
  );

  assign hwif_in.BUILD_HASH.value.next = BuildHash;
  assign hwif_in.PARAMS.slots.next = 16'(Slots);
  assign hwif_in.PARAMS.ladder.next = 16'(LadderDepth);
  assign hwif_in.PARAMS.level_sets_log2.next = 8'(LevelSetsLog2);
  assign hwif_in.PARAMS.level_ways.next = 8'(LevelWays);
  assign hwif_in.PARAMS.map_log2.next = 8'(MapLog2);
  assign hwif_in.PARAMS.ports.next = 8'(Ports);
  assign hwif_in.PARAMS2.order_sets_log2.next = 8'(OrderSetsLog2);
  assign hwif_in.PARAMS2.order_ways.next = 8'(OrderWays);
  assign hwif_in.PARAMS2.reorder_log2.next = 8'($clog2(ReorderSlots));
  assign hwif_in.BOARD.id.next = 32'(Board);
  assign hwif_in.STATUS.idle.next = status_i.idle;
  assign hwif_in.STATUS.core_up.next = status_i.core_up;
  assign hwif_in.STATUS.in_flight.next = status_i.in_flight;
  assign hwif_in.CARD_TIME.ns.next = status_i.card_time_ns;
  assign hwif_in.RING_HEAD.lines.next = status_i.ring_head;
  assign hwif_in.LINE_SEEN_A.ns.next = status_i.line_seen_a;
  assign hwif_in.LINE_SEEN_B.ns.next = status_i.line_seen_b;
  assign hwif_in.LOAD_STATUS.pending.next = status_i.load_pending;
  assign hwif_in.LOAD_STATUS.refused.next = status_i.load_refused;
  assign hwif_in.NEXT_SEQUENCE.value.next = status_i.next_sequence;
  assign hwif_in.counters.rd_ack = counter_rd_ack_i;
  assign hwif_in.counters.rd_data = counter_rd_data_i;
  assign hwif_in.counters.wr_ack = counter_wr_ack_i;

  assign counter_req_o = hwif_out.counters.req;
  assign counter_is_wr_o = hwif_out.counters.req_is_wr;
  assign counter_addr_o = hwif_out.counters.addr;

  always_comb begin
    config_o.enable = hwif_out.CONTROL.enable.value;
    config_o.early = hwif_out.CONTROL.early.value;
    config_o.time_follow = hwif_out.CONTROL.time_follow.value;
    config_o.ip_checksum = hwif_out.CHECKS.ip_checksum.value;
    config_o.udp_checksum = hwif_out.CHECKS.udp_checksum.value;
    config_o.group = hwif_out.FEED_GROUP.address.value;
    config_o.port = hwif_out.FEED_GROUP.port.value;
    config_o.feed = hwif_out.FEED_GROUP.feed.value;
    config_o.group_b = hwif_out.FEED_GROUP_B.address.value;
    config_o.port_b = hwif_out.FEED_GROUP_B.port.value;
    config_o.lines = hwif_out.LINES.configured.value;
    config_o.gap_window_ns = hwif_out.GAP_WINDOW.ns.value;
    config_o.protocol = hwif_out.FEED_PROTOCOL.id.value;
    config_o.mold = hwif_out.FEED_PROTOCOL.transport.value;
    config_o.channel = hwif_out.FEED_PROTOCOL.channel.value;
    config_o.time_set_ns = hwif_out.TIME_SET.ns.value;
    config_o.time_rate = hwif_out.TIME_RATE.inc.value;
    config_o.refresh_interval_ns = hwif_out.REFRESH_INTERVAL.ns.value;
    config_o.line_clock = hwif_out.LINE_CLOCK.units.value;
    config_o.recentre_run = hwif_out.RECENTRE_RUN.value.value;
    config_o.ring_base = hwif_out.RING_BASE.iova.value;
    config_o.ring_size_log2 = hwif_out.RING_CONTROL.size_log2.value;
    config_o.ring_broadcast = hwif_out.RING_CONTROL.broadcast.value;
    config_o.ring_enable = hwif_out.RING_CONTROL.enable.value;
    config_o.ring_tail = hwif_out.RING_TAIL.lines.value;
    config_o.irq_enable = hwif_out.IRQ_CONTROL.enable.value;
    config_o.irq_holdoff_ns = hwif_out.IRQ_CONTROL.holdoff_ns.value;
    config_o.map_symbol = hwif_out.MAP_SYMBOL.value.value;
    config_o.map_way = hwif_out.MAP_COMMAND.way.value;
    config_o.map_index = hwif_out.MAP_COMMAND.index.value;
    config_o.map_slot = hwif_out.MAP_COMMAND.slot.value;
    config_o.map_valid = hwif_out.MAP_COMMAND.valid.value;
    config_o.slot_tick = hwif_out.SLOT_TICK.tick.value;
    config_o.slot_recip = hwif_out.SLOT_TICK.recip.value;
    config_o.slot_centre = hwif_out.SLOT_CENTRE.price.value;
    config_o.slot = hwif_out.SLOT_COMMAND.slot.value;
    config_o.slot_kind = hwif_out.SLOT_COMMAND.kind.value;
    config_o.load_data0 = hwif_out.LOAD_DATA0.value.value;
    config_o.load_data1 = hwif_out.LOAD_DATA1.value.value;
    config_o.load_data2 = hwif_out.LOAD_DATA2.value.value;
    config_o.load_data3 = hwif_out.LOAD_DATA3.value.value;
    config_o.load_data4 = hwif_out.LOAD_DATA4.value.value;
    config_o.load_stamp = hwif_out.LOAD_SEQUENCE.value.value;
    config_o.load_length = hwif_out.LOAD_COMMAND.length.value;
    config_o.load_kind = hwif_out.LOAD_COMMAND.kind.value;
    config_o.load_slot = hwif_out.LOAD_COMMAND.slot.value;
    config_o.load_generation = hwif_out.LOAD_COMMAND.generation.value;
  end

  // `swmod` shows in the cycle of the write; the value is there one cycle later. Single pulses are values already.
  logic time_set_q, map_go_q, slot_go_q, load_go_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      time_set_q <= 1'b0;
      map_go_q   <= 1'b0;
      slot_go_q  <= 1'b0;
      load_go_q  <= 1'b0;
    end else begin
      time_set_q <= hwif_out.TIME_SET.ns.swmod;
      map_go_q   <= hwif_out.MAP_COMMAND.go.swmod;
      slot_go_q  <= hwif_out.SLOT_COMMAND.go.swmod;
      load_go_q  <= hwif_out.LOAD_COMMAND.go.swmod;
    end
  end

  assign strobe_o = '{
          snapshot: hwif_out.CONTROL.snapshot.value,
          core_reset: hwif_out.CONTROL.core_reset.value,
          refresh_now: hwif_out.CONTROL.refresh_now.value,
          flush: hwif_out.CONTROL.flush.value,
          time_set: time_set_q,
          map_go: map_go_q,
          slot_go: slot_go_q,
          load_go: load_go_q
      };

  if (Slots < 1 || Slots > 4094) begin : gen_illegal_slots
    $fatal(1, "csr: Slots = %0d, legal is 1..4094", Slots);
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  logic map_go_twice_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      map_go_twice_q <= 1'b0;
    end else begin
      map_go_twice_q <= map_go_q;
      assert (!armed_q || !(map_go_q && map_go_twice_q))
      else $error("csr: a strobe of more than one cycle");
    end
  end
`endif

endmodule

`default_nettype wire
