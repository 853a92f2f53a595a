"""A primary adapter and its fallbacks: who is next when one fails, and who rests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tth.core.clock import Clock
from tth.core.events import DegradedEvent
from tth.errors import AdapterUnavailable
from tth.session.foreign import Closable, close_adapter, explain

A = TypeVar("A", bound=Closable)

REST_S = 30.0
"""How long an adapter that failed is passed over while another works."""


@dataclass(frozen=True, slots=True)
class Maker(Generic[A]):
    """An adapter as the profile names it, made for one session when it is first needed."""

    name: str
    make: Callable[[], A]


class Link(Generic[A]):
    """One adapter of a chain."""

    def __init__(self, maker: Maker[A]) -> None:
        self._maker = maker
        self._adapter: A | None = None
        self.name = maker.name
        self.rests_until = 0.0

    def get(self) -> A:
        """The adapter, made at the first call.

        Raises:
            Exception: Whatever its class raises when it cannot work here.
        """
        if self._adapter is None:
            self._adapter = self._maker.make()
        return self._adapter

    @property
    def made(self) -> A | None:
        """The adapter, if it was made."""
        return self._adapter

    def fresh(self) -> A:
        """A new adapter, which the caller closes."""
        return self._maker.make()

    async def close(self) -> None:
        """Release the adapter, if it was made."""
        adapter, self._adapter = self._adapter, None
        if adapter is not None:
            await close_adapter(adapter, self.name)


class Chain(Generic[A]):
    """Adapters in the order of the profile, best first."""

    def __init__(self, makers: Sequence[Maker[A]], clock: Clock) -> None:
        self._links = [Link(maker) for maker in makers]
        self._clock = clock

    def __len__(self) -> int:
        return len(self._links)

    @property
    def current(self) -> str:
        """The name of the adapter that the next piece of work goes to first."""
        return next(iter(self.attempts())).name

    @property
    def made(self) -> A | None:
        """That adapter, if it was made."""
        return next(iter(self.attempts())).made

    def attempts(self) -> Iterator[Link[A]]:
        """Each adapter once: those that work in order, then those at rest, since one of them may be well again."""
        now = self._clock.now()
        resting = [link for link in self._links if link.rests_until > now]
        yield from [link for link in self._links if link.rests_until <= now]
        yield from resting

    def failed(self, link: Link[A], error: BaseException) -> None:
        """Pass ``link`` over for a while; for good where it cannot work on this machine."""
        rest_s = float("inf") if isinstance(error, AdapterUnavailable) else REST_S
        link.rests_until = self._clock.now() + rest_s

    def failed_by_name(self, name: str, error: BaseException) -> None:
        """Pass the link of that name over for a while."""
        for link in self._links:
            if link.name == name:
                self.failed(link, error)

    def settle(self, component: str) -> list[DegradedEvent]:
        """Make the first adapter that can be made; tells of those that cannot."""
        told: list[DegradedEvent] = []
        for link in list(self.attempts()):
            try:
                link.get()
            except Exception as error:  # foreign code; the next one is tried
                self.failed(link, error)
                told.append(DegradedEvent(component=component, was=link.name, now=self.current, reason=explain(error)))
            else:
                break
        return told

    async def close(self) -> None:
        """Release every adapter that was made."""
        for link in self._links:
            await link.close()
