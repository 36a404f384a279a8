"""The book, written from docs/card-model.md sections 6 and 7: unbounded dictionaries, sorted bests, exact integers.

The only thing shared with the hardware is what the card model says about the level store: which set a level belongs
to and how many levels a set holds (for overflow). Bests are computed from all levels each time.
"""

from collections import Counter

KIND = {"bid": 1, "ask": 2, "trade": 3, "trade_break": 4, "status": 5, "gap": 8, "recentre": 10, "refresh": 11,
        "void": 12, "heartbeat": 14, "slot_assigned": 15, "slot_released": 16, "restart": 17}
SLOT_NONE = 0xfff
M64 = (1 << 64) - 1


def signed(word):
    """64-bit word as a signed number."""
    return word - (1 << 64) if word >> 63 else word


def crc32c(data):
    """CRC-32C, bit by bit."""
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


class Centre:
    """Centre of one price kind of a slot."""

    def __init__(self, centre=None):
        self.centre, self.epoch, self.run, self.moves = centre, 0, 0, 0


class Slot:
    """One instrument."""

    def __init__(self, tick, centres):
        self.tick = tick
        self.kinds = [Centre(c) for c in centres]
        self.touched = any(c is not None for c in centres)
        self.muted = False
        self.forget()

    def forget(self):
        """What a restart clears."""
        self.levels = [{}, {}]
        self.published = [None, None]
        self.known = [False, False]
        self.bad = False
        self.status = 0

    def change_hands(self, assigned):
        """Section 12: nothing was ever told of it; its levels stay, they are the host's to take away."""
        self.muted, self.bad, self.touched = not assigned, assigned, False
        self.published, self.known, self.status = [None, None], [False, False], 0
        for kind in self.kinds:
            kind.centre, kind.run = None, 0

    def best(self, side):
        """(price, size) of the best level, or None."""
        levels = self.levels[side]
        if not levels:
            return None
        price = max(levels) if side == 0 else min(levels)
        return price, levels[price]


class Book:
    """Operations in (dictionaries of op_t, prices as 64-bit words), entries out (dictionaries of entry_t)."""

    def __init__(self, ticks, centres, recentre_run=2, sets_log2=10, ways=4):
        self.ticks, self.centres, self.recentre_run = ticks, centres, recentre_run
        self.sets_log2, self.ways = sets_log2, ways
        self.reset()

    def reset(self):
        """Core reset: configuration stays."""
        self.slots = [Slot(t, c) for t, c in zip(self.ticks, self.centres)]
        self.sets = Counter()
        self.counts = Counter()
        self.open = None

    def _set_of(self, slot, side, price):
        key = (price & M64).to_bytes(8, "little") + slot.to_bytes(2, "little") + bytes([side])
        return crc32c(key) & (1 << self.sets_log2) - 1

    def _entry(self, op, kind, **fields):
        return {"kind": KIND[kind], "slot": op["slot"], "msg_index": op["msg_index"], "hw_time": op["hw_time"],
                "unloaded": op["unloaded"], "t_in": op["t_in"], "mtype": op["mtype"], **fields}

    def _tick(self, op, kind, bad, **fields):
        self.counts["ticks"] += 1
        self.counts[f"tick_{kind}"] += 1
        first = op["first_of_frame"] and not self.made
        self.made = True
        if op["slot"] != SLOT_NONE:
            self.slots[op["slot"]].touched = True
        return self._entry(op, kind, is_tick=1, first_of_frame=int(first), feed_time=op["feed_time"],
                           flags=4 if bad else 0, **fields)

    def _price_tick(self, op, kind, bad, quote, **fields):
        """A bid, ask or trade tick; the recentre that it may ask for waits for the message's last tick."""
        name = ("bid", "ask", "trade")[kind]
        if quote is None:
            return [self._tick(op, name, bad, **fields)]
        slot = self.slots[op["slot"]]
        k = slot.kinds[kind]
        price, size = quote
        in_range = k.centre is not None and abs(price - k.centre) <= 127 * slot.tick
        code = 0
        if in_range and (price - k.centre) % slot.tick == 0:
            code = (price - k.centre) // slot.tick + 128
        else:
            self.counts["escapes"] += 1
        entries = [self._tick(op, name, bad, has_price=1, price=price & M64, size=size, code=code,
                              epoch=k.epoch if code else 0, **fields)]
        if k.centre is not None:
            k.run = 0 if in_range else min(k.run + 1, 255)
        if k.centre is None or k.run >= self.recentre_run:
            centre = price - price % slot.tick
            if k.moves >= 100 or centre < -(1 << 63):
                self.counts["recentre_held"] += 1
            else:
                k.centre, k.epoch, k.run, k.moves = centre, (k.epoch + 1) % 256, 0, k.moves + 1
                self.counts["recentres"] += 1
                self.recentres.append(self._entry(op, "recentre", side=kind, epoch=k.epoch, has_price=1,
                                                  price=centre & M64))
        return entries

    def _publish(self, op, bad, quotes):
        entries = []
        slot = self.slots[op["slot"]]
        for side, quote in enumerate(quotes):
            if quote != slot.published[side]:
                entries += self._price_tick(op, side, bad, quote)
            slot.published[side] = quote
            slot.known[side] = True
        return entries

    def _level(self, op):
        slot, side, price, size = self.slots[op["slot"]], op["ask_side"], signed(op["price0"]), op["size0"]
        levels = slot.levels[side]
        row = self._set_of(op["slot"], side, price)
        if size:
            if price in levels:
                levels[price] = size
            elif self.sets[row] < self.ways:
                levels[price] = size
                self.sets[row] += 1
            else:
                self.counts["level_overflow"] += 1
                slot.bad = True
        elif price in levels:
            del levels[price]
            self.sets[row] -= 1
        else:
            self.counts["absent_level"] += 1

    def _order(self, op):
        """A level gains or loses shares."""
        levels = self.slots[op["slot"]].levels[op["ask_side"]]
        total = levels.get(signed(op["price0"]))
        shares = op["size0"] & 0xffffffff
        if shares == 0:
            return
        if op["order_add"]:
            self._level({**op, "size0": (total or 0) + shares})
        elif total is None:
            self.counts["absent_level"] += 1
        else:
            if shares > total:
                self.counts["level_clamped"] += 1
            self._level({**op, "size0": max(total - shares, 0)})

    def message(self, op):
        """An operation of a message: its entries; the message's disposition is counted at its end.

        A message of orders is several operations: `self.open` then holds the flags as they were before it.
        """
        self.recentres = []
        if self.open is None:
            self.made, self.open = False, [slot.bad for slot in self.slots]
        kind = op["op"]
        slot = self.slots[op["slot"]] if op["slot"] != SLOT_NONE else None
        bad = bool(op["bad"] or op["untracked"] or (slot and self.open[op["slot"]]))
        disposition = "no_change"
        if kind != "OpOrder" or op["order_last"]:
            self.open = None
        if kind == "OpMark":
            slot.bad = True
            return []
        if slot and slot.muted:
            entries = []
            if kind == "OpLevel":
                self._level(op)
                disposition = "no_change" if op["complete"] else "event_open"
            elif kind == "OpOrder":
                self._order(op)
                slot.bad |= bool(op["mark_bad"])
                if not op["order_last"]:
                    return []
        elif kind == "OpQuote":
            bid = (signed(op["price0"]), op["size0"]) if op["size0"] else None
            ask = (signed(op["price1"]), op["size1"]) if op["size1"] else None
            entries = self._publish(op, bad, (bid, ask))
        elif kind == "OpLevel":
            self._level(op)
            entries = []
            if op["complete"]:
                entries = self._publish(op, bad, (slot.best(0), slot.best(1)))
            else:
                disposition = "event_open"
        elif kind == "OpOrder":
            entries = []
            if op["order_trade"]:
                entries = self._price_tick(op, 2, bad, (signed(op["price1"]), op["size1"]), side=op["code"])
            self._order(op)
            slot.bad |= bool(op["mark_bad"])
            if op["complete"]:
                entries += self._publish(op, bad, (slot.best(0), slot.best(1)))
            # Trade, bid, ask: each kind at most once, and the trade was first.
            self.recentres.sort(key=lambda entry: (entry["side"] + 1) % 3)
            if not op["order_last"]:
                return entries + self.recentres
        elif kind == "OpTrade":
            entries = self._price_tick(op, 2, bad, (signed(op["price0"]), op["size0"]), side=op["code"])
        elif kind == "OpBreak":
            entries = [self._tick(op, "trade_break", bad, size=op["size0"])]
        elif kind == "OpStatus":
            entries = [self._tick(op, "status", bad, code=op["code"], side=op["code"])]
            slot.status = op["code"]
        elif kind == "OpSysStatus":
            entries = [self._tick(op, "status", False, code=op["code"], side=op["code"])]
        else:
            raise ValueError(kind)
        self.counts["disp_ticked" if self.made else f"disp_{disposition}"] += 1
        return entries + self.recentres

    def control(self, op):
        """A control event."""
        op = dict(op)
        ctl = op["ctl"]
        if ctl == "EvVisit":
            return self._visit(op)
        if ctl == "EvSlot":
            assigned = bool(op["code"] & 1)
            self.slots[op["slot"]].change_hands(assigned)
            generation = op["seq"] & 0xff
            if assigned:
                return [self._entry(op, "slot_assigned", epoch=generation, size=op["count"])]
            return [self._entry(op, "slot_released", epoch=generation)]
        op["slot"] = SLOT_NONE
        if ctl == "EvGap":
            return [self._entry(op, "gap", price=op["seq"], size=op["count"])]
        if ctl == "EvVoid":
            return [self._entry(op, "void", price=op["seq"], size=op["count"], code=op["code"])]
        if ctl == "EvHeartbeat":
            return [self._entry(op, "heartbeat", price=op["seq"])]
        if ctl == "EvRestart":
            for slot in self.slots:
                slot.forget()
            self.sets.clear()
            return [self._entry(op, "restart", size=op["count"])]
        raise ValueError(ctl)

    def _visit(self, op):
        slot = self.slots[op["slot"]]
        if op["code"]:  # the host's word: 1 proven, 2 not
            slot.bad = op["code"] == 2
        if not slot.touched:
            return []
        entries = []
        for kind, k in enumerate(slot.kinds):
            quote = slot.published[kind] if kind < 2 else None
            known = kind < 2 and slot.known[kind]
            entry = self._entry(op, "refresh", side=kind, epoch=k.epoch, code=slot.status,
                                flags=4 if op["bad"] or op["untracked"] or slot.bad else 0,
                                state=(k.centre is not None) | (quote is not None) << 1 | known << 2)
            if k.centre is not None:
                entry["feed_time"] = k.centre & M64
            if quote is not None:
                entry |= {"has_price": 1, "price": quote[0] & M64, "size": quote[1]}
            entries.append(entry)
            k.moves = 0
            self.counts["refreshes"] += 1
        return entries

    def apply(self, op):
        """Any operation."""
        return self.control(op) if op["op"] == "OpControl" else self.message(op)
