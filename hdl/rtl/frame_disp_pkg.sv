// Frame dispositions: the numbers are the order of the `frames_*` counters in escapement.rdl.

`default_nettype none

package frame_disp_pkg;

  typedef enum logic [4:0] {
    FrameOk               = 5'd0,
    FrameBadFcs           = 5'd1,
    FrameOversize         = 5'd2,
    FrameShortFrame       = 5'd3,
    FrameNotIpv4          = 5'd4,
    FrameBadIpHeader      = 5'd5,
    FrameBadIpChecksum    = 5'd6,
    FrameFragment         = 5'd7,
    FrameNotUdp           = 5'd8,
    FrameWrongGroup       = 5'd9,
    FrameWrongPort        = 5'd10,
    FrameBadUdpLength     = 5'd11,
    FrameTransportShort   = 5'd12,
    FrameTransportVersion = 5'd13,
    FrameWrongProtocol    = 5'd14,
    FrameWrongChannel     = 5'd15,
    FrameTransportLength  = 5'd16,
    FrameCutDatagram      = 5'd17,
    FrameBadUdpChecksum   = 5'd18,
    FrameOverrun          = 5'd19,
    FrameFifoFull         = 5'd20
  } frame_disp_e;

endpackage

`default_nettype wire
