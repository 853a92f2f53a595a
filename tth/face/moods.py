"""A mood that changes gently: in over half a second, out over a whole one."""

from __future__ import annotations

import numpy as np

from tth.core.controls import EmotionLabel
from tth.core.media import MEDIA_RATE_HZ
from tth.face.blendshapes import Weights
from tth.face.emotions import mood

FADE_IN = 6 * MEDIA_RATE_HZ // 10
FADE_OUT = 11 * MEDIA_RATE_HZ // 10
"""Towards neutral a mood fades more slowly than it came."""


class MoodTrack:
    """What the face feels at each media unit of a speech."""

    def __init__(self, label: EmotionLabel, intensity: float, expressivity: float) -> None:
        self._gain = 0.5 + expressivity * 0.8
        self._from = self._to = self._target(label, intensity)
        self._start, self._fade = 0, 1
        self._coming: list[tuple[int, EmotionLabel, float]] = []

    def _target(self, label: EmotionLabel, intensity: float) -> Weights:
        return mood(label, min(1.0, intensity * self._gain))

    def change(self, sample: int, label: EmotionLabel, intensity: float) -> None:
        """From ``sample`` on it is going to feel ``label``."""
        self._coming.append((sample, label, intensity))
        self._coming.sort(key=lambda change: change[0])

    def at(self, sample: int) -> Weights:
        """The mood's weights; ask in the order of time."""
        while self._coming and self._coming[0][0] <= sample:
            start, label, intensity = self._coming.pop(0)
            self._from, self._to = self._now(start), self._target(label, intensity)
            self._start = start
            self._fade = FADE_OUT if label is EmotionLabel.NEUTRAL else FADE_IN
        return self._now(sample)

    def _now(self, sample: int) -> Weights:
        x = min(1.0, max(0.0, (sample - self._start) / self._fade))
        return self._from + np.float32(x * x * (3.0 - 2.0 * x)) * (self._to - self._from)
