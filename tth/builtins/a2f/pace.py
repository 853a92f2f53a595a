"""How fast the sound of a clip comes, and when it comes too slowly to keep the clip open."""

from __future__ import annotations

from tth.wire.a2f.methods import MIN_PACE

SLOW_S = 5.0
"""A service cuts a client off that stays below its pace for 7 s; a clip is ended before that."""


class Pace:
    """Whether the sound keeps up with time.

    What comes ahead of time does not count for later: the service may well look at a few seconds alone.

    Args:
        now: When the clip begins.
        idle_s: How long no sound may come.
    """

    def __init__(self, now: float, idle_s: float) -> None:
        self._idle_s = idle_s
        self._latest = now
        self._behind_since = now
        self._covered = now

    def sent(self, now: float, seconds: float) -> None:
        """So much sound came."""
        self._latest = now
        self._covered += seconds / MIN_PACE
        if self._covered >= now:
            self._covered = self._behind_since = now

    @property
    def ends_at(self) -> float:
        """When the clip is to be ended unless sound comes before."""
        return min(self._latest + self._idle_s, self._behind_since + SLOW_S)
