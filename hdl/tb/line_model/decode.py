"""Lines to entries: an independent reader of the format, used where the entries are not known beforehand."""

from contract.line import CLOCK_UNIT_NS, CONTROL_WITH_SLOT, FORMS, KIND, VERSION

from .crc import crc32c

M64 = (1 << 64) - 1
M40 = (1 << 40) - 1
NAME = {number: name for name, number in KIND.items()}
PRICE_KIND = {"bid": 0, "ask": 1, "trade": 2}
FORM_NAME = {number: name for name, number in FORMS.items()}


class BadLine(Exception):
    """The bytes are no line of this format."""


class Nibbles:
    """Reads a body nibble by nibble."""

    def __init__(self, body):
        self.number = int.from_bytes(body, "little")
        self.at = 0
        self.end = 2 * len(body)

    def take(self, count):
        if self.at + count > self.end:
            raise BadLine("entry runs over the end of the body")
        value = self.number >> 4 * self.at & ((1 << 4 * count) - 1)
        self.at += count
        return value

    def pn(self):
        length = self.take(1)
        value = self.take(16 if length == 15 else length)
        shortest = (value.bit_length() + 3) // 4
        if (15 if shortest >= 15 else shortest) != length:
            raise BadLine(f"number {value:#x} with length {length} is not the shortest form")
        return value

    def zigzag(self):
        return self.unzigzag(self.pn())

    @staticmethod
    def unzigzag(value):
        return value >> 1 ^ -(value & 1)


def decode_line(line):
    """(header dictionary, list of entries). An entry: `kind` by name, `hw_time`, `msg_index` of ticks, and what it says.

    Prices and centres are signed; a coded price is given as `code` (and `epoch` where known), an escape as `price`;
    `price` is also there where the line repeats an exact one.
    """
    if len(line) != 64 or crc32c(line[:60]) != int.from_bytes(line[60:], "little"):
        raise BadLine("CRC")
    header = {
        "seq": int.from_bytes(line[0:4], "little"),
        "hw_time": int.from_bytes(line[4:12], "little"),
        "msg_index": int.from_bytes(line[12:17], "little"),
        "feed": line[18],
        "clock": int.from_bytes(line[19:22], "little", signed=True),
    }
    if line[17] != VERSION << 4:
        raise BadLine(f"version and flags {line[17]:#x}")
    body = Nibbles(line[22:60])
    time = _signed(header["hw_time"] - header["clock"] * CLOCK_UNIT_NS)
    state = {"msg": header["msg_index"], "hw": header["hw_time"], "time": time, "lag": header["clock"] * CLOCK_UNIT_NS, "flags": 0, "slots": [],
             "epoch": {}, "price": {}}
    entries = []
    while body.number >> 4 * body.at:
        entries.append(_entry(body, state, not entries))
    if not entries:
        raise BadLine("no entry")
    return header, entries


def _signed(value):
    value &= M64
    return value - (1 << 64) if value >> 63 else value


def _signed4(value):
    return value - 16 if value >> 3 else value


def _front(state):
    if not state["slots"]:
        raise BadLine("no slot was named yet")
    return state["slots"][0]


def _entry(body, state, first):
    byte = body.take(2)
    if byte >= 32:
        return _compact(body, state, byte, first, _front(state) if not first else None, None)
    if byte >= 8:
        if first:
            raise BadLine("prefix in front")
        lag, place = byte >> 3, byte & 7
        slot = body.take(3) if place == 7 else state["slots"][place]
        change = 0 if lag == 1 else body.unzigzag(body.take(4)) if lag == 2 else body.zigzag()
        if place == 0 and change == 0:
            raise BadLine("prefix that says nothing")
        return _compact(body, state, body.take(2), False, slot, change)
    if byte == 6:
        return _control(body, state)
    if byte in (0, 7):
        raise BadLine(f"byte {byte}")
    return _full(body, state, NAME[byte], first)


def _code(body, state, key):
    code = body.take(2)
    if not code:
        return {"code": 0, "price": body.zigzag()}
    if key not in state["epoch"]:
        state["epoch"][key] = body.take(2)
    return {"code": code, "epoch": state["epoch"][key]}


def _step(body):
    step = body.take(1)
    return body.pn() if step == 15 else step


def _steps(body, time_class):
    """Steps of feed time and index."""
    if time_class == 1:
        return 0, 0
    if time_class == 2:
        return body.take(2), 1
    if time_class == 3:
        time = body.take(3)
        return time, _step(body)
    if time_class == 4:
        length = body.take(1)
        if length == 13:
            step = _step(body)
            return body.pn(), step
        return body.take(length), 1
    if time_class in (5, 6):
        return body.take({5: 5, 6: 7}[time_class]), 1
    time = body.pn()
    return time, _step(body)


def _size(body, size_class):
    if size_class < 2:
        return body.take(1 + size_class)
    if size_class == 2:
        return 100 * (body.take(1) + 1)
    length = body.take(1)
    if length == 0:
        return 100 * (body.take(2) + 1)
    return body.take(16 if length == 15 else length)


def _compact(body, state, byte, first, slot, lag_change):
    kind, told = FORM_NAME[byte & 7].split("_")
    time_class = byte >> 5
    if first:
        slot = body.take(3)
        state["time"] = _signed(state["time"] + body.zigzag())
    e = {"kind": kind, "slot": slot, "flags": state["flags"], "side": body.take(1) if kind == "trade" else 0}
    key = (slot, PRICE_KIND[kind])
    if told == "same":
        e.update(state["price"][key])
    elif told == "delta":
        before = state["price"][key]
        code = before["code"] + _signed4(body.take(1))
        if not (before["code"] and 1 <= code <= 255):
            raise BadLine(f"delta from code {before['code']} to {code}")
        e.update(code=code, epoch=before["epoch"])
    else:
        e.update(_code(body, state, key))
    time, step = _steps(body, time_class)
    state["time"] = _signed(state["time"] + time)
    state["msg"] = state["msg"] + step & M40
    e["size"] = _size(body, byte >> 3 & 3)
    if time_class >= 5:
        state["lag"] += lag_change or 0
        state["hw"] = state["time"] + state["lag"] & M64
    elif lag_change:
        raise BadLine("change of lag in the running frame")
    if first:
        state["lag"] = state["hw"] - state["time"]
    return _told(e, state, key)


def _told(e, state, key):
    """Stamps a tick, and notes its price."""
    e.update(hw_time=state["hw"], msg_index=state["msg"], feed_time=state["time"])
    if key is not None:
        state["price"][key] = {k: e[k] for k in ("code", "price", "epoch") if k in e}
        state["slots"] = [key[0], *(slot for slot in state["slots"] if slot != key[0])]
    return e


def _full(body, state, kind, first):
    bits = body.take(2)
    slot = body.take(3) if bits & 1 else _front(state)
    if bits & 2:
        state["flags"] = body.take(2)
    if first and bits & 0x14:
        raise BadLine("first entry away from the header's bases")
    lag_change = body.zigzag() if bits & 4 else None
    if bits & 8:
        state["time"] = _signed(state["time"] + body.zigzag())
    if bits & 16:
        state["msg"] = state["msg"] + body.pn() & M40
    if first:
        state["lag"] = state["hw"] - state["time"]
    if lag_change is not None:
        state["lag"] += lag_change
        state["hw"] = state["time"] + state["lag"] & M64
    e = {"kind": kind, "slot": slot, "flags": state["flags"], "code": 0,
         "side": body.take(1) if kind == "trade" else body.take(2) if kind == "status" else 0}
    key = (slot, PRICE_KIND.get(kind)) if bits >> 5 & 3 else None
    if key is not None:
        e.update(_code(body, state, key) if bits >> 5 & 3 == 1 else state["price"][key])
    e["size"] = body.pn() if bits >> 7 else 0
    return _told(e, state, key)


def _forget(state, slot, kinds):
    for which in kinds:
        state["price"].pop((slot, which), None)
        state["epoch"].pop((slot, which), None)


def _control(body, state):
    bits = body.take(2)
    kind = NAME[bits & 31]
    slot = body.take(3) if bits & 32 else None
    if bits & 64:
        state["hw"] = state["hw"] + body.zigzag() & M64
    length = body.take(2)
    end = body.at + length
    e = {"kind": kind, "hw_time": state["hw"]}
    if kind in CONTROL_WITH_SLOT:
        e["slot"] = _front(state) if slot is None else slot
    if kind == "gap":
        e.update(first=body.pn(), count=body.pn(), next_index=body.pn())
    elif kind == "ticks_dropped":
        e.update(count=body.pn())
        state["slots"], state["epoch"], state["price"] = [], {}, {}
    elif kind == "recentre":
        e.update(price_kind=body.take(1), epoch=body.take(2), centre=body.zigzag())
        _forget(state, e["slot"], [e["price_kind"]])
    elif kind == "refresh":
        e.update(price_kind=body.take(1), state=body.take(1), epoch=body.take(2), flags=body.take(2), status=body.take(2))
        if e["state"] & 1:
            e["centre"] = body.zigzag()
        if e["state"] & 2:
            e.update(price=body.zigzag(), size=body.pn())
        _forget(state, e["slot"], [e["price_kind"]])
    elif kind == "void":
        e.update(first=body.pn(), count=body.pn(), disposition=body.take(2))
    elif kind == "heartbeat":
        e.update(next_index=body.pn(), next_seq=body.pn())
    elif kind in ("slot_assigned", "slot_released"):
        e.update(generation=body.take(2))
        if kind == "slot_assigned":
            e.update(symbol=body.pn())
        _forget(state, e["slot"], range(3))
    elif kind == "restart":
        e.update(session=body.pn(), next_index=body.pn())
    else:
        raise BadLine(f"kind {kind} is not built")
    if body.at != end:
        raise BadLine(f"{kind}: payload of {length} nibbles, {body.at - end + length} read")
    return e
