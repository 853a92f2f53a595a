"""Sentences said by the neural voice, for a recogniser to hear."""

from __future__ import annotations

import asyncio
from functools import cache

import numpy as np
import pytest
import soxr

from tth.adapters.shared import Shared
from tth.adapters.tts import SpeechContext
from tth.core.controls import TurnControl
from tth.core.media import AudioChunk

RATE_HZ = 16_000


@cache
def spoken(text):
    """``text`` as 16 kHz samples of -1 to 1."""
    pytest.importorskip("hibari", reason="needs the extra tth[voice]")
    pytest.importorskip("moonshine_cpp", reason="needs the extra tth[ears]")
    from tth.builtins.hibari.tts import HibariTTS

    async def speak():
        voice = HibariTTS(None, Shared())
        stream = voice.synthesize(text, control=TurnControl(), context=SpeechContext())
        data = b"".join([piece.data async for piece in stream if isinstance(piece, AudioChunk)])
        await voice.close()
        return data

    data = asyncio.run(speak())
    return soxr.resample(np.frombuffer(data, "<i2").astype(np.float32) / 32768, 24_000, RATE_HZ)


def quiet(seconds):
    return np.zeros(round(seconds * RATE_HZ), np.float32)


def noise(seconds, level, seed=0):
    samples = np.random.default_rng(seed).normal(size=round(seconds * RATE_HZ)) * level
    return samples.astype(np.float32)


def pcm(*parts):
    return (np.clip(np.concatenate(parts), -1, 1) * 32767).astype("<i2").tobytes()


def chunks(*parts, ms=20):
    data, size = pcm(*parts), 2 * RATE_HZ * ms // 1000
    return [AudioChunk(data[at : at + size], RATE_HZ) for at in range(0, len(data), size)]
