"""The stage runner: a stage that fails or passes its budget fails the run."""

import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import stage  # noqa: E402

ENV = dict(os.environ)


def test_a_good_command_passes():
    assert stage.run("true", ENV, 10) is None


def test_a_failing_command_anywhere_in_a_pipe_fails():
    assert stage.run("false | cat", ENV, 10) == "exit code 1"


def test_a_stage_over_its_budget_is_stopped_with_its_children():
    began = time.monotonic()
    assert stage.run("sleep 31.4159 & wait", ENV, 1) == "over its budget of 1 s"
    assert time.monotonic() - began < 10
    assert subprocess.run(["pgrep", "-f", "sleep 31.4159"], capture_output=True).stdout == b""


def test_every_stage_has_a_name_of_its_own_a_command_and_a_budget_inside_the_suites():
    for suite in ("test", "soak"):
        stages = stage.load(suite, None)
        assert len({s["name"] for s in stages}) == len(stages) > 0
        assert all(s["command"] and 0 < s["budget_s"] < stage.suite_budget(suite) for s in stages)


def test_the_shares_of_the_soak_make_the_whole_and_scale_with_its_minutes():
    short, long = stage.load("soak", None, 20), stage.load("soak", None, 240)
    assert sum(s.get("share", 0) for s in short) == 100
    timed = [(a, b) for a, b in zip(short, long) if "share" in a]
    assert len(timed) >= 5
    for a, b in timed:
        assert b["budget_s"] - b["grace_s"] == 12 * (a["budget_s"] - a["grace_s"]) == 240 * 60 * a["share"] / 100
        assert "{" not in a["command"] and a["command"] != b["command"]
    fuzz = next(s for s in short if "fuzz/run.py --seconds" in s["command"])
    assert f"--seconds {20 * 60 * fuzz['share'] // 100}" in fuzz["command"]


def test_the_soak_refuses_too_few_minutes_and_the_test_suite_any():
    script = [sys.executable, str(Path(stage.__file__))]
    for wrong in (["soak", "--minutes", "1"], ["soak", "--minutes", "nan"], ["soak", "--minutes", "inf"], ["test", "--minutes", "20"]):
        done = subprocess.run([*script, *wrong, "--only", "no such stage"], capture_output=True, text=True)
        assert done.returncode == 2 and "--minutes" in done.stderr


def test_the_test_suite_takes_no_longer_than_its_issues_gave_it():
    # 20 minutes for the first line of the system, at most 8 more for ITCH, the arbiter and the book.
    assert stage.suite_budget("test") <= (20 + 8) * 60
