"""One log line for each step of a session."""

from __future__ import annotations

import logging
from collections.abc import Callable

from tth.core.bus import EventBus
from tth.core.events import (
    DegradedEvent,
    ErrorEvent,
    Event,
    Family,
    MeasureEvent,
    RecoveredEvent,
    SessionClosedEvent,
    SessionReadyEvent,
    TurnCompleteEvent,
    TurnFailedEvent,
    TurnInterruptedEvent,
    TurnStartedEvent,
    TurnStateEvent,
    WarningEvent,
)
from tth.core.media import MEDIA_RATE_HZ

log = logging.getLogger("tth.session")


def log_steps(session_id: str, bus: EventBus) -> Callable[[], None]:
    """Log what happens on ``bus``; returns the way to stop. What people say is not logged, only how much."""

    def step(event: Event) -> None:
        told = _told(event)
        if told is not None:
            level, text = told
            log.log(level, text, extra={"session": session_id, "turn": event.turn_id})

    return bus.observe(step, frozenset({Family.WORDS, Family.MEASURES}))


def _told(event: Event) -> tuple[int, str] | None:
    match event:
        case SessionReadyEvent():
            parts = ", ".join(f"{kind} {name}" for kind, name in event.components.items())
            return logging.INFO, f"ready: profile {event.profile}, persona {event.persona}, {parts}"
        case TurnStartedEvent():
            return logging.INFO, f"started: {len(event.text)} characters"
        case TurnStateEvent():
            return logging.INFO, event.state
        case MeasureEvent():
            return logging.DEBUG, f"{event.name} {event.value:g}"
        case TurnCompleteEvent():
            return logging.INFO, f"{event.status}: {event.samples / MEDIA_RATE_HZ:.1f} s of speech"
        case TurnInterruptedEvent():
            return logging.INFO, f"interrupted after {event.samples / MEDIA_RATE_HZ:.1f} s ({event.reason})"
        case TurnFailedEvent():
            return logging.WARNING, f"failed: {event.code}: {event.message}"
        case ErrorEvent():
            return logging.WARNING, f"{event.code} ({event.decision}): {event.message}"
        case WarningEvent():
            return logging.WARNING, event.message
        case DegradedEvent():
            return (
                logging.WARNING,
                f"{event.component}: {event.was} gives way to {event.now or 'nothing'}: {event.reason}",
            )
        case RecoveredEvent():
            return logging.INFO, f"{event.component}: back on {event.now}"
        case SessionClosedEvent():
            return logging.INFO, f"closed {event.reason}".rstrip()
    return None
