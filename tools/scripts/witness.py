"""Make ITCH captures, replay them through a card, and let the independent witness judge the ticks row by row.

    python3 tools/scripts/witness.py                      small captures, soft card
    python3 tools/scripts/witness.py --card sim           small captures, Verilated card
    python3 tools/scripts/witness.py --long               large captures, several seeds

Each replay must end with exit 0 and conserved: true. The witness (tools/witness) reads the captures with an unbounded
book of its own: no wrong best without a flag, flags exactly where the semantics say, every row there. Where lines have
troubles, each unflagged row must also be true in the loss-free stream.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "release"
OUT = ROOT / "out" / "witness"


class Wrong(Exception):
    """A check failed."""


@dataclass
class Case:
    """A capture and how it is replayed."""

    name: str
    profile: str
    #: messages of the short and of the long form
    messages: tuple[int, int]
    instruments: int
    generate: list[str] = field(default_factory=list)
    replay: list[str] = field(default_factory=list)
    witness: list[str] = field(default_factory=list)
    two_lines: bool = False
    #: counts of the witness that must be zero, and those that must not
    zero: list[str] = field(default_factory=list)
    some: list[str] = field(default_factory=list)
    #: for a card of another size than the Verilated one, or too large for it in the short form
    soft_only: bool = False


LOSSLESS = ["gaps", "lost", "flagged", "unreadable", "unknown_references", "reused_references", "over_executions"]
TROUBLE = ["--skew", "200us", "--reorder", "0.5%", "--duplicates", "0.5%"]

CASES = [
    Case("day", "day", (40_000, 1_000_000), 16, zero=LOSSLESS),
    Case("walk", "walk", (100_000, 2_000_000), 8, zero=LOSSLESS),
    Case("burst", "burst", (40_000, 1_000_000), 64, zero=LOSSLESS),
    Case("odd", "odd", (40_000, 500_000), 48, some=["flagged", "unreadable", "unknown_references", "reused_references", "over_executions"]),
    Case("deep", "deep", (400_000, 3_000_000), 64, zero=LOSSLESS, ),
    Case("small order table, always full", "deep", (400_000, 3_000_000), 64, replay=["--order-table", "1024,4"], witness=["--overflow", "1024,4"], some=["overflows", "flagged", "unknown_references"], soft_only=True),
    Case("small order table, now and then", "deep", (100_000, 1_000_000), 64, generate=["--live-orders", "1200"], replay=["--order-table", "1024,4"], witness=["--overflow", "1024,4"], some=["overflows", "flagged"], soft_only=True),
    Case("two lines, each loses", "day", (40_000, 1_000_000), 16, two_lines=True, generate=["--loss", "0.05%", *TROUBLE], some=["duplicates"]),
    Case("two lines, much lost", "day", (40_000, 300_000), 16, two_lines=True, generate=["--loss", "5%", *TROUBLE], some=["duplicates", "gaps", "lost", "flagged"]),
    Case("line B dies and comes back", "day", (40_000, 300_000), 16, two_lines=True, generate=["--dead-from", "4500ms", "--dead-until", "5200ms", *TROUBLE], zero=LOSSLESS),
    Case("line A dies for good", "walk", (40_000, 300_000), 8, two_lines=True, generate=["--dead-line", "a", "--dead-from", "4800ms", *TROUBLE], zero=LOSSLESS),
    Case("one line loses", "walk", (40_000, 300_000), 8, generate=["--loss", "0.1%"], some=["gaps", "lost", "flagged"]),
]


def run(command: list[str | Path]) -> str:
    """Runs a command that must succeed; returns what it printed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        shown = " ".join(Path(str(command[0])).name if n == 0 else str(word) for n, word in enumerate(command))
        raise Wrong(f"exit code {done.returncode}: {shown}\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    return done.stdout


def counts(text: str) -> dict[str, int]:
    """The witness prints a name and a number a line."""
    pairs = (line.split(" ") for line in text.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


#: Counts that the card and the witness must agree on: place in the card's report, names of the witness.
AGREED = {
    "events/gaps": ["gaps"],
    "events/lost": ["lost"],
    "events/restarts": ["restarts"],
    "events/table_overflow": ["overflows"],
    "events/reused_ref": ["reused_references"],
    "events/over_execution": ["over_executions"],
    "dispositions/unknown_ref": ["unknown_references"],
    # which of the two a copy is depends on how many lost ranges are remembered
    "dispositions/duplicate+late": ["duplicates", "late"],
    "dispositions/empty+short+unknown_type": ["unreadable"],
    "ticks_flagged": ["flagged"],
}


def agree(report: dict, found: dict[str, int]) -> None:
    """The counts of both sides are equal."""
    for place, names in AGREED.items():
        *groups, keys = place.split("/")
        node = report
        for group in groups:
            node = node[group]
        card, witness = sum(node[key] for key in keys.split("+")), sum(found[name] for name in names)
        if card != witness:
            raise Wrong(f"{place} of the card is {card}, {' + '.join(names)} of the witness {witness}")


def judge(case: Case, card: str, seed: int, long: bool) -> str:
    """One case; returns what to print."""
    base = OUT / f"{case.name.replace(' ', '-').replace(',', '')}-{seed}"
    a, b, truth, ticks, report = (Path(f"{base}{end}") for end in (".a.pcap", ".b.pcap", ".truth.pcap", f".{card}.csv", f".{card}.json"))
    for old in (ticks, report):
        old.unlink(missing_ok=True)
    captures = [a, b] if case.two_lines else [a]
    has_truth = not case.witness and bool(case.generate)
    began = time.monotonic()
    run([
        RELEASE / "escapement", "capture", "gen", "--feed", "itch", "--profile", case.profile, "--seed", str(seed),
        "--messages", str(case.messages[long]), "--instruments", str(case.instruments), "-o", a, "-f",
        *(["--line-b", b] if case.two_lines else []), *(["--truth", truth] if has_truth else []), *case.generate,
    ])
    run([RELEASE / "escapement", "replay", *captures, "--card", card, "--ticks", ticks, "--json", report, "--check", *case.replay])
    result = json.loads(report.read_text())
    if result["conserved"] is not True:
        raise Wrong(f"not conserved: {result.get('ledgers')}")
    found = counts(run([RELEASE / "witness", "compare", ticks, *captures, *(["--truth", truth] if has_truth else []), *case.witness]))
    for name in case.zero:
        if found[name] != 0:
            raise Wrong(f"the capture is not as meant: {name} is {found[name]}, expected 0")
    for name in case.some:
        if found[name] == 0:
            raise Wrong(f"the capture is not as meant: {name} is 0")
    agree(result, found)
    if found["equal"] == 0 or found["equal"] != found["ticks"]:
        raise Wrong(f"{found['equal']} rows equal, the witness has {found['ticks']}")
    for path in (a, b, truth, ticks):
        path.unlink(missing_ok=True)
    seconds = time.monotonic() - began
    return (
        f"{found['messages']} messages, {found['equal']} rows equal, {found['proven']} unflagged ones proven, {found['flagged']} flagged, "
        f"{found['gaps']} gaps, {found['overflows']} overflows, at most {found['live_orders_max']} live orders and {found['depth_max']} levels, {seconds:.1f} s"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--card", choices=["soft", "sim"], default="soft")
    parser.add_argument("--long", action="store_true", help="large captures, several seeds")
    parser.add_argument("--only", help="only cases whose name contains this")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    cases = [case for case in CASES if args.only is None or args.only in case.name]
    if not cases:
        print(f"witness: no case is named like {args.only!r}", file=sys.stderr)
        return 2
    failed = 0
    for case in cases:
        if case.soft_only and args.card == "sim":
            print(f"{case.name}: soft card only", flush=True)
            continue
        for seed in range(args.seed, args.seed + (3 if args.long else 1)):
            try:
                print(f"{case.name}, seed {seed}: {judge(case, args.card, seed, args.long)}", flush=True)
            except Wrong as wrong:
                failed += 1
                print(f"FAILED {case.name}, seed {seed}, {args.card} card: {wrong}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
