"""An event loop whose time is a number: it waits for nothing and is the same on every machine."""

from __future__ import annotations

import asyncio
import heapq
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stuck(Exception):
    """Every task waits, and no timer is left that could wake one."""


class _NoWaitSelector(selectors.SelectSelector):
    """Turns the wait for the next timer into a step of the loop's clock."""

    loop: ManualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.loop.outside_work():
            return super().select(0.01 if timeout is None else min(timeout, 0.01))
        if timeout is None:
            raise Stuck("nothing is scheduled and every task waits: this would hang for ever")
        self.loop.step()
        return []


class ManualLoop(asyncio.SelectorEventLoop):
    """An event loop that jumps to the next timer instead of waiting for it.

    Deadlines, ``asyncio.sleep`` and ``asyncio.timeout`` all run on its clock, which starts at 1000 seconds. Threads
    and sockets still work; while a thread of the default executor is busy, time stands still.
    """

    def __init__(self) -> None:
        selector = _NoWaitSelector()
        selector.loop = self
        self._now = 1000.0
        self._threads = 0
        super().__init__(selector)

    def time(self) -> float:
        """Seconds on this loop's clock."""
        return self._now

    def step(self) -> None:
        """Move the clock to the next timer that is still wanted."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]  # asyncio's own heap
        while scheduled and scheduled[0].cancelled():
            handle = heapq.heappop(scheduled)
            handle._scheduled = False  # type: ignore[attr-defined]
            self._timer_cancelled_count -= 1
        if scheduled:
            self._now = max(self._now, scheduled[0].when())

    _timer_cancelled_count: int

    def outside_work(self) -> bool:
        """Whether a thread is still busy for this loop."""
        return self._threads > 0

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """Run ``func`` in a thread; the clock stands still meanwhile."""
        future = super().run_in_executor(executor, func, *args)
        self._threads += 1
        future.add_done_callback(self._thread_ended)
        return future

    async def shutdown_default_executor(self, *args: Any) -> None:
        """Wait for the executor's threads; the clock stands still meanwhile."""
        self._threads += 1
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self._threads -= 1

    def _thread_ended(self, _future: asyncio.Future[Any]) -> None:
        self._threads -= 1


def run(main: Coroutine[Any, Any, T]) -> T:
    """Like ``asyncio.run``, on a ``ManualLoop``.

    Raises:
        Stuck: ``main`` would have hung for ever.
    """
    with asyncio.Runner(loop_factory=ManualLoop) as runner:
        return runner.run(main)
