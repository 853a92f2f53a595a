"""What the session tells its voice, one thing after another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tth.core.channel import Channel

MOST = 256
"""Commands that may wait; a caller that asks for more is refused."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do within ``limit_s`` seconds.

    Attributes:
        failed: Told the exception, ``TimeoutError`` where it took too long.
    """

    run: Callable[[], Awaitable[None]]
    failed: Callable[[Exception], None]
    limit_s: float


class Commands:
    """A queue with one worker, so that cancel, set_heard and respond reach the voice in the order they were meant."""

    def __init__(self) -> None:
        self._queue: Channel[Command] = Channel(MOST)

    @property
    def full(self) -> bool:
        """Whether nothing more should be asked for now."""
        return len(self._queue) >= MOST // 2

    def put(self, run: Callable[[], Awaitable[None]], failed: Callable[[Exception], None], limit_s: float) -> None:
        """Do ``run`` after everything put before."""
        if not self._queue.closed:
            self._queue.put_now(Command(run, failed, limit_s))

    async def work(self) -> None:
        """Do what is put, until the queue is closed or this is cancelled."""
        async for command in self._queue:
            try:
                async with asyncio.timeout(command.limit_s):
                    await command.run()
            except Exception as error:  # foreign code; whoever asked decides what follows
                command.failed(error)

    def close(self) -> None:
        """Take nothing more."""
        self._queue.close()
