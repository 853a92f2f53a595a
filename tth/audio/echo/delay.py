"""How late the loudspeaker's sound is in the microphone, by phase alone.

Source: generalised cross-correlation with phase transform, C. Knapp, G. Carter, IEEE ASSP 24 (1976).
"""

from __future__ import annotations

import numpy as np

from tth.audio.echo.canceller import BLOCK
from tth.audio.echo.spectra import Spectrum, Wave, sound, spectrum

MAX_DELAY = 20 * BLOCK
"""The longest delay that is looked for, in samples: 640 ms."""

LOOKED_AT = 16 * BLOCK
"""Samples of the microphone that are compared for the delay, 512 ms."""

ASKED_ABOUT = 8 * BLOCK
"""Samples that are compared to see whether the reference is in them, 256 ms."""

EVERY = 4
"""Blocks between two looks; a look costs 0.4 ms."""

_KEPT = 0.6
"""Share of what was seen that still counts at the next look."""

_CLEAR = 9.0
"""How far a peak must stand out of its surroundings, in their deviations, to be the delay, or to be there at all."""

_TWICE = 48
"""Two looks that agree within so many samples, 3 ms, mean the same delay."""

_LOW_HZ, _HIGH_HZ = 300, 5000
_RATE_HZ = 16_000


class _Comparison:
    """Likeness of ``samples`` of one sound with another, for each delay up to ``MAX_DELAY``.

    ``size`` is that of the transform: at least ``samples + MAX_DELAY``, of small factors.
    """

    def __init__(self, samples: int, size: int) -> None:
        self._samples = samples
        self._size = size
        hz = np.fft.rfftfreq(size, 1 / _RATE_HZ)
        self._band = ((hz > _LOW_HZ) & (hz < _HIGH_HZ)).astype(np.float32)
        self._window = np.hanning(samples).astype(np.float32)

    def cross(self, heard: Wave, far: Wave) -> Spectrum:
        """The newest of both, by phase; add some of these to compare for longer."""
        near = spectrum(heard[-self._samples :] * self._window, self._size)
        product = spectrum(far[-self._samples - MAX_DELAY :], self._size) * near.conj()
        size = np.abs(product)
        phases: Spectrum = self._band * product / (size + np.float32(0.03) * size.mean() + np.float32(1e-12))
        return phases

    def peak(self, cross: Spectrum, far: Wave) -> tuple[int, float]:
        """The likeliest delay, and by how many deviations it stands out."""
        likeness = sound(cross)[: MAX_DELAY + 1][::-1]
        best = int(np.argmax(likeness))
        # Where the reference was silent nothing can be alike: those delays are no surroundings.
        told = int(np.argmax(far != 0)) if far.any() else len(far)
        known = min(MAX_DELAY, len(far) - told - self._samples // 4)
        if known <= 0:
            return best, 0.0
        spread = float(likeness[: known + 1].std())
        return best, float(likeness[best]) / spread if spread > 0 else 0.0


class DelayFinder:
    """Compares microphone and reference a few times a second, and tells the delay when two looks agree."""

    def __init__(self) -> None:
        self._long = _Comparison(LOOKED_AT, 20_480)
        self._short = _Comparison(ASKED_ABOUT, 15_000)
        self.clear()

    def clear(self) -> None:
        """Forget what was seen."""
        self._seen: Spectrum | None = None
        self._before = -1
        self._wait = EVERY

    def look(self, near: Wave, far: Wave) -> int | None:
        """Call once a block, with the newest sounds.

        Args:
            near: ``LOOKED_AT`` samples of the microphone.
            far: ``LOOKED_AT + MAX_DELAY`` samples of the reference, ending at the same moment.

        Returns:
            The delay in samples where it is clear now.
        """
        self._wait -= 1
        if self._wait:
            return None
        self._wait = EVERY
        cross = self._long.cross(near, far)
        self._seen = cross if self._seen is None else np.complex64(_KEPT) * self._seen + cross
        delay, clear = self._long.peak(self._seen, far)
        before, self._before = self._before, delay if clear > _CLEAR else -1
        if before >= 0 and self._before >= 0 and abs(before - self._before) <= _TWICE:
            return self._before
        return None

    def present(self, heard: Wave, far: Wave) -> bool:
        """Whether the reference is in the last ``ASKED_ABOUT`` samples of ``heard``, however late; costs 0.4 ms."""
        far = far[-ASKED_ABOUT - MAX_DELAY :]
        return self._short.peak(self._short.cross(heard, far), far)[1] > _CLEAR
