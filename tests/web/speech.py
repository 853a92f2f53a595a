"""Sound with what matters in speech: voiced vowels, hisses, closures, pauses, loud and quiet."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))


def speech(seconds: float = 4.0, rate_hz: int = 16_000, seed: int = 5) -> npt.NDArray[np.int16]:
    """PCM16, the same for the same seed; sounds of 40 to 200 ms, a pause of silence at times."""
    draw = np.random.default_rng(seed)
    parts: list[npt.NDArray[np.float64]] = []
    total = round(seconds * rate_hz)
    while sum(map(len, parts)) < total:
        count = round(draw.uniform(0.04, 0.2) * rate_hz)
        kind = draw.choice(["vowel", "vowel", "vowel", "hiss", "hum", "pause"])
        parts.append(_sound(str(kind), count, rate_hz, draw) * draw.uniform(0.05, 0.5))
    sound = np.concatenate(parts)[:total] + draw.normal(0, 0.0008, total) * (np.arange(total) > total // 3)
    return np.round(np.clip(sound, -1, 1) * 32_767).astype("<i2")


def _sound(kind: str, count: int, rate_hz: int, draw: np.random.Generator) -> npt.NDArray[np.float64]:
    times = np.arange(count) / rate_hz
    fade = np.minimum(1, np.minimum(times, times[::-1]) * 100)
    if kind == "pause":
        return np.zeros(count)
    if kind == "hiss":
        tones = draw.uniform(2_500, 7_000, 60)
        return fade * np.sin(2 * np.pi * np.outer(times, tones) + draw.uniform(0, 6.28, 60)).sum(1) / 12
    pitch = draw.uniform(90, 240)
    formants = np.array([250.0, 1_000.0]) if kind == "hum" else np.array(VOWELS[draw.integers(len(VOWELS))])
    tones = pitch * np.arange(1, int(4_000 / pitch))
    gains = np.exp(-(((tones[:, None] - formants) / 120) ** 2)).sum(1) + 0.01
    return fade * (np.sin(2 * np.pi * np.outer(times, tones)) @ gains) / gains.sum()
