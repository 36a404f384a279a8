"""Mutation check of the RTL: break one thing, run the module's bench, see it go red.

    python3 tools/scripts/mutate_rtl.py [--mutants N] [--minutes M] [--seed S] [--jobs J] [--module NAME]... [--line L]
                                        [--require PERCENT] [--list]

Each mutant changes one operator, constant, condition, assignment or connection of one file in hdl/rtl, in a copy of
hdl/ (the checkout is never touched). Every module has a turn before any has a second one. A mutant that Verilator
refuses is no circuit: another one is drawn. Killed means that the bench failed, an assertion of the RTL fired, or the
simulation ran far over the time of the sound circuit. Survivors are listed with their line; the run fails when fewer
than PERCENT of the mutants were killed. With --minutes no new mutant begins after that time; of a sample smaller than
200, as many may live as a suite that kills PERCENT would let live once in a hundred samples. The seed is printed; the
same seed on the same sources draws the same mutants. The results lie in out/mutation.json.

Survivors known to change nothing that can be seen stand, with the reason, in mutants_equivalent.toml.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from dataclasses import asdict, dataclass
from math import ceil, comb
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RTL = ROOT / "hdl" / "rtl"
EQUIVALENT = Path(__file__).with_name("mutants_equivalent.toml")

#: Module -> the bench that must notice. Packages have no behaviour of their own; gen/ is checked against its source.
BENCHES = {
    "async_fifo": "async_fifo",
    "axil_cdc": "csr",
    "block_splitter": "block_splitter",
    "book": "book",
    "book_engine": "book",
    "book_entry": "book",
    "book_lane": "book",
    "book_queue": "book",
    "book_rebuild": "book",
    "book_side": "book",
    "book_walk": "book",
    "card_time": "card_time",
    "clock_gate": "escapement_top",  # a wire there; resting clocks are compared with running ones by sim/tests
    "counter_bank": "csr",
    "csr": "csr",
    "decode_stage": "decode_stage",
    "drop_counter": "drop_counter",
    "entry_fields": "line_packer",
    "entry_nibbles": "line_packer",
    "entry_queue": "book",
    "escapement_core": "escapement_top",
    "escapement_top": "escapement_top",
    "eth_ip_udp": "eth_ip_udp",
    "event_queue": "event_queue",
    "feed_session": "line_arbiter",
    "fill_list": "book",
    "frame_fifo": "frame_fifo",
    "generation": "decode_stage",
    "grid_floor": "grid_floor",
    "held_map": "held_map",
    "iex_decoder": "iex_decoder",
    "iex_tp": "block_splitter",
    "instrument_map": "decode_stage",
    "itch_decoder": "decode_stage",
    "key_hash": "instrument_map",
    "ladder": "book",
    "level_change": "book",
    "level_store": "book",
    "line_arbiter": "line_arbiter",
    "line_crc": "line_crc",
    "line_fifo": "ring_writer",
    "line_front": "front_end",
    "line_packer": "line_packer",
    "line_place": "block_splitter",
    "locate_table": "decode_stage",
    "lost_ranges": "lost_ranges",
    "mold_udp64": "block_splitter",
    "offset_code": "offset_code",
    "order_table": "decode_stage",
    "reset_link": "reset_link",
    "ring_writer": "ring_writer",
    "rx_cdc": "rx_cdc",
    "rx_gate": "rx_gate",
    "slot_rows": "book",
    "symbol_table": "instrument_map",
    "sync2": "async_fifo",
    "sync_ram": "sync_ram",
    "untracked_counts": "untracked_counts",
    "write_cdc": "write_cdc",
}

#: (what, pattern, replacement). Patterns need blanks around operators: that is how the sources are formatted, and it keeps
#: `<=` (assignment) and `->` apart from comparisons.
RULES = [
    ("==", r"(?<= )==(?= )", "!="),
    ("!=", r"(?<= )!=(?= )", "=="),
    ("<", r"(?<= )<(?= )", "<="),
    (">", r"(?<= )>(?= )", ">="),
    (">=", r"(?<= )>=(?= )", ">"),
    ("&&", r"(?<= )&&(?= )", "||"),
    ("||", r"(?<= )\|\|(?= )", "&&"),
    ("+", r"(?<= )\+(?= )", "-"),
    ("-", r"(?<= )-(?= )", "+"),
    ("&", r"(?<= )&(?= )", "|"),
    ("|", r"(?<= )\|(?= )", "&"),
    ("^", r"(?<= )\^(?= )", "|"),
    ("not", r"!(?=[a-z(])", ""),
    ("0 to 1", r"\b1'b0\b", "1'b1"),
    ("1 to 0", r"\b1'b1\b", "1'b0"),
    ("constant", r"(?<='d)(\d+)\b", lambda m: str(int(m[1]) ^ 1)),
    ("always", r"(?<=\bif )\([^()]*(?:\([^()]*\)[^()]*)*\)(?= )", "(1'b1)"),
    ("tied", r"(?P<port>\.(?!\w*(?:clk|rst))\w+_i *)\((?!')[^()]*(?:\([^()]*\)[^()]*)*\)", r"\g<port>('0)"),
    ("held", r"(?<![\w.(] )\b(?P<target>[a-z]\w*(?:\.\w+)*) <= [^;]+;", r"\g<target> <= \g<target>;"),
]


@dataclass
class Mutant:
    """One change: line `number` (from 1) of `module` becomes `after`."""

    module: str
    number: int
    rule: str
    before: str
    after: str
    result: str = ""
    how: str = ""
    seconds: float = 0.0


def circuit_lines(text: str) -> set[int]:
    """Lines (from 0) that describe hardware: no comments, checks, ports, parameters, imports or types."""
    lines, inside = set(), False
    checks = 0
    for number, line in enumerate(text.splitlines()):
        word = line.strip()
        if word.startswith(("`ifndef SYNTHESIS", "`ifdef VERILATOR", "`ifdef ESC_REST_CLOCKS")):
            checks += 1
        elif word.startswith(("`endif", "`else")):
            checks = max(0, checks - 1)
        elif word.startswith(");") and not inside:
            inside = True  # the port list ends
        elif inside and not checks and not re.match(r"(//|import|localparam|typedef|assert|initial|\$|`|for |case|unique case)", word):
            lines.add(number)
    return lines


def mutants_of(module: str, text: str) -> list[Mutant]:
    """All mutants of one file, in order."""
    found = []
    allowed = circuit_lines(text)
    lines = text.splitlines()
    for number in sorted(allowed):
        line = lines[number]
        code = line.split("//")[0]
        if "$fatal" in code or '"' in code or "rst_ni" in code or re.search(r"begin : g(en)?_", code):
            continue  # messages, resets and checks of parameters
        for rule, pattern, replacement in RULES:
            for match in re.finditer(pattern, code):
                instead = match.expand(replacement) if isinstance(replacement, str) else replacement(match)
                after = code[: match.start()] + instead + code[match.end() :] + line[len(code) :]
                if after != line:
                    found.append(Mutant(module, number + 1, rule, line.strip(), after.strip()))
    return found


def draw(modules: list[str], rng: random.Random):
    """Mutants without end, evenly over the rules of a module: one of each module first, then more of the larger ones."""
    pool = {m: mutants_of(m, (RTL / f"{m}.sv").read_text()) for m in modules}
    pool = {m: found for m, found in pool.items() if found}
    weights = {m: len(found) ** 0.5 for m, found in pool.items()}
    first_round = rng.sample(list(pool), len(pool))
    while pool:
        module = first_round.pop() if first_round else rng.choices(list(pool), [weights[m] for m in pool])[0]
        rules = sorted({m.rule for m in pool[module]})
        rule = rng.choice(rules)
        mutant = rng.choice([m for m in pool[module] if m.rule == rule])
        pool[module].remove(mutant)
        if not pool[module]:
            del pool[module]
        yield mutant


def excused(mutant: Mutant) -> str | None:
    """Why this survivor changes nothing that can be seen, if that is known."""
    for entry in tomllib.loads(EQUIVALENT.read_text()).get("mutant", []):
        if (entry["module"], entry["before"], entry["after"]) == (mutant.module, mutant.before, mutant.after):
            return entry["why"]
    return None


class Bed:
    """A copy of hdl/ for one bench, so that benches can run beside each other."""

    def __init__(self, name: str, folder: Path, seed: int):
        self.name, self.root, self.seconds = name, folder / name, None
        self.lock = threading.Lock()
        shutil.copytree(ROOT / "hdl", self.root / "hdl", ignore=shutil.ignore_patterns("__pycache__", "sim_build"))
        self.env = dict(os.environ, ESCAPEMENT_BUILD=str(folder / "build"), ESCAPEMENT_SEED=str(seed), ESCAPEMENT_LINT="0")
        self.env["ESCAPEMENT_DATA"] = os.environ.get("ESCAPEMENT_DATA") or str(ROOT.parent / "shared" / "data")
        self.env["COCOTB_MAX_FAILURES"] = "1"  # one red test is enough

    def bench(self, limit_s: float) -> tuple[str, str]:
        """Runs the bench; 'passed', 'failed', 'not built' or 'too long', and its output."""
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(self.root / "hdl" / "tb" / self.name)]
        process = subprocess.Popen(command, cwd=self.root, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return "too long", ""
        if process.returncode == 0:
            return "passed", output
        if process.returncode != 1:
            return "not run", output
        return ("failed" if ": built" in output else "not built"), output

    def sound(self) -> None:
        """The bench must pass on the sound circuit, else its verdict means nothing."""
        began = time.monotonic()
        result, output = self.bench(1200)
        self.seconds = time.monotonic() - began
        if result != "passed":
            print(output[-3000:], file=sys.stderr)
            raise Unsound(f"bench {self.name} {result} on the sound circuit")

    def judge(self, mutant: Mutant) -> None:
        """Applies the mutant, runs the bench, takes it back."""
        if self.seconds is None:
            self.sound()
        path = self.root / "hdl" / "rtl" / f"{mutant.module}.sv"
        sound = path.read_text()
        lines = sound.split("\n")
        line = lines[mutant.number - 1]
        lines[mutant.number - 1] = line[: len(line) - len(line.lstrip())] + mutant.after
        path.write_text("\n".join(lines))
        began = time.monotonic()
        result, output = self.bench(60 + 3 * self.seconds)
        mutant.seconds = round(time.monotonic() - began, 1)
        path.write_text(sound)
        mutant.result = {"passed": "survived", "failed": "killed", "too long": "killed"}.get(result, result)
        mutant.how = {"failed": "bench failed", "too long": "simulation hung"}.get(result, "")
        if result == "not run":
            print(output[-3000:], file=sys.stderr)
            raise Unsound(f"bench {self.name} could not be run")


class Unsound(Exception):
    """A bench that cannot judge."""


class Run:
    """Mutants drawn, judged by several threads, and what came of them."""

    def __init__(self, modules: list[str], seed: int, mutants: int, minutes: float | None, folder: Path, line: int | None):
        self.drawn = (m for m in draw(modules, random.Random(seed)) if line is None or m.number == line)
        self.wanted, self.folder, self.seed = mutants, folder, seed
        self.until = None if minutes is None else time.monotonic() + 60 * minutes
        self.beds, self.waiting, self.done = {}, [], []
        self.running, self.error = 0, None
        self.lock = threading.Lock()

    def next(self) -> tuple[Mutant, Bed] | None:
        """A mutant whose bench is free, and the bench's bed, locked."""
        with self.lock:
            while self.error is None and len(self.done) + self.running < self.wanted and not self.time_is_up():
                place = next((n for n, m in enumerate(self.waiting) if not self.bed(m).lock.locked()), None)
                if place is None:
                    mutant = next(self.drawn, None)
                    if mutant is None:
                        return None
                    self.waiting.append(mutant)
                    continue
                mutant = self.waiting.pop(place)
                self.bed(mutant).lock.acquire()
                self.running += 1
                return mutant, self.bed(mutant)
        return None

    def time_is_up(self) -> bool:
        return self.until is not None and time.monotonic() > self.until

    def bed(self, mutant: Mutant) -> Bed:
        name = BENCHES[mutant.module]
        if name not in self.beds:
            self.beds[name] = Bed(name, self.folder, self.seed)
        return self.beds[name]

    def work(self) -> None:
        """One thread: judges until there is nothing more to begin."""
        while (turn := self.next()) is not None:
            mutant, bed = turn
            try:
                bed.judge(mutant)
            except Exception as error:  # ends all threads; main tells it
                self.error = error
            with self.lock:
                self.running -= 1
                bed.lock.release()
                if self.error is None and mutant.result != "not built":
                    self.keep(mutant)

    def keep(self, mutant: Mutant) -> None:
        if mutant.result == "survived" and excused(mutant):
            mutant.result = "equivalent"
        self.done.append(mutant)
        print(f"{len(self.done)}/{self.wanted} {mutant.result:<9} {mutant.module}.sv:{mutant.number} [{mutant.rule}] {mutant.seconds} s {mutant.how}\n"
              f"    {mutant.before}\n    {mutant.after}", flush=True)


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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mutants", type=int, default=30)
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
        total = 0
        for module in modules:
            count = len(mutants_of(module, (RTL / f"{module}.sv").read_text()))
            total += count
            print(f"{module}: {count} (bench {BENCHES[module]})")
        print(f"{total} mutants of {len(modules)} modules")
        return 0
    seed = random.SystemRandom().randrange(2**31) if args.seed is None else args.seed
    print(f"mutate_rtl: seed {seed}, {args.mutants} mutants{f', {args.minutes:g} minutes' if args.minutes else ''}", flush=True)
    with tempfile.TemporaryDirectory(prefix="escapement-mutants-") as folder:
        run = Run(modules, seed, args.mutants, args.minutes, Path(folder), args.line)
        workers = [threading.Thread(target=run.work) for _ in range(args.jobs)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    if run.error is not None:
        print(f"mutate_rtl: {run.error}; seed {seed}", file=sys.stderr)
        return 1
    done = run.done
    judged = [m for m in done if m.result != "equivalent"]
    killed = sum(m.result == "killed" for m in judged)
    share = 100.0 * killed / len(judged) if judged else 0.0
    needed = enough(len(judged), args.require)
    out = ROOT / "out" / "mutation.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"seed": seed, "killed": killed, "judged": len(judged), "mutants": [asdict(m) for m in done]}, indent=1))
    print(f"\n{'module':<18}{'killed':>7}{'survived':>10}{'equivalent':>12}")
    for module in modules:
        counts = [sum(m.module == module and m.result == result for m in done) for result in ("killed", "survived", "equivalent")]
        print(f"{module:<18}{counts[0]:>7}{counts[1]:>10}{counts[2]:>12}")
    print(f"mutate_rtl: {killed} of {len(judged)} killed ({share:.1f} %; {needed} needed), {len(done) - len(judged)} known to be equivalent; seed {seed}")
    for m in judged:
        if m.result == "survived":
            print(f"survived: hdl/rtl/{m.module}.sv:{m.number} [{m.rule}]\n    {m.before}\n    {m.after}")
    return 0 if judged and killed >= needed else 1


if __name__ == "__main__":
    sys.exit(main())
