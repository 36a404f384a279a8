"""What the stage must make of ITCH messages, written from docs/card-model.md, section 5, "instruments and orders"."""

from dataclasses import dataclass

from decode_stage.itch import LENGTHS, NOT_BOOK, field, stock
from line_model.crc import crc32c

NO_SLOT = None
COUNT_MAX = (1 << 32) - 1


def reference_hash(ref):
    """What an untracked order adds to its slot's sum."""
    return crc32c(ref.to_bytes(8, "little"))


@dataclass
class Order:
    """A row of the order table."""

    slot: int
    ask: int
    price: int
    shares: int


class Result:
    """What one event gives: operations (only the fields that they mean), dispositions, events, and notes for coverage."""

    def __init__(self):
        self.ops = []
        self.decoder = None
        self.map = None
        self.events = []
        self.notes = {}


class Reference:
    """Locates, orders and untracked counts of one feed."""

    def __init__(self, sets_log2, ways, symbols):
        self.sets_log2, self.ways, self.symbols = sets_log2, ways, symbols
        self.restart()

    def restart(self):
        """Everything learned is forgotten."""
        self.orders = {}
        self.locates = {}
        self.untracked = {}
        self.sums = {}

    def set_of(self, ref):
        """Set of a reference."""
        return (ref ^ ref >> 16 ^ ref >> 32 ^ ref >> 48) & (1 << self.sets_log2) - 1

    def control(self, kind, ev):
        """A control event."""
        result = Result()
        op = {"op": "OpControl", "ctl": kind, "seq": ev["seq"], "count": ev["count"], "mtype": 0}
        if kind in ("EvVisit", "EvSlot"):
            op["slot"], op["code"] = ev["len"] & 4095, ev["len"] >> 12
        op["untracked"] = int(kind == "EvVisit" and self.untracked.get(op["slot"], 0) > 0)
        if kind == "EvVoid":
            op["code"] = ev["len"] & 31
        if kind == "EvRestart":
            self.restart()
        result.ops.append(op)
        return result

    def message(self, data):
        """One delivered message, whole or cut."""
        r = Result()
        if not data:
            r.decoder = "empty"
            return r
        kind = chr(data[0])
        if kind not in LENGTHS:
            r.decoder = "unknown_type"
            return r
        if len(data) < LENGTHS[kind]:
            r.decoder = "short"
            return r
        if kind == "R":
            self.locates[field(data, "locate")] = self.symbols.get(stock(data), NO_SLOT)
        if kind in NOT_BOOK:
            r.decoder = "not_book_relevant"
            return r
        self.flagged = {slot for slot, count in self.untracked.items() if count}
        {"S": self.system, "H": self.plain, "P": self.plain, "Q": self.plain, "B": self.plain, "A": self.add, "F": self.add,
         "E": self.reduce, "C": self.reduce, "X": self.reduce, "D": self.delete, "U": self.replace}[kind](r, kind, data)
        for op in r.ops:
            op["mtype"] = data[0]
            op["feed_time"] = field(data, "time")
            op.setdefault("untracked", int(op["op"] != "OpSysStatus" and op["slot"] in self.flagged))
        return r

    def system(self, r, kind, data):
        r.ops.append({"op": "OpSysStatus", "code": field(data, "event"), "slot": 0xFFF})

    def slot_of(self, r, data, teach=False):
        """By the locate, else by the stock field; `teach` for A and F. None: unmapped."""
        locate = field(data, "locate")
        if locate in self.locates:
            slot = self.locates[locate]
            r.notes["instrument"] = "locate" if slot is not NO_SLOT else "locate unmapped"
            return slot
        if chr(data[0]) == "B":
            r.notes["instrument"] = "nothing"
            return NO_SLOT
        slot = self.symbols.get(stock(data), NO_SLOT)
        r.notes["instrument"] = "symbol" if slot is not NO_SLOT else "symbol unmapped"
        if teach:
            self.locates[locate] = slot
        return slot

    def plain(self, r, kind, data):
        slot = self.slot_of(r, data)
        if slot is NO_SLOT:
            r.map = "unmapped"
        elif kind == "H":
            r.ops.append({"op": "OpStatus", "slot": slot, "code": field(data, "state")})
        elif kind == "B":
            r.ops.append({"op": "OpBreak", "slot": slot, "size0": field(data, "match")})
        elif kind == "Q" and field(data, "shares") == 0:
            r.map = "no_change"
        else:
            r.ops.append({"op": "OpTrade", "slot": slot, "price0": field(data, "price"), "size0": field(data, "shares"), "code": 0})

    @staticmethod
    def level(order, shares, add=0, complete=1, last=1, mark=0, trade=0, **more):
        """One change of one level."""
        return {"op": "OpOrder", "slot": order.slot, "ask_side": order.ask, "price0": order.price, "size0": shares,
                "order_add": add, "complete": complete, "order_last": last, "mark_bad": mark, "order_trade": trade, **more}

    def add(self, r, kind, data):
        slot = self.slot_of(r, data, teach=True)
        if slot is NO_SLOT:
            old = self.orders.pop(field(data, "ref"), None)
            if old:
                r.events.append("reused_ref")
                r.ops.append(self.level(old, old.shares, mark=1))
                r.notes["insert"] = "reused, no slot"
            else:
                r.map = "unmapped"
            return
        order = Order(slot, int(field(data, "side") != ord("B")), field(data, "price"), field(data, "shares"))
        self.insert(r, field(data, "ref"), order)

    def insert(self, r, ref, order):
        old = self.orders.pop(ref, None)
        if old:
            other = int(old.slot != order.slot)
            r.events.append("reused_ref")
            # The mark of a slot that comes again in this message waits for its last operation.
            r.ops.append(self.level(old, old.shares, complete=other, last=0, mark=other))
            r.notes["insert"] = "reused, other slot" if other else "reused"
        same_set = sum(self.set_of(k) == self.set_of(ref) for k in self.orders)
        if same_set >= self.ways:
            r.events.append("table_overflow")
            self.untracked[order.slot] = min(self.untracked.get(order.slot, 0) + 1, COUNT_MAX)
            self.change_sum(order.slot, reference_hash(ref))
            r.ops.append(self.level(order, 0, add=1, untracked=1))
            r.notes["insert"] = "overflow"
            return
        if not old:
            r.notes["insert"] = "last way" if same_set == self.ways - 1 else "free way"
        self.orders[ref] = order
        r.ops.append(self.level(order, order.shares, add=1, mark=int(old is not None)))

    def change_sum(self, slot, by):
        """The sum of a slot's untracked references."""
        self.sums[slot] = (self.sums.get(slot, 0) + by) % 2**32

    def known(self, r, data):
        """The order of E C X D U, or None after all that an unknown reference does."""
        order = self.orders.get(field(data, "ref"))
        locate = field(data, "locate")
        told = self.locates.get(locate, "not learned")
        if order:
            r.notes["order"] = "locate tells its slot" if told == order.slot else "locate not learned" if told == "not learned" \
                else "locate unmapped" if told is NO_SLOT else "locate tells another slot"
            return order
        if told is NO_SLOT:
            r.map = "unmapped"
            r.notes["order"] = "unknown, locate unmapped"
            return None
        r.map = "unknown_ref"
        r.notes["order"] = "unknown, locate not learned"
        if told == "not learned":
            return None
        if self.untracked.get(told, 0):
            r.notes["order"] = "unknown, untracked"
            gone = reference_hash(field(data, "ref"))
            if chr(data[0]) == "D":
                self.untracked[told] -= 1
                self.change_sum(told, -gone)
                if not self.untracked[told]:
                    r.notes["last one"] = "wrong" if self.sums[told] else "right"
                    if self.sums[told]:
                        r.ops.append({"op": "OpMark", "slot": told, "mark_bad": 1})
                        self.sums[told] = 0
            elif chr(data[0]) == "U":
                self.change_sum(told, reference_hash(field(data, "new_ref")) - gone)
            return None
        r.notes["order"] = "unknown, marks"
        r.ops.append({"op": "OpMark", "slot": told, "mark_bad": 1})
        return None

    def reduce(self, r, kind, data):
        order = self.known(r, data)
        if not order:
            return
        told = field(data, "shares")
        taken = min(told, order.shares)
        over = int(told > order.shares)
        if over:
            r.events.append("over_execution")
        order.shares -= taken
        r.notes["reduce"] = "over" if over else "nothing" if taken == 0 else "part" if order.shares else "all"
        more = {}
        trade = int(kind == "E" or kind == "C" and field(data, "printable") == ord("Y"))
        if trade:
            more = {"price1": order.price if kind == "E" else field(data, "price"), "size1": told, "code": 1 if order.ask else 2}
        if kind == "C":
            r.notes["printable"] = bool(trade)
        r.ops.append(self.level(order, taken, mark=over, trade=trade, **more))
        if order.shares == 0:
            del self.orders[field(data, "ref")]

    def delete(self, r, kind, data):
        order = self.known(r, data)
        if order:
            r.ops.append(self.level(order, order.shares))
            del self.orders[field(data, "ref")]

    def replace(self, r, kind, data):
        order = self.known(r, data)
        if not order:
            return
        del self.orders[field(data, "ref")]
        r.ops.append(self.level(order, order.shares, complete=0, last=0))
        new = field(data, "new_ref")
        r.notes["new reference"] = "the same" if new == field(data, "ref") else \
            "same set" if self.set_of(new) == self.set_of(field(data, "ref")) else "other set"
        self.insert(r, new, Order(order.slot, order.ask, field(data, "price"), field(data, "shares")))
