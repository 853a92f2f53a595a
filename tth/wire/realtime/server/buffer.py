"""The user's sound that is not yet part of the conversation."""

from __future__ import annotations

from tth.wire.realtime.server.sound import RATE_HZ, ms_of

MOST_SAMPLES = 300 * RATE_HZ
"""Five minutes; older sound is forgotten."""


class InputBuffer:
    """PCM16 at 24 kHz, its samples counted from the start of the session.

    Attributes:
        written: Samples that were ever appended.
    """

    def __init__(self) -> None:
        self.written = 0
        self._pcm = bytearray()

    @property
    def start(self) -> int:
        """The first sample that is kept."""
        return self.written - len(self._pcm) // 2

    @property
    def ms(self) -> int:
        """Length of what is kept."""
        return ms_of(len(self._pcm) // 2)

    def append(self, pcm: bytes) -> None:
        """Whole samples."""
        self._pcm += pcm
        self.written += len(pcm) // 2
        self.keep(MOST_SAMPLES)

    def keep(self, samples: int) -> None:
        """Forget all but the newest ``samples``."""
        del self._pcm[: max(0, len(self._pcm) - 2 * samples)]

    def take(self, begin: int, end: int) -> bytes:
        """The sound from ``begin`` to ``end``; everything before ``end`` is gone then."""
        first = self.start
        taken = bytes(self._pcm[2 * max(0, begin - first) : 2 * max(0, end - first)])
        del self._pcm[: 2 * max(0, end - first)]
        return taken

    def clear(self) -> None:
        """Forget it all."""
        self._pcm.clear()
