"""Many mutants in one source, one of them chosen when a simulation begins.

An expression becomes `(esc_mutant_pkg::chosen == 7 ? changed : as_it_was)`: both sides stand where the expression stood, so
they take width and sign from there as it did. An assignment becomes an `if` of two. Whatever lies inside is in the half
that is as it was, so the text grows with the number of mutants and no more. Nothing is chosen by 0, the sound circuit.
"""

from mutation.changes import Mutant

#: The plusarg of the simulation.
PLUSARG = "escapement_mutant"

PACKAGE = f"""package esc_mutant_pkg;
  function automatic int unsigned argument();
    int unsigned number;
    if ($value$plusargs("{PLUSARG}=%d", number) == 0) number = 0;
    return number;
  endfunction
  int unsigned chosen = argument();
endpackage
"""


def schema(text: str, numbered: list[tuple[int, Mutant]]) -> str:
    """`text` with all these mutants behind a choice each."""
    nodes: dict[tuple[int, int], list[tuple[int, Mutant]]] = {}
    for number, mutant in numbered:
        nodes.setdefault(mutant.node, []).append((number, mutant))
    # Outer nodes first; nodes of a tree never overlap but by containing each other.
    return _between(text, 0, len(text), sorted(nodes.items(), key=lambda item: (item[0][0], -item[0][1])))


def _between(text: str, start: int, end: int, nodes: list) -> str:
    """`text[start:end]` with the choices of `nodes`, all of which lie in there."""
    parts, at = [], start
    while nodes:
        (first, last), mutants = nodes[0]
        inside = [n for n in nodes[1:] if n[0][1] <= last]
        nodes = nodes[1 + len(inside) :]
        parts += [text[at:first], _choice(_between(text, first, last, inside), mutants)]
        at = last
    return "".join([*parts, text[at:end]])


def _choice(as_it_was: str, mutants: list[tuple[int, Mutant]]) -> str:
    for number, mutant in mutants:
        chosen = f"esc_mutant_pkg::chosen == {number}"
        if mutant.statement:
            as_it_was = f"begin if ({chosen}) {mutant.instead} else {as_it_was} end"
        else:
            as_it_was = f"({chosen} ? {mutant.instead} : {as_it_was})"
    return as_it_was
