"""The data beside this file: presets of faces, and what each emotion is called there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter

from tth.builtins.a2f.parameters import STRICT, Face, Shapes
from tth.config.nearest import suggestion
from tth.core.controls import EmotionLabel
from tth.wire.a2f.methods import EMOTIONS


class Preset(BaseModel):
    """What suits one head."""

    model_config = STRICT

    face: Face = Face()
    multipliers: Shapes = {}
    offsets: Shapes = {}


def _known(given: object) -> object:
    for name in given if isinstance(given, dict) else ():
        if name not in EMOTIONS:
            raise ValueError(f"the service knows no emotion named {name!r}; {suggestion(str(name), EMOTIONS)}")
    return given


Mix = Annotated[dict[str, Annotated[float, Field(ge=0, le=1)]], BeforeValidator(_known)]
"""Emotions of the service, 0 to 1 each; one that is missing is at 0."""


@cache
def presets() -> dict[str, Preset]:
    """What ``presets.yaml`` says."""
    return TypeAdapter(dict[str, Preset]).validate_python(_read("presets.yaml"))


@cache
def mixes() -> dict[EmotionLabel, dict[str, float]]:
    """What ``emotions.yaml`` says."""
    return TypeAdapter(dict[EmotionLabel, Mix]).validate_python(_read("emotions.yaml"))


def _read(name: str) -> object:
    return yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
