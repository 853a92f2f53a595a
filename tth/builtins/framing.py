"""Cuts speech into thirtieths of a second, for faces that are made here."""

from __future__ import annotations

from collections.abc import Iterator

from tth.core.channel import Channel
from tth.core.media import MEDIA_RATE_HZ, FaceFrame

FRAMES_A_SECOND = 30
FRAME_UNITS = MEDIA_RATE_HZ // FRAMES_A_SECOND
"""Media units, and at 24 kHz samples, between two frames."""

_FRAME_BYTES = 2 * FRAME_UNITS

OUTLET = 2048
"""Frames that may wait to be read; more than the stage ever feeds ahead."""


class Framing:
    """Windows of 24 kHz mono PCM16 on a grid of frames that begins at the speech's first sample.

    Args:
        start_sample: Where the sound begins; what lies before the next frame is left out.
    """

    def __init__(self, start_sample: int = 0) -> None:
        self.next_sample = -(-start_sample // FRAME_UNITS) * FRAME_UNITS
        """Media unit of the next frame."""
        self._skip = 2 * (self.next_sample - start_sample)
        self._rest = b""

    def feed(self, pcm: bytes) -> Iterator[tuple[int, bytes]]:
        """Each complete window with the media unit of its first sample."""
        data = self._rest + pcm if self._rest else pcm
        at = min(self._skip, len(data))
        self._skip -= at
        while len(data) - at >= _FRAME_BYTES:
            yield self._window(data[at : at + _FRAME_BYTES])
            at += _FRAME_BYTES
        self._rest = data[at:]

    def flush(self) -> Iterator[tuple[int, bytes]]:
        """What is left, as one short window."""
        rest, self._rest = self._rest, b""
        if rest:
            yield self._window(rest)

    def _window(self, data: bytes) -> tuple[int, bytes]:
        sample = self.next_sample
        self.next_sample += FRAME_UNITS
        return sample, data


class FrameOutlet(Channel[FaceFrame]):
    """Frames made and not yet read."""

    def __init__(self) -> None:
        super().__init__(OUTLET)

    def clear(self) -> None:
        """Forget what was not read."""
        self.drop(lambda frame: True)
