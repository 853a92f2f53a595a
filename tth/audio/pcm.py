"""PCM16 little-endian: whole samples, one channel."""

from __future__ import annotations

import numpy as np

from tth.errors import MediaError

LOWEST_HZ, HIGHEST_HZ = 8_000, 48_000


def check_format(rate_hz: int, channels: int) -> None:
    """Refuse sound that nothing here can take.

    Raises:
        MediaError: The rate is not 8000 to 48000 Hz, or there are not one or two channels.
    """
    if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
        raise MediaError(f"{rate_hz} Hz is no rate of speech; use {LOWEST_HZ} to {HIGHEST_HZ}")
    if channels not in (1, 2):
        raise MediaError(f"{channels} channels; use 1 or 2")


class SampleAligner:
    """Carries an incomplete sample, or half of a stereo pair, from one chunk to the next."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes, channels: int = 1) -> bytes:
        """Whole frames of ``channels`` samples; the very chunk where nothing is over."""
        if self._rest:
            data = self._rest + data
        over = len(data) % (2 * channels)
        if not over:
            self._rest = b""
            return data
        self._rest = data[-over:]
        return data[:-over]

    def clear(self) -> None:
        """Forget what is over."""
        self._rest = b""


def mono(pcm: bytes, channels: int) -> bytes:
    """Mix two channels down to their mean; one channel comes back as it is.

    Args:
        pcm: Whole frames, interleaved.
        channels: 1 or 2.
    """
    if channels == 1:
        return pcm
    pairs = np.frombuffer(pcm, "<i2").reshape(-1, channels)
    mixed: bytes = (pairs.sum(axis=1, dtype=np.int32) // channels).astype("<i2").tobytes()
    return mixed
