"""How much sound there was and how loud, for people who look for a silent hop."""

from __future__ import annotations

import numpy as np

from tth.audio.pcm import check_rate, samples_of
from tth.core.media import MEDIA_RATE_HZ

WINDOW_MS = 100
SILENT_RMS = 1e-5
SILENT_PEAK = 1e-4
"""A window below both is silent; 1 is full scale."""


class Meter:
    """Counts chunks and measures windows of 100 ms; meant to be fed beside the path, not on it.

    Attributes:
        bytes: Bytes of PCM so far.
        chunks: Chunks so far.
        silent_chunks: Those that were silent.
        rms: Of the last whole window, 0 to 1.
        peak: Of the last whole window, 0 to 1.

    Raises:
        MediaError: ``rate_hz`` is no rate of speech.
    """

    def __init__(self, rate_hz: int = MEDIA_RATE_HZ) -> None:
        check_rate(rate_hz)
        self._window_bytes = 2 * (rate_hz * WINDOW_MS // 1000)
        self._held = b""
        self.bytes = 0
        self.chunks = 0
        self.silent_chunks = 0
        self.rms = 0.0
        self.peak = 0.0

    def feed(self, pcm: bytes) -> None:
        """Take whole samples of mono PCM16.

        Raises:
            MediaError: They end within a sample; nothing was counted.
        """
        silent = is_silent(*measure(pcm))
        self.bytes += len(pcm)
        self.chunks += 1
        self.silent_chunks += silent
        data = self._held + pcm
        whole = len(data) // self._window_bytes * self._window_bytes
        if whole:
            self.rms, self.peak = measure(data[whole - self._window_bytes : whole])
        self._held = data[whole:]


def measure(pcm: bytes) -> tuple[float, float]:
    """RMS and peak of mono PCM16, 1 being full scale; an empty piece has neither.

    Raises:
        MediaError: It ends within a sample.
    """
    samples = samples_of(pcm).astype(np.float32)
    if not len(samples):
        return 0.0, 0.0
    rms = float(np.sqrt(np.dot(samples, samples) / len(samples)))
    return rms / 32768.0, float(np.abs(samples).max()) / 32768.0


def is_silent(rms: float, peak: float) -> bool:
    """Whether nobody could hear it."""
    return rms < SILENT_RMS and peak < SILENT_PEAK
