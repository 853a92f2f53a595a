"""Sound as the wire has it, to and from PCM16 at 24 kHz.

G.711 runs at 8 kHz. The rate changes by exactly three, sample for sample, so that milliseconds can be counted on either
side; the filter delays by 1 ms and holds nothing back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tth.wire.realtime.server import g711

RATE_HZ = 24_000
SAMPLES_PER_MS = RATE_HZ // 1000
PCM = "audio/pcm"

_SLICE_BYTES = 2**16
_TAPS = 48
_CUTOFF = 3_400 / (RATE_HZ / 2)


def _low_pass() -> NDArray[np.float64]:
    at = np.arange(_TAPS) - (_TAPS - 1) / 2
    taps = np.sinc(_CUTOFF * at) * np.hamming(_TAPS)
    return np.asarray(taps / taps.sum())


_FILTER = _low_pass()


def _rounded(wave: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.asarray(np.clip(np.rint(wave), -32768, 32767).astype("<i2"))


class SoundDecoder:
    """Reads one client's stream. ``format`` is the session's, as in ``{"type": "audio/pcmu"}``."""

    def __init__(self, format: dict[str, Any]) -> None:
        self._law: str = format["type"]
        self._rest = b""
        self._tail = np.zeros(_TAPS - 1)

    def feed(self, data: bytes) -> bytes:
        """PCM16 at 24 kHz; half a sample waits for its other half."""
        if self._law == PCM:
            data = self._rest + data
            whole = len(data) & ~1
            self._rest = data[whole:]
            return data[:whole]
        # In slices: the filter works in floats, eight times as large.
        return b"".join(self._raised(data[at : at + _SLICE_BYTES]) for at in range(0, len(data), _SLICE_BYTES))

    def _raised(self, data: bytes) -> bytes:
        samples = g711.decode(data, self._law)
        spread = np.zeros(samples.size * 3)
        spread[::3] = samples
        wave = np.concatenate((self._tail, spread))
        self._tail = wave[-(_TAPS - 1) :]
        pcm: bytes = _rounded(3 * np.convolve(wave, _FILTER, "valid")).tobytes()
        return pcm


class SoundEncoder:
    """Writes one item's sound in the session's output format."""

    def __init__(self, format: dict[str, Any]) -> None:
        self._law: str = format["type"]
        self._wave = np.zeros(_TAPS - 1)

    def feed(self, pcm: bytes) -> bytes:
        """What goes on the wire for these whole samples; it may be nothing yet."""
        if self._law == PCM:
            return pcm
        wave = np.concatenate((self._wave, np.frombuffer(pcm, "<i2")))
        ready = (wave.size - (_TAPS - 1)) // 3
        self._wave = wave[ready * 3 :]
        if not ready:
            return b""
        smooth = np.convolve(wave[: ready * 3 + _TAPS - 1], _FILTER, "valid")
        return g711.encode(_rounded(smooth[::3][:ready]), self._law)


def ms_of(samples: int) -> int:
    """Whole milliseconds that so many samples last."""
    return samples // SAMPLES_PER_MS
