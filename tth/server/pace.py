"""How fast a client may talk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

RATE_HZ = 200.0
"""Messages a second that are read from one client in the long run."""

BURST = 400
"""Messages that may come at once."""


class Pace:
    """A bucket of tokens: who is too fast waits, and nothing is lost; the socket itself holds the sender back.

    Args:
        now: Seconds on a monotonic clock.
    """

    def __init__(self, now: Callable[[], float], *, rate_hz: float = RATE_HZ, burst: int = BURST) -> None:
        self._now = now
        self._rate_hz = rate_hz
        self._burst = burst
        self._left = float(burst)
        self._at = now()

    async def step(self) -> None:
        """Return when one more message may be read."""
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate_hz) - 1
        self._at = now
        if self._left < 0:
            await asyncio.sleep(-self._left / self._rate_hz)
