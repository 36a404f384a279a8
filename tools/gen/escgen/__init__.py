"""Generators: one module for each kind of output, over two plain models (registers, line format)."""
