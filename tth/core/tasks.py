"""Tasks whose life is an object's and not a block's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Tasks:
    """A task group that is opened by making it and ended by ``close``.

    For adapters, which are told to ``connect`` and ``close`` from outside and so cannot hold an ``async with``.
    This is the one place that makes tasks outside ``asyncio.TaskGroup``.

    Args:
        on_error: Called with the exception of a task that ended in one.
    """

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        self._on_error = on_error
        self._running: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run ``work`` beside the caller until it ends or ``close`` is called."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._on_error(error)

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Cancel one task and wait until it has ended."""
        task.cancel()
        await asyncio.wait({task})

    async def close(self) -> None:
        """Cancel what still runs and wait for its end. Idempotent.

        A task that calls this is left to end by itself.
        """
        while others := self._running - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)
