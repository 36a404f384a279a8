// Counts what the packer had to drop and announces it (card-model.md section 9).
//
// Drops: `drop_valid_i` with the entry; one each second cycle. Ticks count by slot in a memory whose words are valid
// only where `dirty_q` says so; ticks without instrument and control entries have registers.
// Announcement: while `announce_i` is high, entries `ticks_dropped` come out in slot order, then SlotNone, then
// SlotControl, then a heartbeat; drops that happen meanwhile start another round. `done_o` marks the end.
// The heartbeat needs the position in the message stream, so every entry that passes is shown at `seen_*`.

`default_nettype none

module drop_counter
  import esc_pkg::*;
#(
  parameter int unsigned Slots = 64
) (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic seen_valid_i,  // seen_i left the book in this cycle, dropped or not
  // verilator lint_off UNUSEDSIGNAL  // the position needs few fields of an entry
  input wire entry_t seen_i,
  // verilator lint_on UNUSEDSIGNAL
  input wire logic drop_valid_i,  // and is dropped; only with drop_ready_o
  output logic drop_ready_o,
  output logic any_o,  // something is waiting to be announced
  input wire logic announce_i,
  output logic entry_valid_o,
  input wire logic entry_ready_i,
  output entry_t entry_o,
  output logic done_o,  // the closing heartbeat is taken in this cycle, and nothing is left
  output logic tick_dropped_o,  // pulses
  output logic control_dropped_o
);

  import esc_line_pkg::KindFirstControl, esc_line_pkg::KindTicksDropped;
  import esc_line_pkg::KindHeartbeat, esc_line_pkg::KindGap;
  import esc_line_pkg::KindRestart, esc_line_pkg::KindRecentre;

  localparam int unsigned CountBits = 48;
  localparam int unsigned SlotBits = Slots > 1 ? $clog2(Slots) : 1;
  typedef logic [CountBits-1:0] count_t;
  typedef logic [SlotBits-1:0] slot_t;

  typedef enum logic [3:0] {
    StIdle,
    StScan,          // looks at one slot a cycle
    StRead,          // its count is on its way out of the memory
    StSlot,          // ticks_dropped of the slot on offer
    StNone,          // looks at the ticks without instrument
    StNoneOffer,
    StControl,       // and at the control entries
    StControlOffer,
    StHeartbeat
  } state_e;

  state_e state_q;
  slot_t scan_q;
  logic [Slots-1:0] dirty_q;
  count_t counts[Slots];
  // Two read ports: which slot is read would else wait for whether the scan's is dirty.
  count_t read_q;     // of the slot of the last drop
  count_t scanned_q;  // of the slot that the scan looked at last
  count_t offered_q;  // of the slot on offer
  count_t none_q, control_q;
  logic bump_q, bump_dirty_q;  // second half of a drop: write the count back
  slot_t bump_slot_q;

  // Position in the stream: index of the next message, and what to add for its sequence number. What is on
  // offer speaks of a position that stands still; drops behind the heartbeat's start another round.
  typedef struct packed {
    logic [63:0] hw_time;
    logic [39:0] next_index;
    logic [63:0] seq_offset;
  } position_t;
  position_t position_q, round_q;

  logic scan_read, drop_tick, drop_slot;
  // What stays of the two registers when the announcement takes them over in this very cycle.
  count_t none_q_kept, control_q_kept;
  assign none_q_kept = state_q == StNone ? '0 : none_q;
  assign control_q_kept = state_q == StControl ? '0 : control_q;

  assign drop_ready_o = !bump_q && !scan_read;
  assign drop_tick = drop_valid_i && seen_i.kind < KindFirstControl;
  assign drop_slot = drop_tick && seen_i.slot < 12'(Slots);
  assign any_o = dirty_q != '0 || none_q != '0 || control_q != '0;
  assign scan_read = state_q == StScan && announce_i && dirty_q[scan_q] && !bump_q;
  assign done_o = state_q == StHeartbeat && entry_ready_i && !any_o && !drop_valid_i;
  assign entry_valid_o = state_q == StSlot || state_q == StNoneOffer || state_q == StControlOffer ||
      state_q == StHeartbeat;

  always_comb begin
    entry_o = '0;
    entry_o.hw_time = round_q.hw_time;
    entry_o.msg_index = round_q.next_index;
    entry_o.kind = KindTicksDropped;
    unique case (state_q)
      StNoneOffer: begin
        entry_o.slot = SlotNone;
        entry_o.size = 64'(offered_q);
      end
      StControlOffer: begin
        entry_o.slot = SlotControl;
        entry_o.size = 64'(offered_q);
      end
      StHeartbeat: begin
        entry_o.kind  = KindHeartbeat;
        entry_o.price = 64'(round_q.next_index) + round_q.seq_offset;
      end
      default: begin
        entry_o.slot = 12'(scan_q);
        entry_o.size = 64'(offered_q);
      end
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (drop_slot) read_q <= counts[slot_t'(seen_i.slot)];
    if (state_q == StScan) scanned_q <= counts[scan_q];
    if (bump_q) counts[bump_slot_q] <= bump_dirty_q ? read_q + count_t'(1) : count_t'(1);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      position_q <= '{hw_time: '0, next_index: '0, seq_offset: 64'd1};
    end else if (seen_valid_i) begin
      position_q.hw_time <= seen_i.hw_time;
      // A tick and a recentre carry the index of their own message, all others that of the next.
      position_q.next_index <= seen_i.msg_index +
          40'(seen_i.kind < KindFirstControl || seen_i.kind == KindRecentre);
      case (seen_i.kind)
        KindHeartbeat: position_q.seq_offset <= seen_i.price - 64'(seen_i.msg_index);
        KindGap: position_q.seq_offset <= seen_i.price + seen_i.size - 64'(seen_i.msg_index);
        KindRestart: position_q.seq_offset <= 64'd1 - 64'(seen_i.msg_index);
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      scan_q <= '0;
      dirty_q <= '0;
      none_q <= '0;
      control_q <= '0;
      offered_q <= '0;
      bump_q <= 1'b0;
      bump_dirty_q <= 1'b0;
      bump_slot_q <= '0;
      tick_dropped_o <= 1'b0;
      control_dropped_o <= 1'b0;
      round_q <= '0;
    end else begin
      bump_q <= drop_slot;
      tick_dropped_o <= drop_tick;
      control_dropped_o <= drop_valid_i && !drop_tick;

      case (state_q)
        StIdle: begin
          scan_q  <= '0;
          round_q <= position_q;
          if (announce_i && any_o && !drop_valid_i) state_q <= StScan;
        end
        StScan: begin
          if (scan_read) begin
            dirty_q[scan_q] <= 1'b0;
            state_q <= StRead;
          end else if (!dirty_q[scan_q]) begin
            if (scan_q == slot_t'(Slots - 1)) state_q <= StNone;
            else scan_q <= scan_q + slot_t'(1);
          end
        end
        StRead: begin
          offered_q <= scanned_q;
          state_q   <= StSlot;
        end
        StSlot: begin
          if (entry_ready_i) begin
            if (scan_q == slot_t'(Slots - 1)) state_q <= StNone;
            else begin
              state_q <= StScan;
              scan_q  <= scan_q + slot_t'(1);
            end
          end
        end
        StNone: begin
          offered_q <= none_q;
          none_q <= '0;
          state_q <= none_q != '0 ? StNoneOffer : StControl;
        end
        StNoneOffer: if (entry_ready_i) state_q <= StControl;
        StControl: begin
          offered_q <= control_q;
          control_q <= '0;
          if (control_q != '0) begin
            state_q <= StControlOffer;
          end else begin
            round_q <= position_q;
            state_q <= StHeartbeat;
          end
        end
        StControlOffer: begin
          if (entry_ready_i) begin
            round_q <= position_q;
            state_q <= StHeartbeat;
          end
        end
        StHeartbeat: begin
          if (entry_ready_i) begin
            scan_q  <= '0;
            round_q <= position_q;
            state_q <= done_o ? StIdle : StScan;
          end
        end
        default: state_q <= StIdle;
      endcase

      // After the announcement's own clearing, so that a drop in the same cycle is kept.
      if (drop_slot) begin
        bump_slot_q <= slot_t'(seen_i.slot);
        bump_dirty_q <= dirty_q[slot_t'(seen_i.slot)];
        dirty_q[slot_t'(seen_i.slot)] <= 1'b1;
      end
      if (drop_tick && !drop_slot) none_q <= none_q_kept + count_t'(1);
      if (drop_valid_i && !drop_tick) control_q <= control_q_kept + count_t'(1);
    end
  end

  if (Slots < 1 || Slots > 4094) begin : gen_illegal_slots
    $fatal(1, "drop_counter: Slots = %0d, legal is 1..4094", Slots);
  end

`ifndef SYNTHESIS
  logic armed_q;  // checks begin with the first reset
  initial armed_q = 1'b0;
  always_ff @(posedge clk_i or negedge rst_ni) if (!rst_ni) armed_q <= 1'b1;

  entry_t held_q;
  logic   hold_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      hold_q <= 1'b0;
    end else begin
      hold_q <= entry_valid_o && !entry_ready_i;
      held_q <= entry_o;
      assert (!armed_q || !hold_q || (entry_valid_o && entry_o == held_q))
      else $error("drop_counter: an entry on offer changed");
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (rst_ni && armed_q && drop_valid_i) begin
      assert (drop_ready_o)
      else $error("drop_counter: drop while not ready");
      assert (seen_valid_i)
      else $error("drop_counter: a dropped entry was not shown");
      assert (!drop_tick || drop_slot || seen_i.slot == SlotNone)
      else $error("drop_counter: slot %0d is none of %0d", seen_i.slot, Slots);
    end
  end
`endif

endmodule

`default_nettype wire
