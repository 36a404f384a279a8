"""SystemVerilog checks over hdl/.

    python3 tools/scripts/lint_verilog.py style       Verible lint and format (verify only)
    python3 tools/scripts/lint_verilog.py format      Verible format, in place
    python3 tools/scripts/lint_verilog.py verilator   verilator --lint-only -Wall, every module as a top of its own

The register block (hdl/rtl/gen/escapement_regs*.sv) has its generator's style: Verilator reads it under
escapement_regs.vlt, Verible leaves it out.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RTL = ROOT / "hdl" / "rtl"
GEN = RTL / "gen"
RULES = Path(__file__).with_name("verible.rules")
SINGLE = Path(__file__).with_name("single_module.vlt")
TOP = "escapement_top"
FOREIGN = {"escapement_regs.sv", "escapement_regs_pkg.sv"}
#: lowRISC's style: two spaces everywhere, aligned declarations.
FORMAT = ["--column_limit=100", "--module_net_variable_alignment=preserve"]
FORMAT += [f"--{what}_indentation=indent" for what in ("port_declarations", "named_port", "named_parameter", "formal_parameters")]
FORMAT += [
    f"--{what}_alignment=align"
    for what in ("port_declarations", "struct_union_members", "named_port", "named_parameter", "formal_parameters")
]
#: The sources in order; Verilator gets the packages of it, and finds modules by name.
FILE_LIST = RTL / "escapement.f"


def sources() -> list[Path]:
    """All SystemVerilog that people wrote, and the generated packages."""
    found = sorted([*RTL.rglob("*.sv"), *(ROOT / "hdl" / "tb").rglob("*.sv"), *(ROOT / "hdl" / "formal").rglob("*.sv")])
    return [f for f in found if f.name not in FOREIGN and "sim_build" not in f.parts]


def style() -> bool:
    files = [str(f.relative_to(ROOT)) for f in sources()]
    lint = subprocess.run(["verible-verilog-lint", f"--rules_config={RULES}", *files], cwd=ROOT)
    good = lint.returncode == 0
    for file in files:
        form = subprocess.run(["verible-verilog-format", "--verify", *FORMAT, file], cwd=ROOT, capture_output=True, text=True)
        if form.returncode != 0:
            print(f"{file}: not formatted; run `make fmt`{form.stderr and ': ' + form.stderr.strip()}", file=sys.stderr)
            good = False
    print(f"verible: {len(files)} files {'clean' if good else 'NOT clean'}")
    return good


def format_in_place() -> bool:
    files = [str(f.relative_to(ROOT)) for f in sources() if GEN not in f.parents]
    return subprocess.run(["verible-verilog-format", "--inplace", *FORMAT, *files], cwd=ROOT).returncode == 0


def packages() -> list[Path]:
    """Packages in the order of the file list; those it does not name come last."""
    listed = [RTL / word for word in FILE_LIST.read_text().split() if word.endswith("_pkg.sv")] if FILE_LIST.exists() else []
    found = [*sorted(GEN.glob("*_pkg.sv")), RTL / "esc_pkg.sv", *sorted(RTL.glob("*_pkg.sv"))]
    return list(dict.fromkeys(p.resolve() for p in [*listed, *found]))


def needed(module: str) -> set[Path]:
    """The module's file and every file that it names, directly or not."""
    by_name = {f.stem: f.resolve() for f in RTL.rglob("*.sv")}
    todo, seen = [by_name[module]], set()
    while todo:
        file = todo.pop()
        if file not in seen:
            seen.add(file)
            todo += [by_name[word] for word in set(re.findall(r"\w+", file.read_text())) if word in by_name]
    return seen


def lint_module(module: str) -> tuple[str, str]:
    """Verilator's complaints about one module and what it instantiates."""
    files = needed(module)
    # only the packages in use: a parameter of another one would be "not used"
    ordered = [p for p in packages() if p in files]
    ordered += sorted(f for f in files if f not in ordered)
    command = ["verilator_bin", "--lint-only", "-Wall", "--assert", "--timing", "--top-module", module]
    waivers = [GEN / "escapement_regs.vlt"] + ([] if module == TOP else [SINGLE])
    command += [str(f.relative_to(ROOT)) for f in [*waivers, *ordered]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return module, (done.stdout + done.stderr if done.returncode else "")


def verilator() -> bool:
    modules = []
    for file in sorted(RTL.rglob("*.sv")):
        names = re.findall(r"^\s*module\s+(?:automatic\s+)?(\w+)", file.read_text(), re.MULTILINE)
        if names and names != [file.stem]:
            print(f"{file.relative_to(ROOT)}: holds {names}; one module a file, named like it", file=sys.stderr)
            return False
        modules += names
    if not modules:
        print("no module found under hdl/rtl", file=sys.stderr)
        return False
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lint_module, modules))
    bad = [(module, text) for module, text in results if text]
    for module, text in bad:
        print(f"--- {module}\n{text}", file=sys.stderr)
    print(f"verilator lint: {len(modules)} modules, {len(bad)} with complaints")
    return not bad


def main() -> int:
    actions = {"style": style, "format": format_in_place, "verilator": verilator}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        print(__doc__, file=sys.stderr)
        return 2
    return 0 if actions[sys.argv[1]]() else 1


if __name__ == "__main__":
    sys.exit(main())
