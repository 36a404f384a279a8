"""Fuzz every parser for a while.

    python3 tools/fuzz/run.py [--seconds N] [--seed S] [--target NAME] [--build-only]

All targets together take about N seconds of wall time (default 60), two at a time. The seed is printed; the same seed
and corpus repeat a run. Inputs that found something new stay in out/fuzz/corpus/<target>, so longer runs go on from
shorter ones. A crash, a hang or too much memory ends with exit code 1 and the command that shows it again.

libFuzzer on stable Rust: the compiler's sancov pass is asked for by hand (what cargo-fuzz does with -Zsanitizer on
nightly); the crate's own workspace keeps these flags away from everything else.
"""

import argparse
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CRATE = ROOT / "tools" / "fuzz"
OUT = ROOT / "out" / "fuzz"
TRIPLE = "x86_64-unknown-linux-gnu"
BINARIES = CRATE / "target" / TRIPLE / "release"
RUSTFLAGS = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
]
#: target -> longest input worth trying
TARGETS = {"capture": 8192, "frame": 2200, "transport": 4096, "itch": 4096, "line": 60, "link": 400, "instruments": 2048}
AT_A_TIME = 2


def build() -> bool:
    env = dict(os.environ, RUSTFLAGS=" ".join(RUSTFLAGS))
    # the triple keeps the flags away from build scripts and procedural macros
    command = ["cargo", "build", "--locked", "--release", "--bins", "--target", TRIPLE, "--manifest-path", str(CRATE / "Cargo.toml")]
    if subprocess.run(command, env=env).returncode != 0:
        return False
    return subprocess.run([str(BINARIES / "seeds"), str(OUT / "seeds")]).returncode == 0


def fuzz(target: str, seconds: int, seed: int) -> str | None:
    """One target; what it found, if anything."""
    corpus, crashes, seeds = OUT / "corpus" / target, OUT / "crashes" / target, OUT / "seeds" / target
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    command = [str(BINARIES / target), f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={TARGETS[target]}"]
    command += ["-timeout=10", "-rss_limit_mb=1024", "-malloc_limit_mb=256", "-print_final_stats=1"]
    command += [f"-artifact_prefix={crashes}/", str(corpus), str(seeds)]
    log = OUT / f"{target}.log"
    with open(log, "w") as file:
        done = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    text = log.read_text(errors="replace")
    stats = dict(line.removeprefix("stat::").split(":", 1) for line in text.splitlines() if line.startswith("stat::"))
    runs = int(stats.get("number_of_executed_units", "0"))
    covered = [word for line in text.splitlines() if " cov: " in line for word in [line.split(" cov: ")[1].split()[0]]]
    print(f"{target:<12} {runs:>12} runs in {seconds} s, {covered[-1] if covered else 0} edges", flush=True)
    if done.returncode != 0:
        tail = "\n".join(text.splitlines()[-25:])
        return f"{target}: exit code {done.returncode}\n{tail}\nagain: {BINARIES / target} {crashes}/<the newest file>"
    if runs == 0:
        return f"{target}: nothing ran, see {log}"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    parser.add_argument("--target", choices=list(TARGETS))
    parser.add_argument("--build-only", action="store_true", help="build the targets and write the seeds")
    args = parser.parse_args()
    if args.seconds < 1:
        parser.error("--seconds must be at least 1")
    targets = [args.target] if args.target else list(TARGETS)
    OUT.mkdir(parents=True, exist_ok=True)
    if not build():
        print("fuzz: the targets do not build", file=sys.stderr)
        return 1
    if args.build_only:
        return 0
    rounds = -(-len(targets) // AT_A_TIME)
    each = max(1, args.seconds // rounds)
    print(f"fuzz: {len(targets)} targets, {each} s each, {AT_A_TIME} at a time, seed {args.seed}", flush=True)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        findings = [f for f in pool.map(lambda t: fuzz(t, each, args.seed), targets) if f]
    for finding in findings:
        print(f"\nFAILED {finding}", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
