"""What the network hears: log-mel spectra, three for each frame of the face, each band against its running mean.

A step of the ear is a ninetieth of a second, so that a pose at 30 a second has exactly three. Work is done in blocks of
these three: the same shapes whatever the chunks that the sound comes in, hence the same bits.
"""

from __future__ import annotations

import math

import numpy as np

from tth.face.blendshapes import Weights

RATE_HZ = 16_000
STEPS = 3
"""Steps in a frame of the face."""

STEPS_A_SECOND = 90
WINDOW = 400
"""Samples of a spectrum, 25 ms."""

BANDS = 32
_LOW_HZ, _HIGH_HZ = 80.0, 7_600.0
_SIZE = 512
_EMPHASIS = np.float32(0.97)
_FLOOR = np.float32(1e-5)
"""Power of a band that counts as none, -77 dB of full scale."""

_SPEECH_DB = 4.0
_QUIET = -8.0
"""Only steps within 4 (natural log) of a slowly falling peak, and above an absolute level, move the running mean."""

_FALL = 0.033
_PRIOR_STEPS, _MEMORY_STEPS = 45.0, 270.0
"""How many steps the mean that a model begins with counts for, and over how many it runs: 0.5 s and 3 s."""


def centre(step: int) -> int:
    """The sample at the middle of a step's window."""
    return step * RATE_HZ // STEPS_A_SECOND


def _mel(hertz: Weights) -> Weights:
    mel: Weights = 2595.0 * np.log10(1.0 + hertz / 700.0)
    return mel


def _bank() -> Weights:
    """Shape (257, 32): triangles of equal width on the mel scale."""
    ends = _mel(np.array([_LOW_HZ, _HIGH_HZ]))
    edges = 700.0 * (10.0 ** (np.linspace(ends[0], ends[1], BANDS + 2) / 2595.0) - 1.0)
    bins = np.arange(_SIZE // 2 + 1) * RATE_HZ / _SIZE
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    bank: Weights = np.maximum(0.0, np.minimum(rising, falling)).T.astype(np.float32)
    return np.ascontiguousarray(bank)


_BANK = _bank().repeat(2, axis=0)
"""Shape (514, 32): a spectrum's real and imaginary parts lie side by side, and each counts."""

_HANN = np.hanning(WINDOW + 2)[1:-1].astype(np.float32)


def spectra(windows: Weights) -> Weights:
    """Log-mel spectra.

    Args:
        windows: Shape (n, 401), float32, full scale 1: each window with the sample before it.

    Returns:
        Shape (n, 32), natural log of power.
    """
    tilted = windows[:, :-1] * -_EMPHASIS
    tilted += windows[:, 1:]
    tilted *= _HANN
    parts = np.fft.rfft(tilted, _SIZE).view(np.float32)
    bands: Weights = np.square(parts, out=parts) @ _BANK
    bands += _FLOOR
    return np.log(bands, out=bands)


class RunningMean:
    """What a voice in its room sounds like on average, band by band; taken away, what is left is speech.

    Args:
        prior: Shape (32,): the mean to begin with.
    """

    __slots__ = ("_mean", "_peak", "_steps")

    def __init__(self, prior: Weights) -> None:
        self._mean = prior.astype(np.float32)
        self._steps = _PRIOR_STEPS
        self._peak = -math.inf

    def remove(self, block: Weights) -> Weights:
        """A block of spectra against the mean, which it has moved; shape (3, 32)."""
        levels = [level / BANDS for level in np.add.reduce(block, axis=1).tolist()]
        self._peak = max(self._peak - STEPS * _FALL, *levels)
        least = max(self._peak - _SPEECH_DB, _QUIET)
        heard = [level > least for level in levels]
        count = sum(heard)
        if count:
            self._steps = min(self._steps + count, _MEMORY_STEPS)
            moved = np.array(heard, np.float32) @ block
            moved -= np.float32(count) * self._mean
            moved /= np.float32(self._steps)
            self._mean += moved
        return block - self._mean
