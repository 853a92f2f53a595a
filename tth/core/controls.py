"""How the avatar should feel and move: emotion and character, merged layer over layer."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar


class EmotionLabel(StrEnum):
    """The seven emotions that voices, delivery and faces are mapped to."""

    NEUTRAL = "neutral"
    HAPPY = "happy"
    SAD = "sad"
    ANGRY = "angry"
    SURPRISED = "surprised"
    FEARFUL = "fearful"
    DISGUSTED = "disgusted"


RANGES = MappingProxyType(
    {
        "intensity": (0.0, 1.0),
        "valence": (-1.0, 1.0),
        "arousal": (-1.0, 1.0),
        "speech_rate": (0.25, 4.0),
        "pitch_shift": (-1.0, 1.0),
        "expressivity": (0.0, 1.0),
        "motion_gain": (0.0, 2.0),
    }
)
"""Lowest and highest value of each number in a control, both allowed."""

SEMITONES_PER_PITCH_SHIFT = 6.0
"""``pitch_shift`` 1 raises the voice by this many semitones."""


def _check_ranges(control: object) -> None:
    for field in fields(control):  # type: ignore[arg-type]  # its two callers are dataclasses
        bounds = RANGES.get(field.name)
        value = getattr(control, field.name)
        if bounds is None or value is None:
            continue
        low, high = bounds
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError(f"{field.name} is {value}; use a number from {low:g} to {high:g}")


@dataclass(frozen=True, slots=True)
class EmotionControl:
    """What the avatar feels. ``None`` means unset, which is not the same as neutral.

    Args:
        label: One of the seven emotions.
        intensity: 0 (not to be seen) to 1 (as strong as it gets). Unset counts as 1 once a label is set.
        valence: -1 (unpleasant) to 1 (pleasant).
        arousal: -1 (calm) to 1 (excited).

    Raises:
        ValueError: A number lies outside its range or is not finite.
    """

    label: EmotionLabel | None = None
    intensity: float | None = None
    valence: float | None = None
    arousal: float | None = None

    def __post_init__(self) -> None:
        if self.label is not None and not isinstance(self.label, EmotionLabel):
            object.__setattr__(self, "label", EmotionLabel(self.label))
        _check_ranges(self)


@dataclass(frozen=True, slots=True)
class CharacterControl:
    """Who speaks and how. ``None`` means unset.

    Args:
        persona_id: Name of a persona.
        speech_rate: 0.25 to 4; 1 is the voice's own pace.
        pitch_shift: -1 to 1; 1 raises the voice by six semitones.
        expressivity: 0 to 1; how far face and delivery follow the emotion. Unset counts as 0.6.
        motion_gain: 0 to 2; how much head and gaze move. Unset counts as 1.

    Raises:
        ValueError: A number lies outside its range or is not finite.
    """

    persona_id: str | None = None
    speech_rate: float | None = None
    pitch_shift: float | None = None
    expressivity: float | None = None
    motion_gain: float | None = None

    def __post_init__(self) -> None:
        _check_ranges(self)


@dataclass(frozen=True, slots=True)
class TurnControl:
    """Emotion and character for a persona, a session or one turn."""

    emotion: EmotionControl = EmotionControl()
    character: CharacterControl = CharacterControl()

    @property
    def label(self) -> EmotionLabel:
        """The emotion asked for, neutral where none is set."""
        return self.emotion.label or EmotionLabel.NEUTRAL

    @property
    def intensity(self) -> float:
        """How strongly the emotion shows, 0 to 1."""
        if self.emotion.intensity is not None:
            return self.emotion.intensity
        return 0.0 if self.label is EmotionLabel.NEUTRAL else 1.0

    @property
    def speech_rate(self) -> float:
        """Pace of the voice; 1 where unset."""
        return 1.0 if self.character.speech_rate is None else self.character.speech_rate

    @property
    def pitch_shift(self) -> float:
        """Shift of the voice, -1 to 1; 0 where unset."""
        return 0.0 if self.character.pitch_shift is None else self.character.pitch_shift

    @property
    def expressivity(self) -> float:
        """How far face and delivery follow the emotion; 0.6 where unset."""
        return 0.6 if self.character.expressivity is None else self.character.expressivity

    @property
    def motion_gain(self) -> float:
        """How much head and gaze move; 1 where unset."""
        return 1.0 if self.character.motion_gain is None else self.character.motion_gain


def merge(*layers: TurnControl) -> TurnControl:
    """Lay controls over each other: a later layer's set fields win, unset fields show through.

    The order used everywhere is persona, then what the model chose, then session, then turn.
    A label brings its own numbers: set without an intensity, it does not inherit that of the layer below.
    """
    emotion, character = EmotionControl(), CharacterControl()
    for layer in layers:
        labelled = layer.emotion.label is not None
        emotion = layer.emotion if labelled else _overlay(emotion, layer.emotion)
        character = _overlay(character, layer.character)
    return TurnControl(emotion, character)


_Control = TypeVar("_Control", EmotionControl, CharacterControl)


def _overlay(under: _Control, over: _Control) -> _Control:
    given = {f.name: v for f in fields(over) if (v := getattr(over, f.name)) is not None}
    return replace(under, **given) if given else under
