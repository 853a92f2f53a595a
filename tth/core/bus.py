"""The session's event bus: publish is a function call, and an interrupt reaches into every queue."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from tth.core.events import Event, Family

log = logging.getLogger(__name__)

Observer = Callable[[Event], None]
E = TypeVar("E", bound=Event)


class Overflow(Enum):
    """What a full queue does with the next event."""

    CLOSE = "close"
    """The subscriber is too slow for what may not be lost: it is closed and told so."""
    DROP_OLDEST = "drop oldest"
    KEEP_NEWEST = "keep newest"
    """Only the newest event of each class is held."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many events of a family may wait, and what happens when one more comes."""

    capacity: int
    overflow: Overflow


CLIENT_LIMITS: Mapping[Family, Limit] = {
    Family.WORDS: Limit(4096, Overflow.CLOSE),
    Family.AUDIO: Limit(4096, Overflow.CLOSE),
    Family.PICTURES: Limit(512, Overflow.DROP_OLDEST),
    Family.MEASURES: Limit(64, Overflow.KEEP_NEWEST),
    Family.INBOUND: Limit(256, Overflow.DROP_OLDEST),
}
"""The rules of a client that wants everything."""


class Lagged(Exception):
    """The subscriber was closed because it could not keep up with events that may not be lost."""


class Subscription:
    """A bounded queue of events, read by one reader in the order of publishing.

    Attributes:
        dropped: Events of pictures or measures that gave way to newer ones.
    """

    def __init__(self, bus: EventBus, limits: Mapping[Family, Limit]) -> None:
        self._bus = bus
        self.limits = dict(limits)
        self._queues: dict[Family, deque[tuple[int, Event]]] = {f: deque() for f in limits}
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self._lagged = False
        self.dropped = 0

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def offer(self, number: int, event: Event) -> None:
        """Take an event from the bus, or apply the family's overflow rule."""
        limit = self.limits[event.family]
        queue = self._queues[event.family]
        if len(queue) >= limit.capacity or limit.overflow is Overflow.KEEP_NEWEST:
            self._make_room(queue, limit, event)
            if self._closed:
                return
        queue.append((number, event))
        if self._waiter is not None:
            self.wake()

    def _make_room(self, queue: deque[tuple[int, Event]], limit: Limit, event: Event) -> None:
        if limit.overflow is Overflow.CLOSE:
            self._lagged = True
            self.close()
            return
        if limit.overflow is Overflow.KEEP_NEWEST:
            for entry in queue:
                if type(entry[1]) is type(event) and _topic(entry[1]) == _topic(event):
                    queue.remove(entry)
                    self.dropped += 1
                    break
        if len(queue) >= limit.capacity:
            queue.popleft()
            self.dropped += 1

    def wake(self) -> None:
        """Let ``wait`` return, whether or not there is anything to read."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def get_nowait(self) -> Event | None:
        """The next event, or ``None``."""
        first: deque[tuple[int, Event]] | None = None
        for queue in self._queues.values():
            if queue and (first is None or queue[0][0] < first[0][0]):
                first = queue
        return None if first is None else first.popleft()[1]

    async def wait(self) -> None:
        """Return once something may be there to read, or the subscription was closed. Cancelling loses nothing."""
        if not self._closed and not any(self._queues.values()):
            await self._rest()

    async def _rest(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def get(self) -> Event:
        """The next event. Cancelling loses nothing.

        Raises:
            Lagged: The subscriber was too slow; what was held is gone.
            StopAsyncIteration: The subscription is closed and read to its end.
        """
        while (event := self.get_nowait()) is None:
            if self._lagged:
                raise Lagged("closed: more events were waiting than this subscription may hold")
            if self._closed:
                raise StopAsyncIteration
            await self._rest()
        return event

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    __anext__ = get

    def purge(self, generation: int) -> None:
        """Let go of the media of an interrupted generation."""
        for queue in self._queues.values():
            if any(e.filtered and e.generation == generation for _, e in queue):
                kept = [(n, e) for n, e in queue if not e.filtered or e.generation != generation]
                queue.clear()
                queue.extend(kept)

    @property
    def closed(self) -> bool:
        """Whether nothing more will be put in."""
        return self._closed

    @property
    def lagged(self) -> bool:
        """Whether it was closed because its reader was too slow."""
        return self._lagged

    def close(self) -> None:
        """Take nothing more; what waits may still be read. Idempotent."""
        if not self._closed:
            self._closed = True
            self._bus.forget(self)
            if self._lagged:
                for queue in self._queues.values():
                    queue.clear()
        self.wake()


def _topic(event: Event) -> str:
    return str(getattr(event, "name", ""))


class EventBus:
    """Carries one session's events; belongs to the loop it is used on.

    Each turn has a generation of its own. An interrupt takes the media of the current one out of every queue and
    refuses what is still published of it, so that once it has returned nothing stale is delivered. What a turn that
    was not interrupted left in a slow reader's queue stays there.

    Attributes:
        generation: The newest generation; goes up with every turn and at every interrupt.
    """

    FLUSH_AT = 1024
    """Observed events that may wait for the deferred flush; then it runs at once."""

    def __init__(self) -> None:
        self.generation = 0
        self._count = 0
        self._subscriptions: dict[Family, tuple[Subscription, ...]] = {f: () for f in Family}
        self._observers: dict[Family, tuple[Observer, ...]] = {f: () for f in Family}
        self._handlers: dict[type[Event], Callable[[Any], None]] = {}
        self._observed: list[Event] = []
        self._flush_due: asyncio.Handle | None = None

    def publish(self, event: Event) -> None:
        """Hand ``event`` to its handler, to every subscription of its family and to the observers' next flush.

        Media of an older generation is dropped.
        """
        if event.filtered and event.generation < self.generation:
            return
        family = event.family
        self._count += 1
        for subscription in self._subscriptions[family]:
            subscription.offer(self._count, event)
        if self._observers[family]:
            self._observed.append(event)
            if self._flush_due is None:
                self._flush_due = asyncio.get_running_loop().call_soon(self._flush)
            elif len(self._observed) >= self.FLUSH_AT:
                self._flush_now()
        if family is Family.INBOUND:
            handler = self._handlers.get(type(event))
            if handler is not None:
                handler(event)

    def handle(self, event_class: type[E], handler: Callable[[E], None]) -> None:
        """Call ``handler`` within ``publish`` of each inbound ``event_class``; it does the event's work."""
        self._handlers[event_class] = handler

    def subscribe(self, limits: Mapping[Family, Limit] = CLIENT_LIMITS) -> Subscription:
        """A queue of its own for the families named in ``limits``."""
        subscription = Subscription(self, limits)
        for family in limits:
            self._subscriptions[family] += (subscription,)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Put nothing more into ``subscription``."""
        for family in subscription.limits:
            self._subscriptions[family] = tuple(s for s in self._subscriptions[family] if s is not subscription)

    def observe(self, observer: Observer, families: frozenset[Family]) -> Callable[[], None]:
        """Call ``observer`` with each event of ``families``, soon after it was published; returns the way out.

        All observers share one call from the loop. One that raises is told in the log and goes on being called.
        """
        for family in families:
            self._observers[family] += (observer,)

        def remove() -> None:
            for family in families:
                self._observers[family] = tuple(o for o in self._observers[family] if o is not observer)

        return remove

    def _flush_now(self) -> None:
        if self._flush_due is not None:
            self._flush_due.cancel()
        self._flush()

    def _flush(self) -> None:
        self._flush_due = None
        events, self._observed = self._observed, []
        for event in events:
            for observer in self._observers[event.family]:
                try:
                    observer(event)
                except Exception:  # a stranger's code; it must not take the session with it
                    log.exception("observer %r failed on %s", observer, type(event).__name__)

    def begin(self) -> int:
        """A generation for a new turn."""
        self.generation += 1
        return self.generation

    def interrupt(self) -> None:
        """End the current generation: no media of it is delivered from here on."""
        stale = self.generation
        self.generation += 1
        self._observed = [e for e in self._observed if not e.filtered or e.generation != stale]
        for subscription in {s for group in self._subscriptions.values() for s in group}:
            subscription.purge(stale)

    def close(self) -> None:
        """Flush the observers, then end every subscription after what it holds. Idempotent."""
        self._flush_now()
        for subscription in {s for group in self._subscriptions.values() for s in group}:
            subscription.close()
        self._handlers.clear()
        self._observers = {f: () for f in Family}
