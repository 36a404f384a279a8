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
    logic [64:0] distance;  // price - centre, exact
    logic        multiple;  // of Tick, by this factor
    logic [6:0]  factor;
  } job_t;
  job_t job1_q, job2_q, job3_q;
  logic first_q, advance;
  initial first_q = 1'b1;
  assign advance = !job3_q.valid || take_i;

  logic [64:0] distance;
  assign distance = {price_i[63], price_i} - {centre_i[63], centre_i};
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
          distance: distance,
          multiple: size_of(distance) == 65'(quotient_i) * 65'(Tick),
          factor: quotient_i
      };
      job2_q <= job1_q;
      job2_q.valid <= job1_q.valid && !cancel_i;
      job3_q <= job2_q;
    end
  end

  function automatic logic [64:0] size_of(input logic [64:0] d);
    return d[64] ? -d : d;
  endfunction
  function automatic logic reached(input job_t job);
    return job.known && size_of(job.distance) <= 65'(job.tick) * 65'd127;
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
        a_one :
        assert (u_dut.s1_dist_q == size_of(
            job1_q.distance
        ) && u_dut.s1_neg_q == job1_q.distance[64] && u_dut.s1_known_q == job1_q.known &&
            u_dut.s1_tick_q == job1_q.tick && u_dut.s1_limit_q == 31'(job1_q.tick) * 31'd127);
        if (Tick != 0) a_ticks1 : assert (job1_q.tick == 24'(Tick) && u_dut.s1_recip_q == Recip);
        if (Tick != 0 && job1_q.multiple) begin
          a_multiple1 : assert (size_of(job1_q.distance) == 65'(job1_q.factor) * 65'(Tick));
        end
      end
      if (job2_q.valid) begin
        a_two :
        assert (u_dut.s2_in_range_q == reached(
            job2_q
        ) && u_dut.s2_tick_q == job2_q.tick && u_dut.s2_neg_q == job2_q.distance[64] &&
            u_dut.s2_dist_q == 31'(size_of(
            job2_q.distance
        )));
        if (Tick != 0) begin
          a_ticks2 : assert (job2_q.tick == 24'(Tick));
          a_low : assert (u_dut.s2_low_q == 48'(u_dut.s2_dist_q) * 48'(Recip[16:0]));
          a_high : assert (u_dut.s2_high_q == 47'(u_dut.s2_dist_q) * 47'(Recip[32:17]));
        end
        if (Tick != 0 && job2_q.multiple) begin
          a_multiple2 : assert (size_of(job2_q.distance) == 65'(job2_q.factor) * 65'(Tick));
        end
      end
      if (job3_q.valid) begin
        a_three :
        assert (u_dut.s3_tick_q == job3_q.tick && u_dut.s3_neg_q == job3_q.distance[64] &&
                          u_dut.s3_dist_q == 31'(size_of(
            job3_q.distance
        )));
        if (Tick != 0 && job3_q.multiple) begin
          a_multiple3 :
          assert (job3_q.tick == 24'(Tick) && u_dut.s3_quot_q == job3_q.factor && size_of(
              job3_q.distance
          ) == 65'(job3_q.factor) * 65'(Tick));
        end
        // The claims.
        a_range : assert (in_range == reached(job3_q));
        if (code != 8'd0) begin
          // The same product as the module's, of the same number: the solver need not compare two multipliers.
          a_steps :
          assert (steps == u_dut.s3_quot_q && (steps == 7'd0 || down == job3_q.distance[64]));
          a_round_trip :
          assert (in_range && size_of(
              job3_q.distance
          ) == 65'(u_dut.s3_dist_q) &&
              31'(u_dut.s3_quot_q) * 31'(u_dut.s3_tick_q) == u_dut.s3_dist_q);
        end else begin
          if (Tick != 0 && in_range) a_complete : assert (!job3_q.multiple);
        end
      end
      c_up : cover (done && code == 8'd255);
      c_down : cover (done && code == 8'd1);
      c_escape : cover (done && in_range && code == 8'd0 || Tick == 1);
    end
  end

endmodule

`default_nettype wire
