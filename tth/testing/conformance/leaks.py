"""Whether an adapter comes to an end, and whether it left tasks behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SETTLE_S = 0.1
"""How long a closed stream may take to stop its work."""


LIMIT_S = 20.0
"""How long an adapter may take for one sentence or answer."""


@asynccontextmanager
async def in_time(what: str) -> AsyncIterator[None]:
    """Fail, saying ``what`` did not happen, if the block takes longer than any adapter should."""
    try:
        async with asyncio.timeout(LIMIT_S):
            yield
    except TimeoutError:
        raise AssertionError(f"{what} within {LIMIT_S:g} s") from None


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """Fail if a task that began in the block still runs shortly after it."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(SETTLE_S)
    left = [task.get_name() for task in asyncio.all_tasks() - before if not task.done()]
    assert not left, f"tasks are left after close: {', '.join(left)}"
