"""Valid/ready source and sink with random stalls, for ports `<name>_i/_o`, `<name>_valid_*`, `<name>_ready_*`.

Nothing is offered or taken while `reset` (active low, `rst_ni` by default) is low.
A struct (lib.structs.Struct) turns dictionaries into port words; without one, items are integers.
"""

import random
from collections import deque

import cocotb
from cocotb.triggers import RisingEdge


def always():
    """Stall rule: never stall."""
    return False


def stalls(probability):
    """Stall rule: stall each cycle with this probability."""
    rng = random.Random(random.getrandbits(64))
    return lambda: rng.random() < probability


def bursts(busy, idle):
    """Stall rule: runs of free and stalled cycles with these mean lengths."""
    rng = random.Random(random.getrandbits(64))
    state = [False]

    def rule():
        if rng.random() < 1.0 / (idle if state[0] else busy):
            state[0] = not state[0]
        return state[0]

    return rule


class Source:
    """Sends queued items. `stall()` true holds valid low before the next item (never in the middle of one)."""

    def __init__(self, clock, valid, ready, data, struct=None, stall=always, reset=None):
        self.clock, self.valid, self.ready, self.data = clock, valid, ready, data
        self.struct, self.stall, self.reset = struct, stall, reset
        self.queue = deque()
        self.sent = 0
        self._offered = False  # an item stands on the port and was not taken yet
        self._high = False  # valid as last driven
        self.valid.value = 0
        self._task = cocotb.start_soon(self._run())

    def send(self, item):
        """Queues one item: dictionary (or integer)."""
        self.queue.append(self.struct.pack(item) if self.struct and isinstance(item, dict) else item)

    def idle(self):
        """Nothing queued nor offered."""
        return not self.queue and not self._offered

    async def drained(self):
        """Waits until everything queued was accepted."""
        while not self.idle():
            await RisingEdge(self.clock)

    def stop(self):
        """Ends driving (before a reset): what was offered or queued is dropped."""
        self._task.cancel()
        self.valid.value = 0
        self.queue.clear()

    async def _run(self):
        edge = RisingEdge(self.clock)
        while True:
            if self.reset is not None and self.reset.value != 1:
                await edge
                continue
            if not self._offered:
                if self.queue and not self.stall():
                    self.data.value = self.queue.popleft()
                    self.valid.value = 1
                    self._offered = True
                elif self._high:
                    self.valid.value = 0
                self._high = self._offered
            await edge
            if self._offered and (self.ready is None or self.ready.value == 1):
                self._offered = False
                self.sent += 1


class Sink:
    """Takes items; `stall()` true holds ready low for the cycle. Checks that offered data is stable until taken.

    `items` holds what came (dictionaries when a struct is given); `cycles` the clock count at which each was taken.
    """

    def __init__(self, clock, valid, ready, data, struct=None, stall=always, on_item=None, reset=None):
        self.clock, self.valid, self.ready, self.data = clock, valid, ready, data
        self.struct, self.stall, self.on_item, self.reset = struct, stall, on_item, reset
        self.items = deque()
        self.cycles = deque()
        self.cycle = 0
        if ready is not None:
            self.ready.value = 0
        self._task = cocotb.start_soon(self._run())

    def stop(self):
        """Ends taking (before a reset)."""
        self._task.cancel()
        if self.ready is not None:
            self.ready.value = 0

    async def wait(self, count, timeout=100_000):
        """Waits for `count` items to be there; an error after `timeout` cycles."""
        for _ in range(timeout):
            if len(self.items) >= count:
                return
            await RisingEdge(self.clock)
        raise TimeoutError(f"{len(self.items)} of {count} items after {timeout} cycles")

    async def _run(self):
        edge = RisingEdge(self.clock)
        held = None
        is_ready = False
        while True:
            now_ready = not self.stall()
            if self.ready is None:
                is_ready = True
            elif now_ready != is_ready:
                self.ready.value = int(now_ready)
                is_ready = now_ready
            await edge
            self.cycle += 1
            if self.reset is not None and self.reset.value != 1:
                held = None
                continue
            if self.valid.value != 1:
                assert held is None, "valid fell before the item was taken"
                continue
            word = int(self.data.value)
            assert held is None or held == word, "data changed before the item was taken"
            held = word
            if is_ready:
                held = None
                item = self.struct.unpack(word) if self.struct else word
                self.items.append(item)
                self.cycles.append(self.cycle)
                if self.on_item:
                    self.on_item(item, self.cycle)


def source(dut, name, clock, struct=None, stall=always):
    """Source on `<name>_i`, `<name>_valid_i`, `<name>_ready_o` of `dut`."""
    return Source(clock, getattr(dut, f"{name}_valid_i"), getattr(dut, f"{name}_ready_o", None),
                  getattr(dut, f"{name}_i"), struct, stall, getattr(dut, "rst_ni", None))


def sink(dut, name, clock, struct=None, stall=always, on_item=None):
    """Sink on `<name>_o`, `<name>_valid_o`, `<name>_ready_i` of `dut`."""
    return Sink(clock, getattr(dut, f"{name}_valid_o"), getattr(dut, f"{name}_ready_i", None),
                getattr(dut, f"{name}_o"), struct, stall, on_item, getattr(dut, "rst_ni", None))
