"""Costly things that sessions have in common: a loaded model, a channel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class Lease(Generic[T]):
    """One user's hold on a shared thing; usable as an async context manager."""

    def __init__(self, value: T, give_back: Callable[[], Awaitable[None]]) -> None:
        self.value = value
        self._give_back: Callable[[], Awaitable[None]] | None = give_back

    async def close(self) -> None:
        """Give it back; the last user's ends it. Idempotent."""
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            await give_back()

    async def __aenter__(self) -> T:
        return self.value

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class LateLease(Generic[T]):
    """A lease that is taken at the first use and given back once, also where somebody still waits for it.

    Args:
        take: Takes it.

    Attributes:
        closed: Whether it was given back, for good.
    """

    def __init__(self, take: Callable[[], Awaitable[Lease[T]]]) -> None:
        self._take = take
        self._taking = asyncio.Lock()
        self._lease: Lease[T] | None = None
        self.closed = False

    async def value(self) -> T | None:
        """What is shared, held until ``close``; ``None`` once that was called."""
        async with self._taking:
            if self._lease is None and not self.closed:
                lease = await self._take()
                if self.closed:  # while it was made
                    await lease.close()
                    return None
                self._lease = lease
        return None if self._lease is None else self._lease.value

    async def close(self) -> None:
        """Give it back. Idempotent."""
        self.closed = True
        lease, self._lease = self._lease, None
        if lease is not None:
            await lease.close()


class _Entry:
    def __init__(self) -> None:
        self.users = 0
        self.lock = asyncio.Lock()
        self.value: Any = None
        self.made = False


class Shared:
    """Makes each thing once and ends it with its last user. Belongs to one event loop."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    async def lease(
        self,
        key: Hashable,
        make: Callable[[], Awaitable[T]],
        end: Callable[[T], Awaitable[None]] | None = None,
    ) -> Lease[T]:
        """Hold the thing of that ``key``; the first user makes it, others wait for that.

        Args:
            key: Equal for equal things: the adapter's name and every option that shapes it.
            make: Makes it. Whatever it raises reaches the caller; the next user tries again.
            end: Ends it, once nobody holds it.
        """
        entry = self._entries.setdefault(key, _Entry())
        entry.users += 1
        try:
            async with entry.lock:
                if not entry.made:
                    entry.value = await make()
                    entry.made = True
        except BaseException:
            self._leave(key, entry)
            raise

        async def give_back() -> None:
            if self._leave(key, entry) and end is not None:
                await end(cast("T", entry.value))

        return Lease(cast("T", entry.value), give_back)

    def _leave(self, key: Hashable, entry: _Entry) -> bool:
        entry.users -= 1
        if entry.users == 0 and self._entries.get(key) is entry:
            del self._entries[key]
        return entry.users == 0
