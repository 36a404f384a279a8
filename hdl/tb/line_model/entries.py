"""Random streams of entries as the book would make them: codes agree with centres, recentres stand where they must."""

import random

from contract.line import FLAG, KIND, SLOT

M64 = (1 << 64) - 1
M40 = (1 << 40) - 1
TICKS = ["bid", "ask", "trade", "trade_break", "status"]
CONTROLS = ["gap", "recentre", "refresh", "void", "heartbeat", "restart", "slot_assigned", "slot_released"]


def edge64(rng):
    """A 64-bit number with a random number of significant bits, now and then all ones or a lone top bit."""
    bits = rng.choice([0, 1, 3, 4, 5, 8, 12, 16, 24, 32, 40, 48, 52, 55, 56, 57, 59, 60, 61, 63, 64])
    return rng.choice([rng.getrandbits(bits) if bits else 0, (1 << bits) - 1, 1 << bits - 1 if bits else 0]) & M64


class Stream:
    """Makes entries one after the other. `calm` is the share of steps that stay near the previous entry; a `dense` stream
    has steady prices and short numbers only, so that many entries share a line."""

    def __init__(self, rng=None, slots=64, calm=0.8, controls=0.15, unloaded=0.0, dense=False):
        self.dense = dense
        self.rng = rng or random.Random(random.getrandbits(64))
        self.slots, self.calm, self.controls, self.unloaded = slots, calm, controls, unloaded
        self.hw = self.rng.getrandbits(60)
        self.time = self.rng.getrandbits(60)
        self.index = self.rng.choice([0, M40 - 20, self.rng.getrandbits(40)])
        self.next_seq = 1
        self.slot = 0
        self.flags = 0
        self.centre = {}
        self.epoch = {}
        self.price = {}
        self.last_size = 100

    def base(self, kind):
        rng = self.rng
        return {"kind": KIND[kind], "slot": 0, "msg_index": self.index, "hw_time": self.hw, "feed_time": 0, "has_price": 0,
                "price": 0, "code": 0, "epoch": 0, "size": 0, "side": 0, "flags": 0, "state": 0, "is_tick": 0,
                "unloaded": 0, "first_of_frame": 0, "t_in": rng.getrandbits(32)}

    def step(self):
        """Moves time and index, changes the slot now and then."""
        rng = self.rng
        if self.dense:
            self.time = self.time + rng.choice([0, 0, 200]) & M64
            self.index = self.index + rng.randrange(2) & M40
            if rng.random() > self.calm:
                self.slot = rng.randrange(min(5, self.slots))
            return
        forward = 0
        if rng.random() < 0.6:
            bits = rng.choice([1, 4, 8, 8, 9, 12, 12, 13, 16, 20, 21, 24, 28, 29, 47, 48, 49])
            forward = rng.choice([rng.getrandbits(bits), (1 << bits) - 1, 1 << bits - 1])
        self.time = self.time + forward & M64
        if rng.random() < 0.4:  # a new frame: as late as the one before, about as late, or not
            self.hw = self.hw + rng.choice([forward, forward, forward + rng.randint(-40, 40), forward + 1, rng.getrandbits(40)]) & M64
        self.index = (self.index + rng.choice([0, 0, 1, 1, 1, 1, 2, 3, 9, 14, 15, 16])) & M40
        if rng.random() > self.calm:
            self.slot = rng.randrange(min(rng.choice([3, 8, 64]), self.slots))
        if rng.random() > 0.97:
            self.flags = rng.choice([0, FLAG["maybe_bad_book"], 0xFF])
        if rng.random() > 0.97:
            self.hw, self.time = edge64(rng), edge64(rng)
        if rng.random() > 0.98:
            self.index = rng.getrandbits(40)

    def entry(self):
        """The next entry."""
        self.step()
        return self.control() if self.rng.random() < self.controls else self.tick()

    def tick(self):
        rng = self.rng
        kind = rng.choices(TICKS, [8, 8, 4, 0, 0] if self.dense else [8, 8, 4, 1, 1])[0]
        e = self.base(kind)
        e.update(slot=self.slot, feed_time=self.time, flags=self.flags, is_tick=1,
                 unloaded=int(rng.random() < self.unloaded), first_of_frame=rng.getrandbits(1))
        e["size"] = rng.choice([self.last_size, rng.getrandbits(4), rng.getrandbits(8), rng.getrandbits(12), 100 * rng.randrange(18),
                                100 * rng.randrange(260), edge64(rng)])
        e["size"] = e["size"] & 0xFF if self.dense else e["size"]
        self.last_size = e["size"]
        if kind == "status":
            e.update(slot=rng.choice([self.slot, SLOT["none"]]), code=rng.getrandbits(8), size=0)
        elif kind != "trade_break" and (kind == "trade" or (self.dense or rng.random() > 0.1)):
            which = TICKS.index(kind)
            self.set_price(e, which)
        else:
            e["size"] = e["size"] if kind == "trade_break" else 0
        if kind == "trade":
            e["side"] = rng.randrange(3)
        return e

    def set_price(self, e, which):
        rng, key = self.rng, (self.slot, which)
        last = self.price.get(key, edge64(rng))
        self.price[key] = rng.choices([last, (last + rng.randint(-20, 20)) & M64, edge64(rng)], [4, 5, 1] if not self.dense else [20, 1, 0])[0]
        e.update(has_price=1, price=self.price[key])
        if key not in self.centre and rng.random() < 0.3:  # set by the host before the start
            self.centre[key], self.epoch[key] = last, self.epoch.get(key, 0)
        distance = (self.price[key] - self.centre[key] + 128) & M64 if key in self.centre else 0
        if 1 <= distance <= 255:
            e.update(code=distance, epoch=self.epoch[key])

    def control(self):
        rng = self.rng
        kind = rng.choices(CONTROLS, [1, 4, 3, 1, 2, 1, 1, 1])[0]
        e = self.base(kind)
        if kind == "gap":
            e.update(price=self.next_seq, size=max(1, edge64(rng)))
            self.next_seq = e["price"] + e["size"] & M64
        elif kind == "void":
            e.update(price=edge64(rng), size=edge64(rng), code=rng.randrange(21))
        elif kind == "heartbeat":
            self.next_seq = edge64(rng)
            e.update(price=self.next_seq)
        elif kind == "restart":
            self.next_seq = 1
            e.update(size=rng.getrandbits(32))
        elif kind in ("slot_assigned", "slot_released"):
            symbol = rng.choice([edge64(rng), int.from_bytes(b"AAPL    ", "little")])
            e.update(slot=self.slot, epoch=rng.getrandbits(8), size=symbol if kind == "slot_assigned" else 0)
            for which in range(3):
                self.centre.pop((self.slot, which), None)
        elif kind == "recentre":
            which = rng.randrange(3)
            key = (self.slot, which)
            self.epoch[key] = (self.epoch.get(key, 0) + 1) % 256
            self.centre[key] = self.price.get(key, edge64(rng))
            e.update(slot=self.slot, side=which, epoch=self.epoch[key], price=self.centre[key])
        else:
            state = rng.randrange(8)
            e.update(slot=self.slot, side=rng.randrange(3), state=state, epoch=rng.getrandbits(8), code=rng.getrandbits(8),
                     flags=rng.choice([0, 4, 255]), feed_time=edge64(rng) if state & 1 else 0,
                     has_price=state >> 1 & 1, price=edge64(rng) if state & 2 else 0, size=edge64(rng) if state & 2 else 0)
        return e
