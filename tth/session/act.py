"""One speech on the stage."""

from __future__ import annotations

from dataclasses import dataclass, field

from tth.core.controls import TurnControl
from tth.core.media import EmotionMark
from tth.session.speech import Speech


@dataclass(slots=True, eq=False)
class Act:
    """One speech on the stage, with what the voice feels along it and what was shown of it.

    Attributes:
        framed_to: Media unit up to which frames were delivered; who takes over goes on there.
        pose: The newest pose that was delivered, if any.
        still: Poses in a row that were the same.
    """

    speech: Speech
    control: TurnControl
    turn_id: str
    generation: int
    emotions: list[EmotionMark] = field(default_factory=list)
    framed_to: int = 0
    pose: bytes | None = None
    still: int = 0
