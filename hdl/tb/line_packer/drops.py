"""What must come out of the packer for what went in: order, announcements of drops, bytes."""

from collections import Counter

from contract.line import CONTROL_WITH_SLOT, KIND, SLOT
from line_model.decode import NAME, decode_line
from line_model.encode import pack_line
from line_model.numbers import signed

M64 = (1 << 64) - 1
M40 = (1 << 40) - 1


class Position:
    """Message index and sequence number behind the last entry seen."""

    def __init__(self):
        self.index, self.offset, self.hw_time = 0, 1, 0
        self.kind = None           # of the last entry

    def see(self, e):
        kind = NAME[e["kind"]]
        own = e["is_tick"] or kind == "recentre"
        self.index = e["msg_index"] + int(own) & M40
        self.hw_time = e["hw_time"]
        self.kind = "tick" if e["is_tick"] else kind
        if kind == "heartbeat":
            self.offset = e["price"] - e["msg_index"]
        elif kind == "gap":
            self.offset = e["price"] + e["size"] - e["msg_index"]
        elif kind == "restart":
            self.offset = 1 - e["msg_index"]

    def seen(self):
        return self.index, (self.index + self.offset) & M64, self.hw_time


class Checker:
    """Fed with entries as they are taken, then with the lines; raises on the first disagreement."""

    def __init__(self, feed, clock):
        self.feed, self.clock = feed, clock
        self.position = Position()
        self.kept = []
        self.before = {}           # number of kept entries -> position when the next came
        self.dropped = {}          # number of kept entries -> Counter of what was dropped there
        self.at = 0                # kept entries already found in lines
        self.group = None          # open announcement: (last slot of the round, Counter so far)
        self.seq = 0
        self.announced = 0
        self.kind_before = {}      # number of kept entries -> kind of the last entry when the next came
        self.behind = []           # kind of the last entry before the end of each announcement

    def take(self, e, dropped):
        """An entry left the source."""
        if dropped:
            what = SLOT["control"] if not e["is_tick"] else e["slot"]
            self.dropped.setdefault(len(self.kept), Counter())[what] += 1
        else:
            self.kept.append(e)
        self.position.see(e)
        self.before[len(self.kept)] = self.position.seen()
        self.kind_before[len(self.kept)] = self.position.kind

    def line(self, line):
        """Checks one line; returns its entries."""
        header, decoded = decode_line(line)
        assert header["seq"] == self.seq & 0xFFFFFFFF and (header["feed"], header["clock"]) == (self.feed, self.clock)
        entries = [self._entry(d, header) for d in decoded]
        want = pack_line(entries, self.seq, self.feed, self.clock)
        assert want == line, f"line {self.seq}:\n want {want and want.hex()}\n got  {line.hex()}\n entries {entries}"
        self.seq += 1
        return entries

    def end(self):
        """Nothing may be missing."""
        assert self.at == len(self.kept), f"{len(self.kept) - self.at} entries never left"
        assert self.group is None and not self.dropped, f"drops never announced: {self.dropped}"

    def _entry(self, d, header):
        if d["kind"] == "ticks_dropped" or (d["kind"] == "heartbeat" and self.group is not None):
            return self._announcement(d, header)
        assert self.group is None, f"{d} inside an announcement"
        assert self.at not in self.dropped, f"{d} before the drops were announced"
        assert self.at < len(self.kept), f"{d} was never put in"
        e = self.kept[self.at]
        compare(d, e)
        self.at += 1
        return e

    def _announcement(self, d, header):
        index, seq, hw_time = self.before[self.at]
        # Of a control entry only the line's header shows the index, and drops may go on during the announcement: the
        # last heartbeat must be right.
        e = {"kind": KIND[d["kind"]], "slot": d.get("slot", 0), "msg_index": header["msg_index"], "hw_time": d["hw_time"],
             "feed_time": 0, "size": 0, "price": 0, "is_tick": 0}
        assert self.at in self.dropped, f"{d}: nothing was dropped here"
        if self.group is None:
            self.group = [-1, Counter()]
        last, counts = self.group
        if d["kind"] == "ticks_dropped":
            order = {SLOT["none"]: 0x1000, SLOT["control"]: 0x1001}.get(d["slot"], d["slot"])
            assert order > last, f"{d}: slots must ascend"
            assert d["count"] > 0
            counts[d["slot"]] += d["count"]
            self.group[0] = order
            e["size"] = d["count"]
            self.announced += d["count"]
        else:
            e["price"] = d["next_seq"]
            e["msg_index"] = d["next_index"]
            self.group[0] = -1
            if counts == self.dropped[self.at]:
                assert (d["next_index"], d["next_seq"], d["hw_time"]) == (index, seq, hw_time), f"{d}: stream is at {index}, {seq}"
                self.behind.append(self.kind_before[self.at])
                del self.dropped[self.at]
                self.group = None
        return e


def compare(d, e):
    """A decoded entry against the one put in, field by field."""
    kind = NAME[e["kind"]]
    assert d["kind"] == kind and d["hw_time"] == e["hw_time"], f"{d} instead of {e}"
    if e["is_tick"]:
        want = {"slot": e["slot"], "msg_index": e["msg_index"], "feed_time": signed(e["feed_time"]), "flags": e["flags"],
                "size": e["size"], "side": e["code"] if kind == "status" else e["side"]}
        if e["has_price"]:
            want["code"] = e["code"]
            want |= {"epoch": e["epoch"]} if e["code"] else {"price": signed(e["price"])}
    elif kind == "gap":
        want = {"first": e["price"], "count": e["size"], "next_index": e["msg_index"]}
    elif kind == "recentre":
        want = {"price_kind": e["side"], "epoch": e["epoch"], "centre": signed(e["price"])}
    elif kind == "refresh":
        want = {"price_kind": e["side"], "state": e["state"], "epoch": e["epoch"], "flags": e["flags"], "status": e["code"]}
        want |= {"centre": signed(e["feed_time"])} if e["state"] & 1 else {}
        want |= {"price": signed(e["price"]), "size": e["size"]} if e["state"] & 2 else {}
    elif kind == "void":
        want = {"first": e["price"], "count": e["size"], "disposition": e["code"]}
    elif kind == "heartbeat":
        want = {"next_index": e["msg_index"], "next_seq": e["price"]}
    elif kind == "slot_assigned":
        want = {"generation": e["epoch"], "symbol": e["size"]}
    elif kind == "slot_released":
        want = {"generation": e["epoch"]}
    else:
        want = {"session": e["size"], "next_index": e["msg_index"]}
    if kind in CONTROL_WITH_SLOT:
        want["slot"] = e["slot"]
    got = {name: d.get(name) for name in want}
    assert got == want, f"{kind}: got {got}, want {want}"
