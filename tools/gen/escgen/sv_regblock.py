"""The SystemVerilog register block, made by PeakRDL-regblock."""

import subprocess
import sys
import tempfile
from pathlib import Path

from .naming import header

WAIVERS = """
// The register block is the output of PeakRDL-regblock; what it trips over, and why that is harmless:
`verilator_config
// one hwif_out/field struct is driven member by member from several always blocks
lint_off -rule MULTIDRIVEN -file "*escapement_regs.sv"
// address and data width constants are for users of the package
lint_off -rule UNUSEDPARAM -file "*escapement_regs_pkg.sv"
// strobes and upper bits of fields that software cannot write, s_axil_*prot
lint_off -rule UNUSEDSIGNAL -file "*escapement_regs.sv"
"""

# Its checks begin before the reset: with random contents at time 0 they fail for some seeds.
AT_ONCE, AFTER_TIME_0 = ": assert(!external_", ": assert($time == 0 || !external_"


def render(rdl: Path) -> dict[str, str]:
    """The register block, its package and the Verilator waivers."""
    source = "hdl/regs/escapement.rdl"
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "peakrdl", "regblock", str(rdl), "-o", out, "--cpuif", "axi4-lite-flat"]
        command += ["--module-name", "escapement_regs", "--package-name", "escapement_regs_pkg", "--default-reset", "arst_n"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        files = {
            f"hdl/rtl/gen/{name}": header("//", source) + (Path(out) / name).read_text()
            for name in ("escapement_regs_pkg.sv", "escapement_regs.sv")
        }
    block = "hdl/rtl/gen/escapement_regs.sv"
    assert files[block].count(AT_ONCE) == 2, "the register block has other checks than before"
    files[block] = files[block].replace(AT_ONCE, AFTER_TIME_0)
    files["hdl/rtl/gen/escapement_regs.vlt"] = header("//", source) + WAIVERS.lstrip("\n")
    return files
