"""What docs/card-model.md sections 4 and 7 say of packets of two lines. Written from the page; no RTL in mind."""

from collections import Counter
from dataclasses import dataclass, field

MASK = (1 << 64) - 1


@dataclass
class Packet:
    """One packet as the arbiter sees it."""

    stamp: int
    session: int
    first_seq: int
    offset: int = 0
    send_time: int = 0
    messages: list = field(default_factory=list)  # bytes
    bad: int = None  # early mode: frame disposition number if the frame proved bad


class Line:
    """What is known of one line."""

    def __init__(self):
        self.passed, self.last_seen = 1, 0
        self.packet, self.seq, self.stale = None, 0, False
        self.taken = []  # numbers of the running packet that were delivered or held


class Arbiter:
    """Events (dictionaries with the fields of ev_t that matter) and counters, in order."""

    def __init__(self, slots, interval, places=2048, mold=False, configured=1, window=1_000_000):
        self.slots, self.interval, self.places, self.mold = slots, interval, places, mold
        self.configured, self.gap_window = configured, window
        self.lines = [Line(), Line()]
        self.have, self.session, self.expected = False, 0, 1
        # Largest send time of all packets but each line's last, and those of the last ones; without those that proved bad.
        self.send_before, self.sent = 0, [0, 0]
        self.old = []
        self.bad, self.index = 0, 0
        self.held = {}  # number -> (line, stamp, first of its frame, data)
        self.lost_ranges = []  # [first, end)
        self.deadline = None
        self.time, self.next_due, self.rr = 0, None, 0
        self.events, self.types = [], []
        self.count = Counter()

    def _emit(self, kind, hw_time, **fields):
        self.events.append({"kind": kind, "hw_time": hw_time, "msg_index": self.index & (1 << 40) - 1, "bad": self.bad, **fields})

    @property
    def last_send(self):
        """Largest send time of this session."""
        return max(self.send_before, *self.sent)

    # Timers: in order of time, the window before a visit of the same time.

    def visit(self, slot, hw_time):
        if slot == 0:
            self._emit("EvHeartbeat", hw_time, seq=self.expected)
        self._emit("EvVisit", hw_time, len=slot)

    def time_passes(self, now):
        """A time step, or a frame presented (accepted or not)."""
        self.time = max(self.time, now)
        if self.next_due is None and self.interval:
            self.next_due = now + self.interval
        while True:
            visit = self.next_due if self.next_due is not None and self.next_due <= self.time else None
            window = self.deadline if self.deadline is not None and self.deadline <= self.time else None
            if window is not None and (visit is None or window <= visit):
                self._window_ends()
            elif visit is not None:
                self.visit(self.rr, visit)
                self.rr = (self.rr + 1) % self.slots
                self.next_due += self.interval
            else:
                return

    def _window_ends(self):
        before, now = self.expected, self.deadline
        self.count["gap_window"] += 1
        self._declare(min(self.held, default=max(line.passed for line in self.lines)), now, "window")
        self._deliver_held()
        self._window(before, now)

    # Records.

    def packet(self, p, line=0):
        """All records of a packet."""
        self.begin(line, p)
        for data in p.messages:
            self.message(line, data)
        if p.bad is not None:
            self.end(line, p.bad)

    def begin(self, line, p):
        self.time_passes(p.stamp)
        state, before = self.lines[line], self.expected
        state.last_seen, state.packet, state.seq, state.taken, state.stale = p.stamp, p, p.first_seq, [], False
        if not self.have:
            self.have, self.session = True, p.session
        elif self.mold and p.session in self.old:
            state.stale = True
            return
        elif p.session != self.session or (not self.mold and p.first_seq == 1 and p.offset == 0
                                           and p.send_time > self.last_send and self.expected > 1):
            self._restart(p, self.lines[1 - line])
        self.send_before = max(self.send_before, self.sent[line])
        self.sent[line] = p.send_time
        state.passed = max(state.passed, p.first_seq)
        passed = [s.passed for number, s in enumerate(self.lines) if self.configured >> number & 1]
        if passed:
            self._settle(min(passed), p.stamp, "packet")
        self._window(before, self.time)

    def _restart(self, p, other):
        self._flush(p.stamp, "restart")
        if self.mold:
            self.old = (self.old + [self.session])[-4:]
        self.bad = 0
        self.count["restarts"] += 1
        self._emit("EvRestart", p.stamp, count=p.session & MASK)
        self.session, self.expected, self.send_before, self.sent = p.session, 1, p.send_time, [0, 0]
        self.lost_ranges.clear()
        self.deadline = None
        for line in self.lines:
            line.passed = 1
        other.stale = True  # what still comes of its packet is of the old session

    def message(self, line, data):
        state, before = self.lines[line], self.expected
        seq = state.seq
        state.seq = (seq + 1) & MASK
        self.count["copies", line] += 1
        if state.stale:
            self._refuse("stale", line)
            return
        state.passed = max(state.passed, (seq + 1) & MASK)
        stamp = state.packet.stamp
        if seq > self.expected and seq not in self.held:
            while seq >= self.expected + self.places:
                self.count["reorder_full"] += 1
                self._declare(min(self.held, default=seq), stamp, "room")
                self._deliver_held()
        if seq < self.expected:
            late = any(first <= seq < end for first, end in self.lost_ranges)
            self._refuse("late" if late else "duplicate", line)
        elif seq in self.held:
            self.count["held twice"] += 1
            self._refuse("duplicate", line)
        else:
            self.held[seq] = (line, stamp, int(not state.taken), data)
            self.count["held"] += seq != self.expected
            state.taken.append(seq)
            self._deliver_held()
        self._window(before, self.time)

    def end(self, line, disposition):
        """The frame proved bad (early mode)."""
        self.bad, self.sent[line] = 1, 0
        state = self.lines[line]
        if state.taken:
            self._emit("EvVoid", state.packet.stamp, seq=state.taken[0], count=len(state.taken), len=disposition)

    def flush(self):
        """CONTROL.flush."""
        before = self.expected
        self._flush(self.time, "flush")
        self._window(before, self.time)

    def load(self, stamp, kind, slot, data, generation=0):
        """Section 11; False if it is refused. A visit's `len` tells the book what the host said of it."""
        if stamp != self.expected:
            self.count["load_refusal"] += 1
            return False
        self.count["load_mark" if kind else "load_message"] += 1
        if kind == 0:
            data = data[:40]
            self._emit("EvMsg", self.time, seq=self.expected, len=len(data), data=int.from_bytes(data, "little"), first_of_frame=0)
        elif kind == 3:
            self.bad = 0
        elif kind in (4, 5) and slot < self.slots:
            symbol = int.from_bytes(data[:8], "little") if kind == 5 else 0
            self._emit("EvSlot", self.time, len=(kind & 1) << 12 | slot, seq=generation, count=symbol)
        elif kind in (1, 2) and slot < self.slots:
            self._emit("EvVisit", self.time, len=kind << 12 | slot)
        return True

    # What records do.

    def _refuse(self, verdict, line):
        self.count[verdict] += 1
        self.count["b", verdict] += line

    def _open(self):
        return any(self.configured >> number & 1 and line.passed > self.expected for number, line in enumerate(self.lines))

    def _window(self, before, now):
        if not self._open():
            self.deadline = None
        elif self.deadline is None or self.expected != before:
            self.deadline = now + self.gap_window if now + self.gap_window <= MASK else None

    def _deliver_held(self):
        while self.expected in self.held:
            line, stamp, first, data = self.held.pop(self.expected)
            self.count["delivered", line] += 1
            self.types.append(data[0] if data else None)
            self._emit("EvMsg", stamp, seq=self.expected, len=len(data), data=int.from_bytes(data[:50], "little"), first_of_frame=first)
            self.index += 1
            self.expected = (self.expected + 1) & MASK

    def _declare(self, end, hw_time, why):
        first, count = self.expected, end - self.expected
        self.count[why, "to a held one" if end in self.held else "to the bound"] += 1
        self.count["lost"] += count
        self.bad = 1
        self._emit("EvGap", hw_time, seq=first, count=count)
        if self.lost_ranges and self.lost_ranges[-1][1] == first:
            self.lost_ranges[-1] = (self.lost_ranges[-1][0], end)
            self.count["longer"] += 1
        else:
            self.count["gaps"] += 1
            self.lost_ranges.append((first, end))
            if len(self.lost_ranges) > 8:
                self.lost_ranges.pop(0)
                self.count["evicted"] += 1
        self.expected = end

    def _settle(self, bound, hw_time, why):
        self._deliver_held()
        while self.expected < bound:
            self._declare(min([bound, *self.held]), hw_time, why)
            self._deliver_held()

    def _flush(self, hw_time, why):
        if self.held or self._open():
            self._settle(max(line.passed for line in self.lines), hw_time, why)

    def delivered(self):
        """Messages delivered of both lines."""
        return self.count["delivered", 0] + self.count["delivered", 1]

    def in_flight(self):
        """Messages held."""
        return len(self.held)
