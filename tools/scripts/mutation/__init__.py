"""Mutants of the RTL: what can be changed (`changes`), how many fit one build (`schema`), who judges (`bed`)."""
