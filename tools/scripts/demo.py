"""Build, make a capture if none is given, replay it through the Verilated card, say where the outputs lie.

    demo.py [--capture FILE] [--instruments FILE]
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out"
COMMAND = ROOT / "target" / "release" / "escapement"
#: The same every time, so that two people see the same result.
GENERATE = ["--feed", "deep", "--seed", "1", "--packets", "50000", "--instruments", "24"]


def step(text: str, command: list[str]) -> None:
    """Says what comes, runs it with the terminal attached, stops the demo if it fails."""
    print(f"\n{text}", flush=True)
    done = subprocess.run(command, cwd=ROOT)
    if done.returncode != 0:
        print(f"demo: `{' '.join(command)}` ended with exit code {done.returncode}", file=sys.stderr)
        sys.exit(done.returncode)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--capture", type=Path)
    parser.add_argument("--instruments", type=Path)
    args = parser.parse_args()
    OUT.mkdir(exist_ok=True)

    # cargo shows its own progress bar on a terminal
    step("Building the card model and the command (some minutes the first time)", ["cargo", "build", "--release", "--bin", "escapement"])
    capture = args.capture
    if capture is None:
        capture = OUT / "demo.pcap.gz"
        step("Generating a capture", [str(COMMAND), "capture", "gen", *GENERATE, "-o", str(capture), "-f"])
    elif not capture.is_file():
        print(f"demo: no such capture: {capture}", file=sys.stderr)
        return 2
    ticks, report = OUT / "ticks.csv", OUT / "report.json"
    replay = [str(COMMAND), "replay", str(capture), "--card", "sim", "--check", "--ticks", str(ticks), "--json", str(report)]
    if args.instruments:
        replay += ["--instruments", str(args.instruments)]
    step(f"Replaying {capture}", replay)
    if args.capture is None:
        print(f"  capture         {capture}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
