"""Closures from detectors: shut at once, held long enough to be seen, let go in a frame."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tth.face.lipsync.model import DETECTORS

APART = (-20.0,) * len(DETECTORS)
"""What the detectors score where lips surely do not meet."""

_FROM, _TO = 0.15, 0.95
"""A detector's score, in log odds, at which lips begin to meet, and at which they have met."""

_RIVAL = -3.0
"""What the detector of /f v/ scores beyond this counts against /p b m/: of a /v/ both are often sure."""

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
        lips = _told([lips - max(0.0, teeth - _RIVAL) for lips, teeth in scores])
        teeth = _told([teeth for _, teeth in scores])
        met = min(1.0, max(0.0, (max(lips, teeth) - _FROM) / (_TO - _FROM)))
        if met >= self._met:
            self._viseme = DETECTORS[teeth > lips]
            self._held = self._held + 1 if met == 1.0 else 0
            self._met = met
        elif 0 < self._held < _HOLD_FRAMES:
            self._held += 1
        else:
            self._held = 0
            self._met = max(met, self._met - _RELEASE)
        return self._met, self._viseme


def _told(scores: Sequence[float]) -> float:
    """The score on which two steps in a row agree."""
    return max(one + other for one, other in pairwise(scores)) / 2.0
