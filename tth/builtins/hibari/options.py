"""What a profile may say of the ``hibari`` voice."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class HibariOptions(BaseModel):
    """Pace, pauses and the seed of the voice's noise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    voice: Literal["heart"] = Field("heart", description="The one voice whose model is in the package.")
    speed: float = Field(1.0, ge=0.5, le=2.0, description="Pace; a control's speech_rate multiplies it.")
    seed: int = Field(0, ge=0, description="Seed of the breath noise: the same words and seed, the same samples.")
    lead_ms: float = Field(40, ge=0, le=500, description="Silence before the first sentence of a response.")
    pause_ms: float = Field(150, ge=0, le=1000, description="Silence before every later sentence, at speed 1.")
