"""What docs/card-model.md sections 4 and 7 say of packets in order. Written from the page; no RTL in mind."""

from dataclasses import dataclass, field

MASK = (1 << 64) - 1


@dataclass
class Packet:
    """One segment as the session sees it."""

    stamp: int
    session: int
    first_seq: int
    offset: int
    send_time: int
    messages: list = field(default_factory=list)  # bytes
    bad: int = None  # early mode: frame disposition number if the frame proved bad


class Session:
    """Events (dictionaries with the fields of ev_t that matter) and counters, in order."""

    def __init__(self, slots, interval):
        self.slots, self.interval = slots, interval
        self.have, self.session, self.expected, self.last_send = False, 0, 1, 0
        self.bad, self.index = 0, 0
        self.lost_ranges = []
        self.time, self.next_due, self.rr = 0, None, 0
        self.events = []
        self.count = dict.fromkeys(("copies", "late", "duplicate", "delivered", "gaps", "lost", "restarts", "evicted"), 0)
        self.types = []

    def _emit(self, kind, hw_time, **fields):
        self.events.append({"kind": kind, "hw_time": hw_time, "msg_index": self.index & (1 << 40) - 1, "bad": self.bad, **fields})

    def visit(self, slot, hw_time):
        if slot == 0:
            self._emit("EvHeartbeat", hw_time, seq=self.expected)
        self._emit("EvVisit", hw_time, len=slot)

    def run_timers(self):
        while self.next_due is not None and self.next_due <= self.time:
            self.visit(self.rr, self.next_due)
            self.rr = (self.rr + 1) % self.slots
            self.next_due += self.interval

    def time_passes(self, now):
        """A time step, or a frame presented (accepted or not)."""
        self.time = max(self.time, now)
        if self.next_due is None and self.interval:
            self.next_due = now + self.interval
        self.run_timers()

    def packet(self, p):
        self.time_passes(p.stamp)

        if not self.have:
            self.have, self.session, self.expected, self.last_send = True, p.session, 1, p.send_time
        elif p.session != self.session or (
            p.first_seq == 1 and p.offset == 0 and p.send_time > self.last_send and self.expected > 1
        ):
            self.session, self.expected, self.last_send = p.session, 1, p.send_time
            self.bad = 0
            self.lost_ranges.clear()
            self.count["restarts"] += 1
            self._emit("EvRestart", p.stamp, count=p.session)
        self.last_send = max(self.last_send, p.send_time)

        if p.first_seq > self.expected:
            lost = p.first_seq - self.expected
            self.count["gaps"] += 1
            self.count["lost"] += lost
            self.bad = 1
            self._emit("EvGap", p.stamp, seq=self.expected, count=lost)
            self.lost_ranges.append((self.expected, p.first_seq))
            if len(self.lost_ranges) > 8:
                self.lost_ranges.pop(0)
                self.count["evicted"] += 1
            self.expected = p.first_seq

        first_delivered, delivered = 0, 0
        for i, data in enumerate(p.messages):
            seq = (p.first_seq + i) & MASK
            self.count["copies"] += 1
            if seq < self.expected:
                late = any(first <= seq < end for first, end in self.lost_ranges)
                self.count["late" if late else "duplicate"] += 1
                continue
            if delivered == 0:
                first_delivered = seq
            self.count["delivered"] += 1
            self.types.append(data[0] if data else None)
            self._emit("EvMsg", p.stamp, seq=seq, len=len(data), data=int.from_bytes(data[:50], "little"),
                       first_of_frame=int(delivered == 0))
            delivered += 1
            self.index += 1
            self.expected = (seq + 1) & MASK
        if p.bad is not None:
            self.bad = 1
            if delivered:
                self._emit("EvVoid", p.stamp, seq=first_delivered, count=delivered, len=p.bad)
