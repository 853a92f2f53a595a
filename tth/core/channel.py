"""A bounded queue between one or more writers and one reader, which can be closed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class ChannelClosed(Exception):
    """The channel takes nothing more."""


class Channel(Generic[T]):
    """Values in order. When full, ``put`` waits and ``put_now`` makes an exception for what cannot wait.

    Args:
        capacity: Values that may wait before ``put`` does.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: deque[T] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._writers: deque[asyncio.Future[None]] = deque()
        self._closed = False

    def __len__(self) -> int:
        return len(self._values)

    @property
    def closed(self) -> bool:
        """Whether it takes nothing more."""
        return self._closed

    def put_now(self, value: T) -> None:
        """Add ``value`` even where the channel is full; for the few values that end something.

        Raises:
            ChannelClosed: It was closed.
        """
        if self._closed:
            raise ChannelClosed
        self._values.append(value)
        _wake(self._reader)

    async def put(self, value: T) -> None:
        """Add ``value``, once there is room. Cancelling while it waits adds nothing.

        Raises:
            ChannelClosed: It was closed.
        """
        await self.room()
        self.put_now(value)

    async def room(self) -> None:
        """Return once it is not full, or was closed. Cancelling loses nothing."""
        while len(self._values) >= self._capacity and not self._closed:
            room = asyncio.get_running_loop().create_future()
            self._writers.append(room)
            try:
                await room
            finally:
                if room in self._writers:
                    self._writers.remove(room)

    def drop(self, unwanted: Callable[[T], bool]) -> None:
        """Take out the waiting values that are ``unwanted``."""
        kept = [value for value in self._values if not unwanted(value)]
        self._values.clear()
        self._values.extend(kept)
        self._make_room()

    def close(self) -> None:
        """Take nothing more; what waits may still be read. Idempotent."""
        self._closed = True
        _wake(self._reader)
        self._make_room()

    def _make_room(self) -> None:
        while self._writers and (self._closed or len(self._values) < self._capacity):
            _wake(self._writers.popleft())

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        """The next value. Cancelling loses nothing."""
        while not self._values:
            if self._closed:
                raise StopAsyncIteration
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        value = self._values.popleft()
        if self._writers:
            self._make_room()
        return value


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
