"""How much sound there was and how loud, for people who look for a silent hop."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tth.audio.pcm import check_rate, samples_of
from tth.core.media import MEDIA_RATE_HZ

WINDOW_MS = 100
SILENT_RMS = 1e-5
SILENT_PEAK = 1e-4
"""A window below both is silent; 1 is full scale."""

FULL_SCALE = 32768.0


class Meter:
    """Measures sound in windows of 100 ms, however it is cut; meant to be fed beside the path, a second at a time.

    Attributes:
        bytes: Bytes of PCM so far.
        windows: Whole windows so far; what a last one lacks is not measured.
        silent_windows: Those that nobody could hear.
        rms: Over all windows, 0 to 1.
        peak: The highest of all windows, 0 to 1.

    Raises:
        MediaError: ``rate_hz`` is no rate of speech.
    """

    def __init__(self, rate_hz: int = MEDIA_RATE_HZ) -> None:
        check_rate(rate_hz)
        self._window = rate_hz * WINDOW_MS // 1000
        self._held = b""
        self._power = 0.0
        self.bytes = 0
        self.windows = 0
        self.silent_windows = 0
        self.peak = 0.0

    @property
    def rms(self) -> float:
        """Root of the mean square, 1 being full scale; 0 while nothing was measured."""
        return float(np.sqrt(self._power / self.windows)) if self.windows else 0.0

    def feed(self, pcm: bytes) -> None:
        """Take whole samples of mono PCM16. A second of 24 kHz costs about 50 µs.

        Raises:
            MediaError: They end within a sample; nothing was counted.
        """
        samples_of(pcm)
        self.bytes += len(pcm)
        data = self._held + pcm
        whole = len(data) // (2 * self._window) * 2 * self._window
        self._held = data[whole:]
        if whole:
            self._measure(samples_of(data[:whole]).reshape(-1, self._window).astype(np.float32) / FULL_SCALE)

    def _measure(self, windows: npt.NDArray[np.float32]) -> None:
        powers = np.einsum("ij,ij->i", windows, windows) / self._window
        peaks = np.abs(windows).max(axis=1)
        self.windows += len(windows)
        self.silent_windows += int(((powers < SILENT_RMS**2) & (peaks < SILENT_PEAK)).sum())
        self._power += float(powers.sum())
        self.peak = max(self.peak, float(peaks.max()))
