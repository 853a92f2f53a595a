"""When a response has no more sound for the avatar, though it may not be over yet."""

from __future__ import annotations

from collections.abc import Callable

from tth.core.clock import Clock, Timer

LATE_S = 0.5
"""How long after a voice called its sound whole a late piece is still waited for."""


class SoundEnd:
    """Ends the avatar's speech, once.

    That is at the end of the response or of its output elsewhere, or half a second after the voice called all its sound
    whole. A piece that comes later still is not lost: the avatar's speech goes on with it, and ends once more.

    Args:
        over: Called when no more sound is waited for; once, until more comes.
    """

    def __init__(self, clock: Clock, over: Callable[[], None]) -> None:
        self._clock = clock
        self._over = over
        self._sounding: set[str] = set()
        self._done: set[str] = set()
        self._last_s = 0.0
        self._timer: Timer | None = None
        self.ended = False

    def sound(self, item_id: str) -> None:
        """A piece of that item's sound is there."""
        self.ended = False
        if item_id not in self._done:
            self._sounding.add(item_id)
            if self._timer is not None:
                self._stop()
            return
        self._last_s = self._clock.now()
        if not self._sounding and self._timer is None:
            self._wait(LATE_S)

    def done(self, item_id: str) -> None:
        """The voice calls that item's sound whole."""
        self._done.add(item_id)
        self._sounding.discard(item_id)
        self._last_s = self._clock.now()
        if not self._sounding and not self.ended and self._timer is None:
            self._wait(LATE_S)

    def over(self) -> None:
        """The response, or its output elsewhere, has come to its end."""
        self._stop()
        if not self.ended:
            self.ended = True
            self._over()

    def close(self) -> None:
        """It does not matter any more. Idempotent."""
        self._stop()

    def _wait(self, delay_s: float) -> None:
        self._timer = self._clock.call_later(delay_s, self._look)

    def _look(self) -> None:
        self._timer = None
        left_s = self._last_s + LATE_S - self._clock.now()
        if left_s > 0:
            self._wait(left_s)
        else:
            self.over()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
