"""Run every bench with many fresh seeds: a bench that passes or fails by luck is found here, not in continuous integration.

    python3 tools/scripts/bench_seeds.py [--seeds N] [--minutes M] [--bench NAME]... [--jobs J] [--first SEED]

Each bench is built once and its simulator run with N seeds (default 25). With --minutes, the benches take turns until the
time is up, so that each gets about the same share of it (short benches more seeds); a bench has at least one seed. Seeds
come from a first one, which is printed: the same first seed gives the same ones. Every failure is listed with bench, seed
and log; repeat it with ESCAPEMENT_SEED=<seed>. All results lie in out/bench_seeds.json. Exit code 1 when a seed failed.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TB = ROOT / "hdl" / "tb"
#: One turn of a bench (s): long enough that starting Python does not matter.
TURN_S = 45.0
#: A simulation that takes so much longer than the first one of its bench hangs.
HANGS = 20
PATIENCE_S = 600.0


def benches() -> list[str]:
    """Folders of hdl/tb with a bench."""
    return sorted(f.parent.name for f in TB.glob("*/test_*.py") if f.stem == f"test_{f.parent.name}")


class Report:
    """What became of each seed, by build (a bench may have several builds)."""

    def __init__(self):
        self.passed, self.failed, self.seconds = defaultdict(list), [], defaultdict(float)

    def add(self, bench: str, lines: list[dict], how_it_ended: str | None) -> None:
        """The log of one run. A seed that began and never ended takes the blame for the end of the run."""
        open_seed = None
        for line in lines:
            if line["state"] == "began":
                open_seed = line
                continue
            self.seconds[bench] += line["seconds"]
            if line["state"] == "passed":
                self.passed[line["bench"]].append(line["seed"])
            else:
                self.failed.append({"bench": bench, "build": line["bench"], "seed": line["seed"], "why": line["why"], "log": open_seed["log"]})
            open_seed = None
        if open_seed is not None:
            self.failed.append({"bench": bench, "build": open_seed["bench"], "seed": open_seed["seed"], "why": how_it_ended or "never ended", "log": open_seed["log"]})
        elif how_it_ended and not any(line["state"] == "failed" for line in lines):
            self.failed.append({"bench": bench, "build": "-", "seed": None, "why": how_it_ended, "log": "-"})


def run(bench: str, seeds: list[int], limit_s: float, folder: Path) -> tuple[list[dict], str | None]:
    """One pytest run of a bench with these seeds: lines of its seed log, and what went wrong with the run as a whole."""
    log = folder / f"{bench}-{seeds[0]}.jsonl"
    env = dict(os.environ, ESCAPEMENT_SEEDS=",".join(map(str, seeds)), ESCAPEMENT_SEED_LOG=str(log))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TB / bench)]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    problem = None
    try:
        output, _ = process.communicate(timeout=limit_s)
        if process.returncode:
            problem = output.strip().splitlines()[-1] if output.strip() else f"exit code {process.returncode}"
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        problem = f"hangs: stopped after {limit_s:.0f} s"
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return lines, problem


class Turns:
    """Hands out the next bench and its seeds; the bench with the least time so far goes first."""

    def __init__(self, names: list[str], first: int, seeds: int, minutes: float | None):
        self.rng = random.Random(first)
        self.left = {name: seeds if minutes is None else 10**9 for name in names}
        self.until = None if minutes is None else time.monotonic() + 60 * minutes
        self.each = {}  # s a seed, once known
        self.spent = dict.fromkeys(names, 0.0)
        self.busy = set()
        self.lock = threading.Lock()

    def next(self) -> tuple[str, list[int]] | None:
        """A bench that is not running now; None when there is nothing more to start."""
        with self.lock:
            late = self.until is not None and time.monotonic() > self.until
            free = [n for n, left in self.left.items() if left and n not in self.busy and not (late and n in self.each)]
            if not free:
                return None
            name = min(free, key=lambda n: (n in self.each, self.spent[n]))
            count = 1 if name not in self.each else max(1, min(self.left[name], int(TURN_S / max(self.each[name], 0.1))))
            self.left[name] -= count
            self.busy.add(name)
            return name, [self.rng.randrange(2**31) for _ in range(count)]

    def limit(self, name: str, count: int) -> float:
        """Time (s) after which a run of so many seeds hangs."""
        return 1800.0 if name not in self.each else PATIENCE_S + HANGS * count * self.each[name]

    def done(self, name: str, count: int, seconds: float) -> None:
        """Seconds of simulation, without the build."""
        with self.lock:
            self.each[name] = max(seconds / count, 0.05)
            self.spent[name] += seconds
            self.busy.discard(name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=25, help="seeds for each bench (default 25; not with --minutes)")
    parser.add_argument("--minutes", type=float, help="go on so long instead")
    parser.add_argument("--bench", action="append", choices=benches(), help="only these")
    parser.add_argument("--jobs", type=int, default=2, help="benches at a time (default 2)")
    parser.add_argument("--first", type=int, help="seed of the seeds (default: a fresh one, printed)")
    args = parser.parse_args()
    if args.seeds < 1 or args.jobs < 1 or (args.minutes is not None and args.minutes <= 0):
        parser.error("--seeds, --jobs and --minutes must be positive")
    first = random.SystemRandom().randrange(2**31) if args.first is None else args.first
    names = args.bench or benches()
    print(f"bench_seeds: {len(names)} benches, first seed {first}", flush=True)
    turns, report, began = Turns(names, first, args.seeds, args.minutes), Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="escapement-seeds-") as folder:

        def work() -> None:
            while (turn := turns.next()) is not None:
                name, seeds = turn
                lines, problem = run(name, seeds, turns.limit(name, len(seeds)), Path(folder))
                with turns.lock:
                    known = len(report.failed)
                    report.add(name, lines, problem)
                    fresh = report.failed[known:]
                seconds = sum(line.get("seconds", 0.0) for line in lines)
                turns.done(name, len(seeds), seconds)
                print(f"{name:<16} {len(seeds):>3} seeds {seconds:>7.1f} s  {', '.join(map(str, seeds))}", flush=True)
                for failure in fresh:
                    print(f"FAILED {failure['build']} with seed {failure['seed']}: {failure['why']}\n    {failure['log']}", flush=True)

        workers = [threading.Thread(target=work) for _ in range(args.jobs)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    out = ROOT / "out" / "bench_seeds.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"first": first, "passed": report.passed, "failed": report.failed}, indent=1))
    total = sum(map(len, report.passed.values()))
    print(f"\n{'build':<64}{'passed':>7}{'failed':>7}")
    for build in sorted({*report.passed, *(f["build"] for f in report.failed)}):
        bad = sum(f["build"] == build for f in report.failed)
        print(f"{build:<64}{len(report.passed[build]):>7}{bad:>7}")
    for failure in report.failed:
        print(f"FAILED {failure['build']}: repeat with ESCAPEMENT_SEED={failure['seed']} python3 -m pytest hdl/tb/{failure['bench']}")
    print(f"bench_seeds: {total} runs passed, {len(report.failed)} failed, {time.monotonic() - began:.0f} s, first seed {first}")
    return 1 if report.failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
