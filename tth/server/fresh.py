"""Answers that cost more to find than to give."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH_S = 1.0
"""How old an answer may be: a file that was just written is found as soon as anybody would look."""


class Fresh(Generic[T]):
    """What a function finds, asked for anew once a second at most, however many want to know.

    Args:
        find: Called in a thread.
        now: Seconds on a monotonic clock.
    """

    def __init__(self, find: Callable[[], T], now: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._now = now
        self._found: list[T] = []
        self._until = -math.inf
        self._finding = asyncio.Lock()

    async def get(self) -> T:
        """The newest answer; whatever ``find`` raises is raised here, and not kept."""
        async with self._finding:
            if self._now() >= self._until:
                self._found = [await asyncio.to_thread(self._find)]
                self._until = self._now() + FRESH_S
            return self._found[0]
