"""Sound that can be told from silence and from other sound."""

from __future__ import annotations

import random

import numpy as np


def tone(seconds: float, rate_hz: int = 16_000) -> bytes:
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    return (9000 * np.sin(times * 200 * 2 * np.pi)).astype("<i2").tobytes()


def noise(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)
