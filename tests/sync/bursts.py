"""Speech whose loudness is the jaw's curve: bursts of a tone, of random lengths and heights."""

from __future__ import annotations

import random
import struct
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.web.fake_server import FRAME, JAW_OPEN, UNITS, Talk

JAW = 0.6
TONE_HZ = 1500
LOUDEST = 20_000


@cache
def curve(frames: int, seed: int = 7) -> NDArray[np.float64]:
    """How far the mouth is open at each frame of 1/30 s, from 0 to 1; between two frames it is their linear mean."""
    chance = random.Random(seed)
    values: list[float] = []
    while len(values) < frames:
        values += [0.0] * chance.randint(1, 4)
        values += [chance.uniform(0.35, 1.0) for _ in range(chance.randint(1, 6))]
    return np.array([*values[: frames - 2], 0.0, 0.0])


class Bursts(Talk):
    """A turn of such speech; its mouth may come `ahead` units before its sound, which the referee must find out."""

    ahead = 0

    @property
    def curve(self) -> NDArray[np.float64]:
        return curve(self.units // FRAME + 1)

    def openness(self, unit: float) -> float:
        return float(np.interp(unit / FRAME, np.arange(len(self.curve)), self.curve, left=0.0, right=0.0))

    def pcm(self, start: int, end: int) -> bytes:
        n = np.arange(start * self.rate_hz // UNITS, end * self.rate_hz // UNITS)
        level = np.interp(n * UNITS / self.rate_hz / FRAME, np.arange(len(self.curve)), self.curve)
        tone = np.sin(2 * np.pi * TONE_HZ * n / self.rate_hz)
        return np.rint(LOUDEST * level * tone).astype("<i2").tobytes()

    def weights(self, unit: int) -> bytes:
        values = [0.0] * 52
        values[JAW_OPEN] = JAW * self.openness(unit + self.ahead)
        return struct.pack("<52f", *values)


def ahead_by(ms: int) -> type[Bursts]:
    """Bursts with the mouth so far before the sound."""
    return type("Shifted", (Bursts,), {"ahead": ms * UNITS // 1000})
