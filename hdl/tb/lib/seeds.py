"""Which seeds a bench runs with, and what becomes of each.

Usually one: ESCAPEMENT_SEED, else a fresh one. With ESCAPEMENT_SEEDS (numbers with commas) each of them in turn on the same
build: the log of a failing seed stays in the build folder, and ESCAPEMENT_SEED_LOG names a file that gets one line of JSON
when a seed begins and one when it ends (tools/scripts/bench_seeds.py reads it).
"""

import json
import os
import random
import time


def chosen():
    """The seeds of this run."""
    if many := os.environ.get("ESCAPEMENT_SEEDS"):
        return [int(seed) for seed in many.split(",")]
    return [int(os.environ.get("ESCAPEMENT_SEED", random.SystemRandom().randrange(2**31)))]


def note(**fields):
    """One line for whoever asked for it."""
    if path := os.environ.get("ESCAPEMENT_SEED_LOG"):
        with open(path, "a") as file:
            file.write(json.dumps(fields) + "\n")


def run_all(name, seeds, folder, simulate):
    """Calls `simulate(seed, log_file)` for each seed; fails at the end, naming all seeds that failed."""
    if "ESCAPEMENT_SEEDS" not in os.environ:
        simulate(seeds[0], None)
        return
    failed = []
    for seed in seeds:
        log = folder / f"seed-{seed}.log"
        note(bench=name, seed=seed, log=str(log), state="began")
        began = time.monotonic()
        try:
            simulate(seed, log)
        except (Exception, SystemExit) as error:  # the runner leaves by SystemExit when a test fails
            failed.append(seed)
            note(bench=name, seed=seed, state="failed", seconds=time.monotonic() - began, why=repr(error))
        else:
            log.unlink(missing_ok=True)
            note(bench=name, seed=seed, state="passed", seconds=time.monotonic() - began)
    assert not failed, f"{name}: failed with seeds {', '.join(map(str, failed))}; logs in {folder}"
