"""What a profile may say of the ``scripted`` mind."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tth.config.nearest import nearest
from tth.errors import ConfigError


class ScriptedOptions(BaseModel):
    """Which dialogue it speaks, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dialogue: str = Field(
        "en", min_length=1, description="A dialogue that ships with tth, or the path of a file or folder of your own."
    )
    seed: int = Field(0, description="Another number chooses other answers among those that fit.")
    token_delay_s: float = Field(0, ge=0, le=10, description="Seconds before each word.")

    @field_validator("dialogue")
    @classmethod
    def _exists(cls, name: str) -> str:
        from tth.builtins.scripted.reader import find_dialogue

        try:
            find_dialogue(name)
        except ConfigError as error:
            path = Path(name).expanduser()
            near = nearest(str(path), map(str, path.parent.glob("*.yaml")))
            meant = f"did you mean {near}?" if near is not None else error.fix
            raise ValueError(f"{error.problem}; {meant}") from error
        return name
