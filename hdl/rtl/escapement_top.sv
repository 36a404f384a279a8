// The card: core and crossings to the MAC's and the host's clock. Three clocks without any relation, three resets; each
// side may be reset alone at any time.
//
// - rx_clk, rx_b_clk: MAC beats of lines A and B, valid without ready (a MAC cannot wait); `rx_room_o` tells that a frame of the maximum size
//   fits. A frame that does not is dropped whole and counted (`overrun`).
// - core_clk: everything else, and the probes.
// - host_clk: AXI4-Lite slave, posted 64-byte writes, interrupt pulse.

`default_nettype none

module escapement_top
  import esc_pkg::*;
#(
  parameter logic        [63:0] BuildHash     = 64'd0,
  parameter int unsigned        Board         = 0,
  parameter int unsigned        Slots         = 64,
  parameter int unsigned        MapLog2       = 8,
  parameter int unsigned        LevelSetsLog2 = 14,
  parameter int unsigned        LevelWays     = 16,
  parameter int unsigned        OrderSetsLog2 = 16,
  parameter int unsigned        OrderWays     = 16,
  parameter int unsigned        ReorderSlots  = 2048,
  parameter int unsigned        Ports         = 2,
  parameter int unsigned        LineFifoDepth = 64,
  parameter int unsigned        CsrTimeout    = 1024
) (
  input wire logic rx_clk_i,
  input wire logic rx_rst_ni,
  /* verilator lint_off UNUSEDSIGNAL */  // without a second port
  input wire logic rx_b_clk_i,
  input wire logic rx_b_rst_ni,
  /* verilator lint_on UNUSEDSIGNAL */
  input wire logic core_clk_i,
  input wire logic core_rst_ni,
  input wire logic host_clk_i,
  input wire logic host_rst_ni,

  // MAC (rx_clk).
  input  wire logic      rx_valid_i,
  input  wire mac_beat_t rx_beat_i,
  output logic           rx_room_o,
  /* verilator lint_off UNUSEDSIGNAL */  // without a second port
  input  wire logic      rx_b_valid_i,
  input  wire mac_beat_t rx_b_beat_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic           rx_b_room_o,

  // Time discipline (core_clk): a PPS or PTP block's idea of the time, taken in follow mode (docs/card-model.md, 7).
  input wire logic        time_step_valid_i,
  input wire logic [63:0] time_step_ns_i,

  // AXI4-Lite slave (host_clk).
  input  wire logic        s_axil_awvalid_i,
  output logic             s_axil_awready_o,
  input  wire logic [12:0] s_axil_awaddr_i,
  input  wire logic        s_axil_wvalid_i,
  output logic             s_axil_wready_o,
  input  wire logic [63:0] s_axil_wdata_i,
  input  wire logic [ 7:0] s_axil_wstrb_i,
  output logic             s_axil_bvalid_o,
  input  wire logic        s_axil_bready_i,
  output logic      [ 1:0] s_axil_bresp_o,
  input  wire logic        s_axil_arvalid_i,
  output logic             s_axil_arready_o,
  input  wire logic [12:0] s_axil_araddr_i,
  output logic             s_axil_rvalid_o,
  input  wire logic        s_axil_rready_i,
  output logic      [63:0] s_axil_rdata_o,
  output logic      [ 1:0] s_axil_rresp_o,

  // Posted writes (host_clk): 64 bytes to wr_addr_o, byte 0 in the low bits.
  output logic              wr_valid_o,
  input  wire logic         wr_ready_i,
  output logic      [ 63:0] wr_addr_o,
  output logic      [511:0] wr_data_o,

  // Interrupt request (host_clk), a pulse; every line it speaks of was accepted at the write port before.
  output logic irq_o,

  // Probes (core_clk).
  output logic probe_valid_o,
  output probe_t probe_o,
  output logic line_accept_o,
  output logic [6:0] line_entries_o,
  output logic [31:0] core_cycle_o,
  output logic [1:0] rx_busy_o,  // of each line: a frame's end has not reached its frame FIFO
  output logic idle_o
);

  import csr_pkg::*;

  // Clocks of the crossings, resting while nothing crosses (simulation only, see clock_gate).
  logic axil_busy, write_busy, access, host_clk, access_clk;
  assign access = axil_busy || s_axil_awvalid_i || s_axil_wvalid_i || s_axil_arvalid_i;

  clock_gate u_host_clk (
    .clk_i (host_clk_i),
    .rst_ni(host_rst_ni),
    .busy_i(access || write_busy),
    .clk_o (host_clk)
  );
  clock_gate u_access_clk (
    .clk_i (core_clk_i),
    .rst_ni(core_rst_ni),
    .busy_i(access),
    .clk_o (access_clk)
  );

  logic [1:0] beat_valid, beat_ready, overrun, rx_busy;
  mac_beat_t [1:0] beat;
  rx_cdc u_rx (
    .rx_clk_i,
    .rx_rst_ni,
    .rx_valid_i,
    .rx_i        (rx_beat_i),
    .room_o      (rx_room_o),
    .core_clk_i,
    .core_rst_ni,
    .beat_valid_o(beat_valid[0]),
    .beat_ready_i(beat_ready[0]),
    .beat_o      (beat[0]),
    .overrun_o   (overrun[0]),
    .busy_o      (rx_busy[0])
  );
  if (Ports == 2) begin : gen_b
    // The core's side rests with a silent line; long enough awake for the links of the crossing after any reset.
    logic core_b_clk;
    clock_gate #(
      .Linger(64)
    ) u_clk (
      .clk_i (core_clk_i),
      .rst_ni(core_rst_ni),
      .busy_i(rx_b_valid_i || !rx_b_rst_ni || rx_busy[1]),
      .clk_o (core_b_clk)
    );
    rx_cdc u_rx (
      .rx_clk_i    (rx_b_clk_i),
      .rx_rst_ni   (rx_b_rst_ni),
      .rx_valid_i  (rx_b_valid_i),
      .rx_i        (rx_b_beat_i),
      .room_o      (rx_b_room_o),
      .core_clk_i  (core_b_clk),
      .core_rst_ni,
      .beat_valid_o(beat_valid[1]),
      .beat_ready_i(beat_ready[1]),
      .beat_o      (beat[1]),
      .overrun_o   (overrun[1]),
      .busy_o      (rx_busy[1])
    );
  end else begin : gen_no_b
    assign rx_b_room_o = 1'b0;
    assign beat_valid[1] = 1'b0;
    assign beat[1] = '0;
    assign overrun[1] = 1'b0;
    assign rx_busy[1] = 1'b0;
  end
  assign rx_busy_o = rx_busy | front_busy;

  axil_req_t host_req, core_req;
  axil_rsp_t host_rsp, core_rsp;
  always_comb begin
    host_req.awvalid = s_axil_awvalid_i;
    host_req.awaddr  = s_axil_awaddr_i;
    host_req.wvalid  = s_axil_wvalid_i;
    host_req.wdata   = s_axil_wdata_i;
    host_req.wstrb   = s_axil_wstrb_i;
    host_req.bready  = s_axil_bready_i;
    host_req.arvalid = s_axil_arvalid_i;
    host_req.araddr  = s_axil_araddr_i;
    host_req.rready  = s_axil_rready_i;
    s_axil_awready_o = host_rsp.awready;
    s_axil_wready_o  = host_rsp.wready;
    s_axil_bvalid_o  = host_rsp.bvalid;
    s_axil_bresp_o   = host_rsp.bresp;
    s_axil_arready_o = host_rsp.arready;
    s_axil_rvalid_o  = host_rsp.rvalid;
    s_axil_rdata_o   = host_rsp.rdata;
    s_axil_rresp_o   = host_rsp.rresp;
  end

  axil_cdc #(
    .Timeout(CsrTimeout)
  ) u_axil (
    .host_clk_i(host_clk),
    .host_rst_ni,
    .host_i    (host_req),
    .host_o    (host_rsp),
    .core_clk_i(access_clk),
    .core_rst_ni,
    .core_o    (core_req),
    .core_i    (core_rsp),
    .busy_o    (axil_busy)
  );

  logic core_wr_valid, core_wr_ready, irq_valid, irq_ready;
  logic [1:0] front_busy;
  logic [ 63:0] core_wr_addr;
  logic [511:0] core_wr_data;
  escapement_core #(
    .BuildHash    (BuildHash),
    .Board        (Board),
    .Slots        (Slots),
    .MapLog2      (MapLog2),
    .LevelSetsLog2(LevelSetsLog2),
    .LevelWays    (LevelWays),
    .OrderSetsLog2(OrderSetsLog2),
    .OrderWays    (OrderWays),
    .ReorderSlots (ReorderSlots),
    .Ports        (Ports),
    .LineFifoDepth(LineFifoDepth)
  ) u_core (
    .clk_i       (core_clk_i),
    .rst_ni      (core_rst_ni),
    .beat_valid_i(beat_valid),
    .beat_ready_o(beat_ready),
    .beat_i      (beat),
    .overrun_i   (overrun),
    .rx_busy_i   (rx_busy),
    .time_step_valid_i,
    .time_step_ns_i,
    .axil_i      (core_req),
    .axil_o      (core_rsp),
    .wr_valid_o  (core_wr_valid),
    .wr_ready_i  (core_wr_ready),
    .wr_addr_o   (core_wr_addr),
    .wr_data_o   (core_wr_data),
    .irq_valid_o (irq_valid),
    .irq_ready_i (irq_ready),
    .probe_valid_o,
    .probe_o,
    .line_accept_o,
    .line_entries_o,
    .core_cycle_o,
    .front_busy_o(front_busy),
    .idle_o
  );

  write_cdc u_write (
    .core_clk_i,
    .core_rst_ni,
    .wr_valid_i (core_wr_valid),
    .wr_ready_o (core_wr_ready),
    .wr_addr_i  (core_wr_addr),
    .wr_data_i  (core_wr_data),
    .irq_valid_i(irq_valid),
    .irq_ready_o(irq_ready),
    .host_clk_i (host_clk),
    .host_rst_ni,
    .wr_valid_o,
    .wr_ready_i,
    .wr_addr_o,
    .wr_data_o,
    .irq_o,
    .busy_o     (write_busy)
  );

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge host_clk_i or negedge host_rst_ni) if (!host_rst_ni) armed_q <= 1'b1;

  // A line fills one aligned cache line, so no write crosses 4 KiB (PCIe base specification, 2.2.7).
  always_ff @(posedge host_clk_i or negedge host_rst_ni) begin
    if (host_rst_ni && armed_q && wr_valid_o)
      assert (wr_addr_o[5:0] == '0)
      else $error("escapement_top: write to %h is not aligned", wr_addr_o);
  end
`endif

endmodule

`default_nettype wire
