"""Where in the sound it is quiet, by loudness alone."""

from __future__ import annotations

from collections import deque

import numpy as np

from tth.builtins.moonshine.model import RATE_HZ, Sound

FRAME = RATE_HZ // 50
"""Samples whose loudness is measured at once: 20 ms."""

SILENT = 0.002
"""RMS of a frame, of 1, that is quiet whatever else there is."""

_ABOVE_FLOOR = 2.0
"""Quiet lies no more than so many times above the quietest tenth of a second of late,"""

_BELOW_LOUDEST = 0.2
"""and below this share of the loudest frame."""

_VOICED = 0.1
"""A vowel is no softer than this share of the loudest frame; what comes before the first is no word."""

_SMOOTHED = 5
_RISE = 1.002
"""The floor doubles in seven seconds in which nothing was as quiet."""


class Levels:
    """The loudness of each frame, and how long it has been quiet.

    Attributes:
        frames: RMS of the frames that are remembered, of 1.
        quiet: How many of the last of them are quiet, without one between that is not.
    """

    def __init__(self) -> None:
        self.frames: list[float] = []
        self.quiet = 0
        self._rest: Sound = np.empty(0, np.float32)
        self._latest = deque[float](maxlen=_SMOOTHED)
        self._floor = float("inf")
        self._loudest = 0.0

    def feed(self, sound: Sound) -> None:
        """Measure what follows; what is less than a frame waits for more."""
        sound = np.concatenate([self._rest, sound])
        whole = len(sound) // FRAME * FRAME
        self._rest = sound[whole:]
        for level in np.sqrt(np.mean(np.square(sound[:whole].reshape(-1, FRAME)), axis=1)).tolist():
            self._add(level)

    def _add(self, level: float) -> None:
        self.frames.append(level)
        self._latest.append(level)
        self._loudest = max(self._loudest, level)
        self._floor *= _RISE
        if len(self._latest) == _SMOOTHED:
            self._floor = min(self._floor, sum(self._latest) / _SMOOTHED)
        quiet = level < max(SILENT, min(_BELOW_LOUDEST * self._loudest, _ABOVE_FLOOR * self._floor))
        self.quiet = self.quiet + 1 if quiet else 0

    @property
    def nothing(self) -> bool:
        """Whether all that is remembered is quiet."""
        return self.quiet >= len(self.frames)

    @property
    def lead(self) -> int:
        """How many frames come before the first that is not far below the loudest."""
        loud = _VOICED * max(self.frames, default=0.0)
        return next((at for at, level in enumerate(self.frames) if level >= loud), 0)

    def forget(self, frames: int) -> None:
        """Forget the first ``frames``."""
        del self.frames[:frames]
        self.quiet = min(self.quiet, len(self.frames))

    def quietest(self, first: int, end: int, width: int) -> int:
        """The middle of the ``width`` frames that are quietest together, of those from ``first`` to before ``end``."""
        sums = np.convolve(np.square(self.frames[first:end]), np.ones(width), "valid")
        return first + int(sums.argmin()) + width // 2
