"""Write every generated file of the repository, or check that the committed ones are current.

    python tools/gen/generate.py            write them
    python tools/gen/generate.py --check    regenerate in memory, fail on any difference

Sources: hdl/regs/escapement.rdl and hdl/line/line_format.toml. The output depends on nothing else.
"""

import argparse
import difflib
import sys
from pathlib import Path

from escgen import (
    line_model,
    md_line,
    md_registers,
    py_contract,
    rdl_model,
    rust_abi,
    rust_format,
    sv_counters,
    sv_line,
    sv_regblock,
)

ROOT = Path(__file__).resolve().parents[2]
RDL = "hdl/regs/escapement.rdl"
LINE = "hdl/line/line_format.toml"


def render(root: Path) -> dict[str, str]:
    """All generated files: path relative to the repository -> text."""
    regs = rdl_model.load(root / RDL)
    line = line_model.load(root / LINE)
    files = sv_regblock.render(root / RDL)
    files["hdl/rtl/gen/esc_counter_pkg.sv"] = sv_counters.render(regs)
    files["hdl/rtl/gen/esc_line_pkg.sv"] = sv_line.render(line)
    files["host/abi/src/registers.rs"] = rust_abi.registers(regs)
    files["host/abi/src/counters.rs"] = rust_abi.counters(regs)
    files["host/abi/src/dispositions.rs"] = rust_abi.dispositions(regs)
    files["host/codec/src/format.rs"] = rust_format.render(line)
    files["hdl/tb/contract/__init__.py"] = py_contract.package()
    files["hdl/tb/contract/regs.py"] = py_contract.registers(regs)
    files["hdl/tb/contract/line.py"] = py_contract.line(line)
    files["docs/registers.md"] = md_registers.render(regs)
    files["docs/line-format.md"] = md_line.render(line)
    return files


def drift(root: Path, files: dict[str, str]) -> list[str]:
    """Unified diffs of the files that differ from the committed ones."""
    diffs = []
    for name, text in files.items():
        path = root / name
        have = path.read_text() if path.exists() else ""
        if have != text:
            lines = difflib.unified_diff(
                have.splitlines(), text.splitlines(), f"{name} (committed)", f"{name} (source)", lineterm=""
            )
            diffs.append("\n".join(list(lines)[:20]))
    return diffs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail if a committed file is not current")
    check = parser.parse_args().check
    try:
        files = render(ROOT)
    except (line_model.FormatError, rdl_model.MapError) as error:
        print(f"generate: {error}", file=sys.stderr)
        return 2
    if check:
        diffs = drift(ROOT, files)
        for diff in diffs:
            print(diff, file=sys.stderr)
        if diffs:
            print(f"generate: {len(diffs)} file(s) out of date; run `make generate`", file=sys.stderr)
            return 1
        print(f"generate: {len(files)} files current")
        return 0
    for name, text in files.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
