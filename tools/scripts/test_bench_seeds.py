"""Seeds of the benches: each failure is laid at its bench and seed; a hang too; turns share the time."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import bench_seeds  # noqa: E402

BENCH = '''
import sys
from pathlib import Path
sys.path.insert(0, {tb!r})
from lib import seeds

def simulate(seed, log):
    log.write_text("what the simulator said")
    if seed == 13:
        import time
        time.sleep(60)
    if seed % 2:
        sys.exit(1)  # as the runner does when a test fails
    if seed == 4:
        raise RuntimeError("crashed")

def test_it():
    seeds.run_all("build", seeds.chosen(), Path({folder!r}), simulate)
'''


@pytest.fixture
def one_bench(tmp_path, monkeypatch):
    """A bench without a simulator: odd seeds fail, 4 crashes, 13 hangs."""
    (tmp_path / "tb" / "thing").mkdir(parents=True)
    (tmp_path / "tb" / "thing" / "test_thing.py").write_text(BENCH.format(tb=str(bench_seeds.TB), folder=str(tmp_path)))
    monkeypatch.setattr(bench_seeds, "TB", tmp_path / "tb")
    return tmp_path


def results(folder, seeds, limit_s=60.0):
    report = bench_seeds.Report()
    report.add("thing", *bench_seeds.run("thing", seeds, limit_s, folder))
    return report


def test_each_failing_seed_is_named_and_its_log_stays(one_bench):
    assert bench_seeds.benches() == ["thing"]
    report = results(one_bench, [2, 3, 4, 6, 5])
    assert report.passed == {"build": [2, 6]}
    assert [f["seed"] for f in report.failed] == [3, 4, 5]
    assert all(Path(f["log"]).read_text() == "what the simulator said" for f in report.failed)
    assert not (one_bench / "seed-2.log").exists()


def test_a_seed_that_hangs_is_stopped_and_named(one_bench):
    report = results(one_bench, [2, 13, 6], limit_s=8.0)
    assert report.passed == {"build": [2]}
    assert [(f["seed"], f["why"].split(":")[0]) for f in report.failed] == [(13, "hangs")]


def test_a_bench_that_cannot_start_is_a_failure_without_a_seed(one_bench):
    (one_bench / "tb" / "thing" / "test_thing.py").write_text("import no_such_module")
    report = results(one_bench, [2])
    assert not report.passed and [f["seed"] for f in report.failed] == [None]


def test_a_short_bench_gets_more_seeds_a_turn_and_the_one_with_the_least_time_goes_first():
    turns = bench_seeds.Turns(["long", "short"], 1, 40, None)
    for seconds in {"long": 30.0, "short": 1.0}.values():
        name, seeds = turns.next()
        assert len(seeds) == 1
        turns.done(name, 1, seconds)
    name, seeds = turns.next()
    assert (name, len(seeds)) == ("short", 39)
    turns.done(name, 39, 39.0)
    assert (turns.next()[0], turns.next()) == ("long", None)


def test_the_same_first_seed_gives_the_same_seeds():
    def drawn(first):
        return bench_seeds.Turns(["a"], first, 5, None).next()

    assert drawn(3) == drawn(3) != drawn(4)


def test_every_bench_of_the_card_is_found():
    assert {"line_arbiter", "escapement_top", "book"} <= set(bench_seeds.benches())
    assert "lib" not in bench_seeds.benches()
