"""How often each of many may ask for something that costs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable

MOST_KNOWN = 10_000
"""Callers that are remembered; then the one that asked first is forgotten."""

WINDOW_S = 60.0


class Allowance:
    """So many times in any minute, for each.

    Args:
        most: Times in a minute.
        now: Seconds on a monotonic clock.
    """

    def __init__(self, most: int, now: Callable[[], float]) -> None:
        self._most = most
        self._now = now
        self._times: dict[Hashable, deque[float]] = {}

    def take(self, who: Hashable) -> float:
        """Count one more time for ``who``; 0, or the seconds until it may ask again, and then it is not counted."""
        now = self._now()
        times = self._times.setdefault(who, deque())
        while times and times[0] <= now - WINDOW_S:
            times.popleft()
        if len(times) >= self._most:
            return times[0] + WINDOW_S - now
        times.append(now)
        if len(self._times) > MOST_KNOWN:
            del self._times[next(iter(self._times))]
        return 0.0
