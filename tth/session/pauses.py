"""Where in a speech the voice pauses, so that a face may change hands unseen."""

from __future__ import annotations

import numpy as np

from tth.audio.pcm import samples_of
from tth.core.media import MEDIA_RATE_HZ
from tth.session.speech import Speech

PAUSE_UNITS = MEDIA_RATE_HZ // 5
"""Quiet that lasts so long is a pause, and no stop consonant."""

QUIET_RMS = 180.0
"""Quieter than this (of 32768, about -45 dB) is a pause and not a word."""

_WINDOW_UNITS = MEDIA_RATE_HZ // 50
_WHOLE = 1 << 60


def sounding(speech: Speech, at: int) -> bool:
    """Whether half of the second of ``speech`` from media unit ``at`` on is no pause."""
    reader, loud = speech.reader(at), 0
    while (piece := reader.read(at + MEDIA_RATE_HZ, _WINDOW_UNITS)) is not None:
        samples = samples_of(piece[1]).astype(np.float32)
        loud += float(samples @ samples) > len(samples) * QUIET_RMS**2
    return 2 * loud * _WINDOW_UNITS >= MEDIA_RATE_HZ


class PauseFinder:
    """Listens ahead in a speech, once over every sample.

    Args:
        speech: What is being said.
        at: Media unit from which on a pause is of use.
    """

    def __init__(self, speech: Speech, at: int) -> None:
        self._reader = speech.reader(at)
        self._quiet_from: int | None = None
        self._found: list[int] = []

    def after(self, unit: int) -> int | None:
        """A media unit beyond ``unit`` in the middle of a pause, if one was received."""
        while (piece := self._reader.read(_WHOLE, _WINDOW_UNITS * 50)) is not None:
            self._listen(*piece)
        while self._found and self._found[0] <= unit:
            self._found.pop(0)
        return self._found[0] if self._found else None

    def _listen(self, start: int, pcm: bytes, rate_hz: int) -> None:
        samples = samples_of(pcm).astype(np.float32)
        step = max(1, rate_hz * _WINDOW_UNITS // MEDIA_RATE_HZ)
        for at in range(0, len(samples), step):
            window = samples[at : at + step]
            unit = start + at * MEDIA_RATE_HZ // rate_hz
            if float(window @ window) > len(window) * QUIET_RMS**2:
                self._quiet_from = None
                continue
            if self._quiet_from is None:
                self._quiet_from = unit
            if unit - self._quiet_from >= PAUSE_UNITS:
                self._found.append(unit)
