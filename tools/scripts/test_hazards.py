"""docs/hazards.md names tests; each of them must exist, and every row must have a guard and a test or be open."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "hazards.md").read_text()
ROWS = [line.split("|")[1:-1] for line in TEXT.splitlines() if line.startswith("| ") and "what happened" not in line]


def sources() -> str:
    files = [*ROOT.glob("host/**/*.rs"), *ROOT.glob("tools/escapement/**/*.rs"), *ROOT.glob("hdl/tb/**/*.py"), *ROOT.glob("tools/scripts/test_*.py")]
    return "\n".join(f.read_text() for f in files if "target" not in f.parts)


def test_every_named_test_exists():
    text = sources()
    named = {name for row in ROWS for name in re.findall(r"`([a-z0-9_]+)`", row[2]) if name.count("_") >= 3}
    assert len(named) >= 15
    missing = [name for name in sorted(named) if not re.search(rf"\b(fn|def) {name}\b", text)]
    assert not missing


def test_every_named_bench_and_fuzz_target_exists():
    benches = set(re.findall(r"[Bb]ench `(\w+)`", TEXT))
    targets = set(re.findall(r"fuzz target `(\w+)`", TEXT))
    assert benches and targets
    assert not [b for b in sorted(benches) if not (ROOT / "hdl" / "tb" / b / f"test_{b}.py").is_file()]
    assert not [t for t in sorted(targets) if not (ROOT / "tools" / "fuzz" / "src" / "bin" / f"{t}.rs").is_file()]


def test_every_row_has_a_guard_and_a_test_or_is_open():
    assert len(ROWS) >= 20
    for what, guard, test in ROWS:
        assert guard.strip() and test.strip(), what
