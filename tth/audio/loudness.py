"""How loud a piece of speech is, on a scale that a mouth can follow."""

from __future__ import annotations

import math

import numpy as np

from tth.audio.pcm import samples_of

QUIET_DB = -50.0
LOUD_DB = -14.0
"""RMS of silence and of a strong vowel, in dB of full scale: the ends of the scale."""


def loudness(pcm: bytes) -> float:
    """Loudness of mono PCM16, 0 (silence) to 1 (a strong vowel), linear in dB between.

    An empty piece is silent.

    Raises:
        MediaError: It ends within a sample.
    """
    samples = samples_of(pcm).astype(np.float32)
    if not len(samples):
        return 0.0
    rms = math.sqrt(float(np.dot(samples, samples)) / len(samples)) / 32768.0
    if rms < 1e-5:
        return 0.0
    return min(1.0, max(0.0, (20.0 * math.log10(rms) - QUIET_DB) / (LOUD_DB - QUIET_DB)))
