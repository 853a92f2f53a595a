"""How much a session may cost and how long it may last; then it ends, but not in the middle of a turn."""

from __future__ import annotations

from collections.abc import Callable

from tth.config.settings import Budget
from tth.core.bus import EventBus
from tth.core.clock import Clock, Timer
from tth.core.events import (
    Event,
    Family,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    UsageEvent,
    WarningEvent,
)

REASON = "budget_spent"


class BudgetWatch:
    """Ends the session once its budget is spent and no turn is open.

    Args:
        budget: What may be spent; ``None`` in a field means no limit.
        bus: Where usage is told.
        end: Ends the session with a reason.
    """

    def __init__(self, budget: Budget, bus: EventBus, clock: Clock, end: Callable[[str], None]) -> None:
        self._budget = budget
        self._bus = bus
        self._end = end
        self._usd = 0.0
        self._in_turn = False
        self._spent = ""
        self._timer: Timer | None = None
        bus.observe(self._take, frozenset({Family.WORDS, Family.MEASURES}))
        if budget.minutes is not None:
            self._timer = clock.call_later(60 * budget.minutes, self._time_is_over)

    def _take(self, event: Event) -> None:
        if isinstance(event, UsageEvent):
            self._usd += event.usage.get("cost_usd", 0.0)
            if self._budget.usd is not None and self._usd >= self._budget.usd:
                self._spend(f"this session's budget of ${self._budget.usd:g} is spent")
        elif isinstance(event, TurnStartedEvent):
            self._in_turn = True
        elif isinstance(event, TurnCompleteEvent | TurnInterruptedEvent | TurnFailedEvent):
            self._in_turn = False
            self._end_if_spent()

    def _time_is_over(self) -> None:
        self._timer = None
        self._spend(f"this session's {self._budget.minutes:g} minutes are over")

    def _spend(self, why: str) -> None:
        if self._spent:
            return
        self._spent = why
        last = "; it ends after this answer" if self._in_turn else ""
        self._bus.publish(WarningEvent(code=REASON, message=why + last))
        self._end_if_spent()

    def _end_if_spent(self) -> None:
        if self._spent and not self._in_turn:
            self._end(REASON)

    def close(self) -> None:
        """It does not matter any more. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
