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
