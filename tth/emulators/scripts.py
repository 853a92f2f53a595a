"""Scripts of what a server does wrong on purpose: what they have in common, whichever provider it stands in for."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from tth.config.validation import validated
from tth.config.yaml_reader import read_yaml

F = TypeVar("F", bound=BaseModel)


class FaultScript(BaseModel, Generic[F]):
    """A whole script, of faults of one kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(0, description="Of the chances.")
    faults: tuple[F, ...] = ()

    @classmethod
    def read(cls, file: Path) -> Self:
        """The script in ``file``.

        Raises:
            ConfigError: It cannot be used; says where and why.
        """
        return validated(cls, read_yaml(file))
