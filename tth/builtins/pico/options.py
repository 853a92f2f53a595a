"""What a profile may say of the ``pico`` voice."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

VoiceName = Literal["en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT"]


class PicoOptions(BaseModel):
    """Language, pace and pitch."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    voice: VoiceName = Field("en-US", description="The language, which is the voice.")
    speed: float = Field(1.0, ge=0.2, le=5.0, description="Pace; a control's speech_rate multiplies it.")
    pitch: float = Field(1.0, ge=0.5, le=2.0, description="Pitch; a control's pitch_shift moves it.")
