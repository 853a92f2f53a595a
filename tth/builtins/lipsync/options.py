"""What a profile may say of the ``lipsync`` avatar."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LipsyncOptions(BaseModel):
    """How far the face hears ahead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    live: bool = Field(
        False, description="Hear 65 ms ahead instead of 115: for a voice that comes no faster than it is spoken."
    )
