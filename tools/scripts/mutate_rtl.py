"""Mutation check of the RTL: break one thing, run the module's bench, see it go red.

    python3 tools/scripts/mutate_rtl.py [--mutants N] [--fixed N] [--minutes M] [--seed S] [--jobs J] [--module NAME]... [--line L]
                                        [--require PERCENT] [--list]

Each mutant changes one operator, constant, condition, assignment or connection of one file in hdl/rtl, in a copy of
hdl/ (the checkout is never touched). Every module has a turn before any has a second one. All mutants that a bench judges
are compiled into one build, behind a choice at run time (mutation/schema.py); the run in which none is chosen must pass.
A bench of several builds shows the later ones only what the earlier ones let live. What the language wants to be constant
(parameters, ranges, generate conditions, loop bounds) cannot be chosen at run time: of those, --fixed are drawn apart, and
each has a build of its own, as has a mutant that a common build refuses. One that is refused alone too is no circuit and
does not count.

Killed means that the bench failed, an assertion of the RTL fired, or the simulation took three times the processor time
of the sound circuit and 20 s. Survivors are listed with their line; the run fails when fewer than PERCENT of the mutants were killed. With
--minutes no mutant begins after that time; of a sample smaller than 200, as many may live as a suite that kills PERCENT
would let live once in a hundred samples. The seed is printed; the same seed on the same sources draws the same mutants. The
results lie in out/mutation.json.

Two kinds of survivors are listed but do not count in the share. `same`: Verilator makes the same C++ of it as of the sound
circuit, in every build of its bench and in the card. `equivalent`: known to change nothing that can be seen; these stand, with
the reason, in mutants_equivalent.toml.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
import tomllib
from pathlib import Path

from mutation.bed import Bed
from mutation.benches import BENCHES
from mutation.changes import Mutant
from mutation.sample import ROOT, draw, enough, population

#: Survivors that change nothing.
UNCOUNTED = ("same", "equivalent")
EQUIVALENT = Path(__file__).with_name("mutants_equivalent.toml")


def excused(mutant: Mutant) -> str | None:
    """Why this survivor changes nothing that can be seen, if that is known."""
    for entry in tomllib.loads(EQUIVALENT.read_text()).get("mutant", []):
        if (entry["module"], entry["before"], entry["after"]) == (mutant.module, mutant.before, mutant.after):
            return entry["why"]
    return None


def excuse(bed: Bed, mutants: list[Mutant]) -> None:
    """Finds the survivors that change nothing: those of the list, then those that are the same circuit to Verilator."""
    for mutant in mutants:
        if mutant.result == "survived" and excused(mutant):
            mutant.result = "equivalent"
    bed.excuse_same([m for m in mutants if m.result == "survived"])


class Run:
    """Mutants drawn, judged by several threads, and what came of them."""

    def __init__(self, chosen: list[Mutant], fixed: list[Mutant], seed: int, minutes: float | None, folder: Path):
        self.folder, self.seed = folder, seed
        self.until = None if minutes is None else time.time() + 60 * minutes
        self.wanted, self.done, self.error = len(chosen) + len(fixed), [], None
        self.lock = threading.Lock()
        benches: dict[str, list[Mutant]] = {}
        for mutant in chosen:
            benches.setdefault(BENCHES[mutant.module], []).append(mutant)
        # The bench with the most to do first, the others in the order of the draw.
        longest = max(benches, key=lambda name: len(benches[name]), default=None)
        self.tasks = [(name, benches[name]) for name in sorted(benches, key=lambda name: name != longest)]
        self.alone = list(fixed)

    def work(self, thread: int) -> None:
        """One thread: judges until there is nothing more to begin."""
        build = self.folder / f"build{thread}"
        build.mkdir()
        while self.error is None and (self.until is None or time.time() < self.until):
            with self.lock:
                task = self.tasks.pop(0) if self.tasks else None
                single = self.alone.pop(0) if task is None and self.alone else None
            if task is None and single is None:
                return
            try:
                with tempfile.TemporaryDirectory(dir=self.folder) as place:
                    if task:
                        name, mutants = task
                        began = time.monotonic()
                        bed = Bed(name, Path(place), build, self.seed)
                        refused = bed.judge(mutants, self.until)
                        excuse(bed, mutants)
                        with self.lock:
                            self.alone += refused
                            print(f"bench {name}: {len(mutants)} mutants in {time.monotonic() - began:.0f} s", flush=True)
                            self.keep([m for m in mutants if m.result])
                    else:
                        bed = Bed(BENCHES[single.module], Path(place), build, self.seed)
                        bed.judge_alone(single)
                        excuse(bed, [single])
                        with self.lock:
                            self.keep([single])
            except Exception as error:  # ends all threads; main tells it
                self.error = error

    def keep(self, mutants: list[Mutant]) -> None:
        for mutant in mutants:
            self.done.append(mutant)
            print(f"{len(self.done)}/{self.wanted} {mutant.result:<9} {mutant.module}.sv:{mutant.number} [{mutant.rule}] {mutant.seconds} s {mutant.how}\n"
                  f"    {mutant.before}\n    {mutant.after}", flush=True)


def listing(modules: list[str]) -> None:
    """How many there are, and which kind."""
    pools = {fixed: population(modules, fixed) for fixed in (False, True)}
    totals = [0, 0]
    for module in modules:
        counts = [len(pools[fixed].get(module, [])) for fixed in (False, True)]
        totals = [a + b for a, b in zip(totals, counts)]
        print(f"{module}: {counts[0]}, and {counts[1]} fixed (bench {BENCHES[module]})")
    print(f"{totals[0]} mutants of {len(modules)} modules, and {totals[1]} fixed")


def report(run: Run, modules: list[str], seed: int, percent: float) -> bool:
    """Writes the results and says them; True when enough were killed."""
    done = [m for m in run.done if m.result != "no circuit"]
    judged = [m for m in done if m.result not in UNCOUNTED]
    killed = sum(m.result == "killed" for m in judged)
    share = 100.0 * killed / len(judged) if judged else 0.0
    needed = enough(len(judged), percent)
    out = ROOT / "out" / "mutation.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"seed": seed, "killed": killed, "judged": len(judged), "mutants": [m.told() for m in run.done]}, indent=1))
    results = ("killed", "survived", *UNCOUNTED)
    print(f"\n{'module':<18}" + "".join(f"{result:>12}" for result in results))
    for module in modules:
        print(f"{module:<18}" + "".join(f"{sum(m.module == module and m.result == result for m in done):>12}" for result in results))
    same, known = (sum(m.result == result for m in done) for result in UNCOUNTED)
    print(f"mutate_rtl: {killed} of {len(judged)} killed ({share:.1f} %; {needed} needed), "
          f"{same} the same circuit, {known} known to be equivalent, "
          f"{sum(m.fixed for m in judged)} fixed, {len(run.done) - len(done)} no circuit, {run.wanted - len(run.done)} not begun; seed {seed}")
    for result in (*UNCOUNTED, "survived"):
        for m in (m for m in done if m.result == result):
            print(f"{result}: hdl/rtl/{m.module}.sv:{m.number} [{m.rule}]\n    {m.before}\n    {m.after}")
    return bool(judged) and killed >= needed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mutants", type=int, default=30)
    parser.add_argument("--fixed", type=int, default=0, help="so many more in what is constant, each with a build of its own")
    parser.add_argument("--minutes", type=float, help="begin no mutant after this time")
    parser.add_argument("--seed", type=int, default=None, help="default: a fresh one, printed")
    parser.add_argument("--jobs", type=int, default=1, help="benches at a time (default 1)")
    parser.add_argument("--module", action="append", choices=sorted(BENCHES), help="only these")
    parser.add_argument("--line", type=int, help="only mutants of this line")
    parser.add_argument("--require", type=float, default=90.0, help="percent that must be killed (default 90)")
    parser.add_argument("--list", action="store_true", help="count the mutants there are, run nothing")
    args = parser.parse_args()
    modules = args.module or sorted(BENCHES)
    if args.list:
        listing(modules)
        return 0
    seed = random.SystemRandom().randrange(2**31) if args.seed is None else args.seed
    print(f"mutate_rtl: seed {seed}, {args.mutants} mutants and {args.fixed} fixed{f', {args.minutes:g} minutes' if args.minutes else ''}", flush=True)
    rng = random.Random(seed)
    chosen, fixed = [], []
    for found, wanted, kind in ((chosen, args.mutants, False), (fixed, args.fixed, True)):
        drawn = (m for m in draw(population(modules, kind), rng) if args.line is None or m.number == args.line)
        found += [m for _, m in zip(range(wanted), drawn)]
    with tempfile.TemporaryDirectory(prefix="escapement-mutants-", dir=os.environ.get("ESCAPEMENT_BUILD")) as folder:
        run = Run(chosen, fixed, seed, args.minutes, Path(folder))
        workers = [threading.Thread(target=run.work, args=(n,)) for n in range(args.jobs)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    enough_killed = report(run, modules, seed, args.require)
    if run.error is not None:
        print(f"mutate_rtl: {run.error}; seed {seed}", file=sys.stderr)
    return 0 if enough_killed and run.error is None else 1


if __name__ == "__main__":
    sys.exit(main())
