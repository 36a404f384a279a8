// Bench top: host's AXI4-Lite port, crossing, registers and counters as in the card, with flat ports.

`default_nettype none

module csr_bench
  import csr_pkg::*;
  import esc_counter_pkg::*;
#(
  parameter int unsigned Timeout = 256
) (
  input  wire logic                   host_clk_i,
  input  wire logic                   host_rst_ni,
  input  wire logic                   core_clk_i,
  input  wire logic                   core_rst_ni,
  input  wire logic                   s_axil_awvalid_i,
  output logic                        s_axil_awready_o,
  input  wire logic [           12:0] s_axil_awaddr_i,
  input  wire logic                   s_axil_wvalid_i,
  output logic                        s_axil_wready_o,
  input  wire logic [           63:0] s_axil_wdata_i,
  input  wire logic [            7:0] s_axil_wstrb_i,
  output logic                        s_axil_bvalid_o,
  input  wire logic                   s_axil_bready_i,
  output logic      [            1:0] s_axil_bresp_o,
  input  wire logic                   s_axil_arvalid_i,
  output logic                        s_axil_arready_o,
  input  wire logic [           12:0] s_axil_araddr_i,
  output logic                        s_axil_rvalid_o,
  input  wire logic                   s_axil_rready_i,
  output logic      [           63:0] s_axil_rdata_o,
  output logic      [            1:0] s_axil_rresp_o,
  // Core side.
  output config_t                     config_o,
  output strobe_t                     strobe_o,
  input  wire logic [           63:0] card_time_i,
  input  wire logic [           63:0] ring_head_i,
  input  wire logic [           63:0] line_seen_a_i,
  input  wire logic [           63:0] line_seen_b_i,
  input  wire logic                   load_pending_i,
  input  wire logic                   load_refused_i,
  input  wire logic [           63:0] next_sequence_i,
  input  wire logic                   idle_i,
  input  wire logic                   clear_i,
  input  wire logic [NumCounters-1:0] inc_i,
  input  wire logic [NumCounters-1:0] inc2_i,
  input  wire logic [           63:0] lost_i,
  input  wire logic [           10:0] voided_i,
  input  wire logic [            6:0] ticks_written_i,
  input  wire logic [            6:0] entries_written_i,
  output logic                        axil_busy_o
);

  axil_req_t host_req, core_req;
  axil_rsp_t host_rsp, core_rsp;
  status_t status;
  logic counter_req, counter_is_wr, counter_rd_ack, counter_wr_ack;
  logic [10:0] counter_addr;
  logic [63:0] counter_rd_data;

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
    .Timeout(Timeout)
  ) u_axil (
    .host_clk_i,
    .host_rst_ni,
    .host_i(host_req),
    .host_o(host_rsp),
    .core_clk_i,
    .core_rst_ni,
    .core_o(core_req),
    .core_i(core_rsp),
    .busy_o(axil_busy_o)
  );

  assign status.idle = idle_i;
  assign status.core_up = 1'b1;
  assign status.card_time_ns = card_time_i;
  assign status.ring_head = ring_head_i;
  assign status.line_seen_a = line_seen_a_i;
  assign status.line_seen_b = line_seen_b_i;
  assign status.load_pending = load_pending_i;
  assign status.load_refused = load_refused_i;
  assign status.next_sequence = next_sequence_i;

  csr #(
    .BuildHash(64'h0123_4567_89ab_cdef),
    .Board    (7)
  ) u_csr (
    .clk_i            (core_clk_i),
    .rst_ni           (core_rst_ni),
    .axil_i           (core_req),
    .axil_o           (core_rsp),
    .config_o,
    .strobe_o,
    .status_i         (status),
    .counter_req_o    (counter_req),
    .counter_is_wr_o  (counter_is_wr),
    .counter_addr_o   (counter_addr),
    .counter_rd_ack_i (counter_rd_ack),
    .counter_rd_data_i(counter_rd_data),
    .counter_wr_ack_i (counter_wr_ack)
  );

  counter_bank u_counters (
    .clk_i      (core_clk_i),
    .rst_ni     (core_rst_ni),
    .clear_i,
    .inc_i,
    .inc2_i,
    .lost_i,
    .voided_i,
    .ticks_written_i,
    .entries_written_i,
    .snapshot_i (strobe_o.snapshot),
    .in_flight_o(status.in_flight),
    .req_i      (counter_req),
    .req_is_wr_i(counter_is_wr),
    .addr_i     (counter_addr),
    .rd_ack_o   (counter_rd_ack),
    .rd_data_o  (counter_rd_data),
    .wr_ack_o   (counter_wr_ack)
  );

endmodule

`default_nettype wire
