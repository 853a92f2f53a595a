"""What the person's loudspeaker plays at this moment, as far as the playhead tells."""

from __future__ import annotations

import numpy as np

from tth.audio.pcm import samples_of
from tth.audio.resample import StreamResampler
from tth.core.media import MEDIA_RATE_HZ
from tth.session.playhead import Playhead
from tth.session.speech import Speech

RATE_HZ = 16_000

LEAD_UNITS = MEDIA_RATE_HZ * 100 // 1000
"""The reference is read so far ahead of the playhead, which may be told that much too late."""

STRAY_UNITS = MEDIA_RATE_HZ * 80 // 1000
"""So far the playhead may be off where this stands before it is followed by a jump."""


class Reference:
    """The avatar's own sound, beside what the microphone hears.

    It moves with the microphone's sound and not with each report of the playhead, which come in fits.

    Args:
        playhead: Where the person's ear is.
    """

    def __init__(self, playhead: Playhead) -> None:
        self._playhead = playhead
        self._speech: Speech | None = None
        self._at = 0
        self._rate_hz = 0
        self._resampler = StreamResampler(RATE_HZ, RATE_HZ)
        self._ready = b""

    @property
    def playing(self) -> bool:
        """Whether the avatar is heard."""
        speech = self._playhead.speech
        return speech is not None and self._playhead.running and 0 < speech.received > self._playhead.position()

    def take(self, samples: int) -> bytes:
        """The next ``samples`` at 16 kHz, PCM16; zeros where nothing plays."""
        if not self.playing:
            self._ready = b""
            return bytes(2 * samples)
        self._fill(samples * MEDIA_RATE_HZ // RATE_HZ)
        taken, self._ready = self._ready[: 2 * samples], self._ready[2 * samples :]
        return bytes(2 * samples - len(taken)) + taken

    def _fill(self, units: int) -> None:
        speech, here = self._playhead.speech, self._playhead.position() + LEAD_UNITS
        assert speech is not None
        if speech is not self._speech or abs(self._at + units - here) > STRAY_UNITS:
            self._speech, self._at = speech, max(0, here - units)
            self._ready = b""
            self._resampler.clear()
        end = self._at + units
        reader = speech.reader(self._at)
        while self._at < end and (piece := reader.read(end, end - self._at)) is not None:
            start, pcm, rate_hz = piece
            self._listen_at(rate_hz)
            gap = np.zeros(max(0, start - self._at) * rate_hz // MEDIA_RATE_HZ, "<i2")
            self._ready += self._resampler.feed(gap.tobytes() + pcm)
            self._at = max(self._at + 1, start + len(samples_of(pcm)) * MEDIA_RATE_HZ // rate_hz)

    def _listen_at(self, rate_hz: int) -> None:
        if rate_hz != self._rate_hz:
            self._rate_hz = rate_hz
            self._resampler = StreamResampler(rate_hz, RATE_HZ, "LQ")
