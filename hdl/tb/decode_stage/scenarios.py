"""Directed streams for the stage: each is a list of (type, fields) from a fresh start, aimed at one corner.

An item is (type, fields), ("EvVisit", slot), or a number: idle cycles in front of the next message.
"""

import random

BOOK = "AFECXDUPQBH"
WITH_STOCK = "AFHPQ"
ORDER = "ECXDU"


class Market:
    """Names and numbers to make messages of: symbols with slots, strangers, locates, references by set."""

    def __init__(self, sets_log2, ways, symbols, strangers, locates):
        self.sets_log2, self.ways = sets_log2, ways
        self.symbols, self.strangers = symbols, strangers  # symbols: name -> slot
        self.locates = locates
        self._used = set()

    def ref(self, in_set=None):
        """A fresh reference, in a given set if asked."""
        while True:
            ref = random.getrandbits(random.choice([16, 32, 64]))
            if in_set is not None:
                mask = (1 << self.sets_log2) - 1
                ref ^= (ref ^ ref >> 16 ^ ref >> 32 ^ ref >> 48 ^ in_set) & mask
            if ref not in self._used:
                self._used.add(ref)
                return ref

    def near(self, ref):
        """Another reference of the same set that differs from `ref` in few bits."""
        while True:
            i, j = random.randrange(4), random.randrange(4)
            bit = random.randrange(16)
            near = ref ^ 1 << 16 * i + bit ^ 1 << 16 * j + bit
            if i != j and near not in self._used:
                self._used.add(near)
                return near

    def names(self, count):
        """Distinct mapped symbols."""
        return random.sample(sorted(self.symbols), count)

    def numbers(self, count):
        """Distinct locates."""
        return random.sample(self.locates, count)


def teach(locate, name):
    """The directory message of a locate."""
    return "R", {"locate": locate, "stock": name}


def order(kind, locate, ref, m, shares=None, price=None, side=None, name=None):
    """A or F."""
    return kind, {"locate": locate, "ref": ref, "side": side or random.choice([b"B", b"S", b"x"]),
                  "shares": random.randint(2, 1000) if shares is None else shares,
                  "price": random.getrandbits(32) if price is None else price,
                  "stock": name or random.choice(sorted(m.symbols))}


def about(kind, locate, ref, m, **fields):
    """E C X D U of a reference."""
    if kind in "ECX":
        fields.setdefault("shares", 1)
    if kind == "C":
        fields.setdefault("printable", random.choice([b"Y", b"N"]))
    if kind == "U":
        fields.setdefault("new_ref", m.ref())
        fields.setdefault("shares", random.randint(2, 1000))
    return kind, {"locate": locate, "ref": ref, **fields}


def instruments(m):
    """Every message of an instrument with its locate learned, learned as unmapped, and not learned; R teaches again."""
    for kind in "AFHPQB":
        one, two, three, four = m.numbers(4)
        name, other = m.names(2)
        stranger = random.choice(m.strangers)

        def msg(locate, stock):
            if kind in "AF":
                return order(kind, locate, m.ref(), m, name=stock)
            return kind, {"locate": locate} | ({"shares": 5} if kind == "Q" else {}) | ({"stock": stock} if kind != "B" else {})

        yield [teach(one, name), msg(one, other), teach(two, stranger), msg(two, name), msg(three, name), msg(three, stranger),
               msg(four, stranger), msg(four, name), ("B", {"locate": three}), ("B", {"locate": four}),
               teach(one, other), msg(one, name), teach(one, stranger), msg(one, name), teach(two, other), msg(two, stranger)]


def nothing_to_say(m):
    """Cross trades without shares; trades without shares."""
    one, two = m.numbers(2)
    name, = m.names(1)
    yield [teach(one, name), ("Q", {"locate": one, "shares": 0}), ("Q", {"locate": two, "shares": 0, "stock": name}),
           ("Q", {"locate": two, "shares": 0, "stock": m.strangers[0]}), ("P", {"locate": one, "shares": 0}),
           ("Q", {"locate": one, "shares": 1 << 32}), ("Q", {"locate": one, "shares": 1 << 63})]


def fill(m, locate, in_set):
    """Messages that fill a set, and their references."""
    refs = [m.ref(in_set) for _ in range(m.ways)]
    return [order("A", locate, ref, m) for ref in refs], refs


def order_known(m):
    """E C X D U of a known order with every kind of locate; of an unknown one as well."""
    for kind in ORDER:
        own, foreign, bare, dead = m.numbers(4)
        name, other = m.names(2)
        learned = [teach(own, name), teach(foreign, other), teach(dead, m.strangers[0])]
        for locate in (own, foreign, bare, dead):
            ref = m.ref()
            yield [*learned, order("A", own, ref, m, shares=3), about(kind, locate, ref, m)]
            yield [*learned, about(kind, locate, m.ref(), m)]
            # a slot with untracked orders, asked by each locate
            full, refs = fill(m, own, 1)
            lost = [order("A", own, m.ref(1), m) for _ in range(2)]
            asks = [about(kind, locate, m.ref(random.getrandbits(m.sets_log2)), m) for _ in range(3)]
            yield [*learned, *full, *lost, *asks, about(kind, locate, refs[0], m), about(kind, own, m.ref(1), m)]


def untracked(m):
    """Orders without room leave: all that came, in any order and under new names; or others that never were."""
    one, two = m.numbers(2)
    name, other = m.names(2)
    full, _ = fill(m, one, 1)
    a, b, c, d = (m.ref(1) for _ in range(4))
    start = [teach(one, name), teach(two, other), *full, order("A", one, a, m), order("F", one, b, m)]
    more = [order("A", one, c, m), about("D", one, c, m), ("EvVisit", m.symbols[name])]
    renamed = [about("U", one, a, m, new_ref=c), about("X", one, c, m), about("U", one, b, m, new_ref=a), about("U", one, c, m, new_ref=b)]
    for left in ((a, b), (b, a), (a, c), (c, a), (a, a), (c, d), (d, b)):
        leave = [about("D", one, ref, m) for ref in left]
        yield [*start, *leave, *more]
        yield [*start, *renamed, *leave, *more]
        yield [*start, order("A", one, d, m), *leave, about("D", two, a, m), about("D", one, b, m), *more]
        yield [*start, about("U", one, c, m, new_ref=d), *leave, *more]


def reductions(m):
    """E C X of a part, all, more than all, nothing; a second one behind; orders of 0 shares."""
    one, = m.numbers(1)
    name, = m.names(1)
    for kind in "ECX":
        for shares in (4, 10, 11, 1 << 31, 0):
            for printable in (b"Y", b"N"):
                ref = m.ref()
                more = {"printable": printable} if kind == "C" else {}
                yield [teach(one, name), order("F", one, ref, m, shares=10), about(kind, one, ref, m, shares=shares, **more),
                       about("X", one, ref, m, shares=1), about("D", one, ref, m)]
        for shares in (0, 1):
            ref = m.ref()
            yield [teach(one, name), order("A", one, ref, m, shares=0), about(kind, one, ref, m, shares=shares),
                   about("D", one, ref, m)]
    ref = m.ref()
    yield [teach(one, name), order("A", one, ref, m, shares=0), about("D", one, ref, m), about("D", one, ref, m)]
    ref = m.ref()
    full = (1 << 32) - 1
    yield [teach(one, name), order("A", one, ref, m, shares=full, price=full), about("E", one, ref, m, shares=full - 1),
           about("E", one, ref, m, shares=full)]


def insertions(m):
    """A F U into a free way, the last way, a full set, over a reused reference of the same and of another slot."""
    for kind in "AFU":
        one, two, bare = m.numbers(3)
        name, other = m.names(2)
        start = [teach(one, name), teach(two, other)]
        base = m.ref(2)
        start_u = [*start, order("A", one, base, m, side=b"S")]

        def put(ref, locate=one):
            if kind == "U":
                return about("U", locate, base, m, new_ref=ref)
            return order(kind, locate, ref, m, name=name)

        begin = start_u if kind == "U" else start
        ref = m.ref(1)
        yield [*begin, put(ref), about("E", one, ref, m)]
        full, refs = fill(m, one, 1)
        yield [*begin, *full[:-1], put(refs[-1]), about("D", one, refs[-1], m)]
        for locate in (one, two, bare):
            full, refs = fill(m, one, 1)
            ref = m.ref(1)
            yield [*begin, *full, put(ref, locate), ("EvVisit", m.symbols[name]), about("D", one, ref, m),
                   about("D", one, ref, m), ("EvVisit", m.symbols[name])]
            for home in (one, two):
                ref = m.ref(1)
                yield [*begin, order("A", home, ref, m, shares=7), put(ref, locate), about("X", locate, ref, m)]
                # reused in a full set: the old one goes first
                full, refs = fill(m, home, 1)
                yield [*begin, *full, put(refs[0], locate), about("X", locate, refs[0], m), about("D", one, refs[-1], m)]
        if kind != "U":  # an instrument without a slot reuses the reference, also of a full set; the way is free then
            dead, none = m.numbers(2)
            for locate in (dead, none):
                full, refs = fill(m, one, 1)
                taken = order(kind, locate, refs[0], m, name=m.strangers[0])
                yield [*start, teach(dead, m.strangers[0]), *full, taken, about("X", one, refs[0], m), order("A", one, m.ref(1), m),
                       *(about("D", one, ref, m) for ref in refs[1:])]
    for _ in range(3):  # U's new reference: the same, in the same (full) set, in another
        one, = m.numbers(1)
        full, refs = fill(m, one, 3 % (1 << m.sets_log2))
        begin = [teach(one, m.names(1)[0]), *full]
        yield [*begin, about("U", one, refs[0], m, new_ref=refs[0]), about("D", one, refs[0], m)]
        ref = m.near(refs[-1])
        yield [*begin, about("U", one, refs[-1], m, new_ref=ref), about("D", one, ref, m), about("D", one, refs[-1], m)]
        ref = m.ref(0)
        yield [*begin, about("U", one, refs[0], m, new_ref=ref), about("U", one, ref, m, new_ref=refs[0]), about("D", one, refs[0], m)]


#: Two messages that touch the same thing, the second right behind the first.
HAZARDS = ["A E", "A X", "A D", "A U", "A A again", "A A beside", "E E", "E D", "X X", "E all A", "D A", "D D", "D A full set",
           "X all A full set", "U E", "U D", "U U", "U A old", "U A full set", "A over D", "D under visit", "A foreign A", "foreign A E", "R A", "R B", "R R B",
           "A teaches B", "A teaches E", "restart E", "restart D", "restart A", "restart B"]


def hazard(m, name, gap):
    """One hazard with `gap` idle cycles between the two messages. The first follows others closely, and at rest."""
    one, two = m.numbers(2)
    stock, other = m.names(2)
    ref, spare = m.ref(1), m.ref(1)
    full, refs = fill(m, one, 1)
    near = m.near(ref)
    start = [teach(one, stock)]
    added = [*start, order("A", one, ref, m, shares=9), 6]
    new = m.ref(1)
    second = about("U", one, ref, m, new_ref=new)
    pairs = {
        "A E": (start, order("A", one, ref, m), about("E", one, ref, m)),
        "A X": (start, order("A", one, ref, m), about("X", one, ref, m)),
        "A D": (start, order("A", one, ref, m), about("D", one, ref, m)),
        "A U": (start, order("A", one, ref, m), second),
        "A A again": (start, order("A", one, ref, m), order("A", one, ref, m)),
        "A A beside": (start, order("A", one, ref, m), order("A", one, near, m)),
        "E E": (added, about("E", one, ref, m), about("E", one, ref, m, shares=8)),
        "E D": (added, about("E", one, ref, m, shares=2), about("D", one, ref, m)),
        "X X": (added, about("X", one, ref, m, shares=8), about("X", one, ref, m, shares=2)),
        "E all A": (added, about("E", one, ref, m, shares=9), order("A", one, ref, m)),
        "D A": (added, about("D", one, ref, m), order("A", one, ref, m)),
        "D D": (added, about("D", one, ref, m), about("D", one, ref, m)),
        "D A full set": ([*start, *full, 6], about("D", one, refs[-1], m), order("A", one, spare, m)),
        "X all A full set": ([*start, *full, 6], about("X", one, refs[0], m, shares=5000), order("A", one, spare, m)),
        "U E": (added, second, about("E", one, new, m)),
        "U D": (added, second, about("D", one, new, m)),
        "U U": (added, second, about("U", one, new, m, new_ref=ref)),
        "U A old": (added, second, order("A", one, ref, m)),
        "U A full set": ([*start, *full, 6], about("U", one, refs[0], m, new_ref=m.ref(0)), order("A", one, spare, m)),
        "A over D": ([*start, *full, 6], order("A", one, spare, m), about("D", one, spare, m)),
        "D under visit": ([*start, *full, order("A", one, spare, m), 6], about("D", one, spare, m), ("EvVisit", m.symbols[stock])),
        "A foreign A": (start, order("A", one, ref, m), order("A", two, ref, m, name=m.strangers[0])),
        "foreign A E": (added, order("A", two, ref, m, name=m.strangers[0]), about("E", one, ref, m)),
        "R A": ([], teach(one, stock), order("A", one, ref, m, name=other)),
        "R B": ([], teach(one, stock), ("B", {"locate": one})),
        "R R B": ([teach(one, stock)], teach(one, other), ("B", {"locate": one})),
        "A teaches B": ([], order("A", one, ref, m, name=stock), ("B", {"locate": one})),
        "A teaches E": ([], order("A", one, ref, m, name=stock), about("E", one, ref, m)),
        "restart E": (added, ("EvRestart", 1), about("E", one, ref, m)),
        "restart D": ([*start, *full, order("A", one, spare, m), 6], ("EvRestart", 1), about("D", one, spare, m)),
        "restart A": ([*start, *full, 6], ("EvRestart", 1), order("A", two, spare, m, name=stock)),
        "restart B": ([teach(one, stock), 6], ("EvRestart", 1), ("B", {"locate": one})),
    }
    before, first, behind = pairs[name]
    # The order is asked for once more at the end: what memory holds must agree with what was forwarded.
    asked = [12, *(about("D", one, r, m) for r in (ref, near, new, spare, *refs[:2]))]
    return [*before, first, gap, behind, *asked]


def flags(m):
    """Each operation of a slot with untracked orders, and without; visits too."""
    one, two, bare = m.numbers(3)
    name, other = m.names(2)
    full, refs = fill(m, one, 1)
    far = m.ref(2)
    start = [teach(one, name), teach(two, other), *full, order("A", two, far, m, shares=100), order("A", one, m.ref(2), m, shares=100)]
    for lost in ([], [order("A", one, m.ref(1), m)]):
        for kind in "PQHB":
            yield [*start, *lost, *((kind, {"locate": x} | ({"shares": 3} if kind == "Q" else {})) for x in (one, two)),
                   ("S", {"locate": one}), ("EvVisit", m.symbols[name]), ("EvVisit", m.symbols[other]), ("EvHeartbeat", 0),
                   ("EvSlot", m.symbols[name]), ("EvSlot", m.symbols[other])]
        for locate in (one, two):
            for kind in "ECXDU":
                yield [*start, *lost, about(kind, locate, refs[0], m), about(kind, locate, far, m), about(kind, locate, m.ref(), m)]
            yield [*start, *lost, order("A", locate, refs[0], m), order("F", locate, far, m), order("F", locate, m.ref(0), m)]
            stranger = [order("A", bare, ref, m, name=m.strangers[0]) for ref in (refs[0], far)]
            yield [*start, *lost, *stranger]
            # U that lands on another's reference, in both directions
            yield [*start, *lost, about("U", locate, refs[0], m, new_ref=far), about("U", locate, far, m, new_ref=refs[1])]
            yield [*start, *lost, about("U", locate, far, m, new_ref=refs[0]), about("U", locate, refs[0], m, new_ref=far)]


def wraps(m, generations):
    """As many restarts as bring the same generation number again, and others, with nothing written between."""
    one, = m.numbers(1)
    name, = m.names(1)
    for restarts in range(1, generations + 2):
        ref = m.ref(1)
        full, refs = fill(m, one, 1)
        asks = [("B", {"locate": one}), about("D", one, ref, m), about("D", one, refs[0], m), ("EvVisit", m.symbols[name])]
        again = [("EvRestart", 1)] * restarts
        yield [teach(one, name), order("A", one, ref, m), *again, *asks]
        yield [teach(one, name), *full, order("A", one, ref, m), *again, *asks]


def chance(m, count, refs, shares=20):
    """A stream of everything over few references and locates."""
    items = []
    names = [*sorted(m.symbols), *m.strangers[:2]]
    for _ in range(count):
        kind = random.choice("AAAAAFFECXXDDDUUUPQBHRS*")
        locate, ref = random.choice(m.locates), random.choice(refs)
        if kind == "*":
            control = random.choice(["EvVisit"] * 6 + ["EvGap", "EvVoid", "EvHeartbeat", "EvSlot"] + ["EvRestart"] * (random.random() < 0.3))
            items.append((control, random.choice(sorted(m.symbols.values()))))
        elif kind == "R":
            items.append(teach(locate, random.choice(names)))
        elif kind in "AF":
            items.append(order(kind, locate, ref, m, shares=random.randint(0, shares), name=random.choice(names)))
        elif kind in "ECXDU":
            extra = {"shares": random.randint(0, shares)} if kind != "D" else {}
            items.append(about(kind, locate, ref, m, **extra, **({"new_ref": random.choice(refs)} if kind == "U" else {})))
        elif kind == "S":
            items.append(("S", {}))
        else:
            fields = {"locate": locate}
            if kind != "B":
                fields["stock"] = random.choice(names)
            if kind == "Q":
                fields["shares"] = random.choice([0, 1, random.getrandbits(64)])
            items.append((kind, fields))
    return items
