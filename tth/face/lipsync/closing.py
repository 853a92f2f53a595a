"""Closures from detectors: shut at once, held long enough to be seen, let go in a frame."""

from __future__ import annotations

from collections.abc import Sequence

from tth.face.lipsync.model import DETECTORS

APART = (-20.0,) * len(DETECTORS)
"""What the detectors score where lips surely do not meet."""

_FROM, _TO = 0.0, 0.85
"""A detector's score, in log odds, at which lips begin to meet, and at which they have met."""

_HOLD_FRAMES = 2
"""Lips that met do so for at least as many frames, 67 ms."""

_RELEASE = 1.0
"""How much a frame lets go."""


class Closing:
    """How far the lips must meet, frame by frame."""

    __slots__ = ("_held", "_met", "_viseme")

    def __init__(self) -> None:
        self._met, self._held, self._viseme = 0.0, 0, DETECTORS[0]

    def step(self, scores: Sequence[Sequence[float]]) -> tuple[float, str]:
        """The next frame's closure, 0 to 1, and the viseme for which lips meet.

        Args:
            scores: The detectors' log odds at each step around the frame.
        """
        best = [max(each) for each in zip(*scores, strict=True)]
        strongest = best.index(max(best))
        met = min(1.0, max(0.0, (best[strongest] - _FROM) / (_TO - _FROM)))
        if met >= self._met:
            self._viseme = DETECTORS[strongest]
            self._held = self._held + 1 if met == 1.0 else 0
            self._met = met
        elif 0 < self._held < _HOLD_FRAMES:
            self._held += 1
        else:
            self._held = 0
            self._met = max(met, self._met - _RELEASE)
        return self._met, self._viseme
