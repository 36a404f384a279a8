"""The descriptions of proofs and of place-and-route targets are complete, and refuse what they must."""

import pytest

import formal
import pnr


def test_every_proof_loads_and_its_changes_apply():
    proofs = formal.load()
    assert proofs
    for proof in proofs:
        files = {f.name: f for f in formal.sources(formal.FORMAL / f"{proof.top}.sv")}
        for change in [*proof.narrow, *proof.mutants]:
            text = files[change.file].read_text()
            assert formal.apply(change, text) != text, f"{proof.name}: {change}"


def test_a_change_must_fit_exactly_once():
    change = formal.Change("x.sv", "a = b;", "a = c;")
    assert formal.apply(change, "a = b;") == "a = c;"
    for text in ("a = d;", "a = b; a = b;"):
        with pytest.raises(formal.FormalError, match="x.sv"):
            formal.apply(change, text)


def test_a_proof_without_mutant_is_refused(tmp_path):
    path = tmp_path / "proofs.toml"
    path.write_text('[[proof]]\nname = "line_fifo"\nclaim = ""\ndepth = 1\ncovers = 1\nnarrowed = ""\n')
    with pytest.raises(formal.FormalError, match="no mutant"):
        formal.load(path)


def test_sources_name_what_is_instantiated():
    names = [f.name for f in formal.sources(formal.RTL / "ring_writer.sv")]
    assert "line_fifo.sv" in names and names[-1] == "ring_writer.sv"
    assert "line_arbiter.sv" not in [f.name for f in formal.sources(formal.RTL / "frame_fifo.sv")]


def test_targets_load_and_the_wrapper_uses_every_port():
    assert pnr.load()
    ports = {
        "clk_i": {"direction": "input", "bits": [1]},
        "rst_ni": {"direction": "input", "bits": [1]},
        "a_i": {"direction": "input", "bits": [1, 2, 3]},
        "b_o": {"direction": "output", "bits": [1] * 9},
    }
    text = pnr.wrapper(ports)
    for pin in (".clk_i(clk)", ".rst_ni(rst_n)", ".a_i(in_q[2:0])", ".b_o(out[8:0])"):
        assert pin in text


def test_slowest_path_of_a_report():
    step = lambda kind, delay, start, end: {"type": kind, "delay": delay, "from": {"cell": start}, "to": {"cell": end}}
    slow = [step("clk-to-q", 0.5, "u_dut.a_q_TRELLIS_FF_Q", "x"), step("routing", 2.0, "x", "u_dut.b_q_TRELLIS_FF_Q_1")]
    report = {"critical_paths": [{"from": "clk", "to": "<async>", "path": [step("routing", 9.0, "a", "b")]}, {"from": "clk", "to": "clk", "path": slow}]}
    assert pnr.critical(report)[:3] == ("a_q to b_q", 0.5, 2.0)
