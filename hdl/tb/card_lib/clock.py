"""Clocks without any relation."""

import random

import cocotb
from cocotb.triggers import Timer


class DriftingClock:
    """A clock whose period walks by up to 2 % of its mean each few cycles; can stand still."""

    def __init__(self, signal, mean_ps):
        self.signal, self.mean, self.running = signal, mean_ps, True
        self.task = cocotb.start_soon(self._run())

    async def _run(self):
        period = self.mean
        while True:
            if not self.running:
                await Timer(self.mean, "ps")
                continue
            if random.random() < 0.2:
                period = min(max(period + random.randint(-self.mean // 50, self.mean // 50), self.mean * 9 // 10), self.mean * 11 // 10)
            half = period // 2
            self.signal.value = 1
            await Timer(half, "ps")
            self.signal.value = 0
            await Timer(half, "ps")
