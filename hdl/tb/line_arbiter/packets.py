"""Packets for the arbiter's bench: around the reference's state, and of two lines that lose, swap and repeat."""

import random

from lib.arbiter_reference import MASK, Packet


def message():
    """One message of some length; its length and bytes are the arbiter's business no further."""
    return random.randbytes(random.choice((0, 1, 10, 19, 38, 50, 60)))


def shaped(ref, stamp, shape, line=0):
    """A packet that has a certain shape in the reference's present state."""
    bits = 80 if ref.mold else 32
    session, first = ref.session, ref.expected
    offset, send = (0, 0) if ref.mold else (random.getrandbits(64) | 1, ref.last_send + random.randrange(1, 99))
    messages = [message() for _ in range(random.randrange(1, 7))]
    if shape == "first with gap":
        session, first = random.getrandbits(bits), 7
    elif shape == "first":
        session, first = random.getrandbits(bits), 1
    elif shape == "gap":
        first += random.choice((1, 2, 30))
    elif shape == "far":
        first += random.randrange(1, 2 * ref.places)
    elif shape == "overlap":
        first = max(1, first - random.randrange(1, 4))
        messages += [b"more"] * 4
    elif shape == "old":
        first = max(1, first - random.randrange(1, 80))
        messages = messages[: max(0, ref.expected - first)]
    elif shape == "heartbeat":
        messages = []
    elif shape == "heartbeat ahead":
        messages, first = [], first + random.randrange(1, 9)
    elif shape == "new session":
        session, first = session ^ (1 << random.randrange(bits)), 1
    elif shape == "sequence restart":
        first, offset, messages = 1, 0, random.choice(([], messages))
    elif shape == "restart with gap":
        session, first = session ^ 1, random.randrange(2, 9)
    elif shape == "stale":
        session = random.choice(ref.old)
    elif shape == "wraps":
        first = MASK - 2
    elif shape == "sequence 0":
        first = 0
    elif shape == "old send time":
        first, offset, send = 1, 0, ref.last_send
    return Packet(stamp, session, first & MASK, offset & MASK, send, messages)


def stream_of_two(session, first, stamp, count, *, loss, skew, mold, swaps=0.0, bad=0.0):
    """Packets of a stream as line A and line B bring them: each loses its own, B comes later, some change places."""
    numbers, now, lines = first, stamp, ([], [])
    for index in range(count):
        messages = [message() for _ in range(random.randrange(0, 5))]
        for line, packets in enumerate(lines):
            if random.random() < loss:
                continue
            late = line * skew + random.randrange(0, 1 + skew // 2)
            end = random.randrange(1, 19) if random.random() < bad else None
            packets.append(Packet(now + late, session, numbers, 0 if mold else 5, 0 if mold else 1 + index, messages, end))
        numbers += len(messages)
        now += random.choice((1, 20, 100))
    for packets in lines:
        packets.sort(key=lambda p: p.stamp)
        for i in range(len(packets) - 1):
            if random.random() < swaps:
                a, b = packets[i], packets[i + 1]
                a.stamp, b.stamp = b.stamp, a.stamp
                packets[i], packets[i + 1] = b, a
    return lines
