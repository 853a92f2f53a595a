"""A control as clients write it: every field may be left out, none may be misspelt."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

from tth.core.controls import RANGES, CharacterControl, EmotionControl, EmotionLabel, TurnControl

NAME_CHARS = 64
"""Longest name or reason that a client may send."""


VoiceName: TypeAlias = Annotated[str, msgspec.Meta(max_length=NAME_CHARS, pattern=r"^[\w.:+-]([\w .:+-]*[\w.:+-])?\Z")]
"""What a voice may be called: letters and digits of any script, and a few signs."""


def _within(name: str) -> msgspec.Meta:
    low, high = RANGES[name]
    return msgspec.Meta(ge=low, le=high)


_Unit: TypeAlias = Annotated[float, _within("intensity")]
_Signed: TypeAlias = Annotated[float, _within("valence")]
_Rate: TypeAlias = Annotated[float, _within("speech_rate")]
_Gain: TypeAlias = Annotated[float, _within("motion_gain")]


class EmotionWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the avatar should feel; ``null`` is the same as left out."""

    label: EmotionLabel | None = None
    intensity: _Unit | None = None
    valence: _Signed | None = None
    arousal: _Signed | None = None


class CharacterWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who should speak and how; ``null`` is the same as left out."""

    persona_id: Annotated[str, msgspec.Meta(max_length=NAME_CHARS)] | None = None
    speech_rate: _Rate | None = None
    pitch_shift: _Signed | None = None
    expressivity: _Unit | None = None
    motion_gain: _Gain | None = None


class ControlWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wire's form of ``TurnControl``."""

    emotion: EmotionWish = EmotionWish()
    character: CharacterWish = CharacterWish()

    def control(self) -> TurnControl:
        """What the rest of the program works with."""
        return TurnControl(
            EmotionControl(**msgspec.structs.asdict(self.emotion)),
            CharacterControl(**msgspec.structs.asdict(self.character)),
        )
