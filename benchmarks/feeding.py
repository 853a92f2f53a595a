"""Chunks at the pace of speech for many sessions at once, and what becomes of them."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable

from benchmarks.loop import CpuLoop

Action = Callable[[float], None]


class Feed:
    """Where one session's sound comes from and where its packets go.

    Attributes:
        delays: Seconds from a chunk's arrival to the packets that it completed.
        stale: Packets that came after ``stop``.
    """

    def __init__(self, loop: CpuLoop, chunk: bytes) -> None:
        self._loop = loop
        self._chunk = chunk
        self._arrived: deque[float | None] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._newest = 0.0
        self._stopped = False
        self.delays: list[float] = []
        self.stale = 0

    def arrive(self, due: float) -> None:
        """A chunk comes in that was due then."""
        self._put(due)

    def stop(self) -> None:
        """No chunk comes any more; from here on a packet is one too many."""
        self._stopped = True
        self._put(None)

    def _put(self, due: float | None) -> None:
        self._arrived.append(due)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Each chunk once it is there, until ``stop``."""
        self._arrived.clear()
        self._stopped = False
        while True:
            while not self._arrived:
                self._waiter = self._loop.create_future()
                await self._waiter
            due = self._arrived.popleft()
            if due is None:
                return
            self._newest = due
            yield self._chunk

    def take(self, pcm: bytes) -> None:
        """Packets have come through."""
        self.delays.append(self._loop.exact() - self._newest)
        self.stale += self._stopped


def timetable(feeds: Iterable[Feed], period_s: float, seconds: float, seed: int = 1) -> list[tuple[float, Action]]:
    """A chunk for each feed in every period, each feed at a moment of its own within it."""
    rng = random.Random(seed)
    phases = [(rng.random() * period_s, feed) for feed in feeds]
    rounds = range(int(seconds / period_s))
    return [(number * period_s + phase, feed.arrive) for number in rounds for phase, feed in phases]


async def play(loop: CpuLoop, table: list[tuple[float, Action]]) -> float:
    """Do each action when it is due, and wait until what it led to is done.

    Args:
        table: Seconds from now, and what to do then; it is told when it was due.

    Returns:
        CPU seconds spent.
    """
    table = sorted(table, key=lambda entry: entry[0])
    await asyncio.sleep(0.01)
    begun, cpu = loop.time(), time.thread_time()
    for after, action in table:
        due = begun + after
        if due > loop.time():
            await asyncio.sleep(due - loop.time())
        action(due)
    await asyncio.sleep(0.05)
    return time.thread_time() - cpu
