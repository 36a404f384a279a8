"""Generated constants: registers and counters (`regs`), the tick line (`line`)."""
