"""One monotonic clock for every deadline: the running loop's own.

A test that wants to turn time by hand runs on ``tth.testing.clock.ManualLoop``, whose time is a number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A call that is still to come."""

    def cancel(self) -> None:
        """Do not call."""


class Clock(Protocol):
    """Where deadlines and the playhead's model take their time from."""

    def now(self) -> float:
        """Seconds since some fixed moment; never goes back."""

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call ``callback`` on the loop once ``delay_s`` seconds have passed."""


class LoopClock:
    """The clock of the event loop that runs when it is made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        # The loop's own method: deadlines and the playhead read the clock some six times for each chunk.
        self.now = self._loop.time

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call ``callback`` on the loop once ``delay_s`` seconds have passed."""
        return self._loop.call_later(delay_s, callback)
