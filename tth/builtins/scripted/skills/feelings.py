"""Which face is wished for."""

from __future__ import annotations

import re

from tth.builtins.scripted.skills.asked import Asked, Outcome
from tth.core.controls import EmotionLabel

CASES = tuple(label.value for label in EmotionLabel)

_SIGNS = {
    "happy": "happy|happiness|cheerful|joy|joyful|glad|smile|smiling|laugh|grin|excited",
    "sad": "sad|sadness|unhappy|cry|crying|frown|gloomy|miserable|upset",
    "angry": "angry|anger|mad|furious|cross|annoyed|rage",
    "surprised": "surprised|surprise|amazed|astonished|shocked",
    "fearful": "fearful|afraid|scared|fear|frightened|terrified|anxious|scary",
    "disgusted": "disgusted|disgust|disgusting|grossed out|yuck",
    "neutral": "neutral|calm|normal|relaxed|serious|relax",
}
_WISH = re.compile(
    r"(?:^|\b(?:please|can you|could you|now|would you|will you|want you to|and|try to)\s+)(?:just |please |now )*"
    r"(?:(?:be|look|act|get|become|feel|seem|sound|make|do|play|pretend to be|try|put on|(?:show|give)(?: me)?)"
    r"(?: us| a| an| your| the| more| very| really| some| to be| how you look when you are)*\s+"
    r"|(?=smile|cry|frown|laugh|grin|calm down|relax))"
    rf"(?:{'|'.join(f'(?P<{label}>{words})' for label, words in _SIGNS.items())})"
    r"(?: (?:face|emotion|expression|please|for me|at me|now|again|look|one|voice|down))*$"
)


def show_feeling(asked: Asked) -> Outcome | None:
    """The emotion that was asked for, as in "look sad" or "smile"."""
    match = _WISH.search(asked.words)
    return Outcome(match.lastgroup or "") if match is not None else None
