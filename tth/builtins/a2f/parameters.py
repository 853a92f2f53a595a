"""What a profile may say of how the service makes a face, with the ranges that NVIDIA gives."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat

from tth.config.nearest import suggestion
from tth.face.blendshapes import NAMES, TONGUE
from tth.wire.a2f.names import raised

SERVICE_NAMES: Mapping[str, str] = MappingProxyType(
    {spelling: raised(name) for name in (*NAMES, *TONGUE) for spelling in (name, raised(name))}
)
"""The 52 and the 16 of the tongue, in either spelling, to the service's own."""

STRICT = ConfigDict(extra="forbid", frozen=True)


class Face(BaseModel):
    """Run-time face parameters, by the service's own names; what is not set is not sent."""

    model_config = STRICT

    upperFaceStrength: float | None = Field(None, ge=0, le=2, description="How far the upper face moves.")
    upperFaceSmoothing: float | None = Field(None, ge=0, le=0.1, description="How lazily the upper face moves.")
    lowerFaceStrength: float | None = Field(None, ge=0, le=2, description="How far the lower face moves.")
    lowerFaceSmoothing: float | None = Field(None, ge=0, le=0.1, description="How lazily the lower face moves.")
    faceMaskLevel: float | None = Field(None, ge=0, le=1, description="Where upper and lower face meet.")
    faceMaskSoftness: float | None = Field(None, ge=0.001, le=0.5, description="How softly they blend there.")
    skinStrength: float | None = Field(None, ge=0, le=2, description="How far the skin moves.")
    eyelidOpenOffset: float | None = Field(None, ge=-1, le=1, description="Eyes more open, or more closed.")
    lipOpenOffset: float | None = Field(None, ge=-0.2, le=0.2, description="Lips further apart, or nearer.")
    tongueStrength: FiniteFloat | None = Field(None, description="How far the tongue moves.")
    tongueHeightOffset: FiniteFloat | None = Field(None, description="Tongue higher, or lower.")
    tongueDepthOffset: FiniteFloat | None = Field(None, description="Tongue further out, or in.")
    blinkStrength: FiniteFloat | None = Field(None, description="How far the eyes close in a blink.")
    blinkOffset: FiniteFloat | None = Field(None, description="Eyes more closed at rest.")


class Emotion(BaseModel):
    """How the service mixes emotions; what is not set is not sent."""

    model_config = STRICT

    emotion_contrast: float | None = Field(None, ge=0.3, le=3, description="How far emotions stand apart.")
    live_blend_coef: float | None = Field(None, ge=0, le=1, description="Inertia: 0 none, 1 frozen.")
    preferred_emotion_strength: float | None = Field(
        None, ge=0, le=1, description="With emotions: both, the share of what was asked for; 1 is all."
    )
    emotion_strength: float | None = Field(None, ge=0, le=1, description="How much emotion shows in all.")
    max_emotions: int | None = Field(None, ge=1, le=6, description="Emotions that may show at once.")
    live_transition_time: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="Seconds from one emotion to the next."
    )


def service_names(given: Mapping[str, float]) -> dict[str, float]:
    """Numbers by shape, under the service's names; a name without its side stands for both.

    Raises:
        ValueError: A name is no shape's, or two mean the same one.
    """
    found: dict[str, float] = {}
    named: dict[str, str] = {}
    for name, value in given.items():
        for shape in _shapes(name):
            if shape in found:
                raise ValueError(f"{named[shape]!r} and {name!r} both mean {shape}; keep one of them")
            found[shape], named[shape] = value, name
    return found


def _shapes(name: str) -> tuple[str, ...]:
    """The service's names for what ``name`` means: one shape, or both sides of one."""
    if name in SERVICE_NAMES:
        return (SERVICE_NAMES[name],)
    left, right = f"{name}Left", f"{name}Right"
    known = (*NAMES, *TONGUE) if name[:1].islower() else tuple(map(raised, (*NAMES, *TONGUE)))
    if left not in SERVICE_NAMES:
        raise ValueError(f"no blendshape named {name!r}; {suggestion(name, known)}")
    if name.lower() in ("jaw", "mouth") or name.lower().startswith("tongue"):
        meant = ", ".join(sorted(shape for shape in known if shape.startswith(name)))
        raise ValueError(
            f"no blendshape named {name!r}; {left} and {right} are directions, not sides: it may be {meant}"
        )
    return (SERVICE_NAMES[left], SERVICE_NAMES[right])


Shapes = Annotated[dict[str, FiniteFloat], AfterValidator(service_names)]
"""A number for each of some shapes, ARKit's or the tongue's, in either spelling."""
