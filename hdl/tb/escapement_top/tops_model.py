"""Ticks of TOPS frames, from the card model's text: session, dispositions, published quotes. And prices out of codes."""

from collections import Counter

PRICE_KIND = {"bid": 0, "ask": 1, "trade": 2}


class TopsModel:
    """Fed with messages as (kind, values); collects ticks and counts."""

    def __init__(self, slots):
        self.slots = slots  # symbol -> slot
        self.expected = 1
        self.index = 0
        self.declared, self.lost_end = 0, None  # gap entries; first number behind the last gap
        self.bad = 0
        self.published = {}
        self.ticks = []
        self.dispositions, self.frames, self.events, self.types = Counter(), Counter(), Counter(), Counter()
        self.copies = 0

    def bad_frame(self, disposition, messages, early=False):
        """A frame that does not count. Behind its headers (`bad_fcs`) its messages were split already."""
        self.frames[disposition] += 1
        if disposition == "bad_ip_checksum":
            self.events["ip_checksum_bad"] += 1
        if disposition == "bad_fcs" and not early:
            self.events["voided_messages"] += len(messages)

    def packet(self, first, messages, hw_time, good=True):
        """One good frame, or in early mode what a bad one gave before its end."""
        if good:
            self.frames["ok"] += 1
            self.events["heartbeats"] += not messages
        if first > self.expected:
            self.events["lost"] += first - self.expected
            self.declared += 1
            if self.expected != self.lost_end:  # one that goes on where the last ended is not a new gap
                self.events["gaps"] += 1
                self.events["lost_range_evicted"] += self.events["gaps"] > 8
            self.lost_end = first
            self.bad = 4
            self.expected = first
        for i, message in enumerate(messages):
            self.copies += 1
            if first + i < self.expected:
                self.dispositions["duplicate"] += 1
                continue
            self.expected = first + i + 1
            self.events["delivered_a"] += 1
            self.types[f"type_{message[0]}"] += 1
            self._message(message, hw_time)
            self.index += 1

    def _message(self, message, hw_time):
        kind, v = message
        before = len(self.ticks)
        slot = self.slots.get(v.get("symbol"))
        if kind == "P":
            self.dispositions["not_book_relevant"] += 1
            return
        if kind != "S" and slot is None:
            self.dispositions["unmapped"] += 1
            return
        base = {"msg_index": self.index, "feed_time": v["time"], "hw_time": hw_time, "slot": slot, "flags": self.bad, "side": 0}
        if kind == "T":
            self.ticks.append({**base, "kind": "trade", "price": v["price"], "size": v["size"]})
        elif kind == "B":
            self.ticks.append({**base, "kind": "trade_break", "price": None, "size": v["id"]})
        elif kind == "H":
            self.ticks.append({**base, "kind": "status", "price": None, "size": 0, "side": v["code"][0]})
        elif kind == "S":
            self.ticks.append({**base, "slot": 0xFFF, "flags": 0, "kind": "status", "price": None, "size": 0, "side": v["code"][0]})
        else:
            for side in ("bid", "ask"):
                price, size = (v[side], v[f"{side}_size"]) if v[f"{side}_size"] else (None, 0)
                if self.published.get((slot, side), (None, 0)) != (price, size):
                    self.published[slot, side] = (price, size)
                    self.ticks.append({**base, "kind": side, "price": price, "size": size})
        self.dispositions["ticked" if len(self.ticks) > before else "no_change"] += 1


def ticks_of(entries, tick_size):
    """Ticks of decoded entries with exact prices: codes are looked up in the centres that the recentres gave."""
    centres, ticks = {}, []
    for e in entries:
        if e["kind"] == "recentre":
            centres[e["slot"], e["price_kind"]] = (e["epoch"], e["centre"])
        if "msg_index" not in e:
            continue
        price = e.get("price")
        if e["code"] and e["kind"] in PRICE_KIND:
            epoch, centre = centres[e["slot"], PRICE_KIND[e["kind"]]]
            assert epoch == e["epoch"], f"{e}: centre of epoch {epoch}"
            price = centre + (e["code"] - 128) * tick_size
        ticks.append({"kind": e["kind"], "msg_index": e["msg_index"], "feed_time": e["feed_time"], "hw_time": e["hw_time"],
                      "slot": e["slot"], "flags": e["flags"], "side": e["side"], "price": price, "size": e["size"]})
    return ticks
