"""Finds the moment when the last sample of a generated response has been played."""

from __future__ import annotations

from collections.abc import Callable

from tth.core.clock import Clock, Timer
from tth.core.media import MEDIA_RATE_HZ
from tth.session.playhead import Playhead
from tth.session.turn import Turn

TOLERANCE_UNITS = MEDIA_RATE_HZ // 1000
GRACE_S = 1.0
"""How long a client may lag behind the clock with its word that it has played everything."""

LOOK_S = 0.5
"""How often a playhead that stands still is looked at."""

BLOCKED_S = 300.0
"""How long a client may keep a generated response waiting; then the turn ends without it."""


class Playout:
    """Watches one turn at a time, by the client's reports and by the clock.

    Args:
        done: Called once for a turn that was played to its end, or given up on.
    """

    def __init__(self, playhead: Playhead, clock: Clock, done: Callable[[Turn], None]) -> None:
        self._playhead = playhead
        self._clock = clock
        self._done = done
        self._turn: Turn | None = None
        self._timer: Timer | None = None
        self._give_up_at = 0.0
        self._confirm_by: float | None = None

    def watch(self, turn: Turn) -> None:
        """Wait for the end of ``turn``, whose response is generated."""
        self._turn = turn
        self._confirm_by = None
        self._give_up_at = self._clock.now() + self._playhead.left_s() + BLOCKED_S
        self.look()

    def look(self, *, reported_end: bool = False) -> None:
        """Something changed: a report, a resume, time."""
        turn = self._turn
        if turn is None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        left_s = self._next_look(turn, reported_end=reported_end)
        if left_s is None:
            self.forget()
            self._done(turn)
        else:
            self._timer = self._clock.call_later(left_s, self.look)

    def _next_look(self, turn: Turn, *, reported_end: bool) -> float | None:
        """Seconds until it is worth looking again, ``None`` when the end has come."""
        playhead, now = self._playhead, self._clock.now()
        left = turn.speech.received - playhead.position()
        confirmed = reported_end or not playhead.client or not turn.speech.received
        if (left <= TOLERANCE_UNITS and confirmed) or now >= self._give_up_at:
            return None
        if left <= TOLERANCE_UNITS:
            self._confirm_by = self._confirm_by or now + GRACE_S
            return None if now >= self._confirm_by else self._confirm_by - now
        if not playhead.running:
            playhead.check_client()
            return LOOK_S
        return max(0.001, playhead.left_s())

    def forget(self) -> None:
        """Watch nothing."""
        self._turn = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
