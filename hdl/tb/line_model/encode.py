"""Entries to lines: the reference packer."""

from contract.line import (
    BODY_NIBBLES, CLOCK_UNIT_NS, CONTROL_BITS, CONTROL_WITH_SLOT, FIRST_CONTROL, FORMS, FULL_BITS, KIND, LAG_CLASSES, LIMITS,
    OFFSET, SIZE_CLASSES, TIME_CLASSES, VERSION,
)

from .crc import crc32c
from .numbers import M40, M64, fixed, pn, signed, zigzag

NAME = {number: name for name, number in KIND.items()}
PRICED = {"bid": 0, "ask": 1, "trade": 2}


class Running:
    """What entries of one line lean on: as before its first entry."""

    def __init__(self, first, clock=0):
        self.first = True
        self.msg = first["msg_index"]
        self.hw = first["hw_time"]
        self.lag = clock * CLOCK_UNIT_NS & M64
        self.time = self.hw - self.lag & M64
        self.flags = 0
        self.named = []            # slots with prices, the latest first; the list is the first few of them
        self.price = {}            # (slot, price kind) -> (code, exact price of an escape)
        self.epoch = {}

    def front(self):
        return self.named[0] if self.named else None

    def slot_class(self, slot):
        """Place in the list, or the class of all other slots."""
        listed = self.named[:LIMITS["recent_slots"]]
        return listed.index(slot) if slot in listed else LIMITS["slot_other"]

    def forget(self, slot, kinds=(0, 1, 2)):
        for which in kinds:
            self.price.pop((slot, which), None)
            self.epoch.pop((slot, which), None)

    def forget_all(self):
        self.named, self.price, self.epoch = [], {}, {}


class Form:
    """How one entry was laid out, for coverage: names of what it has."""

    def __init__(self, nibbles, name, **details):
        self.nibbles, self.name, self.details = nibbles, name, details


def step_nibbles(step):
    return fixed(step, 1) if step < 15 else [15, *pn(step)]


def steps_of(time, step, new_frame):
    """Time class and nibbles of both steps."""
    if new_frame:
        if step == 1 and time < 1 << 20:
            return "frame_short", fixed(time, 5)
        if step == 1 and time < 1 << 28:
            return "frame_medium", fixed(time, 7)
        return "frame_long", pn(time) + step_nibbles(step)
    if time == step == 0:
        return "none", []
    if step == 1 and time < 1 << 8:
        return "short", fixed(time, 2)
    if time < 1 << 12:
        return "medium", fixed(time, 3) + step_nibbles(step)
    if step == 1 and time < 1 << 48:
        return "long", pn(time)
    return "long", [LIMITS["long_step"], *step_nibbles(step), *pn(time)]


def size_of(size):
    """Size class and nibbles."""
    lots = size // 100 if size % 100 == 0 and 100 <= size <= 25600 else None
    if size < 16:
        return "nibble", fixed(size, 1)
    if lots is not None and lots <= 16:
        return "hundreds", fixed(lots - 1, 1)
    if size < 256:
        return "byte", fixed(size, 2)
    return "number", [0, *fixed(lots - 1, 2)] if lots is not None else pn(size)


def price_of(e, run, which):
    """Form of the price (same, delta, code) and its nibbles."""
    key = (e["slot"], which)
    now = (e["code"], 0 if e["code"] else e["price"])
    before = run.price.get(key)
    if before == now:
        return "same", []
    if which != PRICED["trade"] and before and before[0] and now[0] and -8 <= now[0] - before[0] <= 7:
        return "delta", fixed(now[0] - before[0] & 15, 1)
    if not e["code"]:
        return "code", [0, 0, *pn(zigzag(e["price"]))]
    return "code", fixed(e["code"], 2) + ([] if key in run.epoch else fixed(e["epoch"], 2))


def compact(e, run, which):
    """A tick in the short form."""
    kind = NAME[e["kind"]]
    time, step = e["feed_time"] - run.time & M64, e["msg_index"] - run.msg & M40
    new_frame = not run.first and e["hw_time"] != run.hw
    lag = zigzag(e["hw_time"] - e["feed_time"] - run.lag) if new_frame else 0
    slot_class = run.slot_class(e["slot"])
    out, details = [], {"slot_class": slot_class, "lag": "none"}
    if not run.first and (slot_class or lag):
        lag_class = "stays" if not lag else "short" if lag < 1 << 16 else "number"
        details["lag"] = lag_class
        out += fixed(LAG_CLASSES[lag_class] << 3 | slot_class, 2)
        out += fixed(e["slot"], 3) if slot_class == LIMITS["slot_other"] else []
        out += {"stays": [], "short": fixed(lag & 0xFFFF, 4), "number": pn(lag)}[lag_class]
    time_class, steps = ("none", []) if run.first else steps_of(time, step, new_frame)
    told, price = price_of(e, run, which)
    size_class, size = size_of(e["size"])
    form = f"{kind}_{told}"
    out += fixed(FORMS[form] | SIZE_CLASSES[size_class] << 3 | TIME_CLASSES[time_class] << 5, 2)
    if run.first:
        out += fixed(e["slot"], 3) + pn(zigzag(time))
    out += fixed(e["side"], 1) if kind == "trade" else []
    out += price + steps + size
    if time_class == "long":
        time_class += " with step" if steps[0] == LIMITS["long_step"] else ""
    if size_class == "number":
        size_class += " of hundreds" if size[0] == 0 else ""
    return Form(out, "first" if run.first else "compact", form=form, time=time_class, size=size_class, **details)


def full(e, run, which):
    """Any other tick."""
    kind = NAME[e["kind"]]
    time, step = e["feed_time"] - run.time & M64, e["msg_index"] - run.msg & M40
    told, price = price_of(e, run, which) if which is not None else ("none", [])
    if told == "delta":  # the full form has none
        told, price = "code", fixed(e["code"], 2)
    lag = not run.first and e["hw_time"] != run.hw
    there = {"has_slot": e["slot"] != run.front(), "has_flags": e["flags"] != run.flags, "has_lag": lag,
             "has_time": time, "has_step": step, "has_size": e["size"]}
    bits = {"none": 0, "code": 1, "same": 2}[told] << FULL_BITS["price"]
    for name, has in there.items():
        bits |= bool(has) << FULL_BITS[name]
    out = fixed(e["kind"], 2) + fixed(bits, 2)
    out += fixed(e["slot"], 3) if there["has_slot"] else []
    out += fixed(e["flags"], 2) if there["has_flags"] else []
    out += pn(zigzag(e["hw_time"] - e["feed_time"] - run.lag)) if lag else []
    out += pn(zigzag(time)) if time else []
    out += pn(step) if step else []
    out += fixed(e["side"], 1) if kind == "trade" else fixed(e["code"], 2) if kind == "status" else []
    out += price
    out += pn(e["size"]) if e["size"] else []
    names = [name for name, has in there.items() if has] + [f"price {told}"]
    return Form(out, "full first" if run.first else "full", full=names)


def tick_nibbles(e, run):
    """A tick's form; moves the running state."""
    which = PRICED.get(NAME[e["kind"]]) if e["has_price"] else None
    forward = signed(e["feed_time"] - run.time & M64) >= 0
    short = which is not None and e["flags"] == run.flags and (run.first or forward)
    form = compact(e, run, which) if short else full(e, run, which)
    if run.first or e["hw_time"] != run.hw:
        run.lag = e["hw_time"] - e["feed_time"] & M64
    run.msg, run.time, run.hw, run.flags = e["msg_index"], e["feed_time"], e["hw_time"], e["flags"]
    if which is not None:
        run.price[e["slot"], which] = (e["code"], 0 if e["code"] else e["price"])
        if e["code"]:
            run.epoch.setdefault((e["slot"], which), e["epoch"])
        run.named = [e["slot"], *(slot for slot in run.named if slot != e["slot"])]
    return form


def payload_of(e):
    """Payload nibbles of a control entry."""
    kind = NAME[e["kind"]]
    if kind == "gap":
        return pn(e["price"]) + pn(e["size"]) + pn(e["msg_index"])
    if kind == "ticks_dropped":
        return pn(e["size"])
    if kind == "recentre":
        return fixed(e["side"], 1) + fixed(e["epoch"], 2) + pn(zigzag(e["price"]))
    if kind == "refresh":
        out = fixed(e["side"], 1) + fixed(e["state"], 1) + fixed(e["epoch"], 2)
        out += fixed(e["flags"], 2) + fixed(e["code"], 2)
        out += pn(zigzag(e["feed_time"])) if e["state"] & 1 else []
        out += pn(zigzag(e["price"])) + pn(e["size"]) if e["state"] & 2 else []
        return out
    if kind == "void":
        return pn(e["price"]) + pn(e["size"]) + fixed(e["code"], 2)
    if kind == "heartbeat":
        return pn(e["msg_index"]) + pn(e["price"])
    if kind == "slot_assigned":
        return fixed(e["epoch"], 2) + pn(e["size"])
    if kind == "slot_released":
        return fixed(e["epoch"], 2)
    if kind == "restart":
        return pn(e["size"]) + pn(e["msg_index"])
    raise ValueError(f"kind {kind} is not built")


def control_nibbles(e, run):
    """A control entry's form; moves the running state."""
    kind = NAME[e["kind"]]
    hw = e["hw_time"] - run.hw & M64
    names_slot = kind in CONTROL_WITH_SLOT and e["slot"] != run.front()
    payload = payload_of(e)
    out = fixed(LIMITS["control"], 2)
    out += fixed(e["kind"] | names_slot << CONTROL_BITS["has_slot"] | bool(hw) << CONTROL_BITS["has_hw"], 2)
    out += fixed(e["slot"], 3) if names_slot else []
    out += pn(zigzag(hw)) if hw else []
    out += fixed(len(payload), 2) + payload
    run.hw = e["hw_time"]
    if kind in ("recentre", "refresh"):
        run.forget(e["slot"], [e["side"]])
    elif kind in ("slot_assigned", "slot_released"):
        run.forget(e["slot"])
    elif kind == "ticks_dropped":
        run.forget_all()
    has = [name for name, there in [("slot", names_slot), ("hw", hw)] if there]
    return Form(out, "control", control=" and ".join(has) or "neither")


def lay_out(e, run):
    """The form of an entry, which lies behind those that `run` went through."""
    form = (tick_nibbles if e["kind"] < FIRST_CONTROL else control_nibbles)(e, run)
    run.first = False
    return form


def pack_line(entries, seq, feed, clock=0):
    """One line of these entries, or None when they do not fit."""
    run = Running(entries[0], clock)
    body = [nibble for e in entries for nibble in lay_out(e, run).nibbles]
    if len(body) > BODY_NIBBLES:
        return None
    line = bytearray(64)
    line[0:4] = (seq & 0xFFFFFFFF).to_bytes(4, "little")
    line[4:12] = entries[0]["hw_time"].to_bytes(8, "little")
    line[12:17] = entries[0]["msg_index"].to_bytes(5, "little")
    line[17:19] = bytes([VERSION << 4, feed])
    line[19:22] = clock.to_bytes(3, "little", signed=True)
    for i, nibble in enumerate(body):
        line[OFFSET["body"] + i // 2] |= nibble << 4 * (i & 1)
    line[60:64] = crc32c(line[:60]).to_bytes(4, "little")
    return bytes(line)


def fits(entries, clock=0):
    """True when these entries fit one line."""
    run = Running(entries[0], clock)
    return sum(len(lay_out(e, run).nibbles) for e in entries) <= BODY_NIBBLES
