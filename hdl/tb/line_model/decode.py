"""Lines to entries: an independent reader of the format, used where the entries are not known beforehand."""

from contract.line import CONTROL_WITH_SLOT, FIRST_CONTROL, KIND, VERSION

from .crc import crc32c

M64 = (1 << 64) - 1
M40 = (1 << 40) - 1
NAME = {number: name for name, number in KIND.items()}
PRICE_KIND = {"bid": 0, "ask": 1, "trade": 2}


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
        value = self.pn()
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
        "count": line[19],
    }
    if line[17] != VERSION << 4 or header["count"] == 0:
        raise BadLine(f"version and flags {line[17]:#x}, count {header['count']}")
    body = Nibbles(line[20:60])
    state = {"msg": header["msg_index"], "hw": header["hw_time"], "time": _signed(header["hw_time"]), "slot": None, "flags": 0,
             "epoch": {}, "px": {}}
    entries = [_entry(body, state, i == 0) for i in range(header["count"])]
    if body.number >> 4 * body.at:
        raise BadLine("nibbles behind the last entry")
    return header, entries


def _signed(value):
    value &= M64
    return value - (1 << 64) if value >> 63 else value


def _entry(body, state, first):
    low = body.take(2)
    if low & 3:
        if first:
            raise BadLine("compact form in front")
        return _compact(body, state, low)
    return _full(body, state, low | body.take(2) << 8)


def _code(body):
    code = body.take(2)
    return {"code": code} if code else {"code": 0, "price": body.zigzag()}


def _compact(body, state, bits):
    kind = NAME[bits & 3]
    which = PRICE_KIND[kind]
    e = {"kind": kind, "slot": state["slot"], "hw_time": state["hw"], "flags": state["flags"], "side": 0}
    if kind == "trade":
        e["side"] = body.take(1)
    e.update(state["px"][which] if bits & 4 else _code(body))
    state["msg"] = state["msg"] + (bits >> 3 & 3) & M40
    state["time"] = _signed(state["time"] + body.take(2 * (bits >> 5 & 3)))
    e["size"] = body.take(3 if bits & 0x80 else 2)
    e["msg_index"], e["feed_time"] = state["msg"], state["time"]
    if e["code"]:
        e["epoch"] = state["epoch"][which]
    state["px"][which] = {k: e[k] for k in ("code", "price") if k in e}
    return e


def _full(body, state, bits):
    kind = NAME[bits >> 2 & 31]
    control = KIND[kind] >= FIRST_CONTROL
    if control and bits >> 10 or control and bits & 0x100:
        raise BadLine(f"{kind}: descriptor {bits:#x}")
    if bits & 1 << 7:
        slot = body.take(3)
        if slot == state["slot"]:
            raise BadLine("slot named again")
        state["slot"], state["epoch"], state["px"] = slot, {}, {}
    if bits & 1 << 8:
        state["flags"] = body.take(2)
    if bits & 1 << 9:
        state["hw"] = state["hw"] + body.zigzag() & M64
    if control:
        return _control(body, state, kind)
    if bits & 1 << 10:
        state["time"] = _signed(state["time"] + body.zigzag())
    if bits & 1 << 11:
        state["msg"] = state["msg"] + body.pn() & M40
    if state["slot"] is None:
        raise BadLine("first tick without slot")
    e = {"kind": kind, "slot": state["slot"], "hw_time": state["hw"], "flags": state["flags"],
         "msg_index": state["msg"], "feed_time": state["time"], "code": 0,
         "side": body.take(1) if kind == "trade" else body.take(2) if kind == "status" else 0}
    which = PRICE_KIND.get(kind)
    if bits & 1 << 14:
        state["epoch"][which] = body.take(2)
    price = bits >> 12 & 3
    if price:
        e.update(_code(body) if price == 1 else state["px"][which])
        state["px"][which] = {k: e[k] for k in ("code", "price") if k in e}
        if e["code"]:
            e["epoch"] = state["epoch"][which]
    e["size"] = body.pn() if bits & 1 << 15 else 0
    return e


def _control(body, state, kind):
    length = body.take(2)
    end = body.at + length
    e = {"kind": kind, "hw_time": state["hw"]}
    if kind in CONTROL_WITH_SLOT:
        e["slot"] = state["slot"]
    if kind == "gap":
        e.update(first=body.pn(), count=body.pn(), next_index=body.pn())
    elif kind == "ticks_dropped":
        e.update(count=body.pn())
    elif kind == "recentre":
        e.update(price_kind=body.take(1), epoch=body.take(2), centre=body.zigzag())
        state["epoch"].pop(e["price_kind"], None)
        state["px"].pop(e["price_kind"], None)
    elif kind == "refresh":
        e.update(price_kind=body.take(1), state=body.take(1), epoch=body.take(2), flags=body.take(2), status=body.take(2))
        if e["state"] & 1:
            e["centre"] = body.zigzag()
        if e["state"] & 2:
            e.update(price=body.zigzag(), size=body.pn())
    elif kind == "void":
        e.update(first=body.pn(), count=body.pn(), disposition=body.take(2))
    elif kind == "heartbeat":
        e.update(next_index=body.pn(), next_seq=body.pn())
    elif kind in ("slot_assigned", "slot_released"):
        e.update(generation=body.take(2))
        if kind == "slot_assigned":
            e.update(symbol=body.pn())
        state["epoch"], state["px"] = {}, {}
    elif kind == "restart":
        e.update(session=body.pn(), next_index=body.pn())
    else:
        raise BadLine(f"kind {kind} is not built")
    if body.at != end:
        raise BadLine(f"{kind}: payload of {length} nibbles, {body.at - end + length} read")
    return e
