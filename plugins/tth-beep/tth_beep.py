"""A voice that beeps once for each letter: a TTS plugin for tth, whole and small."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from tth.adapters import Shared, SpeechContext, TTSAdapter
from tth.adapters.tts import Synthesized
from tth.core.controls import SEMITONES_PER_PITCH_SHIFT, TurnControl
from tth.core.media import AudioChunk
from tth.core.streams import Stream
from tth.hookspecs import Register, hookimpl

RATE_HZ = 16_000


class BeepOptions(BaseModel):
    """What a profile may write beside ``primary: beep``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pitch_hz: float = Field(440, ge=50, le=4000, description="Height of the tone.")
    letter_ms: int = Field(60, ge=10, le=1000, description="Length of a letter at speech rate 1.")


class Beep:
    """Speaks a sentence as one beep for each letter, with silence for everything else."""

    voices: Sequence[str] = ()

    def __init__(self, options: BeepOptions, shared: Shared) -> None:
        self._options = options

    async def synthesize(self, text: str, *, control: TurnControl, context: SpeechContext) -> Stream[Synthesized]:
        """Yield one chunk of sound for each character of ``text``."""
        samples = round(RATE_HZ * self._options.letter_ms / 1000 / control.speech_rate)
        pitch_hz = self._options.pitch_hz * 2 ** (control.pitch_shift * SEMITONES_PER_PITCH_SHIFT / 12)
        for character in text:
            yield AudioChunk(_tone(pitch_hz, samples) if character.isalpha() else bytes(2 * samples), RATE_HZ)

    async def close(self) -> None:
        """Nothing to release."""


def _tone(pitch_hz: float, samples: int) -> bytes:
    """PCM16 of a sine that swells and fades, so that no letter clicks."""
    turn = 2 * math.pi * pitch_hz / RATE_HZ
    return array(
        "h", (int(9000 * math.sin(math.pi * i / samples) * math.sin(turn * i)) for i in range(samples))
    ).tobytes()


@hookimpl
def register_tts(register: Register[TTSAdapter]) -> None:
    """Offer the voice under the name ``beep``."""
    register("beep", Beep, config=BeepOptions, summary="Beeps once for each letter")
