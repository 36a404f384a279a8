"""Replay the real captures through the Verilated card and compare its ticks, row by row, with the reference ticks.

    python3 tools/scripts/replay_captures.py               each capture once, whole mode
    python3 tools/scripts/replay_captures.py --long [--minutes M]   also early mode and small and large rings, as far as
                                                           the time goes (no run begins after it)
    python3 tools/scripts/replay_captures.py --card soft   through the golden model's card instead

Each run has `--check` (entries and line bytes against the golden model) and must end with exit 0 and conserved: true.
The data lie in $ESCAPEMENT_DATA, default ../shared/data; without them this skips, or fails under
ESCAPEMENT_REQUIRE_DATA=1.
"""

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import time
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "release" / "escapement"
OUT = ROOT / "out" / "replay"


class Case(NamedTuple):
    """A capture, or line A and line B of one feed; whose reference ticks; messages that must be delivered."""

    captures: tuple[str, ...]
    reference: str
    delivered: int


CASES = [
    Case(("iex_tops16_20180127.pcapng.gz",), "iex_tops16_20180127", 99_871),
    Case(("iex_deep10_20170425.pcap.gz",), "iex_deep10_20170425", 391_999),
    Case(("derived/aig_20131008_as_tops.pcap.gz",), "aig_20131008_as_tops", 300_028),
    Case(("derived/synthetic_iex_tops_cases.pcapng.gz",), "synthetic_iex_tops_cases", 16),
    Case(("derived/synthetic_iex_deep_cases.pcapng.gz",), "synthetic_iex_deep_cases", 22),
    Case(("derived/esh4_as_itch.pcap.gz",), "esh4_as_itch", 59_622),
    Case(("derived/esh4_as_itch_burst.pcap.gz",), "esh4_as_itch_burst", 59_618),
    Case(("derived/esh4_as_itch_ab_loss1pct_a.pcap.gz", "derived/esh4_as_itch_ab_loss1pct_b.pcap.gz"), "esh4_as_itch_ab_loss1pct", 59_622),
    Case(("derived/lobster_aapl_as_itch.pcap.gz",), "lobster_aapl_as_itch", 1_039),
    Case(
        ("derived/lobster_aapl_as_itch_ab_gaps_a.pcap.gz", "derived/lobster_aapl_as_itch_ab_gaps_b.pcap.gz"),
        "lobster_aapl_as_itch_ab_gaps",
        1_019,
    ),
    Case(("derived/synthetic_itch_cases.pcap.gz",), "synthetic_itch_cases", 49),
    Case(("itch50_first1000.itch",), "itch50_first1000", 1_000),
]

#: Messages in a datagram that is cut off: whole mode never sees them; early mode gives them out, with a void entry behind.
CUT = {"iex_deep10_20170425": 11}


def data_folder() -> Path | None:
    """Where the captures are; None to skip."""
    data = Path(os.environ.get("ESCAPEMENT_DATA") or ROOT.parent / "shared" / "data")
    if data.is_dir():
        return data
    required = os.environ.get("ESCAPEMENT_REQUIRE_DATA") == "1"
    print(f"{'FAILED' if required else 'SKIPPED'}: no captures at {data} (set ESCAPEMENT_DATA)", file=sys.stderr)
    sys.exit(1 if required else 0)


def reference_rows(path: Path, symbols: set[str]) -> list[list[str]]:
    """Header, then the reference ticks of the mapped instruments and of no instrument."""
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.reader(file))
    column = rows[0].index("symbol")
    return [rows[0]] + [row for row in rows[1:] if row[column] == "" or row[column] in symbols]


def compare(ticks: Path, reference: Path, symbols: set[str], delivered: int) -> str | None:
    """The first difference, in words. Ticks of messages from index `delivered` on are none of the reference's."""
    want = reference_rows(reference, symbols)
    index = want[0].index("msg_index")
    with open(ticks, newline="") as file:
        rows = [row for row in csv.reader(file) if not row[index].isdigit() or int(row[index]) < delivered]
        for line, (got, expected) in enumerate(zip_longest(rows, want), 1):
            if got != expected:
                return f"{ticks.name}:{line}: got {got}, reference {expected}"
    return None if len(want) > 1 else f"{reference.name}: no row for the mapped instruments"


def replay(data: Path, case: Case, card: str, options: list[str]) -> str | None:
    """One run; what is wrong, if anything."""
    base, delivered = case.reference, case.delivered
    label = "-".join([base, card, *(o.lstrip("-") for o in options)])
    ticks, report = OUT / f"{label}.csv", OUT / f"{label}.json"
    for old in (ticks, report):
        old.unlink(missing_ok=True)
    captures = [str(data / name) for name in case.captures]
    command = [str(COMMAND), "replay", *captures, "--card", card, "--check", "--ticks", str(ticks), "--json", str(report), *options]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.monotonic() - began
    if done.returncode != 0:
        return f"exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    result = json.loads(report.read_text())
    if result["conserved"] is not True:
        return f"not conserved: {result.get('ledgers')}"
    given = delivered + (CUT.get(base, 0) if "early" in options else 0)
    if sum(result["messages"].values()) != given:
        return f"{sum(result['messages'].values())} messages delivered, expected {given}"
    symbols = {i["symbol"] for i in result["instruments"]}
    problem = compare(ticks, data / "derived" / f"{base}.ticks.csv.gz", symbols, delivered)
    if problem is None:
        rows = sum(result["ticks"].values())
        print(f"{label}: {rows} ticks equal the reference, {result['packets_per_s']:.0f} packets/s, {seconds:.1f} s", flush=True)
    return problem


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--long", action="store_true", help="also early mode and small and large rings")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="no run begins after these")
    parser.add_argument("--card", choices=("sim", "soft"), default="sim")
    parser.add_argument("--only", metavar="TEXT", default="", help="captures whose name holds this")
    args = parser.parse_args()
    cases = [case for case in CASES if args.only in case.reference]
    if not cases:
        parser.error(f"no capture's name holds {args.only!r}")
    data = data_folder()
    OUT.mkdir(parents=True, exist_ok=True)
    variants = [[]]
    if args.long:
        rings = [["--ring-lines", lines] for lines in ("64", "1024", "65536")]
        variants = [mode + ring for ring in ([], *rings) for mode in ([], ["--mode", "early"])]
    began, done, failed = time.monotonic(), 0, 0
    for options in variants:
        for case in cases:
            if time.monotonic() - began > 60 * args.minutes:
                continue
            problem = replay(data, case, args.card, options)
            done += 1
            if problem:
                failed += 1
                print(f"FAILED {case.reference} {' '.join(options)}: {problem}", file=sys.stderr)
    print(f"replay_captures: {done} of {len(variants) * len(cases)} runs, {failed} failed", flush=True)
    return 1 if failed or not done else 0


if __name__ == "__main__":
    sys.exit(main())
