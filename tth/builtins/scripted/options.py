"""What a profile may say of the ``scripted`` mind."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ScriptedOptions(BaseModel):
    """Which dialogue it speaks, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dialogue: str = Field(
        "en", min_length=1, description="A dialogue that ships with tth, or the path of a file or folder of your own."
    )
    seed: int = Field(0, description="Another number chooses other answers among those that fit.")
    token_delay_s: float = Field(0, ge=0, le=10, description="Seconds before each word.")
