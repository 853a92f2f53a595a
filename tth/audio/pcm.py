"""PCM16 little-endian: whole samples, one channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tth.errors import MediaError

LOWEST_HZ, HIGHEST_HZ = 8_000, 48_000


def check_rate(rate_hz: int, highest_hz: int = HIGHEST_HZ) -> None:
    """Refuse a rate that no speech has.

    Raises:
        MediaError: The rate is not 8000 to ``highest_hz``.
    """
    if not LOWEST_HZ <= rate_hz <= highest_hz:
        raise MediaError(f"{rate_hz} Hz is no rate of speech; use {LOWEST_HZ} to {highest_hz}")


def check_channels(channels: int) -> None:
    """Refuse sound of other than one or two channels.

    Raises:
        MediaError: There are not one or two channels.
    """
    if channels not in (1, 2):
        raise MediaError(f"{channels} channels; use 1 or 2")


def check_format(rate_hz: int, channels: int) -> None:
    """Refuse sound that nothing here can take.

    Raises:
        MediaError: The rate is not 8000 to 48000 Hz, or there are not one or two channels.
    """
    check_rate(rate_hz)
    check_channels(channels)


def samples_of(pcm: bytes) -> NDArray[np.int16]:
    """The samples of PCM16, read in place.

    Raises:
        MediaError: It ends within a sample.
    """
    try:
        return np.frombuffer(pcm, "<i2")
    except ValueError as error:
        problem = f"{len(pcm)} bytes end within a sample; use whole samples of two bytes (SampleAligner gives them)"
        raise MediaError(problem) from error


class SampleAligner:
    """Carries an incomplete sample, or half of a stereo pair, from one chunk to the next."""

    __slots__ = ("_channels", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._channels = 1

    def feed(self, data: bytes, channels: int = 1) -> bytes:
        """Whole frames of ``channels`` samples; the very chunk where nothing is over.

        Where the number of channels changes, what is over from before is forgotten.

        Raises:
            MediaError: There are not one or two channels.
        """
        if channels != self._channels:
            check_channels(channels)
            self._channels = channels
            self._rest = b""
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

    Raises:
        MediaError: There are not one or two channels, or two and half a frame is over.
    """
    if channels == 1:
        return pcm
    check_channels(channels)
    if len(pcm) % 4:
        raise MediaError(f"{len(pcm)} bytes end within a stereo frame; use whole frames (SampleAligner gives them)")
    pairs = samples_of(pcm).reshape(-1, 2)
    mixed: bytes = (pairs.sum(axis=1, dtype=np.int32) // 2).astype("<i2").tobytes()
    return mixed
