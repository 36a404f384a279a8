"""Run the stages of a suite in order; print each one's time beside its budget; stop at the first failure.

    python3 tools/scripts/stage.py test|soak [--minutes M] [--only TEXT] [--keep-going]

The stages stand in stages.toml. A stage fails when its command fails or when it takes longer than its budget;
the suite has a budget of its own. --minutes (suite soak) is the time that the stages with a share divide among them.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import toolenv

STAGES = Path(__file__).with_name("stages.toml")
SOAK_MINUTES = 240.0
#: Less would leave a stage nothing to do.
LEAST_MINUTES, MOST_MINUTES = 5.0, 100_000.0


def run(command: str, env: dict[str, str], budget_s: float) -> str | None:
    """Runs one command; returns what went wrong, if anything."""
    shell = ["bash", "-euo", "pipefail", "-c", command]
    process = subprocess.Popen(shell, cwd=toolenv.ROOT, env=env, start_new_session=True)
    try:
        code = process.wait(timeout=budget_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return f"over its budget of {budget_s:.0f} s"
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise
    return f"exit code {code}" if code else None


def load(suite: str, only: str | None, minutes: float = SOAK_MINUTES, path: Path = STAGES) -> list[dict]:
    """Stages of a suite, in order, each with its command and its budget (s)."""
    stages = tomllib.loads(path.read_text())["stage"]
    return [timed(s, minutes) for s in stages if suite in s["suites"] and (only is None or only in s["name"])]


def timed(stage: dict, minutes: float) -> dict:
    """The stage with its share of the minutes put into command and budget."""
    if "share" not in stage:
        return stage
    seconds = max(1, round(minutes * 60 * stage["share"] / 100))
    command = stage["command"].replace("{seconds}", str(seconds)).replace("{minutes}", f"{seconds / 60:.2f}")
    return {**stage, "command": command, "budget_s": seconds + stage["grace_s"]}


def suite_budget(suite: str, minutes: float = SOAK_MINUTES, path: Path = STAGES) -> int:
    """Wall time that a whole suite may take, s."""
    own = tomllib.loads(path.read_text())["suite_budget_s"]
    return own[suite] if suite in own else sum(s["budget_s"] for s in load(suite, None, minutes, path))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("suite", choices=["test", "soak"])
    parser.add_argument("--only", help="run only stages whose name contains this")
    parser.add_argument("--keep-going", action="store_true", help="run the other stages after a failure")
    parser.add_argument("--minutes", type=float, help=f"soak: time for the stages with a share (default {SOAK_MINUTES:.0f})")
    args = parser.parse_args()
    if args.minutes is not None and (args.suite != "soak" or not LEAST_MINUTES <= args.minutes <= MOST_MINUTES):
        parser.error(f"--minutes is for suite soak and must be {LEAST_MINUTES:.0f} to {MOST_MINUTES:.0f}")
    minutes = SOAK_MINUTES if args.minutes is None else args.minutes

    began = time.monotonic()
    try:
        env = toolenv.environment(toolenv.ensure())
    except (toolenv.ToolError, OSError) as error:
        print(f"stage: {error}", file=sys.stderr)
        return 2
    stages = load(args.suite, args.only, minutes)
    if not stages:
        print(f"stage: suite {args.suite} has no stage named like '{args.only}'", file=sys.stderr)
        return 2
    results: list[tuple[str, float, float, str | None]] = []
    for number, stage in enumerate(stages, 1):
        print(f"\n=== {number}/{len(stages)} {stage['name']} (budget {stage['budget_s']} s)", flush=True)
        start = time.monotonic()
        problem = run(stage["command"], env, stage["budget_s"])
        seconds = time.monotonic() - start
        results.append((stage["name"], seconds, stage["budget_s"], problem))
        print(f"--- {stage['name']}: {seconds:.1f} s, {problem or 'passed'}", flush=True)
        if problem and not args.keep_going:
            break

    print(f"\n{'stage':<56}{'s':>8}{'budget':>8}")
    for name, seconds, budget, problem in results:
        print(f"{name:<56}{seconds:>8.1f}{budget:>8}  {'FAILED: ' + problem if problem else ''}")
    total = time.monotonic() - began
    budget = suite_budget(args.suite, minutes)
    failed = any(problem for *_, problem in results) or total > budget
    not_run = len(stages) - len(results)
    print(f"{'total':<56}{total:>8.1f}{budget:>8}  {'FAILED' if failed else 'passed'}{f', {not_run} not run' if not_run else ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
