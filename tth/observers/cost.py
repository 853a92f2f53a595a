"""What a session costs, from what its voice says of each response."""

from __future__ import annotations

from collections.abc import Callable

from tth.core.bus import EventBus
from tth.core.events import (
    Event,
    Family,
    MeasureEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    UsageEvent,
)

COST = "cost_usd"
"""The key of a response's usage that holds its cost, where the adapter knows its prices."""


class Costs:
    """Adds up, and tells after each turn what it and the session cost so far.

    A response whose adapter does not know its prices makes the sum unknown: then nothing is told, not too little.
    """

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._turn = 0.0
        self._session = 0.0
        self._used = False
        self._known = True

    def take(self, event: Event) -> None:
        """One event from the bus."""
        if isinstance(event, UsageEvent):
            self._count(event)
        elif isinstance(event, TurnCompleteEvent | TurnInterruptedEvent | TurnFailedEvent):
            self._tell("turn_cost_usd", self._turn, event)
            self._tell("session_cost_usd", self._session, event)
            self._turn = 0.0

    def _count(self, event: UsageEvent) -> None:
        if any(key.startswith("transcription_") for key in event.usage):
            return  # billed apart, at a price that is not known here
        self._used = True
        cost = event.usage.get(COST)
        if cost is None:
            self._known = False
        else:
            self._turn += cost
            self._session += cost

    def _tell(self, name: str, value: float, ending: Event) -> None:
        if self._used and self._known:
            self._bus.publish(
                MeasureEvent(name=name, value=round(value, 6), turn_id=ending.turn_id, generation=ending.generation)
            )


def measure_costs(bus: EventBus) -> Callable[[], None]:
    """Measure what is spent on ``bus``; returns the way to stop."""
    return bus.observe(Costs(bus).take, frozenset({Family.WORDS, Family.MEASURES}))
