"""The host's AXI4-Lite port under the names of cocotbext-axi."""


class Suffixed:
    """The AXI port with the names that cocotbext-axi expects: `_i` and `_o` are left off."""

    SIGNALS = ("awvalid_i awready_o awaddr_i wvalid_i wready_o wdata_i wstrb_i bvalid_o bready_i bresp_o "
               "arvalid_i arready_o araddr_i rvalid_o rready_i rdata_o rresp_o").split()

    def __init__(self, dut, prefix="s_axil"):
        self._name, self._log = dut._name, dut._log
        for signal in self.SIGNALS:
            setattr(self, f"{prefix}_{signal[:-2]}", getattr(dut, f"{prefix}_{signal}"))
