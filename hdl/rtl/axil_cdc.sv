// AXI4-Lite from the host's clock to the core's, one access at a time.
//
// The host side answers every access: when the core does not answer within `Timeout` host cycles (its clock stands
// still, it is in reset, or was reset in between) with SLVERR; a read then gives all ones. A late answer is told by its
// tag and thrown away. A write that ended in SLVERR may or may not have been done: when the core's clock only stood
// still, it is done when the clock runs again.

`default_nettype none

module axil_cdc
  import csr_pkg::*;
#(
  parameter int unsigned Timeout = 1024
) (
  input  wire logic      host_clk_i,
  input  wire logic      host_rst_ni,
  input  wire axil_req_t host_i,
  output axil_rsp_t      host_o,

  input  wire logic      core_clk_i,
  input  wire logic      core_rst_ni,
  output axil_req_t      core_o,
  input  wire axil_rsp_t core_i,

  // An access is under way, or the sides are not up. Of both clocks: for resting them only, see clock_gate.
  output logic busy_o
);

  localparam logic [1:0] RespSlverr = 2'b10;
  localparam int unsigned TimerBits = $clog2(Timeout + 1);

  typedef logic [3:0] tag_t;
  typedef struct packed {
    tag_t                tag;
    logic                write;
    logic [AddrBits-1:0] addr;
    logic [7:0]          strb;
    logic [63:0]         data;
  } request_t;
  typedef struct packed {
    tag_t        tag;
    logic [1:0]  resp;
    logic [63:0] data;
  } answer_t;

  // Host side ---------------------------------------------------------------------------------------------------------
  typedef enum logic [1:0] {
    Idle,
    Send,
    Wait,
    Answer
  } host_state_e;

  host_state_e host_q;
  request_t request_q;
  answer_t answer;
  logic [1:0] resp_q;
  logic [63:0] data_q;
  logic [TimerBits-1:0] timer_q;
  logic read_turn_q;  // a read goes first when both wait
  logic request_ready, answer_valid;
  logic take_read, take_write, host_done;

  assign take_read = host_q == Idle && host_i.arvalid &&
      (read_turn_q || !(host_i.awvalid && host_i.wvalid));
  assign take_write = host_q == Idle && host_i.awvalid && host_i.wvalid && !take_read;
  assign host_done = request_q.write ? host_i.bready : host_i.rready;

  always_comb begin
    host_o.arready = take_read;
    host_o.awready = take_write;
    host_o.wready  = take_write;
    host_o.bvalid  = host_q == Answer && request_q.write;
    host_o.bresp   = resp_q;
    host_o.rvalid  = host_q == Answer && !request_q.write;
    host_o.rresp   = resp_q;
    host_o.rdata   = data_q;
  end

  always_ff @(posedge host_clk_i or negedge host_rst_ni) begin
    if (!host_rst_ni) begin
      host_q <= Idle;
      read_turn_q <= 1'b0;
      timer_q <= '0;
    end else begin
      timer_q <= (host_q == Idle) ? '0 : timer_q + TimerBits'(1);
      case (host_q)
        Idle: begin
          if (take_read || take_write) begin
            host_q <= Send;
            read_turn_q <= take_write;
          end
        end
        Send: if (request_ready) host_q <= Wait;
        Wait: if (answer_valid && answer.tag == request_q.tag) host_q <= Answer;
        default: if (host_done) host_q <= Idle;
      endcase
      if ((host_q == Send || host_q == Wait) && timer_q == TimerBits'(Timeout)) host_q <= Answer;
    end
  end

  // The tag is not reset: an answer to an access of before the reset must not look like a new one's.
  always_ff @(posedge host_clk_i) begin
    if (take_read || take_write) begin
      request_q <= '{
          tag: request_q.tag + tag_t'(1),
          write: take_write,
          addr: take_write ? host_i.awaddr : host_i.araddr,
          strb: host_i.wstrb,
          data: host_i.wdata
      };
    end
    if (host_q == Wait && answer_valid && answer.tag == request_q.tag) begin
      resp_q <= answer.resp;
      data_q <= answer.data;
    end else if (host_q != Answer) begin
      resp_q <= RespSlverr;
      data_q <= '1;
    end
  end

  // Crossing ----------------------------------------------------------------------------------------------------------
  logic core_request_valid, core_request_ready, core_answer_valid, core_answer_ready;
  request_t core_request;
  answer_t  core_answer_q;
  logic [3:0] up, held;

  // verilator lint_off PINCONNECTEMPTY  // states of the FIFO that a single access does not need
  async_fifo #(
    .T    (request_t),
    .Depth(4)
  ) u_request (
    .wr_clk_i  (host_clk_i),
    .wr_rst_ni (host_rst_ni),
    .wr_valid_i(host_q == Send),
    .wr_ready_o(request_ready),
    .wr_data_i (request_q),
    .wr_up_o   (up[0]),
    .wr_busy_o (held[0]),
    .wr_room_o (),
    .rd_clk_i  (core_clk_i),
    .rd_rst_ni (core_rst_ni),
    .rd_valid_o(core_request_valid),
    .rd_ready_i(core_request_ready),
    .rd_data_o (core_request),
    .rd_up_o   (up[1]),
    .rd_busy_o (held[1])
  );

  async_fifo #(
    .T    (answer_t),
    .Depth(4)
  ) u_answer (
    .wr_clk_i  (core_clk_i),
    .wr_rst_ni (core_rst_ni),
    .wr_valid_i(core_answer_valid),
    .wr_ready_o(core_answer_ready),
    .wr_data_i (core_answer_q),
    .wr_up_o   (up[2]),
    .wr_busy_o (held[2]),
    .wr_room_o (),
    .rd_clk_i  (host_clk_i),
    .rd_rst_ni (host_rst_ni),
    .rd_valid_o(answer_valid),
    .rd_ready_i(1'b1),
    .rd_data_o (answer),
    .rd_up_o   (up[3]),
    .rd_busy_o (held[3])
  );
  // verilator lint_on PINCONNECTEMPTY

  // Core side ---------------------------------------------------------------------------------------------------------
  typedef enum logic [1:0] {
    CoreIdle,
    CoreAccess,
    CoreAnswer
  } core_state_e;

  core_state_e core_q;
  request_t access_q;
  logic addr_done_q, data_done_q;
  logic core_got;

  assign core_request_ready = core_q == CoreIdle;
  assign core_answer_valid = core_q == CoreAnswer;
  assign core_got = access_q.write ? core_i.bvalid : core_i.rvalid;

  always_comb begin
    core_o.awvalid = core_q == CoreAccess && access_q.write && !addr_done_q;
    core_o.awaddr  = access_q.addr;
    core_o.wvalid  = core_q == CoreAccess && access_q.write && !data_done_q;
    core_o.wdata   = access_q.data;
    core_o.wstrb   = access_q.strb;
    core_o.bready  = core_q == CoreAccess;
    core_o.arvalid = core_q == CoreAccess && !access_q.write && !addr_done_q;
    core_o.araddr  = access_q.addr;
    core_o.rready  = core_q == CoreAccess;
  end

  always_ff @(posedge core_clk_i or negedge core_rst_ni) begin
    if (!core_rst_ni) begin
      core_q <= CoreIdle;
      addr_done_q <= 1'b0;
      data_done_q <= 1'b0;
    end else begin
      case (core_q)
        CoreIdle: begin
          addr_done_q <= 1'b0;
          data_done_q <= 1'b0;
          if (core_request_valid) core_q <= CoreAccess;
        end
        CoreAccess: begin
          if ((core_o.awvalid && core_i.awready) || (core_o.arvalid && core_i.arready))
            addr_done_q <= 1'b1;
          if (core_o.wvalid && core_i.wready) data_done_q <= 1'b1;
          if (core_got) core_q <= CoreAnswer;
        end
        // A host that was reset meanwhile waits for nothing: the FIFO takes the answer once it is up again.
        default: if (core_answer_ready) core_q <= CoreIdle;
      endcase
    end
  end

  always_ff @(posedge core_clk_i) begin
    if (core_q == CoreIdle && core_request_valid) access_q <= core_request;
    if (core_q == CoreAccess && core_got) begin
      core_answer_q <= '{
          tag: access_q.tag,
          resp: access_q.write ? core_i.bresp : core_i.rresp,
          data: core_i.rdata
      };
    end
  end

  assign busy_o = host_q != Idle || core_q != CoreIdle || held != '0 || up != '1;

  if (Timeout < 32) begin : gen_illegal_timeout
    $fatal(1, "axil_cdc: Timeout = %0d, an access takes about 20 cycles", Timeout);
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge host_clk_i or negedge host_rst_ni) if (!host_rst_ni) armed_q <= 1'b1;

  logic waits_q;
  always_ff @(posedge host_clk_i or negedge host_rst_ni) begin
    if (!host_rst_ni) begin
      waits_q <= 1'b0;
    end else begin
      waits_q <= host_q == Answer && !host_done;
      assert (!armed_q || !waits_q || host_q == Answer)
      else $error("axil_cdc: an answer was withdrawn");
    end
  end
`endif

endmodule

`default_nettype wire
