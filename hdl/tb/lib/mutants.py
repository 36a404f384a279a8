"""Judges mutants that are compiled into a bench's build beside each other (tools/scripts/mutate_rtl.py).

ESCAPEMENT_MUTANTS names a file with JSON: `numbers` (of the mutants to judge), `plusarg` (its name; 0 is the sound circuit),
`until` (the time of the clock after which none begins, or null) and `log` (a file that gets one line of JSON a verdict). Each
build judges those that no earlier build of the same bench has killed; when none is left, nothing is built.

With `emitted` in it (build -> digest, or {}) nothing is simulated: the plain sources are run through Verilator alone (`emitted.py`),
each build logs its digest, and one that is not the digest of `emitted` fails the test.
"""

import json
import os
import re
import resource
import time
from math import ceil
from pathlib import Path

#: A mutant may take three times the sound circuit's time of the processor, and so much on top. (Not time of the clock: a busy
#: machine would kill mutants that the bench lets live.)
SLACK_S = 20
SOUND_LIMIT_S = 1800


class Plan:
    """What is to be judged, and what is known so far."""

    def __init__(self, path):
        plan = json.loads(Path(path).read_text())
        self.numbers, self.plusarg, self.until, self.log = plan["numbers"], plan["plusarg"], plan["until"], Path(plan["log"])
        self.emitted = plan.get("emitted")

    def left(self):
        """Those that no build has killed yet."""
        verdicts = [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []
        killed = {verdict["number"] for verdict in verdicts if verdict["killed"]}
        return [number for number in self.numbers if number not in killed]

    def time_is_up(self):
        return self.until is not None and time.time() > self.until

    def note(self, **fields):
        with open(self.log, "a") as file:
            file.write(json.dumps(fields) + "\n")

    def compare(self, name, digest):
        """Logs what this build's circuit is; fails if it should be another one."""
        self.note(build=name, number=0, killed=False, digest=digest)
        assert self.emitted.get(name, digest) == digest, f"{name}: another circuit"

    def judge(self, name, folder, seed, simulate):
        """The sound circuit must pass `simulate(seed, log_file, plusargs)`; each mutant passes (it lives) or does not."""
        log = folder / "mutant.log"
        began = processor_s()
        self._limited(SOUND_LIMIT_S, simulate, seed, log, [f"+{self.plusarg}=0"])
        sound = processor_s() - began
        self.note(build=name, number=0, killed=False, seconds=round(sound, 1), how="")
        limit = ceil(SLACK_S + 3 * sound)
        for number in self.left():
            if self.time_is_up():
                return
            began, how = processor_s(), ""
            try:
                self._limited(limit, simulate, seed, log, [f"+{self.plusarg}={number}"])
            except (Exception, SystemExit):  # the runner leaves by SystemExit when a test fails
                how = f"simulation took over {limit} s" if processor_s() - began >= limit else why(log)
            self.note(build=name, number=number, killed=bool(how), seconds=round(processor_s() - began, 1), how=how)

    def _limited(self, limit_s, simulate, seed, log, plusargs):
        """The simulator under a limit: a mutant may hang it without a cycle going by."""
        os.environ["SIM_CMD_PREFIX"] = f"prlimit --cpu={limit_s}"
        log.unlink(missing_ok=True)
        try:
            simulate(seed, log, plusargs)
        finally:
            del os.environ["SIM_CMD_PREFIX"]


def processor_s():
    """Time of the processor that the simulations took so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def why(log):
    """What went red, for the report."""
    text = log.read_text(errors="replace") if log.exists() else ""
    if fired := re.search(r"Assertion failed in (\S+)", text):
        return f"assertion {fired[1]}"
    if failed := re.search(r"(\w+) failed\b|(\w+) +FAIL", text):
        return f"test {failed[1] or failed[2]}"
    return "bench failed"


def plan():
    """The plan of this run, if it judges mutants."""
    path = os.environ.get("ESCAPEMENT_MUTANTS")
    return Plan(path) if path else None
