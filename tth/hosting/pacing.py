"""Sound goes out faster than it plays, but not all at once, as a provider's does."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class _Lane:
    """What waits of one response, each with its length in seconds, and when the next of it is due."""

    due: float = 0.0
    waiting: deque[tuple[float, Callable[[], None]]] = field(default_factory=deque)


class Pacing:
    """Gives the things of each response in order; after one that lasts, the next waits for its length over the pace.

    Responses do not wait for each other.

    Args:
        pace: How many times faster than it plays; 0: at once.
    """

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._lanes: dict[str, _Lane] = {}
        self._news: asyncio.Future[None] | None = None

    def put(self, response_id: str, seconds: float, give: Callable[[], None]) -> None:
        """Give it when what came before it in its response has been given."""
        if self._pace <= 0:
            give()
            return
        lane = self._lanes.setdefault(response_id, _Lane())
        lane.waiting.append((seconds, give))
        if len(lane.waiting) > 1:
            return
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    def drop(self, response_id: str) -> None:
        """Forget what waits of a response."""
        self._lanes.pop(response_id, None)

    async def run(self) -> None:
        """Give what is put, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            self._lanes = {name: lane for name, lane in self._lanes.items() if lane.waiting or lane.due > now}
            lane = min((lane for lane in self._lanes.values() if lane.waiting), key=lambda lane: lane.due, default=None)
            if lane is not None and lane.due <= now:
                seconds, give = lane.waiting.popleft()
                lane.due = now + seconds / self._pace
                give()
                continue
            self._news = loop.create_future()
            await asyncio.wait({self._news}, timeout=None if lane is None else lane.due - now)
