// Proof of offset_code, in two halves.
//
// Sound, for every price, centre and tick and whatever reciprocal: a code that is not the escape decodes to the price,
// price = centre + (code - 128) * tick in exact numbers, and the price is in range. `in_range_o` is exact too.
// Complete: a price in range that is a multiple of ticks away from the centre gets its code, never the escape. That
// needs the reciprocal, ceil(2^32 / tick), and a tick of constant value for the solver: parameter Tick (0 = sound only).

`default_nettype none

module offset_code_proof #(
  parameter int unsigned Tick = 0
) (
  input wire logic        clk_i,
  input wire logic        rst_ni,
  input wire logic        start_i,
  input wire logic        cancel_i,
  input wire logic        take_i,
  input wire logic [63:0] price_i,
  input wire logic [63:0] centre_i,
  input wire logic        centre_valid_i,
  input wire logic [23:0] tick_i,
  input wire logic [32:0] recip_i,
  input wire logic [ 6:0] quotient_i
);

  // ceil(2^32 / Tick)
  localparam logic [63:0] TickWide = Tick == 0 ? 64'd1 : 64'(Tick);
  localparam logic [32:0] Recip = 33'((64'h1_0000_0000 + TickWide - 64'd1) / TickWide);

  logic ready, done, in_range, busy;
  logic [7:0] code;
  offset_code u_dut (
    .clk_i,
    .rst_ni,
    .clear_i   (1'b0),
    .start_i,
    .ready_o   (ready),
    .price_i,
    .centre_i,
    .centre_valid_i,
    .cancel_i,
    .tick_i,
    .recip_i,
    .done_o    (done),
    .take_i,
    .in_range_o(in_range),
    .code_o    (code),
    .busy_o    (busy)
  );

  // What was started stands beside the three stages.
  typedef struct packed {
    logic        valid;
    logic        known;
    logic [23:0] tick;
    logic        below;     // price < centre
    logic [64:0] size;      // |price - centre|, exact
    logic        multiple;  // of Tick, by this factor
    logic [6:0]  factor;
  } job_t;
  job_t job1_q, job2_q, job3_q;
  logic first_q, advance;
  initial first_q = 1'b1;
  assign advance = !job3_q.valid || take_i;

  logic [64:0] up, down_by, size;
  assign up      = {price_i[63], price_i} - {centre_i[63], centre_i};
  assign down_by = {centre_i[63], centre_i} - {price_i[63], price_i};
  assign size    = up[64] ? down_by : up;
  always_ff @(posedge clk_i) begin
    first_q <= 1'b0;
    if (!rst_ni) begin
      job1_q <= '0;
      job2_q <= '0;
      job3_q <= '0;
    end else if (advance) begin
      job1_q <= '{
          valid: start_i,
          known: centre_valid_i,
          tick: tick_i,
          below: up[64],
          size: size,
          multiple: size == 65'(quotient_i) * 65'(Tick),
          factor: quotient_i
      };
      job2_q <= job1_q;
      job2_q.valid <= job1_q.valid && !cancel_i;
      job3_q <= job2_q;
    end
  end

  function automatic logic reached(input job_t job);
    return job.known && job.size <= 65'({job.tick, 7'd0}) - 65'(job.tick);
  endfunction

  // Steps from the centre that the code tells, and their direction.
  logic [6:0] steps;
  logic down;
  assign down  = code < 8'd128;
  assign steps = 7'(down ? 8'd128 - code : code - 8'd128);

  always_comb begin
    e_reset : assume (rst_ni == !first_q);
    e_tick : assume (tick_i != '0 && (Tick == 0 || tick_i == 24'(Tick)));
    if (Tick != 0) e_recip : assume (recip_i == Recip);
    if (start_i) e_start : assume (ready);
    if (take_i) e_take : assume (done);
    if (cancel_i) e_cancel : assume (job1_q.valid && advance);

    if (!first_q) begin
      a_valid :
      assert ({u_dut.s1_valid_q, u_dut.s2_valid_q, u_dut.s3_valid_q} ==
                        {job1_q.valid, job2_q.valid, job3_q.valid});
      if (job1_q.valid) begin
        a_size1 : assert (u_dut.s1_dist_q == job1_q.size && u_dut.s1_neg_q == job1_q.below);
        a_known : assert (u_dut.s1_known_q == job1_q.known && u_dut.s1_tick_q == job1_q.tick);
        a_limit : assert (u_dut.s1_limit_q == 31'({job1_q.tick, 7'd0}) - 31'(job1_q.tick));
        if (Tick != 0) a_tick1 : assert (job1_q.tick == 24'(Tick) && u_dut.s1_recip_q == Recip);
      end
      if (job2_q.valid) begin
        a_size2 : assert (u_dut.s2_dist_q == 31'(job2_q.size) && u_dut.s2_neg_q == job2_q.below);
        a_range2 : assert (u_dut.s2_in_range_q == reached(job2_q));
        a_tick2 :
        assert (u_dut.s2_tick_q == job2_q.tick && (Tick == 0 || job2_q.tick == 24'(Tick)));
      end
      if (job3_q.valid) begin
        a_size3 : assert (u_dut.s3_dist_q == 31'(job3_q.size) && u_dut.s3_neg_q == job3_q.below);
        a_tick3 :
        assert (u_dut.s3_tick_q == job3_q.tick && (Tick == 0 || job3_q.tick == 24'(Tick)));
        // The claims.
        a_range : assert (in_range == reached(job3_q));
        if (code != 8'd0) begin
          // The same product as the module's, of the same number: the solver need not compare two multipliers.
          a_steps : assert (steps == u_dut.s3_quot_q && (steps == 7'd0 || down == job3_q.below));
          a_round_trip :
          assert (in_range && job3_q.size == 65'(u_dut.s3_dist_q) &&
              31'(u_dut.s3_quot_q) * 31'(u_dut.s3_tick_q) == u_dut.s3_dist_q);
        end
      end
      // One factor at a time: then all operands are constants, and the solver has no multiplication to compare.
      for (int unsigned k = 0; k < (Tick == 0 ? 0 : 128); k++) begin
        automatic logic [63:0] far = 64'(k) * 64'(Tick);
        if (job1_q.valid && job1_q.multiple && job1_q.factor == 7'(k)) begin
          assert (job1_q.size == 65'(far));
        end
        if (job2_q.valid && job2_q.multiple && job2_q.factor == 7'(k)) begin
          assert (job2_q.size == 65'(far));
          assert (u_dut.s2_low_q == 48'(far * 64'(Recip[16:0])));
          assert (u_dut.s2_high_q == 47'(far * 64'(Recip[32:17])));
        end
        if (job3_q.valid && job3_q.multiple && job3_q.factor == 7'(k)) begin
          assert (job3_q.size == 65'(far) && u_dut.s3_quot_q == 7'(k));
          assert (!in_range || code == (job3_q.below ? 8'd128 - 8'(k) : 8'd128 + 8'(k)));
        end
      end
      c_up : cover (done && code == 8'd255);
      c_down : cover (done && code == 8'd1);
      c_escape : cover (done && in_range && code == 8'd0 || Tick == 1);
    end
  end

endmodule

`default_nettype wire
