"""Bench library: `bench` builds and runs, `stream` drives, `structs` packs, `coverage` counts."""
