"""Three seconds of sound that are the same every time, and a voice that says them."""

from __future__ import annotations

import asyncio

import numpy as np

from tth.adapters.realtime import PLAIN_REQUEST, ResponseRequest
from tth.core.events import AudioChunkEvent
from tth.core.media import MEDIA_RATE_HZ
from tth.testing.peers import ScriptedVoice

CLIP_S = 3
CLIP_UNITS = CLIP_S * MEDIA_RATE_HZ

BEFORE_S = 0.05
PITCH_HZ = 150
SYLLABLES_A_SECOND = 4
PIECE_BYTES = 2 * MEDIA_RATE_HZ // 50


def clip() -> bytes:
    """Vowels of a sort, four a second, falling silent between them: PCM16 at 24 kHz."""
    at = np.arange(CLIP_UNITS) / MEDIA_RATE_HZ
    tone = np.zeros(CLIP_UNITS)
    for number, weight in enumerate((1.0, 0.7, 0.8, 0.5, 0.35, 0.2), start=1):
        tone += weight * np.sin(2 * np.pi * PITCH_HZ * number * at)
    loudness = np.maximum(0.0, np.sin(2 * np.pi * SYLLABLES_A_SECOND / 2 * at) ** 2 - 0.1)
    samples = (12_000 * loudness * tone / np.abs(tone).max()).astype("<i2")
    return bytes(samples.tobytes())


class ClipVoice(ScriptedVoice):
    """Answers every request with the clip, all of it at once."""

    async def respond(self, request: ResponseRequest = PLAIN_REQUEST) -> None:
        """Say the clip."""
        await super().respond(request)
        self.start()
        # As from a real voice, the face knows of the speech before its first sound.
        await asyncio.sleep(BEFORE_S)
        sound = clip()
        for place in range(0, len(sound), PIECE_BYTES):
            self.emit(AudioChunkEvent(data=sound[place : place + PIECE_BYTES], response_id="r1", item_id="i1"))
        self.finish()
