// What the register block tells the core and what the core shows in registers.

`default_nettype none

package csr_pkg;

  // Levels: stable unless the host writes.
  typedef struct packed {
    logic        enable;
    logic        early;
    logic        time_follow;
    logic        ip_checksum;
    logic        udp_checksum;
    logic [31:0] group;
    logic [15:0] port;
    logic [7:0]  feed;
    logic [31:0] group_b;
    logic [15:0] port_b;
    logic [1:0]  lines;
    logic [63:0] gap_window_ns;
    logic [15:0] protocol;
    logic        mold;
    logic [31:0] channel;
    logic [63:0] time_set_ns;
    logic [63:0] time_rate;
    logic [63:0] refresh_interval_ns;
    logic [7:0]  recentre_run;
    logic [23:0] line_clock;
    logic [63:0] ring_base;
    logic [5:0]  ring_size_log2;
    logic        ring_broadcast;
    logic        ring_enable;
    logic [63:0] ring_tail;
    logic        irq_enable;
    logic [31:0] irq_holdoff_ns;
    logic [63:0] map_symbol;
    logic        map_way;
    logic [15:0] map_index;
    logic [11:0] map_slot;
    logic        map_valid;
    logic [23:0] slot_tick;
    logic [32:0] slot_recip;
    logic [63:0] slot_centre;
    logic [11:0] slot;
    logic [1:0]  slot_kind;
    logic [63:0] load_data0;
    logic [63:0] load_data1;
    logic [63:0] load_data2;
    logic [63:0] load_data3;
    logic [63:0] load_data4;
    logic [63:0] load_stamp;
    logic [5:0]  load_length;
    logic [2:0]  load_kind;
    logic [11:0] load_slot;
    logic [7:0]  load_generation;
  } config_t;

  // One-cycle pulses; the levels that belong to one are new in the same cycle.
  typedef struct packed {
    logic snapshot;
    logic core_reset;
    logic refresh_now;
    logic flush;
    logic time_set;
    logic map_go;
    logic slot_go;
    logic load_go;
  } strobe_t;

  typedef struct packed {
    logic        idle;
    logic        core_up;
    logic [31:0] in_flight;
    logic [63:0] card_time_ns;
    logic [63:0] ring_head;
    logic [63:0] line_seen_a;
    logic [63:0] line_seen_b;
    logic        load_pending;
    logic        load_refused;
    logic [63:0] next_sequence;
  } status_t;

  // AXI4-Lite, one struct each way.
  localparam int unsigned AddrBits = 13;
  typedef struct packed {
    logic                awvalid;
    logic [AddrBits-1:0] awaddr;
    logic                wvalid;
    logic [63:0]         wdata;
    logic [7:0]          wstrb;
    logic                bready;
    logic                arvalid;
    logic [AddrBits-1:0] araddr;
    logic                rready;
  } axil_req_t;

  typedef struct packed {
    logic        awready;
    logic        wready;
    logic        bvalid;
    logic [1:0]  bresp;
    logic        arready;
    logic        rvalid;
    logic [63:0] rdata;
    logic [1:0]  rresp;
  } axil_rsp_t;

endpackage

`default_nettype wire
