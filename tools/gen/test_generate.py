"""The generators: the same text every time, drift is seen, broken sources are refused by name."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import generate  # noqa: E402
from escgen import line_model, rdl_model  # noqa: E402

LINE = (generate.ROOT / generate.LINE).read_text()


def test_the_output_is_the_same_every_time():
    assert generate.render(generate.ROOT) == generate.render(generate.ROOT)


def test_no_path_of_this_machine_reaches_the_output():
    for name, text in generate.render(generate.ROOT).items():
        assert str(generate.ROOT) not in text and str(Path.home()) not in text, name


def test_an_edited_file_is_drift(tmp_path):
    files = {"a/b.sv": "module b;\n"}
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.sv").write_text("module b;\n")
    assert generate.drift(tmp_path, files) == []
    (tmp_path / "a/b.sv").write_text("module c;\n")
    assert len(generate.drift(tmp_path, files)) == 1
    (tmp_path / "a/b.sv").unlink()
    assert len(generate.drift(tmp_path, files)) == 1


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        ("offset = 4, ", "offset = 5, ", "hw_time: offset 5, expected 4"),
        ("number = 9\n", "number = 8\n", "ticks_dropped: number 8 is taken"),
        ('payload = "PN count"\n', "", "ticks_dropped: a control kind needs"),
        ("line_bytes = 64", "line_bytes = 65", "end at byte 64, the line has 65"),
        ("[slots]", "[slot]", "'slots' is missing"),
        ("[kinds.bid]", "[kinds.bid", "line.toml"),
    ],
)
def test_a_broken_line_format_is_refused(tmp_path, old, new, complaint):
    assert old in LINE
    path = tmp_path / "line.toml"
    path.write_text(LINE.replace(old, new, 1))
    with pytest.raises(line_model.FormatError, match=complaint):
        line_model.load(path)


RDL = """addrmap card {{ default regwidth = 64; default accesswidth = 64; default sw = r; default hw = w;
  reg c {{ field {{}} count[63:0]; }}; reg {{ field {{}} v[63:0]; }} MAGIC @ 0;
  external regfile {{ {counters} }} counters @ 0x1000; }};"""


def test_counters_with_a_hole_or_of_no_group_are_refused(tmp_path):
    path = tmp_path / "card.rdl"
    path.write_text(RDL.format(counters="c copies_in_a @ 0x0; c copies_in_b @ 0x8;"))
    assert [c.name for c in rdl_model.load(path).counters] == ["in_a", "in_b"]
    path.write_text(RDL.format(counters="c copies_in_a @ 0x0; c copies_in_b @ 0x10;"))
    with pytest.raises(rdl_model.MapError, match="expected offset 0x8"):
        rdl_model.load(path)
    path.write_text(RDL.format(counters="c apples_in_a @ 0x0;"))
    with pytest.raises(rdl_model.MapError, match="group 'apples'"):
        rdl_model.load(path)
