"""Takes the avatar's own voice out of what a microphone hears."""

from __future__ import annotations

import numpy as np

from tth.audio.echo.canceller import BINS, BLOCK, PARTITIONS, Cancelled, Canceller, Fit
from tth.audio.echo.delay import ASKED_ABOUT, LOOKED_AT, MAX_DELAY, DelayFinder
from tth.audio.echo.gate import HOP, Gate
from tth.audio.echo.spectra import Wave

LATE = HOP
"""Samples by which the cleaned sound is late."""

HEARD_ON = 31
"""Blocks, one second, for which a room may go on sounding and devices may be late."""

_BEFORE = 8 * 16
"""The way is modelled from so many samples before the delay, 8 ms."""

_MOVED = 2
"""A delay that differs by more samples is another one; less is followed by the canceller."""

_SURE, _WEAK, _STRONG, _POOR = 4.5, 0.7, 1.7, 0.8
"""Deviations and gains at which the echo is surely not what it was, and the gain below which it may be late."""

_UNSURE, _LOW, _HIGH = 3.0, 0.9, 1.4
_SUSPECT = 8
"""Blocks for which nothing is to be believed after the echo was by so much less or more than foreseen."""

_JUDGED = 4 * BLOCK
_LOUDER = 1.26
"""Power of the last 128 ms of what is left, as a multiple of what was heard, above which the echo was not that one."""

_DEAF = 24
"""Blocks after which it is taken as it is, where no delay is found."""

_NEW = 12
"""Blocks after which a delay that is found is surely not the one before."""

_LONG = 60 * HEARD_ON
"""Blocks of silence, a minute, for which the clocks' drift is known well enough."""

_SMOOTH = 0.05
_HELPS = 0.4
"""Share of what is heard that must be left, over the last half second, for the way to be taken as known."""

_HISTORY = MAX_DELAY + max(LOOKED_AT, (PARTITIONS + 2) * BLOCK) + BLOCK


class EchoRemover:
    """Follows one microphone and one loudspeaker, a block of ``BLOCK`` samples at a time."""

    def __init__(self) -> None:
        self._finder = DelayFinder()
        self._canceller = Canceller()
        self._gate = Gate()
        self._near = np.zeros(LOOKED_AT, np.float32)
        self._far = np.zeros(_HISTORY, np.float32)
        self._rest = np.zeros(ASKED_ABOUT, np.float32)
        self._silence = np.zeros(BLOCK, np.float32)
        self._none = np.zeros(BINS, np.float32)
        self.clear()

    def clear(self) -> None:
        """Forget room and devices."""
        self._finder.clear()
        self._canceller.clear()
        self._gate.clear()
        self._near[:] = 0
        self._far[:] = 0
        self._rest[:] = 0
        self._found = False
        self._quiet = HEARD_ON
        self._rested = 0
        self._alarm = 0
        self._suspect = 0
        self._settled = False
        self._heard = self._left = 0.0
        self._before = np.zeros(HOP, np.float32)

    @property
    def active(self) -> bool:
        """Whether there may be an echo."""
        return self._quiet < HEARD_ON

    def feed(self, near: Wave, far: Wave, *, playing: bool) -> Wave:
        """The next block cleaned, ``LATE`` samples late."""
        was = self.active
        self._quiet = 0 if playing else min(HEARD_ON, self._quiet + 1)
        if not self.active:
            self._suspect = 0
            self._rested += 1
            out = np.concatenate([self._before, near[:-HOP]])
            self._before = near[-HOP:].copy()
            return out
        if not was:
            self._far[:] = 0
            self._near[:] = 0
            self._near[-HOP:] = self._before
            self._gate.begin(self._before)
            self._finder.clear()
            if self._found:
                self._canceller.drift(min(self._rested, _LONG))
                self._reseat(self._canceller.lag)
            self._rested = 0
        _push(self._near, near)
        _push(self._far, far)
        self._seek()
        out = self._clean(near, far)
        self._before = self._near[-HOP:].copy()
        return out

    def _seek(self) -> None:
        """Find the delay, and follow it where it changes."""
        delay = self._finder.look(self._near, self._far[-LOOKED_AT - MAX_DELAY :])
        if delay is None:
            return
        lag = float(max(0, delay - _BEFORE))
        moved = abs(lag - self._canceller.lag) > _MOVED
        if not self._found:
            self._found = True
            self._reseat(lag)
        elif moved and (self._alarm or self._canceller.fit.gain < _POOR):
            self._reseat(lag)
            self._canceller.unsettle()
            self._alarm = 0
        elif not moved and 0 < self._alarm < _DEAF - _NEW:
            self._resize()

    def _reseat(self, lag: float) -> None:
        self._canceller.lag = lag
        self._canceller.refill(self._read(PARTITIONS + 1, ago=1))

    def _resize(self) -> None:
        """The echo is as late as before, and louder or softer: somebody turned a knob."""
        gain = self._canceller.fit.gain
        self._canceller.unsettle()
        self._canceller.scale(min(10.0, max(0.0, gain)))
        self._alarm = 0

    def _read(self, blocks: int, *, ago: int) -> Wave:
        """So many blocks of the reference, as late as they are heard, ending ``ago`` blocks before the newest."""
        end = len(self._far) - min(MAX_DELAY, round(self._canceller.lag)) - ago * BLOCK
        return self._far[end - blocks * BLOCK : end]

    def _clean(self, near: Wave, far: Wave) -> Wave:
        if not self._found:
            _push(self._rest, near)
            return self._gate.feed(Cancelled(near, self._silence, self._none), far, shut=False, known=False)
        block = self._canceller.cancel(near, self._read(2, ago=0), learn=not self._alarm)
        _push(self._rest, block.rest)
        self._heard += _SMOOTH * (float(near @ near) - self._heard)
        self._left += _SMOOTH * (float(block.rest @ block.rest) - self._left)
        self._settled = self._settled or self._left < _HELPS * self._heard
        self._watch(self._canceller.fit)
        return self._gate.feed(block, far, shut=self._alarm > 0, known=True)

    def suspect(self) -> bool:
        """Whether what was just given out may be the avatar's voice after all: ask only where it matters."""
        if not self.active:
            return False
        return self._suspect > 0 or self._finder.present(self._rest, self._far)

    def _watch(self, fit: Fit) -> None:
        """Be deaf for a moment where the echo is not what it was, until it is known what has changed."""
        near, rest = self._near[-_JUDGED:], self._rest[-_JUDGED:]
        # A person adds to the echo. What was taken away wrongly makes the rest louder, or leaves too little of itself.
        worse = float(rest @ rest) > _LOUDER * float(near @ near)
        missing = fit.sure > 1 and fit.gain < _POOR
        unsure = self._settled and fit.sure > _UNSURE and not _LOW < fit.gain < _HIGH
        self._suspect = _SUSPECT if worse or missing or unsure else max(0, self._suspect - 1)
        if self._alarm:
            self._alarm -= 1
            self._suspect = _SUSPECT
            if not self._alarm:
                self._resize()
        elif self._settled and fit.sure > _SURE and not _WEAK < fit.gain < _STRONG:
            self._alarm = _DEAF
            self._settled = False
            self._finder.clear()


def _push(kept: Wave, new: Wave) -> None:
    kept[: -len(new)] = kept[len(new) :]
    kept[-len(new) :] = new
