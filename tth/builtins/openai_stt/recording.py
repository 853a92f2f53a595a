"""An utterance, kept until it is over, as the file that is sent."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator

import numpy as np

from tth.audio.pcm import SampleAligner, mono, samples_of
from tth.audio.resample import StreamResampler
from tth.core.media import AudioChunk

RATE_HZ = 16_000

MOST_S = 600
"""An utterance that lasts longer is refused: the route takes 25 MB, and the sound is held in memory."""

_LEAST_SAMPLES = RATE_HZ // 10
"""OpenAI refuses less than a tenth of a second."""

_SILENT = 100
"""A peak below this one, of 32768, is nobody's voice."""


class TooLong(Exception):
    """The utterance does not end."""


async def recorded(audio: AsyncIterator[AudioChunk]) -> bytes:
    """All of ``audio`` as 16 kHz mono PCM16.

    Raises:
        MediaError: Nothing can be sound of that rate or so many channels.
        TooLong: It is more than ``MOST_S``.
    """
    aligner, resampler, rate_hz = SampleAligner(), StreamResampler(RATE_HZ, RATE_HZ), RATE_HZ
    sound = bytearray()
    async for chunk in audio:
        if chunk.sample_rate != rate_hz:
            sound += resampler.flush()
            resampler, rate_hz = StreamResampler(chunk.sample_rate, RATE_HZ), chunk.sample_rate
        sound += resampler.feed(mono(aligner.feed(chunk.data, chunk.channels), chunk.channels))
        if len(sound) > 2 * RATE_HZ * MOST_S:
            raise TooLong
    return bytes(sound + resampler.flush())


def is_silent(pcm: bytes) -> bool:
    """Whether nobody can have said anything: some models write words where there is nothing to hear."""
    samples = samples_of(pcm)
    return len(samples) < _LEAST_SAMPLES or int(np.abs(samples.astype(np.int32)).max()) < _SILENT


def wav(pcm: bytes) -> bytes:
    """16 kHz mono PCM16 with a header: compatible servers take no bare samples."""
    file = io.BytesIO()
    with wave.open(file, "wb") as header:
        header.setnchannels(1)
        header.setsampwidth(2)
        header.setframerate(RATE_HZ)
        header.writeframes(pcm)
    return file.getvalue()
