"""Coverage: unknown bins are errors, holes fail the check, and rounds go on until the bins are hit, but not for ever."""

from pathlib import Path

import pytest
from lib.coverage import PATIENCE, Coverage


def two_points():
    cov = Coverage("two points")
    cov.bins("a", [0, 1])
    cov.bins("b", [0, 1, 2])
    cov.cross("a x b", "a", "b", ignore=lambda a, b: a == 1 and b == 2)
    return cov


def test_a_hole_fails_the_check_and_is_named():
    cov = two_points()
    for a, b in ((0, 0), (0, 1), (0, 2), (1, 0)):
        cov.hit(a=a, b=b)
    assert cov.holes() == ["a x b=(1, 1)"]
    with pytest.raises(AssertionError, match="never hit: a x b"):
        cov.check()
    cov.hit(a=1, b=1)
    cov.check()


def test_a_value_without_a_bin_is_an_error():
    with pytest.raises(KeyError, match="no bin 3"):
        two_points().hit(b=3)


def test_rounds_are_the_usual_ones_when_all_is_hit():
    cov = two_points()
    for value in (0, 1):
        cov.hit(a=value)
    assert list(cov.rounds(5, "a")) == [0, 1, 2, 3, 4]


def test_rounds_go_on_until_the_named_bins_are_hit():
    cov = two_points()
    done = 0
    for number in cov.rounds(5, "b"):
        done += 1
        cov.hit(b=0 if number < 7 else number % 3)
    assert done == 9 and not cov.holes("b") and cov.holes("a")


def test_rounds_end_when_a_bin_cannot_be_hit():
    cov = two_points()
    assert len(list(cov.rounds(5, "a"))) == 5 * PATIENCE
    assert len(list(cov.rounds(5, "a", but=("a=0", "a=1")))) == 5


#: Benches whose stimulus names each of their bins: nothing there hangs on luck.
DIRECTED = {"async_fifo", "block_splitter", "csr", "held_map", "instrument_map", "ring_writer", "untracked_counts"}


def test_every_bench_with_bins_goes_on_until_they_are_hit_or_aims_at_each():
    benches = {f.parent.name: f.read_text() for f in Path(__file__).parents[1].glob("*/test_*.py") if f.parent.name != "lib"}
    by_luck = {name for name, text in benches.items() if "Coverage(" in text and ".rounds(" not in text}
    assert by_luck == DIRECTED
