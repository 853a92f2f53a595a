"""A voice made of tones."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel, ConfigDict, Field

from tth.adapters.shared import Shared
from tth.adapters.tts import Notice, SpeechContext, Synthesized
from tth.audio.pcm import HIGHEST_HZ, LOWEST_HZ
from tth.builtins.mock.tones import DEFAULT_VOICE, VOICES, Tones
from tth.core.controls import TurnControl
from tth.core.media import AudioChunk
from tth.core.streams import Stream


class MockTTSOptions(BaseModel):
    """Rate, chunks and pace of the tones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sample_rate: int = Field(24_000, ge=LOWEST_HZ, le=HIGHEST_HZ, description="Samples a second.")
    chunk_ms: int = Field(40, ge=1, le=2000, description="Length of a chunk.")
    chunk_delay_s: float = Field(0, ge=0, description="Seconds before each chunk.")


class MockTTS:
    """Speaks in tones; each voice of the default voice map has its own pitch."""

    voices = tuple(VOICES)

    def __init__(self, options: MockTTSOptions | None, shared: Shared) -> None:
        self._options = options or MockTTSOptions()
        self._told = False

    async def synthesize(self, text: str, *, control: TurnControl, context: SpeechContext) -> Stream[Synthesized]:
        """The sound in chunks, each after the marks of what begins in it; a voice it lacks is told once."""
        voice, rate_hz = context.voice, self._options.sample_rate
        if voice and voice not in VOICES and not self._told:
            self._told = True
            yield Notice("voice", f"there is no voice {voice!r}; {DEFAULT_VOICE} speaks")
        tones = Tones(text, voice, rate_hz=rate_hz, speech_rate=control.speech_rate, pitch_shift=control.pitch_shift)
        for marks, pcm in tones.chunks(self._options.chunk_ms):
            for mark in marks:
                yield mark
            await asyncio.sleep(self._options.chunk_delay_s)
            yield AudioChunk(pcm, rate_hz)

    async def close(self) -> None:
        """Nothing to release."""
