"""Which mutants are drawn, and how many of them must be killed."""

import random
from math import ceil, comb
from pathlib import Path

from mutation.changes import Mutant, mutants_of

ROOT = Path(__file__).resolve().parents[3]
RTL = ROOT / "hdl" / "rtl"


def population(modules: list[str], fixed: bool) -> dict[str, list[Mutant]]:
    """The mutants there are, by module: those that can be chosen at run time, or the fixed ones."""
    pool = {m: [x for x in mutants_of(m, (RTL / f"{m}.sv").read_text()) if x.fixed == fixed] for m in modules}
    return {m: found for m, found in pool.items() if found}


def draw(pool: dict[str, list[Mutant]], rng: random.Random):
    """Mutants without end, evenly over the rules of a module: one of each module first, then more of the larger ones."""
    pool = {m: list(found) for m, found in pool.items()}
    weights = {m: len(found) ** 0.5 for m, found in pool.items()}
    first_round = rng.sample(list(pool), len(pool))
    while pool:
        module = first_round.pop() if first_round else rng.choices(list(pool), [weights[m] for m in pool])[0]
        rule = rng.choice(sorted({m.rule for m in pool[module]}))
        mutant = rng.choice([m for m in pool[module] if m.rule == rule])
        pool[module].remove(mutant)
        if not pool[module]:
            del pool[module]
        yield mutant


def enough(judged: int, percent: float) -> int:
    """Kills needed: PERCENT of 200 or more; of fewer, what a suite that kills PERCENT reaches in 99 of 100 samples."""
    if judged >= 200:
        return ceil(judged * percent / 100)
    share, chance = percent / 100, 0.0
    for kills in range(judged + 1):
        chance += comb(judged, kills) * share**kills * (1 - share) ** (judged - kills)
        if chance > 0.01:
            return kills
    return judged
