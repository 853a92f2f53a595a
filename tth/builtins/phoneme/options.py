"""What a profile may say of the ``phoneme`` avatar."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class PhonemeOptions(BaseModel):
    """How the mouth moves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lead_ms: float = Field(20, ge=-100, le=100, description="How far the mouth runs ahead of the sound.")
    opening: float = Field(1.0, ge=0.2, le=2.0, description="How wide it opens; 1 is natural.")
