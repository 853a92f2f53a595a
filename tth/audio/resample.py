"""A streaming resampler: the same samples however the stream is cut, silence stays silence, nothing wraps.

soxr works on int32 with the PCM in the high half: its int16 mode dithers, so that its output depends on the chunks.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import soxr

from tth.audio.pcm import check_rate, samples_of

Quality = Literal["LQ", "MQ", "HQ", "VHQ"]
"""How much sound is held back while running, 24 to 16 kHz: at most 20, 38, 37 or 76 ms."""

STUDIO_HZ = 192_000
"""Sound from elsewhere may come at such rates."""

_LOUDEST = np.int32(0x7FFF7FFF)
_HALF = np.int32(0x8000)


class StreamResampler:
    """Mono PCM16 from one rate to another; equal rates pass through untouched.

    Args:
        in_hz: Rate of what is fed.
        out_hz: Rate of what comes back.
        quality: What of the highest tones is kept, against what is held back.

    Raises:
        MediaError: ``out_hz`` is no rate of speech, 8000 to 48000, or ``in_hz`` none of sound, up to 192000.
    """

    __slots__ = ("_stream", "_used")

    def __init__(self, in_hz: int, out_hz: int, quality: Quality = "HQ") -> None:
        check_rate(in_hz, STUDIO_HZ)
        check_rate(out_hz)
        self._stream = None if in_hz == out_hz else soxr.ResampleStream(in_hz, out_hz, 1, "int32", quality)
        self._used = False

    def feed(self, pcm: bytes) -> bytes:
        """What can be given out now; often empty, which is not the end.

        Raises:
            MediaError: ``pcm`` ends within a sample.
        """
        if self._stream is None:
            return pcm
        self._used = True
        return self._convert(pcm, last=False)

    def flush(self) -> bytes:
        """The rest of the speech; afterwards a new one may begin."""
        if self._stream is None or not self._used:
            return b""
        rest = self._convert(b"", last=True)
        self.clear()
        return rest

    def clear(self) -> None:
        """Forget what is held, without giving it out."""
        if self._stream is not None and self._used:
            self._stream.clear()
            self._used = False

    def _convert(self, pcm: bytes, *, last: bool) -> bytes:
        assert self._stream is not None
        high = samples_of(pcm).astype(np.int32) << 16
        wide = self._stream.resample_chunk(high, last=last)
        # Rounds to nearest. soxr saturates at full scale, and the last half step must not wrap.
        np.minimum(wide, _LOUDEST, out=wide)
        wide += _HALF
        wide >>= 16
        narrow: bytes = wide.astype("<i2").tobytes()
        return narrow
