"""Entries to lines: the reference packer."""

from contract.line import BODY_NIBBLES, CONTROL_WITH_SLOT, FIRST_CONTROL, FULL_BIT, KIND, VERSION

from .crc import crc32c

M64 = (1 << 64) - 1
M40 = (1 << 40) - 1
NAME = {number: name for name, number in KIND.items()}
PRICED = {"bid": 0, "ask": 1, "trade": 2}


def signed(value, bits=64):
    """Two's complement reading."""
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def zigzag(value):
    """Signed 64-bit value (given as its bits) to unsigned: 0, -1, 1, -2 -> 0, 1, 2, 3."""
    value = signed(value & M64)
    return (value << 1 if value >= 0 else (-value << 1) - 1) & M64


def fixed(value, nibbles):
    """`nibbles` nibbles, low first."""
    return [value >> 4 * i & 15 for i in range(nibbles)]


def pn(value):
    """Prefixed nibbles."""
    count = (value.bit_length() + 3) // 4
    return [15, *fixed(value, 16)] if count >= 15 else [count, *fixed(value, count)]


class Running:
    """What entries of one line lean on."""

    def __init__(self, first):
        self.msg = first["msg_index"]
        self.hw = first["hw_time"]
        self.time = first["hw_time"]
        self.slot = None
        self.flags = 0
        self.est = {}
        self.px = {}

    def name(self, slot):
        self.slot = slot
        self.est = {}
        self.px = {}


def tick_nibbles(e, run, first):
    """Nibbles of a tick; moves the running state."""
    kind = NAME[e["kind"]]
    step = e["msg_index"] - run.msg & M40
    time = e["feed_time"] - run.time & M64
    hw = e["hw_time"] - run.hw & M64
    new_slot = e["slot"] != run.slot
    if new_slot:
        run.name(e["slot"])
    new_flags = e["flags"] != run.flags
    which = PRICED.get(kind) if e["has_price"] else None
    same = which is not None and run.px.get(which) == e["price"]
    est = which is not None and run.est.get(which, False)
    exact = [] if e["code"] else pn(zigzag(e["price"]))
    code = [*fixed(e["code"], 2), *exact]
    compact = (which is not None and not first and not new_slot and not new_flags and hw == 0 and step <= 3
               and time < 1 << 24 and e["size"] < 4096 and (same or e["code"] == 0 or est))
    if compact:
        time_class = 0 if time == 0 else 1 if time < 1 << 8 else 2 if time < 1 << 16 else 3
        long_size = int(e["size"] > 0xFF)
        out = fixed(e["kind"] | same << 2 | step << 3 | time_class << 5 | long_size << 7, 2)
        out += fixed(e["side"], 1) if kind == "trade" else []
        out += [] if same else code
        out += fixed(time, 2 * time_class) + fixed(e["size"], 2 + long_size)
    else:
        price_class = 0 if which is None else 2 if same else 1
        epoch = price_class == 1 and e["code"] != 0 and not est
        bits = e["kind"] << 2 | price_class << 12
        for name, there in [("has_slot", new_slot), ("has_flags", new_flags), ("has_hw", hw), ("has_time", time),
                            ("has_step", step), ("has_epoch", epoch), ("has_size", e["size"])]:
            bits |= bool(there) << FULL_BIT[name]
        out = fixed(bits, 4)
        out += fixed(e["slot"], 3) if new_slot else []
        out += fixed(e["flags"], 2) if new_flags else []
        out += pn(zigzag(hw)) if hw else []
        out += pn(zigzag(time)) if time else []
        out += pn(step) if step else []
        out += fixed(e["side"], 1) if kind == "trade" else fixed(e["code"], 2) if kind == "status" else []
        out += fixed(e["epoch"], 2) if epoch else []
        out += code if price_class == 1 else []
        out += pn(e["size"]) if e["size"] else []
    run.msg, run.time, run.hw, run.flags = e["msg_index"], e["feed_time"], e["hw_time"], e["flags"]
    if which is not None:
        run.px[which] = e["price"]
        if e["code"]:
            run.est[which] = True
    return out, compact


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
    """Nibbles of a control entry; moves the running state."""
    kind = NAME[e["kind"]]
    hw = e["hw_time"] - run.hw & M64
    new_slot = kind in CONTROL_WITH_SLOT and e["slot"] != run.slot
    payload = payload_of(e)
    out = fixed(e["kind"] << 2 | new_slot << FULL_BIT["has_slot"] | bool(hw) << FULL_BIT["has_hw"], 4)
    if new_slot:
        out += fixed(e["slot"], 3)
        run.name(e["slot"])
    out += pn(zigzag(hw)) if hw else []
    out += fixed(len(payload), 2) + payload
    run.hw = e["hw_time"]
    if kind == "recentre":
        run.px.pop(e["side"], None)
        run.est.pop(e["side"], None)
    if kind in ("slot_assigned", "slot_released"):
        run.name(e["slot"])
    return out


def nibbles_of(e, run, first):
    """(nibbles, compact form used)."""
    return tick_nibbles(e, run, first) if e["kind"] < FIRST_CONTROL else (control_nibbles(e, run), False)


def pack_line(entries, seq, feed):
    """One line of these entries, or None when they do not fit."""
    run = Running(entries[0])
    body = []
    for i, e in enumerate(entries):
        body += nibbles_of(e, run, i == 0)[0]
    if len(body) > BODY_NIBBLES:
        return None
    line = bytearray(64)
    line[0:4] = (seq & 0xFFFFFFFF).to_bytes(4, "little")
    line[4:12] = entries[0]["hw_time"].to_bytes(8, "little")
    line[12:17] = entries[0]["msg_index"].to_bytes(5, "little")
    line[17:20] = bytes([VERSION << 4, feed, len(entries)])
    for i, nibble in enumerate(body):
        line[20 + i // 2] |= nibble << 4 * (i & 1)
    line[60:64] = crc32c(line[:60]).to_bytes(4, "little")
    return bytes(line)


def fits(entries):
    """True when these entries fit one line."""
    run = Running(entries[0])
    return sum(len(nibbles_of(e, run, i == 0)[0]) for i, e in enumerate(entries)) <= BODY_NIBBLES
