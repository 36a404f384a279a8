"""What benches with several clocks and a host port share: `clock` drifts, `host` names the AXI4-Lite port."""
