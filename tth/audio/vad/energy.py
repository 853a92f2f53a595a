"""Speech by sums: what stands out of the background, has a voice's pitch and does not stand still.

For installations without onnxruntime. Music and singing are speech to it, and whispering is not.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from tth.audio.vad.activity import RATE_HZ, WINDOW, Wave, Windows

_LOW_HZ, _HIGH_HZ = 200, 4000
_BANDS = 12
_FIRST_FLOOR = 1e-7
_FALLS, _RISES = 0.5, 1.01
"""How the background follows what is softer and what is louder, window by window; 2.7 dB a second at most upwards."""

_HEARD = 512 * 1e-9
"""Power of a band that is silence whatever the background, as a little more than the last bit of a sample."""

_SHORTEST, _LONGEST = RATE_HZ // 400, RATE_HZ // 75
"""Periods of a voice, in samples."""

_LOUDEST = 5
_HALF_DB = 8.0
"""How far, on the mean of the loudest bands, a window must stand out to be as likely speech as not."""

_HALF_PITCH = 0.38
_SMOOTH = 0.5


class EnergyActivity:
    """Judges one stream; a window costs 0.1 ms."""

    def __init__(self) -> None:
        hz = np.fft.rfftfreq(2 * WINDOW, 1 / RATE_HZ)
        edges = np.geomspace(_LOW_HZ, _HIGH_HZ, _BANDS + 1)
        self._starts = np.searchsorted(hz, edges)
        self._windows = Windows()
        self._hann = np.hanning(2 * WINDOW).astype(np.float32)
        # What a window takes from a sound's likeness with itself at a distance.
        power = np.abs(np.fft.rfft(self._hann, 4 * WINDOW)) ** 2
        self._taper = np.fft.irfft(power)[: _LONGEST + 1].astype(np.float32)
        self.reset()

    def feed(self, samples: Wave) -> list[float]:
        """The probability of speech for each window that these samples complete."""
        return [self._judge(window) for window in self._windows.feed(samples)]

    def reset(self) -> None:
        """Begin a stream that has nothing to do with the one before."""
        self._windows.clear()
        self._before = np.zeros(WINDOW, np.float32)
        self._floor = np.full(_BANDS, _FIRST_FLOOR)
        self._likely = 0.0

    def _judge(self, window: Wave) -> float:
        sound = np.concatenate([self._before, window]) * self._hann
        self._before = window.copy()
        spectrum = np.fft.rfft(sound, 4 * WINDOW)
        power = spectrum.real**2 + spectrum.imag**2
        bands = np.add.reduceat(power[::2], self._starts)[:_BANDS] + _HEARD
        above_db = 10 * np.log10(bands / self._floor)
        standing_out = float(np.sort(np.clip(above_db, 0, 30))[-_LOUDEST:].mean())
        pitch = self._pitch(power)
        likely = _sigmoid((standing_out - _HALF_DB) / 2.0) * _sigmoid((pitch - _HALF_PITCH) / 0.07)
        self._likely += _SMOOTH * (likely - self._likely) if likely < self._likely else 0.7 * (likely - self._likely)
        self._follow(bands)
        return self._likely

    def _follow(self, bands: npt.NDArray[np.float64]) -> None:
        down = self._floor + _FALLS * (bands - self._floor)
        rises = 1 + (_RISES - 1) * (1.0 if self._likely > 0.5 else 6.0)
        self._floor = np.where(bands < self._floor, down, np.minimum(bands, self._floor * rises))

    def _pitch(self, power: npt.NDArray[np.floating[Any]]) -> float:
        """How like itself the sound is a period of a voice later, 0 to 1."""
        likeness = np.fft.irfft(power)[: _LONGEST + 1] / self._taper
        if likeness[0] <= 0:
            return 0.0
        return float(likeness[_SHORTEST:].max() / likeness[0])


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-min(50.0, max(-50.0, value))))
