// What the front end of a line counts, by frame.

`default_nettype none

package front_pkg;

  // Pulses, and what belongs to them. A frame has one disposition, from the headers or from the transport.
  typedef struct packed {
    logic       header_valid;
    logic [4:0] header_disp;
    logic       transport_valid;
    logic [4:0] transport_disp;
    logic       ip_checksum_bad;
    logic       udp_checksum_bad;
    logic       malformed_block;
    logic       trailing_bytes;
    logic       heartbeat;
    logic       end_of_session;
    logic [9:0] voided;            // messages of a rolled-back frame, 0 if none
  } front_count_t;

endpackage

`default_nettype wire
