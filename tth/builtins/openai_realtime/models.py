"""What is known of each model: voices, prices, the day it ends."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml
from pydantic import BaseModel, ConfigDict, Field

from tth.core.controls import EmotionLabel

EMOTION_VOICES: Mapping[EmotionLabel, str] = MappingProxyType(
    {
        EmotionLabel.NEUTRAL: "alloy",
        EmotionLabel.HAPPY: "echo",
        EmotionLabel.SAD: "cedar",
        EmotionLabel.ANGRY: "shimmer",
        EmotionLabel.SURPRISED: "coral",
        EmotionLabel.FEARFUL: "ballad",
        EmotionLabel.DISGUSTED: "ash",
    }
)
"""Seven emotions, seven voices that Realtime models have."""


class Prices(BaseModel):
    """USD for a million tokens of each modality (``text``, ``audio``, ``image``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: dict[str, float] = {}
    cached: dict[str, float] = Field({}, description="Of input that was read from the cache.")
    output: dict[str, float] = {}


class Model(BaseModel):
    """One model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    voices: tuple[str, ...] = Field((), description="Names it knows; empty: the ten of OpenAI's Realtime models.")
    reasoning: bool = Field(False, description="Whether it takes a reasoning effort.")
    prices: Prices | None = Field(None, description="What its tokens cost; unknown where not given.")
    ends: str = Field("", description="The day it is shut down, as in 2027-01-20.")


class Table(BaseModel):
    """The whole of ``models.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checked: str
    voices: tuple[str, ...]
    nearest: dict[str, str]
    models: dict[str, Model]


@cache
def table() -> Table:
    """What ``models.yaml`` says."""
    text = files(__package__).joinpath("models.yaml").read_text()
    return Table.model_validate(yaml.safe_load(text))


def voice_of(wish: str | None, voices: tuple[str, ...]) -> str | None:
    """The voice to ask for where ``wish`` is wished for: itself or its nearest; ``None`` where there is neither."""
    if wish is None or not voices or wish in voices or wish.startswith("voice_"):
        return wish
    near = table().nearest.get(wish)
    return near if near in voices else None
