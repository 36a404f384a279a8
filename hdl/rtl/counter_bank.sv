// The 64-bit counters and their snapshot (docs/registers.md, 0x1000 on).
//
// Any number of counters may count in one cycle; `inc_i` and `inc2_i` are two sources that may count the same one at
// once. `snapshot_i` copies all counters, and the messages in flight, in one cycle: the ledgers hold in every snapshot,
// not only at rest. Reads answer from the snapshot one cycle after the request.

`default_nettype none

module counter_bank
  import esc_counter_pkg::*;
(
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic clear_i,  // core reset: all counters and the snapshot
  input wire logic [NumCounters-1:0] inc_i,
  input wire logic [NumCounters-1:0] inc2_i,
  // Counters that grow by more than one.
  input wire logic [63:0] lost_i,
  input wire logic [10:0] voided_i,
  input wire logic [6:0] ticks_written_i,
  input wire logic [6:0] entries_written_i,
  input wire logic snapshot_i,
  output logic [31:0] in_flight_o,  // messages counted in, not yet disposed; as of the snapshot
  // Reads; writes are acknowledged and ignored.
  input wire logic req_i,
  input wire logic req_is_wr_i,
  // verilator lint_off UNUSEDSIGNAL  // whole registers only
  input wire logic [10:0] addr_i,  // bytes
  // verilator lint_on UNUSEDSIGNAL
  output logic rd_ack_o,
  output logic [63:0] rd_data_o,
  output logic wr_ack_o
);

  typedef logic [63:0] count_t;
  localparam int unsigned FirstDisposition = int'(CntDispositionsTicked);

  count_t counts_q  [NumCounters];
  count_t snapshot_q[NumCounters];
  logic [31:0] in_flight_q, in_flight_snapshot_q;

  localparam int unsigned GroupSize = 16;
  function automatic logic group_counts(logic [NumCounters-1:0] inc, int unsigned first);
    logic any;
    any = 1'b0;
    for (int unsigned i = first; i < first + GroupSize && i < NumCounters; i++) any = any || inc[i];
    return any;
  endfunction

  // Messages that came and went in this cycle.
  logic [3:0] came, went;
  logic [NumDispositions-1:0] gone, gone2;
  assign gone  = inc_i[FirstDisposition+:NumDispositions];
  assign gone2 = inc2_i[FirstDisposition+:NumDispositions];
  always_comb begin
    came = 4'd0;
    went = 4'd0;
    if ((inc_i | inc2_i) != '0) begin
      came = 4'(inc_i[CntCopiesInA]) + 4'(inc_i[CntCopiesInB]) + 4'(inc_i[CntLoadsMessages]);
      for (int unsigned i = 0; i < NumDispositions; i++) went = went + 4'(gone[i]) + 4'(gone2[i]);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < NumCounters; i++) counts_q[i] <= '0;
      in_flight_q <= '0;
    end else if (clear_i) begin
      for (int unsigned i = 0; i < NumCounters; i++) counts_q[i] <= '0;
      in_flight_q <= '0;
    end else begin
      if ((inc_i | inc2_i) != '0) begin
        // By groups, so that a simulation looks at few counters only.
        for (int unsigned g = 0; g < NumCounters; g += GroupSize) begin
          if (group_counts(inc_i | inc2_i, g)) begin
            for (int unsigned i = g; i < g + GroupSize && i < NumCounters; i++) begin
              if (inc_i[i] || inc2_i[i]) begin
                counts_q[i] <= counts_q[i] + ((inc_i[i] && inc2_i[i]) ? 64'd2 : 64'd1);
              end
            end
          end
        end
        in_flight_q <= in_flight_q + 32'(came) - 32'(went);
      end
      if (lost_i != '0) begin
        counts_q[CntEventsLost] <= counts_q[CntEventsLost] + lost_i;
      end
      if (voided_i != '0) begin
        counts_q[CntEventsVoidedMessages] <= counts_q[CntEventsVoidedMessages] + count_t'(voided_i);
      end
      if (ticks_written_i != '0) begin
        counts_q[CntOutputTicksWritten] <=
            counts_q[CntOutputTicksWritten] + count_t'(ticks_written_i);
      end
      if (entries_written_i != '0) begin
        counts_q[CntOutputEntriesWritten] <=
            counts_q[CntOutputEntriesWritten] + count_t'(entries_written_i);
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < NumCounters; i++) snapshot_q[i] <= '0;
      in_flight_snapshot_q <= '0;
    end else if (clear_i) begin
      for (int unsigned i = 0; i < NumCounters; i++) snapshot_q[i] <= '0;
      in_flight_snapshot_q <= '0;
    end else if (snapshot_i) begin
      for (int unsigned i = 0; i < NumCounters; i++) snapshot_q[i] <= counts_q[i];
      in_flight_snapshot_q <= in_flight_q;
    end
  end

  assign in_flight_o = in_flight_snapshot_q;

  cnt_t index;
  assign index = addr_i[3+:CntBits];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rd_ack_o  <= 1'b0;
      wr_ack_o  <= 1'b0;
      rd_data_o <= '0;
    end else begin
      rd_ack_o <= req_i && !req_is_wr_i;
      wr_ack_o <= req_i && req_is_wr_i;
      if (req_i) rd_data_o <= index < cnt_t'(NumCounters) ? snapshot_q[index] : '0;
    end
  end

  if (8 * NumCounters > 2048) begin : gen_illegal_counters
    $fatal(1, "counter_bank: %0d counters need more address bits", NumCounters);
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q) begin
      assert (in_flight_q <= 32'h7fff_ffff)
      else $error("counter_bank: more dispositions than messages");
      assert (!inc_i[CntEventsLost] && !inc_i[CntEventsVoidedMessages])
      else $error("counter_bank: a counter with an amount got a pulse");
      assert (!inc_i[CntOutputTicksWritten] && !inc_i[CntOutputEntriesWritten])
      else $error("counter_bank: a counter with an amount got a pulse");
    end
  end
`endif

endmodule

`default_nettype wire
