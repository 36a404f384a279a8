"""The mutation check: it finds what to break, leaves alone what is no circuit, and every module has a bench."""

import json
import os
import random
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "hdl" / "tb"))
import mutate_rtl  # noqa: E402
from lib import mutants as bench_mutants  # noqa: E402
from mutation import bed, sample, schema  # noqa: E402
from mutation.benches import BENCHES  # noqa: E402
from mutation.changes import mutants_of, mutated  # noqa: E402

MODULE = """// a comment with a == b
module m (
  input wire a_i  // a == 0
);
  localparam int unsigned Depth = 4 + 1;
  assign b = a_i && !c;  // not a && b
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) q <= 1'b0;
    else if (b) q <= b == c;
  end
`ifndef SYNTHESIS
  always_ff @(posedge clk_i) assert (q == 1'b1);
`endif
endmodule
"""


def everything(module):
    return mutants_of(module, (sample.RTL / f"{module}.sv").read_text())


def test_only_circuits_are_changed():
    found = [m for m in mutants_of("m", MODULE) if not m.fixed]
    assert {m.number for m in found} == {6, 8, 9}
    changed = {(m.rule, m.after) for m in found}
    assert ("&&", "assign b = a_i || !c; // not a && b") in changed
    assert ("not", "assign b = a_i && c; // not a && b") in changed
    assert ("==", "else if (b) q <= b != c;") in changed
    assert ("always", "else if (1'b1) q <= b == c;") in changed
    assert ("held", "else if (b) q <= q;") in changed
    assert ("0 to 1", "if (!rst_ni) q <= 1'b1;") in changed
    assert not any("!rst_ni" not in m.after for m in found if m.number == 8), "the reset itself stays"
    assert all(m.before != m.after for m in found)


def test_constants_of_the_language_are_a_class_of_their_own():
    text = MODULE.replace("  assign b", "  function int two(); return 1 + 1; endfunction\n  localparam int Two = two();\n  assign b")
    assert {(m.number, m.rule) for m in mutants_of("m", text) if m.fixed} == {(5, "+"), (6, "+")}


def test_connections_are_tied_but_clocks_and_resets_are_not():
    text = MODULE.replace("endmodule", "  n u_n (\n    .clk_i (other_clk),\n    .rst_ni(up),\n    .a_i   (f(b) && c),\n    .b_o   (d)\n  );\nendmodule")
    tied = [m.after for m in mutants_of("m", text) if m.rule == "tied"]
    assert tied == [".a_i ('0),"]


def test_an_operator_keeps_its_operands():
    text = MODULE.replace("a_i && !c", "a_i && b && c || d")
    assert "assign b = (a_i || b) && c || d; // not a && b" in {m.after for m in mutants_of("m", text)}


def test_a_schema_holds_every_mutant_and_nothing_else():
    found = [m for m in mutants_of("m", MODULE) if not m.fixed]
    text = schema.schema(MODULE, list(enumerate(found, 1)))
    for number, mutant in enumerate(found, 1):
        assert text.count(f"chosen == {number} ") + text.count(f"chosen == {number})") == 1, mutant
        alone = schema.schema(MODULE, [(number, mutant)])
        assert mutant.instead in alone and alone.count("esc_mutant_pkg") == 1
    assert text.count("\n") == MODULE.count("\n"), "lines move, so refusals of the compiler would be misread"
    assert schema.schema(MODULE, []) == MODULE


ADDER = """`default_nettype none
module adder (
  input wire logic clk_i,
  input wire logic signed [3:0] a_i,
  input wire logic signed [3:0] b_i,
  output logic signed [7:0] sum_o,
  output logic less_o
);
  always_ff @(posedge clk_i) begin
    sum_o <= a_i + b_i;
    if (a_i < b_i && !(a_i == -4'sd3)) less_o <= 1'b1;
    else less_o <= 1'b0;
  end
endmodule
"""

BENCH = """module top;
  logic clk = 0;
  logic signed [3:0] a, b;
  logic signed [7:0] sums[COUNT], sum;
  logic lesses[COUNT], less;
  int which;
  adder u (.clk_i(clk), .a_i(a), .b_i(b), .sum_o(sum), .less_o(less));
  initial begin
    if ($value$plusargs("escapement_mutant=%d", which) == 0) which = 0;
    for (int i = 0; i < 256; i++) begin
      {a, b} = 8'(i);
      #1 clk = 1;
      #1 clk = 0;
      if (sum !== sums[which] || less !== lesses[which]) $display("differs at %0d %0d", a, b);
      if (sum !== sums[0] || less !== lesses[0]) $display("mutated");
    end
    $finish;
  end
"""


@pytest.mark.skipif(shutil.which("verilator_bin") is None, reason="no Verilator on PATH")
def test_a_schema_behaves_as_its_mutants_do(tmp_path):
    """Signs and widths included: for all values, each choice gives what a circuit of that mutant's plain text gives."""
    mutants = [m for m in mutants_of("adder", ADDER) if not m.fixed]
    assert {"+", "<", "&&", "not", "==", "constant", "always", "held"} <= {m.rule for m in mutants}
    plain = [ADDER, *(mutated(ADDER, m) for m in mutants)]
    texts = {"pkg.sv": schema.PACKAGE, "adder.sv": schema.schema(ADDER, list(enumerate(mutants, 1)))}
    texts |= {f"adder_{n}.sv": text.replace("module adder ", f"module adder_{n} ", 1) for n, text in enumerate(plain)}
    beside = [f"adder_{n} u{n} (.clk_i(clk), .a_i(a), .b_i(b), .sum_o(sums[{n}]), .less_o(lesses[{n}]));" for n in range(len(plain))]
    texts["top.sv"] = "\n".join([BENCH.replace("COUNT", str(len(plain))), *beside, "endmodule"])
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    command = ["verilator_bin", "--binary", "--timing", "-Wno-lint", "-Wno-style", "-Wno-fatal", "--x-initial", "0", "--top-module", "top"]
    flags = ["-CFLAGS", "-O0 -std=gnu++20 -fcoroutines", "-Mdir", "obj", "-o", "simulate"]
    env = dict(os.environ, MAKEFLAGS="CFG_CXXFLAGS_PCH_I=-include")  # as hdl/tb/lib/bench.py says
    subprocess.run([*command, *flags, *texts], cwd=tmp_path, env=env, check=True)
    for number, mutant in enumerate([None, *mutants]):
        simulate = [tmp_path / "obj" / "simulate", f"+{schema.PLUSARG}={number}"]
        said = subprocess.run(simulate, check=True, capture_output=True, text=True).stdout
        assert "differs" not in said, mutant
        assert ("mutated" in said) == bool(mutant), f"{mutant} chosen and nothing changed, or none and something"


def test_the_same_seed_draws_the_same_mutants():
    pool = sample.population(sorted(BENCHES), fixed=False)

    def first(seed):
        return [(m.module, m.number, m.after) for m, _ in zip(sample.draw(pool, random.Random(seed)), range(50))]

    assert first(7) == first(7) != first(8)


def test_every_module_has_a_turn_before_any_has_a_second_one():
    pool = sample.population(sorted(BENCHES), fixed=False)
    assert set(BENCHES) - set(pool) == {"clock_gate"}  # in the benches it is a wire
    assert {m.module for m, _ in zip(sample.draw(pool, random.Random(3)), pool)} == set(pool)


def test_a_full_sample_needs_the_share_and_a_small_one_has_the_luck_of_one_in_a_hundred():
    assert sample.enough(200, 90) == 180 and sample.enough(201, 90) == 181
    # 20 trials at 0.9: 13 or fewer in 0.2 % of all samples, 14 or fewer in 1.1 %.
    assert sample.enough(20, 90) == 14
    assert sample.enough(20, 100) == 20


def test_every_module_has_a_bench_that_exists():
    modules = {f.stem for f in sample.RTL.glob("*.sv") if not f.stem.endswith("_pkg")}
    assert modules == set(BENCHES)
    for bench in set(BENCHES.values()):
        assert (sample.ROOT / "hdl" / "tb" / bench / f"test_{bench}.py").is_file(), bench


def test_each_excused_mutant_still_exists_and_has_a_reason():
    for entry in tomllib.loads(mutate_rtl.EQUIVALENT.read_text()).get("mutant", []):
        assert (entry["before"], entry["after"]) in {(m.before, m.after) for m in everything(entry["module"])}, entry
        assert len(entry["why"]) > 20


def test_a_verdict_is_of_all_builds_and_a_kill_of_any(tmp_path):
    of_card_time = everything("card_time")[:3]
    place = bed.Bed("card_time", tmp_path, tmp_path / "build", 1)
    verdicts = [(0, False), (1, False), (2, True), (0, False), (1, True), (3, False)]
    place.verdicts.write_text("".join(json.dumps({"build": "b", "number": n, "killed": k, "seconds": 1.0, "how": ""}) + "\n" for n, k in verdicts))
    place._read(list(enumerate(of_card_time, 1)))
    assert [(m.result, m.seconds) for m in of_card_time] == [("killed", 2.0), ("killed", 1.0), ("survived", 1.0)]


CLOSED = """
  if (Width == 0) begin : gen_never
    wire both = re_i && we_i;
  end
  if (Width != 37) begin : gen_not_in_the_bench
    always_ff @(posedge clk_i) if (re_i && waddr_i == raddr_i) assert (rdata_o[0]);
  end
"""


@pytest.mark.skipif(shutil.which("verilator") is None, reason="no Verilator on PATH")
def test_only_what_is_the_same_circuit_everywhere_is_excused(tmp_path):
    """A branch that is closed everywhere is; one that the card opens, or a line that is in use, is not."""
    place = bed.Bed("sync_ram", tmp_path, tmp_path / "build", 1)
    place.sound["sync_ram"] = text = place.sound["sync_ram"].replace("  logic [Width-1:0] mem", f"{CLOSED}\n  logic [Width-1:0] mem")
    found = [m for m in mutants_of("sync_ram", text) if not m.fixed]
    never = [m for m in found if "wire both" in m.before]
    elsewhere = [m for m in found if m.rule == "==" and "waddr_i == raddr_i" in m.before]
    used = [m for m in found if m.rule == "always" and "if (we_i) mem" in m.before]
    assert len(never) == len(elsewhere) == len(used) == 1
    place.excuse_same([*never, *elsewhere, *used])
    assert (never[0].result, elsewhere[0].result, used[0].result) == ("same", "", "")
    assert place.rtl.joinpath("sync_ram.sv").read_text() == text


def test_a_build_that_is_another_circuit_fails_and_is_logged(tmp_path):
    file, log = tmp_path / "plan.json", tmp_path / "log"
    file.write_text(json.dumps({"numbers": [0], "plusarg": "p", "until": None, "emitted": {"a": "1"}, "log": str(log)}))
    plan = bench_mutants.Plan(file)
    plan.compare("a", "1")
    plan.compare("new", "3")
    with pytest.raises(AssertionError):
        plan.compare("a", "2")
    assert [(e["build"], e["digest"]) for e in map(json.loads, log.read_text().splitlines())] == [("a", "1"), ("new", "3"), ("a", "2")]
    assert plan.left() == [0]


def test_the_same_and_the_equivalent_do_not_count(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(mutate_rtl, "ROOT", tmp_path)
    done = everything("card_time")[:4]
    for mutant, result in zip(done, ("killed", "survived", "same", "equivalent")):
        mutant.result = result
    run = mutate_rtl.Run([], [], 1, None, tmp_path)
    run.done, run.wanted = done, 4
    assert mutate_rtl.report(run, ["card_time"], 1, 50.0)
    said = capsys.readouterr().out
    assert "1 of 2 killed (50.0 %" in said and "1 the same circuit, 1 known to be equivalent" in said
    assert "\nsame: hdl/rtl/card_time.sv" in said and "\nequivalent: hdl/rtl/card_time.sv" in said


def test_a_refusal_of_the_compiler_is_read_by_its_line(tmp_path):
    mutants = everything("card_time")
    place = bed.Bed("card_time", tmp_path, tmp_path / "build", 1)
    named = place._named(mutants, "%Error: hdl/rtl/card_time.sv:26:12: Expecting expression to be constant\n")
    assert named and {m.number for m in named} == {26}
    assert place._named(mutants, "%Error: hdl/rtl/card_time.sv:2:1: what\n") == mutants
    assert place._named(mutants, "%Error: Exiting due to 1 error(s)\n") == []
