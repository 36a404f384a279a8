"""Functional coverage: declare bins, hit them, fail when a declared one was never hit.

    cov = Coverage("eth_ip_udp")
    cov.bins("tags", [0, 1, 2])
    cov.cross("tags x options", "tags", "options")
    for _ in cov.rounds(100, "tags"):
        cov.hit(tags=1, options=True)
    cov.check()

Every run has a fresh seed, so no bin may hang on luck: what chance may miss is aimed at by a directed test, and a random test
runs its rounds by `rounds`, which goes on until its bins are hit.
"""

from collections import Counter
from itertools import product


#: A random test may take so many times its usual rounds to hit what it has not hit yet.
PATIENCE = 10


class Coverage:
    """A set of points with declared bins and crosses of points."""

    def __init__(self, name):
        self.name = name
        self._bins = {}
        self._cross = {}

    def bins(self, point, values):
        """Declares the bins of a point."""
        self._bins[point] = Counter({value: 0 for value in values})

    def cross(self, name, *points, ignore=lambda *_: False):
        """Declares the cross of points; `ignore(*values)` leaves impossible ones out."""
        keys = [key for key in product(*(self._bins[p] for p in points)) if not ignore(*key)]
        self._cross[name] = (points, Counter({key: 0 for key in keys}))

    def hit(self, **values):
        """Counts one sample. A value that is no declared bin is an error: bins are the whole world."""
        for point, value in values.items():
            if value not in self._bins[point]:
                raise KeyError(f"{self.name}: {point} has no bin {value!r}")
            self._bins[point][value] += 1
        for points, counts in self._cross.values():
            if all(point in values for point in points):
                key = tuple(values[point] for point in points)
                if key in counts:
                    counts[key] += 1

    def holes(self, *names):
        """Declared bins that were never hit, as text; of the points and crosses named, or of all."""
        counters = {**self._bins, **{name: counts for name, (_, counts) in self._cross.items()}}
        return [f"{name}={value!r}" for name in names or counters for value, n in counters[name].items() if n == 0]

    def rounds(self, usual, *names, but=()):
        """Numbers of rounds: `usual` of them, then more while a bin of the points and crosses named was never hit.

        Without names, all points and crosses count. `but` holds holes (as `holes` writes them) that are another test's
        business. After PATIENCE times the usual number it ends: then `check` says what cannot be hit.
        """
        number = 0
        while number < usual:
            yield number
            number += 1
        while number < PATIENCE * usual and set(self.holes(*names)) - set(but):
            yield number
            number += 1
        if number > usual:
            print(f"coverage of {self.name}: {number} rounds instead of {usual}", flush=True)

    def report(self):
        """Prints each point and cross with its hits."""
        print(f"coverage of {self.name}:")
        for point, counts in self._bins.items():
            hit = sum(1 for n in counts.values() if n)
            print(f"  {point}: {hit}/{len(counts)}  " + " ".join(f"{v}:{n}" for v, n in counts.items()))
        for name, (_, counts) in self._cross.items():
            hit = sum(1 for n in counts.values() if n)
            print(f"  {name}: {hit}/{len(counts)}, fewest {min(counts.values(), default=0)}", flush=True)

    def check(self):
        """Prints the report; fails when a declared bin was never hit."""
        self.report()
        holes = self.holes()
        assert not holes, f"{self.name}: never hit: {', '.join(holes[:20])}" + (" ..." if len(holes) > 20 else "")
