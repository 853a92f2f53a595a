"""Sound goes out faster than it plays, but not all at once, as a provider's does."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Due:
    response_id: str
    seconds: float
    give: Callable[[], None]


class Pacing:
    """Gives things in order; after each that lasts, waits for its length divided by the pace.

    Args:
        pace: How many times faster than it plays; 0: at once.
    """

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._waiting: deque[_Due] = deque()
        self._news: asyncio.Future[None] | None = None

    def put(self, response_id: str, seconds: float, give: Callable[[], None]) -> None:
        """Give it when what came before has been given."""
        if self._pace <= 0:
            give()
            return
        self._waiting.append(_Due(response_id, seconds, give))
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    def drop(self, response_id: str) -> None:
        """Forget what waits of a response."""
        self._waiting = deque(due for due in self._waiting if due.response_id != response_id)

    async def run(self) -> None:
        """Give what is put, until cancelled."""
        while True:
            if not self._waiting:
                self._news = asyncio.get_running_loop().create_future()
                await self._news
                continue
            due = self._waiting.popleft()
            due.give()
            if due.seconds:
                await asyncio.sleep(due.seconds / self._pace)
