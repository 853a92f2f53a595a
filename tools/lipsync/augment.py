"""One voice in many rooms: speed, equaliser, echo, noise, level."""

from __future__ import annotations

import numpy as np
import soxr

from tth.face.blendshapes import Weights
from tth.face.lipsync.hearing import RATE_HZ

_BEFORE_S, _AFTER_S = (0.25, 0.6), (0.2, 0.5)
"""Silence around an utterance, from and to."""


def augment(pcm: np.ndarray, draw: np.random.Generator) -> tuple[Weights, float, float]:
    """A recording of the utterance as it might be elsewhere.

    Returns:
        Sound, full scale 1; by how much longer it lasts; seconds of silence before it.
    """
    slower = float(draw.uniform(0.86, 1.16))
    sound = soxr.resample(pcm.astype(np.float32) / np.float32(32_768.0), RATE_HZ, RATE_HZ * slower)
    before = float(draw.uniform(*_BEFORE_S))
    sound = np.concatenate(
        (
            np.zeros(round(before * RATE_HZ), np.float32),
            sound,
            np.zeros(round(float(draw.uniform(*_AFTER_S)) * RATE_HZ), np.float32),
        )
    )
    sound = _echoed(_equalised(sound, draw), draw)
    rms = np.sqrt(np.mean(np.square(sound)) + 1e-12)
    sound = sound * 10.0 ** (draw.uniform(-32.0, -14.0) / 20.0) / rms
    if draw.random() < 0.85:
        sound = sound + _noise(len(sound), draw)
    quantised = np.round(np.clip(sound, -1.0, 1.0) * 32_767.0) / 32_768.0
    return quantised.astype(np.float32), slower, before


def _equalised(sound: Weights, draw: np.random.Generator) -> np.ndarray:
    size = _size(len(sound))
    spectrum = np.fft.rfft(sound, size)
    place = np.linspace(0.0, 1.0, len(spectrum))
    gains = np.interp(place, np.linspace(0.0, 1.0, 6) ** 1.5, draw.uniform(-8.0, 8.0, 6))
    if draw.random() < 0.3:
        gains = gains - np.clip((place - draw.uniform(0.4, 0.9)) * 200.0, 0.0, 40.0)
    if draw.random() < 0.3:
        gains = gains - np.clip((draw.uniform(80.0, 250.0) / 8000.0 - place) * 2000.0, 0.0, 30.0)
    return np.fft.irfft(spectrum * 10.0 ** (gains / 20.0), size)[: len(sound)]


def _echoed(sound: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    if draw.random() > 0.4:
        return sound
    length = int(RATE_HZ * draw.uniform(0.05, 0.3))
    echo = draw.standard_normal(length) * np.exp(-np.arange(length) / (length / 5.0))
    echo *= draw.uniform(0.02, 0.15) / (3.0 * np.abs(echo).max())
    echo[0] += 1.0
    size = _size(len(sound) + length)
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(echo, size), size)[: len(sound)]


def _noise(length: int, draw: np.random.Generator) -> np.ndarray:
    level = 10.0 ** (draw.uniform(-75.0, -40.0) / 20.0)
    noise = draw.standard_normal(_size(length))
    if draw.random() < 0.5:
        spectrum = np.fft.rfft(noise)
        noise = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 20.0))
        noise /= noise.std()
    return level * noise[:length]


def _size(length: int) -> int:
    """A length not below this one that is transformed quickly."""
    return -(-length // 16_384) * 16_384
