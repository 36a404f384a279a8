"""A copy of hdl/ in which a bench judges mutants. The checkout is never touched."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from mutation.changes import Mutant, mutated
from mutation.schema import PACKAGE, PLUSARG, schema

ROOT = Path(__file__).resolve().parents[3]
#: The bench of the whole card: a mutant that its bench cannot see must not be in the card either.
CARD = "escapement_top"
#: A bench may take so long in all; it limits each simulation by itself.
BENCH_LIMIT_S = 4 * 3600


class Unsound(Exception):
    """A bench that cannot judge."""


class Bed:
    """One bench with a copy of its own, so that benches can run beside each other. `build` keeps what the next bed can use."""

    def __init__(self, name: str, folder: Path, build: Path, seed: int):
        self.name, self.root, self.verdicts = name, folder / name, folder / f"{name}.verdicts"
        shutil.copytree(ROOT / "hdl", self.root / "hdl", ignore=shutil.ignore_patterns("__pycache__", "sim_build"))
        self.rtl = self.root / "hdl" / "rtl"
        package = self.rtl / "esc_pkg.sv"  # every bench compiles it, first of all
        package.write_text(PACKAGE + package.read_text())
        self.sound = {file.stem: file.read_text() for file in self.rtl.glob("*.sv")}
        self.env = dict(os.environ, ESCAPEMENT_BUILD=str(build), ESCAPEMENT_SEED=str(seed), ESCAPEMENT_LINT="0")
        self.env["ESCAPEMENT_DATA"] = os.environ.get("ESCAPEMENT_DATA") or str(ROOT.parent / "shared" / "data")
        self.env["COCOTB_MAX_FAILURES"] = "1"  # one red test is enough

    def _write(self, texts: dict[str, str]) -> None:
        for module, text in {**self.sound, **texts}.items():
            if (file := self.rtl / f"{module}.sv").read_text() != text:
                file.write_text(text)

    def _run(self, numbers: list[int], until: float | None) -> tuple[str, str]:
        """Runs the bench over these mutants: 'judged', 'not built' or 'not sound', and its output."""
        code, output = self._pytest([self.name], {"numbers": numbers, "plusarg": PLUSARG, "until": until})
        if code == 0:
            return "judged", output
        built = output.count(": built") >= output.count(": module ")
        return ("not sound" if built or code != 1 else "not built"), output

    def _pytest(self, benches: list[str], plan: dict) -> tuple[int, str]:
        """Runs these benches with a plan (hdl/tb/lib/mutants.py): the exit code and the output; the log is in `verdicts`."""
        file = self.root / "mutants.json"
        file.write_text(json.dumps({**plan, "log": str(self.verdicts)}))
        self.verdicts.unlink(missing_ok=True)
        folders = [str(self.root / "hdl" / "tb" / name) for name in benches]
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *folders]
        env = {**self.env, "ESCAPEMENT_MUTANTS": str(file)}
        process = subprocess.Popen(command, cwd=self.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=BENCH_LIMIT_S)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
        return process.returncode, output

    def judge(self, mutants: list[Mutant], until: float | None) -> list[Mutant]:
        """Judges all of them on one build; returns those that cannot stand in it and need one of their own."""
        refused = []
        while mutants:
            numbered = list(enumerate(mutants, 1))
            texts = {m.module: schema(self.sound[m.module], [(n, x) for n, x in numbered if x.module == m.module]) for m in mutants}
            self._write(texts)
            result, output = self._run([n for n, _ in numbered], until)
            self._read(numbered)
            if result == "judged":
                break
            bad = self._named(mutants, output) if result == "not built" else []
            if not bad:
                raise Unsound(f"bench {self.name} {result} with no mutant chosen\n{output[-3000:]}")
            refused += bad
            mutants = [m for m in mutants if m not in bad]
        self._write({})
        return refused

    def _named(self, mutants: list[Mutant], output: str) -> list[Mutant]:
        """Those that the compiler names, by the line; all of the file's, if it names a line without any."""
        bad = []
        for module, line in {(m[1], int(m[2])) for m in re.finditer(r"%Error[^\n]*?(\w+)\.sv:(\d+):", output)}:
            here = [m for m in mutants if m.module == module]
            text = self.sound.get(module, "")
            at = [m for m in here if text.count("\n", 0, m.node[0]) + 1 <= line <= text.count("\n", 0, m.node[1]) + 1]
            bad += [m for m in (at or here) if m not in bad]
        return bad

    def judge_alone(self, mutant: Mutant) -> None:
        """Judges one mutant on a build of its own; where there is none, it is no circuit."""
        self._write({mutant.module: mutated(self.sound[mutant.module], mutant)})
        result, output = self._run([1], None)
        self._read([(1, mutant)])
        if result == "not built":
            mutant.result = "no circuit"
        elif result == "not sound":
            # The run with none chosen has this mutant in it too.
            mutant.result, mutant.how = "killed", "bench failed"
        self._write({})

    def excuse_same(self, survivors: list[Mutant]) -> None:
        """Marks as `same` those that are the sound circuit to Verilator (trivial compiler equivalence).

        That is so only if the C++ of the plain mutated text is that of the sound text in every build of the bench and in the
        card's: a branch that the bench's parameters close but the card's open excuses nothing.
        """
        if not survivors:
            return
        sound = self._emitted({}, {})
        for mutant in survivors:
            if self._emitted({mutant.module: mutated(self.sound[mutant.module], mutant)}, sound) == sound:
                mutant.result = "same"
        self._write({})

    def _emitted(self, texts: dict[str, str], expected: dict[str, str]) -> dict[str, str] | None:
        """Build -> digest of its C++; None where a build is not the one that is expected, or is refused."""
        self._write(texts)
        plan = {"numbers": [0], "plusarg": PLUSARG, "until": None, "emitted": expected}
        code, output = self._pytest(list(dict.fromkeys([self.name, CARD])), plan)
        if code != 0 and not expected:
            raise Unsound(f"bench {self.name}: Verilator does not read the sound circuit\n{output[-3000:]}")
        if code != 0:
            return None
        return {entry["build"]: entry["digest"] for entry in map(json.loads, self.verdicts.read_text().splitlines())}

    def _read(self, numbered: list[tuple[int, Mutant]]) -> None:
        """The verdicts so far: killed once is killed, to live takes every build of the bench."""
        by_number = dict(numbered)
        for line in self.verdicts.read_text().splitlines() if self.verdicts.exists() else []:
            verdict = json.loads(line)
            if (mutant := by_number.get(verdict["number"])) is None:
                continue
            mutant.seconds = round(mutant.seconds + verdict["seconds"], 1)
            mutant.result = "killed" if verdict["killed"] else "survived"
            mutant.how = verdict["how"]
