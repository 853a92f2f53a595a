"""All deadlines of a session on one timer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tth.core.clock import Clock, Timer

_NEVER = float("inf")


class Watch:
    """One deadline; ``touch`` puts it off, at the cost of reading the clock."""

    __slots__ = ("_dog", "due", "expired", "limit_s")

    def __init__(self, dog: Watchdog, limit_s: float, expired: Callable[[], None]) -> None:
        self._dog = dog
        self.limit_s = limit_s
        self.expired = expired
        self.due = dog.clock.now() + limit_s

    def touch(self, limit_s: float | None = None) -> None:
        """Begin again, with a new limit where one is given."""
        if limit_s is not None:
            self.limit_s = limit_s
        self.due = self._dog.clock.now() + self.limit_s
        if self.due < self._dog.looks_at:
            self._dog.look()

    def pause(self) -> None:
        """No deadline until the next ``touch``."""
        self.due = _NEVER

    def close(self) -> None:
        """It does not matter any more. Idempotent."""
        self._dog.watches.discard(self)


class Watchdog:
    """Calls ``expired`` of a watch that nobody touched in time.

    One timer, set to the earliest deadline and never put off by a touch: it looks, and sleeps again.

    Attributes:
        looks_at: When the timer is due; infinite while there is none.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.watches: set[Watch] = set()
        self._timer: Timer | None = None
        self.looks_at = _NEVER

    def watch(self, limit_s: float, expired: Callable[[], None]) -> Watch:
        """Call ``expired`` once, unless the watch is touched or closed within ``limit_s``."""
        watch = Watch(self, limit_s, expired)
        self.watches.add(watch)
        self.look()
        return watch

    def look(self) -> None:
        """Set the timer to the earliest deadline."""
        due = min((watch.due for watch in self.watches), default=None)
        if due is None or due >= self.looks_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self.looks_at = due
        self._timer = self.clock.call_later(max(0.0, due - self.clock.now()), self._bark)

    def _bark(self) -> None:
        self._timer, self.looks_at = None, _NEVER
        now = self.clock.now()
        try:
            for watch in [w for w in self.watches if w.due <= now]:
                if watch in self.watches:
                    self.watches.discard(watch)
                    watch.expired()
        finally:
            self.look()  # one that fails takes no other's deadline with it

    def close(self) -> None:
        """Forget every deadline."""
        self.watches.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self.looks_at = None, _NEVER

    @asynccontextmanager
    async def limit(self, first_s: float) -> AsyncIterator[Watch]:
        """Give up on what stands in the block unless its watch is touched in time.

        For reading a stream where giving up ends it: ``touch`` the watch at each value, ``pause`` it while the delay
        is one's own.

        Raises:
            TimeoutError: It was not touched in time.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as scope:
            watch = self.watch(first_s, lambda: scope.reschedule(loop.time()))
            try:
                yield watch
            finally:
                watch.close()
