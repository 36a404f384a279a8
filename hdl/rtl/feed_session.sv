// The session of the feed: which one it is, and what a packet of either line does to it. Compares both
// lines' packets all the time; docs/card-model.md, 4, step 2.
//
// IEX-TP: another session id restarts, and so does number 1 sent anew. MoldUDP64: another session id
// restarts, unless it is one of the last four that ended: its packets are stale.
//
// The largest send time is that of the packets that did not prove bad: so each line's last one stands alone.

`default_nettype none

module feed_session
  import esc_pkg::*;
(
  input wire clk_i,
  input wire rst_ni,
  input wire mold_i,  // 0 IEX-TP, 1 MoldUDP64

  // verilator lint_off UNUSEDSIGNAL  // stamps and counts are not looked at
  input  wire pkt_t [1:0] pkt_i,       // the packet at hand, by line
  // verilator lint_on UNUSEDSIGNAL
  input  wire             moved_on_i,  // the next expected number is above 1
  output wire       [1:0] restart_o,   // it starts a new session
  output wire       [1:0] stale_o,     // it is of a session that ended

  input wire take_i,     // the packet of line_i begins; it starts no session and is not stale
  input wire restart_i,  // it starts a session; take_i follows
  input wire void_i,     // the frame of line_i's last packet proved bad
  input wire line_i
);

  localparam int unsigned Remembered = 4;

  logic have_q;
  logic [79:0] session_q;
  logic [63:0] last_send_q;       // the largest of the next two
  logic [63:0] before_q;          // largest send time of all packets but each line's last
  logic [1:0][63:0] sent_q;       // send time of each line's last packet; 0 if it proved bad
  logic [Remembered-1:0] old_valid_q;
  logic [Remembered-1:0][79:0] old_q;

  wire [1:0] sent_later = {sent_q[1] > before_q, sent_q[0] > before_q};

  for (genvar l = 0; l < 2; l++) begin : g_line
    wire differs = pkt_i[l].session != session_q;
    wire again = pkt_i[l].first_seq == 64'd1 && pkt_i[l].offset == '0 && moved_on_i &&
        pkt_i[l].send_time > last_send_q;
    logic [Remembered-1:0] ended;
    for (genvar i = 0; i < Remembered; i++) begin : g_old
      assign ended[i] = old_valid_q[i] && old_q[i] == pkt_i[l].session;
    end
    wire was_ended = |ended;
    assign restart_o[l] = have_q && (mold_i ? differs && !was_ended : differs || again);
    assign stale_o[l]   = have_q && mold_i && differs && was_ended;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      have_q      <= 1'b0;
      session_q   <= '0;
      last_send_q <= '0;
      before_q    <= '0;
      sent_q      <= '0;
      old_valid_q <= '0;
    end else if (restart_i) begin
      session_q   <= pkt_i[line_i].session;
      last_send_q <= pkt_i[line_i].send_time;
      before_q    <= pkt_i[line_i].send_time;
      sent_q      <= '0;
      if (mold_i) old_valid_q <= {old_valid_q[Remembered-2:0], 1'b1};
    end else if (take_i) begin
      have_q <= 1'b1;
      if (!have_q) session_q <= pkt_i[line_i].session;
      if (!have_q || pkt_i[line_i].send_time > last_send_q) last_send_q <= pkt_i[line_i].send_time;
      if (sent_later[line_i]) before_q <= sent_q[line_i];
      sent_q[line_i] <= pkt_i[line_i].send_time;
    end else if (void_i) begin
      last_send_q    <= sent_later[!line_i] ? sent_q[!line_i] : before_q;
      sent_q[line_i] <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (restart_i && mold_i) old_q <= {old_q[Remembered-2:0], session_q};
  end

`ifndef SYNTHESIS
  logic checks_on_q;  // a reset was seen; before it everything is random
  initial checks_on_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      checks_on_q <= 1'b1;
    end else if (checks_on_q) begin
      a_one_command : assert (2'(take_i) + 2'(restart_i) + 2'(void_i) <= 2'd1);
      a_last_send :
      assert (last_send_q >= before_q && last_send_q >= sent_q[0] && last_send_q >= sent_q[1]);
      if (take_i) a_take : assert (!restart_o[line_i] && !stale_o[line_i]);
      if (restart_i) a_restart : assert (restart_o[line_i]);
    end
  end
`endif

endmodule

`default_nettype wire
