"""The mutation check: it finds what to break, leaves alone what is no circuit, and every module has a bench."""

import random
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import mutate_rtl  # noqa: E402

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


def test_only_circuits_are_changed():
    found = mutate_rtl.mutants_of("m", MODULE)
    assert {m.number for m in found} == {6, 9}
    changed = {(m.rule, m.after) for m in found}
    assert ("&&", "assign b = a_i || !c;  // not a && b") in changed
    assert ("not", "assign b = a_i && c;  // not a && b") in changed
    assert ("==", "else if (b) q <= b != c;") in changed
    assert ("always", "else if (1'b1) q <= b == c;") in changed
    assert ("held", "else if (b) q <= q;") in changed
    assert all(m.before != m.after for m in found)


def test_the_same_seed_draws_the_same_mutants():
    def first(seed):
        drawn = mutate_rtl.draw(sorted(mutate_rtl.BENCHES), random.Random(seed))
        return [(m.module, m.number, m.after) for m, _ in zip(drawn, range(50))]

    assert first(7) == first(7) != first(8)


def test_connections_are_tied_but_clocks_and_resets_are_not():
    text = MODULE.replace("endmodule", "  n u_n (\n    .clk_i (other_clk),\n    .rst_ni(up),\n    .a_i   (f(b) && c),\n    .b_o   (d)\n  );\nendmodule")
    tied = [m.after for m in mutate_rtl.mutants_of("m", text) if m.rule == "tied"]
    assert tied == [".a_i   ('0),"]


def test_every_module_has_a_turn_before_any_has_a_second_one():
    having = {name for name in mutate_rtl.BENCHES if mutate_rtl.mutants_of(name, (mutate_rtl.RTL / f"{name}.sv").read_text())}
    assert set(mutate_rtl.BENCHES) - having <= {"clock_gate"}  # in the benches it is a wire
    drawn = mutate_rtl.draw(sorted(mutate_rtl.BENCHES), random.Random(3))
    assert {m.module for m, _ in zip(drawn, having)} == having


def test_a_full_sample_needs_the_share_and_a_small_one_has_the_luck_of_one_in_a_hundred():
    assert mutate_rtl.enough(200, 90) == 180 and mutate_rtl.enough(201, 90) == 181
    # 20 trials at 0.9: 13 or fewer in 0.2 % of all samples, 14 or fewer in 1.1 %.
    assert mutate_rtl.enough(20, 90) == 14
    assert mutate_rtl.enough(20, 100) == 20


def test_every_module_has_a_bench_that_exists():
    modules = {f.stem for f in mutate_rtl.RTL.glob("*.sv") if not f.stem.endswith("_pkg")}
    assert modules == set(mutate_rtl.BENCHES)
    for bench in set(mutate_rtl.BENCHES.values()):
        assert (mutate_rtl.ROOT / "hdl" / "tb" / bench / f"test_{bench}.py").is_file(), bench


def test_each_excused_mutant_still_exists_and_has_a_reason():
    for entry in tomllib.loads(mutate_rtl.EQUIVALENT.read_text()).get("mutant", []):
        text = (mutate_rtl.RTL / f"{entry['module']}.sv").read_text()
        all_of_it = {(m.before, m.after) for m in mutate_rtl.mutants_of(entry["module"], text)}
        assert (entry["before"], entry["after"]) in all_of_it, entry
        assert len(entry["why"]) > 20
