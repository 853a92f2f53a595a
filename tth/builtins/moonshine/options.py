"""What a profile may say of the ``moonshine`` recogniser."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class MoonshineOptions(BaseModel):
    """When it writes down what it has heard so far."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partials: bool = Field(True, description="Write along while the person speaks, where nobody else is waiting.")
    partial_ms: int = Field(600, ge=100, le=5000, description="New sound before it does so again.")
    quiet_ms: int = Field(200, ge=60, le=2000, description="Quiet after which what was said is written down for good.")
