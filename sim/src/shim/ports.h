// The one place that knows the names and packing of the ports of `escapement_top`.
#pragma once
#include <stdint.h>
#include <string.h>

#include "VCard.h"

namespace ports {

inline void set_clocks(VCard& t, uint8_t v, bool line_b = true) {
  t.rx_clk_i = v;
  if (line_b) t.rx_b_clk_i = v;
  t.core_clk_i = v;
  t.host_clk_i = v;
}
inline void set_clock(VCard& t, int domain, uint8_t v) {
  if (domain == 0) t.rx_clk_i = t.rx_b_clk_i = v;
  if (domain == 1) t.core_clk_i = v;
  if (domain == 2) t.host_clk_i = v;
}
inline void set_resets(VCard& t, uint8_t v) {
  t.rx_rst_ni = v;
  t.rx_b_rst_ni = v;
  t.core_rst_ni = v;
  t.host_rst_ni = v;
}

// mac_beat_t, high to low: stamp 64, err 1, last 1, keep 8, data 64. Line 0 is A, 1 is B.
inline void rx_beat(VCard& t, int line, uint64_t data, uint8_t keep, bool last, bool err, uint64_t stamp) {
  const uint64_t middle = keep | static_cast<uint64_t>(last) << 8 | static_cast<uint64_t>(err) << 9 | stamp << 10;
  auto& beat = line == 0 ? t.rx_beat_i : t.rx_b_beat_i;
  beat[0] = static_cast<uint32_t>(data);
  beat[1] = static_cast<uint32_t>(data >> 32);
  beat[2] = static_cast<uint32_t>(middle);
  beat[3] = static_cast<uint32_t>(middle >> 32);
  beat[4] = static_cast<uint32_t>(stamp >> 54);
  (line == 0 ? t.rx_valid_i : t.rx_b_valid_i) = 1;
}
inline void rx_idle(VCard& t, int line) { (line == 0 ? t.rx_valid_i : t.rx_b_valid_i) = 0; }
inline bool rx_room(const VCard& t, int line) { return line == 0 ? t.rx_room_o : t.rx_b_room_o; }
inline bool rx_busy(const VCard& t, int line) { return (t.rx_busy_o >> line & 1) != 0; }

// Time discipline.
inline void time_step(VCard& t, uint64_t ns) {
  t.time_step_ns_i = ns;
  t.time_step_valid_i = 1;
}
inline void no_time_step(VCard& t) { t.time_step_valid_i = 0; }

// AXI-Lite.
inline void axil_read(VCard& t, uint32_t offset) { t.s_axil_araddr_i = static_cast<uint16_t>(offset); }
inline void axil_write(VCard& t, uint32_t offset, uint64_t data, uint8_t strobe) {
  t.s_axil_awaddr_i = static_cast<uint16_t>(offset);
  t.s_axil_wdata_i = data;
  t.s_axil_wstrb_i = strobe;
}
inline void axil_drive(VCard& t, bool aw, bool w, bool b, bool ar, bool r) {
  t.s_axil_awvalid_i = aw;
  t.s_axil_wvalid_i = w;
  t.s_axil_bready_i = b;
  t.s_axil_arvalid_i = ar;
  t.s_axil_rready_i = r;
}
inline bool awready(const VCard& t) { return t.s_axil_awready_o; }
inline bool wready(const VCard& t) { return t.s_axil_wready_o; }
inline bool bvalid(const VCard& t) { return t.s_axil_bvalid_o; }
inline uint32_t bresp(const VCard& t) { return t.s_axil_bresp_o; }
inline bool arready(const VCard& t) { return t.s_axil_arready_o; }
inline bool rvalid(const VCard& t) { return t.s_axil_rvalid_o; }
inline uint32_t rresp(const VCard& t) { return t.s_axil_rresp_o; }
inline uint64_t rdata(const VCard& t) { return t.s_axil_rdata_o; }

// Posted-write stream.
inline void write_ready(VCard& t, bool v) { t.wr_ready_i = v; }
inline bool write_ready(const VCard& t) { return t.wr_ready_i; }
inline bool write_valid(const VCard& t) { return t.wr_valid_o; }
inline uint64_t write_address(const VCard& t) { return t.wr_addr_o; }
inline void write_data(const VCard& t, uint8_t* line) { memcpy(line, &t.wr_data_o[0], 64); }

inline bool irq(const VCard& t) { return t.irq_o; }

// Probes. probe_t, high to low: is_tick 1, unloaded 1, first_of_frame 1, mtype 8, t_in 32.
inline bool probe_valid(const VCard& t) { return t.probe_valid_o; }
template <typename Probe>
inline Probe probe(const VCard& t) {
  const uint64_t bits = t.probe_o;
  return {static_cast<uint32_t>(bits), static_cast<uint8_t>(bits >> 32), (bits >> 42 & 1) != 0, (bits >> 41 & 1) != 0,
          (bits >> 40 & 1) != 0};
}
inline bool line_accept(const VCard& t) { return t.line_accept_o; }
inline uint32_t line_entries(const VCard& t) { return t.line_entries_o; }
inline uint32_t core_cycle(const VCard& t) { return t.core_cycle_o; }
inline bool idle(const VCard& t) { return t.idle_o; }

inline void clear_inputs(VCard& t) {
  set_clocks(t, 0);
  set_resets(t, 0);
  for (int line = 0; line < 2; ++line) {
    rx_beat(t, line, 0, 0, false, false, 0);
    rx_idle(t, line);
  }
  time_step(t, 0);
  no_time_step(t);
  axil_write(t, 0, 0, 0);
  axil_read(t, 0);
  axil_drive(t, false, false, false, false, false);
  write_ready(t, false);
}

}  // namespace ports
